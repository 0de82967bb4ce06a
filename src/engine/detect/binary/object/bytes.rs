//! The bytes of an object file by place: small reads out of a window, tables as a whole up to a limit. Nothing here trusts a number of the
//! file: what lies outside of it is not there.

use std::ops::Range;

use crate::detect::Source;
use crate::model::SkipReason;

/// A file of this many bytes is read at once.
const SMALL: u64 = 4 << 20;
/// The window that small reads are answered from in a larger one.
const WINDOW: u64 = 256 << 10;
/// How often all of a file is fetched, and what is fetched of any.
const FETCHES: u64 = 16;
const MIN_FETCHED: u64 = 1 << 30;
/// The largest table that is held: the names of a program of 100 MB with all its symbols have some 20 MB.
const MAX_TABLE: u64 = 64 << 20;
/// The longest name: templates of C++ make names of some kB.
const MAX_NAME: usize = 4 << 10;

/// A file, or the part of it that is an object file of its own.
pub(super) struct Bytes<'s> {
    source: &'s mut dyn Source,
    part: Range<u64>,
    /// Whether numbers have their lowest byte first.
    pub(super) little: bool,
    /// Bytes that may still be fetched: tables whose entries lead back and forth fetch a window for each.
    left: u64,
    /// What was fetched last.
    held: Range<u64>,
    /// Why the system did not give what it was asked for.
    failed: Option<(SkipReason, String)>,
}

impl<'s> Bytes<'s> {
    pub(super) fn new(source: &'s mut dyn Source) -> Self {
        let part = 0..source.len();
        Self {
            source,
            little: true,
            left: part.end.saturating_mul(FETCHES).saturating_add(MIN_FETCHED),
            held: 0..0,
            part,
            failed: None,
        }
    }

    /// Looks from now on at a part of the file only; what of it is there.
    pub(super) fn within(&mut self, part: Range<u64>) -> u64 {
        let end = part.end.min(self.source.len());
        self.part = part.start.min(end)..end;
        end - self.part.start
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.part.end - self.part.start
    }

    /// Where in the whole file a place of the part is.
    pub(super) fn in_file(&self, at: u64) -> u64 {
        self.part.start.saturating_add(at)
    }

    /// Why something could not be read, if anything.
    pub(super) fn failed(&mut self) -> Option<(SkipReason, String)> {
        self.failed.take()
    }

    /// Up to so many bytes from a place on, fewer at the end.
    pub(super) fn some(&mut self, at: u64, most: u64) -> &[u8] {
        let from = self.part.start.saturating_add(at).min(self.part.end);
        let to = from.saturating_add(most).min(self.part.end);
        let (start, end) = if self.source.len() <= SMALL {
            (0, self.source.len())
        } else {
            let start = from - from % WINDOW;
            // Two windows, so that what lies across the border of one needs no other.
            (start, to.max(start + 2 * WINDOW))
        };
        if start < self.held.start || end > self.held.end {
            let Some(left) = self.left.checked_sub(end - start) else {
                let told = "its tables lead back and forth too often".to_owned();
                self.failed.get_or_insert((SkipReason::Budget, told));
                return &[];
            };
            (self.left, self.held) = (left, start..end);
        }
        match self.source.read_at(start..end) {
            Ok(window) => {
                let cut = |place: u64| {
                    usize::try_from(place - start)
                        .unwrap_or(usize::MAX)
                        .min(window.len())
                };
                window.get(cut(from)..cut(to)).unwrap_or_default()
            }
            Err(failed) => {
                self.failed.get_or_insert(failed);
                &[]
            }
        }
    }

    /// Exactly so many bytes.
    pub(super) fn exact(&mut self, at: u64, length: usize) -> Option<&[u8]> {
        let some = self.some(at, length as u64);
        (some.len() == length).then_some(some)
    }

    /// A copy of a table, cut where it is larger than the limit or the file ends; and whether all of it is there.
    pub(super) fn table(&mut self, at: u64, length: u64) -> (Vec<u8>, bool) {
        let table = self.some(at, length.min(MAX_TABLE)).to_vec();
        let is_whole = table.len() as u64 == length;
        (table, is_whole)
    }

    /// A number of one to eight bytes.
    pub(super) fn number(&mut self, at: u64, size: usize) -> Option<u64> {
        let little = self.little;
        self.exact(at, size).map(|bytes| number(bytes, little))
    }

    /// The name that ends with a zero byte, as it stands there.
    pub(super) fn name(&mut self, at: u64) -> Option<Vec<u8>> {
        until_zero(self.some(at, MAX_NAME as u64)).map(<[u8]>::to_vec)
    }

    /// The same as a text, which is longer where it is not UTF-8.
    pub(super) fn text(&mut self, at: u64) -> Option<String> {
        let text = until_zero(self.some(at, MAX_NAME as u64))?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// The number that bytes spell.
pub(super) fn number(bytes: &[u8], little: bool) -> u64 {
    let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    if little {
        bytes.iter().rev().fold(0, add)
    } else {
        bytes.iter().fold(0, add)
    }
}

/// A field of a record that is already at hand.
pub(super) fn field(record: &[u8], at: usize, size: usize, little: bool) -> Option<u64> {
    let bytes = record.get(at..at.checked_add(size)?)?;
    Some(number(bytes, little))
}

/// The name that begins at a place of a table of names; `None` where it has no end, or none that a name has.
pub(super) fn name_in(table: &[u8], at: u64) -> Option<&[u8]> {
    let rest = table.get(usize::try_from(at).ok()?..)?;
    until_zero(rest.get(..rest.len().min(MAX_NAME))?)
}

fn until_zero(bytes: &[u8]) -> Option<&[u8]> {
    memchr::memchr(0, bytes).map(|end| &bytes[..end])
}

/// Hexadecimal, as build identifiers are written.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_back_and_forth_ends_at_a_limit() {
        let file = vec![1; 5 << 20];
        let mut source: &[u8] = &file;
        let mut bytes = Bytes::new(&mut source);
        for number in 0..10_000 {
            bytes.some(number % 2 * (4 << 20), 1);
        }
        assert_eq!(bytes.failed().unwrap().0, SkipReason::Budget);
    }

    #[test]
    fn what_lies_outside_is_not_there() {
        let mut source: &[u8] = &[1, 2, 3, 4, 0];
        let mut bytes = Bytes::new(&mut source);
        assert_eq!(bytes.number(0, 4), Some(0x0403_0201));
        assert_eq!(bytes.number(2, 4), None);
        assert_eq!(bytes.number(u64::MAX, 4), None);
        assert_eq!(bytes.table(3, u64::MAX), (vec![4, 0], false));
        assert_eq!(bytes.within(1..3), 2);
        bytes.little = false;
        assert_eq!(bytes.number(0, 2), Some(0x0203));
        assert_eq!(bytes.number(1, 2), None);
        assert_eq!(bytes.in_file(1), 2);
        assert_eq!(bytes.within(9..12), 0);
        assert_eq!(bytes.some(0, 9), b"");
    }

    #[test]
    fn a_name_without_an_end_is_none() {
        assert_eq!(name_in(b"\0RSA_new\0EC", 1), Some(&b"RSA_new"[..]));
        assert_eq!(name_in(b"\0RSA_new\0EC", 9), None);
        assert_eq!(name_in(b"", 0), None);
    }
}
