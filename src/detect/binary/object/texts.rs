//! Names among the texts of a program: of algorithms that it asks Windows for, and of functions that it looks up in libraries which it
//! loads by itself. A text shows that something is named, and only beside the functions that take such names does it mean anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::libraries;
use super::symbols::{LANGUAGE, Names, WHY};
use crate::detect::Source;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::knowledge::catalog::fold;
use crate::model::binary::Role;
use crate::model::{Asset, AssetKind, Confidence, Facets, SkipReason, Technique};

/// Bytes that are searched at a time, and by how many the pieces overlap: longer texts are none of these names.
const WINDOW: u64 = 1 << 20;
const OVERLAP: u64 = 256;
/// Texts of one file that are searched: those of a browser have some 50 MB.
const MAX_TEXTS: u64 = 128 << 20;
/// Names of one file.
const MAX_NAMES: usize = 4096;
/// Names of one library that are found without the name of its file: fewer may be words.
const MANY: usize = 3;

/// The functions that take an identifier of CNG.
pub(super) const ASKING: &[&str] = &["BCryptOpenAlgorithmProvider", "NCryptCreatePersistedKey"];
/// The functions that take the name of a function.
pub(super) const LOOKING_UP: &[&str] = &[
    "dlsym",
    "dlvsym",
    "GetProcAddress",
    "NSLookupSymbolInModule",
];

/// Looks for both kinds.
pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    names: &Names<'_>,
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    if let Some(asking) = names.asking() {
        identifiers(bytes, places, asking, seen)?
    }
    if names.is_looking_up() {
        functions(bytes, places, names, seen)?
    }
    Ok(())
}

/// Goes through the places in pieces: a piece, where it is in the file, and where the next one begins in it.
fn pieces(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    mut look: impl FnMut(&[u8], u64),
) -> Result<(), (SkipReason, String)> {
    let mut left = MAX_TEXTS;
    for place in places {
        let mut at = place.start;
        while at < place.end && left > 0 {
            let end = at.saturating_add(WINDOW).min(place.end);
            let piece = bytes.read_at(at..end)?;
            look(piece, at);
            if piece.len() as u64 <= OVERLAP || end == place.end {
                break;
            }
            left = left.saturating_sub(piece.len() as u64);
            at = end - OVERLAP
        }
    }
    Ok(())
}

/// Texts in UTF-16 that are an identifier of CNG and nothing else: what the program asks for is among them. The rules say how headers call
/// them (`BCRYPT_ECDSA_P256_ALGORITHM`); the text is the middle of that name, give or take a `-`.
fn identifiers(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    asking: &str,
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let mut known: HashMap<String, (&str, Facets)> = HashMap::new();
    for (name, symbol) in seen.known.rules.all_symbols() {
        let middle = name.strip_prefix("BCRYPT_");
        if let Some(middle) = middle.and_then(|name| name.strip_suffix("_ALGORITHM")) {
            known.insert(fold(middle), (name, symbol.is.clone()));
        }
    }
    let mut found: BTreeMap<String, (String, Facets, Range<u64>)> = BTreeMap::new();
    pieces(bytes, places, |piece, at| {
        for (text, span) in wide_texts(piece) {
            if let Some((name, facets)) = known.get(&fold(&text)) {
                let span = at + span.start as u64..at + span.end as u64;
                let name = (*name).to_owned();
                found.entry(text).or_insert((name, facets.clone(), span));
            }
        }
    })?;
    for (text, (name, facets, span)) in found {
        seen.add(Sighting {
            asset: Asset {
                facets,
                ..Asset::new(AssetKind::Algorithm)
            },
            technique: Technique::Imports,
            confidence: Confidence::Medium,
            at: span,
            library: "c/windows-cng".to_owned(),
            entry: format!("c/windows-cng#{name}"),
            text: format!("\"{text}\" in a program that imports {asking}"),
            symbol: text,
            function: None,
        });
    }
    Ok(())
}

/// Texts of two bytes a sign that consist of what identifiers do, and stand between zeros.
fn wide_texts(piece: &[u8]) -> Vec<(String, Range<usize>)> {
    const LONGEST: usize = 32;
    let is_sign = |unit: &[u8]| matches!(unit, [sign, 0] if sign.is_ascii_uppercase() || sign.is_ascii_digit() || matches!(sign, b'_' | b'-'));
    let mut texts = Vec::new();
    let mut start = None;
    let mut is_after_zero = true;
    for (number, unit) in piece.chunks_exact(2).enumerate() {
        if is_sign(unit) {
            if start.is_none() && is_after_zero {
                start = Some(number)
            }
        } else if let Some(from) = start.take()
            && unit == [0, 0]
            && (2..=LONGEST).contains(&(number - from))
        {
            let span = from * 2..number * 2;
            let text = piece.get(span.clone()).unwrap_or_default();
            let text = text.iter().step_by(2).map(|byte| char::from(*byte));
            texts.push((text.collect(), span))
        }
        is_after_zero = unit == [0, 0]
    }
    texts
}

/// Texts that are the name of a function that rules know, in a program that looks functions up by name.
fn functions(
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
    let mut told: BTreeMap<&str, Vec<(String, Range<u64>, Asset)>> = BTreeMap::new();
    for (name, span) in found {
        if let Some((asset, entry)) = rules.bare(LANGUAGE, &name, WHY)
            && let Some(library) = rules.libraries.get(entry.library)
            && libraries::exists(&library.id, seen.kind, Role::Library)
        {
            let list = told.entry(library.id.as_str()).or_default();
            list.push((name, span, asset))
        }
    }
    for (library, list) in told {
        let file = files.iter().find(|file| libraries::is_of(library, file));
        let confidence = match file {
            Some(_) => Confidence::Medium,
            None if list.len() >= MANY && libraries::has_marks(library) => Confidence::Low,
            None => continue,
        };
        for (name, span, asset) in list {
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
    fn an_identifier_stands_alone() {
        let wide =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let piece = wide("\0RSA\0my RSA\0ECDSA_P256\0RSA key\0\0ML-KEM\0DH");
        let texts: Vec<String> = wide_texts(&piece)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["RSA", "ECDSA_P256", "ML-KEM"]);
        let (_, span) = &wide_texts(&piece)[0];
        assert_eq!(piece[span.clone()], wide("RSA"));
    }

    #[test]
    fn a_name_stands_between_zeros() {
        let texts: Vec<&str> = narrow_texts(b"x\0RSA_sign\0call RSA_sign\0libcrypto.so.3\0EVP_end")
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["RSA_sign", "libcrypto.so.3"]);
    }
}
