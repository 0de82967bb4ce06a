//! Nothing that is done to a certificate, key, keystore or signature makes its reader panic, tell a secret, or say more than the file
//! could hold: every file of `corpus/cert/` cut, changed and put into another. The fuzzer in `tests/fuzz/` does the same for longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pqscan::detect::Passwords;
use pqscan::knowledge::Knowledge;
use proptest::prelude::*;
use proptest::sample::Index;

#[allow(dead_code, reason = "the fuzz targets take their names from a byte")]
#[path = "fuzz/targets/material.rs"]
mod material;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// Name and bytes of every file.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut paths = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/cert/files"),
        &mut paths,
    );
    paths.sort();
    assert!(paths.len() > 300, "the corpus was not found");
    let named = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    paths
        .iter()
        .map(|path| {
            (
                named(path).expect("a file has a name"),
                fs::read(path).expect("readable"),
            )
        })
        .collect()
});

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

/// What is done to a file.
#[derive(Debug, Clone)]
enum Change {
    Cut(Index),
    Flip(Index, u8),
    /// A byte that lengths and counts are large with.
    Set(Index, u8),
    Remove(Index, u8),
    Repeat(Index, u8),
    /// A part of another file in the place of what stands there.
    Splice(Index, Index, Index, u16),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Change::Cut),
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        3 => (at(), prop::sample::select(vec![0_u8, 1, 0x30, 0x7f, 0x80, 0x84, 0xa0, 0xff])).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => (at(), 1..32_u8).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), 1..64_u8).prop_map(|(at, length)| Change::Repeat(at, length)),
        2 => (at(), at(), at(), 1..2048_u16).prop_map(|(at, file, from, length)| Change::Splice(at, file, from, length)),
    ]
}

fn apply(change: &Change, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let end = |at: usize, length: usize, of: usize| (at + length).min(of);
    match change {
        Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Change::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit
        }
        Change::Set(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte
        }
        Change::Remove(at, length) => {
            let at = at.index(bytes.len());
            let end = end(at, usize::from(*length), bytes.len());
            bytes.drain(at..end);
        }
        Change::Repeat(at, length) => {
            let at = at.index(bytes.len());
            let end = end(at, usize::from(*length), bytes.len());
            let part = bytes[at..end].repeat(3);
            bytes.splice(at..at, part);
        }
        Change::Splice(at, file, from, length) => {
            let (_, other) = &FILES[file.index(FILES.len())];
            if other.is_empty() {
                return;
            }
            let from = from.index(other.len());
            let part = &other[from..end(from, usize::from(*length), other.len())];
            let at = at.index(bytes.len());
            let end = end(at, part.len(), bytes.len());
            bytes.splice(at..end, part.iter().copied());
        }
    }
}

/// Without passwords: a derivation takes longer than all else, and has tests of its own.
fn look(name: &str, bytes: &[u8]) {
    let passwords = Passwords {
        common: false,
        given: Vec::new(),
    };
    material::look_at(name, bytes, &passwords, &KNOWN)
}

#[test]
fn every_file_as_it_is_and_without_its_end() {
    for (name, bytes) in FILES.iter() {
        look(name, bytes);
        for part in 1..4 {
            look(name, &bytes[..bytes.len() * part / 4])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        max_shrink_iters: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_done_to_a_file(file in any::<Index>(), changes in prop::collection::vec(change(), 1..6)) {
        let (name, bytes) = &FILES[file.index(FILES.len())];
        let mut bytes = bytes.clone();
        for change in &changes {
            apply(change, &mut bytes)
        }
        look(name, &bytes)
    }
}
