use super::code::{Body, Instructions, Operand};
use super::*;
use crate::detect::Means;
use crate::detect::Passwords;
use crate::detect::Source;
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, Finding, Skip};
use std::sync::LazyLock;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));
static KEYS: &[u8] = include_bytes!("../../../../../corpus/binary/dotnet/files/keys.dll");

/// What was found, what was skipped, and why the whole was not read.
type Looked = (Vec<Finding>, Vec<Skip>, Result<(), (SkipReason, String)>);

fn look(bytes: &[u8], kind: Kind) -> Looked {
    let passwords = Passwords::default();
    let means = Means {
        known: &KNOWN,
        passwords: &passwords,
    };
    let artifact = Artifact::file("x.dll", Context::Production);
    let mut seen = Seen::new(&artifact, &means, kind);
    let mut source: &[u8] = bytes;
    let looked = DotNet.look(&mut source as &mut dyn Source, &mut seen);
    let detection = seen.finish();
    (detection.findings, detection.skips, looked)
}

#[test]
fn numbers_are_read_in_all_three_widths() {
    assert_eq!(bytes::compressed(&[0x7f], 0), Some((0x7f, 1)));
    assert_eq!(bytes::compressed(&[0x80, 0x80], 0), Some((0x80, 2)));
    assert_eq!(bytes::compressed(&[0xc0, 0, 0x40, 0], 0), Some((0x4000, 4)));
    assert_eq!(bytes::compressed(&[0xff], 0), None);
    assert_eq!(bytes::compressed(&[0xc0, 0], 0), None);
    assert_eq!(bytes::compressed(&[], usize::MAX), None);
}

#[test]
fn instructions_end_where_the_code_does() {
    // ldc.i4 2048; br.s +0; switch of two; ldstr cut short
    let code = [
        0x20, 0x00, 0x08, 0, 0, 0x2b, 0, 0x45, 2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
        0x72, 1,
    ];
    let all: Vec<_> = Instructions::of(&code).map(|i| (i.op, i.operand)).collect();
    assert_eq!(
        all,
        [
            (0x20, Operand::Number(2048)),
            (0x2b, Operand::Targets(vec![7])),
            (0x45, Operand::Targets(vec![20, 19])),
        ]
    );
    let endless = [0x45, 0xff, 0xff, 0xff, 0xff, 0];
    assert_eq!(Instructions::of(&endless).count(), 0);
}

#[test]
fn a_body_says_how_long_it_is() {
    assert_eq!(
        Body::read(&[0x0a, 0x17, 0x2a], 0).expect("tiny").code,
        [0x17, 0x2a]
    );
    assert!(Body::read(&[0xfe, 0x17, 0x2a], 0).is_none());
    let fat = [0x03, 0x30, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0x11, 0x2a];
    let body = Body::read(&fat, 0).expect("fat");
    assert_eq!((body.code, body.locals), (&[0x2a][..], 0x1100_0002));
    assert!(Body::read(&[0x03, 0x30, 8, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 0).is_none());
}

#[test]
fn a_library_without_managed_code_is_none_of_its_own() {
    let mut plain = KEYS.to_vec();
    let pe = plain[0x3c] as usize;
    plain[pe + 24 + 96 + 14 * 8..][..8].fill(0);
    let (findings, skips, looked) = look(&plain, Kind::Pe);
    assert!(findings.is_empty() && skips.is_empty() && looked.is_ok());
}

#[test]
fn a_truncated_assembly_is_skipped() {
    let (whole, _, looked) = look(KEYS, Kind::Pe);
    assert!(looked.is_ok() && whole.len() >= 10);
    let (findings, _, looked) = look(&KEYS[..KEYS.len() / 2], Kind::Pe);
    assert!(looked.is_err() && findings.is_empty());
}

#[test]
fn whatever_is_changed_in_an_assembly_nothing_breaks() {
    // A fixed sequence (xorshift): the same changes in every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).expect("small")
    };
    for _ in 0..400 {
        let mut changed = KEYS.to_vec();
        for _ in 0..=next(6) {
            let at = next(changed.len());
            let value = [0, 1, 0x7f, 0x80, 0xff][next(5)];
            changed[at] = value;
        }
        let (findings, skips, _) = look(&changed, Kind::Pe);
        let ends = findings.iter().map(|f| f.location.span.end).max();
        assert!(ends.unwrap_or(0) <= changed.len() as u64);
        assert!(skips.len() <= 2);
    }
}

/// A host with one assembly behind it, as version 6 of the format has it.
fn bundle(packed: u64, assembly_at: Option<u64>) -> Vec<u8> {
    let marker = "8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae";
    let mut file = vec![0x7f, b'E', b'L', b'F'];
    file.resize(64, 0);
    let place = file.len();
    file.extend([0; 8]);
    let digits: Vec<char> = marker.chars().collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    file.extend(pairs.map(|pair| u8::from_str_radix(&pair, 16).expect("hexadecimal")));
    let at = file.len() as u64;
    file.extend(KEYS);
    let manifest = file.len() as u64;
    file[place..place + 8].copy_from_slice(&manifest.to_le_bytes());
    file.extend(6_u32.to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    file.extend(b"\x02id");
    file.extend([0; 40]);
    file.extend(assembly_at.unwrap_or(at).to_le_bytes());
    file.extend((KEYS.len() as u64).to_le_bytes());
    file.extend(packed.to_le_bytes());
    file.push(1);
    file.extend(b"\x08keys.dll");
    file
}

#[test]
fn assemblies_of_a_single_file_program_are_read_where_they_stand() {
    let (alone, _, _) = look(KEYS, Kind::Pe);
    let (findings, skips, looked) = look(&bundle(0, None), Kind::Elf);
    assert!(looked.is_ok() && skips.is_empty(), "{skips:?}");
    assert_eq!(findings.len(), alone.len());
    let moved = findings[0].location.span.start - alone[0].location.span.start;
    assert_eq!(moved, 64 + 8 + 32);
}

#[test]
fn what_of_a_single_file_program_cannot_be_read_is_told() {
    let (findings, skips, _) = look(&bundle(100, None), Kind::Elf);
    assert!(findings.is_empty());
    assert_eq!(skips[0].reason, SkipReason::Unsupported);
    let (_, skips, _) = look(&bundle(0, Some(u64::MAX - 8)), Kind::Elf);
    assert_eq!(skips[0].reason, SkipReason::Damaged);
    let mut cut = bundle(0, None);
    cut.truncate(cut.len() - 4);
    assert!(look(&cut, Kind::Elf).2.is_err());
}

#[test]
fn a_type_that_is_specified_by_itself_has_no_name() {
    // The table of specifications has one row, whose signature is a class: that of the same row.
    let mut tables = vec![0, 0, 0, 0, 2, 0, 0, 1];
    tables.extend((1_u64 << tables::TYPE_SPEC).to_le_bytes());
    tables.extend([0; 8]);
    tables.extend(1_u32.to_le_bytes());
    tables.extend([1, 0]);
    let blobs = [0, 2, 0x12, 1 << 2 | 2];
    let mut root = b"BSJB\x01\0\x01\0\0\0\0\0\x04\0\0\0v4\0\0\0\0\x02\0".to_vec();
    let at = root.len() + 12 + 16;
    for (at, length, name) in [
        (at, tables.len(), &b"#~\0\0"[..]),
        (at + tables.len(), blobs.len(), b"#Blob\0\0\0"),
    ] {
        root.extend(u32::try_from(at).unwrap().to_le_bytes());
        root.extend(u32::try_from(length).unwrap().to_le_bytes());
        root.extend(name);
    }
    root.extend(tables);
    root.extend(blobs);
    let metadata = Metadata::read(&root).unwrap();
    assert!(metadata.type_spec(1).is_some(), "it has a signature");
    assert_eq!(&*metadata.type_name((tables::TYPE_SPEC, 1)), "");
}
