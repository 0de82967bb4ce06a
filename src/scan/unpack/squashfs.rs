//! squashfs 4.0, as snaps, AppImages' bodies and firmware have it.

use std::io::{BufReader, Read, SeekFrom};

use backhand::{FilesystemReader, InnerNode};

use super::limits::Packed;
use super::{Broken, Members, ReadSeek, read_up_to};
use crate::model::SkipReason;

/// What a little-endian file system begins with; there is no other since version 4.
pub(super) const MAGIC: &[u8] = b"hsqs";
const SUPERBLOCK: usize = 96;
/// The tables of inodes, directories and fragments are unpacked into memory by the crate: packed bytes, at most. Those of a file system with
/// 200,000 files have 4 MiB.
const MAX_TABLES: u64 = 8 << 20;
/// gzip, xz, LZ4 and Zstandard.
const READ: [u8; 4] = [1, 4, 5, 6];
/// The names of the others, by their numbers.
const OTHERS: [Option<&str>; 4] = [None, None, Some("lzma"), Some("lzo")];
/// Files and folders, at most, for the same reason.
const MAX_INODES: u32 = 500_000;

/// Reads every member.
pub(super) fn read(input: &mut dyn ReadSeek, members: &mut dyn Members) -> Result<(), Broken> {
    let length = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut superblock = [0; SUPERBLOCK];
    if read_up_to(input, &mut superblock)? < SUPERBLOCK {
        return Err(Broken::new("truncated"));
    }
    let word = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&superblock[at..at + 4]);
        u32::from_le_bytes(bytes)
    };
    let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
    // Squashfs 4.0: inode count at 4, block size at 12, compressor at 20, bytes used at 40, inode table at 64.
    let (inodes, block_size, used, tables) = (word(4), word(12), long(40), long(64));
    if !(4096..=1 << 20).contains(&block_size) || used > length || tables > used {
        return Err(Broken::new(
            "a superblock that contradicts itself, or truncated",
        ));
    }
    if inodes > MAX_INODES || used - tables > MAX_TABLES {
        members.note(
            SkipReason::LimitMemory,
            &format!("tables of {} bytes for {inodes} files", used - tables),
        );
        return Ok(());
    }
    let compressor = superblock[20];
    if superblock[21] != 0 || !READ.contains(&compressor) {
        let name = OTHERS.get(usize::from(compressor)).copied().flatten();
        let name = name.map_or_else(|| format!("number {compressor}"), str::to_owned);
        members.note(SkipReason::Unsupported, &format!("compression {name}"));
        return Ok(());
    }
    input.seek(SeekFrom::Start(0))?;
    let system = FilesystemReader::from_reader(BufReader::new(input))
        .map_err(|error| Broken::new(error.to_string()))?;
    for node in system.files() {
        let name = node.fullpath.to_string_lossy();
        let name = name.trim_start_matches('/').as_bytes();
        let on = match &node.inner {
            InnerNode::File(file) => match system.file(file).reader_checked() {
                Ok(mut data) => {
                    members.file(name, Some(Packed::Unknown), &mut data as &mut dyn Read)
                }
                Err(error) => members.unread(name, SkipReason::Damaged, &error.to_string()),
            },
            InnerNode::Symlink(link) => members.link(name, link.link.to_string_lossy().as_bytes()),
            InnerNode::Dir(_) => continue,
            _ => members.unread(name, SkipReason::NotAFile, "device, socket or pipe"),
        };
        if on.is_break() {
            return Ok(());
        }
    }
    Ok(())
}
