//! Looking into literals: fields of objects, elements of lists, results of several.

use super::{Alt, Atom, Resolver, Val};
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};
use crate::model::{Origin, Why};
use std::collections::HashSet;

impl<'a> Resolver<'a> {
    /// The value of a field of an object literal, spread objects included; the last one written wins.
    pub(in crate::detect::facts) fn field(&mut self, object: ExprId, name: &str) -> Option<ExprId> {
        self.field_unless_seen(object, name, &mut HashSet::new())
    }

    /// Objects that spread one another (`options = { ...options, more }`) are each looked into once.
    pub(super) fn field_unless_seen(
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

    pub(super) fn value_at(&mut self, of: ExprId, key: ExprId) -> Val {
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
    pub(super) fn pick(&mut self, literal: ExprId, key: &Val) -> Val {
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

    pub(super) fn item(&mut self, of: ExprId, index: usize) -> Val {
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

    pub(super) fn element(&mut self, of: ExprId) -> Val {
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

    pub(super) fn eval_length(&mut self, args: &[Arg]) -> Val {
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

    /// `TABLE.get(key)`, `table.get(key, otherwise)` where the table is a literal.
    pub(super) fn look_up(&mut self, of: ExprId, args: &[Arg]) -> Option<Val> {
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

    pub(super) fn items(&mut self, id: ExprId) -> Option<Vec<ExprId>> {
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
}
