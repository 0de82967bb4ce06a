//! Little-endian numbers at an offset; `None` past the end.

use std::ops::Range;

/// The bytes of a range that begins at `at`, if all of them are there.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

/// `at` and `length` as a range.
pub(super) fn range(at: u32, length: u32) -> Option<Range<usize>> {
    let start = at as usize;
    Some(start..start.checked_add(length as usize)?)
}

pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(slice(bytes, at, 2)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(slice(bytes, at, 4)?.try_into().ok()?))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(slice(bytes, at, 8)?.try_into().ok()?))
}

/// A compressed unsigned integer (ECMA-335 §II.23.2) and how many bytes it takes.
pub(super) fn compressed(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let first = u8_at(bytes, at)?;
    if first & 0x80 == 0 {
        return Some((u32::from(first), 1));
    }
    if first & 0xc0 == 0x80 {
        let second = u8_at(bytes, at + 1)?;
        return Some((u32::from(first & 0x3f) << 8 | u32::from(second), 2));
    }
    if first & 0xe0 == 0xc0 {
        let rest: [u8; 4] = slice(bytes, at, 4)?.try_into().ok()?;
        return Some((u32::from_be_bytes(rest) & 0x1fff_ffff, 4));
    }
    None
}
