//! The JSON Schema of tariff files, made from the same description that the reader checks against.

use serde_json::{Map, Value, json};

use crate::load::spec::{self, Kind, Table};

/// The schema, for editors that complete and check TOML.
#[must_use]
pub fn schema() -> Value {
    let shapes: Vec<Value> = spec::SHAPES
        .iter()
        .map(|shape| {
            let mut schema = table(shape);
            if let Some(kind) = schema.pointer_mut("/properties/type") {
                *kind = json!({ "const": shape.name });
            }
            schema
        })
        .collect();
    let number = json!({
        "description": "A whole number, or an exact decimal or percentage in quotes. Floats are refused.",
        "anyOf": [
            { "type": "integer" },
            { "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?( ?%)?$" }
        ]
    });
    let bound = json!({ "$ref": "#/$defs/number" });
    let range = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "from": bound, "over": bound, "up_to": bound, "below": bound }
    });
    let bases: Map<String, Value> = spec::BASES
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                json!({ "type": "array", "items": { "$ref": "#/$defs/basis" }, "minItems": 1 }),
            )
        })
        .collect();
    let mut root = table(&spec::FILE);
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        root.insert("title".into(), json!("Tariff"));
        root.insert(
            "$defs".into(),
            json!({
                "number": number,
                "shape": { "oneOf": shapes },
                "basis": {
                    "anyOf": [
                        { "type": "string", "description": "A declared fact." },
                        { "type": "object", "properties": bases, "additionalProperties": false, "minProperties": 1, "maxProperties": 1 }
                    ]
                },
                "condition": {
                    "type": "object",
                    "properties": {
                        "all": { "type": "array", "items": { "$ref": "#/$defs/condition" }, "minItems": 1 },
                        "any": { "type": "array", "items": { "$ref": "#/$defs/condition" }, "minItems": 1 },
                        "not": { "$ref": "#/$defs/condition" }
                    },
                    "additionalProperties": {
                        "anyOf": [
                            { "type": ["string", "boolean", "integer"] },
                            { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                            range,
                            { "type": "object", "required": ["legacy"], "properties": { "legacy": { "type": ["string", "array"] } } }
                        ]
                    }
                }
            }),
        );
    }
    root
}

fn table(table: &Table) -> Value {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), kind(key.kind))).collect();
    let required: Vec<&str> =
        table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Number => json!({ "$ref": "#/$defs/number" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Scalar => json!({ "type": ["string", "integer", "boolean"] }),
        Kind::Choice(allowed) => json!({ "enum": allowed }),
        Kind::Dates => json!({ "type": "array", "items": { "type": "string", "format": "date" } }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Table(inner) => table(inner),
        Kind::Tables(inner) => json!({ "type": "array", "items": table(inner), "minItems": 1 }),
        Kind::Facts => json!({ "type": "object" }),
        Kind::Condition => json!({ "$ref": "#/$defs/condition" }),
        Kind::Basis => json!({ "$ref": "#/$defs/basis" }),
        Kind::Shape => json!({ "$ref": "#/$defs/shape" }),
        Kind::Shapes => {
            json!({ "type": "array", "items": { "$ref": "#/$defs/shape" }, "minItems": 1 })
        }
    }
}
