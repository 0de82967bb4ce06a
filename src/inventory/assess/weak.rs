//! What is weak already, whatever the computer: a list of its own, never mixed with what quantum computers break.

use super::algorithm::{facet_names, numbers, replacement};
use super::limits::aside;
use crate::inventory::{Band, Class, InventoryAsset, Judgement};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::model::object::Half;
use crate::model::{Asset, Facet, FindingClass, Object, Operation, Subject};

/// The strength under which NIST allows nothing since 2014 (SP 800-131A).
pub(super) const LEAST_BITS: u32 = 112;
/// The size in bits from which on a key is that of a modulus: no curve in use has so many, and no cipher.
const LEAST_MODULUS: u64 = 1024;
/// The fewest iterations of a password-based derivation (SP 800-132 §5.2).
const LEAST_ITERATIONS: u64 = 1000;

/// The first weakness that applies, the gravest first.
pub(super) fn weakness(
    algorithm: &Algorithm,
    asset: &Asset,
    catalog: &Catalog,
) -> Option<Judgement> {
    broken(algorithm)
        .or_else(|| short_key(algorithm, asset, catalog))
        .or_else(|| signature_digest(algorithm, asset, catalog))
        .or_else(|| mac_digest(algorithm, asset))
        .or_else(|| raw_padding(algorithm, asset, catalog))
        .or_else(|| mode(algorithm, asset, catalog))
        .or_else(|| iterations(algorithm, asset))
}

fn weak(
    band: Band,
    finding_class: FindingClass,
    why: &str,
    replacement: impl IntoIterator<Item = String>,
) -> Judgement {
    Judgement::new(
        Class::Weak,
        band,
        finding_class,
        format!("Weak already: {why}."),
    )
    .replaced_by(replacement)
}

fn broken(algorithm: &Algorithm) -> Option<Judgement> {
    let (band, finding_class) = match algorithm.primitive {
        Primitive::Hash | Primitive::Xof => (Band::P3, FindingClass::WeakHash),
        Primitive::BlockCipher | Primitive::StreamCipher | Primitive::Ae => {
            (Band::P1, FindingClass::WeakCipher)
        }
        Primitive::Kdf => (Band::P2, FindingClass::WeakPasswordHash),
        Primitive::Drbg => (Band::P2, FindingClass::WeakRandom),
        _ if algorithm.name == "PRNG" => (Band::P2, FindingClass::WeakRandom),
        _ => (Band::P1, FindingClass::WeakAlgorithm),
    };
    Some(weak(
        band,
        finding_class,
        algorithm.weak.as_deref()?,
        replacement(algorithm),
    ))
}

fn short_key(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    let (size, bits) = too_short(algorithm, asset, catalog)?;
    let strength = bits
        .map(|bits| format!(" ({bits} bits of strength)"))
        .unwrap_or_default();
    let why = format!(
        "{size}{strength} is under the {LEAST_BITS} bits of strength that NIST asks for since 2014 (SP 800-131A r2)"
    );
    Some(weak(
        Band::P0,
        FindingClass::ShortKey,
        &why,
        replacement(algorithm),
    ))
}

/// The size that is too short, in words, and its strength where the tables give one.
fn too_short(
    algorithm: &Algorithm,
    asset: &Asset,
    catalog: &Catalog,
) -> Option<(String, Option<u32>)> {
    if algorithm.primitive == Primitive::Hash {
        return None;
    }
    let low = |bits: Option<u32>| bits.is_some_and(|bits| bits < LEAST_BITS);
    if let Some(curve) = facet_names(asset, Facet::Curve)
        .filter_map(|name| catalog.curve(name))
        .find(|c| low(c.bits))
    {
        return Some((format!("the curve {}", curve.name), curve.bits));
    }
    if let Some(group) = facet_names(asset, Facet::Group)
        .filter_map(|name| catalog.group(name))
        .find(|g| low(g.bits))
    {
        return Some((format!("the group {}", group.name), group.bits));
    }
    // Which size is which algorithm's is not known where there are several: what is enough for another one is no fault of this one.
    let others: Vec<&Algorithm> = facet_names(asset, Facet::Algorithm)
        .filter_map(|name| catalog.algorithm(name))
        .filter(|other| other.name != algorithm.name)
        .collect();
    let size = asset
        .facets
        .get(&Facet::KeyBits)
        .into_iter()
        .flat_map(numbers)
        .filter(|size| !others.iter().any(|other| may_have(other, *size)))
        .min()?;
    let bits = algorithm
        .strength
        .range(..=size)
        .next_back()
        .map(|(_, bits)| *bits);
    is_short_for(algorithm, size).then(|| (format!("a key of {size} bits"), bits))
}

/// Whether an algorithm has keys of this size, in bits, that are strong enough.
fn may_have(algorithm: &Algorithm, size: u64) -> bool {
    let is_of_modulus = enough(algorithm).is_some_and(|enough| enough >= LEAST_MODULUS);
    !is_short_for(algorithm, size) && (is_of_modulus || size < LEAST_MODULUS)
}

/// Whether the tables say that a key of this size, in bits, is under the least strength.
fn is_short_for(algorithm: &Algorithm, size: u64) -> bool {
    enough(algorithm).is_some_and(|enough| size < enough)
}

/// The size in bits from which on keys have the least strength, where a table tells.
fn enough(algorithm: &Algorithm) -> Option<u64> {
    let mut strengths = algorithm.strength.iter();
    let (size, _) = strengths.find(|(_, bits)| **bits >= LEAST_BITS)?;
    Some(*size)
}

/// Whoever finds a collision moves a signature to another text; a MAC or a derivation does not rest on collisions.
fn signature_digest(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    let signs = asset.operations.contains(&Operation::Sign)
        || asset.operations.contains(&Operation::Verify);
    if algorithm.primitive != Primitive::Signature
        && !(algorithm.primitive == Primitive::Unknown && signs)
    {
        return None;
    }
    let (digest, why) = facet_names(asset, Facet::Digest)
        .filter_map(|name| catalog.digest(name))
        .find_map(|digest| Some((&digest.name, digest.weak.as_deref()?)))?;
    let judged = weak(
        Band::P0,
        FindingClass::WeakSignatureDigest,
        &format!("signatures over {digest} can be forged ({why})"),
        // What is broken is the hash, and another one is there at once; that the signature is broken later is told on its own list.
        Some("a signature over SHA-256 or stronger".to_owned()),
    );
    let moves = algorithm.quantum == Quantum::Shor;
    let later = "ML-DSA when the signature moves to post-quantum algorithms";
    Some(Judgement {
        note: moves.then(|| later.to_owned()),
        ..judged
    })
}

/// No forgery of HMAC with MD5 is known, and nobody should start with it; SHA-1 in HMAC is still allowed (SP 800-131A r2).
fn mac_digest(algorithm: &Algorithm, asset: &Asset) -> Option<Judgement> {
    if algorithm.primitive != Primitive::Mac {
        return None;
    }
    let digest = facet_names(asset, Facet::Digest)
        .find(|digest| matches!(*digest, "MD2" | "MD4" | "MD5"))?;
    let why = format!(
        "{digest} is broken as a hash; no forgery of {} with it is known, but new designs must not use it (RFC 6151)",
        algorithm.name
    );
    Some(weak(
        Band::P3,
        FindingClass::WeakMac,
        &why,
        Some(format!("{} with SHA-256", algorithm.name)),
    ))
}

fn raw_padding(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    if algorithm.quantum != Quantum::Shor {
        return None;
    }
    let why = facet_names(asset, Facet::Padding)
        .find_map(|name| catalog.padding(name)?.weak.as_deref())?;
    Some(weak(
        Band::P1,
        FindingClass::WeakPadding,
        why,
        replacement(algorithm),
    ))
}

fn mode(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    if algorithm.primitive != Primitive::BlockCipher {
        return None;
    }
    let (mode, why) = facet_names(asset, Facet::Mode)
        .filter_map(|name| catalog.mode(name))
        .find_map(|mode| Some((&mode.name, mode.weak.as_deref()?)))?;
    let instead = format!("{} in GCM mode", algorithm.name);
    Some(weak(
        Band::P2,
        FindingClass::WeakMode,
        &format!("in {mode} mode, {why}"),
        Some(instead),
    ))
}

fn iterations(algorithm: &Algorithm, asset: &Asset) -> Option<Judgement> {
    if algorithm.name != "PBKDF2" {
        return None;
    }
    let least = asset
        .facets
        .get(&Facet::Iterations)
        .into_iter()
        .flat_map(numbers)
        .min()?;
    let why = format!(
        "{least} iterations are fewer than the {LEAST_ITERATIONS} that SP 800-132 asks for at least"
    );
    (least < LEAST_ITERATIONS).then(|| weak(Band::P2, FindingClass::WeakPasswordHash, &why, None))
}

/// A private key in plain sight, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Exposed {
    /// In a repository, or in something that is shipped.
    Copied,
    /// Likewise, in tests, examples and the like only.
    Aside,
}

impl Exposed {
    /// Of a private key that anybody can read who has the file, where others have the file too.
    pub(super) fn of(asset: &InventoryAsset, subject: &Subject) -> Option<Self> {
        let Some(Object::Key(key)) = asset.asset.object.as_deref() else {
            return None;
        };
        if !key.halves.contains(&Half::Private) {
            return None;
        }
        let shipped = |path: &str| path.contains("!/");
        let mut copied = asset
            .occurrences
            .iter()
            .map(|o| (o, &*o.location.path))
            .filter(|(_, path)| shipped(path) || subject.in_repository(path));
        let all_aside = copied.clone().all(|(o, _)| aside(o.context));
        copied.next()?;
        Some(if all_aside { Self::Aside } else { Self::Copied })
    }

    pub(super) fn judge(self) -> Judgement {
        let (band, reason) = match self {
            Self::Copied => (
                Band::P0,
                "Weak already: the private key lies in plain sight where everybody has it who has a copy.",
            ),
            Self::Aside => (
                Band::P2,
                "Weak already: the private key lies in plain sight; whether it is used beyond tests and examples was not seen.",
            ),
        };
        Judgement::new(
            Class::Weak,
            band,
            FindingClass::PrivateKeyInRepository,
            reason,
        )
        .replaced_by(Some("a new key, kept elsewhere".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bits, judged, name};
    use super::*;

    /// Another hash mends it now; another algorithm is what the list of signatures asks for.
    #[test]
    fn a_signature_over_a_broken_hash_is_made_over_another() {
        let found = super::super::tests::weak_judgement(&[
            (Facet::Algorithm, name("RSASSA-PKCS1")),
            (Facet::Digest, name("SHA-1")),
        ]);
        assert_eq!(found.replacement, ["a signature over SHA-256 or stronger"]);
        assert_eq!(
            found.note.as_deref(),
            Some("ML-DSA when the signature moves to post-quantum algorithms")
        );
    }

    #[test]
    fn weak_already_is_a_list_of_its_own() {
        use Facet::{Algorithm, Curve, Digest, KeyBits, Mode};
        assert_eq!(
            judged(&[(Algorithm, name("RSA")), (KeyBits, bits(1024))], &[]),
            (Class::Weak, Band::P0, "short-key")
        );
        assert_eq!(
            judged(&[(Algorithm, name("RSA")), (KeyBits, bits(512))], &[]),
            (Class::Weak, Band::P0, "short-key")
        );
        assert_eq!(
            judged(&[(Algorithm, name("ECDSA")), (Curve, name("P-192"))], &[]),
            (Class::Weak, Band::P0, "short-key")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSASSA-PKCS1")), (Digest, name("SHA-1"))],
                &[]
            ),
            (Class::Weak, Band::P0, "weak-signature-digest")
        );
        assert_eq!(
            judged(&[(Algorithm, name("SHA-1"))], &[Operation::Digest]),
            (Class::Weak, Band::P3, "weak-hash")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("HMAC")), (Digest, name("SHA-1"))],
                &[Operation::Mac]
            ),
            (Class::Fine, Band::P4, "not-affected")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("HMAC")), (Digest, name("MD5"))],
                &[Operation::Mac]
            ),
            (Class::Weak, Band::P3, "weak-mac")
        );
        assert_eq!(
            judged(&[(Algorithm, name("3DES")), (Mode, name("CBC"))], &[]),
            (Class::Weak, Band::P1, "weak-cipher")
        );
        assert_eq!(
            judged(
                &[
                    (Algorithm, name("AES")),
                    (Mode, name("ECB")),
                    (KeyBits, bits(256))
                ],
                &[]
            ),
            (Class::Weak, Band::P2, "weak-mode")
        );
        assert_eq!(
            judged(
                &[
                    (Algorithm, name("AES")),
                    (Mode, name("GCM")),
                    (KeyBits, bits(128))
                ],
                &[]
            ),
            (Class::Fine, Band::P4, "not-affected")
        );
    }
}
