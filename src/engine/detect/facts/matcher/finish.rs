//! The end of a file: what nothing used becomes a mention, assets get their places.

use super::{Match, Matches};
use crate::detect::facts::resolve::{Bag, Resolver};
use crate::detect::facts::{ExprId, ExprKind};
use crate::model::{Asset, AssetKind, Confidence, Facet};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Resolver<'a> {
    /// Names and calls whose value nothing has asked for yet: they may be mentions.
    pub(super) fn look_at_names(&mut self) {
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

    pub(super) fn finish(mut self, text: &[u8]) -> Matches {
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
    pub(super) fn bag_entry(&self, bag: &Bag) -> Option<(usize, usize)> {
        let symbol = self
            .known
            .rules
            .symbols(&bag.symbol)
            .iter()
            .find(|s| s.library == bag.library)?;
        Some((symbol.library, symbol.at))
    }

    pub(super) fn located(
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
    pub(super) fn whereabouts(&self, id: ExprId, text: &[u8]) -> (usize, usize) {
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
}
