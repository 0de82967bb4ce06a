//! Floor 4: a report becomes bytes. Output shapes live here and nowhere else.

pub mod cyclonedx;
pub mod json;
mod lenient;
pub mod saved;
pub mod text;

use std::io;
use std::sync::Arc;

use crate::inventory::diff::Diff;
use crate::inventory::{Assessment, Band, Class, InventoryAsset, Report};

/// How to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// The CycloneDX version.
    pub spec_version: SpecVersion,
    /// Most occurrences written for one asset; their true number is always said (CycloneDX only).
    pub max_occurrences: usize,
    /// Colour and hyperlinks are welcome (text only).
    pub color: bool,
    /// Columns of the terminal; `None` where there is none (text only).
    pub width: Option<usize>,
    /// Everything rather than the most urgent (text only).
    pub all: bool,
    /// List what was skipped (text only).
    pub show_skipped: bool,
    /// Name the rule entry behind each place (text only).
    pub explain: bool,
    /// How long it took, for people (text only).
    pub elapsed: Option<std::time::Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            spec_version: SpecVersion::default(),
            max_occurrences: 1000,
            color: false,
            width: None,
            all: false,
            show_skipped: false,
            explain: false,
            elapsed: None,
        }
    }
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

impl SpecVersion {
    /// As `specVersion` and `--spec-version` have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
        }
    }

    /// The version of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::V1_6, Self::V1_7]
            .into_iter()
            .find(|version| version.name() == name)
    }
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

/// Every form of output. To add one: a file here and its line.
pub static FORMATS: &[&dyn Format] = &[
    &cyclonedx::CycloneDx,
    &json::Json,
    &text::Text,
    &text::plan::Plan,
    &text::plan::Markdown,
];

/// The form that a word or a file name's ending means.
///
/// `json` as a word is our own result; `.json` as an ending is CycloneDX, and so is `.cdx.json`.
pub fn format(word: &str) -> Option<&'static dyn Format> {
    FORMATS
        .iter()
        .copied()
        .find(|format| format.name() == word || format.aliases().contains(&word))
}

/// A form of what differs between two inventories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiffForm {
    /// For a terminal.
    #[default]
    Text,
    /// For programs: schema `pqscan/diff/1`.
    Json,
    /// For pull requests and reports.
    Markdown,
}

impl DiffForm {
    /// The word after `--format`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Text, Self::Json, Self::Markdown]
            .into_iter()
            .find(|form| form.name() == name)
    }

    /// Writes a difference. With `all`, the forms for people leave nothing out; JSON never does.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(self, diff: &Diff<'_>, all: bool, to: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Text => text::diff::write(diff, all, to),
            Self::Json => json::diff::write(diff, to),
            Self::Markdown => text::markdown::write(diff, all, to),
        }
    }
}

/// The assets with their assessments, in the inventory's order.
fn assessed(report: &Report) -> impl Iterator<Item = (&InventoryAsset, Option<&Assessment>)> {
    report
        .inventory
        .assets
        .iter()
        .enumerate()
        .map(|(index, asset)| (asset, report.assessment.get(index).map(Arc::as_ref)))
}

/// The word for a class in every output.
const fn class_name(class: Class) -> &'static str {
    match class {
        Class::KeyEstablishment => "key-establishment",
        Class::Signature => "signature",
        Class::QuantumBroken => "quantum-broken",
        Class::Weak => "weak",
        Class::Provided => "provided",
        Class::NotAllowed => "not-allowed",
        Class::PostQuantum => "post-quantum",
        Class::Fine => "fine",
        Class::Unresolved => "unresolved",
    }
}

/// The word for a band in every output.
pub const fn band_name(band: Band) -> &'static str {
    match band {
        Band::P0 => "P0",
        Band::P1 => "P1",
        Band::P2 => "P2",
        Band::P3 => "P3",
        Band::P4 => "P4",
    }
}

/// The band of a word that an output has.
fn band_of(name: &str) -> Option<Band> {
    let bands = [Band::P0, Band::P1, Band::P2, Band::P3, Band::P4];
    bands.into_iter().find(|band| band_name(*band) == name)
}

/// A time as RFC 3339 in UTC. The end of time is the last second that four digits of a year can write.
fn rfc3339(seconds: i64) -> Option<String> {
    if seconds == i64::MAX {
        return Some("9999-12-31T23:59:59Z".to_owned());
    }
    jiff::Timestamp::from_second(seconds)
        .ok()
        .map(|time| time.to_string())
}

/// Whether a character can control a terminal or make text look like other text: control characters but the tab, and those that
/// turn the direction of what follows (CVE-2021-42574) or are invisible.
fn deceives(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
