//! Which assignments of a name or a field reach a place, and what they say together.

use super::{Alt, Atom, MAX_ALTERNATIVES, MAX_DEPTH, Resolver, Val, Work};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, ScopeId, ScopeKind};
use crate::model::{Origin, Why};
use std::collections::{BTreeMap, BTreeSet, HashSet};

impl<'a> Resolver<'a> {
    /// The scope that an assignment without a declaration belongs to.
    pub(super) fn owner(&self, scope: ScopeId, name: &'a str) -> ScopeId {
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

    pub(super) fn is_field(&self, scope: ScopeId, name: &'a str) -> bool {
        matches!(self.facts.scopes[scope].kind, ScopeKind::Class(_))
            && self.bound.contains_key(&(scope, name))
    }

    pub(super) fn local_class(&self, id: ExprId) -> Option<usize> {
        match &self.facts.exprs[id].kind {
            ExprKind::Name(name) => self.facts.classes.iter().position(|c| c.name == *name),
            ExprKind::Member { name, .. } => {
                self.facts.classes.iter().position(|c| c.name == *name)
            }
            ExprKind::Generic { of, .. } => self.local_class(*of),
            _ => None,
        }
    }

    /// The bindings of a name that may hold at an expression, and whether others are possible.
    pub(super) fn reaching(&self, owner: ScopeId, name: &'a str, at: ExprId) -> (Vec<usize>, bool) {
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
    pub(super) fn best(&self, bindings: &[usize]) -> Vec<usize> {
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
    pub(super) fn same_loop(&self, scope: ScopeId, here: &HashSet<ScopeId>) -> bool {
        self.facts
            .outwards(scope)
            .any(|s| self.facts.scopes[s].kind == ScopeKind::Loop && here.contains(&s))
    }

    /// Whether what stands in `scope` has always run where `here` runs.
    pub(super) fn always(
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
    pub(super) fn field_bindings(&self, class: usize, name: &str) -> Vec<usize> {
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

    pub(super) fn own_field(&self, class: usize, name: &str) -> Vec<usize> {
        let scope = self.facts.classes[class].scope;
        self.bound.get(&(scope, name)).cloned().unwrap_or_default()
    }

    pub(super) fn value_of_bindings(&mut self, owner: ScopeId, name: &'a str, id: ExprId) -> Val {
        let (bindings, open) = self.reaching(owner, name, id);
        let field = matches!(self.facts.scopes[owner].kind, ScopeKind::Class(_));
        let mut value = self.value_of(&bindings, if field { "field" } else { "name" }, name);
        value.open |= open;
        value
    }

    /// The union of what bindings say; `kind` and `name` tell a person what to look for where that is nothing.
    pub(super) fn value_of(&mut self, bindings: &[usize], kind: &'static str, name: &str) -> Val {
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
    pub(super) fn declared_type(&self, binding: usize) -> Option<ExprId> {
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

    pub(super) fn is_function(&self, binding: usize) -> bool {
        self.facts.bindings[binding]
            .value
            .is_some_and(|v| matches!(self.facts.exprs[v].kind, ExprKind::Function(_)))
    }

    /// Adds what calls have put into a place (`RSA_generate_key_ex(key, …)`), if that was after its own value.
    pub(super) fn add_places(&mut self, id: ExprId, place: &str, value: &mut Val) {
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

    pub(super) fn field_value(&mut self, bindings: &[usize], name: &str) -> Val {
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
}
