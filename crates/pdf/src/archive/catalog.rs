//! What the catalog leads to: output intents (6.2.3), permissions (6.1.12), names, forms (6.4), outlines, optional content (6.9)
//! and requirements. Metadata have their own room.

use std::collections::BTreeSet;

use super::colour::Device;
use super::icc;
use super::{Checker, Rule, check_nested};
use crate::{Dict, Limits, Object, Ref};

/// Files embedded in files embedded in files: what is deeper is not asked.
const MOST_EMBEDDED: usize = 2;
/// Embedded files checked: each is a file of its own to read.
const MOST_FILES: usize = 16;
/// Nodes of name, field and outline trees.
const MOST_NODES: usize = 100_000;

impl Checker<'_, '_> {
    pub(super) fn check_catalog(&mut self) {
        let source = self.source;
        let Ok(catalog) = source.catalog() else { return };
        let root = source.trailer().get("Root").and_then(Object::as_ref);
        self.check_output_intents(&catalog, root);
        self.check_metadata(&catalog, root);
        if let Some(permissions) = self.dict(&catalog, "Perms") {
            self.check_permissions(&permissions, root);
        }
        if catalog.contains("AA") {
            self.find(Rule::Trigger, root, "/AA");
        }
        if catalog.contains("Requirements") {
            self.find(Rule::Requirements, root, "");
        }
        if self.value(&catalog, "NeedsRendering").as_bool() == Some(true) {
            self.find(Rule::Xfa, root, "/NeedsRendering");
        }
        if let Some(names) = self.dict(&catalog, "Names") {
            self.check_names(&names, root);
        }
        let (action_id, action) = self.entry(&catalog, "OpenAction");
        if let Object::Dict(action) = action {
            self.check_action(&action, action_id.or(root));
        }
        if let Some(form) = self.dict(&catalog, "AcroForm") {
            self.check_form_dictionary(&form, root);
        }
        if let Some(content) = self.dict(&catalog, "OCProperties") {
            self.check_optional_content(&content, root);
        }
        if let Some(outlines) = self.dict(&catalog, "Outlines") {
            self.check_outlines(&outlines);
        }
    }

    /// §6.2.3
    fn check_output_intents(&mut self, catalog: &Dict, root: Option<Ref>) {
        let mut profiles = BTreeSet::new();
        for intent in self.items(catalog, "OutputIntents") {
            let (id, intent) = self.resolve(&intent);
            let Some(intent) = intent.as_dict() else { continue };
            let id = id.or(root);
            let kind = self.name(intent, "S").unwrap_or_default();
            if kind == "GTS_PDFX" && intent.contains("DestOutputProfileRef") {
                self.find(Rule::OutputProfileRef, id, "");
            }
            let (profile_id, profile) = self.entry(intent, "DestOutputProfile");
            let Object::Stream(stream) = profile else { continue };
            profiles.insert(profile_id);
            let Some(data) = self.data(&stream, profile_id) else { continue };
            let header = icc::Header::read(&data);
            let device = match header.map(|h| h.space) {
                Some(space) if space == *b"RGB " => Some(Device::Rgb),
                Some(space) if space == *b"CMYK" => Some(Device::Cmyk),
                Some(space) if space == *b"GRAY" => Some(Device::Gray),
                _ => None,
            };
            let sound =
                header.is_some_and(|h| matches!(&h.class, b"prtr" | b"mntr") && h.major < 5);
            let components = self.value(&stream.dict, "N").as_integer();
            let fits = header.and_then(|h| h.components()) == components;
            if !sound || device.is_none() || !fits {
                self.find(Rule::OutputProfile, profile_id.or(id), "");
            }
            if kind == "GTS_PDFA1" {
                self.output = device;
            }
        }
        if profiles.len() > 1 {
            self.find(Rule::OutputProfiles, root, "");
        }
    }

    /// §6.1.12
    fn check_permissions(&mut self, permissions: &Dict, root: Option<Ref>) {
        for (key, _) in permissions.iter() {
            if !matches!(key.0.as_slice(), b"UR3" | b"DocMDP") {
                self.find(Rule::Permissions, root, format!("/{key}"));
            }
        }
        if !permissions.contains("DocMDP") {
            return;
        }
        for key in ["DocMDP", "UR3"] {
            let (id, signature) = self.entry(permissions, key);
            let Some(signature) = signature.as_dict().cloned() else { continue };
            self.check_references(&signature, id.or(root));
        }
    }

    fn check_references(&mut self, signature: &Dict, id: Option<Ref>) {
        for reference in self.items(signature, "Reference") {
            let reference = self.resolve(&reference).1;
            let Some(reference) = reference.as_dict() else { continue };
            for key in ["DigestLocation", "DigestMethod", "DigestValue"] {
                if reference.contains(key) {
                    self.find(Rule::Permissions, id, format!("/{key}"));
                }
            }
        }
    }

    fn check_names(&mut self, names: &Dict, root: Option<Ref>) {
        // §6.10
        if names.contains("AlternatePresentations") {
            self.find(Rule::AlternatePresentations, root, "/AlternatePresentations");
        }
        for (id, action) in self.name_tree(names, "JavaScript") {
            if let Some(action) = action.as_dict() {
                self.check_action(action, id.or(root));
            }
        }
        for (id, file) in self.name_tree(names, "EmbeddedFiles") {
            if let Some(file) = file.as_dict() {
                self.check_file_specification(file, id.or(root));
            }
        }
    }

    /// The values of a name tree (ISO 32000-1 §7.9.6).
    fn name_tree(&mut self, names: &Dict, key: &str) -> Vec<(Option<Ref>, Object)> {
        let mut values = Vec::new();
        let mut seen = BTreeSet::new();
        let mut stack: Vec<Object> = names.get(key).cloned().into_iter().collect();
        while let Some(node) = stack.pop() {
            let (id, node) = self.resolve(&node);
            if id.is_some_and(|id| !seen.insert(id)) || values.len() + stack.len() > MOST_NODES {
                continue;
            }
            let Some(node) = node.as_dict() else { continue };
            for pair in self.items(node, "Names").chunks_exact(2) {
                if let Some(value) = pair.get(1) {
                    values.push(self.resolve(value));
                }
            }
            stack.extend(self.items(node, "Kids"));
        }
        values
    }

    /// §6.8
    pub(super) fn check_file_specification(&mut self, file: &Dict, id: Option<Ref>) {
        let Some(embedded) = self.dict(file, "EF") else { return };
        if !file.contains("F") || !file.contains("UF") {
            self.find(Rule::EmbeddedFile, id, "no /F or no /UF");
        }
        for (_, stream) in embedded.iter() {
            let (stream_id, stream) = self.resolve(stream);
            let Object::Stream(stream) = stream else { continue };
            if !self.first_time(stream_id, "embedded") || self.embedded_depth >= MOST_EMBEDDED {
                continue;
            }
            self.embedded_files += 1;
            if self.embedded_files > MOST_FILES {
                return self.find(
                    Rule::Budget,
                    id,
                    format!("more than {MOST_FILES} embedded files"),
                );
            }
            let Some(data) = self.data(&stream, stream_id) else { continue };
            let whole = *self.source.limits();
            // What is embedded costs no more in all than the file itself may.
            let limits = Limits {
                steps: whole.steps.saturating_sub(self.steps),
                inflated: whole.inflated / MOST_FILES,
                ..whole
            };
            let (within, steps) = check_nested(&data, &limits, self.embedded_depth + 1);
            self.work(steps);
            if let Some(first) = within.first() {
                self.find(Rule::EmbeddedFile, stream_id, first.to_string());
            }
        }
    }

    /// §6.4
    fn check_form_dictionary(&mut self, form: &Dict, root: Option<Ref>) {
        if self.value(form, "NeedAppearances").as_bool() == Some(true) {
            self.find(Rule::NeedAppearances, root, "");
        }
        if form.contains("XFA") {
            self.find(Rule::Xfa, root, "/XFA");
        }
        let mut stack = self.items(form, "Fields");
        let mut seen = BTreeSet::new();
        while let Some(field) = stack.pop() {
            let (id, field) = self.resolve(&field);
            if id.is_some_and(|id| !seen.insert(id)) || seen.len() > MOST_NODES || !self.step() {
                continue;
            }
            let Some(field) = field.as_dict() else { continue };
            // §6.4.1
            if field.contains("AA") {
                self.find(Rule::FieldActions, id, "/AA");
            }
            if self.name(field, "FT").as_deref() == Some("Sig") {
                let (signature_id, signature) = self.entry(field, "V");
                if let Some(signature) = signature.as_dict() {
                    self.check_byte_range(signature, signature_id.or(id));
                }
            }
            stack.extend(self.items(field, "Kids"));
        }
    }

    /// §6.4.3: the whole file as it was when it was signed, but for `/Contents`.
    fn check_byte_range(&mut self, signature: &Dict, id: Option<Ref>) {
        let range: Vec<_> = self
            .items(signature, "ByteRange")
            .iter()
            .filter_map(|v| v.as_integer().and_then(|v| usize::try_from(v).ok()))
            .collect();
        let covered = match range[..] {
            [0, first, second, length] if second >= first => second.checked_add(length),
            _ => None,
        };
        let ends = self
            .source
            .revisions()
            .iter()
            .any(|r| covered == Some(r.added.end) || covered == Some(r.eof));
        if !ends {
            self.find(Rule::ByteRange, id, "");
        }
    }

    /// §6.9
    fn check_optional_content(&mut self, properties: &Dict, root: Option<Ref>) {
        let groups: BTreeSet<Ref> =
            self.items(properties, "OCGs").iter().filter_map(Object::as_ref).collect();
        let mut configurations = Vec::new();
        if let Some(default) = self.dict(properties, "D") {
            configurations.push(default);
        }
        for item in self.items(properties, "Configs") {
            configurations.extend(self.resolve(&item).1.as_dict().cloned());
        }
        let mut names = BTreeSet::new();
        for configuration in configurations {
            let name = self.value(&configuration, "Name");
            let name = name.as_string().map(|s| s.bytes.clone()).unwrap_or_default();
            if name.is_empty() {
                self.find(Rule::OptionalContent, root, "a configuration without /Name");
            } else if !names.insert(name) {
                self.find(Rule::OptionalContent, root, "two configurations of one /Name");
            }
            if configuration.contains("AS") {
                self.find(Rule::OptionalContent, root, "/AS");
            }
            if configuration.contains("Order") {
                let mut listed = BTreeSet::new();
                let mut stack = self.items(&configuration, "Order");
                while let Some(item) = stack.pop() {
                    if !self.step() {
                        return;
                    }
                    if let Some(id) = item.as_ref() {
                        listed.insert(id);
                        if groups.contains(&id) {
                            continue;
                        }
                    }
                    if let Object::Array(items) = self.resolve(&item).1 {
                        stack.extend(items);
                    }
                }
                if !groups.is_subset(&listed) {
                    self.find(Rule::OptionalContent, root, "/Order does not list every group");
                }
            }
        }
    }

    fn check_outlines(&mut self, outlines: &Dict) {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<Object> = outlines.get("First").cloned().into_iter().collect();
        while let Some(item) = stack.pop() {
            let (id, item) = self.resolve(&item);
            if !id.is_some_and(|id| seen.insert(id)) || seen.len() > MOST_NODES {
                continue;
            }
            let Some(item) = item.as_dict() else { continue };
            let (action_id, action) = self.entry(item, "A");
            if let Object::Dict(action) = action {
                self.check_action(&action, action_id.or(id));
            }
            stack.extend(["First", "Next"].iter().filter_map(|key| item.get(key).cloned()));
        }
    }
}
