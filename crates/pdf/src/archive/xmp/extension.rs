//! Extension schemas (ISO 19005-2 §6.6.2.3.2 and §6.6.2.3.3): whether they are written as demanded, and what they declare.

use std::collections::BTreeMap;

use super::schemas::Schemas;
use super::tree::{Order, Property};
use crate::Ref;
use crate::archive::{Checker, Rule};

pub(super) const CONTAINER: &str = "http://www.aiim.org/pdfa/ns/extension/";
const SCHEMA: (&str, &str) = ("http://www.aiim.org/pdfa/ns/schema#", "pdfaSchema");
const PROPERTY: (&str, &str) = ("http://www.aiim.org/pdfa/ns/property#", "pdfaProperty");
const TYPE: (&str, &str) = ("http://www.aiim.org/pdfa/ns/type#", "pdfaType");
const FIELD: (&str, &str) = ("http://www.aiim.org/pdfa/ns/field#", "pdfaField");

/// The fields of one table of §6.6.2.3.3: texts that must be there, and sequences that may.
struct Table {
    of: (&'static str, &'static str),
    texts: &'static [&'static str],
    sequences: &'static [&'static str],
}

const SCHEMA_TABLE: Table = Table {
    of: SCHEMA,
    texts: &["schema", "namespaceURI", "prefix"],
    sequences: &["property", "valueType"],
};
const PROPERTY_TABLE: Table = Table {
    of: PROPERTY,
    texts: &["name", "valueType", "category", "description"],
    sequences: &[],
};
const TYPE_TABLE: Table = Table {
    of: TYPE,
    texts: &["type", "namespaceURI", "prefix", "description"],
    sequences: &["field"],
};
const FIELD_TABLE: Table =
    Table { of: FIELD, texts: &["name", "valueType", "description"], sequences: &[] };

fn field<'p>(of: &'p Property, table: &Table, name: &str) -> Option<&'p Property> {
    of.fields().iter().find(|f| f.namespace == table.of.0 && f.name == name)
}

fn text<'p>(of: &'p Property, table: &Table, name: &str) -> &'p str {
    field(of, table, name).and_then(Property::text).unwrap_or_default()
}

fn sequence<'p>(of: &'p Property, table: &Table, name: &str) -> &'p [Property] {
    field(of, table, name).and_then(|f| f.items(Order::Seq)).unwrap_or_default()
}

impl Checker<'_, '_> {
    /// Checks `pdfaExtension:schemas` and adds what it declares to `schemas`.
    pub(super) fn check_extension(
        &mut self,
        container: &Property,
        schemas: &mut Schemas,
        id: Option<Ref>,
    ) {
        if container.prefix != "pdfaExtension" {
            self.find(Rule::ExtensionSchema, id, format!("the prefix {}", container.prefix));
        }
        let Some(items) = container.items(Order::Bag) else {
            return self.find(Rule::ExtensionSchema, id, "pdfaExtension:schemas is no bag");
        };
        for schema in items {
            // Types first: properties and fields may be of them.
            for value_type in sequence(schema, &SCHEMA_TABLE, "valueType") {
                let fields = sequence(value_type, &TYPE_TABLE, "field").iter().map(|f| {
                    (
                        text(f, &FIELD_TABLE, "name").to_owned(),
                        text(f, &FIELD_TABLE, "valueType").to_owned(),
                    )
                });
                let fields: BTreeMap<_, _> = fields.collect();
                let name = text(value_type, &TYPE_TABLE, "type");
                schemas.declare_type(name, text(value_type, &TYPE_TABLE, "namespaceURI"), fields);
            }
            for property in sequence(schema, &SCHEMA_TABLE, "property") {
                schemas.declare(
                    text(schema, &SCHEMA_TABLE, "namespaceURI"),
                    text(property, &PROPERTY_TABLE, "name"),
                    text(property, &PROPERTY_TABLE, "valueType"),
                );
            }
        }
        for schema in items {
            self.check_table(schema, &SCHEMA_TABLE, id);
            for property in sequence(schema, &SCHEMA_TABLE, "property") {
                self.check_table(property, &PROPERTY_TABLE, id);
                self.check_known_type(text(property, &PROPERTY_TABLE, "valueType"), schemas, id);
                let category = text(property, &PROPERTY_TABLE, "category");
                if !matches!(category, "external" | "internal") {
                    self.find(Rule::ExtensionSchema, id, format!("the category {category:?}"));
                }
            }
            for value_type in sequence(schema, &SCHEMA_TABLE, "valueType") {
                self.check_table(value_type, &TYPE_TABLE, id);
                for field in sequence(value_type, &TYPE_TABLE, "field") {
                    self.check_table(field, &FIELD_TABLE, id);
                    self.check_known_type(text(field, &FIELD_TABLE, "valueType"), schemas, id);
                }
            }
        }
    }

    fn check_known_type(&mut self, value_type: &str, schemas: &Schemas, id: Option<Ref>) {
        if !schemas.knows(value_type) {
            self.find(Rule::ExtensionSchema, id, format!("the type {value_type:?} is not defined"));
        }
    }

    fn check_table(&mut self, of: &Property, table: &Table, id: Option<Ref>) {
        for own in of.fields() {
            let name = own.name.as_str();
            let known = own.namespace == table.of.0
                && (table.texts.contains(&name) || table.sequences.contains(&name));
            if !known {
                self.find(Rule::ExtensionField, id, name);
            } else if own.prefix != table.of.1 {
                self.find(
                    Rule::ExtensionSchema,
                    id,
                    format!("the prefix {} of {name}", own.prefix),
                );
            } else if table.sequences.contains(&name) && own.items(Order::Seq).is_none() {
                self.find(Rule::ExtensionSchema, id, format!("{name} is no sequence"));
            }
        }
        for name in table.texts {
            if field(of, table, name).and_then(Property::text).is_none() {
                self.find(Rule::ExtensionSchema, id, format!("{name} is missing or no text"));
            }
        }
    }
}
