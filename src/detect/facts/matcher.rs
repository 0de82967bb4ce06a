//! Facts against rules: one look-up by qualified name a call, then the entry's own words decide what the arguments say.
//!
//! Knows no language and no library. Confidence and reasons come from here; risk does not.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::resolve::{Alt, Atom, Bag, Named, Resolver, Val, Work};
use super::{Arg, ExprId, ExprKind, Facts};
use crate::knowledge::Knowledge;
use crate::knowledge::catalog::Primitive;
use crate::knowledge::rules::entry::{ArgRule, Entry, EntryKind, Role};
use crate::knowledge::rules::prefilter::Active;
use crate::knowledge::rules::signature::{Form, Guard, Kind, Param};
use crate::model::{
    Asset, AssetKind, Confidence, Facet, Facets, Operation, Origin, Scalar, Value, Why,
};

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
    operations: BTreeSet<Operation>,
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

    /// A call's arguments, with known spreads written out.
    fn call(&mut self, id: ExprId) -> Call {
        let facts = self.facts;
        let mut call = Call {
            args: Vec::new(),
            receiver: None,
            spread: false,
        };
        match &facts.exprs[id].kind {
            ExprKind::Call { callee, args, .. } => {
                call.receiver = match &facts.exprs[*callee].kind {
                    ExprKind::Member { of, .. } => Some(*of),
                    ExprKind::Generic { of, .. } => match &facts.exprs[*of].kind {
                        ExprKind::Member { of, .. } => Some(*of),
                        _ => None,
                    },
                    _ => None,
                };
                for arg in args {
                    self.spread(arg, &mut call)
                }
            }
            ExprKind::Object { fields, .. } => {
                for (key, value) in fields {
                    match key {
                        Some(super::Key::Name(name)) => call.args.push(Arg {
                            name: Some(name.clone()),
                            value: *value,
                            spread: false,
                        }),
                        Some(super::Key::Expr(_)) => {}
                        None => call.spread = true,
                    }
                }
                call.spread |= fields.iter().all(|(key, _)| key.is_none()) && !fields.is_empty();
            }
            ExprKind::Assign { target, value } => {
                if let ExprKind::Member { of, .. } = &facts.exprs[*target].kind {
                    call.receiver = Some(*of)
                }
                call.args.push(Arg {
                    name: None,
                    value: *value,
                    spread: false,
                });
            }
            _ => {}
        }
        call
    }

    fn spread(&mut self, arg: &Arg, call: &mut Call) {
        if !arg.spread {
            call.args.push(arg.clone());
            return;
        }
        let value = self.eval(arg.value);
        if let [
            Alt {
                atom: Atom::Literal(literal),
                ..
            },
        ] = value.alts.as_slice()
        {
            match &self.facts.exprs[*literal].kind {
                ExprKind::List(items) => {
                    call.args.extend(items.iter().map(|i| Arg {
                        name: None,
                        value: *i,
                        spread: false,
                    }));
                    return;
                }
                ExprKind::Object { fields, .. } => {
                    for (key, value) in fields {
                        if let Some(super::Key::Name(name)) = key {
                            call.args.push(Arg {
                                name: Some(name.clone()),
                                value: *value,
                                spread: false,
                            });
                        }
                    }
                    return;
                }
                _ => {}
            }
        }
        call.spread = true;
    }

    fn accepts(&mut self, entry: &Entry, call: &Call) -> bool {
        let (_, most) = entry.arity();
        if call.args.iter().filter(|a| a.name.is_none()).count() > most {
            return false;
        }
        let passed = |param: &Param| call.argument(entry, &param.name).is_some();
        if !call.spread && entry.params.iter().any(|p| !p.optional && !passed(p)) {
            return false;
        }
        if !entry.rest
            && call
                .args
                .iter()
                .filter_map(|a| a.name.as_ref())
                .any(|n| !entry.params.iter().any(|p| &p.name == n))
        {
            return false;
        }
        (0..entry.params.len()).all(|i| {
            match (entry.guard(i), call.argument(entry, &entry.params[i].name)) {
                (Some(guard), Some(value)) => self.passes(guard, value),
                (
                    Some(
                        Guard::Text(_)
                        | Guard::Bool(_)
                        | Guard::Number(_)
                        | Guard::Name(_)
                        | Guard::Null,
                    ),
                    None,
                ) => false,
                _ => true,
            }
        })
    }

    /// Whether an argument may be what a guard asks for.
    fn passes(&mut self, guard: &Guard, value: ExprId) -> bool {
        if let Guard::Name(names) = guard {
            return self
                .last_name(value)
                .is_some_and(|name| names.iter().any(|n| n == name));
        }
        let value = self.eval(value);
        let known_to_be = |wanted: &dyn Fn(&Atom) -> bool| {
            !value.open && !value.alts.is_empty() && value.alts.iter().all(|a| wanted(&a.atom))
        };
        match guard {
            Guard::Kind(kind) => {
                let mut kinds = value
                    .alts
                    .iter()
                    .filter_map(|alt| self.kind_of(alt))
                    .peekable();
                kinds.peek().is_none() || kinds.any(|k| k == *kind)
            }
            Guard::Type(ty) => {
                let other = |alt: &Alt| match &alt.ty {
                    Some(known) => **known != **ty,
                    None => matches!(
                        alt.atom,
                        Atom::Str(_)
                            | Atom::Int(_)
                            | Atom::Bytes(_)
                            | Atom::Bool(_)
                            | Atom::Literal(_)
                    ),
                };
                value.alts.is_empty() || !value.alts.iter().all(other)
            }
            Guard::Text(text) => known_to_be(&|atom| matches!(atom, Atom::Str(s) if **s == **text)),
            Guard::Bool(truth) => known_to_be(&|atom| *atom == Atom::Bool(*truth)),
            Guard::Name(_) => false,
            Guard::Null => known_to_be(&|atom| matches!(atom, Atom::Null | Atom::Int(0))),
            Guard::Number(number) => known_to_be(&|atom| *atom == Atom::Int(*number)),
        }
    }

    fn kind_of(&self, alt: &Alt) -> Option<Kind> {
        Some(match &alt.atom {
            Atom::Str(_) => Kind::Str,
            Atom::Int(_) => Kind::Int,
            Atom::Bytes(_) => Kind::Bytes,
            Atom::Literal(id) => {
                if matches!(self.facts.exprs[*id].kind, ExprKind::List(_)) {
                    Kind::List
                } else {
                    Kind::Object
                }
            }
            Atom::Bag(_) | Atom::Asset(_) | Atom::Instance(_) => Kind::Object,
            Atom::Typed | Atom::Path(_) => match alt.ty.as_ref()?.trim_start_matches("globalThis.")
            {
                "number" | "i32" | "i64" | "u8" | "int" | "long" | "short"
                | "java.lang.Integer" | "java.lang.Long" | "usize" | "u32" | "u64" | "size_t"
                | "uint" | "int32" | "int64" => Kind::Int,
                "java.lang.String" | "str" | "string" | "String" | "java.lang.CharSequence" => {
                    Kind::Str
                }
                "byte[]" | "bytes" | "[]byte" | "bytearray" | "Buffer" | "Uint8Array"
                | "ArrayBuffer" => Kind::Bytes,
                "list" | "String[]" | "java.util.List" | "[]string" => Kind::List,
                _ => Kind::Object,
            },
            Atom::Bool(_) | Atom::Null | Atom::Function(_) | Atom::Class(_) | Atom::Result => {
                return None;
            }
        })
    }

    fn speak(&mut self, id: ExprId, index: usize, call: &Call, named: &Named) -> Applied {
        let known = self.known;
        let entry = &known.rules.entries[index];
        match entry.kind {
            EntryKind::Value => self.speak_value(id, index, call, named),
            EntryKind::Asset(kind) => {
                if let Some(param) = &entry.else_refine
                    && self.names_nothing(entry, call)
                {
                    return self.speak_refinement(id, index, call, named, param);
                }
                self.speak_asset(id, index, call, named, kind)
            }
            EntryKind::Refine(itself) => {
                let of = entry.of.as_deref().unwrap_or("self");
                match itself {
                    Some(kind) if !self.has_target(entry, call, of) => {
                        self.speak_asset(id, index, call, named, kind)
                    }
                    _ => self.speak_refinement(id, index, call, named, of),
                }
            }
        }
    }

    /// Whether a refinement has something to refine in this file.
    fn has_target(&mut self, entry: &Entry, call: &Call, of: &str) -> bool {
        let Some(target) = call.argument(entry, of) else {
            return false;
        };
        self.eval(target)
            .alts
            .iter()
            .any(|a| matches!(a.atom, Atom::Asset(_) | Atom::Bag(_)))
    }

    /// Whether every argument that would name the algorithm is null.
    fn names_nothing(&mut self, entry: &Entry, call: &Call) -> bool {
        let naming: Vec<ExprId> = entry
            .args
            .iter()
            .filter(|a| {
                a.roles.iter().any(|r| {
                    matches!(
                        r,
                        Role::Facet(Facet::Algorithm | Facet::Digest | Facet::Mode)
                    )
                })
            })
            .filter_map(|a| call.argument(entry, &a.param))
            .collect();
        !naming.is_empty()
            && naming.into_iter().all(|value| {
                let value = self.eval(value);
                !value.alts.is_empty()
                    && value
                        .alts
                        .iter()
                        .all(|a| a.atom == Atom::Null || a.atom == Atom::Int(0))
            })
    }

    fn speak_value(&mut self, id: ExprId, index: usize, call: &Call, named: &Named) -> Applied {
        let known = self.known;
        let entry = &known.rules.entries[index];
        let ty: Option<Rc<str>> = entry.returns.as_deref().map(Rc::from);
        if let Some(outside) = entry.from {
            let detail = call
                .args
                .first()
                .and_then(|a| self.text_of(a.value))
                .unwrap_or_default();
            let fallback = entry
                .args
                .iter()
                .find(|a| a.roles.contains(&Role::Fallback))
                .and_then(|a| call.argument(entry, &a.param));
            let fallback = fallback.map(|f| self.eval(f));
            return Applied {
                value: self.outside_value(outside, detail, fallback),
            };
        }
        let said = self.arguments(entry, call, named, Some(id));
        let mut value = Val::default();
        // Raw bytes that came out of a derivation do not make a cipher's value the derivation.
        let hands_on =
            entry.is.is_empty() || entry.args.iter().any(|a| a.roles.contains(&Role::Key));
        for key in said.keys.union(&said.settings).filter(|_| hands_on) {
            value.alts.push(Alt {
                atom: Atom::Asset(*key),
                ty: ty.clone().or_else(|| Some(entry.path.as_str().into())),
                origin: Origin::Literal,
            });
        }
        let only_passes_on = entry.is.is_empty()
            && entry.operations.is_empty()
            && !value.alts.is_empty()
            && said.facets.is_empty();
        let mut bag = Bag {
            facets: entry.is.clone(),
            operations: entry.operations.iter().copied().collect(),
            expr: id,
            library: entry.library,
            symbol: entry.path.clone(),
            consumed: false,
        };
        merge(&mut bag.facets, said.facets, known);
        bag.operations.extend(said.operations);
        if !said.hidden {
            with_defaults(&mut bag.facets, entry)
        }
        if !only_passes_on {
            // A constructor's value has the type that was constructed, so that methods on it are found.
            let ty = ty.or_else(|| Some(entry.path.as_str().into()));
            let bag = self.bag(bag);
            value.alts.push(Alt {
                atom: Atom::Bag(bag),
                ty,
                origin: Origin::Literal,
            });
        }
        self.exercise(entry);
        Applied { value }
    }

    fn text_of(&mut self, id: ExprId) -> Option<String> {
        self.eval(id).alts.iter().find_map(|a| match &a.atom {
            Atom::Str(s) => Some(shown(s)),
            _ => None,
        })
    }

    fn speak_asset(
        &mut self,
        id: ExprId,
        index: usize,
        call: &Call,
        named: &Named,
        kind: AssetKind,
    ) -> Applied {
        let known = self.known;
        let entry = &known.rules.entries[index];
        let said = self.arguments(entry, call, named, Some(id));
        let mut asset = Asset::new(kind);
        asset.facets = entry.is.clone();
        asset.operations = entry.operations.iter().copied().collect();
        merge(&mut asset.facets, said.facets, known);
        asset.operations.extend(said.operations);
        if !said.hidden {
            with_defaults(&mut asset.facets, entry)
        }
        self.seen.push(Seen {
            asset,
            expr: id,
            entry: index,
            loose: named.loose,
            keys: said.keys,
            settings: said.settings,
            why: said.why,
            open_key: said.open_key,
            evidence: Vec::new(),
        });
        self.exercise(entry);
        let ty: Rc<str> = entry.returns.as_deref().unwrap_or(&entry.path).into();
        Applied {
            value: Val {
                alts: vec![Alt {
                    atom: Atom::Asset(self.seen.len() - 1),
                    ty: Some(ty),
                    origin: Origin::Literal,
                }],
                open: false,
                why: None,
            },
        }
    }

    fn speak_refinement(
        &mut self,
        id: ExprId,
        index: usize,
        call: &Call,
        named: &Named,
        of: &str,
    ) -> Applied {
        let known = self.known;
        let entry = &known.rules.entries[index];
        let target = if of == "self" {
            call.receiver
        } else {
            call.argument(entry, of)
        };
        let target = target.map(|t| self.eval(t)).unwrap_or_default();
        let said = self.arguments(entry, call, named, None);
        let ty: Option<Rc<str>> = entry.returns.as_deref().map(Rc::from);
        let mut value = Val {
            alts: Vec::new(),
            open: target.open,
            why: target.why.clone(),
        };
        for alt in &target.alts {
            let ty = ty.clone().or_else(|| alt.ty.clone());
            match alt.atom {
                Atom::Asset(asset) => {
                    let seen = &mut self.seen[asset];
                    merge(&mut seen.asset.facets, entry.is.clone(), known);
                    open_by_unknown(&mut seen.asset.facets, &said.facets);
                    merge(&mut seen.asset.facets, said.facets.clone(), known);
                    if !said.hidden {
                        with_defaults(&mut seen.asset.facets, entry)
                    }
                    seen.asset
                        .operations
                        .extend(entry.operations.iter().chain(&said.operations));
                    seen.keys.extend(said.keys.iter().filter(|k| **k != asset));
                    seen.settings
                        .extend(said.settings.iter().filter(|k| **k != asset));
                    if seen.why.is_none() {
                        seen.why.clone_from(&said.why)
                    }
                    if seen.open_key.is_none() {
                        seen.open_key.clone_from(&said.open_key)
                    }
                    if seen.expr != id {
                        seen.evidence.push((id, index))
                    }
                    value.alts.push(Alt {
                        atom: Atom::Asset(asset),
                        ty,
                        origin: alt.origin,
                    });
                }
                Atom::Bag(bag) => {
                    let bag_ref = &mut self.bags[bag];
                    merge(&mut bag_ref.facets, entry.is.clone(), known);
                    merge(&mut bag_ref.facets, said.facets.clone(), known);
                    bag_ref
                        .operations
                        .extend(entry.operations.iter().chain(&said.operations));
                    value.alts.push(Alt {
                        atom: Atom::Bag(bag),
                        ty,
                        origin: alt.origin,
                    });
                }
                _ => {}
            }
        }
        if value.alts.is_empty() {
            // Nothing to refine in this file; the result still has its type.
            value.open = true;
            value.alts.extend(ty.map(|ty| Alt {
                atom: Atom::Typed,
                ty: Some(ty),
                origin: Origin::Literal,
            }));
        } else {
            self.exercise(entry);
        }
        Applied { value }
    }

    fn exercise(&mut self, entry: &Entry) {
        self.exercised.insert((entry.library, entry.at));
    }

    // ---- arguments -----------------------------------------------------------------------------------------------

    fn arguments(
        &mut self,
        entry: &Entry,
        call: &Call,
        named: &Named,
        own: Option<ExprId>,
    ) -> Said {
        let mut said = Said::default();
        for rule in &entry.args {
            let Some(value) = self.argument_value(entry, rule, call, named) else {
                continue;
            };
            for role in &rule.roles {
                if matches!(role, Role::Secret | Role::KeyMaterial)
                    && let Some(id) = call.argument(entry, &rule.param)
                {
                    self.hide(id)
                }
                let fixed = entry.is.get(&Facet::Algorithm).and_then(Value::single_name);
                let mut one = self.hear(rule, *role, &value, own, fixed);
                merge(
                    &mut said.facets,
                    std::mem::take(&mut one.facets),
                    self.known,
                );
                said.add(one);
            }
        }
        said
    }

    /// The value an argument rule is about; `None` where the call does not pass it.
    fn argument_value(
        &mut self,
        entry: &Entry,
        rule: &ArgRule,
        call: &Call,
        named: &Named,
    ) -> Option<Val> {
        let id = match rule.param.as_str() {
            "self" => call.receiver?,
            name => match entry.types.iter().position(|t| t == name) {
                Some(index) => *named.types.get(index)?,
                None => call.argument(entry, name)?,
            },
        };
        let mut value = (*self.eval(id)).clone();
        // Where an argument may be the thing itself or an object that holds it, each rule hears its own case only.
        let either = entry.args.iter().any(|other| {
            other.param == rule.param && other.fields.is_empty() != rule.fields.is_empty()
        });
        if either {
            let is_object = |alt: &Alt| matches!(alt.atom, Atom::Literal(id) if matches!(self.facts.exprs[id].kind, ExprKind::Object { .. }));
            let before = value.alts.len();
            value
                .alts
                .retain(|alt| is_object(alt) != rule.fields.is_empty());
            if value.alts.is_empty() && (before > 0 || !rule.fields.is_empty()) {
                return None;
            }
        }
        for field in &rule.fields {
            value = self.go_into(&value, field)?
        }
        Some(value)
    }

    /// The value of a field of whatever object a value may be; `None` where the object is known and lacks it.
    fn go_into(&mut self, value: &Val, field: &str) -> Option<Val> {
        let mut inner = Val {
            alts: Vec::new(),
            open: value.open,
            why: value.why.clone(),
        };
        let mut absent = false;
        let mut present = false;
        for alt in &value.alts {
            match alt.atom {
                Atom::Literal(object) => match self.field(object, field) {
                    Some(id) => {
                        present = true;
                        let one = self.eval(id);
                        inner.alts.extend(one.alts.iter().map(|a| Alt {
                            origin: a.origin.max(if alt.origin > Origin::Constant {
                                alt.origin
                            } else {
                                a.origin
                            }),
                            ..a.clone()
                        }));
                        inner.open |= one.open;
                        if inner.why.is_none() {
                            inner.why.clone_from(&one.why)
                        }
                    }
                    None => absent = true,
                },
                Atom::Str(_) | Atom::Int(_) | Atom::Null | Atom::Bool(_) | Atom::Bytes(_) => {
                    absent = true
                }
                _ => {}
            }
        }
        if !present && (absent || value.why.is_none()) {
            None
        } else {
            Some(inner)
        }
    }

    /// What a value says in a role; `fixed` is the algorithm that the entry itself names.
    fn hear(
        &mut self,
        rule: &ArgRule,
        role: Role,
        value: &Val,
        own: Option<ExprId>,
        fixed: Option<&str>,
    ) -> Said {
        let mut said = Said::default();
        let mut alternatives = Alternatives::default();
        let mut heard = 0;
        let mut open = value.open;
        let mut why = value.why.clone();
        for alt in &value.alts {
            let mut one = match self.hear_one(rule, role, alt, own) {
                Heard::Said(one) => one,
                Heard::Nothing => continue,
                Heard::Unknown(reason) => {
                    open = true;
                    why = why.or(reason);
                    continue;
                }
            };
            heard += 1;
            let made = one
                .facets
                .get(&Facet::Algorithm)
                .and_then(Value::single_name);
            if role == Role::Key
                && made
                    .zip(fixed)
                    .is_some_and(|(made, fixed)| !self.fits(made, fixed))
            {
                continue;
            }
            let facets = std::mem::take(&mut one.facets);
            alternatives.add(facets.into_iter().map(|(f, v)| (f, v.from_origin(alt.origin))));
            said.add(one);
        }
        said.facets = alternatives.said();
        if role == Role::Key && heard == 0 {
            said.why = why.clone()
        }
        if role == Role::Key && heard > 0 && open {
            said.open_key = Some(why.clone().unwrap_or_else(|| Why::new("name", "")));
        }
        // Parameters that are not known may say what would otherwise be the default.
        if role == Role::Parameters && open {
            said.hidden = true
        }
        let facet = match role {
            Role::Facet(facet) => facet,
            Role::KeyMaterial => Facet::KeyBits,
            _ => return said,
        };
        if heard == 0 {
            if let Some(why) = why {
                said.facets.insert(facet, Value::unknown(why));
            }
        } else if open {
            for value in said.facets.values_mut() {
                value.open = true;
                if value.why.is_none() {
                    value.why.clone_from(&why)
                }
            }
        }
        said
    }

    fn hear_one(&mut self, rule: &ArgRule, role: Role, alt: &Alt, own: Option<ExprId>) -> Heard {
        match (&alt.atom, role) {
            (Atom::Null | Atom::Bool(_), _) => Heard::Nothing,
            // What a key's variable holds before it has a key.
            (Atom::Bytes(0), Role::KeyMaterial | Role::Key) => Heard::Nothing,
            (Atom::Str(text), Role::KeyMaterial) if text.is_empty() => Heard::Nothing,
            (Atom::Str(text), role) => self.hear_text(rule, role, text),
            (Atom::Int(number), role) => self.hear_number(rule, role, *number),
            (Atom::Bytes(length), Role::KeyMaterial | Role::Key) => Heard::facet(
                Facet::KeyBits,
                Value::number(length.saturating_mul(8), Origin::Literal),
            ),
            (Atom::Bytes(length), Role::Facet(facet)) if facet.is_number() => Heard::facet(
                facet,
                Value::number(length.saturating_mul(8), Origin::Literal),
            ),
            (Atom::Bag(bag), _) => self.hear_bag(role, *bag),
            (Atom::Asset(asset), _) => self.hear_asset(role, *asset, own),
            (Atom::Literal(literal), Role::Facet(facet)) => {
                self.hear_literal(rule, facet, *literal, own)
            }
            (Atom::Path(path), Role::Facet(_)) => Heard::Unknown(Some(Why::new(
                "name",
                path.rsplit('.').next().unwrap_or_default(),
            ))),
            (Atom::Typed | Atom::Result, Role::Facet(_)) => Heard::Unknown(
                alt.ty
                    .as_ref()
                    .map(|t| Why::new("call", t.rsplit('.').next().unwrap_or_default())),
            ),
            (_, Role::Facet(_)) => Heard::Unknown(Some(Why::new("expression", ""))),
            _ => Heard::Nothing,
        }
    }

    fn hear_text(&mut self, rule: &ArgRule, role: Role, text: &str) -> Heard {
        let facet = match role {
            Role::Facet(facet) => facet,
            Role::Operation => {
                return match Operation::from_name(&text.to_ascii_lowercase()) {
                    Some(operation) => Heard::Said(Said {
                        operations: BTreeSet::from([operation]),
                        ..Said::default()
                    }),
                    None => Heard::Nothing,
                };
            }
            Role::KeyMaterial => {
                return Heard::facet(
                    Facet::KeyBits,
                    Value::number(text.len() as u64 * 8, Origin::Literal),
                );
            }
            Role::Parameters => Facet::Algorithm,
            Role::Key | Role::Secret | Role::Fallback => return Heard::Nothing,
        };
        if facet.is_list() {
            let names = rule.spelling.list(text, facet, &self.known.catalog);
            return Heard::facet(facet, Value::known(Scalar::List(names), Origin::Literal));
        }
        if matches!(facet, Facet::MinVersion | Facet::MaxVersion) {
            let names = rule.spelling.list(text, facet, &self.known.catalog);
            if names.len() > 1 {
                return Heard::facet(facet, bound(facet, names));
            }
        }
        if facet.is_number() {
            return match text.trim().parse::<i128>() {
                Ok(number) => self.hear_number(rule, role, number),
                Err(_) => Heard::Unknown(Some(Why::new("unrecognised", shown(text)))),
            };
        }
        match rule.spelling.read(text, facet, &self.known.catalog) {
            Some(reading) => Heard::Said(Said {
                facets: reading.facets,
                operations: reading.operations.into_iter().collect(),
                ..Said::default()
            }),
            None => Heard::Unknown(Some(Why::new("unrecognised", shown(text)))),
        }
    }

    fn hear_number(&mut self, rule: &ArgRule, role: Role, number: i128) -> Heard {
        match role {
            Role::Facet(facet) if facet.is_number() => match u64::try_from(number) {
                // Zero means "the default" wherever a size can be zero.
                Ok(0) if facet != Facet::SaltBits => Heard::Nothing,
                Ok(number) => Heard::facet(
                    facet,
                    Value::number(
                        if rule.bytes {
                            number.saturating_mul(8)
                        } else {
                            number
                        },
                        Origin::Literal,
                    ),
                ),
                Err(_) => Heard::Nothing,
            },
            // Zero is how C says that a name is not given.
            Role::Facet(_) if number != 0 => self.hear_text(rule, role, &number.to_string()),
            _ => Heard::Nothing,
        }
    }

    fn hear_bag(&mut self, role: Role, bag: usize) -> Heard {
        self.bags[bag].consumed = true;
        let bag = &self.bags[bag];
        let mut facets = bag.facets.clone();
        match role {
            Role::Facet(facet) if facet.is_number() => facets.retain(|f, _| *f == facet),
            Role::Facet(Facet::Mode) => {
                facets.retain(|f, _| !matches!(f, Facet::Algorithm | Facet::KeyBits))
            }
            Role::Facet(facet) => rename(&mut facets, facet),
            Role::Key | Role::KeyMaterial => facets.retain(|f, _| {
                matches!(
                    f,
                    Facet::Algorithm | Facet::Curve | Facet::Group | Facet::KeyBits
                )
            }),
            Role::Operation => facets.clear(),
            Role::Secret | Role::Fallback => return Heard::Nothing,
            Role::Parameters => {}
        }
        let operations = if matches!(role, Role::Key | Role::KeyMaterial) {
            BTreeSet::new()
        } else {
            bag.operations.clone()
        };
        if facets.is_empty() && operations.is_empty() {
            return Heard::Nothing;
        }
        Heard::Said(Said {
            facets,
            operations,
            ..Said::default()
        })
    }

    fn hear_asset(&mut self, role: Role, asset: usize, own: Option<ExprId>) -> Heard {
        if Some(self.seen[asset].expr) == own {
            return Heard::Nothing;
        }
        let keys = BTreeSet::from([asset]);
        match role {
            Role::Key | Role::KeyMaterial => Heard::Said(Said {
                keys,
                ..Said::default()
            }),
            Role::Parameters => Heard::Said(Said {
                settings: keys,
                ..Said::default()
            }),
            Role::Facet(facet) => {
                let mut facets = self.seen[asset].asset.facets.clone();
                rename(&mut facets, facet);
                if !facets.contains_key(&facet) {
                    return Heard::Nothing;
                }
                Heard::Said(Said {
                    facets,
                    ..Said::default()
                })
            }
            Role::Operation | Role::Secret | Role::Fallback => Heard::Nothing,
        }
    }

    /// A list where a facet is expected: the list itself for list facets, one of its elements for others. A list that holds
    /// itself (`l = append(l, x)` in a loop) is heard once.
    fn hear_literal(
        &mut self,
        rule: &ArgRule,
        facet: Facet,
        literal: ExprId,
        own: Option<ExprId>,
    ) -> Heard {
        if !self.hearing.insert(literal) {
            return Heard::Nothing;
        }
        let heard = self.hear_list(rule, facet, literal, own);
        self.hearing.remove(&literal);
        heard
    }

    fn hear_list(
        &mut self,
        rule: &ArgRule,
        facet: Facet,
        literal: ExprId,
        own: Option<ExprId>,
    ) -> Heard {
        let ExprKind::List(items) = &self.facts.exprs[literal].kind else {
            return Heard::Unknown(Some(Why::new("expression", "")));
        };
        let mut said = Said::default();
        let mut alternatives = Alternatives::default();
        let mut names: Vec<String> = Vec::new();
        let mut gaps = None;
        for item in items.iter().take(MAX_LISTED) {
            // Lists inside lists double with each level.
            if !self.step() || names.len() > MAX_LISTED {
                break;
            }
            let value = self.eval(*item);
            if value.alts.is_empty() {
                gaps = gaps.or(value.why.clone())
            }
            for alt in &value.alts {
                let one = match self.hear_one(rule, Role::Facet(facet), alt, own) {
                    Heard::Said(one) => one,
                    Heard::Nothing => continue,
                    Heard::Unknown(_) => {
                        gaps = gaps.or_else(|| {
                            Some(value.why.clone().unwrap_or(Why::new("expression", "")))
                        });
                        continue;
                    }
                };
                let mut facets = one.facets;
                if facet.is_list()
                    && let Some(value) = facets.remove(&facet)
                {
                    names.extend(value.scalars.keys().flat_map(|s| match s {
                        Scalar::List(names) => names.clone(),
                        other => vec![other.to_string()],
                    }));
                }
                alternatives.add(facets);
            }
        }
        said.facets = alternatives.said();
        if facet.is_list() && !names.is_empty() {
            let mut value = Value::known(Scalar::List(names), Origin::Literal);
            value.open = gaps.is_some();
            value.why = gaps;
            said.facets.insert(facet, value);
        } else if said.facets.is_empty() {
            return Heard::Unknown(gaps);
        }
        if let (Facet::MinVersion | Facet::MaxVersion, Some(versions)) =
            (facet, said.facets.get(&facet))
        {
            let names = versions.scalars.keys().map(ToString::to_string).collect();
            said.facets.insert(facet, bound(facet, names));
        }
        Heard::Said(said)
    }

    /// Keeps the literals behind a secret out of every snippet.
    fn hide(&mut self, id: ExprId) {
        let mut queue = vec![id];
        let mut visited = BTreeSet::new();
        while let Some(id) = queue.pop() {
            if !visited.insert(id) || visited.len() > 64 {
                continue;
            }
            let expr = &self.facts.exprs[id];
            match &expr.kind {
                ExprKind::Str(_) | ExprKind::Bytes(_) if expr.span.len() >= 8 => {
                    self.secrets.push(expr.span.clone())
                }
                ExprKind::Binary { left, right, .. } => queue.extend([*left, *right]),
                ExprKind::Concat(parts) | ExprKind::OneOf(parts) | ExprKind::List(parts) => {
                    queue.extend(parts)
                }
                ExprKind::Member { of, .. }
                | ExprKind::Index { of, .. }
                | ExprKind::Item { of, .. }
                | ExprKind::Element(of) => queue.push(*of),
                ExprKind::Call { callee, args, .. } => {
                    queue.push(*callee);
                    queue.extend(args.iter().map(|a| a.value));
                }
                ExprKind::Name(name) => queue.extend(
                    self.facts
                        .bindings
                        .iter()
                        .filter(|b| b.name == *name)
                        .filter_map(|b| b.value),
                ),
                _ => {}
            }
        }
    }

    // ---- the end of a file ---------------------------------------------------------------------------------------

    /// Names and calls whose value nothing has asked for yet: they may be mentions.
    fn look_at_names(&mut self) {
        let facts = self.facts;
        let mut inner: BTreeSet<ExprId> = BTreeSet::new();
        for expr in &facts.exprs {
            match &expr.kind {
                ExprKind::Member { of, .. } | ExprKind::Generic { of, .. } => {
                    inner.insert(*of);
                }
                ExprKind::Call { callee, .. } => {
                    inner.insert(*callee);
                }
                ExprKind::Object { ty: Some(ty), .. } => {
                    inner.insert(*ty);
                }
                _ => {}
            }
        }
        let types = facts
            .bindings
            .iter()
            .filter_map(|b| b.ty)
            .chain(
                facts
                    .functions
                    .iter()
                    .flat_map(|f| f.params.iter().filter_map(|p| p.ty).chain(f.result)),
            )
            .chain(facts.classes.iter().flat_map(|c| c.bases.iter().copied()));
        let mut queue: Vec<ExprId> = types.collect();
        while let Some(id) = queue.pop() {
            if !inner.insert(id) {
                continue;
            }
            match &facts.exprs[id].kind {
                ExprKind::Generic { of, types } => {
                    queue.push(*of);
                    queue.extend(types);
                }
                ExprKind::Member { of, .. } => queue.push(*of),
                _ => {}
            }
        }
        for (id, expr) in facts.exprs.iter().enumerate() {
            if matches!(
                expr.kind,
                ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::Path(_)
            ) && !inner.contains(&id)
            {
                self.eval(id);
            }
        }
    }

    fn finish(mut self, text: &[u8]) -> Matches {
        let mut done = BTreeMap::new();
        for index in 0..self.seen.len() {
            self.flow_keys(index, &mut done, 0)
        }
        let mut order: Vec<usize> = (0..self.seen.len()).collect();
        order.sort_by_key(|i| self.facts.exprs[self.seen[*i].expr].span.start);
        let place: BTreeMap<usize, usize> = order
            .iter()
            .enumerate()
            .map(|(to, from)| (*from, to))
            .collect();
        let mut found: Vec<Match> = Vec::new();
        for index in &order {
            let seen = &self.seen[*index];
            let entry = &self.known.rules.entries[seen.entry];
            let mut one = self.located(
                seen.expr,
                text,
                seen.asset.clone(),
                entry.library,
                entry.path.clone(),
            );
            one.confidence = if seen.loose && self.facts.imports.iter().any(|i| i.local.is_none()) {
                Confidence::Medium
            } else {
                Confidence::High
            };
            one.evidence = seen
                .evidence
                .iter()
                .map(|(expr, entry)| {
                    let (at, end) = self.whereabouts(*expr, text);
                    let entry = &self.known.rules.entries[*entry];
                    (at, end, entry.library, entry.path.clone())
                })
                .collect();
            one.uses = seen
                .keys
                .union(&seen.settings)
                .filter_map(|k| place.get(k).copied())
                .collect();
            found.push(one);
        }
        for bag in &self.bags {
            let tells = [
                Facet::Algorithm,
                Facet::Curve,
                Facet::Digest,
                Facet::Group,
                Facet::Groups,
                Facet::CipherSuites,
            ];
            let known = |facet: &Facet| {
                bag.facets
                    .get(facet)
                    .is_some_and(|value| !value.is_unknown())
            };
            self.exercised.extend(self.bag_entry(bag));
            if bag.consumed || !tells.iter().any(known) {
                continue;
            }
            let mut asset = Asset::new(AssetKind::Mention);
            asset.facets = bag.facets.clone();
            let mut one = self.located(bag.expr, text, asset, bag.library, bag.symbol.clone());
            one.confidence = Confidence::Low;
            found.push(one);
        }
        Matches {
            found,
            secrets: self.secrets,
            exercised: self.exercised,
            exhausted: self.exhausted,
        }
    }

    /// Where the symbol behind a value stands in its rule file.
    fn bag_entry(&self, bag: &Bag) -> Option<(usize, usize)> {
        let symbol = self
            .known
            .rules
            .symbols(&bag.symbol)
            .iter()
            .find(|s| s.library == bag.library)?;
        Some((symbol.library, symbol.at))
    }

    fn located(
        &self,
        expr: ExprId,
        text: &[u8],
        asset: Asset,
        library: usize,
        symbol: String,
    ) -> Match {
        let (at, end) = self.whereabouts(expr, text);
        let function = self
            .facts
            .function_around(self.facts.exprs[expr].scope)
            .map(|f| {
                let function = &self.facts.functions[f];
                match function.class {
                    Some(class) => format!("{}.{}", self.facts.classes[class].name, function.name),
                    None => function.name.clone(),
                }
            })
            .filter(|name| !name.is_empty());
        Match {
            asset,
            at,
            end,
            library,
            symbol,
            function,
            confidence: Confidence::High,
            evidence: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// The start of a call; of its last name where a chain of calls spans lines.
    fn whereabouts(&self, id: ExprId, text: &[u8]) -> (usize, usize) {
        let expr = &self.facts.exprs[id];
        let mut start = expr.span.start;
        if let ExprKind::Call { callee, .. } = &expr.kind
            && let ExprKind::Member { name, .. } = &self.facts.exprs[*callee].kind
        {
            let name_at = self.facts.exprs[*callee]
                .span
                .end
                .saturating_sub(name.len());
            if text
                .get(start..name_at)
                .is_some_and(|between| between.contains(&b'\n'))
            {
                start = name_at
            }
        }
        (start, expr.span.end)
    }

    /// Lets the key's algorithm, curve and size flow into what uses it, and names the use.
    /// What a key tells of its use. A secret that was derived or agreed is bytes of some length; an EC key is none of an RSA signature.
    fn key_facets(&self, key: usize, user: usize) -> &'static [Facet] {
        const BYTES: [Operation; 8] = [
            Operation::Derive,
            Operation::Agree,
            Operation::Digest,
            Operation::Mac,
            Operation::Decrypt,
            Operation::Unwrap,
            Operation::Encapsulate,
            Operation::Decapsulate,
        ];
        let (key, user) = (&self.seen[key].asset, &self.seen[user].asset);
        if key.kind == AssetKind::Algorithm && BYTES.iter().any(|o| key.operations.contains(o)) {
            return if key.operations.contains(&Operation::Derive) {
                &[Facet::KeyBits]
            } else {
                &[]
            };
        }
        if key
            .algorithm()
            .zip(user.algorithm())
            .is_some_and(|(made, use_of)| !self.fits(made, use_of))
        {
            return &[];
        }
        &[
            Facet::Algorithm,
            Facet::Curve,
            Facet::Group,
            Facet::KeyBits,
            Facet::Digest,
        ]
    }

    /// Whether a key of one algorithm can be used for another: an asymmetric use takes its own kind of key only.
    fn fits(&self, made: &str, use_of: &str) -> bool {
        let catalog = &self.known.catalog;
        let Some(algorithm) = catalog.algorithm(use_of) else {
            return true;
        };
        let wanted = match (&algorithm.uses, algorithm.primitive) {
            (Some(uses), _) => uses,
            (
                None,
                Primitive::Signature
                | Primitive::KeyAgree
                | Primitive::Pke
                | Primitive::Kem
                | Primitive::Unknown,
            ) => use_of,
            _ => return true,
        };
        [wanted, use_of]
            .iter()
            .any(|w| made == *w || catalog.specialises(made, w) || catalog.specialises(w, made))
    }

    fn flow_keys(&mut self, index: usize, done: &mut BTreeMap<usize, ()>, depth: usize) {
        if done.insert(index, ()).is_some() || depth > 32 {
            return;
        }
        let keys: Vec<usize> = self.seen[index].keys.iter().copied().collect();
        let mut flowing = Facets::new();
        for key in keys {
            self.flow_keys(key, done, depth + 1);
            for facet in self.key_facets(key, index) {
                let Some(value) = self.seen[key].asset.facets.get(facet) else {
                    continue;
                };
                match flowing.get_mut(facet) {
                    Some(present) => present.union(value.clone()),
                    None => {
                        flowing.insert(*facet, value.clone());
                    }
                }
            }
        }
        if let Some(why) = &self.seen[index].open_key {
            for value in flowing.values_mut() {
                value.open = true;
                value.why.get_or_insert_with(|| why.clone());
            }
        }
        for setting in self.seen[index].settings.clone() {
            self.flow_keys(setting, done, depth + 1);
            let facets = self.seen[setting].asset.facets.clone();
            merge(&mut self.seen[index].asset.facets, facets, self.known);
        }
        let catalog = &self.known.catalog;
        let why = self.seen[index].why.take();
        let asset = &mut self.seen[index].asset;
        for (facet, value) in flowing {
            match asset.facets.get(&facet) {
                None => {
                    asset.facets.insert(facet, value);
                }
                Some(own) if own.is_unknown() && !value.is_unknown() => {
                    asset.facets.insert(facet, value);
                }
                Some(own) if facet == Facet::Algorithm => {
                    let narrower = own
                        .single_name()
                        .zip(value.single_name())
                        .is_some_and(|(own, key)| catalog.specialises(key, own));
                    if narrower {
                        asset.facets.insert(facet, value);
                    }
                }
                Some(_) => {}
            }
        }
        if matches!(asset.kind, AssetKind::Algorithm | AssetKind::Key)
            && let Some(why) = why
        {
            asset
                .facets
                .entry(Facet::Algorithm)
                .or_insert_with(|| Value::unknown(why));
        }
        name_the_use(asset, self.known);
    }
}

/// `RSA` with sign and PSS is `RSASSA-PSS`; what a use implies is added.
fn name_the_use(asset: &mut Asset, known: &Knowledge) {
    name_the_kind(asset, known);
    let Some(value) = asset.facets.get(&Facet::Algorithm) else {
        return;
    };
    let open = value.open;
    let why = value.why.clone();
    let padding = asset
        .facets
        .get(&Facet::Padding)
        .and_then(|p| p.single_name())
        .map(str::to_owned);
    let scalars: BTreeMap<Scalar, Origin> = value
        .scalars
        .iter()
        .map(|(scalar, origin)| {
            let Scalar::Name(name) = scalar else {
                return (scalar.clone(), *origin);
            };
            let other = match asset.kind {
                AssetKind::Algorithm => known
                    .catalog
                    .use_of(name, &asset.operations, padding.as_deref())
                    .or_else(|| agreement_of(name, asset, known)),
                // `importKey({ name: "RSA-OAEP" })` brings an RSA key.
                AssetKind::Key => known
                    .catalog
                    .algorithm(name)
                    .and_then(|a| a.uses.as_deref()),
                _ => None,
            };
            (Scalar::Name(other.unwrap_or(name).to_owned()), *origin)
        })
        .collect();
    asset
        .facets
        .insert(Facet::Algorithm, Value { scalars, open, why });
    name_the_operation(asset, known);
    // An algorithm of one size has no size to be unknown.
    let sized = asset.algorithm().is_none_or(|name| {
        known
            .catalog
            .algorithm(name)
            .is_none_or(|a| !a.sizes.is_empty() || !a.strength.is_empty())
    });
    if !sized
        && asset
            .facets
            .get(&Facet::KeyBits)
            .is_some_and(Value::is_unknown)
    {
        asset.facets.remove(&Facet::KeyBits);
    }
    if asset.kind != AssetKind::Algorithm {
        return;
    }
    let Some(name) = asset.algorithm().map(str::to_owned) else {
        return;
    };
    for (facet, implied) in known.catalog.implied(&name) {
        asset
            .facets
            .entry(*facet)
            .or_insert_with(|| Value::name(implied.clone(), Origin::Implied));
    }
}

/// Generic interfaces call a KDF's context a key, and a key generator an algorithm: the kind is what is really there.
fn name_the_kind(asset: &mut Asset, known: &Knowledge) {
    let of_keys = |o: &Operation| matches!(o, Operation::Keygen | Operation::Import);
    match asset.kind {
        AssetKind::Algorithm
            if !asset.operations.is_empty() && asset.operations.iter().all(of_keys) =>
        {
            asset.kind = AssetKind::Key
        }
        AssetKind::Key if !asset.operations.iter().any(of_keys) => {
            let primitive = asset
                .algorithm()
                .and_then(|name| known.catalog.algorithm(name))
                .map(|a| a.primitive);
            if matches!(
                primitive,
                Some(Primitive::Kdf | Primitive::Mac | Primitive::Hash)
            ) {
                asset.kind = AssetKind::Algorithm
            }
        }
        _ => {}
    }
}

/// What "deriving" with a key of a key agreement is: `EVP_PKEY_derive` serves ECDH and HKDF.
fn agreement_of<'k>(key: &str, asset: &Asset, known: &'k Knowledge) -> Option<&'k str> {
    if !asset.operations.contains(&Operation::Derive) {
        return None;
    }
    known
        .catalog
        .use_of(key, &BTreeSet::from([Operation::Agree]), None)
}

/// Generic interfaces "sign" with a MAC and "derive" with a key agreement: the operation is the primitive's own.
fn name_the_operation(asset: &mut Asset, known: &Knowledge) {
    let Some(primitive) = asset
        .algorithm()
        .and_then(|name| known.catalog.algorithm(name))
        .map(|a| a.primitive)
    else {
        return;
    };
    let (generic, own): (&[Operation], Operation) = match primitive {
        Primitive::Mac => (&[Operation::Sign, Operation::Verify], Operation::Mac),
        Primitive::KeyAgree => (&[Operation::Derive], Operation::Agree),
        Primitive::Kdf => (&[Operation::Agree], Operation::Derive),
        _ => return,
    };
    if asset.kind != AssetKind::Algorithm {
        return;
    }
    let before = asset.operations.len();
    asset.operations.retain(|o| !generic.contains(o));
    if asset.operations.len() < before {
        asset.operations.insert(own);
    }
}

/// What several alternatives say together. Where they are several algorithms, a facet that only some of them say belongs to
/// none of the others: an ES256 in a list does not give its curve to the RS256 beside it.
#[derive(Default)]
struct Alternatives {
    facets: Facets,
    said_by: BTreeMap<Facet, usize>,
    count: usize,
}

impl Alternatives {
    fn add(&mut self, facets: impl IntoIterator<Item = (Facet, Value)>) {
        self.count += 1;
        for (facet, value) in facets {
            *self.said_by.entry(facet).or_default() += 1;
            match self.facets.get_mut(&facet) {
                Some(present) => present.union(value),
                None => {
                    self.facets.insert(facet, value);
                }
            }
        }
    }

    fn said(mut self) -> Facets {
        let several = |v: &Value| v.scalars.len() > 1;
        if self.facets.get(&Facet::Algorithm).is_some_and(several) {
            let (said_by, count) = (self.said_by, self.count);
            self.facets.retain(|facet, _| said_by.get(facet) == Some(&count));
        }
        self.facets
    }
}

/// A call's arguments by name and position.
struct Call {
    args: Vec<Arg>,
    receiver: Option<ExprId>,
    /// More arguments may be passed than are seen.
    spread: bool,
}

impl Call {
    fn argument(&self, entry: &Entry, name: &str) -> Option<ExprId> {
        if name == "self" {
            return self.receiver;
        }
        if let Some(arg) = self.args.iter().find(|a| a.name.as_deref() == Some(name)) {
            return Some(arg.value);
        }
        let index = entry.params.iter().position(|p| p.name == name)?;
        self.args
            .iter()
            .filter(|a| a.name.is_none())
            .nth(index)
            .filter(|a| !a.spread)
            .map(|a| a.value)
    }
}

/// Of the versions in a list the lowest or the highest: their names sort as they follow each other, protocol by protocol.
fn bound(facet: Facet, mut names: Vec<String>) -> Value {
    names.sort();
    let name = if facet == Facet::MinVersion {
        names.first()
    } else {
        names.last()
    };
    Value::name(name.cloned().unwrap_or_default(), Origin::Literal)
}

enum Heard {
    Said(Said),
    /// The value says nothing here: null, a flag.
    Nothing,
    /// The value says something that is not understood.
    Unknown(Option<Why>),
}

impl Heard {
    fn facet(facet: Facet, value: Value) -> Self {
        Self::Said(Said {
            facets: Facets::from([(facet, value)]),
            ..Said::default()
        })
    }
}

/// A digest given where an algorithm is asked for is the algorithm, and so on: the value's one name takes the role's place.
fn rename(facets: &mut Facets, role: Facet) {
    if facets.contains_key(&role) {
        return;
    }
    let others: &[Facet] = match role {
        Facet::Algorithm | Facet::Mac | Facet::Kdf => &[Facet::Digest],
        Facet::Digest | Facet::MgfDigest => &[Facet::Digest, Facet::Algorithm],
        Facet::Group | Facet::Groups => &[Facet::Group, Facet::Curve, Facet::Algorithm],
        Facet::Kex => &[Facet::Group, Facet::Algorithm],
        Facet::HostKeys | Facet::SignatureSchemes | Facet::CipherSuites => &[Facet::Algorithm],
        Facet::MinVersion | Facet::MaxVersion => &[Facet::Protocol],
        _ => return,
    };
    if let Some(value) = others.iter().find_map(|from| facets.remove(from)) {
        facets.insert(role, value);
    }
}

/// Documented defaults for what the call leaves out. A default algorithm is one with its parameters: they hold together or not at all.
fn with_defaults(facets: &mut Facets, entry: &Entry) {
    if entry.defaults.contains_key(&Facet::Algorithm) && facets.contains_key(&Facet::Algorithm) {
        return;
    }
    for (facet, value) in &entry.defaults {
        facets.entry(*facet).or_insert_with(|| value.clone());
    }
}

/// A second call that sets a known facet to something unknown: the first value is no longer all there is.
fn open_by_unknown(known: &mut Facets, more: &Facets) {
    for (facet, value) in more.iter().filter(|(_, value)| value.is_unknown()) {
        if let Some(present) = known.get_mut(facet).filter(|p| !p.is_unknown()) {
            present.open = true;
            present.why.clone_from(&value.why);
        }
    }
}

/// Merges what is newly learnt into what is known.
fn merge(known: &mut Facets, more: Facets, knowledge: &Knowledge) {
    for (facet, value) in more {
        let Some(present) = known.get_mut(&facet) else {
            known.insert(facet, value);
            continue;
        };
        let default =
            |v: &Value| !v.scalars.is_empty() && v.scalars.values().all(|o| *o == Origin::Default);
        if present.is_unknown() || (default(present) && !value.is_unknown() && !default(&value)) {
            if !value.is_unknown() || present.why.is_none() {
                *present = value
            }
            continue;
        }
        if value.is_unknown() || default(&value) {
            continue;
        }
        if narrows(facet, &value, present, knowledge) {
            *present = value;
        } else if !narrows(facet, present, &value, knowledge) {
            present.union(value);
        }
    }
}

/// Whether every alternative of one value is a case of the other: X25519 of XDH, TLS1.3 of TLS.
fn narrows(facet: Facet, narrow: &Value, wide: &Value, knowledge: &Knowledge) -> bool {
    let Some(wide) = wide.single_name() else {
        return false;
    };
    let catalog = &knowledge.catalog;
    let case = |name: &str| match facet {
        Facet::Algorithm => catalog.specialises(name, wide),
        Facet::Protocol => catalog
            .protocol(name)
            .is_some_and(|p| p.of.as_deref() == Some(wide)),
        _ => false,
    };
    !narrow.scalars.is_empty()
        && narrow
            .scalars
            .keys()
            .all(|scalar| matches!(scalar, Scalar::Name(name) if case(name)))
}

/// A text cut to what a report may show.
fn shown(text: &str) -> String {
    let clean: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_SHOWN + 1)
        .collect();
    if clean.chars().count() > MAX_SHOWN {
        format!("{}…", clean.chars().take(MAX_SHOWN).collect::<String>())
    } else {
        clean
    }
}
