//! Anything as a binary: the detector of binaries, and what holds whatever it reads.

use pqscan::detect::binary::Binaries;
use pqscan::detect::{Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};

/// The beginnings that files are given, by the first byte: an ELF file for several processors, PE, Mach-O, WebAssembly, and none.
static BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0",
    b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0",
    b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x16",
    b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xf3\0",
    b"MZ\0\0\0\0\0\0",
    b"\xcf\xfa\xed\xfe\x0c\0\0\x01",
    b"\0asm\x01\0\0\0",
];

/// The first byte picks what stands before the rest.
pub(crate) fn look(bytes: &[u8], known: &Knowledge) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let beginning = BEGINNINGS[usize::from(*first) % BEGINNINGS.len()];
    let file = [beginning, rest].concat();
    let artifact = Artifact::file("x", Context::Production);
    if !Binaries.claims(&artifact, &file[..file.len().min(4096)]) {
        return;
    }
    let passwords = Passwords::default();
    let means = Means {
        known,
        passwords: &passwords,
    };
    let detection = Binaries.detect(&artifact, &mut file.as_slice(), &means);
    let length = file.len();
    assert!(
        detection.findings.len() <= 64 + length,
        "{} findings in {length} bytes",
        detection.findings.len()
    );
    assert!(
        detection.skips.len() <= 200,
        "{} skips",
        detection.skips.len()
    );
    for skip in &detection.skips {
        assert!(skip.detail.len() < 2_000, "a skip of {}", skip.detail.len())
    }
    for finding in &detection.findings {
        assert!(finding.text.chars().count() <= 160, "{}", finding.entry);
        let span = finding.location.span;
        assert!(
            span.start <= span.end && span.end <= length as u64,
            "{span:?} of {length} bytes by {}",
            finding.entry
        );
    }
    let parts = detection.binary.iter().flat_map(|binary| &binary.parts);
    for part in parts {
        assert!(part.at <= length as u64, "{} at {}", part.name, part.at)
    }
}
