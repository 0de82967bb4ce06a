//! CycloneDX documents of anybody as plain JSON, with everything that is in them and in its order: what `cbom merge`, `cbom convert` and
//! `cbom validate` work on.
//!
//! Documents may come from strangers: their size, their depth (by `serde_json`) and the number of their values are bounded. A document that
//! has a name twice in one object is refused, since no reader agrees with the next one about which of the two counts.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::output::SpecVersion;
use crate::output::fit::{cut, harmless};

/// Larger documents are not read: as plain JSON they take a multiple of their size.
pub const MAX_BYTES: u64 = 1 << 30;
/// Most values in a document, names of fields not counted: about 2 GiB of memory.
const MAX_VALUES: usize = 30_000_000;
/// Most columns of a message, which may quote the document.
const MAX_MESSAGE: usize = 200;

/// Why a file cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum NotABom {
    /// Not JSON, or more of it than can be read.
    #[error("{0}")]
    Json(String),
    /// JSON, and something else than a CycloneDX document.
    #[error("not a CycloneDX document: `bomFormat` is not \"CycloneDX\"")]
    OtherFormat,
}

impl From<serde_json::Error> for NotABom {
    fn from(error: serde_json::Error) -> Self {
        let message = cut(&harmless(&error.to_string()), MAX_MESSAGE);
        Self::Json(if error.is_data() {
            message
        } else {
            format!("not JSON: {message}")
        })
    }
}

/// Reads a CycloneDX document, or one of the extension of 1.4 that went before (IBM's CBOM 1.0).
///
/// # Errors
/// When it is none, or no whole one, or too large.
pub fn read(json: &[u8]) -> Result<Value, NotABom> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    if json.len() as u64 > MAX_BYTES {
        return Err(NotABom::Json(format!("larger than {MAX_BYTES} bytes")));
    }
    let left = Cell::new(MAX_VALUES);
    let mut parser = serde_json::Deserializer::from_slice(json);
    let root = Tree { left: &left }.deserialize(&mut parser)?;
    parser.end()?;
    let format = root.get("bomFormat").and_then(Value::as_str);
    if format == Some("CycloneDX") || (format == Some("CBOM") && is_legacy(&root)) {
        Ok(root)
    } else {
        Err(NotABom::OtherFormat)
    }
}

/// The bytes of a document: with indents of two spaces, or all on one line; a line feed at the end.
///
/// # Errors
/// None that is known: every name is a text.
pub fn write(document: &Value, compact: bool) -> serde_json::Result<Vec<u8>> {
    let mut bytes = if compact {
        serde_json::to_vec(document)?
    } else {
        serde_json::to_vec_pretty(document)?
    };
    bytes.push(b'\n');
    Ok(bytes)
}

/// A version of the specification that has JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.2
    V1_2,
    /// 1.3
    V1_3,
    /// 1.4
    V1_4,
    /// 1.5
    V1_5,
    /// 1.6, the first with cryptographic assets.
    V1_6,
    /// 1.7
    V1_7,
}

impl Version {
    /// As `specVersion` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
        }
    }

    /// The version of a document; `None` for one that is not known here.
    pub fn of(document: &Value) -> Option<Self> {
        let name = document.get("specVersion")?.as_str()?;
        [
            Self::V1_2,
            Self::V1_3,
            Self::V1_4,
            Self::V1_5,
            Self::V1_6,
            Self::V1_7,
        ]
        .into_iter()
        .find(|version| version.name() == name)
    }

    /// Makes a document one of this version, by name; its content is the caller's matter. `$schema` follows where there is one.
    pub(super) fn set(self, document: &mut Map<String, Value>) {
        if document.contains_key("$schema") {
            let schema = format!(
                "http://cyclonedx.org/schema/bom-{}.schema.json",
                self.name()
            );
            document.insert("$schema".to_owned(), schema.into());
        }
        document.insert("specVersion".to_owned(), self.name().into());
    }
}

impl From<SpecVersion> for Version {
    fn from(version: SpecVersion) -> Self {
        match version {
            SpecVersion::V1_6 => Self::V1_6,
            SpecVersion::V1_7 => Self::V1_7,
        }
    }
}

/// Whether a document is one of the extension of 1.4 that went before 1.6 (IBM's CBOM 1.0).
pub fn is_legacy(document: &Value) -> bool {
    let version = document.get("specVersion").and_then(Value::as_str);
    version.is_some_and(|version| version.starts_with("1.4-cbom"))
}

/// The version as the document writes it, made harmless, for messages.
pub(super) fn version_shown(document: &Value) -> String {
    let text = document.get("specVersion").and_then(Value::as_str);
    cut(&harmless(text.unwrap_or("none")), 40)
}

/// What other documents call this one (BOM-Link): `urn:cdx:` with serial number and version, where it has a serial number.
pub(super) fn bom_link(document: &Value) -> Option<String> {
    let serial = document.get("serialNumber")?.as_str()?;
    let uuid = serial.strip_prefix("urn:uuid:")?;
    let plain = uuid.len() == 36 && uuid.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    let version = document.get("version").and_then(Value::as_u64).unwrap_or(1);
    plain.then(|| format!("urn:cdx:{uuid}/{version}"))
}

/// A text of an object; empty where it has none of that name.
pub(super) fn word<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The objects of a list of an object.
pub(super) fn objects<'a>(
    object: &'a Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> + use<'a> {
    let list = object.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// Whether a component is a cryptographic asset, by type or by what it holds.
pub(super) fn is_asset(component: &Map<String, Value>) -> bool {
    word(component, "type") == "cryptographic-asset" || component.contains_key("cryptoProperties")
}

/// Adds a property to what has a list of them.
pub(super) fn say(object: &mut Map<String, Value>, name: &str, value: Value) {
    say_all(object, "", vec![(name.to_owned(), value)])
}

/// Adds what a list does not have yet.
pub(super) fn union(list: &mut Vec<Value>, more: Vec<Value>) {
    let mut have: BTreeSet<String> = list.iter().map(Value::to_string).collect();
    for item in more {
        if have.insert(item.to_string()) {
            list.push(item)
        }
    }
}

/// Adds properties, each named by what comes after a prefix.
pub(super) fn say_all(object: &mut Map<String, Value>, prefix: &str, all: Vec<(String, Value)>) {
    if all.is_empty() {
        return;
    }
    let properties = all.into_iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let mut property = Map::new();
        property.insert("name".to_owned(), format!("{prefix}{name}").into());
        property.insert("value".to_owned(), value.into());
        Value::Object(property)
    });
    let properties: Vec<Value> = properties.collect();
    let list = object
        .entry("properties")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        union(list, properties)
    }
}

/// Adds a value to a list of an object, once. Where something else stands in its place, nothing is done and `false` comes back.
pub(super) fn add(object: &mut Map<String, Value>, key: &str, value: Value) -> bool {
    let list = object
        .entry(key)
        .or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(list) = list else {
        return false;
    };
    if !list.contains(&value) {
        list.push(value)
    }
    true
}

/// Builds plain JSON, and counts.
#[derive(Clone, Copy)]
struct Tree<'c> {
    left: &'c Cell<usize>,
}

impl Tree<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1);
        self.left
            .set(left.ok_or_else(|| E::custom(format_args!("more than {MAX_VALUES} values")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        self.count()?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("no finite number"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item)
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "the name \"{}\" stands twice in one object",
                    cut(&harmless(&name), 60)
                )));
            }
            let value = fields.next_value_seed(self)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(json: &str) -> String {
        read(json.as_bytes())
            .expect_err("it cannot be read")
            .to_string()
    }

    #[test]
    fn what_is_no_document_is_refused_with_the_reason() {
        assert!(why("{").starts_with("not JSON: "));
        assert!(why("[]").contains("bomFormat"));
        assert!(why(r#"{"bomFormat":"SPDX"}"#).contains("bomFormat"));
        assert!(why(r#"{"bomFormat":"CycloneDX"} x"#).starts_with("not JSON: "));
        assert!(
            why(r#"{"bomFormat":"CycloneDX","a":{"\u001b[31m":1,"\u001b[31m":2}}"#)
                .starts_with("the name \"\u{fffd}[31m\" stands twice in one object")
        );
        let deep = format!(r#"{{"bomFormat":"CycloneDX","a":{}"#, "[".repeat(100_000));
        assert!(why(&deep).contains("recursion"));
    }

    #[test]
    fn order_and_numbers_stay() {
        let json = "{\"z\":1,\"bomFormat\":\"CycloneDX\",\"a\":[0.8,-3,18446744073709551615,null,true,\"é\"]}\n";
        let document = read(json.as_bytes()).expect("it can be read");
        assert_eq!(
            write(&document, true).expect("it can be written"),
            json.as_bytes()
        );
    }

    #[test]
    fn a_document_is_named_by_serial_number_and_version() {
        let serial = "urn:uuid:0b5c2a54-8f0e-5d43-9f0f-9a3a0d3d0e11";
        let mut document = serde_json::json!({ "serialNumber": serial });
        let link = "urn:cdx:0b5c2a54-8f0e-5d43-9f0f-9a3a0d3d0e11/1";
        assert_eq!(bom_link(&document).as_deref(), Some(link));
        document["version"] = 7.into();
        assert_eq!(
            bom_link(&document).as_deref(),
            Some(&*link.replace("/1", "/7"))
        );
        document["serialNumber"] = "7".into();
        assert_eq!(bom_link(&document), None);
    }
}
