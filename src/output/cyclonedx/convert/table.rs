//! The assets of a CBOM of anybody as a table: a row for each, with what the standard's fields say. CSV (RFC 4180) for spreadsheets, or
//! one JSON object a line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::output::cyclonedx::document::{is_asset, objects, word};
use crate::output::fit::harmless;

/// The columns, in their order.
pub const COLUMNS: [&str; 25] = [
    "bom-ref",
    "asset-type",
    "name",
    "version",
    "primitive",
    "family",
    "parameter-set",
    "curve",
    "mode",
    "padding",
    "functions",
    "classical-level",
    "quantum-level",
    "oid",
    "material-type",
    "material-size",
    "subject",
    "issuer",
    "not-after",
    "protocol",
    "protocol-version",
    "used-by",
    "provided-by",
    "places",
    "first-place",
];

/// How to write a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values, with a line of headings.
    Csv,
    /// A JSON object a line, without what is empty.
    JsonLines,
}

/// Writes the assets of a document, and says how many there are.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Value, form: Form, to: &mut dyn Write) -> io::Result<usize> {
    let none = Map::new();
    let bom = document.as_object().unwrap_or(&none);
    let mut assets = Vec::new();
    let mut names = BTreeMap::new();
    if let Some(Value::Object(subject)) = bom.get("metadata").and_then(|m| m.get("component")) {
        names.insert(word(subject, "bom-ref"), word(subject, "name"));
        collect(subject, &mut assets, &mut names)
    }
    collect(bom, &mut assets, &mut names);
    let known: BTreeSet<&str> = assets.iter().map(|asset| word(asset, "bom-ref")).collect();
    let mut users: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for dependency in objects(bom, "dependencies") {
        let from = word(dependency, "ref");
        // Assets that need other assets are no users of them.
        if known.contains(from) {
            continue;
        }
        for key in ["dependsOn", "provides"] {
            let list = dependency.get(key).and_then(Value::as_array);
            for target in list.into_iter().flatten().filter_map(Value::as_str) {
                let name = names.get(from).copied().unwrap_or(from);
                users.entry((key, target)).or_default().insert(name);
            }
        }
    }
    let rows = assets.iter().map(|asset| row(asset, &users));
    match form {
        Form::Csv => {
            let mut csv = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(to);
            csv.write_record(COLUMNS)?;
            for row in rows {
                csv.write_record(row.iter().map(|cell| plain(cell)))?
            }
            csv.flush()?
        }
        Form::JsonLines => {
            for row in rows {
                let cells = COLUMNS.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
                let line: Map<String, Value> = cells
                    .map(|(column, cell)| ((*column).to_owned(), cell.into()))
                    .collect();
                serde_json::to_writer(&mut *to, &line)?;
                writeln!(to)?
            }
        }
    }
    Ok(assets.len())
}

fn collect<'a>(
    around: &'a Map<String, Value>,
    assets: &mut Vec<&'a Map<String, Value>>,
    names: &mut BTreeMap<&'a str, &'a str>,
) {
    for component in objects(around, "components") {
        names.insert(word(component, "bom-ref"), word(component, "name"));
        if is_asset(component) {
            assets.push(component)
        }
        collect(component, assets, names)
    }
}

fn row(
    asset: &Map<String, Value>,
    users: &BTreeMap<(&str, &str), BTreeSet<&str>>,
) -> [String; COLUMNS.len()] {
    let none = Map::new();
    let crypto = asset
        .get("cryptoProperties")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let of = |object: &str, key: &str| text(crypto.get(object).and_then(|o| o.get(key)));
    let algorithm = |key: &str| of("algorithmProperties", key);
    let certificate = |key: &str| of("certificateProperties", key);
    let either = |one: String, other: String| if one.is_empty() { other } else { one };
    let by = |key: &'static str| {
        let found = users.get(&(key, word(asset, "bom-ref")));
        let names: Vec<&str> = found.into_iter().flatten().copied().collect();
        names.join("; ")
    };
    let evidence = asset
        .get("evidence")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let places = objects(evidence, "occurrences").count();
    let first = objects(evidence, "occurrences").next().map(|place| {
        let at = match text(place.get("line")) {
            line if line.is_empty() || line == "0" => String::new(),
            line => format!(":{line}"),
        };
        format!("{}{at}", word(place, "location"))
    });
    [
        text(asset.get("bom-ref")),
        text(crypto.get("assetType")),
        text(asset.get("name")),
        text(asset.get("version")),
        algorithm("primitive"),
        algorithm("algorithmFamily"),
        algorithm("parameterSetIdentifier"),
        either(algorithm("ellipticCurve"), algorithm("curve")),
        algorithm("mode"),
        algorithm("padding"),
        algorithm("cryptoFunctions"),
        algorithm("classicalSecurityLevel"),
        algorithm("nistQuantumSecurityLevel"),
        text(crypto.get("oid")),
        of("relatedCryptoMaterialProperties", "type"),
        of("relatedCryptoMaterialProperties", "size"),
        certificate("subjectName"),
        certificate("issuerName"),
        certificate("notValidAfter"),
        of("protocolProperties", "type"),
        of("protocolProperties", "version"),
        by("dependsOn"),
        by("provides"),
        places.to_string(),
        first.unwrap_or_default(),
    ]
}

/// A value in a cell: lists are joined, objects are left out.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => harmless(text),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(list)) => {
            let texts: Vec<String> = list.iter().map(|item| text(Some(item))).collect();
            texts.join(" ")
        }
        _ => String::new(),
    }
}

/// A cell that no spreadsheet takes for a formula: one that could begin one gets an apostrophe before it.
fn plain(cell: &str) -> String {
    let starts = cell.trim_start().starts_with(['=', '+', '-', '@']);
    if starts {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
