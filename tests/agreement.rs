//! Every form of output agrees on how much there is.
//!
//! One scan, every form in `FORMATS` written by it, each read by a reader of its own. The truth is added up here from what the JSON result
//! lists, asset by asset, not from totals that anybody states; of a large generated tree, it is known beforehand from how that was made.
//! A form that caps its rows has to say the true number. A new form fails here until it is said what it states.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::TempDir;

#[path = "agreement/claims.rs"]
mod claims;
#[path = "forms/mod.rs"]
mod forms;
#[path = "agreement/truth.rs"]
mod truth;

use self::forms::Written;
use self::truth::{Numbers, add, list, text, truth};

/// What is wrong with what every form of a scan states.
fn disagreements(root: &Path, arguments: &[&str]) -> (Numbers, Vec<String>, Written) {
    let written = forms::written(root, arguments);
    let json = serde_json::from_str(&written.forms["json"]).expect("it is JSON");
    let truth = truth(&json);
    let mut wrong = Vec::new();
    let shown = written.forms.iter().map(|(name, text)| (*name, text));
    for (name, text) in shown.chain([("stdout", &written.stdout)]) {
        let Some(form) = claims::of(name) else {
            wrong.push(format!("nobody says here what `{name}` states"));
            continue;
        };
        let stated = match (form.read)(text, &truth) {
            Ok(stated) => stated,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (what, number) in &stated {
            let right = truth.get(what).copied().unwrap_or(0);
            if *number != right {
                wrong.push(format!("{name}: {what}: {number}, and there are {right}"))
            }
        }
        for what in form.states.iter().flat_map(|what| expanded(what, &truth)) {
            if !stated.contains_key(&what) {
                wrong.push(format!("{name} does not state {what} ({})", truth[&what]))
            }
        }
    }
    (truth, wrong, written)
}

/// `band *` is every band that there is.
fn expanded(what: &str, truth: &Numbers) -> Vec<String> {
    match what.strip_suffix('*') {
        Some(start) => truth
            .keys()
            .filter(|k| k.starts_with(start))
            .cloned()
            .collect(),
        None => vec![what.to_owned()],
    }
}

#[test]
fn every_form_agrees_about_the_audited_project() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/audit/before");
    let (truth, wrong, _) = disagreements(&root, &[]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // By hand: expected.toml there has four waivers.
    assert_eq!(truth["waivers"], 4);
}

/// How the large tree is made.
mod large {
    /// Folders, and files in each.
    pub(super) const FOLDERS: u64 = 40;
    pub(super) const FILES: u64 = 3;
    /// Lines that digest with MD5, in each file.
    pub(super) const DIGESTS: u64 = 45;
    /// Lines that make a key, each of another size, in the first file of each folder.
    pub(super) const KEYS: u64 = 20;
    /// Archives that are none.
    pub(super) const BROKEN: u64 = 120;
}

fn generated(to: &Path) -> PathBuf {
    let root = to.join("large");
    for folder in 0..large::FOLDERS {
        let at = root.join(format!("service{folder:02}/app"));
        fs::create_dir_all(&at).expect("it can be made");
        for file in 0..large::FILES {
            let mut code = String::from(
                "import hashlib\nfrom cryptography.hazmat.primitives.asymmetric import rsa\n\n",
            );
            for line in 0..large::DIGESTS {
                let _ = writeln!(code, "d{line} = hashlib.md5(b'{folder} {file} {line}')");
            }
            for key in (0..large::KEYS).filter(|_| file == 0) {
                let bits = 2048 + 8 * (folder * large::KEYS + key);
                let _ = writeln!(
                    code,
                    "k{key} = rsa.generate_private_key(public_exponent=65537, key_size={bits})"
                );
            }
            fs::write(at.join(format!("m{file}.py")), code).expect("it is written");
        }
    }
    for number in 0..large::BROKEN {
        let path = root.join(format!("broken{number:03}.zip"));
        fs::write(path, b"PK\x03\x04 and no more").expect("it is written");
    }
    root
}

/// More findings than any form shows: what was left out is said, and the totals are true.
#[test]
fn every_form_agrees_where_it_caps() {
    let folder = TempDir::new().expect("a folder");
    let root = generated(folder.path());
    let (truth, wrong, written) = disagreements(&root, &[]);
    // By how it was made: each MD5 is a place of one asset, each key an asset of its own.
    let keys = large::FOLDERS * large::KEYS;
    let digests = large::FOLDERS * large::FILES * large::DIGESTS;
    assert_eq!(truth["assets"], keys + 1);
    assert_eq!(truth["places"], keys + digests);
    assert_eq!(truth["broken"], keys);
    assert_eq!(truth["class weak-hash"], digests);
    assert_eq!(truth["not read"], large::BROKEN);
    assert!(truth["findings"] > 5_000);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What its readers take: a comment at GitHub has 65,536 characters, ten annotations of a kind are shown, and 5,000 results.
    assert!(written.forms["md"].chars().count() <= 65_536);
    for kind in ["::error ", "::warning ", "::notice "] {
        let lines = written.forms["github"].lines();
        assert!(lines.filter(|line| line.starts_with(kind)).count() <= 10);
    }
    let sarif: Json = serde_json::from_str(&written.forms["sarif"]).expect("it is JSON");
    assert_eq!(list(&sarif["runs"][0], "results").len(), 5_000);
    // A page of 10,000 findings may have 5 MB, one of 6,200 so much.
    assert!(written.forms["html"].len() < 3_100_000);
}

/// Fewer than there are because somebody wants fewer: the totals stay what they are.
#[test]
fn every_form_agrees_where_the_user_caps() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/audit/before");
    let few = [
        "--max-findings",
        "5",
        "--sarif-max",
        "7",
        "--max-occurrences",
        "1",
    ];
    let (truth, wrong, _) = disagreements(&root, &few);
    assert!(truth["rows"] > 20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The check can fail: a number that is wrong, and one that is missing, are seen.
#[test]
fn a_wrong_total_is_noticed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/audit/before");
    let written = forms::written(&root, &[]);
    let text = &written.forms["text"];
    let truth = truth(&serde_json::from_str(&written.forms["json"]).expect("it is JSON"));
    let form = claims::of("text").expect("it is known");
    let stated = (form.read)(text, &truth).expect("it is read");
    assert!(
        stated.keys().collect::<BTreeSet<_>>().len() >= 8,
        "{stated:?}"
    );
    let vulnerable = format!("{} quantum-vulnerable", truth["broken"]);
    assert!(text.contains(&vulnerable));
    let other = text.replace(&vulnerable, "999 quantum-vulnerable");
    let stated = (form.read)(&other, &truth).expect("it is read");
    assert_eq!(stated["broken"], 999);
}
