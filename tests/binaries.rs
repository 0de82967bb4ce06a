//! `corpus/binary/native/`: in every program, library and object, what must be seen is seen, nothing else is, and the binary is told right.
//!
//! `expected.toml` there is written by hand from the sources; its README says what the words mean. A label that today's reader cannot see
//! says so in `missed`, and fails when it is seen after all. What is too large to keep is built by a test that runs only when asked for.

#![allow(clippy::print_stdout, reason = "the figures are for the reader")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use pqscan::knowledge::Knowledge;
use pqscan::model::{Binary, Confidence, Facet, Finding, Found, Operation};
use pqscan::scan::{self, Request};
use serde::Deserialize;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    case: Vec<Case>,
    /// What is too large to keep.
    #[serde(default)]
    large: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The files that it is said of.
    files: Vec<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader")]
    about: String,
    /// All of these must be found.
    #[serde(default)]
    found: Vec<Label>,
    /// These may be found as well; nothing else may.
    #[serde(default)]
    may: Vec<Label>,
    /// There is more inside than the labels list.
    #[serde(default)]
    open: bool,
    /// What the binary says of itself, where anything is found in it.
    binary: Option<Told>,
}

/// What is found. Fields that are absent are not compared.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields, default)]
struct Label {
    kind: Option<String>,
    /// Any of these. Of a protocol, its name.
    algorithm: Names,
    /// Any of these.
    curve: Names,
    group: Option<String>,
    operation: Option<String>,
    tier: Option<String>,
    /// At least.
    confidence: Option<String>,
    missed: Option<String>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(untagged)]
enum Names {
    #[default]
    Any,
    One(String),
    Several(Vec<String>),
}

/// The binary as a component.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    format: String,
    role: Option<String>,
    name: Option<String>,
    /// Libraries that it needs, among others.
    #[serde(default)]
    needs: Vec<String>,
}

/// The word for the processor in outputs, by the folder or the end of the name that says it here.
const ARCHITECTURES: [(&str, &str); 18] = [
    ("s390x", "s390x"),
    ("amd64", "x86-64"),
    ("static/", "x86-64"),
    ("unstripped", "x86-64"),
    ("parts/", "x86-64"),
    ("arm64", "aarch64"),
    ("armhf", "arm"),
    ("i386", "x86"),
    ("ppc64el", "ppc64le"),
    ("mips64el", "mips64el"),
    ("aarch64", "aarch64"),
    ("x86_64", "x86-64"),
    ("x86.exe", "x86"),
    ("acme.dll", "x86-64"),
    ("ecdsa.obj", "x86-64"),
    ("libacme.dylib", "aarch64"),
    ("wasm/", "wasm32"),
    ("macos/", "aarch64"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/binary/native")
}

fn corpus() -> Corpus {
    let text = fs::read_to_string(folder().join("expected.toml")).expect("readable");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn scan(path: &Path) -> Found {
    let request = Request {
        roots: vec![path.to_owned()],
        ..Request::default()
    };
    scan::scan(&request, &KNOWN, &scan::Unwatched).expect("readable")
}

impl Names {
    fn hold(&self, name: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => name == Some(one),
            Self::Several(several) => several.iter().any(|one| name == Some(one)),
        }
    }
}

/// What stands for the name of a finding's asset: its algorithm, its protocol, or the digest that is named.
fn name_of(finding: &Finding) -> Option<String> {
    [Facet::Algorithm, Facet::Protocol, Facet::Digest]
        .iter()
        .find_map(|facet| finding.asset.facets.get(facet))
        .map(|value| value.to_string().replace("@default", ""))
}

/// Whether a finding is what a label says.
fn is(label: &Label, finding: &Finding) -> bool {
    let shown = |facet| finding.asset.facets.get(&facet).map(ToString::to_string);
    let word = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|one| one == is);
    let sure = match label.confidence.as_deref() {
        Some("high") => Confidence::High,
        Some("medium") => Confidence::Medium,
        Some("low") | None => Confidence::Low,
        Some(other) => panic!("{other} is no confidence"),
    };
    let operation = label
        .operation
        .as_deref()
        .map(|name| Operation::from_name(name).unwrap_or_else(|| panic!("{name} is no operation")));
    label.algorithm.hold(name_of(finding).as_deref())
        && word(&label.kind, finding.asset.kind.name())
        && label.curve.hold(shown(Facet::Curve).as_deref())
        && (label.group.is_none() || label.group == shown(Facet::Group))
        && word(&label.tier, finding.technique.tier().name())
        && operation.is_none_or(|operation| finding.asset.operations.contains(&operation))
        && finding.confidence >= sure
}

/// Whether a finding says no more than a label: a curve or group that the label does not have is one thing too much.
fn is_allowed(label: &Label, finding: &Finding) -> bool {
    let unknown = |facet| {
        let value = finding.asset.facets.get(&facet);
        value.is_none_or(|value| value.is_unknown())
    };
    is(label, finding)
        && (!matches!(label.curve, Names::Any) || unknown(Facet::Curve))
        && (label.group.is_some() || unknown(Facet::Group))
}

fn shown(finding: &Finding) -> String {
    format!(
        "{} ({}, {}, {}: {})",
        finding.asset.brief(),
        finding.technique.tier().name(),
        finding.confidence.name(),
        finding.entry,
        finding.text
    )
}

/// What is wrong with what was found in a file.
fn complaints(case: &Case, name: &str, found: &Found, counts: &mut [usize; 4]) -> Vec<String> {
    let findings: Vec<&Finding> = found.findings.iter().flatten().collect();
    let mut complaints = Vec::new();
    for label in &case.found {
        counts[0] += 1;
        let seen = findings.iter().any(|finding| is(label, finding));
        match (seen, &label.missed) {
            (true, None) => counts[1] += 1,
            (false, Some(_)) => counts[2] += 1,
            (true, Some(why)) => complaints.push(format!("seen, though missed: {why}")),
            (false, None) => complaints.push(format!("not found: {}", brief(label))),
        }
    }
    for finding in &findings {
        let mut labels = case.found.iter().chain(&case.may);
        if !case.open && !labels.any(|label| is_allowed(label, finding)) {
            counts[3] += 1;
            complaints.push(format!("too much: {}", shown(finding)))
        }
    }
    let gaps = found
        .coverage
        .skips
        .iter()
        .filter(|skip| skip.reason.is_gap());
    complaints
        .extend(gaps.map(|skip| format!("not read: {}: {}", skip.reason.name(), skip.detail)));
    if let Some(told) = &case.binary
        && !findings.is_empty()
    {
        match found.binaries.as_slice() {
            [binary] => complaints.extend(misnamed(told, binary, name)),
            other => complaints.push(format!("{} components", other.len())),
        }
    }
    complaints
}

/// What a binary tells of itself that is not so.
fn misnamed(told: &Told, binary: &Binary, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, wanted: &str, is: &str| {
        if wanted != is {
            wrong.push(format!("{what} is {is:?}, not {wanted:?}"))
        }
    };
    same("format", &told.format, binary.format);
    if let Some(role) = &told.role {
        same("role", role, binary.role.name())
    }
    if let Some(name) = &told.name {
        same("name", name, binary.name.as_deref().unwrap_or_default())
    }
    let processor = ARCHITECTURES.iter().find(|(part, _)| name.contains(part));
    let (_, processor) = processor.unwrap_or_else(|| panic!("{name}: for which processor?"));
    same("architecture", processor, &binary.architectures.join("+"));
    let missing = told.needs.iter().filter(|one| !binary.needs.contains(one));
    wrong.extend(missing.map(|one| format!("{one} is needed, told: {:?}", binary.needs)));
    wrong
}

fn brief(label: &Label) -> String {
    let text = format!("{label:?}");
    text.replace("Some(", "")
        .split(", ")
        .filter(|field| !field.ends_with("None") && !field.ends_with("Any"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Compares what is found in each file with its labels, prints the figures, and fails with everything that differs.
fn judge(cases: &[Case], root: &Path) {
    let mut counts = [0; 4];
    let mut files = 0;
    let mut wrong = String::new();
    for case in cases {
        for name in &case.files {
            let path = root.join(name);
            assert!(path.exists(), "{name} does not exist");
            files += 1;
            let told = complaints(case, name, &scan(&path), &mut counts);
            if !told.is_empty() {
                wrong.push_str(&format!("{name}\n    {}\n", told.join("\n    ")))
            }
        }
    }
    assert!(files > 0, "no cases");
    let [wanted, met, missed, extra] = counts;
    println!("{files} files, {wanted} labels: {met} found, {missed} known gaps, {extra} too much");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn everything_in_the_corpus_is_seen_and_nothing_else() {
    judge(&corpus().case, &folder().join("files"));
}

#[test]
fn every_file_of_the_corpus_has_labels_once() {
    let corpus = corpus();
    let mut labelled = BTreeSet::new();
    for name in corpus.case.iter().flat_map(|case| &case.files) {
        assert!(labelled.insert(name.clone()), "{name} has labels twice");
    }
    let root = folder().join("files");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 100, "the corpus was not found");
    for file in files {
        let below = file.strip_prefix(&root).expect("below").to_string_lossy();
        let below = below.replace('\\', "/");
        assert!(labelled.contains(&below), "{below} has no labels");
    }
}

#[test]
#[ignore = "builds programs for minutes, with compilers that few machines have"]
fn what_is_too_large_to_keep_is_seen_as_well() {
    let to = tempfile::tempdir().expect("a folder");
    let built = Command::new("bash")
        .arg(folder().join("recipe.sh"))
        .arg("large")
        .arg(to.path())
        .output();
    match &built {
        Ok(output) if output.status.success() => {
            print!("{}", String::from_utf8_lossy(&output.stdout))
        }
        other => println!("the recipe did not run to its end: {other:?}"),
    }
    let mut cases = corpus().large;
    for case in &mut cases {
        case.files.retain(|name| {
            let here = to.path().join(name).exists();
            if !here {
                println!("{name}: was not built")
            }
            here
        });
    }
    if cases.iter().all(|case| case.files.is_empty()) {
        println!("nothing was built, nothing is judged");
        return;
    }
    judge(&cases, to.path());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, files)
        } else {
            files.push(path)
        }
    }
}
