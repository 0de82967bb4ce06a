//! From what the rules see in the facts of a unit to findings.

use std::collections::HashMap;
use std::ops::Range;

use crate::detect::binary::bytecode;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::detect::facts::matcher::{self, Match};
use crate::detect::facts::{ExprId, ExprKind, Facts};
use crate::knowledge::rules::prefilter::Active;
use crate::model::Technique;

/// Arguments that are shown.
const MAX_SHOWN: usize = 5;

/// Holds facts against the rules and says what was seen; whether all that could be told was.
pub(super) fn report(facts: &Facts, active: &Active, seen: &mut Seen<'_>) -> bool {
    let known = seen.known;
    let matches = matcher::matches(facts, known, active, &[]);
    let calls = bytecode::calls(facts);
    let temporaries = temporaries(facts);
    let mut added = Vec::with_capacity(matches.found.len());
    for found in &matches.found {
        let library = known.rules.libraries.get(found.library);
        let library = library.map(|l| l.id.clone()).unwrap_or_default();
        let words = Words {
            facts,
            temporaries: &temporaries,
            secrets: &matches.secrets,
        };
        let text = words.shown(found, calls.get(&found.at).copied());
        added.push(seen.add(Sighting {
            asset: found.asset.clone(),
            technique: Technique::Bytecode,
            confidence: found.confidence,
            at: found.at as u64..found.end as u64,
            entry: format!("{library}#{}", found.symbol),
            library,
            symbol: found.symbol.clone(),
            text,
            function: found.function.clone(),
        }));
    }
    bytecode::relate(&matches.found, &added, seen);
    !matches.exhausted && !facts.too_deep
}

/// What stands behind the names that were made to give values a type.
fn temporaries(facts: &Facts) -> HashMap<&str, ExprId> {
    facts
        .bindings
        .iter()
        .filter(|binding| binding.name.starts_with('$'))
        .filter_map(|binding| Some((binding.name.as_str(), binding.value?)))
        .collect()
}

/// What a person is shown.
struct Words<'f> {
    facts: &'f Facts,
    temporaries: &'f HashMap<&'f str, ExprId>,
    secrets: &'f [Range<usize>],
}

impl Words<'_> {
    /// The call with those of its arguments that are names and numbers. Texts may be secrets.
    fn shown(&self, found: &Match, call: Option<ExprId>) -> String {
        let mut names = found.symbol.rsplit('.');
        let (last, of) = (names.next(), names.next());
        let name = of.into_iter().chain(last).collect::<Vec<_>>().join(".");
        let call = call.and_then(|id| self.facts.exprs.get(id));
        let Some(ExprKind::Call {
            args, construct, ..
        }) = call.map(|expr| &expr.kind)
        else {
            return name;
        };
        let name = match last.filter(|_| *construct) {
            Some(ty) => format!("new {ty}"),
            None => name,
        };
        let mut list: Vec<String> = args
            .iter()
            .take(MAX_SHOWN)
            .map(|arg| self.written(arg.value))
            .collect();
        if args.len() > MAX_SHOWN {
            list.push("…".to_owned());
        }
        format!("{name}({})", list.join(", "))
    }

    fn written(&self, id: ExprId) -> String {
        let expr = self.facts.exprs.get(id);
        let behind = match expr.map(|expr| &expr.kind) {
            Some(ExprKind::Name(name)) => self.temporaries.get(name.as_str()),
            _ => None,
        };
        let expr = behind.map_or(expr, |id| self.facts.exprs.get(*id));
        let Some(expr) = expr.filter(|expr| !self.secrets.contains(&expr.span)) else {
            return "…".to_owned();
        };
        match &expr.kind {
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Bool(truth) => truth.to_string(),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Bytes(length) => format!("byte[{length}]"),
            ExprKind::Name(name) if !name.starts_with('$') => name.clone(),
            ExprKind::Member { name, .. } => name.clone(),
            ExprKind::Path(path) => path.rsplit('.').next().unwrap_or_default().to_owned(),
            _ => "…".to_owned(),
        }
    }
}
