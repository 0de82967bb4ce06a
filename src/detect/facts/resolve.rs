//! Names and values: gives every callee its qualified names and every argument a value.
//!
//! What holds here is what a reader of the one file could say: imports, aliases, declared types, the assignments that reach a
//! place, constants and arithmetic on them, callers in the same file. Where that ends, the value is unknown with the reason.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::{Arg, BindingKind, ExprId, ExprKind, Facts, Key, Op, ScopeId, ScopeKind};
use crate::knowledge::Knowledge;
use crate::knowledge::rules::entry::Outside;
use crate::knowledge::rules::prefilter::Active;
use crate::knowledge::rules::signature::Form;
use crate::model::{Facets, Operation, Origin, Why};

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
    pub(super) operations: BTreeSet<Operation>,
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
    pub(super) places: HashMap<(Option<usize>, String), Vec<(usize, ScopeId, ExprId)>>,
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

    /// The scope that an assignment without a declaration belongs to.
    fn owner(&self, scope: ScopeId, name: &'a str) -> ScopeId {
        self.facts
            .outwards(scope)
            .find(|s| {
                self.bound.contains_key(&(*s, name))
                    && !matches!(self.facts.scopes[*s].kind, ScopeKind::Class(_))
                    || self.is_field(*s, name)
            })
            .or_else(|| {
                self.facts.outwards(scope).find(|s| {
                    matches!(
                        self.facts.scopes[*s].kind,
                        ScopeKind::Function(_) | ScopeKind::Module | ScopeKind::Class(_)
                    )
                })
            })
            .unwrap_or(0)
    }

    fn is_field(&self, scope: ScopeId, name: &'a str) -> bool {
        matches!(self.facts.scopes[scope].kind, ScopeKind::Class(_))
            && self.bound.contains_key(&(scope, name))
    }

    fn local_class(&self, id: ExprId) -> Option<usize> {
        match &self.facts.exprs[id].kind {
            ExprKind::Name(name) => self.facts.classes.iter().position(|c| c.name == *name),
            ExprKind::Member { name, .. } => {
                self.facts.classes.iter().position(|c| c.name == *name)
            }
            ExprKind::Generic { of, .. } => self.local_class(*of),
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

    // ---- names ---------------------------------------------------------------------------------------------------

    /// The qualified names that an expression may stand for.
    pub(super) fn names(&mut self, id: ExprId) -> Rc<Vec<Named>> {
        if let Some(names) = self.names.get(&id) {
            return names.clone();
        }
        if let Some((names, depth, serial)) = self.part_names.get(&id)
            && self.serials.get(*depth) == Some(serial)
        {
            self.cut = self.cut.min(*depth);
            return names.clone();
        }
        if self.in_progress(Work::Naming, id) || self.too_far() {
            return Rc::default();
        }
        let entered = self.enter(Work::Naming, id);
        let mut names = self.find_names(id);
        names.dedup();
        names.truncate(MAX_ALTERNATIVES);
        let names = Rc::new(names);
        match self.leave(Work::Naming, id, entered) {
            None => drop(self.names.insert(id, names.clone())),
            Some((depth, serial)) => {
                drop(self.part_names.insert(id, (names.clone(), depth, serial)))
            }
        }
        names
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

    fn find_names(&mut self, id: ExprId) -> Vec<Named> {
        let facts = self.facts;
        match &facts.exprs[id].kind {
            ExprKind::Path(path) => vec![Named {
                path: self.known.rules.canonical(path).into(),
                types: Vec::new(),
                loose: false,
            }],
            ExprKind::Name(name) => self.names_of_name(id, name),
            ExprKind::Generic { of, types } => {
                let mut names = (*self.names(*of)).clone();
                for named in &mut names {
                    named.types.extend(types)
                }
                names
            }
            ExprKind::Member { of, name } => self.names_of_member(id, *of, name),
            ExprKind::OneOf(all) => all.iter().flat_map(|e| self.names_of_one(id, *e)).collect(),
            ExprKind::Super => {
                let class = facts.class_around(facts.exprs[id].scope);
                class.map(|c| self.names_of_bases(c)).unwrap_or_default()
            }
            // A table of functions or classes: any of them may be the one.
            ExprKind::Index { .. } => {
                let value = self.eval(id);
                value
                    .alts
                    .iter()
                    .filter_map(|a| match &a.atom {
                        Atom::Path(path) => Some(Named {
                            path: path.clone(),
                            types: Vec::new(),
                            loose: true,
                        }),
                        Atom::Bag(bag) => Some(Named {
                            path: self.bags[*bag].symbol.as_str().into(),
                            types: Vec::new(),
                            loose: true,
                        }),
                        _ => None,
                    })
                    .collect()
            }
            // The variable of a loop over functions or classes.
            ExprKind::Element(of) => match &facts.exprs[*of].kind {
                ExprKind::List(items) => items
                    .iter()
                    .flat_map(|e| self.names_of_one(id, *e))
                    .collect(),
                _ => Vec::new(),
            },
            ExprKind::Call { .. } => self.names_of_promoted(id),
            _ => Vec::new(),
        }
    }

    /// `promisify(f)` and the like: a function made from a function. Only what the rules say returns a name.
    fn names_of_promoted(&mut self, id: ExprId) -> Vec<Named> {
        let ExprKind::Call { callee, args, .. } = &self.facts.exprs[id].kind else {
            return Vec::new();
        };
        let wraps = self.names(*callee).iter().any(|n| {
            matches!(
                &*n.path,
                "util.promisify" | "functools.partial" | "functools.lru_cache"
            )
        });
        match args.first() {
            Some(first) if wraps => (*self.names(first.value)).clone(),
            _ => Vec::new(),
        }
    }

    /// The names of one of the things that `id` may be; remembers where one of them has none.
    fn names_of_one(&mut self, id: ExprId, one: ExprId) -> Vec<Named> {
        let names = self.names(one);
        let nameless = names.is_empty() && !matches!(self.facts.exprs[one].kind, ExprKind::Null);
        if nameless || self.part_named.contains(&one) {
            self.part_named.insert(id);
        }
        (*names).clone()
    }

    fn names_of_name(&mut self, id: ExprId, name: &'a str) -> Vec<Named> {
        let facts = self.facts;
        let scope = facts.exprs[id].scope;
        let mut names = Vec::new();
        let mut found = false;
        for s in self.visible(scope) {
            for import in self.imported.get(&(s, name)).cloned().unwrap_or_default() {
                found = true;
                names.push(Named {
                    path: self
                        .known
                        .rules
                        .canonical(&facts.imports[import].path)
                        .into(),
                    types: Vec::new(),
                    loose: false,
                });
            }
            if self.bound.contains_key(&(s, name)) {
                found = true;
                let (bindings, _) = self.reaching(s, name, id);
                for b in bindings {
                    if let Some(value) = facts.bindings[b].value {
                        names.extend(self.names_of_one(id, value))
                    }
                }
            }
            if found {
                return names;
            }
        }
        for import in &facts.imports {
            if import.local.is_none()
                && !import.path.contains('<')
                && facts.outwards(scope).any(|s| s == import.scope)
            {
                names.push(Named {
                    path: format!("{}.{name}", self.known.rules.canonical(&import.path)).into(),
                    types: Vec::new(),
                    loose: true,
                });
            }
        }
        names.push(Named {
            path: format!("{}{name}", facts.free_prefix).into(),
            types: Vec::new(),
            loose: true,
        });
        names
    }

    fn names_of_member(&mut self, id: ExprId, of: ExprId, name: &'a str) -> Vec<Named> {
        let facts = self.facts;
        let mut names: Vec<Named> = Vec::new();
        let mut bases = Vec::new();
        match &facts.exprs[of].kind {
            ExprKind::This => {
                if let Some(class) = facts.class_around(facts.exprs[id].scope) {
                    let fields = self.field_bindings(class, name);
                    for b in &fields {
                        if let Some(value) = facts.bindings[*b].value {
                            names.extend((*self.names(value)).clone())
                        }
                    }
                    if !fields.is_empty() {
                        return names;
                    }
                    bases = self.names_of_bases(class);
                }
            }
            _ => bases.extend((*self.names(of)).clone()),
        }
        if !bases.is_empty() && self.part_named.contains(&of) {
            self.part_named.insert(id);
        }
        let value = self.eval(of);
        for alt in &value.alts {
            match &alt.atom {
                Atom::Class(class) | Atom::Instance(class) => {
                    let fields = self.field_bindings(*class, name);
                    for b in &fields {
                        if let Some(value) = facts.bindings[*b].value {
                            names.extend((*self.names(value)).clone())
                        }
                    }
                    if fields.is_empty() {
                        bases.extend(self.names_of_bases(*class))
                    }
                }
                Atom::Literal(object) => {
                    if let Some(field) = self.field(*object, name) {
                        names.extend((*self.names(field)).clone())
                    }
                }
                _ => {}
            }
            if let Some(ty) = &alt.ty {
                names.push(Named {
                    path: format!("{ty}.{name}").into(),
                    types: Vec::new(),
                    loose: false,
                })
            }
        }
        // A module that a function returns or is given (`getSubtle().digest(…)`, `f(crypto)`) has its name as a value only.
        let handed_on = value.alts.iter().filter_map(|alt| match &alt.atom {
            Atom::Path(path) => Some(Named {
                path: path.clone(),
                types: Vec::new(),
                loose: true,
            }),
            _ => None,
        });
        for base in bases.into_iter().chain(handed_on) {
            let path = self.known.rules.canonical(&format!("{}.{name}", base.path));
            let named = Named {
                path: path.into(),
                types: base.types,
                loose: base.loose,
            };
            if !names.iter().any(|n| n.path == named.path) {
                names.push(named)
            }
        }
        names
    }

    fn names_of_bases(&mut self, class: usize) -> Vec<Named> {
        let mut names = Vec::new();
        for base in &self.facts.classes[class].bases {
            names.extend((*self.names(*base)).clone())
        }
        names
    }

    /// The scopes whose names a bare name may mean: a method sees its class's fields only where the language says so.
    fn visible(&self, scope: ScopeId) -> Vec<ScopeId> {
        let mut inside_function = false;
        let mut visible = Vec::new();
        for s in self.facts.outwards(scope) {
            match self.facts.scopes[s].kind {
                ScopeKind::Class(_) if inside_function && !self.facts.implicit_this => continue,
                ScopeKind::Function(_) => inside_function = true,
                _ => {}
            }
            visible.push(s);
        }
        visible
    }

    // ---- bindings ------------------------------------------------------------------------------------------------

    /// The bindings of a name that may hold at an expression, and whether others are possible.
    fn reaching(&self, owner: ScopeId, name: &'a str, at: ExprId) -> (Vec<usize>, bool) {
        let facts = self.facts;
        let all = self
            .bound
            .get(&(owner, name))
            .map_or(&[][..], Vec::as_slice);
        let used = &facts.exprs[at];
        let here: HashSet<ScopeId> = facts.outwards(used.scope).collect();
        if facts.function_around(owner) != facts.function_around(used.scope)
            || matches!(facts.scopes[owner].kind, ScopeKind::Class(_))
        {
            // Minified code gives one name thousands of values: what is beyond the limit is said to be possible.
            let values: Vec<usize> = self.best(&all[all.len().saturating_sub(MAX_ALTERNATIVES)..]);
            let fixed = all
                .iter()
                .any(|b| facts.bindings[*b].constant || facts.bindings[*b].private)
                || all
                    .iter()
                    .all(|b| facts.bindings[*b].kind != BindingKind::Field);
            // `#ifndef X / #define X 1 / #endif`: the build may say otherwise.
            let fallback = all.iter().any(|b| {
                let binding = &facts.bindings[*b];
                binding.constant
                    && binding.kind == BindingKind::Assign
                    && matches!(
                        facts.scopes[binding.scope].kind,
                        ScopeKind::Arm {
                            exhaustive: false,
                            ..
                        }
                    )
            });
            return (values, !fixed || fallback || all.len() > MAX_ALTERNATIVES);
        }
        let before = all.partition_point(|b| facts.bindings[*b].at <= used.span.start);
        let in_loop = facts
            .outwards(used.scope)
            .any(|s| facts.scopes[s].kind == ScopeKind::Loop);
        let later = if in_loop {
            &all[before..all.len().min(before + MAX_ALTERNATIVES)]
        } else {
            &[]
        };
        let mut reaching = Vec::new();
        let mut open = false;
        let mut arms: BTreeMap<usize, BTreeSet<ScopeId>> = BTreeMap::new();
        for &b in later.iter().rev().chain(all[..before].iter().rev()) {
            let binding = &facts.bindings[b];
            let after = binding.at > used.span.start;
            if after && !self.same_loop(binding.scope, &here) {
                continue;
            }
            reaching.push(b);
            if binding.kind == BindingKind::Change {
                open = true;
                continue;
            }
            if !after && self.always(binding.scope, &here, &mut arms) {
                break;
            }
            if reaching.len() >= MAX_ALTERNATIVES {
                open = true;
                break;
            }
        }
        if reaching.is_empty() && facts.function_around(owner).is_none() {
            reaching = all.iter().take(MAX_ALTERNATIVES).copied().collect()
        }
        (self.best(&reaching), open)
    }

    /// Drops declarations without a value where there are values, and functions where there are other values (a method may
    /// share a field's name).
    fn best(&self, bindings: &[usize]) -> Vec<usize> {
        let facts = self.facts;
        let with_value: Vec<usize> = bindings
            .iter()
            .copied()
            .filter(|b| {
                facts.bindings[*b].value.is_some()
                    || matches!(facts.bindings[*b].kind, BindingKind::Param(_))
            })
            .collect();
        if with_value.is_empty() {
            bindings.to_vec()
        } else {
            with_value
        }
    }

    /// A binding after its use holds there only on another turn of a common loop.
    fn same_loop(&self, scope: ScopeId, here: &HashSet<ScopeId>) -> bool {
        self.facts
            .outwards(scope)
            .any(|s| self.facts.scopes[s].kind == ScopeKind::Loop && here.contains(&s))
    }

    /// Whether what stands in `scope` has always run where `here` runs.
    fn always(
        &self,
        scope: ScopeId,
        here: &HashSet<ScopeId>,
        arms: &mut BTreeMap<usize, BTreeSet<ScopeId>>,
    ) -> bool {
        let mut scope = scope;
        loop {
            if here.contains(&scope) {
                return true;
            }
            let Some(parent) = self.facts.scopes[scope].parent else {
                return true;
            };
            match self.facts.scopes[scope].kind {
                ScopeKind::Block => scope = parent,
                ScopeKind::Arm { group, exhaustive } => {
                    let seen = arms.entry(group).or_default();
                    seen.insert(scope);
                    if !exhaustive || seen.len() < self.arms.get(&group).copied().unwrap_or(0) {
                        return false;
                    }
                    scope = parent;
                }
                _ => return false,
            }
        }
    }

    /// The bindings of a field: in the class, else in its bases in this file; and in its subclasses.
    fn field_bindings(&self, class: usize, name: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut queue = vec![class];
        let mut visited = BTreeSet::new();
        while let Some(class) = queue.pop() {
            if !visited.insert(class) || visited.len() > MAX_DEPTH {
                continue;
            }
            let own = self.own_field(class, name);
            if own.is_empty() {
                queue.extend(
                    self.facts.classes[class]
                        .bases
                        .iter()
                        .filter_map(|b| self.local_class(*b)),
                );
            }
            found.extend(own);
        }
        let mut queue = self.subclasses.get(&class).cloned().unwrap_or_default();
        while let Some(class) = queue.pop() {
            if !visited.insert(class) || visited.len() > MAX_DEPTH {
                continue;
            }
            found.extend(self.own_field(class, name));
            queue.extend(self.subclasses.get(&class).into_iter().flatten());
        }
        self.best(&found)
    }

    fn own_field(&self, class: usize, name: &str) -> Vec<usize> {
        let scope = self.facts.classes[class].scope;
        self.bound.get(&(scope, name)).cloned().unwrap_or_default()
    }

    // ---- values --------------------------------------------------------------------------------------------------

    /// What an expression may be.
    pub(super) fn eval(&mut self, id: ExprId) -> Rc<Val> {
        if let Some(value) = self.values.get(&id) {
            return value.clone();
        }
        if let Some((value, depth, serial)) = self.part_values.get(&id)
            && self.serials.get(*depth) == Some(serial)
        {
            self.cut = self.cut.min(*depth);
            return value.clone();
        }
        // A value that depends on itself (a loop, a recursive function) adds nothing to itself.
        if self.in_progress(Work::Evaluating, id) {
            return Rc::new(Val {
                alts: Vec::new(),
                open: true,
                why: None,
            });
        }
        if self.too_far() {
            return Rc::new(Val::unknown("limit", ""));
        }
        let entered = self.enter(Work::Evaluating, id);
        let value = Rc::new(self.find_value(id));
        match self.leave(Work::Evaluating, id, entered) {
            Some((depth, serial)) if value.open || value.why.is_some() => {
                drop(self.part_values.insert(id, (value.clone(), depth, serial)))
            }
            _ => drop(self.values.insert(id, value.clone())),
        }
        value
    }

    fn find_value(&mut self, id: ExprId) -> Val {
        let facts = self.facts;
        let literal = |atom| Val::one(atom, Origin::Literal);
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => literal(Atom::Str(text.as_str().into())),
            ExprKind::Int(number) => literal(Atom::Int(*number)),
            ExprKind::Bool(truth) => literal(Atom::Bool(*truth)),
            ExprKind::Null => literal(Atom::Null),
            ExprKind::Bytes(length) => literal(Atom::Bytes(*length)),
            ExprKind::Name(name) => self.value_of_name(id, name),
            ExprKind::Path(_) | ExprKind::Generic { .. } => self.value_by_names(id, "name"),
            ExprKind::Member { of, name } => self.value_of_member(id, *of, name),
            ExprKind::This => match facts.class_around(facts.exprs[id].scope) {
                Some(class) => literal(Atom::Instance(class)),
                None => Val::unknown("name", "this"),
            },
            ExprKind::Super => Val::unknown("name", "super"),
            ExprKind::Index { of, key } => self.value_at(*of, *key),
            ExprKind::Call {
                callee,
                args,
                construct,
            } => self.value_of_call(id, *callee, args, *construct),
            ExprKind::Object { ty, .. } => {
                if let Some(applied) = self.apply(id) {
                    return applied.value.clone();
                }
                let mut value = literal(Atom::Literal(id));
                if let Some(ty) = ty.and_then(|t| self.type_named(t)) {
                    value = value.typed(&ty)
                }
                if let Some(class) = ty.and_then(|t| self.local_class(t)) {
                    value.alts.push(Alt {
                        atom: Atom::Instance(class),
                        ty: None,
                        origin: Origin::Literal,
                    });
                }
                value
            }
            ExprKind::List(_) => literal(Atom::Literal(id)),
            ExprKind::Binary { op, left, right } => self.binary(*op, *left, *right),
            ExprKind::Concat(parts) => {
                let mut whole = literal(Atom::Str("".into()));
                for part in parts {
                    let part = self.eval(*part);
                    whole = combine(Op::Add, &whole, &part, true);
                }
                whole
            }
            ExprKind::OneOf(all) => self.union(all).without_null(),
            ExprKind::Assign { value, .. } => {
                self.apply(id);
                (*self.eval(*value)).clone()
            }
            ExprKind::Item { of, index } => self.item(*of, *index),
            ExprKind::Element(of) => self.element(*of),
            ExprKind::Function(function) => literal(Atom::Function(*function)),
            ExprKind::Class(class) => literal(Atom::Class(*class)),
            ExprKind::Other(what) => Val::unknown(
                if *what == "expression" {
                    "expression"
                } else {
                    what
                },
                "",
            ),
        }
    }

    fn union(&mut self, all: &[ExprId]) -> Val {
        let mut value = Val::default();
        for id in all.iter().take(MAX_ALTERNATIVES * 4) {
            value.union(&self.eval(*id))
        }
        value
    }

    fn value_of_name(&mut self, id: ExprId, name: &'a str) -> Val {
        let facts = self.facts;
        let scope = facts.exprs[id].scope;
        for s in self.visible(scope) {
            let imported = self.imported.contains_key(&(s, name));
            if self.bound.contains_key(&(s, name)) {
                let mut value = self.value_of_bindings(s, name, id);
                self.add_places(id, name, &mut value);
                if imported {
                    value.union(&self.value_by_names(id, "name"))
                }
                return value.without_null();
            }
            if imported {
                return self.value_by_names(id, "name");
            }
        }
        let mut value = self.value_by_names(id, "name");
        self.add_places(id, name, &mut value);
        value
    }

    fn value_of_bindings(&mut self, owner: ScopeId, name: &'a str, id: ExprId) -> Val {
        let (bindings, open) = self.reaching(owner, name, id);
        let field = matches!(self.facts.scopes[owner].kind, ScopeKind::Class(_));
        let mut value = self.value_of(&bindings, if field { "field" } else { "name" }, name);
        value.open |= open;
        value
    }

    /// The union of what bindings say; `kind` and `name` tell a person what to look for where that is nothing.
    fn value_of(&mut self, bindings: &[usize], kind: &'static str, name: &str) -> Val {
        let facts = self.facts;
        let mut value = Val::default();
        let functions = bindings.iter().filter(|b| self.is_function(**b)).count();
        for &b in bindings {
            let binding = &facts.bindings[b];
            if functions > 0 && functions < bindings.len() && self.is_function(b) {
                continue;
            }
            let mut one = match (binding.kind, binding.value) {
                (BindingKind::Param(index), _) => self.value_of_param(binding.scope, index),
                (BindingKind::Change, _) => Val::unknown(kind, name),
                (_, Some(v)) => (*self.eval(v)).clone().at_least_from(Origin::Constant),
                (_, None) => Val {
                    alts: Vec::new(),
                    open: false,
                    why: Some(Why::new(kind, name)),
                },
            };
            let declared = self.declared_type(b);
            if let Some(ty) = declared.and_then(|t| self.type_named(t)) {
                if let Some(class) = declared
                    .and_then(|t| self.local_class(t))
                    .filter(|_| one.alts.is_empty())
                {
                    one.alts.push(Alt {
                        atom: Atom::Instance(class),
                        ty: None,
                        origin: Origin::Constant,
                    });
                } else {
                    one = one.typed(&ty);
                }
            }
            value.union(&one);
        }
        if value.alts.is_empty() {
            value.open = true;
            if value.why.is_none() {
                value.why = Some(Why::new(kind, name))
            }
        }
        value
    }

    /// The type of what a binding gives a value to: its own, or that of the declaration (`T x; x = …`).
    fn declared_type(&self, binding: usize) -> Option<ExprId> {
        let binding = &self.facts.bindings[binding];
        if binding.ty.is_some() || binding.kind == BindingKind::Declare {
            return binding.ty;
        }
        let owner = if binding.kind == BindingKind::Assign {
            self.owner(binding.scope, &binding.name)
        } else {
            binding.scope
        };
        let all = self.bound.get(&(owner, binding.name.as_str()))?;
        all.iter().find_map(|b| self.facts.bindings[*b].ty)
    }

    fn is_function(&self, binding: usize) -> bool {
        self.facts.bindings[binding]
            .value
            .is_some_and(|v| matches!(self.facts.exprs[v].kind, ExprKind::Function(_)))
    }

    /// Adds what calls have put into a place (`RSA_generate_key_ex(key, …)`), if that was after its own value.
    fn add_places(&mut self, id: ExprId, place: &str, value: &mut Val) {
        let expr = &self.facts.exprs[id];
        let function = self.facts.function_around(expr.scope);
        let Some(all) = self.places.get(&(function, place.to_owned())).cloned() else {
            return;
        };
        let here: HashSet<ScopeId> = self.facts.outwards(expr.scope).collect();
        let mut arms = BTreeMap::new();
        let mut reaching = Vec::new();
        for (at, scope, call) in all.into_iter().rev() {
            if at > expr.span.start {
                continue;
            }
            reaching.push(call);
            if self.always(scope, &here, &mut arms) {
                break;
            }
        }
        if reaching.is_empty() {
            return;
        }
        let mut put = Val::default();
        for call in reaching {
            if self.in_progress(Work::Evaluating, call) {
                continue;
            }
            let one = self.eval(call);
            // A call that only refines what the place already holds gives the same asset back.
            put.union(&one.as_ref().clone().at_least_from(Origin::Constant));
        }
        if put
            .alts
            .iter()
            .any(|a| !matches!(a.atom, Atom::Typed | Atom::Result | Atom::Path(_)))
        {
            let types: Vec<Alt> = value
                .alts
                .iter()
                .filter(|a| matches!(a.atom, Atom::Typed | Atom::Result))
                .cloned()
                .collect();
            *value = put;
            if let Some(ty) = types.first().and_then(|a| a.ty.clone()) {
                *value = std::mem::take(value).typed(&ty)
            }
        }
    }

    fn value_of_param(&mut self, scope: ScopeId, index: usize) -> Val {
        let facts = self.facts;
        let ScopeKind::Function(function) = facts.scopes[scope].kind else {
            return Val::unknown("parameter", "");
        };
        let Some(param) = facts.functions[function].params.get(index) else {
            return Val::unknown("parameter", "");
        };
        let mut value = Val {
            alts: Vec::new(),
            open: true,
            why: Some(Why::new("parameter", param.name.clone())),
        };
        if let Some(default) = param.default {
            value.union(
                &(*self.eval(default))
                    .clone()
                    .at_least_from(Origin::Constant)
                    .without_null(),
            );
        }
        for call in self.callers_of(function).iter() {
            let ExprKind::Call { args, .. } = &facts.exprs[*call].kind else {
                continue;
            };
            if let Some(arg) = argument(args, &facts.functions[function].params, index) {
                value.union(&(*self.eval(arg)).clone().at_least_from(Origin::Caller));
            }
        }
        if param
            .default
            .is_some_and(|d| matches!(facts.exprs[d].kind, ExprKind::Null))
            || value.alts.len() > 1
        {
            value = value.without_null();
        }
        let every_caller_seen =
            facts.functions[function].private && !self.callers_of(function).is_empty();
        if every_caller_seen {
            value.open = value.alts.is_empty()
                || self
                    .callers_of(function)
                    .iter()
                    .any(|c| self.is_open_argument(*c, function, index))
        }
        if let Some(ty) = param.ty {
            if let Some(class) = self.local_class(ty) {
                if value.alts.is_empty() {
                    value.alts.push(Alt {
                        atom: Atom::Instance(class),
                        ty: None,
                        origin: Origin::Constant,
                    })
                }
            } else if let Some(named) = self.type_named(ty) {
                value = value.typed(&named);
            }
        }
        value
    }

    fn is_open_argument(&mut self, call: ExprId, function: usize, index: usize) -> bool {
        let ExprKind::Call { args, .. } = &self.facts.exprs[call].kind else {
            return true;
        };
        match argument(args, &self.facts.functions[function].params, index) {
            Some(arg) => self.eval(arg).open,
            None => self.facts.functions[function].params[index]
                .default
                .is_none(),
        }
    }

    /// The qualified name of a declared type: of several that wildcard imports allow, the one that the rules know.
    fn type_named(&mut self, ty: ExprId) -> Option<Rc<str>> {
        let names = self.names(ty);
        names
            .iter()
            .find(|n| self.known.rules.knows_type(&n.path))
            .or_else(|| names.last())
            .map(|n| n.path.clone())
    }

    /// The calls of a function in this file.
    fn callers_of(&mut self, function: usize) -> Rc<Vec<ExprId>> {
        if let Some(callers) = self.callers.get(&function) {
            return callers.clone();
        }
        let facts = self.facts;
        let target = &facts.functions[function];
        let mut candidates: Vec<ExprId> = Vec::new();
        if target.name == "<init>" {
            for name in target
                .class
                .map(|c| facts.classes[c].name.as_str())
                .into_iter()
                .chain(["this", "super", "__init__"])
            {
                candidates.extend(self.calls_by_name.get(name).into_iter().flatten());
            }
        } else if target.name.is_empty() {
            let names: Vec<&str> = facts
                .bindings
                .iter()
                .filter(|b| {
                    b.value.is_some_and(
                        |v| matches!(facts.exprs[v].kind, ExprKind::Function(f) if f == function),
                    )
                })
                .map(|b| b.name.as_str())
                .collect();
            for name in names {
                candidates.extend(self.calls_by_name.get(name).into_iter().flatten())
            }
        } else {
            candidates.extend(
                self.calls_by_name
                    .get(target.name.as_str())
                    .into_iter()
                    .flatten(),
            );
        }
        self.callers.insert(function, Rc::default());
        candidates.truncate(MAX_ALTERNATIVES);
        let callers: Vec<ExprId> = candidates
            .into_iter()
            .filter(|call| self.targets(*call).contains(&function))
            .collect();
        let callers = Rc::new(callers);
        self.callers.insert(function, callers.clone());
        callers
    }

    /// The functions of this file that a call may run.
    fn targets(&mut self, call: ExprId) -> Vec<usize> {
        let facts = self.facts;
        let ExprKind::Call { callee, .. } = &facts.exprs[call].kind else {
            return Vec::new();
        };
        let scope = facts.exprs[call].scope;
        match &facts.exprs[*callee].kind {
            ExprKind::This => facts
                .class_around(scope)
                .map(|c| self.constructors(c))
                .unwrap_or_default(),
            ExprKind::Super => {
                let class = facts.class_around(scope);
                let bases: Vec<usize> = class
                    .map(|c| {
                        facts.classes[c]
                            .bases
                            .iter()
                            .filter_map(|b| self.local_class(*b))
                            .collect()
                    })
                    .unwrap_or_default();
                bases
                    .into_iter()
                    .flat_map(|b| self.constructors(b))
                    .collect()
            }
            ExprKind::Name(name) => {
                let Some(owner) = self
                    .visible(scope)
                    .into_iter()
                    .find(|s| self.bound.contains_key(&(*s, name.as_str())))
                else {
                    return Vec::new();
                };
                let bindings = self
                    .bound
                    .get(&(owner, name.as_str()))
                    .cloned()
                    .unwrap_or_default();
                self.functions_of(&bindings)
            }
            ExprKind::Member { of, name } => {
                let mut classes: Vec<usize> = Vec::new();
                let mut functions: Vec<usize> = Vec::new();
                match &facts.exprs[*of].kind {
                    ExprKind::This => classes.extend(facts.class_around(scope)),
                    ExprKind::Super => {
                        if let Some(class) = facts.class_around(scope) {
                            if name == "__init__" || name == "constructor" {
                                return facts.classes[class]
                                    .bases
                                    .iter()
                                    .filter_map(|b| self.local_class(*b))
                                    .flat_map(|b| self.constructors(b))
                                    .collect();
                            }
                            classes.extend(
                                facts.classes[class]
                                    .bases
                                    .iter()
                                    .filter_map(|b| self.local_class(*b)),
                            );
                        }
                    }
                    _ => {
                        for alt in &self.eval(*of).alts {
                            match alt.atom {
                                Atom::Class(class) | Atom::Instance(class) => classes.push(class),
                                // A function of an object literal: `const keys = { load() { … } }`.
                                Atom::Literal(object) => {
                                    let field =
                                        self.field(object, name).map(|f| &facts.exprs[f].kind);
                                    if let Some(ExprKind::Function(function)) = field {
                                        functions.push(*function)
                                    }
                                }
                                _ => {}
                            }
                        }
                    }
                }
                for class in classes {
                    let bindings = self.field_bindings(class, name);
                    functions.extend(self.functions_of(&bindings));
                }
                functions
            }
            ExprKind::Generic { of, .. } => match &facts.exprs[*of].kind {
                ExprKind::Name(name) => facts
                    .classes
                    .iter()
                    .position(|c| c.name == *name)
                    .map(|c| self.constructors(c))
                    .unwrap_or_default(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn functions_of(&self, bindings: &[usize]) -> Vec<usize> {
        bindings
            .iter()
            .take(MAX_ALTERNATIVES)
            .filter_map(|b| self.facts.bindings[*b].value)
            .flat_map(|v| match self.facts.exprs[v].kind {
                ExprKind::Function(function) => vec![function],
                ExprKind::Class(class) => self.constructors(class),
                _ => Vec::new(),
            })
            .collect()
    }

    fn constructors(&self, class: usize) -> Vec<usize> {
        let own: Vec<usize> = (0..self.facts.functions.len())
            .filter(|f| {
                self.facts.functions[*f].class == Some(class)
                    && self.facts.functions[*f].name == "<init>"
            })
            .collect();
        if !own.is_empty() {
            return own;
        }
        self.facts.classes[class]
            .bases
            .iter()
            .filter_map(|b| self.local_class(*b))
            .filter(|b| *b != class)
            .take(1)
            .flat_map(|base| {
                (0..self.facts.functions.len()).filter(move |f| {
                    self.facts.functions[*f].class == Some(base)
                        && self.facts.functions[*f].name == "<init>"
                })
            })
            .collect()
    }

    fn value_of_member(&mut self, id: ExprId, of: ExprId, name: &'a str) -> Val {
        let facts = self.facts;
        let mut value = Val::default();
        let mut found = false;
        if let ExprKind::This | ExprKind::Super = facts.exprs[of].kind {
            if let Some(class) = facts.class_around(facts.exprs[id].scope) {
                let bindings = self.field_bindings(class, name);
                if !bindings.is_empty() {
                    value = self.field_value(&bindings, name);
                    found = true;
                }
            }
        } else {
            let base = self.eval(of);
            for alt in &base.alts {
                match alt.atom {
                    Atom::Class(class) | Atom::Instance(class) => {
                        let bindings = self.field_bindings(class, name);
                        if bindings.is_empty() {
                            continue;
                        }
                        let mut one = self.field_value(&bindings, name);
                        // `Enum.CONSTANT` and `instance.field` of an enum built with arguments
                        one.open |= base.open && matches!(alt.atom, Atom::Instance(_));
                        value.union(&one);
                        found = true;
                    }
                    Atom::Literal(object) => {
                        if let Some(field) = self.field(object, name) {
                            value.union(&(*self.eval(field)).clone().at_least_from(alt.origin));
                            found = true;
                        }
                    }
                    // `keys.privateKey`, `key.PublicKey`: a part of a key belongs to the same key.
                    Atom::Asset(_) | Atom::Bag(_) => {
                        let ty = alt.ty.as_ref().map(|t| Rc::from(format!("{t}.{name}")));
                        value.union(&Val {
                            alts: vec![Alt {
                                atom: alt.atom.clone(),
                                ty,
                                origin: alt.origin,
                            }],
                            open: false,
                            why: None,
                        });
                        found = true;
                    }
                    _ => {}
                }
            }
            if found {
                value.open |= base.open
            }
        }
        if let Some(place) = self.place(id) {
            self.add_places(id, &place, &mut value)
        }
        if found || !value.alts.is_empty() {
            return value.without_null();
        }
        let mut value = self.value_by_names(id, "field");
        if value.why.is_some() && value.alts.iter().all(|a| matches!(a.atom, Atom::Path(_))) {
            // The root of the chain says more about where to look than its last name: a parameter's field is the caller's.
            if let Some(why) = self
                .eval(of)
                .why
                .clone()
                .filter(|w| w.kind == "parameter" || w.kind == "env")
            {
                value.why = Some(if why.kind == "env" {
                    why
                } else {
                    Why::new("parameter", format!("{}.{name}", why.detail))
                });
            }
        }
        value
    }

    fn field_value(&mut self, bindings: &[usize], name: &str) -> Val {
        let facts = self.facts;
        let all: Vec<usize> = bindings
            .iter()
            .flat_map(|b| {
                self.bound
                    .get(&(facts.bindings[*b].scope, facts.bindings[*b].name.as_str()))
                    .cloned()
                    .unwrap_or_default()
            })
            .collect();
        let fixed = all
            .iter()
            .any(|b| facts.bindings[*b].constant || facts.bindings[*b].private);
        let mut value = self.value_of(bindings, "field", name);
        value.open |= !fixed;
        for assign in self.assigned.get(name).cloned().unwrap_or_default() {
            let ExprKind::Assign {
                target,
                value: assigned,
            } = facts.exprs[assign].kind
            else {
                continue;
            };
            let ExprKind::Member { of, .. } = facts.exprs[target].kind else {
                continue;
            };
            let owners: Vec<usize> = self
                .eval(of)
                .alts
                .iter()
                .filter_map(|a| match a.atom {
                    Atom::Instance(class) => Some(class),
                    _ => None,
                })
                .collect();
            if owners.into_iter().any(|class| {
                bindings
                    .iter()
                    .any(|b| facts.bindings[*b].scope == facts.classes[class].scope)
            }) {
                value.union(
                    &(*self.eval(assigned))
                        .clone()
                        .at_least_from(Origin::Constant),
                );
            }
        }
        value.without_null()
    }

    /// The value of a name from elsewhere: a symbol of the rules, the environment, or just the name.
    fn value_by_names(&mut self, id: ExprId, kind: &'static str) -> Val {
        let names = self.names(id);
        let mut value = Val::default();
        let text = self.last_name(id).unwrap_or_default().to_owned();
        for named in names.iter() {
            if let Some(bag) = self.symbol(id, named) {
                value.union(&bag);
                continue;
            }
            if let Some((parent, last)) = named.path.rsplit_once('.')
                && let Some(outside) = self.outside(parent)
            {
                value.union(&Val::unknown(outside, last));
                return value;
            }
            if !self.facts.free_prefix.is_empty()
                && *named.path == *format!("{}undefined", self.facts.free_prefix)
            {
                return Val::one(Atom::Null, Origin::Literal);
            }
        }
        if value.alts.is_empty() {
            value.why = Some(Why::new(kind, text));
            value.open = true;
            for named in names.iter().take(4) {
                value.alts.push(Alt {
                    atom: Atom::Path(named.path.clone()),
                    ty: None,
                    origin: Origin::Literal,
                });
            }
        }
        value
    }

    fn outside(&self, parent: &str) -> Option<&'static str> {
        self.known
            .rules
            .named(parent)
            .find(|e| e.form == Form::Below && self.active.contains(e.library))
            .and_then(|e| e.from)
            .map(outside_word)
    }

    fn symbol(&mut self, id: ExprId, named: &Named) -> Option<Val> {
        let rules = &self.known.rules;
        let symbol = rules
            .symbols(&named.path)
            .iter()
            .find(|s| self.active.contains(s.library))?;
        let mut facets = symbol.is.clone();
        // `Hmac<Sha512>` says what its type arguments say, too.
        for ty in &named.types {
            for alt in &self.eval(*ty).alts {
                let Atom::Bag(inner) = alt.atom else { continue };
                self.bags[inner].consumed = true;
                for (facet, value) in &self.bags[inner].facets {
                    facets.entry(*facet).or_insert_with(|| value.clone());
                }
            }
        }
        let bag = Bag {
            facets,
            operations: symbol.operations.iter().copied().collect(),
            expr: id,
            library: symbol.library,
            symbol: named.path.to_string(),
            consumed: false,
        };
        let index = self.bag(bag);
        let ty = symbol.returns.as_deref().map(Rc::from);
        Some(Val {
            alts: vec![Alt {
                atom: Atom::Bag(index),
                ty,
                origin: Origin::Literal,
            }],
            open: false,
            why: None,
        })
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

    /// The value of a field of an object literal, spread objects included; the last one written wins.
    pub(super) fn field(&mut self, object: ExprId, name: &str) -> Option<ExprId> {
        self.field_unless_seen(object, name, &mut HashSet::new())
    }

    /// Objects that spread one another (`options = { ...options, more }`) are each looked into once.
    fn field_unless_seen(
        &mut self,
        object: ExprId,
        name: &str,
        seen: &mut HashSet<ExprId>,
    ) -> Option<ExprId> {
        if !seen.insert(object) || !self.step() {
            return None;
        }
        let ExprKind::Object { fields, .. } = &self.facts.exprs[object].kind else {
            return None;
        };
        for (key, value) in fields.iter().rev() {
            match key {
                Some(Key::Name(key)) if key == name => return Some(*value),
                Some(Key::Expr(key)) => {
                    if self
                        .eval(*key)
                        .alts
                        .iter()
                        .any(|a| matches!(&a.atom, Atom::Str(s) if **s == *name))
                    {
                        return Some(*value);
                    }
                }
                None => {
                    let spread = self.eval(*value);
                    for alt in &spread.alts {
                        if let Atom::Literal(inner) = alt.atom {
                            let found = self.field_unless_seen(inner, name, seen);
                            if found.is_some() {
                                return found;
                            }
                        }
                    }
                }
                Some(Key::Name(_)) => {}
            }
        }
        None
    }

    fn value_at(&mut self, of: ExprId, key: ExprId) -> Val {
        let base = self.eval(of);
        let key_value = self.eval(key);
        for named in self.names(of).iter() {
            if let Some(outside) = self.outside(&named.path) {
                let detail = key_value.alts.iter().find_map(|a| match &a.atom {
                    Atom::Str(s) => Some(s.to_string()),
                    _ => None,
                });
                return Val::unknown(outside, detail.unwrap_or_default());
            }
        }
        let mut value = Val::default();
        for alt in &base.alts {
            match alt.atom {
                Atom::Literal(literal) => value.union(&self.pick(literal, &key_value)),
                Atom::Asset(_) | Atom::Bag(_) => value.union(&Val {
                    alts: vec![alt.clone()],
                    open: false,
                    why: None,
                }),
                _ => {}
            }
        }
        if value.alts.is_empty() {
            let detail = self.last_name(of).unwrap_or_default().to_owned();
            let why = base
                .why
                .clone()
                .filter(|w| matches!(w.kind, "parameter" | "env" | "config"))
                .unwrap_or(Why::new("index", detail));
            return Val {
                alts: value.alts,
                open: true,
                why: Some(why),
            };
        }
        value.open |= base.open;
        value
    }

    /// The entry of a table at a key; every entry where the key is not known.
    fn pick(&mut self, literal: ExprId, key: &Val) -> Val {
        let mut value = Val::default();
        match &self.facts.exprs[literal].kind {
            ExprKind::List(items) => {
                let picked: Vec<ExprId> = key
                    .alts
                    .iter()
                    .filter_map(|a| match a.atom {
                        Atom::Int(i) => usize::try_from(i).ok().and_then(|i| items.get(i)).copied(),
                        _ => None,
                    })
                    .collect();
                value.union(&if picked.is_empty() || key.open {
                    self.union(items)
                } else {
                    self.union(&picked)
                });
            }
            ExprKind::Object { fields, .. } => {
                let mut picked = Vec::new();
                for alt in &key.alts {
                    let name = match &alt.atom {
                        Atom::Str(s) => s.to_string(),
                        Atom::Int(i) => i.to_string(),
                        _ => continue,
                    };
                    picked.extend(self.field(literal, &name));
                }
                // A known key that a table of known keys does not hold picks nothing.
                let known = |alts: &[Alt]| {
                    !alts.is_empty()
                        && alts
                            .iter()
                            .all(|a| matches!(a.atom, Atom::Str(_) | Atom::Int(_)))
                };
                let plain = fields.iter().all(|(k, _)| matches!(k, Some(Key::Name(_))));
                if picked.is_empty() && !key.open && plain && known(&key.alts) {
                    return value;
                }
                let all: Vec<ExprId> = fields
                    .iter()
                    .filter(|(k, _)| k.is_some())
                    .map(|(_, v)| *v)
                    .collect();
                value.union(&if picked.is_empty() || key.open {
                    self.union(&all)
                } else {
                    self.union(&picked)
                });
            }
            _ => {}
        }
        value.at_least_from(Origin::Constant)
    }

    fn item(&mut self, of: ExprId, index: usize) -> Val {
        let base = self.eval(of);
        let mut value = Val {
            alts: Vec::new(),
            open: base.open,
            why: base.why.clone(),
        };
        for alt in &base.alts {
            match &alt.atom {
                Atom::Literal(list) => {
                    if let ExprKind::List(items) = &self.facts.exprs[*list].kind
                        && let Some(item) = items.get(index)
                    {
                        let item = self.eval(*item);
                        value.union(&item);
                    }
                }
                // Of several results the first is the thing made; a pair of keys is one key.
                Atom::Asset(_) => value.alts.push(alt.clone()),
                _ if index == 0 => value.alts.push(alt.clone()),
                _ => {}
            }
        }
        if value.alts.is_empty() {
            value.open = true;
            if value.why.is_none() {
                value.why = Some(Why::new("call", self.last_name(of).unwrap_or_default()))
            }
        }
        value.without_null()
    }

    fn element(&mut self, of: ExprId) -> Val {
        let base = self.eval(of);
        let mut value = Val {
            alts: Vec::new(),
            open: base.open,
            why: base.why.clone(),
        };
        for alt in &base.alts {
            if let Atom::Literal(literal) = alt.atom {
                match &self.facts.exprs[literal].kind {
                    ExprKind::List(items) => value.union(&self.union(items)),
                    ExprKind::Object { fields, .. } => {
                        for (key, _) in fields {
                            if let Some(Key::Name(key)) = key {
                                value.union(&Val::one(
                                    Atom::Str(key.as_str().into()),
                                    Origin::Literal,
                                ))
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        if value.alts.is_empty() && value.why.is_none() {
            value.why = Some(Why::new("index", self.last_name(of).unwrap_or_default()));
            value.open = true;
        }
        value.at_least_from(Origin::Constant)
    }

    fn binary(&mut self, op: Op, left: ExprId, right: ExprId) -> Val {
        let at = left;
        let (left, right) = (self.eval(left), self.eval(right));
        if op == Op::Or
            && let Some(flags) = self.flags(at, &left, &right)
        {
            return flags;
        }
        combine(op, &left, &right, false)
    }

    /// `PADDING | MODE`: both say what they say.
    fn flags(&mut self, at: ExprId, left: &Val, right: &Val) -> Option<Val> {
        let (
            [
                Alt {
                    atom: Atom::Bag(a), ..
                },
            ],
            [
                Alt {
                    atom: Atom::Bag(b), ..
                },
            ],
        ) = (left.alts.as_slice(), right.alts.as_slice())
        else {
            return None;
        };
        let (first, second) = (self.bags[*a].clone(), self.bags[*b].clone());
        // Two flags for one facet are alternatives, as elsewhere.
        if second
            .facets
            .keys()
            .any(|facet| first.facets.contains_key(facet))
        {
            return None;
        }
        for bag in [*a, *b] {
            self.bags[bag].consumed = true
        }
        let mut both = Bag {
            expr: at,
            symbol: format!("{}|{}", first.symbol, second.symbol),
            ..first
        };
        both.facets.extend(second.facets);
        both.operations.extend(second.operations);
        both.consumed = false;
        let index = self.bag(both);
        Some(Val::one(Atom::Bag(index), Origin::Literal))
    }

    fn value_of_call(
        &mut self,
        id: ExprId,
        callee: ExprId,
        args: &'a [Arg],
        construct: bool,
    ) -> Val {
        let facts = self.facts;
        if let Some(applied) = self.apply(id) {
            return applied.value.clone();
        }
        if let Some(value) = self.text_method(callee, args) {
            return value;
        }
        let targets = self.targets(id);
        match &facts.exprs[callee].kind {
            // `new byte[n]`, `make([]byte, n)`: bytes of a length that an expression says.
            ExprKind::Name(name) | ExprKind::Path(name) if name == "byte[]" => {
                return self.eval_length(args);
            }
            ExprKind::This => {
                if let Some(class) = facts.class_around(facts.exprs[id].scope) {
                    return Val::one(Atom::Instance(class), Origin::Literal);
                }
            }
            _ => {}
        }
        let local = match self.eval(callee).alts.iter().find_map(|a| match a.atom {
            Atom::Class(c) => Some(c),
            _ => None,
        }) {
            Some(class) => Some(class),
            None if construct => self.local_class(callee),
            None => None,
        };
        if let Some(class) = local {
            return Val::one(Atom::Instance(class), Origin::Literal);
        }
        let mut value = Val::default();
        for function in &targets {
            for result in &facts.functions[*function].returns {
                let result = self
                    .handed_back(*function, *result, args)
                    .unwrap_or(*result);
                value.union(&self.eval(result));
            }
            if let Some(ty) = facts.functions[*function].result
                && let Some(named) = self.type_named(ty)
            {
                value = value.typed(&named)
            }
        }
        if !value.alts.is_empty() {
            return value.without_null().at_least_from(Origin::Constant);
        }
        let text = self.last_name(callee).unwrap_or_default().to_owned();
        let mut value = Val {
            alts: Vec::new(),
            open: true,
            why: Some(value.why.unwrap_or(Why::new("call", text))),
        };
        // The result of something unknown has that thing's name as its type: calling a type makes one of it.
        for named in self.names(callee).iter().take(2) {
            let atom = if construct { Atom::Typed } else { Atom::Result };
            value.alts.push(Alt {
                atom,
                ty: Some(named.path.clone()),
                origin: Origin::Literal,
            });
        }
        value
    }

    /// What a call gave for the parameter that the function returns as it came: this call's argument, not every caller's.
    fn handed_back(&self, function: usize, result: ExprId, args: &[Arg]) -> Option<ExprId> {
        let ExprKind::Name(name) = &self.facts.exprs[result].kind else {
            return None;
        };
        let function = &self.facts.functions[function];
        let (bindings, open) = self.reaching(function.scope, name, result);
        match bindings[..] {
            [one] if !open => match self.facts.bindings[one].kind {
                BindingKind::Param(index) => argument(args, &function.params, index),
                _ => None,
            },
            _ => None,
        }
    }

    fn eval_length(&mut self, args: &[Arg]) -> Val {
        let Some(first) = args.first() else {
            return Val::unknown("expression", "");
        };
        let length = self.eval(first.value);
        let alts = length
            .alts
            .iter()
            .filter_map(|a| match a.atom {
                Atom::Int(n) => Some(Alt {
                    atom: Atom::Bytes(u64::try_from(n).ok()?),
                    ty: None,
                    origin: a.origin,
                }),
                _ => None,
            })
            .collect();
        Val {
            alts,
            open: length.open,
            why: length.why.clone(),
        }
    }

    /// The few methods of texts that programs build algorithm names with.
    fn text_method(&mut self, callee: ExprId, args: &[Arg]) -> Option<Val> {
        let ExprKind::Member { of, name } = &self.facts.exprs[callee].kind else {
            return None;
        };
        let change: fn(&str) -> String = match name.as_str() {
            "upper" | "toUpperCase" | "to_uppercase" | "to_ascii_uppercase" => |s| s.to_uppercase(),
            "lower" | "toLowerCase" | "to_lowercase" | "to_ascii_lowercase" => |s| s.to_lowercase(),
            "strip" | "trim" | "toString" | "to_string" | "to_owned" | "intern" | "encode"
            | "decode" | "getBytes" | "as_bytes" | "as_str" | "valueOf" | "c_str" | "name" => {
                |s| s.to_owned()
            }
            "concat" => {
                let right = self.eval(args.first()?.value);
                let left = self.eval(*of);
                return left
                    .alts
                    .iter()
                    .any(|a| matches!(a.atom, Atom::Str(_)))
                    .then(|| combine(Op::Add, &left, &right, true));
            }
            "get" | "getOrDefault" => return self.look_up(*of, args),
            "replace" | "replaceAll" => return self.replace(*of, args),
            "join" => return self.join(*of, args),
            "split" => return self.split(*of, args),
            "format" => return self.format(*of, args),
            _ => return None,
        };
        let base = self.eval(*of);
        if !base.alts.iter().any(|a| matches!(a.atom, Atom::Str(_))) {
            return None;
        }
        let alts = base
            .alts
            .iter()
            .filter_map(|a| match &a.atom {
                Atom::Str(s) => Some(Alt {
                    atom: Atom::Str(change(s).into()),
                    ty: None,
                    origin: a.origin,
                }),
                _ => None,
            })
            .collect();
        Some(Val {
            alts,
            open: base.open,
            why: base.why.clone(),
        })
    }

    /// `TABLE.get(key)`, `table.get(key, otherwise)` where the table is a literal.
    fn look_up(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let is_table = |a: &Alt| matches!(a.atom, Atom::Literal(_));
        if !self.eval(of).alts.iter().any(is_table) {
            return None;
        }
        let mut value = self.value_at(of, args.first()?.value);
        if let Some(otherwise) = args.get(1) {
            value.union(&self.eval(otherwise.value))
        }
        Some(value)
    }

    fn one_text(&mut self, id: ExprId) -> Option<Rc<str>> {
        let value = self.eval(id);
        match value.alts.as_slice() {
            [
                Alt {
                    atom: Atom::Str(s), ..
                },
            ] if !value.open => Some(s.clone()),
            _ => None,
        }
    }

    fn replace(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let [from, to] = args else { return None };
        let (text, from, to) = (
            self.one_text(of)?,
            self.one_text(from.value)?,
            self.one_text(to.value)?,
        );
        if from.is_empty() || text.len() > 4096 || to.len() > 256 {
            return None;
        }
        Some(Val::one(
            Atom::Str(text.replace(&*from, &to).into()),
            Origin::Constant,
        ))
    }

    fn items(&mut self, id: ExprId) -> Option<Vec<ExprId>> {
        let value = self.eval(id);
        match value.alts.as_slice() {
            [
                Alt {
                    atom: Atom::Literal(list),
                    ..
                },
            ] => match &self.facts.exprs[*list].kind {
                ExprKind::List(items) => Some(items.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `":".join(list)` and `list.join(":")`.
    fn join(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let first = args.first()?.value;
        let (glue, items) = match self.items(of) {
            Some(items) => (self.one_text(first)?, items),
            None => (self.one_text(of)?, self.items(first)?),
        };
        let texts: Option<Vec<Rc<str>>> = items.into_iter().map(|i| self.one_text(i)).collect();
        Some(Val::one(
            Atom::Str(texts?.join(&*glue).into()),
            Origin::Constant,
        ))
    }

    /// `"a:b".split(":")`, kept as the text it was: lists inside texts are understood where lists are.
    fn split(&mut self, of: ExprId, _args: &[Arg]) -> Option<Val> {
        let text = self.one_text(of)?;
        Some(Val::one(Atom::Str(text), Origin::Constant))
    }

    /// `"{}-{}".format(a, b)`, `"%s/%s".formatted(a, b)`, `String.format("%s/%s", a, b)`.
    fn format(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
        let (pattern, rest) = match self.one_text(of) {
            Some(pattern) => (pattern, args),
            None => (self.one_text(args.first()?.value)?, &args[1..]),
        };
        let mut whole = Val::one(Atom::Str("".into()), Origin::Constant);
        let mut next = 0;
        let mut plain = String::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            let hole = match c {
                '%' if chars.peek().is_some_and(|c| matches!(c, 's' | 'd' | 'v')) => {
                    chars.next().map(|_| None)
                }
                '{' => {
                    let inner: String = chars.by_ref().take_while(|c| *c != '}').take(64).collect();
                    Some(Some(inner))
                }
                _ => None,
            };
            let Some(field) = hole else {
                plain.push(c);
                continue;
            };
            let part = match field.as_deref().filter(|f| !f.is_empty()) {
                Some(name) => rest
                    .iter()
                    .find(|a| a.name.as_deref() == Some(name))
                    .or_else(|| name.parse().ok().and_then(|i: usize| rest.get(i))),
                None => rest.get(next),
            }?;
            next += 1;
            whole = combine(
                Op::Add,
                &whole,
                &Val::one(
                    Atom::Str(std::mem::take(&mut plain).into()),
                    Origin::Constant,
                ),
                true,
            );
            let part = self.eval(part.value);
            whole = combine(Op::Add, &whole, &part, true);
        }
        Some(combine(
            Op::Add,
            &whole,
            &Val::one(Atom::Str(plain.into()), Origin::Constant),
            true,
        ))
    }

    /// What an entry's call gives, by its kind: used by the matcher.
    pub(super) fn outside_value(
        &mut self,
        outside: Outside,
        detail: String,
        fallback: Option<Rc<Val>>,
    ) -> Val {
        let mut value = Val::unknown(outside_word(outside), detail);
        if let Some(fallback) = fallback {
            value.union(
                &(*fallback)
                    .clone()
                    .at_least_from(Origin::Default)
                    .without_null(),
            )
        }
        value
    }
}

fn outside_word(outside: Outside) -> &'static str {
    match outside {
        Outside::Env => "env",
        Outside::Config => "config",
    }
}

/// The argument that a call gives for a parameter.
fn argument(args: &[Arg], params: &[super::Param], index: usize) -> Option<ExprId> {
    let name = &params.get(index)?.name;
    if let Some(named) = args.iter().find(|a| a.name.as_ref() == Some(name)) {
        return Some(named.value);
    }
    if params[..=index].iter().any(|p| p.rest) {
        return None;
    }
    let positional: Vec<&Arg> = args
        .iter()
        .take_while(|a| a.name.is_none() && !a.spread)
        .collect();
    positional.get(index).map(|a| a.value)
}

/// Arithmetic and concatenation over alternatives.
fn combine(op: Op, left: &Val, right: &Val, text: bool) -> Val {
    let mut value = Val {
        alts: Vec::new(),
        open: left.open || right.open,
        why: left.why.clone().or_else(|| right.why.clone()),
    };
    for a in &left.alts {
        for b in &right.alts {
            if value.alts.len() >= MAX_ALTERNATIVES {
                value.open = true;
                return value;
            }
            let origin = a.origin.max(b.origin);
            let atom = match (&a.atom, &b.atom) {
                (Atom::Int(x), Atom::Int(y)) if !text => arithmetic(op, *x, *y).map(Atom::Int),
                (Atom::Str(x), Atom::Str(y)) if op == Op::Add && x.len() + y.len() <= 4096 => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Str(x), Atom::Int(y)) if op == Op::Add => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Int(x), Atom::Str(y)) if op == Op::Add => {
                    Some(Atom::Str(format!("{x}{y}").into()))
                }
                (Atom::Bytes(x), Atom::Bytes(y)) if op == Op::Add => {
                    x.checked_add(*y).map(Atom::Bytes)
                }
                // Flags joined by `|`: what a symbol says holds still.
                (Atom::Bag(_), _) if matches!(op, Op::Or) => Some(a.atom.clone()),
                (_, Atom::Bag(_)) if matches!(op, Op::Or) => Some(b.atom.clone()),
                _ => None,
            };
            match atom {
                Some(atom) => value.alts.push(Alt {
                    atom,
                    ty: None,
                    origin,
                }),
                None => value.open = true,
            }
        }
    }
    if value.alts.is_empty() {
        value.open = true;
        if value.why.is_none() {
            value.why = Some(Why::new("expression", ""))
        }
    }
    value
}

fn arithmetic(op: Op, x: i128, y: i128) -> Option<i128> {
    match op {
        Op::Add => x.checked_add(y),
        Op::Sub => x.checked_sub(y),
        Op::Mul => x.checked_mul(y),
        Op::Div => x.checked_div(y),
        Op::Rem => x.checked_rem(y),
        Op::Shl => u32::try_from(y)
            .ok()
            .filter(|y| *y < 64)
            .and_then(|y| x.checked_mul(1_i128 << y)),
        Op::Shr => u32::try_from(y).ok().filter(|y| *y < 64).map(|y| x >> y),
        Op::Or => Some(x | y),
        Op::And => Some(x & y),
        Op::Other => None,
    }
}
