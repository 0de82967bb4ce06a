//! Berkeley DB's hash table, as far as rpm's `Packages` has it: RHEL and CentOS up to 8, and most others of their time.
//!
//! The layout is that of `dbinc/db_page.h` in Berkeley DB 4 and 5. The hash itself is not needed: every bucket's page is looked at in
//! the order of the file. Every overflow page is read once, so work and memory are bounded by the file.

use std::ops::ControlFlow;

use super::header::MAX_BYTES;
use super::{Unread, broken};
use crate::detect::Source;
use crate::model::SkipReason;

const HASH_MAGIC: u32 = 0x0006_1561;
const META_PAGE: u8 = 8;
/// Pages of a bucket: as versions before 4.6 wrote them, and since.
const BUCKET_PAGES: [u8; 2] = [2, 13];
const OVERFLOW_PAGE: u8 = 7;
const PAGE_HEADER: usize = 26;
/// An item's bytes are in its page.
const HERE: u8 = 1;
/// An item's bytes are in pages of their own.
const ELSEWHERE: u8 = 3;

/// Hands on each package's header, with its number.
pub(super) fn each(
    bytes: &mut dyn Source,
    visit: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<(), Unread> {
    let mut file = File::open(bytes)?;
    for number in 1..file.pages() {
        let page = file.page(number)?;
        if !BUCKET_PAGES.contains(&page[25]) {
            continue;
        }
        let mut items = file.items(&page)?.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let Some(number) = file.key(key).filter(|number| *number != 0) else {
                // Number 0 holds the next free number.
                continue;
            };
            let blob = file.value(value)?;
            if visit(u64::from(number), &blob).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A file of one hash table.
struct File<'a> {
    bytes: &'a mut dyn Source,
    page_size: usize,
    /// The byte order of the machine that wrote it.
    big_endian: bool,
    /// Which overflow pages were read.
    seen: Vec<bool>,
}

impl<'a> File<'a> {
    fn open(bytes: &'a mut dyn Source) -> Result<Self, Unread> {
        let length = bytes.len();
        let meta = bytes.read_at(0..72)?;
        let magic = meta
            .get(12..)
            .and_then(|rest| rest.first_chunk::<4>())
            .copied()
            .unwrap_or_default();
        let big_endian = u32::from_be_bytes(magic) == HASH_MAGIC;
        if !big_endian && u32::from_le_bytes(magic) != HASH_MAGIC {
            return Err(broken("no hash table of Berkeley DB"));
        }
        let page_size = word(meta, 20, big_endian)
            .and_then(|size| usize::try_from(size).ok())
            .filter(|size| size.is_power_of_two() && (512..=0x1_0000).contains(size))
            .ok_or_else(|| broken("a page size that cannot be"))?;
        if meta.get(24).is_none_or(|encryption| *encryption != 0) {
            return Err((SkipReason::Unsupported, "encrypted".to_owned()));
        }
        if meta.get(25) != Some(&META_PAGE) {
            return Err(broken("no hash table of Berkeley DB"));
        }
        let pages = usize::try_from(length).unwrap_or(usize::MAX) / page_size;
        Ok(Self {
            bytes,
            page_size,
            big_endian,
            seen: vec![false; pages],
        })
    }

    fn pages(&self) -> usize {
        self.seen.len()
    }

    fn page(&mut self, number: usize) -> Result<Vec<u8>, Unread> {
        if number >= self.pages() {
            return Err(broken("a page that is not there"));
        }
        let start = (number * self.page_size) as u64;
        let page = self.bytes.read_at(start..start + self.page_size as u64)?;
        if page.len() < self.page_size {
            return Err(broken("a page that is not there"));
        }
        Ok(page.to_vec())
    }

    /// The items of a bucket's page, keys and values in turn. They are stored from the page's end backwards.
    fn items<'p>(&self, page: &'p [u8]) -> Result<Vec<&'p [u8]>, Unread> {
        let odd = || broken("a page that contradicts itself");
        let count = half(page, 20, self.big_endian).ok_or_else(odd)?;
        let mut items = Vec::new();
        let mut end = page.len();
        for item in 0..count {
            let start = half(page, PAGE_HEADER + 2 * item, self.big_endian).ok_or_else(odd)?;
            items.push(page.get(start..end).ok_or_else(odd)?);
            end = start;
        }
        Ok(items)
    }

    /// The number that an item of four bytes is.
    fn key(&self, item: &[u8]) -> Option<u32> {
        let (kind, key) = item.split_first()?;
        (*kind == HERE && key.len() == 4)
            .then(|| word(key, 0, self.big_endian))
            .flatten()
    }

    /// The bytes of an item.
    fn value(&mut self, item: &[u8]) -> Result<Vec<u8>, Unread> {
        let odd = || broken("an item that contradicts itself");
        match item.split_first() {
            Some((&HERE, value)) => return Ok(value.to_vec()),
            Some((&ELSEWHERE, _)) => {}
            _ => return Err(odd()),
        }
        let mut next = word(item, 4, self.big_endian).ok_or_else(odd)?;
        let length = word(item, 8, self.big_endian)
            .filter(|length| *length <= MAX_BYTES)
            .and_then(|length| usize::try_from(length).ok())
            .ok_or_else(|| broken("an item of absurd size"))?;
        let mut value = Vec::new();
        while value.len() < length {
            let number = usize::try_from(next).unwrap_or(usize::MAX);
            match self.seen.get_mut(number) {
                None => return Err(broken("a page that is not there")),
                Some(true) => return Err(broken("a page that is used twice")),
                Some(seen) => *seen = true,
            }
            let page = self.page(number)?;
            if page[25] != OVERFLOW_PAGE {
                return Err(odd());
            }
            next = word(&page, 16, self.big_endian).ok_or_else(odd)?;
            let part = half(&page, 22, self.big_endian).ok_or_else(odd)?;
            let part = page.get(PAGE_HEADER..PAGE_HEADER + part).ok_or_else(odd)?;
            value.extend_from_slice(part);
        }
        value.truncate(length);
        Ok(value)
    }
}

fn word(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let word = *bytes.get(at..)?.first_chunk::<4>()?;
    Some(if big_endian {
        u32::from_be_bytes(word)
    } else {
        u32::from_le_bytes(word)
    })
}

fn half(bytes: &[u8], at: usize, big_endian: bool) -> Option<usize> {
    let half = *bytes.get(at..)?.first_chunk::<2>()?;
    let half = if big_endian {
        u16::from_be_bytes(half)
    } else {
        u16::from_le_bytes(half)
    };
    Some(usize::from(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &[u8] = include_bytes!("testdata/Packages");

    #[test]
    fn an_overflow_page_that_leads_back_ends_the_walk() {
        let mut bytes = DATABASE.to_vec();
        let page = (0..bytes.len())
            .step_by(512)
            .find(|page| bytes[page + 25] == OVERFLOW_PAGE)
            .unwrap();
        let number = u32::try_from(page / 512).unwrap();
        bytes[page + 16..page + 20].copy_from_slice(&number.to_le_bytes());
        let result = each(&mut bytes.as_slice(), &mut |_, _| ControlFlow::Continue(()));
        assert_eq!(result.unwrap_err().1, "a page that is used twice");
    }
}
