//! Anything as key material: the detector of certificates, keys, keystores and signatures, and what holds whatever it reads.

use std::fmt::Write as _;
use std::ops::Range;

use pqscan::detect::cert::Material;
use pqscan::detect::{Detection, Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};

/// By target, the names that its files have: they decide what some of them are taken for.
pub(crate) static NAMES: &[(&str, &[&str])] = &[
    ("der", &["x", "x.der", "x.crt", "x.csr", "x.p8"]),
    (
        "cms_pkcs12",
        &["x", "x.p12", "x.p7m", "x.jar!/META-INF/X.RSA"],
    ),
    ("keystores", &["x", "x.jks", "x.bks", "x.p12"]),
    (
        "openpgp",
        &[
            "x",
            "x.gpg",
            "x.sig",
            "private-keys-v1.d/x.key",
            "x.deb!/_gpgorigin",
        ],
    ),
    (
        "texts",
        &["x", "known_hosts", "Kexample.org.+008+12345.private"],
    ),
    (
        "signed",
        &["x", "x.apk", "x.apk.idsig", "x.jar!/META-INF/X.EC", "x.rpm"],
    ),
];

/// From this first byte on, a password is tried. Few files are to be so: nearly all time would be spent in derivations.
pub(crate) const WITH_PASSWORD: u8 = 0xf0;

/// What a secret is behind, in files that are text.
const BEFORE_SECRETS: &[&[u8]] = &[
    b"PRIVATE KEY-----",
    b"AGE-SECRET-KEY-1",
    b"AGE-SECRET-KEY-PQ-1",
    b"PrivateKey",
    b"Private-Lines:",
    b"\"d\"",
    b"\"dp\"",
    b"\"k\"",
    b"\"priv\"",
];
/// A secret that is shorter may stand elsewhere by chance.
const LEAST_SECRET: usize = 24;

/// The first byte says the name and whether there is a password, the rest is the file.
pub(crate) fn look(target: &str, bytes: &[u8], known: &Knowledge) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let names = NAMES
        .iter()
        .find(|(name, _)| *name == target)
        .map_or(&["x"][..], |(_, names)| names);
    let name = names[usize::from(*first & 0x0f) % names.len()];
    let passwords = Passwords {
        common: false,
        given: if *first >= WITH_PASSWORD {
            vec!["changeit".to_owned()]
        } else {
            Vec::new()
        },
    };
    look_at(name, rest, &passwords, known)
}

/// Looks at a file, and at what was said of it.
pub(crate) fn look_at(name: &str, bytes: &[u8], passwords: &Passwords, known: &Knowledge) {
    let artifact = Artifact::file(name, Context::Production);
    assert!(Material.claims(&artifact, bytes), "every file may hold one");
    let means = Means { known, passwords };
    let detection = Material.detect(&artifact, &mut { bytes }, &means);
    is_bounded(&detection, bytes.len());
    tells_no_secret(&detection, bytes);
}

fn is_bounded(detection: &Detection, length: usize) {
    let findings = &detection.findings;
    assert!(
        findings.len() <= 64 + length / 2,
        "{} findings in {length} bytes",
        findings.len()
    );
    assert!(
        detection.skips.len() <= 101,
        "{} skips",
        detection.skips.len()
    );
    for skip in &detection.skips {
        assert!(skip.detail.len() < 2_000, "a skip of {}", skip.detail.len())
    }
    for finding in findings {
        let text = finding.text.chars().count();
        assert!(text <= 160, "{text} characters of {}", finding.entry);
        assert!(
            !finding.text.chars().any(char::is_control),
            "a control is shown by {}",
            finding.entry
        );
        let span = finding.location.span;
        assert!(
            span.start <= span.end && span.end <= length as u64,
            "{span:?} of {length} bytes by {}",
            finding.entry
        );
        assert!(
            finding.uses.iter().all(|used| *used < findings.len()),
            "{} uses what there is not",
            finding.entry
        );
    }
}

/// No secret that is easily seen as one stands in anything that is told: as it is, nor in hexadecimal.
fn tells_no_secret(detection: &Detection, bytes: &[u8]) {
    let mut secrets = secrets_of_text(bytes);
    secrets.extend(secret_of_rsa(bytes));
    if secrets.is_empty() || detection.findings.len() + detection.skips.len() > 100 {
        return;
    }
    let told = format!("{:?} {:?}", detection.findings, detection.skips);
    for secret in secrets {
        let secret = &bytes[secret];
        // What stands in two places may be public in the other.
        if memchr::memmem::find_iter(bytes, secret).count() > 1 {
            continue;
        }
        let mut digits = String::new();
        for byte in secret {
            let _ = write!(digits, "{byte:02x}");
        }
        let plain = String::from_utf8_lossy(secret);
        assert!(
            !told.contains(&*plain) && !told.contains(&digits),
            "a secret is told: {plain:?} in {told}"
        );
    }
}

/// The first long run of encoded characters behind each word that announces one, where nothing else stands between.
fn secrets_of_text(bytes: &[u8]) -> Vec<Range<usize>> {
    let encoded = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let mut secrets = Vec::new();
    for word in BEFORE_SECRETS {
        for at in memchr::memmem::find_iter(bytes, word) {
            let behind = &bytes[at + word.len()..];
            let between = behind
                .iter()
                .take(24)
                .take_while(|byte| b" \t\r\n:=\"0123456789".contains(byte))
                .count();
            let run = behind[between..].iter().take_while(|b| encoded(b)).count();
            let start = at + word.len() + between;
            // Where the line goes on, it may as well be the name of something.
            let ends = bytes
                .get(start + run)
                .is_none_or(|byte| b"\r\n\"".contains(byte));
            if ends && (LEAST_SECRET..400).contains(&run) {
                secrets.push(start..start + run)
            }
        }
    }
    secrets
}

/// The last bytes of an RSA private key that is the whole file: its coefficient (RFC 8017 appendix A.1.2).
fn secret_of_rsa(bytes: &[u8]) -> Option<Range<usize>> {
    let whole = bytes.starts_with(&[0x30, 0x82])
        && usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])) + 4 == bytes.len()
        && bytes.len() > 512;
    let kind: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82";
    let head = bytes.get(4..32)?;
    let private = head.starts_with(b"\x02\x01\x00\x02\x82")
        || head.starts_with(b"\x02\x01\x00\x30\x0d") && head[5..].starts_with(kind);
    (whole && private).then_some(bytes.len() - LEAST_SECRET..bytes.len())
}
