//! A copy whose statement stands on its last captured page, prepared, changed, and then signed as if it had been laid out so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(dead_code, missing_docs, unreachable_pub)]

use motcua_copies::facts::StatementPlace;
use motcua_copies::{Report, Verdict, verify};
use motcua_pdf::{Document, Limits, Object, Page, Ref};
use motcua_pki::authority::Demo;
use serde_json::Value;

use crate::made;

pub const PLACE: StatementPlace = StatementPlace { left: 20, top: 150, width: 170, height: 120 };

fn stream(entries: &str, data: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

pub fn page(content: &str) -> String {
    stream("", content)
}

/// A paper of one page of A4 with this content; entries of the page may be added, an own `/MediaBox` among them.
pub fn paper(entries: &[&str], content: String) -> Vec<u8> {
    sheet("/XObject << >>", &entries.join(" "), content)
}

/// One whose page has these resources; object 6 is a form without any.
pub fn with_resources(resources: &str, content: String) -> Vec<u8> {
    sheet(resources, "", content)
}

fn sheet(resources: &str, entries: &str, content: String) -> Vec<u8> {
    let size = if entries.contains("MediaBox") { "" } else { "/MediaBox [0 0 595.276 841.89]" };
    made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".into(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
            format!(
                "<< /Type /Page /Parent 2 0 R {size} /Resources << {resources} >> /Contents 4 0 R {entries} >>"
            ),
            content,
            "<< /Title (Sample) >>".into(),
            stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 9 9 re S"),
        ],
        "/Info 5 0 R /ID [<0011> <0011>]",
    )
}

/// Two sheets, the last of which shows a form.
fn papers() -> [Vec<u8>; 2] {
    let first = paper(&[], page("50 700 90 90 re f"));
    let form =
        stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >>", "0 0 9 9 re S");
    let last = made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".into(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Resources << /XObject << /Lender 5 0 R >> >> /Contents 4 0 R >>".into(),
            page("1 0 0 rg 50 700 90 90 re f q 1 0 0 1 300 700 cm /Lender Do Q"),
            form,
            "<< /Title (Sample) >>".into(),
        ],
        "/Info 6 0 R /ID [<0022> <0022>]",
    );
    [first, last]
}

/// A prepared copy, and the numbers of the objects that matter.
pub struct Prepared {
    demo: Demo,
    state: Value,
    file: Vec<u8>,
    pub first_page: u32,
    pub page: u32,
    pub captured: u32,
    pub drawing: u32,
    pub form: u32,
    pub lender: u32,
    /// The fields of official and agency.
    pub official: u32,
    pub agency: u32,
}

impl Prepared {
    pub fn new() -> Self {
        let demo = made::demo();
        let papers = papers();
        let originals = made::originals(&papers);
        let mut facts = made::facts_by(&demo, made::NOW, &originals);
        facts.statement_place = Some(PLACE);
        let (state, file) = made::laid_out(&demo, &originals, &facts);
        let document = Document::parse(&file, &Limits::STANDARD).unwrap();
        let pages = document.pages().unwrap();
        let last = &pages[1];
        let contents = last.dict.get("Contents").unwrap().as_array().unwrap().to_vec();
        let number = |object: &Object| object.as_ref().unwrap().number;
        let resources = document.value(&last.dict, "Resources").unwrap();
        let forms = document.value(resources.as_dict().unwrap(), "XObject").unwrap();
        let named = |name: &str| number(forms.as_dict().unwrap().get(name).unwrap());
        let field = |page: &Page| number(&page.dict.get("Annots").unwrap().as_array().unwrap()[0]);
        Self {
            first_page: pages[0].id.number,
            page: last.id.number,
            captured: number(&contents[0]),
            drawing: number(&contents[1]),
            form: named("Statement"),
            lender: named("Lender"),
            official: field(last),
            agency: field(&pages[0]),
            demo,
            state,
            file: file.clone(),
        }
    }

    /// What the verifier says of it when it was signed with this change.
    pub fn report(&self, change: impl Fn(&mut File<'_>)) -> Report {
        let mut file = File { bytes: self.file.clone(), state: self.state.clone(), of: self };
        change(&mut file);
        file.close();
        let copy = made::signed_as(&self.demo, file.state, &file.bytes);
        verify(&copy, &made::levels::strict(&self.demo, made::NOW))
    }

    #[track_caller]
    pub fn agrees(&self, change: impl Fn(&mut File<'_>)) {
        let report = self.report(change);
        assert_eq!(report.verdict, Verdict::ValidWithNotes, "{}", report.to_text());
    }

    /// The verifier must find the place unsound, with this in its reason.
    #[track_caller]
    pub fn unsound(&self, change: impl Fn(&mut File<'_>), why: &str) {
        let report = self.report(change);
        assert_eq!(report.verdict, Verdict::NotValid, "{}", report.to_text());
        let place = |r: &&verify::Reason| r.code == "copies.statement_place_unsound";
        let Some(reason) = report.reasons.iter().find(place) else {
            panic!("{}", report.to_text())
        };
        assert!(reason.en.contains(why), "{why}: {}", reason.en);
        assert!(!reason.vi.contains(&reason.params["problem"]), "{}", reason.vi);
    }
}

/// The file of a prepared copy while it is changed.
pub struct File<'a> {
    bytes: Vec<u8>,
    state: Value,
    of: &'a Prepared,
}

impl File<'_> {
    /// Puts another body in the place of an object's, and moves all that follows.
    pub fn replace(&mut self, number: u32, body: &str) {
        let range = {
            let document = Document::parse(&self.bytes, &Limits::STANDARD).unwrap();
            document.locate(number).unwrap().unwrap().range.unwrap()
        };
        let text = format!("{number} 0 obj\n{body}\nendobj");
        let (old, new) = (range.len(), text.len());
        let start = range.start;
        self.bytes.splice(range, text.into_bytes());
        let moved = |offset: usize| if offset > start { offset + new - old } else { offset };
        let table = self.bytes.windows(6).rposition(|w| w == b"\nxref\n").unwrap();
        let text = String::from_utf8(self.bytes.split_off(table)).unwrap();
        let lines: Vec<_> = text
            .split_inclusive('\n')
            .map(|line| match line.strip_suffix(" 00000 n\r\n") {
                Some(offset) => format!("{:010} 00000 n\r\n", moved(offset.parse().unwrap())),
                None => line.to_owned(),
            })
            .collect();
        let text = lines.concat();
        let (before, after) = text.split_once("startxref\n").unwrap();
        self.bytes.extend(format!("{before}startxref\n{}\n%%EOF\n", table + 1).bytes());
        assert!(after.ends_with("\n%%EOF\n"));
        for place in ["/slot/range_at", "/slot/contents_at", "/agency/startxref"] {
            let value = self.state.pointer_mut(place).unwrap();
            *value = moved(usize::try_from(value.as_u64().unwrap()).unwrap()).into();
        }
    }

    /// States the signed ranges anew.
    fn close(&mut self) {
        let slot = |key: &str| usize::try_from(self.state["slot"][key].as_u64().unwrap()).unwrap();
        let (at, contents, capacity) = (slot("range_at"), slot("contents_at"), slot("capacity"));
        let end = contents + capacity * 2 + 2;
        let text = format!("[0 {contents} {end} {}]", self.bytes.len() - end);
        self.bytes[at..at + 48].fill(b' ');
        self.bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    }

    /// Changes text as long as it was.
    pub fn text(&mut self, from: &str, to: &str) {
        assert_eq!(from.len(), to.len());
        let at = self.bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        self.bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }

    /// The dictionary of an object as text, and the decoded data of a stream.
    fn object(&self, number: u32) -> (String, String) {
        let document = Document::parse(&self.bytes, &Limits::STANDARD).unwrap();
        let located = document.locate(number).unwrap().unwrap();
        let text = String::from_utf8_lossy(&self.bytes[located.range.unwrap()]).into_owned();
        let body = text.split_once("obj\n").unwrap().1;
        let body = body.split("\nstream\n").next().unwrap();
        let body = body.trim_end_matches("\nendobj").to_owned();
        let data = match document.get(Ref { number, generation: 0 }).unwrap() {
            Object::Stream(stream) => document.decode(&stream).unwrap(),
            _ => Vec::new(),
        };
        (body, String::from_utf8(data).unwrap())
    }

    fn rewrite(
        &mut self,
        number: u32,
        dict: impl Fn(String) -> String,
        data: impl Fn(String) -> String,
    ) {
        let (entries, content) = self.object(number);
        let entries = entries.split(" /Length").next().unwrap().trim_start_matches("<<").to_owned();
        let entries = dict(entries.replace(" /Filter /FlateDecode", ""));
        self.replace(number, &stream(&entries, &data(content)));
    }

    pub fn captured(&mut self, change: impl Fn(String) -> String) {
        self.rewrite(self.of.captured, |dict| dict, change);
    }

    pub fn drawing(&mut self, change: impl Fn(String) -> String) {
        self.rewrite(self.of.drawing, |dict| dict, change);
    }

    pub fn form(&mut self, dict: impl Fn(String) -> String, data: impl Fn(String) -> String) {
        self.rewrite(self.of.form, dict, data);
    }

    /// Changes an object that is no stream.
    pub fn dict(&mut self, number: u32, change: impl Fn(String) -> String) {
        let body = change(self.object(number).0);
        self.replace(number, &body);
    }

    pub fn page(&mut self, change: impl Fn(String) -> String) {
        self.dict(self.of.page, change);
    }

    pub fn first_page(&mut self, change: impl Fn(String) -> String) {
        self.dict(self.of.first_page, change);
    }
}
