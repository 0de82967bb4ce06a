//! What a scan was asked to look at, what it looked at, and what it found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::artifact::{Skip, SkipReason};
use super::binary::Binary;
use super::finding::Finding;
use super::interned::{self, Static};

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByProject {
    /// The keys of its settings that leave something out, or can.
    #[serde(deserialize_with = "interned::list")]
    pub keys: Vec<Static>,
    /// Files, and members of archives, that its patterns left out and nobody else's.
    pub left_out: u64,
    /// Its settings and comments were left aside, as the user asked.
    pub is_ignored: bool,
    /// Comments that accept something, beyond the number that is kept.
    pub comments_beyond: u64,
}

/// What was looked at, and what was not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Files met on the walk, and members of archives: what is inside counts as if it lay in a folder.
    pub files_seen: u64,
    /// Bytes of the files on the walk.
    pub bytes_seen: u64,
    /// Archives, packages, images and compressed files that were opened, at any depth.
    pub archives: u64,
    /// How many of each form.
    #[serde(deserialize_with = "interned::counts")]
    pub by_form: BTreeMap<Static, u64>,
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
    #[serde(deserialize_with = "interned::counts")]
    pub by_language: BTreeMap<Static, u64>,
    /// Files of no form this version reads.
    pub files_other: u64,
    /// What was not, or not wholly, read; sorted.
    pub skips: Vec<Skip>,
    /// What the scanned project itself had left out.
    pub by_project: ByProject,
}

/// How many files were not, or not wholly, read. A file counts once, however many notes there are about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotRead {
    /// Files, and members of archives.
    pub files: u64,
    /// The same by the reason's name; a file with two reasons counts for both.
    pub by_reason: BTreeMap<&'static str, u64>,
}

impl Coverage {
    /// Of the reasons asked for, as [`SkipReason::is_gap`] is one way to ask.
    pub fn not_read(&self, wanted: impl Fn(SkipReason) -> bool) -> NotRead {
        let mut not_read = NotRead::default();
        let (mut files, mut pairs) = (BTreeSet::new(), BTreeSet::new());
        for skip in self.skips.iter().filter(|skip| wanted(skip.reason)) {
            // One that stands for many names the archive they are in.
            let is_one = skip.number == 1;
            let reason = skip.reason.name();
            if !is_one || files.insert(&skip.path) {
                not_read.files += skip.number
            }
            if !is_one || pairs.insert((reason, &skip.path)) {
                *not_read.by_reason.entry(reason).or_default() += skip.number
            }
        }
        not_read
    }
}

/// What the scan was asked to look at.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Subject {
    /// The root's own name (its last path component).
    pub name: String,
    /// The root as the user wrote it; for the terminal only.
    #[serde(skip)]
    pub shown: String,
    /// What to put before a place's path so that it opens from where the user stands; for the terminal only. Empty, or ends in `/`.
    #[serde(skip)]
    pub base: String,
    /// The commit, where the root is a git work tree, read from its files.
    pub commit: Option<String>,
    /// The remote's address without credentials, likewise.
    pub remote: Option<Arc<str>>,
    /// What the findings are narrowed to, if they are.
    pub since: Option<Since>,
    /// Where several results are one report: what each of them is of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// One of several results in a report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// The folder that its places lie below, without a slash at its end.
    pub folder: Arc<str>,
    /// What it is of.
    pub subject: Subject,
}

impl Subject {
    /// Whether a place lies in a repository, so that others have what is there.
    pub fn in_repository(&self, path: &str) -> bool {
        self.commit.is_some()
            || self.parts.iter().any(|part| {
                let below = path.strip_prefix(&*part.folder);
                let below = below.and_then(|rest| rest.strip_prefix('/'));
                below.is_some_and(|path| part.subject.in_repository(path))
            })
    }
}

/// The findings are only those in files that changed since a commit. All files were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The revision that the user named.
    pub rev: String,
    /// The commit where `HEAD` and the revision part, hexadecimal.
    pub commit: String,
    /// The files that changed, were not deleted, and were to be looked at.
    pub files: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_two_notes_is_one_file() {
        let skip = |path: &str, reason| Skip::new(path.into(), reason, "");
        let coverage = Coverage {
            skips: vec![
                skip("a.p12", SkipReason::Damaged),
                Skip::new("a.p12".into(), SkipReason::Damaged, "its second part"),
                skip("a.p12", SkipReason::Unreadable),
                skip("b.txt", SkipReason::Unreadable),
                skip("c.c", SkipReason::PartlyParsed),
                Skip::more("d.zip".into(), SkipReason::Damaged, 40),
            ],
            ..Coverage::default()
        };
        let gaps = coverage.not_read(SkipReason::is_gap);
        assert_eq!(gaps.files, 42);
        let reasons: Vec<u64> = [SkipReason::Damaged, SkipReason::Unreadable]
            .iter()
            .map(|reason| gaps.by_reason[reason.name()])
            .collect();
        assert_eq!((reasons, gaps.by_reason.len()), (vec![41, 2], 2));
        assert_eq!(coverage.not_read(|r| !r.is_gap()).files, 1);
    }
}
