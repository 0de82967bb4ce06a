//! Each check of the lint sees its mistake: a policy without one, changed in one place.

use super::*;

const SOUND: &str = r#"
schema        = 1
id            = "ours"
title         = "Ours"
document      = "Our standard"
version       = "1"
date          = "2026-01-01"
section       = "§1"
binding       = "binding"
evidence      = "primary"
scope         = "us"
source        = ["Our standard, version 1"]
last_verified = "2026-02-01"
covers        = ["RSA"]

[hybrids]
position = "allowed"
words    = "why not"

[allowed]
kem       = ["ML-KEM"]
signature = ["ML-DSA-87"]
firmware  = ["LMS"]
cipher    = ["AES-256"]
hash      = ["SHA-384"]

[[allowed_until]]
last_day  = "2030-12-31"
signature = ["ML-DSA-65"]
hash      = ["SHA-256"]

[[deadline]]
concerns   = ["signature"]
ends       = "deprecated"
last_day   = "2029-12-31"
up_to_bits = 112
section    = "§2"

[[deadline]]
concerns    = ["signature"]
ends        = "disallowed"
last_day    = "2030-12-31"
criticality = "high"
case        = "the gravest"

[[deadline]]
concerns = ["signature"]
ends     = "disallowed"
last_day = "2032-12-31"

[[milestone]]
day   = "2027-01-01"
words = "a plan"

[[milestone]]
day   = "2028-01-01"
words = "a start"
section = "§3"

[[target]]
for    = ["tls-key-exchange"]
use    = ["X25519MLKEM768", "MLKEM1024"]
note   = "the first where both know it"
source = "RFC 10024"

[[target]]
for    = ["firmware-signing"]
use    = ["LMS", "ML-DSA-87"]
note   = "LMS with its state in hardware"
source = "https://example.org/firmware"

[[target]]
for    = ["ssh-key"]
use    = []
note   = "nothing yet"
source = "draft-sun-ssh-composite-sigs"
"#;

fn own(text: &str) -> Result<Policy, PolicyError> {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    Policy::own("ours.toml", text, &catalog)
}

#[test]
fn a_sound_policy_has_no_mistakes() {
    own(SOUND).unwrap();
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let policy = Policy::parse("ours.toml", SOUND).unwrap();
    assert_eq!(
        lint_file("policy/ours.toml", &policy, &catalog),
        Vec::<String>::new()
    );
    assert_eq!(
        lint_file("policy/theirs.toml", &policy, &catalog),
        ["id: `ours` is not the file's name"]
    );
}

#[test]
fn every_mistake_is_seen() {
    for (from, to, said) in [
        ("schema        = 1", "schema = 2", "schema: it is 1, not 2"),
        ("\"ours\"", "\"Our policy\"", "id: small letters"),
        (
            "[\"Our standard, version 1\"]",
            "[]",
            "source: at least one",
        ),
        (
            "Our standard, version 1",
            "somewhere",
            "source: `somewhere` is neither",
        ),
        (
            "Our standard, version 1",
            "https://nowhere",
            "source: `https://nowhere` is neither",
        ),
        (
            "https://example.org/firmware",
            "a book",
            "source: `a book` is neither",
        ),
        (
            "\"2026-02-01\"",
            "\"2025-02-01\"",
            "last_verified: 2025-02-01 is before",
        ),
        (
            "scope         = \"us\"",
            "scope = \" \"",
            "scope: it says nothing",
        ),
        (
            "title         = \"Ours\"",
            "title = \"\"",
            "title: it says nothing",
        ),
        ("\"Our standard\"", "\"\"", "document: it says nothing"),
        (
            "version       = \"1\"",
            "version = \"\"",
            "version: it says nothing",
        ),
        (
            "section       = \"§1\"",
            "section = \"\"",
            "section: it says nothing",
        ),
        ("\"us\"", "\"us.\"", "scope: without a full stop"),
        (
            "\"us\"",
            "\"us\\u001b[31m\"",
            "scope: it holds a control character",
        ),
        ("why not", "why not.", "hybrids.words: without a full stop"),
        ("the gravest", "the gravest.", "case: without a full stop"),
        ("a plan", "a plan.", "words: without a full stop"),
        ("nothing yet", "nothing yet.", "note: without a full stop"),
        ("\"§2\"", "\"§2.\"", "section: without a full stop"),
        ("\"§3\"", "\"\"", "section: it says nothing"),
        (
            "version 1\"]",
            "version 1.\"]",
            "source: without a full stop",
        ),
        (
            "\"RFC 10024\"",
            "\"RFC 10024.\"",
            "source: without a full stop",
        ),
        (
            "[\"ML-DSA-87\"]\nfirmware",
            "[\"ML-KEM\"]\nfirmware",
            "allowed.signature: the catalogue has no such algorithm `ML-KEM`",
        ),
        (
            "[\"LMS\"]",
            "[\"SHA-256\"]",
            "allowed.firmware: the catalogue has no such algorithm `SHA-256`",
        ),
        (
            "\"deprecated\"\nlast_day   = \"2029-12-31\"",
            "\"disallowed\"\nlast_day = \"2033-12-31\"",
            "deadline 2033-12-31: the general one, 2032-12-31, comes first",
        ),
        (
            "[\"RSA\"]",
            "[\"rsa\"]",
            "covers: no algorithm is called `rsa`",
        ),
        (
            "[\"RSA\"]",
            "[\"ROT13\"]",
            "covers: no algorithm is called `ROT13`",
        ),
        (
            "[\"ML-KEM\"]",
            "[\"ML-KEM-2048\"]",
            "allowed.kem: the catalogue has no such algorithm `ML-KEM-2048`",
        ),
        (
            "[\"ML-KEM\"]",
            "[\"ML-DSA\"]",
            "allowed.kem: the catalogue has no such algorithm `ML-DSA`",
        ),
        (
            "[\"AES-256\"]",
            "[\"AES-255\"]",
            "allowed.cipher: the catalogue has no such algorithm `AES-255`",
        ),
        (
            "[\"AES-256\"]",
            "[\"AES\"]",
            "allowed.cipher: the catalogue has no such algorithm `AES`",
        ),
        (
            "[\"SHA-384\"]",
            "[\"SHA384\"]",
            "allowed.hash: the catalogue has no such algorithm `SHA384`",
        ),
        ("[\"SHA-384\"]", "[]", "`allowed.hash` is empty"),
        (
            "[\"SHA-256\"]",
            "[\"SHA-384\"]",
            "`SHA-384` is allowed for good",
        ),
        (
            "[\"SHA-256\"]",
            "[\"SHA-257\"]",
            "no such algorithm `SHA-257`",
        ),
        (
            "last_day  = \"2030-12-31\"",
            "last_day  = \"2025-12-31\"",
            "allowed_until 2025-12-31: it is before the document",
        ),
        (
            "2029-12-31",
            "2019-12-31",
            "deadline 2019-12-31: it is before the document",
        ),
        (
            "2029-12-31",
            "2033-12-31",
            "it is deprecated when it is disallowed already",
        ),
        (
            "last_day    = \"2030-12-31\"",
            "last_day    = \"2034-12-31\"",
            "the general one, 2032-12-31, comes first",
        ),
        (
            "criticality = \"high\"\n",
            "",
            "deadline 2032-12-31: another of the same kind says 2030-12-31",
        ),
        (
            "concerns   = [\"signature\"]",
            "concerns   = []",
            "deadline 2029-12-31: it concerns nothing",
        ),
        (
            "2028-01-01",
            "2026-12-31",
            "milestone 2026-12-31: it comes after 2027-01-01",
        ),
        (
            "for    = [\"ssh-key\"]",
            "for    = []",
            "target: it is for nothing",
        ),
        (
            "for    = [\"ssh-key\"]",
            "for    = [\"tls-key-exchange\"]",
            "target tls-key-exchange: there are two",
        ),
        (
            "note   = \"nothing yet\"\n",
            "",
            "target ssh-key: it names nothing, and no note says why",
        ),
        (
            "\"MLKEM1024\"",
            "\"X25519MLKEM768\"",
            "`X25519MLKEM768` stands there twice",
        ),
        (
            "\"MLKEM1024\"",
            "\"MLKEM2048\"",
            "the catalogue has no `MLKEM2048`",
        ),
        (
            "\"MLKEM1024\"",
            "\"P256MLKEM768\"",
            "`P256MLKEM768` is written `SecP256r1MLKEM768`",
        ),
        (
            "\"MLKEM1024\"",
            "\"X25519\"",
            "`X25519` does not withstand quantum computers",
        ),
        (
            "\"MLKEM1024\"",
            "\"SIKE\"",
            "`SIKE` does not withstand quantum computers",
        ),
        (
            "\"MLKEM1024\"",
            "\"HQC-256\"",
            "`HQC-256` is no final standard",
        ),
        (
            "\"MLKEM1024\"",
            "\"X-Wing\"",
            "`X-Wing` is no final standard",
        ),
        (
            "\"ML-DSA-87\"]\nnote",
            "\"FN-DSA\"]\nnote",
            "`FN-DSA` is no final standard",
        ),
        (
            "for    = [\"firmware-signing\"]",
            "for    = [\"code-signing\"]",
            "`LMS` keeps state",
        ),
        (
            "note   = \"LMS with its state in hardware\"\n",
            "",
            "`LMS` keeps state",
        ),
        (
            "\"ML-DSA-87\"]\nnote",
            "\"SLH-DSA\"]\nnote",
            "`SLH-DSA` is not among what it allows",
        ),
        (
            "\"ML-DSA-87\"]\nnote",
            "\"ML-DSA-65\"]\nnote",
            "`ML-DSA-65` is allowed until 2030-12-31 only",
        ),
        (
            "[\"ML-KEM\"]",
            "[\"ML-KEM-1024\"]",
            "`X25519MLKEM768` is not among what it allows",
        ),
    ] {
        assert!(SOUND.contains(from), "{from}");
        match own(&SOUND.replacen(from, to, 1)) {
            Err(PolicyError::Mistakes { mistakes, .. }) => assert!(
                mistakes.iter().any(|mistake| mistake.contains(said)),
                "{from} -> {to}: {mistakes:?}"
            ),
            other => panic!("{from} -> {to}: {other:?}"),
        }
    }
}

#[test]
fn a_policy_without_any_date_is_none() {
    let without = SOUND.split("[[deadline]]").next().unwrap().to_owned();
    let error = own(&without).unwrap_err().to_string();
    assert!(
        error.contains("neither a deadline nor a milestone"),
        "{error}"
    );
    own(&without.replace("binding       = \"binding\"", "binding = \"proposed\"")).unwrap();
    own(&format!(
        "{without}[[milestone]]\nday = \"2027-01-01\"\nwords = \"a plan\"\n"
    ))
    .unwrap();
}

#[test]
fn what_a_policy_itself_allows_may_be_a_target_before_its_standard() {
    let named = SOUND.replace("[\"ML-KEM\"]", "[\"ML-KEM\", \"HQC\"]");
    own(&named.replace("\"MLKEM1024\"", "\"HQC-256\"")).unwrap();
}

#[test]
fn unknown_keys_and_words_are_mistakes() {
    for (from, to) in [
        ("title ", "titel "),
        ("words    =", "word ="),
        ("hash      = [\"SHA-256\"]", "hashes = [\"SHA-256\"]"),
        ("kem       =", "kems ="),
        ("case ", "cases "),
        ("words = \"a plan\"", "words = \"a plan\"\nwho = \"we\""),
        ("note   = \"nothing yet\"", "notes = \"nothing yet\""),
        ("\"binding\"", "\"law\""),
        ("\"tls-key-exchange\"", "\"tls\""),
        ("\"2029-12-31\"", "\"2029-02-30\""),
        ("\"2029-12-31\"", "\"end of 2029\""),
    ] {
        assert!(SOUND.contains(from), "{from}");
        let found = own(&SOUND.replacen(from, to, 1));
        assert!(
            matches!(found, Err(PolicyError::Shape { .. })),
            "{from} -> {to}: {found:?}"
        );
    }
}

#[test]
fn a_list_says_nothing_of_what_a_name_leaves_open() {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let policy = own(SOUND).unwrap();
    let permit = |list, name, purpose| policy.permits(list, name, purpose, &catalog);
    use {Listed::*, Permit::*};
    assert_eq!(permit(Kem, "ML-KEM-512", None), Allowed);
    assert_eq!(permit(Kem, "FrodoKEM", None), No);
    assert_eq!(permit(Signature, "ML-DSA", None), Unsaid);
    assert_eq!(permit(Signature, "ML-DSA-44", None), No);
    let last_day = jiff::civil::date(2030, 12, 31);
    assert_eq!(permit(Signature, "ML-DSA-65", None), Until(last_day));
    assert_eq!(permit(Hash, "SHA-2", None), Unsaid);
    assert_eq!(permit(Hash, "SHA-256", None), Until(last_day));
    assert_eq!(
        permit(Signature, "LMS", Some(Purpose::CodeSigning)),
        Allowed
    );
    assert_eq!(permit(Signature, "LMS", Some(Purpose::JsonSignature)), No);
    assert_eq!(permit(Signature, "LMS", None), Unsaid);
    assert_eq!(permit(Cipher, "AES-128", None), No);
}
