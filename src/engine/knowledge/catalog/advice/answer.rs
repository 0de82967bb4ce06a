//! The sentences of an answer: one where the version has it, one where it does not, one where that is not known.

use std::cmp::Ordering;

use super::super::Catalog;
use super::super::libraries::{Evidence, Has, Library};
use super::super::version::compare;
use super::{Advice, Wanted};

/// The longest version that a sentence repeats.
const MAX_SHOWN: usize = 40;

/// A question with the part of the table that answers it; there is at least one step.
pub(super) struct Asked<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) library: &'a Library,
    pub(super) wanted: Wanted,
    pub(super) steps: Vec<&'a Has>,
}

impl Asked<'_> {
    pub(super) fn has(&self, version: &str, now: &[&Has]) -> Advice {
        let exchange = matches!(self.wanted, Wanted::TlsHybrid | Wanted::SshHybrid);
        let by_default = exchange && now.iter().any(|has| has.is_default());
        // What is certain, if anything is; of key exchanges what needs no configuration, if anything does not.
        let certain = now.iter().any(|has| has.needs.is_none());
        let used: Vec<&Has> = now
            .iter()
            .copied()
            .filter(|has| (!certain || has.needs.is_none()) && (!by_default || has.is_default()))
            .collect();
        let used = if used.is_empty() { now.to_vec() } else { used };
        let mut names: Vec<&str> = Vec::new();
        for name in used
            .iter()
            .flat_map(|has| has.names(self.wanted, self.catalog))
        {
            if !names.contains(&name) {
                names.push(name)
            }
        }
        let (who, names) = (
            format!("{} {}", self.library.name, shown(version)),
            list(&names),
        );
        let place = used.iter().find_map(|has| has.needs.as_deref());
        let mut sentence = match (exchange, by_default) {
            (false, _) => format!("{who} has {names}{}", where_(place)),
            (true, true) => format!("{who} offers {names} by default{}", where_(place)),
            (true, false) => format!("{who} can use {names} when told to{}", where_(place)),
        };
        if exchange && !by_default {
            let later = self.steps.iter().find(|has| {
                has.is_default() && compare(version, &has.since) == Some(Ordering::Less)
            });
            if let Some(later) = later {
                sentence += &format!("; {} on by default", from(later))
            }
        }
        self.advice(
            place.is_none().then_some(true),
            by_default,
            used.first().map(|has| has.since.clone()),
            &sentence,
            &used,
        )
    }

    pub(super) fn lacks(&self, version: &str) -> Advice {
        let later: Vec<&Has> = self
            .steps
            .iter()
            .copied()
            .filter(|has| compare(version, &has.since) == Some(Ordering::Less))
            .collect();
        let who = format!("{} {}", self.library.name, shown(version));
        let Some(next) = later.first() else {
            // It was there once.
            let gone = self.steps.last().and_then(|has| has.until.as_deref());
            let sentence = format!(
                "{who} has no {}; it was taken out in {}",
                self.wanted.words(),
                gone.unwrap_or_default()
            );
            return self.advice(Some(false), false, None, &sentence, &self.steps);
        };
        let mut used = vec![*next];
        let mut sentence = format!("{who} has none; {}", self.coming(next));
        if next.until.is_some()
            && let Some(all) = later.iter().find(|has| has.until.is_none())
        {
            sentence += &format!(", and in every version from {} on", all.since);
            used.push(all)
        }
        self.advice(
            Some(false),
            next.is_default(),
            Some(next.since.clone()),
            &sentence,
            &used,
        )
    }

    /// Nobody who should know says that this version has it; nor does anybody say that it lacks it.
    pub(super) fn doubtful(&self, version: &str, has: &Has) -> Advice {
        let why = format!(
            "whether {} {} has {} is not confirmed",
            self.library.name,
            shown(version),
            list(&has.names(self.wanted, self.catalog))
        );
        self.unknown(&why)
    }

    pub(super) fn unknown(&self, why: &str) -> Advice {
        let first = self
            .library
            .first_with(|has| self.steps.iter().any(|step| std::ptr::eq(*step, has)));
        // There is a step, so there is a first.
        let first = first.unwrap_or(self.steps[0]);
        let mut used = vec![first];
        let mut sentence = self.coming(first);
        let lines: Vec<&str> = self
            .steps
            .iter()
            .filter(|has| {
                has.until.is_some()
                    && !std::ptr::eq(**has, first)
                    && has.capability == first.capability
                    && has.algorithms == first.algorithms
                    && has.exchanges == first.exchanges
            })
            .map(|has| {
                used.push(has);
                has.since.as_str()
            })
            .collect();
        if !lines.is_empty() {
            let which = if lines.len() == 1 {
                "its line"
            } else {
                "their lines"
            };
            sentence += &format!(" and from {} on in {which}", list(&lines))
        }
        self.advice(
            None,
            first.is_default(),
            Some(first.since.clone()),
            &format!("{sentence}; {why}"),
            &used,
        )
    }

    /// "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08)".
    fn coming(&self, has: &Has) -> String {
        let (library, names) = (&self.library.name, has.names(self.wanted, self.catalog));
        let released = has
            .released
            .as_deref()
            .map(|day| format!(" ({day})"))
            .unwrap_or_default();
        let (from, place) = (from(has), where_(has.needs.as_deref()));
        match self.wanted {
            Wanted::TlsHybrid | Wanted::SshHybrid if has.is_default() => format!(
                "{library} offers {} by default {from} on{released}{place}",
                list(&names)
            ),
            Wanted::TlsHybrid | Wanted::SshHybrid => format!(
                "{library} can use {} {from} on{released}, when told to{place}",
                list(&names)
            ),
            _ => {
                let verb = if names.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {verb} in {library} {from} on{released}{place}",
                    list(&names)
                )
            }
        }
    }

    fn advice(
        &self,
        has: Option<bool>,
        by_default: bool,
        since: Option<String>,
        sentence: &str,
        used: &[&Has],
    ) -> Advice {
        let evidence = used
            .iter()
            .map(|has| has.evidence)
            .max()
            .unwrap_or_default();
        let told = match evidence {
            Evidence::Primary => "",
            _ => " (second-hand)",
        };
        let mut source: Vec<String> = Vec::new();
        for text in used.iter().flat_map(|has| &has.source) {
            if !source.contains(text) {
                source.push(text.clone())
            }
        }
        Advice {
            library: self.library.name.clone(),
            has,
            by_default,
            since,
            sentence: format!("{sentence}{told}."),
            evidence,
            source,
        }
    }
}

fn from(has: &Has) -> String {
    format!("from {}", has.since)
}

pub(super) fn where_(needs: Option<&str>) -> String {
    needs
        .map(|needs| format!(", where {needs}"))
        .unwrap_or_default()
}

/// A stranger's version, fit for a sentence, without what some write before the numbers: `go1.24`, `v0.38.0`.
pub(super) fn shown(version: &str) -> String {
    let version = version.trim();
    let bare = ["go", "v"]
        .iter()
        .find_map(|prefix| version.strip_prefix(prefix))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(version);
    bare.chars()
        .filter(|c| c.is_ascii_alphanumeric() || ".-+~_:".contains(*c))
        .take(MAX_SHOWN)
        .collect()
}

/// "A, B and C".
pub(in crate::knowledge::catalog) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
