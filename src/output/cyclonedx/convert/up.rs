//! To 1.7: what a conversion to 1.6 put into properties comes back, and what old fields say is said in the new ones.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{NEWER, STAND_IN, holders};
use crate::output::cyclonedx::document::{objects, word};
use crate::output::cyclonedx::registry;

/// Puts back what a conversion to 1.6 moved. The number of fields.
pub(super) fn restore(bom: &mut Map<String, Value>) -> usize {
    let mut number = 0;
    holders(bom, &mut |holder, _| {
        let Some(Value::Array(properties)) = holder.get("properties") else {
            return;
        };
        let mut kept = Vec::new();
        let mut done = 0;
        for property in properties.clone() {
            let text = |key: &str| property.get(key).and_then(Value::as_str);
            let (name, value) = (text("name").unwrap_or_default(), text("value"));
            let is_done = if let Some(pointer) = name.strip_prefix(STAND_IN) {
                take(holder, pointer)
            } else if let Some(pointer) = name.strip_prefix(NEWER)
                && let Some(Ok(value)) = value.map(serde_json::from_str)
                && put(holder, pointer, value)
            {
                number += 1;
                true
            } else {
                false
            };
            if is_done {
                done += 1
            } else {
                kept.push(property)
            }
        }
        if done > 0 && kept.is_empty() {
            holder.shift_remove("properties");
        } else if done > 0 {
            holder.insert("properties".to_owned(), Value::Array(kept));
        }
    });
    number
}

/// The object that a pointer's last segment is a field of.
fn parent<'a>(
    holder: &'a mut Map<String, Value>,
    pointer: &str,
) -> Option<(&'a mut Map<String, Value>, String)> {
    let (around, key) = pointer.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    if around.is_empty() {
        return Some((holder, key));
    }
    let (first, rest) = match around.strip_prefix('/')?.split_once('/') {
        Some((first, rest)) => (first, format!("/{rest}")),
        None => (around.strip_prefix('/')?, String::new()),
    };
    let first = first.replace("~1", "/").replace("~0", "~");
    Some((
        holder
            .get_mut(&first)?
            .pointer_mut(&rest)?
            .as_object_mut()?,
        key,
    ))
}

fn put(holder: &mut Map<String, Value>, pointer: &str, value: Value) -> bool {
    match parent(holder, pointer) {
        // A whole document or component is not what was moved.
        Some((object, key)) if !["bom-ref", "components", "dependencies"].contains(&&*key) => {
            object.insert(key, value);
            true
        }
        _ => false,
    }
}

fn take(holder: &mut Map<String, Value>, pointer: &str) -> bool {
    let known = [
        "curve",
        "signatureAlgorithmRef",
        "subjectPublicKeyRef",
        "certificateExtension",
        "algorithmRef",
        "cryptoRefArray",
    ];
    match parent(holder, pointer) {
        Some((object, key)) if known.contains(&&*key) => object.shift_remove(&key).is_some(),
        _ => false,
    }
}

/// Says in the fields of 1.7 what those of 1.6 tell beyond doubt; the old fields stay. The number of fields.
pub(super) fn tell(bom: &mut Map<String, Value>) -> usize {
    let mut kinds = BTreeMap::new();
    holders(bom, &mut |holder, _| {
        let crypto = holder.get("cryptoProperties");
        if let Some(kind) = crypto.and_then(|crypto| crypto.get("assetType")?.as_str()) {
            kinds.insert(word(holder, "bom-ref").to_owned(), kind.to_owned());
        }
    });
    let mut number = 0;
    holders(bom, &mut |holder, _| {
        let family = objects(holder, "properties")
            .find(|property| word(property, "name") == "pqscan:family")
            .map(|property| word(property, "value").to_owned());
        let Some(Value::Object(crypto)) = holder.get_mut("cryptoProperties") else {
            return;
        };
        let mut say = |object: &mut Map<String, Value>, key: &str, value: Value| {
            if !object.contains_key(key) {
                object.insert(key.to_owned(), value);
                number += 1
            }
        };
        let related = |kind: &str, reference: &str| json!({ "type": kind, "ref": reference });
        if let Some(Value::Object(algorithm)) = crypto.get_mut("algorithmProperties") {
            if let Some(family) = family.filter(|family| registry::is_family_everywhere(family)) {
                say(algorithm, "algorithmFamily", family.into())
            }
            if let Some(curve) = registry::curve(word(algorithm, "curve")) {
                say(algorithm, "ellipticCurve", curve.into())
            }
        }
        if let Some(Value::Object(certificate)) = crypto.get_mut("certificateProperties") {
            let mut all = Vec::new();
            for (key, kind) in [
                ("signatureAlgorithmRef", "algorithm"),
                ("subjectPublicKeyRef", "publicKey"),
            ] {
                let reference = word(certificate, key);
                if !reference.is_empty() {
                    all.push(related(kind, reference))
                }
            }
            if !all.is_empty() {
                say(certificate, "relatedCryptographicAssets", Value::Array(all))
            }
        }
        if let Some(Value::Object(material)) = crypto.get_mut("relatedCryptoMaterialProperties") {
            let reference = word(material, "algorithmRef").to_owned();
            if !reference.is_empty() {
                let all = json!([related("algorithm", &reference)]);
                say(material, "relatedCryptographicAssets", all)
            }
        }
        if let Some(Value::Object(protocol)) = crypto.get_mut("protocolProperties") {
            let list = protocol.get("cryptoRefArray").and_then(Value::as_array);
            let refs: Vec<&str> = list
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let all: Vec<Value> = refs
                .iter()
                .filter_map(|&reference| Some(related(kinds.get(reference)?, reference)))
                .collect();
            // All or none: half of a list would look like the whole.
            if !all.is_empty() && all.len() == refs.len() {
                say(protocol, "relatedCryptographicAssets", Value::Array(all))
            }
        }
    });
    number
}
