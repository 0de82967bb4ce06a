//! Which places of two documents are the same, and which asset at a place became another.
//!
//! By path first: a place that is elsewhere in its file is the same. Then without it: what a file that was renamed shows. Everything is
//! looked up by hash, so the work grows with the number of places and not with its square.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

use super::same::Item;
use crate::inventory::snapshot::{Place, Saved};

/// What happened to the places of one asset.
#[derive(Debug, Default)]
pub(super) struct Matched<'a> {
    /// In another file.
    pub(super) moved: Vec<(&'a Place, &'a Place)>,
    /// Only in the old document.
    pub(super) lost: Vec<&'a Place>,
    /// Only in the new one.
    pub(super) gained: Vec<&'a Place>,
}

/// What both documents tell of places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tells {
    /// What places say.
    pub(super) texts: bool,
    /// The same names for what is called: both documents are of one tool.
    pub(super) symbols: bool,
}

/// Matches the places of an asset that both documents have.
pub(super) fn matched<'a>(old: &Item<'a>, new: &Item<'a>, tells: Tells) -> Matched<'a> {
    if let ([a], [b]) = (&*old.places, &*new.places)
        && a.path == b.path
    {
        return Matched::default();
    }
    let mut sides = Sides {
        old: sorted(&old.places),
        new: sorted(&new.places),
    };
    // What is in its file still has not moved: these only decide which of several is the one that is gone.
    if tells.texts {
        sides.pair(|p| Some((&*p.path, &*p.symbol, p.function.as_deref(), p.snippet)));
    }
    sides.pair(|p| Some((&*p.path, &*p.symbol)));
    sides.pair(|p| Some(&*p.path));
    let mut moved = Vec::new();
    if old.asset.is_object && new.asset.is_object {
        moved.extend(sides.pair(|_| Some(())))
    } else if tells.symbols {
        if tells.texts {
            moved.extend(sides.pair(|p| Some((&*p.symbol, p.function.as_deref(), p.snippet?))));
            moved.extend(sides.pair(|p| p.snippet));
        } else {
            moved.extend(sides.pair(|p| Some((file_name(p), &*p.symbol, p.function.as_deref()))));
        }
    }
    moved.sort_unstable();
    // Many tools write no places at all.
    let is_cut = |item: &Item<'_>| item.asset.is_cut || item.places.is_empty();
    if is_cut(old) || is_cut(new) {
        (sides.old, sides.new) = (Vec::new(), Vec::new())
    }
    Matched {
        moved,
        lost: sides.old,
        gained: sides.new,
    }
}

/// A place of an asset that the other document does not have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left<'a> {
    /// The item's index.
    pub(super) item: usize,
    pub(super) asset: &'a Saved,
    pub(super) place: &'a Place,
}

/// By which items became which, the places at which they did.
pub(super) type Became<'a> = BTreeMap<(usize, usize), Vec<(&'a Place, &'a Place)>>;

/// Takes out of both lists the places at which one asset became another of its kind and family.
pub(super) fn became<'a>(lost: &mut Vec<Left<'a>>, gained: &mut Vec<Left<'a>>) -> Became<'a> {
    let mut found = Became::new();
    let code = |left: &Left<'a>| {
        let Left { asset, place, .. } = *left;
        (!asset.is_object && !asset.family.is_empty()).then_some((
            &*place.path,
            &*place.symbol,
            place.function.as_deref(),
            &*asset.kind,
            &*asset.family,
        ))
    };
    zip_by(lost, gained, code, false, &mut found);
    // Of many keys in one file nobody can tell which took the place of which: one on each side only.
    let object = |left: &Left<'a>| {
        let Left { asset, place, .. } = *left;
        let who = who(asset)?;
        Some((&*place.path, &*asset.kind, who))
    };
    zip_by(lost, gained, object, true, &mut found);
    // Then without the path: a folder that was renamed, a certificate that was renewed under another file name.
    let code_elsewhere = |left: &Left<'a>| {
        let Left { asset, place, .. } = *left;
        (!asset.is_object && !asset.family.is_empty() && !place.symbol.is_empty()).then_some((
            file_name(place),
            &*place.symbol,
            place.function.as_deref(),
            &*asset.kind,
            &*asset.family,
        ))
    };
    zip_by(lost, gained, code_elsewhere, true, &mut found);
    let subject = |left: &Left<'a>| {
        let subject = left.asset.parameters.get("subject")?;
        (!subject.is_empty()).then_some((&*left.asset.kind, subject.as_str()))
    };
    zip_by(lost, gained, subject, true, &mut found);
    for places in found.values_mut() {
        places.sort_unstable()
    }
    found
}

/// What an object has to have in common with the one that takes its place: whom a certificate is about, what kind of key a key is.
fn who(asset: &Saved) -> Option<&str> {
    let subject = asset.parameters.get("subject").map(String::as_str);
    let issuer = asset.parameters.get("issuer").map(String::as_str);
    match &*asset.kind {
        _ if !asset.is_object => None,
        "certificate" | "request" => Some(subject.unwrap_or_default()),
        "crl" => Some(issuer.unwrap_or_default()),
        "signature" | "ciphertext" => Some(""),
        _ => Some(&asset.family),
    }
}

/// Pairs what has one key, in the order of paths and lines. With `only_one`, only where each side has one asset with the key.
fn zip_by<'a, K: Hash + Eq>(
    lost: &mut Vec<Left<'a>>,
    gained: &mut Vec<Left<'a>>,
    key: impl Fn(&Left<'a>) -> Option<K>,
    only_one: bool,
    found: &mut Became<'a>,
) {
    if lost.is_empty() || gained.is_empty() {
        return;
    }
    let order = |left: &Left<'a>| (left.place, left.asset.id.clone());
    lost.sort_by_cached_key(order);
    gained.sort_by_cached_key(order);
    let mut by_key: HashMap<K, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, left) in lost.iter().enumerate() {
        if let Some(key) = key(left) {
            by_key.entry(key).or_default().0.push(at)
        }
    }
    for (at, left) in gained.iter().enumerate() {
        if let Some(key) = key(left)
            && let Some((_, after)) = by_key.get_mut(&key)
        {
            after.push(at)
        }
    }
    let one = |list: &[Left<'a>], at: &[usize]| {
        at.windows(2)
            .all(|two| list[two[0]].item == list[two[1]].item)
    };
    let mut took: (Vec<bool>, Vec<bool>) = (vec![false; lost.len()], vec![false; gained.len()]);
    for (before, after) in by_key.into_values() {
        if only_one && !(one(lost, &before) && one(gained, &after)) {
            continue;
        }
        for (a, b) in before.into_iter().zip(after) {
            (took.0[a], took.1[b]) = (true, true);
            found
                .entry((lost[a].item, gained[b].item))
                .or_default()
                .push((lost[a].place, gained[b].place))
        }
    }
    let keep = |list: &mut Vec<Left<'a>>, took: Vec<bool>| {
        let mut took = took.into_iter();
        list.retain(|_| !took.next().unwrap_or_default());
    };
    keep(lost, took.0);
    keep(gained, took.1);
}

/// The places that are not matched yet.
struct Sides<'a> {
    old: Vec<&'a Place>,
    new: Vec<&'a Place>,
}

impl<'a> Sides<'a> {
    /// Takes out the places of equal keys, the first with the first.
    fn pair<K: Hash + Eq>(
        &mut self,
        key: impl Fn(&'a Place) -> Option<K>,
    ) -> Vec<(&'a Place, &'a Place)> {
        if self.old.is_empty() || self.new.is_empty() {
            return Vec::new();
        }
        let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (at, place) in self.old.iter().enumerate() {
            if let Some(key) = key(place) {
                waiting.entry(key).or_default().push_back(at)
            }
        }
        let mut took = vec![false; self.old.len()];
        let mut pairs = Vec::new();
        self.new.retain(|place| {
            let partner = key(place)
                .and_then(|key| waiting.get_mut(&key))
                .and_then(VecDeque::pop_front);
            if let Some(at) = partner {
                took[at] = true;
                pairs.push((self.old[at], *place));
            }
            partner.is_none()
        });
        let mut took = took.into_iter();
        self.old.retain(|_| !took.next().unwrap_or_default());
        pairs
    }
}

fn sorted<'a>(places: &[&'a Place]) -> Vec<&'a Place> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places
}

fn file_name(place: &Place) -> &str {
    place.path.rsplit('/').next().unwrap_or_default()
}
