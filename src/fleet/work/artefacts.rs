//! Folders of artefacts: no git keeps them, so their paths and contents say whether they changed.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Checkout;
use crate::fleet::failure::Failure;

/// What stands in the way of a file's content.
const UNREADABLE: [u8; 32] = [0; 32];

/// The folder as it stands.
pub(super) fn checkout(folder: &Path) -> Result<Checkout, Failure> {
    let wrong = |what: &str| Err(Failure::permanent(format!("its folder {what}")));
    let dir = match folder.canonicalize() {
        Ok(dir) if dir.is_dir() => dir,
        Ok(_) => return wrong("is no folder"),
        Err(error) => return wrong(&format!("cannot be read: {}", error.kind())),
    };
    if let Err(error) = fs::read_dir(&dir) {
        return wrong(&format!("cannot be read: {}", error.kind()));
    }
    let mut found = Vec::new();
    let mut waiting = vec![(dir.clone(), Vec::new())];
    while let Some((folder, below)) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            found.push((below, Kind::Closed, folder));
            continue;
        };
        // As the scan, which does not look into these either.
        for entry in entries.flatten().filter(|e| e.file_name() != ".git") {
            let mut path = below.clone();
            if !path.is_empty() {
                path.push(b'/')
            }
            path.extend_from_slice(entry.file_name().as_encoded_bytes());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push((entry.path(), path)),
                Ok(kind) if kind.is_file() => found.push((path, Kind::File, entry.path())),
                Ok(kind) if kind.is_symlink() => found.push((path, Kind::Link, entry.path())),
                _ => found.push((path, Kind::Other, entry.path())),
            }
        }
    }
    found.sort();
    let contents: Vec<([u8; 32], u64)> = found
        .par_iter()
        .map(|(_, kind, path)| match kind {
            Kind::File => content(path),
            Kind::Link => {
                let target = fs::read_link(path).unwrap_or_default();
                let hash = blake3::hash(target.as_os_str().as_encoded_bytes());
                (*hash.as_bytes(), 0)
            }
            Kind::Closed | Kind::Other => (UNREADABLE, 0),
        })
        .collect();
    let mut tree = blake3::Hasher::new();
    for ((path, kind, _), (hash, _)) in found.iter().zip(&contents) {
        tree.update(&(path.len() as u64).to_le_bytes());
        tree.update(path);
        tree.update(&[*kind as u8]);
        tree.update(hash);
    }
    Ok(Checkout {
        dir,
        commit: String::new(),
        tree: tree.finalize().to_hex().to_string(),
        files: found.len() as u64,
        bytes: contents.iter().map(|(_, bytes)| bytes).sum(),
        _folder: None,
    })
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File = b'f' as isize,
    Link = b'l' as isize,
    /// A folder that cannot be read.
    Closed = b'c' as isize,
    /// A device, socket or pipe.
    Other = b'o' as isize,
}

/// The blake3 of a file, read in pieces, and its bytes.
fn content(path: &PathBuf) -> ([u8; 32], u64) {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 << 10];
    let mut bytes = 0;
    let Ok(mut file) = File::open(path) else {
        return (UNREADABLE, 0);
    };
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return (*hasher.finalize().as_bytes(), bytes),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return (UNREADABLE, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_artefacts_changes_with_paths_and_contents_and_with_nothing_else() {
        let one = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        for (dir, order) in [(&one, ["b/x.jar", "a.bin"]), (&other, ["a.bin", "b/x.jar"])] {
            for path in order {
                let path = dir.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, path.file_name().unwrap().as_encoded_bytes()).unwrap();
            }
        }
        let tree = |dir: &tempfile::TempDir| checkout(dir.path()).unwrap().tree;
        assert_eq!(tree(&one), tree(&other));
        let before = tree(&one);
        // What the scan does not see either.
        fs::create_dir(one.path().join(".git")).unwrap();
        fs::write(one.path().join(".git/HEAD"), "x").unwrap();
        assert_eq!(tree(&one), before);
        fs::rename(one.path().join("a.bin"), one.path().join("c.bin")).unwrap();
        assert_ne!(tree(&one), before);
        fs::write(other.path().join("a.bin"), "a.biN").unwrap();
        assert_ne!(tree(&other), before);
        assert_ne!(tree(&other), tree(&one));
        let found = checkout(other.path()).unwrap();
        assert_eq!((found.files, found.bytes), (2, 10));
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_passing_trouble() {
        use crate::fleet::failure::Class;

        let dir = tempfile::tempdir().unwrap();
        let failure = checkout(&dir.path().join("none")).unwrap_err();
        assert_eq!(failure.class, Class::Permanent);
        fs::write(dir.path().join("file"), "").unwrap();
        let failure = checkout(&dir.path().join("file")).unwrap_err();
        assert_eq!(failure.reason, "its folder is no folder");
    }
}
