//! The most urgent assets, each as a compiler shows an error: the line, why, what to do, and the other places.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};

use super::fit::{columns, cut, grouped, harmless, wrapped};
use super::{Page, Row, band_style, first, score, unknown};
use crate::inventory::{Band, Class, Occurrence, packages};
use crate::model::FindingClass;
use crate::output::band_name;

/// Most assets shown with an excerpt unless all are asked for, and of these most of one finding class.
const MAX_EXCERPTS: usize = 6;
const MAX_OF_A_CLASS: usize = 2;
/// Most further places named below an excerpt.
const MAX_PLACES: usize = 3;
/// Most characters of the instruction that made a layer.
const MAX_INSTRUCTION: usize = 80;

impl<'a> Page<'a> {
    /// The most urgent assets, of several kinds: forty keys of one kind tell no more than two.
    pub(super) fn excerpts(&mut self) -> fmt::Result {
        let all = self.options.all;
        let urgent = |row: &Row<'_>| {
            all || (row.judged.band <= Band::P2
                && row.judged.class != Class::Unresolved
                && row.asset.is_used())
        };
        let urgent: Vec<Row<'a>> = self.rows.iter().copied().filter(urgent).collect();
        let mut of_a_class: BTreeMap<FindingClass, usize> = BTreeMap::new();
        let mut shown = 0;
        for row in &urgent {
            let count = of_a_class.entry(row.judged.finding_class).or_default();
            *count += 1;
            if !all && (*count > MAX_OF_A_CLASS || shown == MAX_EXCERPTS) {
                continue;
            }
            shown += 1;
            self.excerpt(row)?;
        }
        if urgent.len() > shown {
            writeln!(
                self.out,
                "\n… {} more of P0 to P2 (--all)",
                urgent.len() - shown
            )?
        }
        Ok(())
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
            self.place(occurrence)
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
            let places: Vec<String> = others.iter().take(shown).map(|o| self.place(o)).collect();
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
    pub(super) fn places(&mut self, pad: &str, places: &[String], more: usize) -> fmt::Result {
        let label = self.paint(Style::new().bold(), "also");
        write!(self.out, "{pad} = {label}:")?;
        let indent = columns(pad) + " = also:".len();
        let mut used = indent;
        for (n, place) in places.iter().enumerate() {
            let comma = if n + 1 < places.len() { "," } else { "" };
            let needed = columns(place) + comma.len() + 1;
            if used > indent && used + needed > self.width {
                write!(self.out, "\n{}", " ".repeat(indent))?;
                used = indent;
            }
            write!(self.out, " {place}{comma}")?;
            used += needed;
        }
        if more > 0 {
            write!(self.out, " and {} more", grouped(more as u64))?
        }
        writeln!(self.out)
    }
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
