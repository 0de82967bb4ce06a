//! A file's bytes by range. Files are read, not mapped: one that changes under a scan must not take the process with it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use crate::detect::Source;
use crate::model::SkipReason;

/// The largest range that is read at once.
const MAX_READ: u64 = 256 << 20;

/// Room that a thread keeps from file to file: most files are small, and to ask for room for each takes longer than to read it.
const MAX_ROOM: usize = 1 << 20;

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An open file.
pub(super) struct FileSource {
    file: File,
    length: u64,
    /// Where the next byte would be read, unless somebody else read in between.
    position: Option<u64>,
    /// The range in `bytes`.
    held: Range<u64>,
    bytes: Vec<u8>,
}

impl FileSource {
    /// Opens a file; only regular ones.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let (file, length) = open(path)?;
        Ok(Self {
            file,
            length,
            position: Some(0),
            held: 0..0,
            bytes: ROOM.take(),
        })
    }
}

impl Drop for FileSource {
    fn drop(&mut self) {
        if self.bytes.capacity() <= MAX_ROOM {
            self.bytes.clear();
            ROOM.set(std::mem::take(&mut self.bytes))
        }
    }
}

/// Opens a file that the walk met, only if it is still a regular one; its length in bytes.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok((file, about.len()))
}

impl FileSource {
    /// The file itself, for readers that go back and forth in it.
    pub(super) fn file(&mut self) -> &mut File {
        self.position = None;
        &mut self.file
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, range: Range<u64>) -> Result<&[u8], (SkipReason, String)> {
        let end = range
            .end
            .min(self.length)
            .max(range.start)
            .min(range.start.saturating_add(MAX_READ));
        if range.start < self.held.start || end > self.held.end {
            let failed = |error: io::Error| (SkipReason::Unreadable, error.to_string());
            if self.position.take() != Some(range.start) {
                self.file
                    .seek(SeekFrom::Start(range.start))
                    .map_err(failed)?;
            }
            self.bytes.clear();
            // Growing by doubling would hold a large file twice, and begin with small pieces.
            let wanted = usize::try_from(end - range.start).unwrap_or(0);
            self.bytes.reserve_exact(wanted);
            (&mut self.file)
                .take(end - range.start)
                .read_to_end(&mut self.bytes)
                .map_err(failed)?;
            self.held = range.start..range.start + self.bytes.len() as u64;
            self.position = Some(self.held.end);
        }
        let from = (range.start - self.held.start) as usize;
        let to = ((end - self.held.start) as usize).min(self.bytes.len());
        Ok(self.bytes.get(from..to).unwrap_or_default())
    }
}
