//! The parts of a document by where they stand and what they are called.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::index::Position;
use crate::output::cyclonedx::document::{is_asset, objects, say, word};
use crate::output::cyclonedx::refs;

pub(super) fn any_asset(around: &Map<String, Value>) -> bool {
    objects(around, "components").any(|component| is_asset(component) || any_asset(component))
}

/// Whether two components have different hashes of one algorithm.
pub(super) fn other_bytes(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    objects(one, "hashes").any(|hash| {
        objects(other, "hashes").any(|there| {
            word(hash, "alg") == word(there, "alg")
                && !word(hash, "content").eq_ignore_ascii_case(word(there, "content"))
        })
    })
}

/// Says what a part was called in the document that it came from: others may refer to it by that.
pub(super) fn note_reference(component: &mut Map<String, Value>, was: &str) {
    if !was.is_empty() && word(component, "bom-ref") != was {
        say(component, "pqscan:merge:bom-ref", was.into())
    }
}

/// A name that nothing has yet.
pub(super) fn free(wished: &str, hash: &str, taken: &BTreeSet<String>) -> String {
    let piece = hash.get(..8).unwrap_or_default();
    let first = if piece.is_empty() {
        wished.to_owned()
    } else {
        format!("{wished}#{piece}")
    };
    if !taken.contains(&first) {
        return first;
    }
    let mut number: u64 = 2;
    loop {
        let name = format!("{first}-{number}");
        if !taken.contains(&name) {
            return name;
        }
        number += 1
    }
}

pub(super) fn head(bom: &Map<String, Value>) -> Map<String, Value> {
    let of = |key: &str| Some((key.to_owned(), bom.get(key)?.clone()));
    ["serialNumber", "version"]
        .into_iter()
        .filter_map(of)
        .collect()
}

pub(super) fn defined_in(bom: &Map<String, Value>, to: &mut BTreeSet<String>) {
    if let Some(reference) = bom.get("bom-ref").and_then(Value::as_str) {
        to.insert(reference.to_owned());
    }
    bom.values().for_each(|value| refs::defined(value, to))
}

/// The components inside of something, with their indices.
pub(super) fn numbered<'a>(
    around: &'a Map<String, Value>,
    path: &[usize],
) -> Vec<(Vec<usize>, &'a Map<String, Value>)> {
    let list = around.get("components").and_then(Value::as_array);
    let numbered = list.into_iter().flatten().enumerate();
    numbered
        .filter_map(|(number, component)| {
            let mut path = path.to_vec();
            path.push(number);
            Some((path, component.as_object()?))
        })
        .collect()
}

pub(super) fn component_at<'a>(
    bom: &'a Map<String, Value>,
    path: &[usize],
) -> Option<&'a Map<String, Value>> {
    let mut around = bom;
    for number in path {
        around = around.get("components")?.get(number)?.as_object()?
    }
    Some(around)
}

pub(super) fn component_ref<'a>(
    bom: &'a Map<String, Value>,
    at: &Position,
) -> Option<&'a Map<String, Value>> {
    let around = if at.in_metadata {
        bom.get("metadata")?.get("component")?.as_object()?
    } else {
        bom
    };
    component_at(around, &at.indices)
}

pub(super) fn component_mut<'a>(
    bom: &'a mut Map<String, Value>,
    at: &Position,
) -> Option<&'a mut Map<String, Value>> {
    let mut around = if at.in_metadata {
        bom.get_mut("metadata")?
            .get_mut("component")?
            .as_object_mut()?
    } else {
        bom
    };
    for number in &at.indices {
        around = around
            .get_mut("components")?
            .get_mut(number)?
            .as_object_mut()?
    }
    Some(around)
}
