//! Findings of all artifacts become assets: the same asset seen at ten places is one asset with ten occurrences.
//!
//! Two findings show the same asset when kind and parameters are equal, the reasons of unknown parameters included; operations, places
//! and the way a value was found are not part of what an asset is. The identity is written in a versioned canonical form, and the
//! id is its hash behind a readable prefix, so that ids are the same in every run, on every machine and in any order of findings.
//! This module knows nothing of what the parameters mean; how assets relate is in [`super::relate`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Inventory, InventoryAsset, Occurrence, Suite, name, relate};
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, Facet, Finding, Scalar, Value};

/// Hexadecimal digits of the hash in an id: 40 bits behind a readable name. Where two assets still meet, the second takes the whole hash.
const ID_DIGITS: usize = 10;

/// Folds findings into the inventory. Each group holds the findings of one artifact, which `Finding::uses` counts in.
pub fn merge(groups: Vec<Vec<Finding>>, catalog: &Catalog) -> Inventory {
    let mut drafts = Drafts::default();
    for group in groups {
        drafts.add(group);
    }
    relate::relate(&mut drafts, catalog);
    drafts.finish(catalog)
}

/// What makes an asset that asset, in canonical form.
pub(super) type Identity = String;

/// An asset on its way into the inventory.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) asset: Asset,
    pub(super) occurrences: BTreeSet<Occurrence>,
    pub(super) depends_on: BTreeSet<Identity>,
    /// Who refers to it; counts only where it was not seen itself.
    pub(super) referred_by: BTreeSet<Identity>,
    pub(super) seen: bool,
    /// The algorithm of a key or certificate.
    pub(super) algorithm: Option<Identity>,
    /// What each cipher suite is made of.
    pub(super) suites: Vec<(String, BTreeSet<Identity>)>,
}

impl Draft {
    /// An asset without a place.
    pub(super) fn new(asset: Asset) -> Self {
        Self {
            asset,
            occurrences: BTreeSet::new(),
            depends_on: BTreeSet::new(),
            referred_by: BTreeSet::new(),
            seen: false,
            algorithm: None,
            suites: Vec::new(),
        }
    }
}

/// Every asset so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Drafts(pub(super) BTreeMap<Identity, Draft>);

impl Drafts {
    fn add(&mut self, group: Vec<Finding>) {
        let identities: Vec<Identity> = group.iter().map(|finding| identity(&finding.asset)).collect();
        for (index, finding) in group.into_iter().enumerate() {
            let own = &identities[index];
            let used: Vec<Identity> = finding.uses.iter()
                .filter_map(|&other| identities.get(other))
                .filter(|other| *other != own)
                .cloned()
                .collect();
            let draft = self.0.entry(own.clone()).or_insert_with(|| Draft::new(finding.asset.clone()));
            draft.seen = true;
            absorb(&mut draft.asset, &finding.asset);
            draft.depends_on.extend(used);
            draft.occurrences.insert(occurrence(finding));
        }
    }

    fn finish(mut self, catalog: &Catalog) -> Inventory {
        let ids = ids(&self.0);
        let names = names(&self.0);
        let to_ids = |identities: &BTreeSet<Identity>| {
            let mut found: Vec<String> = identities.iter().filter_map(|identity| ids.get(identity)).cloned().collect();
            found.sort();
            found
        };
        let mut assets: Vec<InventoryAsset> = Vec::with_capacity(self.0.len());
        for (identity, draft) in std::mem::take(&mut self.0) {
            let implied_by = if draft.seen { Vec::new() } else { to_ids(&draft.referred_by) };
            assets.push(InventoryAsset {
                id: ids[&identity].clone(),
                name: names[&identity].clone(),
                depends_on: to_ids(&draft.depends_on),
                implied_by,
                algorithm: draft.algorithm.and_then(|identity| ids.get(&identity).cloned()),
                suites: draft.suites.into_iter().map(|(name, members)| Suite { name, algorithms: to_ids(&members) }).collect(),
                known: relate::known(&draft.asset, catalog),
                occurrences: draft.occurrences.into_iter().collect(),
                asset: draft.asset,
            });
        }
        assets.sort_by(|a, b| a.id.cmp(&b.id));
        Inventory { assets }
    }
}

fn occurrence(finding: Finding) -> Occurrence {
    let mut evidence = finding.evidence;
    evidence.sort();
    evidence.dedup();
    Occurrence {
        location: finding.location,
        text: finding.text,
        library: finding.library,
        entry: finding.entry,
        symbol: finding.symbol,
        function: finding.function,
        confidence: finding.confidence,
        context: finding.context,
        evidence,
        asset: finding.asset,
    }
}

/// Adds what another place of the same asset shows: its operations, and the nearest origin of each value.
fn absorb(asset: &mut Asset, other: &Asset) {
    asset.operations.extend(other.operations.iter().copied());
    for (facet, value) in &other.facets {
        asset.facets.entry(*facet).or_default().union(value.clone());
    }
}

/// The canonical form of what makes an asset that asset. Any change of this text changes every id: raise the version then.
///
/// Facets stand in the order of their names and scalars in the order of their encoding, both independent of how the enums are declared;
/// every text carries its length, so that no content can imitate the form.
pub(super) fn identity(asset: &Asset) -> Identity {
    let mut facets: Vec<(&Facet, &Value)> = asset.facets.iter().collect();
    facets.sort_by_key(|(facet, _)| facet.name());
    let mut out = format!("pqscan-asset/1\n{}\n", asset.kind.name());
    for (facet, value) in facets {
        let mut scalars: Vec<String> = value.scalars.keys().map(encode).collect();
        scalars.sort();
        let _ = write!(out, "{}={}", facet.name(), scalars.join("|"));
        if value.open { out.push('+') }
        if let Some(why) = &value.why {
            let _ = write!(out, "?{}{}", text(why.kind), text(&why.detail));
        }
        out.push('\n');
    }
    out
}

fn encode(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Number(number) => format!("n{number};"),
        Scalar::Name(name) => format!("s{}", text(name)),
        Scalar::List(names) => {
            let items: String = names.iter().map(|name| text(name)).collect();
            format!("l{};{items}", names.len())
        }
    }
}

fn text(text: &str) -> String {
    format!("{}:{text}", text.len())
}

/// `crypto/key/rsa-2048-key-9f3ac1…` for each identity.
fn ids(drafts: &BTreeMap<Identity, Draft>) -> BTreeMap<Identity, String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    drafts.iter().map(|(identity, draft)| {
        let hash = hash(identity);
        let stem = format!("crypto/{}/{}", draft.asset.kind.name(), slug(&name::of(&draft.asset)));
        let short = format!("{stem}-{}", &hash[..ID_DIGITS]);
        let id = if taken.contains(&short) { format!("{stem}-{hash}") } else { short };
        taken.insert(id.clone());
        (identity.clone(), id)
    }).collect()
}

/// A name for each identity, none twice: consumers merge components of equal group, name and version.
fn names(drafts: &BTreeMap<Identity, Draft>) -> BTreeMap<Identity, String> {
    let mut named: BTreeMap<Identity, String> =
        drafts.iter().map(|(identity, draft)| (identity.clone(), name::of(&draft.asset))).collect();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for name in named.values() { *count.entry(name.clone()).or_default() += 1 }
    for (identity, name) in &mut named {
        if count[name.as_str()] > 1 {
            let _ = write!(name, " [{}]", &hash(identity)[..ID_DIGITS]);
        }
    }
    named
}

pub(super) fn hash(identity: &str) -> String {
    blake3::hash(identity.as_bytes()).to_hex().to_string()
}

/// Lower-case letters and digits with single hyphens between, of a length that a line can hold.
fn slug(name: &str) -> String {
    const MAX: usize = 40;
    let mut out = String::new();
    for c in name.chars() {
        if out.len() >= MAX { break }
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}
