//! What each store shows, in one line a finding.

use super::vectors;
use crate::detect::cert::Material;
use crate::detect::cert::der::{self, Node};
use crate::detect::{Detector as _, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::object::KeyId;
use crate::model::{Artifact, Context, Object};

/// Looks at bytes as a file; a line for each finding and each skip.
pub(in crate::detect::cert) fn look(bytes: &[u8], passwords: &Passwords) -> Vec<String> {
    let known = Knowledge::load(&[]).unwrap();
    let means = Means {
        known: &known,
        passwords,
    };
    let artifact = Artifact::file("store", Context::Production);
    let detection = Material.detect(&artifact, &mut &bytes[..], &means);
    let mut lines: Vec<String> = detection
        .findings
        .iter()
        .map(|finding| line(finding, &detection.findings))
        .collect();
    lines.extend(
        detection
            .skips
            .iter()
            .map(|skip| format!("skip {}: {}", skip.reason.name(), skip.detail)),
    );
    lines
}

fn line(finding: &crate::model::Finding, all: &[crate::model::Finding]) -> String {
    let mut line = finding.asset.brief();
    match finding.asset.object.as_deref() {
        Some(Object::Key(key)) => {
            let halves: Vec<_> = key.halves.iter().map(|half| half.name()).collect();
            let labels: Vec<_> = key.labels.iter().map(String::as_str).collect();
            let id = match key.id {
                KeyId::Spki(fingerprint) => fingerprint.to_string()[..8].to_owned(),
                KeyId::Itself(_, why) => why.to_owned(),
            };
            line += &format!(" ({}) [{}] {id}", halves.join("+"), labels.join(","));
        }
        Some(Object::Keystore(store)) => {
            line += &format!(
                " {} {}, {} entries",
                store.form,
                store.opened.name(),
                store.entries
            )
        }
        Some(Object::Certificate(certificate)) => line += &format!(" {}", certificate.subject.text),
        Some(Object::Signature(signature)) => {
            line += &format!(
                " {} by {}",
                signature.form,
                signature.signer.as_deref().unwrap_or("?")
            )
        }
        Some(Object::Ciphertext(ciphertext)) => {
            line += &format!(" {} for {}", ciphertext.form, ciphertext.recipients)
        }
        _ => {}
    }
    if !finding.uses.is_empty() {
        let used: Vec<_> = finding
            .uses
            .iter()
            .map(|used| {
                let asset = &all[*used].asset;
                asset.algorithm().unwrap_or(asset.kind.name()).to_owned()
            })
            .collect();
        line += &format!(" -> {}", used.join(", "));
    }
    line
}

/// The bytes of a vector.
pub(in crate::detect::cert) fn bytes(base64: &str) -> Vec<u8> {
    data_encoding::BASE64.decode(base64.as_bytes()).unwrap()
}

fn common(base64: &str) -> Vec<String> {
    look(&bytes(base64), &Passwords::default())
}

/// Whether some line holds all of the words.
#[track_caller]
pub(in crate::detect::cert) fn holds(lines: &[String], words: &[&str]) {
    assert!(
        lines
            .iter()
            .any(|line| words.iter().all(|word| line.contains(word))),
        "nothing holds {words:?}:\n{}",
        lines.join("\n")
    );
}

/// Of the key in all vectors (`openssl pkey -pubout -outform DER | sha256sum`).
pub(in crate::detect::cert) const EC_KEY: &str = "1ec13a30";

#[test]
fn a_modern_store_opens_with_a_common_password() {
    let lines = common(vectors::MODERN);
    holds(
        &lines,
        &[
            "keystore",
            "PKCS#12 opened with a common password, 2 entries",
        ],
    );
    holds(&lines, &["certificate ECDSA", "CN=ec.test"]);
    holds(
        &lines,
        &[
            "key EC",
            "curve=P-256",
            "(private, encrypted) [server]",
            EC_KEY,
        ],
    );
    holds(
        &lines,
        &[
            "algorithm PBKDF2",
            "digest=SHA-256",
            "iterations=2048",
            "salt_bits=64",
        ],
    );
    holds(&lines, &["algorithm AES", "key_bits=256", "mode=CBC"]);
    holds(
        &lines,
        &["algorithm PKCS12-KDF", "digest=SHA-256", "iterations=2048"],
    );
    holds(&lines, &["algorithm HMAC", "digest=SHA-256"]);
    assert!(
        !lines.iter().any(|line| line.starts_with("skip")),
        "{lines:?}"
    );
}

#[test]
fn a_legacy_store_opens_with_the_empty_password() {
    let lines = common(vectors::LEGACY);
    holds(
        &lines,
        &["PKCS#12 opened with a common password, 2 entries"],
    );
    holds(&lines, &["algorithm RC2", "key_bits=40", "mode=CBC"]);
    holds(&lines, &["algorithm 3DES", "key_bits=168", "mode=CBC"]);
    holds(&lines, &["(private, encrypted) [old]", EC_KEY]);
}

#[test]
fn a_locked_store_shows_what_stands_outside_and_opens_with_a_given_password() {
    let lines = common(vectors::LOCKED);
    holds(&lines, &["PKCS#12 locked, 1 entries"]);
    holds(
        &lines,
        &[
            "key",
            "?encrypted",
            "(private, encrypted) [hidden]",
            "the key is encrypted",
        ],
    );
    holds(&lines, &["algorithm AES", "key_bits=256"]);
    holds(&lines, &["skip", "no password fits"]);
    assert!(!lines.iter().any(|line| line.starts_with("certificate")));
    let given = Passwords {
        common: false,
        given: vec!["wrong".to_owned(), "unguessable-7".to_owned()],
    };
    let lines = look(&bytes(vectors::LOCKED), &given);
    holds(&lines, &["PKCS#12 opened with a given password, 2 entries"]);
    holds(&lines, &["(private, encrypted) [hidden]", EC_KEY]);
    assert!(!lines.join("\n").contains("unguessable"));
}

#[test]
fn without_guessing_a_common_password_stays_unknown() {
    let none = Passwords {
        common: false,
        given: Vec::new(),
    };
    holds(&look(&bytes(vectors::MODERN), &none), &["PKCS#12 locked"]);
}

#[test]
fn a_store_without_encryption_is_open_and_its_key_is_private() {
    let lines = common(vectors::OPEN);
    holds(&lines, &["PKCS#12 open, 2 entries"]);
    holds(&lines, &["(private) [plain]", EC_KEY]);
}

#[test]
fn rc4_and_two_key_3des_are_undone() {
    let lines = common(vectors::RC4);
    holds(&lines, &["algorithm RC4", "key_bits=128"]);
    holds(&lines, &["algorithm 3DES", "key_bits=112"]);
    holds(&lines, &["algorithm HMAC", "digest=SHA-512"]);
    holds(
        &lines,
        &["PKCS#12 opened with a common password, 2 entries"],
    );
    assert!(
        !lines.iter().any(|line| line.starts_with("skip")),
        "{lines:?}"
    );
}

#[test]
fn a_secret_key_of_java_says_what_it_is() {
    let lines = common(vectors::SECRET);
    holds(
        &lines,
        &["key AES", "key_bits=256", "(secret, encrypted) [token]"],
    );
    holds(&lines, &["algorithm PBKDF2", "iterations=10000"]);
}

#[test]
fn iterations_that_cost_too_much_are_not_tried() {
    let sound = bytes(vectors::MODERN);
    // Of the MAC, the last field: 2048, written with four bytes instead.
    let at = sound.len() - 4;
    assert_eq!(sound[at..], [2, 2, 8, 0]);
    let mut costly = sound[..at].to_vec();
    costly.extend([2, 4, 0x7f, 0xff, 0xff, 0xff]);
    costly[3] += 2;
    let length = |bytes: &[u8]| u16::from_be_bytes([bytes[2], bytes[3]]);
    assert_eq!(length(&costly), length(&sound) + 2);
    // The MacData's own header stands before DigestInfo, salt and iterations.
    let data = memchr::memmem::rfind(&costly, &[0x30, 0x41, 0x30, 0x31]).unwrap();
    costly[data + 1] += 2;
    let start = std::time::Instant::now();
    let lines = look(&costly, &Passwords::default());
    holds(&lines, &["algorithm PKCS12-KDF", "iterations=2147483647"]);
    holds(&lines, &["PKCS#12 locked"]);
    holds(&lines, &["skip", "work limit"]);
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn a_store_in_ber_is_read() {
    // The authenticated safe in pieces, in lengths that are not said.
    let sound = bytes(vectors::OPEN);
    let (whole, _) = Node::first(&sound).unwrap();
    let safe = whole.child(1).unwrap().child(1).unwrap().child(0).unwrap();
    let (one, two) = safe.body.split_at(safe.body.len() / 2);
    let pieces = [der::write(4, one), der::write(4, two)].concat();
    let end = [0, 0];
    let octets = [&[0x24, 0x80], &pieces[..], &end].concat();
    let explicit = [&[0xa0, 0x80], &octets[..], &end].concat();
    let info = [
        &[0x30, 0x80],
        &der::write_oid(super::DATA).unwrap()[..],
        &explicit,
        &end,
    ]
    .concat();
    let store = [&[0x30, 0x80, 2, 1, 3], &info[..], &end].concat();
    let lines = look(&store, &Passwords::default());
    holds(&lines, &["PKCS#12 open, 2 entries"]);
    holds(&lines, &["(private) [plain]", EC_KEY]);
}

#[test]
fn a_store_that_ends_too_early_is_told() {
    let mut cut = bytes(vectors::MODERN);
    cut.truncate(700);
    let lines = look(&cut, &Passwords::default());
    holds(&lines, &["PKCS#12 locked, 0 entries"]);
    holds(&lines, &["skip", "ends too early"]);
}

#[test]
fn stores_in_stores_end() {
    // A bag of a key that is a store itself, over and over.
    let oid = |dotted| der::write_oid(dotted).unwrap();
    let explicit = |content: &[u8]| der::write(0xa0, content);
    let mut store = Vec::new();
    for _ in 0..2000 {
        let bag = [oid("1.2.840.113549.1.12.10.1.1"), explicit(&store)].concat();
        let contents = der::write(0x30, &der::write(0x30, &bag));
        let data = |bytes: &[u8]| {
            let content = explicit(&der::write(4, bytes));
            der::write(0x30, &[oid(super::DATA), content].concat())
        };
        let safe = data(&der::write(0x30, &data(&contents)));
        store = der::write(0x30, &[der::write_unsigned(&[3]), safe].concat());
    }
    let lines = look(&store, &Passwords::default());
    holds(&lines, &["PKCS#12 open, 1 entries"]);
}

/// Cuts at every place and turns every byte over; nothing may panic.
pub(in crate::detect::cert) fn survives(sound: &[u8]) {
    let known = Knowledge::load(&[]).unwrap();
    let none = Passwords {
        common: false,
        given: vec!["changeit".to_owned()],
    };
    let means = Means {
        known: &known,
        passwords: &none,
    };
    let artifact = Artifact::file("store", Context::Production);
    let look = |bytes: &[u8]| {
        Material.detect(&artifact, &mut &bytes[..], &means);
    };
    for end in 0..sound.len() {
        look(&sound[..end])
    }
    for at in 0..sound.len() {
        let mut bad = sound.to_vec();
        bad[at] ^= if at % 2 == 0 { 0xff } else { 0x21 };
        look(&bad)
    }
}

#[test]
fn a_broken_store_survives() {
    survives(&bytes(vectors::OPEN));
    survives(&bytes(vectors::RC4));
}
