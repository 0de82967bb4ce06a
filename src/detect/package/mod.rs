//! Package metadata: what a package says of itself, and what a database of installed packages says of the files it brought.
//!
//! Nothing is executed and nothing is asked of a registry; which place a package owns is decided where all records are known
//! (`scan::owners`). Not here: dependencies, versions that others ask for, signatures.

use std::sync::Arc;

use super::{Detection, Detector, Source};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Package};

/// What one file says of packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A package's own metadata, which ships with it.
    Itself {
        /// The package.
        package: Package,
        /// What belongs to it.
        owns: Owns,
        /// Where one container has several, the highest rank counts.
        rank: u8,
    },
    /// An entry of a database of installed packages.
    Installed {
        /// The root of the file system that the database describes: what stands before the database's own path; empty, or ends in `/`.
        root: Arc<str>,
        /// What ties the entry to its `Files`, unique in the root: the database's kind and its own key (`dpkg:openssl:amd64`).
        key: String,
        /// The package.
        package: Package,
    },
    /// Files that an installed package brought.
    Files {
        /// As for `Installed`.
        root: Arc<str>,
        /// As for `Installed`.
        key: String,
        /// Paths below the root, without a leading `/`.
        files: Vec<String>,
    },
}

/// What belongs to a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owns {
    /// All of an archive: 1 is the one that holds the metadata as a member, 2 the one around it (`control` in `control.tar` in a `.deb`).
    Container(usize),
    /// All below a folder, given as the beginning of paths: empty, or ends in `/`.
    Folder(Arc<str>),
}

/// The detector for package metadata.
pub struct Packages;

impl Detector for Packages {
    fn claims(&self, _artifact: &Artifact, _head: &[u8]) -> bool {
        false
    }

    fn looks_for_cryptography(&self) -> bool {
        false
    }

    fn detect(
        &self,
        _artifact: &Artifact,
        _bytes: &mut dyn Source,
        _known: &Knowledge,
    ) -> Detection {
        Detection::default()
    }
}
