//! Makes the schemas from the very types that documents are written with and read into, and holds the published ones to them.

use std::path::Path;
use std::{env, fs};

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::published;
use crate::knowledge::policy::Policy;

/// Holds the published schema to what is written as `T`.
pub(crate) fn of_written<T: JsonSchema>(name: &str, title: &str) {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    is_published(name, &finished::<T>(settings, name, title))
}

/// Holds the published schema to what is read as `T`, and gives it.
pub(crate) fn of_read<T: JsonSchema>(name: &str, title: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let schema = finished::<T>(settings, name, title);
    is_published(name, &schema);
    schema
}

/// With `PQSCAN_WRITE_DOCS` set it is published; the program has to be built again to hold it.
fn is_published(name: &str, schema: &Schema) {
    let mut text = serde_json::to_string_pretty(schema).expect("JSON");
    text.push('\n');
    let file = format!("docs/schema/{name}.json");
    if env::var_os("PQSCAN_WRITE_DOCS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        return fs::write(path, text).expect("writable");
    }
    assert!(
        published(name) == Some(&text),
        "{file} is not the schema of this version: run this test with PQSCAN_WRITE_DOCS=1"
    );
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

#[test]
fn the_published_schema_of_policies_is_that_of_the_type() {
    of_read::<Policy>("policy", "A policy for pqscan (--policy-file)");
}
