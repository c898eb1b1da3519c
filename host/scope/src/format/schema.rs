//! The format as JSON Schema, for editors and for programs that write manifests.

use serde_json::{Map, Value, json};

use super::tables::MANIFEST;
use super::{Kind, Scalar, Shape};

/// The JSON Schema (2020-12) of a manifest. It says everything about the structure and about notations, and nothing
/// about references: `touchstone scope lint` says more.
pub fn json_schema() -> Value {
    document(&MANIFEST, "scopes/scope.schema.json", "Scope manifest of Touchstone")
}

/// The schema of a whole file, which is published in our repository at `path`.
pub(crate) fn document(shape: &Shape, path: &str, title: &str) -> Value {
    let mut definitions = Map::new();
    let mut schema = object(shape, &mut definitions);
    if let Some(root) = schema.as_object_mut() {
        root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        let id = format!("https://raw.githubusercontent.com/SovereignCloudStack/touchstone/main/{path}");
        root.insert("$id".to_owned(), json!(id));
        root.insert("title".to_owned(), json!(title));
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

fn object(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in shape.fields {
        let mut property = kind(&field.kind, definitions);
        if let Some(property) = property.as_object_mut() {
            property.insert("description".to_owned(), json!(field.about));
        }
        properties.insert(field.key.to_owned(), property);
    }
    let required: Vec<_> =
        shape.fields.iter().filter(|field| field.required).map(|field| field.key).collect();
    json!({
        "type": "object",
        "description": shape.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn kind(kind_of_value: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind_of_value {
        Kind::Scalar(notation) => scalar(notation),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::List { of, at_least } => {
            json!({ "type": "array", "items": kind(of, definitions), "minItems": at_least })
        }
        Kind::Map { keys, of } => {
            json!({ "type": "object", "propertyNames": scalar(keys), "additionalProperties": kind(of, definitions) })
        }
        Kind::Object(shape) => {
            if !definitions.contains_key(shape.id) {
                let definition = object(shape, definitions);
                definitions.insert(shape.id.to_owned(), definition);
            }
            json!({ "$ref": format!("#/$defs/{}", shape.id) })
        }
    }
}

fn scalar(notation: &Scalar) -> Value {
    if notation.number {
        json!({ "type": "integer", "minimum": 1 })
    } else if notation.choices.is_empty() {
        json!({ "type": "string", "pattern": notation.pattern })
    } else {
        json!({ "type": "string", "enum": notation.choices })
    }
}
