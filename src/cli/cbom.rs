//! `pqscan cbom validate`.

use std::fs;
use std::io::{Read, Write};

use anyhow::{Context as _, Result};

use super::Outcome;
use super::args::ValidateArgs;
use crate::output::cyclonedx::lint;

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
    let verdict = match problems.len() {
        0 => "all is well".to_owned(),
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    writeln!(out, "{}: {verdict}", args.file.display())?;
    Ok(if problems.is_empty() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}
