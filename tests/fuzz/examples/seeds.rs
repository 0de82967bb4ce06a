//! Writes what the fuzzer begins from into `corpus/`: the small cases of the hostile corpus, a sample of every kind of package
//! metadata, and the small files of the folders given on the command line.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../targets/places.rs"]
mod places;
#[allow(
    dead_code,
    reason = "what a case is about is said to readers, not to fuzzers"
)]
#[path = "../../../corpus/hostile/recipe.rs"]
mod recipe;

/// A fuzzer does little with what is larger.
const MOST: usize = 48 << 10;

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let containers = corpus.join("containers");
    let packages = corpus.join("packages");
    for folder in [&containers, &packages] {
        fs::create_dir_all(folder).expect("a folder")
    }
    for case in recipe::cases() {
        if case.bytes.len() <= MOST {
            fs::write(containers.join(case.name), &case.bytes).expect("written")
        }
    }
    for (number, (_, sample)) in places::PLACES.iter().enumerate() {
        let first = u8::try_from(number).expect("fewer than 256");
        let bytes = [&[first], *sample].concat();
        fs::write(packages.join(format!("sample-{number}")), bytes).expect("written")
    }
    for folder in std::env::args_os().skip(1) {
        copy(&PathBuf::from(folder), &containers)
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).expect("readable") {
            copy(&entry.expect("readable").path(), to)
        }
    } else if let Ok(bytes) = fs::read(from)
        && bytes.len() <= MOST
        && let Some(name) = from.file_name()
    {
        fs::write(to.join(name), bytes).expect("written")
    }
}
