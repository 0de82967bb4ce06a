//! What the names of functions say. The rule files of C are the one list of names.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::detect::binary::seen::{Seen, Sighting};
use crate::model::{Confidence, Technique};

/// The language of the rules.
const LANGUAGE: &str = "c";
/// The reason why a parameter is not known.
const WHY: &str = "binary";

/// How a name stands in a module; what is offered says more than what is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Is here for others.
    Exported,
    /// Is here, and not for others.
    Inside,
    /// Comes from elsewhere.
    Imported,
}

/// The names of one module that rules may know, each once.
#[derive(Default)]
pub(super) struct Symbols {
    seen: BTreeMap<String, (Side, Range<u64>)>,
}

impl Symbols {
    /// Takes a name.
    pub(super) fn see(&mut self, name: &str, side: Side, at: Range<u64>) {
        // Names of C are ASCII and short; those of other languages are long and have colons and dots.
        if name.len() > 80 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return;
        }
        match self.seen.get_mut(name) {
            Some(known) if known.0 > side => *known = (side, at),
            Some(_) => {}
            None => {
                self.seen.insert(name.to_owned(), (side, at));
            }
        }
    }

    /// Adds what the names say.
    pub(super) fn tell(self, seen: &mut Seen<'_>) {
        for (symbol, (side, at)) in self.seen {
            // Emscripten exports functions with an underscore before their names.
            let bare = |name: &str| seen.known.rules.bare(LANGUAGE, name, WHY);
            let told = bare(&symbol).or_else(|| bare(symbol.strip_prefix('_')?));
            let Some((asset, entry)) = told else { continue };
            let Some(library) = seen.known.rules.libraries.get(entry.library) else {
                continue;
            };
            let (technique, does) = match side {
                Side::Imported => (Technique::Imports, "imports"),
                Side::Exported => (Technique::Exports, "exports"),
                Side::Inside => (Technique::Exports, "contains"),
            };
            let sighting = Sighting {
                asset,
                technique,
                // A module says of no name from which library it comes.
                confidence: Confidence::Medium,
                at,
                library: library.id.clone(),
                entry: format!("{}#{}", library.id, entry.path),
                text: format!("{does} {symbol}"),
                symbol,
                function: None,
            };
            if seen.add(sighting).is_none() {
                return;
            }
        }
    }
}
