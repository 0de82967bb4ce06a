//! How assets relate: a key to its algorithm, a signature to its digest, a protocol to what its suites and groups name.
//!
//! What an asset refers to and no place shows by itself is added as an asset of its own, with the occurrences of those that refer to
//! it, and says so in `implied_by`. Nothing is added that the referring asset does not name: alternatives stay alternatives, and an
//! unknown algorithm stays unknown, with its reason.

use std::collections::BTreeSet;

use super::Known;
use super::merge::{Draft, Drafts, Identity, identity};
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, AssetKind, Facet, Origin, Scalar, Value};

/// Adds what assets refer to, and the edges between them.
pub(super) fn relate(drafts: &mut Drafts, catalog: &Catalog) {
    let mut open: BTreeSet<Identity> = drafts.0.keys().cloned().collect();
    // What is referred to has fewer parameters than what refers to it, so this ends; the bound holds if that is ever broken.
    let mut steps = open.len().saturating_mul(64).saturating_add(64);
    while let Some(from) = open.pop_first() {
        let Some(draft) = drafts.0.get(&from) else { continue };
        let referred = referred(&draft.asset, catalog);
        let occurrences = draft.occurrences.clone();
        for asset in referred {
            let Some(left) = steps.checked_sub(1) else { return };
            steps = left;
            let to = identity(&asset);
            if to == from { continue }
            if !drafts.0.contains_key(&to) {
                drafts.0.insert(to.clone(), Draft::new(asset));
                open.insert(to.clone());
            }
            if let Some(target) = drafts.0.get_mut(&to) {
                target.referred_by.insert(from.clone());
                if !target.seen { target.occurrences.extend(occurrences.iter().cloned()) }
            }
            if let Some(source) = drafts.0.get_mut(&from) { source.depends_on.insert(to); }
        }
    }
}

/// The algorithms that an asset names without being them.
fn referred(asset: &Asset, catalog: &Catalog) -> Vec<Asset> {
    match asset.kind {
        AssetKind::Key => vec![algorithm_of(asset, &[Facet::Algorithm, Facet::Curve, Facet::Group, Facet::KeyBits])],
        AssetKind::Certificate if asset.facets.contains_key(&Facet::Algorithm) => vec![algorithm_of(
            asset,
            &[Facet::Algorithm, Facet::Curve, Facet::Digest, Facet::Padding, Facet::KeyBits],
        )],
        AssetKind::Algorithm => inner(asset),
        AssetKind::Protocol => offered(asset, catalog),
        AssetKind::Certificate | AssetKind::Mention => Vec::new(),
    }
}

/// The algorithm of a key or certificate, with the parameters that are the algorithm's own.
fn algorithm_of(asset: &Asset, facets: &[Facet]) -> Asset {
    let mut algorithm = Asset::new(AssetKind::Algorithm);
    for facet in facets {
        if let Some(value) = asset.facets.get(facet) { algorithm.facets.insert(*facet, value.clone()); }
    }
    algorithm
}

/// The digests, MAC and KDF inside a construction. Each of several alternatives is one.
fn inner(asset: &Asset) -> Vec<Asset> {
    let mut found = BTreeSet::new();
    for facet in [Facet::Digest, Facet::MgfDigest, Facet::Mac, Facet::Kdf] {
        let Some(value) = asset.facets.get(&facet) else { continue };
        for (scalar, origin) in &value.scalars {
            if let Scalar::Name(name) = scalar { found.insert(named(name, *origin)); }
        }
    }
    found.into_iter().collect()
}

fn named(name: &str, origin: Origin) -> Asset {
    let mut asset = Asset::new(AssetKind::Algorithm);
    asset.facets.insert(Facet::Algorithm, Value::name(name, origin));
    asset
}

fn offered(_asset: &Asset, _catalog: &Catalog) -> Vec<Asset> {
    Vec::new()
}

/// What the catalogue says of an asset.
pub(super) fn known(_asset: &Asset, _catalog: &Catalog) -> Known {
    Known::default()
}
