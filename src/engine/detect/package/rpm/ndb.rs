//! Rpm's own database (`lib/backend/ndb/rpmpkg.c` in rpm), which SUSE has: slots that say where each package's header lies.

use std::ops::ControlFlow;

use super::header::MAX_BYTES;
use super::{Unread, broken};
use crate::detect::Source;
use crate::model::SkipReason;

/// The file's own header takes the place of two slots.
const SLOT: usize = 16;
const FIRST_SLOT: u64 = 32;
const PAGE: u64 = 4096;
/// Offsets count blocks of this size.
const BLOCK: u64 = 16;
/// What stands before the bytes of a header.
const BLOB_HEAD: u64 = 16;

/// Hands on each package's header, with its number.
pub(super) fn each(
    bytes: &mut dyn Source,
    visit: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<(), Unread> {
    let [magic, version, _generation, slot_pages] = words(bytes, 0)?;
    if magic != u32::from_le_bytes(*b"RpmP") {
        return Err(broken("no database of rpm"));
    }
    if version != 0 {
        return Err((SkipReason::Unsupported, format!("version {version}")));
    }
    // Slots that share their bytes would cost more than the file has.
    let mut left = bytes.len();
    let slots_end = (u64::from(slot_pages) * PAGE).min(bytes.len());
    for slot in (FIRST_SLOT..slots_end).step_by(SLOT) {
        let [magic, number, block, _count] = words(bytes, slot)?;
        if magic != u32::from_le_bytes(*b"Slot") {
            return Err(broken("a slot that is none"));
        }
        if block == 0 {
            continue;
        }
        let start = u64::from(block) * BLOCK;
        let [magic, same_number, _generation, length] = words(bytes, start)?;
        if magic != u32::from_le_bytes(*b"BlbS") || same_number != number {
            return Err(broken("a slot without its package"));
        }
        left = left
            .checked_sub(u64::from(length))
            .filter(|_| length <= MAX_BYTES)
            .ok_or_else(|| broken("a package of absurd size"))?;
        let start = start + BLOB_HEAD;
        let blob = bytes.read_at(start..start + u64::from(length))?;
        if visit(u64::from(number), blob).is_break() {
            break;
        }
    }
    Ok(())
}

/// Four numbers.
fn words(bytes: &mut dyn Source, at: u64) -> Result<[u32; 4], Unread> {
    let slot = bytes.read_at(at..at + SLOT as u64)?;
    let (words, _) = slot.as_chunks::<4>();
    let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    words
        .try_into()
        .map_err(|_| broken("ends inside its table"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &[u8] = include_bytes!("testdata/Packages.db");

    #[test]
    fn slots_that_share_their_bytes_end_the_walk() {
        let mut bytes = DATABASE.to_vec();
        let slot = bytes[32..48].to_vec();
        for free in (48..4096).step_by(16) {
            bytes[free..free + 16].copy_from_slice(&slot);
        }
        let mut seen = 0;
        let result = each(&mut bytes.as_slice(), &mut |_, _| {
            seen += 1;
            ControlFlow::Continue(())
        });
        assert!(result.is_err());
        assert!(seen < 10, "{seen}");
    }
}
