//! The forms that are tables, lines and comments: CSV, the PQCC workbook, JSON Lines, JUnit, annotations of GitHub, Markdown. Each is read back by
//! a reader of its own and held against the JSON result of the same scan; names that would be markup, orders or formulas stay names.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use quick_xml::events::Event;
use serde_json::Value;
use tempfile::TempDir;

/// 2026-11-23.
const TODAY: &str = "1795392000";

/// Names that Unix lets files have and that are markup, orders and formulas elsewhere.
#[cfg(unix)]
const HOSTILE: &[&str] = &[
    "-=1+1@SUM(A1).py",
    "::stop-commands::x",
    "a,b;=cmd|' /C calc'!A0\"q\".py",
    "img ![x](https:..example.org.a.png) <img src=x onerror=alert(1)> @octocat #1.py",
    "line\n::error::forged\n| x | `y` ```.py",
    "pipe\\|pipe`` | ` |.py",
    "##[add-mask]x ##vso[task.setvariable variable=a]b.py",
    "bidi\u{202e}\u{1b}[31m&amp;%0A%25.py",
    "www.example.org :tada: GH-1 1234567890abcdef.py",
];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// Two RSA keys in production and one in a test, ECDH, MD5 that a waiver accepts, ML-KEM, and an archive that cannot be read.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let rsa = "from cryptography.hazmat.primitives.asymmetric import rsa\n";
    let key = |bits: u32| {
        format!("{rsa}key = rsa.generate_private_key(public_exponent=65537, key_size={bits})\n")
    };
    write(at, "src/keys.py", &key(2048));
    write(at, "src/old.py", &key(1024));
    write(at, "tests/test_keys.py", &key(2048));
    write(
        at,
        "src/agree.py",
        "from cryptography.hazmat.primitives.asymmetric import ec\n\
         def agree(key, peer):\n    return key.exchange(ec.ECDH(), peer)\n",
    );
    write(
        at,
        "src/legacy/sum.py",
        "import hashlib\nhashlib.md5(b'a').hexdigest()\n",
    );
    write(
        at,
        "go/kem.go",
        "package kem\n\nimport \"crypto/mlkem\"\n\nfunc New() { mlkem.GenerateKey768() }\n",
    );
    write(
        at,
        "pqscan.toml",
        "[[waiver]]\nclass = [\"weak-hash\"]\npath = [\"src/legacy/**\"]\nreason = \"a checksum, =not a digest\"\nuntil = 2027-06-30\nowner = \"@example/legacy\"\n",
    );
    write(
        at,
        "CODEOWNERS",
        "src/ @example/keys\nsrc/old.py old@example.org @octocat\n",
    );
    fs::write(
        at.join("broken.tar.gz"),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03broken",
    )
    .expect("writable");
    folder
}

/// A key that is too short in each file of a hostile name, each of another size, with a comment that is as hostile.
#[cfg(unix)]
fn hostile() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, number) in HOSTILE.iter().zip(0..) {
        // A folder for the one that a path must begin with.
        let name = match name.ends_with(".py") {
            true => (*name).to_owned(),
            false => format!("{name}/a.py"),
        };
        let text = format!(
            "from cryptography.hazmat.primitives.asymmetric import rsa\n\
             k = rsa.generate_private_key(public_exponent=65537, key_size={})  # =1|`<b>`@octocat ##[add-mask] ::error::x\n",
            1024 + 8 * number
        );
        write(folder.path(), &name, &text);
    }
    folder
}

/// So many distinct keys.
fn many(keys: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = "from cryptography.hazmat.primitives.asymmetric import rsa\n".to_owned();
    for bits in 0..keys {
        let bits = 2048 + 8 * bits;
        text += &format!("k = rsa.generate_private_key(public_exponent=65537, key_size={bits})\n");
    }
    write(folder.path(), "many.py", &text);
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .args(args);
    command
}

/// Exit code, stdout, stderr.
fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8(output.stdout).expect("UTF-8"),
        String::from_utf8(output.stderr).expect("UTF-8"),
    )
}

/// Every form of one scan, by its file.
fn forms(folder: &Path, more: &[&str]) -> BTreeMap<&'static str, String> {
    const FILES: [&str; 8] = [
        "json=all",
        "x.csv",
        "pqcc=workbook",
        "x.jsonl",
        "x.xml",
        "github=github",
        "x.md",
        "cbom.json",
    ];
    let beside = tempfile::tempdir().expect("a folder");
    let mut args = vec!["scan", ".", "-q"];
    args.extend(more);
    let mut outputs = Vec::new();
    for form in FILES {
        let (name, file) = form.split_once('=').unwrap_or((form, form));
        let file = beside.path().join(file);
        let value = match form.contains('=') {
            true => format!("{name}={}", file.display()),
            false => file.display().to_string(),
        };
        outputs.push((name, file, value));
    }
    for (_, _, value) in &outputs {
        args.extend(["-o", value])
    }
    let (code, out, err) = run(&mut command(folder, &args));
    assert_eq!((code, &*out), (0, ""), "{err}");
    let read = |(name, file, _): (&'static str, std::path::PathBuf, String)| {
        (name, fs::read_to_string(file).expect("it was written"))
    };
    outputs.into_iter().map(read).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn texts<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_default()
}

fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A finding, as the JSON result has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    asset: String,
    class: String,
    priority: String,
    list: String,
    path: String,
    line: u64,
    fingerprint: String,
    accepted: bool,
}

/// Each judgement of each asset that was seen by itself, at each place.
fn findings(result: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let seen = |asset: &&Value| list(asset, "impliedBy").is_empty();
    for asset in list(result, "assets").iter().filter(seen) {
        let assessment = &asset["assessment"];
        for judged in std::iter::once(assessment).chain(list(assessment, "also")) {
            let class = texts(judged, "findingClass");
            for place in list(asset, "occurrences") {
                findings.push(Finding {
                    asset: texts(asset, "id").to_owned(),
                    class: class.to_owned(),
                    priority: texts(judged, "priority").to_owned(),
                    list: texts(judged, "class").to_owned(),
                    path: texts(place, "path").to_owned(),
                    line: place["line"].as_u64().unwrap_or_default(),
                    fingerprint: texts(&place["fingerprints"], class).to_owned(),
                    accepted: place["acceptedBy"][class].is_string(),
                })
            }
        }
    }
    findings.sort();
    findings
}

/// What somebody has to do something about, if nobody accepts it.
fn needs_action(finding: &Finding) -> bool {
    finding.priority != "P4"
        && !["provided", "post-quantum", "fine"].contains(&finding.list.as_str())
}

/// The rows of a table by its headings.
fn table(text: &str) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<String> = reader
        .headers()
        .expect("headings")
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader.records().map(|record| {
        let record = record.expect("as many cells as headings");
        headings
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect()
    });
    let rows = rows.collect();
    (headings, rows)
}

#[test]
fn the_project_is_what_the_other_tests_take_it_for() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let findings = findings(&json(&forms["json"]));
    let has = |path: &str, class: &str| findings.iter().any(|f| f.path == path && f.class == class);
    assert!(has("src/old.py", "short-key"), "{findings:#?}");
    assert!(has("src/agree.py", "ecdh-key-agreement"), "{findings:#?}");
    assert!(
        findings
            .iter()
            .any(|f| f.path == "src/legacy/sum.py" && f.accepted),
        "{findings:#?}"
    );
    assert!(
        findings
            .iter()
            .any(|f| f.path == "go/kem.go" && f.list == "post-quantum"),
        "{findings:#?}"
    );
    assert!(findings.iter().any(|f| needs_action(f) && !f.accepted));
    assert_eq!(json(&forms["cbom.json"])["bomFormat"], "CycloneDX");
}

#[test]
fn csv_has_a_row_for_every_finding() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let text = &forms["x.csv"];
    assert!(
        text.starts_with("priority,finding_class,"),
        "no byte order mark"
    );
    let (_, rows) = table(text);
    assert_eq!(text.matches("\r\n").count(), rows.len() + 1);
    assert_eq!(text.matches('\n').count(), rows.len() + 1);
    let mut read: Vec<Finding> = rows
        .iter()
        .map(|row| Finding {
            asset: row["asset_id"].clone(),
            class: row["finding_class"].clone(),
            priority: row["priority"].clone(),
            list: row["list"].clone(),
            path: row["path"].clone(),
            line: row["line"].parse().unwrap_or_default(),
            fingerprint: row["fingerprint"].clone(),
            accepted: !row["accepted_by"].is_empty(),
        })
        .collect();
    // The most urgent is first.
    assert_eq!(
        rows[0]["priority"],
        rows.iter()
            .map(|r| &r["priority"])
            .min()
            .expect("rows")
            .clone()
    );
    read.sort();
    assert_eq!(read, findings(&json(&forms["json"])));
    // The owner of the file is a mention elsewhere and a formula here.
    let old = rows
        .iter()
        .find(|row| row["path"] == "src/old.py")
        .expect("it is there");
    assert_eq!(old["owner"], "old@example.org @octocat");
    let agree = rows
        .iter()
        .find(|row| row["path"] == "src/agree.py")
        .expect("it is there");
    assert_eq!(agree["owner"], "'@example/keys");
    let sum = rows
        .iter()
        .find(|row| row["path"] == "src/legacy/sum.py")
        .expect("it is there");
    assert_eq!(sum["accepted_by"], "pqscan.toml#1");
    assert_eq!(sum["accepted_until"], "2027-06-30");
    assert_eq!(sum["accepted_owner"], "'@example/legacy");
    assert_eq!(sum["accepted_reason"], "a checksum, =not a digest");
}

#[test]
fn every_column_is_documented() {
    let folder = many(1);
    let (_, out, _) = run(&mut command(
        folder.path(),
        &["scan", ".", "-q", "-o", "csv"],
    ));
    let (headings, _) = table(&out);
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/csv.md"))
        .expect("it is there");
    let (_, columns) = page.split_once("## The columns").expect("they are there");
    let columns = columns.split("\n## ").next().unwrap_or_default();
    let named: Vec<&str> = columns
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(named, headings);
}

#[cfg(unix)]
#[test]
fn no_cell_is_a_formula_whatever_a_file_is_called() {
    let folder = hostile();
    let forms = forms(folder.path(), &[]);
    for form in ["x.csv", "pqcc"] {
        let (_, rows) = table(&forms[form]);
        assert!(!rows.is_empty());
        for (heading, value) in rows.iter().flatten() {
            let begins = |text: &str| text.trim_start().starts_with(['=', '+', '-', '@']);
            let is_number = value.parse::<f64>().is_ok();
            assert!(is_number || !begins(value), "{form} {heading}: {value}");
            assert!(
                is_number || !value.split(';').any(begins),
                "{form} {heading}: {value}"
            );
            assert!(
                !value.contains(['\n', '\r', '\u{1b}', '\u{202e}']),
                "{form} {heading}: {value:?}"
            );
        }
    }
    let (_, rows) = table(&forms["x.csv"]);
    let paths: Vec<&str> = rows.iter().map(|row| row["path"].as_str()).collect();
    assert!(paths.contains(&"'-=1+1@SUM(A1).py"), "{paths:?}");
    assert!(
        paths.contains(&"a,b;'=cmd|' /C calc'!A0\"q\".py"),
        "{paths:?}"
    );
    assert_eq!(rows.len(), findings(&json(&forms["json"])).len());
}

#[test]
fn the_workbook_has_its_eighteen_headings_and_a_row_for_every_asset() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let (headings, rows) = table(&forms["pqcc"]);
    assert_eq!(
        headings,
        [
            "Entry ID",
            "Asset/System Short Name/ID",
            "Asset/System Type",
            "POC Name (Internal)",
            "POC Email",
            "POC Phone",
            "POC Org/Sub-Org(s)",
            "External Vendor Org",
            "External Vendor POC Name",
            "Vendor POC Email",
            "Asset PQC Needs",
            "PQC Status Notes",
            "Planned Disposition",
            "Disposition Date",
            "Asset Priority",
            "Asset Priority Notes",
            "Additional Notes",
            "Last Updated (Date)",
        ]
    );
    let result = json(&forms["json"]);
    let mut seen: Vec<&str> = list(&result, "assets")
        .iter()
        .filter(|asset| list(asset, "impliedBy").is_empty())
        .map(|asset| texts(asset, "id"))
        .collect();
    let mut read: Vec<&str> = rows.iter().map(|row| row["Entry ID"].as_str()).collect();
    seen.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, seen);
    let row = |note: &str| {
        let mut rows = rows.iter();
        rows.find(|row| row["Additional Notes"].contains(note))
            .expect("it is there")
    };
    let old = row("src/old.py:2:");
    assert_eq!(old["POC Email"], "old@example.org");
    assert_eq!(old["POC Name (Internal)"], "'@octocat");
    assert_eq!(old["Asset Priority"], "P0");
    // It is P0 since the key is short, which has no score.
    let notes = &old["Asset Priority Notes"];
    assert!(notes.starts_with("P0: short-key; P"), "{notes}");
    assert!(notes.contains(": quantum-broken-key, score "), "{notes}");
    assert_eq!(old["Planned Disposition"], "");
    let sum = row("src/legacy/sum.py:2:");
    assert_eq!(sum["POC Org/Sub-Org(s)"], "'@example/keys");
    assert_eq!(
        sum["Planned Disposition"],
        "Risk accepted by @example/legacy (pqscan.toml#1)"
    );
    assert_eq!(sum["Disposition Date"], "2027-06-30");
    for row in &rows {
        assert_eq!(row["Last Updated (Date)"], "2026-11-23");
        // Of what a scan cannot know nothing is said.
        for unknown in [
            "POC Phone",
            "External Vendor Org",
            "External Vendor POC Name",
            "Vendor POC Email",
        ] {
            assert_eq!(row[unknown], "");
        }
    }
}

#[test]
fn lines_hold_what_the_result_holds() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let result = json(&forms["json"]);
    let mut by_type: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for line in forms["x.jsonl"].lines() {
        let mut line = json(line);
        let fields = line.as_object_mut().expect("an object");
        assert_eq!(fields.keys().next().map(String::as_str), Some("type"));
        let kind = fields.shift_remove("type").expect("a type");
        let kind = kind.as_str().expect("a word").to_owned();
        if order.last() != Some(&kind) {
            order.push(kind.clone())
        }
        by_type.entry(kind).or_default().push(line)
    }
    assert_eq!(
        order,
        [
            "header", "library", "waiver", "asset", "finding", "skip", "workItem", "totals"
        ]
    );
    assert_eq!(Value::Array(by_type["asset"].clone()), result["assets"]);
    assert_eq!(Value::Array(by_type["workItem"].clone()), result["plan"]);
    assert_eq!(Value::Array(by_type["waiver"].clone()), result["waivers"]);
    assert_eq!(
        Value::Array(by_type["skip"].clone()),
        result["coverage"]["skips"]
    );
    let header = &by_type["header"][0];
    assert_eq!(header["schema"], "pqscan/lines/1");
    assert_eq!(header["subject"], result["subject"]);
    assert_eq!(
        header["coverage"]["filesSeen"],
        result["coverage"]["filesSeen"]
    );
    let mut read: Vec<Finding> = by_type["finding"]
        .iter()
        .map(|finding| Finding {
            asset: texts(finding, "asset").to_owned(),
            class: texts(finding, "findingClass").to_owned(),
            priority: texts(finding, "priority").to_owned(),
            list: texts(finding, "class").to_owned(),
            path: texts(finding, "path").to_owned(),
            line: finding["line"].as_u64().unwrap_or_default(),
            fingerprint: texts(finding, "fingerprint").to_owned(),
            accepted: finding["acceptedBy"].is_string(),
        })
        .collect();
    read.sort();
    assert_eq!(read, findings(&result));
    let totals = &by_type["totals"][0];
    for (field, kind) in [
        ("assets", "asset"),
        ("findings", "finding"),
        ("skips", "skip"),
        ("workItems", "workItem"),
    ] {
        assert_eq!(totals[field], by_type[kind].len(), "{field}");
    }
    let sum = |field: &str| -> u64 {
        let counts = totals[field].as_object().expect("counts").values();
        counts.map(|count| count.as_u64().expect("a number")).sum()
    };
    assert_eq!(totals["seen"], sum("byPriority"));
    assert_eq!(totals["seen"], sum("byClass"));
}

/// A case of a test report: suite, name, what it holds.
type Case = (String, String, Option<String>);

/// The cases of a report, which is held against what its schema (`junit-10.xsd` of Jenkins' xUnit plugin) allows.
fn cases(text: &str) -> (Vec<Case>, BTreeMap<String, BTreeMap<String, String>>) {
    const ALLOWED: &[(&str, &[&str])] = &[
        ("testsuites", &["name", "tests", "failures", "errors"]),
        (
            "testsuite",
            &[
                "name",
                "tests",
                "failures",
                "errors",
                "skipped",
                "timestamp",
            ],
        ),
        ("testcase", &["name", "classname"]),
        ("failure", &["type", "message"]),
        ("skipped", &["message"]),
    ];
    let mut reader = quick_xml::Reader::from_str(text);
    let mut cases: Vec<Case> = Vec::new();
    let mut suites = BTreeMap::new();
    let mut suite = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return (cases, suites),
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                let (_, allowed) = ALLOWED
                    .iter()
                    .find(|(n, _)| *n == name)
                    .expect("an element of the schema");
                let attributes: BTreeMap<String, String> = element
                    .attributes()
                    .map(|attribute| {
                        let attribute = attribute.expect("well-formed");
                        let key = attribute.key.as_ref().to_owned();
                        assert!(allowed.contains(&key.as_str()), "{name} {key}");
                        let value = attribute
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("well-formed");
                        (key, value.into_owned())
                    })
                    .collect();
                match &*name {
                    "testsuites" => {
                        suites.insert(String::new(), attributes);
                    }
                    "testsuite" => {
                        suite = attributes["name"].clone();
                        suites.insert(suite.clone(), attributes);
                    }
                    "testcase" => cases.push((suite.clone(), attributes["name"].clone(), None)),
                    _ => cases.last_mut().expect("within a case").2 = Some(name),
                }
            }
            _ => {}
        }
    }
}

#[test]
fn a_test_report_has_a_case_for_every_finding() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let (cases, suites) = cases(&forms["x.xml"]);
    let findings = findings(&json(&forms["json"]));
    let failing = findings
        .iter()
        .filter(|f| needs_action(f) && !f.accepted)
        .count();
    let what = |wanted: Option<&str>| {
        let cases = cases.iter().filter(|case| case.0 != "coverage");
        cases.filter(|case| case.2.as_deref() == wanted).count()
    };
    assert_eq!(what(Some("failure")), failing);
    assert_eq!(
        what(Some("failure")) + what(Some("skipped")) + what(None),
        findings.len()
    );
    let of = |path: &str| {
        cases
            .iter()
            .filter(|case| case.1.contains(path))
            .collect::<Vec<_>>()
    };
    assert!(
        of("src/legacy/sum.py:2:")
            .iter()
            .all(|case| case.2.as_deref() == Some("skipped"))
    );
    assert!(of("go/kem.go:5:").iter().any(|case| case.2.is_none()));
    // The archive that was not read is told, and fails nothing.
    let coverage = cases
        .iter()
        .find(|case| case.0 == "coverage")
        .expect("it is there");
    assert_eq!(coverage.2.as_deref(), Some("skipped"));
    // What the attributes say is what is there.
    for (name, attributes) in &suites {
        let own = cases
            .iter()
            .filter(|case| name.is_empty() || case.0 == *name);
        let own: Vec<&Case> = own.collect();
        let number = |what: &str| {
            own.iter()
                .filter(|case| case.2.as_deref() == Some(what))
                .count()
        };
        assert_eq!(attributes["tests"], own.len().to_string(), "{name}");
        assert_eq!(
            attributes["failures"],
            number("failure").to_string(),
            "{name}"
        );
        if !name.is_empty() {
            assert_eq!(
                attributes["skipped"],
                number("skipped").to_string(),
                "{name}"
            );
        }
    }
}

/// A workflow command: its name, properties and message, as the runner reads it.
fn annotation(line: &str) -> (String, BTreeMap<String, String>, String) {
    let rest = line.strip_prefix("::").expect("a command");
    let (head, message) = rest.split_once("::").expect("a message");
    let (name, properties) = head.split_once(' ').expect("properties");
    let plain = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').expect("a value");
        (name.to_owned(), plain(value))
    });
    (name.to_owned(), properties.collect(), plain(message))
}

#[test]
fn annotations_are_few_and_say_how_many_there_are() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let open: Vec<Finding> = findings(&json(&forms["json"]))
        .into_iter()
        .filter(|f| needs_action(f) && !f.accepted)
        .collect();
    let annotations: Vec<_> = forms["github"].lines().map(annotation).collect();
    let number = |priorities: &[&str]| {
        open.iter()
            .filter(|f| priorities.contains(&f.priority.as_str()))
            .count()
    };
    let (name, properties, message) = &annotations[0];
    assert_eq!(
        (name.as_str(), properties["title"].as_str()),
        ("notice", "pqscan")
    );
    for (noun, number) in [
        ("error", number(&["P0", "P1"])),
        ("warning", number(&["P2"])),
        ("notice", number(&["P3"])),
    ] {
        let plural = if number == 1 { "" } else { "s" };
        assert!(
            message.contains(&format!("{number} {noun}{plural}")),
            "{message}"
        );
        let shown = annotations[1..]
            .iter()
            .filter(|annotation| annotation.0 == noun)
            .count();
        assert_eq!(shown, number, "all of them fit");
    }
    let short = annotations
        .iter()
        .find(|a| a.1["title"].starts_with("P0 short-key: "));
    let (name, properties, message) = short.expect("it is there");
    assert_eq!(name, "error");
    assert_eq!(properties["file"], "src/old.py");
    assert_eq!((&*properties["line"], &*properties["endLine"]), ("2", "2"));
    assert!(message.contains("pqscan explain short-key"), "{message}");
    assert!(
        !forms["github"].contains("src/legacy/sum.py"),
        "it is accepted"
    );
}

#[test]
fn of_many_findings_ten_are_annotated() {
    let folder = many(40);
    let (_, out, _) = run(&mut command(
        folder.path(),
        &["scan", ".", "-q", "-o", "github"],
    ));
    let annotations: Vec<_> = out.lines().map(annotation).collect();
    for kind in ["error", "warning", "notice"] {
        assert!(
            annotations.iter().filter(|a| a.0 == kind).count() <= 10,
            "{out}"
        );
    }
    assert!(
        annotations[0].2.contains("40 ") && annotations[0].2.contains("(10 shown)"),
        "{out}"
    );
}

#[test]
fn check_annotates_in_github_actions_unless_stdout_is_taken() {
    let folder = project();
    let check = |args: &[&str]| {
        let args = [&["check", "."], args].concat();
        run(command(folder.path(), &args).env("GITHUB_ACTIONS", "true"))
    };
    let (code, out, _) = check(&[]);
    assert_eq!(code, 1);
    assert!(
        out.lines()
            .any(|line| line.starts_with("::error file=src/old.py,line=2,")),
        "{out}"
    );
    let (_, out, _) = check(&["--no-annotations"]);
    assert!(!out.contains("::error"), "{out}");
    let (_, out, _) = check(&["-o", "json"]);
    json(&out);
    let (_, out, _) = run(&mut command(folder.path(), &["check", "."]));
    assert!(!out.contains("::error"), "{out}");
}

#[cfg(unix)]
#[test]
fn nothing_under_scan_gives_orders_to_a_runner() {
    let folder = hostile();
    let args = [
        "check",
        ".",
        "--all",
        "--fail-on",
        "P4",
        "--explain",
        "--show-skipped",
    ];
    let (_, out, err) = run(command(folder.path(), &args).env("GITHUB_ACTIONS", "true"));
    let mut annotations = 0;
    // A line ends for the runner where .NET's `ReadLine` says so.
    for line in out.split(['\n', '\r']).chain(err.split(['\n', '\r'])) {
        // The runner knows two forms: one begins a line, the other stands anywhere.
        if line.trim_start().starts_with("::") {
            let ours = ["::error ", "::warning ", "::notice "];
            assert!(ours.iter().any(|begin| line.starts_with(begin)), "{line}");
            annotation(line);
            annotations += 1;
        } else {
            assert!(!line.contains("##["), "{line}");
        }
        assert!(!line.contains("##vso["), "{line}");
    }
    assert!(annotations > 1, "{out}");
}

/// What stands in Markdown outside of code spans; a line whose code spans do not close is an error.
#[cfg(unix)]
fn outside_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let fence = rest[at..].chars().take_while(|c| *c == '`').count();
        rest = &rest[at + fence..];
        // A fence is closed by the next run of backticks that is as long.
        let mut from = 0;
        let end = loop {
            let begin = from
                + rest[from..]
                    .find('`')
                    .unwrap_or_else(|| panic!("a span does not close: {line}"));
            let run = rest[begin..].chars().take_while(|c| *c == '`').count();
            if run == fence {
                break begin + run;
            }
            from = begin + run;
        };
        rest = &rest[end..];
        out.push('C');
    }
    out + rest
}

#[cfg(unix)]
#[test]
fn no_name_is_markup() {
    let folder = hostile();
    let forms = forms(folder.path(), &[]);
    let (_, plan, _) = run(&mut command(
        folder.path(),
        &["plan", ".", "--format", "md"],
    ));
    for text in [&forms["x.md"], &plan] {
        for line in text
            .lines()
            .filter(|line| *line != "<!-- pqscan:summary -->")
        {
            let outside = outside_code(line);
            let ours = outside.trim_start_matches('#');
            for markup in [
                "<", "[", "]", "@", "#", "://", "www.", "::", "\\", "~", ":tada:", "GH-", "1234567",
            ] {
                assert!(!ours.contains(markup), "{markup} in {line}\n{ours}");
            }
            assert!(!line.contains(['\r', '\u{1b}', '\u{202e}']), "{line:?}");
        }
    }
    // A row of a table has as many cells as its head: bars count that no backslash stands before, in code too.
    let rows = forms["x.md"]
        .lines()
        .filter(|line| line.starts_with("| P") && line.contains("short-key"));
    let mut checked = 0;
    for row in rows {
        let mut bars = 0;
        let mut before = ' ';
        for c in row.chars() {
            assert!(!(c == '\\' && before == '\\'), "{row}");
            bars += usize::from(c == '|' && before != '\\');
            before = c;
        }
        assert_eq!(bars, 8, "{row}");
        checked += 1;
    }
    assert_eq!(checked, HOSTILE.len(), "{}", forms["x.md"]);
    assert!(
        forms["x.md"].contains("octocat"),
        "the names are told all the same"
    );
}

#[test]
fn a_summary_says_totals_and_fits_a_comment() {
    let folder = many(1500);
    let (_, out, _) = run(&mut command(
        folder.path(),
        &["scan", ".", "-q", "-o", "md", "-o", "md=all.md"],
    ));
    assert!(out.starts_with("<!-- pqscan:summary -->\n## "), "{out}");
    assert!(out.chars().count() < 65_536);
    assert!(out.contains("1,500 assets in 1,500 places"), "{out}");
    assert!(
        out.contains("### What needs something (1,500), the most urgent first"),
        "{out}"
    );
    assert!(out.contains("20 of 1,500 are shown."), "{out}");
    assert_eq!(
        fs::read_to_string(folder.path().join("all.md")).expect("written"),
        out
    );
    let (_, out, _) = run(&mut command(
        folder.path(),
        &["scan", ".", "-q", "--all", "-o", "md"],
    ));
    assert!(out.len() > 65_536 && out.len() < 1 << 20, "{}", out.len());
    assert!(out.contains("\nWritten by pqscan "), "the end is there");
}

#[test]
fn a_summary_of_the_project_has_every_part() {
    let folder = project();
    let forms = forms(folder.path(), &[]);
    let page = &forms["x.md"];
    let totals = json(forms["x.jsonl"].lines().last().expect("totals"));
    assert!(
        page.contains(&format!(
            ": {} assets in {} places.",
            totals["seen"], totals["places"]
        )),
        "{page}"
    );
    for (band, number) in totals["byPriority"].as_object().expect("counts") {
        assert!(page.contains(&format!("| {band} | {number} |")), "{page}");
    }
    assert!(page.contains("### Plan: "), "{page}");
    assert!(
        page.contains("**Not wholly read**: 1 file (1 damaged"),
        "{page}"
    );
    assert!(
        page.contains("**Accepted risks**: 1 waiver (1 used)."),
        "{page}"
    );
    assert!(
        page.contains(
            "\n* until 2027-06-30: weak-hash in `src/legacy/**`; 1 asset in 1 place, by `@example/legacy`, `pqscan.toml#1`: a checksum, `=not` a digest\n"
        ),
        "{page}"
    );
    assert!(
        !page.contains("src/legacy/sum.py:2"),
        "it is accepted: {page}"
    );
}

#[test]
fn a_failed_write_leaves_what_was_there() {
    let folder = many(1);
    let old = folder.path().join("old.csv");
    fs::write(&old, "old").expect("writable");
    // What stands in the way of the new file is no file.
    fs::create_dir_all(folder.path().join("old.csv.partial/a")).expect("writable");
    let (code, _, err) = run(&mut command(
        folder.path(),
        &["scan", ".", "-q", "-o", "old.csv"],
    ));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("cannot write old.csv"), "{err}");
    assert_eq!(fs::read_to_string(&old).expect("it is there"), "old");
    if Path::new("/dev/full").exists() {
        for form in ["csv", "jsonl", "junit", "md", "json", "cyclonedx"] {
            let to = format!("{form}=/dev/full");
            let (code, _, err) = run(&mut command(folder.path(), &["scan", ".", "-q", "-o", &to]));
            assert_eq!(code, 2, "{form}: {err}");
            assert!(err.contains("cannot write /dev/full"), "{form}: {err}");
        }
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = many(1500);
    for form in ["csv", "jsonl", "junit", "json"] {
        let args = ["scan", ".", "-q", "-o", form, "-o", "md=summary.md"];
        let _ = fs::remove_file(folder.path().join("summary.md"));
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("pqscan"))
            .env_clear()
            .current_dir(folder.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut some = [0; 64];
        let mut stdout = child.stdout.take().expect("a pipe");
        stdout.read_exact(&mut some).expect("it writes");
        drop(stdout);
        let output = child.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*err), (Some(0), ""), "{form}");
        // The other output stands all the same.
        assert!(folder.path().join("summary.md").is_file(), "{form}");
    }
}
