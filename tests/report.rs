//! `pqscan report`: a saved result rendered again says what the scan said; several become one; what is decided now counts.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

const TODAY: &str = "1795392000";

/// A run of the program in a folder: exit code, stdout, stderr.
fn pqscan(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    let output = command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .args(args)
        .output()
        .expect("it runs");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}

/// Scans a tree with flags; the result's file is in a folder of its own.
fn saved(tree: &Path, args: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("result");
    let output = format!("json={}", file.display());
    let tree = tree.to_string_lossy();
    let (code, _, err) = pqscan(
        folder.path(),
        &[&["scan", &tree, "-q", "-o", &output], args].concat(),
    );
    assert_eq!(code, 0, "{err}");
    (folder, file)
}

fn again(folder: &Path, results: &[&Path], args: &[&str]) -> Value {
    let names: Vec<String> = results
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    let mut all = vec!["report"];
    all.extend(names.iter().map(String::as_str));
    all.extend(["-q", "-o", "json"]);
    all.extend(args);
    let (code, out, err) = pqscan(folder, &all);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("JSON")
}

fn assets(result: &Value) -> &[Value] {
    result["assets"].as_array().map_or(&[], Vec::as_slice)
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
    fs::write(path, text).expect("writable");
}

const RSA: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n";
const MD5: &str = "import hashlib\nhashlib.md5(b'a').hexdigest()\n";

/// Every kind of thing that a scan finds, and settings, waivers, owners and a policy of one's own.
#[test]
fn a_result_rendered_again_is_the_same_byte_for_byte() {
    let own = tempfile::tempdir().expect("a folder");
    let (_, policy, _) = pqscan(own.path(), &["policy", "init"]);
    write(own.path(), "own-policy.toml", &policy);
    write(own.path(), "src/a.py", RSA);
    write(own.path(), "legacy/b.py", MD5);
    write(
        own.path(),
        "legacy/c.py",
        &format!("# pqscan: accept weak-hash until 2027-06-30 because tests\n{MD5}"),
    );
    write(own.path(), "CODEOWNERS", "* @all\n/legacy/* @old\n");
    write(
        own.path(),
        "pqscan.toml",
        "exclude = ['*.tmp']\nshelf-life = 12\n[[context]]\npaths = ['legacy/**']\ncriticality = 'low'\nowner = '@legacy'\n[[waiver]]\nclass = 'weak-hash'\npath = 'legacy/b.py'\nreason = 'a checksum'\nowner = '@legacy'\nuntil = 2027-06-30\n",
    );
    let plain = ["audit", "cert", "source/go", "binary", "hostile"];
    let mut trees: Vec<(PathBuf, Vec<&str>)> = plain
        .iter()
        .map(|name| (corpus(name), Vec::new()))
        .collect();
    trees.push((
        own.path().to_owned(),
        vec![
            "--policy-file",
            "own-policy.toml",
            "--policy",
            "cnsa2,nist-ir8547",
        ],
    ));
    for (tree, args) in trees {
        let policy = own.path().join("own-policy.toml").display().to_string();
        let args: Vec<&str> = args
            .into_iter()
            .map(|arg| {
                if arg == "own-policy.toml" {
                    policy.as_str()
                } else {
                    arg
                }
            })
            .collect();
        let (folder, file) = saved(&tree, &args);
        let again = folder.path().join("again");
        let output = format!("json={}", again.display());
        let name = file.to_string_lossy();
        let (code, _, err) = pqscan(folder.path(), &["report", &name, "-q", "-o", &output]);
        assert_eq!(code, 0, "{err}");
        let (first, second) = (
            fs::read(&file).expect("written"),
            fs::read(&again).expect("written"),
        );
        assert!(first == second, "{}", tree.display());
        // And so are the other forms.
        let cbom =
            |args: &[&str]| pqscan(folder.path(), &[args, &["-q", "-o", "cyclonedx"]].concat()).1;
        let tree = tree.to_string_lossy();
        let scanned = cbom(&[&["scan", &tree], args.as_slice()].concat());
        assert!(scanned == cbom(&["report", &name]), "{tree}");
    }
}

#[test]
fn what_is_decided_now_counts() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "src/a.py", RSA);
    let (folder, file) = saved(tree.path(), &[]);
    let policies = |result: &Value| -> Vec<String> {
        let all = result["planning"]["policies"].as_array();
        let ids = all.into_iter().flatten().filter_map(|p| p["id"].as_str());
        ids.map(str::to_owned).collect()
    };
    let usual = again(folder.path(), &[&file], &[]);
    assert_eq!(policies(&usual), ["nist-ir8547"]);
    assert_eq!(usual["planning"]["today"], "2026-11-23");
    let other = again(
        folder.path(),
        &[&file],
        &[
            "--policy",
            "cnsa2",
            "--as-of",
            "2034-01-02",
            "--quantum-year",
            "2040",
        ],
    );
    assert_eq!(policies(&other), ["cnsa2"]);
    assert_eq!(other["planning"]["today"], "2034-01-02");
    assert_eq!(other["planning"]["quantumYear"], 2040);
    assert_eq!(other["timestamp"], "2034-01-02T00:00:00Z");
    // A settings file of whoever renders adds what it says.
    write(
        folder.path(),
        "mine.toml",
        "[[waiver]]\nclass = 'quantum-broken-key'\nreason = 'known'\nowner = '@me'\nuntil = 2027-06-30\n",
    );
    let waived = again(folder.path(), &[&file], &["--config", "mine.toml"]);
    let waivers = waived["waivers"].as_array().expect("a list");
    assert_eq!(waivers[0]["by"], "user");
    assert_eq!(waivers[0]["state"], "used");
}

/// Two projects with the same key and the same file names; each has settings that hold for itself alone.
#[test]
fn several_results_are_one_report() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("one/pay", RSA), ("two/pay", MD5), ("two/web", MD5)] {
        write(folder.path(), &format!("{name}/src/a.py"), text);
        write(
            folder.path(),
            &format!("{name}/CODEOWNERS"),
            &format!("* @{}\n", name.replace('/', "-")),
        );
    }
    write(
        folder.path(),
        "two/pay/pqscan.toml",
        "[[waiver]]\nclass = 'weak-hash'\nreason = 'a checksum'\nowner = '@pay'\nuntil = 2027-06-30\n",
    );
    let results: Vec<(TempDir, PathBuf)> = ["one/pay", "two/pay", "two/web"]
        .iter()
        .map(|name| saved(&folder.path().join(name), &[]))
        .collect();
    let files: Vec<&Path> = results.iter().map(|(_, file)| file.as_path()).collect();
    let all = again(folder.path(), &files, &[]);
    assert_eq!(all["subject"]["name"], "pay, pay-2, web");
    let places = |asset: &Value| -> Vec<String> {
        let all = asset["occurrences"].as_array().expect("a list").iter();
        all.filter_map(|o| o["path"].as_str())
            .map(str::to_owned)
            .collect()
    };
    let md5 = assets(&all)
        .iter()
        .find(|asset| asset["name"] == "MD5")
        .expect("it is there");
    // One asset, of two projects.
    assert_eq!(places(md5), ["pay-2/src/a.py", "web/src/a.py"]);
    // The waiver of one project accepts nothing in the other.
    let accepted: Vec<bool> = md5["occurrences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|o| o.get("acceptedBy").is_some())
        .collect();
    assert_eq!(accepted, [true, false]);
    assert_eq!(all["waivers"][0]["id"], "pay-2/pqscan.toml#1");
    let owners: Vec<&str> = all["plan"]
        .as_array()
        .expect("a plan")
        .iter()
        .flat_map(|item| item["owners"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    for owner in ["@one-pay", "@two-web"] {
        assert!(owners.contains(&owner), "{owner} in {owners:?}");
    }
    // Rendered once more, it is the same.
    let whole = folder.path().join("whole");
    fs::write(&whole, serde_json::to_vec(&all).expect("JSON")).expect("writable");
    assert!(again(folder.path(), &[&whole], &[]) == all, "it differs");
}

/// The same line in two projects: each counts its own, and a waiver that names one by its fingerprint is about that one.
#[test]
fn a_waiver_by_fingerprint_counts_beside_other_results() {
    let folder = tempfile::tempdir().expect("a folder");
    for tree in ["one", "two"] {
        write(folder.path(), &format!("{tree}/a.py"), MD5);
        write(folder.path(), &format!("{tree}/b.py"), MD5);
    }
    let (_one, one) = saved(&folder.path().join("one"), &[]);
    let alone = again(folder.path(), &[&one], &[]);
    let place = &assets(&alone)[0]["occurrences"][1];
    assert_eq!(place["path"], "b.py");
    let print = place["fingerprints"]["weak-hash"].as_str().expect("a text");
    write(
        folder.path(),
        "two/pqscan.toml",
        &format!(
            "[[waiver]]\nfingerprint = '{print}'\nreason = 'a checksum'\nowner = '@two'\nuntil = 2027-06-30\n"
        ),
    );
    let (_two, two) = saved(&folder.path().join("two"), &[]);
    let accepted = |result: &Value| -> Vec<String> {
        let places = assets(result)
            .iter()
            .flat_map(|a| a["occurrences"].as_array());
        let places = places.flatten().filter(|o| o.get("acceptedBy").is_some());
        let paths = places.filter_map(|o| o["path"].as_str());
        paths.map(str::to_owned).collect()
    };
    assert_eq!(accepted(&again(folder.path(), &[&two], &[])), ["b.py"]);
    let both = again(folder.path(), &[&one, &two], &[]);
    assert_eq!(accepted(&both), ["two/b.py"]);
    assert_eq!(both["waivers"][0]["state"], "used");
    let whole = folder.path().join("whole");
    fs::write(&whole, serde_json::to_vec(&both).expect("JSON")).expect("writable");
    let more = again(folder.path(), &[&whole, &one], &[]);
    assert_eq!(accepted(&more), ["one, two/two/b.py"]);
}

/// A private key that was committed is weak already, whatever else is in the report.
#[test]
fn what_lies_in_a_repository_does_so_beside_other_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = fs::read(corpus("cert/files/private/same-key-two-forms.pem")).expect("it is there");
    let commit = "5e06d359d153ffb54e8fcbb1718c0f528a50ae6b\n";
    for tree in ["kept", "loose"] {
        fs::create_dir_all(folder.path().join(tree)).expect("writable");
    }
    fs::write(folder.path().join("kept/key.pem"), key).expect("writable");
    write(folder.path(), "kept/.git/HEAD", commit);
    write(folder.path(), "loose/a.py", MD5);
    let (_one, kept) = saved(&folder.path().join("kept"), &[]);
    let (_two, loose) = saved(&folder.path().join("loose"), &[]);
    let urgent = |result: &Value| -> Vec<String> {
        let classes = assets(result).iter();
        let classes = classes.filter(|asset| asset["assessment"]["priority"] == "P0");
        classes
            .filter_map(|asset| asset["assessment"]["findingClass"].as_str())
            .map(str::to_owned)
            .collect()
    };
    let alone = again(folder.path(), &[&kept], &[]);
    assert_eq!(urgent(&alone), ["private-key-in-repository"]);
    let both = again(folder.path(), &[&loose, &kept], &[]);
    assert_eq!(urgent(&both), ["private-key-in-repository"]);
    // And so it is where that result is one of several again.
    let whole = folder.path().join("whole");
    fs::write(&whole, serde_json::to_vec(&both).expect("JSON")).expect("writable");
    let more = again(folder.path(), &[&whole, &loose], &[]);
    assert_eq!(urgent(&more), ["private-key-in-repository"]);
}

/// What a project says of itself takes part in the report, and what it lowers is told, of several as of one.
#[test]
fn what_projects_lower_is_told_of_several_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let envelope = "from cryptography.hazmat.primitives.asymmetric import rsa, padding\nfrom cryptography.hazmat.primitives import hashes\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048)\nc = key.public_key().encrypt(b'm', padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None))\n";
    let lowered = |results: &[&Path]| -> Vec<String> {
        let result = again(folder.path(), results, &[]);
        let ids = result["coverage"]["byProject"]["lowered"].as_array();
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        ids.map(str::to_owned).collect()
    };
    let user = [
        "--shelf-life",
        "30",
        "--criticality",
        "high",
        "--exposure",
        "internet",
    ];
    for tree in ["one", "two"] {
        write(folder.path(), &format!("{tree}/a.py"), envelope);
        write(
            folder.path(),
            &format!("{tree}/pqscan.toml"),
            "quantum-year = 2099\n",
        );
    }
    let (_one, one) = saved(&folder.path().join("one"), &user);
    let (_two, two) = saved(&folder.path().join("two"), &user);
    let alone = lowered(&[&one]);
    assert!(!alone.is_empty());
    assert_eq!(lowered(&[&one, &two]), alone);
}

#[test]
fn different_policies_of_one_name_are_asked_about() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", RSA);
    let (_, policy, _) = pqscan(tree.path(), &["policy", "init"]);
    let other = policy.replace("2032-12-31", "2033-12-31");
    assert_ne!(policy, other);
    let looked_at = policy.replace(
        "last_verified = \"2026-11-01\"",
        "last_verified = \"2026-11-02\"",
    );
    assert_ne!(policy, looked_at);
    let by = |name: &str, text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), name, text);
        let policy = folder.path().join(name).display().to_string();
        saved(tree.path(), &["--policy-file", &policy])
    };
    let (folder, one) = by("our-policy.toml", &policy);
    let (_other, two) = by("our-policy.toml", &other);
    let (_later, three) = by("our-policy.toml", &looked_at);
    let rendered = |second: &Path, args: &[&str]| {
        let (one, second) = (one.to_string_lossy(), second.to_string_lossy());
        let all = [&["report", &one, &second, "-q", "-o", "json"], args].concat();
        pqscan(folder.path(), &all)
    };
    let (code, _, err) = rendered(&two, &[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("different policies of the name `our-policy`"),
        "{err}"
    );
    assert_eq!(rendered(&two, &["--policy", "cnsa2"]).0, 0);
    assert_eq!(rendered(&three, &[]).0, 0);
}

/// The rest of a project is in no other result: what is missing is told, or there is no report.
#[test]
fn what_was_narrowed_to_changes_does_not_pass_for_the_whole() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", RSA);
    let (folder, file) = saved(tree.path(), &[]);
    let document: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
    for (name, rev) in [
        ("whole", None),
        ("one", Some("main")),
        ("two", Some("main")),
        ("three", Some("v2")),
    ] {
        let mut document = document.clone();
        document["found"]["subject"]["name"] = name.into();
        if let Some(rev) = rev {
            let commit = "5e06d359d153ffb54e8fcbb1718c0f528a50ae6b";
            document["found"]["subject"]["since"] =
                serde_json::json!({"rev": rev, "commit": commit, "files": 2});
        }
        write(folder.path(), name, &document.to_string());
    }
    let both = again(folder.path(), &[Path::new("one"), Path::new("two")], &[]);
    assert_eq!(both["subject"]["since"]["rev"], "main");
    assert_eq!(both["subject"]["since"]["files"], 4);
    for results in [["one", "whole"], ["whole", "one"], ["one", "three"]] {
        let (code, out, err) = pqscan(folder.path(), &[&["report"], &results[..]].concat());
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("only what changed since a revision"), "{err}");
    }
}

#[test]
fn several_quantum_years_are_asked_about() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", RSA);
    let (folder, one) = saved(tree.path(), &[]);
    let (_other, two) = saved(tree.path(), &["--quantum-year", "2032"]);
    let (one, two) = (one.to_string_lossy(), two.to_string_lossy());
    let (code, _, err) = pqscan(folder.path(), &["report", &one, &two, "-o", "json"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("2035 and 2032; --quantum-year says which"),
        "{err}"
    );
    let (code, _, _) = pqscan(
        folder.path(),
        &[
            "report",
            &one,
            &two,
            "-q",
            "--quantum-year",
            "2033",
            "-o",
            "json",
        ],
    );
    assert_eq!(code, 0);
}

#[test]
fn a_result_counts_once() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", RSA);
    let (folder, one) = saved(tree.path(), &[]);
    let copy = folder.path().join("copy");
    fs::copy(&one, &copy).expect("copied");
    let (one, copy) = (one.to_string_lossy(), copy.to_string_lossy());
    let (code, _, err) = pqscan(folder.path(), &["report", &one, &copy, "-o", "json"]);
    assert_eq!(code, 2);
    assert!(err.contains("is given twice"), "{err}");
}

#[test]
fn the_day_of_a_judgement_is_one_that_people_plan_with() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", RSA);
    let (folder, one) = saved(tree.path(), &[]);
    let one = one.to_string_lossy();
    for day in ["9999-12-31", "2027-02-30", "tomorrow"] {
        let (code, _, err) = pqscan(folder.path(), &["report", &one, "--as-of", day]);
        assert_eq!(code, 2, "{err}");
    }
}

#[test]
fn what_is_no_result_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.py", MD5);
    let (_, cbom, _) = pqscan(folder.path(), &["scan", ".", "-q", "-o", "cyclonedx"]);
    write(folder.path(), "cbom.json", &cbom);
    let (_, result, _) = pqscan(folder.path(), &["scan", ".", "-q", "-o", "json"]);
    let mut bare: Value = serde_json::from_str(&result).expect("JSON");
    bare.as_object_mut().expect("an object").remove("found");
    write(folder.path(), "bare.json", &bare.to_string());
    write(
        folder.path(),
        "later.json",
        &result.replace("{\"version\":1,", "{\"version\":7,"),
    );
    write(folder.path(), "none.json", "[");
    for (file, reason) in [
        ("cbom.json", "a CBOM, and no result"),
        ("bare.json", "without `found`"),
        ("later.json", "another version of pqscan"),
        ("none.json", "not JSON"),
        ("missing.json", "cannot read missing.json"),
    ] {
        let (code, out, err) = pqscan(folder.path(), &["report", file]);
        assert_eq!(code, 2, "{file}");
        assert!(out.is_empty() && err.contains(reason), "{file}: {err}");
    }
}

/// A row is short, and names texts of any length: work and memory are bounded by the document's own length.
#[test]
fn a_short_result_that_names_a_long_text_often_is_refused() {
    let tree = tempfile::tempdir().expect("a folder");
    write(tree.path(), "a.py", MD5);
    let (folder, file) = saved(tree.path(), &[]);
    let document: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
    let often = |length: usize, change: &dyn Fn(&mut Value, usize)| {
        let mut document = document.clone();
        let found = &mut document["found"];
        let texts = found["texts"].as_array_mut().expect("a list");
        texts.push("x".repeat(length).into());
        let number = texts.len() - 1;
        change(found, number);
        write(folder.path(), "often", &document.to_string());
        let (code, _, err) = pqscan(folder.path(), &["report", "often", "-q", "-o", "csv"]);
        (code, err)
    };
    let evidence = |found: &mut Value, number: usize| {
        let row = &mut found["artifacts"][0][0];
        row[10] = vec![serde_json::json!([row[1], number]); 20_000].into();
    };
    let rows = |found: &mut Value, number: usize| {
        let mut row = found["artifacts"][0][0].clone();
        row[2] = number.into();
        found["artifacts"][0] = vec![row; 20_000].into();
    };
    for change in [&evidence as &dyn Fn(&mut Value, usize), &rows] {
        let (code, err) = often(1_000_000, change);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("more often than any scan"), "{err}");
        let (code, err) = often(100, change);
        assert_eq!(code, 0, "{err}");
    }
}

/// Documents are of strangers: whatever is changed in one, it is read or refused.
#[test]
fn changed_results_are_rendered_or_refused() {
    let known = pqscan::knowledge::Knowledge::load(&[]).expect("the rules");
    let (_folder, file) = saved(&corpus("audit"), &[]);
    let document: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
    let mut leaves = Vec::new();
    pointers(&document["found"], "/found", &mut leaves);
    let texts: Vec<String> = leaves
        .iter()
        .filter_map(|leaf| Some(document.pointer(leaf)?.as_str()?.to_owned()))
        .collect();
    let change = (0..leaves.len(), 0..12_usize, any::<u32>());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let rendered = std::cell::Cell::new(0);
    runner
        .run(&proptest::collection::vec(change, 1..4), |changes| {
            let mut document = document.clone();
            for (at, how, number) in changes {
                let Some(value) = document.pointer_mut(&leaves[at]) else {
                    continue;
                };
                // Mostly of the same kind, so that it is still read.
                *value = match (how, &*value) {
                    (0, _) => Value::Null,
                    (1, _) => Value::from("\u{1b}[31m<script>"),
                    (2, Value::Array(_)) => Value::from(Vec::<Value>::new()),
                    (_, Value::Number(_)) if how == 3 => Value::from(u64::from(number) << 31),
                    (_, Value::Number(_)) => Value::from(number % 40),
                    (_, Value::Bool(is)) => Value::from(!is),
                    (_, Value::String(_)) => {
                        Value::from(texts[number as usize % texts.len()].clone())
                    }
                    (_, Value::Array(list)) => list.iter().rev().cloned().collect(),
                    (_, other) => other.clone(),
                }
            }
            let bytes = serde_json::to_vec(&document).expect("JSON");
            if let Ok(kept) = pqscan::output::saved::read_result(&bytes) {
                rendered.set(rendered.get() + 1);
                let report = pqscan::inventory::report_of(
                    kept.found,
                    &known,
                    kept.rules,
                    kept.timestamp,
                    kept.planning,
                );
                for format in pqscan::output::FORMATS {
                    let written = format.write(
                        &report,
                        &pqscan::output::Options::default(),
                        &mut std::io::sink(),
                    );
                    prop_assert!(written.is_ok(), "{}", format.name());
                }
            }
            Ok(())
        })
        .expect("no panic");
    assert!(rendered.get() > 20, "only {} were read", rendered.get());
}

/// The places of a document that hold something, lists and objects too.
fn pointers(value: &Value, at: &str, to: &mut Vec<String>) {
    to.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (number, value) in list.iter().enumerate() {
                pointers(value, &format!("{at}/{number}"), to)
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{name}"), to)
            }
        }
        _ => {}
    }
}
