//! `pqscan report`: saved results are rendered again, judged by what counts now.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{AsOf, ReportArgs, Verbosity};
use super::settings::Settings;
use super::{Outcome, bounded, outputs, planning, render};
use crate::inventory::combine::combine;
use crate::inventory::{self, Rules};
use crate::knowledge::Knowledge;
use crate::output::fit::harmless;
use crate::output::saved::{self, Kept};

/// Renders results.
pub(super) fn run(args: &ReportArgs, verbosity: Verbosity) -> Result<Outcome> {
    let outputs = outputs::outputs(&args.writing)?;
    bounded::one_from_stdin(&args.results, "results")?;
    let settings = Settings::read(args.config.as_deref(), None)?;
    let known = Knowledge::load(&[])?;
    let mut parts = Vec::with_capacity(args.results.len());
    let mut rules = Rules::default();
    let mut hashes: Vec<String> = Vec::new();
    let mut timestamp = None;
    let mut documents = Vec::new();
    for path in &args.results {
        let (kept, document) = read(path)?;
        if documents.contains(&document) {
            bail!(
                "{} is given twice: its places would count twice",
                path.display()
            )
        }
        documents.push(document);
        if !hashes.contains(&kept.rules.hash) {
            hashes.push(kept.rules.hash)
        }
        rules.libraries.extend(kept.rules.libraries);
        timestamp = timestamp.max(kept.timestamp);
        parts.push((kept.found, kept.planning));
    }
    rules.hash = hashes.join(", ");
    let decided = planning::decided(&args.planning, &settings);
    // Names in a reason are those of the documents.
    let combined = combine(parts, decided);
    let combined = combined.map_err(|reason| anyhow!(harmless(&reason.to_string())));
    let (found, mut planning) = combined?;
    planning::again(&mut planning, &args.planning, &settings, &known)?;
    if let Some(as_of) = args.as_of {
        let now = match as_of {
            AsOf::Today => Timestamp::now(),
            AsOf::Day(day) => TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?,
        };
        timestamp = Some(now.as_second());
        planning.judge_at(TimeZone::UTC.to_datetime(now).date(), as_of == AsOf::Today);
    }
    let kept = outputs::kept(&outputs, &found, &planning)?;
    let mut report = inventory::report_of(found, &known, rules, timestamp, planning);
    report.found = kept;
    let spec_version = settings.spec_version.as_deref();
    let options = render::options(&args.writing, spec_version, verbosity);
    let settings = settings.path.as_deref();
    let hyperlinks = args.writing.hyperlinks;
    render::render(&outputs, &report, &options, hyperlinks, settings, verbosity)?;
    Ok(Outcome::Done)
}

/// Reads a result, and what tells it from others; `-` is stdin.
fn read(path: &Path) -> Result<(Kept, blake3::Hash)> {
    let bytes = bounded::document(path, saved::MAX_BYTES)?;
    let failed = || format!("{} cannot be rendered", path.display());
    let kept = saved::read_result(&bytes).with_context(failed)?;
    Ok((kept, blake3::hash(&bytes)))
}
