//! The floors: a module uses only floors below its own, and what belongs to one place stays there. Every path that the
//! documents name exists.

use std::fs;
use std::path::{Path, PathBuf};

/// Top-level modules and their floors. Equal floors do not use each other.
const FLOORS: &[(&str, u32)] = &[
    ("model", 0),
    ("knowledge", 1),
    ("detect", 2),
    ("scan", 3),
    ("inventory", 3),
    ("output", 4),
    ("fleet", 5),
    ("cli", 6),
];

/// What only stands below certain folders: a literal, the folders, why.
const PLACES: &[(&str, &[&str], &str)] = &[
    ("rayon::", &["scan/", "fleet/"], "threads"),
    (
        "std::fs",
        &["scan/", "cli/", "fleet/", "knowledge/rules/"],
        "files",
    ),
    ("println!", &["cli/"], "printing"),
    (
        "serde_json::",
        &[
            "output/",
            "fleet/",
            "detect/binary/rust/",
            "detect/cert/",
            "detect/config/",
            "detect/manifest/",
            "detect/package/",
            "scan/image",
        ],
        "JSON",
    ),
    ("tree_sitter", &["detect/source/"], "grammars"),
    ("goblin::", &["detect/binary/"], "object files"),
    ("x509_parser::", &["detect/cert/"], "certificates"),
    ("rawzip::", &["scan/unpack/"], "archives"),
    ("sevenz_rust2::", &["scan/unpack/"], "archives"),
    ("backhand::", &["scan/unpack/"], "archives"),
    ("gix::", &["scan/git/"], "repositories"),
    ("indicatif::", &["cli/"], "progress bars"),
    ("std::net", &[], "the network"),
    ("std::process::Command", &["fleet/work/"], "other programs"),
    ("ureq::", &["fleet/target/"], "the network"),
    ("sqlx::", &["fleet/state/", "fleet/queue/"], "databases"),
    ("apalis", &["fleet/queue/", "fleet/serve"], "the queue"),
    ("object_store::", &["fleet/store/"], "object stores"),
    ("parquet::", &["fleet/store/"], "Parquet"),
    ("axum::", &["fleet/serve"], "web pages"),
];

/// Inside `detect/`, these use `facts` and never each other.
const SIBLINGS: &[&str] = &[
    "source", "config", "binary", "cert", "manifest", "markup", "package",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder)
        .expect("readable")
        .map(|e| e.expect("readable").path())
    {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "rs")
            && entry.file_name().is_some_and(|n| n != "tests.rs")
        {
            let below = entry
                .strip_prefix(root().join("src"))
                .expect("below src")
                .to_string_lossy()
                .replace('\\', "/");
            // The lower floors are a package of their own.
            let below = below.strip_prefix("engine/").unwrap_or(&below).to_owned();
            // What puts the rules into it is on no floor.
            if below == "build.rs" {
                continue;
            }
            let text = fs::read_to_string(&entry).expect("readable");
            // Unit tests may reach further than what they test.
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default()
                .to_owned();
            files.push((below, code));
        }
    }
}

fn floor(module: &str) -> Option<u32> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn used_modules(code: &str) -> Vec<String> {
    code.match_indices("crate::")
        .map(|(at, _)| {
            code[at + 7..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn a_floor_uses_only_floors_below_it() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let own = path.split(['/', '.']).next().unwrap_or_default();
        let Some(own_floor) = floor(own) else {
            assert!(
                matches!(path.as_str(), "lib.rs" | "main.rs"),
                "{path} is on no floor"
            );
            continue;
        };
        for used in used_modules(&code) {
            let Some(used_floor) = floor(&used) else {
                continue;
            };
            // `inventory` folds what `scan` brings: the one use between neighbours.
            let neighbour = own == "inventory" && used == "scan";
            if used != own && used_floor >= own_floor && !neighbour {
                wrong.push(format!(
                    "{path} (floor {own_floor}) uses {used} (floor {used_floor})"
                ))
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn detectors_do_not_use_each_other() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let Some(rest) = path.strip_prefix("detect/") else {
            continue;
        };
        let own = rest.split(['/', '.']).next().unwrap_or_default();
        if !SIBLINGS.contains(&own) {
            continue;
        }
        for other in SIBLINGS.iter().filter(|s| **s != own) {
            if code.contains(&format!("detect::{other}")) {
                wrong.push(format!("{path} uses detect::{other}"))
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_belongs_to_one_place_stays_there() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        for (literal, places, what) in PLACES {
            let here = code
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .any(|l| l.contains(literal));
            if here && !places.iter().any(|p| path.starts_with(p)) {
                wrong.push(format!("{path} has {what} (`{literal}`)"))
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, code)| !code.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no `//!` in {}", silent.join(", "));
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut missing = Vec::new();
    let mut documents = vec![
        root().join("README.md"),
        root().join("CONTRIBUTING.md"),
        root().join("rules/README.md"),
        root().join("corpus/README.md"),
    ];
    documents.extend(
        fs::read_dir(root().join("docs"))
            .expect("docs exist")
            .map(|e| e.expect("readable").path()),
    );
    for document in documents
        .iter()
        .filter(|d| d.extension().is_some_and(|e| e == "md"))
    {
        let text =
            fs::read_to_string(document).unwrap_or_else(|e| panic!("{}: {e}", document.display()));
        for word in text.split('`').skip(1).step_by(2) {
            let path = word.trim_end_matches('/');
            let ours = [
                "src/", "rules/", "tests/", "corpus/", "benches/", "docs/", ".ci/",
            ]
            .iter()
            .any(|p| path.starts_with(p));
            let plain = path
                .chars()
                .all(|c| c.is_alphanumeric() || "/._-".contains(c));
            if ours && plain && !root().join(path).exists() {
                missing.push(format!("{}: {path}", document.display()))
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
