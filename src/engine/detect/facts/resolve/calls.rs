//! Calls inside the file: which functions a call runs, what callers pass, what a function gives back.

use super::{Alt, Atom, MAX_ALTERNATIVES, Named, Resolver, Val};
use crate::detect::facts::{Arg, BindingKind, ExprId, ExprKind, Param, ScopeId, ScopeKind};
use crate::model::{Origin, Why};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn value_of_param(&mut self, scope: ScopeId, index: usize) -> Val {
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

    pub(super) fn is_open_argument(&mut self, call: ExprId, function: usize, index: usize) -> bool {
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

    /// The calls of a function in this file.
    pub(super) fn callers_of(&mut self, function: usize) -> Rc<Vec<ExprId>> {
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
    pub(super) fn targets(&mut self, call: ExprId) -> Vec<usize> {
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

    pub(super) fn functions_of(&self, bindings: &[usize]) -> Vec<usize> {
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

    pub(super) fn constructors(&self, class: usize) -> Vec<usize> {
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

    pub(super) fn value_of_call(
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
        // Of the names that many wildcard imports allow, those that the rules know say something.
        let names = self.names(callee);
        let told = |named: &&Named| self.known.rules.knows_type(&named.path);
        let known = if names.len() > 2 {
            names.iter().filter(told).count()
        } else {
            0
        };
        for named in names.iter().filter(|n| known == 0 || told(n)).take(2) {
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
    pub(super) fn handed_back(
        &self,
        function: usize,
        result: ExprId,
        args: &[Arg],
    ) -> Option<ExprId> {
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
}

/// The argument that a call gives for a parameter.
pub(super) fn argument(args: &[Arg], params: &[Param], index: usize) -> Option<ExprId> {
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
