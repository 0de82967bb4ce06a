//! Findings as the test report that CI services read (JUnit XML): a suite for each finding class, a case for each finding.
//!
//! A case fails where somebody has to do something, is skipped where a waiver accepts the finding or where something only stands ready and no
//! use was seen, and passes where it is post-quantum or not affected. A suite of its own says whether everything was read. Valid by
//! the schema of Jenkins' xUnit plugin (`junit-10.xsd`), which knows no file and line: the name of a case has them.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::fit::{counted, harmless};
use super::rows::{Row, rows};
use super::words::at;
use super::{Format, Options, band_name, rfc3339};
use crate::inventory::{Class, Occurrence, Report};
use crate::model::{FindingClass, SkipReason};

/// `--format junit`.
#[derive(Debug)]
pub struct JUnit;

impl Format for JUnit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".xml"]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let rows = rows(report);
        let mut suites: BTreeMap<FindingClass, Vec<&Row<'_>>> = BTreeMap::new();
        for row in &rows {
            suites
                .entry(row.judged.finding_class)
                .or_default()
                .push(row)
        }
        let mut out = Writer::new_with_indent(&mut *to, b' ', 1);
        out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut counts = Counts::default();
        for (row, place) in rows.iter().flat_map(places) {
            counts.add(&outcome(report, row, place))
        }
        counts.add(&everything_read(report));
        let mut all = BytesStart::new("testsuites");
        all.push_attribute(("name", "pqscan"));
        // The schema has no number of what was skipped here.
        counts.write(&mut all, false);
        out.write_event(Event::Start(all))?;
        for (class, rows) in &suites {
            suite(report, *class, rows, &mut out)?
        }
        coverage(report, &mut out)?;
        out.write_event(Event::End(BytesEnd::new("testsuites")))?;
        out.get_mut().write_all(b"\n")
    }
}

type Out<'w> = Writer<&'w mut dyn io::Write>;

/// What became of a case.
enum Outcome {
    Passed,
    Failed,
    /// With the reason.
    Skipped(String),
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        self.tests += 1;
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.failures += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }

    fn write(&self, element: &mut BytesStart<'_>, with_skipped: bool) {
        element.push_attribute(("tests", &*self.tests.to_string()));
        element.push_attribute(("failures", &*self.failures.to_string()));
        element.push_attribute(("errors", "0"));
        if with_skipped {
            element.push_attribute(("skipped", &*self.skipped.to_string()))
        }
    }
}

/// The places of a row, by number.
fn places<'r, 'a>(row: &'r Row<'a>) -> impl Iterator<Item = (&'r Row<'a>, usize)> {
    (0..row.asset.occurrences.len()).map(move |place| (row, place))
}

fn outcome(report: &Report, row: &Row<'_>, place: usize) -> Outcome {
    if row.needs_action() && !row.is_accepted(report, place) {
        return Outcome::Failed;
    }
    if row.needs_action() {
        return Outcome::Skipped(accepted(report, row, place));
    }
    match row.judged.class {
        Class::Provided => Outcome::Skipped("there for others to use; no use was seen".to_owned()),
        _ => Outcome::Passed,
    }
}

/// Who accepts a finding, until when and why.
fn accepted(report: &Report, row: &Row<'_>, place: usize) -> String {
    let class = row.judged.finding_class;
    match report.waivers.at(row.number, class, place) {
        Some(entry) => {
            let until = entry.waiver.until.map(|day| day.to_string());
            let owner = entry.owner.as_deref().unwrap_or("an unknown owner");
            format!(
                "accepted until {} by {owner} ({}): {}",
                until.unwrap_or_default(),
                entry.waiver.place.id(),
                entry.waiver.reason()
            )
        }
        None => "accepted".to_owned(),
    }
}

fn suite(
    report: &Report,
    class: FindingClass,
    rows: &[&Row<'_>],
    out: &mut Out<'_>,
) -> io::Result<()> {
    let mut counts = Counts::default();
    for (row, place) in rows.iter().flat_map(|row| places(row)) {
        counts.add(&outcome(report, row, place))
    }
    open_suite(report, class.name(), &counts, out)?;
    for (row, number) in rows.iter().flat_map(|row| places(row)) {
        let place = &row.asset.occurrences[number];
        let name = format!("{} at {}", row.asset.name, at(&place.location));
        let outcome = outcome(report, row, number);
        case(class.name(), &name, &outcome, Some((row, place)), out)?
    }
    out.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn open_suite(report: &Report, name: &str, counts: &Counts, out: &mut Out<'_>) -> io::Result<()> {
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", name));
    counts.write(&mut suite, true);
    if let Some(time) = report.timestamp.and_then(rfc3339) {
        suite.push_attribute(("timestamp", &*time))
    }
    out.write_event(Event::Start(suite))
}

fn case(
    class: &str,
    name: &str,
    outcome: &Outcome,
    finding: Option<(&Row<'_>, &Occurrence)>,
    out: &mut Out<'_>,
) -> io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("name", &*fit_for_xml(name)));
    case.push_attribute(("classname", &*format!("pqscan.{class}")));
    match (outcome, finding) {
        (Outcome::Failed, Some((row, place))) => {
            out.write_event(Event::Start(case))?;
            failure(row, place, out)?
        }
        (Outcome::Skipped(why), _) => {
            out.write_event(Event::Start(case))?;
            let mut skipped = BytesStart::new("skipped");
            skipped.push_attribute(("message", &*fit_for_xml(why)));
            out.write_event(Event::Empty(skipped))?
        }
        _ => return out.write_event(Event::Empty(case)),
    }
    out.write_event(Event::End(BytesEnd::new("testcase")))
}

fn failure(row: &Row<'_>, place: &Occurrence, out: &mut Out<'_>) -> io::Result<()> {
    let band = band_name(row.judged.band);
    let mut failure = BytesStart::new("failure");
    failure.push_attribute(("type", band));
    let message = format!("{band}: {}", row.judged.finding_class.title());
    failure.push_attribute(("message", &*message));
    out.write_event(Event::Start(failure))?;
    let mut lines = vec![
        format!("at: {}", at(&place.location)),
        format!("code: {}", place.text),
        format!("why: {}", row.judged.reason),
    ];
    if let Some(replacement) = row.judged.replacement() {
        lines.push(format!("instead: {replacement}"))
    }
    if let Some(note) = &row.judged.note {
        lines.push(format!("note: {note}"))
    }
    if let Some(due) = row
        .judged
        .score
        .as_deref()
        .and_then(|s| s.deadline.as_ref())
    {
        lines.push(format!("until: {}, {}", due.last_day, due.cited))
    }
    let class = row.judged.finding_class.name();
    lines.push(format!("more: pqscan explain {class}"));
    let lines: Vec<String> = lines.iter().map(|line| fit_for_xml(line)).collect();
    out.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    out.write_event(Event::End(BytesEnd::new("failure")))
}

/// Whether everything was read that could have held cryptography.
fn everything_read(report: &Report) -> Outcome {
    let not_read = report.coverage.not_read(SkipReason::is_gap);
    if not_read.files == 0 {
        return Outcome::Passed;
    }
    let list: Vec<String> = not_read
        .by_reason
        .iter()
        .map(|(why, n)| format!("{n} {why}"))
        .collect();
    let files = counted(not_read.files, "file");
    Outcome::Skipped(format!("{files} not wholly read: {}", list.join(", ")))
}

fn coverage(report: &Report, out: &mut Out<'_>) -> io::Result<()> {
    let outcome = everything_read(report);
    let mut counts = Counts::default();
    counts.add(&outcome);
    open_suite(report, "coverage", &counts, out)?;
    case("coverage", "everything was read", &outcome, None, out)?;
    out.write_event(Event::End(BytesEnd::new("testsuite")))
}

/// Of the characters that XML 1.0 §2.2 allows only; escaping is the writer's.
fn fit_for_xml(text: &str) -> String {
    let text = harmless(text);
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_of_xml_are_written() {
        assert_eq!(
            fit_for_xml("a\0b\u{ffff}c\u{b}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}"
        );
        assert_eq!(fit_for_xml("\u{1f600} <&>"), "\u{1f600} <&>");
    }
}
