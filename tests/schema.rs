//! The JSON Schemas: the published ones are those of this version, and everything that is written holds to them; what is not so is
//! refused.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::{Value, json};
use tempfile::TempDir;

#[allow(dead_code, reason = "what a case is about is told elsewhere")]
#[path = "../corpus/hostile/recipe.rs"]
mod recipe;

/// The documents that have a schema.
#[cfg(not(feature = "fleet"))]
const DOCUMENTS: [&str; 4] = ["result", "diff", "policy", "settings"];
/// Those of fleets among them.
#[cfg(feature = "fleet")]
const DOCUMENTS: [&str; 7] = [
    "result",
    "diff",
    "policy",
    "settings",
    "organisation",
    "news",
    "fleet",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pqscan() -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .current_dir(root());
    command
}

/// What it prints, whatever it exits with.
fn printed(args: &[&str]) -> String {
    let output = pqscan().args(args).output().expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!err.contains("pqscan: "), "{args:?}: {err}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&printed(&["schema", name])).expect("JSON")
}

fn validator(name: &str) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema(name))
        .expect("a schema")
}

/// The first things that are wrong with a document.
fn wrong(validator: &Validator, document: &Value) -> Vec<String> {
    let errors = validator.iter_errors(document).take(5);
    errors
        .map(|error| format!("{}: {error:.300}", error.instance_path()))
        .collect()
}

/// The JSON result of a scan.
fn scanned(args: &[&str]) -> Value {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("result.json");
    let output = format!("json={}", file.display());
    printed(&[&["scan", "-q", "-o", &output], args].concat());
    serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON")
}

#[test]
fn the_published_schemas_are_printed() {
    let listed = printed(&["schema"]);
    assert_eq!(listed.lines().collect::<Vec<_>>(), DOCUMENTS);
    for name in DOCUMENTS {
        let file = root().join(format!("docs/schema/{name}.json"));
        let published = fs::read_to_string(&file).expect("a schema");
        assert!(published == printed(&["schema", name]), "{name}");
    }
}

#[test]
fn a_schema_is_one_and_names_itself_and_the_dialect() {
    for name in DOCUMENTS {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["$id"], format!("urn:pqscan:schema:{name}:1"));
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        let text = schema.to_string();
        let is_null = text.contains("\"null\"") || text.contains(":null");
        assert!(!is_null, "nothing in {name} is null");
        // Every definition is somebody's, and has a description for whoever reads it.
        for (definition, of) in schema["$defs"].as_object().into_iter().flatten() {
            let used = format!("\"$ref\":\"#/$defs/{definition}\"");
            assert!(text.contains(&used), "{name}: {definition} is not used");
            assert!(of["description"].is_string(), "{name}: {definition}");
        }
    }
}

#[test]
fn every_field_of_a_result_is_described() {
    fn look(at: &str, value: &Value, bare: &mut Vec<String>) {
        if let Some(properties) = value["properties"].as_object() {
            let is_map = properties
                .values()
                .all(|one| *one == properties[&first(properties)]);
            for (name, property) in properties {
                if property["description"].is_null() && property["$ref"].is_null() && !is_map {
                    bare.push(format!("{at}.{name}"))
                }
            }
        }
    }
    fn first(properties: &serde_json::Map<String, Value>) -> String {
        properties.keys().next().cloned().unwrap_or_default()
    }
    for name in DOCUMENTS {
        let schema = schema(name);
        let mut bare = Vec::new();
        look(name, &schema, &mut bare);
        for (definition, of) in schema["$defs"].as_object().into_iter().flatten() {
            look(definition, of, &mut bare)
        }
        assert!(bare.is_empty(), "{name}: {bare:?}");
    }
}

#[test]
fn the_results_of_the_corpus_hold_to_the_schema() {
    let validator = validator("result");
    let policies = "--policy=nist-ir8547,cnsa2,bsi-tr02102,asd-ism,us-eo14412";
    for args in [
        &["corpus"][..],
        &["corpus/audit/before", policies, "--criticality=high"],
        &["corpus/cert", "--reproducible", "--no-project-config"],
    ] {
        let document = scanned(args);
        assert_eq!(wrong(&validator, &document), [""; 0], "{args:?}");
        assert!(document["assets"].as_array().is_some_and(|a| a.len() > 20));
    }
}

#[test]
fn the_results_of_hostile_archives_hold_to_the_schema() {
    let folder = TempDir::new().expect("a folder");
    for case in recipe::cases() {
        let own = folder.path().join(case.name.replace('.', "_"));
        fs::create_dir_all(&own).expect("a folder");
        fs::write(own.join(case.name), &case.bytes).expect("written");
    }
    let document = scanned(&[folder.path().to_str().expect("UTF-8")]);
    assert_eq!(wrong(&validator("result"), &document), [""; 0]);
    let skips = document["coverage"]["skips"].as_array().map_or(0, Vec::len);
    assert!(skips > 20, "{skips}");
}

#[test]
fn a_project_with_settings_and_waivers_holds_to_the_schemas() {
    let folder = TempDir::new().expect("a folder");
    let settings = r#"
exclude = ["old"]
quantum-year = 2032
max-unpacked = "64G"
spec-version = "1.7"

[[context]]
paths = ["src"]
shelf-life = 20
criticality = "high"
exposure = "internet"
purpose = "key-transport"
owner = ["@one", "@two"]

[[waiver]]
class = "weak-hash"
path = ["src/**"]
reason = "an identifier of a cache"
owner = "@one"
until = 2099-12-31

[[waiver]]
class = ["no-such-class"]
"#;
    fs::create_dir(folder.path().join("src")).expect("writable");
    fs::write(folder.path().join("pqscan.toml"), settings).expect("writable");
    fs::write(
        folder.path().join("src/tag.py"),
        "import hashlib\nhashlib.md5(b'').hexdigest()\n# pqscan: accept weak-hash until 2001-01-01 because of old clients\nhashlib.md5(b'').digest()\n",
    )
    .expect("writable");
    let document = scanned(&[folder.path().to_str().expect("UTF-8")]);
    assert_eq!(wrong(&validator("result"), &document), [""; 0]);
    let states: Vec<&Value> = document["waivers"]
        .as_array()
        .expect("waivers")
        .iter()
        .map(|waiver| &waiver["state"])
        .collect();
    assert_eq!(states, ["used", "malformed", "expired"]);
    assert_eq!(
        wrong(&validator("settings"), &toml_as_json(settings)),
        [""; 0]
    );
}

#[test]
fn differences_and_plans_hold_to_their_schemas() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for side in ["before", "after"] {
        let tree = format!("corpus/audit/{side}");
        let result = format!("json={}", at(&format!("{side}.json")));
        let cbom = format!("cdx={}", at(&format!("{side}.cdx.json")));
        printed(&["scan", "-q", &tree, "-o", &result, "-o", &cbom]);
    }
    let validator = validator("diff");
    for (old, new) in [
        ("before.json", "after.json"),
        ("after.cdx.json", "before.json"),
        ("before.json", "before.json"),
    ] {
        let text = printed(&["diff", &at(old), &at(new), "--format", "json"]);
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(wrong(&validator, &document), [""; 0], "{old} {new}");
    }
    let plan = at("plan.json");
    printed(&["plan", "-q", "corpus/audit/before", "-o", &plan]);
    let document: Value = serde_json::from_slice(&fs::read(plan).expect("written")).expect("JSON");
    assert!(
        document["plan"]
            .as_array()
            .is_some_and(|plan| !plan.is_empty())
    );
    assert_eq!(wrong(&self::validator("result"), &document), [""; 0]);
}

/// TOML as a JSON document: days are texts there.
fn toml_as_json(text: &str) -> Value {
    fn plain(value: &mut Value) {
        if let Some(day) = value.get("$__toml_private_datetime").cloned() {
            *value = day
        }
        match value {
            Value::Object(object) => object.values_mut().for_each(plain),
            Value::Array(values) => values.iter_mut().for_each(plain),
            _ => {}
        }
    }
    let value: toml::Value = toml::from_str(text).expect("TOML");
    let mut value = serde_json::to_value(value).expect("JSON");
    plain(&mut value);
    value
}

#[test]
fn policies_and_the_example_of_one_hold_to_the_schema() {
    let validator = validator("policy");
    let folder = root().join("rules/policy");
    let files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .collect();
    assert!(files.len() >= 10);
    let mut texts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("readable"))
        .collect();
    texts.push(printed(&["policy", "init"]));
    for text in texts {
        assert_eq!(wrong(&validator, &toml_as_json(&text)), [""; 0], "{text}");
    }
}

#[test]
fn what_is_not_so_is_refused() {
    let document = scanned(&["corpus/audit/before"]);
    let validator = validator("result");
    assert!(validator.is_valid(&document));
    let changes: &[(&str, Value)] = &[
        ("/schema", json!("pqscan/result/2")),
        ("/timestamp", json!("yesterday")),
        ("/assets/0/kind", json!("algorithms")),
        ("/assets/0/seen", json!("guessed")),
        ("/assets/0/assessment/priority", json!("P5")),
        ("/assets/0/assessment/class", json!("Weak")),
        ("/assets/0/assessment/findingClass", json!("no-such-class")),
        (
            "/assets/0/parameters/algoritm",
            json!({ "values": [], "open": false }),
        ),
        ("/assets/0/operations", json!(["dance"])),
        ("/assets/0/occurrences/0/tier", json!("call")),
        ("/assets/0/occurrences/0/line", json!(-1)),
        ("/assets/0/occurrences/0/path", Value::Null),
        ("/assets/0/occurrences/0/context", json!("prod")),
        (
            "/assets/0/occurrences/0/fingerprints",
            json!({ "weak-hash": "pq2:0" }),
        ),
        ("/planning/today", json!("2026-13-01")),
        ("/planning/policies/0/binding", json!("law")),
        ("/totals/byPriority/P7", json!(1)),
        ("/plan/0/kind", json!("rewrite")),
    ];
    for (at, value) in changes {
        let mut changed = document.clone();
        let (parent, name) = at.rsplit_once('/').expect("a pointer");
        let parent = changed.pointer_mut(parent).expect("it is there");
        parent[name] = value.clone();
        assert!(!validator.is_valid(&changed), "{at} = {value}");
    }
    for gone in ["tool", "assets", "totals"] {
        let mut changed = document.clone();
        changed.as_object_mut().expect("an object").remove(gone);
        assert!(!validator.is_valid(&changed), "{gone}");
    }
    // The shape only grows: readers of this version take what later ones add.
    let mut grown = document.clone();
    grown["assets"][0]["later"] = json!(true);
    assert!(validator.is_valid(&grown));
}

#[test]
fn settings_that_are_an_error_are_refused() {
    let validator = validator("settings");
    for text in [
        "exlude = []",
        "exclude = \"old\"",
        "max-depth = 65",
        "quantum-year = 1999",
        "criticality = \"huge\"",
        "spec-version = \"1.5\"",
        "[[context]]\nshelf-life = 3",
        "[[waiver]]\nreasons = \"x\"",
    ] {
        assert!(!validator.is_valid(&toml_as_json(text)), "{text}");
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("pqscan.toml"), text).expect("writable");
        fs::write(folder.path().join("a.py"), "import hashlib\n").expect("writable");
        let output = pqscan().arg("scan").arg(folder.path()).output();
        assert_eq!(output.expect("it runs").status.code(), Some(2), "{text}");
    }
}

#[test]
fn an_unknown_document_is_refused_with_those_that_there_are() {
    let output = pqscan().args(["schema", "resultt"]).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        err.contains("did you mean `result`") && err.contains("settings"),
        "{err}"
    );
}
