//! `corpus/binary/dotnet/`: what is found in C# source is found in what a compiler makes of it.
//!
//! The labels stand in the sources, by hand, in the form of the rules' examples: `//~` for both, `//~cs` and `//~dll` where the
//! compiled form tells less. An assembly has no lines: of it the labels are compared as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pqscan::knowledge::Knowledge;
use pqscan::model::{Confidence, Finding};
use pqscan::scan::{self, Request};

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/binary/dotnet")
}

fn findings(path: &Path) -> Vec<Finding> {
    let request = Request {
        roots: vec![path.to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("readable");
    let skips = found.coverage.skips;
    assert!(skips.is_empty(), "{skips:?}");
    found.findings.into_iter().flatten().collect()
}

/// The labels of a source, with their lines; of those for one form only, the ones for `form`.
fn labels(source: &Path, form: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(source).expect("a source");
    let mut labels = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for mark in line.split("//~").skip(1) {
            let (only, mark) = mark.split_once(' ').expect("a label after its sign");
            if only.is_empty() || only == form {
                labels.extend(mark.split(" ; ").map(|l| (index + 1, l.trim().to_owned())))
            }
        }
    }
    labels
}

/// Whatever was found in an assembly, without places.
fn seen(assembly: &str) -> Vec<String> {
    let mut seen: Vec<String> = findings(&folder().join("files").join(assembly))
        .iter()
        .map(|finding| finding.asset.to_string())
        .collect();
    seen.sort();
    seen
}

fn sorted(labels: Vec<(usize, String)>) -> Vec<String> {
    let mut all: Vec<String> = labels.into_iter().map(|(_, label)| label).collect();
    all.sort();
    all
}

#[test]
fn the_sources_show_what_their_labels_say() {
    for name in ["keys", "flows", "negative"] {
        let source = folder().join("src").join(name).with_extension("cs");
        let mut seen: Vec<(usize, String)> = findings(&source)
            .iter()
            .map(|f| (f.location.line as usize, f.asset.to_string()))
            .collect();
        seen.sort();
        let mut labels = labels(&source, "cs");
        labels.sort();
        assert_eq!(seen, labels, "{name}");
    }
}

#[test]
fn assemblies_show_what_the_labels_of_their_sources_say() {
    for name in ["keys", "flows"] {
        let source = folder().join("src").join(name).with_extension("cs");
        let labels = sorted(labels(&source, "dll"));
        assert!(labels.len() > 8, "{name} has labels");
        assert_eq!(seen(&format!("{name}.dll")), labels, "{name}");
        assert_eq!(
            seen(&format!("{name}-optimized.dll")),
            labels,
            "{name}, optimized"
        );
    }
}

#[test]
fn names_of_the_class_library_in_other_namespaces_are_silent() {
    assert_eq!(seen("negative.dll"), Vec::<String>::new());
}

#[test]
fn what_an_assembly_calls_is_certain_and_has_a_place() {
    let path = folder().join("files/keys.dll");
    let length = fs::metadata(&path).expect("a file").len();
    let findings = findings(&path);
    assert!(findings.iter().all(|f| f.confidence == Confidence::High));
    assert!(findings.iter().all(|f| {
        f.location.line == 0
            && f.location.span.start < f.location.span.end
            && f.location.span.end <= length
    }));
    let one = findings
        .iter()
        .find(|f| f.text.contains("3072"))
        .expect("a size");
    assert_eq!(&*one.text, "new RSACryptoServiceProvider(3072)");
    assert_eq!(one.function.as_deref(), Some("Demo.Keys.Rsa"));
}
