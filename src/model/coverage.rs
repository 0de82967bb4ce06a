//! What a scan was asked to look at, what it looked at, and what it found.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::artifact::Skip;
use super::binary::Binary;
use super::finding::Finding;

/// What a scan brought.
#[derive(Debug, Default)]
pub struct Found {
    /// The findings of each artifact that has any, sorted by path.
    pub findings: Vec<Vec<Finding>>,
    /// The executables and libraries of which something is worth telling, sorted by path.
    pub binaries: Vec<Binary>,
    /// Comments that accept what was found, sorted by place.
    pub accepted: Vec<InlineWaiver>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What it was.
    pub subject: Subject,
}

/// A comment that accepts what was found: `pqscan: accept …`. Text of the code under scan, and not read yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InlineWaiver {
    /// The file's path.
    pub path: Arc<str>,
    /// The line that it stands on.
    pub line: u32,
    /// The line that it is about: its own, or, where nothing else stands there, the one below the comment.
    pub covers: u32,
    /// What stands after `accept`, to the end of the line; cut where it is long.
    pub text: Arc<str>,
}

/// What the scanned project's own settings and comments changed about the scan itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByProject {
    /// The keys of its settings that leave something out, or can.
    pub keys: Vec<&'static str>,
    /// Files, and members of archives, that its patterns left out and nobody else's.
    pub left_out: u64,
    /// Its settings and comments were left aside, as the user asked.
    pub is_ignored: bool,
    /// Comments that accept something, beyond the number that is kept.
    pub comments_beyond: u64,
}

/// What was looked at, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Files met on the walk, and members of archives: what is inside counts as if it lay in a folder.
    pub files_seen: u64,
    /// Bytes of the files on the walk.
    pub bytes_seen: u64,
    /// Archives, packages, images and compressed files that were opened, at any depth.
    pub archives: u64,
    /// How many of each form.
    pub by_form: BTreeMap<&'static str, u64>,
    /// Members seen in them.
    pub members: u64,
    /// Bytes that came out of compression, of all layers.
    pub bytes_unpacked: u64,
    /// Files of a language or form this version reads, searched for anchors.
    pub files_searched: u64,
    /// Their bytes.
    pub bytes_searched: u64,
    /// Files that held an anchor and were parsed.
    pub files_parsed: u64,
    /// Their bytes.
    pub bytes_parsed: u64,
    /// Files parsed, by language.
    pub by_language: BTreeMap<&'static str, u64>,
    /// Files of no form this version reads.
    pub files_other: u64,
    /// What was not, or not wholly, read; sorted.
    pub skips: Vec<Skip>,
    /// What the scanned project itself had left out.
    pub by_project: ByProject,
}

/// What the scan was asked to look at.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The root's own name (its last path component).
    pub name: String,
    /// The root as the user wrote it; for the terminal only.
    pub shown: String,
    /// What to put before a place's path so that it opens from where the user stands; for the terminal only. Empty, or ends in `/`.
    pub base: String,
    /// The commit, where the root is a git work tree, read from its files.
    pub commit: Option<String>,
    /// The remote's address without credentials, likewise.
    pub remote: Option<Arc<str>>,
    /// What the findings are narrowed to, if they are.
    pub since: Option<Since>,
}

/// The findings are only those in files that changed since a commit. All files were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The revision that the user named.
    pub rev: String,
    /// The commit where `HEAD` and the revision part, hexadecimal.
    pub commit: String,
    /// The files that changed, were not deleted, and were to be looked at.
    pub files: u64,
}
