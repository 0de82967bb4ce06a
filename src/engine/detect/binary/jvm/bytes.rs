//! Big-endian numbers at places that may not exist.

use std::ops::Range;

/// A class file's bytes (JVMS §4: all numbers are big-endian).
#[derive(Clone, Copy)]
pub(super) struct Bytes<'c>(pub(super) &'c [u8]);

impl<'c> Bytes<'c> {
    pub(super) fn u1(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn u2(self, at: usize) -> Option<u16> {
        let bytes = self.0.get(at..at.checked_add(2)?)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    pub(super) fn u4(self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }

    pub(super) fn i4(self, at: usize) -> Option<i32> {
        self.u4(at).map(u32::cast_signed)
    }

    /// Where the next so many bytes stand.
    pub(super) fn range(self, at: usize, length: usize) -> Option<Range<usize>> {
        let end = at.checked_add(length)?;
        (end <= self.0.len()).then_some(at..end)
    }
}
