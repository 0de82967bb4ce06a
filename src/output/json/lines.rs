//! The result as JSON Lines, for pipes and for what loads data piece by piece: one object a line, each with a `type`. What an object holds is
//! what the JSON result holds of it; `docs/json.md` describes both.
//!
//! Written object by object: never is more than one asset in memory beside the report.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::assets::{AssetOut, OccurrenceOut, asset_out, occurrence_out};
use super::plan::work_item;
use super::planning::PlanningOut;
use super::{
    LibraryOut, PackageOut, SubjectOut, ToolOut, coverage, library_out, package_out, planning,
    skip_out, subject_out, tool_out, waivers,
};
use crate::inventory::Report;
use crate::inventory::fingerprint::Fingerprints;
use crate::output::rows::{Totals, rows};
use crate::output::{Format, Options, assessed, band_name, class_name, rfc3339};

/// The name and number of what each line is.
const SCHEMA: &str = "pqscan/lines/1";

/// `--format jsonl`.
#[derive(Debug)]
pub struct Lines;

impl Format for Lines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["ndjson", ".jsonl", ".ndjson"]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut lines = Writer(to);
        lines.head(report)?;
        lines.assets(report)?;
        let findings = lines.findings(report)?;
        for skip in &report.coverage.skips {
            lines.line("skip", &skip_out(skip))?
        }
        for item in &report.plan {
            lines.line("workItem", &work_item(item))?
        }
        lines.line("totals", &totals(report, findings))
    }
}

/// A line: its type, then what it holds.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    holds: &'a T,
}

#[derive(Serialize)]
struct HeaderOut<'a> {
    schema: &'static str,
    tool: ToolOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    subject: SubjectOut<'a>,
    planning: PlanningOut<'a>,
    /// Without what was skipped: that has lines of its own.
    coverage: Value,
}

/// What has its id as a key in the result.
#[derive(Serialize)]
struct Named<'a, T> {
    id: &'a str,
    #[serde(flatten)]
    holds: T,
}

/// An asset at a place, judged to be of a finding class.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingOut<'a> {
    asset: &'a str,
    name: &'a str,
    priority: &'static str,
    class: &'static str,
    finding_class: &'static str,
    fingerprint: String,
    /// The waiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<String>,
    #[serde(flatten)]
    place: OccurrenceOut<'a>,
}

/// How many lines of each type there are, and what those say that were seen by themselves.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalsOut {
    assets: usize,
    findings: usize,
    skips: usize,
    work_items: usize,
    /// Of the assets, those that were seen by themselves: each counts once below.
    seen: usize,
    places: usize,
    judgements: usize,
    by_priority: std::collections::BTreeMap<&'static str, usize>,
    by_class: std::collections::BTreeMap<&'static str, usize>,
    quantum_broken: usize,
    post_quantum: usize,
    unresolved: usize,
}

struct Writer<'w>(&'w mut dyn io::Write);

impl Writer<'_> {
    fn line<T: Serialize>(&mut self, kind: &'static str, holds: &T) -> io::Result<()> {
        serde_json::to_writer(&mut *self.0, &Line { kind, holds })?;
        self.0.write_all(b"\n")
    }

    /// What was scanned and how, and what assets refer to.
    fn head(&mut self, report: &Report) -> io::Result<()> {
        let mut looked_at = coverage(report);
        looked_at.skips.clear();
        let mut looked_at = serde_json::to_value(looked_at)?;
        if let Some(fields) = looked_at.as_object_mut() {
            fields.shift_remove("skips");
        }
        let header = HeaderOut {
            schema: SCHEMA,
            tool: tool_out(report),
            timestamp: report.timestamp.and_then(rfc3339),
            subject: subject_out(report),
            planning: planning::planning(report),
            coverage: looked_at,
        };
        self.line("header", &header)?;
        for (id, library) in &report.libraries {
            let holds: LibraryOut<'_> = library_out(library);
            self.line("library", &Named { id, holds })?
        }
        for shipped in &report.packages {
            // A package has a `type` of its own.
            let package: PackageOut<'_> = package_out(shipped);
            let id = &*shipped.id;
            self.line("package", &PackageLine { id, package })?
        }
        for component in &report.binaries {
            self.line("binary", &super::binaries::binary(component))?
        }
        for waiver in waivers::waivers(&report.waivers) {
            self.line("waiver", &waiver)?
        }
        Ok(())
    }

    /// Every asset, as in the result, those too that are only implied by others.
    fn assets(&mut self, report: &Report) -> io::Result<()> {
        for (number, (asset, assessment)) in assessed(report).enumerate() {
            let asset: AssetOut<'_> = asset_out(report, number, asset, assessment);
            self.line("asset", &asset)?
        }
        Ok(())
    }

    /// Every finding, the most urgent first; how many there are.
    fn findings(&mut self, report: &Report) -> io::Result<usize> {
        let mut number = 0;
        for row in rows(report) {
            let class = row.judged.finding_class;
            let fingerprints = Fingerprints::of(row.asset);
            for (at, place) in row.asset.occurrences.iter().enumerate() {
                let mut accepted = waivers::at(report, row.number, at);
                let finding = FindingOut {
                    asset: &row.asset.id,
                    name: &row.asset.name,
                    priority: band_name(row.judged.band),
                    class: class_name(row.judged.class),
                    finding_class: class.name(),
                    fingerprint: fingerprints.get(class, at).to_string(),
                    accepted_by: accepted.remove(class.name()),
                    place: occurrence_out(place, Default::default()),
                };
                self.line("finding", &finding)?;
                number += 1;
            }
        }
        Ok(number)
    }
}

/// A package, whose ecosystem is not the line's type.
#[derive(Serialize)]
struct PackageLine<'a> {
    id: &'a str,
    package: PackageOut<'a>,
}

fn totals(report: &Report, findings: usize) -> TotalsOut {
    let rows = rows(report);
    let totals = Totals::of(&rows);
    let bands = totals.by_band.iter();
    let classes = totals.by_class.iter();
    TotalsOut {
        assets: report.inventory.assets.len(),
        findings,
        skips: report.coverage.skips.len(),
        work_items: report.plan.len(),
        seen: totals.assets,
        places: totals.places,
        judgements: totals.judgements,
        by_priority: bands.map(|(band, n)| (band_name(*band), *n)).collect(),
        by_class: classes.map(|(class, n)| (class_name(*class), *n)).collect(),
        quantum_broken: totals.broken,
        post_quantum: totals.ready,
        unresolved: totals.unresolved,
    }
}
