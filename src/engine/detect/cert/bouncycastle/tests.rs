//! What each store shows.

use super::vectors;
use crate::detect::Passwords;
use crate::detect::cert::pkcs12::tests::{EC_KEY, bytes, holds, look, survives};

#[test]
fn a_bks_shows_its_entries_and_opens() {
    let lines = look(&bytes(vectors::BKS), &Passwords::default());
    holds(
        &lines,
        &["keystore", "BKS opened with a common password, 2 entries"],
    );
    holds(
        &lines,
        &[
            "key EC",
            "(private, encrypted) [server]",
            EC_KEY,
            "-> PKCS12-KDF, 3DES",
        ],
    );
    holds(&lines, &["key EC", "(public) [anchor]", EC_KEY]);
    holds(&lines, &["algorithm HMAC", "digest=SHA-1"]);
    assert!(
        !lines.iter().any(|line| line.starts_with("skip")),
        "{lines:?}"
    );
}

#[test]
fn an_uber_shows_how_it_is_encrypted() {
    let lines = look(&bytes(vectors::UBER), &Passwords::default());
    holds(&lines, &["UBER locked, 0 entries -> PKCS12-KDF, Twofish"]);
    holds(&lines, &["skip", "the entries of the UBER"]);
}

#[test]
fn a_locked_bcfks_shows_how_it_is_protected() {
    let none = Passwords {
        common: false,
        given: vec!["wrong".to_owned()],
    };
    let lines = look(&bytes(vectors::BCFKS), &none);
    holds(
        &lines,
        &["BCFKS locked, 0 entries -> PBKDF2, AES, PBKDF2, HMAC"],
    );
    holds(
        &lines,
        &[
            "algorithm PBKDF2",
            "digest=SHA-512",
            "iterations=51200",
            "salt_bits=512",
        ],
    );
    holds(
        &lines,
        &["algorithm AES", "key_bits=256", "mode=CCM", "tag_bits=64"],
    );
    holds(&lines, &["algorithm HMAC", "digest=SHA-512"]);
}

#[test]
fn a_bcfks_opens() {
    let lines = look(&bytes(vectors::BCFKS), &Passwords::default());
    holds(&lines, &["BCFKS opened with a common password, 2 entries"]);
    holds(&lines, &["certificate ECDSA", "CN=ec.test"]);
    holds(&lines, &["(private, encrypted) [server]", EC_KEY]);
    holds(&lines, &["(public) [anchor]", EC_KEY]);
    assert!(!lines.iter().any(|line| line.starts_with("skip")));
}

#[test]
fn a_broken_store_survives() {
    survives(&bytes(vectors::BKS));
}
