//! `pqscan schema`.

use std::io::Write;

use anyhow::{Result, bail};
use schemars::Schema;

use super::args::SchemaArgs;
use super::explain::did_you_mean;
use super::{Outcome, settings};
use crate::output::schema::{DOCUMENTS, write};

/// The file that people write and only the command line reads.
const SETTINGS: (&str, fn() -> Schema) = ("settings", settings::schema);

/// What a fleet writes, and what people write for it.
#[cfg(feature = "fleet")]
fn fleet() -> impl Iterator<Item = (&'static str, fn() -> Schema)> {
    let settings: (&'static str, fn() -> Schema) = ("fleet", crate::fleet::settings::schema);
    crate::fleet::report::DOCUMENTS
        .iter()
        .copied()
        .chain([settings])
}

/// None without fleets.
#[cfg(not(feature = "fleet"))]
fn fleet() -> impl Iterator<Item = (&'static str, fn() -> Schema)> {
    std::iter::empty()
}

/// Prints a schema, or which there are.
pub(super) fn run(args: &SchemaArgs) -> Result<Outcome> {
    let mut out = anstream::stdout().lock();
    let documents = || DOCUMENTS.iter().copied().chain([SETTINGS]).chain(fleet());
    let Some(wanted) = &args.document else {
        for (name, _) in documents() {
            writeln!(out, "{name}")?
        }
        return Ok(Outcome::Done);
    };
    let Some((_, schema)) = documents().find(|(name, _)| name == wanted) else {
        let names: Vec<&str> = documents().map(|(name, _)| name).collect();
        bail!(
            "no document is called `{wanted}`{}; there are {}",
            did_you_mean(wanted, names.iter().copied()),
            names.join(", ")
        )
    };
    write(&schema(), &mut out)?;
    Ok(Outcome::Done)
}
