//! Writes what the fuzzer begins from into `corpus/`: the small cases of the hostile corpus, a sample of every kind of package
//! metadata, the corpora of key material and of binaries, and the small files of the folders given on the command line.

use std::fs;
use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "what must hold is checked by targets")]
#[path = "../targets/machines.rs"]
mod machines;
#[allow(dead_code, reason = "what must hold is checked by targets")]
#[path = "../targets/material.rs"]
mod material;
#[path = "../targets/places.rs"]
mod places;
#[allow(
    dead_code,
    reason = "what a case is about is said to readers, not to fuzzers"
)]
#[path = "../../../corpus/hostile/recipe.rs"]
mod recipe;
#[path = "../../../src/engine/detect/binary/python/vectors.rs"]
mod vectors;

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
    key_material(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/cert/files"),
        &corpus,
    );
    binaries(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/binary"),
        &corpus,
    );
    for (minor, text) in vectors::KEYS {
        let module = data_encoding::BASE64.decode(text.as_bytes());
        machine(
            &corpus,
            &format!("python-3.{minor}"),
            &module.expect("Base64"),
        )
    }
    for folder in std::env::args_os().skip(1) {
        copy(&PathBuf::from(folder), &containers)
    }
}

/// By folder of the corpus of binaries, what its files are.
const BINARIES: &[(&str, fn(&Path, &str, &[u8]))] = &[
    ("dotnet/files", machine),
    ("jvm/files", machine),
    ("native/files", native),
    ("native/files/wasm", machine),
];

/// Every file of the corpus of binaries that is small enough, for the targets it is for.
fn binaries(from: &Path, corpus: &Path) {
    for (folder, write) in BINARIES {
        let mut queue = vec![from.join(folder)];
        while let Some(path) = queue.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(path).expect("readable");
                queue.extend(entries.map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let bytes = fs::read(&path).expect("readable");
            let name = path.strip_prefix(from).expect("a file of the folder");
            let name = name.to_string_lossy().replace(['/', '\\'], "-");
            if bytes.len() <= MOST {
                write(corpus, &name, &bytes)
            }
        }
    }
}

/// Bytecode: whole, with the first byte that adds nothing before it, and without its beginning, with the byte that adds that.
fn machine(corpus: &Path, name: &str, bytes: &[u8]) {
    for (number, beginning) in machines::BEGINNINGS.iter().enumerate() {
        if let Some(rest) = bytes.strip_prefix(*beginning) {
            with_first(corpus, "bytecode", name, number, rest)
        }
    }
}

/// Machine code: whole, with the first byte that adds nothing before it; for the search for constants also moved by an odd number of bytes.
fn native(corpus: &Path, name: &str, bytes: &[u8]) {
    with_first(corpus, "object_files", name, 0, bytes);
    for moved in [0, 13] {
        with_first(corpus, "constants", name, moved, bytes)
    }
}

fn with_first(corpus: &Path, target: &str, name: &str, first: usize, bytes: &[u8]) {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder).expect("a folder");
    let byte = u8::try_from(first).expect("a byte");
    fs::write(
        folder.join(format!("{name}-{first}")),
        [&[byte], bytes].concat(),
    )
    .expect("written")
}

/// By folder of the corpus of key material, the target that its files are for.
const TARGETS: &[(&str, &str)] = &[
    ("chain", "der"),
    ("cms", "cms_pkcs12"),
    ("java", "keystores"),
    ("krb", "keystores"),
    ("pgp", "openpgp"),
    ("pkcs12", "cms_pkcs12"),
    ("pq", "der"),
    ("private", "der"),
    ("request", "der"),
    ("signed", "signed"),
    ("tpm", "der"),
    ("x509", "der"),
];

/// Every file of the corpus of key material, for its target; of PEM also what it encodes.
fn key_material(files: &Path, corpus: &Path) {
    for folder in fs::read_dir(files).expect("readable") {
        let folder = folder.expect("readable").path();
        let about = folder.file_name().expect("a name").to_string_lossy();
        let target = TARGETS
            .iter()
            .find(|(name, _)| *name == about)
            .map_or("texts", |(_, target)| target);
        for file in fs::read_dir(&folder).expect("readable") {
            let file = file.expect("readable").path();
            let bytes = fs::read(&file).expect("readable");
            let name = file.file_name().expect("a name").to_string_lossy();
            let text = target == "der" && !bytes.starts_with(&[0x30]);
            let here = if text { "texts" } else { target };
            sample(corpus, here, &format!("{about}-{name}"), &bytes);
            if let Some(der) = text.then(|| encoded(&bytes)).flatten() {
                sample(corpus, target, &format!("{about}-{name}-decoded"), &der)
            }
        }
    }
}

/// Under every name that the target knows, and with a password once.
fn sample(corpus: &Path, target: &str, name: &str, bytes: &[u8]) {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder).expect("a folder");
    let names = material::NAMES.iter().find(|(name, _)| *name == target);
    let names = names.map_or(1, |(_, names)| names.len());
    let firsts = (0..names).chain([usize::from(material::WITH_PASSWORD)]);
    for first in firsts.filter(|_| bytes.len() <= MOST) {
        let first = u8::try_from(first).expect("a byte");
        let bytes = [&[first], bytes].concat();
        fs::write(folder.join(format!("{name}-{first}")), bytes).expect("written")
    }
}

/// What the first block in PEM encodes.
fn encoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, behind) = text.split_once("-----BEGIN ")?;
    let (_, behind) = behind.split_once("-----\n")?;
    let (body, _) = behind.split_once("-----END")?;
    data_encoding::BASE64
        .decode(body.replace(['\r', '\n'], "").as_bytes())
        .ok()
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
