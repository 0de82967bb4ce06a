//! What each store shows.

use super::vectors;
use crate::detect::Passwords;
use crate::detect::cert::pkcs12::tests::{EC_KEY, bytes, holds, look, survives};

#[test]
fn a_jks_shows_its_key_by_its_certificate_and_opens() {
    let lines = look(&bytes(vectors::JKS), &Passwords::default());
    holds(
        &lines,
        &["keystore", "JKS opened with a common password, 1 entries"],
    );
    holds(&lines, &["certificate ECDSA", "CN=ec.test"]);
    holds(
        &lines,
        &[
            "key EC",
            "(private, encrypted) [server]",
            EC_KEY,
            "-> JKS-KeyProtector",
        ],
    );
    assert!(
        !lines.iter().any(|line| line.starts_with("skip")),
        "{lines:?}"
    );
}

#[test]
fn a_locked_jceks_shows_all_but_what_its_secret_key_is() {
    let lines = look(&bytes(vectors::JCEKS), &Passwords::default());
    holds(&lines, &["JCEKS locked, 3 entries"]);
    holds(
        &lines,
        &[
            "key EC",
            "(private, encrypted) [server]",
            EC_KEY,
            "-> JCEKS-KDF, 3DES",
        ],
    );
    holds(
        &lines,
        &[
            "key",
            "?encrypted",
            "(secret, encrypted) [token]",
            "-> JCEKS-KDF, 3DES",
        ],
    );
    holds(&lines, &["key EC", "(public) [anchor]", EC_KEY]);
    holds(
        &lines,
        &["algorithm JCEKS-KDF", "digest=MD5", "salt_bits=64"],
    );
    holds(&lines, &["skip", "no password fits"]);
    let given = Passwords {
        common: false,
        given: vec!["opensesame".to_owned()],
    };
    let lines = look(&bytes(vectors::JCEKS), &given);
    holds(
        &lines,
        &["key AES", "key_bits=256", "(secret, encrypted) [token]"],
    );
    holds(&lines, &["JCEKS opened with a given password, 3 entries"]);
}

#[test]
fn a_cut_jks_shows_what_came_before_the_cut() {
    let mut cut = bytes(vectors::JKS);
    cut.truncate(cut.len() - 30);
    let lines = look(&cut, &Passwords::default());
    holds(&lines, &["JKS locked, 0 entries"]);
    holds(&lines, &["(private, encrypted) [server]"]);
    holds(&lines, &["skip", "in the middle of an entry"]);
}

#[test]
fn a_broken_jks_survives() {
    survives(&bytes(vectors::JKS));
    survives(&bytes(vectors::JCEKS));
}
