//! `pqscan cbom convert`: documents of anybody, from one version of the specification to another.
//!
//! * 1.7 → 1.6: fields that 1.6 lacks move into properties `pqscan:1.7:<JSON pointer>`, so that nothing is lost and the way back restores
//!   them; what 1.6 has another field for is said there too (`down`).
//! * 1.2 to 1.6 → 1.7 or 1.6: the schemas only grew. What such properties hold comes back, and what 1.6 says in an old field and the
//!   registry of 1.7 knows is said in the new one (`up`).
//! * The extension of 1.4 that went before 1.6 (IBM's CBOM 1.0) becomes 1.6 (`legacy`).

mod down;
mod legacy;
mod sort;
pub mod table;
mod up;

use serde_json::{Map, Value};

use super::document::{self, Version};
use crate::output::SpecVersion;

/// How to convert.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The version to write; as it is, where none is asked for.
    pub to: Option<SpecVersion>,
    /// Put components, dependencies, properties and places into an order that does not depend on who wrote them.
    pub sort: bool,
    /// Leave out signatures that would no longer hold.
    pub drop_signature: bool,
}

/// Why a document cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Of a version that has no JSON or that came later.
    #[error(
        "it is of version \"{0}\" of CycloneDX; 1.2 to 1.7 can be converted, and IBM's CBOM 1.0"
    )]
    Version(String),
    /// Signed, and no longer the same.
    #[error(
        "it is signed, and its signature would not hold for another form; --drop-signature leaves it out"
    )]
    Signed,
    /// Its citations point at parts by number.
    #[error("its citations point at components by number, which another order would mislead")]
    Cited,
}

/// What was done, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The version before, as it is written, and after.
    pub versions: (String, &'static str),
    /// Fields that went into properties.
    pub moved: usize,
    /// Fields that came back out of properties.
    pub restored: usize,
    /// Fields of the new version that the old ones told.
    pub told: usize,
    /// Signatures that were left out.
    pub signatures_dropped: usize,
}

/// Converts a document.
///
/// # Errors
/// When it is of an unknown version, signed, or cannot be put into another order.
pub fn convert(mut document: Value, options: Options) -> Result<(Value, Tally), Refused> {
    let mut tally = Tally {
        versions: (document::version_shown(&document), ""),
        ..Tally::default()
    };
    let before = document.clone();
    if document::is_legacy(&document) {
        tally.moved += modern(&mut document)
    }
    let Some(from) = Version::of(&document) else {
        return Err(Refused::Version(document::version_shown(&document)));
    };
    let to = options.to.map_or(from, Version::from);
    if options.sort {
        if document.get("citations").is_some() {
            return Err(Refused::Cited);
        }
        sort::sort(&mut document)
    }
    if let Value::Object(bom) = &mut document {
        if from > to {
            tally.moved += down::down(bom)
        } else if to > from && to == Version::V1_7 {
            tally.restored += up::restore(bom);
            tally.told += up::tell(bom)
        }
        if to != from {
            to.set(bom)
        }
        if bom.contains_key("signature") && before != Value::Object(bom.clone()) {
            if !options.drop_signature {
                return Err(Refused::Signed);
            }
            bom.shift_remove("signature");
            tally.signatures_dropped += 1
        }
    }
    tally.versions.1 = to.name();
    Ok((document, tally))
}

/// Makes a document of the extension of 1.4 one of 1.6. The number of fields for which 1.6 has no place.
pub(super) fn modern(document: &mut Value) -> usize {
    match document {
        Value::Object(bom) => legacy::modern(bom),
        _ => 0,
    }
}

/// Before the pointer of what 1.6 has no field for, in a property's name.
const NEWER: &str = "pqscan:1.7:";
/// Before the pointer of a field that stands for one of 1.7 and was not in the document.
const STAND_IN: &str = "pqscan:1.6:";

/// Lists in which every item can have properties of its own.
const HOLDERS: [&str; 6] = [
    "components",
    "services",
    "ancestors",
    "descendants",
    "variants",
    "component",
];

/// Calls back with every component and service, innermost first, and last with the document. What is called back with has the others
/// inside of it still.
fn holders(bom: &mut Map<String, Value>, to: &mut impl FnMut(&mut Map<String, Value>, bool)) {
    fn inside(
        value: &mut Value,
        is_holder: bool,
        to: &mut impl FnMut(&mut Map<String, Value>, bool),
    ) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|item| inside(item, is_holder, to)),
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    if key != "properties" && key != "signature" {
                        inside(value, HOLDERS.contains(&&**key), to)
                    }
                }
                if is_holder {
                    to(map, false)
                }
            }
            _ => {}
        }
    }
    for (key, value) in bom.iter_mut() {
        if key != "properties" && key != "signature" {
            inside(value, HOLDERS.contains(&&**key), to)
        }
    }
    to(bom, true)
}

/// A name as a segment of a JSON pointer (RFC 6901 §3).
fn segment(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The component or service of an object, or the document: whether a key leads to another one.
fn leads_on(key: &str) -> bool {
    HOLDERS.contains(&key) || key == "properties" || key == "signature"
}

#[cfg(test)]
mod tests;
