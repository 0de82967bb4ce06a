//! What the user sees: exit codes, and that every output says what it was narrowed to.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use super::{Tree, rsa};

fn run(args: &[&str], at: &Path) -> (i32, String, String) {
    let output = Command::cargo_bin("pqscan")
        .expect("it was built")
        .env_clear()
        .env("NO_COLOR", "1")
        .args(args)
        .current_dir(at)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).expect("it was written")).expect("JSON")
}

#[test]
fn every_output_says_what_it_is_narrowed_to() {
    let tree = Tree::with(&[("a.py", 1024), ("b.py", 2048)]);
    let first = tree.repository.head_id().expect("a commit").to_string();
    tree.write("b.py", &rsa(3072));
    let out = tempfile::tempdir().expect("a folder");
    let all = out.path().join("all.json");
    let bom = out.path().join("bom.json");
    let (all_to, bom_to) = (
        format!("json={}", all.display()),
        format!("cdx={}", bom.display()),
    );
    let args = ["scan", "--since", "main", "-o", &all_to, "-o", &bom_to, "."];
    let (code, text, err) = run(&args, tree.root());
    assert_eq!(code, 0, "{err}");
    let line = format!(
        "Only what changed since main (merge base {}): 1 file\n",
        &first[..7]
    );
    assert!(text.contains(&line), "{text}");
    assert!(
        text.contains("RSA-3072") && !text.contains("RSA-1024"),
        "{text}"
    );
    let all = json(&all);
    let expected = serde_json::json!({ "rev": "main", "commit": first, "files": 1 });
    assert_eq!(all["subject"]["since"], expected);
    let bom = json(&bom);
    let said = bom["metadata"]["properties"]
        .as_array()
        .expect("properties")
        .iter()
        .find(|property| property["name"] == "pqscan:since")
        .expect("it says so");
    let expected = format!("main (merge base {first}); files changed: 1");
    assert_eq!(said["value"], expected);
    // A part is no whole.
    assert_eq!(bom["compositions"][0]["aggregate"], "incomplete");
}

#[test]
fn the_gate_looks_at_what_changed() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let check = |rev: &str| {
        run(
            &["check", "--fail-on", "P4", "--since", rev, "."],
            tree.root(),
        )
    };
    let (code, text, _) = check("main");
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("No cryptography found in what changed."),
        "{text}"
    );
    tree.write("b.py", &rsa(2048));
    assert_eq!(check("main").0, 1);
    assert_eq!(run(&["check", "--fail-on", "P4", "."], tree.root()).0, 1);
}

#[test]
fn that_nothing_changed_is_an_answer_and_not_that_nothing_was_there() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let scan = ["scan", "--include", "*.none", "."];
    assert_eq!(run(&scan, tree.root()).0, 4);
    let scan = ["scan", "--include", "*.none", "--since", "main", "."];
    assert_eq!(run(&scan, tree.root()).0, 0);
    // What changed, but was not to be looked at, is no change either.
    tree.write("b.py", &rsa(2048));
    let (code, text, _) = run(&scan, tree.root());
    assert_eq!(code, 0);
    assert!(text.contains("): 0 files"), "{text}");
}

#[test]
fn a_question_that_has_no_answer_exits_with_2() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let (code, _, err) = run(&["scan", "--since", "nope", "."], tree.root());
    assert_eq!(code, 2);
    assert!(err.contains("`nope` is no commit"), "{err}");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("a.py"), rsa(1024)).expect("written");
    let (code, _, err) = run(&["check", "--since", "main", "."], outside.path());
    assert_eq!(code, 2);
    assert!(err.contains("lies in no work tree of git"), "{err}");
}
