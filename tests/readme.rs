//! The README says what is true: its table of libraries is what `rules list` prints, and its commands exist.

use std::fs;

use assert_cmd::Command;

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md")
}

#[test]
fn the_table_of_libraries_is_what_the_rules_are() {
    let output = Command::cargo_bin("pqscan")
        .expect("built")
        .args(["rules", "list", "--format", "md"])
        .output()
        .expect("it runs");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let readme = readme();
    let (_, rest) = readme
        .split_once("checked by tests/readme.rs -->\n")
        .expect("the marker");
    let (written, _) = rest.split_once("<!-- /libraries -->").expect("the marker");
    assert_eq!(
        written.trim(),
        table.trim(),
        "put the output of `pqscan rules list --format md` between the markers"
    );
}

#[test]
fn the_commands_of_the_readme_exist() {
    for line in readme().lines().filter(|l| l.starts_with("    pqscan ")) {
        let command = line.split('#').next().unwrap_or_default().replace('\'', "");
        let mut words: Vec<&str> = command.split_whitespace().skip(1).collect();
        words.push("--help");
        let output = Command::cargo_bin("pqscan")
            .expect("built")
            .args(&words)
            .env("PQSCAN_NO_CACHE", "1")
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
