//! The difference of two inventories as Markdown, for pull requests and reports.
//!
//! Everything that comes from the documents stands in code spans, where no markup, link or mention is read.

use std::fmt::Write as _;
use std::io;

use super::code;
use crate::inventory::diff::Diff;
use crate::output::band_name;
use crate::output::fit::grouped;
use crate::output::text::diff::{Detail, sections, summary};

/// Writes a difference as Markdown.
///
/// # Errors
/// Those of the writer.
pub(in crate::output) fn write(
    diff: &Diff<'_>,
    all: bool,
    to: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "## Cryptography: what differs\n\n{}", summary(diff));
    for caveat in &diff.caveats {
        let _ = writeln!(out, "\n> {caveat}");
    }
    for section in sections(diff, all) {
        let _ = writeln!(
            out,
            "\n### {} ({})\n",
            section.title,
            grouped(section.number as u64)
        );
        for row in &section.rows {
            let band = row
                .band
                .map(|band| format!("**{}** ", band_name(band)))
                .unwrap_or_default();
            let names: Vec<String> = row.names.iter().map(|name| code(name)).collect();
            let _ = writeln!(out, "* {band}{}", names.join(" → "));
            for Detail { label, values } in &row.details {
                let label = match *label {
                    "" => String::new(),
                    "+" => "now at ".to_owned(),
                    "-" => "no longer at ".to_owned(),
                    label => format!("{label}: "),
                };
                let values: Vec<String> = values.iter().map(|value| code(value)).collect();
                let _ = writeln!(out, "  * {label}{}", values.join(" → "));
            }
            if row.more > 0 {
                let _ = writeln!(out, "  * … and {} more places", grouped(row.more as u64));
            }
        }
        if section.number > section.rows.len() {
            let more = section.number - section.rows.len();
            let _ = writeln!(out, "* … and {} more", grouped(more as u64));
        }
    }
    to.write_all(out.as_bytes())
}
