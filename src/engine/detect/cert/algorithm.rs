//! AlgorithmIdentifier: an OID and its parameters, as the facets of an asset.

use super::der::{Node, tag};
use crate::knowledge::catalog::{Catalog, OidMeaning};
use crate::model::{Facet, Facets, Origin, Value, Why};

/// MGF1 (RFC 8017 appendix B.2.1).
const MGF1: &str = "1.2.840.113549.1.1.8";

/// What an OID says of an algorithm: its name and the parameters that come with it. One that the catalogue does not know is unknown, and
/// says which it is.
pub(super) fn of_oid(oid: &str, catalog: &Catalog) -> Facets {
    match catalog.facets_of_oid(oid) {
        Some(facets) => facets.clone(),
        None => Facets::from([(Facet::Algorithm, unknown(oid))]),
    }
}

/// An algorithm of which only the OID is known.
pub(super) fn unknown(oid: &str) -> Value {
    Value::unknown(Why::new("oid", oid))
}

/// The name of a digest that an OID names.
pub(super) fn digest(oid: &str, catalog: &Catalog) -> Value {
    match catalog.by_oid(oid) {
        Some(OidMeaning::Algorithm(name, _)) if catalog.digest(name).is_some() => {
            Value::name(name, Origin::Literal)
        }
        _ => unknown(oid),
    }
}

/// How a signature is made: the facets of an AlgorithmIdentifier of that role, PSS with all its parameters (RFC 4055 §3.1, with the
/// defaults of the standard where it leaves them out).
pub(super) fn signature(identifier: &Node<'_>, catalog: &Catalog) -> Facets {
    let mut parts = identifier.children();
    let Some(oid) = parts.next().and_then(|node| node.oid()) else {
        return Facets::from([(Facet::Algorithm, Value::unknown(Why::new("damaged", "")))]);
    };
    let mut facets = of_oid(&oid, catalog);
    if oid == "1.2.840.113549.1.1.10" {
        pss(parts.next(), catalog, &mut facets)
    }
    facets
}

/// RSASSA-PSS-params. Absent fields have the values of the standard: SHA-1, MGF1 with SHA-1, 20 bytes of salt.
pub(super) fn pss(parameters: Option<Node<'_>>, catalog: &Catalog, facets: &mut Facets) {
    let field = |number: u32| {
        parameters
            .and_then(|sequence| sequence.children().find(|node| node.is_context(number)))
            .and_then(|field| field.child(0))
    };
    let oid_of = |node: Node<'_>| node.child(0).and_then(|node| node.oid());
    let default = || Value::name("SHA-1", Origin::Default);
    facets.insert(
        Facet::Digest,
        match field(0).and_then(oid_of) {
            Some(oid) => digest(&oid, catalog),
            None => default(),
        },
    );
    let mgf = field(1);
    facets.insert(
        Facet::MgfDigest,
        match mgf {
            Some(mgf) if oid_of(mgf).as_deref() == Some(MGF1) => mgf
                .child(1)
                .and_then(oid_of)
                .map_or_else(default, |oid| digest(&oid, catalog)),
            Some(mgf) => unknown(&oid_of(mgf).unwrap_or_default()),
            None => default(),
        },
    );
    facets.insert(
        Facet::SaltBits,
        match field(2) {
            Some(salt) => match salt.small() {
                Some(bytes) if bytes < 1 << 32 => Value::number(bytes * 8, Origin::Literal),
                _ => Value::unknown(Why::new("damaged", "salt length")),
            },
            None => Value::number(160, Origin::Default),
        },
    );
}

/// Whether an element has the shape of an AlgorithmIdentifier.
pub(super) fn is_identifier(node: &Node<'_>) -> bool {
    node.is(tag::SEQUENCE) && node.child(0).is_some_and(|first| first.is(tag::OID))
}
