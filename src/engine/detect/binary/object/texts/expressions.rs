//! Keys and signatures as libgcrypt is told of them: `(public-key(rsa(n%m)(e%m)))` (libgcrypt manual, "Used S-expressions").

use std::collections::BTreeMap;
use std::ops::Range;

use super::pieces;
use crate::detect::Source;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::model::{
    Asset, AssetKind, Confidence, Facet, Operation, Origin, SkipReason, Technique, Value,
};

/// The functions that take them.
pub(super) const BUILDING: &[&str] = &["gcry_sexp_build", "gcry_sexp_new", "gcry_sexp_sscan"];

/// What an expression begins with, the kind of asset that it is then, and what is done.
static KINDS: &[(&str, AssetKind, Option<Operation>)] = &[
    ("genkey", AssetKind::Key, Some(Operation::Keygen)),
    ("public-key", AssetKind::Key, None),
    ("private-key", AssetKind::Key, None),
    ("sig-val", AssetKind::Algorithm, Some(Operation::Verify)),
    ("enc-val", AssetKind::Algorithm, Some(Operation::Decrypt)),
];
/// The algorithms in it: as a key, and as what is done with one.
static ALGORITHMS: &[(&str, &str, &str)] = &[
    ("rsa", "RSA", "RSA"),
    ("dsa", "DSA", "DSA"),
    ("elg", "ElGamal", "ElGamal"),
    ("ecc", "EC", "EC"),
    ("ecdsa", "EC", "ECDSA"),
    ("ecdh", "EC", "ECDH"),
    ("eddsa", "EC", "EdDSA"),
];

pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let mut found: BTreeMap<(usize, usize), (Range<u64>, String)> = BTreeMap::new();
    pieces(bytes, places, |piece, at| {
        let mut start = 0;
        for end in memchr::memchr_iter(0, piece) {
            let from = std::mem::replace(&mut start, end + 1);
            let text = piece
                .get(from..end)
                .and_then(|text| std::str::from_utf8(text).ok());
            if let Some(text) = text
                && let Some(said) = expression(text)
            {
                let span = at + from as u64..at + end as u64;
                found.entry(said).or_insert_with(|| (span, text.to_owned()));
            }
        }
    })?;
    for ((kind, algorithm), (span, text)) in found {
        let Some(((_, kind, operation), (_, key, used))) =
            KINDS.get(kind).zip(ALGORITHMS.get(algorithm))
        else {
            continue;
        };
        let name = if *kind == AssetKind::Key { key } else { used };
        // What a name is called by the catalogue, or nothing.
        let Some(name) = seen.known.catalog.algorithm(name) else {
            continue;
        };
        let mut asset = Asset::new(*kind);
        let value = Value::name(&name.name, Origin::Literal);
        asset.facets.insert(Facet::Algorithm, value);
        // What is decrypted there is the other half of an agreement.
        let agrees = operation.is_some() && *used == "ECDH";
        let operation = if agrees {
            Some(Operation::Agree)
        } else {
            *operation
        };
        asset.operations.extend(operation);
        seen.add(Sighting {
            asset,
            technique: Technique::Imports,
            confidence: Confidence::Medium,
            at: span,
            library: "c/libgcrypt".to_owned(),
            entry: "binary/object-texts".to_owned(),
            symbol: "gcry_sexp_build".to_owned(),
            text: format!("\"{text}\" in a program that builds such expressions"),
            function: None,
        });
    }
    Ok(())
}

/// The kind and the algorithm of an expression, by their places in the lists.
fn expression(text: &str) -> Option<(usize, usize)> {
    let inner = text.trim_start().strip_prefix('(')?.trim_start();
    let (kind, rest) = word(inner)?;
    let kind = KINDS.iter().position(|(known, ..)| *known == kind)?;
    let rest = rest.trim_start().strip_prefix('(')?.trim_start();
    let (algorithm, _) = word(rest)?;
    let algorithm = ALGORITHMS
        .iter()
        .position(|(known, ..)| *known == algorithm)?;
    Some((kind, algorithm))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    text.split_at_checked(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_says_what_it_is() {
        let said = |text| {
            let (kind, algorithm) = expression(text)?;
            Some((KINDS[kind].0, ALGORITHMS[algorithm].0))
        };
        assert_eq!(
            said("(public-key(rsa(n%m)(e%m)))"),
            Some(("public-key", "rsa"))
        );
        assert_eq!(
            said("(genkey (ecc (curve Ed25519)))"),
            Some(("genkey", "ecc"))
        );
        assert_eq!(said("(data (flags raw) (value %m))"), None);
        assert_eq!(said("(public-key %S)"), None);
        assert_eq!(said("public-key(rsa("), None);
        assert_eq!(said("(public-key(rsa"), None);
    }
}
