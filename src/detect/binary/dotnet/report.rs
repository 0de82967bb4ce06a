//! From what the rules see in the facts of a unit to findings.

use std::collections::HashMap;
use std::ops::Range;

use crate::detect::binary::seen::{Seen, Sighting};
use crate::detect::facts::matcher::{self, Match};
use crate::detect::facts::{ExprId, ExprKind, Facts};
use crate::knowledge::rules::prefilter::Active;
use crate::model::{SkipReason, Technique};

/// Arguments that are shown.
const MAX_SHOWN: usize = 5;

/// Holds facts against the rules and says what was seen.
pub(super) fn report(facts: &Facts, active: &Active, seen: &mut Seen<'_>) {
    let known = seen.known;
    let matches = matcher::matches(facts, known, active, &[]);
    if matches.exhausted {
        seen.skip(SkipReason::Budget, ".NET: values beyond it are unknown");
    }
    let calls: HashMap<usize, ExprId> = facts
        .exprs
        .iter()
        .enumerate()
        .filter(|(_, expr)| matches!(expr.kind, ExprKind::Call { .. }))
        .map(|(id, expr)| (expr.span.start, id))
        .collect();
    let mut added = Vec::with_capacity(matches.found.len());
    for found in &matches.found {
        let library = known.rules.libraries.get(found.library);
        let library = library.map(|l| l.id.clone()).unwrap_or_default();
        let text = shown(
            facts,
            found,
            calls.get(&found.at).copied(),
            &matches.secrets,
        );
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
    for (index, found) in matches.found.iter().enumerate() {
        for used in &found.uses {
            if let (Some(Some(user)), Some(Some(used))) = (added.get(index), added.get(*used)) {
                seen.uses(*user, *used);
            }
        }
    }
}

/// What a person is shown of a place: the call with those of its arguments that are names and numbers. Texts may be secrets.
fn shown(facts: &Facts, found: &Match, call: Option<ExprId>, secrets: &[Range<usize>]) -> String {
    let mut names = found.symbol.rsplit('.');
    let (last, of) = (names.next(), names.next());
    let name = of.into_iter().chain(last).collect::<Vec<_>>().join(".");
    let Some(ExprKind::Call {
        args, construct, ..
    }) = call.and_then(|id| facts.exprs.get(id)).map(|e| &e.kind)
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
        .map(|arg| written(facts, arg.value, secrets))
        .collect();
    if args.len() > MAX_SHOWN {
        list.push("…".to_owned());
    }
    format!("{name}({})", list.join(", "))
}

fn written(facts: &Facts, id: ExprId, secrets: &[Range<usize>]) -> String {
    let Some(expr) = facts
        .exprs
        .get(id)
        .filter(|expr| !secrets.contains(&expr.span))
    else {
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
