//! What Shor's algorithm breaks: what it protects, how soon that matters, and what replaces it.

use super::{facet_names, numbers, replacement, weak};
use crate::inventory::{Assessment, Band, Class};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive};
use crate::model::{Asset, AssetKind, Facet, Operation};

/// What protects what, as far as the asset shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Track {
    /// Encryption and key transport: what is kept or recorded is read later.
    Transport,
    /// Key agreement.
    Agreement,
    Authenticity,
    Unseen,
}

fn track(algorithm: &Algorithm, asset: &Asset) -> Track {
    let does = |operations: &[Operation]| operations.iter().any(|o| asset.operations.contains(o));
    match algorithm.primitive {
        Primitive::Signature => Track::Authenticity,
        Primitive::KeyAgree => Track::Agreement,
        Primitive::Pke | Primitive::Kem => Track::Transport,
        _ if algorithm.name == "DH" => Track::Agreement,
        _ if does(&[
            Operation::Encrypt,
            Operation::Decrypt,
            Operation::Wrap,
            Operation::Unwrap,
            Operation::Encapsulate,
            Operation::Decapsulate,
        ]) =>
        {
            Track::Transport
        }
        _ if does(&[Operation::Agree]) => Track::Agreement,
        _ if does(&[Operation::Sign, Operation::Verify])
            || asset.kind == AssetKind::Certificate =>
        {
            Track::Authenticity
        }
        _ => Track::Unseen,
    }
}

/// Shor's algorithm breaks it.
pub(super) fn judge(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Assessment {
    let bits = least_bits(algorithm, asset, catalog);
    let track = track(algorithm, asset);
    let low = bits.is_some_and(|bits| bits <= weak::LEAST_BITS);
    let deadline = deadline(algorithm, track, bits, catalog);
    let (class, band, why) = match track {
        Track::Transport => (
            Class::KeyEstablishment,
            Band::P0,
            "What it encrypts can be recorded or copied today and decrypted with a quantum computer (Shor's algorithm).",
        ),
        Track::Agreement => (
            Class::KeyEstablishment,
            Band::P1,
            "Sessions recorded today can be decrypted with a quantum computer (Shor's algorithm).",
        ),
        Track::Authenticity if low => (
            Class::Signature,
            Band::P1,
            "A quantum computer can forge its signatures (Shor's algorithm), and its strength is among the first to be phased out.",
        ),
        Track::Authenticity => (
            Class::Signature,
            Band::P2,
            "A quantum computer can forge its signatures (Shor's algorithm); signatures checked before then stay true.",
        ),
        Track::Unseen if asset.kind == AssetKind::Mention => (
            Class::QuantumBroken,
            Band::P2,
            "A quantum computer breaks it (Shor's algorithm).",
        ),
        Track::Unseen => (
            Class::QuantumBroken,
            Band::P2,
            "A quantum computer breaks it (Shor's algorithm); its use was not seen here. If it encrypts or agrees on keys, it is P0 or P1.",
        ),
    };
    Assessment {
        class,
        band,
        reason: format!("{why}{deadline}"),
        replacement: match track {
            // A key whose use is known needs the replacement of that use only.
            Track::Authenticity if algorithm.primitive == Primitive::Unknown => {
                Some("ML-DSA-65".to_owned())
            }
            Track::Transport | Track::Agreement if algorithm.primitive == Primitive::Unknown => {
                Some("ML-KEM-768".to_owned())
            }
            _ => replacement(algorithm),
        },
        finding_class: broken_class(algorithm, track),
        lifetime: None,
    }
}

pub(super) fn deadline(
    algorithm: &Algorithm,
    track: Track,
    bits: Option<u32>,
    catalog: &Catalog,
) -> String {
    let Some(policy) = catalog.policy(&algorithm.name) else {
        return String::new();
    };
    let deadlines = if track == Track::Authenticity {
        policy.signature
    } else {
        policy.key_establishment
    };
    let disallowed = format!("disallows it after {}", deadlines.disallowed_after);
    match deadlines.deprecation(bits) {
        Some(year) => format!(
            " {} deprecates this strength after {year} and {disallowed}.",
            policy.cited()
        ),
        None => format!(" {} {disallowed}.", policy.cited()),
    }
}

fn broken_class(algorithm: &Algorithm, track: Track) -> &'static str {
    let root = algorithm.uses.as_deref().unwrap_or(&algorithm.name);
    let family = algorithm.family.as_deref().unwrap_or_default();
    match track {
        Track::Unseen => "quantum-broken-key",
        Track::Authenticity if root == "RSA" => "rsa-signature",
        Track::Authenticity if root == "EC" => "ecdsa-signature",
        Track::Authenticity if family == "EdDSA" => "eddsa-signature",
        Track::Authenticity if root == "DSA" => "dsa-signature",
        Track::Authenticity => "classical-signature",
        _ if root == "RSA" => "rsa-key-transport",
        _ if family == "ECDH" || (root == "EC" && track == Track::Agreement) => {
            "ecdh-key-agreement"
        }
        _ if root == "DH" => "dh-key-agreement",
        _ => "classical-key-establishment",
    }
}

/// The strength of the weakest that the asset may be, as far as its alternatives are known.
fn least_bits(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<u32> {
    if algorithm.bits.is_some() {
        return algorithm.bits;
    }
    let curves = facet_names(asset, Facet::Curve).filter_map(|name| catalog.curve(name)?.bits);
    let groups = facet_names(asset, Facet::Group).filter_map(|name| catalog.group(name)?.bits);
    let sizes = asset
        .facets
        .get(&Facet::KeyBits)
        .into_iter()
        .flat_map(numbers)
        .filter_map(|size| {
            algorithm
                .strength
                .range(..=size)
                .next_back()
                .map(|(_, bits)| *bits)
        });
    curves.chain(groups).chain(sizes).min()
}

#[cfg(test)]
mod tests {
    use super::super::assess;
    use super::super::tests::{bits, catalog, judged, name, seen};
    use super::*;
    use crate::model::Context;

    #[test]
    fn what_keeps_secrets_comes_before_what_signs() {
        use Facet::{Algorithm, Curve, KeyBits};
        assert_eq!(
            judged(
                &[(Algorithm, name("RSAES-OAEP")), (KeyBits, bits(4096))],
                &[Operation::Encrypt]
            ),
            (Class::KeyEstablishment, Band::P0, "rsa-key-transport")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("ECDH")), (Curve, name("P-256"))],
                &[Operation::Agree]
            ),
            (Class::KeyEstablishment, Band::P1, "ecdh-key-agreement")
        );
        assert_eq!(
            judged(&[(Algorithm, name("X25519"))], &[Operation::Keygen]),
            (Class::KeyEstablishment, Band::P1, "ecdh-key-agreement")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("ECDSA")), (Curve, name("P-256"))],
                &[Operation::Sign]
            ),
            (Class::Signature, Band::P2, "ecdsa-signature")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSASSA-PSS")), (KeyBits, bits(2048))],
                &[Operation::Sign]
            ),
            (Class::Signature, Band::P1, "rsa-signature")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSA")), (KeyBits, bits(3072))],
                &[Operation::Keygen]
            ),
            (Class::QuantumBroken, Band::P2, "quantum-broken-key")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSA")), (KeyBits, bits(3072))],
                &[Operation::Keygen, Operation::Unwrap]
            ),
            (Class::KeyEstablishment, Band::P0, "rsa-key-transport")
        );
    }

    #[test]
    fn a_draft_is_called_a_draft() {
        let found = assess(
            &seen(
                AssetKind::Algorithm,
                &[
                    (Facet::Algorithm, name("RSASSA-PSS")),
                    (Facet::KeyBits, bits(2048)),
                ],
                &[Operation::Sign],
                Context::Production,
            ),
            &catalog(),
        );
        assert!(found.reason.ends_with("NIST IR 8547 (draft) deprecates this strength after 2030 and disallows it after 2035."), "{}", found.reason);
        assert_eq!(found.replacement.as_deref(), Some("ML-DSA-65"));
    }

    #[test]
    fn a_composition_is_judged_by_the_part_that_the_code_names() {
        use Facet::{Algorithm, Curve, Group};
        assert_eq!(
            judged(&[(Algorithm, name("HPKE")), (Curve, name("P-256"))], &[]),
            (
                Class::KeyEstablishment,
                Band::P0,
                "classical-key-establishment"
            )
        );
        assert_eq!(
            judged(&[(Algorithm, name("HPKE")), (Group, name("X-Wing"))], &[]),
            (Class::PostQuantum, Band::P4, "post-quantum")
        );
        assert_eq!(
            judged(&[(Algorithm, name("HPKE"))], &[]),
            (Class::Unresolved, Band::P2, "unresolved-algorithm")
        );
    }
}
