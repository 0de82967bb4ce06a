//! The algorithms that a module of the Linux kernel registers: the names after which others ask for them (`MODULE_ALIAS_CRYPTO`).

use super::described::Described;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::model::{Asset, AssetKind, Confidence, Facet, Facets, Origin, Technique, Value};

/// A parameter that a name says beside the algorithm.
type More = Option<(Facet, &'static str)>;

/// Names that are not those of the catalogue (`crypto/*.c` of the kernel): the algorithm, and its curve, mode or digest.
#[rustfmt::skip]
static NAMES: &[(&str, &str, More)] = &[
    ("rsa", "RSA", None),
    ("dsa", "DSA", None),
    ("sm2", "SM2", None),
    ("dh", "FFDH", None),
    ("curve25519", "X25519", None),
    ("ecdsa-nist-p192", "ECDSA", Some((Facet::Curve, "P-192"))),
    ("ecdsa-nist-p256", "ECDSA", Some((Facet::Curve, "P-256"))),
    ("ecdsa-nist-p384", "ECDSA", Some((Facet::Curve, "P-384"))),
    ("ecdsa-nist-p521", "ECDSA", Some((Facet::Curve, "P-521"))),
    ("ecdh-nist-p192", "ECDH", Some((Facet::Curve, "P-192"))),
    ("ecdh-nist-p256", "ECDH", Some((Facet::Curve, "P-256"))),
    ("ecdh-nist-p384", "ECDH", Some((Facet::Curve, "P-384"))),
    ("pkcs1pad(rsa)", "RSA", None),
    ("pkcs1pad(rsa,sha256)", "RSASSA-PKCS1", Some((Facet::Digest, "SHA-256"))),
    ("pkcs1pad(rsa,sha512)", "RSASSA-PKCS1", Some((Facet::Digest, "SHA-512"))),
    ("aes", "AES", None),
    ("ecb(aes)", "AES", Some((Facet::Mode, "ECB"))),
    ("cbc(aes)", "AES", Some((Facet::Mode, "CBC"))),
    ("ctr(aes)", "AES", Some((Facet::Mode, "CTR"))),
    ("xts(aes)", "AES", Some((Facet::Mode, "XTS"))),
    ("gcm(aes)", "AES", Some((Facet::Mode, "GCM"))),
    ("ccm(aes)", "AES", Some((Facet::Mode, "CCM"))),
    ("hmac(sha1)", "HMAC", Some((Facet::Digest, "SHA-1"))),
    ("hmac(sha256)", "HMAC", Some((Facet::Digest, "SHA-256"))),
    ("hmac(sha384)", "HMAC", Some((Facet::Digest, "SHA-384"))),
    ("hmac(sha512)", "HMAC", Some((Facet::Digest, "SHA-512"))),
    ("cmac(aes)", "AES-CMAC", None),
    ("des3_ede", "3DES", None),
    ("arc4", "RC4", None),
    ("rfc7539(chacha20,poly1305)", "ChaCha20-Poly1305", None),
];

/// Adds what the names say; names of drivers (`rsa-generic`) say it once more.
pub(super) fn tell(described: &Described, seen: &mut Seen<'_>) {
    let mut told: Vec<&str> = Vec::new();
    for (name, at) in &described.registers {
        if told.contains(&name.as_str()) {
            continue;
        }
        let Some(facets) = facets(name, seen) else {
            continue;
        };
        told.push(name);
        seen.add(Sighting {
            asset: Asset {
                facets,
                ..Asset::new(AssetKind::Algorithm)
            },
            technique: Technique::Exports,
            confidence: Confidence::High,
            at: at.clone(),
            library: "c/linux-crypto".to_owned(),
            entry: "binary/kernel-module".to_owned(),
            symbol: name.clone(),
            text: format!("registers \"{name}\" with the kernel"),
            function: None,
        });
    }
}

/// Whether a text is one of the names that are listed here: what else the catalogue knows may be a word.
pub(super) fn is_asked_for(name: &str) -> bool {
    NAMES.iter().any(|(known, ..)| *known == name)
}

/// What a name stands for.
pub(super) fn facets(name: &str, seen: &Seen<'_>) -> Option<Facets> {
    let catalog = &seen.known.catalog;
    let found = NAMES.iter().find(|(known, ..)| *known == name);
    let (algorithm, more) = match found {
        Some((_, algorithm, more)) => (catalog.algorithm(algorithm)?, *more),
        None => (catalog.algorithm(name)?, None),
    };
    let said = |text: &str| Value::name(text, Origin::Literal);
    let mut facets = Facets::from([(Facet::Algorithm, said(&algorithm.name))]);
    if let Some((facet, text)) = more {
        facets.insert(facet, said(text));
    }
    Some(facets)
}
