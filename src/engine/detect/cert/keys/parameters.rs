//! Parameters without a key: DHParameter (PKCS #3), DomainParameters (RFC 3279 §2.3.3), those of DSA, and ECParameters. A server that
//! reads a file of them offers that group.

use crate::detect::cert::der::{Node, bit_length};
use crate::detect::cert::pem::Block;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki;
use crate::model::{Asset, AssetKind, Facet, Facets, Origin, Value};

/// The entry of curve parameters; `openssl ecparam -genkey` writes them before a key.
pub(super) const EC: &str = "object/ec";

fn add(algorithm: &str, mut facets: Facets, entry: &'static str, seen: &mut Seen<'_>) -> bool {
    let name = Value::name(algorithm, Origin::Literal);
    facets.insert(Facet::Algorithm, name);
    seen.add(
        Asset {
            facets,
            ..Asset::new(AssetKind::Algorithm)
        },
        entry,
    );
    true
}

fn of_prime(whole: &Node<'_>, algorithm: &str, entry: &'static str, seen: &mut Seen<'_>) -> bool {
    let prime = whole.child(0);
    if prime.and_then(|prime| prime.unsigned()).is_none() {
        return false;
    }
    let mut facets = Facets::new();
    spki::of_finite_field(Some(*whole), seen.catalog(), &mut facets);
    add(algorithm, facets, entry, seen)
}

/// Two or three numbers with no label: whichever they can only be.
pub(super) fn untold(
    whole: &Node<'_>,
    p: &[u8],
    second: &[u8],
    third: Option<&[u8]>,
    seen: &mut Seen<'_>,
) -> bool {
    let small_generator = matches!(second, [2 | 5]);
    match third {
        None if small_generator => of_prime(whole, "DH", "object/dh", seen),
        // The length of the private value.
        Some(length) if small_generator && length.len() <= 2 => {
            of_prime(whole, "DH", "object/dh", seen)
        }
        Some(g) if super::looks_like_dsa(p, second) && bit_length(g) > bit_length(second) => {
            of_prime(whole, "DSA", "object/dsa", seen)
        }
        Some(q) if small_generator && bit_length(q) + 1 == bit_length(p) => {
            of_prime(whole, "DH", "object/dh", seen)
        }
        _ => false,
    }
}

pub(in crate::detect::cert) fn dh_block(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    Node::first(&block.bytes).is_some_and(|(whole, _)| of_prime(&whole, "DH", "object/dh", seen))
}

pub(in crate::detect::cert) fn dsa_block(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    Node::first(&block.bytes).is_some_and(|(whole, _)| of_prime(&whole, "DSA", "object/dsa", seen))
}

/// What `openssl ecparam` puts before a key.
pub(in crate::detect::cert) fn ec_block(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    let Some((parameters, _)) = Node::first(&block.bytes) else {
        return false;
    };
    let curve = spki::curve(&parameters, seen.catalog());
    add("EC", Facets::from([(Facet::Curve, curve)]), EC, seen)
}
