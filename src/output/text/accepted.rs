//! The accepted-risk register for people, and what the scanned project itself left out. A P0 that the project accepts is always named.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};

use super::Page;
use crate::inventory::Judgement;
use crate::inventory::waiver::{Entry, Place, State, accepted_by_project};
use crate::output::band_name;
use crate::output::fit::{counted, cut, grouped, harmless, wrapped};
use crate::output::rows::first;
use crate::output::words::lowered;

/// Most waivers listed unless all are asked for.
const MAX_WAIVERS: usize = 12;
/// Likewise, in an overview.
pub(super) const MAX_WAIVERS_SHORT: usize = 3;
/// Most assets named that the project accepts although they are most urgent, unless all are asked for; their number is always said.
const MAX_URGENT: usize = 20;
/// Most columns of what a waiver is about.
const MAX_ABOUT: usize = 80;
/// Most characters of a reason.
const MAX_REASON: usize = 400;

impl Page<'_> {
    /// `By the project's own settings (exclude, rules): 12 files left out   --no-project-config`.
    pub(super) fn by_project(&mut self) -> fmt::Result {
        let by_project = &self.report.coverage.by_project;
        if by_project.is_ignored {
            let comments = match self.report.waivers.comments_ignored {
                0 => String::new(),
                number => format!(
                    ", with {} that would accept something",
                    counted(number as u64, "comment")
                ),
            };
            return writeln!(
                self.out,
                "The project's own settings are left aside{comments}"
            );
        }
        if by_project.keys.is_empty() {
            return Ok(());
        }
        let label = self.paint(
            AnsiColor::Yellow.on_default(),
            "By the project's own settings",
        );
        let left_out = match by_project.left_out {
            0 => "counted".to_owned(),
            files => format!("{} left out", counted(files, "file")),
        };
        let keys = by_project.keys.join(", ");
        writeln!(
            self.out,
            "{label} ({keys}): {left_out}   --no-project-config"
        )?;
        self.lowered()
    }

    /// What would be most urgent if the project had not said otherwise of itself.
    fn lowered(&mut self) -> fmt::Result {
        let all = &self.report.lowered;
        if all.is_empty() {
            return Ok(());
        }
        let line = format!("  {}", lowered(all.len()));
        let line = self.paint(AnsiColor::Red.on_default().bold(), &line);
        writeln!(self.out, "{line}")?;
        let shown = match self.options.all {
            true => all.len(),
            false => MAX_URGENT.min(all.len()),
        };
        for number in &all[..shown] {
            let Some(asset) = self.report.inventory.assets.get(*number) else {
                continue;
            };
            let place = first(asset).map(|o| self.place(o)).unwrap_or_default();
            writeln!(self.out, "    {}  {place}", harmless(&asset.name))?
        }
        if all.len() > shown {
            writeln!(self.out, "    … {} more (--all)", all.len() - shown)?
        }
        Ok(())
    }

    /// Every waiver, those that need something first.
    pub(super) fn accepted(&mut self) -> fmt::Result {
        let register = &self.report.waivers;
        let beyond = self.report.coverage.by_project.comments_beyond;
        if register.entries.is_empty() && beyond == 0 {
            return Ok(());
        }
        let number = |state| {
            let entries = register.entries.iter();
            entries.filter(|entry| entry.state == state).count()
        };
        let numbers: Vec<String> = [
            State::Used,
            State::Expired,
            State::Unmatched,
            State::Malformed,
        ]
        .into_iter()
        .filter(|state| number(*state) > 0)
        .map(|state| format!("{} {}", grouped(number(state) as u64), state.name()))
        .collect();
        let head = self.paint(Style::new().bold(), "Accepted risks");
        writeln!(
            self.out,
            "\n{head}: {} ({})",
            counted(register.entries.len() as u64, "waiver"),
            numbers.join(", ")
        )?;
        if register.is_full {
            writeln!(
                self.out,
                "  they are about more places than are kept: the rest is not accepted"
            )?
        }
        if beyond > 0 {
            let more = counted(beyond, "comment");
            writeln!(self.out, "  {more} beyond what is kept accept nothing")?
        }
        let mut entries: Vec<&Entry> = register.entries.iter().collect();
        entries.sort_by_key(|entry| entry.state);
        let shown = match self.options.all {
            true => entries.len(),
            false if self.is_overview() => MAX_WAIVERS_SHORT.min(entries.len()),
            false => MAX_WAIVERS.min(entries.len()),
        };
        for entry in &entries[..shown] {
            self.waiver(entry)?
        }
        if entries.len() > shown {
            writeln!(self.out, "  … {} more (--all)", entries.len() - shown)?
        }
        self.accepted_urgent()
    }

    /// A waiver: what it is about, what it accepts, who says so and why.
    fn waiver(&mut self, entry: &Entry) -> fmt::Result {
        let waiver = &entry.waiver;
        let style = match entry.state {
            State::Expired | State::Malformed => AnsiColor::Red.on_default(),
            State::Unmatched => AnsiColor::Yellow.on_default(),
            State::Used => Style::new(),
        };
        let day = waiver.until.map(|day| day.to_string()).unwrap_or_default();
        let state = match entry.state {
            State::Used => format!("until {day}"),
            State::Expired => format!("expired {day}"),
            State::Unmatched => format!("unmatched, until {day}"),
            State::Malformed => "malformed".to_owned(),
        };
        let about = cut(&harmless(&waiver.about()), MAX_ABOUT);
        let state = self.paint(style, &state);
        let place = self.joined_id(entry);
        writeln!(self.out, "  {state}  {place}: {about}")?;
        let mut said = Vec::new();
        if entry.state == State::Malformed {
            said.push(format!("does not count: {}", waiver.problems.join("; ")))
        }
        if !entry.assets.is_empty() {
            let bands: Vec<String> = entry
                .by_band
                .iter()
                .map(|(band, number)| format!("{} {}", grouped(*number as u64), band_name(*band)))
                .collect();
            said.push(format!(
                "{} ({}) in {}",
                counted(entry.assets.len() as u64, "asset"),
                bands.join(", "),
                counted(entry.places as u64, "place")
            ));
            if entry.partly > 0 {
                let partly = grouped(entry.partly as u64);
                said.push(format!("{partly} in part: other places are not accepted"))
            }
        }
        said.push(match &entry.owner {
            Some(owner) => format!("by {owner}"),
            None => "owner unknown".to_owned(),
        });
        if let Some(ticket) = &waiver.written.ticket {
            said.push(ticket.clone())
        }
        let mut text = said.join("; ");
        if !waiver.reason().is_empty() {
            text += &format!(": {}", waiver.reason())
        }
        let text = cut(&harmless(&text), MAX_REASON);
        for line in wrapped(&text, self.width.saturating_sub(6)) {
            writeln!(self.out, "      {line}")?
        }
        Ok(())
    }

    /// What is most urgent and accepted by the scanned project itself.
    fn accepted_urgent(&mut self) -> fmt::Result {
        let accepted = accepted_by_project(self.report);
        if accepted.assets == 0 {
            return Ok(());
        }
        let urgent = accepted.most_urgent.len();
        let label = match urgent {
            0 => Style::new(),
            _ => AnsiColor::Red.on_default().bold(),
        };
        let line = accepted.to_string();
        let line = self.paint(label, &line);
        writeln!(self.out, "  {line}")?;
        let shown = match self.options.all {
            true => urgent,
            false => MAX_URGENT.min(urgent),
        };
        for number in &accepted.most_urgent[..shown] {
            let Some(asset) = self.report.inventory.assets.get(*number) else {
                continue;
            };
            let place = first(asset).map(|occurrence| self.place(occurrence));
            writeln!(
                self.out,
                "      P0 {}  {}",
                cut(&harmless(&asset.name), MAX_ABOUT),
                place.unwrap_or_default()
            )?
        }
        if urgent > shown {
            writeln!(self.out, "      … {} more (--all)", urgent - shown)?
        }
        Ok(())
    }

    /// `accepted until 2027-06-30 by @team (pqscan.toml#1): because …`, for one judgement of an asset.
    pub(super) fn acceptance(&self, number: usize, judged: &Judgement) -> Option<String> {
        let accepted = self.report.waivers.accepted(number, judged.finding_class)?;
        let places = match accepted.wholly {
            true => String::new(),
            false => format!("{} of {} places, ", accepted.places(), accepted.by.len()),
        };
        let entry = accepted.entries().into_iter().next();
        let entry = entry.and_then(|entry| self.report.waivers.entries.get(entry))?;
        let owner = entry.owner.as_deref().unwrap_or("an unknown owner");
        let text = format!(
            "{places}until {} by {owner} ({}): {}",
            accepted.until,
            self.joined_id(entry),
            entry.waiver.reason()
        );
        Some(cut(&text, MAX_REASON))
    }

    /// Where a waiver stands; in a comment, so that it opens from where the user stands.
    fn joined_id(&self, entry: &Entry) -> String {
        let id = entry.waiver.place.id();
        match entry.waiver.place {
            Place::Comment { .. } => self.joined(&id),
            Place::Settings { .. } => harmless(&id),
        }
    }
}
