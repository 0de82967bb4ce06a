//! Checks of the document and of how its parts refer to each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Found;
use super::bom::{Document, items, objects, word};

pub(super) fn spec_version(document: &Document<'_>, found: &mut Found<'_>) {
    if !["1.6", "1.7"].contains(&document.version) {
        found.error(
            "/specVersion",
            format!(
                "\"{}\" is not a version with cryptographic assets that this lint knows (1.6, 1.7)",
                document.version
            ),
        );
    }
}

pub(super) fn serial_number(document: &Document<'_>, found: &mut Found<'_>) {
    let serial = word(document.root, "serialNumber");
    let uuid = serial.strip_prefix("urn:uuid:").unwrap_or_default();
    let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
    let hex = uuid
        .bytes()
        .all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if groups != [8, 4, 4, 4, 12] || !hex {
        found.error("/serialNumber", "missing, or not `urn:uuid:` and a UUID in lower case: nothing can refer to this document");
    }
    if document
        .root
        .get("version")
        .and_then(Value::as_u64)
        .is_none_or(|version| version == 0)
    {
        found.error("/version", "missing, or not a number from 1");
    }
}

pub(super) fn metadata(document: &Document<'_>, found: &mut Found<'_>) {
    let metadata = document.root.get("metadata").unwrap_or(&Value::Null);
    for (key, why) in [
        ("tools", "who made this document"),
        ("component", "what it describes"),
        ("lifecycles", "at which stage of the life cycle"),
    ] {
        if metadata.get(key).is_none() {
            found.warning(
                format!("/metadata/{key}"),
                format!("missing: nobody can tell {why}"),
            )
        }
    }
}

pub(super) fn duplicate_ref(document: &Document<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (pointer, object) in objects(document.root) {
        let Some(reference) = object.get("bom-ref").and_then(Value::as_str) else {
            continue;
        };
        if !seen.insert(reference) {
            found.error(
                pointer,
                format!("`bom-ref` \"{reference}\" is used more than once"),
            )
        }
    }
}

/// Keys whose value is a reference or a list of references, wherever they stand.
const REFERENCES: [&str; 12] = [
    "algorithmRef",
    "signatureAlgorithmRef",
    "subjectPublicKeyRef",
    "cryptoRefArray",
    "algorithms",
    "dependsOn",
    "provides",
    "assemblies",
    "encr",
    "prf",
    "integ",
    "auth",
];

pub(super) fn dangling_ref(document: &Document<'_>, found: &mut Found<'_>) {
    let objects = objects(document.root);
    let known: BTreeSet<&str> = objects
        .iter()
        .filter_map(|(_, object)| object.get("bom-ref").and_then(Value::as_str))
        .collect();
    for (pointer, object) in objects {
        let related = pointer.contains("/relatedCryptographicAssets/")
            || is_child_of(&pointer, "dependencies");
        let mut keys: Vec<&str> = REFERENCES.to_vec();
        if related {
            keys.push("ref")
        }
        if pointer.contains("/identity") {
            keys.push("tools")
        }
        if is_child_of(&pointer, "compositions") {
            keys.push("dependencies")
        }
        for key in keys {
            let targets: Vec<&Value> = match object.get(key) {
                Some(Value::Array(list)) => list.iter().collect(),
                Some(other) => vec![other],
                None => continue,
            };
            for target in targets.into_iter().filter_map(Value::as_str) {
                if !target.starts_with("urn:cdx:") && !known.contains(target) {
                    found.error(
                        format!("{pointer}/{key}"),
                        format!("\"{target}\" refers to nothing in this document"),
                    );
                }
            }
        }
    }
}

/// Whether a pointer is `/<list>/<number>`.
fn is_child_of(pointer: &str, list: &str) -> bool {
    pointer
        .strip_prefix('/')
        .and_then(|rest| rest.strip_prefix(list))
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

pub(super) fn not_in_dependencies(document: &Document<'_>, found: &mut Found<'_>) {
    let listed: BTreeSet<&str> = items(document.root, "dependencies")
        .map(|dependency| word(dependency, "ref"))
        .collect();
    for component in document
        .assets()
        .filter(|component| !listed.contains(component.word("bom-ref")))
    {
        found.warning(
            component.at(),
            "has no element in `dependencies`: whether it depends on something is not said",
        );
    }
}

pub(super) fn duplicate_identity(document: &Document<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for component in &document.components {
        let identity = (
            component.word("group"),
            component.word("name"),
            component.word("version"),
            component.word("purl"),
        );
        if seen.insert(identity) {
            continue;
        }
        // A package that is installed at two places is one to consumers, and nothing is lost; of two assets one is.
        if component.word("purl").is_empty() {
            found.error(component.at(), "another component has the same group, name and version: consumers merge them and lose one");
        } else {
            found.warning(
                component.at(),
                "another component is the same package: consumers merge them",
            );
        }
    }
}

pub(super) fn no_ref(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document
        .assets()
        .filter(|component| component.word("bom-ref").is_empty())
    {
        found.error(
            component.at(),
            "has no `bom-ref`: viewers refuse it, and nothing can refer to it",
        );
    }
}

/// The object that holds the properties of each type of asset.
const OBJECTS: [(&str, &str); 4] = [
    ("algorithm", "algorithmProperties"),
    ("certificate", "certificateProperties"),
    ("related-crypto-material", "relatedCryptoMaterialProperties"),
    ("protocol", "protocolProperties"),
];

pub(super) fn asset_type(document: &Document<'_>, found: &mut Found<'_>) {
    for component in &document.components {
        let is_asset = component.word("type") == "cryptographic-asset";
        let Some(crypto) = component.crypto() else {
            if is_asset {
                found.error(
                    component.at(),
                    "is a cryptographic asset without `cryptoProperties`",
                )
            }
            continue;
        };
        if !is_asset {
            found.error(
                component.at(),
                format!(
                    "has `cryptoProperties` and is of type \"{}\"",
                    component.word("type")
                ),
            )
        }
        let of = word(crypto, "assetType");
        for (kind, object) in OBJECTS {
            match (crypto.get(object).is_some(), kind == of) {
                (true, false) => found.error(
                    component.at(),
                    format!("is of asset type \"{of}\" and has `{object}`"),
                ),
                (false, true) => found.warning(
                    component.at(),
                    format!(
                        "is of asset type \"{of}\" and has no `{object}`: consumers call it unknown"
                    ),
                ),
                _ => {}
            }
        }
    }
}

pub(super) fn other_version(document: &Document<'_>, found: &mut Found<'_>) {
    if document.version != "1.6" {
        return;
    }
    let newer = [
        "algorithmFamily",
        "ellipticCurve",
        "relatedCryptographicAssets",
        "tlsGroups",
        "tlsSignatureSchemes",
    ];
    for component in document.assets() {
        for (_, object) in component.crypto().map(objects).unwrap_or_default() {
            for key in newer.into_iter().filter(|&key| object.contains_key(key)) {
                found.error(
                    component.at(),
                    format!("`{key}` came with 1.7, and this document is 1.6"),
                );
            }
            if object.get("primitive").and_then(Value::as_str) == Some("key-wrap") {
                found.error(
                    component.at(),
                    "the primitive `key-wrap` came with 1.7, and this document is 1.6",
                );
            }
        }
    }
}

pub(super) fn no_algorithm(document: &Document<'_>, found: &mut Found<'_>) {
    const KEYS: [&str; 4] = ["key", "private-key", "public-key", "secret-key"];
    for component in document.assets() {
        let Some(crypto) = component.crypto() else {
            continue;
        };
        let properties = match word(crypto, "assetType") {
            "certificate" => crypto.get("certificateProperties"),
            "related-crypto-material" => crypto
                .get("relatedCryptoMaterialProperties")
                .filter(|material| KEYS.contains(&word(material, "type"))),
            _ => None,
        };
        let Some(properties) = properties else {
            continue;
        };
        let refers = [
            "algorithmRef",
            "signatureAlgorithmRef",
            "subjectPublicKeyRef",
        ]
        .iter()
        .any(|key| properties.get(key).is_some())
            || items(properties, "relatedCryptographicAssets")
                .next()
                .is_some();
        if !refers {
            found.warning(
                component.at(),
                "refers to no algorithm: consumers cannot tell whether it is safe",
            )
        }
    }
}

/// 1.7 deprecates some references and keeps them; where both forms are written, they must agree.
pub(super) fn unequal_refs(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        for (_, object) in component.crypto().map(objects).unwrap_or_default() {
            let Some(Value::Array(related)) = object.get("relatedCryptographicAssets") else {
                continue;
            };
            let related: BTreeSet<&str> =
                related.iter().map(|related| word(related, "ref")).collect();
            for key in [
                "algorithmRef",
                "signatureAlgorithmRef",
                "subjectPublicKeyRef",
            ] {
                let Some(reference) = object.get(key).and_then(Value::as_str) else {
                    continue;
                };
                if !related.contains(reference) {
                    found.error(component.at(), format!("`{key}` is \"{reference}\", which `relatedCryptographicAssets` does not hold"));
                }
            }
        }
    }
}
