//! IBM's CBOM 1.0 (`specVersion` `1.4-cbom-1.0`), the extension of CycloneDX 1.4 that 1.6 took up in another shape
//! (schema: `bom-1.4-cbom-1.0.schema.json` of the repository `IBM/CBOM`).
//!
//! Words get their new spelling, fields their new place. What 1.6 has no place for goes into properties `pqscan:legacy:*`. An algorithm gets
//! the name of its variant: `RSA` says less than `RSA-2048`, and consumers make one of what has one name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::holders;
use crate::output::cyclonedx::document::{Version, say_all, union, word};
use crate::output::cyclonedx::refs;

/// Makes a document one of 1.6. The number of fields that went into properties.
pub(super) fn modern(bom: &mut Map<String, Value>) -> usize {
    bom.insert("bomFormat".to_owned(), "CycloneDX".into());
    Version::V1_6.set(bom);
    let mut known = BTreeSet::new();
    bom.values()
        .for_each(|value| refs::defined(value, &mut known));
    let mut number = 0;
    holders(bom, &mut |component, is_document| {
        if !is_document {
            number += asset(component, &known)
        }
    });
    if let Some(Value::Array(list)) = bom.get_mut("dependencies") {
        *list = dependencies(std::mem::take(list))
    }
    number
}

/// An element for each component, where there was one for each way of depending.
fn dependencies(list: Vec<Value>) -> Vec<Value> {
    let mut result: Vec<Value> = Vec::new();
    let mut by_ref: BTreeMap<String, usize> = BTreeMap::new();
    for dependency in list {
        let Value::Object(mut old) = dependency else {
            result.push(dependency);
            continue;
        };
        let provides = word(&old, "dependencyType") == "implements";
        old.shift_remove("dependencyType");
        let targets = old.shift_remove("dependsOn");
        let number = *by_ref
            .entry(word(&old, "ref").to_owned())
            .or_insert_with(|| {
                result.push(Value::Object(old));
                result.len() - 1
            });
        let (Some(Value::Object(element)), Some(Value::Array(targets))) =
            (result.get_mut(number), targets)
        else {
            continue;
        };
        let list = element
            .entry(if provides { "provides" } else { "dependsOn" })
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            union(list, targets)
        }
    }
    result
}

/// What has no place in 1.6.
struct Left(Vec<(&'static str, Value)>);

impl Left {
    fn take(&mut self, from: &mut Map<String, Value>, key: &str, name: &'static str) {
        if let Some(value) = from.shift_remove(key) {
            self.0.push((name, value))
        }
    }
}

fn asset(component: &mut Map<String, Value>, known: &BTreeSet<String>) -> usize {
    if word(component, "type") == "crypto-asset" {
        component.insert("type".to_owned(), "cryptographic-asset".into());
    }
    let Some(Value::Object(mut crypto)) = component.get_mut("cryptoProperties").map(Value::take)
    else {
        return 0;
    };
    let mut left = Left(Vec::new());
    left.take(&mut crypto, "confidenceLevels", "confidenceLevels");
    left.take(&mut crypto, "scanner", "scanner");
    if word(&crypto, "assetType") == "relatedCryptoMaterial" {
        crypto.insert("assetType".to_owned(), "related-crypto-material".into());
    }
    let levels = ["classicalSecurityLevel", "nistQuantumSecurityLevel"];
    let levels = levels.map(|key| (key, crypto.shift_remove(key)));
    for (key, level) in levels {
        let Some(level) = level else { continue };
        if word(&crypto, "assetType") == "algorithm"
            && let Value::Object(algorithm) = crypto
                .entry("algorithmProperties")
                .or_insert_with(|| Value::Object(Map::new()))
        {
            algorithm.insert(key.to_owned(), level);
        } else {
            left.0.push((key, level))
        }
    }
    if let Some(Value::Object(old)) = crypto.get_mut("algorithmProperties") {
        let name = word(component, "name").to_owned();
        algorithm(old, &mut left);
        let variant = left.0.iter().position(|(key, _)| *key == "variant");
        if let Some((_, Value::String(variant))) = variant.and_then(|at| left.0.get(at))
            && !variant.is_empty()
            && *variant != name
        {
            component.insert("name".to_owned(), variant.clone().into());
            left.0.push(("name", name.into()))
        }
    }
    if let Some(Value::Object(old)) = crypto.get_mut("certificateProperties") {
        certificate(old, known, &mut left)
    }
    if let Some(Value::Object(old)) = crypto.get_mut("relatedCryptoMaterialProperties") {
        material(old, &mut left)
    }
    if let Some(Value::Object(old)) = crypto.get_mut("protocolProperties") {
        protocol(old, known, &mut left)
    }
    if let Some(Value::Array(places)) = crypto.shift_remove("detectionContext") {
        detected(component, places, &mut left)
    }
    component.insert("cryptoProperties".to_owned(), Value::Object(crypto));
    let number = left.0.len();
    let left = left.0.into_iter();
    let left = left.map(|(name, value)| (name.to_owned(), value));
    say_all(component, "pqscan:legacy:", left.collect());
    number
}

/// `initializationVector` is `initialization-vector` now.
fn kebab(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() {
            text.push('-')
        }
        text.push(c.to_ascii_lowercase())
    }
    text
}

fn algorithm(old: &mut Map<String, Value>, left: &mut Left) {
    left.take(old, "variant", "variant");
    let primitive = match word(old, "primitive") {
        "blockcipher" => "block-cipher",
        "streamcipher" => "stream-cipher",
        "keyagree" => "key-agree",
        _ => "",
    };
    if !primitive.is_empty() {
        old.insert("primitive".to_owned(), primitive.into());
    }
    if let Some(level) = old.shift_remove("implementationLevel") {
        let word = level.as_str().map(kebab).unwrap_or_default();
        old.insert("executionEnvironment".to_owned(), word.into());
    }
    if let Some(level) = old.get("certificationLevel").and_then(Value::as_str) {
        let now = match level {
            // FIPS 140 has four levels, and 1.6 no word for a fifth.
            "fips140-2-l5" | "fips140-3-l5" => "other".to_owned(),
            eal if eal.starts_with("eal") => format!("cc-{eal}"),
            same => same.to_owned(),
        };
        if now == "other" && level != "other" {
            left.0.push(("certificationLevel", level.into()))
        }
        old.insert("certificationLevel".to_owned(), json!([now]));
    }
}

fn certificate(old: &mut Map<String, Value>, known: &BTreeSet<String>, left: &mut Left) {
    for key in ["notValidBefore", "notValidAfter"] {
        let is_time = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        if !old.get(key).and_then(Value::as_str).is_none_or(is_time) {
            left.take(old, key, key)
        }
    }
    // Names of algorithms, or references to them: only a reference can be one in 1.6.
    for (key, now) in [
        ("certificateAlgorithm", ""),
        ("certificateSignatureAlgorithm", "signatureAlgorithmRef"),
    ] {
        let reference = word(old, key);
        if !now.is_empty() && known.contains(reference) {
            let reference = reference.to_owned();
            old.shift_remove(key);
            old.insert(now.to_owned(), reference.into());
        } else if key == "certificateAlgorithm" {
            left.take(old, key, "certificateAlgorithm")
        } else {
            left.take(old, key, "certificateSignatureAlgorithm")
        }
    }
    left.take(old, "certificateExtensions", "certificateExtensions")
}

fn material(old: &mut Map<String, Value>, left: &mut Left) {
    if let Some(kind) = old.shift_remove("relatedCryptoMaterialType") {
        let word = kind.as_str().map(kebab).unwrap_or_default();
        old.insert("type".to_owned(), word.into());
    }
    left.take(old, "secured", "secured")
}

fn protocol(old: &mut Map<String, Value>, known: &BTreeSet<String>, left: &mut Left) {
    let mut kind = None;
    if let Some(suites) = old.shift_remove("tlsCipherSuites") {
        kind = Some("tls");
        let list = suites.as_array().into_iter().flatten();
        let names: Vec<Value> = list
            .filter_map(|suite| Some(json!({ "name": suite.as_str()? })))
            .collect();
        if suites
            .as_array()
            .is_none_or(|list| names.len() < list.len())
        {
            left.0.push(("tlsCipherSuites", suites))
        }
        if !names.is_empty() {
            old.insert("cipherSuites".to_owned(), Value::Array(names));
        }
    }
    if let Some(transforms) = old.shift_remove("ikev2TransformTypes") {
        kind = kind.or(Some("ike"));
        let mut now = Map::new();
        let mut is_whole = true;
        for (old, new) in [
            ("transformType1", "encr"),
            ("transformType2", "prf"),
            ("transformType3", "integ"),
            ("transformType4", "ke"),
        ] {
            let Some(list) = transforms.get(old).and_then(Value::as_array) else {
                continue;
            };
            let is_known = |item: &&Value| item.as_str().is_some_and(|text| known.contains(text));
            let refs: Vec<Value> = list.iter().filter(is_known).cloned().collect();
            is_whole &= refs.len() == list.len();
            if !refs.is_empty() {
                now.insert(new.to_owned(), Value::Array(refs));
            }
        }
        if !now.is_empty() {
            old.insert("ikev2TransformTypes".to_owned(), Value::Object(now));
        }
        if !is_whole {
            left.0.push(("ikev2TransformTypes", transforms))
        }
    }
    if let Some(kind) = kind {
        old.entry("type").or_insert_with(|| kind.into());
    }
}

/// Places: one for each line, or for each byte where there are no lines.
fn detected(component: &mut Map<String, Value>, contexts: Vec<Value>, left: &mut Left) {
    let mut places = Vec::new();
    let mut is_whole = true;
    for context in &contexts {
        let Value::Object(context) = context else {
            is_whole = false;
            continue;
        };
        let path = word(context, "filePath");
        if path.is_empty() {
            is_whole = false;
            continue;
        }
        let list = |key: &str| -> Vec<Value> {
            let list = context.get(key).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let (lines, offsets, symbols) = (list("lineNumbers"), list("offsets"), list("symbols"));
        let mut place = Map::new();
        place.insert("location".to_owned(), path.into());
        if let [Value::String(symbol)] = &*symbols {
            place.insert("symbol".to_owned(), symbol.clone().into());
        }
        let note = word(context, "additionalContext");
        if !note.is_empty() {
            place.insert("additionalContext".to_owned(), note.into());
        }
        is_whole &= symbols.len() < 2
            && list("keywords").is_empty()
            && (lines.is_empty() || offsets.is_empty());
        let (key, numbers) = if lines.is_empty() {
            ("offset", offsets)
        } else {
            ("line", lines)
        };
        let numbers: Vec<u64> = numbers
            .iter()
            .filter_map(|number| {
                number
                    .as_u64()
                    .or_else(|| number.as_str()?.trim().parse().ok())
            })
            .collect();
        if numbers.is_empty() {
            places.push(Value::Object(place));
            continue;
        }
        for number in numbers {
            let mut place = place.clone();
            place.insert(key.to_owned(), number.into());
            places.push(Value::Object(place))
        }
    }
    if !is_whole {
        left.0.push(("detectionContext", Value::Array(contexts)))
    }
    if places.is_empty() {
        return;
    }
    let evidence = component
        .entry("evidence")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(evidence) = evidence {
        let list = evidence
            .entry("occurrences")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            union(list, places)
        }
    }
}
