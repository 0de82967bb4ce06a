//! Notes (gABI, "Note Section"): the identifier of the build.

use super::super::bytes::{Bytes, field, hexadecimal};

/// Bytes of notes that are looked at.
const MAX_NOTES: u64 = 64 << 10;
/// Places with notes.
const MAX_PLACES: usize = 256;
/// NT_GNU_BUILD_ID.
const BUILD_ID: u64 = 3;

/// The identifier that GNU's linker and its like give to a build.
pub(super) fn build_id(
    bytes: &mut Bytes<'_>,
    places: impl Iterator<Item = (u64, u64)>,
) -> Option<String> {
    places
        .take(MAX_PLACES)
        .find_map(|(offset, size)| in_notes(bytes, offset, size))
}

fn in_notes(bytes: &mut Bytes<'_>, offset: u64, size: u64) -> Option<String> {
    let little = bytes.little;
    let mut notes = bytes.some(offset, size.min(MAX_NOTES));
    while !notes.is_empty() {
        let length = |at| usize::try_from(field(notes, at, 4, little)?).ok();
        let (name, content) = (length(0)?, length(4)?);
        let kind = field(notes, 8, 4, little)?;
        let start = 12usize.checked_add(name.checked_next_multiple_of(4)?)?;
        let end = start.checked_add(content)?;
        let id = notes.get(start..end)?;
        if kind == BUILD_ID && notes.get(12..16) == Some(b"GNU\0") && (1..=64).contains(&id.len()) {
            return Some(hexadecimal(id));
        }
        notes = notes
            .get(end.checked_next_multiple_of(4)?..)
            .unwrap_or_default();
    }
    None
}
