//! Which assets of two documents are the same.
//!
//! Ours have ids that say what an asset is. Those of others are told by kind, name and what is stated of their parameters; bom-refs of
//! other tools are mostly random and say nothing. What one document states and the other leaves out is no difference.

use std::collections::{HashMap, HashSet};

use crate::inventory::snapshot::{Place, Saved, Snapshot};
use crate::model::Facet;

/// Most assets of one kind and name of which each is held against each.
const MAX_ALIKE: usize = 64;

/// An asset of one document, with all of its places.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) asset: &'a Saved,
    pub(super) places: Vec<&'a Place>,
}

/// How assets are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By our ids.
    Ids,
    /// By kind, name and parameters.
    Names,
}

impl By {
    /// Both.
    pub const ALL: &[Self] = &[Self::Ids, Self::Names];

    /// How assets of both documents can be told.
    pub(super) const fn of(old: &Snapshot, new: &Snapshot) -> Self {
        if old.form.has_ids() && new.form.has_ids() {
            Self::Ids
        } else {
            Self::Names
        }
    }

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ids => "id",
            Self::Names => "name",
        }
    }

    /// What tells an asset from others.
    fn key(self, asset: &Saved) -> String {
        match self {
            // The readable piece of an id may change with the way things are called; the hash does not.
            Self::Ids => match asset.id.rsplit_once('-') {
                Some((_, hash)) => [&*asset.kind, " ", hash].concat(),
                None => asset.id.to_string(),
            },
            Self::Names => {
                let mut key = called(asset);
                for (name, value) in stated(asset) {
                    key.extend(["\n", name, "="]);
                    key.push_str(&value);
                }
                key
            }
        }
    }
}

/// The assets of a document, each once. Of our own documents, what is only implied is left out: what implies it is there.
pub(super) fn items(saved: &Snapshot, by: By) -> (Vec<Item<'_>>, HashMap<String, usize>) {
    let mut items: Vec<Item<'_>> = Vec::with_capacity(saved.assets.len());
    let mut keys = HashMap::with_capacity(saved.assets.len());
    let shown = saved
        .assets
        .iter()
        .filter(|asset| by == By::Names || !asset.implied);
    for asset in shown {
        let at = *keys.entry(by.key(asset)).or_insert(items.len());
        match items.get_mut(at) {
            Some(known) => known.places.extend(&asset.places),
            None => items.push(Item {
                asset,
                places: asset.places.iter().collect(),
            }),
        }
    }
    (items, keys)
}

/// Which item of the one document is which of the other.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// The same asset.
    pub(super) same: Vec<(usize, usize)>,
    /// Of one kind and name, and the only ones left of these: the one became the other.
    pub(super) became: Vec<(usize, usize)>,
    /// In the old document only.
    pub(super) gone: Vec<usize>,
    /// In the new document only.
    pub(super) come: Vec<usize>,
}

impl Pairs {
    pub(super) fn of(
        (old, old_keys): (&[Item<'_>], &HashMap<String, usize>),
        (new, new_keys): (&[Item<'_>], &HashMap<String, usize>),
        by: By,
    ) -> Self {
        let mut partner_of_old = vec![None; old.len()];
        let mut has_partner = vec![false; new.len()];
        let mut same = Vec::new();
        let mut became = Vec::new();
        for (key, at) in new_keys_in_order(new_keys) {
            if let Some(before) = old_keys.get(key) {
                partner_of_old[*before] = Some(at);
                has_partner[at] = true;
                same.push((*before, at));
            }
        }
        let left = |taken: &dyn Fn(usize) -> bool, number: usize| -> Vec<usize> {
            (0..number).filter(|at| !taken(*at)).collect()
        };
        let mut gone = left(&|at| partner_of_old[at].is_some(), old.len());
        let mut come = left(&|at| has_partner[at], new.len());
        if by == By::Names {
            let mut alike: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
            for at in &gone {
                alike.entry(called(old[*at].asset)).or_default().0.push(*at)
            }
            for at in &come {
                alike.entry(called(new[*at].asset)).or_default().1.push(*at)
            }
            let mut found: Vec<(usize, usize, bool)> = alike
                .into_values()
                .flat_map(|(before, after)| agreeing(old, new, before, after))
                .collect();
            found.sort_unstable();
            for (before, after, agrees) in found {
                partner_of_old[before] = Some(after);
                has_partner[after] = true;
                if agrees {
                    same.push((before, after))
                } else {
                    became.push((before, after))
                }
            }
            gone.retain(|at| partner_of_old[*at].is_none());
            come.retain(|at| !has_partner[*at]);
        }
        same.sort_unstable();
        Self {
            same,
            became,
            gone,
            come,
        }
    }
}

fn new_keys_in_order(keys: &HashMap<String, usize>) -> Vec<(&String, usize)> {
    let mut all: Vec<_> = keys.iter().map(|(key, at)| (key, *at)).collect();
    all.sort_unstable_by_key(|(_, at)| *at);
    all
}

/// Of assets of one kind and name: those that contradict each other in nothing, where each has one such partner only; and the last two, if
/// one is left on each side.
fn agreeing(
    old: &[Item<'_>],
    new: &[Item<'_>],
    mut before: Vec<usize>,
    mut after: Vec<usize>,
) -> Vec<(usize, usize, bool)> {
    let mut found = Vec::new();
    if before.is_empty() || after.is_empty() {
        return found;
    }
    if before.len() <= MAX_ALIKE && after.len() <= MAX_ALIKE {
        let states = |items: &[Item<'_>], which: &[usize]| -> HashMap<usize, Stated> {
            let all = which.iter();
            all.map(|at| (*at, stated(items[*at].asset))).collect()
        };
        let (olds, news) = (states(old, &before), states(new, &after));
        let agree = |a: usize, b: usize| match (olds.get(&a), news.get(&b)) {
            (Some(a), Some(b)) => contradict_not(a, b),
            _ => false,
        };
        let only = |mut all: Box<dyn Iterator<Item = usize> + '_>| {
            let first = all.next()?;
            all.next().is_none().then_some(first)
        };
        for a in &before {
            let partner = only(Box::new(after.iter().copied().filter(|b| agree(*a, *b))));
            if let Some(b) = partner
                && only(Box::new(before.iter().copied().filter(|a| agree(*a, b)))) == Some(*a)
            {
                found.push((*a, b, true))
            }
        }
        before.retain(|a| !found.iter().any(|(found, _, _)| found == a));
        after.retain(|b| !found.iter().any(|(_, found, _)| found == b));
    }
    if let ([a], [b]) = (&*before, &*after) {
        let agree = contradict_not(&stated(old[*a].asset), &stated(new[*b].asset));
        found.push((*a, *b, agree))
    }
    found
}

/// What a document has, to look up single assets in.
#[derive(Debug)]
pub(super) enum Has {
    /// By our ids.
    Ids(HashSet<String>),
    /// By kind and name, what is stated of each.
    Names(HashMap<String, Vec<Stated>>),
}

impl Has {
    /// What a document has, implied assets included.
    pub(super) fn of(saved: &Snapshot) -> Self {
        if saved.form.has_ids() {
            return Self::Ids(
                saved
                    .assets
                    .iter()
                    .map(|asset| By::Ids.key(asset))
                    .collect(),
            );
        }
        let mut names: HashMap<String, Vec<Stated>> = HashMap::new();
        for asset in &saved.assets {
            let alike = names.entry(called(asset)).or_default();
            if alike.len() < MAX_ALIKE {
                alike.push(stated(asset))
            }
        }
        Self::Names(names)
    }

    /// Whether it has the asset, or one that contradicts it in nothing.
    pub(super) fn has(&self, asset: &Saved) -> bool {
        match self {
            Self::Ids(keys) => keys.contains(&By::Ids.key(asset)),
            Self::Names(names) => names.get(&called(asset)).is_some_and(|alike| {
                let own = stated(asset);
                alike.iter().any(|other| contradict_not(&own, other))
            }),
        }
    }
}

/// Parameters by name.
type Stated = Vec<(&'static str, String)>;

/// Whether nothing that both state differs.
fn contradict_not(a: &Stated, b: &Stated) -> bool {
    a.iter()
        .all(|(name, value)| b.iter().all(|(n, v)| n != name || v == value))
}

/// Kind and name in a form that many tools share: CycloneDX's type, letters and digits in lower case. Certificates are called after
/// their subjects.
fn called(asset: &Saved) -> String {
    let mut key = match &*asset.kind {
        "mention" => "algorithm",
        kind => kind,
    }
    .to_owned();
    key.push(' ');
    let subject = asset.parameters.get("subject");
    let name = match &*asset.kind {
        "certificate" => subject.map_or(&*asset.name, String::as_str),
        "key" => asset.name.strip_suffix(" key").unwrap_or(&asset.name),
        "mention" => asset
            .name
            .strip_suffix(" (mentioned)")
            .unwrap_or(&asset.name),
        _ => &asset.name,
    };
    // Of two that are called alike, we write a piece of the hash behind the name.
    let name = match name.rsplit_once(" [") {
        Some((name, hash)) if asset.id.starts_with("crypto/") && hash.ends_with(']') => name,
        _ => name,
    };
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    key.extend(letters.flat_map(char::to_lowercase));
    key
}

/// The parameters that documents of many tools state, where they state one value.
fn stated(asset: &Saved) -> Stated {
    let names = [
        Facet::Curve.name(),
        Facet::KeyBits.name(),
        Facet::Mode.name(),
        "not_after",
        "not_before",
        Facet::Padding.name(),
    ];
    let mut all: Stated = names
        .into_iter()
        .filter_map(|name| Some((name, asset.parameters.get(name)?.as_str())))
        .chain(
            asset
                .parameter_set
                .as_deref()
                .map(|set| ("parameter_set", set)),
        )
        .filter(|(_, value)| {
            !value.starts_with('?')
                && !value.contains('|')
                && !matches!(*value, "unknown" | "other")
        })
        .map(|(name, value)| {
            // A curve of the registry stands behind the name of who defined it.
            let value = value.rsplit_once('/').map_or(value, |(_, curve)| curve);
            (name, value.to_lowercase())
        })
        .collect();
    all.sort_unstable();
    all
}
