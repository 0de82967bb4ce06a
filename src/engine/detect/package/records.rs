//! What the readers add to: the records of one file, within what a real one can hold.
//!
//! A few bytes can ask for a long path or another package, so the memory that records take is counted, not the file's size alone.

use std::sync::Arc;

use super::{Owns, Record, Unread};
use crate::model::{Package, SkipReason};

/// The rank of metadata of which its place allows no doubt.
const CERTAIN: u8 = 100;
/// What the records of one file may take in memory: a million files with paths of 80 characters.
const MAX_BYTES: u64 = 128 << 20;
/// The same for each byte of the file, since some forms write a folder once and its files below it: real ones take up to 20.
const EACH_BYTE: u64 = 32;
/// What small files may take whatever their size.
const GRACE: u64 = 1 << 20;
/// What a path takes besides its text, roughly.
const PATH: usize = 48;
/// What a package takes, roughly.
const PACKAGE: usize = 512;
/// Longer than any path that a system accepts.
pub(super) const MAX_PATH: usize = 4096;

/// The records of one file.
#[derive(Debug)]
pub(super) struct Records {
    list: Vec<Record>,
    left: usize,
    /// The last root, which all entries of a database share.
    root: Arc<str>,
}

impl Records {
    /// None yet, of a file of so many bytes.
    pub(super) fn of(bytes: u64) -> Self {
        let most = bytes.saturating_mul(EACH_BYTE).saturating_add(GRACE);
        Self {
            list: Vec::new(),
            left: usize::try_from(most.min(MAX_BYTES)).unwrap_or(usize::MAX),
            root: "".into(),
        }
    }

    /// Adds a package's own metadata whose place allows no doubt.
    pub(super) fn itself(&mut self, package: Option<Package>, owns: Owns) {
        self.ranked(package, owns, CERTAIN);
    }

    /// Adds a package's own metadata.
    pub(super) fn ranked(&mut self, package: Option<Package>, owns: Owns, rank: u8) {
        self.list.extend(package.map(|package| Record::Itself {
            package,
            owns,
            rank,
        }));
    }

    /// Adds the distribution of a root file system.
    pub(super) fn system(&mut self, root: &str, distribution: &str) {
        let root = self.shared(root);
        self.list.push(Record::System {
            root,
            distribution: distribution.to_owned(),
        });
    }

    /// Adds an entry of a database.
    pub(super) fn installed(
        &mut self,
        root: &str,
        key: &str,
        package: Package,
    ) -> Result<(), Unread> {
        self.spend(PACKAGE + key.len())?;
        let root = self.shared(root);
        self.list.push(Record::Installed {
            root,
            key: key.to_owned(),
            package,
        });
        Ok(())
    }

    /// Adds an entry's files, if it has any; those until the memory is spent stay.
    pub(super) fn files(
        &mut self,
        root: &str,
        key: &str,
        paths: impl IntoIterator<Item = String>,
    ) -> Result<(), Unread> {
        let mut files = Vec::new();
        let mut result = Ok(());
        for path in paths {
            if path.is_empty() || path.len() > MAX_PATH {
                continue;
            }
            result = self.spend(PATH + path.len());
            if result.is_err() {
                break;
            }
            files.push(path);
        }
        if !files.is_empty() {
            let root = self.shared(root);
            self.list.push(Record::Files {
                root,
                key: key.to_owned(),
                files,
            });
        }
        result
    }

    /// The records, in the order of the file.
    pub(super) fn into_list(self) -> Vec<Record> {
        self.list
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Unread> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            let detail = "packages and paths take too much memory for the size of the file";
            (SkipReason::LimitMemory, detail.to_owned())
        })?;
        Ok(())
    }

    fn shared(&mut self, root: &str) -> Arc<str> {
        if *self.root != *root {
            self.root = root.into();
        }
        self.root.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_fits_stays() {
        let mut records = Records {
            left: 2 * (PATH + 1),
            ..Records::of(0)
        };
        let paths = std::iter::repeat_n("a".to_owned(), 1000);
        let (reason, _) = records.files("", "k", paths).unwrap_err();
        assert_eq!(reason, SkipReason::LimitMemory);
        let list = records.into_list();
        assert!(matches!(&list[..], [Record::Files { files, .. }] if files.len() == 2));
    }

    #[test]
    fn a_path_that_no_system_accepts_is_left_out() {
        let mut records = Records::of(0);
        let paths = ["a".repeat(MAX_PATH + 1), String::new()];
        records.files("", "k", paths).unwrap();
        assert_eq!(records.into_list(), []);
    }
}
