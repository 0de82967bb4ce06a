//! cpio in the forms `newc`, `crc` and `odc`, as initramfs images and rpm payloads have them. What follows the trailer goes on as an archive
//! of its own: an initramfs is a plain cpio with microcode, then a compressed one.
//!
//! Read here and not by the crate `cpio`, which knows one of the three forms and gives an archive up at a name that is no UTF-8.

use std::collections::HashMap;
use std::io::Read;
use std::ops::ControlFlow;

use super::{Broken, HEAD, Members, discard, read_up_to};
use crate::model::SkipReason;

/// Names of real files have at most 4096 bytes; one tool pads them to a block.
const MAX_NAME: u64 = 64 << 10;
/// Names that wait for their bytes, at most.
const MAX_WAITING: usize = 100_000;
const TRAILER: &[u8] = b"TRAILER!!!";
const FILE_TYPE: u64 = 0o170_000;
const REGULAR: u64 = 0o100_000;
const DIRECTORY: u64 = 0o040_000;
const SYMLINK: u64 = 0o120_000;

/// Whether an archive of a form that is read begins so.
pub(super) fn is_header(head: &[u8]) -> bool {
    [b"070701", b"070702", b"070707"]
        .iter()
        .any(|magic| head.starts_with(*magic))
}

/// What a header says.
struct Header {
    mode: u64,
    /// Device and inode: names of one file share them.
    inode: (u64, u64, u64),
    links: u64,
    name: u64,
    size: u64,
    /// Names and data are padded to a multiple of this.
    align: u64,
    /// Of the header itself.
    length: u64,
}

impl Header {
    /// `newc` has 13 fields of 8 hexadecimal digits behind its magic, `odc` fields of 6 or 11 octal digits.
    fn read(input: &mut dyn Read) -> Result<Option<Self>, Broken> {
        let mut magic = [0; 6];
        match read_up_to(input, &mut magic)? {
            0 => return Ok(None),
            6 if is_header(&magic) => {}
            _ => return Err(Broken::new("no header where one is due")),
        }
        if &magic == b"070707" {
            let mut fields = [0; 70];
            read_exact(input, &mut fields)?;
            let field = |from: usize, to: usize| number(&fields[from..to], 8);
            return Ok(Some(Self {
                inode: (field(0, 6)?, 0, field(6, 12)?),
                mode: field(12, 18)?,
                links: field(30, 36)?,
                name: field(53, 59)?,
                size: field(59, 70)?,
                align: 1,
                length: 76,
            }));
        }
        let mut fields = [0; 104];
        read_exact(input, &mut fields)?;
        let field = |at: usize| number(&fields[8 * at..8 * at + 8], 16);
        Ok(Some(Self {
            inode: (field(7)?, field(8)?, field(0)?),
            mode: field(1)?,
            links: field(4)?,
            size: field(6)?,
            name: field(11)?,
            align: 4,
            length: 110,
        }))
    }

    fn padding(&self, length: u64) -> u64 {
        (self.align - length % self.align) % self.align
    }
}

fn read_exact(input: &mut dyn Read, buffer: &mut [u8]) -> Result<(), Broken> {
    if read_up_to(input, buffer)? < buffer.len() {
        return Err(Broken::new("truncated"));
    }
    Ok(())
}

fn number(digits: &[u8], radix: u32) -> Result<u64, Broken> {
    std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| u64::from_str_radix(digits, radix).ok())
        .ok_or_else(|| Broken::new("a field that is no number"))
}

/// Reads every member, then what follows.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    // Of a file with several names, only the last one has its bytes in `newc`.
    let mut waiting: HashMap<(u64, u64, u64), Vec<Vec<u8>>> = HashMap::new();
    let mut number = 0;
    loop {
        let Some(header) = Header::read(input)? else {
            return Err(Broken::new("ends without its trailer"));
        };
        if header.name > MAX_NAME {
            return Err(Broken::new("a name of an absurd length"));
        }
        let mut name = Vec::new();
        input.take(header.name).read_to_end(&mut name)?;
        if (name.len() as u64) < header.name {
            return Err(Broken::new("truncated"));
        }
        let end = name.iter().position(|byte| *byte == 0);
        name.truncate(end.unwrap_or(name.len()));
        discard(input, header.padding(header.length + header.name))?;
        if name == TRAILER {
            return follow(input, members);
        }
        let mut data = input.take(header.size);
        let on = match header.mode & FILE_TYPE {
            REGULAR if header.size == 0 && header.links > 1 && number < MAX_WAITING => {
                number += 1;
                waiting.entry(header.inode).or_default().push(name);
                ControlFlow::Continue(())
            }
            REGULAR => {
                let mut on = members.file(&name, None, &mut data);
                for other in waiting.remove(&header.inode).unwrap_or_default() {
                    on = members.hard_link(&other, &name);
                    if on.is_break() {
                        break;
                    }
                }
                on
            }
            DIRECTORY => ControlFlow::Continue(()),
            SYMLINK => {
                let mut target = Vec::new();
                (&mut data).take(4096).read_to_end(&mut target)?;
                members.link(&name, &target)
            }
            _ => members.unread(&name, SkipReason::NotAFile, "device or pipe"),
        };
        if on.is_break() {
            return Ok(());
        }
        let rest = data.limit();
        if discard(input, rest)? < rest {
            return Err(Broken::new("truncated"));
        }
        discard(input, header.padding(header.size))?;
    }
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
