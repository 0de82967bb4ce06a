//! `check`: gates, waivers and the register of accepted risks, as whoever runs it in CI sees them. The day is 2026-11-23.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const TODAY: &str = "1795392000";

const HASH: &str = "import hashlib\nhashlib.md5(b'a').hexdigest()\n";
/// A key that is too short today: P0.
const SHORT: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size=1024)\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        write(folder.path(), name, text)
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
    fs::write(path, text).expect("writable");
}

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

/// `check . --fail-on GATE` for each gate.
fn check(folder: &Path, gates: &[&str]) -> (i32, String, String) {
    let mut args = vec!["check", "."];
    for gate in gates {
        args.extend(["--fail-on", gate])
    }
    pqscan(folder, &args)
}

/// The JSON result of a scan, written beside the folder.
fn result(folder: &Path, args: &[&str]) -> Value {
    let beside = tempfile::tempdir().expect("a folder");
    let file = beside.path().join("result");
    let output = format!("json={}", file.display());
    let (_, _, err) = pqscan(folder, &[&["scan", ".", "-o", &output], args].concat());
    let bytes = fs::read(&file).unwrap_or_else(|_| panic!("{err}"));
    serde_json::from_slice(&bytes).expect("JSON")
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The waivers of a result: id and state.
fn states(result: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list(result, "waivers")
        .iter()
        .map(|waiver| (text(&waiver["id"]), text(&waiver["state"])))
        .collect()
}

/// A waiver for `pqscan.toml`.
fn waiver(selects: &str, until: &str) -> String {
    format!(
        "[[waiver]]\n{selects}\nreason = \"checksums of old files\"\nowner = \"@payments\"\nuntil = {until}\n"
    )
}

const WEAK_HASH: &str = "class = \"weak-hash\"";

#[test]
fn a_gate_by_priority_counts_what_the_report_shows_and_says_why() {
    let folder = project(&[("a.py", SHORT), ("b.py", HASH)]);
    let (code, _, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("the gate failed"), "{err}");
    assert!(
        err.contains("gate P0: 1 asset (1 short-key); first: a.py:2:7"),
        "{err}"
    );
    for (gate, most) in [("P1", "P1"), ("P3", "P3"), ("low", "P3"), ("P4", "P4")] {
        let (_, _, err) = check(folder.path(), &[gate]);
        let result = result(folder.path(), &[]);
        let shown = list(&result, "assets").iter().filter(|asset| {
            asset["seen"] != "implied"
                && asset["assessment"]["priority"].as_str().unwrap_or("P9") <= most
        });
        let number = shown.count();
        let counted = format!("gate {most}: {number} asset");
        assert!(number > 0 && err.contains(&counted), "{counted}\n{err}");
    }
}

#[test]
fn a_gate_passes_where_nothing_is_as_urgent() {
    let folder = project(&[("b.py", HASH)]);
    let (code, _, err) = check(folder.path(), &["P1"]);
    assert_eq!((code, err.as_str()), (0, ""));
    // P1 is what counts where nothing is asked for.
    assert_eq!(pqscan(folder.path(), &["check", "."]).0, 0);
    write(folder.path(), "a.py", SHORT);
    assert_eq!(pqscan(folder.path(), &["check", "."]).0, 1);
}

#[test]
fn gates_add_up_and_each_is_told() {
    let folder = project(&[("a.py", SHORT), ("b.py", HASH)]);
    let (code, _, err) = check(folder.path(), &["P0", "weak-hash", "weak-mac"]);
    assert_eq!(code, 1);
    assert!(err.contains("gate P0: 1 asset"), "{err}");
    assert!(
        err.contains("gate weak-hash: 1 asset (1 weak-hash); first: b.py:2:1"),
        "{err}"
    );
    assert!(!err.contains("gate weak-mac"), "{err}");
    let (code, _, err) = check(folder.path(), &["weak-mac,weak-hash"]);
    assert_eq!(code, 1, "{err}");
}

#[test]
fn what_is_no_gate_is_a_usage_error() {
    let folder = project(&[("b.py", HASH)]);
    for (gate, said) in [
        ("P9", "P0 to P4"),
        ("weak-hahs", "did you mean `weak-hash`"),
        ("policy:", "policy:ID"),
        ("policy:no-such", "nist-ir8547"),
        ("new", "--baseline"),
    ] {
        let (code, _, err) = check(folder.path(), &[gate]);
        assert_eq!(code, 2, "{gate}: {err}");
        assert!(err.contains(said), "{gate}: {err}");
    }
    let (code, _, err) = pqscan(folder.path(), &["check", ".", "--baseline", "no-such.json"]);
    assert_eq!(code, 2, "{err}");
    write(folder.path(), "garbage.json", "{\"a\": 1");
    let (code, _, err) = pqscan(folder.path(), &["check", ".", "--baseline", "garbage.json"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("baseline"), "{err}");
}

#[test]
fn with_a_baseline_only_what_is_new_fails() {
    let folder = project(&[("src/a.py", SHORT), ("src/b.py", HASH)]);
    let beside = tempfile::tempdir().expect("a folder");
    let baseline = beside.path().join("base").display().to_string();
    let (code, _, err) = pqscan(
        folder.path(),
        &["scan", "src", "-o", &format!("json={baseline}")],
    );
    assert_eq!(code, 0, "{err}");
    let check = |gate: &str| {
        pqscan(
            folder.path(),
            &["check", "src", "--baseline", &baseline, "--fail-on", gate],
        )
    };
    for gate in ["P0", "P4", "new", "weak-hash", "policy:nist-ir8547"] {
        let (code, _, err) = check(gate);
        assert_eq!(code, 0, "{gate}: {err}");
    }
    assert!(check("P0").2.contains("1 more in the baseline"));
    // Moved lines and renamed files are nothing new.
    fs::remove_file(folder.path().join("src/a.py")).expect("it was there");
    write(
        folder.path(),
        "src/renamed.py",
        &format!("# moved\n\n{SHORT}"),
    );
    let (code, _, err) = check("new");
    assert_eq!(code, 0, "{err}");
    // Another hash is; of the rest nothing fails.
    write(
        folder.path(),
        "src/c.py",
        "import hashlib\nhashlib.sha1(b'a')\n",
    );
    let (code, _, err) = check("new");
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate new: 1 asset (1 weak-hash)"), "{err}");
    assert!(err.contains("src/c.py:2:1"), "{err}");
    let (code, _, err) = check("weak-hash");
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate weak-hash: 1 asset"), "{err}");
    assert_eq!(check("P0").0, 0);
    assert_eq!(check("policy:nist-ir8547").0, 0);
}

#[test]
fn a_waiver_in_the_settings_accepts_by_class_path_asset_or_fingerprint() {
    let folder = project(&[("old/b.py", HASH)]);
    let found = result(folder.path(), &[]);
    let md5 = list(&found, "assets")
        .iter()
        .find(|asset| asset["assessment"]["findingClass"] == "weak-hash")
        .expect("it is there");
    let id = md5["id"].as_str().expect("a text");
    let name = md5["name"].as_str().expect("a text");
    let print = md5["occurrences"][0]["fingerprints"]["weak-hash"]
        .as_str()
        .expect("a fingerprint");
    for selects in [
        WEAK_HASH.to_owned(),
        "class = [\"weak-mac\", \"weak-hash\"]".to_owned(),
        "path = \"old\"".to_owned(),
        "path = [\"*.java\", \"old/*.py\"]\nclass = \"weak-hash\"".to_owned(),
        format!("asset = \"{id}\""),
        format!("asset = \"{name}\""),
        format!("fingerprint = \"{print}\""),
    ] {
        write(
            folder.path(),
            "pqscan.toml",
            &waiver(&selects, "2027-06-30"),
        );
        let (code, _, err) = check(folder.path(), &["P3"]);
        assert_eq!(code, 0, "{selects}: {err}");
        assert!(
            err.contains("gate P3: passed; 1 more accepted by waivers"),
            "{err}"
        );
    }
    for selects in [
        "class = \"weak-mac\"",
        "path = \"new\"",
        "path = \"new\"\nclass = \"weak-hash\"",
        "asset = \"SHA-1\"",
        "fingerprint = \"pq1:00000000000000000000000000000000\"",
    ] {
        write(folder.path(), "pqscan.toml", &waiver(selects, "2027-06-30"));
        let (code, out, err) = check(folder.path(), &["P3"]);
        assert_eq!(code, 1, "{selects}: {err}");
        assert!(out.contains("unmatched, until 2027-06-30"), "{out}");
    }
}

#[test]
fn a_comment_accepts_its_line_or_the_one_below() {
    let accept = "pqscan: accept weak-hash until 2027-06-30 by @old because of old files";
    let call = "hashlib.md5(b'a')";
    for text in [
        format!("import hashlib\n{call}  # {accept}\n"),
        format!("import hashlib\n# {accept}\n{call}\n"),
        format!("import hashlib\n# {accept}\n# which nobody can change\n{call}\n"),
    ] {
        let folder = project(&[("b.py", &text)]);
        let args = ["check", ".", "--all", "--fail-on", "P3"];
        let (code, out, err) = pqscan(folder.path(), &args);
        assert_eq!(code, 0, "{text}{err}");
        assert!(
            out.contains("= accepted: until 2027-06-30 by @old"),
            "{out}"
        );
        assert!(out.contains("of old files"), "{out}");
    }
    for text in [
        format!("import hashlib\n# {accept}\n\n{call}\n"),
        format!("import hashlib\na = 1  # {accept}\n{call}\n"),
        format!("import hashlib\n{call}\n# {accept}\n"),
        // No comment.
        format!("import hashlib\n{call}; a = '{accept}'\n"),
    ] {
        let folder = project(&[("b.py", &text)]);
        let (code, _, err) = check(folder.path(), &["P3"]);
        assert_eq!(code, 1, "{text}{err}");
    }
}

#[test]
fn comments_count_in_every_syntax_that_is_read() {
    let accept = "pqscan: accept weak-hash until 2027-06-30 because of old files";
    let java = |above: &str| {
        format!(
            "import java.security.MessageDigest;\nclass A {{ void f() throws Exception {{\n{above}\nMessageDigest.getInstance(\"MD5\");\n}} }}\n"
        )
    };
    for (name, text) in [
        ("A.java", java(&format!("// {accept}"))),
        ("A.java", java(&format!("/* {accept} */"))),
        ("A.java", java(&format!("/** {accept} */"))),
        ("A.java", java(&format!("/*\n * {accept}\n */"))),
        (
            "a.html",
            format!(
                "<html><script>\nconst c = require('crypto');\n// {accept}\nc.createHash('md5');\n</script></html>\n"
            ),
        ),
        (
            "a.go",
            format!("package a\nimport \"crypto/md5\"\nfunc f() {{\n\tmd5.New() // {accept}\n}}\n"),
        ),
    ] {
        let folder = project(&[(name, &text)]);
        let (code, _, err) = check(folder.path(), &["weak-hash"]);
        assert_eq!(code, 0, "{text}{err}");
        assert!(err.contains("1 more accepted"), "{text}{err}");
    }
}

#[test]
fn comments_in_archives_accept_nothing() {
    use std::io::Write as _;
    let folder = project(&[("a.txt", "")]);
    let text = "import hashlib\nhashlib.md5(b'a')  # pqscan: accept weak-hash until 2027-06-30 because it is delivered so\n";
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("b.py", zip::write::SimpleFileOptions::default())
        .expect("it starts");
    zip.write_all(text.as_bytes()).expect("it takes bytes");
    let bytes = zip.finish().expect("it ends").into_inner();
    fs::write(folder.path().join("a.zip"), bytes).expect("writable");
    let (code, out, err) = check(folder.path(), &["P3"]);
    assert_eq!(code, 1, "{err}");
    assert!(!out.contains("Accepted risks"), "{out}");
    // The settings of the project can.
    write(
        folder.path(),
        "pqscan.toml",
        &waiver("path = \"a.zip\"", "2027-06-30"),
    );
    assert_eq!(check(folder.path(), &["P3"]).0, 0);
}

#[test]
fn an_asset_is_accepted_when_all_its_places_are_that_run() {
    let folder = project(&[("old/b.py", HASH), ("new/c.py", HASH), ("tests/t.py", HASH)]);
    let accept = |path: &str| write(folder.path(), "pqscan.toml", &waiver(path, "2027-06-30"));
    accept("path = \"old\"");
    let args = ["check", ".", "--all", "--fail-on", "P3"];
    let (code, out, err) = pqscan(folder.path(), &args);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("first: new/c.py:2:1"), "{err}");
    let line = "1 asset accepted by the project's own waivers (1 in part), of these 0 P0";
    assert!(err.contains(line) && out.contains(line), "{err}{out}");
    assert!(
        out.contains("1 in part: other places are not accepted"),
        "{out}"
    );
    assert!(out.contains("1 of 3 places, until 2027-06-30"), "{out}");
    let found = result(folder.path(), &[]);
    let md5 = list(&found, "assets").iter().find(|a| a["name"] == "MD5");
    assert_eq!(md5.expect("MD5")["accepted"][0]["wholly"], false);
    // Tests do not count where there is something else.
    accept("path = [\"old\", \"new\"]");
    let (code, _, err) = check(folder.path(), &["P3"]);
    assert_eq!(code, 0, "{err}");
    let found = result(folder.path(), &[]);
    let md5 = list(&found, "assets").iter().find(|a| a["name"] == "MD5");
    let accepted = &md5.expect("MD5")["accepted"][0];
    assert_eq!(accepted["wholly"], true);
    assert_eq!(accepted["places"], 2);
}

#[test]
fn what_is_implied_is_accepted_with_what_implies_it() {
    let folder = project(&[(
        "a.py",
        &SHORT.replace(
            "key =",
            "# pqscan: accept short-key until 2027-06-30 because of cards\nkey =",
        ),
    )]);
    let (code, _, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 0, "{err}");
    // The key is on another list, too, and that was not accepted.
    let (code, _, err) = check(folder.path(), &["P2"]);
    assert_eq!(code, 1, "{err}");
    write(
        folder.path(),
        "pqscan.toml",
        &waiver("path = \"a.py\"", "2027-06-30"),
    );
    let (code, _, err) = check(folder.path(), &["P3"]);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn a_waiver_counts_to_its_last_day_and_fails_the_gate_after_it() {
    let folder = project(&[("b.py", HASH)]);
    let until = |day: &str| write(folder.path(), "pqscan.toml", &waiver(WEAK_HASH, day));
    until("\"2026-11-23\"");
    assert_eq!(check(folder.path(), &["P3"]).0, 0);
    until("2026-11-22");
    let (code, out, err) = check(folder.path(), &["P3"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate P3: 1 asset (1 weak-hash)"), "{err}");
    assert!(
        err.contains("waiver expired on 2026-11-22: pqscan.toml#1 (weak-hash), 1 asset, @payments"),
        "{err}"
    );
    assert!(out.contains("expired 2026-11-22"), "{out}");
    // Whatever the gate is about.
    let (code, _, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 1, "{err}");
    assert!(!err.contains("gate P0"), "{err}");
    // Where nothing is left that it was about, it is only to be taken away.
    write(folder.path(), "b.py", "print(1)\n");
    let (code, out, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("unmatched"), "{out}");
    assert!(
        err.contains("waivers: 1 unmatched; see Accepted risks"),
        "{err}"
    );
    // A scan tells and does not judge.
    write(folder.path(), "b.py", HASH);
    assert_eq!(pqscan(folder.path(), &["scan", "."]).0, 0);
}

#[test]
fn a_waiver_that_cannot_count_says_so_and_breaks_nothing() {
    let odd = "[[waiver]]\nclass = \"weak-hsh\"\nreason = \"a\"\nowner = \"b\"\nuntil = 2027-01-01\n\
         [[waiver]]\nclass = \"weak-hash\"\nowner = \"b\"\nuntil = 2027-01-01\n\
         [[waiver]]\nclass = \"weak-hash\"\nreason = \"a\"\nowner = \"b\"\n\
         [[waiver]]\nclass = \"weak-hash\"\nreason = \"a\"\nowner = \"b\"\nuntil = \"soon\"\n\
         [[waiver]]\nclass = \"weak-hash\"\nreason = \"a\"\nuntil = 2027-01-01\n\
         [[waiver]]\nreason = \"a\"\nowner = \"b\"\nuntil = 2027-01-01\n";
    let folder = project(&[
        (
            "b.py",
            "import hashlib\nhashlib.md5(b'a')  # pqscan: accept weak-hash because of old files\n",
        ),
        ("pqscan.toml", odd),
    ]);
    let (code, out, err) = check(folder.path(), &["P3"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate P3: 1 asset"), "{err}");
    for said in [
        "7 malformed",
        "did you mean `weak-hash`?",
        "no reason",
        "no date",
        "`soon` is no date",
        "no owner",
        "it does not say what it accepts",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    let found = result(folder.path(), &[]);
    assert!(states(&found).iter().all(|(_, state)| state == "malformed"));
    // Nothing of it fails what passes without it.
    assert_eq!(check(folder.path(), &["P0"]).0, 0);
    // A key that nobody knows is a mistake in the settings.
    write(
        folder.path(),
        "pqscan.toml",
        "[[waiver]]\nclas = \"weak-hash\"\n",
    );
    let (code, _, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `class`?"), "{err}");
}

#[test]
fn a_mandate_is_not_waived() {
    let folder = project(&[("a.py", SHORT)]);
    let (code, _, err) = check(folder.path(), &["policy:nist-ir8547"]);
    assert_eq!(code, 1, "{err}");
    write(
        folder.path(),
        "pqscan.toml",
        &waiver("path = \"a.py\"", "2027-06-30"),
    );
    let (code, _, err) = check(folder.path(), &["policy:nist-ir8547", "P0"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate policy:nist-ir8547: 1 asset"), "{err}");
    assert!(
        err.contains("1 is accepted by waivers, which do not count here"),
        "{err}"
    );
    assert!(
        err.contains("gate P0: passed; 1 more accepted by waivers"),
        "{err}"
    );
}

#[test]
fn what_the_project_accepts_of_the_most_urgent_is_always_named() {
    let folder = project(&[("a.py", SHORT), ("b.py", HASH)]);
    write(
        folder.path(),
        "pqscan.toml",
        &waiver("path = \"*.py\"", "2027-06-30"),
    );
    let (code, out, err) = check(folder.path(), &["P4"]);
    let line = "2 assets accepted by the project's own waivers, of these 1 P0";
    assert!(err.contains(line), "{err}");
    assert!(out.contains(line), "{out}");
    assert!(out.contains("P0 RSA-1024 key  a.py:2:7"), "{out}");
    // It is still on its list, with who accepts it.
    assert!(out.contains("P0[short-key]"), "{out}");
    assert!(
        out.contains("accepted: until 2027-06-30 by @payments (pqscan.toml#1)"),
        "{out}"
    );
    assert_eq!(code, 0, "{err}");
    // What the user accepts by their own file is not the project's.
    fs::rename(
        folder.path().join("pqscan.toml"),
        folder.path().join("mine.toml"),
    )
    .expect("writable");
    let (code, out, err) = pqscan(
        folder.path(),
        &["check", ".", "--config", "mine.toml", "--fail-on", "P3"],
    );
    assert_eq!(code, 0, "{err}");
    assert!(!(err + &out).contains("project's own"));
    assert!(out.contains("mine.toml#1"), "{out}");
}

#[test]
fn the_projects_own_settings_and_comments_can_be_left_aside() {
    let folder = project(&[
        (
            "a.py",
            &SHORT.replace(
                "key =",
                "# pqscan: accept short-key until 2027-06-30 because of cards\nkey =",
            ),
        ),
        ("b.py", HASH),
        ("hidden/c.py", SHORT),
    ]);
    let settings = format!(
        "exclude = [\"hidden\"]\n{}",
        waiver(WEAK_HASH, "2027-06-30")
    );
    write(folder.path(), "pqscan.toml", &settings);
    let (code, out, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains(
            "By the project's own settings (exclude): 1 file left out   --no-project-config"
        ),
        "{out}"
    );
    let (code, out, err) = pqscan(
        folder.path(),
        &["check", ".", "--fail-on", "P0", "--no-project-config"],
    );
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("gate P0: 1 asset (1 short-key)"), "{err}");
    assert!(
        out.contains(
            "The project's own settings are left aside, with 1 comment that would accept something"
        ),
        "{out}"
    );
    assert!(!out.contains("Accepted risks"), "{out}");
    let found = result(folder.path(), &["--no-project-config"]);
    assert_eq!(found["coverage"]["byProject"]["ignored"], true);
    assert!(found.get("waivers").is_none());
}

#[test]
fn what_the_projects_patterns_leave_out_is_counted_and_the_users_are_not() {
    use std::io::Write as _;
    let folder = project(&[
        ("a.py", HASH),
        ("gen/b.py", HASH),
        ("gen/deep/c.py", HASH),
        ("mine/d.py", HASH),
    ]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["gen/e.py", "f.py"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("it starts");
        zip.write_all(HASH.as_bytes()).expect("it takes bytes");
    }
    let bytes = zip.finish().expect("it ends").into_inner();
    fs::write(folder.path().join("a.zip"), bytes).expect("writable");
    let left_out = |args: &[&str]| result(folder.path(), args)["coverage"]["byProject"].clone();
    assert_eq!(left_out(&[]), Value::Null);
    assert_eq!(left_out(&["--exclude", "gen"]), Value::Null);
    write(folder.path(), "pqscan.toml", "exclude = [\"gen\"]\n");
    // Two files and a member.
    assert_eq!(left_out(&[])["filesLeftOut"], 3);
    assert_eq!(left_out(&[])["keys"], serde_json::json!(["exclude"]));
    assert_eq!(left_out(&["--exclude", "mine"])["filesLeftOut"], 3);
    assert_eq!(left_out(&["--exclude", "gen"])["filesLeftOut"], 0);
    write(
        folder.path(),
        "pqscan.toml",
        "include = [\"mine\"]\nno-archives = true\n",
    );
    let own = left_out(&[]);
    assert_eq!(own["keys"], serde_json::json!(["include", "no-archives"]));
    // a.py, the two of gen, the archive and the settings themselves.
    assert_eq!(own["filesLeftOut"], 5);
}

#[test]
fn the_register_is_the_same_in_every_output() {
    let folder = project(&[
        ("a.py", SHORT),
        ("b.py", HASH),
        ("CODEOWNERS", "* @everybody\n"),
        (
            "c.py",
            "import hashlib\nhashlib.sha1(b'a')  # pqscan: accept weak-hash until 2020-01-01 because of git\n",
        ),
    ]);
    let settings = format!(
        "{}ticket = \"SEC-12\"\n{}{}",
        waiver("path = \"b.py\"", "2027-06-30"),
        waiver("class = \"weak-mac\"", "2027-06-30"),
        "[[waiver]]\nclass = \"weak-hash\"\n"
    );
    write(folder.path(), "pqscan.toml", &settings);
    let found = result(folder.path(), &[]);
    let expected = [
        ("pqscan.toml#1", "used"),
        ("pqscan.toml#2", "unmatched"),
        ("pqscan.toml#3", "malformed"),
        ("c.py:2", "expired"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(id, state)| ((*id).to_owned(), (*state).to_owned()))
        .collect();
    assert_eq!(states(&found), expected);
    let first = &found["waivers"][0];
    assert_eq!(first["by"], "project");
    assert_eq!(first["owner"], "@payments");
    assert_eq!(first["until"], "2027-06-30");
    assert_eq!(first["ticket"], "SEC-12");
    assert_eq!(first["accepts"]["places"], 1);
    assert_eq!(first["accepts"]["partly"], 0);
    assert_eq!(first["accepts"]["assets"].as_array().map(Vec::len), Some(1));
    let bands = &first["accepts"]["byPriority"];
    assert_eq!(bands, &serde_json::json!({ "P3": 1 }));
    let by_place = list(&found, "assets")
        .iter()
        .flat_map(|asset| list(asset, "occurrences"))
        .find(|place| place["path"] == "b.py")
        .expect("it is there");
    assert_eq!(by_place["acceptedBy"]["weak-hash"], "pqscan.toml#1");

    let (_, out, _) = pqscan(folder.path(), &["scan", "."]);
    assert!(
        out.contains("Accepted risks: 4 waivers (1 used, 1 expired, 1 unmatched, 1 malformed)"),
        "{out}"
    );
    assert!(
        out.contains("1 asset (1 P3) in 1 place; by @payments; SEC-12: checksums"),
        "{out}"
    );

    let (_, bom, _) = pqscan(folder.path(), &["scan", ".", "--format", "cyclonedx", "-q"]);
    let bom: Value = serde_json::from_str(&bom).expect("JSON");
    let property = |value: &Value, name: &str| -> Vec<String> {
        list(value, "properties")
            .iter()
            .filter(|property| property["name"] == name)
            .map(|property| property["value"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(property(&bom["metadata"], "pqscan:waivers"), ["4"]);
    let waivers = property(&bom["metadata"], "pqscan:waiver");
    assert_eq!(waivers.len(), 4);
    for (line, (id, state)) in waivers.iter().zip(&expected) {
        assert!(
            line.starts_with(state.as_str()) && line.contains(id.as_str()),
            "{line}"
        );
    }
    let md5 = list(&bom, "components").iter().find(|c| c["name"] == "MD5");
    assert_eq!(
        property(md5.expect("MD5"), "pqscan:accepted"),
        [
            "weak-hash wholly, until 2027-06-30 by @payments (pqscan.toml#1, SEC-12): checksums of old files"
        ]
    );
}

#[test]
fn hostile_waivers_are_harmless_and_bounded() {
    let evil = "\u{1b}[31m\u{202e}";
    let long = "x".repeat(100_000);
    let mut many = String::from("import hashlib\n");
    for n in 0..1_000 {
        many +=
            &format!("# pqscan: accept weak-hash until 2027-06-30 by {evil}{n} because {evil}\n")
    }
    many += "hashlib.md5(b'a')\n";
    let folder = project(&[
        (
            "a.py",
            &format!(
                "import hashlib\nhashlib.md5(b'a')  # pqscan: accept weak-hash until 2027-06-30 because {long}\n"
            ),
        ),
        ("b.py", &many),
        (
            "c.py",
            &format!("import hashlib\nhashlib.sha1(b'a')  # pqscan: accept {long} {evil}\n"),
        ),
        (
            "d.py",
            &format!("{}\n{HASH}", "# pqscan: accept ".repeat(100_000)),
        ),
    ]);
    let settings = format!(
        "[[waiver]]\nclass = \"{long}\"\npath = \"{}\"\nreason = \"\\u001b[31m{long}\"\nowner = \"\\u001b]0;a\\u0007\"\nuntil = \"{long}\"\n",
        "*/".repeat(5_000)
    );
    write(folder.path(), "pqscan.toml", &settings);
    let (code, out, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 0, "{err}");
    for text in [&out, &err] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{7}'));
        assert!(text.lines().all(|line| line.chars().count() < 300));
    }
    assert!(out.len() < 20_000, "{}", out.len());
    assert!(
        out.contains("comments beyond what is kept accept nothing"),
        "{out}"
    );
    let found = result(folder.path(), &[]);
    let kept = list(&found, "waivers");
    assert!(kept.len() < 300, "{}", kept.len());
    assert!(found["coverage"]["byProject"]["commentsBeyond"].as_u64() > Some(800));
    let (_, bom, _) = pqscan(folder.path(), &["scan", ".", "--format", "cyclonedx", "-q"]);
    assert!(!bom.contains("\\u001b") && !bom.contains('\u{202e}'));
    // So is what has expired.
    let owner = format!("owner = \"@payments\\u001b[31m{long}\"");
    let settings = waiver(
        &format!("class = \"weak-hash\"\nasset = [\"MD5\", \"{long}\"]"),
        "2020-01-01",
    );
    let settings = settings.replace("owner = \"@payments\"", &owner);
    write(folder.path(), "pqscan.toml", &settings);
    let (code, out, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("waiver expired on 2020-01-01: pqscan.toml#1"),
        "{err}"
    );
    for text in [&out, &err] {
        assert!(!text.contains('\u{1b}'));
        assert!(text.lines().all(|line| line.chars().count() < 300));
    }
    // More waivers than a person looks after are a mistake.
    write(
        folder.path(),
        "pqscan.toml",
        &waiver(WEAK_HASH, "2027-06-30").repeat(1_001),
    );
    let (code, _, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 2);
    assert!(err.contains("over 1000 waivers"), "{err}");
}

#[test]
fn quiet_says_nothing_and_fails_all_the_same() {
    let folder = project(&[("a.py", SHORT)]);
    let (code, out, err) = pqscan(folder.path(), &["check", ".", "-q"]);
    assert_eq!((code, out.as_str(), err.as_str()), (1, "", ""));
}

#[test]
fn a_project_that_calls_itself_unimportant_hides_nothing_that_is_most_urgent() {
    let envelope = "from cryptography.hazmat.primitives.asymmetric import rsa, padding\nfrom cryptography.hazmat.primitives import hashes\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()\nsealed = key.encrypt(b'', padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None))\n";
    let settings = "[[context]]\npaths = [\"seal.py\"]\nshelf-life = 0.1\ncriticality = \"low\"\nexposure = \"local\"\n";
    let folder = project(&[("seal.py", envelope), ("pqscan.toml", settings)]);
    let (code, out, err) = check(folder.path(), &["P0"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("would be P0 without what the project's own settings say"),
        "{out}"
    );
    assert!(out.contains("seal.py:4:"), "{out}");
    let coverage = &result(folder.path(), &[])["coverage"]["byProject"];
    assert_eq!(coverage["keys"], serde_json::json!(["context"]));
    assert!(!list(coverage, "lowered").is_empty(), "{coverage}");
    let (code, _, _) = pqscan(
        folder.path(),
        &["check", ".", "--fail-on", "P0", "--no-project-config"],
    );
    assert_eq!(code, 1);
}
