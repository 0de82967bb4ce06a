//! Where the organisation stands, for a terminal: what `pqscan fleet status` prints.

use std::fmt::{self, Write as _};
use std::io;

use anstyle::Style;

use super::figures::{
    Change, a_month, capped, change, covered, current, days_left, in_scope, not_adding_up, parts,
    readiness, repositories, sentence, signed,
};
use super::{Form, Options};
use crate::fleet::organisation::{AssetRow, Listed, Organisation};
use crate::inventory::Band;
use crate::output::band_name;
use crate::output::fit::{columns, counted, cut, grouped, harmless, wrapped};
use crate::output::text::band_style;
use crate::output::words::BANDS;

/// Columns where there is no terminal.
const WIDTH: usize = 100;
/// The narrowest that tables are made for.
const NARROWEST: usize = 60;
/// Rows of each list; with `all`, as many as there are.
const MAX_ROWS: usize = 5;

/// `-o text`.
#[derive(Debug)]
pub struct Text;

impl Form for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".txt"]
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(
        &self,
        organisation: &Organisation,
        options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut page = Page {
            organisation,
            color: options.color,
            width: options.width.unwrap_or(WIDTH).max(NARROWEST),
            most: if options.all { usize::MAX } else { MAX_ROWS },
            out: String::new(),
        };
        page.write().map_err(io::Error::other)?;
        to.write_all(page.out.as_bytes())
    }
}

struct Page<'a> {
    organisation: &'a Organisation,
    color: bool,
    width: usize,
    most: usize,
    out: String,
}

/// Harmless, and as wide as that: cut or filled.
fn fit(text: &str, width: usize) -> String {
    let text = cut(&harmless(text), width);
    let rest = width.saturating_sub(columns(&text));
    format!("{text}{}", " ".repeat(rest))
}

impl Page<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn band(&self, band: Band) -> String {
        self.paint(band_style(band).bold(), band_name(band))
    }

    fn heading(&mut self, title: &str, shown: usize, of: u64) -> fmt::Result {
        let number = capped(shown, of).unwrap_or_else(|| grouped(of));
        let title = self.paint(Style::new().bold(), title);
        writeln!(self.out, "\n{title} ({number})")
    }

    fn write(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        let title = cut(&harmless(&organisation.name), self.width / 2);
        let title = self.paint(Style::new().bold(), &title);
        writeln!(self.out, "{title}, as of {}", organisation.as_of)?;
        for line in wrapped(&sentence(organisation), self.width) {
            writeln!(self.out, "{line}")?;
        }
        self.coverage()?;
        self.standing()?;
        self.deadlines()?;
        self.repositories()?;
        if change(organisation).is_some() {
            self.assets("New since the run before", &organisation.new)?;
            self.assets("Gone since the run before", &organisation.gone)?;
        }
        let lists = [
            (
                "Certificates that outlive a deadline",
                organisation.certificates.of,
            ),
            ("Keys in several repositories", organisation.shared_keys.of),
        ];
        for (title, of) in lists {
            let title = self.paint(Style::new().bold(), title);
            writeln!(self.out, "\n{title} ({})", grouped(of))?;
        }
        self.failures()
    }

    fn coverage(&mut self) -> fmt::Result {
        let coverage = &self.organisation.coverage;
        let title = self.paint(Style::new().bold(), "Covered");
        match covered(coverage) {
            Some(percent) => writeln!(
                self.out,
                "\n{title} {percent}%: {} of {}",
                grouped(current(coverage)),
                repositories(in_scope(coverage))
            )?,
            None => writeln!(self.out, "\n{title}: there is nothing to look at")?,
        }
        for (_, words, number) in parts(coverage) {
            if number > 0 {
                writeln!(self.out, " {:>9} {words}", grouped(number))?;
            }
        }
        if let Some(warning) = not_adding_up(coverage) {
            for line in wrapped(&warning, self.width - 1) {
                writeln!(self.out, " {line}")?;
            }
        }
        writeln!(
            self.out,
            " {:>9} files read, {} not or not wholly",
            grouped(coverage.files),
            grouped(coverage.gaps)
        )
    }

    fn standing(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        let totals = &organisation.totals;
        let before = change(organisation);
        let since = |number: fn(&Change<'_>) -> i64| {
            let change = before.as_ref()?;
            Some(format!(
                "{} since run {}",
                signed(number(change)),
                change.since.run
            ))
        };
        let title = self.paint(Style::new().bold(), "Assets");
        writeln!(
            self.out,
            "\n{title} {} in {}",
            grouped(totals.assets),
            counted(totals.places, "place")
        )?;
        let percent = readiness(totals).map(|percent| format!("{percent}%"));
        let lines = [
            (
                totals.broken,
                "broken by a quantum computer",
                [None, since(|change| change.broken)],
            ),
            (
                totals.ready,
                "post-quantum or hybrid",
                [percent, since(|change| change.ready)],
            ),
        ];
        for (number, words, more) in lines {
            let more: Vec<String> = more.into_iter().flatten().collect();
            let more = match more.is_empty() {
                true => String::new(),
                false => format!(" ({})", more.join(", ")),
            };
            let line = format!(" {:>9} {words}{more}", grouped(number));
            writeln!(self.out, "{}", cut(&line, self.width))?;
        }
        for (band, number) in BANDS.into_iter().zip(totals.by_band) {
            let name = self.band(band);
            writeln!(self.out, " {:>9} {name}", grouped(number))?;
        }
        Ok(())
    }

    fn deadlines(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        let open = organisation.deadlines.iter().filter(|d| d.open > 0);
        let open: Vec<_> = open.collect();
        let shown = &open[..open.len().min(self.most)];
        self.heading(
            "Deadlines with something open",
            shown.len(),
            open.len() as u64,
        )?;
        for deadline in shown {
            let left = match a_month(organisation, deadline) {
                Some(number) => format!(
                    "{} left, {} a month",
                    counted(days_left(organisation, deadline).unsigned_abs(), "day"),
                    grouped(number)
                ),
                None => "over".to_owned(),
            };
            let line = format!(
                " {} {} {} open in {}; {left}",
                deadline.day,
                fit(&deadline.policy, 14),
                grouped(deadline.open),
                repositories(deadline.repositories)
            );
            writeln!(self.out, "{}", cut(&line, self.width))?;
        }
        Ok(())
    }

    fn repositories(&mut self) -> fmt::Result {
        let listed = &self.organisation.repositories;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading("Most urgent repositories", shown.len(), listed.of)?;
        if shown.is_empty() {
            return Ok(());
        }
        let name = self.width - 42;
        writeln!(
            self.out,
            " {} {:>7} {:>7} {:>7} {:>8} {:>7}",
            fit("", name),
            "P0",
            "P1",
            "P2",
            "broken",
            "ready"
        )?;
        for row in shown {
            let bands = row.totals.by_band;
            writeln!(
                self.out,
                " {} {:>7} {:>7} {:>7} {:>8} {:>7}",
                fit(&row.name, name),
                grouped(bands[0]),
                grouped(bands[1]),
                grouped(bands[2]),
                grouped(row.totals.broken),
                grouped(row.totals.ready)
            )?;
        }
        Ok(())
    }

    fn assets(&mut self, title: &str, listed: &Listed<AssetRow>) -> fmt::Result {
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading(title, shown.len(), listed.of)?;
        let half = (self.width - 6) / 2;
        for row in shown {
            let band = self.band(row.band);
            let name = fit(&row.name, half);
            let line = format!("{name} {}", cut(&harmless(&row.repository), half));
            writeln!(self.out, " {band} {}", line.trim_end())?;
        }
        Ok(())
    }

    fn failures(&mut self) -> fmt::Result {
        let listed = &self.organisation.failures;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading("Failures", shown.len(), listed.of)?;
        for row in shown {
            let name = cut(&harmless(&row.repository), self.width / 2);
            let reason = format!(
                "{}, since run {}{}: {}",
                row.class.name(),
                row.since_run,
                if row.has_older {
                    ", an older result stands in"
                } else {
                    ""
                },
                harmless(&row.reason)
            );
            writeln!(self.out, " {name}")?;
            writeln!(self.out, "   {}", cut(&reason, self.width - 3))?;
        }
        Ok(())
    }
}
