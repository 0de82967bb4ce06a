//! `pqscan schema`.

use std::io::Write;

use anyhow::{Result, bail};

use super::Outcome;
use super::args::SchemaArgs;
use super::explain::did_you_mean;
use crate::output::schema::{DOCUMENTS, published};

/// Prints a schema, or which there are.
pub(super) fn run(args: &SchemaArgs) -> Result<Outcome> {
    let mut out = anstream::stdout().lock();
    let names = DOCUMENTS.iter().map(|(name, _)| *name);
    let Some(wanted) = &args.document else {
        for name in names {
            writeln!(out, "{name}")?
        }
        return Ok(Outcome::Done);
    };
    let Some(schema) = published(wanted) else {
        bail!(
            "no document is called `{wanted}`{}; there are {}",
            did_you_mean(wanted, names.clone(), 3),
            names.collect::<Vec<_>>().join(", ")
        )
    };
    out.write_all(schema.as_bytes())?;
    Ok(Outcome::Done)
}
