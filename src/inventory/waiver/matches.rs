//! Which waivers are about which places of which assets. Whether they still count is not asked here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use globset::{GlobSet, GlobSetBuilder};

use super::register::{Entry, Ground};
use super::{Place, Waiver};
use crate::inventory::fingerprint::Fingerprints;
use crate::inventory::{Band, InventoryAsset, Judgement};
use crate::model::FindingClass;

/// What a waiver is about.
#[derive(Default, Clone)]
pub(super) struct About {
    /// By the number of the asset: its band.
    pub(super) assets: BTreeMap<usize, Band>,
    /// Asset and place.
    pub(super) places: BTreeSet<(usize, usize)>,
}

/// Which waivers are about which places.
pub(super) struct Matches {
    /// By asset and class: place and waiver.
    pub(super) by_judgement: BTreeMap<(usize, FindingClass), Vec<(usize, usize)>>,
    pub(super) by_waiver: Vec<About>,
    /// Pairs of a place and a waiver so far.
    pairs: usize,
}

/// Pairs of places and waivers that are kept, at most: a thousand waivers for everything would be held against a million places.
const MAX_PAIRS: usize = 2_000_000;

impl Matches {
    /// Holds every waiver that can count against every judgement.
    pub(super) fn find(ground: &Ground<'_>, entries: &[Entry]) -> Self {
        let mut matches = Self {
            by_judgement: BTreeMap::new(),
            by_waiver: vec![About::default(); entries.len()],
            pairs: 0,
        };
        let index = Index::of(entries);
        let by_fingerprint = by_fingerprint(entries);
        for (number, asset) in ground.inventory.assets.iter().enumerate() {
            let Some(assessment) = ground.assessments.get(number) else {
                continue;
            };
            let candidates = Candidates {
                entries,
                index: &index,
                general: index.of_asset(asset),
                prints: by_fingerprint.then(|| Prints::of(asset)),
            };
            if matches.is_full() {
                break;
            }
            for judgement in assessment.judgements() {
                matches.judgement(&candidates, (number, asset), judgement)
            }
        }
        matches
    }

    /// Whether places are left that nobody looked at: they are not accepted.
    pub(super) fn is_full(&self) -> bool {
        self.pairs >= MAX_PAIRS
    }

    fn judgement(
        &mut self,
        candidates: &Candidates<'_>,
        (number, asset): (usize, &InventoryAsset),
        judgement: &Judgement,
    ) {
        let class = judgement.finding_class;
        let waiver = |waiver: usize| &candidates.entries[waiver].waiver;
        let is_meant = |number: &&usize| is_about(waiver(**number), judgement);
        let general: Vec<usize> = candidates
            .general
            .iter()
            .filter(is_meant)
            .copied()
            .collect();
        let comments = &candidates.index.comments;
        if general.is_empty() && comments.is_empty() {
            return;
        }
        let mut found = Vec::new();
        for (place, occurrence) in asset.occurrences.iter().enumerate() {
            if self.pairs + found.len() >= MAX_PAIRS {
                break;
            }
            let location = &occurrence.location;
            let at = || candidates.index.places.at(&location.path);
            let here = comments.get(&(&*location.path, location.line));
            let here = here.into_iter().flatten().filter(is_meant);
            for number in general.iter().chain(here).copied() {
                let waiver = waiver(number);
                let prints = candidates.prints.as_ref();
                let is_here = waiver.paths.is_empty() || at().contains(&number);
                let told = || {
                    waiver.fingerprints.is_empty()
                        || prints.is_some_and(|all| all.tell(waiver, class, place))
                };
                if is_here && told() {
                    found.push((place, number))
                }
            }
        }
        self.pairs += found.len();
        if asset.implied_by.is_empty() {
            for (place, waiver) in &found {
                let about = &mut self.by_waiver[*waiver];
                about.places.insert((number, *place));
                let band = about.assets.entry(number).or_insert(judgement.band);
                *band = (*band).min(judgement.band);
            }
        }
        if !found.is_empty() {
            self.by_judgement.insert((number, class), found);
        }
    }
}

/// The waivers that may be about an asset.
struct Candidates<'a> {
    entries: &'a [Entry],
    index: &'a Index<'a>,
    /// Those that are about no single line.
    general: Vec<usize>,
    /// Where any waiver names a fingerprint.
    prints: Option<Prints<'a>>,
}

/// The fingerprints of an asset, as waivers name them: one of several results counts the places of its own folder alone.
struct Prints<'a> {
    asset: &'a InventoryAsset,
    all: Fingerprints,
    /// By folder, as far as they were asked for.
    below: RefCell<HashMap<Arc<str>, Fingerprints>>,
}

impl<'a> Prints<'a> {
    fn of(asset: &'a InventoryAsset) -> Self {
        Self {
            asset,
            all: Fingerprints::of(asset),
            below: RefCell::default(),
        }
    }

    /// Whether a waiver names what is judged to be of that class at a place.
    fn tell(&self, waiver: &Waiver, class: FindingClass, place: usize) -> bool {
        let named = |prints: &Fingerprints| waiver.fingerprints.contains(&prints.get(class, place));
        let Some(folder) = &waiver.below else {
            return named(&self.all);
        };
        let mut below = self.below.borrow_mut();
        let own = below.entry(folder.clone()).or_insert_with(|| {
            let is_below = |place: usize| {
                let path = self.asset.occurrences.get(place);
                let path = path.and_then(|o| o.location.path.strip_prefix(&**folder));
                path.is_some_and(|rest| rest.starts_with('/'))
            };
            self.all.among(is_below)
        });
        named(own)
    }
}

/// Whether a waiver is about a judgement, wherever it is: without naming a class or a fingerprint it is not about what needs nothing.
fn is_about(waiver: &Waiver, judgement: &Judgement) -> bool {
    if waiver.classes.is_empty() {
        !waiver.fingerprints.is_empty() || judgement.band < Band::P4
    } else {
        waiver.classes.contains(&judgement.finding_class)
    }
}

/// The waivers that can count, by how they are found.
struct Index<'a> {
    /// By the line that they are about.
    comments: HashMap<(&'a str, u32), Vec<usize>>,
    /// Of which no asset is said.
    general: Vec<usize>,
    /// By the id or the name of an asset.
    by_asset: HashMap<&'a str, Vec<usize>>,
    places: Places,
}

/// The patterns of all waivers together: a path is held against them once.
#[derive(Default)]
struct Places {
    globs: GlobSet,
    /// The waiver of each pattern.
    waivers: Vec<usize>,
    /// By path, as far as it was asked for.
    known: RefCell<HashMap<Arc<str>, Rc<[usize]>>>,
}

impl Places {
    fn of(entries: &[Entry]) -> Self {
        let mut globs = GlobSetBuilder::new();
        let mut waivers = Vec::new();
        for (number, Entry { waiver, .. }) in entries.iter().enumerate() {
            if waiver.problems.is_empty() {
                for glob in &waiver.paths {
                    globs.add(glob.clone());
                    waivers.push(number)
                }
            }
        }
        Self {
            // Patterns that together are too many match nothing, and the register says so of each waiver.
            globs: globs.build().unwrap_or_default(),
            waivers,
            known: RefCell::default(),
        }
    }

    /// The waivers with a pattern for a path; what lies in an archive lies where the archive does.
    fn at(&self, path: &Arc<str>) -> Rc<[usize]> {
        if let Some(known) = self.known.borrow().get(path) {
            return known.clone();
        }
        let outer = path.split_once("!/").map_or(&**path, |(outer, _)| outer);
        let matching = self.globs.matches(outer.trim_start_matches('/'));
        let waivers = matching.into_iter().filter_map(|at| self.waivers.get(at));
        let waivers: Rc<[usize]> = waivers.copied().collect();
        let mut known = self.known.borrow_mut();
        known.insert(path.clone(), waivers.clone());
        waivers
    }
}

impl<'a> Index<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut index = Self {
            comments: HashMap::new(),
            general: Vec::new(),
            by_asset: HashMap::new(),
            places: Places::of(entries),
        };
        for (number, Entry { waiver, .. }) in entries.iter().enumerate() {
            if !waiver.problems.is_empty() {
                continue;
            }
            match &waiver.place {
                Place::Comment { path, covers, .. } => {
                    let here = index.comments.entry((path, *covers)).or_default();
                    here.push(number)
                }
                Place::Settings { .. } if waiver.written.assets.is_empty() => {
                    index.general.push(number)
                }
                Place::Settings { .. } => {
                    for asset in &waiver.written.assets {
                        index.by_asset.entry(asset).or_default().push(number)
                    }
                }
            }
        }
        index
    }

    /// The waivers that no place keeps from being about an asset, in their order.
    fn of_asset(&self, asset: &InventoryAsset) -> Vec<usize> {
        let named = [&asset.id, &asset.name]
            .into_iter()
            .filter_map(|name| self.by_asset.get(&**name))
            .flatten();
        let all: BTreeSet<usize> = self.general.iter().chain(named).copied().collect();
        all.into_iter().collect()
    }
}

/// Whether any waiver that can count names a fingerprint.
fn by_fingerprint(entries: &[Entry]) -> bool {
    let valid = entries.iter().filter(|e| e.waiver.problems.is_empty());
    valid.map(|e| &e.waiver).any(|w| !w.fingerprints.is_empty())
}
