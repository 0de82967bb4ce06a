//! A CBOM for each repository, and one that links them: others' tools read them without this program.

use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::organisation::Organisation;
use super::run::{Error, Fetched, Judge, TOGETHER, fetch};
use super::state::State;
use super::store::{self, Store};
use crate::output::{Format as _, Options, cyclonedx::CycloneDx, stream};

/// The name of the one that links the others.
pub const ROLL_UP: &str = "organisation.cdx.json";

/// A CBOM that was written.
struct Written {
    repository: String,
    file: String,
    serial: String,
    version: u64,
}

/// Writes the CBOMs of all repositories with a result below a folder: `put` writes a file. Gives how many there are, the roll-up not counted.
///
/// # Errors
/// When a result cannot be read or judged, or a file not written.
pub async fn export(
    state: &State,
    store: &Store,
    judge: &Judge,
    organisation: &Organisation,
    put: &(dyn Fn(&Path, &[u8]) -> io::Result<()> + Sync),
) -> Result<usize, Error> {
    let all = state.with_results().await?;
    let mut written = Vec::with_capacity(all.len());
    for some in all.chunks(TOGETHER) {
        let some: Vec<Written> = fetch(store, some)
            .await?
            .into_par_iter()
            .map(|fetched| {
                let document = cbom(judge, &fetched)?;
                let repository = fetched.of;
                let file = file_name(&repository.name, &repository.repository);
                put(Path::new(&file), &document).map_err(|error| {
                    Error::Store(store::Error::Unavailable(format!("{file}: {error}")))
                })?;
                let (serial, version) = identity(&document);
                Ok(Written {
                    repository: repository.name,
                    file,
                    serial,
                    version,
                })
            })
            .collect::<Result<_, Error>>()?;
        written.extend(some);
    }
    let number = written.len();
    let mut document = Vec::new();
    stream::pretty(&mut document, &roll_up(organisation, &written))
        .map_err(|error| Error::Store(store::Error::Unavailable(error.to_string())))?;
    put(Path::new(ROLL_UP), &document)
        .map_err(|error| Error::Store(store::Error::Unavailable(format!("{ROLL_UP}: {error}"))))?;
    Ok(number)
}

/// The CBOM of a repository.
fn cbom(judge: &Judge, fetched: &Fetched) -> Result<Vec<u8>, Error> {
    let report = judge.report(fetched)?;
    let mut document = Vec::new();
    CycloneDx
        .write(&report, &Options::default(), &mut document)
        .map_err(|error| Error::NotJudged {
            repository: fetched.of.name.clone(),
            why: error.to_string(),
        })?;
    Ok(document)
}

/// What a BOM-Link names of a document: its serial number without `urn:uuid:`, and its version.
fn identity(document: &[u8]) -> (String, u64) {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let serial = document["serialNumber"].as_str().unwrap_or_default();
    let serial = serial.strip_prefix("urn:uuid:").unwrap_or(serial);
    (serial.to_owned(), document["version"].as_u64().unwrap_or(1))
}

/// The document that links the others (CycloneDX 1.6, BOM-Link): a component for each repository, and how much is in all of them.
fn roll_up(organisation: &Organisation, written: &[Written]) -> Value {
    let components: Vec<Value> = written
        .iter()
        .map(|one| {
            json!({
                "type": "application",
                "bom-ref": format!("repository:{}", one.repository),
                "name": one.repository,
                "externalReferences": [
                    {
                        "type": "bom",
                        "url": format!("urn:cdx:{}/{}", one.serial, one.version),
                        "comment": one.file,
                    }
                ],
            })
        })
        .collect();
    let refs: Vec<&Value> = components.iter().map(|c| &c["bom-ref"]).collect();
    let coverage = &organisation.coverage;
    let totals = &organisation.totals;
    let [p0, p1, p2, p3, p4] = totals.by_band;
    let properties: Vec<Value> = [
        ("pqscan:fleet:repositories", coverage.repositories),
        (
            "pqscan:fleet:scanned",
            coverage.scanned + coverage.unchanged,
        ),
        ("pqscan:fleet:stale", coverage.stale),
        ("pqscan:fleet:failed", coverage.failed),
        ("pqscan:fleet:leftOut", coverage.left_out),
        ("pqscan:fleet:assets", totals.assets),
        ("pqscan:fleet:places", totals.places),
        ("pqscan:fleet:quantumBroken", totals.broken),
        ("pqscan:fleet:postQuantum", totals.ready),
        ("pqscan:fleet:P0", p0),
        ("pqscan:fleet:P1", p1),
        ("pqscan:fleet:P2", p2),
        ("pqscan:fleet:P3", p3),
        ("pqscan:fleet:P4", p4),
    ]
    .iter()
    .map(|(name, value)| json!({ "name": name, "value": value.to_string() }))
    .collect();
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": { "components": [{ "type": "application", "name": "pqscan", "version": env!("CARGO_PKG_VERSION") }] },
            "component": { "type": "platform", "bom-ref": "organisation", "name": organisation.name },
            "properties": properties,
        },
        "components": components,
        "dependencies": [{ "ref": "organisation", "dependsOn": refs }],
    });
    // Made of the content: the same content has the same number.
    let content = serde_json::to_vec(&document).unwrap_or_default();
    let serial = uuid::Uuid::new_v5(
        &uuid::Uuid::NAMESPACE_URL,
        blake3::hash(&content).as_bytes(),
    );
    document["serialNumber"] = json!(format!("urn:uuid:{serial}"));
    document
}

/// The file of a repository's CBOM: names of repositories have slashes, and may have anything.
pub fn file_name(name: &str, id: &str) -> String {
    let plain = name.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => c,
        _ => '_',
    });
    let plain: String = plain.take(80).collect();
    let id = id.get(..12).unwrap_or(id);
    format!("{}-{id}.cdx.json", plain.trim_start_matches(['.', '-']))
}
