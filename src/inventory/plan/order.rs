//! What has to be done before what, and the order that follows.
//!
//! A library is upgraded before its new algorithms are used; TLS 1.3 comes before its hybrid key exchange; an authority comes before what it
//! issues; a key that others may know is replaced before what was certified about it; who verifies learns an algorithm before anybody signs
//! with it. Authorities may have issued each other, so what leads back to itself is dropped where a walk in the order of changes meets it:
//! what is left has an order. Everything here is linear in items and edges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::change::{Change, Code, Decider, Issuer, Task, What};
use super::component::Part;
use super::gather::{Group, Groups};
use super::libraries::is_of_rules;
use super::objects::Objects;
use super::{Given, Kind, List, WorkItem};
use crate::inventory::Band;
use crate::inventory::planning::Years;
use crate::model::Provenance;
use crate::model::migration::Purpose;

/// Items that verify what one item signs, at most: of more, nobody can tell which it is about.
const MAX_VERIFIERS: usize = 8;

/// Items that bring TLS 1.3 before one item can use it, at most.
const MAX_UPGRADES: usize = 8;

/// Two items by number: the first comes before the second.
pub(super) type Edge = (usize, usize);

/// Which of the groups, by their places in order, come before which.
pub(super) fn edges(groups: &Groups<'_>, objects: &Objects<'_>, given: Given<'_>) -> Vec<Edge> {
    let changes: Vec<&Change> = groups.keys().collect();
    let mut edges = Vec::new();
    libraries_first(groups, given, &mut edges);
    newer_tls_first(&changes, &mut edges);
    authorities_first(&changes, objects, &mut edges);
    keys_first(&changes, objects, &mut edges);
    verifiers_first(&changes, &mut edges);
    edges.retain(|(before, after)| before != after);
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn code(change: &Change) -> Option<&Code> {
    match &change.what {
        What::Code(code) => Some(code),
        _ => None,
    }
}

fn libraries_first(groups: &Groups<'_>, given: Given<'_>, edges: &mut Vec<Edge>) {
    let mut by_library: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let all: Vec<(&Change, &Group<'_>)> = groups.iter().collect();
    for (number, (change, group)) in groups.iter().enumerate() {
        let is_waiting = match &change.what {
            What::Code(_) | What::Dependency(_) => change.list != List::Weak,
            What::Question(Decider::Default(_)) => true,
            _ => false,
        };
        for library in group.libraries.iter().filter(|_| is_waiting) {
            by_library.entry(library).or_default().push(number)
        }
    }
    for (number, (change, group)) in all.iter().enumerate() {
        let What::Library(name) = &change.what else {
            continue;
        };
        let parts = parts(group);
        for (library, users) in &by_library {
            if !is_of_rules(name, library, given) {
                continue;
            }
            // What is built into a program of another part says nothing of what code here is linked with.
            let waits = |user: &&usize| match &all[**user].0.what {
                What::Dependency(_) => true,
                What::Code(code) => parts.contains(&code.part),
                _ => !parts.is_disjoint(&self::parts(all[**user].1)),
            };
            edges.extend(users.iter().filter(waits).map(|user| (number, *user)))
        }
    }
}

/// The folders and archives that the places of a group lie in, as parts.
fn parts(group: &Group<'_>) -> BTreeSet<Part> {
    let by_file = group.places.chunk_by(|a, b| a.path == b.path);
    let first = by_file.filter_map(|places| places.first());
    first
        .map(|place| Part::of(&place.path, &Provenance::default()))
        .collect()
}

/// In the same part of the project: others are other systems.
fn newer_tls_first(changes: &[&Change], edges: &mut Vec<Edge>) {
    let mut old: BTreeMap<&Part, Vec<usize>> = BTreeMap::new();
    let with = |wanted: Purpose| {
        let all = changes.iter().enumerate();
        all.filter_map(move |(number, change)| {
            let code = code(change)?;
            (code.task == Task::Secret(wanted)).then_some((number, &code.part))
        })
    };
    for (number, part) in with(Purpose::OldTls) {
        old.entry(part).or_default().push(number)
    }
    for (number, part) in with(Purpose::TlsKeyExchange) {
        let before = old.get(part).into_iter().flatten();
        let before = before.take(MAX_UPGRADES);
        edges.extend(before.map(|before| (*before, number)))
    }
}

fn authorities_first(changes: &[&Change], objects: &Objects<'_>, edges: &mut Vec<Edge>) {
    let mut authorities: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, change) in changes.iter().enumerate() {
        if let What::Authority(key) = &change.what {
            authorities.entry(key).or_default().push(number)
        }
    }
    // On the same list where the authority is on it, else on whichever it is on.
    let mut join = |issuer: &str, issued: usize| {
        let Some(issuers) = authorities.get(issuer) else {
            return;
        };
        let same = |n: &&usize| changes[**n].list == changes[issued].list;
        let on_list = issuers.iter().any(|n| same(&n));
        let before = issuers.iter().filter(|n| !on_list || same(n));
        edges.extend(before.map(|before| (*before, issued)))
    };
    for (number, change) in changes.iter().enumerate() {
        if let What::Issued(Issuer::Known(key)) = &change.what {
            join(key, number)
        }
    }
    for (issuer, issued) in &objects.chains {
        for number in authorities.get(&***issued).into_iter().flatten() {
            join(issuer, *number)
        }
    }
}

fn keys_first(changes: &[&Change], objects: &Objects<'_>, edges: &mut Vec<Edge>) {
    let mut certified: BTreeMap<&What, Vec<usize>> = BTreeMap::new();
    for (number, change) in changes.iter().enumerate() {
        if matches!(change.what.kind(), Kind::Authority | Kind::Certificates) {
            certified.entry(&change.what).or_default().push(number)
        }
    }
    for (number, change) in changes.iter().enumerate() {
        if let What::PrivateKey(key) = &change.what
            && let Some(what) = objects.certified(key)
        {
            let after = certified.get(what).into_iter().flatten();
            edges.extend(after.map(|after| (number, *after)))
        }
    }
}

fn verifiers_first(changes: &[&Change], edges: &mut Vec<Edge>) {
    let mut verifiers: BTreeMap<(&str, Purpose), Vec<usize>> = BTreeMap::new();
    for (number, change) in changes.iter().enumerate() {
        if let Some(code) = code(change)
            && let Task::Verify(purpose) = code.task
        {
            let key = (&*code.library, purpose);
            verifiers.entry(key).or_default().push(number)
        }
    }
    for (number, change) in changes.iter().enumerate() {
        let Some(code) = code(change) else {
            continue;
        };
        let Task::Sign(purpose) = code.task else {
            continue;
        };
        // Of no known form, only what stands beside it is likely to be about the same signatures.
        let anywhere = purpose != Purpose::Signature;
        let before = verifiers.get(&(&*code.library, purpose)).into_iter();
        let near = before.flatten().filter(|number| {
            let verifier = self::code(changes[**number]);
            anywhere || verifier.is_some_and(|verifier| verifier.part == code.part)
        });
        edges.extend(near.take(MAX_VERIFIERS).map(|before| (*before, number)))
    }
}

/// How soon something is to be done: what waits for it counts like itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Urgency {
    band: Band,
    /// What is weak already has no time left; what has to be found out takes the time that others leave.
    slack: Years,
}

impl Urgency {
    fn of(item: &WorkItem) -> Self {
        let none = match item.list {
            List::Weak => Years::whole(-10_000),
            _ => Years::whole(10_000),
        };
        Self {
            band: item.band,
            slack: item.slack.unwrap_or(none),
        }
    }
}

/// The items in the order in which to do them: what comes before others first, then the most urgent, then the quickest.
pub(super) fn sorted(mut items: Vec<WorkItem>, edges: &[Edge]) -> Vec<WorkItem> {
    let walked = walk(items.len(), edges);
    let mut urgencies: Vec<Urgency> = items.iter().map(Urgency::of).collect();
    for number in walked.order.iter().rev() {
        for after in &walked.after[*number] {
            inherit(&mut items, *number, *after);
            // Its own slack and band again, since it may have taken some over.
            let own = Urgency::of(&items[*number]).min(urgencies[*number]);
            urgencies[*number] = own.min(urgencies[*after]);
        }
    }
    let mut open: Vec<usize> = vec![0; items.len()];
    for after in walked.after.iter().flatten() {
        open[*after] += 1
    }
    let mut ready = BinaryHeap::new();
    let entry = |number: usize| {
        let item = &items[number];
        // Among equals as a person reads them: by where they are; ids are of no order.
        let place = item.places.first();
        Reverse((urgencies[number], item.effort, place, &item.id, number))
    };
    ready.extend((0..items.len()).filter(|n| open[*n] == 0).map(entry));
    let mut order = Vec::with_capacity(items.len());
    while let Some(Reverse((_, _, _, _, number))) = ready.pop() {
        order.push(number);
        for after in &walked.after[number] {
            open[*after] -= 1;
            if open[*after] == 0 {
                ready.push(entry(*after))
            }
        }
    }
    let ids: Vec<Arc<str>> = items.iter().map(|item| item.id.clone()).collect();
    // In the order of the plan on both sides.
    for before in &order {
        for after in &walked.after[*before] {
            items[*after].after.push(ids[*before].clone())
        }
    }
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (number, after) in walked.after.iter().enumerate() {
        for after in after {
            before[*after].push(number)
        }
    }
    for after in &order {
        for before in &before[*after] {
            items[*before].unblocks.push(ids[*after].clone())
        }
    }
    let mut items: Vec<Option<WorkItem>> = items.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|number| items[number].take());
    in_order.collect()
}

/// The upgrade of a library is as urgent as what waits for it, and on its list.
fn inherit(items: &mut [WorkItem], number: usize, from: usize) {
    if items[number].kind != Kind::LibraryUpgrade {
        return;
    }
    let waiting = &items[from];
    let (band, list, slack) = (waiting.band, waiting.list, waiting.slack);
    let deadline = waiting.deadline.clone();
    let own = &mut items[number];
    if (band, list) < (own.band, own.list) {
        (own.band, own.list) = (band, list)
    }
    own.slack = own.slack.into_iter().chain(slack).min();
    let due = own.deadline.take().into_iter().chain(deadline);
    own.deadline = due.min_by_key(|due| (due.last_day, due.policy.clone()));
}

/// Items in an order in which nothing comes before what it waits for, and what waits for each.
struct Walked {
    order: Vec<usize>,
    after: Vec<Vec<usize>>,
}

/// Walks from each item to what waits for it, depth first; an edge to an item that the walk is still below of is dropped.
fn walk(items: usize, edges: &[Edge]) -> Walked {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); items];
    for (before, after) in edges {
        all[*before].push(*after)
    }
    let mut seen = vec![Seen::No; items];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); items];
    let mut order = Vec::with_capacity(items);
    for first in 0..items {
        if seen[first] != Seen::No {
            continue;
        }
        seen[first] = Seen::Open;
        let mut path = vec![(first, 0)];
        while let Some((number, next)) = path.last_mut() {
            let number = *number;
            let Some(to) = all[number].get(*next).copied() else {
                seen[number] = Seen::Done;
                order.push(number);
                path.pop();
                continue;
            };
            *next += 1;
            match seen[to] {
                Seen::Open => continue,
                Seen::Done => {}
                Seen::No => {
                    seen[to] = Seen::Open;
                    path.push((to, 0))
                }
            }
            after[number].push(to)
        }
    }
    order.reverse();
    Walked { order, after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_back_to_itself_ends() {
        let walked = walk(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 2), (4, 0)]);
        let kept: usize = walked.after.iter().map(Vec::len).sum();
        assert_eq!(kept, 4);
        let at = |n: usize| walked.order.iter().position(|o| *o == n);
        for (before, after) in walked.after.iter().enumerate() {
            assert!(after.iter().all(|after| at(before) < at(*after)));
        }
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<Edge> = (0..200_000).map(|n| (n, n + 1)).collect();
        assert_eq!(walk(200_001, &edges).order.len(), 200_001);
    }
}
