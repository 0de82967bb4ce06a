//! Everything a scan found, as JSON of our own: schema `pqscan/result/1`, described in `docs/json.md`.
//!
//! The shape only grows: fields are added, never renamed or given another meaning, without a new schema number. A field whose value is
//! not known is absent, never null. Nothing is shortened: this is what other tools, `report` and `diff` read.

mod assessment;
mod assets;
mod binaries;
#[cfg(test)]
pub(crate) mod closed;
pub(super) mod diff;
pub(super) mod found;
pub mod lines;
mod objects;
mod plan;
mod planning;
pub(super) mod read;
mod waivers;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

#[cfg(test)]
use self::assets::AssetOut;
use self::assets::asset_out;
use self::binaries::BinaryOut;
use self::plan::WorkItemOut;
use self::planning::PlanningOut;
use self::waivers::WaiverOut;
use super::{Format, Options, assessed, band_name, class_name, rfc3339, stream};
use crate::inventory::packages::Shipped;
use crate::inventory::{Library, Report};
use crate::knowledge::rules::file::Speaks;
use crate::model::{ByProject, Skip};

/// The schema's name and number.
pub(super) const SCHEMA: &str = "pqscan/result/1";

/// `--format json`.
#[derive(Debug)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn keeps_found(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        stream::pretty(to, &document(report))
    }
}

/// Everything that a scan found. Fields are added within a schema number, never renamed; a value that is not known is absent, never null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct DocumentOut<'a> {
    /// The schema's name and number.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// What wrote it.
    tool: ToolOut<'a>,
    /// When; absent where outputs are to be reproducible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Time>"))]
    timestamp: Option<String>,
    /// What was scanned.
    subject: SubjectOut<'a>,
    /// How much was read, and what was not.
    coverage: CoverageOut<'a>,
    /// How many assets and places there are.
    totals: TotalsOut,
    /// What the judgement rests on.
    planning: PlanningOut<'a>,
    /// The libraries that rules know and that were seen, by id (`java/jca`).
    libraries: BTreeMap<&'a str, LibraryOut<'a>>,
    /// Packages that places lie in, by package URL.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    packages: BTreeMap<&'a str, PackageOut<'a>>,
    /// Executables and libraries with cryptography in them or within their reach, by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    binaries: Vec<BinaryOut<'a>>,
    /// The accepted-risk register: those of the settings in their order, then those in comments by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverOut<'a>>,
    /// Every asset, by id.
    #[cfg_attr(test, schemars(with = "Vec<AssetOut<'a>>"))]
    assets: AssetsOut<'a>,
    /// Work items, in the order in which to do them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plan: Vec<WorkItemOut<'a>>,
    /// For `pqscan report`; no part of what the schema promises.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    found: Option<&'a serde_json::value::RawValue>,
}

/// Every asset, made while it is written: as plain data they take as much memory as the document.
struct AssetsOut<'a>(&'a Report);

impl Serialize for AssetsOut<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(report) = *self;
        let assets = assessed(report).enumerate();
        to.collect_seq(
            assets
                .map(|(number, (asset, assessment))| asset_out(report, number, asset, assessment)),
        )
    }
}

/// What wrote a document.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ToolOut<'a> {
    /// `pqscan`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// BLAKE3 of every rule, the catalogue and the policies that were loaded.
    rules_hash: &'a str,
}

/// What was scanned.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SubjectOut<'a> {
    /// The name of its folder or file.
    name: &'a str,
    /// The commit of a git work tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    /// The address of its remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<&'a str>,
    /// What the assets are narrowed to, with `--since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<SinceOut<'a>>,
}

/// What the assets are narrowed to.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SinceOut<'a> {
    /// As the user named it.
    rev: &'a str,
    /// Where `HEAD` left it.
    commit: &'a str,
    /// How many files changed.
    files: u64,
}

/// How much was read.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CoverageOut<'a> {
    /// Files met on the walk, and members of archives.
    files_seen: u64,
    /// Bytes of the files on the walk.
    bytes_seen: u64,
    /// Files that were looked through for anything that a rule could match.
    files_searched: u64,
    /// Their bytes.
    bytes_searched: u64,
    /// Files that were parsed.
    files_parsed: u64,
    /// Their bytes.
    bytes_parsed: u64,
    /// Files of no form that this version reads.
    files_other: u64,
    /// Archives that were opened.
    archives: u64,
    /// Of the files seen, those that lay in archives.
    members: u64,
    /// Bytes that came out of archives.
    bytes_unpacked: u64,
    /// Archives by form.
    by_form: &'a BTreeMap<&'static str, u64>,
    /// Files parsed by language.
    by_language: &'a BTreeMap<&'static str, u64>,
    /// What the scanned project's own settings and comments changed; absent where it has no say.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_project: Option<ByProjectOut<'a>>,
    /// What was not, or not wholly, read.
    skips: Vec<SkipOut<'a>>,
}

/// What the scanned project's own settings and comments changed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ByProjectOut<'a> {
    /// Keys of its settings that leave something out, or can.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    keys: &'a [&'static str],
    /// Files left out by its patterns and nobody else's.
    files_left_out: u64,
    /// Whether its settings and comments were left aside (`--no-project-config`).
    ignored: bool,
    /// Comments that accept something, beyond what is kept.
    #[serde(skip_serializing_if = "is_none")]
    comments_beyond: u64,
    /// Ids of the assets that would be P0 without its settings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lowered: Vec<&'a str>,
}

/// Something that was not, or not wholly, read.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SkipOut<'a> {
    /// Its path.
    path: &'a str,
    #[cfg_attr(test, schemars(with = "closed::ReasonOfSkip"))]
    reason: &'static str,
    /// More about the reason.
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    /// How many members of an archive it stands for; absent where it is 1.
    #[serde(skip_serializing_if = "is_one")]
    number: u64,
    /// Whether something that could have held cryptography was left unread.
    gap: bool,
}

/// How much there is, of all assets, those too that others only imply.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct TotalsOut {
    /// Assets.
    assets: usize,
    /// Their places.
    occurrences: usize,
    /// Assets by the list of the most urgent of their judgements.
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::Class, usize>"))]
    by_class: BTreeMap<&'static str, usize>,
    /// Assets by the most urgent of their priorities.
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::Priority, usize>"))]
    by_priority: BTreeMap<&'static str, usize>,
}

/// A library that rules know.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct LibraryOut<'a> {
    /// For people.
    title: &'a str,
    /// Its package URL without version.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    /// What it is for, where that decides what takes the place of what it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    speaks: Option<Speaks>,
}

/// A package that places lie in, as its metadata states it.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct PackageOut<'a> {
    /// As a package URL has it: `maven`, `deb`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// As a package URL has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    /// Its name.
    name: &'a str,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// What it is built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    arch: Option<&'a str>,
    /// The package that it came in, if it is one and the same at all places.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<&'a str>,
    /// Ids of the assets whose use was seen in it.
    assets: Vec<&'a str>,
}

fn document(report: &Report) -> DocumentOut<'_> {
    DocumentOut {
        schema: SCHEMA,
        tool: tool_out(report),
        timestamp: report.timestamp.and_then(rfc3339),
        subject: subject_out(report),
        coverage: coverage(report),
        totals: totals(report),
        planning: planning::planning(report),
        libraries: report
            .libraries
            .iter()
            .map(|(id, library)| (id.as_str(), library_out(library)))
            .collect(),
        packages: report
            .packages
            .iter()
            .map(|shipped| (shipped.id.as_str(), package_out(shipped)))
            .collect(),
        binaries: report.binaries.iter().map(binaries::binary).collect(),
        waivers: waivers::waivers(&report.waivers),
        assets: AssetsOut(report),
        plan: report.plan.iter().map(plan::work_item).collect(),
        found: report.found.as_deref().and_then(found::raw),
    }
}

fn tool_out(report: &Report) -> ToolOut<'_> {
    ToolOut {
        name: "pqscan",
        version: env!("CARGO_PKG_VERSION"),
        rules_hash: &report.rules_hash,
    }
}

fn subject_out(report: &Report) -> SubjectOut<'_> {
    SubjectOut {
        name: &report.subject.name,
        commit: report.subject.commit.as_deref(),
        remote: report.subject.remote.as_deref(),
        since: report.subject.since.as_ref().map(|since| SinceOut {
            rev: &since.rev,
            commit: &since.commit,
            files: since.files,
        }),
    }
}

fn is_none(number: &u64) -> bool {
    *number == 0
}

fn is_one(number: &u64) -> bool {
    *number == 1
}

fn coverage(report: &Report) -> CoverageOut<'_> {
    let coverage = &report.coverage;
    CoverageOut {
        files_seen: coverage.files_seen,
        bytes_seen: coverage.bytes_seen,
        files_searched: coverage.files_searched,
        bytes_searched: coverage.bytes_searched,
        files_parsed: coverage.files_parsed,
        bytes_parsed: coverage.bytes_parsed,
        files_other: coverage.files_other,
        archives: coverage.archives,
        members: coverage.members,
        bytes_unpacked: coverage.bytes_unpacked,
        by_form: &coverage.by_form,
        by_language: &coverage.by_language,
        by_project: by_project(report),
        skips: coverage.skips.iter().map(skip_out).collect(),
    }
}

fn skip_out(skip: &Skip) -> SkipOut<'_> {
    SkipOut {
        path: &skip.path,
        reason: skip.reason.name(),
        detail: &skip.detail,
        number: skip.number,
        gap: skip.reason.is_gap(),
    }
}

/// Absent where the project has no say.
fn by_project(report: &Report) -> Option<ByProjectOut<'_>> {
    let by_project = &report.coverage.by_project;
    let lowered = report.lowered.iter();
    let lowered = lowered.filter_map(|number| Some(&*report.inventory.assets.get(*number)?.id));
    (*by_project != ByProject::default()).then(|| ByProjectOut {
        keys: &by_project.keys,
        files_left_out: by_project.left_out,
        ignored: by_project.is_ignored,
        comments_beyond: by_project.comments_beyond,
        lowered: lowered.collect(),
    })
}

fn totals(report: &Report) -> TotalsOut {
    let mut by_class = BTreeMap::new();
    let mut by_priority = BTreeMap::new();
    for assessment in &report.assessment {
        *by_class
            .entry(class_name(assessment.main().class))
            .or_default() += 1;
        *by_priority.entry(band_name(assessment.band())).or_default() += 1;
    }
    TotalsOut {
        assets: report.inventory.assets.len(),
        occurrences: report
            .inventory
            .assets
            .iter()
            .map(|asset| asset.occurrences.len())
            .sum(),
        by_class,
        by_priority,
    }
}

fn library_out(library: &Library) -> LibraryOut<'_> {
    LibraryOut {
        title: &library.title,
        package: library.package.as_deref(),
        speaks: library.speaks,
    }
}

fn package_out(shipped: &Shipped) -> PackageOut<'_> {
    let package = &shipped.package;
    PackageOut {
        kind: package.kind,
        namespace: package.namespace.as_deref(),
        name: &package.name,
        version: package.version.as_deref(),
        arch: package.arch.as_deref(),
        inside: shipped.inside.as_deref(),
        assets: texts(&shipped.assets),
    }
}

fn texts(shared: &[Arc<str>]) -> Vec<&str> {
    shared.iter().map(|text| &**text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_written;

    #[test]
    fn its_published_schema_is_that_of_the_type() {
        of_written::<DocumentOut<'_>>("result", "Result of a scan by pqscan");
    }
}
