//! The difference of two inventories as JSON of our own: schema `pqscan/diff/1`, described in `docs/diff.md`.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use crate::inventory::diff::{Diff, Parameter};
use crate::inventory::snapshot::{Form, Place, Saved, Snapshot};
use crate::output::band_name;

/// The schema's name and number.
const SCHEMA: &str = "pqscan/diff/1";

#[derive(Serialize)]
struct DiffOut<'a> {
    schema: &'static str,
    by: &'static str,
    old: SideOut<'a>,
    new: SideOut<'a>,
    caveats: &'a [String],
    totals: TotalsOut,
    added: Vec<SeenOut<'a>>,
    removed: Vec<SeenOut<'a>>,
    changed: Vec<ChangeOut<'a>>,
    moved: Vec<MoveOut<'a>>,
    spread: Vec<SpreadOut<'a>>,
    judged: Vec<RejudgedOut<'a>>,
}

#[derive(Serialize)]
struct SideOut<'a> {
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    assets: usize,
}

#[derive(Serialize)]
struct TotalsOut {
    added: usize,
    removed: usize,
    changed: usize,
    moved: usize,
    spread: usize,
    judged: usize,
    kept: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetOut<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    name: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_class: Option<&'static str>,
    parameters: &'a BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct SeenOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    places: Vec<PlaceOut<'a>>,
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    old: AssetOut<'a>,
    new: AssetOut<'a>,
    parameters: BTreeMap<&'static str, ParameterOut<'a>>,
    places: Vec<PairOut<'a>>,
}

#[derive(Serialize)]
struct ParameterOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a str>,
}

#[derive(Serialize)]
struct MoveOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    places: Vec<PairOut<'a>>,
}

#[derive(Serialize)]
struct SpreadOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    gained: Vec<PlaceOut<'a>>,
    lost: Vec<PlaceOut<'a>>,
}

#[derive(Serialize)]
struct RejudgedOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    judgements: Vec<JudgementOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JudgementOut {
    finding_class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'static str>,
}

#[derive(Serialize)]
struct PairOut<'a> {
    old: PlaceOut<'a>,
    new: PlaceOut<'a>,
}

#[derive(Serialize)]
struct PlaceOut<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    #[serde(skip_serializing_if = "is_zero")]
    column: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    symbol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Writes a difference as JSON.
///
/// # Errors
/// Those of the writer.
pub(in crate::output) fn write(diff: &Diff<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, &document(diff))?;
    writeln!(to)
}

fn document<'a>(diff: &'a Diff<'a>) -> DiffOut<'a> {
    DiffOut {
        schema: SCHEMA,
        by: diff.by.name(),
        old: side(diff.old),
        new: side(diff.new),
        caveats: &diff.caveats,
        totals: TotalsOut {
            added: diff.added.len(),
            removed: diff.removed.len(),
            changed: diff.changed.len(),
            moved: diff.moved.len(),
            spread: diff.spread.len(),
            judged: diff.judged.len(),
            kept: diff.kept,
        },
        added: diff
            .added
            .iter()
            .map(|seen| self::seen(seen.asset, &seen.places))
            .collect(),
        removed: diff
            .removed
            .iter()
            .map(|seen| self::seen(seen.asset, &seen.places))
            .collect(),
        changed: diff
            .changed
            .iter()
            .map(|change| ChangeOut {
                old: asset(change.old),
                new: asset(change.new),
                parameters: change.parameters.iter().map(parameter).collect(),
                places: pairs(&change.places),
            })
            .collect(),
        moved: diff
            .moved
            .iter()
            .map(|moved| MoveOut {
                asset: asset(moved.asset),
                places: pairs(&moved.places),
            })
            .collect(),
        spread: diff
            .spread
            .iter()
            .map(|spread| SpreadOut {
                asset: asset(spread.asset),
                gained: places(&spread.gained),
                lost: places(&spread.lost),
            })
            .collect(),
        judged: diff
            .judged
            .iter()
            .map(|rejudged| RejudgedOut {
                asset: asset(rejudged.asset),
                judgements: rejudged
                    .judgements
                    .iter()
                    .map(|(class, before, after)| JudgementOut {
                        finding_class: class.name(),
                        old: before.map(band_name),
                        new: after.map(band_name),
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn side(saved: &Snapshot) -> SideOut<'_> {
    SideOut {
        form: match saved.form {
            Form::Result => "result",
            Form::OwnCbom => "cbom",
            Form::OtherCbom => "cbom of another tool",
        },
        tool: saved.tool.as_deref(),
        subject: saved.subject.as_deref(),
        assets: saved.assets.len(),
    }
}

fn asset(asset: &Saved) -> AssetOut<'_> {
    let main = asset.judgements.first();
    AssetOut {
        id: &asset.id,
        name: &asset.name,
        kind: &asset.kind,
        priority: main.map(|(_, band)| band_name(*band)),
        finding_class: main.map(|(class, _)| class.name()),
        parameters: &asset.parameters,
    }
}

fn seen<'a>(saved: &'a Saved, seen: &[&'a Place]) -> SeenOut<'a> {
    SeenOut {
        asset: asset(saved),
        places: places(seen),
    }
}

fn parameter<'a>(parameter: &Parameter<'a>) -> (&'static str, ParameterOut<'a>) {
    let Parameter { name, old, new } = *parameter;
    (name, ParameterOut { old, new })
}

fn pairs<'a>(pairs: &[(&'a Place, &'a Place)]) -> Vec<PairOut<'a>> {
    let pairs = pairs.iter();
    pairs
        .map(|(old, new)| PairOut {
            old: place(old),
            new: place(new),
        })
        .collect()
}

fn places<'a>(places: &[&'a Place]) -> Vec<PlaceOut<'a>> {
    places.iter().map(|at| place(at)).collect()
}

fn place(place: &Place) -> PlaceOut<'_> {
    PlaceOut {
        path: &place.path,
        line: place.line,
        column: place.column,
        symbol: &place.symbol,
        function: place.function.as_deref(),
    }
}
