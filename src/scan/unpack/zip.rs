//! zip and its kin: the directory says what there is, with zip64, a stub before and bytes behind.
//!
//! The directory is read by the crate `rawzip`, entry for entry, and not by `zip`, which folds members of equal names into one and holds
//! the whole directory: a scanner has to see what a lenient reader might open.

use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::ControlFlow;

use rawzip::{
    CompressionMethod, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder,
};

use super::limits::Packed;
use super::stream::{Compression, unpack};
use super::{Broken, Members, ReadSeek};
use crate::model::SkipReason;

/// What a member begins with; and the end of the directory of an archive without members.
pub(super) const MAGIC: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The end of the directory, without its comment.
const END: u64 = 22;
/// The smallest header of a member.
const LOCAL_HEADER: u64 = 30;
/// Names have 16 bits of length, and so have extra fields.
const LOCAL_NAMES: usize = 2 << 16;

/// Whether the last bytes are the end of a zip directory without a comment: a program or a script with an archive behind it.
pub(super) fn ends_in_zip(input: &mut dyn ReadSeek) -> bool {
    let mut end = [0; END as usize];
    input.seek(SeekFrom::End(-(END as i64))).is_ok()
        && input.read_exact(&mut end).is_ok()
        && end.starts_with(MAGIC[1])
        && end.ends_with(&[0, 0])
}

/// Reads every member.
pub(super) fn read(input: &mut dyn ReadSeek, members: &mut dyn Members) -> Result<(), Broken> {
    let length = input.seek(SeekFrom::End(0))?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_seekable(input, &mut buffer)?;
    let overlapping = overlapping(&archive, &mut buffer, members.limits().members)?;
    let behind = length.saturating_sub(archive.end_offset());
    if behind > 0 {
        members.note(
            SkipReason::TrailingData,
            &format!("{behind} bytes behind the end of the archive"),
        );
    }
    let mut names = vec![0; LOCAL_NAMES];
    let mut entries = archive.entries(&mut buffer);
    let mut number = 0;
    while let Some(entry) = entries.next_entry()? {
        let shares_bytes = overlapping.binary_search(&number).is_ok();
        number += 1;
        let path = entry.file_path();
        let name: &[u8] = path.as_ref();
        let on = if entry.is_dir() {
            ControlFlow::Continue(())
        } else if shares_bytes {
            members.unread(
                name,
                SkipReason::Overlapping,
                "shares bytes with another member",
            )
        } else if entry.flags().is_encrypted()
            || entry.compression_method() == CompressionMethod::AES
        {
            members.unread(name, SkipReason::Encrypted, "")
        } else {
            let about = About {
                name,
                method: entry.compression_method(),
                at: entry.wayfinder(),
                is_link: entry.mode().is_symlink(),
                crc: entry.crc32(),
                ends_by_mark: entry.flags().bits() & 2 != 0,
            };
            member(&archive, &about, &mut names, members)
        };
        if on.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// What the directory says of a member.
struct About<'e> {
    name: &'e [u8],
    method: CompressionMethod,
    at: ZipArchiveEntryWayfinder,
    is_link: bool,
    crc: u32,
    /// LZMA only: the stream has an end mark, and its length need not be known.
    ends_by_mark: bool,
}

fn member<R: ReaderAt>(
    archive: &ZipArchive<R>,
    about: &About<'_>,
    names: &mut [u8],
    members: &mut dyn Members,
) -> ControlFlow<()> {
    let damaged = |error: &dyn std::fmt::Display, members: &mut dyn Members| {
        members.unread(about.name, SkipReason::Damaged, &error.to_string())
    };
    let entry = match archive.get_entry(about.at) {
        Ok(entry) => entry,
        Err(error) => return damaged(&error, members),
    };
    if let Ok(local) = entry.local_header(names)
        && AsRef::<[u8]>::as_ref(&local.file_path()) != about.name
    {
        let local = String::from_utf8_lossy(local.file_path().as_ref()).into_owned();
        let detail = format!("called {local:?} where its bytes begin");
        members.odd_name(about.name, &detail);
    }
    let packed = about.at.compressed_size_hint();
    let data = match unpacked(about, entry.reader(), members.limits().decoder_bytes) {
        Ok(Some(data)) => data,
        Ok(None) => {
            let method = format!("compression {}", about.method);
            return members.unread(about.name, SkipReason::Unsupported, &method);
        }
        Err(error) => return damaged(&error, members),
    };
    let mut data = Verified {
        inner: data,
        crc: flate2::Crc::new(),
        size: 0,
        stated: (about.crc, about.at.uncompressed_size_hint()),
    };
    if about.is_link {
        let mut target = Vec::new();
        return match (&mut data).take(4096).read_to_end(&mut target) {
            Ok(_) => members.link(about.name, &target),
            Err(error) => damaged(&error, members),
        };
    }
    members.file(about.name, Some(Packed::All(packed)), &mut data)
}

/// The bytes of a member; `None` where its compression is not read.
fn unpacked<'r>(
    about: &About<'_>,
    packed: impl Read + 'r,
    memory: u64,
) -> io::Result<Option<Box<dyn Read + 'r>>> {
    Ok(Some(match about.method {
        CompressionMethod::STORE => Box::new(packed),
        CompressionMethod::DEFLATE => Box::new(flate2::bufread::DeflateDecoder::new(
            BufReader::with_capacity(32 << 10, packed),
        )),
        CompressionMethod::DEFLATE64 => Box::new(deflate64::Deflate64Decoder::new(packed)),
        CompressionMethod::BZIP2 => unpack(Compression::Bzip2, packed, memory)?,
        CompressionMethod::ZSTD | CompressionMethod::ZSTD_DEPRECATED => {
            unpack(Compression::Zstd, packed, memory)?
        }
        CompressionMethod::XZ => unpack(Compression::Xz, packed, memory)?,
        CompressionMethod::LZMA => lzma(about, packed, memory)?,
        _ => return Ok(None),
    }))
}

/// APPNOTE 5.8.8: a version, the length of the properties, the properties, and a stream as in an `.lzma` file without its length.
fn lzma<'r>(
    about: &About<'_>,
    mut packed: impl Read + 'r,
    memory: u64,
) -> io::Result<Box<dyn Read + 'r>> {
    let mut header = [0; 9];
    packed.read_exact(&mut header)?;
    if header[2..4] != [5, 0] {
        return Err(io::Error::other("LZMA properties of another length than 5"));
    }
    let length = if about.ends_by_mark {
        u64::MAX
    } else {
        about.at.uncompressed_size_hint()
    };
    let alone: Vec<u8> = header[4..]
        .iter()
        .copied()
        .chain(length.to_le_bytes())
        .collect();
    unpack(
        Compression::Lzma,
        io::Cursor::new(alone).chain(packed),
        memory,
    )
}

/// The numbers of the members that share bytes with one that begins before them, in order.
fn overlapping<R: ReaderAt>(
    archive: &ZipArchive<R>,
    buffer: &mut [u8],
    most: u64,
) -> Result<Vec<u64>, Broken> {
    let mut spans = Vec::new();
    let mut entries = archive.entries(buffer);
    while let Some(entry) = entries.next_entry()? {
        let number = spans.len() as u64;
        if number > most {
            break;
        }
        let start = entry.local_header_offset();
        let end = start
            .saturating_add(LOCAL_HEADER)
            .saturating_add(entry.compressed_size_hint());
        spans.push((start, number, end));
    }
    spans.sort_unstable();
    let mut reached = 0;
    let mut overlapping = Vec::new();
    for (start, number, end) in spans {
        if start < reached {
            overlapping.push(number)
        }
        reached = reached.max(end);
    }
    overlapping.sort_unstable();
    Ok(overlapping)
}

/// Bytes whose checksum and length are held against what the directory states, once all of them were given out.
struct Verified<R> {
    inner: R,
    crc: flate2::Crc,
    size: u64,
    stated: (u32, u64),
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.crc.update(&buf[..read]);
        self.size += read as u64;
        if read == 0 && !buf.is_empty() && (self.crc.sum(), self.size) != self.stated {
            return Err(io::Error::other(
                "checksum or length is not what the directory states",
            ));
        }
        Ok(read)
    }
}
