//! Classes put together by hand: what compilers do not write.

use std::time::{Duration, Instant};

use super::Jvm;
use super::pool::Pool;
use crate::detect::binary::Technique;
use crate::detect::binary::kind::Kind;
use crate::detect::binary::seen::Seen;
use crate::detect::{Detection, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, SkipReason};

/// No class may take longer, in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A class that calls `KeyPairGenerator.getInstance` (entry 1 of its pool; `"RSA"` is 2) and has one static method without
/// parameters, of this code, with these guards.
fn class(code: &[u8], locals: u16, guards: &[[u16; 3]]) -> Vec<u8> {
    let mut bytes = vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52];
    let utf8 = |text: &str| {
        let mut entry = vec![1];
        entry.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        entry.extend(text.bytes());
        entry
    };
    let descriptor = "(Ljava/lang/String;)Ljava/security/KeyPairGenerator;";
    let pool = [
        vec![10, 0, 3, 0, 4],
        vec![8, 0, 8],
        vec![7, 0, 5],
        vec![12, 0, 6, 0, 7],
        utf8("java/security/KeyPairGenerator"),
        utf8("getInstance"),
        utf8(descriptor),
        utf8("RSA"),
        vec![7, 0, 10],
        utf8("demo/Keys"),
        utf8("Code"),
        utf8("run"),
        utf8("()V"),
    ];
    bytes.extend(u16::try_from(pool.len() + 1).unwrap().to_be_bytes());
    bytes.extend(pool.concat());
    // public; demo/Keys; no superclass; no interfaces and fields; one method
    bytes.extend([0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]);
    // static run()V with one attribute
    bytes.extend([0, 8, 0, 12, 0, 13, 0, 1, 0, 11]);
    let length = u32::try_from(12 + code.len() + 8 * guards.len()).unwrap();
    bytes.extend(length.to_be_bytes());
    bytes.extend([0, 4]);
    bytes.extend(locals.to_be_bytes());
    bytes.extend(u32::try_from(code.len()).unwrap().to_be_bytes());
    bytes.extend(code);
    bytes.extend(u16::try_from(guards.len()).unwrap().to_be_bytes());
    for guard in guards {
        bytes.extend(guard.iter().flat_map(|place| place.to_be_bytes()));
        bytes.extend([0, 0]);
    }
    bytes.extend([0, 0, 0, 0]);
    bytes
}

fn look(bytes: &[u8]) -> (Detection, Result<(), (SkipReason, String)>) {
    let known = Knowledge::load(&[]).unwrap();
    let passwords = Passwords::default();
    let means = Means {
        known: &known,
        passwords: &passwords,
    };
    let artifact = Artifact::file("Keys.class", Context::Production);
    let mut seen = Seen::new(&artifact, &means, Kind::Class);
    let begun = Instant::now();
    let told = Jvm.look(&mut &*bytes, &mut seen);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    (seen.finish(), told)
}

fn briefs(detection: &Detection) -> Vec<String> {
    detection.findings.iter().map(|f| f.asset.brief()).collect()
}

#[test]
fn a_call_is_found() {
    // ldc "RSA"; invokestatic getInstance; pop; return
    let (found, told) = look(&class(&[0x12, 2, 0xb8, 0, 1, 0x57, 0xb1], 0, &[]));
    assert_eq!(told, Ok(()));
    assert_eq!(briefs(&found), ["key RSA op=keygen"]);
    assert!(found.skips.is_empty());
    let finding = &found.findings[0];
    assert_eq!(&*finding.text, "KeyPairGenerator.getInstance(\"RSA\")");
    assert_eq!(finding.function.as_deref(), Some("Keys.run"));
}

#[test]
fn code_that_nothing_leads_to_is_not_followed() {
    // return; and a call behind it
    let (found, _) = look(&class(&[0xb1, 0x12, 2, 0xb8, 0, 1, 0x57, 0xb1], 0, &[]));
    assert!(found.findings.is_empty());
}

#[test]
fn an_empty_stack_gives_unknown_values() {
    let (found, told) = look(&class(&[0xb8, 0, 1, 0x57, 0x5c, 0x5f, 0xb1], 0, &[]));
    assert_eq!(told, Ok(()));
    assert_eq!(briefs(&found), ["key algorithm=?expression op=keygen"]);
}

#[test]
fn instructions_that_do_not_exist_end_the_method() {
    let (found, told) = look(&class(&[0x12, 2, 0xb8, 0, 1, 0xff, 0xb8, 0, 1], 0, &[]));
    assert_eq!(told, Ok(()));
    assert_eq!(briefs(&found), ["key RSA op=keygen"]);
}

#[test]
fn a_cut_class_is_damaged() {
    let whole = class(&[0x12, 2, 0xb8, 0, 1, 0x57, 0xb1], 0, &[]);
    for (length, part) in [(40, "constant pool"), (whole.len() - 30, "declarations")] {
        let (_, told) = look(&whole[..length]);
        assert_eq!(told, Err((SkipReason::Damaged, part.to_owned())));
    }
}

#[test]
fn a_value_that_loops_is_one_of_its_values() {
    let code = [
        0x12, 2, 0x4b, // ldc "RSA"; astore_0
        0x2a, 0xb8, 0, 1, 0x57, // aload_0; getInstance; pop
        0x2a, 0x4b, // aload_0; astore_0
        0x03, 0x99, 0xff, 0xf8, // iconst_0; ifeq to the first aload_0
        0xb1,
    ];
    let (found, _) = look(&class(&code, 1, &[]));
    assert_eq!(briefs(&found), ["key RSA op=keygen"]);
}

#[test]
fn loops_over_large_frames_end_at_a_limit() {
    // Loads, stores and jumps back, over and over, in a frame of the largest size.
    let mut code = vec![0x12, 2, 0xb8, 0, 1, 0x57];
    while code.len() < 60_000 {
        let back = u16::try_from(code.len() + 8 - 6).unwrap().min(30_000);
        code.extend([0x03, 0xc4, 0x36, 0xff, 0xf0, 0x03, 0x03, 0x57]);
        code.extend([0x99]);
        code.extend((0_u16.wrapping_sub(back)).to_be_bytes());
    }
    code.push(0xb1);
    let (found, told) = look(&class(&code, 0xffff, &[]));
    assert_eq!(told, Ok(()));
    assert_eq!(found.skips[0].reason, SkipReason::Budget);
}

#[test]
fn guards_over_guards_end_at_a_limit() {
    let mut code = vec![0x12, 2, 0xb8, 0, 1, 0x57];
    while code.len() < 60_000 {
        code.extend([0x03, 0x99, 0, 3]);
    }
    code.push(0xb1);
    let guards: Vec<_> = (0..60_000).map(|at| [0, 60_000, at]).collect();
    let (found, told) = look(&class(&code, 1, &guards));
    assert_eq!(told, Ok(()));
    assert_eq!(found.skips[0].reason, SkipReason::Budget);
}

#[test]
fn classes_that_share_a_long_name_are_not_copied_without_end() {
    let mut bytes = vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52];
    bytes.extend(u16::MAX.to_be_bytes());
    bytes.push(1);
    bytes.extend(u16::MAX.to_be_bytes());
    bytes.extend(vec![b'a'; usize::from(u16::MAX)]);
    for _ in 2..u16::MAX {
        bytes.extend([7, 0, 1])
    }
    let (pool, at) = Pool::read(&bytes).unwrap();
    assert_eq!(at, bytes.len());
    assert!(pool.used_names().len() < bytes.len());
}
