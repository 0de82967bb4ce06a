//! tar: v7, ustar, GNU and pax, with long names and sparse files.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::EntryType;

use super::limits::{Allowance, Packed};
use super::{Broken, Members, discard, read_up_to};
use crate::model::SkipReason;

/// A block; everything in a tar is a whole number of them.
const BLOCK: usize = 512;
/// What the headers of one member may take: long names and pax records of real archives have kilobytes.
const MAX_HEADERS: u64 = 4 << 20;
/// How far behind the end of an archive, or behind damage, a header is looked for; tools pad to 10 KiB.
const MAX_PADDING: usize = 1 << 20;
/// How often reading goes on behind an end or damage.
const MAX_RESTARTS: usize = 64;

/// Whether a block is the header of a member: its checksum is right.
pub(super) fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else {
        return false;
    };
    let field = &block[148..156];
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .skip_while(|b| *b == b' ')
        .take_while(u8::is_ascii_digit)
        .collect();
    let Some(stated) = std::str::from_utf8(&digits)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 8).ok())
    else {
        return false;
    };
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                u32::from(b' ')
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    sum == stated
}

/// Reads every member, also of another archive behind the end of the first, and what stands behind a header that is none.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let mut input = Blocks {
        inner: input,
        ahead: None,
        read: 0,
    };
    for _ in 0..MAX_RESTARTS {
        let ended = archive(&mut input, members);
        if members.is_over() {
            return Ok(());
        }
        let behind = match &ended {
            Ok(()) => "behind the end of the archive",
            Err(_) => "behind damage",
        };
        if let Err(why) = &ended
            && why.reason != SkipReason::Damaged
        {
            return ended;
        }
        let found = match (input.next_header(), &ended) {
            // What ended the archive is what has to be told.
            (Err(_), Err(_)) => return ended,
            (found, _) => found?,
        };
        if let Err(why) = ended {
            if found != Some(true) {
                return Err(why);
            }
            members.note(SkipReason::Damaged, &why.detail);
        } else if let Some(is_header) = found {
            let what = if is_header {
                "another archive"
            } else {
                "bytes"
            };
            members.note(SkipReason::TrailingData, &format!("{what} {behind}"));
        }
        if found != Some(true) {
            return Ok(());
        }
    }
    Err(Broken::new("damaged in many places"))
}

/// A reader that knows where blocks begin.
struct Blocks<'r> {
    inner: &'r mut dyn Read,
    /// A block that was read to look at it, and how much of it was given out.
    ahead: Option<([u8; BLOCK], usize)>,
    /// Bytes given out.
    read: u64,
}

impl Blocks<'_> {
    /// Goes to the next block that is not all zeros, and behind damage to the next header: whether it is one. `None` where nothing but
    /// padding is left, or nothing within [`MAX_PADDING`].
    fn next_header(&mut self) -> Result<Option<bool>, Broken> {
        let block_size = BLOCK as u64;
        let to_boundary = (block_size - self.read % block_size) % block_size;
        discard(self, to_boundary)?;
        let mut other = false;
        let mut block = [0; BLOCK];
        for _ in 0..MAX_PADDING / BLOCK {
            let read = read_up_to(self, &mut block)?;
            if is_header(&block[..read]) {
                self.ahead = Some((block, 0));
                self.read -= block_size;
                return Ok(Some(true));
            }
            other |= block[..read].iter().any(|byte| *byte != 0);
            if read < BLOCK {
                break;
            }
        }
        Ok(other.then_some(false))
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.ahead {
            Some((block, given)) => {
                let read = buf.len().min(BLOCK - *given);
                buf[..read].copy_from_slice(&block[*given..*given + read]);
                *given += read;
                if *given == BLOCK {
                    self.ahead = None
                }
                read
            }
            None => self.inner.read(buf)?,
        };
        self.read += read as u64;
        Ok(read)
    }
}

fn archive(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let left = Cell::new(MAX_HEADERS);
    let mut archive = tar::Archive::new(Allowance::new(input, &left));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let stored = entry.header().entry_size().unwrap_or(0);
        // What the member leaves unread is skipped before the next header, and counts here until then.
        left.set(stored.max(entry.size()).saturating_add(MAX_HEADERS));
        let name = entry.path_bytes().into_owned();
        let pax = pax(&mut entry);
        if pax == Pax::Damaged || size_overflows(entry.header()) {
            members.note(SkipReason::Damaged, "a header with a value that is none")
        }
        let on = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous if pax == Pax::Sparse => {
                members.unread(&name, SkipReason::Unsupported, "sparse file in pax form")
            }
            EntryType::Regular | EntryType::Continuous => members.file(&name, None, &mut entry),
            EntryType::GNUSparse => members.file(&name, Some(Packed::All(stored)), &mut entry),
            EntryType::Directory => {
                members.folder(&name);
                ControlFlow::Continue(())
            }
            EntryType::XGlobalHeader | EntryType::XHeader => ControlFlow::Continue(()),
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                members.link(&name, &target)
            }
            EntryType::Link => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                members.hard_link(&name, &target)
            }
            EntryType::Block | EntryType::Char | EntryType::Fifo => {
                members.unread(&name, SkipReason::NotAFile, "device or pipe")
            }
            // GNU: what a folder held when it was saved, and the name of the volume.
            other if matches!(other.as_byte(), b'D' | b'V') => ControlFlow::Continue(()),
            other => {
                let kind = format!("tar entry of type {:?}", char::from(other.as_byte()));
                members.unread(&name, SkipReason::Unsupported, &kind)
            }
        };
        if on.is_break() {
            break;
        }
    }
    Ok(())
}

/// What the pax records of a member say that the crate does not look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pax {
    Plain,
    /// Its data is a map of holes and what stands between them.
    Sparse,
    Damaged,
}

fn pax<R: Read>(entry: &mut tar::Entry<'_, R>) -> Pax {
    let Ok(Some(records)) = entry.pax_extensions() else {
        return Pax::Plain;
    };
    let mut found = Pax::Plain;
    for record in records {
        match record {
            Ok(record) if record.key_bytes().starts_with(b"GNU.sparse.") => found = Pax::Sparse,
            Ok(_) => {}
            Err(_) => return Pax::Damaged,
        }
    }
    found
}

/// Whether a size in base 256 does not fit into 64 bits, of which the crate would take the lower ones.
fn size_overflows(header: &tar::Header) -> bool {
    let size = &header.as_old().size;
    size[0] & 0x80 != 0 && (size[0] & 0x7f != 0 || size[1..4] != [0; 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_by_its_checksum() {
        let mut header = tar::Header::new_old();
        header.set_path("keys.py").expect("short");
        header.set_size(3);
        header.set_cksum();
        assert!(is_header(header.as_bytes()));
        let mut wrong = *header.as_bytes();
        wrong[0] ^= 1;
        assert!(!is_header(&wrong));
        assert!(!is_header(&[0; BLOCK]));
        assert!(!is_header(b"short"));
    }
}
