//! The CBOM: CycloneDX 1.7, or 1.6 for consumers that lag. The only place that knows CycloneDX's shape.
//!
//! * One component for each asset. `group`, `name` and `version` together are unique, since consumers merge components in which they are
//!   equal; `bom-ref` is the asset's id and the same in every run.
//! * The document holds facts. Judgement (priority, class, reason, replacement) stands in `pqscan:*` properties, which a consumer can
//!   leave aside; `docs/cbom.md` lists them.
//! * The subject `dependsOn` what it uses and the libraries through which it does; a library `provides` the algorithms and
//!   protocols that were seen through it; an asset `dependsOn` the assets that it refers to.
//! * A *mention* (an algorithm, curve or digest that is named and whose use was not seen) is a component too: leaving it out would hide what a
//!   table or a configuration selects at run time. It says `pqscan:seen = mentioned`, has low confidence, and the subject does
//!   not depend on it. An algorithm that only a key or a protocol implies says `pqscan:seen = implied`.
//! * A binary is a component that `dependsOn` what it uses and `provides` what it implements. What is only provided says
//!   `pqscan:seen = provided`, and the subject does not depend on it.
//! * A package that a place lies in is a component, inside the package that it came with; it `dependsOn` the assets used in it.
//! * What was not looked at is in `compositions` and in the metadata's `pqscan:coverage:*` properties.
//! * Equal reports give equal bytes: the serial number is derived from the content, and the time is the report's or absent.
//!
//! No certificate field is written that the place does not show, no `value` of a key ever, and no absolute path.

mod binaries;
mod component;
pub mod convert;
pub mod document;
pub mod lint;
pub mod merge;
mod objects;
pub(super) mod read;
mod refs;
mod registry;
mod serial;
mod shape;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use self::component::{Kinds, component};
use self::serial::Serial;
use self::shape::{
    Bom, Component, Composition, Dependency, ExternalReference, Hash, Lifecycle, Metadata,
    Property, Tools,
};
use super::stream::{self, Each};
use super::{Format, Options, SpecVersion, assessed, rfc3339};
use crate::inventory::packages::Shipped;
use crate::inventory::{Library, Report};
use crate::model::{AssetKind, Coverage, Subject};

const SUBJECT_REF: &str = "subject";
const TOOL_REF: &str = "tool/pqscan";
const RULES_REF: &str = "tool/pqscan-rules";
/// Most skipped artifacts listed by name; their true number is always said.
const MAX_SKIPS: usize = 200;
/// What this version does not look at, whatever it is given. Shrinks as detectors come.
const NOT_LOOKED_AT: &str = "configuration files, what packages depend on, \
    other programming languages";

/// `--format cyclonedx`.
#[derive(Debug)]
pub struct CycloneDx;

impl Format for CycloneDx {
    fn name(&self) -> &'static str {
        "cyclonedx"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["cdx", ".json"]
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let parts = Parts::of(report);
        let mut bom = bom(report, &parts, options);
        // The serial number is that of the content: the same content at another time is the same document.
        let mut serial = Serial::new();
        stream::compact(&mut serial, &bom)?;
        bom.serial_number = Some(serial.urn());
        bom.metadata.timestamp = report.timestamp.and_then(rfc3339);
        stream::pretty(to, &bom)
    }
}

/// What several parts of the document are made from.
struct Parts<'r> {
    kinds: Kinds<'r>,
    libraries: BTreeMap<&'r str, BTreeSet<&'r str>>,
    packages: Packages<'r>,
}

impl<'r> Parts<'r> {
    fn of(report: &'r Report) -> Self {
        let assets = report.inventory.assets.iter();
        Self {
            kinds: assets.map(|asset| (&*asset.id, asset.asset.kind)).collect(),
            libraries: libraries(report),
            packages: packages(report),
        }
    }
}

fn bom<'p>(
    report: &'p Report,
    parts: &'p Parts<'p>,
    options: &'p Options,
) -> Bom<impl Serialize + use<'p>, impl Serialize + use<'p>> {
    Bom {
        schema: match options.spec_version {
            SpecVersion::V1_6 => "http://cyclonedx.org/schema/bom-1.6.schema.json",
            SpecVersion::V1_7 => "http://cyclonedx.org/schema/bom-1.7.schema.json",
        },
        bom_format: "CycloneDX",
        spec_version: options.spec_version.name(),
        serial_number: None,
        version: 1,
        metadata: Metadata {
            timestamp: None,
            lifecycles: vec![Lifecycle { phase: "pre-build" }],
            tools: tools(report),
            component: subject(&report.subject),
            properties: metadata_properties(report),
        },
        components: Each(move || components(report, parts, options)),
        dependencies: Each(move || dependencies(report, parts)),
        compositions: compositions(report),
    }
}

fn components<'p>(
    report: &'p Report,
    parts: &'p Parts<'p>,
    options: &'p Options,
) -> impl Iterator<Item = Component> + use<'p> {
    let assets = assessed(report).enumerate();
    let assets = assets.map(move |(number, (asset, assessment))| {
        let mut component = component(asset, assessment, &parts.kinds, options);
        let accepted = waivers::of_asset(report, number);
        component.properties.extend(accepted);
        component
    });
    let libraries = parts.libraries.keys();
    let libraries =
        libraries.map(|library| library_component(library, report.libraries.get(*library)));
    assets
        .chain(libraries)
        .chain(package_components(&parts.packages, None))
        .chain(binaries::components(report))
}

fn tools(report: &Report) -> Tools {
    let version = env!("CARGO_PKG_VERSION");
    let is_hash =
        report.rules_hash.len() == 64 && report.rules_hash.bytes().all(|b| b.is_ascii_hexdigit());
    let hashes = if is_hash {
        vec![Hash {
            alg: "BLAKE3",
            content: report.rules_hash.clone(),
        }]
    } else {
        Vec::new()
    };
    Tools {
        components: vec![
            Component {
                kind: "application",
                bom_ref: TOOL_REF.to_owned(),
                name: "pqscan".to_owned(),
                version: Some(version.to_owned()),
                ..Component::default()
            },
            Component {
                kind: "data",
                bom_ref: RULES_REF.to_owned(),
                name: "pqscan rules".to_owned(),
                version: Some(report.rules_hash.chars().take(16).collect()),
                hashes,
                ..Component::default()
            },
        ],
    }
}

fn subject(subject: &Subject) -> Component {
    let name = clean(&subject.name, 200);
    Component {
        kind: "application",
        bom_ref: SUBJECT_REF.to_owned(),
        name: if name.is_empty() {
            "unnamed".to_owned()
        } else {
            name
        },
        version: subject.commit.as_deref().map(|commit| clean(commit, 64)),
        external_references: subject
            .remote
            .as_deref()
            .and_then(remote_address)
            .map(|url| ExternalReference { kind: "vcs", url })
            .into_iter()
            .collect(),
        ..Component::default()
    }
}

/// A remote as an address that the schema accepts: `git@host:path` is written as `ssh://git@host/path`; a path of this machine is left out.
fn remote_address(remote: &str) -> Option<String> {
    let address = match remote.split_once("://") {
        Some((scheme, _)) if ["https", "http", "ssh", "git", "git+ssh"].contains(&scheme) => {
            remote.to_owned()
        }
        Some(_) => return None,
        None => {
            let (host, path) = remote.split_once(':')?;
            if host.len() < 2 || host.contains(['/', '\\']) {
                return None;
            }
            format!("ssh://{host}/{}", path.trim_start_matches('/'))
        }
    };
    let safe = address
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b));
    let percent = address.match_indices('%').all(|(at, _)| {
        address
            .as_bytes()
            .get(at + 1..at + 3)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    (safe && percent && address.matches('#').count() <= 1).then_some(address)
}

fn metadata_properties(report: &Report) -> Vec<Property> {
    let mut properties = Vec::new();
    // The names that the CBOMkit viewer reads to link occurrences to the repository.
    if let Some(url) = report.subject.remote.as_deref().and_then(remote_address) {
        properties.push(Property::new("gitUrl", url))
    }
    if let Some(commit) = &report.subject.commit {
        properties.push(Property::new("commit", clean(commit, 64)))
    }
    let mut say =
        |name: &str, value: String| properties.push(Property::new(format!("pqscan:{name}"), value));
    if !report.rules_hash.is_empty() {
        say("rulesHash", clean(&report.rules_hash, 128))
    }
    if let Some(since) = &report.subject.since {
        let (rev, commit) = (clean(&since.rev, 200), clean(&since.commit, 64));
        let files = since.files;
        say(
            "since",
            format!("{rev} (merge base {commit}); files changed: {files}"),
        )
    }
    for policy in &report.planning.policies {
        let words = format!(
            "{} ({} of {}, {})",
            policy.id,
            clean(&policy.version, 200),
            policy.date,
            policy.binding.name()
        );
        say("policy", words)
    }
    if !report.planning.policies.is_empty() {
        say("assessed", report.planning.today.to_string());
        say("quantumYear", report.planning.quantum_year.to_string());
    }
    coverage(&report.coverage, &mut say);
    waivers::register(report, &mut say);
    properties
}

fn coverage(coverage: &Coverage, say: &mut impl FnMut(&str, String)) {
    say("coverage:notLookedAt", NOT_LOOKED_AT.to_owned());
    say("coverage:filesSeen", coverage.files_seen.to_string());
    say("coverage:bytesSeen", coverage.bytes_seen.to_string());
    say(
        "coverage:filesSearched",
        coverage.files_searched.to_string(),
    );
    say(
        "coverage:bytesSearched",
        coverage.bytes_searched.to_string(),
    );
    say("coverage:filesParsed", coverage.files_parsed.to_string());
    say("coverage:bytesParsed", coverage.bytes_parsed.to_string());
    say(
        "coverage:filesOfOtherForms",
        coverage.files_other.to_string(),
    );
    say("coverage:archives", coverage.archives.to_string());
    say("coverage:members", coverage.members.to_string());
    say(
        "coverage:bytesUnpacked",
        coverage.bytes_unpacked.to_string(),
    );
    for (form, archives) in &coverage.by_form {
        say(&format!("coverage:form:{form}"), archives.to_string())
    }
    for (language, files) in &coverage.by_language {
        say(&format!("coverage:language:{language}"), files.to_string())
    }
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for skip in &coverage.skips {
        *reasons.entry(skip.reason.name()).or_default() += skip.number
    }
    let all: u64 = coverage.skips.iter().map(|skip| skip.number).sum();
    say("coverage:skipped", all.to_string());
    for (reason, count) in reasons {
        say(&format!("coverage:skipped:{reason}"), count.to_string())
    }
    for skip in coverage.skips.iter().take(MAX_SKIPS) {
        let detail = if skip.detail.is_empty() {
            String::new()
        } else {
            format!(" ({})", clean(&skip.detail, 200))
        };
        say(
            "skipped",
            format!(
                "{}: {}{detail}",
                clean(&skip.path, usize::MAX),
                skip.reason.name()
            ),
        );
    }
}

/// The algorithms and protocols seen through each library, by `language/library`.
fn libraries(report: &Report) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut libraries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for asset in &report.inventory.assets {
        for occurrence in &asset.occurrences {
            if occurrence.library.is_empty() {
                continue;
            }
            let provided = libraries.entry(&occurrence.library).or_default();
            if matches!(asset.asset.kind, AssetKind::Algorithm | AssetKind::Protocol) {
                provided.insert(&asset.id);
            }
        }
    }
    libraries
}

/// A library as its rule file describes it. The version is not in the source code, and is left to a bill of software.
fn library_component(id: &str, library: Option<&Library>) -> Component {
    let (language, name) = id.split_once('/').unwrap_or(("", id));
    let purl = library
        .and_then(|library| library.package.as_deref())
        .filter(|purl| purl.starts_with("pkg:"));
    Component {
        kind: "library",
        bom_ref: library_ref(id),
        group: (!language.is_empty()).then(|| clean(language, 100)),
        name: clean(name, 200),
        description: library.map(|library| clean(&library.title, 200)),
        purl: purl.map(|purl| clean(purl, 500)),
        ..Component::default()
    }
}

fn library_ref(library: &str) -> String {
    format!("library/{}", clean(library, 300))
}

/// The packages of a report, by the package that they came inside of.
type Packages<'r> = BTreeMap<Option<&'r str>, Vec<&'r Shipped>>;

fn packages(report: &Report) -> Packages<'_> {
    let mut packages = Packages::new();
    for shipped in &report.packages {
        let inside = packages.entry(shipped.inside.as_deref()).or_default();
        inside.push(shipped)
    }
    packages
}

/// The packages that came inside of a package, or inside of none.
fn inside<'r>(
    packages: &'r Packages<'r>,
    package: Option<&'r str>,
) -> impl Iterator<Item = &'r Shipped> {
    packages.get(&package).into_iter().flatten().copied()
}

fn refs_inside<'r>(
    packages: &'r Packages<'r>,
    package: Option<&'r str>,
) -> impl Iterator<Item = String> {
    inside(packages, package).map(|shipped| package_ref(&shipped.id))
}

fn package_components(packages: &Packages<'_>, around: Option<&str>) -> Vec<Component> {
    inside(packages, around)
        .map(|shipped| {
            let package = &shipped.package;
            Component {
                kind: match package.kind {
                    "docker" | "oci" => "container",
                    _ => "library",
                },
                bom_ref: package_ref(&shipped.id),
                group: package.namespace.as_deref().map(|text| distinct(text, 200)),
                name: distinct(&package.name, 300),
                version: package.version.as_deref().map(|text| distinct(text, 300)),
                purl: package.purl(),
                components: package_components(packages, Some(&shipped.id)),
                properties: vec![Property::new("pqscan:packageType", package.kind)],
                ..Component::default()
            }
        })
        .collect()
}

fn package_ref(id: &str) -> String {
    format!("package/{}", distinct(id, 1000))
}

/// Cleaned text. What is left where it cannot be written as it is may be left of another text too: the hash of the whole tells them apart.
fn distinct(text: &str, max: usize) -> String {
    let cleaned = clean(text, max);
    if cleaned == text {
        return cleaned;
    }
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("{cleaned}#{}", &hash[..16])
}

fn dependencies<'p>(
    report: &'p Report,
    parts: &'p Parts<'p>,
) -> impl Iterator<Item = Dependency> + use<'p> {
    let Parts {
        libraries,
        packages,
        ..
    } = parts;
    let assets = report.inventory.assets.iter();
    let used = assets.clone().filter(|asset| asset.is_used());
    let binaries = report.binaries.iter();
    let subject = Dependency {
        reference: SUBJECT_REF.to_owned(),
        depends_on: used
            .map(|asset| asset.id.to_string())
            .chain(libraries.keys().map(|library| library_ref(library)))
            .chain(refs_inside(packages, None))
            .chain(binaries.map(|component| binaries::binary_ref(&component.binary.path)))
            .collect(),
        provides: Vec::new(),
    };
    let shipped = report.packages.iter().map(|shipped| {
        let assets = shipped.assets.iter().map(ToString::to_string);
        Dependency {
            reference: package_ref(&shipped.id),
            depends_on: assets
                .chain(refs_inside(packages, Some(&shipped.id)))
                .collect(),
            provides: Vec::new(),
        }
    });
    let assets = assets.map(|asset| Dependency {
        reference: asset.id.to_string(),
        depends_on: component::texts(&asset.depends_on),
        provides: Vec::new(),
    });
    let libraries = libraries.iter().map(|(library, provided)| Dependency {
        reference: library_ref(library),
        depends_on: Vec::new(),
        provides: provided.iter().map(|&id| id.to_owned()).collect(),
    });
    std::iter::once(subject)
        .chain(binaries::dependencies(report))
        .chain(shipped)
        .chain(assets)
        .chain(libraries)
}

/// Honest about what is missing: third parties always, more where something was not read or only what changed is told; and assets whose
/// parameters are not all known.
fn compositions(report: &Report) -> Vec<Composition> {
    let gap = report
        .coverage
        .skips
        .iter()
        .any(|skip| skip.reason.is_gap())
        || report.subject.since.is_some();
    let mut compositions = vec![Composition {
        aggregate: if gap {
            "incomplete"
        } else {
            "incomplete_first_party_only"
        },
        assemblies: vec![SUBJECT_REF.to_owned()],
        dependencies: vec![SUBJECT_REF.to_owned()],
    }];
    let unresolved: Vec<String> = report
        .inventory
        .assets
        .iter()
        .filter(|asset| asset.unresolved().next().is_some())
        .map(|asset| asset.id.to_string())
        .collect();
    if !unresolved.is_empty() {
        compositions.push(Composition {
            aggregate: "unknown",
            assemblies: Vec::new(),
            dependencies: unresolved,
        });
    }
    compositions
}

/// Text of the code under scan without characters that control a terminal or turn the direction of text, cut to a length.
fn clean(text: &str, max: usize) -> String {
    // As nearly all of it is.
    if text.len() <= max && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == max {
            out.push('…');
            break;
        }
        out.push(if super::deceives(c) { '\u{fffd}' } else { c });
    }
    out
}
