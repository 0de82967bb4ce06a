//! Small programs made by hand: code with calls, the table of functions, the trees of inlined calls.

use super::Go;
use crate::detect::binary::kind::Kind;
use crate::detect::binary::seen::Seen;
use crate::detect::binary::{Technique, go::table};
use crate::detect::{Detection, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Confidence, Context, Finding};

/// Bytes of each function's code.
const LENGTH: usize = 64;
/// Where code begins.
const CODE: usize = 0x200;

#[derive(Clone, Copy, PartialEq)]
enum Machine {
    X86,
    Arm64,
    S390x,
    Mips,
}

impl Machine {
    fn is_little(self) -> bool {
        matches!(self, Self::X86 | Self::Arm64)
    }

    fn number(self) -> u16 {
        match self {
            Self::X86 => 62,
            Self::Arm64 => 183,
            Self::S390x => 22,
            Self::Mips => 8,
        }
    }

    fn call(self, from: usize, to: usize) -> Vec<u8> {
        let distance = to as i64 - from as i64;
        match self {
            Self::X86 => [&[0xe8][..], &((distance - 5) as i32).to_le_bytes()].concat(),
            Self::Arm64 => (0x9400_0000 | (distance >> 2) as u32 & 0x03ff_ffff)
                .to_le_bytes()
                .to_vec(),
            Self::S390x => [&[0xc0, 0xe5][..], &((distance / 2) as i32).to_be_bytes()].concat(),
            Self::Mips => vec![0; 4],
        }
    }
}

/// A function: its name, what it calls, what was inlined into it.
type Made<'a> = (&'a str, &'a [&'a str], Option<&'a str>);

struct Program {
    machine: Machine,
    bytes: Vec<u8>,
}

impl Program {
    fn new(machine: Machine, functions: &[Made<'_>]) -> Self {
        // Every program has far more than what a test is about, and all of it begins with the same call.
        let runtime: Vec<String> = (0..30).map(|index| format!("runtime.f{index}")).collect();
        let mut all: Vec<Made<'_>> = vec![("runtime.morestack_noctxt", &[], None)];
        all.extend(
            runtime
                .iter()
                .map(|name| (name.as_str(), &[][..], Some("runtime.add"))),
        );
        all.extend(functions);
        let mut program = Self {
            machine,
            bytes: vec![0; CODE],
        };
        program.bytes[..6].copy_from_slice(&[
            0x7f,
            b'E',
            b'L',
            b'F',
            2,
            if machine.is_little() { 1 } else { 2 },
        ]);
        let number = machine.number();
        let number = if machine.is_little() {
            number.to_le_bytes()
        } else {
            number.to_be_bytes()
        };
        program.bytes[18..20].copy_from_slice(&number);
        program.code(&all);
        program.table(&all);
        program
    }

    fn code(&mut self, all: &[Made<'_>]) {
        let entry = |name: &str| {
            all.iter()
                .position(|f| f.0 == name)
                .map(|index| CODE + index * LENGTH)
        };
        for (index, (_, calls, _)) in all.iter().enumerate() {
            let start = CODE + index * LENGTH;
            let mut code = Vec::new();
            for callee in ["runtime.morestack_noctxt"].iter().chain(*calls) {
                let from = start + code.len();
                code.extend(self.machine.call(from, entry(callee).expect("it is there")));
                code.resize(code.len().next_multiple_of(8), 0);
            }
            code.resize(LENGTH, 0);
            self.bytes.extend(code)
        }
    }

    fn number(&mut self, value: usize, width: usize) {
        let all = (value as u64).to_le_bytes();
        let mut bytes = all[..width].to_vec();
        if !self.machine.is_little() {
            bytes.reverse()
        }
        self.bytes.extend(bytes)
    }

    fn table(&mut self, all: &[Made<'_>]) {
        let mut names = Vec::new();
        let mut place = |name: &str| {
            let at = names.len();
            names.extend(name.as_bytes());
            names.push(0);
            at
        };
        let placed: Vec<(usize, Option<usize>)> = all
            .iter()
            .map(|(name, _, inlined)| (place(name), inlined.map(&mut place)))
            .collect();
        // -1 for the first eight bytes, then the first inlined call for as many, then -1 to the end.
        let values = [0, 0, 8, 2, 8, 1, (LENGTH - 16) as u8, 0];
        let at = self.bytes.len();
        let names_at = 8 + 8 * 8;
        let values_at = names_at + names.len();
        let functions_at = (values_at + values.len()).next_multiple_of(8);
        self.number(0xffff_fff1, 4);
        self.bytes
            .extend([0, 0, if self.machine == Machine::X86 { 1 } else { 2 }, 8]);
        for word in [
            all.len(),
            0,
            0,
            names_at,
            values_at,
            values_at,
            values_at,
            functions_at,
        ] {
            self.number(word, 8)
        }
        self.bytes.extend(names);
        let quantum = if self.machine == Machine::X86 { 1 } else { 2 };
        self.bytes.extend(
            values
                .iter()
                .enumerate()
                .map(|(i, v)| if i > 0 && i % 2 == 0 { v / quantum } else { *v }),
        );
        self.bytes.resize(at + functions_at, 0);
        // Descriptions follow the index; 44 bytes, three values and four data each.
        let description = 44 + 3 * 4 + 4 * 4;
        let index = (all.len() * 8 + 4).next_multiple_of(4);
        for number in 0..all.len() {
            self.number(number * LENGTH, 4);
            self.number(index + number * description, 4);
        }
        self.number(all.len() * LENGTH, 4);
        for (number, (name, inlined)) in placed.iter().enumerate() {
            self.number(number * LENGTH, 4);
            self.number(*name, 4);
            for _ in 2..7 {
                self.number(0, 4)
            }
            self.number(3, 4);
            self.number(0, 4);
            self.number(1, 4);
            self.bytes.extend([0, 0, 0, 4]);
            self.number(0, 4);
            self.number(0, 4);
            self.number(usize::from(inlined.is_some()), 4);
            for _ in 0..3 {
                self.number(0xffff_ffff, 4)
            }
            self.number(
                if inlined.is_some() {
                    number * 16
                } else {
                    0xffff_ffff
                },
                4,
            );
        }
        self.bytes
            .resize(self.bytes.len().next_multiple_of(4) + 32, 0xff);
        for (_, inlined) in &placed {
            self.number(0, 4);
            self.number(inlined.unwrap_or_default(), 4);
            self.number(0, 4);
            self.number(1, 4)
        }
        self.bytes.extend([0xff; 32])
    }

    fn look(&self) -> Detection {
        look(&self.bytes)
    }
}

fn look(bytes: &[u8]) -> Detection {
    let known = Knowledge::load(&[]).unwrap();
    look_with(bytes, &known)
}

fn look_with(mut bytes: &[u8], known: &Knowledge) -> Detection {
    let artifact = Artifact::file("a", Context::Production);
    let means = Means {
        known,
        passwords: &Passwords::default(),
    };
    let mut seen = Seen::new(&artifact, &means, Kind::Elf);
    let _ = Go.look(&mut bytes, &mut seen);
    seen.finish()
}

fn found<'a>(detection: &'a Detection, symbol: &str) -> Vec<&'a Finding> {
    detection
        .findings
        .iter()
        .filter(|f| &*f.symbol == symbol)
        .collect()
}

#[test]
fn a_call_from_the_programs_own_code_is_a_use_on_every_processor() {
    for machine in [Machine::X86, Machine::Arm64, Machine::S390x] {
        let program = Program::new(
            machine,
            &[
                ("main.issue", &["crypto/rsa.SignPKCS1v15"], None),
                ("crypto/rsa.SignPKCS1v15", &[], None),
            ],
        );
        let detection = program.look();
        let found = found(&detection, "crypto/rsa.SignPKCS1v15");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].asset.algorithm(), Some("RSASSA-PKCS1"));
        assert_eq!(found[0].confidence, Confidence::High);
        assert_eq!(found[0].function.as_deref(), Some("main.issue"));
        // The second call of the function behind the runtime's 31.
        assert_eq!(
            found[0].location.span.start,
            (CODE + 31 * LENGTH + 8) as u64
        );
    }
}

#[test]
fn what_only_the_standard_library_calls_is_linked_with_it() {
    let program = Program::new(
        Machine::X86,
        &[
            ("main.main", &["crypto/x509.checkSignature"], None),
            (
                "crypto/x509.checkSignature",
                &["crypto/ecdsa.VerifyASN1", "crypto/sha256.Sum256"],
                None,
            ),
            ("crypto/ecdsa.VerifyASN1", &[], None),
            ("crypto/sha256.Sum256", &[], None),
        ],
    );
    let detection = program.look();
    let found = found(&detection, "crypto/ecdsa.VerifyASN1");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].confidence, Confidence::Medium);
    assert_eq!(
        &*found[0].text,
        "crypto/ecdsa.VerifyASN1 is linked with crypto/x509"
    );
    assert_eq!(found[0].function, None);
    assert_eq!(detection.findings.len(), 1, "every program has the digest");
}

#[test]
fn what_was_inlined_is_used_by_what_it_was_inlined_into() {
    let program = Program::new(
        Machine::X86,
        &[("main.main", &[], Some("crypto/ed25519.Sign"))],
    );
    let detection = program.look();
    let found = found(&detection, "crypto/ed25519.Sign");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].asset.brief(), "algorithm Ed25519 op=sign");
    assert_eq!(found[0].function.as_deref(), Some("main.main"));
    let start = (CODE + 31 * LENGTH + 8) as u64;
    assert_eq!(found[0].location.span.start, start);
}

#[test]
fn what_inlined_code_of_a_library_calls_is_no_use_of_the_program() {
    // The call lies in the second eight bytes, which are those of the inlined function.
    let program = Program::new(
        Machine::X86,
        &[
            (
                "main.main",
                &["crypto/ecdsa.VerifyASN1"],
                Some("crypto/x509.helper"),
            ),
            ("crypto/ecdsa.VerifyASN1", &[], None),
        ],
    );
    let detection = program.look();
    let found = found(&detection, "crypto/ecdsa.VerifyASN1");
    assert_eq!(found[0].confidence, Confidence::Medium);
    assert_eq!(
        &*found[0].text,
        "crypto/ecdsa.VerifyASN1 is linked with crypto/x509"
    );
}

#[test]
fn a_function_stands_for_itself_where_no_calls_can_be_read_and_nothing_brings_it_along() {
    let alone = Program::new(Machine::Mips, &[("crypto/rsa.GenerateKey", &[], None)]);
    assert_eq!(
        found(&alone.look(), "crypto/rsa.GenerateKey")[0].confidence,
        Confidence::High
    );
    let carried = Program::new(
        Machine::Mips,
        &[
            ("crypto/rsa.VerifyPSS", &[], None),
            ("crypto/tls.(*Conn).Close", &[], None),
        ],
    );
    assert_eq!(
        found(&carried.look(), "crypto/rsa.VerifyPSS")[0].confidence,
        Confidence::Medium
    );
}

#[test]
fn a_key_behind_an_interface_is_the_type_s() {
    let program = Program::new(
        Machine::X86,
        &[("crypto/ecdh.(*x25519Curve).GenerateKey", &[], None)],
    );
    let detection = program.look();
    assert_eq!(detection.findings[0].asset.brief(), "key X25519 op=keygen");
    assert_eq!(detection.findings[0].confidence, Confidence::Medium);
}

#[test]
fn inner_packages_and_digests_are_no_evidence() {
    let program = Program::new(
        Machine::X86,
        &[
            ("crypto/internal/fips140/nistec.NewP256Point", &[], None),
            ("crypto/internal/fips140/ecdsa.Sign", &[], None),
            ("crypto/sha256.New", &[], None),
            ("main.main", &["crypto/internal/fips140/ecdsa.Sign"], None),
        ],
    );
    assert!(program.look().findings.is_empty());
}

#[test]
fn a_package_of_a_known_module_is_a_part_without_a_version() {
    let program = Program::new(
        Machine::X86,
        &[
            ("golang.org/x/crypto/ssh.Dial", &[], None),
            ("vendor/golang.org/x/crypto/chacha20poly1305.New", &[], None),
        ],
    );
    let parts = program
        .look()
        .binary
        .map(|binary| binary.parts)
        .unwrap_or_default();
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["Go", "golang.org/x/crypto"]);
    let copied = Program::new(
        Machine::X86,
        &[("vendor/golang.org/x/crypto/chacha20poly1305.New", &[], None)],
    );
    let parts = copied
        .look()
        .binary
        .map(|binary| binary.parts)
        .unwrap_or_default();
    assert_eq!(parts.len(), 1, "the toolchain, of no known version");
    assert_eq!(parts[0].purl.as_deref(), Some("pkg:golang/stdlib"));
}

#[test]
fn a_damaged_program_does_no_harm() {
    let known = Knowledge::load(&[]).unwrap();
    let program = Program::new(
        Machine::X86,
        &[
            (
                "main.main",
                &["crypto/rsa.SignPSS"],
                Some("crypto/ed25519.Sign"),
            ),
            ("crypto/rsa.SignPSS", &[], None),
        ],
    );
    let whole = &program.bytes;
    for length in (0..whole.len()).step_by(97) {
        look_with(&whole[..length], &known);
    }
    let mut state = 12345_u64;
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = CODE + (state >> 33) as usize % (bytes.len() - CODE);
            bytes[at] = (state >> 24) as u8
        }
        let detection = look_with(&bytes, &known);
        assert!(detection.findings.len() < 100);
        for finding in &detection.findings {
            let span = finding.location.span;
            assert!(span.start <= span.end && span.end <= bytes.len() as u64)
        }
    }
}

#[test]
fn a_table_with_more_functions_than_bytes_is_none() {
    let mut bytes = Program::new(Machine::X86, &[]).bytes;
    let at = CODE + 31 * LENGTH;
    assert_eq!(table::find(&bytes).len(), 1);
    bytes[at + 8..at + 16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(table::find(&bytes).is_empty());
}
