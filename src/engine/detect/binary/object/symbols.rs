//! What the names in a table of symbols say. The rule files of C are the one list of names.

use std::collections::HashMap;
use std::ops::Range;

use super::described::{Described, Side, Symbol, Symbols};
use super::libraries::{self, Belongs, Presence};
use super::names;
use super::texts;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::knowledge::Knowledge;
use crate::model::binary::Role;
use crate::model::{Asset, AssetKind, Confidence, Technique};

/// The language of the rules.
pub(super) const LANGUAGE: &str = "c";
/// The reason why a parameter is not known.
pub(super) const WHY: &str = "binary";
/// Names of one binary that rules know: all rules together have a few thousand.
const MAX_KNOWN: usize = 50_000;

/// The names of one binary.
pub(super) struct Names<'k> {
    known: &'k Knowledge,
    presence: Presence,
    /// What rules know, by the name in the rules.
    found: HashMap<String, Vec<Found>>,
    number: usize,
    /// Imported functions that take names as texts.
    taking: Vec<&'static str>,
}

struct Found {
    /// The name as it is in the binary.
    name: String,
    side: Side,
    from: Option<String>,
    at: Range<u64>,
}

impl<'k> Names<'k> {
    pub(super) fn new(known: &'k Knowledge) -> Self {
        Self {
            known,
            presence: Presence::new(),
            found: HashMap::new(),
            number: 0,
            taking: Vec::new(),
        }
    }

    /// The name that a rule has for it.
    fn rule(&self, name: &str) -> Option<String> {
        let rules = &self.known.rules;
        let is_known = |path: &str| {
            let is_ours = |library: usize| rules.libraries[library].language == LANGUAGE;
            rules.named(path).any(|entry| is_ours(entry.library))
                || rules.symbols(path).iter().any(|s| is_ours(s.library))
        };
        names::find(name, |reading| {
            if is_known(reading) {
                return Some(reading.to_owned());
            }
            let mut bare = libraries::prefixes().filter_map(|prefix| reading.strip_prefix(prefix));
            bare.find(|name| is_known(name)).map(str::to_owned)
        })
    }
}

impl Symbols for Names<'_> {
    fn see(&mut self, symbol: Symbol<'_>) {
        let Ok(name) = std::str::from_utf8(symbol.name) else {
            return;
        };
        if symbol.side == Side::Imported {
            let takes = texts::takes_names(name);
            self.taking
                .extend(takes.filter(|name| !self.taking.contains(name)))
        }
        self.presence.see(name);
        let Some(path) = self.rule(name) else { return };
        // The name in the rules is the plain one: that of a copy with a prefix of its own is a mark as well.
        self.presence.see(&path);
        if self.number >= MAX_KNOWN {
            return;
        }
        let found = self.found.entry(path).or_default();
        // Tables repeat each other, and so do the processors of a universal binary.
        if found.iter().all(|known| known.side != symbol.side) {
            self.number += 1;
            found.push(Found {
                name: name.to_owned(),
                side: symbol.side,
                from: symbol.from.map(str::to_owned),
                at: symbol.at,
            })
        }
    }
}

impl Names<'_> {
    /// The functions that the binary gives names to.
    pub(super) fn taking(&self) -> &[&'static str] {
        &self.taking
    }

    /// Whether rules know a function of that name that is no symbol here.
    pub(super) fn knows(&self, name: &str) -> bool {
        !self.found.contains_key(name) && self.rule(name).is_some_and(|rule| rule == name)
    }

    /// Adds what the names say, in their order.
    pub(super) fn tell(&mut self, described: &Described, seen: &mut Seen<'_>) {
        for library in &described.needs {
            self.presence.needs(library)
        }
        let mut found: Vec<(String, Found)> = std::mem::take(&mut self.found)
            .into_iter()
            .filter_map(|(path, list)| strongest(list).map(|found| (path, found)))
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, found) in found {
            let told = sighting(&path, found, &self.presence, described.role, seen);
            if let Some(sighting) = told {
                seen.add(sighting);
            }
        }
    }
}

/// Of one name that stands on several sides: what is offered is also inside, and what is inside is not taken from elsewhere.
fn strongest(mut found: Vec<Found>) -> Option<Found> {
    let rank = |found: &Found| match found.side {
        Side::Exported => 0,
        Side::Inside => 1,
        Side::Imported => 2,
        Side::Named => 3,
    };
    found.sort_by_key(rank);
    found.into_iter().next()
}

fn sighting(
    path: &str,
    found: Found,
    presence: &Presence,
    role: Role,
    seen: &Seen<'_>,
) -> Option<Sighting> {
    let rules = &seen.known.rules;
    let called = rules.bare(LANGUAGE, path, WHY);
    let (mut asset, library) = match called {
        Some((asset, entry)) => (asset, entry.library),
        None => rules.denoted(LANGUAGE, path)?,
    };
    let library = rules.libraries.get(library)?.id.as_str();
    if !libraries::exists(library, seen.kind, role)
        || !libraries::prefixed(library, path, &found.name)
    {
        return None;
    }
    let from = found.from.as_deref();
    let belongs = presence.belongs(library, path, found.side, from)?;
    let (technique, does) = match found.side {
        Side::Imported => (Technique::Imports, "imports"),
        Side::Exported => (Technique::Exports, "exports"),
        Side::Inside => (Technique::Exports, "contains"),
        Side::Named => {
            asset = Asset {
                kind: AssetKind::Mention,
                ..asset
            };
            (Technique::Strings, "leads to")
        }
    };
    if path.contains('.') {
        // A class of C++ has constructors for new keys and for those that are read.
        asset.operations.clear()
    }
    let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
    Some(Sighting {
        asset,
        technique,
        confidence: match (belongs, found.side) {
            (Belongs::Surely, Side::Imported | Side::Exported | Side::Inside) => Confidence::High,
            _ => Confidence::Medium,
        },
        at: found.at,
        library: library.to_owned(),
        entry: format!("{library}#{path}"),
        text: format!("{does} {}{from}", found.name),
        symbol: found.name,
        function: None,
    })
}
