//! Every finding as a row of a table, for spreadsheets and for programs that read tables: an asset at a place, judged to be of a finding
//! class. `docs/csv.md` says what each column holds.
//!
//! RFC 4180: commas, `\r\n`, quotes where needed, the headings in the first row. UTF-8 without a byte order mark, which programs would take for
//! a part of the first heading. Text cannot become a formula (OWASP, *CSV Injection*), and no line ends within a cell.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use csv::{Terminator, WriterBuilder};

use super::fit::harmless;
use super::rows::{Row, rows};
use super::{Format, Options, band_name, class_name, rfc3339};
use crate::inventory::fingerprint::Fingerprints;
use crate::inventory::waiver::Entry;
use crate::inventory::{Occurrence, Report, Score, packages};
use crate::model::Object;

/// `--format csv`.
#[derive(Debug)]
pub struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".csv"]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut table = Table::new(to);
        table.row(COLUMNS.iter().map(|(heading, _)| *heading))?;
        // Patterns of owners are costly, and files have many places.
        let mut owners: HashMap<&str, String> = HashMap::new();
        for row in &rows(report) {
            let fingerprints = Fingerprints::of(row.asset);
            for (number, place) in row.asset.occurrences.iter().enumerate() {
                let path = &*place.location.path;
                let owner = owners
                    .entry(path)
                    .or_insert_with(|| report.planning.owners(path).join(" "));
                let finding = Finding {
                    report,
                    row: *row,
                    number,
                    place,
                    fingerprint: fingerprints
                        .get(row.judged.finding_class, number)
                        .to_string(),
                    owner,
                };
                table.row(COLUMNS.iter().map(|(_, value)| value(&finding).written()))?
            }
        }
        table.end()
    }
}

/// A table that is written as RFC 4180 has it.
pub(crate) struct Table<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> Table<W> {
    pub(crate) fn new(to: W) -> Self {
        let mut builder = WriterBuilder::new();
        Self(builder.terminator(Terminator::CRLF).from_writer(to))
    }

    /// Writes a row; every row has as many cells as the first.
    pub(crate) fn row(
        &mut self,
        cells: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> io::Result<()> {
        self.0
            .write_record(cells)
            .map_err(|error| match error.into_kind() {
                // As it is: that a pipe was closed is no failure.
                csv::ErrorKind::Io(error) => error,
                kind => io::Error::other(format!("{kind:?}")),
            })
    }

    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text that no spreadsheet takes for a formula: an apostrophe stands before a `=`, `+`, `-` or `@` (of either width) with which a cell begins,
/// or would begin where a spreadsheet takes semicolons for what parts cells. Tabs are spaces, and other control characters are replaced.
pub(crate) fn cell(text: &str) -> String {
    const FORMULA: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let text = harmless(text);
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && FORMULA.contains(&c) {
            out.push('\'')
        }
        begins = c == ';' || begins && (c.is_whitespace() || c == '"');
        out.push(c);
    }
    out
}

/// A row.
struct Finding<'a> {
    report: &'a Report,
    row: Row<'a>,
    /// Of the place among those of the asset.
    number: usize,
    place: &'a Occurrence,
    fingerprint: String,
    owner: &'a str,
}

impl<'a> Finding<'a> {
    fn score(&self) -> Option<&'a Score> {
        self.row.judged.score.as_deref()
    }

    /// The waiver that accepts it.
    fn waiver(&self) -> Option<&'a Entry> {
        let class = self.row.judged.finding_class;
        self.report.waivers.at(self.row.number, class, self.number)
    }
}

/// What a cell holds.
enum Value<'a> {
    /// Words of ours or of the tree under scan.
    Text(Cow<'a, str>),
    /// A number of ours, which may be negative: no formula.
    Number(String),
    /// Not known, or not meant for this row.
    None,
}

impl Value<'_> {
    fn written(self) -> String {
        match self {
            Value::Text(text) => cell(&text),
            Value::Number(number) => number,
            Value::None => String::new(),
        }
    }
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::Text(text.into())
}

fn perhaps<'a, T: Into<Cow<'a, str>>>(text: Option<T>) -> Value<'a> {
    text.map_or(Value::None, |text| Value::Text(text.into()))
}

fn number<'a>(number: Option<impl ToString>) -> Value<'a> {
    number.map_or(Value::None, |number| Value::Number(number.to_string()))
}

/// Names that hold no space, or none that matters.
fn names<'a, T: AsRef<str>>(names: impl IntoIterator<Item = T>, between: &str) -> Value<'a> {
    let names = names.into_iter().map(|name| name.as_ref().to_owned());
    text(names.collect::<Vec<_>>().join(between))
}

/// A heading, and what stands under it.
type Column = (&'static str, for<'a> fn(&Finding<'a>) -> Value<'a>);

/// The columns, in their order; more may follow these in later versions.
const COLUMNS: &[Column] = &[
    ("priority", |f| text(band_name(f.row.judged.band))),
    ("finding_class", |f| text(f.row.judged.finding_class.name())),
    ("list", |f| text(class_name(f.row.judged.class))),
    ("track", |f| perhaps(f.score().map(|s| s.track.name()))),
    ("score", |f| number(f.score().map(|s| s.points))),
    ("deadline", |f| {
        let due = f.score().and_then(|s| s.deadline.as_ref());
        perhaps(due.map(|due| due.last_day.to_string()))
    }),
    ("deadline_policy", |f| {
        let due = f.score().and_then(|s| s.deadline.as_ref());
        perhaps(due.map(|due| &*due.policy))
    }),
    ("slack_years", |f| {
        number(f.score().map(|s| s.slack.in_years()))
    }),
    ("effort_years", |f| {
        number(f.score().map(|s| s.effort.value.in_years()))
    }),
    ("needs_context", |f| {
        let needs = f.score().into_iter().flat_map(|s| &s.needs_context);
        names(needs.map(|need| need.what), " ")
    }),
    ("policies", |f| {
        let verdicts = f.row.assessment.verdicts.iter();
        let objecting = verdicts.filter(|verdict| verdict.objects());
        names(objecting.map(|verdict| &*verdict.policy), " ")
    }),
    ("asset_id", |f| text(&*f.row.asset.id)),
    ("asset", |f| text(&*f.row.asset.name)),
    ("kind", |f| text(f.row.asset.asset.kind.name())),
    ("seen", |f| text(f.row.asset.seen())),
    ("is", |f| text(f.place.asset.brief())),
    ("primitive", |f| perhaps(f.row.asset.known.primitive)),
    ("oid", |f| perhaps(f.row.asset.known.oid.as_deref())),
    ("classical_bits", |f| {
        number(f.row.asset.known.classical_bits)
    }),
    ("nist_level", |f| number(f.row.asset.known.nist_level)),
    ("path", |f| text(&*f.place.location.path)),
    ("line", |f| known(f.place.location.line)),
    ("column", |f| known(f.place.location.column)),
    ("byte", |f| number(Some(f.place.location.span.start))),
    ("function", |f| perhaps(f.place.function.as_deref())),
    ("symbol", |f| text(&*f.place.symbol)),
    ("text", |f| text(&*f.place.text)),
    ("context", |f| text(f.place.context.name())),
    ("owner", |f| text(f.owner.to_owned())),
    ("library", |f| text(&*f.place.library)),
    ("detected_by", |f| text(&*f.place.entry)),
    ("tier", |f| text(f.place.tier().name())),
    ("technique", |f| text(f.place.technique.name())),
    ("confidence", |f| text(f.place.confidence.name())),
    ("packages", |f| {
        let packages = f.place.provenance.packages.iter();
        names(packages.map(|package| packages::id(package)), " ")
    }),
    ("layer", |f| {
        let layer = f.place.provenance.layer.as_deref();
        perhaps(layer.map(|layer| layer.digest.to_string()))
    }),
    ("not_after", |f| match f.row.asset.asset.object.as_deref() {
        Some(Object::Certificate(certificate)) => perhaps(certificate.not_after.and_then(rfc3339)),
        _ => Value::None,
    }),
    ("replacement", |f| perhaps(f.row.judged.replacement())),
    ("note", |f| perhaps(f.row.judged.note.as_deref())),
    ("reason", |f| text(&*f.row.judged.reason)),
    ("accepted_by", |f| {
        perhaps(f.waiver().map(|entry| entry.waiver.place.id()))
    }),
    ("accepted_until", |f| {
        let until = f.waiver().and_then(|entry| entry.waiver.until);
        perhaps(until.map(|day| day.to_string()))
    }),
    ("fingerprint", |f| text(f.fingerprint.clone())),
    ("accepted_owner", |f| {
        perhaps(f.waiver().and_then(|entry| entry.owner.as_deref()))
    }),
    ("accepted_reason", |f| {
        perhaps(f.waiver().map(|entry| entry.waiver.reason()))
    }),
];

/// A line or column, which there is none of in files without lines.
fn known<'a>(at: u32) -> Value<'a> {
    number((at > 0).then_some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "－1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(cell("\t=1"), " '=1");
        assert_eq!(cell(" \"=1"), " \"'=1");
        // Where semicolons part cells.
        assert_eq!(cell("a; =cmd|' /C calc'!A0"), "a; '=cmd|' /C calc'!A0");
        assert_eq!(cell("for (i = 9; -i;)"), "for (i = 9; '-i;)");
        // What stands in the middle is no formula.
        assert_eq!(cell("RSA-2048 = a@b"), "RSA-2048 = a@b");
    }

    #[test]
    fn no_line_ends_within_a_cell() {
        assert_eq!(cell("a\r\n=b\u{1b}[31m"), "a\u{fffd}\u{fffd}=b\u{fffd}[31m");
    }
}
