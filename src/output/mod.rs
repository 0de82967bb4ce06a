//! Floor 4: a report becomes bytes. Output shapes live here and nowhere else.

use std::io;

use crate::inventory::Report;

/// How to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// The CycloneDX version.
    pub spec_version: SpecVersion,
    /// Colour and hyperlinks are welcome (text only).
    pub color: bool,
    /// Everything rather than the most urgent (text only).
    pub all: bool,
    /// List what was skipped (text only).
    pub show_skipped: bool,
    /// Name the rule entry behind each place (text only).
    pub explain: bool,
    /// How long it took, for people (text only).
    pub elapsed: Option<std::time::Duration>,
}

/// A CycloneDX version that can be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpecVersion {
    /// ECMA-424, 1st edition.
    V1_6,
    /// ECMA-424, 2nd edition.
    #[default]
    V1_7,
}

/// A form of output.
pub trait Format: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// Other words for it, and file name endings that mean it.
    fn aliases(&self) -> &'static [&'static str];
    /// Writes the report.
    ///
    /// # Errors
    /// Those of the writer.
    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()>;
}
