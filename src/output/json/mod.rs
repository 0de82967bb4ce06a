//! Everything a scan found, as JSON of our own: schema `pqscan/result/1`, described in `docs/json.md`.
//!
//! The shape only grows: fields are added, never renamed or given another meaning, without a new schema number. A field whose value is
//! not known is absent, never null. Nothing is shortened: this is what other tools, `report` and `diff` read.

mod assessment;
mod binaries;
pub(super) mod diff;
mod objects;
mod plan;
mod planning;
pub(super) mod read;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use serde::Serialize;

use self::assessment::AssessmentOut;
use self::binaries::BinaryOut;
use self::objects::ObjectOut;
use self::plan::WorkItemOut;
use self::planning::PlanningOut;
use self::waivers::{AcceptedOut, WaiverOut};
use super::{Format, Options, assessed, band_name, class_name, rfc3339};
use crate::inventory::fingerprint::Fingerprints;
use crate::inventory::packages::{self, Shipped};
use crate::inventory::{Assessment, InventoryAsset, Library, Occurrence, Report};
use crate::model::{Asset, ByProject, Location, Scalar, Value};

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

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *to, &document(report))?;
        writeln!(to)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentOut<'a> {
    schema: &'static str,
    tool: ToolOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    subject: SubjectOut<'a>,
    coverage: CoverageOut<'a>,
    totals: TotalsOut,
    planning: PlanningOut<'a>,
    libraries: BTreeMap<&'a str, LibraryOut<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    packages: BTreeMap<&'a str, PackageOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    binaries: Vec<BinaryOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverOut<'a>>,
    assets: Vec<AssetOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plan: Vec<WorkItemOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolOut<'a> {
    name: &'static str,
    version: &'static str,
    rules_hash: &'a str,
}

#[derive(Serialize)]
struct SubjectOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<SinceOut<'a>>,
}

/// What the assets are narrowed to.
#[derive(Serialize)]
struct SinceOut<'a> {
    rev: &'a str,
    commit: &'a str,
    files: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CoverageOut<'a> {
    files_seen: u64,
    bytes_seen: u64,
    files_searched: u64,
    bytes_searched: u64,
    files_parsed: u64,
    bytes_parsed: u64,
    files_other: u64,
    archives: u64,
    members: u64,
    bytes_unpacked: u64,
    by_form: &'a BTreeMap<&'static str, u64>,
    by_language: &'a BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_project: Option<ByProjectOut<'a>>,
    skips: Vec<SkipOut<'a>>,
}

/// What the scanned project's own settings and comments changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ByProjectOut<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    keys: &'a [&'static str],
    files_left_out: u64,
    ignored: bool,
    #[serde(skip_serializing_if = "is_none")]
    comments_beyond: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lowered: Vec<&'a str>,
}

#[derive(Serialize)]
struct SkipOut<'a> {
    path: &'a str,
    reason: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    #[serde(skip_serializing_if = "is_one")]
    number: u64,
    gap: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalsOut {
    assets: usize,
    occurrences: usize,
    by_class: BTreeMap<&'static str, usize>,
    by_priority: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct LibraryOut<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
}

#[derive(Serialize)]
struct PackageOut<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<&'a str>,
    assets: Vec<&'a str>,
}

#[derive(Serialize)]
struct LayerOut<'a> {
    digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetOut<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'static str,
    seen: &'static str,
    parameters: BTreeMap<&'static str, ValueOut<'a>>,
    operations: Vec<&'static str>,
    known: KnownOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<AssessmentOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<AcceptedOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    depends_on: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    implied_by: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suites: Vec<SuiteOut<'a>>,
    occurrences: Vec<OccurrenceOut<'a>>,
}

#[derive(Serialize)]
struct ValueOut<'a> {
    values: Vec<ScalarOut<'a>>,
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyOut<'a>>,
}

#[derive(Serialize)]
struct ScalarOut<'a> {
    value: PlainOut<'a>,
    origin: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PlainOut<'a> {
    Number(u64),
    Name(&'a str),
    List(&'a [String]),
}

#[derive(Serialize)]
struct WhyOut<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KnownOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    primitive: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter_set: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classical_bits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nist_level: Option<u8>,
}

#[derive(Serialize)]
struct SuiteOut<'a> {
    name: &'a str,
    algorithms: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OccurrenceOut<'a> {
    #[serde(flatten)]
    location: LocationOut<'a>,
    is: String,
    origins: BTreeMap<&'static str, Vec<&'static str>>,
    text: &'a str,
    symbol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    library: &'a str,
    entry: &'a str,
    tier: &'static str,
    technique: &'static str,
    confidence: &'static str,
    context: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<LayerOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceOut<'a>>,
    /// Waivers by finding class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    accepted_by: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct LocationOut<'a> {
    path: &'a str,
    /// Absent where the file has no lines.
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    #[serde(skip_serializing_if = "is_zero")]
    column: u32,
    start: u64,
    end: u64,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    #[serde(flatten)]
    location: LocationOut<'a>,
    entry: &'a str,
}

fn document(report: &Report) -> DocumentOut<'_> {
    DocumentOut {
        schema: SCHEMA,
        tool: ToolOut {
            name: "pqscan",
            version: env!("CARGO_PKG_VERSION"),
            rules_hash: &report.rules_hash,
        },
        timestamp: report.timestamp.and_then(rfc3339),
        subject: SubjectOut {
            name: &report.subject.name,
            commit: report.subject.commit.as_deref(),
            remote: report.subject.remote.as_deref(),
            since: report.subject.since.as_ref().map(|since| SinceOut {
                rev: &since.rev,
                commit: &since.commit,
                files: since.files,
            }),
        },
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
        assets: assessed(report)
            .enumerate()
            .map(|(number, (asset, assessment))| asset_out(report, number, asset, assessment))
            .collect(),
        plan: report.plan.iter().map(plan::work_item).collect(),
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
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
        skips: coverage
            .skips
            .iter()
            .map(|skip| SkipOut {
                path: &skip.path,
                reason: skip.reason.name(),
                detail: &skip.detail,
                number: skip.number,
                gap: skip.reason.is_gap(),
            })
            .collect(),
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

fn asset_out<'a>(
    report: &'a Report,
    number: usize,
    asset: &'a InventoryAsset,
    assessment: Option<&'a Assessment>,
) -> AssetOut<'a> {
    let prints = Fingerprints::of(asset);
    AssetOut {
        id: &asset.id,
        name: &asset.name,
        kind: asset.asset.kind.name(),
        seen: asset.seen(),
        parameters: asset
            .asset
            .facets
            .iter()
            .map(|(facet, value)| (facet.name(), value_out(value)))
            .collect(),
        operations: asset
            .asset
            .operations
            .iter()
            .map(|operation| operation.name())
            .collect(),
        known: KnownOut {
            primitive: asset.known.primitive,
            family: asset.known.family.as_deref(),
            oid: asset.known.oid.as_deref(),
            parameter_set: asset.known.parameter_set.as_deref(),
            curve: asset.known.registry_curve.as_deref(),
            classical_bits: asset.known.classical_bits,
            nist_level: asset.known.nist_level,
        },
        assessment: assessment.map(assessment::assessment),
        accepted: waivers::accepted(report, number),
        object: asset.asset.object.as_deref().map(objects::object),
        algorithm: asset.algorithm.as_deref(),
        subject_key: asset.subject_key.as_deref(),
        issuer: asset.issuer.as_deref(),
        depends_on: texts(&asset.depends_on),
        implied_by: texts(&asset.implied_by),
        suites: asset
            .suites
            .iter()
            .map(|suite| SuiteOut {
                name: &suite.name,
                algorithms: texts(&suite.algorithms),
            })
            .collect(),
        occurrences: asset
            .occurrences
            .iter()
            .enumerate()
            .map(|(at, occurrence)| {
                let classes = assessment
                    .iter()
                    .flat_map(|assessment| assessment.judgements())
                    .map(|judged| judged.finding_class);
                let fingerprints = classes
                    .map(|class| (class.name(), prints.get(class, at).to_string()))
                    .collect();
                OccurrenceOut {
                    accepted_by: waivers::at(report, number, at),
                    ..occurrence_out(occurrence, fingerprints)
                }
            })
            .collect(),
    }
}

fn texts(shared: &[Arc<str>]) -> Vec<&str> {
    shared.iter().map(|text| &**text).collect()
}

fn value_out(value: &Value) -> ValueOut<'_> {
    ValueOut {
        values: value
            .scalars
            .iter()
            .map(|(scalar, origin)| ScalarOut {
                value: match scalar {
                    Scalar::Number(number) => PlainOut::Number(*number),
                    Scalar::Name(name) => PlainOut::Name(name),
                    Scalar::List(names) => PlainOut::List(names),
                },
                origin: origin.name(),
            })
            .collect(),
        open: value.open,
        why: value.why.as_ref().map(|why| WhyOut {
            kind: why.kind,
            detail: &why.detail,
        }),
    }
}

fn occurrence_out<'a>(
    occurrence: &'a Occurrence,
    fingerprints: BTreeMap<&'static str, String>,
) -> OccurrenceOut<'a> {
    OccurrenceOut {
        location: location_out(&occurrence.location),
        is: occurrence.asset.brief(),
        origins: origins(&occurrence.asset),
        text: &occurrence.text,
        symbol: &occurrence.symbol,
        function: occurrence.function.as_deref(),
        library: &occurrence.library,
        entry: &occurrence.entry,
        tier: occurrence.tier().name(),
        technique: occurrence.technique.name(),
        confidence: occurrence.confidence.name(),
        context: occurrence.context.name(),
        fingerprints,
        packages: occurrence
            .provenance
            .packages
            .iter()
            .map(|package| packages::id(package))
            .collect(),
        layer: occurrence
            .provenance
            .layer
            .as_deref()
            .map(|layer| LayerOut {
                digest: &layer.digest,
                instruction: layer.instruction.as_deref(),
            }),
        evidence: occurrence
            .evidence
            .iter()
            .map(|evidence| EvidenceOut {
                location: location_out(&evidence.location),
                entry: &evidence.entry,
            })
            .collect(),
        accepted_by: BTreeMap::new(),
    }
}

fn location_out(location: &Location) -> LocationOut<'_> {
    LocationOut {
        path: &location.path,
        line: location.line,
        column: location.column,
        start: location.span.start,
        end: location.span.end,
    }
}

fn origins(asset: &Asset) -> BTreeMap<&'static str, Vec<&'static str>> {
    asset
        .facets
        .iter()
        .filter(|(_, value)| !value.scalars.is_empty())
        .map(|(facet, value)| {
            let origins: BTreeSet<_> = value.scalars.values().copied().collect();
            (
                facet.name(),
                origins.into_iter().map(|origin| origin.name()).collect(),
            )
        })
        .collect()
}
