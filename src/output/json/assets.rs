//! What the JSON result says of assets: what each is, what is judged of it, and every place that shows it.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::assessment::{self, AssessmentOut};
#[cfg(test)]
use super::closed;
use super::objects::{self, ObjectOut};
use super::texts;
use super::waivers::{self, AcceptedOut};
use crate::inventory::fingerprint::Fingerprints;
use crate::inventory::packages;
use crate::inventory::{Assessment, InventoryAsset, Occurrence, Report};
use crate::model::{Asset, Location, Scalar, Value};

/// What brought a place into an image.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LayerOut<'a> {
    /// The layer's digest.
    digest: &'a str,
    /// The instruction that made it, where the image's history tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction: Option<&'a str>,
}

/// An algorithm in use, a key, a certificate, a protocol …: what it is, what is judged of it, where it is.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct AssetOut<'a> {
    /// Made from kind and parameters: the same in every run and repository.
    id: &'a str,
    /// Unique in the document.
    name: &'a str,
    #[cfg_attr(test, schemars(with = "closed::KindOfAsset"))]
    kind: &'static str,
    #[cfg_attr(test, schemars(with = "closed::Seen"))]
    seen: &'static str,
    /// Its parameters by name.
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::Parameter, ValueOut<'a>>"))]
    parameters: BTreeMap<&'static str, ValueOut<'a>>,
    /// What is done with it, at all places together.
    #[cfg_attr(test, schemars(with = "Vec<closed::OperationName>"))]
    operations: Vec<&'static str>,
    /// What the catalogue says of an algorithm with exactly these parameters.
    known: KnownOut<'a>,
    /// What is judged of it: no fact, it may change with the policy and the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<AssessmentOut<'a>>,
    /// What waivers accept of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<AcceptedOut>,
    /// What was read from its own encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectOut<'a>>,
    /// Id of a key's algorithm, or of the one that a certificate is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'a str>,
    /// Id of the key that a certificate or request is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_key: Option<&'a str>,
    /// Id of the certificate that signed it, where the scan has exactly one that can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    /// Ids of everything that it refers to.
    depends_on: Vec<&'a str>,
    /// Ids of the assets that imply it: its places are theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    implied_by: Vec<&'a str>,
    /// What each cipher suite of a protocol is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suites: Vec<SuiteOut<'a>>,
    /// Its places, by path and line.
    occurrences: Vec<OccurrenceOut<'a>>,
}

/// What is known of a parameter. One value and not open: known. Several: one of them. None: unknown.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ValueOut<'a> {
    /// The values that are possible.
    values: Vec<ScalarOut<'a>>,
    /// Whether others are possible too.
    open: bool,
    /// Why not all is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyOut<'a>>,
}

/// A value and where it is from.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ScalarOut<'a> {
    /// A number, a name, or names in the order of the code.
    value: PlainOut<'a>,
    #[cfg_attr(test, schemars(with = "closed::OriginOfValue"))]
    origin: &'static str,
}

/// A value as it is: bits or a count; a name; names in the order of the code.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
enum PlainOut<'a> {
    Number(u64),
    Name(&'a str),
    List(&'a [String]),
}

/// Why a value is unknown.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct WhyOut<'a> {
    /// A word: `parameter`, `env`, `config`, `call`, `field` …
    kind: &'static str,
    /// What a person would look for.
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

/// What the catalogue says of an algorithm with exactly these parameters. What depends on something unknown is absent.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct KnownOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::PrimitiveName>"))]
    primitive: Option<&'static str>,
    /// CycloneDX's name for the family of algorithms.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    /// Its object identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<&'a str>,
    /// As CycloneDX has it: `2048`, `P-256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter_set: Option<&'a str>,
    /// CycloneDX's name for the curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a str>,
    /// Strength in bits against computers of today.
    #[serde(skip_serializing_if = "Option::is_none")]
    classical_bits: Option<u32>,
    /// NIST's category of strength against quantum computers, 1 to 5; 0 has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    nist_level: Option<u8>,
}

/// A cipher suite.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct SuiteOut<'a> {
    /// As its standard spells it.
    name: &'a str,
    /// Ids of the algorithms that it is made of.
    algorithms: Vec<&'a str>,
}

/// A place of an asset.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct OccurrenceOut<'a> {
    #[serde(flatten)]
    location: LocationOut<'a>,
    /// What this place shows, in the form of marks in rule files.
    is: String,
    /// Where the values come from, by parameter.
    #[cfg_attr(
        test,
        schemars(with = "BTreeMap<closed::Parameter, Vec<closed::OriginOfValue>>")
    )]
    origins: BTreeMap<&'static str, Vec<&'static str>>,
    /// The line, trimmed; of a long one 160 characters around the place; secrets are replaced.
    text: &'a str,
    /// What is called or named.
    symbol: &'a str,
    /// The function around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    /// The library whose rule saw it; absent where no library's did.
    #[serde(skip_serializing_if = "str::is_empty")]
    library: &'a str,
    /// The rule entry that saw it; `pqscan explain` tells of each.
    entry: &'a str,
    #[cfg_attr(test, schemars(with = "closed::TierOfPlace"))]
    tier: &'static str,
    #[cfg_attr(test, schemars(with = "closed::TechniqueOfReading"))]
    technique: &'static str,
    #[cfg_attr(test, schemars(with = "closed::Sureness"))]
    confidence: &'static str,
    #[cfg_attr(test, schemars(with = "closed::ContextOfPlace"))]
    context: &'static str,
    /// What the finding is recognised by in another version of the code, by finding class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        test,
        schemars(with = "BTreeMap<closed::FindingClassName, closed::Print>")
    )]
    fingerprints: BTreeMap<&'static str, String>,
    /// Packages that it lies in, the innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<String>,
    /// What brought it into an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<LayerOut<'a>>,
    /// Other places that told something about the asset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceOut<'a>>,
    /// Waivers by finding class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::FindingClassName, String>"))]
    accepted_by: BTreeMap<&'static str, String>,
}

/// A place in a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LocationOut<'a> {
    /// From the scanned root; `!/` stands between a file and what lies inside it.
    path: &'a str,
    /// Absent where the file has no lines.
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    /// In characters, the first is 1; absent where the file has no lines.
    #[serde(skip_serializing_if = "is_zero")]
    column: u32,
    /// Its first byte in the file that a person opens.
    start: u64,
    /// One past its last byte.
    end: u64,
}

/// Another place that told something about an asset.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct EvidenceOut<'a> {
    #[serde(flatten)]
    location: LocationOut<'a>,
    /// The rule entry that saw it.
    entry: &'a str,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

pub(super) fn asset_out<'a>(
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

pub(super) fn value_out(value: &Value) -> ValueOut<'_> {
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

pub(super) fn occurrence_out<'a>(
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

pub(super) fn location_out(location: &Location) -> LocationOut<'_> {
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
