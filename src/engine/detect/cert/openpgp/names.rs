//! The numbers of RFC 9580 §9, RFC 9980 and LibrePGP as the catalogue's names. A number that is not known is reported as the number.

use crate::detect::cert::seen::Seen;
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, AssetKind, Facet, Facets, Operation, Origin, Value, Why};

/// A number of some registry that is not known.
pub(super) fn unknown(registry: &str, number: u8) -> Value {
    Value::unknown(Why::new("openpgp", format!("{registry} {number}")))
}

/// An algorithm with what its name implies.
pub(super) fn algorithm(name: &str, catalog: &Catalog) -> Facets {
    let mut facets = Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))]);
    for (facet, text) in catalog.implied(name) {
        facets.insert(*facet, Value::name(text, Origin::Implied));
    }
    facets
}

fn unknown_algorithm(registry: &str, number: u8) -> Facets {
    Facets::from([(Facet::Algorithm, unknown(registry, number))])
}

/// Hybrids and others of RFC 9980: their name, and the lengths of their public halves one behind the other.
pub(super) fn post_quantum(number: u8) -> Option<(&'static str, usize)> {
    Some(match number {
        30 => ("ML-DSA-65+Ed25519", 32 + 1952),
        31 => ("ML-DSA-87+Ed448", 57 + 2592),
        32 => ("SLH-DSA-SHAKE-128s", 32),
        33 => ("SLH-DSA-SHAKE-128f", 32),
        34 => ("SLH-DSA-SHAKE-256s", 64),
        35 => ("ML-KEM-768+X25519", 32 + 1184),
        36 => ("ML-KEM-1024+X448", 56 + 1568),
        _ => return None,
    })
}

/// Whether the number is one of a public-key algorithm.
pub(super) const fn is_public_key(number: u8) -> bool {
    matches!(number, 1..=3 | 16..=20 | 22 | 25..=28 | 30..=36)
}

/// Whether the number is one of a digest.
pub(super) const fn is_digest(number: u8) -> bool {
    matches!(number, 1..=3 | 8..=12 | 14)
}

/// Whether the number is one of a cipher.
pub(super) const fn is_cipher(number: u8) -> bool {
    matches!(number, 1..=4 | 7..=13)
}

/// What signs. `r` is the first number of the signature, for the one algorithm that says its curve by its size only.
pub(super) fn signing(number: u8, digest: u8, r: Option<&[u8]>, catalog: &Catalog) -> Facets {
    let mut facets = match number {
        1 | 3 => algorithm("RSASSA-PKCS1", catalog),
        17 => algorithm("DSA", catalog),
        19 => algorithm("ECDSA", catalog),
        20 => algorithm("ElGamal", catalog),
        // EdDSALegacy is Ed25519 (RFC 9580 §9.2.1), and Ed448 in LibrePGP.
        22 if r.is_some_and(|r| r.len() <= 32) => algorithm("Ed25519", catalog),
        22 => algorithm("EdDSA", catalog),
        27 => algorithm("Ed25519", catalog),
        28 => algorithm("Ed448", catalog),
        _ => match post_quantum(number) {
            Some((name, _)) => algorithm(name, catalog),
            None => unknown_algorithm("public-key algorithm", number),
        },
    };
    facets.insert(Facet::Digest, self::digest(digest));
    facets
}

/// What a session key is encrypted with.
pub(super) fn encrypting(number: u8, catalog: &Catalog) -> Facets {
    match number {
        1 | 2 => algorithm("RSAES-PKCS1", catalog),
        16 | 20 => algorithm("ElGamal", catalog),
        18 => algorithm("ECDH", catalog),
        25 => algorithm("X25519", catalog),
        26 => algorithm("X448", catalog),
        _ => match post_quantum(number) {
            Some((name, _)) => algorithm(name, catalog),
            None => unknown_algorithm("public-key algorithm", number),
        },
    }
}

/// A digest (RFC 9580 §9.5).
pub(super) fn digest(number: u8) -> Value {
    let name = match number {
        1 => "MD5",
        2 => "SHA-1",
        3 => "RIPEMD-160",
        8 => "SHA-256",
        9 => "SHA-384",
        10 => "SHA-512",
        11 => "SHA-224",
        12 => "SHA3-256",
        14 => "SHA3-512",
        _ => return unknown("digest", number),
    };
    Value::name(name, Origin::Literal)
}

/// A cipher (RFC 9580 §9.3) with its mode: that of `aead` (§9.6), or CFB where there is none.
pub(super) fn cipher(number: u8, aead: Option<u8>) -> Facets {
    let (name, bits) = match number {
        1 => ("IDEA", 128),
        2 => ("3DES", 168),
        3 => ("CAST5", 128),
        4 => ("Blowfish", 128),
        7 => ("AES", 128),
        8 => ("AES", 192),
        9 => ("AES", 256),
        10 => ("Twofish", 256),
        11 => ("Camellia", 128),
        12 => ("Camellia", 192),
        13 => ("Camellia", 256),
        _ => return unknown_algorithm("cipher", number),
    };
    let mode = match aead {
        None => Value::name("CFB", Origin::Implied),
        Some(1) => Value::name("EAX", Origin::Literal),
        Some(2) => Value::name("OCB", Origin::Literal),
        Some(3) => Value::name("GCM", Origin::Literal),
        Some(other) => unknown("AEAD", other),
    };
    Facets::from([
        (Facet::Algorithm, Value::name(name, Origin::Literal)),
        (Facet::KeyBits, Value::number(bits, Origin::Literal)),
        (Facet::Mode, mode),
    ])
}

/// Adds an algorithm that something else uses.
pub(super) fn add(facets: Facets, operation: Operation, seen: &mut Seen<'_>) -> usize {
    let asset = Asset {
        facets,
        operations: [operation].into(),
        ..Asset::new(AssetKind::Algorithm)
    };
    seen.add(asset, super::ENTRY)
}
