//! What the whole technique promises, on bytes made here.

use std::sync::LazyLock;

use num_bigint::BigUint;

use super::curves::number;
use super::*;
use crate::detect::{Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, Finding};

static CATALOGUE: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// P-256 (FIPS 186-4 D.1.2.3).
const B: &str = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b";
const GX: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
/// RFC 8017 §9.2.
const SHA_1: &[u8] = b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14";
const SHA_256: &[u8] =
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

fn look(kind: Kind, mut bytes: &[u8], signatures: &[Range<u64>]) -> Vec<Finding> {
    let artifact = Artifact::file("lib.so", Context::Production);
    let passwords = Passwords::default();
    let means = Means {
        known: &CATALOGUE,
        passwords: &passwords,
    };
    let mut seen = Seen::new(&artifact, &means, kind);
    seen.signatures = signatures.to_vec();
    Constants
        .look(&mut bytes, &mut seen)
        .expect("it is in memory");
    seen.finish().findings
}

/// Each finding in one line.
fn told(kind: Kind, bytes: &[u8]) -> Vec<String> {
    let findings = look(kind, bytes, &[]);
    let line = |finding: &Finding| format!("{} {}", finding.asset, finding.confidence.name());
    findings.iter().map(line).collect()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    number(hexadecimal).to_bytes_be()
}

#[test]
fn a_curve_needs_two_constants_to_be_certain() {
    let mut library = vec![0; 100];
    library.extend(bytes(B));
    assert_eq!(
        told(Kind::Elf, &library),
        ["algorithm EC curve=P-256 medium"]
    );
    library.extend(bytes(GX));
    assert_eq!(told(Kind::Elf, &library), ["algorithm EC curve=P-256 high"]);
}

#[test]
fn a_finding_says_what_was_seen_and_where() {
    let mut library = vec![0; 100];
    library.extend(bytes(GX));
    library.extend(B.to_uppercase().bytes());
    let findings = look(Kind::Elf, &library, &[]);
    let [finding] = findings.as_slice() else {
        panic!("one finding: {findings:?}")
    };
    assert_eq!(
        (finding.location.span.start, finding.location.span.end),
        (100, 132)
    );
    assert_eq!(&*finding.symbol, "Gx, b");
    assert_eq!(
        &*finding.text,
        "P-256: Gx, b; big-endian bytes, hexadecimal text"
    );
    assert_eq!(finding.technique, How::Constants);
    assert_eq!(&*finding.entry, "binary/constants");
}

#[test]
fn numbers_are_known_in_every_layout() {
    let p: BigUint = (BigUint::from(1u8) << 256) - (BigUint::from(1u8) << 224)
        + (BigUint::from(1u8) << 192)
        + (BigUint::from(1u8) << 96)
        - 1u8;
    let little: Vec<u8> = bytes(B).into_iter().rev().collect();
    let words: Vec<u8> = bytes(B).rchunks(8).flatten().copied().collect();
    let montgomery: BigUint = (number(B) << 256) % p;
    let montgomery = montgomery.to_bytes_le();
    let wide: Vec<u8> = B.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let digits = number(B).to_str_radix(10).into_bytes();
    let python: Vec<u8> = (0..18)
        .flat_map(|digit| {
            let digit: BigUint = (number(B) >> (15 * digit)) % (1u16 << 15);
            let low = digit.iter_u32_digits().next().unwrap_or(0);
            (low as u16).to_le_bytes()
        })
        .collect();
    for form in [little, words, montgomery, wide, digits, python] {
        let mut library = vec![0x55; 33];
        library.extend(&form);
        library.extend([0xaa; 64]);
        assert_eq!(
            told(Kind::Elf, &library),
            ["algorithm EC curve=P-256 medium"],
            "{form:02x?}"
        );
    }
}

#[test]
fn primes_that_any_program_may_hold_prove_nothing() {
    let one = BigUint::from(1u8);
    let primes: [BigUint; 6] = [
        (&one << 192) - (&one << 64) - 1u8,
        (&one << 224) - (&one << 96) + 1u8,
        (&one << 521) - 1u8,
        (&one << 255) - 19u8,
        (&one << 256) - (&one << 32) - 977u16,
        (&one << 448) - (&one << 224) - 1u8,
    ];
    for prime in primes {
        for form in [
            prime.to_bytes_be(),
            prime.to_bytes_le(),
            prime.to_str_radix(16).into_bytes(),
        ] {
            let mut library = vec![0; 64];
            library.extend(form);
            library.extend([0xff; 64]);
            assert_eq!(told(Kind::Elf, &library), Vec::<String>::new());
        }
    }
}

#[test]
fn names_of_one_set_of_numbers_are_all_said() {
    // RFC 7836 gave names to curves that RFC 4357 had named.
    let b = "9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d7598";
    assert_eq!(
        told(Kind::Elf, &bytes(b)),
        ["algorithm EC curve=GOST-2001-CryptoPro-C|GOST-2001-CryptoPro-XchB|tc26-256-D medium"]
    );
}

#[test]
fn a_random_curve_and_its_twist_are_told_apart_where_they_differ() {
    // RFC 5639 §3.4: the order, which both have, and the coefficient of the random one.
    let n = "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7";
    let b = "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6";
    assert_eq!(
        told(Kind::Elf, &bytes(n)),
        ["algorithm EC curve=brainpoolP256r1|brainpoolP256t1 medium"]
    );
    assert_eq!(
        told(Kind::Elf, &[bytes(n), bytes(b)].concat()),
        ["algorithm EC curve=brainpoolP256r1 high"]
    );
}

#[test]
fn a_group_is_known_by_the_end_of_its_prime() {
    // RFC 3526 §3, the last two lines.
    let end = "de2bcbf6955817183995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff";
    assert_eq!(
        told(Kind::Elf, &bytes(end)),
        ["algorithm DH group=modp14 medium"]
    );
}

#[test]
fn a_constant_across_two_windows_is_found() {
    for before in [WINDOW - 31, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - 16] {
        let mut image = vec![0; usize::try_from(before).expect("it is small")];
        image.extend(bytes(GX));
        let findings = look(Kind::Raw, &image, &[]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].location.span.start, before);
    }
}

fn span(start: u64, end: u64) -> Range<u64> {
    start..end
}

#[test]
fn signatures_over_the_file_prove_nothing() {
    let mut program = vec![0; 4096];
    program.extend(SHA_256);
    program.extend(bytes(GX));
    let end = program.len() as u64;
    assert_eq!(look(Kind::Pe, &program, &[]).len(), 2);
    assert_eq!(look(Kind::Pe, &program, &[span(4096, end)]).len(), 0);
    // Half in it is in it.
    assert_eq!(look(Kind::Pe, &program, &[span(end - 1, end)]).len(), 1);
}

#[test]
fn one_digest_info_may_be_a_time_stamp_and_two_are_a_table() {
    let mut program = vec![0; 64];
    program.extend(SHA_1);
    let one = "algorithm RSASSA-PKCS1 digest=SHA-1";
    let other = "algorithm RSASSA-PKCS1 digest=SHA-256";
    assert_eq!(told(Kind::Elf, &program), [format!("{one} medium")]);
    let mut far = program.clone();
    far.extend([0; 4096]);
    far.extend(SHA_256);
    assert_eq!(
        told(Kind::Elf, &far),
        [format!("{one} medium"), format!("{other} medium")]
    );
    program.extend([0; 13]);
    program.extend(SHA_256);
    assert_eq!(
        told(Kind::Elf, &program),
        [format!("{one} high"), format!("{other} high")]
    );
    for kind in [Kind::Raw, Kind::Class, Kind::Pyc] {
        assert_eq!(told(kind, &program), Vec::<String>::new(), "{kind:?}");
    }
}

#[test]
fn text_in_no_known_format_is_not_certain() {
    let text = format!("\0{B} {GX}");
    assert_eq!(
        told(Kind::Raw, text.as_bytes()),
        ["algorithm EC curve=P-256 medium"]
    );
    let image = [&[0xda, 0xda, 0xfe, 0xca], text.as_bytes()].concat();
    for (kind, bytes) in [(Kind::Class, text.as_bytes()), (Kind::Raw, &image)] {
        assert_eq!(told(kind, bytes), ["algorithm EC curve=P-256 high"]);
    }
}

#[test]
fn lattices_are_known_by_their_roots() {
    // FIPS 203 Appendix A, and FIPS 204 Appendix B in Montgomery's form, from the second on.
    let kem: [u16; 17] = [
        1, 1729, 2580, 3289, 2642, 630, 1897, 848, 1062, 1919, 193, 797, 2786, 3260, 569, 1746, 296,
    ];
    let library: Vec<u8> = kem.into_iter().flat_map(u16::to_le_bytes).collect();
    assert_eq!(told(Kind::Elf, &library), ["algorithm ML-KEM high"]);
    let dsa: [i32; 16] = [
        25847, -2608894, -518909, 237124, -777960, -876248, 466468, 1826347, 2353451, -359251,
        -2091905, 3119733, -2884855, 3111497, 2680103, 2725464,
    ];
    for big in [false, true] {
        let bytes = |word: i32| {
            if big {
                word.to_be_bytes()
            } else {
                word.to_le_bytes()
            }
        };
        let library: Vec<u8> = dsa.into_iter().flat_map(bytes).collect();
        assert_eq!(told(Kind::Elf, &library), ["algorithm ML-DSA high"]);
    }
}

#[test]
fn hashes_that_share_numbers_are_told_apart_by_the_others() {
    let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|w| w.to_le_bytes()).collect() };
    let added = words(&[0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5]);
    let begin = words(&[
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ]);
    let order: Vec<u8> = vec![14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3];
    let told = |parts: &[&[u8]]| told(Kind::Elf, &parts.concat());
    assert_eq!(told(&[&added, &begin]), ["algorithm SHA-256 high"]);
    assert_eq!(told(&[&order, &begin]), ["algorithm BLAKE2s high"]);
    assert_eq!(
        told(&[&begin]),
        ["algorithm algorithm=BLAKE2s|BLAKE3|SHA-256 high"]
            .map(|line| line.replace("algorithm=", ""))
    );
}

/// No pattern is so short or so plain that chance makes it.
#[test]
fn noise_proves_nothing() {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let noise: Vec<u8> = noise.take(1 << 17).flatten().collect();
    assert_eq!(told(Kind::Elf, &noise), Vec::<String>::new());
    let counting: Vec<u8> = (0..1u32 << 18).flat_map(u32::to_le_bytes).collect();
    assert_eq!(told(Kind::Elf, &counting), Vec::<String>::new());
}

#[test]
fn everything_has_a_name_in_the_catalogue() {
    let catalog = &CATALOGUE.catalog;
    for subject in &KNOWN.subjects {
        for name in &subject.algorithms {
            let held = catalog.algorithm(name).map(|held| &held.name);
            assert_eq!(held, Some(name));
        }
        match &subject.parameter {
            Parameter::None => {}
            Parameter::Curve(names) => {
                for name in names {
                    assert_eq!(catalog.curve(name).map(|held| &held.name), Some(name));
                }
            }
            Parameter::Group(names) => {
                for name in names {
                    assert_eq!(catalog.group(name).map(|held| &held.name), Some(name));
                }
            }
            Parameter::Digest(name) => {
                assert_eq!(catalog.digest(name).map(|held| &held.name), Some(name));
            }
        }
    }
}

#[test]
fn everything_can_be_found() {
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut pattern = 0;
    while let Some(origin) = KNOWN.origin(pattern) {
        found.extend(&KNOWN.constants[origin.constant].subjects);
        pattern += 1;
    }
    assert_eq!(found.len(), KNOWN.subjects.len());
    assert!(pattern > 5000, "{pattern} patterns");
}

/// A file that repeats the commonest window costs that many comparisons every eight bytes.
#[test]
fn no_window_is_of_many_patterns() {
    assert!(KNOWN.search.crowd() <= 24, "{}", KNOWN.search.crowd());
}

#[test]
fn an_object_by_itself_is_not_sure_to_sign() {
    use crate::model::Binary;
    let file = [SHA_1, &[0; 8], SHA_256].concat();
    for (role, sure) in [
        (Role::Library, Confidence::High),
        (Role::Object, Confidence::Medium),
    ] {
        let artifact = Artifact::file("sha256.o", Context::Production);
        let passwords = Passwords::default();
        let means = Means {
            known: &CATALOGUE,
            passwords: &passwords,
        };
        let mut seen = Seen::new(&artifact, &means, Kind::Elf);
        let path = artifact.path.clone();
        seen.binary = Some(Binary::new(path, "ELF", role, Context::Production));
        Constants.look(&mut &file[..], &mut seen).unwrap();
        let found = seen.finish().findings;
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|f| f.confidence == sure), "{role:?}");
    }
}
