//! Archives, packages and images: what is inside is given out member by member, through as many layers as there are.
//!
//! Format readers are libraries (one file a format here); the way through the layers, the limits and the names are ours. Archives that are
//! read front to back are never held; one that needs its directory first is read from the file, or, inside another archive, from memory
//! within a limit. Nothing is written to disk, nothing is executed, and what was not read is told with its reason.
//!
//! Not here: what the members hold (`look`), which layer of an image counts (`image`), and which package a place belongs to (`owners`).

mod ar;
mod cpio;
mod digest;
mod fence;
mod level;
pub(super) mod limits;
mod name;
mod rpm;
mod sevenz;
mod sniff;
mod squashfs;
mod stream;
mod tar;
mod unpacker;
mod zip;

use std::io::{self, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use self::limits::{Budget, Limits, Packed};
use crate::detect::package::Record;
use crate::model::{Package, Skip, SkipReason};

pub use self::fence::is_fenced;
pub(super) use self::fence::within as fenced;
pub(super) use self::name::hash;
pub(super) use self::unpacker::Unpacker;

/// The first bytes of a member that decide what it is.
pub(super) use crate::detect::HEAD;

/// Bytes that can be read back and forth.
pub(super) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Why an archive could not be read to its end.
#[derive(Debug)]
pub(super) struct Broken {
    reason: SkipReason,
    detail: String,
}

impl Broken {
    fn new(detail: impl Into<String>) -> Self {
        Self {
            reason: SkipReason::Damaged,
            detail: detail.into(),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        let reason = if stream::is_trailing(&error) {
            SkipReason::TrailingData
        } else if stream::needs_memory(&error) {
            SkipReason::LimitMemory
        } else {
            SkipReason::Damaged
        };
        Self {
            reason,
            detail: error.to_string(),
        }
    }
}

impl From<rawzip::Error> for Broken {
    fn from(error: rawzip::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// What a format reader gives its members to. `Break` means that nothing more is wanted.
trait Members {
    fn limits(&self) -> &Limits;
    /// Whether a limit has ended the whole file.
    fn is_over(&self) -> bool;
    /// A regular file. `packed` says how its bytes are accounted where reading them unpacks something; whatever is left unread is the
    /// format reader's to skip.
    fn file(
        &mut self,
        name: &[u8],
        packed: Option<Packed<'static>>,
        data: &mut dyn Read,
    ) -> ControlFlow<()>;
    /// A folder, which counts only where layers lie on each other.
    fn folder(&mut self, name: &[u8]);
    /// A symbolic link.
    fn link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()>;
    /// Another name of a member.
    fn hard_link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()>;
    /// A member that is not read.
    fn unread(&mut self, name: &[u8], reason: SkipReason, detail: &str) -> ControlFlow<()>;
    /// A member that is read, and whose name says more than one thing.
    fn odd_name(&mut self, name: &[u8], detail: &str);
    /// Something about the archive itself.
    fn note(&mut self, reason: SkipReason, detail: &str);
    /// The package that the archive is.
    fn package(&mut self, package: Package);
    /// Bytes that nobody reads and that have to be unpacked all the same, to come to what is behind them.
    fn drain(&mut self, packed: Packed<'static>, data: &mut dyn Read) -> io::Result<()>;
    /// The archive goes on in another form: the payload of a package, what follows in an initramfs.
    fn more(&mut self, rest: &mut dyn Read) -> Result<(), Broken>;
}

/// What unpacking a file gives out.
pub(super) trait Sink {
    /// Whether something looks at an artifact of this path that begins with these bytes.
    fn wants(&self, path: &Arc<str>, head: &[u8]) -> bool;
    /// Whether the user wants this path, inside of an archive, left out.
    fn leaves_out(&self, path: &str) -> bool;
    /// A member that is wanted.
    fn take(&mut self, path: Arc<str>, bytes: Vec<u8>);
    /// The bytes of an archive inside another one, before its members; of a package their beginning. What signs it as a whole is there.
    fn archive(&mut self, path: &Arc<str>, bytes: &[u8]);
    /// A member with two names: what was seen under one is there under the other.
    fn linked(&mut self, from: Arc<str>, to: Arc<str>);
    /// A member that nothing looks at.
    fn pass(&mut self);
    /// A member that is not looked at, perhaps because a pattern leaves it out.
    fn left_out(&mut self, _path: &str) {}
    /// An archive was opened.
    fn opened(&mut self, form: &'static str);
    /// Something was not, or not wholly, read.
    fn skip(&mut self, skip: Skip);
    /// What an archive says of the package it is.
    fn package(&mut self, path: &Arc<str>, record: Record);
}

/// Gives out every member of an archive in memory, with its path, through all layers; what was not read is returned. `name` is what the
/// archive is called.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let mut archive = tar::Builder::new(Vec::new());
/// let mut header = tar::Header::new_gnu();
/// header.set_size(5);
/// archive.append_data(&mut header, "a/keys.txt", &b"hello"[..])?;
/// let archive = archive.into_inner()?;
///
/// let mut seen = Vec::new();
/// let skips = pqscan::scan::members("x.tar", &archive, &Default::default(), &mut |path, bytes| {
///     seen.push((path.to_owned(), bytes.len()))
/// });
/// assert_eq!(seen, [("x.tar!/a/keys.txt".to_owned(), 5)]);
/// assert!(skips.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn members(
    name: &str,
    archive: &[u8],
    limits: &Limits,
    each: &mut dyn FnMut(&str, &[u8]),
) -> Vec<Skip> {
    let mut sink = Everything {
        each,
        skips: Vec::new(),
    };
    let budget = Budget::new(limits, archive.len() as u64);
    let large = Mutex::default();
    let mut unpacker = Unpacker::new(&mut sink, &budget, &large);
    let head = &archive[..archive.len().min(HEAD)];
    let mut file = Cursor::new(archive);
    if Unpacker::is_archive(head, &mut file) {
        unpacker.open_file(&name.into(), head, &mut file)
    }
    unpacker.finish();
    sink.skips
}

/// Wants every member.
struct Everything<'e> {
    each: &'e mut dyn FnMut(&str, &[u8]),
    skips: Vec<Skip>,
}

impl Sink for Everything<'_> {
    fn wants(&self, _path: &Arc<str>, _head: &[u8]) -> bool {
        true
    }

    fn leaves_out(&self, _path: &str) -> bool {
        false
    }

    fn take(&mut self, path: Arc<str>, bytes: Vec<u8>) {
        (self.each)(&path, &bytes)
    }

    fn archive(&mut self, _path: &Arc<str>, _bytes: &[u8]) {}

    fn linked(&mut self, _from: Arc<str>, _to: Arc<str>) {}

    fn pass(&mut self) {}

    fn opened(&mut self, _form: &'static str) {}

    fn skip(&mut self, skip: Skip) {
        self.skips.push(skip)
    }

    fn package(&mut self, _path: &Arc<str>, _record: Record) {}
}

/// Fills a buffer as far as there are bytes; an error that came before it was full stands beside what came before it.
fn fill(data: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match data.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// Reads so many bytes and drops them; how many there were.
fn discard(data: &mut dyn Read, bytes: u64) -> io::Result<u64> {
    let mut buffer = [0; 8 << 10];
    let mut left = bytes;
    while left > 0 {
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match fill(data, &mut buffer[..most]) {
            (0, None) => break,
            (read, None) => left -= read as u64,
            (_, Some(error)) => return Err(error),
        }
    }
    Ok(bytes - left)
}

/// Fills a buffer as far as there are bytes.
fn read_up_to(data: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    match fill(data, buffer) {
        (read, None) => Ok(read),
        (_, Some(error)) => Err(error),
    }
}
