//! `pqscan explain`.

use std::io::Write;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::ExplainArgs;
use crate::knowledge::{Knowledge, explain};

/// Prints the page of an algorithm.
pub(super) fn run(args: &ExplainArgs) -> Result<Outcome> {
    let known = Knowledge::load(&[])?;
    let Some(page) = explain::explain(&known.catalog, &known.policies, &args.name) else {
        let close = known
            .catalog
            .algorithms()
            .map(|a| {
                (
                    strsim::damerau_levenshtein(&a.name.to_lowercase(), &args.name.to_lowercase()),
                    a.name.clone(),
                )
            })
            .min();
        let hint = close
            .filter(|(distance, _)| *distance <= 3)
            .map(|(_, name)| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        bail!("the catalogue knows no `{}`{hint}", args.name);
    };
    anstream::stdout().lock().write_all(page.as_bytes())?;
    Ok(Outcome::Done)
}
