//! The most urgent assets, each as a compiler shows an error: the line, why, what to do, and the other places.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};

use super::accepted::MAX_WAIVERS_SHORT as MAX_WAIVERS;
use super::{Page, SCREEN, band_style, score};
use crate::inventory::{Band, Class, Occurrence, packages};
use crate::model::{FindingClass, Location};
use crate::output::band_name;
use crate::output::fit::{columns, cut, grouped, harmless, wrapped};
use crate::output::rows::{Row, first};
use crate::output::words::unknown;

/// Most assets shown with an excerpt unless all are asked for, and of these most of one finding class.
const MAX_EXCERPTS: usize = 6;
const MAX_OF_A_CLASS: usize = 2;
/// Fewest and most of them where each is a line.
const LEAST_URGENT: usize = 3;
const MOST_URGENT: usize = 8;
/// Lines that an overview has below the rows of the most urgent, and above: an empty one and the head, what is left, what is not resolved,
/// and the next step.
const BELOW: usize = 7;
/// Lines that a waiver takes, mostly.
const LINES_OF_A_WAIVER: usize = 3;
/// Most further places named below an excerpt.
const MAX_PLACES: usize = 3;
/// Most characters of the instruction that made a layer.
const MAX_INSTRUCTION: usize = 80;

impl<'a> Page<'a> {
    /// The most urgent assets, of several kinds: forty keys of one kind tell no more than two.
    pub(super) fn excerpts(&mut self) -> fmt::Result {
        let urgent = self.urgent();
        let shown = match self.options.all {
            true => urgent.clone(),
            false => some_of(&urgent, MAX_EXCERPTS),
        };
        for row in &shown {
            self.excerpt(row)?;
        }
        if urgent.len() > shown.len() {
            writeln!(
                self.out,
                "\n… {} more of P0 to P2 (--all)",
                grouped((urgent.len() - shown.len()) as u64)
            )?
        }
        Ok(())
    }

    /// The same in a line each, as many as the screen has left.
    pub(super) fn most_urgent(&mut self) -> fmt::Result {
        let urgent = self.urgent();
        if urgent.is_empty() {
            return Ok(());
        }
        let register = self.report.waivers.entries.len().min(MAX_WAIVERS);
        let below = BELOW + register * LINES_OF_A_WAIVER;
        let left = SCREEN.saturating_sub(self.lines() + below);
        let shown = some_of(&urgent, left.clamp(LEAST_URGENT, MOST_URGENT));
        writeln!(self.out)?;
        self.table_of(&shown);
        let more = urgent.len() - shown.len();
        if more > 0 {
            let more = grouped(more as u64);
            writeln!(
                self.out,
                "… {more} more of P0 to P2 (--all; in a line each: --format table)"
            )?
        }
        Ok(())
    }

    /// What is used and has to be dealt with.
    fn urgent(&self) -> Vec<Row<'a>> {
        let all = self.options.all;
        let is_urgent = |row: &Row<'_>| {
            all || (row.judged.band <= Band::P2
                && row.judged.class != Class::Unresolved
                && row.asset.is_used())
        };
        self.rows.iter().copied().filter(is_urgent).collect()
    }

    /// One asset, as a compiler shows an error.
    pub(super) fn excerpt(&mut self, row: &Row<'a>) -> fmt::Result {
        let (asset, judged) = (row.asset, row.judged);
        let style = band_style(judged.band).bold();
        let label = self.paint(
            style,
            &format!(
                "{}[{}]",
                band_name(judged.band),
                judged.finding_class.name()
            ),
        );
        writeln!(
            self.out,
            "\n{label}: {}",
            self.paint(Style::new().bold(), &harmless(&asset.name))
        )?;
        let blue = AnsiColor::Blue.on_default().bold();
        let Some(occurrence) = first(asset) else {
            return Ok(());
        };
        let line = match occurrence.location.line {
            0 => " ".to_owned(),
            line => line.to_string(),
        };
        let pad = " ".repeat(line.len());
        let bar = self.paint(blue, "|");
        writeln!(
            self.out,
            "{pad}{} {}",
            self.paint(blue, "-->"),
            self.linked(&occurrence.location, &self.place(occurrence))
        )?;
        if !occurrence.text.is_empty() {
            let (text, marks) = self.marked(occurrence, line.len() + 3);
            writeln!(self.out, "{pad} {bar}")?;
            writeln!(self.out, "{} {bar} {text}", self.paint(blue, &line))?;
            writeln!(self.out, "{pad} {bar} {}", self.paint(style, &marks))?;
        }
        if occurrence.context != crate::model::Context::Production {
            self.note(&pad, "in", occurrence.context.name())?;
        }
        if let Some(shipped) = shipped(occurrence) {
            self.note(&pad, "part of", &shipped)?;
        }
        self.note(&pad, "why", &judged.reason)?;
        if let Some(replacement) = judged.replacement() {
            self.note(&pad, "do", &replacement)?
        }
        if let Some(note) = &judged.note {
            self.note(&pad, "note", note)?
        }
        if let Some(score) = judged.score.as_deref() {
            self.note(&pad, "score", &score::line(score))?;
            if !score.needs_context.is_empty() {
                self.note(&pad, "needs-context", &score::needs(&score.needs_context))?
            }
        }
        if let Some(accepted) = self.acceptance(row.number, judged) {
            self.note(&pad, "accepted", &accepted)?
        }
        for (facet, value) in asset.unresolved() {
            self.note(&pad, "unknown", &unknown(facet, value))?
        }
        if self.options.explain {
            self.note(&pad, "seen by", &occurrence.entry)?
        }
        for evidence in occurrence.evidence.iter().filter(|_| self.options.explain) {
            self.note(
                &pad,
                "and",
                &format!("{}  {}", self.path(&evidence.location), evidence.entry),
            )?;
        }
        let others: Vec<&Occurrence> = asset
            .occurrences
            .iter()
            .map(AsRef::as_ref)
            .filter(|other| *other != occurrence)
            .collect();
        if !others.is_empty() {
            let shown = if self.options.all {
                others.len()
            } else {
                MAX_PLACES
            };
            let places: Vec<(String, &Location)> = others
                .iter()
                .take(shown)
                .map(|other| (self.place(other), &other.location))
                .collect();
            self.places(&pad, &places, others.len() - places.len())?;
        }
        Ok(())
    }

    /// The line, and marks below the name that was called; below the whole line where the name is not in it.
    pub(super) fn marked(&self, occurrence: &Occurrence, indent: usize) -> (String, String) {
        let text = cut(
            &harmless(&occurrence.text),
            self.width.saturating_sub(indent).max(20),
        );
        let called = occurrence
            .symbol
            .rsplit(['.', ' '])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        let (before, len) = match word(&text, called) {
            Some(at) if !called.is_empty() => (columns(&text[..at]), columns(called)),
            _ => (0, columns(&text)),
        };
        (
            text,
            format!("{}{}", " ".repeat(before), "^".repeat(len.max(1))),
        )
    }

    /// `   = why: …`, wrapped.
    pub(super) fn note(&mut self, pad: &str, label: &str, text: &str) -> fmt::Result {
        let head = format!("{pad} = {label}: ");
        let room = self.width.saturating_sub(columns(&head)).max(20);
        let indent = " ".repeat(columns(&head));
        let label = self.paint(Style::new().bold(), label);
        for (n, line) in wrapped(&harmless(text), room).iter().enumerate() {
            if n == 0 {
                writeln!(self.out, "{pad} = {label}: {line}")?
            } else {
                writeln!(self.out, "{indent}{line}")?
            }
        }
        Ok(())
    }

    /// `   = also: …`. A place is never cut or broken, so that it can be clicked.
    pub(super) fn places(
        &mut self,
        pad: &str,
        places: &[(String, &Location)],
        more: usize,
    ) -> fmt::Result {
        let label = self.paint(Style::new().bold(), "also");
        write!(self.out, "{pad} = {label}:")?;
        let indent = columns(pad) + " = also:".len();
        let mut used = indent;
        for (n, (place, location)) in places.iter().enumerate() {
            let comma = if n + 1 < places.len() { "," } else { "" };
            let needed = columns(place) + comma.len() + 1;
            if used > indent && used + needed > self.width {
                write!(self.out, "\n{}", " ".repeat(indent))?;
                used = indent;
            }
            let linked = self.linked(location, place);
            write!(self.out, " {linked}{comma}")?;
            used += needed;
        }
        if more > 0 {
            write!(self.out, " and {} more", grouped(more as u64))?
        }
        writeln!(self.out)
    }
}

/// The first of them, no more of one finding class than tell something.
fn some_of<'a>(rows: &[Row<'a>], most: usize) -> Vec<Row<'a>> {
    let mut of_a_class: BTreeMap<FindingClass, usize> = BTreeMap::new();
    let rows = rows.iter().copied().filter(|row| {
        let count = of_a_class.entry(row.judged.finding_class).or_default();
        *count += 1;
        *count <= MAX_OF_A_CLASS
    });
    rows.take(most).collect()
}

/// Where a word stands in a text, by itself where it does so anywhere: `agree` in `agreement::agree(key)`.
fn word(text: &str, word: &str) -> Option<usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let whole = text.match_indices(word).map(|(at, _)| at).find(|at| {
        !part(text[..*at].chars().next_back()) && !part(text[at + word.len()..].chars().next())
    });
    whole.or_else(|| text.find(word))
}

/// The packages that a place lies in, and the layer that brought it.
fn shipped(occurrence: &Occurrence) -> Option<String> {
    let provenance = &occurrence.provenance;
    let mut parts: Vec<String> = provenance
        .packages
        .iter()
        .map(|package| packages::id(package))
        .collect();
    if let Some(layer) = &provenance.layer {
        // Twelve digits are what image tools show.
        let digest = layer
            .digest
            .split_once(':')
            .map_or(&*layer.digest, |(_, hex)| hex);
        let digest: String = digest.chars().take(12).collect();
        parts.push(match &layer.instruction {
            Some(instruction) => format!("layer {digest} ({})", cut(instruction, MAX_INSTRUCTION)),
            None => format!("layer {digest}"),
        })
    }
    (!parts.is_empty()).then(|| parts.join(", in "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_itself_before_it_is_found_in_another() {
        assert_eq!(word("agreement::agree(key)", "agree"), Some(11));
        assert_eq!(word("_agreement", "agree"), Some(1));
        assert_eq!(word("sign(key)", "verify"), None);
    }
}
