//! The plan in Markdown (`plan-md`), for a ticket or a page.

use std::fmt::{self, Write as _};
use std::io;

use super::{code, prose};
use crate::inventory::Report;
use crate::output::text::plan::{MAX_ITEMS, Writer};
use crate::output::{Format, Options, band_name};

/// `--format plan-md`.
#[derive(Debug)]
pub struct Plan;

impl Format for Plan {
    fn name(&self) -> &'static str {
        "plan-md"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = markdown(&Writer::new(report, options), &mut out);
        to.write_all(out.as_bytes())
    }
}

fn markdown(plan: &Writer<'_>, out: &mut String) -> fmt::Result {
    let items = &plan.report.plan;
    writeln!(out, "# Plan for {}\n", code(&plan.report.subject.shown))?;
    let mut totals = String::new();
    plan.totals(&mut totals)?;
    for line in totals.lines() {
        writeln!(out, "- {}", prose(line))?
    }
    for (item, number) in items.iter().zip(1..) {
        let band = band_name(item.band);
        writeln!(out, "\n## {number}. {band}: {}\n", prose(&item.title))?;
        let facts = plan.facts(item).into_iter();
        let facts: Vec<String> = facts.map(|fact| prose(&fact)).collect();
        writeln!(out, "{} · {}\n", code(&item.id), facts.join(" · "))?;
        let open = plan.open(item).map(|text| prose(&text));
        let notes = item.notes.iter().map(|note| prose(note));
        for line in open.chain(notes) {
            writeln!(out, "{line}\n")?
        }
        let most = if plan.options.all {
            item.places.len()
        } else {
            MAX_ITEMS
        };
        for place in item.places.iter().take(most) {
            writeln!(out, "- {}", code(&plan.place(place)))?
        }
        if item.places.len() > most {
            writeln!(out, "- and {} more", item.places.len() - most)?
        }
    }
    Ok(())
}
