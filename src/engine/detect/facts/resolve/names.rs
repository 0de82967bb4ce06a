//! Qualified names: what a name, a member or a table of functions stands for, through imports, aliases, types and wildcards.

use super::{Atom, MAX_ALTERNATIVES, Named, Resolver, Work};
use crate::detect::facts::{ExprId, ExprKind, ScopeId, ScopeKind};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// The qualified names that an expression may stand for.
    pub(in crate::detect::facts) fn names(&mut self, id: ExprId) -> Rc<Vec<Named>> {
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

    pub(super) fn find_names(&mut self, id: ExprId) -> Vec<Named> {
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
    pub(super) fn names_of_promoted(&mut self, id: ExprId) -> Vec<Named> {
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
    pub(super) fn names_of_one(&mut self, id: ExprId, one: ExprId) -> Vec<Named> {
        let names = self.names(one);
        let nameless = names.is_empty() && !matches!(self.facts.exprs[one].kind, ExprKind::Null);
        if nameless || self.part_named.contains(&one) {
            self.part_named.insert(id);
        }
        (*names).clone()
    }

    pub(super) fn names_of_name(&mut self, id: ExprId, name: &'a str) -> Vec<Named> {
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

    pub(super) fn names_of_member(&mut self, id: ExprId, of: ExprId, name: &'a str) -> Vec<Named> {
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

    pub(super) fn names_of_bases(&mut self, class: usize) -> Vec<Named> {
        let mut names = Vec::new();
        for base in &self.facts.classes[class].bases {
            names.extend((*self.names(*base)).clone())
        }
        names
    }

    /// The scopes whose names a bare name may mean: a method sees its class's fields only where the language says so.
    pub(super) fn visible(&self, scope: ScopeId) -> Vec<ScopeId> {
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

    /// The qualified name of a declared type: of several that wildcard imports allow, the one that the rules know.
    pub(super) fn type_named(&mut self, ty: ExprId) -> Option<Rc<str>> {
        let names = self.names(ty);
        names
            .iter()
            .find(|n| self.known.rules.knows_type(&n.path))
            .or_else(|| names.last())
            .map(|n| n.path.clone())
    }
}
