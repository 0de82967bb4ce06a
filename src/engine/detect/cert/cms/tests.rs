//! What each message shows.

use super::vectors;
use crate::detect::Passwords;
use crate::detect::cert::der::{write, write_oid, write_unsigned};
use crate::detect::cert::pkcs12::tests::{EC_KEY, bytes, holds, look, survives};

fn lines(base64: &str) -> Vec<String> {
    look(&bytes(base64), &Passwords::default())
}

#[test]
fn a_signature_uses_the_certificate_of_its_signer() {
    let lines = lines(vectors::EC);
    holds(
        &lines,
        &[
            "signature ECDSA",
            "digest=SHA-256",
            "CMS by CN=ec.test",
            "-> ECDSA",
        ],
    );
    holds(&lines, &["certificate ECDSA", "CN=ec.test"]);
    holds(&lines, &["key EC", EC_KEY]);
}

#[test]
fn ed25519_shows_the_digest_of_the_message_apart() {
    let lines = lines(vectors::ED25519);
    holds(
        &lines,
        &[
            "signature Ed25519",
            "by serial number ",
            " of CN=ed.test",
            "-> SHA-512",
        ],
    );
    holds(&lines, &["algorithm SHA-512 op=digest"]);
}

#[test]
fn pss_shows_its_parameters_and_the_key_that_signed() {
    let lines = lines(vectors::PSS);
    holds(
        &lines,
        &[
            "signature RSASSA-PSS",
            "digest=SHA-384",
            "mgf_digest=SHA-384",
            "salt_bits=256",
            "by key identifier ",
        ],
    );
}

#[test]
fn a_signature_of_a_key_has_the_digest_of_the_message() {
    let lines = lines(vectors::PLAIN_RSA);
    holds(
        &lines,
        &["signature RSASSA-PKCS1", "digest=SHA-256", "of CN=rsa.test"],
    );
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn an_envelope_shows_how_its_key_is_agreed_on() {
    let lines = lines(vectors::ECDH);
    holds(&lines, &["ciphertext", "CMS for 1"]);
    holds(&lines, &["algorithm ECDH", "op=agree"]);
    holds(&lines, &["algorithm X963KDF", "digest=SHA-1"]);
    holds(
        &lines,
        &["algorithm AES", "key_bits=256", "mode=KW", "op=wrap"],
    );
    holds(
        &lines,
        &["algorithm AES", "key_bits=256", "mode=CBC", "op=encrypt"],
    );
}

#[test]
fn an_envelope_shows_how_its_key_is_transported() {
    let lines = lines(vectors::OAEP);
    holds(&lines, &["ciphertext", "CMS for 1 -> RSAES-OAEP, AES"]);
    holds(
        &lines,
        &[
            "algorithm RSAES-OAEP",
            "digest=SHA-256",
            "mgf_digest=SHA-256",
        ],
    );
    holds(
        &lines,
        &["algorithm AES", "key_bits=128", "mode=GCM", "tag_bits=128"],
    );
}

#[test]
fn an_envelope_for_a_password_shows_its_derivation() {
    let lines = lines(vectors::PASSWORD);
    holds(
        &lines,
        &[
            "algorithm PBKDF2",
            "iterations=2048",
            "digest=SHA-1@default",
        ],
    );
    holds(&lines, &["algorithm AES", "key_bits=128", "op=wrap"]);
}

#[test]
fn lengths_that_are_not_said_are_read() {
    let lines = lines(vectors::INDEFINITE);
    holds(&lines, &["ciphertext", "CMS for 1 -> RSAES-PKCS1, 3DES"]);
}

#[test]
fn a_bundle_of_certificates_is_no_signature() {
    let lines = lines(vectors::CERTIFICATES);
    holds(&lines, &["CN=ec.test"]);
    holds(&lines, &["CN=ed.test"]);
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("signature") || line.starts_with("skip"))
    );
}

#[test]
fn a_timestamp_in_a_signature_is_a_signature_that_it_uses() {
    let lines = lines(vectors::STAMPED);
    let by = "of CN=ec.test -> ECDSA";
    holds(&lines, &["signature ECDSA", "CMS by serial number", by]);
    holds(
        &lines,
        &[
            "signature ECDSA",
            "digest=SHA-256",
            "timestamp by",
            "of CN=tsa.test",
        ],
    );
}

#[test]
fn post_quantum_recipients_and_signers_are_named() {
    // KEMRecipientInfo (RFC 9629) with ML-KEM-768 (RFC 9936), HKDF with SHA-256, AES-256 key wrap.
    let oid = |dotted| write(0x30, &write_oid(dotted).unwrap());
    let kem = [
        write_unsigned(&[]),
        write(0x80, &[7; 20]),
        oid("2.16.840.1.101.3.4.4.2"),
        write(4, &[1; 64]),
        oid("1.2.840.113549.1.9.16.3.28"),
        write_unsigned(&[32]),
        oid("2.16.840.1.101.3.4.1.45"),
        write(4, &[2; 40]),
    ]
    .concat();
    let other = [
        write_oid("1.2.840.113549.1.9.16.13.3").unwrap(),
        write(0x30, &kem),
    ]
    .concat();
    let content = [
        write_oid("1.2.840.113549.1.7.1").unwrap(),
        write(
            0x30,
            &[
                write_oid("2.16.840.1.101.3.4.1.42").unwrap(),
                write(4, &[3; 16]),
            ]
            .concat(),
        ),
        write(0x80, &[4; 16]),
    ]
    .concat();
    let enveloped = [
        write_unsigned(&[3]),
        write(0x31, &write(0xa4, &other)),
        write(0x30, &content),
    ]
    .concat();
    let info = |kind: &str, content: &[u8]| {
        let content = write(0xa0, &write(0x30, content));
        write(0x30, &[write_oid(kind).unwrap(), content].concat())
    };
    let lines = look(
        &info("1.2.840.113549.1.7.3", &enveloped),
        &Passwords::default(),
    );
    holds(&lines, &["algorithm ML-KEM-768", "op=encapsulate"]);
    holds(&lines, &["algorithm HKDF", "digest=SHA-256"]);
    holds(
        &lines,
        &["algorithm AES", "key_bits=256", "mode=KW", "op=wrap"],
    );
    holds(&lines, &["CMS for 1"]);

    // ML-DSA-65 (RFC 9882) over a digest of SHA-512.
    let signer = [
        write_unsigned(&[3]),
        write(0x80, &[7; 20]),
        oid("2.16.840.1.101.3.4.2.3"),
        oid("2.16.840.1.101.3.4.3.18"),
        write(4, &[5; 64]),
    ]
    .concat();
    let signed = [
        write_unsigned(&[3]),
        write(0x31, &oid("2.16.840.1.101.3.4.2.3")),
        write(0x30, &write_oid("1.2.840.113549.1.7.1").unwrap()),
        write(0x31, &write(0x30, &signer)),
    ]
    .concat();
    let lines = look(
        &info("1.2.840.113549.1.7.2", &signed),
        &Passwords::default(),
    );
    holds(
        &lines,
        &["signature ML-DSA-65", "key identifier 0707", "-> SHA-512"],
    );
}

#[test]
fn a_message_that_ends_too_early_is_told() {
    let mut cut = bytes(vectors::EC);
    cut.truncate(500);
    let lines = look(&cut, &Passwords::default());
    holds(&lines, &["skip", "the CMS ends too early"]);
}

#[test]
fn a_broken_message_survives() {
    for base64 in [
        vectors::EC,
        vectors::ECDH,
        vectors::INDEFINITE,
        vectors::PLAIN_RSA,
    ] {
        survives(&bytes(base64))
    }
}
