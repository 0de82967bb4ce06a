//! How much is found and how much of it is true: small realistic projects under `corpus/source/`, labelled by hand.
//!
//! Two figures a language, each for assets (the right kind and algorithm on the right line) and for parameters (every facet
//! and operation as well): recall, the share of the labels that were found, and precision, the share of the findings that
//! are labels. `corpus/score.toml` holds the least that each may be; it may only rise.

#![allow(clippy::print_stdout, reason = "the figures are what this test is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pqscan::knowledge::Knowledge;
use pqscan::scan::{self, Request};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    #[serde(default)]
    finding: Vec<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    at: String,
    is: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for readers: why today's tool misses it")]
    missed: Option<String>,
}

#[derive(Deserialize, Default)]
struct Least {
    asset_recall: f64,
    asset_precision: f64,
    parameter_recall: f64,
    parameter_precision: f64,
}

#[derive(Default)]
struct Tally {
    cases: usize,
    labels: usize,
    findings: usize,
    assets: usize,
    parameters: usize,
}

impl Tally {
    fn shares(&self) -> [f64; 4] {
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                1.0
            } else {
                part as f64 / whole as f64
            }
        };
        [
            share(self.assets, self.labels),
            share(self.assets, self.findings),
            share(self.parameters, self.labels),
            share(self.parameters, self.findings),
        ]
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// `key RSA` of `key RSA key_bits=2048 op=keygen`: kind and algorithm, whatever is known of the rest.
fn head(brief: &str) -> String {
    let mut words = brief.split(' ');
    let kind = words.next().unwrap_or_default();
    let algorithm = words.next().unwrap_or_default();
    let algorithm = if algorithm.contains('=') && !algorithm.starts_with("algorithm=") {
        ""
    } else {
        algorithm
    };
    format!("{kind} {}", algorithm.split('@').next().unwrap_or_default())
}

/// The labels and the findings of a case, as (place, brief).
fn judge(case: &Path, known: &Knowledge, tally: &mut Tally, report: &mut String) {
    let text = fs::read_to_string(case.join("expected.toml"))
        .unwrap_or_else(|e| panic!("{}: {e}", case.display()));
    let expected: Case =
        toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", case.display()));
    assert!(
        !expected.about.is_empty(),
        "{}: say what it is",
        case.display()
    );
    let request = Request {
        roots: vec![case.to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, known, &scan::Unwatched)
        .unwrap_or_else(|e| panic!("{}: {e}", case.display()));
    let mut findings: Vec<(String, String)> = found
        .findings
        .iter()
        .flatten()
        .map(|f| {
            (
                format!("{}:{}", f.location.path, f.location.line),
                f.asset.brief(),
            )
        })
        .collect();
    tally.cases += 1;
    tally.labels += expected.finding.len();
    tally.findings += findings.len();
    for label in &expected.finding {
        let path = label.at.rsplit_once(':').map_or("", |(path, _)| path);
        assert!(
            case.join(path).is_file(),
            "{}: {} does not exist",
            case.display(),
            label.at
        );
    }
    let name = case
        .strip_prefix(root())
        .unwrap_or(case)
        .display()
        .to_string();
    let mut rest: Vec<&Label> = Vec::new();
    for label in &expected.finding {
        match findings
            .iter()
            .position(|(at, is)| *at == label.at && *is == label.is)
        {
            Some(index) => {
                findings.remove(index);
                tally.assets += 1;
                tally.parameters += 1;
            }
            None => rest.push(label),
        }
    }
    for label in rest {
        let near = findings
            .iter()
            .position(|(at, is)| *at == label.at && head(is) == head(&label.is));
        match near {
            Some(index) => {
                let (_, is) = findings.remove(index);
                tally.assets += 1;
                let _ = writeln!(
                    report,
                    "{name}/{}\n    is    {}\n    found {is}",
                    label.at, label.is
                );
            }
            None => {
                let _ = writeln!(
                    report,
                    "{name}/{}\n    is    {}\n    found nothing",
                    label.at, label.is
                );
            }
        }
    }
    for (at, is) in findings {
        let _ = writeln!(report, "{name}/{at}\n    is    nothing\n    found {is}");
    }
}

#[test]
fn no_language_finds_less_or_worse_than_it_did() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    let least: BTreeMap<String, Least> =
        toml::from_str(&fs::read_to_string(root().join("score.toml")).expect("corpus/score.toml"))
            .expect("well-formed");
    let mut languages: Vec<PathBuf> = fs::read_dir(root().join("source"))
        .expect("corpus/source")
        .map(|e| e.expect("readable").path())
        .filter(|p| p.is_dir())
        .collect();
    languages.sort();
    assert!(!languages.is_empty(), "the corpus has no language");
    let mut fallen = Vec::new();
    println!(
        "{:<12} {:>5} {:>7} {:>9}   {:>22}   {:>22}",
        "language",
        "cases",
        "labels",
        "findings",
        "asset recall/precision",
        "param. recall/precision"
    );
    for folder in languages {
        let language = folder
            .file_name()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        let mut tally = Tally::default();
        let mut report = String::new();
        let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
            .expect("readable")
            .map(|e| e.expect("readable").path())
            .filter(|p| p.is_dir())
            .collect();
        cases.sort();
        for case in cases {
            judge(&case, &known, &mut tally, &mut report)
        }
        assert!(
            tally.cases > 0 && tally.labels > 0,
            "{language} has no case"
        );
        let shares = tally.shares();
        println!(
            "{language:<12} {:>5} {:>7} {:>9}   {:>10.1}% {:>9.1}%   {:>10.1}% {:>10.1}%",
            tally.cases,
            tally.labels,
            tally.findings,
            shares[0] * 100.0,
            shares[1] * 100.0,
            shares[2] * 100.0,
            shares[3] * 100.0
        );
        print!("{report}");
        let Some(least) = least.get(&language) else {
            panic!("corpus/score.toml has no [{language}]")
        };
        let bounds = [
            least.asset_recall,
            least.asset_precision,
            least.parameter_recall,
            least.parameter_precision,
        ];
        let names = [
            "asset recall",
            "asset precision",
            "parameter recall",
            "parameter precision",
        ];
        for ((share, bound), name) in shares.iter().zip(bounds).zip(names) {
            if *share + 1e-9 < bound {
                fallen.push(format!(
                    "{language}: {name} fell from {bound:.3} to {share:.3}"
                ))
            }
        }
    }
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
}
