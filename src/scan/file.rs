//! A file's bytes by range. Files are read, not mapped: one that changes under a scan must not take the process with it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::detect::Source;
use crate::model::SkipReason;

/// The largest range that is read at once.
const MAX_READ: u64 = 256 << 20;

/// Room that a thread keeps from file to file: most files are small, and to ask for room for each takes longer than to read it.
const MAX_ROOM: usize = 1 << 20;

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Systems tell the time of a change in steps; one that is younger than this may have another beside it that cannot be told from it.
const STEP: Duration = Duration::from_secs(2);

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
    /// What tells, when a file was looked at, that its bytes were those that are hashed before or after; `None` where nothing can. `head`:
    /// its first bytes, which were read already. `is_read_again`: whoever looks at it does so past what is held here.
    pub(super) fn steady(&mut self, head: &[u8], is_read_again: bool) -> Option<Steady> {
        if is_read_again || self.length > MAX_ROOM as u64 {
            return State::of(&self.file).map(Steady::As);
        }
        // Read whole: what looks at the file later is given the same bytes.
        let length = self.length;
        let bytes = self.read_at(0..length).ok()?;
        let is_whole = bytes.len() as u64 == length && bytes.starts_with(head);
        is_whole.then_some(Steady::Held)
    }

    /// Feeds all bytes to a hash; false where they cannot be read, or the file is not as long as it was.
    pub(super) fn hash(&mut self, steady: &Steady, hasher: &mut blake3::Hasher) -> bool {
        let length = self.length;
        if matches!(steady, Steady::Held) {
            hasher.update(&self.bytes);
            return self.is_held();
        }
        let before = hasher.count();
        let file = self.file();
        file.seek(SeekFrom::Start(0)).is_ok()
            && hasher.update_reader(file.take(length)).is_ok()
            && hasher.count() - before == length
    }

    /// Whether nothing else was read meanwhile.
    pub(super) fn is_still(&self, steady: &Steady) -> bool {
        match steady {
            Steady::Held => self.is_held(),
            Steady::As(state) => State::of(&self.file).as_ref() == Some(state),
        }
    }

    /// Whether all of the file is held.
    fn is_held(&self) -> bool {
        self.held == (0..self.length) && self.bytes.len() as u64 == self.length
    }

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

/// What tells that the same bytes were read twice.
pub(super) enum Steady {
    /// They are held in memory until the file is closed.
    Held,
    /// The file has this state.
    As(State),
}

/// What tells that a file was not changed.
#[derive(PartialEq, Eq)]
pub(super) struct State {
    length: u64,
    modified: SystemTime,
    /// When anything about it was changed, where the system tells; nobody can set that.
    changed: (i64, i64),
}

impl State {
    fn of(file: &File) -> Option<Self> {
        let about = file.metadata().ok()?;
        let modified = about.modified().ok()?;
        // One that is being written just now is not known by its times.
        let age = SystemTime::now().duration_since(modified).ok()?;
        (age >= STEP).then(|| Self {
            length: about.len(),
            modified,
            changed: changed(&about),
        })
    }
}

#[cfg(unix)]
fn changed(about: &std::fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (about.ctime(), about.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_about: &std::fs::Metadata) -> (i64, i64) {
    (0, 0)
}
