//! `pqscan cbom validate`.

use std::fs;
use std::io::{Read, Write};

use anyhow::{Context as _, Result};

use super::Outcome;
use super::args::ValidateArgs;
use crate::output::cyclonedx::lint::{self, Severity};

/// Prints what is wrong with a CBOM.
pub(super) fn validate(args: &ValidateArgs) -> Result<Outcome> {
    let mut bytes = Vec::new();
    if args.file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read stdin")?;
    } else {
        bytes =
            fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    }
    let problems = lint::lint(&bytes)
        .with_context(|| format!("{} is no CycloneDX JSON", args.file.display()))?;
    let mut out = anstream::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?
    }
    let errors = problems
        .iter()
        .filter(|p| p.severity == Severity::Error)
        .count();
    let verdict = match (errors, problems.len() - errors) {
        (0, 0) => "all is well".to_owned(),
        (0, warnings) => format!("no error, warnings: {warnings}"),
        (errors, warnings) => format!("errors: {errors}, warnings: {warnings}"),
    };
    writeln!(out, "{}: {verdict}", args.file.display())?;
    Ok(if errors == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}
