//! `pqscan plan`: a scan of which the plan is shown.

use std::path::Path;

use anyhow::Result;

use super::args::{PlanArgs, ScanArgs, Verbosity, WritingArgs};
use super::{Outcome, scan};

/// Scans, and writes the plan.
pub(super) fn run(args: &PlanArgs, verbosity: Verbosity) -> Result<Outcome> {
    let writing = &args.scan.writing;
    let format = writing.format.as_deref().map(form);
    let mut output: Vec<String> = writing.output.clone();
    for value in &mut output {
        if !value.contains('=') && value != "-" {
            let form = format.unwrap_or_else(|| by_ending(value));
            *value = format!("{form}={value}")
        }
    }
    let writing = WritingArgs {
        output,
        format: Some(format.unwrap_or("plan").to_owned()),
        all: writing.all || verbosity == Verbosity::Verbose,
        ..writing.clone()
    };
    let args = ScanArgs {
        writing,
        ..args.scan.clone()
    };
    // The plan stands for the report of a scan.
    scan::run(&args, None, Verbosity::Quiet)
}

/// The form of a plan that a word means; others are those of a scan.
fn form(word: &str) -> &str {
    match word {
        "text" => "plan",
        "md" | "markdown" => "plan-md",
        other => other,
    }
}

fn by_ending(file: &str) -> &'static str {
    let ending = Path::new(file)
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("md" | "markdown") => "plan-md",
        Some("json") => "json",
        _ => "plan",
    }
}
