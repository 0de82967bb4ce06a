//! `corpus/cert/`: in every file, what must be found is found, nothing else is, and nothing secret is told.
//!
//! `expected.toml` there is written by hand; its README says what the words mean. A label that today's reader cannot see says so in
//! `missed`, and fails when it is seen after all.

#![allow(clippy::print_stdout, reason = "the figures are for the reader")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use pqscan::knowledge::Knowledge;
use pqscan::model::object::{Half, Opened};
use pqscan::model::{AssetKind, Facet, Finding, Found, Object, Value};
use pqscan::scan::{self, Request};
use serde::Deserialize;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader")]
    about: String,
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader")]
    checked: String,
    found: Vec<Label>,
    /// What may be found as well.
    #[serde(default)]
    may: Vec<Label>,
    #[serde(default)]
    skips: Vec<String>,
    /// What may be told as well.
    #[serde(default)]
    may_skip: Vec<String>,
}

/// What must be found. Fields that are absent are not compared.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields, default)]
struct Label {
    kind: String,
    form: Option<String>,
    half: Option<String>,
    algorithm: Option<String>,
    /// `algorithm` is an OID that nobody knows.
    unknown: bool,
    curve: Option<String>,
    group: Option<String>,
    bits: Option<u64>,
    digest: Option<String>,
    mgf_digest: Option<String>,
    salt_bits: Option<u64>,
    mode: Option<String>,
    iterations: Option<u64>,
    subject: Option<String>,
    issuer: Option<String>,
    serial: Option<String>,
    ca: Option<bool>,
    not_after: Option<String>,
    locked: Option<bool>,
    encrypted: Option<bool>,
    line: Option<u32>,
    count: Option<usize>,
    missed: Option<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/cert")
}

fn scan(path: &Path) -> Found {
    let request = Request {
        roots: vec![path.to_owned()],
        ..Request::default()
    };
    scan::scan(&request, &KNOWN, &scan::Unwatched).expect("readable")
}

/// Whether a finding is what a label says, field by field; the first field that differs.
fn differs(label: &Label, finding: &Finding) -> Option<String> {
    let asset = &finding.asset;
    let object = asset.object.as_deref();
    let shown = |facet| asset.facets.get(&facet).map(ToString::to_string);
    let told = |value: &Value| match &value.why {
        Some(why) => why.detail.clone(),
        None => value.to_string(),
    };
    let mut differing = None;
    let mut same = |what: &str, wanted: Option<String>, is: Option<String>| {
        if wanted.is_some() && wanted != is && differing.is_none() {
            differing = Some(format!("{what} is {is:?}"))
        }
    };
    same(
        "kind",
        Some(label.kind.clone()),
        Some(asset.kind.name().to_owned()),
    );
    let algorithm = asset.facets.get(&Facet::Algorithm);
    if label.unknown {
        same("algorithm", label.algorithm.clone(), algorithm.map(told));
    } else {
        same(
            "algorithm",
            label.algorithm.clone(),
            algorithm.map(|v| v.to_string().replace("@default", "")),
        );
    }
    for (what, facet, wanted) in [
        ("curve", Facet::Curve, label.curve.clone()),
        ("group", Facet::Group, label.group.clone()),
        ("digest", Facet::Digest, label.digest.clone()),
        ("mgf_digest", Facet::MgfDigest, label.mgf_digest.clone()),
        ("mode", Facet::Mode, label.mode.clone()),
        ("bits", Facet::KeyBits, label.bits.map(|n| n.to_string())),
        (
            "salt_bits",
            Facet::SaltBits,
            label.salt_bits.map(|n| n.to_string()),
        ),
        (
            "iterations",
            Facet::Iterations,
            label.iterations.map(|n| n.to_string()),
        ),
    ] {
        same(
            what,
            wanted,
            shown(facet).map(|text| text.replace("@default", "")),
        );
    }
    // Parameters without a key are algorithms, and have no form.
    if let Some(object) = object {
        same("form", label.form.clone(), Some(object.form().to_owned()))
    }
    same(
        "line",
        label.line.map(|n| n.to_string()),
        Some(finding.location.line.to_string()),
    );
    if let Some(Object::Key(key)) = object {
        let half = key.halves.iter().next().copied();
        let word = match half {
            Some(Half::Public) => "public",
            Some(Half::Private | Half::EncryptedPrivate) => "private",
            Some(Half::Secret | Half::EncryptedSecret) => "secret",
            None => "none",
        };
        same("half", label.half.clone(), Some(word.to_owned()));
        let encrypted = matches!(half, Some(Half::EncryptedPrivate | Half::EncryptedSecret));
        same(
            "encrypted",
            label.encrypted.map(|flag| flag.to_string()),
            Some(encrypted.to_string()),
        );
    }
    if let Some(Object::Keystore(store)) = object {
        same(
            "locked",
            Some(label.locked.unwrap_or(false).to_string()),
            Some((store.opened == Opened::Locked).to_string()),
        );
    }
    let time = |seconds: i64| match seconds {
        i64::MAX => "9999-12-31T23:59:59Z".to_owned(),
        seconds => jiff::Timestamp::from_second(seconds)
            .map(|time| time.to_string())
            .unwrap_or_default(),
    };
    match object {
        Some(Object::Certificate(certificate)) => {
            same(
                "subject",
                label.subject.clone(),
                Some(certificate.subject.text.clone()),
            );
            same(
                "issuer",
                label.issuer.clone(),
                Some(certificate.issuer.text.clone()),
            );
            same(
                "serial",
                label.serial.clone(),
                Some(certificate.serial.clone()),
            );
            same(
                "ca",
                label.ca.map(|flag| flag.to_string()),
                certificate.ca.map(|flag| flag.to_string()),
            );
            same(
                "not_after",
                label.not_after.clone(),
                certificate.not_after.map(time),
            );
        }
        Some(Object::Request(request)) => same(
            "subject",
            label.subject.clone(),
            Some(request.subject.text.clone()),
        ),
        Some(Object::Crl(crl)) => same(
            "issuer",
            label.issuer.clone(),
            Some(crl.issuer.text.clone()),
        ),
        _ => {}
    }
    differing
}

/// Pairs labels and findings so that as many as possible meet (augmenting paths: a plain label must not take what a narrower one needs).
fn paired(labels: &[(usize, &Label)], findings: &[&Finding]) -> Vec<Option<usize>> {
    fn place(
        label: usize,
        fits: &[Vec<usize>],
        taken: &mut BTreeMap<usize, usize>,
        tried: &mut Vec<bool>,
    ) -> bool {
        for &finding in &fits[label] {
            if std::mem::replace(&mut tried[finding], true) {
                continue;
            }
            let other = taken.get(&finding).copied();
            if other.is_none_or(|other| place(other, fits, taken, tried)) {
                taken.insert(finding, label);
                return true;
            }
        }
        false
    }
    let fits: Vec<Vec<usize>> = labels
        .iter()
        .map(|(_, label)| {
            (0..findings.len())
                .filter(|n| differs(label, findings[*n]).is_none())
                .collect()
        })
        .collect();
    let mut taken = BTreeMap::new();
    for label in 0..labels.len() {
        place(label, &fits, &mut taken, &mut vec![false; findings.len()]);
    }
    let mut pairs = vec![None; labels.len()];
    for (finding, label) in taken {
        pairs[label] = Some(finding)
    }
    pairs
}

#[test]
fn everything_in_the_corpus_is_found_and_nothing_else() {
    let text = fs::read_to_string(folder().join("expected.toml")).expect("readable");
    let corpus: Corpus = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let (mut wanted, mut met, mut extra, mut missed) = (0, 0, 0, 0);
    let mut wrong = String::new();
    for case in &corpus.case {
        let path = folder().join("files").join(&case.file);
        assert!(path.exists(), "{} does not exist", case.file);
        let found = scan(&path);
        // What stands in a file twice is one thing; signatures alike are several.
        let mut findings: Vec<&Finding> = Vec::new();
        for finding in found.findings.iter().flatten() {
            let told_before = |other: &&Finding| match &finding.asset.object {
                Some(object) if object.says_all() => {
                    same_object(&other.asset.object, object)
                        && finding.asset.kind == other.asset.kind
                }
                Some(_) => false,
                None => finding.asset == other.asset,
            };
            if !findings.iter().any(told_before) {
                findings.push(finding)
            }
        }
        let labels: Vec<(usize, &Label)> = case
            .found
            .iter()
            .flat_map(|label| vec![label; label.count.unwrap_or(1)])
            .enumerate()
            .collect();
        let pairs = paired(&labels, &findings);
        wanted += labels.len();
        let mut complaints = Vec::new();
        for ((_, label), pair) in labels.iter().zip(&pairs) {
            match (pair, &label.missed) {
                (Some(_), None) => met += 1,
                (None, Some(_)) => missed += 1,
                (Some(_), Some(why)) => complaints.push(format!("seen, though missed: {why}")),
                (None, None) => {
                    let nearest = findings
                        .iter()
                        .filter(|finding| finding.asset.kind.name() == label.kind)
                        .filter_map(|finding| differs(label, finding))
                        .next();
                    complaints.push(format!(
                        "not found: {}{}",
                        brief(label),
                        match nearest {
                            Some(difference) => format!("\n        but: {difference}"),
                            None => String::new(),
                        }
                    ))
                }
            }
        }
        // Algorithms that something is protected with are compared where the label names any: they follow from what was found.
        let judged = |finding: &Finding| {
            finding.asset.kind != AssetKind::Algorithm
                || case.found.iter().any(|label| label.kind == "algorithm")
        };
        for (n, finding) in findings.iter().enumerate() {
            // Of two derivations alike, each with its salt, the label names one.
            let allowed = || {
                let algorithms = case.found.iter().filter(|label| label.kind == "algorithm");
                algorithms
                    .chain(&case.may)
                    .any(|label| differs(label, finding).is_none())
            };
            if judged(finding) && !pairs.contains(&Some(n)) && !allowed() {
                extra += 1;
                complaints.push(format!(
                    "too much: line {} {} {:?}",
                    finding.location.line,
                    finding.asset.brief(),
                    finding.asset.object.as_deref().map(Object::form)
                ));
            }
        }
        let told: Vec<&str> = found
            .coverage
            .skips
            .iter()
            .map(|skip| skip.reason.name())
            .collect();
        for reason in &case.skips {
            if !told.contains(&reason.as_str()) {
                complaints.push(format!("not told: {reason} (told: {told:?})"))
            }
        }
        // What is locked is told; of what is broken more may be told than the label lists.
        let locked = case.found.iter().any(|label| label.locked == Some(true));
        let allowed = |reason: &&str| {
            let mut listed = case.skips.iter().chain(&case.may_skip);
            listed.any(|skip| skip == reason) || locked && *reason == "encrypted"
        };
        if !case.file.starts_with("broken/") && !told.iter().all(allowed) {
            complaints.push(format!("told: {:?}", found.coverage.skips))
        }
        if !complaints.is_empty() {
            wrong.push_str(&format!(
                "{}\n    {}\n",
                case.file,
                complaints.join("\n    ")
            ));
        }
    }
    println!(
        "{} cases, {wanted} labels: {met} found, {missed} known gaps, {extra} too much",
        corpus.case.len()
    );
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn same_object(one: &Option<Arc<Object>>, other: &Object) -> bool {
    match (one.as_deref(), other) {
        (Some(Object::Key(one)), Object::Key(other)) => {
            one.id == other.id && one.halves == other.halves
        }
        (Some(one), other) => one.identity() == other.identity(),
        (None, _) => false,
    }
}

fn brief(label: &Label) -> String {
    let text = format!("{label:?}");
    text.replace("Some(", "")
        .split(", ")
        .filter(|field| !field.ends_with("None") && !field.ends_with("false"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn every_file_of_the_corpus_has_a_label() {
    let text = fs::read_to_string(folder().join("expected.toml")).expect("readable");
    let corpus: Corpus = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut files = Vec::new();
    collect(&folder().join("files"), &mut files);
    assert!(files.len() > 100, "the corpus was not found");
    for file in files {
        let below = file
            .strip_prefix(folder().join("files"))
            .expect("below")
            .to_string_lossy()
            .replace('\\', "/");
        assert!(
            corpus.case.iter().any(|case| case.file == below),
            "{below} has no label"
        );
    }
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
