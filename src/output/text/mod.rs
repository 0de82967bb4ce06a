//! The report that a person reads on a terminal: what was scanned, totals, the most urgent assets with their places, what could not be
//! told, what was not read, and the next step. Of much it is an overview that fits a screen: every list is counted, and says how to see it
//! whole.
//!
//! Plain text; colour only where the options say so. Text of the code under scan is made harmless before it is shown, and lines are
//! cut to the terminal's width. Not for programs: its words may change with any version.

mod accepted;
pub(super) mod diff;
mod excerpts;
pub mod plan;
mod score;
pub mod table;
mod totals;
pub mod tree;

use std::fmt::{self, Write as _};
use std::io;

use anstyle::{AnsiColor, Style};

use super::fit::{columns, counted, cut, grouped, harmless};
use super::rows::{Row, Totals, first, rows};
use super::words::{joined, place, reasons, unknown};
use super::{Format, Options};
use crate::inventory::{Band, Occurrence, Report};
use crate::model::{Coverage, Location};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;
/// Most unresolved assets listed unless all are asked for.
const MAX_UNRESOLVED: usize = 8;

/// From so many findings on, the report is an overview.
const BIG: usize = 1000;
/// Lines that a screen has.
const SCREEN: usize = 40;

/// `--format text`.
#[derive(Debug)]
pub struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".txt"]
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(report, options);
        // Writing to a String cannot fail.
        let _ = page.write();
        to.write_all(page.out.as_bytes())
    }
}

struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
    width: usize,
    /// What was seen by itself, most urgent first. What is only implied is in the machine forms.
    rows: Vec<Row<'a>>,
    out: String,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &'a Options) -> Self {
        let width = options.width.unwrap_or(WIDTH).max(40);
        Self {
            report,
            options,
            width,
            rows: rows(report),
            out: String::new(),
        }
    }

    fn write(&mut self) -> fmt::Result {
        self.header()?;
        if self.report.inventory.assets.is_empty() {
            let read = match &self.report.subject.since {
                Some(_) => "changed",
                None => "was read",
            };
            writeln!(self.out, "\nNo cryptography found in what {read}.")?;
            self.accepted()?;
            return self.skipped();
        }
        self.classes()?;
        self.priorities()?;
        self.readiness()?;
        self.planning()?;
        self.objects()?;
        self.binaries()?;
        self.listed("Plan", plan::summary(self.report).as_slice())?;
        match self.is_overview() {
            true => self.most_urgent()?,
            false => self.excerpts()?,
        }
        self.accepted()?;
        self.unresolved()?;
        self.skipped()?;
        if self.options.all && self.lines() > SCREEN {
            self.again()?
        }
        self.next_step()
    }

    /// Whether there is so much that everything is shortened to what fits a screen.
    fn is_overview(&self) -> bool {
        let findings = self.rows.iter().map(|row| row.asset.occurrences.len());
        !self.options.all && !self.options.explain && findings.sum::<usize>() >= BIG
    }

    /// Lines so far.
    fn lines(&self) -> usize {
        self.out.bytes().filter(|byte| *byte == b'\n').count()
    }

    /// The totals once more, where those above have left the screen.
    fn again(&mut self) -> fmt::Result {
        let totals = table::summary(&Totals::of(&self.rows));
        let head = self.paint(Style::new().bold(), "In all");
        writeln!(self.out, "\n{head}: {totals}")?;
        self.priorities()?;
        self.readiness()
    }

    fn header(&mut self) -> fmt::Result {
        let coverage = &self.report.coverage;
        let mut facts = Vec::new();
        if let Some(commit) = &self.report.subject.commit {
            facts.push(format!(
                "git {}",
                harmless(&commit.chars().take(7).collect::<String>())
            ));
        }
        facts.push(counted(coverage.files_seen, "file"));
        if coverage.archives > 0 {
            facts.push(format!(
                "{} of them in {}",
                grouped(coverage.members),
                counted(coverage.archives, "archive")
            ));
        }
        facts.push(format!("{} searched", grouped(coverage.files_searched)));
        facts.push(format!("{} parsed", grouped(coverage.files_parsed)));
        let elapsed = self
            .options
            .elapsed
            .map(|time| format!("   {:.1} s", time.as_secs_f64()))
            .unwrap_or_default();
        let tool = self.paint(
            Style::new().bold(),
            &format!("pqscan {}", env!("CARGO_PKG_VERSION")),
        );
        let shown = harmless(&self.report.subject.shown);
        writeln!(self.out, "{tool}  {shown}  ({}){elapsed}", facts.join(", "))?;
        if let Some(since) = &self.report.subject.since {
            let commit: String = since.commit.chars().take(7).collect();
            let rev = cut(&harmless(&since.rev), 60);
            let files = counted(since.files, "file");
            let line = format!("Only what changed since {rev} (merge base {commit}): {files}");
            writeln!(self.out, "{line}")?
        }
        self.not_read(coverage)?;
        self.by_project()
    }

    /// `Not read: 3 files (2 too large for parsing, 1 unreadable)`.
    fn not_read(&mut self, coverage: &Coverage) -> fmt::Result {
        for (gap, words) in [(true, "Not read"), (false, "Read in part, or no file")] {
            let not_read = coverage.not_read(|reason| reason.is_gap() == gap);
            if not_read.files == 0 {
                continue;
            }
            let hint = if self.options.show_skipped {
                ""
            } else {
                "   --show-skipped"
            };
            let label = if gap {
                self.paint(AnsiColor::Yellow.on_default(), words)
            } else {
                words.to_owned()
            };
            writeln!(
                self.out,
                "{label}: {} ({}){hint}",
                counted(not_read.files, "file"),
                reasons(&not_read)
            )?;
        }
        Ok(())
    }

    fn unresolved(&mut self) -> fmt::Result {
        let open: Vec<Row<'a>> = self
            .rows
            .iter()
            .copied()
            .filter(|row| row.is_main() && row.asset.unresolved().next().is_some())
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let head = self.paint(
            Style::new().bold(),
            "Parameters that the code does not show",
        );
        let number = counted(open.len() as u64, "asset");
        if self.is_overview() {
            return writeln!(self.out, "{head}: {number}   --all");
        }
        writeln!(self.out, "\n{head}: {number}")?;
        let shown = if self.options.all {
            open.len()
        } else {
            MAX_UNRESOLVED
        };
        for Row { asset, .. } in open.iter().take(shown) {
            let what: Vec<String> = asset
                .unresolved()
                .map(|(facet, value)| unknown(facet, value))
                .collect();
            let place = first(asset)
                .map(|occurrence| self.place(occurrence))
                .unwrap_or_default();
            let more = if asset.occurrences.len() > 1 {
                format!(" (+{})", asset.occurrences.len() - 1)
            } else {
                String::new()
            };
            let kind = asset.asset.kind.name();
            let name = asset.asset.algorithm().unwrap_or(kind);
            let said = cut(
                &harmless(&format!("{name}: {}", what.join("; "))),
                self.width.saturating_sub(2),
            );
            // A place is never cut or broken, so that it can be clicked; it gets its own line where both do not fit.
            let fits = columns(&said) + columns(&place) + columns(&more) + 4 <= self.width;
            let place = match first(asset) {
                Some(occurrence) => self.linked(&occurrence.location, &place),
                None => place,
            };
            writeln!(
                self.out,
                "  {said}{}{place}{more}",
                if fits { "  " } else { "\n      " }
            )?;
        }
        if open.len() > shown {
            writeln!(self.out, "  … {} more (--all)", open.len() - shown)?
        }
        Ok(())
    }

    fn skipped(&mut self) -> fmt::Result {
        if !self.options.show_skipped || self.report.coverage.skips.is_empty() {
            return Ok(());
        }
        let head = self.paint(Style::new().bold(), "Skipped");
        writeln!(self.out, "\n{head}:")?;
        for skip in &self.report.coverage.skips {
            let detail = if skip.detail.is_empty() {
                String::new()
            } else {
                format!(" ({})", skip.detail)
            };
            writeln!(
                self.out,
                "  {}: {}{}",
                self.joined(&skip.path),
                skip.reason.name(),
                harmless(&detail)
            )?;
        }
        Ok(())
    }

    fn next_step(&mut self) -> fmt::Result {
        let root = harmless(&self.report.subject.shown);
        writeln!(self.out)?;
        if let Some(Row { asset, .. }) = self.rows.first().filter(|row| row.judged.band <= Band::P2)
            && let Some(algorithm) = asset.asset.algorithm()
        {
            writeln!(self.out, "Next: pqscan explain {}", harmless(algorithm))?;
            writeln!(self.out, "      pqscan scan {root} -o cbom.json")
        } else {
            writeln!(self.out, "Next: pqscan scan {root} -o cbom.json")
        }
    }

    /// `payments/src/wrap.rs:88:18`, from where the user stands, so that a terminal or editor opens it.
    fn place(&self, occurrence: &Occurrence) -> String {
        self.path(&occurrence.location)
    }

    fn path(&self, location: &Location) -> String {
        place(self.report, location)
    }

    fn joined(&self, path: &str) -> String {
        joined(self.report, path)
    }

    /// A place, or what is shown of it, that opens its file where the terminal can.
    fn linked(&self, location: &Location, shown: &str) -> String {
        match &self.options.links {
            Some(links) => {
                let path = format!("{}{}", self.report.subject.base, location.path);
                links.link(&path, shown)
            }
            None => shown.to_owned(),
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

pub(crate) fn band_style(band: Band) -> Style {
    match band {
        Band::P0 => AnsiColor::Red.on_default(),
        Band::P1 => AnsiColor::Yellow.on_default(),
        Band::P2 => AnsiColor::Cyan.on_default(),
        Band::P3 => AnsiColor::Blue.on_default(),
        Band::P4 => AnsiColor::Green.on_default(),
    }
}
