//! Pages: their boundaries, contents, transparency and annotations.

use super::content::State;
use super::{Checker, Rule};
use crate::{Object, Page};

/// ISO 19005-2 §6.1.13, in units of the page.
const SIDES: std::ops::RangeInclusive<f64> = 3.0..=14_400.0;

impl Checker<'_, '_> {
    pub(super) fn check_pages(&mut self) {
        let pages = match self.source.pages() {
            Ok(pages) => pages,
            Err(e) => return self.note(&e, None),
        };
        for (i, page) in pages.iter().enumerate() {
            self.page = Some(i + 1);
            self.check_page(page);
        }
        self.page = None;
    }

    fn check_page(&mut self, page: &Page) {
        let id = Some(page.id);
        let dict = &page.dict;
        for key in ["MediaBox", "CropBox"] {
            if let Some(value) = page.inherited(key) {
                self.check_box(&value.clone(), key, page);
            }
        }
        for key in ["BleedBox", "TrimBox", "ArtBox"] {
            if let Some(value) = dict.get(key) {
                self.check_box(value, key, page);
            }
        }
        if dict.contains("AA") {
            self.find(Rule::Trigger, id, "/AA");
        }
        if dict.contains("PresSteps") {
            self.find(Rule::AlternatePresentations, id, "/PresSteps");
        }
        let own = dict.contains("Resources");
        let resources = page.inherited("Resources").map(|r| self.resolve(r).1);
        let resources = resources.and_then(|r| r.as_dict().cloned()).unwrap_or_default();
        let resources = self.resources(&resources, !own);
        self.transparent = false;
        let contents = match self.value(dict, "Contents") {
            Object::Array(items) => items,
            Object::Null => Vec::new(),
            _ => dict.get("Contents").cloned().into_iter().collect(),
        };
        // ISO 32000-1 table 30: the streams are read as one.
        let mut data = Vec::new();
        let mut first = None;
        for content in contents {
            let (content_id, content) = self.resolve(&content);
            first = first.or(content_id);
            if let Object::Stream(stream) = content {
                data.extend(self.data(&stream, content_id).unwrap_or_default());
                data.push(b'\n');
            }
        }
        self.check_content(&data, first.or(id), &resources, State::new());
        self.check_annotations(dict, &resources);
        let group = self.dict(dict, "Group").unwrap_or_default();
        let blended = self.check_group(&group, &resources.dict, id);
        // §6.2.10
        if self.transparent && self.output.is_none() && !blended {
            self.find(Rule::TransparencyGroup, id, "");
        }
    }

    fn check_box(&mut self, value: &Object, key: &str, page: &Page) {
        let items = self.resolve(value).1.as_array().unwrap_or_default().to_vec();
        let mut numbers = Vec::new();
        for item in items.iter().take(4) {
            numbers.extend(self.resolve(item).1.as_number());
        }
        let [a, b, c, d] = numbers[..] else {
            return self.find(Rule::PageSize, Some(page.id), format!("/{key} is no rectangle"));
        };
        if !SIDES.contains(&(c - a).abs()) || !SIDES.contains(&(d - b).abs()) {
            self.find(Rule::PageSize, Some(page.id), format!("/{key} [{a} {b} {c} {d}]"));
        }
    }
}
