//! A segment: what one scan kept, or what several did, in one file.
//!
//! ```text
//! magic (16)  engine (16)
//! values      each: check (16)  length unpacked (4)  bytes, packed by zstd where that is shorter
//! index       sorted, each: key (32)  offset (8)  length (4)  check (8); the length of an entry for a file that held nothing is 0
//! filter      blocks of 64 bytes: how no key begins (`filter`)
//! fences      of each page of the index the first 8 bytes of its first key
//! footer      offset of the index (8)  entries (8)  hash of engine, both numbers, filter and fences (32)  magic (8)
//! ```
//!
//! Numbers are little-endian. To open one takes a byte and a tenth for each entry; to look up a key, a page of the index. Whatever does not
//! fit together is not there: the check of a row is over the row, that of a value over its key and its bytes, so that none comes for another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use blake3::Hasher;

use super::filter::{self, Filter};
use super::key::{BEGIN, ENGINE, Key};

/// How a segment is called, and one that is being written.
pub(super) const ENDING: &str = "segment";
pub(super) const UNFINISHED: &str = "tmp";

const MAGIC: &[u8; 16] = b"pqscan segment3\n";
const END: &[u8; 8] = b"pqscan3\n";
const HEADER: u64 = 32;
const FOOTER: u64 = 56;
const ROW: usize = 52;
/// What a row's check is over.
const CHECKED: usize = 44;
/// Rows that are read at once: 4 KiB of them.
const PAGE: usize = 78;
/// Bytes of a fence.
const FENCE: usize = BEGIN;
/// Check and length.
const PREFIX: usize = 20;
/// A value, unpacked: what an image with fifty thousand findings brings. While it is made, it is in memory several times.
pub(super) const MAX_VALUE: usize = 16 << 20;
/// Shorter values are not packed: setting up takes longer than writing them.
const WORTH_PACKING: usize = 2048;
/// Entries of a segment; what a writer has to keep of them is 52 MiB.
const MAX_ENTRIES: usize = 1 << 20;
/// A segment that is this long is ended: a process may be limited in how long its files are.
const MAX_LENGTH: u64 = 128 << 20;

/// A segment that is read.
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) modified: SystemTime,
    file: File,
    filter: Filter,
    /// The first key of each page begins so, as a number by which keys are sorted.
    fences: Vec<u64>,
    /// Where values end and the index begins.
    end: u64,
    entries: usize,
    /// Whether anything in it was of use.
    used: AtomicBool,
}

impl Segment {
    /// Opens one; `None` if it is of another program or not whole.
    pub(super) fn open(path: &Path, engine: [u8; ENGINE]) -> Option<Self> {
        // Not through a link, and nothing that could make the scan wait.
        if !fs::symlink_metadata(path).ok()?.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        let about = file.metadata().ok()?;
        let length = about.len();
        if length < HEADER + FOOTER {
            return None;
        }
        let mut header = [0; HEADER as usize];
        read_at(&file, &mut header, 0).ok()?;
        if header[..16] != *MAGIC || header[16..] != engine {
            return None;
        }
        let mut footer = [0; FOOTER as usize];
        read_at(&file, &mut footer, length - FOOTER).ok()?;
        let end = number(&footer[..8])?;
        let entries = usize::try_from(number(&footer[8..16])?).ok()?;
        if footer[48..] != *END || entries == 0 || entries > MAX_ENTRIES || end < HEADER {
            return None;
        }
        let filter_size = filter::size(entries);
        let fences_size = entries.div_ceil(PAGE) * FENCE;
        let rest = end.checked_add((entries * ROW) as u64)?;
        let mut bytes = vec![0; filter_size + fences_size];
        if rest.checked_add(bytes.len() as u64 + FOOTER)? != length {
            return None;
        }
        read_at(&file, &mut bytes, rest).ok()?;
        if seal(engine, &footer[..16], &bytes)[..] != footer[16..48] {
            return None;
        }
        let fences = bytes.split_off(filter_size);
        Some(Self {
            path: path.to_owned(),
            modified: about.modified().ok()?,
            file,
            filter: Filter::from(bytes),
            fences: fences
                .as_chunks::<FENCE>()
                .0
                .iter()
                .map(|fence| u64::from_be_bytes(*fence))
                .collect(),
            end,
            entries,
            used: AtomicBool::new(false),
        })
    }

    /// Whether anything in it was of use.
    pub(super) fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// The value of a key; empty for a file that held nothing.
    pub(super) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let hash = key.hash();
        if !self.may_hold(begin(hash)) {
            return None;
        }
        let (offset, length) = self.find(hash)?;
        let value = if length == 0 {
            Vec::new()
        } else {
            unpack(hash, &self.packed(offset, length)?)?
        };
        self.used.store(true, Ordering::Relaxed);
        Some(value)
    }

    /// False where no key that begins so is there.
    pub(super) fn may_hold(&self, begin: [u8; BEGIN]) -> bool {
        self.filter.may_hold(begin)
    }

    fn find(&self, hash: &[u8; 32]) -> Option<(u64, u32)> {
        let fence = fence(hash);
        // Several pages may begin alike, and the key may end the page before.
        let from = self.fences.partition_point(|first| *first < fence);
        let to = self.fences.partition_point(|first| *first <= fence);
        (from.saturating_sub(1)..to).find_map(|page| {
            let page = self.page(page)?;
            let at = page.binary_search_by(|row| row[..32].cmp(hash)).ok()?;
            row(&page[at])
        })
    }

    fn page(&self, page: usize) -> Option<Vec<[u8; ROW]>> {
        let first = page * PAGE;
        let rows = self.entries.checked_sub(first)?.min(PAGE);
        let mut page = vec![[0; ROW]; rows];
        let offset = self.end + (first * ROW) as u64;
        read_at(&self.file, page.as_flattened_mut(), offset).ok()?;
        Some(page)
    }

    /// The bytes of a value as they stand in the file.
    fn packed(&self, offset: u64, length: u32) -> Option<Vec<u8>> {
        let fits = offset >= HEADER && offset.checked_add(u64::from(length))? <= self.end;
        let length = usize::try_from(length).ok()?;
        if !fits || length > MAX_VALUE + PREFIX {
            return None;
        }
        let mut bytes = vec![0; length];
        read_at(&self.file, &mut bytes, offset).ok()?;
        Some(bytes)
    }

    /// Copies every entry that is as it should be.
    pub(super) fn copy(&self, to: &mut Writer) {
        for page in 0..self.fences.len() {
            for row_of in self.page(page).unwrap_or_default() {
                let Some((offset, length)) = row(&row_of) else {
                    continue;
                };
                let mut hash = [0; 32];
                hash.copy_from_slice(&row_of[..32]);
                if length == 0 {
                    to.add(&hash, &[]);
                    continue;
                }
                let bytes = self.packed(offset, length);
                if let Some(bytes) = bytes.filter(|bytes| is_sound(&hash, bytes)) {
                    to.add(&hash, &bytes)
                }
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

fn begin(key: &[u8]) -> [u8; BEGIN] {
    key.first_chunk().copied().unwrap_or_default()
}

/// The beginning of a key as a number, by which keys are sorted as by their bytes.
fn fence(key: &[u8]) -> u64 {
    u64::from_be_bytes(begin(key))
}

/// Offset and length of a row of the index; `None` where it is damaged.
fn row(row: &[u8; ROW]) -> Option<(u64, u32)> {
    if row[CHECKED..] != row_check(&row[..CHECKED]) {
        return None;
    }
    let length = row[40..CHECKED].try_into().ok().map(u32::from_le_bytes)?;
    Some((number(&row[32..40])?, length))
}

fn row_check(row: &[u8]) -> [u8; 8] {
    let mut check = [0; 8];
    check.copy_from_slice(&blake3::hash(row).as_bytes()[..8]);
    check
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_le_bytes)
}

fn seal(engine: [u8; ENGINE], numbers: &[u8], rest: &[u8]) -> [u8; 32] {
    let mut hasher = Hasher::new();
    hasher.update(MAGIC).update(&engine).update(numbers);
    hasher.update(rest).finalize().into()
}

fn check(hash: &[u8; 32], rest: &[u8]) -> [u8; 16] {
    let mut hasher = Hasher::new();
    let whole = hasher.update(hash).update(rest).finalize();
    let mut check = [0; 16];
    check.copy_from_slice(&whole.as_bytes()[..16]);
    check
}

fn is_sound(hash: &[u8; 32], packed: &[u8]) -> bool {
    packed.len() > PREFIX && packed[..16] == check(hash, &packed[16..])
}

/// A value as it stands in a segment, where it is empty for a file that held nothing; `None` if it is too long.
pub(super) fn pack(key: &Key, value: &[u8]) -> Option<Vec<u8>> {
    if value.is_empty() {
        return Some(Vec::new());
    }
    if value.len() > MAX_VALUE {
        return None;
    }
    let length = u32::try_from(value.len()).ok()?;
    let shorter = (value.len() >= WORTH_PACKING)
        .then(|| zstd::bulk::compress(value, 1).ok())
        .flatten()
        .filter(|packed| packed.len() < value.len());
    let body = shorter.as_deref().unwrap_or(value);
    let mut packed = Vec::with_capacity(PREFIX + body.len());
    packed.extend_from_slice(&[0; 16]);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(body);
    let check = check(key.hash(), &packed[16..]);
    packed[..16].copy_from_slice(&check);
    Some(packed)
}

/// The value; `None` where it is not what was written.
fn unpack(hash: &[u8; 32], packed: &[u8]) -> Option<Vec<u8>> {
    if !is_sound(hash, packed) {
        return None;
    }
    let length = packed[16..PREFIX].try_into().ok().map(u32::from_le_bytes)?;
    let length = usize::try_from(length).ok()?;
    let body = &packed[PREFIX..];
    if length > MAX_VALUE {
        return None;
    }
    if body.len() == length {
        return Some(body.to_vec());
    }
    let value = zstd::bulk::decompress(body, length).ok()?;
    (value.len() == length).then_some(value)
}

/// A segment that is written, and the next one when it has as many entries as there can be.
pub(super) struct Writer {
    folder: PathBuf,
    engine: [u8; ENGINE],
    /// When what is in it was last used, where that is not now.
    used: Option<SystemTime>,
    /// Bytes that are left of what may be written.
    room: u64,
    /// Whether anything was put in its place.
    has_written: bool,
    /// None before there is anything to write.
    open: Option<Open>,
    rows: Vec<[u8; ROW]>,
    /// After one, nothing more is written.
    failed: Option<io::Error>,
}

struct Open {
    path: PathBuf,
    file: BufWriter<File>,
    length: u64,
}

impl Writer {
    /// One for a folder; it touches nothing before there is something to write.
    pub(super) fn new(
        folder: PathBuf,
        engine: [u8; ENGINE],
        room: u64,
        used: Option<SystemTime>,
    ) -> Self {
        Self {
            folder,
            engine,
            used,
            room,
            has_written: false,
            open: None,
            rows: Vec::new(),
            failed: None,
        }
    }

    /// Adds an entry, while there is room.
    pub(super) fn add(&mut self, hash: &[u8; 32], packed: &[u8]) {
        let length = self.open.as_ref().map_or(HEADER, |open| open.length);
        let entries = self.rows.len() + 1;
        let fences = entries.div_ceil(PAGE) * FENCE;
        let rest = (entries * ROW + filter::size(entries) + fences) as u64;
        if self.failed.is_some() || length + packed.len() as u64 + rest + FOOTER > self.room {
            return;
        }
        let added = self.append(packed).and_then(|(offset, length)| {
            let mut row = [0; ROW];
            row[..32].copy_from_slice(hash);
            row[32..40].copy_from_slice(&offset.to_le_bytes());
            row[40..CHECKED].copy_from_slice(&length.to_le_bytes());
            let check = row_check(&row[..CHECKED]);
            row[CHECKED..].copy_from_slice(&check);
            self.rows.push(row);
            if self.rows.len() == MAX_ENTRIES || offset + u64::from(length) >= MAX_LENGTH {
                self.place()?
            }
            Ok(())
        });
        self.failed = added.err()
    }

    fn append(&mut self, packed: &[u8]) -> io::Result<(u64, u32)> {
        let length = u32::try_from(packed.len()).map_err(io::Error::other)?;
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open::create(&self.folder, self.engine)?),
        };
        let offset = open.length;
        open.file.write_all(packed)?;
        open.length += u64::from(length);
        Ok((offset, length))
    }

    /// Ends it; whether anything was written.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.place()?;
        Ok(self.has_written)
    }

    /// Completes the segment and gives it the name by which others find it.
    fn place(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        self.rows.sort_unstable();
        self.rows.dedup_by(|a, b| a[..32] == b[..32]);
        let mut rest = Filter::of(self.rows.iter().map(|row| begin(row)), self.rows.len());
        for page in self.rows.chunks(PAGE) {
            rest.extend_from_slice(&fence(&page[0]).to_be_bytes())
        }
        let mut numbers = [0; 16];
        numbers[..8].copy_from_slice(&open.length.to_le_bytes());
        numbers[8..].copy_from_slice(&(self.rows.len() as u64).to_le_bytes());
        let seal = seal(self.engine, &numbers, &rest);
        for part in [self.rows.as_flattened(), &rest, &numbers, &seal, END] {
            open.file.write_all(part)?;
            open.length += part.len() as u64
        }
        open.file.flush()?;
        if let Some(used) = self.used {
            // It is kept longer than it has to be where that cannot be said.
            let _ = open.file.get_ref().set_modified(used);
        }
        fs::rename(&open.path, open.path.with_extension(ENDING))?;
        self.room = self.room.saturating_sub(open.length);
        self.has_written = true;
        self.open = None;
        self.rows.clear();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(Open { path, file, .. }) = self.open.take() {
            // Where files that are open cannot be taken away. What waits to be written is not.
            drop(file.into_parts());
            // It would be taken away when it is old.
            let _ = fs::remove_file(path);
        }
    }
}

impl Open {
    fn create(folder: &Path, engine: [u8; ENGINE]) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let mut hasher = Hasher::new();
        hasher
            .update(&std::process::id().to_le_bytes())
            .update(&now.unwrap_or_default().as_nanos().to_le_bytes())
            .update(&MADE.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        let own = hasher.finalize().to_hex();
        let name = format!("{}{}.{UNFINISHED}", of_engine(engine), &own[..24]);
        let path = folder.join(name);
        let mut file = BufWriter::with_capacity(256 << 10, create(&path)?);
        file.write_all(MAGIC)?;
        file.write_all(&engine)?;
        Ok(Self {
            path,
            file,
            length: HEADER,
        })
    }
}

/// Makes a file that is not there yet, for the user alone.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// How the names of all segments of a program begin.
pub(super) fn of_engine(engine: [u8; ENGINE]) -> String {
    let hex = blake3::Hash::from_bytes({
        let mut whole = [0; 32];
        whole[..ENGINE].copy_from_slice(&engine);
        whole
    });
    format!("{}-", &hex.to_hex()[..16])
}
