//! The scratch folder: a part for each worker that lives, locked; parts of dead ones are removed.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What parts of workers are called before their numbers.
const PREFIX: &str = "worker-";

/// A worker's part of the scratch folder.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    next: AtomicU64,
    // The system lets it go with the process, however that ends. The file stays open as long as this lives.
    _lock: File,
}

impl Scratch {
    /// Takes a part, and removes those whose workers are gone.
    pub(super) fn open(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        let parent = parent.canonicalize()?;
        if parent.to_str().is_none() {
            return Err(io::Error::other("its path is no UTF-8"));
        }
        // Held while a part is made, so that nobody takes one for dead that has no lock yet.
        let gate = File::create(parent.join("lock"))?;
        gate.lock()?;
        let dead = dead(&parent)?;
        let (path, lock) = take(&parent)?;
        drop(gate);
        for (path, lock) in dead {
            drop(lock);
            // What cannot be removed now is tried again at the next start.
            let _ = fs::remove_dir_all(path);
        }
        fs::create_dir(path.join("home"))?;
        Ok(Self {
            path,
            next: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// Where it is, in UTF-8.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty home.
    pub(super) fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    /// An empty folder, removed with what is returned.
    pub(super) fn folder(&self) -> io::Result<Folder> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.path.join(number.to_string());
        fs::create_dir(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A folder that is removed with this.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Parts that nobody holds, held.
fn dead(parent: &Path) -> io::Result<Vec<(PathBuf, Option<File>)>> {
    let mut dead = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let is_part = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_part || !entry.file_type()?.is_dir() {
            continue;
        }
        match File::open(entry.path().join("lock")) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => dead.push((entry.path(), Some(lock))),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            },
            // Killed before it had one, or while it was removed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                dead.push((entry.path(), None))
            }
            Err(error) => return Err(error),
        }
    }
    Ok(dead)
}

fn take(parent: &Path) -> io::Result<(PathBuf, File)> {
    let own = std::process::id();
    let mut number = 0u64;
    loop {
        let path = parent.join(format!("{PREFIX}{own}-{number}"));
        match private().create(&path) {
            Ok(()) => {
                let lock = File::create(path.join("lock"))?;
                lock.lock()?;
                return Ok((path, lock));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes folders that only their owner reads: clones of private repositories lie there.
fn private() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are Unix's"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dead_workers_left_is_removed_and_what_living_ones_have_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let living = Scratch::open(parent.path()).unwrap();
        let folder = living.folder().unwrap();
        // As after a kill: the folder is there, nobody holds its lock.
        let dead = parent.path().join("worker-1-0");
        fs::create_dir(&dead).unwrap();
        File::create(dead.join("lock")).unwrap();
        fs::create_dir(dead.join("7")).unwrap();
        let unfinished = parent.path().join("worker-1-1");
        fs::create_dir(&unfinished).unwrap();
        let foreign = parent.path().join("else");
        fs::create_dir(&foreign).unwrap();

        let second = Scratch::open(parent.path()).unwrap();
        assert!(folder.path().is_dir());
        assert!(second.path().is_dir());
        assert_ne!(second.path(), living.path());
        assert!(!dead.exists());
        assert!(!unfinished.exists());
        assert!(foreign.is_dir());
        let was = folder.path().to_owned();
        drop(folder);
        assert!(!was.exists());
    }
}
