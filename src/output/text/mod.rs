//! The report that a person reads on a terminal: what was scanned, totals, the most urgent assets with their places, what could not be
//! told, what was not read, and the next step.
//!
//! Plain text; colour only where the options say so. Text of the code under scan is made harmless before it is shown, and lines are
//! cut to the terminal's width. Not for programs: its words may change with any version.

mod accepted;
pub(super) mod diff;
mod excerpts;
mod fit;
pub(super) mod markdown;
pub mod plan;
mod score;
mod totals;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;

use anstyle::{AnsiColor, Style};

use self::fit::{columns, counted, grouped};

pub(crate) use self::accepted::lowered;
pub(crate) use self::fit::{cut, harmless};
use super::{Format, Options, assessed};
use crate::inventory::{Assessment, Band, InventoryAsset, Judgement, Occurrence, Report};
use crate::model::{Coverage, Facet, Location, Value};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;
/// Most unresolved assets listed unless all are asked for.
const MAX_UNRESOLVED: usize = 8;

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

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(report, options);
        // Writing to a String cannot fail.
        let _ = page.write();
        to.write_all(page.out.as_bytes())
    }
}

/// An asset that is shown as itself, and one of its judgements: an asset on two lists has two rows.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// The asset's number in the inventory.
    number: usize,
    asset: &'a InventoryAsset,
    assessment: &'a Assessment,
    judged: &'a Judgement,
}

impl Row<'_> {
    /// Whether it stands for the asset where each counts once.
    fn is_main(&self) -> bool {
        std::ptr::eq(self.judged, self.assessment.main())
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
        let mut rows: Vec<Row<'a>> = assessed(report)
            .enumerate()
            .filter(|(_, (asset, _))| asset.implied_by.is_empty())
            .filter_map(|(number, (asset, assessment))| Some((number, asset, assessment?)))
            .flat_map(|(number, asset, assessment)| {
                let judgements = assessment.judgements().iter();
                judgements.map(move |judged| Row {
                    number,
                    asset,
                    assessment,
                    judged,
                })
            })
            .collect();
        rows.sort_by_key(|row| {
            let context = first(row.asset).map(|occurrence| occurrence.context);
            let class = row.judged.finding_class;
            (
                row.judged.band,
                // What somebody has accepted comes after what nobody has looked at.
                report.waivers.accepts_all(row.number, class),
                !row.asset.is_used(),
                context,
                row.judged.class,
                Reverse(row.judged.score.as_deref().map(|score| score.points)),
                Reverse(row.asset.occurrences.len()),
                &row.asset.name,
            )
        });
        let width = options.width.unwrap_or(WIDTH).max(40);
        Self {
            report,
            options,
            width,
            rows,
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
        self.excerpts()?;
        self.accepted()?;
        self.unresolved()?;
        self.skipped()?;
        self.next_step()
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
            let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
            for skip in coverage
                .skips
                .iter()
                .filter(|skip| skip.reason.is_gap() == gap)
            {
                *reasons.entry(skip.reason.name()).or_default() += skip.number;
            }
            if reasons.is_empty() {
                continue;
            }
            let total: u64 = reasons.values().sum();
            let list: Vec<String> = reasons
                .iter()
                .map(|(reason, count)| format!("{} {reason}", grouped(*count)))
                .collect();
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
                counted(total, "file"),
                list.join(", ")
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
        let head = self.paint(Style::new().bold(), "Not resolved");
        writeln!(
            self.out,
            "\n{head}: {} with a parameter that the code does not show",
            counted(open.len() as u64, "asset")
        )?;
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

    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// A place, from where the user stands.
pub(crate) fn place(report: &Report, location: &Location) -> String {
    let path = joined(report, &location.path);
    match (location.line, location.span.start) {
        (0, 0) => path,
        // A file without lines.
        (0, start) => format!("{path} at byte {start}"),
        (line, _) => format!("{path}:{line}:{}", location.column),
    }
}

fn joined(report: &Report, path: &str) -> String {
    let path = short_digests(&harmless(path));
    format!("{}{path}", harmless(&report.subject.base))
}

/// The place to show: production before the rest, a use before what could be used, then the first.
fn first(asset: &InventoryAsset) -> Option<&Occurrence> {
    asset
        .occurrences
        .iter()
        .map(AsRef::as_ref)
        .min_by_key(|o: &&Occurrence| (o.context, o.tier(), &o.location))
}

/// A path in an image, with twelve digits of the layer's digest, which is what image tools show.
fn short_digests(path: &str) -> String {
    const SHOWN: usize = 12;
    let mut out = String::new();
    for (number, part) in path.split('/').enumerate() {
        if number > 0 {
            out.push('/')
        }
        let hex = part
            .strip_prefix("sha256:")
            .and_then(|rest| rest.strip_suffix('!'));
        match hex.filter(|hex| hex.len() == 64 && hex.is_ascii()) {
            Some(hex) => {
                let _ = write!(out, "sha256:{}…!", &hex[..SHOWN]);
            }
            None => out.push_str(part),
        }
    }
    out
}

fn band_style(band: Band) -> Style {
    match band {
        Band::P0 => AnsiColor::Red.on_default(),
        Band::P1 => AnsiColor::Yellow.on_default(),
        Band::P2 => AnsiColor::Cyan.on_default(),
        Band::P3 => AnsiColor::Blue.on_default(),
        Band::P4 => AnsiColor::Green.on_default(),
    }
}

/// ``key size comes from parameter `bits` ``; ``curve is P-256, or another that comes from field `curve` ``.
fn unknown(facet: Facet, value: &Value) -> String {
    let what = match facet {
        Facet::KeyBits => "key size".to_owned(),
        facet => facet.name().replace('_', " "),
    };
    let known: Vec<String> = value.scalars.keys().map(ToString::to_string).collect();
    let also = if known.is_empty() {
        String::new()
    } else {
        format!(" is {}, or another that", known.join(", "))
    };
    let Some(why) = &value.why else {
        return format!("{what}{also} is not said");
    };
    let because = match (why.kind, why.detail.as_str()) {
        ("unseen", _) => "is not in the code".to_owned(),
        ("binary", detail) => format!("is given to `{detail}` by machine code"),
        ("call", "") => "comes from a call".to_owned(),
        ("name", "") => "comes from a name that this file does not define".to_owned(),
        ("parameter", detail) => format!("comes from parameter `{detail}`"),
        ("env", detail) => format!("comes from environment variable {detail}"),
        ("config", detail) => format!("comes from configuration `{detail}`"),
        ("call", detail) => format!("comes from a call of `{detail}`"),
        ("field", detail) => format!("comes from field `{detail}`"),
        ("name", detail) => format!("comes from `{detail}`, which this file does not define"),
        ("oid", detail) => format!("has the OID {detail}, which the catalogue does not know"),
        ("unrecognised", detail) => {
            format!("is `{detail}`, which the catalogue does not know")
        }
        (kind, "") => format!("is computed ({kind})"),
        (kind, detail) => format!("is computed ({kind} {detail})"),
    };
    format!("{what}{also} {because}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_parameter_says_where_it_comes_from() {
        let value = |kind, detail: &str| Value::unknown(crate::model::Why::new(kind, detail));
        assert_eq!(
            unknown(Facet::KeyBits, &value("parameter", "bits")),
            "key size comes from parameter `bits`"
        );
        assert_eq!(
            unknown(Facet::Algorithm, &value("env", "SIGN_ALG")),
            "algorithm comes from environment variable SIGN_ALG"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("call", "")),
            "curve comes from a call"
        );
        assert_eq!(
            unknown(Facet::Curve, &value("expression", "")),
            "curve is computed (expression)"
        );
    }
}
