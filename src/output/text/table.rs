//! Every asset in a row, for a terminal: how urgent it is, what, how often, until when, where first. Fits the width, but for places, which are
//! never cut.

use std::fmt::Write as _;
use std::io;

use anstyle::Style;

use super::{Page, band_style};
use crate::output::fit::{columns, counted, cut, grouped, harmless};
use crate::output::rows::{Row, Totals, first};
use crate::output::words::BANDS;
use crate::output::{Format, Options, band_name};

/// Most rows unless all are asked for.
const MAX_ROWS: usize = 100;
/// From so many columns on the table says finding classes, and from so many deadlines.
const WIDE: usize = 100;
const MEDIUM: usize = 64;
/// Most columns of a name, where the width leaves more.
const MAX_NAME: usize = 60;
/// Least columns of a name.
const MIN_NAME: usize = 10;
/// Between two columns.
const GAP: &str = "  ";

/// `--format table`.
#[derive(Debug)]
pub struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(
        &self,
        report: &crate::inventory::Report,
        options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut page = Page::new(report, options);
        page.table();
        to.write_all(page.out.as_bytes())
    }
}

/// The texts of a row.
struct Cells<'a> {
    row: Row<'a>,
    name: String,
    class: &'static str,
    places: String,
    deadline: String,
    place: String,
}

impl<'a> Page<'a> {
    fn table(&mut self) {
        let main: Vec<Row<'a>> = self.rows.iter().copied().filter(Row::is_main).collect();
        let most = match self.options.all {
            true => main.len(),
            false => MAX_ROWS,
        };
        let shown = &main[..most.min(main.len())];
        if !shown.is_empty() {
            self.table_of(shown);
            self.out.push('\n')
        }
        let mut line = summary(&Totals::of(&self.rows));
        if main.len() > shown.len() {
            line = format!(
                "{} of {line}; --all shows every one",
                grouped(shown.len() as u64)
            )
        }
        for line in crate::output::fit::wrapped(&line, self.width) {
            // Writing to a String cannot fail.
            let _ = writeln!(self.out, "{line}");
        }
    }

    fn cells(&self, row: Row<'a>) -> Cells<'a> {
        let due = row
            .judged
            .score
            .as_deref()
            .and_then(|score| score.deadline.as_ref());
        Cells {
            row,
            name: harmless(&row.asset.name),
            class: row.judged.finding_class.name(),
            places: grouped(row.asset.occurrences.len() as u64),
            deadline: due.map_or_else(|| "–".to_owned(), |due| due.last_day.to_string()),
            place: first(row.asset)
                .map(|occurrence| self.place(occurrence))
                .unwrap_or_default(),
        }
    }

    /// A head and a line for each row.
    pub(super) fn table_of(&mut self, rows: &[Row<'a>]) {
        let cells: Vec<Cells<'a>> = rows.iter().map(|row| self.cells(*row)).collect();
        let widest = |text: &dyn Fn(&Cells<'a>) -> usize, head: &str| {
            let widths = cells.iter().map(text);
            widths.max().unwrap_or(0).max(columns(head))
        };
        let places = widest(&|c| columns(&c.places), "places");
        let class = (self.width >= WIDE).then(|| widest(&|c| columns(c.class), "class"));
        let deadline =
            (self.width >= MEDIUM).then(|| widest(&|c| columns(&c.deadline), "deadline"));
        let taken = [Some(2), Some(places), class, deadline];
        let taken: usize = taken.into_iter().flatten().map(|w| w + GAP.len()).sum();
        // Of what is left a name gets what the first place leaves, and half of it where that is more.
        let room = self.width.saturating_sub(taken + GAP.len());
        let wanted = widest(&|c| columns(&c.name), "asset").min(MAX_NAME);
        let of_place = widest(&|c| columns(&c.place), "first place");
        let name = wanted
            .min((room / 2).max(room.saturating_sub(of_place)))
            .max(MIN_NAME);
        let mut head = format!("{:<2}{GAP}{}", "", padded("asset", name));
        if let Some(width) = class {
            let _ = write!(head, "{GAP}{}", padded("class", width));
        }
        let _ = write!(head, "{GAP}{:>places$}", "places");
        if let Some(width) = deadline {
            let _ = write!(head, "{GAP}{}", padded("deadline", width));
        }
        let _ = write!(head, "{GAP}first place");
        let head = self.paint(Style::new().bold(), &head);
        let _ = writeln!(self.out, "{head}");
        for cell in &cells {
            let band = cell.row.judged.band;
            let band = self.paint(band_style(band), band_name(band));
            let mut line = format!("{band}{GAP}{}", padded(&cut(&cell.name, name), name));
            if let Some(width) = class {
                let _ = write!(line, "{GAP}{}", padded(cell.class, width));
            }
            let _ = write!(line, "{GAP}{:>places$}", cell.places);
            if let Some(width) = deadline {
                let _ = write!(line, "{GAP}{}", padded(&cell.deadline, width));
            }
            // A place is never cut, so that it can be clicked and copied; it is the last in its line, and may run over.
            let linked = match first(cell.row.asset) {
                Some(occurrence) => self.linked(&occurrence.location, &cell.place),
                None => cell.place.clone(),
            };
            let _ = writeln!(self.out, "{line}{GAP}{linked}");
        }
    }
}

/// A text and spaces up to a width in columns.
fn padded(text: &str, width: usize) -> String {
    let spaces = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(spaces))
}

/// `47 assets in 450 places: 3 P0, 11 P1; 38 quantum-vulnerable, 9 post-quantum, 4 unresolved`.
pub(super) fn summary(totals: &Totals) -> String {
    let bands: Vec<String> = BANDS
        .iter()
        .filter_map(|band| {
            let number = totals.by_band.get(band)?;
            Some(format!("{} {}", grouped(*number as u64), band_name(*band)))
        })
        .collect();
    let mut line = format!(
        "{} in {}",
        counted(totals.assets as u64, "asset"),
        counted(totals.places as u64, "place")
    );
    if !bands.is_empty() {
        let _ = write!(
            line,
            ": {}; {} quantum-vulnerable, {} post-quantum, {} unresolved",
            bands.join(", "),
            grouped(totals.broken as u64),
            grouped(totals.ready as u64),
            grouped(totals.unresolved as u64)
        );
    }
    line
}
