//! tar: v7, ustar, GNU and pax, with long names and sparse files.

use std::cell::Cell;
use std::io::Read;
use std::ops::ControlFlow;

use tar::EntryType;

use super::limits::{Allowance, Packed};
use super::{Broken, Members, read_up_to};
use crate::model::SkipReason;

/// A block; everything in a tar is a whole number of them.
const BLOCK: usize = 512;
/// What the headers of one member may take: long names and pax records of real archives have kilobytes.
const MAX_HEADERS: u64 = 4 << 20;
/// How far behind the end of an archive another one is looked for; tools pad to 10 KiB.
const MAX_PADDING: usize = 1 << 20;

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
    sum == stated && block[0] != 0
}

/// Reads every member, and of a second archive behind the end of the first.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    archive(input, members)?;
    if members.is_over() {
        return Ok(());
    }
    let mut block = [0; BLOCK];
    let mut padding = 0;
    while padding < MAX_PADDING {
        let read = read_up_to(input, &mut block)?;
        padding += read;
        if read < BLOCK {
            return Ok(());
        }
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        if is_header(&block) {
            members.note(
                SkipReason::TrailingData,
                "another archive behind the end of the first; it was read",
            );
            return archive(&mut block.chain(input), members);
        }
        members.note(
            SkipReason::TrailingData,
            "bytes behind the end of the archive",
        );
        return Ok(());
    }
    Ok(())
}

fn archive(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let left = Cell::new(MAX_HEADERS);
    let mut archive = tar::Archive::new(Allowance::new(input, &left));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let stored = entry.header().entry_size().unwrap_or(0).max(entry.size());
        // What the member leaves unread is skipped before the next header, and counts here until then.
        left.set(stored.saturating_add(MAX_HEADERS));
        let name = entry.path_bytes().into_owned();
        let on = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => members.file(&name, None, &mut entry),
            EntryType::GNUSparse => members.file(&name, Some(Packed::Unknown), &mut entry),
            EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => {
                ControlFlow::Continue(())
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                members.link(&name, &target)
            }
            EntryType::Link => {
                let target = entry.link_name_bytes().unwrap_or_default();
                let target = format!("hard link to {}", String::from_utf8_lossy(&target));
                members.unread(&name, SkipReason::NotAFile, &target)
            }
            EntryType::Block | EntryType::Char | EntryType::Fifo => {
                members.unread(&name, SkipReason::NotAFile, "device or pipe")
            }
            other => {
                let kind = format!("tar entry of type {:#04x}", other.as_byte());
                members.unread(&name, SkipReason::Unsupported, &kind)
            }
        };
        if on.is_break() {
            return Ok(());
        }
    }
    left.set(u64::MAX);
    Ok(())
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
