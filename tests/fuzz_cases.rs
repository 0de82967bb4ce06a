//! What the fuzzer found stays found: no file in `tests/fuzz/cases/` makes anything panic or hang. The fuzzer itself is in `tests/fuzz/`,
//! a package of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pqscan::detect::{DETECTORS, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};
use pqscan::scan::{Limits, members};

#[path = "fuzz/targets/built_in.rs"]
mod built_in;
#[path = "fuzz/targets/machines.rs"]
mod machines;
#[path = "fuzz/targets/material.rs"]
mod material;
#[path = "fuzz/targets/places.rs"]
mod places;
#[path = "fuzz/targets/programs.rs"]
mod programs;

/// No case may take longer, in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn cases(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/cases")
        .join(target);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case of {target} was found");
    cases
}

fn in_time(case: &Path, work: impl FnOnce()) {
    let begun = Instant::now();
    work();
    let took = begun.elapsed();
    assert!(took < PATIENCE, "{} took {took:?}", case.display());
}

#[test]
fn archives_that_the_fuzzer_made_do_no_harm() {
    for case in cases("containers") {
        let bytes = fs::read(&case).expect("readable");
        in_time(&case, || {
            members("fuzz.jar", &bytes, &Limits::default(), &mut |_, _| {});
        })
    }
}

#[test]
fn bytecode_that_the_fuzzer_made_does_no_harm() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    for case in cases("bytecode") {
        let bytes = fs::read(&case).expect("readable");
        in_time(&case, || machines::look(&bytes, &known))
    }
}

#[test]
fn metadata_that_the_fuzzer_made_does_no_harm() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    for case in cases("packages") {
        let bytes = fs::read(&case).expect("readable");
        let (first, rest) = bytes.split_first().expect("a place and a file");
        let (path, _) = places::PLACES[usize::from(*first) % places::PLACES.len()];
        let artifact = Artifact::file(path, Context::Production);
        in_time(&case, || {
            let means = Means {
                known: &known,
                passwords: &Passwords::default(),
            };
            for detector in DETECTORS.iter().filter(|d| d.claims(&artifact, rest)) {
                detector.detect(&artifact, &mut { rest }, &means);
            }
        })
    }
}

#[test]
fn key_material_that_the_fuzzer_made_does_no_harm() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    for (target, _) in material::NAMES {
        for case in cases(target) {
            let bytes = fs::read(&case).expect("readable");
            in_time(&case, || material::look(target, &bytes, &known))
        }
    }
}

#[test]
fn programs_that_the_fuzzer_made_do_no_harm() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    for target in ["go_rust", "object_files"] {
        for case in cases(target) {
            let bytes = fs::read(&case).expect("readable");
            in_time(&case, || programs::look(&bytes, &known))
        }
    }
}

#[test]
fn constants_that_the_fuzzer_planted_are_found_wherever_they_lie() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    for case in cases("constants") {
        let bytes = fs::read(&case).expect("readable");
        in_time(&case, || built_in::look(&bytes, &known))
    }
}
