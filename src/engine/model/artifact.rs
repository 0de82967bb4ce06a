//! Where things are: artifacts inside artifacts, places in them, and what was not read.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What an artifact is, as far as its name and first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// A file of which nothing but name and bytes is known.
    File,
    /// A file whose members are artifacts of their own.
    Archive,
    /// A script inside a page or component; the name carries the language's extension.
    Script,
}

/// Something to look at: a file, or a part of another artifact that was handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The path below the scan root with `/`, and `!/` between an artifact and what lies inside it.
    pub path: Arc<str>,
    /// What it is.
    pub kind: ArtifactKind,
    /// Where an embedded artifact starts in its parent's bytes; 0 for a file.
    pub offset: usize,
    /// The bytes, where the parent already had them in hand.
    pub bytes: Option<Arc<[u8]>>,
    /// For a part of a text file: the file that a person opens, and how many of its lines stand before this part.
    pub host: Option<(Arc<str>, u32)>,
    /// How many parts of a text file it lies inside of: 0 for a file, also for one in an archive.
    pub depth: usize,
    /// Production, test, vendored …
    pub context: Context,
}

impl Artifact {
    /// A file.
    pub fn file(path: impl Into<Arc<str>>, context: Context) -> Self {
        Self {
            path: path.into(),
            kind: ArtifactKind::File,
            offset: 0,
            bytes: None,
            host: None,
            depth: 0,
            context,
        }
    }

    /// The path within the innermost archive; the whole path where there is none.
    pub fn inner_path(&self) -> &str {
        self.path
            .rsplit_once("!/")
            .map_or(&*self.path, |(_, inner)| inner)
    }

    /// The file name's extension in lower case; empty if it has none.
    pub fn extension(&self) -> Cow<'_, str> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, after)| after);
        // Every detector asks, of every file.
        if extension.bytes().any(|b| b.is_ascii_uppercase()) {
            extension.to_ascii_lowercase().into()
        } else {
            extension.into()
        }
    }
}

/// What role a place has in its project: a fact of path and file, shown everywhere, never a reason to stay silent.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// Shipped code, as far as anything tells.
    #[default]
    Production,
    /// Written by a tool.
    Generated,
    /// A copy of somebody else's project.
    Vendored,
    /// Shows how something is used.
    Example,
    /// Documentation.
    Documentation,
    /// Tests, their data and benches.
    Test,
}

impl Context {
    /// Every role, the most urgent first.
    pub const ALL: &[Self] = &[
        Self::Production,
        Self::Generated,
        Self::Vendored,
        Self::Example,
        Self::Documentation,
        Self::Test,
    ];

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Example => "example",
            Self::Documentation => "documentation",
            Self::Test => "test",
        }
    }
}

/// A place that a person can open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The artifact's path.
    pub path: Arc<str>,
    /// First line is 1.
    pub line: u32,
    /// First column is 1, in characters.
    pub column: u32,
    /// Byte offsets in the file that a person opens.
    pub span: Range64,
}

/// A byte range that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Range64 {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl From<Range<usize>> for Range64 {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start as u64,
            end: range.end as u64,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Why something was not, or not wholly, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The operating system refused.
    Unreadable,
    /// Over the size that is parsed; its bytes were searched, and nothing in them was looked up.
    TooLargeToParse,
    /// The parser's safety net tripped.
    TimedOut,
    /// Nested deeper than the lowering follows; the deeper parts were not read.
    TooDeep,
    /// The syntax tree has errors; everything outside them was read.
    PartlyParsed,
    /// Holds null bytes where text was expected.
    NotText,
    /// A form this version recognises and does not read.
    Unsupported,
    /// A link that leads out of the root, or a device, socket or pipe.
    NotAFile,
    /// Work per file was exhausted before everything was resolved.
    Budget,
    /// A member of an archive that needs a password.
    Encrypted,
    /// A program whose code or files lie inside packed or encrypted, in a form that is not read.
    Packed,
    /// An archive that is truncated, or not as its format says.
    Damaged,
    /// Bytes that belong to no member stand before, between or after the members of an archive.
    TrailingData,
    /// Members of an archive that share bytes with others, as bombs do.
    Overlapping,
    /// The name of a member is absolute, leads out of the archive, occurs twice or is in no known encoding. Its content was read.
    OddName,
    /// A multi-platform image without the platforms that were asked for: nothing of it counts.
    NoSuchPlatform,
    /// Archives in archives, deeper than the limit.
    LimitDepth,
    /// More members than the limit.
    LimitMembers,
    /// A member larger than the limit.
    LimitMemberSize,
    /// More bytes unpacked from one file than the limit.
    LimitTotalSize,
    /// Unpacks to more bytes for each packed one than the limit.
    LimitRatio,
    /// Would need more memory than the limit.
    LimitMemory,
    /// Unpacking one file took longer than the limit.
    LimitTime,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Unreadable,
        Self::TooLargeToParse,
        Self::TimedOut,
        Self::TooDeep,
        Self::PartlyParsed,
        Self::NotText,
        Self::Unsupported,
        Self::NotAFile,
        Self::Budget,
        Self::Encrypted,
        Self::Packed,
        Self::Damaged,
        Self::TrailingData,
        Self::Overlapping,
        Self::OddName,
        Self::NoSuchPlatform,
        Self::LimitDepth,
        Self::LimitMembers,
        Self::LimitMemberSize,
        Self::LimitTotalSize,
        Self::LimitRatio,
        Self::LimitMemory,
        Self::LimitTime,
    ];

    /// The words in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooLargeToParse => "too large for parsing",
            Self::TimedOut => "timed out",
            Self::TooDeep => "nested too deep",
            Self::PartlyParsed => "partly parsed",
            Self::NotText => "not text",
            Self::Unsupported => "recognised, not read by this version",
            Self::NotAFile => "not a regular file",
            Self::Budget => "work limit reached",
            Self::Encrypted => "encrypted",
            Self::Packed => "packed or encrypted",
            Self::Damaged => "damaged",
            Self::TrailingData => "trailing data",
            Self::Overlapping => "overlapping",
            Self::OddName => "odd name",
            Self::NoSuchPlatform => "no such platform",
            Self::LimitDepth => "limit: depth",
            Self::LimitMembers => "limit: members",
            Self::LimitMemberSize => "limit: member size",
            Self::LimitTotalSize => "limit: total size",
            Self::LimitRatio => "limit: ratio",
            Self::LimitMemory => "limit: memory",
            Self::LimitTime => "limit: time",
        }
    }

    /// Whether something that could have held cryptography was left unread, which makes a scan incomplete.
    pub const fn is_gap(self) -> bool {
        !matches!(self, Self::PartlyParsed | Self::NotAFile | Self::OddName)
    }
}

/// The longest detail: messages of libraries quote what they read.
const MAX_DETAIL: usize = 300;

/// Something that was not, or not wholly, read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skip {
    /// The artifact's path.
    pub path: Arc<str>,
    /// Why.
    pub reason: SkipReason,
    /// More, for people: an error message, a number.
    pub detail: String,
    /// How many artifacts it stands for: of many in one archive, only the first are named.
    pub number: u64,
}

impl Skip {
    /// One skip; a detail that is long is cut.
    pub fn new(path: Arc<str>, reason: SkipReason, detail: impl Into<String>) -> Self {
        let mut detail: String = detail.into();
        if detail.len() > MAX_DETAIL {
            detail.truncate(detail.floor_char_boundary(MAX_DETAIL));
            detail.push('…');
            detail.shrink_to_fit();
        }
        Self {
            path,
            reason,
            detail,
            number: 1,
        }
    }

    /// One for many members of an archive that are not named.
    pub fn more(archive: Arc<str>, reason: SkipReason, number: u64) -> Self {
        Self {
            number,
            ..Self::new(archive, reason, format!("{number} more members"))
        }
    }
}
