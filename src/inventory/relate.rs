//! How assets relate: a key to its algorithm, a signature to its digest, a protocol to what its suites and groups name.
//!
//! What an asset refers to and no place shows by itself is added as an asset of its own, with the occurrences of those that refer to
//! it, and says so in `implied_by`. Nothing is added that the referring asset does not name: alternatives stay alternatives, and an
//! unknown algorithm stays unknown, with its reason.

use std::collections::BTreeSet;

use super::alike::OfSort;
use super::draft::{Drafts, Number, Place};
use super::identity::Identity;
use super::{Known, offer};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::model::{Asset, AssetKind, Facet, Facets, Operation, Origin, Scalar, Value, Why, Words};

/// Adds what assets refer to, and the edges between them. What is added is looked at in turn; there are only as many as the findings and
/// the catalogue have names for, so this ends.
pub(super) fn relate(drafts: &mut Drafts, catalog: &Catalog) {
    let known = refer(drafts, catalog);
    for from in drafts.numbers() {
        let Some(referred) = known.get(drafts[from].sort) else {
            continue;
        };
        for to in referred.all.iter().filter(|to| **to != from) {
            drafts[*to].referred_by.push(from);
            drafts[from].depends_on.push(*to);
        }
        drafts[from].algorithm = referred.algorithm;
        drafts[from].suites.clone_from(&referred.suites);
    }
    share_places(drafts);
}

/// Adds what assets refer to: it depends on their sort alone, so the first of each sort is looked at.
fn refer(drafts: &mut Drafts, catalog: &Catalog) -> OfSort<Referred> {
    let mut seen = firsts(drafts).into_iter().peekable();
    let mut added: BTreeSet<(Identity, Number)> = BTreeSet::new();
    let mut known: OfSort<Referred> = OfSort::default();
    loop {
        // In the order of identities, which is the same in whatever order findings came.
        let next = seen.peek().copied();
        let first = added.first().copied();
        let from = match (next, first) {
            (Some(next), first) if first.is_none_or(|(id, _)| drafts[next].identity < id) => {
                seen.next();
                next
            }
            (_, Some(first)) => {
                added.remove(&first);
                first.1
            }
            _ => break,
        };
        let sort = drafts[from].sort;
        if known.get(sort).is_none() {
            let refers = refers(&drafts[from].asset, catalog);
            let referred = refers.add(drafts, &mut added);
            known.keep(sort, referred);
        }
    }
    known
}

/// Of the drafts of each sort the first, in the order of identities.
fn firsts(drafts: &Drafts) -> Vec<Number> {
    let mut firsts: OfSort<Number> = OfSort::default();
    let mut sorts = Vec::new();
    for (number, draft) in drafts.iter() {
        match firsts.get(draft.sort) {
            None => sorts.push(draft.sort),
            Some(first) if draft.identity < drafts[*first].identity => {}
            Some(_) => continue,
        }
        firsts.keep(draft.sort, number)
    }
    let mut firsts: Vec<Number> = sorts
        .into_iter()
        .filter_map(|sort| firsts.get(sort).copied())
        .collect();
    firsts.sort_by_key(|number| drafts[*number].identity);
    firsts
}

/// Gives what no place shows by itself the places of what refers to it, directly or through others, each location once.
fn share_places(drafts: &mut Drafts) {
    let mut ranks = vec![0; drafts.len()];
    for (rank, (_, number)) in (0_u32..).zip(drafts.by_identity()) {
        ranks[number.index()] = rank
    }
    let mut passed: Vec<Option<Number>> = vec![None; drafts.len()];
    let mut taken: Vec<Option<Number>> = vec![None; drafts.place_count()];
    let unseen = drafts.iter().filter(|(_, draft)| !draft.seen);
    let unseen: Vec<Number> = unseen.map(|(number, _)| number).collect();
    for own in unseen {
        let mut places: Vec<Place> = Vec::new();
        let mut open: Vec<Number> = vec![own];
        while let Some(next) = open.pop() {
            if passed[next.index()].replace(own) == Some(own) {
                continue;
            }
            let draft = &drafts[next];
            if draft.seen {
                let mut is_new =
                    |place: &Place| taken[drafts.location(*place)].replace(own) != Some(own);
                places.extend(draft.places.iter().copied().filter(|place| is_new(place)));
            } else {
                let from = open.len();
                open.extend(&draft.referred_by);
                open[from..].sort_unstable_by_key(|number| ranks[number.index()]);
            }
        }
        places.sort_unstable();
        drafts[own].places = places.into();
    }
}

/// What an asset refers to, as drafts.
#[derive(Debug)]
struct Referred {
    algorithm: Option<Number>,
    suites: Vec<(String, Vec<Number>)>,
    /// Each once.
    all: Vec<Number>,
}

/// What an asset names without being it.
#[derive(Default)]
struct Refers {
    algorithm: Option<Asset>,
    suites: Vec<(String, BTreeSet<Asset>)>,
    others: BTreeSet<Asset>,
}

impl Refers {
    /// Finds the drafts, and adds those that are not there yet.
    fn add(self, drafts: &mut Drafts, added: &mut BTreeSet<(Identity, Number)>) -> Referred {
        let mut all = BTreeSet::new();
        let mut draft = |asset: Asset| {
            let (number, is_new) = drafts.refer(asset);
            if is_new {
                added.insert((drafts[number].identity, number));
            }
            all.insert(number);
            number
        };
        let algorithm = self.algorithm.map(&mut draft);
        let suites = self
            .suites
            .into_iter()
            .map(|(name, parts)| {
                let mut parts: Vec<Number> = parts.into_iter().map(&mut draft).collect();
                parts.sort_unstable();
                parts.dedup();
                (name, parts)
            })
            .collect();
        self.others.into_iter().for_each(|asset| {
            draft(asset);
        });
        Referred {
            algorithm,
            suites,
            all: all.into_iter().collect(),
        }
    }
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
fn by_use(operations: &Words<Operation>) -> Primitive {
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
