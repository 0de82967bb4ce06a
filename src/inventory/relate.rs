//! How assets relate: a key to its algorithm, a signature to its digest, a protocol to what its suites and groups name.
//!
//! What an asset refers to and no place shows by itself is added as an asset of its own, with the occurrences of those that refer to
//! it, and says so in `implied_by`. Nothing is added that the referring asset does not name: alternatives stay alternatives, and an
//! unknown algorithm stays unknown, with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::merge::{Draft, Drafts, Identity, identity};
use super::{Known, Occurrence, offer};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::model::{
    Asset, AssetKind, Facet, Facets, Location, Operation, Origin, Scalar, Value, Why,
};

/// Adds what assets refer to, and the edges between them.
pub(super) fn relate(drafts: &mut Drafts, catalog: &Catalog) {
    let mut open: BTreeSet<Identity> = drafts.0.keys().cloned().collect();
    while let Some(from) = open.pop_first() {
        let Some(draft) = drafts.0.get(&from) else {
            continue;
        };
        let refers = refers(&draft.asset, catalog);
        let algorithm = refers
            .algorithm
            .map(|asset| identity_of(asset, &from, drafts, &mut open));
        let suites: Vec<(String, BTreeSet<Identity>)> = refers
            .suites
            .into_iter()
            .map(|(name, parts)| {
                (
                    name,
                    parts
                        .into_iter()
                        .map(|part| identity_of(part, &from, drafts, &mut open))
                        .collect(),
                )
            })
            .collect();
        for asset in refers.others {
            identity_of(asset, &from, drafts, &mut open);
        }
        if let Some(draft) = drafts.0.get_mut(&from) {
            draft.algorithm = algorithm;
            draft.suites = suites;
        }
    }
    share_places(drafts);
}

/// The identity of what `from` refers to, which is added where no place shows it. What is added is looked at in turn; there are only as
/// many as the findings and the catalogue have names for, so this ends.
fn identity_of(
    asset: Asset,
    from: &Identity,
    drafts: &mut Drafts,
    open: &mut BTreeSet<Identity>,
) -> Identity {
    let to = identity(&asset);
    if to == *from {
        return to;
    }
    let target = drafts.0.entry(to).or_insert_with(|| {
        open.insert(to);
        Draft::new(Arc::new(asset))
    });
    target.referred_by.insert(*from);
    if let Some(source) = drafts.0.get_mut(from) {
        source.depends_on.insert(to);
    }
    to
}

/// Gives what no place shows by itself the places of what refers to it, directly or through others, each place once.
fn share_places(drafts: &mut Drafts) {
    let unseen: Vec<Identity> = drafts
        .0
        .iter()
        .filter(|(_, draft)| !draft.seen)
        .map(|(identity, _)| *identity)
        .collect();
    for identity in unseen {
        let mut places: BTreeMap<Location, Occurrence> = BTreeMap::new();
        let mut passed: BTreeSet<&Identity> = BTreeSet::new();
        let mut open: Vec<&Identity> = vec![&identity];
        while let Some(next) = open.pop() {
            let Some(draft) = drafts.0.get(next) else {
                continue;
            };
            if !passed.insert(next) {
                continue;
            }
            if draft.seen {
                for occurrence in &draft.occurrences {
                    places
                        .entry(occurrence.location.clone())
                        .or_insert_with(|| occurrence.clone());
                }
            } else {
                open.extend(&draft.referred_by);
            }
        }
        if let Some(draft) = drafts.0.get_mut(&identity) {
            draft.occurrences = places.into_values().collect()
        }
    }
}

/// What an asset names without being it.
#[derive(Default)]
struct Refers {
    algorithm: Option<Asset>,
    suites: Vec<(String, BTreeSet<Asset>)>,
    others: BTreeSet<Asset>,
}

fn refers(asset: &Asset, catalog: &Catalog) -> Refers {
    let mut refers = Refers::default();
    match asset.kind {
        AssetKind::Key => {
            refers.algorithm = Some(algorithm_of(
                asset,
                &[Facet::Algorithm, Facet::Curve, Facet::Group, Facet::KeyBits],
            ));
        }
        AssetKind::Certificate | AssetKind::Request | AssetKind::Crl | AssetKind::Signature => {
            let facets = [
                Facet::Algorithm,
                Facet::Curve,
                Facet::Digest,
                Facet::MgfDigest,
                Facet::SaltBits,
                Facet::Padding,
                Facet::KeyBits,
            ];
            refers.algorithm = Some(algorithm_of(asset, &facets));
        }
        AssetKind::Algorithm => refers.others = inner(asset, catalog),
        AssetKind::Protocol => {
            refers.suites = offer::suites(asset, catalog);
            refers.others = offer::algorithms(asset, catalog);
        }
        AssetKind::Keystore | AssetKind::Ciphertext | AssetKind::Mention => {}
    }
    refers
}

/// The algorithm of a key or certificate, with the parameters that are the algorithm's own. It has one even where the code does not show
/// which: then it is unknown, so that a consumer finds a gap and not nothing.
fn algorithm_of(asset: &Asset, facets: &[Facet]) -> Asset {
    let mut algorithm = Asset::new(AssetKind::Algorithm);
    algorithm
        .facets
        .insert(Facet::Algorithm, Value::unknown(Why::new("unseen", "")));
    for facet in facets {
        if let Some(value) = asset.facets.get(facet) {
            algorithm.facets.insert(*facet, value.clone());
        }
    }
    algorithm
}

/// The digests, MAC and KDF inside a construction, and the parts of a hybrid. Each of several alternatives is one.
fn inner(asset: &Asset, catalog: &Catalog) -> BTreeSet<Asset> {
    let mut found = BTreeSet::new();
    for facet in [Facet::Digest, Facet::MgfDigest, Facet::Mac, Facet::Kdf] {
        let Some(value) = asset.facets.get(&facet) else {
            continue;
        };
        for (scalar, origin) in &value.scalars {
            if let Scalar::Name(name) = scalar {
                found.insert(named(name, *origin));
            }
        }
    }
    if let Some(hybrid) = asset.algorithm().and_then(|name| catalog.algorithm(name)) {
        for part in &hybrid.parts {
            let mut part = named(part, Origin::Implied);
            // The one part that needs a curve is the one that the hybrid's own curve belongs to.
            if let Some(curve) = &hybrid.curve
                && part.algorithm() == Some("ECDH")
            {
                part.facets
                    .insert(Facet::Curve, Value::name(curve, Origin::Implied));
            }
            found.insert(part);
        }
    }
    found
}

fn named(name: &str, origin: Origin) -> Asset {
    let mut asset = Asset::new(AssetKind::Algorithm);
    asset
        .facets
        .insert(Facet::Algorithm, Value::name(name, origin));
    asset
}

/// What the catalogue says of an asset. Where the algorithm is one of several, only what all of them share, whatever the other parameters:
/// a size may belong to one of them alone.
pub(super) fn known(asset: &Asset, catalog: &Catalog) -> Known {
    // A digest that is mentioned alone is an algorithm; beside a padding it is a parameter.
    let alone = asset
        .facets
        .get(&Facet::Digest)
        .filter(|_| asset.facets.len() == 1);
    let algorithm = asset.facets.get(&Facet::Algorithm).or(alone);
    let Some(value) = algorithm.filter(|value| !value.open) else {
        return of_curve(asset, catalog);
    };
    if let Some(name) = value.single_name() {
        return of_algorithm(name, asset, catalog);
    }
    let bare = Asset {
        facets: Facets::new(),
        ..asset.clone()
    };
    let alternatives = value.scalars.keys().filter_map(|scalar| match scalar {
        Scalar::Name(name) => Some(of_algorithm(name, &bare, catalog)),
        Scalar::Number(_) | Scalar::List(_) => None,
    });
    alternatives.reduce(shared).unwrap_or_default()
}

fn of_algorithm(name: &str, asset: &Asset, catalog: &Catalog) -> Known {
    let mut asset = asset.clone();
    asset
        .facets
        .insert(Facet::Algorithm, Value::name(name, Origin::Implied));
    let Some(algorithm) = catalog.algorithm(name) else {
        return Known::default();
    };
    let strength = catalog.strength(&asset);
    let curve = asset
        .facets
        .get(&Facet::Curve)
        .and_then(Value::single_name)
        .or(algorithm.curve.as_deref());
    let key_bits = asset
        .facets
        .get(&Facet::KeyBits)
        .and_then(Value::single_number);
    let primitive = match catalog.primitive(&asset) {
        Primitive::Unknown => by_use(&asset.operations),
        primitive => primitive,
    };
    Known {
        primitive: Some(primitive.name()),
        symmetric: symmetric(algorithm),
        family: algorithm.family.clone(),
        oid: catalog.oid(&asset).map(ToOwned::to_owned),
        classical_bits: strength.classical_bits,
        nist_level: strength.nist_level,
        parameter_set: algorithm
            .parameters
            .clone()
            .or_else(|| key_bits.map(|bits| bits.to_string())),
        registry_curve: curve
            .and_then(|curve| catalog.curve(curve))
            .and_then(|curve| curve.family.clone()),
    }
}

/// A curve that is named alone: whatever is done on it, Shor's algorithm breaks.
fn of_curve(asset: &Asset, catalog: &Catalog) -> Known {
    let curve = asset
        .facets
        .get(&Facet::Curve)
        .and_then(Value::single_name)
        .and_then(|name| catalog.curve(name));
    let Some(curve) = curve else {
        return Known::default();
    };
    Known {
        nist_level: Some(0),
        classical_bits: curve.bits,
        registry_curve: curve.family.clone(),
        ..Known::default()
    }
}

/// What both know alike.
fn shared(a: Known, b: Known) -> Known {
    fn equal<T: PartialEq>(a: Option<T>, b: Option<T>) -> Option<T> {
        if a == b { a } else { None }
    }
    Known {
        primitive: equal(a.primitive, b.primitive),
        symmetric: equal(a.symmetric, b.symmetric),
        family: equal(a.family, b.family),
        oid: equal(a.oid, b.oid),
        classical_bits: equal(a.classical_bits, b.classical_bits),
        nist_level: equal(a.nist_level, b.nist_level),
        parameter_set: equal(a.parameter_set, b.parameter_set),
        registry_curve: equal(a.registry_curve, b.registry_curve),
    }
}

/// What a key algorithm is, told by what the code does with it, where it does one kind of thing.
fn by_use(operations: &BTreeSet<Operation>) -> Primitive {
    let mut uses = operations.iter().filter_map(|operation| match operation {
        Operation::Sign | Operation::Verify => Some(Primitive::Signature),
        Operation::Encrypt | Operation::Decrypt | Operation::Wrap | Operation::Unwrap => {
            Some(Primitive::Pke)
        }
        Operation::Agree => Some(Primitive::KeyAgree),
        Operation::Encapsulate | Operation::Decapsulate => Some(Primitive::Kem),
        _ => None,
    });
    let Some(first) = uses.next() else {
        return Primitive::Unknown;
    };
    if uses.all(|other| other == first) {
        first
    } else {
        Primitive::Unknown
    }
}

/// Whether both sides hold the same key.
fn symmetric(algorithm: &Algorithm) -> Option<bool> {
    match (algorithm.quantum, algorithm.primitive) {
        (Quantum::Shor | Quantum::PostQuantum | Quantum::Hybrid, _) => Some(false),
        (
            _,
            Primitive::Mac
            | Primitive::BlockCipher
            | Primitive::StreamCipher
            | Primitive::Ae
            | Primitive::KeyWrap,
        ) => Some(true),
        _ => None,
    }
}
