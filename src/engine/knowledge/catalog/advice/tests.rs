//! Sentences are what people read: they are held word by word.

use super::*;

fn advice(library: &str, version: Option<&str>, wanted: Wanted) -> Option<Advice> {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let library = catalog
        .library(library)
        .or_else(|| catalog.library_of_rules(library))?;
    catalog.advice(library, version, wanted)
}

fn sentence(library: &str, version: Option<&str>, wanted: Wanted) -> String {
    advice(library, version, wanted)
        .map(|advice| advice.sentence)
        .unwrap_or_default()
}

#[test]
fn a_version_before_the_first_is_told_the_first() {
    let found = advice("OpenSSL", Some("1.1.1w"), Wanted::Kem).unwrap();
    assert_eq!(found.has, Some(false));
    assert_eq!(found.since.as_deref(), Some("3.5.0"));
    assert_eq!(
        found.sentence,
        "OpenSSL 1.1.1w has none; ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08)."
    );
    assert!(!found.source.is_empty());
    assert_eq!(
        sentence("OpenSSL", Some("3.0.19"), Wanted::TlsHybrid),
        "OpenSSL 3.0.19 has none; OpenSSL offers X25519MLKEM768 by default from 3.5.0 on (2025-04-08)."
    );
}

#[test]
fn a_version_that_has_it_is_told_so() {
    let found = advice("Go", Some("go1.24.4"), Wanted::TlsHybrid).unwrap();
    assert_eq!((found.has, found.by_default), (Some(true), true));
    assert_eq!(
        found.sentence,
        "Go 1.24.4 offers X25519MLKEM768 by default."
    );
    assert_eq!(
        sentence("OpenSSL", Some("3.5.4"), Wanted::Signature),
        "OpenSSL 3.5.4 has ML-DSA and SLH-DSA."
    );
}

#[test]
fn what_needs_configuration_says_so_and_when_it_needs_none() {
    let found = advice("NSS", Some("3.110"), Wanted::TlsHybrid).unwrap();
    assert_eq!((found.has, found.by_default), (Some(true), false));
    assert_eq!(
        found.sentence,
        "NSS 3.110 can use X25519MLKEM768 when told to; from 3.118 on by default."
    );
}

#[test]
fn an_unseen_version_is_told_from_which_on() {
    let found = advice("OpenSSL", None, Wanted::Kem).unwrap();
    assert_eq!((found.has, found.since.as_deref()), (None, Some("3.5.0")));
    assert_eq!(
        found.sentence,
        "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08); which version this is was not seen."
    );
    assert_eq!(
        sentence("OpenSSL", Some("3.5.0-beta1"), Wanted::Kem),
        "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08); version 3.5.0-beta1 was seen and cannot be compared."
    );
}

#[test]
fn lines_of_versions_are_told_apart_and_hearsay_is_called_so() {
    let found = advice("OpenJDK", Some("17.0.10"), Wanted::Kem).unwrap();
    assert_eq!(found.since.as_deref(), Some("17.0.21"));
    assert_eq!(found.evidence, Evidence::SecondHand);
    assert_eq!(
        found.sentence,
        "OpenJDK 17.0.10 has none; ML-KEM is in OpenJDK from 17.0.21 on (2026-10), and in every version from 24 on (second-hand)."
    );
    assert_eq!(
        sentence("OpenJDK", Some("25"), Wanted::TlsHybrid),
        "OpenJDK 25 has none; OpenJDK offers X25519MLKEM768 by default from 27 on (2026-09)."
    );
}

#[test]
fn what_nobody_confirms_is_neither_had_nor_lacked() {
    let found = advice("OpenJDK", Some("17.0.21"), Wanted::Signature).unwrap();
    assert_eq!(found.has, None);
    assert_eq!(
        found.sentence,
        "ML-DSA is in OpenJDK from 24 on (2025-03) and from 21.0.13 on in its line; whether OpenJDK 17.0.21 has ML-DSA is not confirmed (second-hand)."
    );
    let before = advice("OpenJDK", Some("17.0.10"), Wanted::Signature).unwrap();
    assert_eq!(before.has, Some(false));
}

#[test]
fn what_depends_on_the_build_is_neither_had_nor_lacked() {
    let found = advice("GnuTLS", Some("3.8.10"), Wanted::TlsHybrid).unwrap();
    assert_eq!(found.has, None);
    assert!(
        found.sentence.contains("where it is built with leancrypto"),
        "{}",
        found.sentence
    );
}

#[test]
fn a_library_that_rests_on_another_is_told_about_that_one() {
    let found = advice("nginx", Some("1.28.0"), Wanted::TlsHybrid).unwrap();
    assert_eq!((found.library.as_str(), found.has), ("nginx", None));
    assert_eq!(found.since.as_deref(), Some("3.5.0"));
    assert_eq!(
        found.sentence,
        "nginx has what the OpenSSL has that it runs with: OpenSSL offers X25519MLKEM768 by default from 3.5.0 on (2025-04-08); which version this is was not seen."
    );
}

#[test]
fn a_library_without_any_is_told_another() {
    let found = advice("ring", Some("0.17.14"), Wanted::Kem).unwrap();
    assert_eq!((found.has, found.since), (Some(false), None));
    assert_eq!(
        found.sentence,
        "No post-quantum key encapsulation is known in ring, up to 0.17.14; aws-lc-rs has ML-KEM from 1.10.0 on."
    );
}

#[test]
fn a_question_that_does_not_fit_has_no_answer() {
    assert_eq!(advice("OpenSSH", Some("9.9p1"), Wanted::Kem), None);
    assert_eq!(advice("libsodium", None, Wanted::TlsHybrid), None);
    // Somebody looked for signatures there, and for a KEM of its own in nobody's TLS.
    assert!(advice("libsodium", None, Wanted::Signature).is_some());
    assert_eq!(advice("GnuTLS", None, Wanted::Kem), None);
}

#[test]
fn of_several_to_look_at_instead_the_one_that_has_it_is_told() {
    assert_eq!(
        sentence("rust/rsa", None, Wanted::Signature),
        "No post-quantum signatures are known in RustCrypto and dalek, RSA and curves, up to 2026-07; RustCrypto ml-dsa has ML-DSA from 0.0.4 on."
    );
    assert_eq!(
        sentence("PyNaCl", Some("1.5.0"), Wanted::Kem),
        "No post-quantum key encapsulation is known in PyNaCl, up to 1.6.2; pyca/cryptography has ML-KEM from 48.0.0 on, where it is built with \
         OpenSSL 3.5 or later, as the wheels of PyPI are."
    );
}

#[test]
fn a_strangers_version_is_fit_for_a_sentence() {
    let evil = format!("1.1.1\u{1b}[31m\n{}", "x".repeat(60));
    let text = sentence("OpenSSL", Some(&evil), Wanted::Kem);
    assert!(!text.contains(['\u{1b}', '\n']), "{text}");
    assert!(text.len() < 200, "{text}");
}

#[test]
fn every_library_answers_every_question_or_says_that_it_does_not_fit() {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    for library in catalog.libraries() {
        for wanted in [
            Wanted::Kem,
            Wanted::Signature,
            Wanted::TlsHybrid,
            Wanted::SshHybrid,
            Wanted::Ike,
            Wanted::Openpgp,
            Wanted::X509,
        ] {
            for version in [None, Some("0.0.1"), Some("9999"), Some("odd")] {
                let Some(advice) = catalog.advice(library, version, wanted) else {
                    continue;
                };
                let sentence = &advice.sentence;
                assert!(sentence.ends_with('.'), "{sentence}");
                assert!(!sentence.contains("  "), "{sentence}");
                assert!(!advice.source.is_empty(), "{sentence}");
            }
        }
    }
}
