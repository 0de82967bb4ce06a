//! What an argument says in the role that an entry gives it.

use super::call::Call;
use super::merge::{bound, merge, rename};
use super::{MAX_LISTED, MAX_SHOWN, Said};
use crate::detect::facts::resolve::{Alt, Atom, Named, Resolver, Val};
use crate::detect::facts::{ExprId, ExprKind};
use crate::knowledge::rules::entry::{ArgRule, Entry, Role};
use crate::model::{Facet, Facets, Operation, Origin, Scalar, Value, Why, Words};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Resolver<'a> {
    pub(super) fn arguments(
        &mut self,
        entry: &Entry,
        call: &Call,
        named: &Named,
        own: Option<ExprId>,
    ) -> Said {
        let mut said = Said::default();
        for rule in entry.args.iter() {
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
    pub(super) fn argument_value(
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
    pub(super) fn go_into(&mut self, value: &Val, field: &str) -> Option<Val> {
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
    pub(super) fn hear(
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
            alternatives.add(
                facets
                    .into_iter()
                    .map(|(f, v)| (f, v.from_origin(alt.origin))),
            );
            said.add(one);
        }
        said.facets = alternatives.said();
        if role == Role::Key && heard == 0 {
            said.why = why.clone()
        }
        if role == Role::Key && heard > 0 && open {
            said.open_key = Some(why.clone().unwrap_or_else(|| Why::new("expression", "")));
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

    pub(super) fn hear_one(
        &mut self,
        rule: &ArgRule,
        role: Role,
        alt: &Alt,
        own: Option<ExprId>,
    ) -> Heard {
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

    pub(super) fn hear_text(&mut self, rule: &ArgRule, role: Role, text: &str) -> Heard {
        let facet = match role {
            Role::Facet(facet) => facet,
            Role::Operation => {
                return match Operation::from_name(&text.to_ascii_lowercase()) {
                    Some(operation) => Heard::Said(Said {
                        operations: [operation].into(),
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

    pub(super) fn hear_number(&mut self, rule: &ArgRule, role: Role, number: i128) -> Heard {
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

    pub(super) fn hear_bag(&mut self, role: Role, bag: usize) -> Heard {
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
            Words::new()
        } else {
            bag.operations
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

    pub(super) fn hear_asset(&mut self, role: Role, asset: usize, own: Option<ExprId>) -> Heard {
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
    pub(super) fn hear_literal(
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

    pub(super) fn hear_list(
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
    pub(super) fn hide(&mut self, id: ExprId) {
        let mut queue = vec![id];
        let mut visited = BTreeSet::new();
        while let Some(id) = queue.pop() {
            if !visited.insert(id) || visited.len() > 64 {
                continue;
            }
            let expr = &self.facts.exprs[id];
            match &expr.kind {
                // In bytecode the instruction is shorter than the text that it loads.
                ExprKind::Str(text) if expr.span.len() >= 8 || text.len() >= 8 => {
                    self.secrets.push(expr.span.clone())
                }
                ExprKind::Bytes(_) if expr.span.len() >= 8 => self.secrets.push(expr.span.clone()),
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
}

/// What several alternatives say together. Where they are several algorithms, a facet that only some of them say belongs to
/// none of the others: an ES256 in a list does not give its curve to the RS256 beside it.
#[derive(Default)]
pub(super) struct Alternatives {
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
            self.facets
                .retain(|facet, _| said_by.get(facet) == Some(&count));
        }
        self.facets
    }
}

pub(super) enum Heard {
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

/// A text cut to what a report may show.
pub(super) fn shown(text: &str) -> String {
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
