//! A report in Markdown: for a comment on a pull request and for the summary of a job.
//!
//! Always below what GitHub takes in a comment; with everything asked for (`--all`), below what it takes in the summary of a step. What does not
//! fit, or is beyond the most urgent, is counted. The first line is a comment that is not shown, by which a workflow finds what an earlier run
//! has written and writes over it.

use std::io;

use super::{cell, code, prose, prose_cell};
use crate::inventory::assumptions::assumptions;
use crate::inventory::waiver::{Entry, State};
use crate::inventory::{Class, Report, Source};
use crate::model::SkipReason;
use crate::output::fit::{counted, grouped, shortened};
use crate::output::rows::{Row, Totals, first, rows};
use crate::output::words::{BANDS, CLASSES, at, lowered, reasons, unknown};
use crate::output::{Format, Options, band_name};

/// The first line.
const MARKER: &str = "<!-- pqscan:summary -->";
/// Most bytes: a comment holds 65,536 characters (GitHub's API), which are at least as many bytes.
const MAX_COMMENT: usize = 65_000;
/// Likewise of a job summary: 1 MiB a step (GitHub Docs, *Adding a job summary*).
const MAX_SUMMARY: usize = 1_000_000;
/// Bytes that are kept for what follows the lists: half of them for accepted risks.
const FOOT: usize = 16_000;
/// Most rows of the most urgent, of the plan, of what is not resolved, and of accepted risks, unless all are asked for.
const MAX_ROWS: usize = 20;
const MAX_ITEMS: usize = 10;
const MAX_UNRESOLVED: usize = 10;
const MAX_WAIVERS: usize = 10;
/// Most characters of a name, a place, or a title.
const MAX_TEXT: usize = 200;

/// `--format md`.
#[derive(Debug)]
pub struct Summary;

impl Format for Summary {
    fn name(&self) -> &'static str {
        "md"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["markdown", ".md", ".markdown"]
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let most = if options.all {
            MAX_SUMMARY
        } else {
            MAX_COMMENT
        };
        let mut page = Page {
            report,
            rows: rows(report),
            all: options.all,
            room: most - FOOT,
            out: String::new(),
        };
        page.head();
        page.totals();
        page.urgent();
        page.plan();
        page.unresolved();
        page.room = most - FOOT / 2;
        page.not_read();
        page.accepted();
        page.room = most;
        page.by_project();
        page.foot();
        to.write_all(page.out.as_bytes())
    }
}

struct Page<'a> {
    report: &'a Report,
    rows: Vec<Row<'a>>,
    all: bool,
    /// How long it may become, in bytes.
    room: usize,
    out: String,
}

impl<'a> Page<'a> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A heading, lines before a list, and as many lines of the list as fit; how many.
    fn list(
        &mut self,
        heading: &str,
        before: &str,
        most: usize,
        items: impl Iterator<Item = String>,
    ) -> usize {
        self.line(&format!("\n### {heading}\n"));
        self.out.push_str(before);
        self.items(most, items)
    }

    /// As many lines of a list as fit; how many.
    fn items(&mut self, most: usize, items: impl Iterator<Item = String>) -> usize {
        let mut shown = 0;
        for item in items.take(most) {
            if self.out.len() + item.len() > self.room {
                break;
            }
            self.line(&item);
            shown += 1;
        }
        shown
    }

    fn more(&mut self, shown: usize, number: usize) {
        if shown < number {
            let [shown, number] = [shown, number].map(|n| grouped(n as u64));
            self.line(&format!("\n{shown} of {number} are shown."))
        }
    }

    fn most(&self, usually: usize) -> usize {
        if self.all { usize::MAX } else { usually }
    }

    fn head(&mut self) {
        let subject = &self.report.subject;
        self.line(MARKER);
        self.line("## Cryptography and quantum readiness\n");
        let mut what = code(&shortened(&subject.name, MAX_TEXT));
        if let Some(commit) = &subject.commit {
            let commit: String = commit.chars().take(7).collect();
            what += &format!(" at {}", code(&commit))
        }
        let totals = Totals::of(&self.rows);
        let readiness = match totals.readiness() {
            Some(percent) => format!(
                "**Readiness {percent}%**: {} quantum-vulnerable, {} post-quantum, {} unresolved",
                grouped(totals.broken as u64),
                grouped(totals.ready as u64),
                grouped(totals.unresolved as u64)
            ),
            None => "Nothing that a quantum computer breaks, and nothing post-quantum".to_owned(),
        };
        self.line(&format!(
            "{what}: {} in {}. {readiness}.",
            counted(totals.assets as u64, "asset"),
            counted(totals.places as u64, "place")
        ));
        if let Some(since) = &subject.since {
            let commit: String = since.commit.chars().take(7).collect();
            self.line(&format!(
                "\nOnly what changed since {} (merge base {}): {}.",
                code(&shortened(&since.rev, MAX_TEXT)),
                code(&commit),
                counted(since.files, "file")
            ))
        }
    }

    /// Assets by priority and by list; each counts once in either.
    fn totals(&mut self) {
        let totals = Totals::of(&self.rows);
        if totals.assets == 0 {
            return;
        }
        self.line("\n| Priority | Assets |\n| --- | ---: |");
        for band in BANDS {
            if let Some(number) = totals.by_band.get(&band) {
                let number = grouped(*number as u64);
                self.line(&format!("| {} | {number} |", band_name(band)))
            }
        }
        self.line("\n| Assets by their most urgent finding | |\n| --- | ---: |");
        for (class, words) in CLASSES {
            if let Some(number) = totals.by_class.get(&class) {
                self.line(&format!("| {words} | {} |", grouped(*number as u64)))
            }
        }
    }

    /// What needs something and is not wholly accepted, the most urgent first.
    fn urgent(&mut self) {
        let report = self.report;
        let is_open = |row: &&Row<'a>| {
            let class = row.judged.finding_class;
            row.needs_action()
                && row.judged.class != Class::Unresolved
                && !report.waivers.accepts_all(row.number, class)
        };
        let open: Vec<Row<'a>> = self.rows.iter().filter(is_open).copied().collect();
        if open.is_empty() {
            return;
        }
        let head = "| Priority | Finding | Asset | First place | Places | Until | Instead |\n\
                    | --- | --- | --- | --- | ---: | --- | --- |\n";
        let number = grouped(open.len() as u64);
        let heading = format!("What needs something ({number}), the most urgent first");
        let most = self.most(MAX_ROWS);
        let rows = open.iter().map(urgent_row);
        let shown = self.list(&heading, head, most, rows);
        self.more(shown, open.len())
    }

    fn plan(&mut self) {
        let plan = &self.report.plan;
        if plan.is_empty() {
            return;
        }
        let heading = format!("Plan: {}", counted(plan.len() as u64, "work item"));
        let items = plan.iter().zip(1..).map(|(item, number)| {
            let mut line = format!(
                "{number}. **{}** {}",
                band_name(item.band),
                prose(&shortened(&item.title, MAX_TEXT))
            );
            if let Some(due) = &item.deadline {
                line += &format!(" (until {}, {})", due.last_day, prose(&due.policy))
            }
            line
        });
        let most = self.most(MAX_ITEMS);
        let shown = self.list(&heading, "", most, items);
        self.more(shown, plan.len())
    }

    /// What has a parameter that the code does not show.
    fn unresolved(&mut self) {
        let is_open = |row: &&Row<'a>| row.is_main() && row.asset.unresolved().next().is_some();
        let open: Vec<Row<'a>> = self.rows.iter().filter(is_open).copied().collect();
        if open.is_empty() {
            return;
        }
        let items = open.iter().map(|row| {
            let kind = row.asset.asset.kind.name();
            let name = row.asset.asset.algorithm().unwrap_or(kind);
            let what = row.asset.unresolved();
            let what: Vec<String> = what.map(|(facet, value)| unknown(facet, value)).collect();
            let what = shortened(&what.join("; "), 2 * MAX_TEXT);
            let name = prose(&shortened(name, MAX_TEXT));
            format!("* {name}: {} {}", prose(&what), place_of(row))
        });
        let number = counted(open.len() as u64, "asset");
        let heading = format!("Parameters that the code does not show ({number})");
        let most = self.most(MAX_UNRESOLVED);
        let shown = self.list(&heading, "", most, items);
        self.more(shown, open.len())
    }

    fn not_read(&mut self) {
        let not_read = self.report.coverage.not_read(SkipReason::is_gap);
        if not_read.files == 0 {
            return;
        }
        let files = counted(not_read.files, "file");
        self.line(&format!(
            "\n**Not wholly read**: {files} ({}).",
            reasons(&not_read)
        ))
    }

    /// What is accepted, until when, by whom and why: what is over already first.
    fn accepted(&mut self) {
        let entries = &self.report.waivers.entries;
        if entries.is_empty() {
            return;
        }
        let counts = State::ALL.iter().filter_map(|state| {
            let number = entries.iter().filter(|e| e.state == *state).count();
            (number > 0).then(|| format!("{} {}", grouped(number as u64), state.name()))
        });
        let counts: Vec<String> = counts.collect();
        let waivers = counted(entries.len() as u64, "waiver");
        self.line(&format!(
            "\n**Accepted risks**: {waivers} ({}).\n",
            counts.join(", ")
        ));
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by_key(|entry| entry.state);
        let most = self.most(MAX_WAIVERS);
        let shown = self.items(most, sorted.into_iter().map(waiver));
        self.more(shown, entries.len())
    }

    /// What the project itself has a say in.
    fn by_project(&mut self) {
        let report = self.report;
        let by_project = &report.coverage.by_project;
        if !by_project.keys.is_empty() && !by_project.is_ignored {
            let keys: Vec<String> = by_project.keys.iter().map(|key| code(key)).collect();
            let left_out = counted(by_project.left_out, "file");
            let mut line = format!(
                "\n**By the project's own settings** ({}): {left_out} left out",
                keys.join(", ")
            );
            if !report.lowered.is_empty() {
                let lowered = lowered(report.lowered.len());
                line += &format!("; {lowered}")
            }
            self.line(&format!("{line}."))
        }
    }

    /// By whose deadlines, on which assumptions, and by what.
    fn foot(&mut self) {
        let planning = &self.report.planning;
        let policies = planning.policies.iter().map(|policy| prose(&policy.title));
        let policies: Vec<String> = policies.collect();
        let assessments = self.report.assessment.iter().map(AsRef::as_ref);
        let assumed: Vec<String> = assumptions(planning, assessments)
            .into_iter()
            .filter(|assumption| assumption.source == Source::Default)
            .map(|assumption| prose(&assumption.words))
            .collect();
        let mut lines = format!("\n---\n\nPolicies: {}.", policies.join(", "));
        if !assumed.is_empty() {
            lines += &format!(" Assumed: {}.", assumed.join("; "))
        }
        // Policies of somebody's own may have titles of any length.
        if self.out.len() + lines.len() + 200 < self.room {
            self.line(&lines)
        }
        self.line(&format!(
            "\nWritten by pqscan {}; `pqscan explain` says more of each finding.",
            env!("CARGO_PKG_VERSION")
        ))
    }
}

/// `* until 2027-06-30: weak-hash in legacy/**; 1 asset in 2 places, by @example/team, pqscan.toml#1: why`.
fn waiver(entry: &Entry) -> String {
    let waiver = &entry.waiver;
    let until = waiver.until.map(|day| format!(" {day}"));
    let until = until.unwrap_or_default();
    let state = match entry.state {
        State::Used => format!("until{until}"),
        State::Expired => format!("**expired**{until}"),
        State::Unmatched => format!("unmatched, until{until}"),
        State::Malformed => "malformed, does not count".to_owned(),
    };
    let mut line = format!(
        "* {state}: {}",
        prose(&shortened(&waiver.about(), MAX_TEXT))
    );
    if !entry.assets.is_empty() {
        line += &format!(
            "; {} in {}",
            counted(entry.assets.len() as u64, "asset"),
            counted(entry.places as u64, "place")
        )
    }
    line += &match &entry.owner {
        Some(owner) => format!(", by {}", code(&shortened(owner, MAX_TEXT))),
        None => ", owner unknown".to_owned(),
    };
    let place = waiver.place.id();
    line += &format!(", {}", code(&shortened(&place, MAX_TEXT)));
    match waiver.reason() {
        "" => line,
        reason => format!("{line}: {}", prose(&shortened(reason, MAX_TEXT))),
    }
}

fn urgent_row(row: &Row<'_>) -> String {
    let judged = row.judged;
    let due = judged.score.as_deref().and_then(|s| s.deadline.as_ref());
    let until = due.map(|due| due.last_day.to_string()).unwrap_or_default();
    let instead = judged.replacement().unwrap_or_default();
    format!(
        "| {} | {} | {} | {} | {} | {until} | {} |",
        band_name(judged.band),
        judged.finding_class.name(),
        cell(&shortened(&row.asset.name, MAX_TEXT)),
        first(row.asset)
            .map(|o| cell(&shortened(&at(&o.location), MAX_TEXT)))
            .unwrap_or_default(),
        grouped(row.asset.occurrences.len() as u64),
        prose_cell(&shortened(&instead, MAX_TEXT)),
    )
}

fn place_of(row: &Row<'_>) -> String {
    let place = first(row.asset).map(|o| at(&o.location));
    let place = code(&shortened(&place.unwrap_or_default(), MAX_TEXT));
    match row.asset.occurrences.len() {
        0 | 1 => format!("at {place}"),
        number => format!("at {place} (+{})", grouped(number as u64 - 1)),
    }
}
