//! Archives, packages and images are looked into as if what they hold lay in folders: the same assets, contexts and numbers, at places that
//! say the way in. Everything scanned here is written by the tests, with other code than that which reads it where there is any.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use pqscan::knowledge::Knowledge;
use pqscan::model::{Facet, Finding, Found, SkipReason};
use pqscan::scan::{self, Request};
use tempfile::TempDir;

#[path = "archives/behaviour.rs"]
mod behaviour;
#[path = "archives/build.rs"]
mod build;
#[path = "archives/images.rs"]
mod images;
#[path = "archives/packages.rs"]
mod packages;
#[path = "archives/same_tree.rs"]
mod same_tree;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    folder
}

/// Scans what lies below a folder, or a file.
fn scan(root: &Path, request: Request) -> Found {
    let request = Request {
        roots: vec![root.to_owned()],
        threads: request.threads.max(1),
        ..request
    };
    scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans")
}

/// Scans a folder with one file in it.
fn scan_file(name: &str, bytes: &[u8]) -> Found {
    scan(folder(&[(name, bytes)]).path(), Request::default())
}

/// The size in bits of every RSA key that is made, and where. Tests give each file a size of its own.
fn keys(found: &Found) -> Vec<(u64, &str)> {
    let mut keys: Vec<_> = keys_of(found)
        .map(|(bits, finding)| (bits, &*finding.location.path))
        .collect();
    keys.sort_unstable();
    keys
}

fn keys_of(found: &Found) -> impl Iterator<Item = (u64, &Finding)> {
    found.findings.iter().flatten().filter_map(|finding| {
        let bits = finding.asset.facets.get(&Facet::KeyBits)?;
        Some((bits.single_number()?, finding))
    })
}

/// The one place where a key of this size is made.
fn key(found: &Found, bits: u64) -> &Finding {
    let mut all = keys_of(found).filter(|(size, _)| *size == bits);
    let first = all.next();
    let Some((_, first)) = first else {
        panic!(
            "no key of {bits} bits, but {:?}; {:?}",
            keys(found),
            unread(found)
        )
    };
    assert_eq!(all.count(), 0, "another key of {bits} bits");
    first
}

/// What was told as not, or not wholly, read.
fn unread(found: &Found) -> Vec<(&str, SkipReason)> {
    let skips = found.coverage.skips.iter();
    skips.map(|skip| (&*skip.path, skip.reason)).collect()
}

/// How often each reason was told.
fn reasons(found: &Found) -> BTreeMap<SkipReason, usize> {
    let mut reasons = BTreeMap::new();
    for skip in &found.coverage.skips {
        *reasons.entry(skip.reason).or_default() += 1
    }
    reasons
}
