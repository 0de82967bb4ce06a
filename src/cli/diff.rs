//! `pqscan diff`, and the reading of saved inventories.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::args::DiffArgs;
use super::{Outcome, bounded};
use crate::inventory::diff;
use crate::inventory::snapshot::Snapshot;
use crate::output::{DiffForm, saved};

/// Prints what differs.
pub(super) fn run(args: &DiffArgs) -> Result<Outcome> {
    bounded::one_from_stdin([&args.old, &args.new], "two inventories")?;
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
    let bytes = bounded::document(path, saved::MAX_BYTES)?;
    let failed = || format!("{} is no inventory that can be compared", path.display());
    saved::read(&bytes).with_context(failed)
}
