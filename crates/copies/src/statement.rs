//! The wording of the certification statement (lời chứng): versioned texts, the same for the page and for the verifier.
//!
//! Which of them holds on a day, and for whom, stands in `template`; where the lines stand on the page lives in `issue`.

mod template;

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
        })
    }

    /// All lines, one after the other.
    pub fn lines(&self) -> Vec<&str> {
        let mut lines = vec![self.title.as_str()];
        lines.extend(self.head.iter().map(String::as_str));
        lines.extend(self.body.iter().map(String::as_str));
        lines.extend(self.capacity.iter().map(String::as_str));
        lines.push(&self.official);
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
