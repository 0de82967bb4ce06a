//! `pqscan cbom merge` and `convert`: nothing that was read is lost, what comes out is valid by the official schemas, and assets belong to the
//! components that use or provide them.
//!
//! The SBOMs are written by hand in the shapes of cyclonedx-npm, Syft, cargo-cyclonedx and older versions; the CBOMs are ours, of a small
//! project, and one of another tool. The schemas are those of CycloneDX (`tests/schemas/cyclonedx/`); the validators of its libraries run where
//! `.ci/run` has installed them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use assert_cmd::Command;
use pqscan::inventory::{self, Report};
use pqscan::knowledge::Knowledge;
use pqscan::output::cyclonedx::{convert, document, lint, merge};
use pqscan::output::{self, Options, SpecVersion};
use pqscan::scan::{self, Request};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const VERSIONS: [SpecVersion; 2] = [SpecVersion::V1_6, SpecVersion::V1_7];
const SERIAL: &str = "urn:uuid:11111111-2222-4333-8444-555555555555";

/// An application with a package inside, as `npm install` leaves it.
const PROJECT: [(&str, &str); 4] = [
    ("package.json", r#"{"name":"shop","version":"1.0.0"}"#),
    (
        "index.js",
        "const crypto = require('crypto');\ncrypto.generateKeyPairSync('rsa', { modulusLength: 2048 });\n",
    ),
    (
        "node_modules/old-hash/package.json",
        r#"{"name":"old-hash","version":"2.1.0"}"#,
    ),
    (
        "node_modules/old-hash/index.js",
        "const crypto = require('crypto');\nmodule.exports = (x) => crypto.createHash('md5').update(x).digest();\n",
    ),
];

fn report(files: &[(&str, &str)]) -> Report {
    static KNOWN: LazyLock<Knowledge> =
        LazyLock::new(|| Knowledge::load(&[]).expect("the embedded rules load"));
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("shop");
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    let request = Request {
        roots: vec![root],
        threads: 1,
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
    inventory::report(found, &KNOWN, None)
}

fn written(report: &Report, spec_version: SpecVersion) -> Value {
    let options = Options {
        spec_version,
        ..Options::default()
    };
    let mut bytes = Vec::new();
    let format = output::format("cyclonedx").expect("the form exists");
    format
        .write(report, &options, &mut bytes)
        .expect("memory takes it");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Our CBOM of the project.
fn ours(version: SpecVersion) -> Value {
    static BOMS: LazyLock<[Value; 2]> = LazyLock::new(|| {
        let report = report(&PROJECT);
        VERSIONS.map(|version| written(&report, version))
    });
    BOMS[usize::from(version == SpecVersion::V1_7)].clone()
}

/// The CBOM of a tool that names what it found, and no edges.
fn theirs() -> Value {
    let asset = |name: &str, crypto: Value| json!({ "type": "cryptographic-asset", "bom-ref": name, "name": name, "cryptoProperties": crypto });
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": "urn:uuid:99999999-2222-4333-8444-555555555555",
        "metadata": { "timestamp": "2026-01-02T00:00:00Z", "tools": { "components": [{ "type": "application", "name": "another", "bom-ref": "tool" }] } },
        "components": [
            asset("AES-128-GCM", json!({ "assetType": "algorithm", "algorithmProperties": { "primitive": "ae", "parameterSetIdentifier": "128" } })),
            asset("key@1", json!({ "assetType": "related-crypto-material", "relatedCryptoMaterialProperties": { "type": "secret-key", "algorithmRef": "AES-128-GCM" } })),
        ],
        "dependencies": [{ "ref": "key@1", "dependsOn": ["AES-128-GCM"] }],
    })
}

/// As cyclonedx-npm writes it.
fn npm(version: &str, tools: Value) -> Value {
    json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{version}.schema.json"),
        "bomFormat": "CycloneDX", "specVersion": version, "version": 3, "serialNumber": SERIAL,
        "metadata": {
            "timestamp": "2026-01-01T00:00:00Z", "tools": tools,
            "component": { "type": "application", "name": "shop", "version": "1.0.0", "bom-ref": "shop@1.0.0", "purl": "pkg:npm/shop@1.0.0" },
        },
        "components": [{
            "type": "library", "name": "old-hash", "version": "2.1.0", "bom-ref": "shop@1.0.0|old-hash@2.1.0", "purl": "pkg:npm/old-hash@2.1.0",
            "hashes": [{ "alg": "SHA-256", "content": "ab".repeat(32) }],
            "licenses": [{ "license": { "id": "MIT" } }],
            "properties": [{ "name": "cdx:npm:package:path", "value": "node_modules/old-hash" }],
        }],
        "dependencies": [{ "ref": "shop@1.0.0", "dependsOn": ["shop@1.0.0|old-hash@2.1.0"] }, { "ref": "shop@1.0.0|old-hash@2.1.0" }],
    })
}

fn tools() -> Value {
    json!({ "components": [{ "type": "application", "name": "cyclonedx-npm", "group": "@cyclonedx", "version": "6.0.1" }] })
}

fn old_tools() -> Value {
    json!([{ "vendor": "@cyclonedx", "name": "cyclonedx-npm", "version": "1.0.0", "hashes": [{ "alg": "MD5", "content": "0".repeat(32) }] }])
}

/// SBOMs in different shapes.
fn sboms() -> Vec<(&'static str, Value)> {
    let syft = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": SERIAL,
        "metadata": { "tools": tools(), "component": { "type": "file", "bom-ref": "0123456789abcdef", "name": "shop" } },
        "components": [{
            "type": "library", "name": "old-hash", "version": "2.1.0",
            "properties": [{ "name": "syft:location:0:path", "value": "/node_modules/old-hash/package.json" }],
        }],
    });
    let bare = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{ "type": "library", "name": "openssl", "version": "3.0.0", "purl": "pkg:generic/openssl@3.0.0" }],
    });
    // Of cargo-cyclonedx, which writes 1.3 where nobody asks: parts of the subject inside of it, and references that look like ours.
    let cargo = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.3", "version": 1, "serialNumber": SERIAL,
        "metadata": {
            "tools": [{ "vendor": "CycloneDX", "name": "cargo-cyclonedx", "version": "0.5.7" }],
            "component": { "type": "application", "bom-ref": "path+file:///src#shop@1.0.0", "name": "shop", "version": "1.0.0",
                "components": [{ "type": "library", "bom-ref": "subject", "name": "shop", "version": "1.0.0", "purl": "pkg:cargo/shop@1.0.0#src/lib.rs" }] },
        },
        "components": [{ "type": "library", "bom-ref": "library/javascript/node-crypto", "name": "taken", "version": "1", "purl": "pkg:cargo/taken@1" }],
        "dependencies": [{ "ref": "path+file:///src#shop@1.0.0", "dependsOn": ["library/javascript/node-crypto"] }],
    });
    vec![
        ("npm 1.7", npm("1.7", tools())),
        ("npm 1.6", npm("1.6", tools())),
        ("npm 1.5", npm("1.5", old_tools())),
        ("npm 1.4", npm("1.4", old_tools())),
        ("syft", syft),
        ("bare", bare),
        ("cargo", cargo),
    ]
}

fn source(document: &Value) -> merge::Source {
    merge::Source::read(document.to_string().as_bytes()).expect("it is a document")
}

fn merged(sbom: &Value, cboms: &[Value]) -> merge::Merged {
    let cboms = cboms.iter().map(source).collect();
    merge::merge(source(sbom), cboms, &merge::Options::default()).expect("it can be merged")
}

fn linked(sbom: &Value, cbom: &Value) -> merge::Merged {
    let options = merge::Options {
        link: true,
        ..merge::Options::default()
    };
    merge::merge(source(sbom), vec![source(cbom)], &options).expect("it can be linked")
}

fn converted(document: &Value, to: SpecVersion) -> Value {
    let options = convert::Options {
        to: Some(to),
        ..convert::Options::default()
    };
    convert::convert(document.clone(), options)
        .expect("it can be converted")
        .0
}

fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/cyclonedx");
    let text = fs::read(folder.join(name)).expect("the schema is there");
    serde_json::from_slice(&text).expect("the schema is JSON")
}

/// Holds a document against the official schema of its version.
fn check(what: &str, document: &Value) {
    static SCHEMAS: LazyLock<[jsonschema::Validator; 2]> = LazyLock::new(|| {
        let mut registry = jsonschema::Registry::new();
        for name in ["spdx", "jsf-0.82", "cryptography-defs"] {
            let name = format!("{name}.schema.json");
            let address = format!("http://cyclonedx.org/schema/{name}");
            registry = registry.add(address, schema(&name)).expect("an address");
        }
        let registry = registry.prepare().expect("they refer to each other");
        ["bom-1.6.schema.json", "bom-1.7.schema.json"].map(|name| {
            jsonschema::options()
                .with_registry(&registry)
                .build(&schema(name))
                .expect("a schema")
        })
    });
    let number = match document["specVersion"].as_str() {
        Some("1.6") => 0,
        Some("1.7") => 1,
        other => panic!("{what}: {other:?} has no schema here"),
    };
    let problems: Vec<String> = SCHEMAS[number]
        .iter_errors(document)
        .map(|error| {
            format!("{}: {error}", error.instance_path())
                .chars()
                .take(500)
                .collect()
        })
        .collect();
    assert!(problems.is_empty(), "{what}: {}", problems.join("\n"));
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Every component, those inside of others included.
fn components(bom: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = items(bom, "components").collect();
    open.extend(bom.pointer("/metadata/component"));
    while let Some(component) = open.pop() {
        found.push(component);
        open.extend(items(component, "components"));
    }
    found
}

fn assets(bom: &Value) -> impl Iterator<Item = &Value> {
    items(bom, "components").filter(|component| component["type"] == "cryptographic-asset")
}

fn named<'a>(bom: &'a Value, name: &str) -> &'a Value {
    let found = components(bom)
        .into_iter()
        .find(|component| component["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

/// What depends on an asset, and what provides it.
fn users<'a>(bom: &'a Value, name: &str, edge: &str) -> BTreeSet<&'a str> {
    let reference = &named(bom, name)["bom-ref"];
    items(bom, "dependencies")
        .filter(|dependency| items(dependency, edge).any(|target| target == reference))
        .filter_map(|dependency| dependency["ref"].as_str())
        .collect()
}

/// Whether all that a value says stands in the other at the same place; lists of the other may be longer.
fn holds(all: &Value, part: &Value, at: &str) -> Result<(), String> {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => part.iter().try_for_each(|(key, value)| {
            let at = format!("{at}/{key}");
            holds(
                all.get(key).ok_or_else(|| format!("{at} is lost"))?,
                value,
                &at,
            )
        }),
        (Value::Array(all), Value::Array(part)) => {
            part.iter().enumerate().try_for_each(|(number, value)| {
                let at = format!("{at}/{number}");
                holds(
                    all.get(number).ok_or_else(|| format!("{at} is lost"))?,
                    value,
                    &at,
                )
            })
        }
        _ if all == part => Ok(()),
        _ => Err(format!("{at} was {part} and is {all}")),
    }
}

/// What merging may change of an SBOM.
fn without_head(sbom: &Value) -> Value {
    let mut sbom = sbom.clone();
    for key in ["$schema", "specVersion", "version"] {
        sbom.as_object_mut().expect("an object").remove(key);
    }
    // The list of tools of old becomes components.
    if sbom.pointer("/metadata/tools").is_some_and(Value::is_array) {
        let metadata = sbom["metadata"].as_object_mut().expect("an object");
        metadata.remove("tools");
    }
    sbom
}

/// Whether a component has all that another says of it, be it in a property `pqscan:merge:*`.
fn has_all(there: &Value, component: &Value) -> Result<(), String> {
    let told: BTreeSet<&str> = items(there, "properties")
        .filter_map(|p| p["value"].as_str())
        .collect();
    for (key, value) in component.as_object().expect("an object") {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let list = |key: &str| {
            items(there, key)
                .map(Value::to_string)
                .collect::<BTreeSet<_>>()
        };
        let is_there = match key.as_str() {
            "components" => true,
            "properties" | "hashes" | "externalReferences" => {
                let have = list(key);
                items(component, key).all(|item| {
                    have.contains(&item.to_string()) || told.contains(item.to_string().as_str())
                })
            }
            "evidence" => {
                holds(&there["evidence"], value, "").is_ok() || {
                    let have: BTreeSet<String> = items(&there["evidence"], "occurrences")
                        .map(Value::to_string)
                        .collect();
                    items(value, "occurrences").all(|place| have.contains(&place.to_string()))
                }
            }
            "cryptoProperties" => holds(&there[key], value, "").is_ok(),
            _ => there.get(key) == Some(value) || told.contains(text.as_str()),
        };
        if !is_there {
            return Err(format!("{key} of {component} is lost in {there}"));
        }
    }
    Ok(())
}

/// Whether the result has every component, property, hash and edge of a CBOM.
fn has_cbom(result: &merge::Merged, number: usize, cbom: &Value) -> Result<(), String> {
    let names = &result.names[number];
    let by_ref: BTreeMap<&str, &Value> = components(&result.document)
        .into_iter()
        .filter_map(|component| Some((component.get("bom-ref")?.as_str()?, component)))
        .collect();
    let now = |reference: &str| {
        names
            .get(reference)
            .cloned()
            .unwrap_or_else(|| reference.to_owned())
    };
    for component in components(cbom) {
        let Some(reference) = component.get("bom-ref").and_then(Value::as_str) else {
            continue;
        };
        let mut renamed = component.clone();
        rename(&mut renamed, names);
        let there = by_ref
            .get(&*now(reference))
            .ok_or_else(|| format!("{reference} is lost"))?;
        has_all(there, &renamed)?
    }
    let mut edges = BTreeSet::new();
    for dependency in items(&result.document, "dependencies") {
        for edge in ["dependsOn", "provides"] {
            for target in items(dependency, edge) {
                edges.insert((dependency["ref"].as_str(), edge, target.as_str()));
            }
        }
    }
    for dependency in items(cbom, "dependencies") {
        for edge in ["dependsOn", "provides"] {
            for target in items(dependency, edge) {
                let (from, to) = (
                    now(dependency["ref"].as_str().unwrap_or_default()),
                    now(target.as_str().unwrap_or_default()),
                );
                if from != to && !edges.contains(&(Some(&from), edge, Some(&to))) {
                    return Err(format!("{from} {edge} {to} is lost"));
                }
            }
        }
    }
    Ok(())
}

/// References by their new names; nothing else in our documents equals one.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(map) => map
            .iter_mut()
            .filter(|(key, _)| {
                !["properties", "name", "type", "group", "version"].contains(&key.as_str())
            })
            .for_each(|(_, item)| rename(item, names)),
        Value::String(text) => {
            if let Some(name) = names.get(text.as_str()) {
                text.clone_from(name)
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_merged_is_valid_and_nothing_is_lost() {
    for (what, sbom) in sboms() {
        for version in VERSIONS {
            for cboms in [vec![ours(version)], vec![ours(version), theirs()]] {
                let result = merged(&sbom, &cboms);
                check(what, &result.document);
                if let Err(lost) = holds(&result.document, &without_head(&sbom), "") {
                    panic!("{what}: {lost}")
                }
                for (number, cbom) in cboms.iter().enumerate() {
                    if let Err(lost) = has_cbom(&result, number, cbom) {
                        panic!("{what}: {lost}")
                    }
                }
                let problems = lint::lint(result.document.to_string().as_bytes()).expect("a CBOM");
                let errors: Vec<_> = problems
                    .iter()
                    .filter(|p| p.severity == lint::Severity::Error)
                    .collect();
                assert!(errors.is_empty(), "{what}: {errors:?}");
                for to in VERSIONS {
                    check(what, &converted(&result.document, to))
                }
            }
        }
    }
}

#[test]
fn an_asset_belongs_to_the_component_that_it_was_seen_in() {
    let result = merged(&npm("1.6", tools()), &[ours(SpecVersion::V1_7)]);
    let bom = &result.document;
    let (root, package) = ("shop@1.0.0", "shop@1.0.0|old-hash@2.1.0");
    assert_eq!(
        users(bom, "MD5", "dependsOn"),
        BTreeSet::from([root, package])
    );
    assert_eq!(
        users(bom, "RSA-2048 key", "dependsOn"),
        BTreeSet::from([root])
    );
    assert_eq!(
        users(bom, "MD5", "provides"),
        BTreeSet::from(["library/javascript/node-crypto"])
    );
    // The package is there once, with what both say of it.
    let packages = components(bom)
        .into_iter()
        .filter(|c| c["name"] == "old-hash")
        .count();
    assert_eq!(packages, 1);
    assert_eq!(result.tally.by_purl, 1);
    assert_eq!(bom["specVersion"], "1.7");
    assert_eq!(
        (&bom["serialNumber"], &bom["version"]),
        (&json!(SERIAL), &json!(4))
    );
}

#[test]
fn a_place_tells_whose_an_asset_is_where_no_package_url_does() {
    let (_, sbom) = sboms().remove(4);
    let mut cbom = ours(SpecVersion::V1_6);
    // Without the package that the scan found itself, only the places are left.
    let list = cbom["components"].as_array_mut().expect("a list");
    list.retain(|component| component["name"] != "old-hash");
    let list = cbom["dependencies"].as_array_mut().expect("a list");
    list.retain(|dependency| {
        !dependency["ref"]
            .as_str()
            .unwrap_or_default()
            .starts_with("package/")
    });
    for dependency in list {
        if let Some(Value::Array(targets)) = dependency.get_mut("dependsOn") {
            targets.retain(|target| !target.as_str().unwrap_or_default().starts_with("package/"))
        }
    }
    let result = merged(&sbom, &[cbom]);
    // It had no `bom-ref`, and has one now.
    assert_eq!(
        users(&result.document, "MD5", "dependsOn"),
        BTreeSet::from(["0123456789abcdef", "old-hash"])
    );
    assert_eq!(named(&result.document, "old-hash")["bom-ref"], "old-hash");
    check("by place", &result.document);
}

#[test]
fn the_subject_uses_what_others_do_not_place() {
    let result = merged(&npm("1.5", old_tools()), &[theirs()]);
    assert_eq!(
        users(&result.document, "AES-128-GCM", "dependsOn"),
        BTreeSet::from(["shop@1.0.0", "key@1"])
    );
    assert_eq!(result.tally.assets_of_subject, 2);
    assert_eq!(result.tally.lifted, Some(("1.5", "1.6")));
    // The vendor of a tool is the publisher of a component.
    let tools = &result.document["metadata"]["tools"]["components"];
    assert_eq!(tools[0]["publisher"], "@cyclonedx");
    assert_eq!(tools[1]["name"], "another");
}

#[test]
fn references_that_are_taken_get_other_names() {
    let (_, cargo) = sboms().remove(6);
    let result = merged(&cargo, &[ours(SpecVersion::V1_7)]);
    let names = &result.names[0];
    assert_eq!(names["subject"], "path+file:///src#shop@1.0.0");
    let library = &names["library/javascript/node-crypto"];
    assert!(
        library.starts_with("library/javascript/node-crypto#"),
        "{library}"
    );
    assert!(users(&result.document, "MD5", "provides").contains(library.as_str()));
    assert_eq!(
        named(&result.document, "taken")["bom-ref"],
        "library/javascript/node-crypto"
    );
    let mut seen = BTreeSet::new();
    for component in components(&result.document) {
        let reference = component["bom-ref"].as_str().expect("all have one");
        assert!(seen.insert(reference), "{reference} is twice");
    }
}

#[test]
fn merging_twice_changes_nothing_more() {
    let cboms = [ours(SpecVersion::V1_7), theirs()];
    for (what, sbom) in sboms() {
        let once = merged(&sbom, &cboms).document;
        assert_eq!(merged(&once, &cboms).document, once, "{what}");
    }
    let same = npm("1.4", old_tools());
    assert_eq!(merged(&same, &[]).document, same);
}

#[test]
fn equal_assets_of_two_documents_are_joined_and_others_keep_apart() {
    let other = report(&[(
        "a.js",
        "const crypto = require('crypto');\ncrypto.createHash('md5');\ncrypto.createHash('sha256');\n",
    )]);
    let cboms = [
        ours(SpecVersion::V1_7),
        written(&other, SpecVersion::V1_7),
        theirs(),
    ];
    let mut sized = theirs();
    sized["serialNumber"] = json!("urn:uuid:99999999-2222-4333-8444-555555555556");
    sized["components"][0]["cryptoProperties"]["algorithmProperties"]["parameterSetIdentifier"] =
        json!("256");
    let mut all = cboms.to_vec();
    all.push(sized.clone());
    let result = merged(&npm("1.6", tools()), &all);
    assert_eq!(
        assets(&result.document)
            .filter(|a| a["name"] == "MD5")
            .count(),
        1
    );
    let places: Vec<_> = items(&named(&result.document, "MD5")["evidence"], "occurrences")
        .map(|o| o["location"].clone())
        .collect();
    assert_eq!(places, ["node_modules/old-hash/index.js", "a.js"]);
    // The same name for another size: two assets, under two names. A key without a number may be any key.
    let named: Vec<_> = assets(&result.document)
        .filter_map(|a| a["name"].as_str())
        .filter(|name| name.starts_with("AES-128-GCM") || name.starts_with("key@1"))
        .collect();
    assert_eq!(named.len(), 4, "{named:?}");
    for (number, cbom) in all.iter().enumerate() {
        if number < 3 {
            has_cbom(&result, number, cbom).expect("nothing is lost")
        }
    }
    // Dependency-Track tells components apart by purl, group, name and version.
    let mut seen = BTreeSet::new();
    for component in items(&result.document, "components") {
        let identity = ["purl", "group", "name", "version"]
            .map(|key| component[key].as_str().unwrap_or_default());
        assert!(seen.insert(identity), "{identity:?} is twice");
    }
}

/// What the compliance check of the CBOMkit viewer goes by: the level, else the primitive, else it is unknown.
fn compliance(bom: &Value) -> BTreeMap<String, &'static str> {
    let of = |asset: &Value| {
        let algorithm = &asset["cryptoProperties"]["algorithmProperties"];
        match (
            algorithm["nistQuantumSecurityLevel"].as_u64(),
            algorithm["primitive"].as_str(),
        ) {
            (Some(1..), _) => "safe",
            (_, Some("signature" | "key-agree" | "kem" | "pke")) => "not safe",
            (_, None) => "unknown",
            _ => "not applicable",
        }
    };
    assets(bom)
        .map(|asset| (asset["name"].to_string(), of(asset)))
        .collect()
}

#[test]
fn a_viewer_says_the_same_of_an_asset_before_and_after() {
    for version in VERSIONS {
        let cbom = ours(version);
        let before = compliance(&cbom);
        assert!(before.len() > 2, "{before:?}");
        assert_eq!(
            compliance(&merged(&npm("1.5", tools()), &[cbom]).document),
            before
        );
    }
}

#[test]
fn a_link_leaves_the_cbom_apart() {
    let cbom = ours(SpecVersion::V1_7);
    let link = format!(
        "urn:cdx:{}/1",
        cbom["serialNumber"]
            .as_str()
            .expect("a number")
            .trim_start_matches("urn:uuid:")
    );
    for (what, sbom) in sboms() {
        let result = linked(&sbom, &cbom);
        if let Err(lost) = holds(&result.document, &without_head(&sbom), "") {
            panic!("{what}: {lost}")
        }
        // No newer version is needed, and no asset is added.
        assert_eq!(
            result.document["specVersion"], sbom["specVersion"],
            "{what}"
        );
        assert_eq!(assets(&result.document).count(), 0, "{what}");
        let references = &result.document["externalReferences"];
        assert_eq!(
            (&references[0]["type"], &references[0]["url"]),
            (&json!("bom"), &json!(link)),
            "{what}"
        );
        assert_eq!(
            linked(&result.document, &cbom).document,
            result.document,
            "{what}"
        );
        if ["1.6", "1.7"].contains(&sbom["specVersion"].as_str().unwrap_or_default()) {
            check(what, &result.document)
        }
    }
    let result = linked(&npm("1.7", tools()), &cbom);
    let package = named(&result.document, "old-hash");
    let urls: Vec<&str> = items(package, "externalReferences")
        .filter_map(|r| r["url"].as_str())
        .collect();
    assert!(
        urls.contains(&&*format!("{link}#package/pkg:npm/old-hash@2.1.0")),
        "{urls:?}"
    );
    let md5 = named(&cbom, "MD5")["bom-ref"]
        .as_str()
        .expect("a reference");
    assert!(urls.contains(&&*format!("{link}#{md5}")), "{urls:?}");
}

#[test]
fn what_is_signed_is_not_changed_unless_asked_for() {
    let signature = json!({ "algorithm": "ES256", "value": "AA==" });
    let mut whole = npm("1.6", tools());
    whole["signature"] = signature.clone();
    let mut part = npm("1.6", tools());
    part["components"][0]["signature"] = signature;
    let dropping = merge::Options {
        drop_signature: true,
        ..merge::Options::default()
    };
    for signed in [whole, part] {
        for link in [false, true] {
            let options = merge::Options {
                link,
                ..merge::Options::default()
            };
            let cbom = || vec![source(&ours(SpecVersion::V1_6))];
            let refused = merge::merge(source(&signed), cbom(), &options);
            assert!(matches!(refused, Err(merge::Refused::Signed(_))));
            let result = merge::merge(source(&signed), cbom(), &dropping).expect("it may go");
            assert_eq!(result.tally.signatures_dropped, 1);
            assert!(!result.document.to_string().contains("ES256"));
            check("unsigned", &result.document)
        }
    }
}

#[test]
fn other_versions_are_refused_by_name() {
    let error = |version: &str| {
        let mut sbom = npm("1.6", tools());
        sbom["specVersion"] = json!(version);
        let refused = merge::merge(
            source(&sbom),
            vec![source(&theirs())],
            &merge::Options::default(),
        );
        refused.expect_err("it is refused").to_string()
    };
    assert_eq!(
        error("2.0"),
        "the SBOM is of version \"2.0\" of CycloneDX; 1.2 to 1.7 can be merged"
    );
    assert!(error("1.\u{1b}[31m").contains("\"1.\u{fffd}[31m\""));
}

#[test]
fn our_own_cboms_go_to_1_6_and_back() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/cert");
    static KNOWN: LazyLock<Knowledge> =
        LazyLock::new(|| Knowledge::load(&[]).expect("the rules load"));
    let request = Request {
        roots: vec![source],
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
    let certificates = inventory::report(found, &KNOWN, Some(1_800_000_000));
    for report in [certificates, report(&PROJECT)] {
        let (old, new) = (
            written(&report, SpecVersion::V1_6),
            written(&report, SpecVersion::V1_7),
        );
        check("1.6", &old);
        check("1.7", &new);
        let down = converted(&new, SpecVersion::V1_6);
        check("1.7 to 1.6", &down);
        assert!(
            converted(&down, SpecVersion::V1_7) == new,
            "the way back changes something"
        );
        let up = converted(&old, SpecVersion::V1_7);
        check("1.6 to 1.7", &up);
        holds(&up, &without_head(&old), "").expect("the old fields stay");
    }
}

/// The example of IBM's own documentation, with one asset of each kind.
#[test]
fn a_document_of_the_old_extension_becomes_valid() {
    let old = json!({
        "bomFormat": "CBOM", "specVersion": "1.4-cbom-1.0", "serialNumber": SERIAL, "version": 1,
        "metadata": { "component": { "type": "application", "bom-ref": "app", "name": "app" } },
        "components": [
            { "type": "crypto-asset", "bom-ref": "oid:2.16.840.1.101.3.4.1.6", "name": "AES", "cryptoProperties": { "assetType": "algorithm",
                "algorithmProperties": { "variant": "AES-128-GCM", "primitive": "ae", "mode": "gcm", "implementationLevel": "softwarePlainRam",
                    "implementationPlatform": "x86_64", "certificationLevel": "none", "cryptoFunctions": ["keygen", "encrypt", "decrypt", "tag"] },
                "classicalSecurityLevel": 128, "nistQuantumSecurityLevel": 1,
                "detectionContext": [{ "filePath": "src/a.c", "lineNumbers": [7] }] } },
            { "type": "crypto-asset", "bom-ref": "tls", "name": "tlsv12", "cryptoProperties": { "assetType": "protocol",
                "protocolProperties": { "tlsCipherSuites": ["TLS_RSA_WITH_AES_128_GCM_SHA256 (rsa 2048)"] } } },
            { "type": "crypto-asset", "bom-ref": "cert", "name": "cert", "cryptoProperties": { "assetType": "certificate",
                "certificateProperties": { "subjectName": "CN=example.org", "notValidBefore": "2026-01-01", "certificateFormat": "X.509", "certificateExtensions": "none" } } },
            { "type": "crypto-asset", "bom-ref": "key", "name": "key", "cryptoProperties": { "assetType": "relatedCryptoMaterial",
                "relatedCryptoMaterialProperties": { "relatedCryptoMaterialType": "privateKey", "size": 2048, "format": "PEM", "secured": false } } },
        ],
        "dependencies": [{ "ref": "app", "dependsOn": ["tls"], "dependencyType": "uses" }],
    });
    for version in VERSIONS {
        check("from 1.4-cbom-1.0", &converted(&old, version));
    }
    let result = merged(&npm("1.4", old_tools()), &[old]);
    check("merged", &result.document);
    assert_eq!(
        users(&result.document, "AES-128-GCM", "dependsOn"),
        BTreeSet::from(["shop@1.0.0"])
    );
}

#[test]
fn a_table_has_a_row_for_each_asset_and_no_formula() {
    let mut bom = merged(&npm("1.6", tools()), &[theirs()]).document;
    let list = bom["components"].as_array_mut().expect("a list");
    let asset = list.last_mut().expect("an asset");
    asset["name"] = json!("=cmd|' /C calc'!A0\n\u{1b}[31m\"x\"");
    let table = |form| {
        let mut bytes = Vec::new();
        let rows = convert::table::write(&bom, form, &mut bytes).expect("memory takes it");
        (rows, String::from_utf8(bytes).expect("UTF-8"))
    };
    let (rows, csv) = table(convert::table::Form::Csv);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!((rows, lines.len()), (2, 4));
    assert_eq!(lines[0], convert::table::COLUMNS.join(","));
    assert_eq!(
        lines[1],
        "AES-128-GCM,algorithm,AES-128-GCM,,ae,,128,,,,,,,,,,,,,,,shop,,0,"
    );
    assert!(
        lines[2].contains(",\"'=cmd|' /C calc'!A0\u{fffd}\u{fffd}[31m\"\"x\"\"\","),
        "{}",
        lines[2]
    );
    let (_, json_lines) = table(convert::table::Form::JsonLines);
    let first: Value =
        serde_json::from_str(json_lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        first,
        json!({ "bom-ref": "AES-128-GCM", "asset-type": "algorithm", "name": "AES-128-GCM", "primitive": "ae", "parameter-set": "128", "used-by": "shop", "places": "0" })
    );
}

#[test]
fn the_command_says_what_became_of_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let put = |name: &str, document: &Value| {
        fs::write(path(name), document.to_string()).expect("written")
    };
    put("sbom.json", &npm("1.5", tools()));
    put("cbom.json", &theirs());
    fs::write(
        path("broken.json"),
        "{\"bomFormat\":\"CycloneDX\",\"a\":1,\"a\":2}",
    )
    .expect("written");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pqscan"))
            .current_dir(folder.path())
            .arg("cbom")
            .args(arguments)
            .output()
            .expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, out, told) = run(&["merge", "sbom.json", "cbom.json", "-o", "all.json"]);
    assert_eq!((code, &*out), (Some(0), ""));
    assert_eq!(
        told,
        "assets: 2 added, 0 joined with what was there\n\
        other components: 0 added\n\
        whose the assets are: 0 of components, 0 of them by place, 2 of the subject alone\n\
        CycloneDX 1.5 became 1.6, which has what was added\n"
    );
    let all: Value =
        serde_json::from_slice(&fs::read(path("all.json")).expect("it is there")).expect("JSON");
    check("of the command", &all);
    let (code, out, told) = run(&[
        "convert",
        "all.json",
        "--spec-version",
        "1.7",
        "--compact",
        "--sort",
    ]);
    assert_eq!((code, out.lines().count()), (Some(0), 1));
    assert!(told.starts_with("CycloneDX 1.6 became 1.7\n"), "{told}");
    let (code, out, told) = run(&["convert", "all.json", "--format", "csv", "-q"]);
    assert_eq!((code, out.lines().count(), &*told), (Some(0), 3, ""));
    let (code, out, _) = run(&["merge", "sbom.json", "cbom.json", "--link", "-q"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("\"url\": \"urn:cdx:99999999-2222-4333-8444-555555555555/1\""));
    let (code, _, told) = run(&["merge", "sbom.json", "broken.json"]);
    assert_eq!(code, Some(2));
    assert!(
        told.contains(
            "broken.json is no CycloneDX JSON: the name \"a\" stands twice in one object"
        ),
        "{told}"
    );
    assert_eq!(run(&["merge", "-", "-"]).0, Some(2));
    assert_eq!(run(&["merge", "sbom.json"]).0, Some(2));
    assert_eq!(run(&["validate", "broken.json"]).0, Some(2));
}

/// Documents that nobody would write, but everybody could.
fn any_component(asset: bool) -> impl Strategy<Value = Value> {
    let text = "[a-c]{1,2}";
    (text, prop::option::of(text), prop::option::of("[12]"), prop::option::of(text), prop::collection::vec((text, text), 0..3), prop::option::of("[0-3]{2}"), 0..4u8).prop_map(
        move |(name, group, version, reference, properties, hash, level)| {
            let mut component = Map::new();
            let kind = if asset { "cryptographic-asset" } else { "library" };
            component.insert("type".into(), kind.into());
            component.insert("name".into(), name.clone().into());
            let path = format!("/{name}/package.json");
            let purl = version.as_ref().map(|version| format!("pkg:npm/{name}@{version}"));
            for (key, value) in [("group", group), ("version", version), ("bom-ref", reference)] {
                if let Some(value) = value {
                    component.insert(key.into(), value.into());
                }
            }
            let mut list: Vec<Value> = properties.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            if asset {
                component.insert("cryptoProperties".into(), json!({ "assetType": "algorithm", "algorithmProperties": { "primitive": "hash", "nistQuantumSecurityLevel": level } }));
                component.insert("evidence".into(), json!({ "occurrences": [{ "location": format!("{name}/x.js"), "line": level }] }));
            } else {
                if let Some(purl) = purl {
                    component.insert("purl".into(), purl.into());
                }
                list.push(json!({ "name": "syft:location:0:path", "value": path }));
            }
            if let Some(hash) = hash {
                component.insert("hashes".into(), json!([{ "alg": "SHA-256", "content": hash }]));
            }
            component.insert("properties".into(), Value::Array(list));
            Value::Object(component)
        },
    )
}

fn any_bom(assets: bool) -> impl Strategy<Value = Value> {
    let components = (
        prop::collection::vec(any_component(false), 0..5),
        prop::collection::vec(any_component(true), 0..5),
    );
    let edges = prop::collection::vec(
        (
            "[a-c]{1,2}",
            prop::collection::btree_set("[a-c]{1,2}", 0..3),
            any::<bool>(),
        ),
        0..4,
    );
    (components, edges, prop::option::of(any_component(false)), prop::bool::ANY).prop_map(move |((software, crypto), edges, subject, nest)| {
        let mut list = software;
        if assets {
            list.extend(crypto)
        }
        // One reference, one component.
        let mut seen = BTreeSet::new();
        let mut unique = |component: &mut Value| {
            let reference = component.get("bom-ref").and_then(Value::as_str).map(str::to_owned);
            if reference.is_some_and(|reference| !seen.insert(reference)) {
                component.as_object_mut().expect("an object").remove("bom-ref");
            }
        };
        list.iter_mut().for_each(&mut unique);
        let mut subject = subject;
        subject.iter_mut().for_each(&mut unique);
        if nest && list.len() > 1 {
            let inner = list.pop().expect("there are two");
            list[0]["components"] = json!([inner]);
        }
        let edges: Vec<Value> = edges.into_iter().map(|(from, to, provides)| {
            json!({ "ref": from, if provides { "provides" } else { "dependsOn" }: to })
        }).collect();
        let mut bom = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": list, "dependencies": edges });
        if let Some(subject) = subject {
            bom["metadata"] = json!({ "component": subject })
        }
        bom
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_ever_lost(sbom in any_bom(false), one in any_bom(true), two in any_bom(true)) {
        let cboms = [one, two];
        let result = merged(&sbom, &cboms);
        prop_assert_eq!(holds(&result.document, &without_head(&sbom), ""), Ok(()));
        for (number, cbom) in cboms.iter().enumerate() {
            let again = cboms[..number].contains(cbom);
            if !again {
                prop_assert_eq!(has_cbom(&result, number, cbom), Ok(()));
            }
        }
        prop_assert_eq!(&merged(&result.document, &cboms).document, &result.document);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = merge::Source::read(&bytes);
        let _ = document::read(&bytes);
    }
}

/// Run by `.ci/run`, which installs the validators: `cyclonedx-python-lib` below `target/validators/`.
#[test]
#[ignore = "needs the official validator, which .ci/run installs"]
fn the_official_validators_accept_what_is_merged_and_converted() {
    const SCRIPT: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
bad = 0
for argument in sys.argv[1:]:
    version, path = argument.split(':', 1)
    error = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(open(path, encoding='utf-8').read())
    if error:
        bad = 1
        print(path, str(error)[:2000])
sys.exit(bad)
";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cbom");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let mut arguments = Vec::new();
    let mut add = |name: String, document: &Value| {
        let path = folder.join(name.replace(' ', "-"));
        fs::write(&path, document.to_string()).expect("the target folder can be written");
        let version = document["specVersion"].as_str().expect("a version");
        arguments.push(format!("{version}:{}", path.display()))
    };
    for (what, sbom) in sboms() {
        add(
            format!("{what}-linked.json"),
            &linked(&sbom, &ours(SpecVersion::V1_7)).document,
        );
        for version in VERSIONS {
            let result = merged(&sbom, &[ours(version), theirs()]).document;
            add(format!("{what}-{}.json", version.name()), &result);
            for to in VERSIONS {
                add(
                    format!("{what}-{}-{}.json", version.name(), to.name()),
                    &converted(&result, to),
                )
            }
        }
    }
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/validators/bin/python");
    let output = std::process::Command::new(&python)
        .args(["-c", SCRIPT])
        .args(&arguments)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
