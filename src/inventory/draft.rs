//! Assets on their way into the inventory: every distinct one, by number, with the places that show it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::alike::{Alike, Sort};
use super::identity::Identity;
use super::{Occurrence, Places};
use crate::model::{Asset, Finding, Location, Value};

/// Which draft: by it they refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number(u32);

impl Number {
    /// As an index into a list that has an item for each draft.
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A few drafts: most refer to two or three.
pub(super) type Numbers = SmallVec<[Number; 4]>;

/// Which place, in the order of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u32);

/// An asset on its way into the inventory.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) identity: Identity,
    pub(super) asset: Arc<Asset>,
    pub(super) sort: Sort,
    /// Sorted and without doubles, once all findings are in.
    pub(super) places: SmallVec<[Place; 4]>,
    /// In any order, and maybe several times.
    pub(super) depends_on: Numbers,
    /// Who refers to it; counts only where it was not seen itself. In any order, and each once.
    pub(super) referred_by: Vec<Number>,
    pub(super) seen: bool,
    /// The algorithm of a key or certificate.
    pub(super) algorithm: Option<Number>,
    /// The key that a certificate is about, and the certificate that signed it.
    pub(super) subject_key: Option<Number>,
    pub(super) issuer: Option<Number>,
    /// What each cipher suite is made of.
    pub(super) suites: Vec<(String, Vec<Number>)>,
}

/// Every asset so far.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    all: Vec<Draft>,
    numbers: HashMap<Identity, Number, foldhash::quality::RandomState>,
    alike: Alike,
    /// What shows which draft: by location, once all findings are in.
    places: Vec<(Number, Arc<Occurrence>)>,
    /// For each place, how many locations are before its own.
    locations: Vec<u32>,
}

impl Index<Number> for Drafts {
    type Output = Draft;

    fn index(&self, number: Number) -> &Draft {
        &self.all[number.index()]
    }
}

impl IndexMut<Number> for Drafts {
    fn index_mut(&mut self, number: Number) -> &mut Draft {
        &mut self.all[number.index()]
    }
}

impl Drafts {
    /// The assets of findings. Each group holds those of one artifact, which `Finding::uses` counts in.
    pub(super) fn of(groups: Vec<Vec<Finding>>) -> Self {
        let mut drafts = Self::default();
        let findings = groups.iter().map(Vec::len).sum();
        drafts.all.reserve_exact(findings);
        drafts.numbers.reserve(findings);
        drafts.places.reserve_exact(findings);
        for group in groups {
            drafts.add(group)
        }
        drafts.settle_places();
        drafts
    }

    fn add(&mut self, group: Vec<Finding>) {
        let mut uses = Vec::new();
        let first = self.places.len();
        for (index, mut finding) in group.into_iter().enumerate() {
            let sort = self.alike.share(&mut finding.asset);
            let used = std::mem::take(&mut finding.uses);
            uses.extend(used.into_iter().map(|other| (index, other)));
            let occurrence = occurrence(finding);
            let number = self.draft(&occurrence.asset, sort);
            let draft = &mut self.all[number.index()];
            draft.seen = true;
            // The place and the asset share what they say alike: most assets have one place.
            if draft.asset != occurrence.asset {
                absorb(Arc::make_mut(&mut draft.asset), &occurrence.asset);
                draft.sort = self.alike.sort(&draft.asset);
            }
            self.places.push((number, Arc::new(occurrence)));
        }
        for (user, used) in uses {
            let number = |index: usize| self.places.get(first + index).map(|(number, _)| *number);
            if let (Some(user), Some(used)) = (number(user), number(used))
                && user != used
            {
                self[user].depends_on.push(used)
            }
        }
    }

    /// The draft of an asset, which is added where it is not there yet.
    fn draft(&mut self, asset: &Arc<Asset>, sort: Sort) -> Number {
        let identity = Identity::of(asset);
        match self.numbers.entry(identity) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = Number(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
                new.insert(number);
                self.all.push(Draft {
                    identity,
                    asset: asset.clone(),
                    sort,
                    places: SmallVec::new(),
                    depends_on: SmallVec::new(),
                    referred_by: Vec::new(),
                    seen: false,
                    algorithm: None,
                    subject_key: None,
                    issuer: None,
                    suites: Vec::new(),
                });
                number
            }
        }
    }

    /// The draft of an asset that no place shows by itself, which is added where it is not there yet; whether it was added.
    pub(super) fn refer(&mut self, asset: Asset) -> (Number, bool) {
        let before = self.all.len();
        let sort = self.alike.sort(&asset);
        let number = self.draft(&Arc::new(asset), sort);
        (number, self.all.len() > before)
    }

    /// The draft with an identity.
    pub(super) fn number(&self, identity: &Identity) -> Option<Number> {
        self.numbers.get(identity).copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The number of each.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> + use<> {
        (0..).map(Number).take(self.all.len())
    }

    /// Each draft by its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Number, &Draft)> {
        (0..).map(Number).zip(&self.all)
    }

    /// The numbers of all drafts in the order of their identities, which is the same in whatever order findings came; each with the
    /// beginning of its identity.
    pub(super) fn by_identity(&self) -> Vec<(u64, Number)> {
        let mut order: Vec<(u64, Number)> = self
            .iter()
            .map(|(number, draft)| (u64::from_be_bytes(draft.identity.head()), number))
            .collect();
        order.sort_unstable_by(|(a, first), (b, second)| {
            a.cmp(b)
                .then_with(|| self[*first].identity.cmp(&self[*second].identity))
        });
        order
    }

    /// Puts places in order, and gives each draft its own.
    fn settle_places(&mut self) {
        // Findings come nearly so: files by path, and in a file from its beginning to its end.
        self.places
            .sort_by(|(_, a), (_, b)| a.location.cmp(&b.location));
        let mut before = 0;
        let mut last: Option<&Location> = None;
        for (at, (number, occurrence)) in (0..).map(Place).zip(&self.places) {
            if last.is_some_and(|last| *last != occurrence.location) {
                before += 1
            }
            last = Some(&occurrence.location);
            self.locations.push(before);
            self.all[number.index()].places.push(at);
        }
        for draft in &mut self.all {
            let occurrence = |place: &Place| &self.places[place.0 as usize].1;
            draft
                .places
                .sort_by(|a, b| occurrence(a).cmp(occurrence(b)));
            draft.places.dedup_by(|a, b| occurrence(a) == occurrence(b));
        }
    }

    /// Which location a place is at; there are fewer than there are places.
    pub(super) fn location(&self, place: Place) -> usize {
        self.locations[place.0 as usize] as usize
    }

    /// How many places there are.
    pub(super) fn place_count(&self) -> usize {
        self.places.len()
    }
}

/// Drafts that nobody refers to by number any more.
pub(super) struct Finished {
    all: Vec<Option<Draft>>,
    places: Vec<Option<Arc<Occurrence>>>,
    /// What no place shows by itself, with the places that it shares.
    sharing: HashMap<Number, Places>,
}

impl Drafts {
    /// When all is known of them.
    pub(super) fn finish(self) -> Finished {
        let place = |place: &Place| self.places[place.0 as usize].1.clone();
        let unseen = self.iter().filter(|(_, draft)| !draft.seen);
        let sharing = unseen
            .map(|(number, draft)| (number, draft.places.iter().map(place).collect()))
            .collect();
        let places = self.places.into_iter();
        Finished {
            sharing,
            places: places.map(|(_, occurrence)| Some(occurrence)).collect(),
            all: self.all.into_iter().map(Some).collect(),
        }
    }
}

impl Finished {
    /// Takes a draft, and what was seen at its places.
    pub(super) fn take(&mut self, number: Number) -> Option<(Draft, Places)> {
        let draft = self.all.get_mut(number.index())?.take()?;
        let occurrences = match self.sharing.remove(&number) {
            Some(shared) => shared,
            None => {
                let own = draft.places.iter();
                own.filter_map(|place| self.places.get_mut(place.0 as usize)?.take())
                    .collect()
            }
        };
        Some((draft, occurrences))
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
        technique: finding.technique,
        confidence: finding.confidence,
        context: finding.context,
        evidence,
        provenance: finding.provenance,
        asset: Arc::new(finding.asset),
    }
}

/// Adds what another place of the same asset shows: its operations, and the nearest origin of each value.
fn absorb(asset: &mut Asset, other: &Asset) {
    asset.operations.extend(other.operations.iter().copied());
    if asset.facets != other.facets {
        for (facet, value) in &other.facets {
            let own = asset.facets.get_or_insert_with(*facet, Value::default);
            own.union(value.clone());
        }
    }
    if let (Some(own), Some(other)) = (&mut asset.object, &other.object)
        && own != other
    {
        Arc::make_mut(own).absorb(other)
    }
}
