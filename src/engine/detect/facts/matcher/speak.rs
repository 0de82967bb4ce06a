//! What an entry makes of a call that it accepts: a value, an asset, or more about an asset.

use super::call::Call;
use super::hear::shown;
use super::merge::{join_lists, merge, open_by_unknown, with_defaults};
use super::{Applied, Seen};
use crate::detect::facts::ExprId;
use crate::detect::facts::resolve::{Alt, Atom, Bag, Named, Resolver, Val};
use crate::knowledge::rules::entry::{Entry, EntryKind, Role};
use crate::knowledge::rules::signature::Form;
use crate::model::{Asset, AssetKind, Facet, Origin};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn speak(
        &mut self,
        id: ExprId,
        index: usize,
        call: &Call,
        named: &Named,
    ) -> Applied {
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
    pub(super) fn has_target(&mut self, entry: &Entry, call: &Call, of: &str) -> bool {
        let Some(target) = call.argument(entry, of) else {
            return false;
        };
        self.eval(target)
            .alts
            .iter()
            .any(|a| matches!(a.atom, Atom::Asset(_) | Atom::Bag(_)))
    }

    /// Whether every argument that would name the algorithm is null.
    pub(super) fn names_nothing(&mut self, entry: &Entry, call: &Call) -> bool {
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

    pub(super) fn speak_value(
        &mut self,
        id: ExprId,
        index: usize,
        call: &Call,
        named: &Named,
    ) -> Applied {
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

    pub(super) fn text_of(&mut self, id: ExprId) -> Option<String> {
        self.eval(id).alts.iter().find_map(|a| match &a.atom {
            Atom::Str(s) => Some(shown(s)),
            _ => None,
        })
    }

    pub(super) fn speak_asset(
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

    pub(super) fn speak_refinement(
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
                    let mut more = said.facets.clone();
                    open_by_unknown(&mut seen.asset.facets, &more);
                    // An assignment replaces what was there; another setter adds to it.
                    if entry.form == Form::Call {
                        join_lists(&mut seen.asset.facets, &mut more);
                    }
                    merge(&mut seen.asset.facets, more, known);
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

    pub(super) fn exercise(&mut self, entry: &Entry) {
        self.exercised.insert((entry.library, entry.at));
    }
}
