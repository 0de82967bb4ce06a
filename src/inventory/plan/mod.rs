//! The plan: what was found, grouped by what one change would fix, as the owner of a project would file tickets.
//!
//! A work item is on exactly one list, has the most urgent priority of what it fixes, and says what has to be done before it. Items are
//! made of judgements and places (`gather`) by what one change is (`change`), certificates and keys by who issued whom (`objects`), and
//! put in order (`order`). Nothing here judges: priorities, deadlines and replacements are those of the assessment. What is only there for
//! others to use, post-quantum already, or not affected is no work.

mod change;
mod component;
mod gather;
mod libraries;
mod objects;
mod order;
mod title;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::binaries::Component;
use super::packages::Shipped;
use super::planning::{Planning, Years};
use super::{Assessment, Band, Due, Inventory, Library, Need};
use crate::knowledge::catalog::Catalog;
use crate::model::{FindingClass, Location};

/// What one change would fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// Stable: derived from what the change is, not from the places that it is made in.
    pub id: Arc<str>,
    /// What kind of change it is.
    pub kind: Kind,
    /// The one list that it is on.
    pub list: List,
    /// The most urgent priority of what it fixes.
    pub band: Band,
    /// What to do, where, and how much of it there is.
    pub title: String,
    /// What is wrong with what it fixes; sorted.
    pub classes: Vec<FindingClass>,
    /// Ids of the assets that it is about; sorted. Such an asset may have places that another item is about.
    pub assets: Vec<Arc<str>>,
    /// The places that it fixes; sorted, each once.
    pub places: Vec<Location>,
    /// How many files those are in.
    pub files: usize,
    /// Who owns those files, as CODEOWNERS and settings write it; sorted.
    pub owners: Vec<String>,
    /// How long it takes, at most, by the scores of what it fixes; `None` where nothing of it has a score.
    pub effort: Option<Years>,
    /// How much time is left to begin, at least, by the same.
    pub slack: Option<Years>,
    /// The strictest deadline of what it fixes.
    pub deadline: Option<Due>,
    /// What takes the place of what it fixes; the preferred first.
    pub targets: Vec<String>,
    /// What has to be known of it, in sentences.
    pub notes: Vec<String>,
    /// What only a person knows and its priority depends on; one of each key.
    pub needs_context: Vec<Need>,
    /// Ids of the items that have to be done before it, in the order of the plan.
    pub after: Vec<Arc<str>>,
    /// Ids of the items that wait for it, in the order of the plan.
    pub unblocks: Vec<Arc<str>>,
}

/// The lists. Never added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Broken by a quantum computer, protects secrets.
    Confidentiality,
    /// Broken by a quantum computer, protects what is genuine; and what is of unseen use, which counts as that.
    Authenticity,
    /// Weak already.
    Weak,
    /// To be found out.
    Unresolved,
}

impl List {
    /// Every list, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Confidentiality,
        Self::Authenticity,
        Self::Weak,
        Self::Unresolved,
    ];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confidentiality => "confidentiality",
            Self::Authenticity => "authenticity",
            Self::Weak => "weak",
            Self::Unresolved => "unresolved",
        }
    }
}

/// What kind of change an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A library without post-quantum algorithms is upgraded.
    LibraryUpgrade,
    /// A package or distribution that others make is taken in a newer version.
    Dependency,
    /// A configuration file is changed.
    Configuration,
    /// A definition is changed that code in several places takes its value from.
    Definition,
    /// Code is changed.
    Code,
    /// A key is replaced.
    Key,
    /// A certification authority moves.
    Authority,
    /// Certificates are issued again.
    Certificates,
    /// Certification authorities that others run are trusted: their successors are.
    TrustStore,
    /// Something is signed again.
    Signatures,
    /// Somebody finds something out.
    Question,
    /// Tests, examples and copies follow.
    Aside,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::LibraryUpgrade,
        Self::Dependency,
        Self::Configuration,
        Self::Definition,
        Self::Code,
        Self::Key,
        Self::Authority,
        Self::Certificates,
        Self::TrustStore,
        Self::Signatures,
        Self::Question,
        Self::Aside,
    ];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LibraryUpgrade => "library-upgrade",
            Self::Dependency => "dependency",
            Self::Configuration => "configuration",
            Self::Definition => "definition",
            Self::Code => "code",
            Self::Key => "key",
            Self::Authority => "certification-authority",
            Self::Certificates => "certificates",
            Self::TrustStore => "trust-store",
            Self::Signatures => "signatures",
            Self::Question => "question",
            Self::Aside => "aside",
        }
    }
}

/// What a plan is made of.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) inventory: &'a Inventory,
    /// In the inventory's order.
    pub(super) assessment: &'a [Arc<Assessment>],
    pub(super) binaries: &'a [Component],
    pub(super) packages: &'a [Shipped],
    pub(super) libraries: &'a BTreeMap<String, Library>,
    pub(super) planning: &'a Planning,
    pub(super) catalog: &'a Catalog,
}

/// Makes the plan: every item, in the order in which to do them.
pub(super) fn plan(given: Given<'_>) -> Vec<WorkItem> {
    let objects = objects::Objects::of(given);
    let mut groups = gather::groups(given, &objects);
    libraries::add(&mut groups, given);
    let before = order::edges(&groups, &objects, given);
    let items = groups
        .into_iter()
        .map(|(change, group)| item(&change, group, given));
    order::sorted(items.collect(), &before)
}

fn item(change: &change::Change, mut group: gather::Group<'_>, given: Given<'_>) -> WorkItem {
    let mut places = std::mem::take(&mut group.places);
    places.sort_unstable();
    places.dedup();
    let files = places.chunk_by(|a, b| a.path == b.path).count();
    let size = title::Size {
        places: places.len(),
        files,
    };
    let title = title::title(change, &group, size, given);
    let notes = notes(change, &group, given);
    let mut assets = std::mem::take(&mut group.assets);
    assets.sort_unstable();
    assets.dedup();
    WorkItem {
        id: change.id(),
        kind: change.what.kind(),
        list: change.list,
        band: group.band,
        title,
        classes: group.classes.iter().copied().collect(),
        owners: owners(&places, given.planning),
        assets,
        places,
        files,
        effort: group.effort,
        slack: group.slack,
        deadline: group.deadline.clone(),
        targets: group.targets(),
        notes,
        needs_context: group.needs.values().cloned().collect(),
        after: Vec::new(),
        unblocks: Vec::new(),
    }
}

fn notes(change: &change::Change, group: &gather::Group<'_>, given: Given<'_>) -> Vec<String> {
    let mut notes = title::notes(change, group);
    notes.extend(group.notes.iter().map(|note| sentence(note)));
    notes.extend(libraries::advice(change, group, given));
    notes
}

/// With a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let stop = if words.ends_with('.') { "" } else { "." };
    first.chain(letters).chain(stop.chars()).collect()
}

/// Who owns the files of places, which are sorted.
fn owners(places: &[Location], planning: &Planning) -> Vec<String> {
    let mut owners: Vec<String> = places
        .chunk_by(|a, b| a.path == b.path)
        .flat_map(|places| planning.owners(&places[0].path).iter().cloned())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}
