//! `corpus/binary/jvm/`: what is found in classes and dex files is what their sources say, place by place, and nothing else.
//!
//! The labels are comments in the sources that the files were built from, by hand: `//~` in Java, `#~` in the assembler for Android,
//! whose line is that of the last `.line`. Several labels of one line are joined by ` ; `.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pqscan::detect::binary::Binaries;
use pqscan::detect::{Detection, Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context, Finding, Technique};
use pqscan::scan::{self, Request};

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// Source file, line, and the asset in one line.
type Labels = BTreeSet<(String, u32, String)>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/binary/jvm")
}

fn files(below: &str, extension: &str) -> Vec<PathBuf> {
    let mut queue = vec![folder().join(below)];
    let mut found = Vec::new();
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(
                fs::read_dir(&path)
                    .expect("readable")
                    .map(|e| e.expect("an entry").path()),
            );
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {extension} below {below}");
    found
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// What the Java sources say.
fn java() -> Labels {
    let mut labels = Labels::new();
    for path in files("src", "java") {
        let text = fs::read_to_string(&path).expect("text");
        for (number, line) in (1..).zip(text.lines()) {
            let Some((_, marks)) = line.split_once("//~ ") else {
                continue;
            };
            for mark in marks.split(" ; ") {
                labels.insert((name_of(&path), number, mark.to_owned()));
            }
        }
    }
    assert!(labels.len() >= 17, "labels are read");
    labels
}

/// What the sources for Android's assembler say.
fn smali() -> Labels {
    let mut labels = Labels::new();
    for path in files("smali", "smali") {
        let text = fs::read_to_string(&path).expect("text");
        let (mut source, mut number) = (String::new(), 0);
        for line in text.lines() {
            if let Some(name) = line.strip_prefix(".source ") {
                name.trim_matches('"').clone_into(&mut source);
            }
            if let Some(told) = line.trim().strip_prefix(".line ") {
                number = told.parse().expect("a number");
            }
            if let Some((_, mark)) = line.split_once("#~ ") {
                labels.insert((source.clone(), number, mark.to_owned()));
            }
        }
    }
    assert!(labels.len() >= 10, "labels are read");
    labels
}

fn findings(below: &str) -> Vec<Finding> {
    let request = Request {
        roots: vec![folder().join(below)],
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("readable");
    assert!(
        found.coverage.skips.is_empty(),
        "{:?}",
        found.coverage.skips
    );
    found.findings.into_iter().flatten().collect()
}

/// What was found in bytecode: the places of the sources stand in the text.
fn compiled(below: &str) -> Labels {
    let findings = findings(below);
    assert!(findings.iter().all(|f| f.technique == Technique::Bytecode));
    let label = |finding: &Finding| {
        let place = finding.text.split(' ').next()?;
        let (source, line) = place.split_once(':')?;
        Some((source.to_owned(), line.parse().ok()?, finding.asset.brief()))
    };
    let labels = findings
        .iter()
        .map(|f| label(f).unwrap_or_else(|| panic!("{}", f.text)));
    labels.collect()
}

#[test]
fn source_says_what_its_labels_say() {
    let findings = findings("src").into_iter().map(|finding| {
        let name = name_of(Path::new(&*finding.location.path));
        (name, finding.location.line, finding.asset.brief())
    });
    assert_eq!(findings.collect::<Labels>(), java());
}

#[test]
fn classes_say_what_their_source_says() {
    assert_eq!(compiled("files/debug"), java());
}

#[test]
fn classes_of_older_compilers_say_the_same() {
    assert_eq!(compiled("files/builders"), java());
}

#[test]
fn classes_in_a_jar_say_the_same() {
    assert_eq!(compiled("files/demo.jar"), java());
}

#[test]
fn classes_without_lines_and_names_say_the_same_but_for_names() {
    let nameless = |brief: &str| {
        let mut parts = brief.split("?parameter(");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| {
            let rest = part.split_once(')').map_or("", |(_, rest)| rest);
            format!("{all}?parameter{rest}")
        })
    };
    let found: BTreeSet<String> = findings("files/plain")
        .iter()
        .map(|f| nameless(&f.asset.brief()))
        .collect();
    let labels = java().into_iter().map(|(_, _, brief)| nameless(&brief));
    assert_eq!(found, labels.collect());
}

#[test]
fn dex_files_say_what_their_source_says() {
    assert_eq!(compiled("files/dex"), smali());
}

#[test]
fn places_are_the_bytes_of_calls() {
    let path = folder().join("files/debug/demo/Keys.class");
    let bytes = fs::read(&path).expect("readable");
    for finding in findings("files/debug/demo/Keys.class") {
        assert_eq!(finding.location.line, 0);
        let at = usize::try_from(finding.location.span.start).expect("a place");
        // invokevirtual, invokespecial, invokestatic, invokeinterface
        assert!(
            matches!(bytes.get(at), Some(0xb6..=0xb9)),
            "{}",
            finding.text
        );
        let function = finding.function.as_deref().unwrap_or_default();
        assert!(function.starts_with("Keys."), "{function}");
    }
}

#[test]
fn no_secret_is_told() {
    for below in ["files/debug", "files/plain", "files/builders"] {
        for finding in findings(below) {
            assert!(
                !format!("{finding:?}").contains("correct horse"),
                "{finding:?}"
            );
        }
    }
}

#[test]
fn bytecode_that_was_cut_or_changed_does_no_harm() {
    let mut paths = files("files/debug", "class");
    paths.extend(files("files/dex", "dex"));
    for path in paths {
        let bytes = fs::read(&path).expect("readable");
        for part in 0..64 {
            look(&bytes[..bytes.len() * part / 64]);
        }
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..400 {
            let mut changed = bytes.clone();
            for _ in 0..3 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let at = usize::try_from(random >> 33).expect("small") % changed.len();
                // The first bytes say that it is a class or dex file at all.
                if at >= 8 {
                    changed[at] ^= u8::try_from(random >> 20 & 0xff).expect("a byte");
                }
            }
            look(&changed);
        }
    }
}

/// Looks at one file; its reader must not give up.
fn look(bytes: &[u8]) -> Detection {
    let artifact = Artifact::file("x", Context::Production);
    let passwords = Passwords::default();
    let means = Means {
        known: &KNOWN,
        passwords: &passwords,
    };
    let mut source = bytes;
    let detection = Binaries.detect(&artifact, &mut source, &means);
    for skip in &detection.skips {
        assert!(!skip.detail.contains("gave up"), "{}", skip.detail);
    }
    for finding in &detection.findings {
        let span = finding.location.span;
        assert!(span.start <= span.end && span.end <= bytes.len() as u64);
    }
    detection
}
