//! Floor 4: a report becomes bytes. Output shapes live here and nowhere else.

pub mod csv;
pub mod cyclonedx;
mod findings;
pub(crate) mod fit;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
mod lenient;
mod links;
pub mod markdown;
pub mod pqcc;
pub(crate) mod rows;
pub mod sarif;
pub mod saved;
pub mod schema;
pub(crate) mod stream;
pub mod text;
pub(crate) mod words;

use std::io;
use std::sync::Arc;

pub use self::links::Links;
use crate::inventory::diff::Diff;
use crate::inventory::{Assessment, Band, Class, InventoryAsset, Report};

/// How to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// The CycloneDX version.
    pub spec_version: SpecVersion,
    /// Most occurrences written for one asset; their true number is always said (CycloneDX only).
    pub max_occurrences: usize,
    /// Most rows, and most places, written; their true numbers are always said (HTML only).
    pub max_findings: usize,
    /// Most results of a run; how many there are is always said (SARIF only).
    pub sarif_max: usize,
    /// Colour is welcome (forms for people only).
    pub color: bool,
    /// Hyperlinks are, and from where files are linked (forms for people only).
    pub links: Option<Links>,
    /// Columns of the terminal; `None` where there is none (text only).
    pub width: Option<usize>,
    /// Everything rather than the most urgent (text and Markdown only).
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
            max_findings: html::MAX_FINDINGS,
            sarif_max: sarif::MAX_RESULTS,
            color: false,
            links: None,
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
    /// Whether it holds what the scan itself brought ([`Report::found`]), so that it can be rendered again.
    fn keeps_found(&self) -> bool {
        false
    }
    /// Whether it is what a person reads on a terminal, in colour and as wide as that where it has a use for these: where it goes to stdout,
    /// it takes the place of the report that every scan prints.
    fn is_for_people(&self) -> bool {
        false
    }
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
    &sarif::Sarif,
    &gitlab::GitLab,
    &text::Text,
    &text::table::Table,
    &text::tree::Tree,
    &text::plan::Plan,
    &html::Html,
    &markdown::plan::Plan,
    &markdown::summary::Summary,
    &csv::Csv,
    &pqcc::Pqcc,
    &json::lines::Lines,
    &junit::JUnit,
    &github::GitHub,
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
            Self::Markdown => markdown::diff::write(diff, all, to),
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
pub(crate) const fn class_name(class: Class) -> &'static str {
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
pub(crate) fn band_of(name: &str) -> Option<Band> {
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
