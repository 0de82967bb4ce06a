//! What is new against a saved inventory: the baseline of a gate.
//!
//! Findings are told by their fingerprints, and where the saved document has none (a CBOM), by their assets: another place of an asset
//! that it has is then not new.

use std::collections::HashMap;
use std::sync::Arc;

use super::same::Has;
use crate::inventory::fingerprint::{Fingerprint, Fingerprints};
use crate::inventory::snapshot::{Saved, Snapshot};
use crate::inventory::{Assessment, InventoryAsset, Report};
use crate::model::FindingClass;

/// What a saved inventory knows.
#[derive(Debug)]
pub struct Known {
    /// Each fingerprint, and the path of its place.
    fingerprints: HashMap<Fingerprint, Arc<str>>,
    assets: Has,
    has_fingerprints: bool,
}

/// A finding that a saved inventory does not have, or not as often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// The asset's index in the report's inventory.
    pub asset: usize,
    /// The index of the judgement in its assessment.
    pub judgement: usize,
    /// The indices of the places that are new; of objects, which are the same wherever they lie, all.
    pub places: Vec<usize>,
}

impl Known {
    /// What a saved inventory knows.
    pub fn of(saved: &Snapshot) -> Self {
        let mut fingerprints = HashMap::new();
        for place in saved.assets.iter().flat_map(|asset| &asset.places) {
            for fingerprint in &place.fingerprints {
                fingerprints
                    .entry(*fingerprint)
                    .or_insert_with(|| place.path.clone());
            }
        }
        Self {
            fingerprints,
            assets: Has::of(saved),
            has_fingerprints: saved.has_fingerprints(),
        }
    }

    /// Whether findings can be told by fingerprints at all; where not, ask for assets.
    pub const fn has_fingerprints(&self) -> bool {
        self.has_fingerprints
    }

    /// Whether no finding has that fingerprint.
    pub fn is_new(&self, fingerprint: &Fingerprint) -> bool {
        !self.fingerprints.contains_key(fingerprint)
    }

    /// Whether the saved inventory does not have the asset.
    pub fn is_new_asset(&self, asset: &InventoryAsset) -> bool {
        !self.assets.has(&Saved::of(asset, &[]))
    }

    /// The indices of an asset's places at which what is judged to be of that class is new.
    ///
    /// Of places that are equal, those in the files that had one before are the old ones: a copy is new, whatever its name.
    fn new_places(
        &self,
        asset: &InventoryAsset,
        prints: &Fingerprints,
        class: FindingClass,
    ) -> Vec<usize> {
        let places = 0..asset.occurrences.len();
        if !self.has_fingerprints {
            return match self.is_new_asset(asset) {
                true => places.collect(),
                false => Vec::new(),
            };
        }
        let new: Vec<usize> = places
            .clone()
            .filter(|place| self.is_new(&prints.get(class, *place)))
            .collect();
        if new.is_empty() || prints.is_one() {
            return new;
        }
        // Of each text, how many places are new, and how many each file had.
        let mut counts: HashMap<_, usize> = HashMap::new();
        for place in &new {
            *counts.entry(prints.snippet(*place)).or_default() += 1
        }
        let mut had: HashMap<(_, &str), usize> = HashMap::new();
        for place in places.clone() {
            let snippet = prints.snippet(place);
            if counts.contains_key(&snippet)
                && let Some(path) = self.fingerprints.get(&prints.get(class, place))
            {
                *had.entry((snippet, path)).or_default() += 1
            }
        }
        // First the places in files that had none, or not as many; then, where files were renamed, any.
        let (mut other, mut same): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for place in places {
            let snippet = prints.snippet(place);
            if !counts.contains_key(&snippet) {
                continue;
            }
            let path = &*asset.occurrences[place].location.path;
            match had.get_mut(&(snippet, path)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    same.push(place)
                }
                _ => other.push(place),
            }
        }
        // The last of equal ones are the new ones.
        let mut found: Vec<usize> = other
            .into_iter()
            .rev()
            .chain(same.into_iter().rev())
            .filter(|place| {
                let left = counts.get_mut(&prints.snippet(*place));
                match left {
                    Some(left) if *left > 0 => {
                        *left -= 1;
                        true
                    }
                    _ => false,
                }
            })
            .collect();
        found.sort_unstable();
        found
    }

    /// What of an asset is new, judgement by judgement.
    fn new_of<'a>(
        &'a self,
        asset: &'a InventoryAsset,
        assessment: &'a Assessment,
    ) -> impl Iterator<Item = (usize, Vec<usize>)> + 'a {
        let prints = Fingerprints::of(asset);
        let judgements = assessment.judgements().iter().enumerate();
        judgements
            .map(move |(at, judged)| (at, self.new_places(asset, &prints, judged.finding_class)))
            .filter(|(_, places)| !places.is_empty())
    }
}

/// The findings of a report that a saved inventory does not have, in the order of the report.
pub fn new_findings(report: &Report, saved: &Snapshot) -> Vec<NewFinding> {
    let known = Known::of(saved);
    let assets = report.inventory.assets.iter().zip(&report.assessment);
    assets
        .enumerate()
        .flat_map(|(at, (asset, assessment))| {
            known
                .new_of(asset, assessment)
                .map(move |(judgement, places)| NewFinding {
                    asset: at,
                    judgement,
                    places,
                })
        })
        .collect()
}
