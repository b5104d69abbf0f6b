//! The facts as the text of the QR code (Circular 01/2023/TT-VPCP Art. 26: six fields at the least), and read back.

use super::CopyFacts;

/// First line of the code's text: names the form and its version.
const HEAD: &str = "MOTCUA1";

/// What a QR code says of a copy; enough to compare with the statement and the metadata.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QrFacts {
    /// Dossier code.
    pub dossier: String,
    /// Procedure code.
    pub procedure: String,
    /// Applicant's identifier.
    pub applicant: String,
    /// Name of the paper.
    pub paper: String,
    /// Source system.
    pub system: String,
    /// Time of publication, as the agency's block shows it.
    pub published: String,
    /// Register number, book, year and act code.
    pub register: String,
    /// The link with its secret fragment.
    pub link: String,
}

impl CopyFacts {
    /// What the QR code must say.
    pub fn qr(&self) -> QrFacts {
        let r = &self.register;
        QrFacts {
            dossier: self.dossier.clone(),
            procedure: self.procedure.clone(),
            applicant: self.applicant.clone(),
            paper: self.paper.clone(),
            system: self.system.clone(),
            published: self.signed_at_text(),
            register: format!("{}/{}/{}-{}", r.number, r.book, r.year, r.act_code),
            link: self.full_link(),
        }
    }
}

impl QrFacts {
    /// The text in the code: a head line, then one `key=value` a line.
    pub fn to_text(&self) -> String {
        let lines = [
            ("hs", &self.dossier),
            ("tt", &self.procedure),
            ("dd", &self.applicant),
            ("ten", &self.paper),
            ("ht", &self.system),
            ("tg", &self.published),
            ("so", &self.register),
            ("url", &self.link),
        ];
        let body: Vec<_> = lines.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{HEAD}\n{}", body.join("\n"))
    }

    /// Reads a code's text; `None` when it is not one of ours or a line is missing, strange or doubled.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        if lines.next()? != HEAD {
            return None;
        }
        let mut take =
            |key: &str| Some(lines.next()?.strip_prefix(key)?.strip_prefix('=')?.to_owned());
        let facts = Self {
            dossier: take("hs")?,
            procedure: take("tt")?,
            applicant: take("dd")?,
            paper: take("ten")?,
            system: take("ht")?,
            published: take("tg")?,
            register: take("so")?,
            link: take("url")?,
        };
        lines.next().is_none().then_some(facts)
    }
}
