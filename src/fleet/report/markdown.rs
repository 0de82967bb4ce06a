//! A summary for a chat, a ticket or a page: where the organisation stands, what is new and what failed. The first rows of each list.

use std::fmt::{self, Write as _};
use std::io;

use super::figures::{
    a_month, capped, change, covered, current, in_scope, not_adding_up, overdue, parts, readiness,
    sentence, signed,
};
use super::{Form, Options};
use crate::fleet::organisation::{AssetRow, Listed, Organisation};
use crate::output::band_name;
use crate::output::fit::{counted, cut, grouped, harmless};
use crate::output::markdown::{cell, code, prose};

/// Rows of each list; with `all`, as many as there are.
const MAX_ROWS: usize = 10;
/// Most columns of a name or a reason.
const MAX_TEXT: usize = 120;

/// `-o md=FILE`.
#[derive(Debug)]
pub struct Markdown;

impl Form for Markdown {
    fn name(&self) -> &'static str {
        "md"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["markdown", ".md"]
    }

    fn write(
        &self,
        organisation: &Organisation,
        options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let most = if options.all { usize::MAX } else { MAX_ROWS };
        let mut page = Page {
            organisation,
            most,
            out: String::new(),
        };
        page.write().map_err(io::Error::other)?;
        to.write_all(page.out.as_bytes())
    }
}

struct Page<'a> {
    organisation: &'a Organisation,
    most: usize,
    out: String,
}

fn name(text: &str) -> String {
    cell(&cut(&harmless(text), MAX_TEXT))
}

impl Page<'_> {
    fn write(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        let named = code(&cut(&harmless(&organisation.name), MAX_TEXT));
        writeln!(self.out, "## Post-quantum readiness: {named}\n")?;
        writeln!(self.out, "{}\n", prose(&sentence(organisation)))?;
        let policies = organisation.policies.iter();
        let policies: Vec<String> = policies
            .map(|(id, _)| code(&cut(&harmless(id), MAX_TEXT)))
            .collect();
        writeln!(
            self.out,
            "As of {}, by {}.\n",
            organisation.as_of,
            match policies.len() {
                0 => "no policy".to_owned(),
                _ => policies.join(", "),
            }
        )?;
        self.standing()?;
        self.coverage()?;
        if organisation.coverage.repositories == 0 {
            return Ok(());
        }
        self.deadlines()?;
        self.repositories()?;
        if change(organisation).is_some() {
            self.assets("New since the run before", &organisation.new)?;
            self.assets("Gone since the run before", &organisation.gone)?;
        }
        self.certificates()?;
        self.shared_keys()?;
        self.failures()
    }

    fn standing(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        let totals = &organisation.totals;
        let before = change(organisation);
        writeln!(
            self.out,
            "| | assets | since the run before |\n|---|--:|--:|"
        )?;
        let than = |number: Option<i64>| number.map_or("–".to_owned(), signed);
        let (broken, ready) = before.map(|c| (c.broken, c.ready)).unzip();
        writeln!(
            self.out,
            "| broken by a quantum computer | {} | {} |",
            grouped(totals.broken),
            than(broken)
        )?;
        let readiness = readiness(totals).map(|percent| format!(" ({percent}%)"));
        writeln!(
            self.out,
            "| post-quantum or hybrid | {}{} | {} |",
            grouped(totals.ready),
            readiness.unwrap_or_default(),
            than(ready)
        )?;
        let bands = totals.by_band.iter().enumerate();
        let bands: Vec<String> = bands
            .map(|(band, number)| format!("P{band} {}", grouped(*number)))
            .collect();
        writeln!(
            self.out,
            "| all | {} | |\n\n{}.\n",
            grouped(totals.assets),
            bands.join(", ")
        )
    }

    fn coverage(&mut self) -> fmt::Result {
        let coverage = &self.organisation.coverage;
        if let Some(percent) = covered(coverage) {
            writeln!(
                self.out,
                "Covered: {percent}% ({} of {}).",
                grouped(current(coverage)),
                grouped(in_scope(coverage))
            )?;
        }
        let there = parts(coverage).into_iter().filter(|part| part.2 > 0);
        for (_, words, number) in there {
            writeln!(self.out, "* {} {words}", grouped(number))?;
        }
        if let Some(warning) = not_adding_up(coverage) {
            writeln!(self.out, "* {warning}")?;
        }
        writeln!(
            self.out,
            "* {} read, {} not or not wholly\n",
            counted(coverage.files, "file"),
            grouped(coverage.gaps)
        )
    }

    fn heading(&mut self, title: &str, shown: usize, of: u64) -> fmt::Result {
        let number = capped(shown, of).unwrap_or_else(|| grouped(of));
        writeln!(self.out, "### {title} ({number})\n")
    }

    fn deadlines(&mut self) -> fmt::Result {
        let organisation = self.organisation;
        if organisation.deadlines.is_empty() {
            return writeln!(self.out, "The policies have no deadlines.\n");
        }
        let late = overdue(organisation).count();
        writeln!(self.out, "### Deadlines\n")?;
        if late > 0 {
            let late = counted(late as u64, "deadline");
            writeln!(self.out, "{late} over, with something still open.\n")?;
        }
        writeln!(
            self.out,
            "| not allowed from | policy | open | repositories | a month |\n|---|---|--:|--:|--:|"
        )?;
        for deadline in &organisation.deadlines {
            let month = match (deadline.open, a_month(organisation, deadline)) {
                (0, _) => String::new(),
                (_, None) => "over".to_owned(),
                (_, Some(number)) => grouped(number),
            };
            writeln!(
                self.out,
                "| {} | {} | {} | {} | {month} |",
                deadline.day,
                name(&deadline.policy),
                grouped(deadline.open),
                grouped(deadline.repositories),
            )?;
        }
        writeln!(self.out)
    }

    fn repositories(&mut self) -> fmt::Result {
        let listed = &self.organisation.repositories;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading("Most urgent repositories", shown.len(), listed.of)?;
        if shown.is_empty() {
            return writeln!(self.out, "None has a result.\n");
        }
        writeln!(
            self.out,
            "| repository | owner | P0 | P1 | P2 | P3 | broken | ready |\n|---|---|--:|--:|--:|--:|--:|--:|"
        )?;
        for row in shown {
            let [p0, p1, p2, p3, _] = row.totals.by_band.map(grouped);
            writeln!(
                self.out,
                "| {}{} | {} | {p0} | {p1} | {p2} | {p3} | {} | {} |",
                name(&row.name),
                if row.is_stale { " (old)" } else { "" },
                name(&row.owner),
                grouped(row.totals.broken),
                grouped(row.totals.ready),
            )?;
        }
        writeln!(self.out)
    }

    fn assets(&mut self, title: &str, listed: &Listed<AssetRow>) -> fmt::Result {
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading(title, shown.len(), listed.of)?;
        if shown.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "| priority | asset | repository | place |\n|---|---|---|---|"
        )?;
        for row in shown {
            writeln!(
                self.out,
                "| {} | {} | {} | {} |",
                band_name(row.band),
                name(&row.name),
                name(&row.repository),
                name(&row.place)
            )?;
        }
        writeln!(self.out)
    }

    fn certificates(&mut self) -> fmt::Result {
        let listed = &self.organisation.certificates;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        if listed.of == 0 {
            return Ok(());
        }
        self.heading(
            "Certificates that outlive a deadline",
            shown.len(),
            listed.of,
        )?;
        writeln!(
            self.out,
            "| priority | certificate | repository | valid until | deadline |\n|---|---|---|---|---|"
        )?;
        for row in shown {
            writeln!(
                self.out,
                "| {} | {} | {} | {} | {} |",
                band_name(row.asset.band),
                name(&row.asset.name),
                name(&row.asset.repository),
                row.not_after,
                row.deadline
            )?;
        }
        writeln!(self.out)
    }

    fn shared_keys(&mut self) -> fmt::Result {
        let listed = &self.organisation.shared_keys;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        if listed.of == 0 {
            return Ok(());
        }
        self.heading(
            "The same key in several repositories",
            shown.len(),
            listed.of,
        )?;
        writeln!(
            self.out,
            "| priority | key | private half | repositories | first |\n|---|---|---|--:|---|"
        )?;
        for row in shown {
            let first = row.repositories.rows.first();
            writeln!(
                self.out,
                "| {} | {} | {} | {} | {} |",
                band_name(row.band),
                name(&row.name),
                if row.is_private { "lies there" } else { "" },
                grouped(row.repositories.of),
                first.map(|first| name(first)).unwrap_or_default()
            )?;
        }
        writeln!(self.out)
    }

    fn failures(&mut self) -> fmt::Result {
        let listed = &self.organisation.failures;
        let shown = &listed.rows[..listed.rows.len().min(self.most)];
        self.heading("Failures", shown.len(), listed.of)?;
        if shown.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "| repository | class | reason | since run | older result |\n|---|---|---|--:|---|"
        )?;
        for row in shown {
            writeln!(
                self.out,
                "| {} | {} | {} | {} | {} |",
                name(&row.repository),
                row.class.name(),
                name(&row.reason),
                row.since_run,
                if row.has_older { "yes" } else { "no" }
            )?;
        }
        Ok(())
    }
}
