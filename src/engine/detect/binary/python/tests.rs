use std::sync::OnceLock;

use data_encoding::BASE64;

use super::vectors::KEYS;
use crate::detect::binary::Binaries;
use crate::detect::{Detection, Detector, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, SkipReason};

fn detect(bytes: &[u8]) -> Detection {
    static KNOWN: OnceLock<Knowledge> = OnceLock::new();
    let known = KNOWN.get_or_init(|| Knowledge::load(&[]).unwrap());
    let passwords = Passwords::default();
    let means = Means {
        known,
        passwords: &passwords,
    };
    let artifact = Artifact::file("keys.pyc", Context::Production);
    let mut source = bytes;
    Binaries.detect(&artifact, &mut source, &means)
}

fn keys(minor: u8) -> Vec<u8> {
    let (_, text) = KEYS.iter().find(|(m, _)| *m == minor).unwrap();
    BASE64.decode(text.as_bytes()).unwrap()
}

/// Line, what is there, and in which function.
fn told(detection: &Detection) -> Vec<String> {
    let told = detection.findings.iter().map(|finding| {
        assert_eq!(finding.technique.name(), "bytecode");
        assert_eq!(finding.location.line, 0);
        let function = finding.function.as_deref().unwrap_or("-");
        format!("{} {function}: {}", finding.text, finding.asset)
    });
    told.collect()
}

#[test]
fn every_version_says_what_the_source_says() {
    for (minor, _) in KEYS {
        let bytes = keys(*minor);
        let detection = detect(&bytes);
        assert!(detection.skips.is_empty(), "{:?}", detection.skips);
        assert!(detection.binary.is_none());
        assert_eq!(
            told(&detection),
            [
                "keys.py:12 Keys.fixed: key RSA key_bits=2048 op=keygen",
                "keys.py:19 Keys.either: key RSA key_bits=4096|… op=keygen",
                "keys.py:27 elliptic: key EC curve=P-256|P-521 op=keygen",
                "keys.py:31 sums: algorithm SHA-256 op=digest",
            ],
            "3.{minor}"
        );
        for finding in detection.findings {
            assert!(finding.location.span.end <= bytes.len() as u64);
        }
    }
}

#[test]
fn a_version_that_is_not_known_mentions_what_it_names() {
    let mut bytes = keys(12);
    // An alpha of 3.12, in which the instructions had other numbers.
    bytes[..2].copy_from_slice(&3510_u16.to_le_bytes());
    let detection = detect(&bytes);
    assert!(detection.skips.is_empty());
    let briefs = detection.findings.iter().map(|f| f.asset.brief());
    let briefs: Vec<String> = briefs.collect();
    assert!(
        briefs.contains(&"mention RSA key_bits=?bytecode(cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key) op=keygen".to_owned()),
        "{briefs:?}"
    );
    for finding in &detection.findings {
        assert_eq!(finding.confidence.name(), "low");
    }
}

#[test]
fn a_truncated_module_is_a_skip_with_its_reason() {
    for (minor, _) in KEYS {
        let bytes = keys(*minor);
        for length in (16..bytes.len()).step_by(7) {
            let detection = detect(&bytes[..length]);
            assert!(detection.findings.is_empty());
            // Where nothing of a library's name is left, nobody looks further.
            for skip in detection.skips {
                assert_eq!(skip.reason, SkipReason::Damaged);
            }
        }
    }
}

#[test]
fn wrong_bytes_do_no_harm() {
    for (minor, _) in KEYS {
        let bytes = keys(*minor);
        for at in 16..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] = wrong[at].wrapping_mul(31).wrapping_add(at as u8 | 0x40);
            let detection = detect(&wrong);
            let gave_up = detection.skips.iter().any(|s| s.detail.contains("gave up"));
            assert!(!gave_up, "byte {at} of 3.{minor}");
        }
    }
}

#[test]
fn code_that_holds_itself_ends() {
    // The constants of the module's code are the code.
    let mut bytes = vec![0xcb, 0x0d, 0x0d, 0x0a];
    bytes.resize(16, 0);
    bytes.push(b'c' | 0x80);
    bytes.extend([0; 20]);
    let empty = |bytes: &mut Vec<u8>, kind: u8| bytes.extend([kind, 0, 0, 0, 0]);
    empty(&mut bytes, b's');
    bytes.extend([b')', 2, b'r', 0, 0, 0, 0, b'r', 0xff, 0xff, 0, 0]);
    bytes.extend(b")\x02z\x07hashlibz\x03md5)\x00");
    for kind in [b's', b'u', b'u', b'u'] {
        empty(&mut bytes, kind)
    }
    bytes.extend([0; 4]);
    empty(&mut bytes, b's');
    empty(&mut bytes, b's');
    let detection = detect(&bytes);
    assert!(detection.findings.is_empty());
    // Code without an instruction is none that a compiler writes.
    let skips: Vec<SkipReason> = detection.skips.iter().map(|s| s.reason).collect();
    assert_eq!(skips, [SkipReason::Budget]);
}

#[test]
fn nesting_and_counts_that_lie_are_survived() {
    let head = |rest: &[u8]| {
        let mut bytes = vec![0xcb, 0x0d, 0x0d, 0x0a];
        bytes.resize(16, 0);
        bytes.extend(rest);
        bytes.extend(b"hashlib");
        bytes
    };
    for rest in [
        &[b')', 1].repeat(100_000)[..],
        b"(\xff\xff\xff\x7fNNN",
        b"l\x00\x00\x00\x80",
        b"s\xff\xff\xff\xff",
        b"{{{{",
        b"r\xff\xff\xff\xff",
    ] {
        let detection = detect(&head(rest));
        assert_eq!(detection.skips[0].reason, SkipReason::Damaged);
    }
}

/// Code for 3.12 whose lists of constants, names and variables are these objects.
fn sharing(constants: &[u8]) -> Vec<u8> {
    let reference = [b'r', 0, 0, 0, 0];
    let mut code = vec![b'c'];
    code.extend([0; 20]);
    code.extend(b"s\0\0\0\0");
    code.extend(constants);
    code.extend(reference);
    code.extend(reference);
    code.extend(b"s\0\0\0\0");
    code.extend(b"z\0z\0z\0");
    code.extend([0; 4]);
    code.extend(b"s\0\0\0\0s\0\0\0\0");
    code
}

#[test]
fn code_that_shares_its_lists_is_not_copied_without_end() {
    const SHARED: u32 = 200_000;
    const SHARING: u32 = 20_000;
    let mut bytes = 3531_u16.to_le_bytes().to_vec();
    bytes.extend(b"\r\n\0\0\0\0\0\0\0\0\0\0\0\0");
    // The first object that may be referred to is a list of nothings; the others are code with that list three times over.
    let mut constants = vec![b'('];
    constants.extend((SHARING + 1).to_le_bytes());
    constants.push(b'(' | 0x80);
    constants.extend(SHARED.to_le_bytes());
    constants.extend(vec![b'N'; SHARED as usize]);
    for _ in 0..SHARING {
        constants.extend(sharing(&[b'r', 0, 0, 0, 0]))
    }
    bytes.extend(sharing(&constants));
    let skips = detect(&bytes).skips;
    let told: Vec<_> = skips.iter().map(|s| (s.reason, &*s.detail)).collect();
    let why = "Python bytecode: code shares too much";
    assert_eq!(told, [(SkipReason::Damaged, why)]);
}

/// A code object of 3.12 that names `hashlib`, without the bit of references.
fn code(instructions: &[u8], constants: &[u8], names: &[u8], handlers: &[u8]) -> Vec<u8> {
    let data = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        [b"s", &length[..], bytes].concat()
    };
    let mut object = vec![b'c'];
    object.extend([0; 20]);
    object.extend(data(instructions));
    object.extend(constants);
    object.extend(names);
    object.extend(b")\0");
    object.extend(data(&[]));
    object.extend(b"z\x01fz\x01nz\x01n");
    object.extend([0; 4]);
    object.extend(data(&[]));
    object.extend(data(handlers));
    object
}

fn module(code: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xcb, 0x0d, 0x0d, 0x0a];
    bytes.resize(16, 0);
    bytes.extend(code);
    bytes
}

fn reasons(detection: &Detection) -> Vec<(SkipReason, &str)> {
    let skips = detection.skips.iter();
    skips.map(|s| (s.reason, s.detail.as_str())).collect()
}

const NAMES: &[u8] = b")\x02z\x07hashlibz\x03md5";

#[test]
fn a_handler_of_an_absurd_stack_is_none() {
    // NOP; NOP; RETURN_CONST. From the first instruction to the last, with 2⁴⁰ values on the stack.
    let handlers = [0, 1, 2, 32 | 64, 64, 64, 64, 64, 64, 0];
    let instructions = [9, 0, 9, 0, 121, 0];
    let detection = detect(&module(&code(&instructions, b")\x01N", NAMES, &handlers)));
    assert_eq!(reasons(&detection), []);
}

#[test]
fn functions_that_are_defaults_of_functions_end_at_a_limit() {
    // LOAD_CONST 0; MAKE_FUNCTION; then over and over the same with what was made as the default; STORE_NAME.
    let mut instructions = vec![100, 0, 132, 0];
    for _ in 0..60_000 {
        instructions.extend([100, 0, 132, 1])
    }
    instructions.extend([90, 1, 121, 1]);
    let function = code(&[9, 0, 121, 0], b")\x01N", b")\0", &[]);
    let constants = [&b")\x02"[..], &function, b"N"].concat();
    let detection = detect(&module(&code(&instructions, &constants, NAMES, &[])));
    assert_eq!(
        reasons(&detection),
        [(SkipReason::Budget, "values beyond it are unknown")]
    );
}
