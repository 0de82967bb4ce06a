//! Names among the texts of a program: of algorithms that it asks a library for, and of functions that it looks up in libraries which it
//! loads by itself. A text shows that something is named, and only beside the functions that take such names does it mean anything.

mod expressions;
mod functions;
mod kernel;
mod windows;

use std::ops::Range;

use super::symbols::Names;
use crate::detect::Source;
use crate::detect::binary::seen::Seen;
use crate::model::SkipReason;

/// Bytes that are searched at a time, and by how many the pieces overlap: longer texts are none of these names.
const WINDOW: u64 = 1 << 20;
const OVERLAP: u64 = 256;
/// Texts of one file that are searched: those of a browser have some 50 MB.
const MAX_TEXTS: u64 = 128 << 20;

/// Whether an imported function is one that takes names: as the name is remembered.
pub(super) fn takes_names(function: &str) -> Option<&'static str> {
    let all = windows::ASKING.iter().chain(functions::LOOKING_UP);
    let all = all.chain(expressions::BUILDING);
    let mut all = all.chain(kernel::ALLOCATING);
    all.find(|known| **known == function).copied()
}

/// Looks for every kind that a function is imported for.
pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    names: &Names<'_>,
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let takes = |known: &[&str]| names.taking().iter().any(|name| known.contains(name));
    if takes(windows::ASKING) {
        windows::read(bytes, places, names.taking(), seen)?
    }
    if takes(functions::LOOKING_UP) {
        functions::read(bytes, places, names, seen)?
    }
    if takes(expressions::BUILDING) {
        expressions::read(bytes, places, seen)?
    }
    if takes(kernel::ALLOCATING) {
        kernel::read(bytes, places, names.taking(), seen)?
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
            // Sections of a hostile file lie over each other.
            left = left.saturating_sub(piece.len() as u64);
            if piece.len() as u64 <= OVERLAP || end == place.end {
                break;
            }
            at = end - OVERLAP
        }
    }
    Ok(())
}
