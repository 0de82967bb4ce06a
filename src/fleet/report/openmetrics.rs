//! Figures for a monitoring system: OpenMetrics 1.0, in text (`application/openmetrics-text; version=1.0.0`).
//!
//! How many time series there are does not depend on how many repositories there are: labels are priorities, states, and the deadlines of the
//! policies. Everything is a gauge, for it can fall as well as rise.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use jiff::civil::Date;

use super::figures::{current, in_scope, parts};
use super::{Form, Options};
use crate::fleet::organisation::Organisation;
use crate::output::band_name;
use crate::output::fit::{harmless, shortened};
use crate::output::words::BANDS;

/// Most characters of a label's value.
const MAX_LABEL: usize = 128;
/// Most deadlines: policies have a handful each.
const MAX_DEADLINES: usize = 200;

/// `-o openmetrics=FILE`.
#[derive(Debug)]
pub struct OpenMetrics;

impl Form for OpenMetrics {
    fn name(&self) -> &'static str {
        "openmetrics"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["metrics", ".prom", ".om"]
    }

    fn write(
        &self,
        organisation: &Organisation,
        _options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        to.write_all(text(organisation).as_bytes())
    }
}

/// The value of a label: a backslash, a quotation mark and an end of line are escaped (OpenMetrics 1.0, "escaped-string").
fn label(value: &str) -> String {
    let mut out = String::new();
    for c in shortened(&harmless(value), MAX_LABEL).chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

/// Midnight UTC of a day, in seconds since 1970.
fn seconds(day: Date) -> i64 {
    let since = day.duration_since(Date::constant(1970, 1, 1));
    since.as_secs()
}

/// A share with four digits, rounded down; none of nothing.
fn ratio(part: u64, of: u64) -> Option<String> {
    let share = (u128::from(part) * 10_000).checked_div(u128::from(of))?;
    let share = share.min(10_000);
    Some(format!("{}.{:04}", share / 10_000, share % 10_000))
}

struct Metrics(String);

impl Metrics {
    /// Begins a gauge: what it is called after `pqscan_organisation_`, in which unit, and what it says.
    fn gauge(&mut self, name: &str, unit: &str, help: &str) {
        let _ = writeln!(self.0, "# TYPE pqscan_organisation_{name} gauge");
        if !unit.is_empty() {
            let _ = writeln!(self.0, "# UNIT pqscan_organisation_{name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP pqscan_organisation_{name} {help}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let _ = write!(self.0, "pqscan_organisation_{name}");
        if !labels.is_empty() {
            let labels = labels.iter();
            let labels: Vec<String> = labels
                .map(|(name, value)| format!("{name}=\"{}\"", label(value)))
                .collect();
            let _ = write!(self.0, "{{{}}}", labels.join(","));
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// A gauge of one number.
    fn one(&mut self, name: &str, unit: &str, help: &str, value: impl std::fmt::Display) {
        self.gauge(name, unit, help);
        self.value(name, &[], value);
    }
}

fn text(organisation: &Organisation) -> String {
    let mut out = Metrics(String::new());
    let name = "pqscan_organisation";
    let _ = writeln!(out.0, "# TYPE {name} info");
    let _ = writeln!(out.0, "# HELP {name} What was judged, and by what.");
    let _ = writeln!(
        out.0,
        "{name}_info{{name=\"{}\",engine=\"{}\",rules=\"{}\",as_of=\"{}\"}} 1",
        label(&organisation.name),
        label(&organisation.engine),
        label(&organisation.rules),
        organisation.as_of
    );
    coverage(organisation, &mut out);
    totals(organisation, &mut out);
    deadlines(organisation, &mut out);
    lists(organisation, &mut out);
    if let Some(last) = organisation.trend.last() {
        out.one(
            "last_run",
            "",
            "The number of the last run that has finished.",
            last.run,
        );
        out.one(
            "last_run_timestamp_seconds",
            "seconds",
            "Midnight UTC of the day of the last run that has finished.",
            seconds(last.day),
        );
    }
    out.0.push_str("# EOF\n");
    out.0
}

fn coverage(organisation: &Organisation, out: &mut Metrics) {
    let coverage = &organisation.coverage;
    let name = "repositories";
    out.gauge(
        name,
        "",
        "Repositories that the targets name, by what became of them; the states add up to all.",
    );
    for (state, _, number) in parts(coverage) {
        out.value(name, &[("state", state)], number);
    }
    if let Some(ratio) = ratio(current(coverage), in_scope(coverage)) {
        out.one(
            "coverage_ratio",
            "ratio",
            "Repositories whose current head was scanned, of those that are not left out.",
            ratio,
        );
    }
    out.one("files", "", "Files that were read.", coverage.files);
    out.one(
        "gaps",
        "",
        "Files that could not be read, or not wholly.",
        coverage.gaps,
    );
}

fn totals(organisation: &Organisation, out: &mut Metrics) {
    let totals = &organisation.totals;
    let name = "assets";
    out.gauge(
        name,
        "",
        "Assets by the most urgent of their priorities; one in three repositories counts three times.",
    );
    for (band, number) in BANDS.into_iter().zip(totals.by_band) {
        out.value(name, &[("priority", band_name(band))], number);
    }
    out.one("places", "", "Places of assets.", totals.places);
    out.one(
        "broken_assets",
        "",
        "Assets that a quantum computer breaks.",
        totals.broken,
    );
    out.one(
        "ready_assets",
        "",
        "Assets that are post-quantum or hybrid.",
        totals.ready,
    );
    let needing = totals.broken.saturating_add(totals.ready);
    if let Some(ratio) = ratio(totals.ready, needing) {
        out.one(
            "readiness_ratio",
            "ratio",
            "How much of what needs a post-quantum answer has one.",
            ratio,
        );
    }
}

fn deadlines(organisation: &Organisation, out: &mut Metrics) {
    // A series stands once, whatever the list has.
    let mut open: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    for deadline in &organisation.deadlines {
        let open = open.entry((deadline.day, &deadline.policy)).or_default();
        *open = open.saturating_add(deadline.open);
    }
    if open.is_empty() {
        return;
    }
    let days: Vec<_> = open
        .iter()
        .take(MAX_DEADLINES)
        .map(|((day, policy), open)| (*day, day.to_string(), *policy, *open))
        .collect();
    let name = "deadline_open_assets";
    out.gauge(
        name,
        "",
        "Assets that are to be changed by a deadline and are not.",
    );
    for (_, day, policy, open) in &days {
        out.value(name, &[("policy", policy), ("day", day)], open);
    }
    let name = "deadline_timestamp_seconds";
    out.gauge(
        name,
        "seconds",
        "Midnight UTC of the day from which on it is not allowed any more.",
    );
    for (at, day, policy, _) in &days {
        out.value(name, &[("policy", policy), ("day", day)], seconds(*at));
    }
}

fn lists(organisation: &Organisation, out: &mut Metrics) {
    out.one(
        "new_assets",
        "",
        "Assets that are there since the last run.",
        organisation.new.of,
    );
    out.one(
        "gone_assets",
        "",
        "Assets that were there in the run before, and no more.",
        organisation.gone.of,
    );
    out.one(
        "outliving_certificates",
        "",
        "Certificates that are valid beyond a deadline that counts for them.",
        organisation.certificates.of,
    );
    out.one(
        "shared_keys",
        "",
        "Keys that are in several repositories.",
        organisation.shared_keys.of,
    );
    out.one(
        "failures",
        "",
        "Repositories whose head could not be scanned.",
        organisation.failures.of,
    );
}
