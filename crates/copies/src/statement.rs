//! The wording of the certification statement (lời chứng): versioned texts, the same for the page and for the verifier.
//!
//! Which of them holds on a day, and for whom, stands in `template`; where the lines stand on the page lives in `issue`.

mod template;

pub(crate) use template::Objection;
pub use template::{Capacity, IssuerKind, Template};

use crate::facts::CopyFacts;

/// Wording for a copy certified from the original (Decree 23/2015/NĐ-CP Art. 12, as amended by Decree 280/2025/NĐ-CP in force
/// from 1 November 2025).
pub const COPY_2025_11: &str = "copy-2025-11";

/// The statement's parts, in reading order. Every string is NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The title.
    pub title: String,
    /// Number, book and date.
    pub head: Vec<String>,
    /// What is certified, the mark that paper was converted (Law 20/2023/QH15 Art. 12.1.c), and in what the capture falls short.
    pub body: Vec<String>,
    /// The official's capacity, one or two lines.
    pub capacity: Vec<String>,
    /// The official's name.
    pub official: String,
    /// Capacity and name of those who sign after the first, in their order.
    pub co_officials: Vec<(Vec<String>, String)>,
}

impl Statement {
    /// The statement that `facts` call for; `None` when the template is not known here.
    pub fn new(facts: &CopyFacts) -> Option<Self> {
        // The wording is one; what changed with the law is who signs.
        Template::named(&facts.template)?;
        let accepted: Vec<_> = facts.original.accepted.iter().map(|s| s.vi()).collect();
        let note =
            (!accepted.is_empty()).then(|| format!("Lưu ý: bản chụp {}.", accepted.join("; ")));
        Some(Self {
            title: "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH".to_owned(),
            head: vec![
                facts.register_line(),
                format!("{}, tại {}", facts.date_line(), facts.place),
            ],
            body: [
                Some(format!(
                    "Giấy tờ: {}. Bản chính có {} trang.",
                    facts.paper, facts.original.pages
                )),
                Some(format!(
                    "Bản sao điện tử này được chuyển đổi từ bản chính bằng giấy bởi {}.",
                    facts.agency
                )),
                note,
                Some(format!("Mã bản sao: {}", facts.copy_id)),
                Some(format!("SHA-256 của bản chụp: {}", facts.original.sha256)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            capacity: facts.capacity.lines().map(str::to_owned).collect(),
            official: facts.official.clone(),
            co_officials: facts
                .co_officials
                .iter()
                .map(|o| (o.capacity.lines().map(str::to_owned).collect(), o.name.clone()))
                .collect(),
        })
    }

    /// Capacity and name of everyone who signs, in their order.
    pub fn officials(&self) -> impl Iterator<Item = (&[String], &str)> {
        let first = (self.capacity.as_slice(), self.official.as_str());
        let others = self.co_officials.iter().map(|(c, name)| (c.as_slice(), name.as_str()));
        std::iter::once(first).chain(others)
    }

    /// All lines, one after the other.
    pub fn lines(&self) -> Vec<&str> {
        let mut lines = self.above_names();
        for (capacity, name) in self.officials() {
            lines.extend(capacity.iter().map(String::as_str));
            lines.push(name);
        }
        lines
    }

    /// The lines but for capacities and names.
    fn above_names(&self) -> Vec<&str> {
        let head = self.head.iter().chain(&self.body).map(String::as_str);
        std::iter::once(self.title.as_str()).chain(head).collect()
    }

    /// The lines that stand on the page itself; each name stands in the look of its signature.
    pub fn on_page(&self) -> Vec<&str> {
        let mut lines = self.above_names();
        lines.extend(self.officials().flat_map(|(capacity, _)| capacity).map(String::as_str));
        lines
    }
}

/// The agency's block, top right of page 1 (Decree 30/2020/NĐ-CP Annex I part II): form of copy, agency, time.
pub fn agency_block(facts: &CopyFacts) -> Vec<String> {
    vec![
        "SAO Y".to_owned(),
        facts.agency.clone(),
        format!("Thời gian ký: {}", facts.signed_at_text()),
    ]
}
