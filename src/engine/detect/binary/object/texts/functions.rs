//! Functions that a program looks up by name.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::libraries;
use super::super::symbols::{LANGUAGE, Names, WHY};
use super::pieces;
use crate::detect::Source;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::model::binary::Role;
use crate::model::{Asset, AssetKind, Confidence, SkipReason, Technique};

/// Names of one file.
const MAX_NAMES: usize = 4096;
/// Names of one library that are found without the name of its file: fewer may be words.
const MANY: usize = 3;
/// The functions that take the name of a function.
pub(super) const LOOKING_UP: &[&str] = &[
    "dlsym",
    "dlvsym",
    "GetProcAddress",
    "NSLookupSymbolInModule",
];

/// A text that is the name of a function.
struct Named {
    name: String,
    span: Range<u64>,
    /// What the name says.
    asset: Asset,
}

/// Texts that are the name of a function that rules know, in a program that looks functions up by name.
pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    names: &Names<'_>,
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let mut found: BTreeMap<String, Range<u64>> = BTreeMap::new();
    let mut files = BTreeSet::new();
    pieces(bytes, places, |piece, at| {
        for (text, start) in narrow_texts(piece) {
            if is_file(text) && files.len() < MAX_NAMES {
                files.insert(text.to_owned());
            } else if found.len() < MAX_NAMES && !found.contains_key(text) && names.knows(text) {
                let start = at + start as u64;
                found.insert(text.to_owned(), start..start + text.len() as u64);
            }
        }
    })?;
    let rules = &seen.known.rules;
    let mut told: BTreeMap<&str, Vec<Named>> = BTreeMap::new();
    for (name, span) in found {
        if let Some((asset, entry)) = rules.bare(LANGUAGE, &name, WHY)
            && let Some(library) = rules.libraries.get(entry.library)
            && libraries::exists(&library.id, seen.kind, Role::Library)
        {
            let list = told.entry(library.id.as_str()).or_default();
            list.push(Named { name, span, asset })
        }
    }
    for (library, list) in told {
        let file = files.iter().find(|file| libraries::is_of(library, file));
        let confidence = match file {
            Some(_) => Confidence::Medium,
            None if list.len() >= MANY && libraries::has_marks(library) => Confidence::Low,
            None => continue,
        };
        for Named { name, span, asset } in list {
            let beside = file.map_or(String::new(), |file| format!(" beside \"{file}\""));
            seen.add(Sighting {
                asset: Asset {
                    kind: AssetKind::Mention,
                    ..asset
                },
                technique: Technique::Strings,
                confidence,
                at: span,
                library: library.to_owned(),
                entry: format!("{library}#{name}"),
                text: format!("\"{name}\"{beside} in a program that looks up functions by name"),
                symbol: name,
                function: None,
            });
        }
    }
    Ok(())
}

/// Texts of one byte a sign between zeros, as long as names are.
fn narrow_texts(piece: &[u8]) -> impl Iterator<Item = (&str, usize)> {
    const LENGTHS: Range<usize> = 5..100;
    let mut start = 0_usize;
    memchr::memchr_iter(0, piece).filter_map(move |end| {
        let from: usize = std::mem::replace(&mut start, end + 1);
        let text = piece
            .get(from..end)
            .filter(|text| LENGTHS.contains(&<[u8]>::len(text)))?;
        let is_name = text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-@/\\+".contains(b));
        let text = std::str::from_utf8(text).ok().filter(|_| is_name)?;
        Some((text, from))
    })
}

fn is_file(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [".so", ".dll", ".dylib"]
        .iter()
        .any(|ending| lower.ends_with(ending))
        || lower.contains(".so.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_between_zeros() {
        let texts: Vec<&str> = narrow_texts(b"x\0RSA_sign\0call RSA_sign\0libcrypto.so.3\0EVP_end")
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["RSA_sign", "libcrypto.so.3"]);
    }
}
