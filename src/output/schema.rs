//! The JSON Schema (draft 2020-12) of every document that is written, and of the files that people write, made from the very types that
//! they are written with and read into.

use std::io;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::json;
use crate::knowledge::policy::Policy;

/// A document by name, and what makes its schema.
pub type Document = (&'static str, fn() -> Schema);

/// The documents that have a schema here.
pub static DOCUMENTS: &[Document] = &[
    ("result", json::schema),
    ("diff", json::diff::schema),
    ("policy", policy),
];

/// Of a policy of somebody's own.
fn policy() -> Schema {
    of_read::<Policy>("policy", "A policy for pqscan (--policy-file)")
}

/// The schema of what is written as `T`.
pub(crate) fn of_written<T: JsonSchema>(name: &str, title: &str) -> Schema {
    finished::<T>(SchemaSettings::draft2020_12().for_serialize(), name, title)
}

/// The schema of what is read as `T`.
pub fn of_read<T: JsonSchema>(name: &str, title: &str) -> Schema {
    finished::<T>(
        SchemaSettings::draft2020_12().for_deserialize(),
        name,
        title,
    )
}

/// Writes a schema.
///
/// # Errors
/// Those of the writer.
pub fn write(schema: &Schema, to: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, schema)?;
    writeln!(to)
}

/// A schema under its name. The number is that of the documents' own `schema`; a name that is no address says that nothing is fetched.
fn finished<T: JsonSchema>(settings: SchemaSettings, name: &str, title: &str) -> Schema {
    let generator = settings.with_transform(Plain).into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let mut rest = Map::new();
    let mut finished = Map::new();
    for (key, value) in schema.to_value().as_object_mut().into_iter().flatten() {
        rest.insert(key.clone(), value.take());
    }
    // Known keys first, as people write them.
    finished.extend(rest.shift_remove_entry("$schema"));
    finished.insert(
        "$id".to_owned(),
        Value::from(format!("urn:pqscan:schema:{name}:1")),
    );
    finished.insert("title".to_owned(), Value::from(title));
    rest.shift_remove("title");
    finished.extend(rest);
    let mut finished = Value::Object(finished);
    rename(&mut finished);
    Schema::try_from(finished).unwrap_or_default()
}

/// The endings that types have in the code and that say nothing in a schema.
const ENDINGS: [&str; 3] = ["Out", "Text", "Table"];

/// Gives definitions the names of what they describe.
fn rename(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(to)) = object.get_mut("$ref") {
                *to = plain_name(to)
            }
            if let Some(Value::Object(definitions)) = object.get_mut("$defs") {
                *definitions = std::mem::take(definitions)
                    .into_iter()
                    .map(|(name, definition)| (plain_name(&name), definition))
                    .collect()
            }
            object.values_mut().for_each(rename)
        }
        Value::Array(values) => values.iter_mut().for_each(rename),
        _ => {}
    }
}

/// Likewise, of types with parameters.
const NAMES: [(&str, &str); 3] = [
    ("TermOf_Purpose", "TermOfPurpose"),
    ("TermOf_double", "TermInYears"),
    ("TermOf_uint8", "TermInPoints"),
];

fn plain_name(name: &str) -> String {
    if let Some((of, plain)) = NAMES.iter().find(|(of, _)| name.ends_with(of)) {
        return name.replace(of, plain);
    }
    let ending = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    ending.unwrap_or(name).to_owned()
}

/// Leaves out what does not hold of our documents: nothing in them is null, and the sizes of the machine's numbers are no formats of JSON
/// Schema.
#[derive(Debug, Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else {
            return;
        };
        let is_null = |value: &Value| value == "null" || value.get("type") == Some(&"null".into());
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|one| !is_null(one));
            if let [one] = &types[..] {
                let one = one.clone();
                object.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
            choices.retain(|choice| !is_null(choice));
            if let [Value::Object(only)] = &mut choices[..] {
                let only = std::mem::take(only);
                object.shift_remove("anyOf");
                for (key, value) in only {
                    object.entry(key).or_insert(value);
                }
            }
        }
        if object.get("default").is_some_and(Value::is_null) {
            object.shift_remove("default");
        }
        let standard = ["date", "date-time"];
        if let Some(Value::String(format)) = object.get("format")
            && !standard.contains(&format.as_str())
        {
            object.shift_remove("format");
        }
    }
}
