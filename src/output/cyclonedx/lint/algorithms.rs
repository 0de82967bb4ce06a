//! Checks of what is said of algorithms: family, curve, level, OID.

use serde_json::Value;

use super::super::registry;
use super::Found;
use super::bom::{Document, word};

pub(super) fn unknown_family(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(family) = algorithm.get("algorithmFamily").and_then(Value::as_str) else {
            continue;
        };
        if !registry::is_family(family) {
            found.error(
                component.at(),
                format!("algorithm family \"{family}\" is not in the registry of 1.7"),
            );
        } else if !registry::is_family_everywhere(family) {
            found.warning(component.at(), format!("algorithm family \"{family}\" is in one of the editions 1.7.0 and 1.7.1 only: validators with the other refuse it"));
        }
    }
}

pub(super) fn unknown_curve(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(curve) = algorithm.get("ellipticCurve").and_then(Value::as_str) else {
            continue;
        };
        if !registry::is_curve(curve) {
            found.error(component.at(), format!("curve \"{curve}\" is not in the registry of 1.7, which writes `nist/P-256`, `secg/secp256k1`, `other/Ed25519`"));
        }
    }
}

pub(super) fn no_primitive(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if algorithm.get("primitive").is_none() {
            found.warning(
                component.at(),
                "has no `primitive`: write `unknown` where it is not known",
            )
        }
    }
}

fn level(algorithm: &Value) -> Option<u64> {
    algorithm
        .get("nistQuantumSecurityLevel")
        .and_then(Value::as_u64)
}

pub(super) fn no_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if level(algorithm).is_some() {
            continue;
        }
        let name = component.word("name");
        if shor_breaks(name, algorithm) || expected_level(name, algorithm).is_some() {
            found.warning(
                component.at(),
                "has no `nistQuantumSecurityLevel`, though its name says enough to know it",
            );
        }
    }
}

pub(super) fn impossible_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if let Some(level) = level(algorithm).filter(|level| *level > 5) {
            found.error(component.at(), format!("has quantum security level {level}; NIST defines categories 1 to 5, and 0 stands for none"));
        }
        let classical = algorithm
            .get("classicalSecurityLevel")
            .and_then(Value::as_u64);
        if let Some(bits) = classical.filter(|bits| *bits > 1024) {
            found.error(
                component.at(),
                format!(
                    "has classical security level {bits}: that is a key size, not bits of security"
                ),
            );
        }
    }
}

pub(super) fn broken_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(level) = level(algorithm).filter(|level| *level > 0) else {
            continue;
        };
        if shor_breaks(component.word("name"), algorithm) {
            found.error(component.at(), format!("has quantum security level {level}, though Shor's algorithm breaks it: 0 is right"));
        }
    }
}

pub(super) fn wrong_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let (Some(level), Some(expected)) = (
            level(algorithm),
            expected_level(component.word("name"), algorithm),
        ) else {
            continue;
        };
        // Above 5 is impossible whatever the algorithm, and says so itself.
        if level != expected && level <= 5 {
            found.error(component.at(), format!("has quantum security level {level}; its parameter set is in category {expected}"));
        }
    }
}

/// Whether the algorithm is one that Shor's algorithm breaks, by its registry family or by the first word of its name. Hybrids are not.
pub(super) fn shor_breaks(name: &str, algorithm: &Value) -> bool {
    const FAMILIES: [&str; 18] = [
        "RSASSA-PKCS1",
        "RSASSA-PSS",
        "RSAES-PKCS1",
        "RSAES-OAEP",
        "EdDSA",
        "ECDSA",
        "ECIES",
        "MQV",
        "ElGamal",
        "DSA",
        "ECDH",
        "FFDH",
        "SRP",
        "J-PAKE",
        "SM2",
        "SM9",
        "X3DH",
        "BLS",
    ];
    const WORDS: [&str; 20] = [
        "RSA", "RSASSA", "RSAES", "ECDSA", "ECDH", "ECDHE", "ECIES", "ECMQV", "DSA", "DH", "DHE",
        "FFDH", "FFDHE", "X25519", "X448", "ED25519", "ED448", "EDDSA", "ELGAMAL", "EC",
    ];
    let plain = compact(name);
    if [
        "MLKEM",
        "MLDSA",
        "SLHDSA",
        "KYBER",
        "DILITHIUM",
        "SNTRUP",
        "FRODO",
        "HQC",
        "BIKE",
        "MCELIECE",
        "FALCON",
    ]
    .iter()
    .any(|pq| plain.contains(pq))
    {
        return false;
    }
    if word(algorithm, "primitive") == "combiner" {
        return false;
    }
    // A name that holds alternatives ("RSA or unknown") says nothing about the others.
    if name.contains(" or ") {
        return FAMILIES.contains(&word(algorithm, "algorithmFamily"));
    }
    let first = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    FAMILIES.contains(&word(algorithm, "algorithmFamily"))
        || WORDS.contains(&first.to_ascii_uppercase().as_str())
}

/// The NIST category of parameter sets that nobody disputes: AES by key length (the definition of categories 1, 3 and 5), FIPS 203, 204 and 205.
pub(super) fn expected_level(name: &str, algorithm: &Value) -> Option<u64> {
    const SETS: [(&str, u64); 15] = [
        ("MLKEM512", 1),
        ("MLKEM768", 3),
        ("MLKEM1024", 5),
        ("MLDSA44", 2),
        ("MLDSA65", 3),
        ("MLDSA87", 5),
        ("SLHDSASHA2128", 1),
        ("SLHDSASHA2192", 3),
        ("SLHDSASHA2256", 5),
        ("SLHDSASHAKE128", 1),
        ("SLHDSASHAKE192", 3),
        ("SLHDSASHAKE256", 5),
        ("AES128", 1),
        ("AES192", 3),
        ("AES256", 5),
    ];
    if name.contains(" or ") {
        return None;
    }
    let plain = compact(name);
    if let Some((_, level)) = SETS.iter().find(|(set, _)| {
        plain
            .strip_prefix(set)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    }) {
        return Some(*level);
    }
    let set = compact(&format!(
        "{}{}",
        word(algorithm, "algorithmFamily"),
        word(algorithm, "parameterSetIdentifier")
    ));
    SETS.iter()
        .find(|(known, _)| set == *known)
        .map(|(_, level)| *level)
}

/// Letters and digits only, in upper case.
fn compact(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

pub(super) fn oid_form(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        let Some(oid) = component
            .crypto()
            .and_then(|crypto| crypto.get("oid"))
            .and_then(Value::as_str)
        else {
            continue;
        };
        let arcs: Vec<&str> = oid.split('.').collect();
        if arcs.len() < 2
            || arcs
                .iter()
                .any(|arc| arc.is_empty() || !arc.bytes().all(|b| b.is_ascii_digit()))
        {
            found.warning(
                component.at(),
                format!("OID \"{oid}\" is not in the dotted form `1.2.840.113549.1.1.11`"),
            );
        }
    }
}

/// OIDs that are often given to the wrong algorithm, the official examples included, and what the name of their owner holds.
const OIDS: [(&str, &str); 30] = [
    ("2.16.840.1.101.3.4.4.1", "MLKEM512"),
    ("2.16.840.1.101.3.4.4.2", "MLKEM768"),
    ("2.16.840.1.101.3.4.4.3", "MLKEM1024"),
    ("2.16.840.1.101.3.4.3.17", "MLDSA44"),
    ("2.16.840.1.101.3.4.3.18", "MLDSA65"),
    ("2.16.840.1.101.3.4.3.19", "MLDSA87"),
    ("2.16.840.1.101.3.4.1.2", "AES128"),
    ("2.16.840.1.101.3.4.1.6", "AES128"),
    ("2.16.840.1.101.3.4.1.22", "AES192"),
    ("2.16.840.1.101.3.4.1.26", "AES192"),
    ("2.16.840.1.101.3.4.1.42", "AES256"),
    ("2.16.840.1.101.3.4.1.46", "AES256"),
    ("2.16.840.1.101.3.4.1.48", "AES256"),
    ("2.16.840.1.101.3.4.2.1", "SHA256"),
    ("2.16.840.1.101.3.4.2.2", "SHA384"),
    ("2.16.840.1.101.3.4.2.3", "SHA512"),
    ("2.16.840.1.101.3.4.2.8", "SHA3256"),
    ("1.3.14.3.2.26", "SHA1"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.5", "SHA1"),
    ("1.2.840.113549.1.1.7", "OAEP"),
    ("1.2.840.113549.1.1.10", "PSS"),
    ("1.2.840.113549.1.1.11", "SHA256"),
    ("1.2.840.113549.1.1.12", "SHA384"),
    ("1.2.840.113549.1.1.13", "SHA512"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];

pub(super) fn wrong_oid(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let oid = component
            .crypto()
            .map(|crypto| word(crypto, "oid"))
            .unwrap_or_default()
            .trim_start_matches("oid:");
        let Some((_, owner)) = OIDS.iter().find(|(known, _)| *known == oid) else {
            continue;
        };
        let told = compact(&format!(
            "{} {} {}",
            component.word("name"),
            word(algorithm, "algorithmFamily"),
            word(algorithm, "parameterSetIdentifier")
        ));
        // None of these belongs to a hybrid, whatever its parts are called.
        if !told.contains(owner) || word(algorithm, "primitive") == "combiner" {
            found.error(
                component.at(),
                format!("has OID {oid}, which belongs to {owner}"),
            );
        }
    }
}
