//! Findings as workflow commands of GitHub Actions (`::error file=…,line=…::…`), which GitHub shows as annotations of a run and beside the lines
//! of a pull request.
//!
//! GitHub shows at most ten errors, ten warnings and ten notices of a step (`actions/toolkit`, docs/problem-matchers.md): that many are
//! written, the most urgent first and one of each asset before the second of any; a notice says how many there are. P0 and P1 are errors, P2
//! warnings, P3 notices. Escaping is that of `actions/toolkit` (`command.ts`), which the runner undoes.

use std::io::{self, Write};

use super::fit::{counted, grouped, harmless, shortened};
use super::rows::{Row, rows};
use super::words::short_digests;
use super::{Format, Options, band_name};
use crate::inventory::{Band, Occurrence, Report};

/// Most annotations of one kind that GitHub shows of a step.
const MAX: usize = 10;
/// Most characters of a title, and of a message.
const MAX_TITLE: usize = 200;
const MAX_MESSAGE: usize = 2000;

/// `--format github`.
#[derive(Debug)]
pub struct GitHub;

impl Format for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn Write) -> io::Result<()> {
        let rows = rows(report);
        let mut all = Vec::new();
        for level in [Level::Error, Level::Warning, Level::Notice] {
            all.push(Findings::of(report, &rows, level))
        }
        to.write_all(totals(&all).as_bytes())?;
        for findings in &all {
            for (row, place) in &findings.shown {
                to.write_all(annotation(report, findings.level, row, place).as_bytes())?
            }
        }
        Ok(())
    }
}

/// How GitHub shows an annotation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    const fn of(band: Band) -> Self {
        match band {
            Band::P0 | Band::P1 => Self::Error,
            Band::P2 => Self::Warning,
            Band::P3 | Band::P4 => Self::Notice,
        }
    }

    /// A notice is taken by the totals.
    const fn most(self) -> usize {
        match self {
            Self::Notice => MAX - 1,
            Self::Error | Self::Warning => MAX,
        }
    }
}

/// The findings of a level that need something and that nobody accepts.
struct Findings<'a> {
    level: Level,
    /// How many there are.
    number: usize,
    shown: Vec<(Row<'a>, &'a Occurrence)>,
}

impl<'a> Findings<'a> {
    fn of(report: &Report, rows: &[Row<'a>], level: Level) -> Self {
        let mut number = 0;
        let mut firsts = Vec::new();
        let mut others = Vec::new();
        let of_level = |row: &&Row<'a>| row.needs_action() && Level::of(row.judged.band) == level;
        for row in rows.iter().filter(of_level) {
            let places = row.asset.occurrences.iter().enumerate();
            let open = places.filter(|(place, _)| !row.is_accepted(report, *place));
            let mut open: Vec<&Occurrence> = open.map(|(_, place)| &**place).collect();
            open.sort_by_key(|place| (place.context, place.tier()));
            number += open.len();
            let mut open = open.into_iter().map(|place| (*row, place));
            if firsts.len() < MAX {
                firsts.extend(open.next())
            }
            if others.len() < MAX {
                others.extend(open.take(MAX))
            }
        }
        let shown = firsts.into_iter().chain(others).take(level.most());
        Self {
            level,
            number,
            shown: shown.collect(),
        }
    }
}

/// `::notice title=pqscan::3 errors, 25 warnings (10 shown) and 4 notices: …`.
fn totals(all: &[Findings<'_>]) -> String {
    let counts = all.iter().map(|findings| {
        let number = counted(findings.number as u64, findings.level.command());
        match findings.number - findings.shown.len() {
            0 => number,
            _ => format!("{number} ({} shown)", grouped(findings.shown.len() as u64)),
        }
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    format!(
        "::notice title=pqscan::Findings that need something: {counts}. P0 and P1 are errors, P2 are warnings, P3 are notices.\n"
    )
}

fn annotation(report: &Report, level: Level, row: &Row<'_>, place: &Occurrence) -> String {
    let location = &place.location;
    let (band, class) = (band_name(row.judged.band), row.judged.finding_class);
    // What lies in an archive is shown at the archive.
    let (file, inside) = match location.path.split_once("!/") {
        Some((file, _)) => (file, true),
        None => (&*location.path, false),
    };
    let mut properties = vec![("file", format!("{}{file}", report.subject.base))];
    if location.line > 0 && !inside {
        let line = location.line.to_string();
        properties.push(("line", line.clone()));
        properties.push(("endLine", line));
        properties.push(("col", location.column.max(1).to_string()))
    }
    let title = format!("{band} {}: {}", class.name(), row.asset.name);
    properties.push(("title", shortened(&title, MAX_TITLE)));
    let mut message = row.judged.reason.clone();
    if let Some(replacement) = row.judged.replacement() {
        message += &format!("\nInstead: {replacement}")
    }
    if let Some(due) = row
        .judged
        .score
        .as_deref()
        .and_then(|s| s.deadline.as_ref())
    {
        message += &format!("\nUntil {}, {}", due.last_day, due.cited)
    }
    if inside {
        message += &format!("\nIn {}", short_digests(&location.path))
    }
    message += &format!("\nMore: pqscan explain {}", class.name());
    let properties = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect::<Vec<_>>()
        .join(",");
    let message = data(&shortened(&message, MAX_MESSAGE));
    format!("::{} {properties}::{message}\n", level.command())
}

/// The message of a command: lines of it are kept, all else that controls is not.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(harmless).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    harmless(text)
        .replace('%', "%25")
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place_in_a_command() {
        assert_eq!(property("a,b:c%d"), "a%2Cb%3Ac%25d");
        assert_eq!(property("a::b,line=1"), "a%3A%3Ab%2Cline=1");
        assert_eq!(
            property("a\r\n::error::b"),
            "a\u{fffd}\u{fffd}%3A%3Aerror%3A%3Ab"
        );
        assert_eq!(
            data("a\nb%0A::stop-commands::x"),
            "a%0Ab%250A::stop-commands::x"
        );
        assert_eq!(data("a\r\u{1b}[m"), "a\u{fffd}\u{fffd}[m");
    }
}
