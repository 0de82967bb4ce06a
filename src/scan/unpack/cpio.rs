//! cpio in the `newc` and `crc` forms, as initramfs images and rpm payloads have them. What follows the trailer goes on as an archive of
//! its own: an initramfs is a plain cpio with microcode, then a compressed one.

use std::cell::Cell;
use std::io::Read;

use cpio::newc;

use super::limits::Allowance;
use super::{Broken, HEAD, Members, read_up_to};
use crate::model::SkipReason;

/// What a header with its name may take.
const MAX_HEADER: u64 = 64 << 10;
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const SYMLINK: u32 = 0o120_000;

/// Reads every member, then what follows.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let left = Cell::new(MAX_HEADER);
    let mut input = Allowance::new(input, &left);
    loop {
        left.set(MAX_HEADER);
        let mut member = newc::Reader::new(input)?;
        let entry = member.entry();
        if entry.is_trailer() {
            input = member.finish()?;
            break;
        }
        left.set(u64::from(entry.file_size()) + MAX_HEADER);
        let name = entry.name().as_bytes().to_vec();
        let size = entry.file_size();
        let on = match entry.mode() & FILE_TYPE {
            REGULAR if size == 0 && entry.nlink() > 1 => {
                // Of a file with several names, only the last one has its bytes.
                members.unread(&name, SkipReason::NotAFile, "hard link")
            }
            REGULAR => members.file(&name, None, &mut member),
            DIRECTORY => std::ops::ControlFlow::Continue(()),
            SYMLINK => {
                let mut target = Vec::new();
                (&mut member).take(4096).read_to_end(&mut target)?;
                members.link(&name, &target)
            }
            _ => members.unread(&name, SkipReason::NotAFile, "device or pipe"),
        };
        if on.is_break() {
            return Ok(());
        }
        input = member.finish()?;
    }
    left.set(u64::MAX);
    follow(&mut input, members)
}

/// What stands behind the padding after a trailer.
fn follow(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let mut head = [0; HEAD];
    loop {
        let read = read_up_to(input, &mut head)?;
        if read == 0 {
            return Ok(());
        }
        if let Some(at) = head[..read].iter().position(|byte| *byte != 0) {
            let mut rest = head[at..read].chain(input);
            return members.more(&mut rest);
        }
    }
}
