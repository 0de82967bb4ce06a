//! Names and values: gives every callee its qualified names and every argument a value.
//!
//! What holds here is what a reader of the one file could say: imports, aliases, declared types, the assignments that reach a
//! place, constants and arithmetic on them, callers in the same file. Where that ends, the value is unknown with the reason.

mod bindings;
mod calls;
mod names;
mod tables;
mod text;
mod values;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::{BindingKind, ExprId, ExprKind, Facts, ScopeId, ScopeKind};
use crate::knowledge::Knowledge;
use crate::knowledge::rules::prefilter::Active;
use crate::model::{Facets, Operation, Origin, Why, Words};

use super::matcher::{Applied, Seen};

/// Alternatives kept of one value; a table of more is reported as open.
const MAX_ALTERNATIVES: usize = 64;
/// How deep one value may depend on others.
const MAX_DEPTH: usize = 96;
/// Evaluations in one file before the rest is given up as unknown.
const MAX_STEPS: usize = 400_000;

/// What an expression may be.
#[derive(Debug, Clone, Default)]
pub(super) struct Val {
    /// The alternatives.
    pub(super) alts: Vec<Alt>,
    /// Others are possible.
    pub(super) open: bool,
    /// Why nothing or not everything is known.
    pub(super) why: Option<Why>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alt {
    /// What it is.
    pub(super) atom: Atom,
    /// Its type's qualified name, where methods may be called on it.
    pub(super) ty: Option<Rc<str>>,
    /// Where it came from.
    pub(super) origin: Origin,
}

/// What an alternative is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Atom {
    /// A text.
    Str(Rc<str>),
    /// A number.
    Int(i128),
    /// Bytes of a length.
    Bytes(u64),
    /// A truth value.
    Bool(bool),
    /// Nothing.
    Null,
    /// Something from elsewhere, by qualified name: a module, class, function, constant.
    Path(Rc<str>),
    /// An object of the alternative's type, of which nothing else is known.
    Typed,
    /// What an unknown call gave: the "type" is the call's own name, under which rules may model what is called on it.
    Result,
    /// What an API value says; index into [`Resolver::bags`].
    Bag(usize),
    /// An asset; index into [`Resolver::seen`].
    Asset(usize),
    /// An object or list literal.
    Literal(ExprId),
    /// A function of this file.
    Function(usize),
    /// A class of this file.
    Class(usize),
    /// An instance of a class of this file.
    Instance(usize),
}

/// What an API value or symbol says.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag {
    pub(super) facets: Facets,
    pub(super) operations: Words<Operation>,
    /// The expression that made it.
    pub(super) expr: ExprId,
    /// The library that it is from.
    pub(super) library: usize,
    /// The name, as the rules write it.
    pub(super) symbol: String,
    /// An asset or another value used it.
    pub(super) consumed: bool,
}

/// A qualified name, and the type arguments that were written on the way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub(super) path: Rc<str>,
    pub(super) types: Vec<ExprId>,
    /// Reached through a wildcard import, or bound by nothing.
    pub(super) loose: bool,
}

/// What is being done with an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Work {
    /// Its qualified names are looked for.
    Naming,
    /// Its value is looked for.
    Evaluating,
    /// The entry for it speaks.
    Applying,
}

impl Val {
    pub(super) fn one(atom: Atom, origin: Origin) -> Self {
        Self {
            alts: vec![Alt {
                atom,
                ty: None,
                origin,
            }],
            open: false,
            why: None,
        }
    }

    pub(super) fn unknown(kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            alts: Vec::new(),
            open: true,
            why: Some(Why::new(kind, detail)),
        }
    }

    /// Either this or that.
    pub(super) fn union(&mut self, other: &Self) {
        for alt in &other.alts {
            if self.alts.len() >= MAX_ALTERNATIVES {
                self.open = true;
                break;
            }
            if !self
                .alts
                .iter()
                .any(|a| a.atom == alt.atom && a.ty == alt.ty)
            {
                self.alts.push(alt.clone())
            }
        }
        self.open |= other.open;
        if self.why.is_none() {
            self.why.clone_from(&other.why)
        }
    }

    fn at_least_from(mut self, origin: Origin) -> Self {
        for alt in &mut self.alts {
            alt.origin = alt.origin.max(origin)
        }
        self
    }

    /// Null is what a variable holds before it is given its value: dropped where there is anything else.
    fn without_null(mut self) -> Self {
        if self.alts.iter().any(|a| a.atom != Atom::Null) {
            self.alts.retain(|a| a.atom != Atom::Null)
        }
        self
    }

    fn typed(mut self, ty: &Rc<str>) -> Self {
        for alt in &mut self.alts {
            if alt.ty.is_none() && !matches!(alt.atom, Atom::Null | Atom::Str(_) | Atom::Int(_)) {
                alt.ty = Some(ty.clone())
            }
        }
        // A declared type says more than the name of the unknown call that gave the value.
        let nothing_known = self
            .alts
            .iter()
            .all(|a| matches!(a.atom, Atom::Typed | Atom::Result));
        if nothing_known && !self.alts.iter().any(|a| a.ty.as_ref() == Some(ty)) {
            self.alts.push(Alt {
                atom: Atom::Typed,
                ty: Some(ty.clone()),
                origin: Origin::Constant,
            });
        }
        self
    }
}

/// Something in a function (`None`: outside all) that can be given a value: `ctx`, `s.key`.
type Place = (Option<usize>, String);

/// Resolves one file.
pub(super) struct Resolver<'a> {
    pub(super) facts: &'a Facts,
    pub(super) known: &'a Knowledge,
    pub(super) active: &'a Active,
    /// What API values say.
    pub(super) bags: Vec<Bag>,
    /// The assets seen so far.
    pub(super) seen: Vec<Seen>,
    pub(super) applied: HashMap<ExprId, Option<Rc<Applied>>>,
    /// Expressions that may be something without a name beside what their names say.
    pub(super) part_named: HashSet<ExprId>,
    /// Callees and the entries that accepted their calls.
    pub(super) called: Vec<(ExprId, usize)>,
    /// The entries and symbols that took part: library and byte in its file.
    pub(super) exercised: BTreeSet<(usize, usize)>,
    /// Spans whose text must not be shown.
    pub(super) secrets: Vec<std::ops::Range<usize>>,
    /// The work limit was reached.
    pub(super) exhausted: bool,
    /// The lists that are being read as an argument.
    pub(super) hearing: HashSet<ExprId>,
    bound: HashMap<(ScopeId, &'a str), Vec<usize>>,
    imported: HashMap<(ScopeId, &'a str), Vec<usize>>,
    /// Arguments that a call binds (C's out parameters): place, from where on, the call.
    pub(super) places: HashMap<Place, Vec<(usize, ScopeId, ExprId)>>,
    /// Assignments to members, by the member's name.
    assigned: HashMap<&'a str, Vec<ExprId>>,
    /// What each expression says.
    said: HashMap<ExprId, Vec<usize>>,
    arms: HashMap<usize, usize>,
    calls_by_name: HashMap<&'a str, Vec<ExprId>>,
    subclasses: HashMap<usize, Vec<usize>>,
    callers: HashMap<usize, Rc<Vec<ExprId>>>,
    names: HashMap<ExprId, Rc<Vec<Named>>>,
    values: HashMap<ExprId, Rc<Val>>,
    /// What is under way, and at which depth it began.
    running: HashMap<(Work, ExprId), usize>,
    /// The least depth of an evaluation that was met again while it still ran: what lies deeper saw only part of its value.
    cut: usize,
    /// The evaluations under way, by depth, each with a number of its own.
    serials: Vec<usize>,
    serial: usize,
    /// Results that are not whole, good while the evaluation they came back to still runs: its depth and number.
    part_values: HashMap<ExprId, (Rc<Val>, usize, usize)>,
    part_names: HashMap<ExprId, (Rc<Vec<Named>>, usize, usize)>,
    depth: usize,
    steps: usize,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(facts: &'a Facts, known: &'a Knowledge, active: &'a Active) -> Self {
        let mut resolver = Self {
            facts,
            known,
            active,
            bags: Vec::new(),
            seen: Vec::new(),
            applied: HashMap::new(),
            part_named: HashSet::new(),
            called: Vec::new(),
            exercised: BTreeSet::new(),
            secrets: Vec::new(),
            exhausted: false,
            hearing: HashSet::new(),
            bound: HashMap::new(),
            imported: HashMap::new(),
            places: HashMap::new(),
            assigned: HashMap::new(),
            said: HashMap::new(),
            arms: HashMap::new(),
            calls_by_name: HashMap::new(),
            subclasses: HashMap::new(),
            callers: HashMap::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            running: HashMap::new(),
            cut: usize::MAX,
            serials: Vec::new(),
            serial: 0,
            part_values: HashMap::new(),
            part_names: HashMap::new(),
            depth: 0,
            steps: 0,
        };
        resolver.index();
        resolver
    }

    fn index(&mut self) {
        let facts = self.facts;
        for (i, binding) in facts.bindings.iter().enumerate() {
            if !matches!(binding.kind, BindingKind::Assign | BindingKind::Change) {
                self.bound
                    .entry((binding.scope, &binding.name))
                    .or_default()
                    .push(i);
            }
        }
        for (i, binding) in facts.bindings.iter().enumerate() {
            if matches!(binding.kind, BindingKind::Assign | BindingKind::Change) {
                let owner = self.owner(binding.scope, &binding.name);
                self.bound
                    .entry((owner, &binding.name))
                    .or_default()
                    .push(i);
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for bindings in self.bound.values_mut() {
            bindings.sort_by_key(|b| facts.bindings[*b].at);
        }
        for (i, import) in facts.imports.iter().enumerate() {
            if let Some(local) = &import.local {
                self.imported
                    .entry((import.scope, local))
                    .or_default()
                    .push(i)
            }
        }
        for scope in &facts.scopes {
            if let ScopeKind::Arm { group, .. } = scope.kind {
                *self.arms.entry(group).or_default() += 1
            }
        }
        for (id, expr) in facts.exprs.iter().enumerate() {
            match &expr.kind {
                ExprKind::Call { callee, .. } => {
                    if let Some(name) = self.last_name(*callee) {
                        self.calls_by_name.entry(name).or_default().push(id)
                    }
                }
                ExprKind::Assign { target, .. } => {
                    if let ExprKind::Member { of, name } = &facts.exprs[*target].kind
                        && !matches!(facts.exprs[*of].kind, ExprKind::This)
                    {
                        self.assigned.entry(name).or_default().push(id)
                    }
                    if let Some(place) = self.place(*target) {
                        let function = facts.function_around(expr.scope);
                        self.places.entry((function, place)).or_default().push((
                            expr.span.end,
                            expr.scope,
                            id,
                        ));
                    }
                }
                _ => {}
            }
        }
        for class in 0..facts.classes.len() {
            for base in facts.classes[class].bases.clone() {
                if let Some(base) = self.local_class(base) {
                    self.subclasses.entry(base).or_default().push(class)
                }
            }
        }
    }

    /// What a call binds is only known once its name is: looked up before anything is evaluated.
    pub(super) fn index_bound_arguments(&mut self) {
        let facts = self.facts;
        for (id, expr) in facts.exprs.iter().enumerate() {
            let ExprKind::Call { callee, args, .. } = &expr.kind else {
                continue;
            };
            let Some(last) = self.last_name(*callee) else {
                continue;
            };
            if !self.known.rules.binds_argument(last) {
                continue;
            }
            for named in self.names(*callee).iter() {
                let into = self
                    .known
                    .rules
                    .named(&named.path)
                    .filter(|e| self.active.contains(e.library))
                    .find_map(|e| {
                        e.params
                            .iter()
                            .position(|p| Some(&p.name) == e.into.as_ref())
                    });
                if let Some(place) = into
                    .and_then(|i| args.get(i))
                    .and_then(|a| self.place(a.value))
                {
                    let function = facts.function_around(expr.scope);
                    self.places.entry((function, place)).or_default().push((
                        expr.span.end,
                        expr.scope,
                        id,
                    ));
                    break;
                }
            }
        }
        // Names were resolved before these bindings were known.
        self.names.clear();
        self.values.clear();
    }

    pub(super) fn last_name(&self, callee: ExprId) -> Option<&'a str> {
        match &self.facts.exprs[callee].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            ExprKind::Path(path) => path.rsplit('.').next(),
            ExprKind::Generic { of, .. } => self.last_name(*of),
            ExprKind::This => Some("this"),
            ExprKind::Super => Some("super"),
            _ => None,
        }
    }

    /// `a`, `a.b`: a place in this function that can be given a value.
    fn place(&self, id: ExprId) -> Option<String> {
        match &self.facts.exprs[id].kind {
            ExprKind::Name(name) => Some(name.clone()),
            ExprKind::This => Some("this".to_owned()),
            ExprKind::Member { of, name } => Some(format!("{}.{name}", self.place(*of)?)),
            _ => None,
        }
    }

    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.exhausted = true
        }
        !self.exhausted
    }

    /// Whether the evaluation has come back to what it is still busy with; remembers how far up that is.
    pub(super) fn in_progress(&mut self, work: Work, id: ExprId) -> bool {
        let depth = self.running.get(&(work, id));
        self.cut = depth.map_or(self.cut, |depth| self.cut.min(*depth));
        depth.is_some()
    }

    fn too_far(&mut self) -> bool {
        let too_far = self.depth >= MAX_DEPTH || !self.step();
        if too_far {
            self.cut = 0
        }
        too_far
    }

    pub(super) fn enter(&mut self, work: Work, id: ExprId) -> (usize, usize) {
        let depth = self.depth;
        self.depth += 1;
        self.serial += 1;
        self.serials.resize(depth, 0);
        self.serials.push(self.serial);
        self.running.insert((work, id), depth);
        (depth, std::mem::replace(&mut self.cut, usize::MAX))
    }

    /// Ends an evaluation: nothing if its result is whole, else the evaluation that it came back to.
    pub(super) fn leave(
        &mut self,
        work: Work,
        id: ExprId,
        (depth, outer): (usize, usize),
    ) -> Option<(usize, usize)> {
        self.depth -= 1;
        self.serials.truncate(depth);
        self.running.remove(&(work, id));
        let cut = std::mem::replace(&mut self.cut, outer);
        if cut >= depth {
            return None;
        }
        self.cut = outer.min(cut);
        self.serials.get(cut).map(|serial| (cut, *serial))
    }

    /// Remembers what a value says; an expression says one thing however often it is looked at.
    pub(super) fn bag(&mut self, bag: Bag) -> usize {
        let said = self.said.entry(bag.expr).or_default();
        if let Some(known) = said.iter().find(|b| self.bags[**b].symbol == bag.symbol) {
            return *known;
        }
        said.push(self.bags.len());
        self.bags.push(bag);
        self.bags.len() - 1
    }
}
