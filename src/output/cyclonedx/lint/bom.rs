//! Somebody's document as the checks look at it: plain JSON, with its components in hand. What is missing or of another type reads as empty.

use serde_json::{Map, Value};

/// A document, with its components in hand.
pub(super) struct Document<'a> {
    pub(super) root: &'a Value,
    pub(super) version: &'a str,
    /// Every component below `components`, nested ones included.
    pub(super) components: Vec<Component<'a>>,
}

#[derive(Clone, Copy)]
pub(super) struct Component<'a> {
    pub(super) value: &'a Value,
}

impl<'a> Document<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let mut components = Vec::new();
        let mut open: Vec<&Value> = items(root, "components").collect();
        open.reverse();
        while let Some(value) = open.pop() {
            components.push(Component { value });
            open.extend(items(value, "components"));
        }
        Self {
            root,
            version: root
                .get("specVersion")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            components,
        }
    }

    pub(super) fn assets(&self) -> impl Iterator<Item = Component<'a>> + '_ {
        self.components
            .iter()
            .copied()
            .filter(|component| component.word("type") == "cryptographic-asset")
    }

    /// Components with algorithm properties, and those properties.
    pub(super) fn algorithms(&self) -> impl Iterator<Item = (Component<'a>, &'a Value)> + '_ {
        self.assets().filter_map(|component| {
            Some((component, component.crypto()?.get("algorithmProperties")?))
        })
    }
}

impl<'a> Component<'a> {
    pub(super) fn word(self, key: &str) -> &'a str {
        self.value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn crypto(self) -> Option<&'a Value> {
        self.value.get("cryptoProperties")
    }

    pub(super) fn at(self) -> String {
        match self.word("bom-ref") {
            "" => self.word("name").to_owned(),
            reference => format!("{} ({reference})", self.word("name")),
        }
    }
}

pub(super) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

pub(super) fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Every object in the document with its JSON pointer, outermost first.
pub(super) fn objects(root: &Value) -> Vec<(String, &Map<String, Value>)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), root)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(map) => {
                open.extend(
                    map.iter()
                        .map(|(key, value)| (format!("{pointer}/{key}"), value)),
                );
                found.push((pointer, map));
            }
            Value::Array(list) => open.extend(
                list.iter()
                    .enumerate()
                    .map(|(n, value)| (format!("{pointer}/{n}"), value)),
            ),
            _ => {}
        }
    }
    found
}
