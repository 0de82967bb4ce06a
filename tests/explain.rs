//! `pqscan explain` knows whatever an output names: entries, finding classes, policies, libraries, algorithms, object identifiers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use assert_cmd::Command;
use pqscan::knowledge::{Knowledge, explain};
use serde_json::Value;

static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).expect("it loads"));

fn page(name: &str) -> Option<String> {
    explain::page(&KNOWN, None, name)
}

fn pqscan() -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Every text below a key, wherever it stands.
fn collect<'a>(value: &'a Value, key: &str, to: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner {
                    Value::String(text) if name == key => {
                        to.insert(text);
                    }
                    inner => collect(inner, key, to),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, key, to)),
        _ => {}
    }
}

#[test]
fn whatever_an_output_names_has_a_page() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain-result.json");
    let policies: Vec<&str> = KNOWN.policies.iter().map(|p| p.id.as_str()).collect();
    let status = pqscan()
        .args([
            "scan",
            "-q",
            "corpus",
            "--policy",
            &policies.join(","),
            "-o",
        ])
        .arg(format!("json={}", file.display()))
        .output()
        .expect("it runs")
        .status;
    assert!(status.success());
    let result: Value = serde_json::from_slice(&fs::read(&file).expect("written")).expect("JSON");
    let mut unknown = Vec::new();
    let mut look = |what: &str, names: &BTreeSet<&str>, least: usize| {
        assert!(names.len() >= least, "only {} of {what}", names.len());
        let without = names.iter().filter(|name| page(name).is_none());
        unknown.extend(without.map(|name| format!("{what} {name}")))
    };
    for (key, least) in [
        ("entry", 400),
        ("findingClass", 25),
        ("policy", 8),
        ("library", 60),
        ("oid", 40),
    ] {
        let mut names = BTreeSet::new();
        collect(&result, key, &mut names);
        look(key, &names, least)
    }
    let mut names = BTreeSet::new();
    for asset in result["assets"].as_array().expect("assets") {
        for parameter in ["algorithm", "curve", "group", "digest", "protocol"] {
            let values = asset["parameters"][parameter]["values"].as_array();
            let values = values.into_iter().flatten();
            names.extend(values.filter_map(|value| value["value"].as_str()))
        }
    }
    look("parameter", &names, 100);
    let libraries = result["libraries"].as_object().expect("libraries");
    look(
        "library",
        &libraries.keys().map(String::as_str).collect(),
        60,
    );
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn every_library_entry_and_symbol_of_the_rules_has_a_page_with_its_source() {
    let libraries = &KNOWN.rules.libraries;
    for library in libraries {
        let page = page(&library.id).expect("it has a page");
        assert!(
            page.contains(&library.title) && page.contains(&library.docs[0]),
            "{page}"
        );
    }
    for entry in &KNOWN.rules.entries {
        let library = &libraries[entry.library];
        let id = format!("{}#{}", library.id, entry.path);
        let page = page(&id).unwrap_or_else(|| panic!("{id}"));
        assert!(page.contains("\nSources\n"), "{page}");
    }
    for (name, symbol) in KNOWN.rules.all_symbols() {
        let id = format!("{}#{name}", libraries[symbol.library].id);
        assert!(page(&id).is_some(), "{id}");
    }
}

#[test]
fn every_reader_that_the_code_names_has_a_page() {
    fn texts(folder: &Path, to: &mut String) {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                texts(&path, to)
            } else if path.extension().is_some_and(|e| e == "rs") {
                *to += &fs::read_to_string(path).expect("readable")
            }
        }
    }
    let mut code = String::new();
    texts(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/detect"),
        &mut code,
    );
    let mut readers = BTreeSet::new();
    for kind in ["\"object/", "\"binary/"] {
        for (at, _) in code.match_indices(kind) {
            let id = code[at + 1..].split('"').next().unwrap_or_default();
            readers.insert(id);
        }
    }
    assert!(readers.len() > 35, "{readers:?}");
    for reader in readers {
        assert!(
            page(reader).is_some_and(|page| page.contains("Sources")),
            "{reader}"
        );
    }
}

#[test]
fn an_object_identifier_says_what_it_is_of() {
    let page = |oid| page(oid).unwrap_or_default();
    assert!(page("1.2.840.113549.1.1.11").starts_with(
        "1.2.840.113549.1.1.11 is the object identifier of RSASSA-PKCS1 with digest SHA-256."
    ));
    assert!(
        page("1.2.840.10045.3.1.7")
            .starts_with("1.2.840.10045.3.1.7 is the object identifier of P-256.")
    );
    assert!(page("2.16.840.1.101.3.4.4.2").contains("ML-KEM-768\n==="));
    assert_eq!(page("1.2.3.4.5"), "");
}

#[test]
fn what_is_unknown_is_answered_with_names_of_every_kind() {
    for (wanted, close) in [
        ("rsa-key-transprot", "`rsa-key-transport`"),
        ("cnsa3", "`cnsa2`"),
        ("java/jac", "`java/jca`"),
        ("object/x508", "`object/x509`"),
        ("secp256rr1", "`secp256r1`"),
        (
            "java/jca#javax.crypto.Cipher.getInstanc",
            "`java/jca#javax.crypto.Cipher.getInstance`",
        ),
    ] {
        let output = pqscan()
            .args(["explain", wanted])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains(close), "{wanted}: {err}");
    }
    let output = pqscan().args(["explain", "\u{1b}[31mzzzzzzzz"]).output();
    let err = String::from_utf8_lossy(&output.expect("it runs").stderr).into_owned();
    assert!(
        err.contains("nothing is known") && !err.contains('\u{1b}'),
        "{err}"
    );
}
