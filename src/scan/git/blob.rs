//! Whether a file of the work tree holds what git stored.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use gix::ObjectId;
use gix::hash::Kind;

use crate::scan::file;

/// Bytes read at once.
const PIECE: usize = 128 << 10;

/// Whether a file's bytes are those of a blob. A file that was checked out with the line endings of another system counts as the same:
/// git would say so too, where it is set up to, and the places in it are the same.
pub(super) fn is(path: &Path, blob: ObjectId) -> io::Result<bool> {
    let (mut file, length) = file::open(path)?;
    let whole = digest(&mut file, length, blob.kind(), false)?;
    if whole.id == Some(blob) {
        return Ok(true);
    }
    if whole.pairs == 0 || whole.has_zero {
        return Ok(false);
    }
    file.rewind()?;
    let plain = digest(&mut file, length - whole.pairs, blob.kind(), true)?;
    Ok(plain.id == Some(blob))
}

/// What came of reading a file.
struct Digest {
    /// What git would call these bytes; none where they were not as many as the file system said.
    id: Option<ObjectId>,
    /// Carriage returns before a line feed.
    pairs: u64,
    /// Whether it is no text.
    has_zero: bool,
}

/// Reads a file of which `length` bytes count: all, or those that are no carriage return before a line feed.
fn digest(file: &mut File, length: u64, kind: Kind, unpaired: bool) -> io::Result<Digest> {
    let mut hasher = gix::hash::hasher(kind);
    hasher.update(format!("blob {length}\0").as_bytes());
    let mut digest = Digest {
        id: None,
        pairs: 0,
        has_zero: false,
    };
    let mut counted = 0u64;
    let mut count = |bytes: &[u8]| {
        counted += bytes.len() as u64;
        hasher.update(bytes)
    };
    let mut piece = vec![0; PIECE];
    // Whether the last byte before this piece was a carriage return.
    let mut returned = false;
    loop {
        let read = match file.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = &piece[..read];
        digest.has_zero |= memchr::memchr(0, bytes).is_some();
        if unpaired && returned && bytes.first() != Some(&b'\n') {
            count(b"\r")
        }
        let mut from = 0;
        for at in memchr::memchr_iter(b'\n', bytes) {
            let is_pair = match at.checked_sub(1) {
                Some(before) => bytes[before] == b'\r',
                None => returned,
            };
            if !is_pair {
                continue;
            }
            digest.pairs += 1;
            if unpaired {
                count(&bytes[from..at.saturating_sub(1)]);
                from = at
            }
        }
        if read == 0 {
            break;
        }
        returned = bytes.ends_with(b"\r");
        let end = read - usize::from(unpaired && returned);
        count(&bytes[from..end]);
    }
    if counted == length {
        digest.id = hasher.try_finalize().ok()
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(bytes: &[u8]) -> ObjectId {
        let mut hasher = gix::hash::hasher(Kind::Sha1);
        hasher.update(format!("blob {}\0", bytes.len()).as_bytes());
        hasher.update(bytes);
        hasher.try_finalize().expect("it ends")
    }

    fn holds(file: &[u8], stored: &[u8]) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, file).expect("writable");
        is(&path, blob(stored)).expect("readable")
    }

    #[test]
    fn a_blob_has_the_name_that_git_gives_it() {
        // `echo hello | git hash-object --stdin`
        let name = blob(b"hello\n").to_string();
        assert_eq!(name, "ce013625030ba8dba906f756967f9e9ca394464a");
        assert!(holds(b"hello\n", b"hello\n"));
        assert!(!holds(b"hello", b"hello\n"));
        assert!(holds(b"", b""));
    }

    #[test]
    fn other_line_endings_are_no_change_but_in_what_is_no_text() {
        assert!(holds(b"a\r\nb\r\n\rc\r\n\r", b"a\nb\n\rc\n\r"));
        assert!(!holds(b"a\r\nb\r\n", b"a\nB\n"));
        assert!(!holds(b"\0a\r\nb\r\n", b"\0a\nb\n"));
        // The stored form is compared as it is first.
        assert!(holds(b"a\r\nb\r\n", b"a\r\nb\r\n"));
    }

    #[test]
    fn a_pair_that_lies_across_two_pieces_is_one() {
        for before in [PIECE - 2, PIECE - 1, PIECE] {
            let stored = [&vec![b'a'; before][..], b"\nb\n"].concat();
            let file = [&vec![b'a'; before][..], b"\r\nb\r\n"].concat();
            assert!(holds(&file, &stored), "{before}");
            let file = [&vec![b'a'; before][..], b"\rb\r\n"].concat();
            assert!(!holds(&file, &stored), "{before}");
            let stored = [&vec![b'a'; before][..], b"\rb\n"].concat();
            assert!(holds(&file, &stored), "{before}");
        }
    }
}
