//! The plan as people get it: in which forms, how much of it, and the same for the same findings. What is one item and what comes first is
//! tested beside the code (`src/inventory/plan/tests.rs`).

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use pqscan::inventory;
use pqscan::knowledge::Knowledge;
use pqscan::output::{self, Options};
use pqscan::scan::{self, Request};
use tempfile::TempDir;

fn pqscan() -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1795392000")
        .env("NO_COLOR", "1");
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A project of twelve services that seal alike, and a test that hashes.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    for number in 0..12 {
        write(
            &format!("service{number:02}/Seal.java"),
            "import javax.crypto.Cipher;\n\
             class Seal {\n    \
             byte[] seal(java.security.Key key, byte[] text) throws Exception {\n        \
             Cipher cipher = Cipher.getInstance(\"RSA/ECB/OAEPWithSHA-256AndMGF1Padding\");\n        \
             cipher.init(Cipher.ENCRYPT_MODE, key);\n        \
             return cipher.doFinal(text);\n    }\n}\n",
        );
    }
    write(
        "tests/test_a.py",
        "import hashlib\nhashlib.md5(b'').hexdigest()\n",
    );
    folder
}

#[test]
fn a_plan_is_a_numbered_list_of_the_first_ten() {
    let folder = project();
    let (code, out, err) = run(pqscan().current_dir(&folder).arg("plan"));
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    let (_, all, _) = run(pqscan().current_dir(&folder).args(["plan", "--all"]));
    assert!(
        all.contains("\n13. P3") || all.contains("\n14. P3"),
        "{all}"
    );
}

#[test]
fn a_plan_is_written_in_every_form_that_was_asked_for() {
    let folder = project();
    let outputs = [
        "-o",
        "plan.md",
        "-o",
        "plan.json",
        "-o",
        "plan.txt",
        "-o",
        "cyclonedx=cbom.json",
    ];
    let (code, out, err) = run(pqscan().current_dir(&folder).arg("plan").args(outputs));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    assert!(read("plan.md").starts_with("# Plan for "));
    assert!(read("plan.txt").starts_with("Plan for "));
    assert!(read("cbom.json").contains("\"bomFormat\""));
    let json: serde_json::Value = serde_json::from_str(&read("plan.json")).expect("JSON");
    let first = &json["plan"][0];
    assert_eq!(first["priority"], "P0");
    assert_eq!(first["list"], "confidentiality");
    assert_eq!(first["kind"], "code");
    assert_eq!(first["targets"][0], "ML-KEM-768");
    assert_eq!(first["places"].as_array().map(Vec::len), Some(1));
    let (_, markdown, _) = run(pqscan()
        .current_dir(&folder)
        .args(["plan", "--format", "md"]));
    assert_eq!(markdown, read("plan.md"));
}

#[test]
fn where_nothing_has_to_be_done_the_plan_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.py"), "print('hello')\n").expect("writable");
    let (code, out, _) = run(pqscan().current_dir(&folder).arg("plan"));
    assert_eq!(code, 0);
    assert!(
        out.contains("Nothing in what was read has to be done."),
        "{out}"
    );
}

#[test]
fn a_scan_names_its_plan_in_one_line() {
    let folder = project();
    let (_, out, _) = run(pqscan().current_dir(&folder).arg("scan"));
    let lines: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("pqscan plan"))
        .collect();
    assert_eq!(lines.len(), 1, "{out}");
    assert!(lines[0].starts_with(" Plan  "), "{out}");
}

#[test]
fn the_corpus_has_one_plan_whatever_the_order_of_its_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let known = Knowledge::load(&[]).expect("the rules load");
    let request = Request {
        roots: vec![root],
        ..Request::default()
    };
    let found = scan::scan(&request, &known, &scan::Unwatched).expect("the corpus is there");
    let mut turned = scan::scan(&request, &known, &scan::Unwatched).expect("the corpus is there");
    turned.findings.reverse();
    turned.binaries.reverse();
    let report = inventory::report(found, &known, Some(1_795_392_000));
    let other = inventory::report(turned, &known, Some(1_795_392_000));
    assert!(report.plan.len() > 10, "{}", report.plan.len());
    assert_eq!(report.plan, other.plan);
    // Every form of it can be shown: no name of the corpus controls a terminal.
    for form in ["plan", "plan-md"] {
        let mut bytes = Vec::new();
        let format = output::format(form).expect("it is a form");
        let options = Options {
            all: true,
            ..Options::default()
        };
        format
            .write(&report, &options, &mut bytes)
            .expect("it is written");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let controls = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(controls), "{form}");
    }
}
