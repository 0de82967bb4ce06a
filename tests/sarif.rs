//! SARIF and GitLab's report are what their consumers take: valid by the official schema, true in number and place, whatever stands in the
//! code under scan. The Multitool of SARIF's authors and `sarif-tools` are asked where they can be installed (`--ignored`; `.ci/run` does).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::{Arc, OnceLock};

use assert_cmd::Command;
use jsonschema::Validator;
use pqscan::inventory::planning::Planning;
use pqscan::inventory::waiver::{By, Place, Waiver, Written};
use pqscan::inventory::{self, Report};
use pqscan::knowledge::Knowledge;
use pqscan::model::artifact::Range64;
use pqscan::model::{
    Asset, AssetKind, Confidence, Context, Coverage, Evidence, Facet, Finding, Found, InlineWaiver,
    Location, Operation, Origin, Skip, SkipReason, Subject, Technique, Value,
};
use pqscan::output::{self, Options};
use pqscan::scan::{self, Request};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// 2026-09-21, a day on which no waiver of these tests has ended.
const NOW: i64 = 1_790_000_000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn known() -> &'static Knowledge {
    static KNOWN: OnceLock<Knowledge> = OnceLock::new();
    KNOWN.get_or_init(|| Knowledge::load(&[]).expect("the embedded rules load"))
}

/// A scan of folders of `corpus/`.
fn scanned(folder: &str) -> Report {
    let request = Request {
        roots: vec![root().join("corpus").join(folder)],
        ..Request::default()
    };
    let found = scan::scan(&request, known(), &scan::Unwatched).expect("the corpus can be scanned");
    inventory::report(found, known(), Some(NOW))
}

fn bytes(form: &str, report: &Report, options: &Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    output::format(form)
        .expect("the form exists")
        .write(report, options, &mut bytes)
        .expect("memory takes it");
    bytes
}

fn written(form: &str, report: &Report, options: &Options) -> Json {
    serde_json::from_slice(&bytes(form, report, options)).expect("JSON")
}

fn sarif(report: &Report) -> Json {
    written("sarif", report, &Options::default())
}

fn at_most(results: usize) -> Options {
    Options {
        sarif_max: results,
        ..Options::default()
    }
}

fn results(log: &Json) -> &[Json] {
    log["runs"][0]["results"].as_array().expect("a list")
}

fn texts(log: &Json) -> Vec<&str> {
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let notes = notes.as_array().expect("a list").iter();
    notes
        .filter_map(|n| n["message"]["text"].as_str())
        .collect()
}

fn key(bits: u64) -> Asset {
    Asset {
        kind: AssetKind::Key,
        facets: [
            (Facet::Algorithm, Value::name("RSA", Origin::Literal)),
            (Facet::KeyBits, Value::number(bits, Origin::Literal)),
        ]
        .into_iter()
        .collect(),
        operations: [Operation::Keygen].into_iter().collect(),
        object: None,
    }
}

fn algorithm(name: &str, operation: Operation) -> Asset {
    Asset {
        kind: AssetKind::Algorithm,
        facets: [(Facet::Algorithm, Value::name(name, Origin::Literal))]
            .into_iter()
            .collect(),
        operations: [operation].into_iter().collect(),
        object: None,
    }
}

/// In `src/a.py` at a line of its own.
fn finding(asset: Asset, line: u32) -> Finding {
    Finding {
        asset,
        location: Location {
            path: "src/a.py".into(),
            line,
            column: 5,
            span: Range64 {
                start: u64::from(line) * 40,
                end: u64::from(line) * 40 + 12,
            },
        },
        text: "x = call()".into(),
        library: "python/hashlib".into(),
        entry: "python/hashlib#hashlib.md5".into(),
        symbol: "hashlib.md5".into(),
        function: None,
        technique: Technique::SourceCode,
        confidence: Confidence::High,
        context: Context::Production,
        evidence: Vec::new(),
        uses: Vec::new(),
        provenance: Default::default(),
    }
}

fn found(findings: Vec<Finding>) -> Found {
    Found {
        findings: findings.into_iter().map(|finding| vec![finding]).collect(),
        ..Found::default()
    }
}

fn report(findings: Vec<Finding>) -> Report {
    inventory::report(found(findings), known(), Some(NOW))
}

/// Text as an attacker would write it.
fn hostile() -> String {
    format!(
        "\u{1b}[31m\u{202e}\u{0}\"'<script>&amp;\\\n\r\t@{{0}}[x](1)[y](javascript:z);|`$(id) é漢字🔑 ../../x!/%2e?a#b {}",
        "x".repeat(3000)
    )
}

/// Hostile texts wherever a text can stand; a place of every kind; waivers of both kinds.
fn everything() -> Report {
    let assets = [
        key(1024),
        key(2048),
        algorithm("MD5", Operation::Digest),
        algorithm("ECDSA", Operation::Sign),
        algorithm("X25519", Operation::Agree),
        algorithm("3DES", Operation::Encrypt),
        algorithm("ML-KEM-768", Operation::Encapsulate),
        algorithm("AES", Operation::Encrypt),
    ];
    let mut findings = Vec::new();
    for (n, asset) in assets.iter().enumerate() {
        let n = u32::try_from(n).expect("few");
        let mut hostile_one = finding(asset.clone(), 10 + n);
        hostile_one.location.path = format!("{}/{n}", hostile()).into();
        hostile_one.text = hostile().into();
        hostile_one.entry = hostile().into();
        hostile_one.symbol = hostile().into();
        hostile_one.function = Some(hostile().into());
        hostile_one.evidence = vec![Evidence {
            location: Location {
                path: "src/b.py".into(),
                ..hostile_one.location.clone()
            },
            entry: hostile().into(),
        }];
        findings.push(hostile_one);
        findings.push(finding(asset.clone(), 100 + n));
        let mut member = finding(asset.clone(), 200 + n);
        member.location.path = format!("lib/a.war!/b {n}.jar!/K.java").into();
        member.function = Some("K.make".into());
        findings.push(member);
        let mut binary = finding(asset.clone(), 0);
        binary.location.path = "bin/tool".into();
        binary.location.column = 0;
        binary.location.span = Range64 {
            start: 4096 + u64::from(n),
            end: 4112 + u64::from(n),
        };
        binary.technique = Technique::Imports;
        findings.push(binary.clone());
        binary.location.span.start += 1 << 40;
        binary.location.span.end += 1 << 40;
        binary.location.path = "bin/large".into();
        findings.push(binary);
    }
    let mut found = found(findings);
    found.subject = Subject {
        name: hostile(),
        commit: Some("3f9c2e1d0a7b4c5e6f708192a3b4c5d6e7f80912".to_owned()),
        remote: Some("https://example.org/payments/core.git".into()),
        ..Subject::default()
    };
    found.coverage = Coverage {
        skips: (0..250)
            .map(|n| Skip {
                path: format!("{n}{}", hostile()).into(),
                reason: SkipReason::Damaged,
                detail: hostile(),
                number: 1,
            })
            .collect(),
        ..Coverage::default()
    };
    found.accepted = vec![InlineWaiver {
        path: "src/a.py".into(),
        line: 101,
        covers: 102,
        text: format!("weak-hash until 2027-01-01 because {}", hostile()).into(),
    }];
    let mut planning = Planning::usual(&known().policies, Some(NOW));
    planning.waivers = vec![waiver("ecdsa-signature", "2027-01-01", &hostile())];
    inventory::report_by(found, known(), Some(NOW), planning)
}

fn waiver(class: &str, until: &str, reason: &str) -> Waiver {
    let place = Place::Settings {
        file: "pqscan.toml".into(),
        number: 1,
    };
    let written = Written {
        classes: vec![class.to_owned()],
        reason: Some(reason.to_owned()),
        owner: Some("@payments".to_owned()),
        until: Some(until.to_owned()),
        ticket: Some("SEC-12".to_owned()),
        ..Written::default()
    };
    Waiver::new(place, By::Project, written)
}

fn schema() -> &'static Validator {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let path = root().join("tests/schemas/sarif-schema-2.1.0.json");
        let text = fs::read(path).expect("the schema is there");
        let mut schema: Json = serde_json::from_slice(&text).expect("JSON");
        // A stray bracket makes it no regular expression of this library's kind; `language` is not written.
        let stray = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
        let mut found = 0;
        for (_, definition) in schema["definitions"].as_object_mut().expect("a map") {
            let properties = definition["properties"].as_object_mut().expect("a map");
            for property in properties.values_mut().filter_map(Json::as_object_mut) {
                if property.get("pattern").is_some_and(|p| p == stray) {
                    property.remove("pattern");
                    found += 1
                }
            }
        }
        assert!(found > 0, "the schema is another one");
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("a schema")
    })
}

/// What GitLab's schema 15.1.4 requires of the parts that are written, transcribed from it.
fn gitlab_schema() -> &'static Validator {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let text = json!({ "type": "string", "minLength": 1 });
        let scanner = json!({
            "type": "object",
            "required": ["id", "name", "version", "vendor"],
            "properties": {
                "id": text, "name": text, "version": text,
                "vendor": { "type": "object", "required": ["name"], "properties": { "name": text } }
            }
        });
        let time = json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$" });
        let schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "required": ["scan", "version", "vulnerabilities"],
            "additionalProperties": false,
            "properties": {
                "schema": { "type": "string", "pattern": "^https?://.+" },
                "version": { "const": "15.1.4" },
                "scan": {
                    "type": "object",
                    "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                    "additionalProperties": false,
                    "properties": {
                        "analyzer": scanner, "scanner": scanner,
                        "start_time": time, "end_time": time,
                        "status": { "enum": ["success", "failure"] },
                        "type": { "enum": ["sast"] },
                        "messages": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["level", "value"],
                                "additionalProperties": false,
                                "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": text }
                            }
                        }
                    }
                },
                "vulnerabilities": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "identifiers", "location"],
                        "additionalProperties": false,
                        "properties": {
                            "id": text,
                            "category": { "const": "sast" },
                            "name": { "type": "string", "maxLength": 255 },
                            "description": { "type": "string", "maxLength": 1_048_576 },
                            "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
                            "solution": { "type": "string", "maxLength": 7000 },
                            "scanner": { "type": "object" },
                            "location": {
                                "type": "object",
                                "required": ["file"],
                                "additionalProperties": false,
                                "properties": {
                                    "file": { "type": "string" },
                                    "start_line": { "type": "number", "minimum": 1 },
                                    "end_line": { "type": "number", "minimum": 1 },
                                    "method": { "type": "string" }
                                }
                            },
                            "identifiers": {
                                "type": "array", "minItems": 1, "maxItems": 20,
                                "items": {
                                    "type": "object",
                                    "required": ["type", "name", "value"],
                                    "properties": {
                                        "type": text, "name": text, "value": text,
                                        "url": { "type": "string", "pattern": "^(https?|ftp)://.+" }
                                    }
                                }
                            },
                            "details": {
                                "type": "object",
                                "additionalProperties": {
                                    "type": "object",
                                    "required": ["name", "type", "value"],
                                    "additionalProperties": false,
                                    "properties": { "name": text, "type": { "const": "text" }, "value": { "type": "string" } }
                                }
                            }
                        }
                    }
                }
            }
        });
        jsonschema::validator_for(&schema).expect("a schema")
    })
}

fn assert_valid(validator: &Validator, document: &Json, what: &str) {
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .take(5)
        .collect();
    assert!(errors.is_empty(), "{what}: {}", errors.join("\n"));
}

/// What the schema does not say and consumers rely on.
fn assert_sound(log: &Json, what: &str) {
    assert_valid(schema(), log, what);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let none = Vec::new();
    let artifacts = run["artifacts"].as_array().unwrap_or(&none);
    let mut ids = BTreeSet::new();
    for rule in rules {
        assert!(ids.insert(rule["id"].as_str()), "{what}: {rule} is twice");
        assert_short(&rule["name"], 255);
        assert_short(&rule["shortDescription"]["text"], 1024);
        assert_short(&rule["fullDescription"]["text"], 1024);
        let tags = rule["properties"]["tags"].as_array().expect("a list");
        assert!(tags.len() <= 10 && tags.contains(&"security".into()));
        let severity = rule["properties"]["security-severity"].as_str();
        let severity: f64 = severity.expect("text").parse().expect("a number");
        assert!(severity > 0.0 && severity <= 10.0);
    }
    let uris: Vec<&str> = artifacts
        .iter()
        .map(|artifact| artifact["location"]["uri"].as_str().expect("text"))
        .collect();
    for (number, artifact) in artifacts.iter().enumerate() {
        if let Some(parent) = artifact.get("parentIndex") {
            let parent = parent.as_u64().expect("a number") as usize;
            assert!(parent < number, "{what}: {artifact}");
        }
    }
    let mut used = BTreeSet::new();
    for result in results(log) {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"], "{what}");
        used.insert(result["ruleId"].as_str());
        let mut locations = Vec::new();
        located(result, &mut locations);
        for location in locations {
            let uri = location["uri"].as_str().expect("text");
            assert_relative(uri);
            assert_eq!(location["uriBaseId"], "%SRCROOT%");
            if let Some(index) = location.get("index") {
                assert_eq!(uris[index.as_u64().expect("a number") as usize], uri);
            }
        }
        let message = result["message"]["text"].as_str().expect("text");
        assert!(!message.contains("]("), "{what}: a link in {message}");
        let unpaired = message.replace("{{", "").replace("}}", "");
        assert!(!unpaired.contains(['{', '}']), "{what}: {message}");
    }
    assert_eq!(ids, used, "{what}: rules that no result has");
    assert_harmless(log, what);
}

/// Nothing that controls a terminal or turns the direction of text.
fn assert_harmless(document: &Json, what: &str) {
    let mut all = Vec::new();
    strings(document, &mut all);
    for text in all {
        let deceives = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.contains(deceives), "{what}: {text:?}");
    }
}

fn assert_short(text: &Json, most: usize) {
    let length = text.as_str().expect("text").chars().count();
    assert!(length > 0 && length <= most, "{text}");
}

/// A relative reference that stays below its base (RFC 3986 §4.2).
fn assert_relative(uri: &str) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~!+,=@/%".contains(c);
    assert!(!uri.is_empty() && uri.chars().all(allowed), "{uri}");
    assert!(!uri.starts_with('/') && !uri.contains(':'), "{uri}");
    for part in uri.split('/') {
        assert!(part != "." && part != "..", "{uri}");
    }
    for encoded in uri.split('%').skip(1) {
        let hex = encoded.as_bytes().get(..2).expect("two digits");
        assert!(hex.iter().all(u8::is_ascii_hexdigit), "{uri}");
    }
}

/// Every `artifactLocation` below a value.
fn located<'a>(value: &'a Json, to: &mut Vec<&'a Json>) {
    match value {
        Json::Object(object) => {
            for (name, value) in object {
                if name == "artifactLocation" {
                    to.push(value)
                }
                located(value, to)
            }
        }
        Json::Array(list) => list.iter().for_each(|value| located(value, to)),
        _ => {}
    }
}

fn strings<'a>(value: &'a Json, to: &mut Vec<&'a str>) {
    match value {
        Json::String(text) => to.push(text),
        Json::Object(object) => object.values().for_each(|value| strings(value, to)),
        Json::Array(list) => list.iter().for_each(|value| strings(value, to)),
        _ => {}
    }
}

#[test]
fn the_official_schema_accepts_every_kind_of_report() {
    for (what, report) in [
        ("everything", everything()),
        ("nothing", Report::default()),
        ("source", scanned("source")),
        ("certificates", scanned("cert/files")),
        ("bytecode", scanned("binary/jvm")),
    ] {
        assert_sound(&sarif(&report), what);
        assert_sound(&written("sarif", &report, &at_most(3)), what);
        let gitlab = written("gitlab", &report, &Options::default());
        assert_valid(gitlab_schema(), &gitlab, what);
        assert_harmless(&gitlab, what);
    }
}

/// The schema is no formality.
#[test]
fn the_schemas_refuse_what_is_wrong() {
    let mut log = sarif(&report(vec![finding(key(1024), 3)]));
    assert_valid(schema(), &log, "a key");
    log["runs"][0]["results"][0]["level"] = "urgent".into();
    assert!(!schema().is_valid(&log));
    let mut gitlab = written(
        "gitlab",
        &report(vec![finding(key(1024), 3)]),
        &Options::default(),
    );
    gitlab["vulnerabilities"][0]["severity"] = "Urgent".into();
    assert!(!gitlab_schema().is_valid(&gitlab));
}

const PROJECT: &str = "import hashlib
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 1024

def make():
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)

def old(data):
    # pqscan: accept weak-hash until 2030-01-01 by @archive because checksums of old files
    return hashlib.md5(data)

def new(data):
    return hashlib.sha256(data)
";

/// What the project truly has, read by eye: a key of 1024 bits at line 7, which is short and broken by a quantum computer; MD5 at line
/// 11, accepted by the comment of line 10; SHA-256, with which nothing is wrong.
#[test]
fn a_small_project_is_told_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("src dir")).expect("writable");
    fs::write(folder.path().join("src dir/a.py"), PROJECT).expect("writable");
    let file = folder.path().join("out.sarif.json");
    let output = Command::cargo_bin("pqscan")
        .expect("built")
        .env("SOURCE_DATE_EPOCH", NOW.to_string())
        .env("PQSCAN_NO_CACHE", "1")
        .args(["check", "--fail-on", "P0", "-q"])
        .arg(folder.path())
        .arg("-o")
        .arg(&file)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1), "a short key fails the gate");
    let log: Json = serde_json::from_slice(&fs::read(&file).expect("written")).expect("JSON");
    assert_sound(&log, "a project");
    let run = &log["runs"][0];
    assert_eq!(
        run["invocations"][0]["startTimeUtc"],
        "2026-09-21T14:13:20Z"
    );

    let told: BTreeSet<(&str, u64)> = results(&log)
        .iter()
        .map(|result| {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            (
                result["ruleId"].as_str().expect("text"),
                region["startLine"].as_u64().expect("a number"),
            )
        })
        .collect();
    assert_eq!(
        told,
        BTreeSet::from([
            ("short-key", 7),
            ("quantum-broken-key", 7),
            ("weak-hash", 11)
        ])
    );
    let of = |rule: &str| {
        let mut found = results(&log).iter().filter(|r| r["ruleId"] == rule);
        found.next().unwrap_or_else(|| panic!("no {rule}"))
    };
    let short = of("short-key");
    assert_eq!(short["level"], "error");
    assert_eq!(short["properties"]["priority"], "P0");
    let message = short["message"]["text"].as_str().expect("text");
    assert!(
        message.contains("RSA-1024") && message.contains("1024 bits"),
        "{message}"
    );
    let place = &short["locations"][0];
    assert_eq!(
        place["physicalLocation"]["artifactLocation"]["uri"],
        "src%20dir/a.py"
    );
    assert_eq!(place["physicalLocation"]["region"]["startColumn"], 12);
    assert_eq!(
        place["physicalLocation"]["region"]["snippet"]["text"],
        "return rsa.generate_private_key(public_exponent=65537, key_size=BITS)"
    );
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "make");
    let print = short["partialFingerprints"]["pqscan/v1"]
        .as_str()
        .expect("text");
    assert!(print.starts_with("pq1:") && print.len() == 36, "{print}");
    assert_ne!(
        short["partialFingerprints"],
        of("quantum-broken-key")["partialFingerprints"]
    );
    assert!(short.get("suppressions").is_none());

    let accepted = of("weak-hash");
    let suppression = &accepted["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["status"], "accepted");
    let why = suppression["justification"].as_str().expect("text");
    for part in [
        "checksums of old files",
        "@archive",
        "2030-01-01",
        "src dir/a.py:10",
    ] {
        assert!(why.contains(part), "no {part} in {why}");
    }
    assert_eq!(
        suppression["location"]["physicalLocation"]["region"]["startLine"],
        10
    );

    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let rule = |id: &str| rules.iter().find(|rule| rule["id"] == id).expect("a rule");
    assert_eq!(rule("short-key")["name"], "ShortKey");
    assert_eq!(rule("short-key")["properties"]["security-severity"], "9.5");
    let tags = &rule("short-key")["properties"]["tags"];
    assert_eq!(
        *tags,
        json!(["security", "cryptography", "external/cwe/cwe-326"])
    );
    let tags = &rule("quantum-broken-key")["properties"]["tags"];
    assert_eq!(*tags, json!(["security", "cryptography", "post-quantum"]));
    let help = rule("short-key")["help"]["markdown"]
        .as_str()
        .expect("text");
    assert!(help.contains("`pqscan explain short-key`"), "{help}");

    // Four findings: three above, and SHA-256.
    assert_eq!(run["properties"]["findings"], 4);
    assert_eq!(run["properties"]["results"], 3);
    assert_eq!(run["properties"]["leftOut"], 1);
    assert!(texts(&log)[0].starts_with("4 findings in 3 assets: 3 results, of these 1 accepted"));
}

#[test]
fn values_are_followed_to_where_they_were_told() {
    let mut seen = finding(key(1024), 20);
    let told = |line| Evidence {
        location: Location {
            line,
            ..finding(key(1024), line).location
        },
        entry: "java/jca#java.security.KeyPairGenerator.initialize".into(),
    };
    seen.evidence = vec![told(21)];
    let log = sarif(&report(vec![seen.clone()]));
    let flow = &results(&log)[0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let lines: Vec<&Json> = flow
        .as_array()
        .expect("a list")
        .iter()
        .map(|step| &step["location"]["physicalLocation"]["region"]["startLine"])
        .collect();
    assert_eq!(lines, [21, 20]);
    assert_eq!(
        flow[0]["location"]["message"]["text"],
        "Told here, by java.security.KeyPairGenerator.initialize"
    );
    // No more than GitHub takes, and the rest is counted.
    seen.evidence = (21..1521).map(told).collect();
    let log = sarif(&report(vec![seen]));
    let flow = &results(&log)[0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(flow.as_array().expect("a list").len(), 1000);
    let last = flow[999]["location"]["message"]["text"].as_str();
    assert!(
        last.expect("text")
            .ends_with("501 more places tell something")
    );
}

#[test]
fn a_member_of_an_archive_is_placed_at_the_archive_and_told_exactly() {
    let mut member = finding(key(1024), 9);
    member.location.path = "lib/app.war!/WEB-INF/k.jar!/K.java".into();
    let log = sarif(&report(vec![member]));
    let result = &results(&log)[0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "lib/app.war");
    assert_eq!(place["region"], json!({ "byteOffset": 0, "byteLength": 0 }));
    let exact = &result["relatedLocations"][0]["physicalLocation"];
    assert_eq!(
        exact["artifactLocation"]["uri"],
        "lib/app.war!/WEB-INF/k.jar!/K.java"
    );
    assert_eq!(exact["region"]["startLine"], 9);
    let message = result["message"]["text"].as_str().expect("text");
    assert!(
        message.ends_with("It is in lib/app.war!/WEB-INF/k.jar!/K.java, line 9."),
        "{message}"
    );
    let artifacts = log["runs"][0]["artifacts"].as_array().expect("a list");
    let parents: Vec<Option<u64>> = artifacts
        .iter()
        .map(|a| a["parentIndex"].as_u64())
        .collect();
    assert_eq!(parents, [None, Some(0), Some(1)]);
}

#[test]
fn a_file_without_lines_has_bytes() {
    let mut seen = finding(key(1024), 0);
    seen.location.column = 0;
    seen.location.span = Range64 {
        start: 4096,
        end: 4112,
    };
    let far = Finding {
        location: Location {
            path: "far".into(),
            span: Range64 {
                start: 1 << 33,
                end: (1 << 33) + 16,
            },
            ..seen.location.clone()
        },
        ..seen.clone()
    };
    let log = sarif(&report(vec![seen, far]));
    let of = |uri: &str| {
        let mut found = results(&log).iter().filter(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            place["artifactLocation"]["uri"] == uri
        });
        found.next().expect("it is there")
    };
    let region = |result: &Json| result["locations"][0]["physicalLocation"]["region"].clone();
    let near = of("src/a.py");
    assert_eq!(
        region(near),
        json!({ "byteOffset": 4096, "byteLength": 16 })
    );
    assert!(near["properties"].get("byteOffset").is_none());
    // Consumers count in 32 bits: the file's beginning, and the number beside it.
    let far = of("far");
    assert_eq!(region(far), json!({ "byteOffset": 0, "byteLength": 0 }));
    assert_eq!(far["properties"]["byteOffset"], 1_u64 << 33);
}

#[test]
fn what_somebody_accepts_is_suppressed_until_its_day_and_no_longer() {
    let with = |until: &str| {
        let mut planning = Planning::usual(&known().policies, Some(NOW));
        planning.waivers = vec![waiver("short-key", until, "cards")];
        let found = found(vec![finding(key(1024), 3)]);
        inventory::report_by(found, known(), Some(NOW), planning)
    };
    let of = |log: &Json, rule: &str| {
        let mut found = results(log).iter().filter(|r| r["ruleId"] == rule);
        found.next().expect("it is there").clone()
    };
    let running = with("2026-12-31");
    let log = sarif(&running);
    let suppression = &of(&log, "short-key")["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(
        suppression["justification"],
        "cards (accepted by @payments until 2026-12-31, SEC-12, pqscan.toml#1)"
    );
    assert!(of(&log, "quantum-broken-key").get("suppressions").is_none());
    assert!(
        texts(&log)
            .iter()
            .any(|text| text.starts_with("1 asset accepted by the project's own waivers"))
    );

    let expired = with("2026-08-31");
    let log = sarif(&expired);
    assert!(of(&log, "short-key").get("suppressions").is_none());
    assert!(texts(&log).contains(&"1 waiver expired, and suppress nothing."));

    // GitLab has no word for it: what is accepted is not told as if nobody had looked.
    let classes = |report: &Report| -> BTreeSet<String> {
        let gitlab = written("gitlab", report, &Options::default());
        let all = gitlab["vulnerabilities"].as_array().expect("a list").iter();
        all.map(|v| {
            v["identifiers"][0]["value"]
                .as_str()
                .expect("text")
                .to_owned()
        })
        .collect()
    };
    assert_eq!(
        classes(&running),
        BTreeSet::from(["quantum-broken-key".to_owned()])
    );
    assert_eq!(classes(&expired).len(), 2);
}

/// 30 places of MD5, 3 of a short key.
fn many() -> Report {
    let mut findings: Vec<Finding> = (1..=30)
        .map(|line| finding(algorithm("MD5", Operation::Digest), line))
        .collect();
    findings.extend((101..=103).map(|line| finding(key(1024), line)));
    report(findings)
}

#[test]
fn what_has_no_room_is_counted_and_the_most_urgent_stays() {
    let report = many();
    let whole = sarif(&report);
    // MD5 is weak; the key is short, and broken by a quantum computer.
    assert_eq!(results(&whole).len(), 30 + 3 + 3);
    assert_eq!(whole["runs"][0]["properties"]["dropped"], 0);
    let log = written("sarif", &report, &at_most(8));
    assert_eq!(results(&log).len(), 8);
    let run = &log["runs"][0];
    assert_eq!(run["properties"]["dropped"], 28);
    assert_eq!(
        run["properties"]["findings"],
        whole["runs"][0]["properties"]["findings"]
    );
    assert!(
        texts(&log)[1]
            .starts_with("28 of 36 findings that need something are not among the results")
    );
    assert!(texts(&log)[1].contains("--sarif-max"));
    // The most urgent are whole.
    let number = |rule: &str| results(&log).iter().filter(|r| r["ruleId"] == rule).count();
    assert_eq!(number("short-key"), 3);
    let priorities: Vec<&str> = results(&log)
        .iter()
        .map(|r| r["properties"]["priority"].as_str().expect("text"))
        .collect();
    let mut sorted = priorities.clone();
    sorted.sort_unstable();
    assert_eq!(priorities, sorted);
}

#[test]
fn every_asset_keeps_a_place_before_any_has_a_second() {
    let mut findings: Vec<Finding> = (1..=30)
        .map(|line| finding(algorithm("MD5", Operation::Digest), line))
        .collect();
    findings.push(finding(algorithm("SHA-1", Operation::Digest), 200));
    let log = written("sarif", &report(findings), &at_most(2));
    let assets: BTreeSet<&str> = results(&log)
        .iter()
        .map(|r| r["properties"]["asset"].as_str().expect("text"))
        .collect();
    assert_eq!(assets.len(), 2);
}

#[test]
fn a_file_is_no_larger_than_github_takes() {
    // Letters of which no compressor makes less than three quarters of a byte.
    let mut state = 1_u64;
    let mut letter = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"[(state >> 58) as usize]
    };
    let findings = (1..=2_600)
        .map(|line| {
            let name: Vec<u8> = (0..3_000).map(|_| letter()).collect();
            let mut one = finding(algorithm("MD5", Operation::Digest), line);
            one.location.path = String::from_utf8(name).expect("letters").into();
            one
        })
        .collect();
    let log = sarif(&report(findings));
    let written = results(&log).len();
    assert!(written > 0 && written < 2_600, "{written}");
    assert_eq!(log["runs"][0]["properties"]["dropped"], 2_600 - written);
    assert!(texts(&log)[1].contains("10 MB"));
}

#[test]
fn what_was_not_read_is_named_and_counted() {
    let log = sarif(&everything());
    let texts = texts(&log);
    let named = texts
        .iter()
        .filter(|t| t.starts_with("Not wholly read: "))
        .count();
    assert_eq!(named, 101);
    assert!(texts.contains(&"Not wholly read: 150 more, of 250 in all."));
    let gitlab = written("gitlab", &everything(), &Options::default());
    let messages = gitlab["scan"]["messages"].as_array().expect("a list");
    assert_eq!(messages.len(), 1 + 101);
}

#[test]
fn the_numbers_are_those_of_the_report() {
    for folder in ["source", "cert/files"] {
        let report = scanned(folder);
        let log = written("sarif", &report, &at_most(1_000_000));
        let properties = &log["runs"][0]["properties"];
        let number = |name: &str| properties[name].as_u64().expect("a number");
        // What the JSON result says, counted there by itself.
        let json = written("json", &report, &Options::default());
        let mut assets = BTreeMap::new();
        let (mut findings, mut needed) = (0, 0);
        for asset in json["assets"].as_array().expect("a list") {
            if asset.get("impliedBy").is_some() {
                continue;
            }
            let main = &asset["assessment"];
            let priority = main["priority"].as_str().expect("text").to_owned();
            *assets.entry(priority).or_insert(0_u64) += 1;
            let places = asset["occurrences"].as_array().expect("a list").len() as u64;
            let also = main["also"].as_array().into_iter().flatten();
            for judged in std::iter::once(main).chain(also) {
                findings += places;
                if judged["priority"] != "P4" && judged["class"] != "provided" {
                    needed += places
                }
            }
        }
        assert_eq!(number("findings"), findings);
        assert_eq!(number("results"), needed);
        assert_eq!(number("leftOut"), findings - needed);
        assert_eq!(results(&log).len() as u64, needed);
        assert!(needed > 20, "{folder} has {needed}");
        for (priority, number) in assets {
            assert_eq!(properties["assetsByPriority"][&priority], number);
        }
        let gitlab = written("gitlab", &report, &Options::default());
        let vulnerabilities = gitlab["vulnerabilities"].as_array().expect("a list");
        assert_eq!(vulnerabilities.len() as u64, needed);
        let ids: BTreeSet<&str> = vulnerabilities
            .iter()
            .filter_map(|v| v["id"].as_str())
            .collect();
        assert_eq!(ids.len(), vulnerabilities.len(), "an id is twice");
    }
}

#[test]
fn equal_input_gives_equal_bytes_in_any_order() {
    let mut findings: Vec<Finding> = (1..=9).map(|line| finding(key(1024), line)).collect();
    findings.extend((20..30).map(|line| finding(algorithm("MD5", Operation::Digest), line)));
    let one = report(findings.clone());
    findings.reverse();
    let other = report(findings);
    for form in ["sarif", "gitlab"] {
        for options in [Options::default(), at_most(4)] {
            assert!(
                bytes(form, &one, &options) == bytes(form, &other, &options),
                "the order of findings shows in {form}"
            );
        }
    }
}

/// Nobody sees properties where alerts are shown: that a place is in a test stands in its message, and not at the places that are not.
#[test]
fn a_place_in_test_code_says_so() {
    let shipped = finding(key(2048), 3);
    let mut tested = finding(key(2048), 9);
    tested.context = Context::Test;
    let sarif = written("sarif", &report(vec![shipped, tested]), &Options::default());
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let said = |line: u64| {
        let at = |one: &&Json| {
            one["locations"][0]["physicalLocation"]["region"]["startLine"] == json!(line)
        };
        let one = results.iter().find(at).expect("a result of that line");
        one["message"]["text"].as_str().expect("text").to_owned()
    };
    assert!(
        said(9).ends_with(" This place is in test code."),
        "{}",
        said(9)
    );
    assert!(!said(3).contains("test code"), "{}", said(3));
    // Where there is no other place, the reason says it.
    let mut only = finding(key(2048), 9);
    only.context = Context::Test;
    let sarif = written("sarif", &report(vec![only]), &Options::default());
    let text = sarif["runs"][0]["results"][0]["message"]["text"]
        .as_str()
        .expect("text");
    assert_eq!(text.matches("test code").count(), 1, "{text}");
}

#[test]
fn gitlab_gets_place_severity_and_what_to_do() {
    let mut seen = finding(algorithm("MD5", Operation::Digest), 12);
    seen.function = Some("digest".into());
    let gitlab = written("gitlab", &report(vec![seen]), &Options::default());
    assert_valid(gitlab_schema(), &gitlab, "MD5");
    assert_eq!(gitlab["scan"]["start_time"], "2026-09-21T14:13:20");
    let one = &gitlab["vulnerabilities"][0];
    assert_eq!(
        one["location"],
        json!({ "file": "src/a.py", "start_line": 12, "end_line": 12, "method": "digest" })
    );
    assert_eq!(one["identifiers"][0]["value"], "weak-hash");
    assert_eq!(
        one["identifiers"][1],
        json!({ "type": "cwe", "name": "CWE-328", "value": "328", "url": "https://cwe.mitre.org/data/definitions/328.html" })
    );
    assert!(
        one["description"]
            .as_str()
            .expect("text")
            .starts_with("MD5: ")
    );
    assert!(one["solution"].as_str().expect("text").contains("SHA-256"));
    // Without a time, what the schema requires is there, and said to mean nothing.
    let timeless = inventory::report(found(Vec::new()), known(), None);
    let gitlab = written("gitlab", &timeless, &Options::default());
    assert_valid(gitlab_schema(), &gitlab, "no time");
    assert_eq!(gitlab["scan"]["start_time"], "1970-01-01T00:00:00");
    let said = gitlab["scan"]["messages"][1]["value"]
        .as_str()
        .expect("text");
    assert!(said.contains("mean nothing"), "{said}");
}

#[test]
fn gitlab_is_told_no_markup_and_calls_nobody() {
    let gitlab = written("gitlab", &everything(), &Options::default());
    for one in gitlab["vulnerabilities"].as_array().expect("a list") {
        for field in ["description", "solution"] {
            let text = one[field].as_str().unwrap_or_default();
            assert!(!text.contains(['<', '@']), "{text}");
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z./!{}\\[\\]()<>@%:?#\\\\ \u{202e}\u{0}\n\r\t]{0,40}",
        Just(hostile()),
        Just(String::new()),
    ]
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let texts = (any_text(), any_text(), any_text(), any_text(), any_text());
    let numbers = (any::<u32>(), any::<u32>(), any::<u64>(), any::<u64>());
    (0_usize..6, texts, numbers, 0_u8..3).prop_map(|(which, texts, numbers, kind)| {
        let asset = [
            key(512),
            key(4096),
            algorithm("MD5", Operation::Digest),
            algorithm("ECDSA", Operation::Sign),
            algorithm("RC4", Operation::Encrypt),
            algorithm("ML-DSA-65", Operation::Sign),
        ][which]
            .clone();
        let location = Location {
            path: texts.0.into(),
            line: if kind == 0 { 0 } else { numbers.0 % 5_000 },
            column: numbers.1,
            span: Range64 {
                start: numbers.2,
                end: numbers.3,
            },
        };
        let mut one = finding(asset, 1);
        one.evidence = vec![Evidence {
            location: Location {
                path: texts.1.clone().into(),
                ..location.clone()
            },
            entry: texts.2.clone().into(),
        }];
        one.location = location;
        one.text = texts.1.into();
        one.entry = texts.2.into();
        one.symbol = texts.3.into();
        one.function = Some(texts.4.into());
        one
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_report_is_valid(
        findings in proptest::collection::vec(any_finding(), 0..6),
        name in any_text(),
        remote in any_text(),
        reason in any_text(),
        most in 0_usize..12,
    ) {
        let mut found = found(findings);
        found.subject.name = name;
        found.subject.commit = Some("3f9c2e1d".to_owned());
        found.subject.remote = Some(Arc::from(format!("https://{remote}")));
        let mut planning = Planning::usual(&known().policies, Some(NOW));
        planning.waivers = vec![waiver("weak-hash", "2027-01-01", &reason)];
        let report = inventory::report_by(found, known(), Some(NOW), planning);
        assert_sound(&written("sarif", &report, &at_most(most)), "any");
        let gitlab = written("gitlab", &report, &Options::default());
        assert_valid(gitlab_schema(), &gitlab, "any");
        assert_harmless(&gitlab, "any");
    }
}

/// Where the tools of others are kept.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("sarif-tools")
}

fn run(program: &Path, arguments: &[&str]) -> String {
    let output = Program::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{} {arguments:?}: {text}{}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The Multitool and `sarif-tools`, installed once.
fn installed() -> (PathBuf, PathBuf) {
    let tools = tools();
    fs::create_dir_all(&tools).expect("the target folder can be written");
    let at = tools.to_string_lossy().into_owned();
    let multitool = tools.join("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
    if !multitool.exists() {
        let package = "@microsoft/sarif-multitool@5.7.0";
        run(
            Path::new("npm"),
            &["install", "--silent", "--prefix", &at, package],
        );
    }
    let python = tools.join("venv/bin/python");
    if !python.exists() {
        let venv = tools.join("venv");
        run(
            Path::new("python3"),
            &["-m", "venv", &venv.to_string_lossy()],
        );
    }
    let sarif = tools.join("venv/bin/sarif");
    if !sarif.exists() {
        run(
            &python,
            &["-m", "pip", "install", "--quiet", "sarif-tools==3.0.5"],
        );
    }
    (multitool, sarif)
}

#[test]
#[ignore = "installs programs of others; .ci/run asks for it"]
fn the_tools_of_others_accept_it_and_count_as_we_do() {
    let (multitool, tools_of_sarif) = installed();
    for (what, report) in [
        ("everything", everything()),
        ("nothing", Report::default()),
        ("source", scanned("source")),
        ("certificates", scanned("cert/files")),
        ("bytecode", scanned("binary/jvm")),
    ] {
        let path = tools().join(format!("{what}.sarif"));
        fs::write(&path, bytes("sarif", &report, &Options::default())).expect("written");
        let log: Json = serde_json::from_slice(&fs::read(&path).expect("there")).expect("JSON");
        let file = path.to_string_lossy();
        let said = run(
            &multitool,
            &[
                "validate",
                &file,
                "--rule-kind",
                "Sarif;Ghas",
                "--level",
                "Error;Warning",
            ],
        );
        assert!(said.contains("1 files scanned"), "{said}");
        let issues = said
            .lines()
            .filter(|line| line.contains(": error ") || line.contains(": warning "));
        // The program has no home page that it could name.
        let home = env!("CARGO_PKG_HOMEPAGE").is_empty();
        let issues: Vec<&str> = issues
            .filter(|issue| {
                !(home && issue.contains("SARIF2005") && issue.contains("informationUri"))
            })
            .collect();
        assert!(issues.is_empty(), "{what}: {}", issues.join("\n"));

        let mut levels = BTreeMap::from([("error", 0), ("warning", 0), ("note", 0)]);
        for result in results(&log) {
            let level = result["level"].as_str().expect("text");
            *levels.get_mut(level).expect("a level") += 1
        }
        let summary = run(&tools_of_sarif, &["summary", &file]);
        for (level, number) in &levels {
            assert!(
                summary.contains(&format!("{level}: {number}\n")),
                "{what}: {level} {number}: {summary}"
            );
        }
        let table = tools().join(format!("{what}.csv"));
        run(
            &tools_of_sarif,
            &["csv", &file, "-o", &table.to_string_lossy()],
        );
        let mut reader = csv::Reader::from_path(&table).expect("a table");
        assert_eq!(reader.records().count(), results(&log).len(), "{what}");
    }
}
