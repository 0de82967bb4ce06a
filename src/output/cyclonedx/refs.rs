//! Where a CycloneDX document refers to its own parts: which fields hold a `bom-ref` (specification 1.7, `refLinkType` and `refType` of the
//! schema), so that parts can get other names without a reference going astray.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Fields that hold a reference, or a list of them, wherever they stand. Lists of objects under these names are no references.
const KEYS: [&str; 34] = [
    "bom-ref",
    "ref",
    "algorithm",
    "algorithmRef",
    "algorithms",
    "assemblies",
    "assessor",
    "asserter",
    "attributedTo",
    "auth",
    "claims",
    "counterClaims",
    "counterEvidence",
    "cryptoRefArray",
    "dependencies",
    "dependsOn",
    "encr",
    "evidence",
    "integ",
    "ke",
    "members",
    "mitigationStrategies",
    "parent",
    "patentRefs",
    "prf",
    "process",
    "provides",
    "requirement",
    "requirements",
    "signatureAlgorithmRef",
    "subjectPublicKeyRef",
    "subjects",
    "target",
    "tools",
];

/// Fields in which nothing is a reference, whatever its name: what anybody may write, and signatures, whose `algorithm` is one of JSF.
const OTHERS: [&str; 3] = ["properties", "signature", "externalReferences"];

/// Calls back with every reference in a value, `bom-ref` itself included.
pub(super) fn each(value: &mut Value, to: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| each(item, to)),
        Value::Object(map) => each_of(map, to),
        _ => {}
    }
}

fn each_of(map: &mut Map<String, Value>, to: &mut impl FnMut(&str, &mut String)) {
    for (key, value) in map.iter_mut() {
        if OTHERS.contains(&&**key) {
            continue;
        }
        let is_reference = KEYS.contains(&&**key);
        match value {
            Value::String(reference) if is_reference => to(key, reference),
            Value::Array(list) if is_reference => {
                for item in list {
                    match item {
                        Value::String(reference) => to(key, reference),
                        other => each(other, to),
                    }
                }
            }
            other => each(other, to),
        }
    }
    // A vulnerability is referred to by one list only, and is a list of objects elsewhere.
    if let Some(Value::Array(list)) = map.get_mut("vulnerabilities") {
        for item in list {
            if let Value::String(reference) = item {
                to("vulnerabilities", reference)
            }
        }
    }
}

/// Gives parts other names, and what refers to them with it.
pub(super) fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    each(value, &mut |_, reference| {
        if let Some(name) = names.get(reference) {
            reference.clone_from(name)
        }
    });
}

/// Every `bom-ref` in a value.
pub(super) fn defined(value: &Value, to: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| defined(item, to)),
        Value::Object(map) => {
            if let Some(reference) = map.get("bom-ref").and_then(Value::as_str) {
                to.insert(reference.to_owned());
            }
            map.values().for_each(|item| defined(item, to))
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_that_refers_is_renamed_and_nothing_else() {
        let mut document = json!({
            "name": "a", "bom-ref": "a", "properties": [{ "name": "ref", "value": "a" }],
            "signature": { "algorithm": "a" },
            "evidence": { "identity": [{ "tools": ["a"] }] },
            "dependencies": [{ "ref": "a", "dependsOn": ["a", "b"] }],
            "compositions": [{ "dependencies": ["a"], "vulnerabilities": ["a"] }],
            "cryptoProperties": { "protocolProperties": { "ikev2TransformTypes": { "encr": [{ "name": "a", "algorithm": "a" }], "prf": ["a"] } } },
        });
        rename(
            &mut document,
            &BTreeMap::from([("a".to_owned(), "z".to_owned())]),
        );
        assert_eq!(
            document,
            json!({
                "name": "a", "bom-ref": "z", "properties": [{ "name": "ref", "value": "a" }],
                "signature": { "algorithm": "a" },
                "evidence": { "identity": [{ "tools": ["z"] }] },
                "dependencies": [{ "ref": "z", "dependsOn": ["z", "b"] }],
                "compositions": [{ "dependencies": ["z"], "vulnerabilities": ["z"] }],
                "cryptoProperties": { "protocolProperties": { "ikev2TransformTypes": { "encr": [{ "name": "a", "algorithm": "z" }], "prf": ["z"] } } },
            })
        );
    }
}
