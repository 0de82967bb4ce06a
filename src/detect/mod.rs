//! Floor 2: one artifact in, findings out. No threads, no file system, no printing.

pub mod facts;
pub mod markup;
pub mod package;
pub mod place;
pub mod source;

use std::ops::Range;
use std::sync::Arc;

use crate::knowledge::Knowledge;
use crate::model::{Artifact, Finding, Skip, SkipReason};

/// Looks at one kind of artifact.
pub trait Detector: Sync {
    /// Whether the artifact is of its kind: decides from the name and the first bytes alone. Every detector that claims an
    /// artifact sees it.
    fn claims(&self, artifact: &Artifact, head: &[u8]) -> bool;
    /// Whether it looks for cryptography, so that what it claims counts as searched.
    fn looks_for_cryptography(&self) -> bool {
        true
    }
    /// Looks.
    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, known: &Knowledge) -> Detection;
}

/// Every detector.
pub static DETECTORS: &[&dyn Detector] =
    &[&source::SourceCode, &markup::Markup, &package::Packages];

/// Bytes by range, so that a large file needs no equally large memory.
pub trait Source {
    /// How many there are.
    fn len(&self) -> u64;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes of a range, cut at the end.
    ///
    /// # Errors
    /// When they cannot be read: the reason, and what the system said.
    fn read_at(&mut self, range: Range<u64>) -> Result<&[u8], (SkipReason, String)>;
}

/// Bytes that are already in memory.
impl Source for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&mut self, range: Range<u64>) -> Result<&[u8], (SkipReason, String)> {
        let cut = |at: u64| {
            usize::try_from(at)
                .unwrap_or(usize::MAX)
                .min(<[u8]>::len(self))
        };
        Ok(&self[cut(range.start)..cut(range.end)])
    }
}

/// What one look brings: never all or nothing.
#[derive(Debug, Default)]
pub struct Detection {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Artifacts inside this one, for other detectors.
    pub handed_on: Vec<Artifact>,
    /// What could not be read, and why.
    pub skips: Vec<Skip>,
    /// What it says of packages.
    pub packages: Vec<package::Record>,
    /// Bytes that were parsed, and in which language.
    pub parsed: Option<(&'static str, u64)>,
    /// Rule entries that took part: library and byte in its file. For coverage of examples.
    pub exercised: Vec<(usize, usize)>,
}

impl Detection {
    /// Notes that something was not read.
    pub fn skip(&mut self, path: &Arc<str>, reason: SkipReason, detail: impl Into<String>) {
        self.skips.push(Skip::new(path.clone(), reason, detail));
    }
}
