//! Bytecode: whatever is told apart by its first bytes as a class, a dex file, or another form that holds a program for a virtual
//! machine.
//!
//! The first byte says what the rest begins with, so that the fuzzer need not find the magic numbers by itself.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::detect::binary::Binaries;
use pqscan::detect::{Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};

mod panics;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// What files begin with, by form; nothing where the input has to say it.
static BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\xca\xfe\xba\xbe\0\0\0\x3d",
    b"dex\n035\0",
    b"dex\n041\0",
];

/// More findings or skips than these are too many for files of this size.
const MANY: usize = 10_000;

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| {
        let Some((first, rest)) = bytes.split_first() else {
            return;
        };
        let beginning = BEGINNINGS[usize::from(*first) % BEGINNINGS.len()];
        let file = [beginning, rest].concat();
        let artifact = Artifact::file("x", Context::Production);
        let passwords = Passwords::default();
        let means = Means {
            known: &KNOWN,
            passwords: &passwords,
        };
        let mut source = file.as_slice();
        let detection = Binaries.detect(&artifact, &mut source, &means);
        assert!(detection.findings.len() < MANY && detection.skips.len() < MANY);
        for finding in &detection.findings {
            let span = finding.location.span;
            assert!(span.start <= span.end && span.end <= file.len() as u64);
        }
    }
);
