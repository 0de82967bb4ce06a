//! From what the rules see in a bytecode's facts to findings: where each stands in the source that it was made from, once where a
//! compiler wrote it several times.

use std::collections::{BTreeSet, HashSet};

use super::plain;
use crate::detect::binary::bytecode;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::detect::facts::matcher::{self, Match};
use crate::detect::facts::{ExprId, ExprKind, Facts};
use crate::knowledge::rules::prefilter::Active;
use crate::model::Technique;

/// Characters of a text argument that are shown: names of algorithms are shorter, and what is longer may be a secret.
const MAX_TEXT: usize = 40;
/// Arguments that are shown.
const MAX_SHOWN: usize = 4;

/// From which byte on code stands for a line of a source file; 0 where no line is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect::binary) struct Place {
    /// The byte of the file under scan.
    pub(in crate::detect::binary) at: usize,
    /// The line of the source file.
    pub(in crate::detect::binary) line: u32,
    /// Which source file, of those that are told.
    pub(in crate::detect::binary) source: usize,
}

/// Holds facts against the rules and says what was seen. `places` are in the order of the file; `sources` are the names of source
/// files that they stand for. Whether the resolver's work limit was reached.
pub(in crate::detect::binary) fn report(
    facts: &Facts,
    active: &Active,
    places: &[Place],
    sources: &[String],
    seen: &mut Seen<'_>,
) -> bool {
    let known = seen.known;
    // Places are told by their bytes alone: there are no lines to look for in a binary.
    let matches = matcher::matches(facts, known, active, &[]);
    let secrets: HashSet<(usize, usize)> =
        matches.secrets.iter().map(|s| (s.start, s.end)).collect();
    let calls = bytecode::calls(facts);
    let mut told = BTreeSet::new();
    let mut added: Vec<Option<usize>> = Vec::with_capacity(matches.found.len());
    for found in &matches.found {
        let place = places
            .partition_point(|place| place.at <= found.at)
            .checked_sub(1)
            .and_then(|index| places.get(index))
            .filter(|place| place.line > 0);
        // `finally` and field initialisers are compiled once for each way that leads through them.
        let again = place.is_some_and(|place| {
            !told.insert((
                place.source,
                place.line,
                found.symbol.clone(),
                format!("{:?}", found.asset),
            ))
        });
        if again {
            added.push(None);
            continue;
        }
        let call = calls.get(&found.at).copied();
        let mut text = shown(facts, found, call, &secrets);
        if let Some(place) = place
            && let Some(source) = sources.get(place.source)
        {
            text = format!("{source}:{} {text}", place.line);
        }
        let library = known.rules.libraries.get(found.library);
        let library = library.map(|l| l.id.clone()).unwrap_or_default();
        added.push(seen.add(Sighting {
            asset: readable(found),
            technique: Technique::Bytecode,
            confidence: found.confidence,
            at: found.at as u64..found.end as u64,
            entry: format!("{library}#{}", found.symbol),
            library,
            symbol: found.symbol.clone(),
            text,
            function: found.function.as_deref().map(|name| plain(name).to_owned()),
        }));
    }
    bytecode::relate(&matches.found, &added, seen);
    matches.exhausted
}

/// The asset, with the names in its reasons as a person knows them.
fn readable(found: &Match) -> crate::model::Asset {
    let mut asset = found.asset.clone();
    for value in asset.facets.values_mut() {
        if let Some(why) = &mut value.why
            && matches!(why.kind, "call" | "name" | "field" | "parameter" | "index")
        {
            let name = plain(&why.detail).split('#').next().unwrap_or_default();
            why.detail = name.to_owned();
        }
    }
    asset
}

/// What a person is shown of a place: the call with those of its arguments that are written there and no secret.
fn shown(
    facts: &Facts,
    found: &Match,
    call: Option<ExprId>,
    secrets: &HashSet<(usize, usize)>,
) -> String {
    let mut names = found.symbol.rsplit('.');
    let last = names.next().unwrap_or_default();
    let of = names.next().map(|of| format!("{of}.{last}"));
    let call = call.and_then(|id| facts.exprs.get(id)).map(|e| &e.kind);
    let Some(ExprKind::Call {
        args, construct, ..
    }) = call
    else {
        return of.unwrap_or_default();
    };
    let name = match (construct, of) {
        (false, Some(name)) => name,
        (true, _) => format!("new {last}"),
        (false, None) => last.to_owned(),
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

/// An argument in a few words; `…` for what stands elsewhere.
fn written(facts: &Facts, id: ExprId, secrets: &HashSet<(usize, usize)>) -> String {
    let Some(expr) = facts.exprs.get(id) else {
        return "…".to_owned();
    };
    let secret = secrets.contains(&(expr.span.start, expr.span.end));
    match &expr.kind {
        ExprKind::Str(text) if !secret && text.chars().count() <= MAX_TEXT => format!("\"{text}\""),
        ExprKind::Int(number) if !secret => number.to_string(),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Name(name) if !name.starts_with('#') => name.clone(),
        ExprKind::Member { name, .. } => plain(name).to_owned(),
        _ => "…".to_owned(),
    }
}
