//! `pqscan diff`, and the reading of saved inventories.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::args::DiffArgs;
use super::{Outcome, bounded};
use crate::inventory::diff;
use crate::inventory::snapshot::Snapshot;
use crate::output::{DiffForm, saved};

/// Prints what differs.
pub(super) fn run(args: &DiffArgs) -> Result<Outcome> {
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    if is_stdin(&args.old) && is_stdin(&args.new) {
        bail!("only one of the two inventories can come from stdin")
    }
    let (old, new) = (inventory(&args.old)?, inventory(&args.new)?);
    let diff = diff::diff(&old, &new);
    let form = DiffForm::from_name(&args.format).unwrap_or_default();
    let mut bytes = Vec::new();
    form.write(&diff, args.all, &mut bytes)?;
    let mut out = anstream::stdout().lock();
    out.write_all(&bytes).and_then(|()| out.flush())?;
    Ok(if args.exit_code && !diff.is_empty() {
        Outcome::Failed
    } else {
        Outcome::Done
    })
}

/// Reads a saved inventory: a result or a CBOM; `-` is stdin.
pub(super) fn inventory(path: &Path) -> Result<Snapshot> {
    let shown = path.display();
    let bytes = if path.as_os_str() == "-" {
        bounded::read(io::stdin().lock(), saved::MAX_BYTES).context("cannot read stdin")?
    } else {
        File::open(path)
            .and_then(|file| bounded::read(file, saved::MAX_BYTES))
            .with_context(|| format!("cannot read {shown}"))?
    };
    let Some(bytes) = bytes else {
        bail!("{shown} is larger than {} bytes", saved::MAX_BYTES)
    };
    saved::read(&bytes).with_context(|| format!("{shown} is no inventory that can be compared"))
}
