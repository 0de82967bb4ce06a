//! Git's index: which files are tracked, and what each held when git last looked, so that most need not be read again.
//!
//! Read by our own lines (versions 2 to 4, split or not): the caches that git appends to the list are of no use here, and a reader of
//! them recurses as deep as the file says; and paths of version 4, each told by its difference from the one before, are never kept.
//! The format: <https://git-scm.com/docs/index-format>.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use gix::ObjectId;
use gix::hash::Kind;
use gix::index::entry::Stat;
use gix::index::entry::stat::Time;

/// Larger indexes are of no use: five million files.
const MAX_BYTES: u64 = 512 << 20;

/// No file system has longer paths.
const MAX_PATH: usize = 64 << 10;

/// Bytes of an entry before its object's name: two times of 8 bytes, and six numbers.
const STAT: usize = 40;

/// What the index says of one path.
pub(super) struct Entry {
    stat: Stat,
    /// What was staged.
    pub(super) id: ObjectId,
    /// When the index was written, in seconds.
    written: i64,
    /// Whether there is one version of the file, not the sides of a merge.
    merged: bool,
}

impl Entry {
    /// Whether the file at the path still is what was staged, as far as the file system tells. Not where it may have been written in the
    /// same second as the index: <https://git-scm.com/docs/racy-git>.
    pub(super) fn is_of(&self, path: &Path) -> bool {
        let stat = gix::index::fs::Metadata::from_path_no_follow(path)
            .ok()
            .and_then(|about| Stat::from_fs(&about).ok());
        let fresh = self.written <= i64::from(self.stat.mtime.secs);
        self.merged
            && !fresh
            && stat.is_some_and(|stat| self.stat.matches(&stat, Default::default()))
    }
}

/// Why an index is of no use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable;

/// Tells every tracked path and what is known of it. A repository without an index tracks nothing.
pub(super) fn read(
    folder: &Path,
    kind: Kind,
    each: &mut dyn FnMut(&[u8], Entry),
) -> Result<(), Unusable> {
    let path = folder.join("index");
    if std::fs::symlink_metadata(&path).is_err() {
        return Ok(());
    }
    let shared = read_file(&path, kind, each)?;
    // The rest of a split index. What the first part replaces or deletes is told once more: a file that was tracked is none that git
    // ignores. When its files looked so is not known: git touches it whenever it is used.
    if let Some(shared) = shared {
        let path = folder.join(format!("sharedindex.{shared}"));
        let mut undated = |path: &[u8], entry: Entry| {
            each(
                path,
                Entry {
                    written: 0,
                    ..entry
                },
            )
        };
        if read_file(&path, kind, &mut undated)?.is_some() {
            return Err(Unusable);
        }
    }
    Ok(())
}

fn read_file(
    path: &Path,
    kind: Kind,
    each: &mut dyn FnMut(&[u8], Entry),
) -> Result<Option<ObjectId>, Unusable> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|_| Unusable)?;
    let about = file.metadata().map_err(|_| Unusable)?;
    let modified = about.modified().ok();
    let written = modified
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0);
    if !about.is_file() || about.len() > MAX_BYTES {
        return Err(Unusable);
    }
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|_| Unusable)?;
    entries(&bytes, kind, written, each).ok_or(Unusable)?
}

/// `None` where the bytes end too early. The inner error is an index that needs what this version does not know.
fn entries(
    bytes: &[u8],
    kind: Kind,
    written: i64,
    each: &mut dyn FnMut(&[u8], Entry),
) -> Option<Result<Option<ObjectId>, Unusable>> {
    let hash = kind.len_in_bytes();
    let (head, mut rest) = bytes.split_at_checked(12)?;
    let version = number(head, 4)?;
    if !head.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut path = Vec::new();
    for _ in 0..number(head, 8)? {
        let fixed = rest.get(..STAT + hash + 2)?;
        let entry = Entry {
            stat: stat(fixed)?,
            id: ObjectId::try_from(&fixed[STAT..STAT + hash]).ok()?,
            written,
            merged: fixed[STAT + hash] & 0x30 == 0,
        };
        let is_extended = version > 2 && fixed[STAT + hash] & 0x40 != 0;
        let before = fixed.len() + 2 * usize::from(is_extended);
        let mut name = rest.get(before..)?;
        if version == 4 {
            let (cut, after) = offset(name)?;
            path.truncate(path.len().checked_sub(cut)?);
            name = after
        } else {
            path.clear()
        }
        let length = memchr::memchr(0, name)?;
        path.extend_from_slice(&name[..length]);
        if path.len() > MAX_PATH {
            return None;
        }
        rest = if version == 4 {
            &name[length + 1..]
        } else {
            // One to eight zeros, so that the next entry begins at a multiple of eight.
            rest.get((before + length + 8) & !7..)?
        };
        // What only replaces an entry of the shared part has no name.
        if !path.is_empty() {
            each(&path, entry)
        }
    }
    extensions(rest, hash)
}

/// What follows the list. Those whose name begins with a small letter are needed to understand it: `link` names the other part of a
/// split index, and `sdir` says that some entries are folders.
fn extensions(mut rest: &[u8], hash: usize) -> Option<Result<Option<ObjectId>, Unusable>> {
    let mut shared = None;
    while rest.len() > hash {
        let (head, after) = rest.split_at_checked(8)?;
        let (data, next) = after.split_at_checked(usize::try_from(number(head, 4)?).ok()?)?;
        match &head[..4] {
            b"link" => {
                let id = ObjectId::try_from(data.get(..hash)?).ok()?;
                // All zeros: there is no other part.
                shared = (!id.is_null()).then_some(id)
            }
            b"sdir" => {}
            [first, ..] if first.is_ascii_uppercase() => {}
            _ => return Some(Err(Unusable)),
        }
        rest = next
    }
    Some(Ok(shared))
}

fn stat(fixed: &[u8]) -> Option<Stat> {
    let time = |at: usize| {
        Some(Time {
            secs: number(fixed, at)?,
            nsecs: number(fixed, at + 4)?,
        })
    };
    Some(Stat {
        ctime: time(0)?,
        mtime: time(8)?,
        dev: number(fixed, 16)?,
        ino: number(fixed, 20)?,
        // Between them stands the mode.
        uid: number(fixed, 28)?,
        gid: number(fixed, 32)?,
        size: number(fixed, 36)?,
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

/// The number in the form of git's packs: seven bits a byte, and every further byte counts one more.
fn offset(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
        value = (value + 1) << 7
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these paths, each with the whole path in version 2, and with what differs in version 4.
    fn written(version: u32, paths: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend((paths.len() as u32).to_be_bytes());
        let mut last = "";
        for path in paths {
            let start = bytes.len();
            bytes.extend([0; STAT]);
            bytes.extend([7; 20]);
            bytes.extend((path.len() as u16).to_be_bytes());
            if version == 4 {
                let same = last.bytes().zip(path.bytes());
                let same = same.take_while(|(a, b)| a == b).count();
                bytes.push((last.len() - same) as u8);
                bytes.extend(&path.as_bytes()[same..]);
                bytes.push(0);
            } else {
                bytes.extend(path.as_bytes());
                let length = bytes.len() - start;
                bytes.resize(start + ((length + 8) & !7), 0);
            }
            last = path
        }
        bytes.extend(b"TREE\0\0\0\x02ab");
        bytes.extend([0; 20]);
        bytes
    }

    fn names(bytes: &[u8]) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let read = entries(bytes, Kind::Sha1, 0, &mut |path, _| {
            names.push(String::from_utf8_lossy(path).into_owned())
        })?;
        (read == Ok(None)).then_some(names)
    }

    #[test]
    fn paths_of_every_version_are_read() {
        let paths = ["a.py", "folder/b.py", "folder/b.pyc", "folder/sub/c.py"];
        assert_eq!(names(&written(2, &paths)).expect("read"), paths);
        assert_eq!(names(&written(3, &paths)).expect("read"), paths);
        assert_eq!(names(&written(4, &paths)).expect("read"), paths);
        assert_eq!(names(&written(5, &paths)), None);
    }

    #[test]
    fn an_index_cut_anywhere_is_of_no_use_and_does_no_harm() {
        for version in [2, 4] {
            let whole = written(version, &["a.py", "folder/b.py"]);
            for end in 0..whole.len() - 30 {
                assert_eq!(names(&whole[..end]), None, "{version} {end}");
            }
        }
    }

    #[test]
    fn an_extension_that_must_be_understood_and_is_not_makes_an_index_useless() {
        let mut bytes = written(2, &["a.py"]);
        bytes.truncate(bytes.len() - 20);
        bytes.extend(b"new!\0\0\0\0");
        bytes.extend([0; 20]);
        let read = entries(&bytes, Kind::Sha1, 0, &mut |_, _| {});
        assert_eq!(read, Some(Err(Unusable)));
    }

    #[test]
    fn numbers_of_more_than_one_byte_are_read_as_git_writes_them() {
        assert_eq!(offset(&[0x05, 9]), Some((5, &[9][..])));
        // From git's own table: 128 is the first number of two bytes.
        assert_eq!(offset(&[0x80, 0x00]), Some((128, &[][..])));
        assert_eq!(offset(&[0xff; 9]), None);
    }
}
