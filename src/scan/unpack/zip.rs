//! zip and its kin: the directory says what there is, with zip64, a stub before and bytes behind.
//!
//! The directory is read by the crate `rawzip`, entry for entry, and not by `zip`, which folds members of equal names into one and holds
//! the whole directory: a scanner has to see what a lenient reader might open.

use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::sync::Mutex;

use rawzip::{
    CompressionMethod, RECOMMENDED_BUFFER_SIZE, RangeReader, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipLocator,
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
/// Ends of a directory that are tried: comments may hold what looks like one.
const MAX_ENDS: usize = 16;
/// What an entry of the directory begins with.
const LISTED: &[u8; 4] = b"PK\x01\x02";
/// What stands right in front of the end of a directory with 64-bit fields, 20 bytes long.
const ZIP64: &[u8] = b"PK\x06\x07";
/// A data descriptor behind a member has 12 to 24 bytes (APPNOTE 4.3.9).
const MAX_DESCRIPTOR: u64 = 24;
/// What the signatures of an Android package end with, in front of the directory.
const APK_SIGNATURES: &[u8] = b"APK Sig Block 42";
/// So much is searched at a time.
const WINDOW: u64 = 64 << 10;
/// Names have 16 bits of length, and so have extra fields.
const LOCAL_NAMES: usize = 2 << 16;

/// Whether a file ends in a zip directory, its comment, and perhaps a signature: a program or a script with an archive behind it.
pub(super) fn ends_in_zip(input: &mut dyn ReadSeek) -> bool {
    find_end(input).unwrap_or(false)
}

/// Looks for an end of a directory with a directory in front of it, since a program may hold the four bytes for another reason.
fn find_end(input: &mut dyn ReadSeek) -> io::Result<bool> {
    let length = input.seek(SeekFrom::End(0))?;
    let begins = length.saturating_sub(END + u64::from(u16::MAX));
    input.seek(SeekFrom::Start(begins))?;
    let mut tail = Vec::new();
    input.take(length - begins).read_to_end(&mut tail)?;
    let mut until = tail.len();
    for _ in 0..MAX_ENDS {
        let Some(at) = memchr::memmem::rfind(&tail[..until], MAGIC[1]) else {
            break;
        };
        until = at;
        let Some(end) = tail.get(at..at + END as usize) else {
            continue;
        };
        let comment = usize::from(u16::from_le_bytes([end[20], end[21]]));
        let behind = tail.len() - at - END as usize;
        let directory = u64::from(u32::from_le_bytes([end[12], end[13], end[14], end[15]]));
        if directory == 0 && comment == behind || at >= 20 && tail[at - 20..].starts_with(ZIP64) {
            return Ok(true);
        }
        let Some(entry) = (begins + at as u64).checked_sub(directory) else {
            continue;
        };
        let mut first = [0; 4];
        input.seek(SeekFrom::Start(entry))?;
        if comment <= behind && input.read_exact(&mut first).is_ok() && first == *LISTED {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads every member.
pub(super) fn read(input: &mut dyn ReadSeek, members: &mut dyn Members) -> Result<(), Broken> {
    let length = input.seek(SeekFrom::End(0))?;
    let reader = At(Mutex::new(input));
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    match locate(&reader, &mut buffer, length) {
        Ok(archive) => listed(&archive, &mut buffer, length, members),
        Err(error) => {
            // The archive was cut: what is whole stands behind headers of its own.
            let (found, _) = unlisted(&reader, 0..length, members)?;
            if members.is_over() {
                return Ok(());
            }
            Err(Broken::new(format!(
                "{error}; {found} members found without the directory"
            )))
        }
    }
}

/// Bytes at offsets, from a reader that goes back and forth.
struct At<'r>(Mutex<&'r mut dyn ReadSeek>);

impl ReaderAt for At<'_> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        // A poisoned lock only says that somebody panicked while holding it.
        let mut reader = self.0.lock().unwrap_or_else(|e| e.into_inner());
        reader.seek(SeekFrom::Start(offset))?;
        reader.read(buf)
    }
}

/// Finds the end of the directory: the last one that holds, since a comment may hold another.
fn locate<'r, 's>(
    reader: &'r At<'s>,
    buffer: &mut [u8],
    length: u64,
) -> Result<ZipArchive<&'r At<'s>>, rawzip::Error> {
    let mut until = length;
    let mut first = None;
    for _ in 0..MAX_ENDS {
        let error = match ZipLocator::new().locate_in_reader(reader, buffer, until) {
            Ok(archive) => match archive.entries(buffer).next_entry() {
                Ok(_) => return Ok(archive),
                Err(error) => {
                    until = archive.eocd_offset();
                    error
                }
            },
            Err((_, error)) => {
                let Some(at) = error.eocd_offset() else {
                    return Err(first.unwrap_or(error));
                };
                until = at;
                error
            }
        };
        first.get_or_insert(error);
        if until < END {
            break;
        }
    }
    Err(first.unwrap_or_else(|| io::Error::other("no end of a directory").into()))
}

fn listed(
    archive: &ZipArchive<&At<'_>>,
    buffer: &mut [u8],
    length: u64,
    members: &mut dyn Members,
) -> Result<(), Broken> {
    let overlapping = overlapping(archive, buffer, members.limits().members)?;
    let behind = length.saturating_sub(archive.end_offset());
    if behind > 0 {
        members.note(
            SkipReason::TrailingData,
            &format!("{behind} bytes behind the end of the archive"),
        );
    }
    let mut names = vec![0; LOCAL_NAMES];
    let mut spans = Vec::new();
    let mut entries = archive.entries(buffer);
    let mut number = 0;
    while let Some(entry) = entries.next_entry()? {
        let shares_bytes = overlapping.binary_search(&number).is_ok();
        number += 1;
        let path = entry.file_path();
        let name: &[u8] = path.as_ref();
        let begins = entry.local_header_offset();
        if let Ok(local) = archive.get_entry(entry.wayfinder()) {
            spans.push((begins, local.compressed_data_range().1))
        }
        let on = if entry.is_dir() && entry.uncompressed_size_hint() == 0 {
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
                plain: Plain {
                    method: entry.compression_method(),
                    size: entry.uncompressed_size_hint(),
                    crc: entry.crc32(),
                    ends_by_mark: entry.flags().bits() & 2 != 0,
                },
                at: entry.wayfinder(),
                is_link: entry.mode().is_symlink(),
            };
            member(archive, &about, &mut names, members)
        };
        if on.is_break() {
            return Ok(());
        }
    }
    let hint = archive.entries_hint();
    if hint != number && hint != number & 0xffff {
        let detail = format!("the directory is said to have {hint} members, and has {number}");
        members.note(SkipReason::Damaged, &detail)
    }
    directory_length(archive, members)?;
    between(archive, spans, members)
}

/// The end of the directory says how long it is (APPNOTE 4.3.16), unless the archive is a zip64.
fn directory_length(
    archive: &ZipArchive<&At<'_>>,
    members: &mut dyn Members,
) -> Result<(), Broken> {
    let mut end = [0; END as usize];
    let at = archive.eocd_offset();
    archive.get_ref().read_exact_at(&mut end, at)?;
    let stated = u32::from_le_bytes([end[12], end[13], end[14], end[15]]);
    let is = at.saturating_sub(archive.directory_offset());
    let mut before = [0; 4];
    let is_zip64 = at >= 20
        && archive
            .get_ref()
            .read_exact_at(&mut before, at - 20)
            .is_ok()
        && before == *ZIP64;
    if !is_zip64 && u64::from(stated) != is {
        let detail = format!("the directory is said to take {stated} bytes, and takes {is}");
        members.note(SkipReason::Damaged, &detail)
    }
    Ok(())
}

/// Looks for what stands between the listed members and is none of them: another reader may take it for the archive.
fn between(
    archive: &ZipArchive<&At<'_>>,
    mut spans: Vec<(u64, u64)>,
    members: &mut dyn Members,
) -> Result<(), Broken> {
    let reader = archive.get_ref();
    let directory = archive.directory_offset();
    spans.sort_unstable();
    spans.push((without_signatures(reader, directory), u64::MAX));
    let mut end = 0;
    let (mut bytes, mut found) = (0, 0);
    for (begins, ends) in spans {
        let gap = end..begins;
        end = end.max(ends);
        if begins.saturating_sub(gap.start) <= MAX_DESCRIPTOR
            || gap.start == 0 && !starts_with_member(reader)
            || !search(reader, gap.clone(), members, &mut found)?
        {
            continue;
        }
        bytes += gap.end - gap.start;
        if members.is_over() {
            break;
        }
    }
    if found > 0 {
        let detail = format!("{found} members that the directory does not list; they were read");
        members.note(SkipReason::TrailingData, &detail)
    } else if bytes > 0 {
        let detail = format!("{bytes} bytes between the members that the directory lists");
        members.note(SkipReason::TrailingData, &detail)
    }
    Ok(())
}

/// What stands in front of the first member of an archive behind a program is the program.
fn starts_with_member(reader: &At<'_>) -> bool {
    let mut first = [0; 4];
    reader.read_exact_at(&mut first, 0).is_ok() && MAGIC.contains(&&first[..])
}

/// Where the signatures of an Android package begin, or the directory where there are none: their length in 8 bytes, they, the length again,
/// and 16 bytes that say what they are.
fn without_signatures(reader: &At<'_>, directory: u64) -> u64 {
    let mut last = [0; 24];
    let Some(at) = directory.checked_sub(24) else {
        return directory;
    };
    if reader.read_exact_at(&mut last, at).is_err() || !last.ends_with(APK_SIGNATURES) {
        return directory;
    }
    let mut length = [0; 8];
    length.copy_from_slice(&last[..8]);
    u64::from_le_bytes(length)
        .checked_add(8)
        .and_then(|length| directory.checked_sub(length))
        .unwrap_or(directory)
}

/// Reads the members that are in a gap, wherever they begin; whether there is anything but zeros.
fn search(
    reader: &At<'_>,
    gap: Range<u64>,
    members: &mut dyn Members,
    found: &mut u64,
) -> Result<bool, Broken> {
    let mut is_used = false;
    let mut window = Vec::new();
    let mut at = gap.start;
    while at < gap.end {
        let length = WINDOW.min(gap.end - at);
        window.resize(usize::try_from(length).unwrap_or_default(), 0);
        reader.read_exact_at(&mut window, at)?;
        is_used |= window.iter().any(|byte| *byte != 0);
        // A window may end inside of the four bytes.
        let mut next = if length == WINDOW {
            at + length - 3
        } else {
            gap.end
        };
        for hit in memchr::memmem::find_iter(&window, MAGIC[0]) {
            let begins = at + hit as u64;
            let (more, ended) = unlisted(reader, begins..gap.end, members)?;
            *found += more;
            if members.is_over() {
                return Ok(true);
            }
            if more > 0 {
                next = ended;
                break;
            }
        }
        at = next
    }
    Ok(is_used)
}

/// Reads members by their own headers, one after the other, as far as they tell their length (APPNOTE 4.3.7); how many there were,
/// and where the last one ends.
fn unlisted(
    reader: &At<'_>,
    range: Range<u64>,
    members: &mut dyn Members,
) -> Result<(u64, u64), Broken> {
    let mut found = 0;
    let mut at = range.start;
    while at + LOCAL_HEADER <= range.end {
        let mut header = [0; LOCAL_HEADER as usize];
        reader.read_exact_at(&mut header, at)?;
        if !header.starts_with(MAGIC[0]) {
            break;
        }
        let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let (flags, method, crc) = (half(6), CompressionMethod::new(half(8)), word(14));
        let (packed, size) = (u64::from(word(18)), u64::from(word(22)));
        let mut name = vec![0; usize::from(half(26))];
        if reader.read_exact_at(&mut name, at + LOCAL_HEADER).is_err() {
            break;
        }
        let data = at + LOCAL_HEADER + u64::from(half(26)) + u64::from(half(28));
        // With a descriptor behind the data, or in zip64, the length is not here.
        if flags & 8 != 0
            || packed == u64::from(u32::MAX)
            || data.saturating_add(packed) > range.end
        {
            break;
        }
        found += 1;
        at = data + packed;
        if flags & 1 != 0 {
            if members.unread(&name, SkipReason::Encrypted, "").is_break() {
                break;
            }
            continue;
        }
        if name.ends_with(b"/") {
            continue;
        }
        let about = Plain {
            method,
            size,
            crc,
            ends_by_mark: flags & 2 != 0,
        };
        let on = match about.unpacked(
            RangeReader::new(reader, data..data + packed),
            members.limits().decoder_bytes,
        ) {
            Ok(Some(mut unpacked)) => members.file(&name, Some(Packed::All(packed)), &mut unpacked),
            Ok(None) => members.unread(&name, SkipReason::Unsupported, &method.to_string()),
            Err(error) => members.unread(&name, SkipReason::Damaged, &error.to_string()),
        };
        if on.is_break() {
            break;
        }
    }
    Ok((found, at))
}

/// What the directory says of a member.
struct About<'e> {
    name: &'e [u8],
    plain: Plain,
    at: ZipArchiveEntryWayfinder,
    is_link: bool,
}

/// What has to be known of a member to unpack it.
struct Plain {
    method: CompressionMethod,
    /// Of its unpacked bytes.
    size: u64,
    /// Of its unpacked bytes.
    crc: u32,
    /// LZMA only: the stream has an end mark, and its length need not be known.
    ends_by_mark: bool,
}

fn member(
    archive: &ZipArchive<&At<'_>>,
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
    let memory = members.limits().decoder_bytes;
    let mut data = match about.plain.unpacked(entry.reader(), memory) {
        Ok(Some(data)) => data,
        Ok(None) => {
            let method = format!("compression {}", about.plain.method);
            return members.unread(about.name, SkipReason::Unsupported, &method);
        }
        Err(error) => return damaged(&error, members),
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

impl Plain {
    /// The bytes of a member; `None` where its compression is not read.
    fn unpacked<'r>(
        &self,
        packed: impl Read + 'r,
        memory: u64,
    ) -> io::Result<Option<Verified<Box<dyn Read + 'r>>>> {
        let inner: Box<dyn Read + 'r> = match self.method {
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
            CompressionMethod::LZMA => self.lzma(packed, memory)?,
            _ => return Ok(None),
        };
        Ok(Some(Verified {
            inner,
            crc: flate2::Crc::new(),
            size: 0,
            stated: (self.crc, self.size),
        }))
    }

    /// APPNOTE 5.8.8: a version, the length of the properties, the properties, and a stream as in an `.lzma` file without its length.
    fn lzma<'r>(&self, mut packed: impl Read + 'r, memory: u64) -> io::Result<Box<dyn Read + 'r>> {
        let mut header = [0; 9];
        packed.read_exact(&mut header)?;
        if header[2..4] != [5, 0] {
            return Err(io::Error::other("LZMA properties of another length than 5"));
        }
        let length = if self.ends_by_mark {
            u64::MAX
        } else {
            self.size
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
        let data = start.saturating_add(LOCAL_HEADER);
        let end = data.saturating_add(entry.compressed_size_hint());
        // A member that is said to reach into the directory lies about its length and hides nobody.
        let end = if end > archive.directory_offset() {
            data
        } else {
            end
        };
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
