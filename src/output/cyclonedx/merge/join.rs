//! Two components that are one: when assets are the same, and how one takes up what the other says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::output::cyclonedx::document::{objects, say_all, union, word};

/// The names of components by `bom-ref`.
pub(super) type Names = BTreeMap<String, String>;

/// The names of all components of a document, those inside of others included.
pub(super) fn names(document: &Map<String, Value>) -> Names {
    fn inside(around: &Map<String, Value>, to: &mut Names) {
        for component in objects(around, "components") {
            let reference = word(component, "bom-ref");
            if !reference.is_empty() {
                to.insert(reference.to_owned(), word(component, "name").to_owned());
            }
            inside(component, to)
        }
    }
    let mut names = Names::new();
    inside(document, &mut names);
    names
}

/// Whether an asset has an id of pqscan, which is made from what the asset is.
pub(super) fn is_own(asset: &Map<String, Value>) -> bool {
    word(asset, "bom-ref").starts_with("crypto/")
        && objects(asset, "properties").any(|property| word(property, "name") == "pqscan:kind")
}

/// An asset, and the names of what it refers to.
#[derive(Clone, Copy)]
pub(super) struct Asset<'a> {
    pub(super) component: &'a Map<String, Value>,
    pub(super) names: &'a Names,
}

/// Whether two assets of equal group, name and version are one: by the id of pqscan; algorithms of equal parameters where neither contradicts the other;
/// certificates and keys by a number that nothing else has, protocols where they are equal. A name is too little: there are many
/// certificates of one name, and many keys of one size.
pub(super) fn is_same(one: Asset<'_>, other: Asset<'_>) -> bool {
    if is_own(one.component) && is_own(other.component) {
        return word(one.component, "bom-ref") == word(other.component, "bom-ref");
    }
    let crypto = |asset: Asset<'_>| asset.component.get("cryptoProperties").cloned();
    let (Some(mut a), Some(mut b)) = (crypto(one), crypto(other)) else {
        return false;
    };
    named(&mut a, one.names);
    named(&mut b, other.names);
    let kind = |value: &Value| {
        value
            .get("assetType")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    if kind(&a) != kind(&b) {
        return false;
    }
    let both = |pointer: &str| match (a.pointer(pointer), b.pointer(pointer)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    };
    match kind(&a).as_deref() {
        Some("algorithm") => {
            both("/algorithmProperties/primitive")
                && parameters(&a) == parameters(&b)
                && !contradicts(&a, &b)
        }
        Some("certificate") => {
            let at = |field: &str| both(&format!("/certificateProperties/{field}"));
            at("fingerprint")
                || (at("issuerName") && at("serialNumber"))
                || (at("issuerName")
                    && at("subjectName")
                    && at("notValidBefore")
                    && at("notValidAfter"))
        }
        Some("related-crypto-material") => {
            let at = |field: &str| both(&format!("/relatedCryptoMaterialProperties/{field}"));
            at("type") && (at("fingerprint") || at("id"))
        }
        Some("protocol") => a == b,
        _ => false,
    }
}

/// What makes an algorithm this one. Absent is a value like any other: AES of a size that nobody knows is not AES-128.
fn parameters(crypto: &Value) -> [Option<&str>; 6] {
    let of = |key: &str| crypto.pointer("/algorithmProperties")?.get(key)?.as_str();
    let curve = of("ellipticCurve").map(|curve| curve.rsplit('/').next().unwrap_or(curve));
    [
        of("parameterSetIdentifier"),
        of("mode"),
        of("padding"),
        of("executionEnvironment"),
        of("implementationPlatform"),
        curve.or_else(|| of("curve")),
    ]
}

/// Puts names in the place of references, which differ from document to document.
fn named(value: &mut Value, names: &Names) {
    crate::output::cyclonedx::refs::each(value, &mut |_, reference| {
        if let Some(name) = names.get(reference) {
            reference.clone_from(name)
        }
    });
}

/// Whether two values say different things of the same. What only one says is no contradiction.
fn contradicts(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .any(|(key, value)| b.get(key).is_some_and(|other| contradicts(value, other))),
        (Value::Array(a), Value::Array(b)) => {
            let set = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            // What is done with an algorithm is not what it is.
            set(a).is_disjoint(&set(b)) && !(a.is_empty() || b.is_empty()) && !is_functions(a)
        }
        _ => a != b,
    }
}

fn is_functions(list: &[Value]) -> bool {
    let words = [
        "keygen",
        "encrypt",
        "decrypt",
        "digest",
        "tag",
        "keyderive",
        "sign",
        "verify",
    ];
    let more = ["generate", "encapsulate", "decapsulate", "other", "unknown"];
    list.iter().all(|word| {
        let word = word.as_str().unwrap_or_default();
        words.contains(&word) || more.contains(&word)
    })
}

/// By these a component is what it is: one of them taken up from elsewhere would make it another to consumers.
const IDENTITY: [&str; 9] = [
    "type", "bom-ref", "group", "name", "version", "purl", "cpe", "swid", "scope",
];
/// Lists without an order, in which items of both may stand.
const LISTS: [&str; 13] = [
    "authors",
    "certificateExtensions",
    "certificationLevel",
    "cipherSuites",
    "cryptoFunctions",
    "cryptoRefArray",
    "externalReferences",
    "identity",
    "lifecycles",
    "occurrences",
    "properties",
    "relatedCryptographicAssets",
    "tags",
];

/// One component takes up what another says of the same thing. Nothing of it changes: lists get longer, absent fields come; what contradicts
/// it, and what makes up the other's identity, goes into properties `pqscan:merge:*`. Components inside of it are not looked at.
pub(super) fn fold(into: &mut Map<String, Value>, from: Map<String, Value>) {
    let mut left = Vec::new();
    for (key, value) in from {
        if key == "components" || key == "signature" || into.get(&key) == Some(&value) {
            continue;
        }
        if IDENTITY.contains(&&*key) {
            if key != "bom-ref" {
                left.push((key, value))
            }
            continue;
        }
        join(into, key.clone(), value, &key, &mut left)
    }
    say_all(into, "pqscan:merge:", left)
}

/// Puts a field into an object, beside what is there.
pub(super) fn join(
    into: &mut Map<String, Value>,
    key: String,
    value: Value,
    pointer: &str,
    left: &mut Vec<(String, Value)>,
) {
    let Some(there) = into.get_mut(&key) else {
        into.insert(key, value);
        return;
    };
    match (there, value) {
        (there, value) if *there == value => {}
        (Value::Object(there), Value::Object(more)) => {
            for (key, value) in more {
                let pointer = format!("{pointer}/{key}");
                join(there, key, value, &pointer, left)
            }
        }
        (Value::Array(there), Value::Array(more)) if key == "hashes" => {
            for hash in more {
                let same = |other: &&Value| other.get("alg") == hash.get("alg");
                match there.iter().find(same) {
                    Some(other) if *other == hash => {}
                    Some(_) => left.push((pointer.to_owned(), hash)),
                    None => there.push(hash),
                }
            }
        }
        (Value::Array(there), Value::Array(more)) if LISTS.contains(&&*key) => union(there, more),
        (_, value) => left.push((pointer.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(a: &Value, b: &Value) -> bool {
        let names = Names::new();
        is_same(
            Asset {
                component: a.as_object().unwrap(),
                names: &names,
            },
            Asset {
                component: b.as_object().unwrap(),
                names: &names,
            },
        )
    }

    fn algorithm(properties: Value) -> Value {
        json!({ "name": "AES", "cryptoProperties": { "assetType": "algorithm", "algorithmProperties": properties } })
    }

    fn certificate(properties: Value) -> Value {
        json!({ "name": "c", "cryptoProperties": { "assetType": "certificate", "certificateProperties": properties } })
    }

    #[test]
    fn algorithms_of_equal_parameters_are_one_where_neither_contradicts_the_other() {
        let plain = algorithm(json!({ "primitive": "ae", "cryptoFunctions": ["encrypt"] }));
        let more = algorithm(
            json!({ "primitive": "ae", "algorithmFamily": "AES", "nistQuantumSecurityLevel": 1, "cryptoFunctions": ["decrypt"] }),
        );
        let level = algorithm(json!({ "primitive": "ae", "nistQuantumSecurityLevel": 5 }));
        let sized = algorithm(json!({ "primitive": "ae", "parameterSetIdentifier": "128" }));
        assert!(same(&plain, &more));
        assert!(same(&plain, &level));
        assert!(!same(&more, &level));
        assert!(!same(&plain, &sized));
        assert!(!same(
            &plain,
            &algorithm(json!({ "primitive": "block-cipher" }))
        ));
        assert!(!same(&plain, &algorithm(json!({}))));
    }

    #[test]
    fn a_name_does_not_make_certificates_one() {
        let named =
            certificate(json!({ "subjectName": "CN=example.org", "issuerName": "CN=Example CA" }));
        let numbered = certificate(
            json!({ "subjectName": "CN=example.org", "issuerName": "CN=Example CA", "serialNumber": "7" }),
        );
        assert!(!same(&named, &named));
        assert!(!same(&named, &numbered));
        assert!(same(&numbered, &numbered));
    }

    #[test]
    fn what_contradicts_is_kept_as_property() {
        let mut into = json!({ "name": "a", "description": "x", "hashes": [{ "alg": "SHA-256", "content": "00" }] });
        let from = json!({
            "name": "b", "bom-ref": "r", "description": "y", "copyright": "z",
            "hashes": [{ "alg": "SHA-256", "content": "11" }, { "alg": "MD5", "content": "22" }],
            "properties": [{ "name": "p", "value": "1" }],
        });
        fold(
            into.as_object_mut().unwrap(),
            from.as_object().unwrap().clone(),
        );
        assert_eq!(
            into,
            json!({
                "name": "a", "description": "x", "copyright": "z",
                "hashes": [{ "alg": "SHA-256", "content": "00" }, { "alg": "MD5", "content": "22" }],
                "properties": [
                    { "name": "p", "value": "1" },
                    { "name": "pqscan:merge:name", "value": "b" },
                    { "name": "pqscan:merge:description", "value": "y" },
                    { "name": "pqscan:merge:hashes", "value": "{\"alg\":\"SHA-256\",\"content\":\"11\"}" },
                ],
            })
        );
    }
}
