//! Clauses 6.3 and 6.5, and widgets of 6.4.1: annotations with their appearances, and actions.

use super::content::{Resources, State};
use super::{Checker, Rule};
use crate::{Dict, Object, Ref};

/// Annotation types of ISO 32000-1 without 3D, Sound, Screen and Movie (ISO 19005-2 §6.3.1).
const TYPES: [&str; 22] = [
    "Text",
    "Link",
    "FreeText",
    "Line",
    "Square",
    "Circle",
    "Polygon",
    "PolyLine",
    "Highlight",
    "Underline",
    "Squiggly",
    "StrikeOut",
    "Stamp",
    "Caret",
    "Ink",
    "Popup",
    "FileAttachment",
    "Widget",
    "PrinterMark",
    "TrapNet",
    "Watermark",
    "Redact",
];
/// Actions that ISO 19005-2 §6.5.1 leaves.
const ACTIONS: [&str; 7] = ["GoTo", "GoToR", "GoToE", "Thread", "URI", "Named", "SubmitForm"];
const NAMED: [&str; 4] = ["NextPage", "PrevPage", "FirstPage", "LastPage"];
/// Bits of `/F` (ISO 32000-1 table 165): print must be set; invisible, hidden, no-view, toggle-no-view must not.
const PRINT: i64 = 4;
const FORBIDDEN: i64 = 1 | 2 | 32 | 256;
/// A field is seldom deeper than three below the form.
const MOST_PARENTS: usize = 32;

impl Checker<'_, '_> {
    pub(super) fn check_annotations(&mut self, page: &Dict, resources: &Resources) {
        for annotation in self.items(page, "Annots") {
            let (id, annotation) = self.resolve(&annotation);
            if let Some(annotation) = annotation.as_dict() {
                self.check_annotation(annotation, id, resources);
            }
        }
    }

    fn check_annotation(&mut self, annotation: &Dict, id: Option<Ref>, resources: &Resources) {
        let kind = self.name(annotation, "Subtype").unwrap_or_default();
        if !TYPES.contains(&kind.as_str()) {
            self.find(Rule::AnnotationType, id, format!("/{kind}"));
        }
        // §6.3.2
        match self.value(annotation, "F").as_integer() {
            Some(flags) if flags & PRINT == 0 || flags & FORBIDDEN != 0 => {
                self.find(Rule::AnnotationFlags, id, format!("/F {flags}"));
            }
            None if kind != "Popup" => self.find(Rule::AnnotationFlags, id, "no /F"),
            _ => {}
        }
        let widget = kind == "Widget";
        if widget {
            for key in ["A", "AA"] {
                if annotation.contains(key) {
                    self.find(Rule::FieldActions, id, format!("/{key}"));
                }
            }
        }
        self.check_appearance(annotation, id, &kind, resources);
        let (action_id, action) = self.entry(annotation, "A");
        if let Object::Dict(action) = action {
            self.check_action(&action, action_id.or(id));
        }
        if let Some(actions) = self.dict(annotation, "AA") {
            for (_, action) in actions.iter() {
                let (action_id, action) = self.resolve(action);
                if let Object::Dict(action) = action {
                    self.check_action(&action, action_id.or(id));
                }
            }
        }
        let (file_id, file) = self.entry(annotation, "FS");
        if let Some(file) = file.as_dict() {
            self.check_file_specification(file, file_id.or(id));
        }
    }

    /// §6.3.3
    fn check_appearance(
        &mut self,
        annotation: &Dict,
        id: Option<Ref>,
        kind: &str,
        resources: &Resources,
    ) {
        let Some(looks) = self.dict(annotation, "AP") else {
            let corners: Vec<f64> = self
                .items(annotation, "Rect")
                .iter()
                .filter_map(|v| self.resolve(v).1.as_number())
                .collect();
            let same = |a: f64, b: f64| (a - b).abs() < f64::EPSILON;
            let empty = matches!(corners[..], [a, b, c, d] if same(a, c) && same(b, d));
            if !empty && !matches!(kind, "Popup" | "Link") {
                self.find(Rule::AnnotationAppearance, id, "no /AP");
            }
            return;
        };
        if looks.len() != 1 || !looks.contains("N") {
            self.find(Rule::AnnotationAppearance, id, "/AP holds something else than /N");
        }
        let button = kind == "Widget" && self.field_type(annotation).as_deref() == Some("Btn");
        let (normal_id, normal) = self.entry(&looks, "N");
        let mut streams = Vec::new();
        match &normal {
            Object::Stream(_) => {
                if button {
                    self.find(Rule::AnnotationAppearance, id, "/N of a button is one stream");
                }
                streams.push((normal_id, normal.clone()));
            }
            Object::Dict(states) => {
                if !button {
                    self.find(Rule::AnnotationAppearance, id, "/N is no stream");
                }
                for (_, state) in states.iter() {
                    let state = self.resolve(state);
                    if !matches!(state.1, Object::Stream(_)) {
                        self.find(Rule::AnnotationAppearance, id, "a state of /N is no stream");
                    }
                    streams.push(state);
                }
                if states.is_empty() {
                    self.find(Rule::AnnotationAppearance, id, "/N is empty");
                }
            }
            _ => self.find(Rule::AnnotationAppearance, id, "/N is no stream"),
        }
        for (stream_id, stream) in streams {
            if let Object::Stream(stream) = stream {
                self.check_form(&stream, stream_id.or(id), resources, &State::new());
            }
        }
    }

    fn field_type(&mut self, field: &Dict) -> Option<String> {
        let mut field = field.clone();
        for _ in 0..MOST_PARENTS {
            if let Some(kind) = self.name(&field, "FT") {
                return Some(kind);
            }
            field = self.dict(&field, "Parent")?;
        }
        None
    }

    /// §6.5.1, with the actions that follow.
    pub(super) fn check_action(&mut self, action: &Dict, id: Option<Ref>) {
        let kind = self.name(action, "S").unwrap_or_default();
        if !ACTIONS.contains(&kind.as_str()) {
            self.find(Rule::Action, id, format!("/{kind}"));
        }
        if kind == "Named" {
            let name = self.name(action, "N").unwrap_or_default();
            if !NAMED.contains(&name.as_str()) {
                self.find(Rule::Action, id, format!("/Named /{name}"));
            }
        }
        let next = match self.entry(action, "Next") {
            (next_id, Object::Dict(next)) => vec![(next_id, Object::Dict(next))],
            (_, Object::Array(items)) => items.iter().map(|i| self.resolve(i)).collect(),
            _ => Vec::new(),
        };
        for (next_id, next) in next {
            if let Object::Dict(next) = next
                && self.first_time(next_id, "next action")
            {
                self.deeper(next_id, |c| c.check_action(&next, next_id.or(id)));
            }
        }
    }
}
