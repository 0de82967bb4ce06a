//! The difference of two inventories for people: on a terminal here, as Markdown in `output::markdown`.
//!
//! Both show the same lists of the same rows; how a row is written is theirs. Texts of the documents are made harmless.

use std::fmt::Write as _;
use std::io;

use crate::inventory::Band;
use crate::inventory::diff::{Diff, Parameter};
use crate::inventory::snapshot::{Place, Saved};
use crate::output::band_name;
use crate::output::fit::{grouped, harmless};

/// Most assets of a list, and places of an asset, unless all are asked for.
const MAX_ASSETS: usize = 50;
const MAX_PLACES: usize = 5;
/// Most characters of a name or value.
const MAX_TEXT: usize = 200;

/// Writes a difference for a terminal.
///
/// # Errors
/// Those of the writer.
pub(in crate::output) fn write(
    diff: &Diff<'_>,
    all: bool,
    to: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", summary(diff));
    for caveat in &diff.caveats {
        let _ = writeln!(out, "Note: {caveat}");
    }
    for section in sections(diff, all) {
        let _ = writeln!(
            out,
            "\n{} ({})",
            section.title,
            grouped(section.number as u64)
        );
        for row in &section.rows {
            let band = row.band.map_or("  ", band_name);
            let _ = writeln!(out, "  {band}  {}", row.names.join(" → "));
            for detail in &row.details {
                let label = if detail.label.is_empty() {
                    String::new()
                } else {
                    format!("{} ", detail.label)
                };
                let _ = writeln!(out, "        {label}{}", detail.values.join(" → "));
            }
            if row.more > 0 {
                let _ = writeln!(
                    out,
                    "        … and {} more places",
                    grouped(row.more as u64)
                );
            }
        }
        if section.number > section.rows.len() {
            let more = section.number - section.rows.len();
            let _ = writeln!(out, "  … and {} more (--all)", grouped(more as u64));
        }
    }
    to.write_all(out.as_bytes())
}

/// How much of each kind differs, in a line.
pub(in crate::output) fn summary(diff: &Diff<'_>) -> String {
    let kept = grouped(diff.kept as u64);
    if diff.is_empty() {
        return format!("No difference; assets in both: {kept}.");
    }
    let counts = [
        ("added", diff.added.len()),
        ("removed", diff.removed.len()),
        ("changed", diff.changed.len()),
        ("moved", diff.moved.len()),
        ("at more or fewer places", diff.spread.len()),
        ("judged otherwise", diff.judged.len()),
    ];
    let counts: Vec<String> = counts
        .iter()
        .map(|(what, number)| format!("{} {what}", grouped(*number as u64)))
        .collect();
    format!("Assets: {}; in both: {kept}.", counts.join(", "))
}

/// A list of the difference.
pub(in crate::output) struct Section {
    pub(in crate::output) title: &'static str,
    /// How many there are.
    pub(in crate::output) number: usize,
    /// Those that are shown.
    pub(in crate::output) rows: Vec<Row>,
}

/// An asset of a list.
pub(in crate::output) struct Row {
    pub(in crate::output) band: Option<Band>,
    /// Its name, or what it was and is.
    pub(in crate::output) names: Vec<String>,
    pub(in crate::output) details: Vec<Detail>,
    /// How many places are not shown.
    pub(in crate::output) more: usize,
}

/// Something said of an asset.
pub(in crate::output) struct Detail {
    pub(in crate::output) label: &'static str,
    /// One, or what it was and is.
    pub(in crate::output) values: Vec<String>,
}

/// The lists that are not empty.
pub(in crate::output) fn sections(diff: &Diff<'_>, all: bool) -> Vec<Section> {
    let shown = Shown {
        assets: if all { usize::MAX } else { MAX_ASSETS },
        places: if all { usize::MAX } else { MAX_PLACES },
    };
    let sections = [
        shown.section("Added", &diff.added, |seen| {
            shown.row(&[seen.asset], Vec::new(), places("", &seen.places))
        }),
        shown.section("Changed", &diff.changed, |change| {
            let names: &[&Saved] = if change.old.name == change.new.name {
                &[change.new]
            } else {
                &[change.old, change.new]
            };
            let parameters = change.parameters.iter().map(parameter).collect();
            shown.row(names, parameters, pairs(&change.places))
        }),
        shown.section("Judged otherwise", &diff.judged, |judged| {
            let judgements = judged.judgements.iter();
            let details = judgements.map(|(class, before, after)| Detail {
                label: class.name(),
                values: vec![
                    before.map_or("–", band_name).to_owned(),
                    after.map_or("–", band_name).to_owned(),
                ],
            });
            shown.row(&[judged.asset], details.collect(), Vec::new())
        }),
        shown.section("At more or fewer places", &diff.spread, |spread| {
            let mut all = places("+", &spread.gained);
            all.extend(places("-", &spread.lost));
            shown.row(&[spread.asset], Vec::new(), all)
        }),
        shown.section("Moved", &diff.moved, |moved| {
            shown.row(&[moved.asset], Vec::new(), pairs(&moved.places))
        }),
        shown.section("Removed", &diff.removed, |seen| {
            shown.row(&[seen.asset], Vec::new(), places("", &seen.places))
        }),
    ];
    sections
        .into_iter()
        .filter(|section| section.number > 0)
        .collect()
}

/// How much is shown.
#[derive(Clone, Copy)]
struct Shown {
    assets: usize,
    places: usize,
}

impl Shown {
    fn section<T>(self, title: &'static str, all: &[T], row: impl Fn(&T) -> Row) -> Section {
        Section {
            title,
            number: all.len(),
            rows: all.iter().take(self.assets).map(row).collect(),
        }
    }

    fn row(self, assets: &[&Saved], mut details: Vec<Detail>, places: Vec<Detail>) -> Row {
        let judged = assets.last().and_then(|asset| asset.judgements.first());
        let more = places.len().saturating_sub(self.places);
        details.extend(places.into_iter().take(self.places));
        Row {
            band: judged.map(|(_, band)| *band),
            names: assets.iter().map(|asset| short(&asset.name)).collect(),
            details,
            more,
        }
    }
}

fn parameter(parameter: &Parameter<'_>) -> Detail {
    let said = |value: Option<&str>| value.map_or_else(|| "–".to_owned(), short);
    Detail {
        label: parameter.name,
        values: vec![said(parameter.old), said(parameter.new)],
    }
}

fn places(label: &'static str, places: &[&Place]) -> Vec<Detail> {
    let places = places.iter();
    places
        .map(|place| Detail {
            label,
            values: vec![at(place)],
        })
        .collect()
}

fn pairs(pairs: &[(&Place, &Place)]) -> Vec<Detail> {
    let pairs = pairs.iter();
    pairs
        .map(|(old, new)| Detail {
            label: "",
            values: if old.path == new.path {
                vec![at(new)]
            } else {
                vec![at(old), at(new)]
            },
        })
        .collect()
}

/// `src/keys.py:5`, which terminals open.
fn at(place: &Place) -> String {
    let path = harmless(&place.path);
    match place.line {
        0 => path,
        line => format!("{path}:{line}"),
    }
}

fn short(text: &str) -> String {
    let mut short: String = harmless(text).chars().take(MAX_TEXT).collect();
    if text.chars().count() > MAX_TEXT {
        short.push('…')
    }
    short
}
