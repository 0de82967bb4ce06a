//! squashfs 4.0, as snaps, AppImages' bodies and firmware have it.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use backhand::compression::{CompressionAction, Compressor, DefaultCompressor};
use backhand::kind::Kind;
use backhand::{BackhandError, FilesystemCompressor, FilesystemReader, InnerNode, SuperBlock};

use super::limits::Packed;
use super::{Broken, Members, ReadSeek, fence, read_up_to};
use crate::model::SkipReason;

/// What a little-endian file system begins with; there is no other since version 4.
pub(super) const MAGIC: &[u8] = b"hsqs";
const SUPERBLOCK: usize = 96;
/// The tables of inodes, directories and fragments are unpacked into memory by the crate: unpacked bytes, at most. Those of a file system
/// with 200,000 files have some 16 MiB.
const MAX_TABLES: u64 = 64 << 20;
/// What a block of a table unpacks to, at most.
const BLOCK: u64 = 8 << 10;
/// A table that is not there.
const ABSENT: u64 = u64::MAX;
/// The flag that says that there is a table for NFS.
const HAS_EXPORTS: u16 = 0x80;
/// What the table of fragments has for each.
const FRAGMENT: u64 = 16;
/// Compressors by their numbers.
const GZIP: u8 = 1;
const XZ: u8 = 4;
/// gzip, xz, LZ4 and Zstandard.
const READ: [u8; 4] = [GZIP, XZ, 5, 6];
/// The names of the others, by their numbers.
const OTHERS: [Option<&str>; 4] = [None, None, Some("lzma"), Some("lzo")];
/// Files and folders, at most, for the same reason.
const MAX_INODES: u32 = 200_000;
/// The crate goes into folders by calling itself: what each may take of the stack, generously.
const FRAME: usize = 4 << 10;
/// What the rest may take of it.
const STACK: usize = 8 << 20;

/// The decoders of the crate, except for Zstandard: it would bring a second version of that.
struct Decoders;

impl CompressionAction for Decoders {
    type Error = BackhandError;
    type Compressor = Compressor;
    type FilesystemCompressor = FilesystemCompressor;
    type SuperBlock = SuperBlock;

    fn decompress(
        &self,
        packed: &[u8],
        unpacked: &mut Vec<u8>,
        compressor: Compressor,
    ) -> Result<(), BackhandError> {
        if compressor != Compressor::Zstd {
            return DefaultCompressor.decompress(packed, unpacked, compressor);
        }
        // It has room for as much as a block may unpack to.
        zstd::bulk::Decompressor::new()
            .and_then(|mut decoder| decoder.decompress_to_buffer(packed, unpacked))
            .map_err(BackhandError::StdIo)?;
        Ok(())
    }

    /// Nothing is written.
    fn compress(
        &self,
        _bytes: &[u8],
        _how: FilesystemCompressor,
        _block_size: u32,
    ) -> Result<Vec<u8>, BackhandError> {
        Err(BackhandError::UnsupportedCompression(String::new()))
    }
}

/// Reads the tables, on a stack on which folders may lie in each other as deep as there are any: it is taken as far as they do.
fn opened<'b>(input: &'b mut dyn ReadSeek, inodes: u32) -> Result<FilesystemReader<'b>, Broken> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK + FRAME * inodes as usize)
            .spawn_scoped(scope, || {
                let kind = Kind::new_v4(&Decoders);
                let input = BufReader::new(input);
                fence::within(|| FilesystemReader::from_reader_with_offset_and_kind(input, 0, kind))
            })
            .map_err(Broken::from)?
            .join()
            .ok()
            .flatten()
            .ok_or_else(|| Broken::new("its reader gave up"))?
            .map_err(|error| Broken::new(error.to_string()))
    })
}

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
    // Squashfs 4.0: inode count at 4, block size at 12, fragments at 16, compressor at 20, flags at 24, bytes used at 40; then the tables.
    let (inodes, block_size, fragments, used) = (word(4), word(12), word(16), long(40));
    let flags = u16::from_le_bytes([superblock[24], superblock[25]]);
    let (ids, attributes) = (long(48), long(56));
    let (inode_table, directories, fragment_table, exports) =
        (long(64), long(72), long(80), long(88));
    let mut reached = SUPERBLOCK as u64;
    let mut in_order = ids != ABSENT && inode_table != ABSENT && directories != ABSENT;
    for table in [
        inode_table,
        directories,
        fragment_table,
        exports,
        ids,
        attributes,
    ] {
        if table != ABSENT {
            in_order &= reached <= table && table <= used;
            reached = table
        }
    }
    if !(4096..=1 << 20).contains(&block_size) || used > length || !in_order {
        return Err(Broken::new(
            "a superblock that contradicts itself, or truncated",
        ));
    }
    if inodes > MAX_INODES || u64::from(fragments) * FRAGMENT > MAX_TABLES {
        let detail = format!("tables for {inodes} files and {fragments} fragments");
        members.note(SkipReason::LimitMemory, &detail);
        return Ok(());
    }
    let compressor = superblock[20];
    if superblock[21] != 0 || !READ.contains(&compressor) {
        let name = OTHERS.get(usize::from(compressor)).copied().flatten();
        let name = name.map_or_else(|| format!("number {compressor}"), str::to_owned);
        members.note(SkipReason::Unsupported, &format!("compression {name}"));
        return Ok(());
    }
    let mut tables = Tables {
        input: BufReader::with_capacity(64 << 10, &mut *input),
        compressor,
        memory: members.limits().decoder_bytes,
        blocks: 0,
    };
    // The crate takes the table of directories to end where the first block of the next table begins.
    let behind = if fragments > 0 && fragment_table != ABSENT {
        let first = tables.first_block(fragment_table)?;
        let blocks = (u64::from(fragments) * FRAGMENT).div_ceil(BLOCK);
        tables.walk(first, used, Some(blocks))?;
        first
    } else if flags & HAS_EXPORTS != 0 && exports != ABSENT {
        tables.first_block(exports)?
    } else {
        tables.first_block(ids)?
    };
    if behind > used {
        return Err(Broken::new("a table behind the end"));
    }
    tables.walk(inode_table, directories, None)?;
    tables.walk(directories, behind, None)?;
    if tables.is_too_large() {
        let detail = format!("tables of over {MAX_TABLES} bytes");
        members.note(SkipReason::LimitMemory, &detail);
        return Ok(());
    }
    input.seek(SeekFrom::Start(0))?;
    let system = opened(input, inodes)?;
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

/// The tables before the crate reads them: it unpacks as much as there is, until it comes to stand on the very offset that it takes for the
/// end, and to the end of the file where it never does.
struct Tables<'i> {
    input: BufReader<&'i mut dyn ReadSeek>,
    compressor: u8,
    /// For a decoder.
    memory: u64,
    blocks: u64,
}

impl Tables<'_> {
    /// Whether there are more blocks than may be held. Each counts as a full one, as all but the last of a table are.
    fn is_too_large(&self) -> bool {
        self.blocks > MAX_TABLES / BLOCK
    }

    /// Where the blocks of a table begin that has a list of them.
    fn first_block(&mut self, list: u64) -> Result<u64, Broken> {
        let mut first = [0; 8];
        self.input.seek(SeekFrom::Start(list))?;
        self.input.read_exact(&mut first)?;
        Ok(u64::from_le_bytes(first))
    }

    /// Counts the blocks of a table: so many, or all until its end.
    fn walk(&mut self, from: u64, until: u64, count: Option<u64>) -> Result<(), Broken> {
        let mut left = count.unwrap_or(u64::MAX);
        let mut at = from;
        if from <= until {
            self.input.seek(SeekFrom::Start(from))?;
        }
        while at < until && left > 0 && !self.is_too_large() {
            let mut header = [0; 2];
            self.input.read_exact(&mut header)?;
            let header = u16::from_le_bytes(header);
            // The highest bit says that the block is stored as it is.
            let length = header & 0x7fff;
            let mut packed = vec![0; usize::from(length)];
            self.input.read_exact(&mut packed)?;
            if u64::from(length) > BLOCK || header == length && self.bursts(&packed)? {
                return Err(Broken::new("a block of a table of over 8 KiB"));
            }
            at += 2 + u64::from(length);
            left -= 1;
            self.blocks += 1
        }
        if self.is_too_large() || at == until || left == 0 {
            Ok(())
        } else {
            Err(Broken::new("a table that does not end where it should"))
        }
    }

    /// Whether a packed block unpacks to more than it may. With LZ4 and Zstandard, it is given no more room.
    fn bursts(&self, packed: &[u8]) -> io::Result<bool> {
        let unpacked: Box<dyn Read + '_> = match self.compressor {
            GZIP => Box::new(flate2::read::ZlibDecoder::new(packed)),
            XZ => {
                let stream = liblzma::stream::Stream::new_stream_decoder(self.memory, 0)
                    .map_err(io::Error::other)?;
                Box::new(liblzma::read::XzDecoder::new_stream(packed, stream))
            }
            _ => return Ok(false),
        };
        Ok(io::copy(&mut unpacked.take(BLOCK + 1), &mut io::sink())? > BLOCK)
    }
}
