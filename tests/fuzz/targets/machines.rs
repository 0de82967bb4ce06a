//! Anything as bytecode of a virtual machine, and what holds whatever the detector of binaries reads in it.

use pqscan::detect::binary::Binaries;
use pqscan::detect::{Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};

/// What files begin with, by form; nothing where the input says it itself.
pub(crate) static BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\xca\xfe\xba\xbe\0\0\0\x3d",
    b"dex\n035\0",
    b"dex\n041\0",
    b"\0asm\x01\0\0\0",
    b"\x55\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0", // Python 3.8
    b"\xa7\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0", // Python 3.11
    b"\x2b\x0e\r\n\0\0\0\0\0\0\0\0\0\0\0\0", // Python 3.14
    KEYS.split_at(HEADERS).0,
    FLOWS.split_at(HEADERS).0,
];

static KEYS: &[u8] = include_bytes!("../../../corpus/binary/dotnet/files/keys.dll");
static FLOWS: &[u8] = include_bytes!("../../../corpus/binary/dotnet/files/flows.dll");
/// The headers of these libraries of .NET end here, that of the runtime as the last; methods and metadata follow.
const HEADERS: usize = 0x250;

/// More findings or skips than these are too many for files of this size.
const MANY: usize = 10_000;

/// The first byte says what the file begins with, so that nobody has to find the magic numbers by chance; the rest follows.
pub(crate) fn look(bytes: &[u8], known: &Knowledge) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let beginning = BEGINNINGS[usize::from(*first) % BEGINNINGS.len()];
    let file = [beginning, rest].concat();
    let artifact = Artifact::file("x", Context::Production);
    let passwords = Passwords::default();
    let means = Means {
        known,
        passwords: &passwords,
    };
    let detection = Binaries.detect(&artifact, &mut file.as_slice(), &means);
    assert!(detection.findings.len() < MANY && detection.skips.len() < MANY);
    for finding in &detection.findings {
        let span = finding.location.span;
        assert!(span.start <= span.end && span.end <= file.len() as u64);
    }
    for skip in &detection.skips {
        assert!(!skip.detail.contains("gave up"), "{}", skip.detail);
    }
}
