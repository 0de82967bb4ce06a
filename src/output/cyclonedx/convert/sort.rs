//! An order that does not depend on who wrote a document: for comparing two, and for version control.

use serde_json::{Map, Value};

use crate::output::cyclonedx::document::word;

/// Sorts components, dependencies and what each has, properties and places. Other lists may mean something by their order.
pub(super) fn sort(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(sort),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                sort(value);
                let Value::Array(list) = value else { continue };
                match &**key {
                    "components" => list.sort_by_cached_key(|c| {
                        by(c, &["type", "group", "name", "version", "bom-ref"])
                    }),
                    "dependencies" if list.iter().all(Value::is_object) => {
                        list.sort_by_cached_key(|d| by(d, &["ref"]))
                    }
                    "dependsOn" | "provides" => {
                        list.sort_by_cached_key(|item| item.as_str().unwrap_or_default().to_owned())
                    }
                    "properties" => list.sort_by_cached_key(|p| by(p, &["name", "value"])),
                    "occurrences" => list.sort_by_cached_key(|place| {
                        let number = |key: &str| place.get(key).and_then(Value::as_u64);
                        (by(place, &["location"]), number("line"), number("offset"))
                    }),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn by(value: &Value, keys: &[&str]) -> Vec<String> {
    let none = Map::new();
    let map = value.as_object().unwrap_or(&none);
    let mut texts: Vec<String> = keys.iter().map(|key| word(map, key).to_owned()).collect();
    // What these do not tell apart, its whole text does.
    texts.push(value.to_string());
    texts
}
