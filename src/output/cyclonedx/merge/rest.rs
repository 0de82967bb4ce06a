//! What a CBOM has beside components and dependencies: metadata, and the other lists of the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::index::identity;
use super::join::{fold, join};
use crate::output::cyclonedx::document::{say_all, union, word};

/// Names of tools that are in both documents: those of the second, by what the first calls them.
pub(super) fn tools_in_common(
    into: &Map<String, Value>,
    from: &Map<String, Value>,
    names: &mut BTreeMap<String, String>,
) {
    let of = |metadata: &Map<String, Value>| -> Vec<Map<String, Value>> {
        let tools = metadata
            .get("tools")
            .and_then(|tools| tools.get("components"));
        let list = tools.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_object).cloned().collect()
    };
    let there = of(into);
    for tool in of(from) {
        let reference = word(&tool, "bom-ref");
        let same = there.iter().find(|other| is_same_tool(other, &tool));
        if let Some(same) = same
            && !reference.is_empty()
            && !word(same, "bom-ref").is_empty()
        {
            names.insert(reference.to_owned(), word(same, "bom-ref").to_owned());
        }
    }
}

fn is_same_tool(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    identity(one) == identity(other) && word(one, "type") == word(other, "type")
}

/// Takes up the metadata of another document. What it says of itself stays apart from what ours says of itself: in
/// properties `pqscan:merge:metadata/*`.
pub(super) fn metadata(into: &mut Map<String, Value>, from: Map<String, Value>) {
    let mut left = Vec::new();
    for (key, value) in from {
        match (&*key, value) {
            // The subject, where there is none yet: what is one already was taken out before.
            ("component", value) => {
                into.entry("component").or_insert(value);
            }
            ("tools", value) => tools(into, value, &mut left),
            ("properties" | "lifecycles" | "authors", value) => {
                join(into, key.clone(), value, &key, &mut left)
            }
            (_, value) if into.get(&key) == Some(&value) => {}
            (_, value) => left.push((key, value)),
        }
    }
    say_all(into, "pqscan:merge:metadata/", left)
}

fn tools(metadata: &mut Map<String, Value>, from: Value, left: &mut Vec<(String, Value)>) {
    let Some(there) = metadata.get_mut("tools") else {
        metadata.insert("tools".to_owned(), from);
        return;
    };
    if let (Value::Array(there), Value::Array(more)) = (&mut *there, &from) {
        union(there, more.clone());
        return;
    }
    modern(there);
    let mut from = from;
    modern(&mut from);
    let (Value::Object(there), Value::Object(more)) = (there, from) else {
        return;
    };
    for (key, value) in more {
        match (there.get_mut(&key), value) {
            (Some(Value::Array(there)), Value::Array(more)) if key == "components" => {
                for tool in more {
                    let Value::Object(tool) = tool else { continue };
                    let same = there
                        .iter_mut()
                        .filter_map(Value::as_object_mut)
                        .find(|other| is_same_tool(other, &tool));
                    match same {
                        Some(same) => fold(same, tool),
                        None => there.push(Value::Object(tool)),
                    }
                }
            }
            (Some(Value::Array(there)), Value::Array(more)) => union(there, more),
            (_, value) => join(there, key.clone(), value, &format!("tools/{key}"), left),
        }
    }
}

/// The list of tools that was usual until 1.4 becomes components, beside which others can stand; the vendor is the publisher.
fn modern(tools: &mut Value) {
    let Value::Array(list) = tools else { return };
    let components = std::mem::take(list).into_iter().map(|tool| {
        let Value::Object(tool) = tool else {
            return tool;
        };
        let mut component = Map::new();
        component.insert("type".to_owned(), "application".into());
        if !tool.contains_key("name") {
            let name = [word(&tool, "vendor"), "unnamed"]
                .into_iter()
                .find(|name| !name.is_empty());
            component.insert("name".to_owned(), name.unwrap_or_default().into());
        }
        for (key, value) in tool {
            let key = if key == "vendor" {
                "publisher".to_owned()
            } else {
                key
            };
            component.insert(key, value);
        }
        Value::Object(component)
    });
    let components: Vec<Value> = components.collect();
    let mut map = Map::new();
    map.insert("components".to_owned(), Value::Array(components));
    *tools = Value::Object(map);
}

/// Takes up every other part of a document. `moved` has the new index of each of its components, where it has one.
pub(super) fn others(
    into: &mut Map<String, Value>,
    from: Map<String, Value>,
    moved: &[Option<usize>],
) {
    let mut left = Vec::new();
    for (key, value) in from {
        match (&*key, value) {
            (
                "$schema" | "bomFormat" | "specVersion" | "serialNumber" | "version" | "metadata"
                | "components" | "dependencies" | "signature",
                _,
            ) => {}
            ("citations", Value::Array(list)) => {
                let mut kept = Vec::new();
                for mut citation in list {
                    if point(&mut citation, moved) {
                        kept.push(citation)
                    } else {
                        left.push((key.clone(), citation))
                    }
                }
                if !kept.is_empty() {
                    join_lists(into, &key, kept, &mut left)
                }
            }
            (_, Value::Array(list)) => join_lists(into, &key, list, &mut left),
            (_, Value::Object(map)) => {
                let there = into
                    .entry(key.clone())
                    .or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(there) = there else {
                    left.push((key, Value::Object(map)));
                    continue;
                };
                for (name, value) in map {
                    let pointer = format!("{key}/{name}");
                    match (there.get_mut(&name), value) {
                        (Some(Value::Array(there)), Value::Array(more)) => union(there, more),
                        (_, value) => join(there, name, value, &pointer, &mut left),
                    }
                }
            }
            (_, value) => join(into, key.clone(), value, &key, &mut left),
        }
    }
    if left.is_empty() {
        return;
    }
    let metadata = into
        .entry("metadata")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(metadata) = metadata {
        say_all(metadata, "pqscan:merge:", left)
    }
}

fn join_lists(
    into: &mut Map<String, Value>,
    key: &str,
    list: Vec<Value>,
    left: &mut Vec<(String, Value)>,
) {
    match into.get_mut(key) {
        Some(Value::Array(there)) => union(there, list),
        Some(_) => left.push((key.to_owned(), Value::Array(list))),
        None => {
            into.insert(key.to_owned(), Value::Array(list));
        }
    }
}

/// Corrects the pointers of a citation, which go by index; `false` where one leads into a list of which the order is another now.
fn point(citation: &mut Value, moved: &[Option<usize>]) -> bool {
    let Some(Value::Array(pointers)) = citation.get_mut("pointers") else {
        // By JSONPath expressions: of names or of everything.
        return false;
    };
    pointers.iter_mut().all(|pointer| {
        let Some(rest) = pointer
            .as_str()
            .and_then(|p| p.strip_prefix("/components/"))
        else {
            return false;
        };
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let Some(Some(index)) = index.parse().ok().and_then(|index: usize| moved.get(index)) else {
            return false;
        };
        let slash = if rest.is_empty() { "" } else { "/" };
        *pointer = format!("/components/{index}{slash}{rest}").into();
        true
    })
}
