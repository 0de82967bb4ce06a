//! The difference of two inventories as JSON of our own: schema `pqscan/diff/1`, described in `docs/diff.md`.

use std::collections::BTreeMap;
use std::io;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use crate::inventory::diff::{Diff, Parameter};
use crate::inventory::snapshot::{Form, Place, Saved, Snapshot};
use crate::output::{band_name, stream};

/// The schema's name and number.
const SCHEMA: &str = "pqscan/diff/1";

/// What differs between two inventories. Fields are added within a schema number, never renamed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct DiffOut<'a> {
    /// The schema's name and number.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    #[cfg_attr(test, schemars(with = "closed::ToldBy"))]
    by: &'static str,
    /// The inventory before.
    old: SideOut<'a>,
    /// The inventory after.
    new: SideOut<'a>,
    /// What has to be known of the comparison.
    caveats: &'a [String],
    /// How many stand on each list.
    totals: TotalsOut,
    /// Assets that only the new one has.
    added: Vec<SeenOut<'a>>,
    /// Assets that only the old one has.
    removed: Vec<SeenOut<'a>>,
    /// Assets that became others.
    changed: Vec<ChangeOut<'a>>,
    /// Assets that both have, in other files.
    moved: Vec<MoveOut<'a>>,
    /// Assets that both have, at more or fewer places.
    spread: Vec<SpreadOut<'a>>,
    /// Assets that both have, with the finding classes whose priority differs.
    judged: Vec<RejudgedOut<'a>>,
}

/// An inventory that was compared.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SideOut<'a> {
    #[cfg_attr(test, schemars(with = "closed::FormOfInventory"))]
    form: &'static str,
    /// What wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    /// How many assets it has.
    assets: usize,
}

/// How many assets stand on each list, and how many are in both.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct TotalsOut {
    /// Only in the new one.
    added: usize,
    /// Only in the old one.
    removed: usize,
    /// Became others.
    changed: usize,
    /// In other files.
    moved: usize,
    /// At more or fewer places.
    spread: usize,
    /// Judged otherwise.
    judged: usize,
    /// In both.
    kept: usize,
}

/// An asset of an inventory.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AssetOut<'a> {
    /// Its id, or how the document refers to it.
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    /// Its name.
    name: &'a str,
    /// Its kind, as the document has it.
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Priority>"))]
    priority: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::FindingClassName>"))]
    finding_class: Option<&'static str>,
    /// Its parameters in words, and what tells an object that was read: `subject`, `not_after`, `halves` …
    parameters: &'a BTreeMap<&'static str, String>,
}

/// An asset that only one side has.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SeenOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    /// Its places.
    places: Vec<PlaceOut<'a>>,
}

/// An asset that became another.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct ChangeOut<'a> {
    /// What it was.
    old: AssetOut<'a>,
    /// What it is.
    new: AssetOut<'a>,
    /// What differs, by parameter.
    parameters: BTreeMap<&'static str, ParameterOut<'a>>,
    /// Places by which that was told.
    places: Vec<PairOut<'a>>,
}

/// What a parameter was and is, in words.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct ParameterOut<'a> {
    /// What it was; absent where it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a str>,
    /// What it is; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a str>,
}

/// An asset in other files.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct MoveOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    /// Where it was and is.
    places: Vec<PairOut<'a>>,
}

/// An asset at more or fewer places.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SpreadOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    /// Places that came.
    gained: Vec<PlaceOut<'a>>,
    /// Places that went.
    lost: Vec<PlaceOut<'a>>,
}

/// An asset that is judged otherwise.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct RejudgedOut<'a> {
    #[serde(flatten)]
    asset: AssetOut<'a>,
    /// What differs, by finding class.
    judgements: Vec<JudgementOut>,
}

/// A finding class whose priority differs; it is absent on the side that does not judge so.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct JudgementOut {
    #[cfg_attr(test, schemars(with = "closed::FindingClassName"))]
    finding_class: &'static str,
    /// Its priority before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Priority>"))]
    old: Option<&'static str>,
    /// Its priority after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Priority>"))]
    new: Option<&'static str>,
}

/// A place on both sides.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct PairOut<'a> {
    /// Where it was.
    old: PlaceOut<'a>,
    /// Where it is.
    new: PlaceOut<'a>,
}

/// A place.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct PlaceOut<'a> {
    /// Its path.
    path: &'a str,
    /// The first is 1; absent where it is not known.
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    /// The first is 1; absent where it is not known.
    #[serde(skip_serializing_if = "is_zero")]
    column: u32,
    /// What is called or named.
    #[serde(skip_serializing_if = "str::is_empty")]
    symbol: &'a str,
    /// The function around it.
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
    stream::pretty(to, &document(diff))
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
        form: form_name(saved.form),
        tool: saved.tool.as_deref(),
        subject: saved.subject.as_deref(),
        assets: saved.assets.len(),
    }
}

/// What a document is, in a word or two.
pub(super) const fn form_name(form: Form) -> &'static str {
    match form {
        Form::Result => "result",
        Form::OwnCbom => "cbom",
        Form::OtherCbom => "cbom of another tool",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_written;

    #[test]
    fn its_published_schema_is_that_of_the_type() {
        of_written::<DiffOut<'_>>("diff", "Difference of two inventories by pqscan");
    }
}
