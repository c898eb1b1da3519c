//! Schemas of what other programs read.

use schemars::{JsonSchema, generate::SchemaSettings};

/// The JSON Schema (draft 2020-12) of a type.
pub(crate) fn of<T: JsonSchema>() -> serde_json::Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

/// As JSON: indented, keys in a fixed order, a line break at the end.
pub fn to_json<T: serde::Serialize>(value: &T) -> String {
    // Every key is a string and every number an integer, so there is nothing that JSON could not say.
    let mut text = serde_json::to_string_pretty(value).expect("all of it is JSON");
    text.push('\n');
    text
}
