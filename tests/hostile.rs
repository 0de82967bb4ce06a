//! Hostile archives: whatever lies, loops, bursts or hides in one costs bounded time and memory, is told with its reason, and takes
//! nothing else with it. The cases are made by `corpus/hostile/recipe.rs`; what is right is written by hand in `expected.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pqscan::knowledge::Knowledge;
use pqscan::model::{Facet, Found};
use pqscan::scan::{self, Request};
use serde::Deserialize;

#[path = "../corpus/hostile/recipe.rs"]
mod recipe;

/// No case may take longer, in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a right reader says of a case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Whether the key of `keys.py` must be found.
    keys: bool,
    /// Whether that of `after.py` must.
    after: bool,
    /// Words that must be said.
    says: Vec<String>,
    /// Of these, at least one must be.
    #[serde(default)]
    one_of: Vec<String>,
    /// These may be.
    #[serde(default)]
    may: Vec<String>,
}

fn expected() -> BTreeMap<String, Expected> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/hostile/expected.toml");
    toml::from_str(&fs::read_to_string(path).expect("readable")).expect("as written above")
}

/// Writes every case into a folder of its own below one folder, and gives that.
fn written(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for case in recipe::cases() {
        let own = folder.join(case.name.replace('.', "_"));
        fs::create_dir_all(&own).expect("a folder");
        fs::write(own.join(case.name), &case.bytes).expect("written");
    }
    folder
}

fn scan(root: &Path, known: &Knowledge) -> Found {
    let request = Request {
        roots: vec![root.to_owned()],
        ..Request::default()
    };
    scan::scan(&request, known, &scan::Unwatched).expect("it scans")
}

/// The sizes of the keys that the ordinary members of a case make.
fn key_sizes(found: &Found) -> BTreeSet<u64> {
    found
        .findings
        .iter()
        .flatten()
        .filter_map(|finding| finding.asset.facets.get(&Facet::KeyBits)?.single_number())
        .collect()
}

fn words(found: &Found) -> BTreeSet<&'static str> {
    let skips = found.coverage.skips.iter();
    // What a source is in itself is not the archive's doing.
    let about_sources = ["partly parsed", "not text", "too large for parsing"];
    skips
        .filter(|skip| !about_sources.contains(&skip.reason.name()))
        .map(|skip| match skip.reason.name() {
            "recognised, not read by this version" => "unsupported",
            word => word,
        })
        .collect()
}

#[test]
fn every_hostile_case_is_told_and_its_neighbours_are_read() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    let expected = expected();
    let folder = written("hostile-cases");
    let cases = recipe::cases();
    assert_eq!(
        cases.iter().map(|c| c.name).collect::<BTreeSet<_>>(),
        expected.keys().map(String::as_str).collect(),
        "every case has its expectation"
    );
    let mut wrong = Vec::new();
    for case in &cases {
        let right = &expected[case.name];
        let begun = Instant::now();
        let found = scan(&folder.join(case.name.replace('.', "_")), &known);
        let took = begun.elapsed();
        let sizes = key_sizes(&found);
        let said = words(&found);
        let mut problems = Vec::new();
        if took > PATIENCE {
            problems.push(format!("took {took:?}"))
        }
        if right.keys && !sizes.contains(&2048) {
            problems.push("the key of keys.py is missing".to_owned())
        }
        if right.after && !sizes.contains(&3072) {
            problems.push("the key of after.py is missing".to_owned())
        }
        for word in right.says.iter().filter(|w| !said.contains(w.as_str())) {
            problems.push(format!("does not say `{word}`"))
        }
        if !right.one_of.is_empty() && !right.one_of.iter().any(|w| said.contains(w.as_str())) {
            problems.push(format!("says none of {:?}", right.one_of))
        }
        let allowed: BTreeSet<&str> = [&right.says, &right.one_of, &right.may]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        for word in said.difference(&allowed) {
            problems.push(format!("says `{word}`"))
        }
        if !problems.is_empty() {
            let skips: Vec<String> = found
                .coverage
                .skips
                .iter()
                .take(3)
                .map(|s| format!("{}: {} ({})", s.path, s.reason.name(), s.detail))
                .collect();
            wrong.push(format!(
                "{} ({}): {}\n    {}",
                case.name,
                case.about,
                problems.join("; "),
                skips.join("\n    ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn hostile_files_take_nothing_else_with_them() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    let folder = written("hostile-neighbours");
    fs::write(folder.join("plain.py"), recipe::KEYS_PY).expect("written");
    fs::write(folder.join("zzz.py"), recipe::AFTER_PY).expect("written");
    let found = scan(&folder, &known);
    let places: BTreeSet<&str> = found
        .findings
        .iter()
        .flatten()
        .map(|finding| &*finding.location.path)
        .collect();
    assert!(places.contains("plain.py") && places.contains("zzz.py"));
    let again = scan(&folder, &known);
    assert_eq!(again.coverage.skips, found.coverage.skips);
    assert_eq!(again.findings, found.findings);
}

/// All cases at once, by the program itself, with 2.5 GiB of address space: whoever asks for what a header states is refused it.
#[cfg(target_os = "linux")]
#[test]
fn hostile_files_are_scanned_in_bounded_memory() {
    let folder = written("hostile-memory");
    let run = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -v 2621440 && exec \"$0\" scan \"$1\" --format json -o /dev/null -q -j 2",
        ])
        .arg(assert_cmd::cargo::cargo_bin("pqscan"))
        .arg(&folder)
        .env("PQSCAN_NO_CACHE", "1")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{:?}\n{said}", run.status);
    assert!(!said.contains("panicked"), "{said}");
}
