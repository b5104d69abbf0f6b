//! Clause 6.6: metadata streams, what they say of the file and whether every property is described.

mod extension;
mod schemas;
mod tree;

use super::{Checker, Rule};
use crate::{Dict, Object, Ref, Stream};
use schemas::Schemas;
use tree::Property;

const IDENTIFICATION: &str = "http://www.aiim.org/pdfa/ns/id/";

impl Checker<'_, '_> {
    pub(super) fn check_metadata(&mut self, catalog: &Dict, root: Option<Ref>) {
        let (id, metadata) = self.entry(catalog, "Metadata");
        let Object::Stream(stream) = metadata else {
            return self.find(Rule::MetadataMissing, root, "");
        };
        let mut schemas = Schemas::predefined();
        if let Some(properties) = self.check_packet(&stream, id, &mut schemas) {
            self.check_identification(&properties, id);
        }
        for other in std::mem::take(&mut self.metadata_streams) {
            if Some(other) == id {
                continue;
            }
            if let Object::Stream(stream) = self.resolve(&Object::Ref(other)).1 {
                let mut schemas = schemas.clone();
                self.check_packet(&stream, Some(other), &mut schemas);
            }
        }
    }

    /// One packet, with what extension schemas it may use; its own are added.
    fn check_packet(
        &mut self,
        stream: &Stream,
        id: Option<Ref>,
        schemas: &mut Schemas,
    ) -> Option<Vec<Property>> {
        let data = self.data(stream, id)?;
        let Ok(text) = std::str::from_utf8(&data) else {
            self.find(Rule::XmpSyntax, id, "not UTF-8");
            return None;
        };
        let text = text.trim_start_matches('\u{feff}');
        // §6.6.2.1
        if let Some((_, header)) = text.split_once("<?xpacket") {
            let header = header.split("?>").next().unwrap_or_default();
            for attribute in ["bytes", "encoding"] {
                if header
                    .split(|c: char| c.is_whitespace())
                    .any(|w| w.starts_with(&format!("{attribute}=")))
                {
                    self.find(Rule::XmpPacket, id, attribute);
                }
            }
        }
        let properties = match tree::read(text) {
            Ok(properties) => properties,
            Err(problem) => {
                self.find(Rule::XmpSyntax, id, problem);
                return None;
            }
        };
        let is_container =
            |p: &&Property| p.namespace == extension::CONTAINER && p.name == "schemas";
        if let Some(container) = properties.iter().find(is_container) {
            self.check_extension(container, schemas, id);
        }
        for property in properties.iter().filter(|p| !is_container(p)) {
            let name = format!("{}:{}", property.prefix, property.name);
            match schemas.type_of(&property.namespace, &property.name) {
                None => self.find(Rule::XmpProperty, id, name),
                Some(kind) if !schemas.fits(property, kind) => {
                    let kind = kind.to_owned();
                    self.find(Rule::XmpValue, id, format!("{name} is no {kind}"));
                }
                Some(_) => {}
            }
        }
        Some(properties)
    }

    /// §6.6.4; an embedded file may also be PDF/A-1 (§6.8).
    fn check_identification(&mut self, properties: &[Property], id: Option<Ref>) {
        let own = |name: &str| {
            properties.iter().find(|p| p.namespace == IDENTIFICATION && p.name == name)
        };
        let part = own("part").and_then(Property::text);
        if part != Some("2") && !(part == Some("1") && self.embedded_depth > 0) {
            self.find(Rule::Identification, id, format!("part {}", part.unwrap_or("missing")));
        }
        let conformance = own("conformance").and_then(Property::text);
        if !matches!(conformance, Some("A" | "B" | "U")) {
            let said = conformance.unwrap_or("missing");
            self.find(Rule::Identification, id, format!("conformance {said}"));
        }
        for name in ["part", "conformance", "amd", "corr"] {
            if let Some(prefix) = own(name).map(|p| p.prefix.clone()).filter(|p| p != "pdfaid") {
                self.find(Rule::Identification, id, format!("the prefix {prefix} of {name}"));
            }
        }
    }
}
