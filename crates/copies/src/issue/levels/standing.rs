//! How far a signed file has come, and who stands behind its signatures: what a step to the next level starts from. Nothing is judged;
//! that is for `verify`.

use std::fmt;
use std::str::FromStr;

use motcua_pdf::{Document, Limits};
use motcua_pki::cms::SignedData;
use serde::{Serialize, Serializer};

use super::super::IssueError;
use super::Validation;
use crate::verify::{self, InFile, Reached};

/// A level of the baseline (EN 319 142-1 §6), the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// B-B: signed.
    Basic,
    /// B-T: the time of the signature is proven.
    Timestamp,
    /// B-LT: with what validation needs.
    LongTerm,
    /// B-LTA: closed by a document timestamp that can be renewed.
    Archive,
}

impl Level {
    /// All of them, the lowest first.
    pub const ALL: [Self; 4] = [Self::Basic, Self::Timestamp, Self::LongTerm, Self::Archive];

    /// Its name in the standard.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "B-B",
            Self::Timestamp => "B-T",
            Self::LongTerm => "B-LT",
            Self::Archive => "B-LTA",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = String;

    /// By its name, in letters of either case.
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("{text:?} is no level; one of b-b, b-t, b-lt, b-lta"))
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One signature or document timestamp.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its field.
    pub field: String,
    /// Whether it is a document timestamp.
    pub is_timestamp: bool,
    /// The revision it covers, from 0.
    pub revision: usize,
    /// Its CMS.
    pub cms: SignedData,
    /// How far the signature has come; `None` for a timestamp, and for a signature outside the baseline.
    pub level: Option<Level>,
}

/// A signed file as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Signatures and document timestamps, in the order of what they cover.
    pub signed: Vec<Signed>,
    /// The revisions of the file.
    pub revisions: usize,
    /// What its security store holds; `None` where it has none.
    pub store: Option<Validation>,
}

impl Standing {
    /// The level that all signatures have reached; `None` where one is outside the baseline, or there is none.
    pub fn level(&self) -> Option<Level> {
        let levels = self.signed.iter().filter(|s| !s.is_timestamp).map(|s| s.level);
        levels.min().flatten()
    }

    /// Whether a document timestamp closes the file: nothing follows it.
    pub fn is_closed(&self) -> bool {
        self.signed.iter().any(|s| s.is_timestamp && s.revision + 1 == self.revisions)
    }

    /// A name for the next document timestamp's field that no field has.
    pub fn next_timestamp(&self) -> String {
        let taken = |name: &String| self.signed.iter().any(|s| s.field == *name);
        let names = (1_usize..).map(|i| format!("archive-{i}"));
        names.take(self.signed.len() + 1).find(|name| !taken(name)).unwrap_or_default()
    }
}

/// Reads how a file stands.
///
/// # Errors
/// [`IssueError::Read`] for a file that is not understood; [`IssueError::NoSuchSignature`] when it is not signed, or a signature
/// covers no revision; [`IssueError::Pki`] when a signature is no CMS.
pub fn standing(file: &[u8]) -> Result<Standing, IssueError> {
    let document = Document::parse(file, &Limits::STANDARD)?;
    let found = verify::in_order(&document)?;
    let timestamps: Vec<usize> =
        found.iter().filter(|f| f.is_timestamp).filter_map(|f| f.covers).collect();
    let reached = Reached::of(&document, &timestamps)?;
    let mut signed = Vec::new();
    for one in found {
        signed.push(read(one, &reached)?);
    }
    if signed.iter().all(|s| s.is_timestamp) {
        let problem = "the file is not signed";
        return Err(IssueError::NoSuchSignature { field: String::new(), problem });
    }
    let [certificates, crls, ocsp_responses] = verify::stored(&document)?;
    let store = Validation { certificates, crls, ocsp_responses, per_signature: false };
    let store = reached.has_store().then_some(store);
    Ok(Standing { signed, revisions: document.revisions().len(), store })
}

fn read(found: InFile, reached: &Reached) -> Result<Signed, IssueError> {
    let InFile { field, contents, is_timestamp, is_baseline, covers } = found;
    let Some(revision) = covers else {
        let problem = "it does not cover the file as it was signed";
        return Err(IssueError::NoSuchSignature { field, problem });
    };
    let cms = SignedData::parse_padded(&contents)?;
    let own = cms.signers().first().is_some_and(|s| s.timestamps().next().is_some());
    let level = (is_baseline && !is_timestamp).then(|| reached.level(Some(revision), own));
    let level = level.and_then(|name| name.parse().ok());
    Ok(Signed { field, is_timestamp, revision, cms, level })
}
