//! Two inventories compared, asset by asset; and what is new against a saved one.
//!
//! An asset that both have is the same wherever it lies: its places moved, or became more or fewer. An asset that is gone and one of its kind
//! and family that stands at the same place, symbol and function is one that changed: RSA-2048 became RSA-3072. What is left was added or
//! removed. Nothing here judges: priorities are those that the documents state.

pub mod baseline;
mod places;
mod same;

use std::collections::{BTreeMap, BTreeSet};

pub use self::baseline::Known;
use self::places::{Left, Tells};
pub use self::same::By;
use self::same::Pairs;
use crate::inventory::Band;
use crate::inventory::snapshot::{Form, Place, Saved, Snapshot};
use crate::model::FindingClass;

/// Parameters that may change while an asset stays the same.
const OF_ONE: [&str; 2] = ["halves", "opened"];

/// What differs between two inventories.
#[derive(Debug)]
pub struct Diff<'a> {
    /// The one before.
    pub old: &'a Snapshot,
    /// The one after.
    pub new: &'a Snapshot,
    /// How assets were told.
    pub by: By,
    /// Assets that are in the new one only, with the places that no change explains.
    pub added: Vec<Seen<'a>>,
    /// Assets that are in the old one only, likewise.
    pub removed: Vec<Seen<'a>>,
    /// Assets that became others, or whose parameters changed.
    pub changed: Vec<Change<'a>>,
    /// Assets that are in other files.
    pub moved: Vec<Move<'a>>,
    /// Assets that are at more or at fewer places.
    pub spread: Vec<Spread<'a>>,
    /// Assets that are judged otherwise.
    pub judged: Vec<Rejudged<'a>>,
    /// How many assets both have.
    pub kept: usize,
    /// What has to be known to read it rightly, in sentences.
    pub caveats: Vec<String>,
}

/// An asset and places of it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The asset.
    pub asset: &'a Saved,
    /// Places, sorted.
    pub places: Vec<&'a Place>,
}

/// An asset that became another.
#[derive(Debug)]
pub struct Change<'a> {
    /// What it was.
    pub old: &'a Saved,
    /// What it is.
    pub new: &'a Saved,
    /// Where; empty where documents tell no places.
    pub places: Vec<(&'a Place, &'a Place)>,
    /// The parameters that differ, by name.
    pub parameters: Vec<Parameter<'a>>,
}

/// A parameter that differs.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'static str,
    /// What it was, where it was said.
    pub old: Option<&'a str>,
    /// What it is, where it is said.
    pub new: Option<&'a str>,
}

/// An asset in another file.
#[derive(Debug)]
pub struct Move<'a> {
    /// The asset, as the new inventory has it.
    pub asset: &'a Saved,
    /// From where to where.
    pub places: Vec<(&'a Place, &'a Place)>,
}

/// An asset at more or at fewer places.
#[derive(Debug)]
pub struct Spread<'a> {
    /// The asset, as the new inventory has it.
    pub asset: &'a Saved,
    /// Where it is now.
    pub gained: Vec<&'a Place>,
    /// Where it was.
    pub lost: Vec<&'a Place>,
}

/// An asset that is judged otherwise.
#[derive(Debug)]
pub struct Rejudged<'a> {
    /// The asset, as the new inventory has it.
    pub asset: &'a Saved,
    /// Finding class, the band before, the band after; by class.
    pub judgements: Vec<(FindingClass, Option<Band>, Option<Band>)>,
}

impl Diff<'_> {
    /// Whether both inventories say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.moved.is_empty()
            && self.spread.is_empty()
            && self.judged.is_empty()
    }
}

/// Compares two inventories.
pub fn diff<'a>(old: &'a Snapshot, new: &'a Snapshot) -> Diff<'a> {
    let by = By::of(old, new);
    let tells = Tells {
        texts: old.form == Form::Result && new.form == Form::Result,
        symbols: old.form.has_ids() == new.form.has_ids(),
    };
    let (old_items, old_keys) = same::items(old, by);
    let (new_items, new_keys) = same::items(new, by);
    let pairs = Pairs::of((&old_items, &old_keys), (&new_items, &new_keys), by);
    let mut moved = Vec::new();
    let mut judged = Vec::new();
    let mut changed = Vec::new();
    let mut lost: Vec<Left<'a>> = Vec::new();
    let mut gained: Vec<Left<'a>> = Vec::new();
    let all_left = |item: usize, asset: &'a Saved, places: &[&'a Place], to: &mut Vec<Left<'a>>| {
        to.extend(places.iter().map(|place| Left { item, asset, place }))
    };
    for (before, after) in &pairs.same {
        let (a, b) = (&old_items[*before], &new_items[*after]);
        let matched = places::matched(a, b, tells);
        if !matched.moved.is_empty() {
            moved.push(Move {
                asset: b.asset,
                places: matched.moved,
            })
        }
        all_left(*before, a.asset, &matched.lost, &mut lost);
        all_left(*after, b.asset, &matched.gained, &mut gained);
        judged.extend(rejudged(a.asset, b.asset, old.form, new.form));
        let parameters = parameters(a.asset, b.asset, |name| OF_ONE.contains(&name));
        // A document that leaves something out says nothing against it.
        if parameters
            .iter()
            .any(|p| p.old.is_some() && p.new.is_some())
        {
            changed.push(Change {
                old: a.asset,
                new: b.asset,
                places: Vec::new(),
                parameters,
            })
        }
    }
    for (before, after) in &pairs.became {
        let (a, b) = (&old_items[*before], &new_items[*after]);
        changed.push(change(a.asset, b.asset, Vec::new()));
    }
    for at in &pairs.gone {
        all_left(*at, old_items[*at].asset, &old_items[*at].places, &mut lost)
    }
    for at in &pairs.come {
        all_left(
            *at,
            new_items[*at].asset,
            &new_items[*at].places,
            &mut gained,
        )
    }
    let became = places::became(&mut lost, &mut gained);
    let explained_old: BTreeSet<usize> = became.keys().map(|(before, _)| *before).collect();
    let explained_new: BTreeSet<usize> = became.keys().map(|(_, after)| *after).collect();
    changed.extend(became.into_iter().map(|((before, after), places)| {
        change(old_items[before].asset, new_items[after].asset, places)
    }));
    let mut lost = by_item(lost);
    let mut gained = by_item(gained);
    let mut spread = Vec::new();
    for (before, after) in &pairs.same {
        let lost = lost.remove(before).unwrap_or_default();
        let gained = gained.remove(after).unwrap_or_default();
        if !(lost.is_empty() && gained.is_empty()) {
            spread.push(Spread {
                asset: new_items[*after].asset,
                gained,
                lost,
            })
        }
    }
    let rest = |items: &[same::Item<'a>],
                which: &[usize],
                left: &mut BTreeMap<usize, Vec<&'a Place>>,
                explained: &BTreeSet<usize>| {
        let left = which.iter().filter_map(|at| {
            let places = left.remove(at).unwrap_or_default();
            (!places.is_empty() || !explained.contains(at)).then(|| Seen {
                asset: items[*at].asset,
                places,
            })
        });
        left.collect::<Vec<_>>()
    };
    let mut diff = Diff {
        added: rest(&new_items, &pairs.come, &mut gained, &explained_new),
        removed: rest(&old_items, &pairs.gone, &mut lost, &explained_old),
        changed,
        moved,
        spread,
        judged,
        kept: pairs.same.len(),
        caveats: caveats(old, new, by),
        old,
        new,
        by,
    };
    diff.sort();
    diff
}

impl Diff<'_> {
    /// The most urgent first, then by kind and name.
    fn sort(&mut self) {
        self.added
            .sort_by(|a, b| order(a.asset).cmp(&order(b.asset)));
        self.removed
            .sort_by(|a, b| order(a.asset).cmp(&order(b.asset)));
        self.moved
            .sort_by(|a, b| order(a.asset).cmp(&order(b.asset)));
        self.spread
            .sort_by(|a, b| order(a.asset).cmp(&order(b.asset)));
        self.judged
            .sort_by(|a, b| order(a.asset).cmp(&order(b.asset)));
        self.changed
            .sort_by(|a, b| (order(a.new), order(a.old)).cmp(&(order(b.new), order(b.old))));
    }
}

fn order(asset: &Saved) -> (Band, &str, &str, &str) {
    let band = asset.judgements.first().map_or(Band::P4, |(_, band)| *band);
    (band, &asset.kind, &asset.name, &asset.id)
}

fn by_item(left: Vec<Left<'_>>) -> BTreeMap<usize, Vec<&Place>> {
    let mut all: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
    for left in left {
        all.entry(left.item).or_default().push(left.place)
    }
    for places in all.values_mut() {
        places.sort_unstable()
    }
    all
}

fn change<'a>(old: &'a Saved, new: &'a Saved, places: Vec<(&'a Place, &'a Place)>) -> Change<'a> {
    Change {
        old,
        new,
        places,
        parameters: parameters(old, new, |name| !OF_ONE.contains(&name)),
    }
}

/// The parameters that differ, of those that are asked for.
fn parameters<'a>(
    old: &'a Saved,
    new: &'a Saved,
    wanted: impl Fn(&str) -> bool,
) -> Vec<Parameter<'a>> {
    let names: BTreeSet<&'static str> = old
        .parameters
        .keys()
        .chain(new.parameters.keys())
        .copied()
        .filter(|name| wanted(name))
        .collect();
    let value = |asset: &'a Saved, name| asset.parameters.get(name).map(String::as_str);
    names
        .into_iter()
        .map(|name| Parameter {
            name,
            old: value(old, name),
            new: value(new, name),
        })
        .filter(|parameter| parameter.old != parameter.new)
        .collect()
}

/// How judgements differ. A CBOM has the most urgent only, and then no other counts.
fn rejudged<'a>(old: &Saved, new: &'a Saved, before: Form, after: Form) -> Option<Rejudged<'a>> {
    if old.judgements.is_empty() || new.judgements.is_empty() {
        return None;
    }
    let number = match (before, after) {
        (Form::Result, Form::Result) => usize::MAX,
        _ => 1,
    };
    let judged = |asset: &Saved| -> BTreeMap<FindingClass, Band> {
        asset.judgements.iter().take(number).copied().collect()
    };
    let (before, after) = (judged(old), judged(new));
    let classes: BTreeSet<FindingClass> = before.keys().chain(after.keys()).copied().collect();
    let judgements: Vec<_> = classes
        .into_iter()
        .map(|class| {
            (
                class,
                before.get(&class).copied(),
                after.get(&class).copied(),
            )
        })
        .filter(|(_, before, after)| before != after)
        .collect();
    (!judgements.is_empty()).then_some(Rejudged {
        asset: new,
        judgements,
    })
}

/// What has to be known to read the difference rightly.
fn caveats(old: &Snapshot, new: &Snapshot, by: By) -> Vec<String> {
    let mut caveats = Vec::new();
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    if by == By::Names {
        caveats.push(
            "A document of another tool: assets are told by kind, name and the parameters that both state."
                .to_owned(),
        )
    }
    if by == By::Ids && differ(&old.tool, &new.tool) {
        caveats.push(
            "The documents were written by two versions: a difference may be one of the program and not of what was looked at."
                .to_owned(),
        )
    } else if differ(&old.rules_hash, &new.rules_hash) {
        caveats.push(
            "The documents were made with different rules: what was added or removed may be what the rules see."
                .to_owned(),
        )
    }
    if differ(&old.subject, &new.subject) {
        caveats.push("The documents are about things of different names.".to_owned())
    }
    caveats
}
