//! The accepted-risk register: every waiver with what it accepts, and for every judgement who accepts it where.
//!
//! An asset is accepted for a finding class if all its places are that are part of what runs; those in tests and the like count where
//! there are no others. What is only implied is accepted with all that implies it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::matches::{About, Matches};
use super::{By, Place, Waiver};
use crate::inventory::assess::limits::aside;
use crate::inventory::planning::Planning;
use crate::inventory::{
    Assessment, Band, Inventory, InventoryAsset, Judgement, Occurrence, Report,
};
use crate::model::{FindingClass, InlineWaiver};

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Its day is over, and what it accepted is still there.
    Expired,
    /// It accepts something.
    Used,
    /// Nothing is there that it is about.
    Unmatched,
    /// It cannot count: something is missing or wrong.
    Malformed,
}

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[Self::Expired, Self::Used, Self::Unmatched, Self::Malformed];

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Unmatched => "unmatched",
            Self::Malformed => "malformed",
        }
    }
}

/// A waiver in the register.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The waiver.
    pub waiver: Waiver,
    /// What became of it.
    pub state: State,
    /// Who accepts it: as the waiver says, else who owns the file; `None` where nobody is known.
    pub owner: Option<String>,
    /// Places of assets that it is about; what is only implied is not counted.
    pub places: usize,
    /// Ids of the assets that it is about, sorted.
    pub assets: Vec<Arc<str>>,
    /// How many of these are accepted in part only, by all waivers together.
    pub partly: usize,
    /// How many of these there are of each priority: by the most urgent judgement that it is about.
    pub by_band: BTreeMap<Band, usize>,
}

/// How far an asset is accepted for a finding class.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// For each of the asset's places the entry that accepts it, by its number in the register; of several the one that lasts longest.
    pub by: Vec<Option<usize>>,
    /// Whether all places are accepted that count.
    pub wholly: bool,
    /// The day on which the first of these waivers ends.
    pub until: Date,
    /// Whether a waiver of the scanned project itself takes part.
    pub by_project: bool,
}

impl Accepted {
    /// The entries that take part, each once.
    pub fn entries(&self) -> BTreeSet<usize> {
        self.by.iter().flatten().copied().collect()
    }

    /// How many places are accepted.
    pub fn places(&self) -> usize {
        self.by.iter().flatten().count()
    }
}

/// Every waiver of a report.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// Those of the settings in their order, then those in comments by place.
    pub entries: Vec<Entry>,
    /// Whether there was more to accept than is kept: what is beyond is not accepted.
    pub is_full: bool,
    /// Comments that accept something and were left aside, as the user asked.
    pub comments_ignored: usize,
    accepted: BTreeMap<(usize, FindingClass), Accepted>,
    /// Implied assets that are accepted with what implies them.
    with_others: BTreeSet<usize>,
}

impl Register {
    /// How far the asset with this number is accepted for a class; `None` where it is not at all.
    pub fn accepted(&self, asset: usize, class: FindingClass) -> Option<&Accepted> {
        self.accepted.get(&(asset, class))
    }

    /// All that is accepted of an asset, by finding class.
    pub fn of_asset(&self, asset: usize) -> impl Iterator<Item = (FindingClass, &Accepted)> {
        let last = FindingClass::ALL.last().copied();
        let range = last.map(|last| (asset, FindingClass::ALL[0])..=(asset, last));
        range
            .into_iter()
            .flat_map(|range| self.accepted.range(range))
            .map(|((_, class), accepted)| (*class, accepted))
    }

    /// Whether a place of an asset is accepted for a class.
    pub fn accepts(&self, asset: usize, class: FindingClass, place: usize) -> bool {
        self.with_others.contains(&asset)
            || self
                .accepted(asset, class)
                .is_some_and(|accepted| accepted.by.get(place).is_some_and(Option::is_some))
    }

    /// The waiver that accepts a place of an asset for a class.
    pub fn at(&self, asset: usize, class: FindingClass, place: usize) -> Option<&Entry> {
        self.of_place(self.accepted(asset, class)?, place)
    }

    /// The waiver that accepts a place, of what is accepted of its asset.
    pub fn of_place(&self, accepted: &Accepted, place: usize) -> Option<&Entry> {
        self.entries.get((*accepted.by.get(place)?)?)
    }

    /// Whether an asset is wholly accepted for a class.
    pub fn accepts_all(&self, asset: usize, class: FindingClass) -> bool {
        self.with_others.contains(&asset)
            || self
                .accepted(asset, class)
                .is_some_and(|accepted| accepted.wholly)
    }

    /// The waivers whose day is over.
    pub fn expired(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.state == State::Expired)
    }
}

/// What waivers are held against.
pub(in crate::inventory) struct Ground<'a> {
    pub(in crate::inventory) inventory: &'a Inventory,
    pub(in crate::inventory) assessments: &'a [Arc<Assessment>],
    pub(in crate::inventory) planning: &'a Planning,
}

/// Whether a place counts for its asset: those beside what runs only where there are no others.
pub(in crate::inventory) fn counts(asset: &InventoryAsset) -> impl Fn(&Occurrence) -> bool {
    let all_aside = asset.occurrences.iter().all(|o| aside(o.context));
    move |occurrence| all_aside || !aside(occurrence.context)
}

/// Holds every waiver against every judgement.
pub(in crate::inventory) fn register(ground: &Ground<'_>, comments: &[InlineWaiver]) -> Register {
    let planning = ground.planning;
    let mut register = Register::default();
    let comments = if planning.ignore_comments {
        register.comments_ignored = comments.len();
        &[]
    } else {
        comments
    };
    let waivers = planning.waivers.iter().cloned();
    let entries = waivers.chain(comments.iter().map(Waiver::comment));
    register.entries = entries.map(|waiver| entry(waiver, planning)).collect();
    if register.entries.is_empty() {
        return register;
    }
    let found = Matches::find(ground, &register.entries);
    register.is_full = found.is_full();
    for ((asset, class), by) in found.by_judgement {
        accept(ground, &mut register, asset, class, &by);
    }
    // By waiver: the assets of which something stays that nobody accepts.
    let mut partly: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); register.entries.len()];
    for ((asset, _), accepted) in register.accepted.iter().filter(|(_, a)| !a.wholly) {
        for entry in accepted.entries() {
            partly[entry].insert(*asset);
        }
    }
    for ((entry, about), partly) in register.entries.iter_mut().zip(found.by_waiver).zip(partly) {
        entry.partly = partly
            .iter()
            .filter(|a| about.assets.contains_key(a))
            .count();
        settle(entry, about, ground.inventory, planning.today);
    }
    register.with_others = with_others(ground, &register);
    register
}

fn entry(waiver: Waiver, planning: &Planning) -> Entry {
    let said = waiver.written.owner.as_deref().map(str::trim);
    let owner = said.filter(|owner| !owner.is_empty()).map(str::to_owned);
    let owner = owner.or_else(|| match &waiver.place {
        Place::Comment { path, .. } => {
            let owners = planning.owners(path);
            (!owners.is_empty()).then(|| owners.join(", "))
        }
        Place::Settings { .. } => None,
    });
    Entry {
        waiver,
        state: State::Malformed,
        owner,
        places: 0,
        assets: Vec::new(),
        partly: 0,
        by_band: BTreeMap::new(),
    }
}

/// Notes who accepts which place.
fn accept(
    ground: &Ground<'_>,
    register: &mut Register,
    asset: usize,
    class: FindingClass,
    found: &[(usize, usize)],
) {
    let inventory = &ground.inventory.assets[asset];
    let mut by: Vec<Option<usize>> = vec![None; inventory.occurrences.len()];
    let day = |entry: usize| register.entries[entry].waiver.until;
    for (place, entry) in found {
        if day(*entry) >= Some(ground.planning.today)
            && by[*place].is_none_or(|other| day(other) < day(*entry))
        {
            by[*place] = Some(*entry)
        }
    }
    let Some(until) = by.iter().flatten().filter_map(|entry| day(*entry)).min() else {
        return;
    };
    let counts = counts(inventory);
    let mut places = inventory.occurrences.iter().zip(&by);
    let accepted = Accepted {
        wholly: places.all(|(occurrence, by)| by.is_some() || !counts(occurrence)),
        by_project: by
            .iter()
            .flatten()
            .any(|entry| register.entries[*entry].waiver.by == By::Project),
        until,
        by,
    };
    register.accepted.insert((asset, class), accepted);
}

/// What became of a waiver, now that it is known what it is about.
fn settle(entry: &mut Entry, about: About, inventory: &Inventory, today: Date) {
    entry.state = if !entry.waiver.problems.is_empty() {
        State::Malformed
    } else if about.assets.is_empty() {
        State::Unmatched
    } else if entry.waiver.until < Some(today) {
        State::Expired
    } else {
        State::Used
    };
    entry.places = about.places.len();
    for (asset, band) in about.assets {
        *entry.by_band.entry(band).or_default() += 1;
        entry.assets.push(inventory.assets[asset].id.clone());
    }
    entry.assets.sort();
}

/// The implied assets whose every cause is accepted, through as many steps as there are.
fn with_others(ground: &Ground<'_>, register: &Register) -> BTreeSet<usize> {
    let mut accepted: BTreeSet<usize> = BTreeSet::new();
    if register.accepted.is_empty() {
        return accepted;
    }
    let assets = &ground.inventory.assets;
    let numbers: HashMap<&str, usize> = assets
        .iter()
        .enumerate()
        .map(|(number, asset)| (&*asset.id, number))
        .collect();
    let is_accepted = |accepted: &BTreeSet<usize>, number: usize| {
        if accepted.contains(&number) {
            return true;
        }
        let mut judgements = ground
            .assessments
            .get(number)
            .into_iter()
            .flat_map(|assessment| assessment.judgements())
            .filter(|judgement| judgement.band < Band::P4)
            .peekable();
        judgements.peek().is_some()
            && judgements.all(|j| register.accepts_all(number, j.finding_class))
    };
    loop {
        let before = accepted.len();
        for (number, asset) in assets.iter().enumerate() {
            if asset.implied_by.is_empty() || accepted.contains(&number) {
                continue;
            }
            let mut causes = asset.implied_by.iter();
            let all = causes.all(|id| {
                let number = numbers.get(&**id);
                number.is_some_and(|number| is_accepted(&accepted, *number))
            });
            if all {
                accepted.insert(number);
            }
        }
        if accepted.len() == before {
            return accepted;
        }
    }
}

/// What waivers of the scanned project itself accept, of what was seen by itself.
#[derive(Debug, Clone, Default)]
pub struct ProjectAccepts {
    /// How many assets of which something is accepted, wholly or in part.
    pub assets: usize,
    /// How many of these in part only.
    pub partly: usize,
    /// The numbers of those of which something of the most urgent priority is: they are never left untold.
    pub most_urgent: Vec<usize>,
}

/// `3 assets accepted by the project's own waivers (1 in part), of these 1 P0`.
impl fmt::Display for ProjectAccepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.assets == 1 { "asset" } else { "assets" };
        let partly = match self.partly {
            0 => String::new(),
            partly => format!(" ({partly} in part)"),
        };
        write!(
            f,
            "{} {noun} accepted by the project's own waivers{partly}, of these {} P0",
            self.assets,
            self.most_urgent.len()
        )
    }
}

/// What waivers of the scanned project itself accept.
pub fn accepted_by_project(report: &Report) -> ProjectAccepts {
    let mut by_project = ProjectAccepts::default();
    let assets = report.inventory.assets.iter().zip(&report.assessment);
    for (number, (asset, assessment)) in assets.enumerate() {
        if !asset.implied_by.is_empty() {
            continue;
        }
        let own = |judgement: &&Judgement| {
            let accepted = report.waivers.accepted(number, judgement.finding_class);
            accepted.is_some_and(|accepted| accepted.by_project)
        };
        let mut accepted = assessment.judgements().iter().filter(own).peekable();
        by_project.assets += usize::from(accepted.peek().is_some());
        let mut classes = report.waivers.of_asset(number);
        by_project.partly += usize::from(classes.any(|(_, a)| a.by_project && !a.wholly));
        if accepted.any(|judgement| judgement.band == Band::P0) {
            by_project.most_urgent.push(number)
        }
    }
    by_project
}
