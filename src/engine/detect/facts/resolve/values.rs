//! What an expression may be.

use super::text::combine;
use super::{Alt, Atom, Bag, MAX_ALTERNATIVES, Named, Resolver, Val, Work};
use crate::detect::facts::{ExprId, ExprKind, Op};
use crate::knowledge::rules::entry::Outside;
use crate::knowledge::rules::signature::Form;
use crate::model::{Origin, Why};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// What an expression may be.
    pub(in crate::detect::facts) fn eval(&mut self, id: ExprId) -> Rc<Val> {
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

    pub(super) fn find_value(&mut self, id: ExprId) -> Val {
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

    pub(super) fn union(&mut self, all: &[ExprId]) -> Val {
        let mut value = Val::default();
        for id in all.iter().take(MAX_ALTERNATIVES * 4) {
            value.union(&self.eval(*id))
        }
        value
    }

    pub(super) fn value_of_name(&mut self, id: ExprId, name: &'a str) -> Val {
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

    pub(super) fn value_of_member(&mut self, id: ExprId, of: ExprId, name: &'a str) -> Val {
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

    /// The value of a name from elsewhere: a symbol of the rules, the environment, or just the name.
    pub(super) fn value_by_names(&mut self, id: ExprId, kind: &'static str) -> Val {
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

    pub(super) fn outside(&self, parent: &str) -> Option<&'static str> {
        self.known
            .rules
            .named(parent)
            .find(|e| e.form == Form::Below && self.active.contains(e.library))
            .and_then(|e| e.from)
            .map(outside_word)
    }

    pub(super) fn symbol(&mut self, id: ExprId, named: &Named) -> Option<Val> {
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
                    facets.get_or_insert_with(*facet, || value.clone());
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

    /// What an entry's call gives, by its kind: used by the matcher.
    pub(in crate::detect::facts) fn outside_value(
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

pub(super) fn outside_word(outside: Outside) -> &'static str {
    match outside {
        Outside::Env => "env",
        Outside::Config => "config",
    }
}
