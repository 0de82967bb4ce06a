//! Floor 2: one artifact in, findings out. No threads, no file system, no printing.

pub mod binary;
pub mod cert;
pub mod facts;
pub mod markup;
pub mod package;
pub mod place;
pub mod source;

use std::ops::Range;
use std::sync::Arc;

use crate::knowledge::Knowledge;
use crate::model::{Artifact, Binary, Finding, Skip, SkipReason};

/// Looks at one kind of artifact.
pub trait Detector: Sync {
    /// Whether the artifact is of its kind: decides from the name and the first bytes alone. Every detector that claims an
    /// artifact sees it.
    fn claims(&self, artifact: &Artifact, head: &[u8]) -> bool;
    /// Whether a file's name decides, so that the same bytes under another name may be something else to it.
    fn goes_by_name(&self) -> bool {
        true
    }
    /// Whether it looks for cryptography, so that what it claims counts as searched.
    fn looks_for_cryptography(&self) -> bool {
        true
    }
    /// Looks.
    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, means: &Means<'_>) -> Detection;
}

/// Every detector.
pub static DETECTORS: &[&dyn Detector] = &[
    &source::SourceCode,
    &markup::Markup,
    &cert::Material,
    &binary::Binaries,
    &package::Packages,
];

/// What detectors look with.
#[derive(Clone, Copy)]
pub struct Means<'k> {
    /// What the world's cryptography looks like.
    pub known: &'k Knowledge,
    /// What keystores are tried with.
    pub passwords: &'k Passwords,
}

/// Passwords that keystores are tried with. They are never shown, not even in debug output.
#[derive(Clone)]
pub struct Passwords {
    /// Whether none, and those that everybody knows, are tried.
    pub common: bool,
    /// Those that the user gave.
    pub given: Vec<String>,
}

/// The empty one, and what manuals and tools put there when nobody thinks of another.
static COMMON_PASSWORDS: &[&str] = &["", "changeit", "password", "changeme", "secret", "123456"];

impl Passwords {
    /// Each password to try, and whether everybody knows it; those of the user first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        let common = if self.common { COMMON_PASSWORDS } else { &[] };
        let given = self.given.iter().map(|password| (password.as_str(), false));
        given.chain(common.iter().map(|password| (*password, true)))
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            common: true,
            given: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords")
            .field("common", &self.common)
            .field("given", &self.given.len())
            .finish()
    }
}

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

/// How many first bytes of a file decide what looks at it.
pub const HEAD: usize = 4096;

/// The first bytes of a file, to be kept while more of it is read.
pub struct Head(Box<[u8]>);

impl Head {
    /// Reads them.
    ///
    /// # Errors
    /// As [`Source::read_at`].
    pub fn read(source: &mut dyn Source) -> Result<Self, (SkipReason, String)> {
        Ok(Self(source.read_at(0..HEAD as u64)?.into()))
    }
}

impl std::ops::Deref for Head {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
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
    /// What an executable or library is, where something in it is worth telling.
    pub binary: Option<Binary>,
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
