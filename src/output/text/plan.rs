//! The plan that a person reads on a terminal: a numbered list, what each item waits for and lets begin, and totals. In Markdown it is
//! written by `output::markdown`, of the same facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;

use super::WIDTH;
use crate::inventory::plan::{List, WorkItem};
use crate::inventory::planning::Years;
use crate::inventory::{Band, Report};
use crate::model::Location;
use crate::output::fit::{columns, counted, cut, grouped, harmless, wrapped};
use crate::output::words::{BANDS, place};
use crate::output::{Format, Options, band_name};

/// Most items, and in Markdown most places of an item, unless all are asked for.
pub(in crate::output) const MAX_ITEMS: usize = 10;
/// Most places shown of an item.
const MAX_PLACES: usize = 3;
/// Most numbers of other items, and of owners, in a line.
const MAX_ROW: usize = 4;

/// `--format plan`.
#[derive(Debug)]
pub struct Plan;

impl Format for Plan {
    fn name(&self) -> &'static str {
        "plan"
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
        let _ = Writer::new(report, options).terminal(&mut out);
        to.write_all(out.as_bytes())
    }
}

pub(in crate::output) struct Writer<'a> {
    pub(in crate::output) report: &'a Report,
    pub(in crate::output) options: &'a Options,
    width: usize,
    /// The numbers of items, by id.
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Writer<'a> {
    pub(in crate::output) fn new(report: &'a Report, options: &'a Options) -> Self {
        let ids = report.plan.iter().map(|item| &*item.id);
        Self {
            report,
            options,
            width: options.width.unwrap_or(WIDTH).max(40),
            numbers: ids.zip(1..).collect(),
        }
    }

    fn terminal(&self, out: &mut String) -> fmt::Result {
        let plan = &self.report.plan;
        let shown = harmless(&self.report.subject.shown);
        let items = counted(plan.len() as u64, "work item");
        writeln!(out, "Plan for {shown}: {items}")?;
        let most = if self.options.all {
            plan.len()
        } else {
            MAX_ITEMS
        };
        let digits = plan.len().min(most).to_string().len();
        for (item, number) in plan.iter().take(most).zip(1..) {
            self.item(item, number, digits, out)?
        }
        if plan.is_empty() {
            return writeln!(out, "Nothing in what was read has to be done.");
        }
        writeln!(out)?;
        if plan.len() > most {
            let more = grouped((plan.len() - most) as u64);
            writeln!(out, "… {more} more (--all)")?
        }
        self.totals(out)
    }

    fn item(&self, item: &WorkItem, number: usize, digits: usize, out: &mut String) -> fmt::Result {
        let head = format!("{number:>digits$}. {}  ", band_name(item.band));
        let indent = " ".repeat(columns(&head));
        let room = self.width.saturating_sub(indent.len()).max(30);
        writeln!(out)?;
        for (n, line) in wrapped(&harmless(&item.title), room).iter().enumerate() {
            let before = if n == 0 { &head } else { &indent };
            writeln!(out, "{before}{line}")?
        }
        let facts = self.facts(item).join(" · ");
        let notes = item.notes.iter().map(|note| harmless(note));
        for text in std::iter::once(facts).chain(self.open(item)).chain(notes) {
            for line in wrapped(&text, room) {
                writeln!(out, "{indent}{line}")?
            }
        }
        for place in self.examples(item) {
            // A place is never cut or broken, so that it can be clicked.
            writeln!(out, "{indent}  {place}")?
        }
        Ok(())
    }

    /// The list, what to change to, how long it takes, until when, whose it is, and what is before and after it.
    pub(in crate::output) fn facts(&self, item: &WorkItem) -> Vec<String> {
        let mut facts = vec![item.list.name().to_owned()];
        if !item.targets.is_empty() {
            let targets: Vec<String> = item.targets.iter().map(|t| harmless(t)).collect();
            facts.push(format!("to {}", row(&targets, " or ")))
        }
        if let Some(effort) = item.effort {
            facts.push(in_words(effort).to_owned())
        }
        if let Some(due) = &item.deadline {
            facts.push(format!("by {} ({})", due.last_day, due.policy))
        }
        if !item.owners.is_empty() {
            let owners: Vec<String> = item.owners.iter().map(|owner| harmless(owner)).collect();
            facts.push(row(&owners, ", "))
        }
        for (word, ids) in [("after", &item.after), ("unblocks", &item.unblocks)] {
            let numbers = ids.iter().filter_map(|id| self.numbers.get(&**id));
            let numbers: Vec<String> = numbers.map(ToString::to_string).collect();
            if !numbers.is_empty() {
                facts.push(format!("{word} {}", row(&numbers, ", ")))
            }
        }
        facts
    }

    /// What only a person knows of it: `needs shelf-life: P1 if 1 year, P0 if 10 years`.
    pub(in crate::output) fn open<'i>(
        &self,
        item: &'i WorkItem,
    ) -> impl Iterator<Item = String> + use<'i> {
        item.needs_context.iter().map(|need| {
            let [least, most] = [&need.least, &need.most];
            format!(
                "needs {}: {} if {}, {} if {}",
                need.what,
                band_name(most.0),
                harmless(&most.1),
                band_name(least.0),
                harmless(&least.1)
            )
        })
    }

    /// A few places, each of another file where there are several.
    fn examples(&self, item: &WorkItem) -> Vec<String> {
        let mut files = BTreeSet::new();
        let first: Vec<&Location> = item
            .places
            .iter()
            .filter(|place| files.insert(&place.path))
            .take(MAX_PLACES)
            .collect();
        let others = item.places.iter().filter(|place| !first.contains(place));
        let missing = MAX_PLACES - first.len();
        let mut places: Vec<&Location> =
            others.take(missing).chain(first.iter().copied()).collect();
        places.sort();
        places.into_iter().map(|place| self.place(place)).collect()
    }

    pub(in crate::output) fn place(&self, location: &Location) -> String {
        place(self.report, location)
    }

    pub(in crate::output) fn totals(&self, out: &mut String) -> fmt::Result {
        let plan = &self.report.plan;
        let count = |wanted: &dyn Fn(&WorkItem) -> bool| {
            grouped(plan.iter().filter(|item| wanted(item)).count() as u64)
        };
        let bands = BANDS.map(|band| (band_name(band), count(&|item| item.band == band)));
        let lists = List::ALL.map(|list| (list.name(), count(&|item| item.list == list)));
        for (head, counts) in [("Priority", &bands[..]), ("List", &lists[..])] {
            let parts = counts.iter().filter(|(_, number)| number != "0");
            let parts: Vec<String> = parts.map(|(name, n)| format!("{name} {n}")).collect();
            writeln!(out, "{head:<9} {}", parts.join(", "))?
        }
        let quick = |item: &WorkItem| {
            item.band <= Band::P1
                && item.after.is_empty()
                && item.effort.is_some_and(|effort| effort <= WEEKS)
        };
        match plan.iter().filter(|item| quick(item)).count() {
            0 => Ok(()),
            quick => writeln!(
                out,
                "Quick     {quick} of P0 and P1 take weeks and wait for nothing"
            ),
        }
    }
}

/// ` Plan  12 work items, 3 of P0 (pqscan plan)`, for the report of a scan.
pub(super) fn summary(report: &Report) -> Option<String> {
    let plan = &report.plan;
    let most = plan.iter().map(|item| item.band).min()?;
    let number = plan.iter().filter(|item| item.band == most).count();
    Some(format!(
        "{}, {} of {} (pqscan plan)",
        counted(plan.len() as u64, "work item"),
        grouped(number as u64),
        band_name(most)
    ))
}

/// The longest effort that is counted in weeks.
const WEEKS: Years = Years::hundredths(25);

/// How long something takes, in words.
fn in_words(effort: Years) -> &'static str {
    match effort.in_hundredths() {
        ..5 => "days",
        5..=25 => "weeks",
        26..=100 => "months",
        _ => "years",
    }
}

/// The first few of a row, and how many more there are.
fn row(parts: &[String], between: &str) -> String {
    let shown = parts.iter().take(MAX_ROW).map(|part| cut(part, 80));
    let shown: Vec<String> = shown.collect();
    match parts.len().saturating_sub(MAX_ROW) {
        0 => shown.join(between),
        more => format!("{} and {more} more", shown.join(between)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efforts_are_told_in_words() {
        assert_eq!(in_words(Years::hundredths(4)), "days");
        assert_eq!(in_words(Years::hundredths(25)), "weeks");
        assert_eq!(in_words(Years::whole(1)), "months");
        assert_eq!(in_words(Years::whole(3)), "years");
    }
}
