//! The table `Packages` of an SQLite file (<https://www.sqlite.org/fileformat2.html>).
//!
//! A walk of our own over one table's b-tree, and not SQLite itself: the file is a stranger's, and a reader that runs no SQL, trusts
//! no schema, cannot write and is safe Rust has nothing to defend but its loops. It also reads page by page where SQLite would want
//! the file in memory, and reads a database in WAL mode, as rpm leaves it, without the files beside it; changes that are only in
//! the `-wal` file are not seen. Every page is visited once and all rows together have no
//! more bytes than the file, so work and memory are bounded by it.

use std::ops::ControlFlow;

use super::header::MAX_BYTES;
use super::{Unread, broken};
use crate::detect::Source;

/// SQLite's own limit on the depth of a tree.
const MAX_DEPTH: usize = 20;
const MAGIC: &[u8] = b"SQLite format 3\0";
const UTF8: u32 = 1;
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// Hands on the blob of each row of `Packages`, with its row's number.
pub(super) fn each(
    bytes: &mut dyn Source,
    visit: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<(), Unread> {
    let mut file = File::open(bytes)?;
    let mut root = None;
    let _ = file.walk(1, 0, &mut |_, row| {
        // The schema: type, name, name of the table, first page, SQL.
        if column(row, 0) == Some(Value::Text(b"table"))
            && column(row, 1) == Some(Value::Text(b"Packages"))
            && let Some(Value::Number(page)) = column(row, 3)
        {
            root = u32::try_from(page).ok();
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    let Some(root) = root else {
        return Err(broken("no table of packages"));
    };
    // The schema's pages are done with, and where the root is among them the file contradicts itself anyway.
    let _ = file.walk(root, 0, &mut |number, row| match column(row, 1) {
        Some(Value::Blob(blob)) => visit(number, blob),
        _ => ControlFlow::Continue(()),
    })?;
    Ok(())
}

/// A value of a row, as far as they matter here.
#[derive(Debug, PartialEq, Eq)]
enum Value<'a> {
    Number(i64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
    Other,
}

/// An SQLite file.
struct File<'a> {
    bytes: &'a mut dyn Source,
    page_size: usize,
    /// Without what extensions reserve at the end of each page.
    usable: usize,
    /// Which pages were read.
    seen: Vec<bool>,
    /// What rows may still have: together no more than the file, since none shares its bytes with another.
    left: u64,
}

impl<'a> File<'a> {
    fn open(bytes: &'a mut dyn Source) -> Result<Self, Unread> {
        let length = bytes.len();
        let start = bytes.read_at(0..100)?;
        if start.len() < 100 || !start.starts_with(MAGIC) {
            return Err(broken("no SQLite file"));
        }
        let page_size = match be16(start, 16) {
            Some(1) => 0x1_0000,
            Some(size) if size.is_power_of_two() && size >= 512 => size,
            _ => return Err(broken("a page size that cannot be")),
        };
        let usable = page_size - usize::from(start[20]);
        if usable < 480 {
            return Err(broken("pages that hold nothing"));
        }
        if be32(start, 56) != Some(UTF8) {
            return Err(broken("text that is not UTF-8"));
        }
        let pages = usize::try_from(length).unwrap_or(usize::MAX) / page_size;
        Ok(Self {
            bytes,
            page_size,
            usable,
            seen: vec![false; pages],
            left: length,
        })
    }

    /// Hands on every row below a page of a table.
    fn walk(
        &mut self,
        number: u32,
        depth: usize,
        visit: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Unread> {
        let odd = || broken("a page that contradicts itself");
        if depth > MAX_DEPTH {
            return Err(broken("a tree that is too deep"));
        }
        let page = self.page(number)?;
        // The first page begins with the file's header.
        let start = if number == 1 { 100 } else { 0 };
        let kind = *page.get(start).ok_or_else(odd)?;
        let cells = be16(&page, start + 3).ok_or_else(odd)?;
        let pointers = match kind {
            LEAF => start + 8,
            INTERIOR => start + 12,
            _ => return Err(broken("a page of no table")),
        };
        for cell in 0..cells {
            let at = be16(&page, pointers + 2 * cell).ok_or_else(odd)?;
            let flow = if kind == INTERIOR {
                let child = be32(&page, at).ok_or_else(odd)?;
                self.walk(child, depth + 1, visit)?
            } else {
                let (number, row) = self.row(&page, at)?;
                visit(number, &row)
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        if kind == INTERIOR {
            let last = be32(&page, start + 8).ok_or_else(odd)?;
            return self.walk(last, depth + 1, visit);
        }
        Ok(ControlFlow::Continue(()))
    }

    /// A row: its number and its bytes, the end of which may be on pages of their own.
    fn row(&mut self, page: &[u8], at: usize) -> Result<(u64, Vec<u8>), Unread> {
        let odd = || broken("a row that contradicts itself");
        let cell = page.get(at..).ok_or_else(odd)?;
        let (length, cell) = varint(cell).ok_or_else(odd)?;
        let (number, cell) = varint(cell).ok_or_else(odd)?;
        // A header and what surrounds it.
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= MAX_BYTES as usize + 0x20_0000)
            .ok_or_else(|| broken("a row of absurd size"))?;
        self.left = self
            .left
            .checked_sub(length as u64 + 2)
            .ok_or_else(|| broken("rows that share their bytes"))?;
        let here = self.here(length);
        let mut row = cell.get(..here).ok_or_else(odd)?.to_vec();
        let mut next = if here < length {
            be32(cell, here).ok_or_else(odd)?
        } else {
            0
        };
        while row.len() < length {
            let page = self.page(next)?;
            next = be32(&page, 0).ok_or_else(odd)?;
            let part = (length - row.len()).min(self.usable - 4);
            row.extend_from_slice(page.get(4..4 + part).ok_or_else(odd)?);
        }
        Ok((number, row))
    }

    /// How much of a row is in its own page.
    fn here(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let wanted = least + (length - least) % (self.usable - 4);
        if wanted <= most { wanted } else { least }
    }

    /// A page that was not read before.
    fn page(&mut self, number: u32) -> Result<Vec<u8>, Unread> {
        let at = usize::try_from(number)
            .unwrap_or(usize::MAX)
            .wrapping_sub(1);
        match self.seen.get_mut(at) {
            None => return Err(broken("a page that is not there")),
            Some(true) => return Err(broken("a page that is used twice")),
            Some(seen) => *seen = true,
        }
        let start = (at * self.page_size) as u64;
        let page = self.bytes.read_at(start..start + self.page_size as u64)?;
        Ok(page.to_vec())
    }
}

/// A column of a row.
fn column(row: &[u8], wanted: usize) -> Option<Value<'_>> {
    let (header, mut types) = varint(row)?;
    let mut at = usize::try_from(header).ok()?;
    types = types.get(..at.checked_sub(row.len() - types.len())?)?;
    for column in 0.. {
        let (kind, rest) = varint(types)?;
        types = rest;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => (kind - 12) / 2,
        };
        let end = at.checked_add(usize::try_from(length).ok()?)?;
        if column == wanted {
            let bytes = row.get(at..end)?;
            return Some(match kind {
                1..=6 => Value::Number(number(bytes)),
                8 | 9 => Value::Number(i64::try_from(kind - 8).ok()?),
                12.. if kind % 2 == 0 => Value::Blob(bytes),
                12.. => Value::Text(bytes),
                _ => Value::Other,
            });
        }
        at = end;
    }
    None
}

/// A number of up to eight bytes, with its sign.
fn number(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    bytes
        .iter()
        .fold(if negative { -1 } else { 0 }, |number, byte| {
            number << 8 | i64::from(*byte)
        })
}

/// A number of one to nine bytes, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some((number << 8 | u64::from(*byte), &bytes[9..]));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes(*word)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &[u8] = include_bytes!("testdata/rpmdb.sqlite");

    fn rows(mut bytes: &[u8]) -> (Vec<(u64, usize)>, Option<String>) {
        let mut rows = Vec::new();
        let result = each(&mut bytes, &mut |number, blob| {
            rows.push((number, blob.len()));
            ControlFlow::Continue(())
        });
        (rows, result.err().map(|(_, detail)| detail))
    }

    #[test]
    fn rows_are_whole_across_pages() {
        assert_eq!(
            rows(DATABASE),
            (vec![(1, 1896), (2, 2896), (3, 1828)], None)
        );
    }

    #[test]
    fn a_page_that_leads_back_ends_the_walk() {
        // The last child of the root of `Packages` becomes the root itself.
        let mut bytes = DATABASE.to_vec();
        let root = (0..bytes.len())
            .step_by(512)
            .find(|page| bytes[*page] == INTERIOR)
            .unwrap();
        let number = u32::try_from(root / 512 + 1).unwrap();
        bytes[root + 8..root + 12].copy_from_slice(&number.to_be_bytes());
        let (rows, error) = rows(&bytes);
        assert_eq!(rows.len(), 2);
        assert_eq!(error.as_deref(), Some("a page that is used twice"));
    }

    #[test]
    fn numbers_have_their_sign_and_varints_their_end() {
        assert_eq!(number(&[0xff, 0xfe]), -2);
        assert_eq!(number(&[0x01, 0x00]), 256);
        assert_eq!(varint(&[0x81, 0x00, 7]), Some((128, &[7][..])));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, &[][..])));
        assert_eq!(varint(&[0xff; 8]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn a_row_that_lies_about_its_columns_has_none() {
        assert_eq!(column(&[], 0), None);
        assert_eq!(column(&[0xff; 9], 0), None);
        assert_eq!(column(&[2, 0x80], 0), None);
        assert_eq!(
            column(
                &[10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                0
            ),
            None
        );
        assert_eq!(column(&[3, 1, 15, 5, b'a'], 1), Some(Value::Text(b"a")));
    }
}
