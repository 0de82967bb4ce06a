//! From 1.7 to 1.6: what 1.6 has no field or word for moves into properties.

use serde_json::{Map, Value, json};

use super::{NEWER, STAND_IN, holders, leads_on, segment};
use crate::output::cyclonedx::document::{say_all, word};

/// What is moved, by JSON pointer within its component, service or document.
#[derive(Default)]
struct Stash {
    moved: Vec<(String, Value)>,
    stand_ins: Vec<String>,
}

/// Makes the content that of 1.6. The number of fields that moved.
pub(super) fn down(bom: &mut Map<String, Value>) -> usize {
    let mut number = 0;
    holders(bom, &mut |holder, is_document| {
        let mut stash = Stash::default();
        if is_document {
            stash.take(holder, "citations", "")
        } else {
            for key in ["isExternal", "versionRange", "patentAssertions"] {
                stash.take(holder, key, "")
            }
        }
        object(holder, "", "", &mut stash);
        number += stash.moved.len();
        let moved = stash.moved.into_iter();
        let moved = moved.map(|(pointer, value)| (pointer, Value::String(value.to_string())));
        say_all(holder, NEWER, moved.collect());
        let stand_ins = stash.stand_ins.into_iter();
        say_all(
            holder,
            STAND_IN,
            stand_ins.map(|pointer| (pointer, "".into())).collect(),
        )
    });
    number
}

impl Stash {
    /// Takes a field out of an object.
    fn take(&mut self, from: &mut Map<String, Value>, key: &str, pointer: &str) {
        if let Some(value) = from.shift_remove(key) {
            self.moved.push((format!("{pointer}/{key}"), value))
        }
    }

    /// Puts another value into the place of a field.
    fn replace(&mut self, object: &mut Map<String, Value>, key: &str, pointer: &str, by: Value) {
        if let Some(value) = object.insert(key.to_owned(), by) {
            self.moved.push((format!("{pointer}/{key}"), value))
        }
    }

    /// Says in a field of 1.6 what one of 1.7 says, where it says nothing yet.
    fn stand_in(
        &mut self,
        object: &mut Map<String, Value>,
        key: &str,
        pointer: &str,
        value: Value,
    ) {
        if !object.contains_key(key) {
            object.insert(key.to_owned(), value);
            self.stand_ins.push(format!("{pointer}/{key}"))
        }
    }
}

fn object(map: &mut Map<String, Value>, key: &str, pointer: &str, stash: &mut Stash) {
    match key {
        "algorithmProperties" => algorithm(map, pointer, stash),
        "certificateProperties" => certificate(map, pointer, stash),
        "relatedCryptoMaterialProperties" => material(map, pointer, stash),
        "protocolProperties" => protocol(map, pointer, stash),
        "metadata" => stash.take(map, "distributionConstraints", pointer),
        "definitions" => stash.take(map, "patents", pointer),
        "externalReferences" => {
            stash.take(map, "properties", pointer);
            let newer = ["patent", "patent-family", "patent-assertion", "citation"];
            if newer.contains(&word(map, "type")) {
                stash.replace(map, "type", pointer, "other".into())
            }
        }
        _ => {}
    }
    if let Some(Value::Array(list)) = map.get("licenses")
        && let Some(plain) = licenses(list)
    {
        stash.replace(map, "licenses", pointer, plain)
    }
    if let Some(Value::Array(list)) = map.get("hashes") {
        let is_known = |hash: &&Value| {
            let algorithm = hash.get("alg").and_then(Value::as_str).unwrap_or_default();
            !algorithm.starts_with("Streebog")
        };
        let known: Vec<Value> = list.iter().filter(is_known).cloned().collect();
        if known.len() < list.len() {
            stash.replace(map, "hashes", pointer, Value::Array(known))
        }
    }
    for (key, value) in map.iter_mut() {
        if !leads_on(key) {
            inside(value, key, &format!("{pointer}/{}", segment(key)), stash)
        }
    }
}

fn inside(value: &mut Value, key: &str, pointer: &str, stash: &mut Stash) {
    match value {
        Value::Object(map) => object(map, key, pointer, stash),
        Value::Array(list) => {
            for (number, item) in list.iter_mut().enumerate() {
                inside(item, key, &format!("{pointer}/{number}"), stash)
            }
        }
        _ => {}
    }
}

fn algorithm(map: &mut Map<String, Value>, pointer: &str, stash: &mut Stash) {
    // `nist/P-256`: the family before the name is the registry's. 1.6 has free text.
    let curve = word(map, "ellipticCurve")
        .split_once('/')
        .map(|(_, name)| name.to_owned());
    stash.take(map, "algorithmFamily", pointer);
    stash.take(map, "ellipticCurve", pointer);
    if let Some(curve) = curve {
        stash.stand_in(map, "curve", pointer, curve.into())
    }
    if word(map, "primitive") == "key-wrap" {
        stash.replace(map, "primitive", pointer, "other".into())
    }
}

/// The one reference of a type; none where there are several.
fn related(map: &Map<String, Value>, kind: &str) -> Option<Value> {
    let list = map.get("relatedCryptographicAssets")?.as_array()?;
    let mut found = list
        .iter()
        .filter(|item| item.get("type").and_then(Value::as_str) == Some(kind));
    match (found.next(), found.next()) {
        (Some(one), None) => one.get("ref").cloned(),
        _ => None,
    }
}

fn certificate(map: &mut Map<String, Value>, pointer: &str, stash: &mut Stash) {
    let signature = related(map, "algorithm");
    let key = related(map, "publicKey");
    let ending = map.get("certificateFileExtension").cloned();
    for key in [
        "serialNumber",
        "certificateFileExtension",
        "fingerprint",
        "certificateState",
        "creationDate",
        "activationDate",
        "deactivationDate",
        "revocationDate",
        "destructionDate",
        "certificateExtensions",
        "relatedCryptographicAssets",
    ] {
        stash.take(map, key, pointer)
    }
    for (key, value) in [
        ("signatureAlgorithmRef", signature),
        ("subjectPublicKeyRef", key),
        ("certificateExtension", ending),
    ] {
        if let Some(value) = value {
            stash.stand_in(map, key, pointer, value)
        }
    }
}

fn material(map: &mut Map<String, Value>, pointer: &str, stash: &mut Stash) {
    let algorithm = related(map, "algorithm");
    stash.take(map, "fingerprint", pointer);
    stash.take(map, "relatedCryptographicAssets", pointer);
    if let Some(algorithm) = algorithm {
        stash.stand_in(map, "algorithmRef", pointer, algorithm)
    }
}

fn protocol(map: &mut Map<String, Value>, pointer: &str, stash: &mut Stash) {
    let newer = [
        "dtls",
        "quic",
        "eap-aka",
        "eap-aka-prime",
        "prins",
        "5g-aka",
    ];
    if newer.contains(&word(map, "type")) {
        stash.replace(map, "type", pointer, "other".into())
    }
    let refs = |list: &Value, key: &str| -> Vec<Value> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|item| item.get(key).cloned()).collect()
    };
    if let Some(related) = map.shift_remove("relatedCryptographicAssets") {
        let all = refs(&related, "ref");
        stash
            .moved
            .push((format!("{pointer}/relatedCryptographicAssets"), related));
        if !all.is_empty() {
            stash.stand_in(map, "cryptoRefArray", pointer, Value::Array(all))
        }
    }
    if let Some(Value::Array(suites)) = map.get_mut("cipherSuites") {
        for (number, suite) in suites.iter_mut().enumerate() {
            if let Value::Object(suite) = suite {
                let pointer = format!("{pointer}/cipherSuites/{number}");
                stash.take(suite, "tlsGroups", &pointer);
                stash.take(suite, "tlsSignatureSchemes", &pointer)
            }
        }
    }
    if let Some(Value::Object(transforms)) = map.get_mut("ikev2TransformTypes") {
        let pointer = format!("{pointer}/ikev2TransformTypes");
        for key in ["encr", "prf", "integ", "ke", "auth"] {
            let Some(list) = transforms.get(key) else {
                continue;
            };
            let is_newer = |list: &Vec<Value>| list.iter().any(Value::is_object);
            if list.as_array().is_some_and(is_newer) {
                // A transform without a reference has none in 1.6 either.
                let plain = refs(list, "algorithm");
                stash.replace(transforms, key, &pointer, Value::Array(plain))
            }
        }
    }
}

/// 1.6 has either licences or one plain expression. `None` where that is what there is.
fn licenses(list: &[Value]) -> Option<Value> {
    let is_expression = |item: &Value| item.get("expression").is_some();
    let newer = |item: &Value| {
        ["expressionDetails", "licensing", "properties"]
            .iter()
            .any(|key| item.get(key).is_some())
    };
    if list.len() < 2 || !list.iter().any(is_expression) {
        let [one] = list else { return None };
        if !(is_expression(one) && newer(one)) {
            return None;
        }
        let mut plain = one.as_object()?.clone();
        plain.retain(|key, _| ["expression", "acknowledgement", "bom-ref"].contains(&&**key));
        return Some(json!([plain]));
    }
    let plain = list.iter().map(|item| match item.get("expression") {
        Some(expression) => json!({ "license": { "name": expression } }),
        None => item.clone(),
    });
    Some(Value::Array(plain.collect()))
}
