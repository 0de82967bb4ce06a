//! The HTML report in a browser: what it shows is what the scan found, every number leads to what it counts, it works from the keyboard,
//! without its script, on a phone and on paper, and it asks nothing of any network.
//!
//! Needs Chromium, Node and the libraries of `tests/browser/package.json` in `target/browser/`, so it runs only when asked for; `.ci/run`
//! puts them there. The pictures and the page stay in that folder, for people to look at.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "the figures are for the reader")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// Examples of each rule file that become source files: some thousand findings in all.
const EXAMPLES: usize = 3;

/// A name that would be an element, a handler and a line in the other direction, if anybody let it. Its line of code is no better.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{202e}.py";
const HOSTILE_CODE: &str = "\
import hashlib
from cryptography.hazmat.primitives.asymmetric import rsa


def f(x):
    hashlib.md5(x)  # </script><script>alert(2)</script> \u{202e} \u{1b}[31m <img src=x onerror=alert(3)>
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)
";
/// The name of a file with the same code, to be searched for.
const NEEDLE: &str = "needle_of_this_test.py";

const CODEOWNERS: &str = "\
/services/python/ @example/python
/services/java/ @example/java @example/keys
/certificates/ @example/pki
";
const SETTINGS: &str = r#"
[[waiver]]
class  = "weak-hash"
path   = "services/python/**"
reason = "checksums of <b>files</b>"
owner  = "@example/python"
until  = 2027-06-30
"#;

#[derive(Deserialize)]
struct Rules {
    language: Option<String>,
    #[serde(default)]
    example: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    code: String,
}

#[test]
#[ignore = "needs a browser: .ci/run"]
fn the_page_does_what_it_promises() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = root.join("target/browser");
    assert!(
        out.join("node_modules/playwright-core").is_dir(),
        "the libraries are missing: cp tests/browser/package*.json target/browser/ && npm ci --prefix target/browser"
    );
    let tree = tree(root);
    let (page, result) = (out.join("report.html"), out.join("result.json"));
    let scan = Command::new(env!("CARGO_BIN_EXE_pqscan"))
        .args(["scan", "--quiet"])
        .arg(&tree)
        .arg("-o")
        .arg(form("html", &page))
        .arg("-o")
        .arg(form("json", &result))
        .env("SOURCE_DATE_EPOCH", "1796000000")
        .output()
        .expect("it runs");
    assert!(
        scan.status.success(),
        "{}",
        String::from_utf8_lossy(&scan.stderr)
    );
    let checked = Command::new("node")
        .arg(root.join("tests/browser/run.mjs"))
        .args([&page, &result])
        .arg(NEEDLE)
        .arg(&out)
        .output()
        .expect("Node runs");
    let said = String::from_utf8_lossy(&checked.stdout);
    println!("{said}{}", String::from_utf8_lossy(&checked.stderr));
    let passed = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(checked.status.success() && passed > 15, "{passed} passed");
}

fn form(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

/// A project of many languages, certificates of all kinds, owners, a waiver and hostile names.
fn tree(root: &Path) -> PathBuf {
    let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-tree");
    let _ = fs::remove_dir_all(&tree);
    let mut written = 0;
    for (path, name) in files(&root.join("rules")) {
        let Ok(rules) = toml::from_str::<Rules>(&fs::read_to_string(&path).unwrap_or_default())
        else {
            continue;
        };
        let Some(ending) = rules.language.as_deref().and_then(ending) else {
            continue;
        };
        let language = rules.language.unwrap_or_default();
        let folder = tree
            .join("services")
            .join(language)
            .join(name.trim_end_matches(".toml"));
        fs::create_dir_all(&folder).expect("a folder");
        for (n, example) in rules.example.iter().take(EXAMPLES).enumerate() {
            fs::write(folder.join(format!("example{n}.{ending}")), &example.code).expect("written");
            written += 1;
        }
    }
    assert!(written > 300, "{written} examples of rules were found");
    let certificates = root.join("corpus/cert/files");
    for (path, _) in files(&certificates) {
        let below = path.strip_prefix(&certificates).expect("below");
        let to = tree.join("certificates").join(below);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(&path, to).expect("copied");
    }
    let hostile = tree.join("hostile");
    fs::create_dir_all(&hostile).expect("a folder");
    for name in [HOSTILE, NEEDLE] {
        fs::write(hostile.join(name), HOSTILE_CODE).expect("written");
    }
    fs::write(tree.join("CODEOWNERS"), CODEOWNERS).expect("written");
    fs::write(tree.join("pqscan.toml"), SETTINGS).expect("written");
    tree
}

/// The files below a folder with their names, sorted.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let entry = entry.expect("readable");
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path, entry.file_name().to_string_lossy().into_owned()));
        }
    }
    found.sort();
    found
}

/// The ending of files of a language.
fn ending(language: &str) -> Option<&'static str> {
    Some(match language {
        "c" => "c",
        "cpp" => "cpp",
        "csharp" => "cs",
        "go" => "go",
        "java" => "java",
        "javascript" => "js",
        "typescript" => "ts",
        "python" => "py",
        "rust" => "rs",
        _ => return None,
    })
}
