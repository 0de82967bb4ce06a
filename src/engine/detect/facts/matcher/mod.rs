//! Facts against rules: one look-up by qualified name a call, then the entry's own words decide what the arguments say.
//!
//! Knows no language and no library. Confidence and reasons come from here; risk does not.

mod call;
mod finish;
mod hear;
mod merge;
mod speak;
mod uses;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::resolve::{Atom, Resolver, Val, Work};
use super::{ExprId, ExprKind, Facts};
use crate::knowledge::Knowledge;
use crate::knowledge::rules::entry::EntryKind;
use crate::knowledge::rules::prefilter::Active;
use crate::knowledge::rules::signature::Form;
use crate::model::{Asset, Confidence, Facets, Operation, Why, Words};

/// Elements of one list that are read.
const MAX_LISTED: usize = 512;

/// Text of an unrecognised name that is shown: enough to find it, too short for a secret that matters.
const MAX_SHOWN: usize = 40;

/// An asset seen in this file.
#[derive(Debug)]
pub(super) struct Seen {
    asset: Asset,
    expr: ExprId,
    entry: usize,
    loose: bool,
    /// Assets that made its key.
    keys: BTreeSet<usize>,
    /// Assets whose settings it takes over.
    settings: BTreeSet<usize>,
    /// Why its key is not known.
    why: Option<Why>,
    /// Its key may be another than those that are known.
    open_key: Option<Why>,
    /// Where else something was learnt: expression and entry.
    evidence: Vec<(ExprId, usize)>,
}

/// What a call came to.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) value: Val,
}

/// What an argument says.
#[derive(Debug, Default)]
struct Said {
    facets: Facets,
    operations: Words<Operation>,
    keys: BTreeSet<usize>,
    settings: BTreeSet<usize>,
    why: Option<Why>,
    /// The key may be another than those that are known.
    open_key: Option<Why>,
    /// Something that was passed and is not known may say more: no default holds.
    hidden: bool,
}

impl Said {
    fn add(&mut self, other: Self) {
        self.operations.extend(other.operations);
        self.keys.extend(other.keys);
        self.settings.extend(other.settings);
        self.why = self.why.take().or(other.why);
        self.open_key = self.open_key.take().or(other.open_key);
        self.hidden |= other.hidden;
    }
}

/// An asset as a file shows it, before it has a place that a person can open.
#[derive(Debug, Clone)]
pub struct Match {
    /// What was seen.
    pub asset: Asset,
    /// The byte where a person should look: the call, or its method's name where the call spans lines.
    pub at: usize,
    /// One past the last byte of the call.
    pub end: usize,
    /// Index into the rules' libraries.
    pub library: usize,
    /// The qualified name, as the rules write it.
    pub symbol: String,
    /// The function around it.
    pub function: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Where else something was learnt: byte, end, library and symbol.
    pub evidence: Vec<(usize, usize, usize, String)>,
    /// Indices of matches that this one uses.
    pub uses: Vec<usize>,
}

/// What one file shows.
#[derive(Debug, Default)]
pub struct Matches {
    /// The assets, in the order of the file.
    pub found: Vec<Match>,
    /// Bytes that no snippet may show.
    pub secrets: Vec<std::ops::Range<usize>>,
    /// Where in their files the entries stand that took part: library and byte. For coverage of examples.
    pub exercised: BTreeSet<(usize, usize)>,
    /// The work limit was reached.
    pub exhausted: bool,
}

/// Holds a file's facts against the rules of the active libraries.
pub fn matches(facts: &Facts, known: &Knowledge, active: &Active, text: &[u8]) -> Matches {
    let mut resolver = Resolver::new(facts, known, active);
    resolver.index_bound_arguments();
    for id in 0..facts.exprs.len() {
        if matches!(
            facts.exprs[id].kind,
            ExprKind::Call { .. } | ExprKind::Object { .. } | ExprKind::Assign { .. }
        ) {
            resolver.eval(id);
        }
    }
    resolver.look_at_names();
    resolver.called_are_no_mentions();
    resolver.finish(text)
}

impl<'a> Resolver<'a> {
    /// Looks a call, literal or assignment up and lets the entry that accepts it speak; once an expression.
    pub(super) fn apply(&mut self, id: ExprId) -> Option<Rc<Applied>> {
        if self.in_progress(Work::Applying, id) {
            return None;
        }
        if let Some(applied) = self.applied.get(&id) {
            return applied.clone();
        }
        let entered = self.enter(Work::Applying, id);
        let applied = self.try_apply(id).map(Rc::new);
        self.leave(Work::Applying, id, entered);
        self.applied.insert(id, applied.clone());
        applied
    }

    fn try_apply(&mut self, id: ExprId) -> Option<Applied> {
        let facts = self.facts;
        let (callee, form) = match &facts.exprs[id].kind {
            ExprKind::Call { callee, .. } => (*callee, Form::Call),
            ExprKind::Object { ty, .. } => ((*ty)?, Form::Call),
            ExprKind::Assign { target, .. } => (*target, Form::Assignment),
            _ => return None,
        };
        let call = self.call(id);
        let names = self.names(callee);
        let mut spoken = BTreeSet::new();
        let mut whole: Option<(Applied, bool)> = None;
        for named in names.iter() {
            let known = self.known;
            let Some((index, entry)) = known.rules.numbered(&named.path).find(|(_, e)| {
                e.form == form && self.active.contains(e.library) && self.accepts(e, &call)
            }) else {
                continue;
            };
            // A name that a wildcard import might bring in is a guess beside one that is certain.
            let another = whole.as_ref().is_some_and(|(_, loose)| {
                matches!(entry.kind, EntryKind::Refine(_)) || named.loose && !loose
            });
            if another || !spoken.insert(index) {
                continue;
            }
            if let Some(receiver) = call.receiver {
                self.no_mention(receiver, &entry.path)
            }
            self.called.push((callee, index));
            let applied = self.speak(id, index, &call, named);
            whole = Some(match whole {
                None => (applied, named.loose),
                Some((first, loose)) => (self.either(first, applied), loose),
            });
        }
        let (applied, _) = whole?;
        if self.part_named.contains(&callee) {
            self.open(id, &applied, callee)
        }
        Some(applied)
    }

    /// The callee may be something else altogether: what is said of the asset that the call makes is not all that is possible.
    fn open(&mut self, id: ExprId, applied: &Applied, callee: ExprId) {
        let Some(Atom::Asset(asset)) = applied.value.alts.first().map(|a| &a.atom) else {
            return;
        };
        if self.seen[*asset].expr != id {
            return;
        }
        let why = Why::new("name", self.last_name(callee).unwrap_or_default());
        for value in self.seen[*asset].asset.facets.values_mut() {
            value.open = true;
            value.why.get_or_insert_with(|| why.clone());
        }
    }

    /// What a call came to whose callee is one of several (`md5 if old else sha256`): one asset that may be either.
    fn either(&mut self, mut first: Applied, second: Applied) -> Applied {
        let pair = (
            first.value.alts.first().map(|a| a.atom.clone()),
            second.value.alts.first().map(|a| a.atom.clone()),
        );
        let (Some(Atom::Asset(one)), Some(Atom::Asset(other))) = pair else {
            first.value.union(&second.value);
            return first;
        };
        if one == other
            || other + 1 != self.seen.len()
            || self.seen[one].asset.kind != self.seen[other].asset.kind
        {
            first.value.union(&second.value);
            return first;
        }
        if let Some(other) = self.seen.pop() {
            let seen = &mut self.seen[one];
            for (facet, value) in other.asset.facets {
                match seen.asset.facets.get_mut(&facet) {
                    Some(present) => present.union(value),
                    None => {
                        seen.asset.facets.insert(facet, value);
                    }
                }
            }
            seen.asset.operations.extend(other.asset.operations);
            seen.keys.extend(other.keys);
        }
        let mut second = second.value;
        for alt in &mut second.alts {
            alt.atom = Atom::Asset(one)
        }
        first.value.union(&second);
        first
    }

    /// A function or class that was called under another name (`h = hashlib.md5`) is no mention. At the end, since what a callee
    /// may be cannot be asked while its call is being looked at.
    fn called_are_no_mentions(&mut self) {
        let known = self.known;
        for (callee, entry) in std::mem::take(&mut self.called) {
            if let Some(entry) = known.rules.entries.get(entry) {
                self.no_mention(callee, &entry.path)
            }
        }
    }

    /// The type in `Sha256::new()` is a symbol as well; what the call says is all there is to say of it.
    fn no_mention(&mut self, receiver: ExprId, called: &str) {
        for alt in &self.eval(receiver).alts {
            let Atom::Bag(bag) = alt.atom else { continue };
            let bag = &mut self.bags[bag];
            bag.consumed |= called
                .strip_prefix(bag.symbol.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        }
    }
}
