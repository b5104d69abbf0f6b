//! Why a copy could not be issued, with stable codes.

use motcua_pdf::archive::{Finding, Rule};
use motcua_pdf::write::WriteError;
use motcua_pdf::write::import::ImportError;
use thiserror::Error;
use time::Date;

use crate::facts::Shortcoming;
use crate::statement::Template;

/// Why a copy could not be issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// Nothing was given to copy.
    #[error("no original was given; give the captured pages in order")]
    NoOriginal,
    /// A file has no bytes.
    #[error("original {index} is an empty file; capture it again")]
    EmptyOriginal {
        /// Which file, from 1.
        index: usize,
    },
    /// A file is none of the forms that can be copied.
    #[error(
        "original {index} is neither {} nor PDF (it begins with {found}); convert or scan it again",
        PICTURES
    )]
    UnknownOriginal {
        /// Which file, from 1.
        index: usize,
        /// Its first bytes, hexadecimal.
        found: String,
    },
    /// A picture does not say how large it is on paper.
    #[error(
        "original {index} does not state its resolution, so its size on paper is unknown; give the resolution it was scanned at"
    )]
    NoResolution {
        /// Which file, from 1.
        index: usize,
    },
    /// A picture was captured too coarsely (Decree 30/2020/NĐ-CP Annex I: at least 200 dpi).
    #[error(
        "page {page} of original {index} was captured at {dpi} dpi; the law asks for at least 200 (Decree 30/2020/NĐ-CP Annex I), scan it again or accept low_resolution by name"
    )]
    LowResolution {
        /// Which file, from 1.
        index: usize,
        /// Its page, from 1.
        page: usize,
        /// Its resolution.
        dpi: u32,
    },
    /// A picture was captured without colour (Decree 30/2020/NĐ-CP Annex I).
    #[error(
        "page {page} of original {index} was captured without colour; the law asks for colour (Decree 30/2020/NĐ-CP Annex I), scan it again or accept not_colour by name"
    )]
    NotColour {
        /// Which file, from 1.
        index: usize,
        /// Its page, from 1.
        page: usize,
    },
    /// A page would have a size that no usual paper has (Decree 30/2020/NĐ-CP Annex I: 1:1).
    #[error(
        "page {page} of original {index} would be {width} by {height} mm, which no usual paper is; the law asks for 1:1 (Decree 30/2020/NĐ-CP Annex I): state the true resolution, or accept unusual_size by name"
    )]
    UnusualSize {
        /// Which file, from 1.
        index: usize,
        /// Its page, from 1.
        page: usize,
        /// Width in whole millimetres.
        width: String,
        /// Height in whole millimetres.
        height: String,
    },
    /// Fewer pages were captured than carry information (Circular 01/2020/TT-BTP Art. 10).
    #[error(
        "{pages} pages of the original carry information, but {captured} were captured; capture every one (Circular 01/2020/TT-BTP Art. 10), or accept pages_missing by name where one capture shows several"
    )]
    PagesMissing {
        /// As the clerk counted them.
        pages: u32,
        /// As captured.
        captured: u32,
    },
    /// A signed PDF, whose signatures a copy cannot hold.
    #[error(
        "original {index} carries {signatures} digital signatures, which a copy cannot hold; hand over the signed file itself, or verify it and accept signature_lost by name"
    )]
    SignatureLost {
        /// Which file, from 1.
        index: usize,
        /// Signatures and document timestamps in it.
        signatures: usize,
    },
    /// A PDF with files attached, which a copy cannot hold.
    #[error(
        "original {index} carries {attachments} attached files, which a copy of its pages does not hold; hand over the file itself or certify them by themselves, or accept attachments_lost by name"
    )]
    AttachmentsLost {
        /// Which file, from 1.
        index: usize,
        /// Files in it.
        attachments: usize,
    },
    /// The statement's wording is not known.
    #[error("no statement is called {template:?}; this version knows {}", Template::names())]
    UnknownTemplate {
        /// The name asked for.
        template: String,
    },
    /// The statement's wording does not hold on the day of the certification.
    #[error(
        "the statement {template} holds from {from} to {until}, not on {day}; take the one of that day"
    )]
    TemplateNotInForce {
        /// The statement.
        template: &'static str,
        /// The legal date.
        day: Date,
        /// Its first day.
        from: Date,
        /// Its last day, or `now`.
        until: String,
    },
    /// Nobody in that capacity certifies under the law of the statement.
    #[error(
        "{capacity:?} does not certify under the statement {template} ({law}); it knows: {known}"
    )]
    CapacityNotCompetent {
        /// As written above the name, its first line.
        capacity: String,
        /// The statement.
        template: &'static str,
        /// Its law.
        law: &'static str,
        /// Who does.
        known: &'static str,
    },
    /// The official's mandate does not cover the certification or the signature.
    #[error(
        "{official} may not sign on {day}: {document} holds from {from} to {until}; let someone sign whose mandate holds"
    )]
    MandateNotInForce {
        /// The decision.
        document: String,
        /// Whose it is.
        official: String,
        /// The day it does not cover.
        day: Date,
        /// Its first day.
        from: Date,
        /// Its last day.
        until: String,
    },
    /// Only one official signs under the law of the statement.
    #[error(
        "one official signs under the statement {template} ({law}), not {officials}; leave co_officials out"
    )]
    OneOfficialOnly {
        /// The statement.
        template: &'static str,
        /// Its law.
        law: &'static str,
        /// How many were named.
        officials: usize,
    },
    /// What signs is not who the facts name.
    #[error(
        "the facts name {named} officials, but {given} sign; give one certificate for each, in the order of the facts"
    )]
    OfficialsMismatch {
        /// How many the facts name.
        named: usize,
        /// How many certificates or keys were given.
        given: usize,
    },
    /// Two officials of a copy are one person.
    #[error(
        "officials {first} and {second} of the copy are the same person ({subject}); name each once"
    )]
    SameOfficial {
        /// The place of one, from 1.
        first: usize,
        /// The place of the other.
        second: usize,
        /// The subject of the certificate.
        subject: String,
    },
    /// An official's certificate is to seal for the agency.
    #[error(
        "the agency's certificate is an official's own ({subject}); an agency seals with a certificate of its own"
    )]
    OfficialSeals {
        /// The subject of the certificate.
        subject: String,
    },
    /// The certificate of an official names somebody else than the facts do in that place.
    #[error(
        "official {number} of the copy is {stated} by its facts, but the certificate in that place is of {certificate}; give names and keys in the same order"
    )]
    OfficialNameDiffers {
        /// The official's place, from 1.
        number: usize,
        /// The name in the facts.
        stated: String,
        /// The common name in the certificate.
        certificate: String,
    },
    /// The agency's certificate names another organisation than the facts do.
    #[error(
        "the agency of the copy is {stated} by its facts, but the certificate that seals it is of {certificate}; name the agency as its certificate does, or take its own key"
    )]
    AgencyNameDiffers {
        /// The name in the facts.
        stated: String,
        /// The organisation in the certificate.
        certificate: String,
    },
    /// The statement does not fit where it is to stand.
    #[error(
        "the statement does not fit: it needs {need} mm in height, and there are {have}; name fewer officials, shorten the paper's name, or give it more room"
    )]
    StatementNoRoom {
        /// The height it needs, millimetres.
        need: String,
        /// The height there is.
        have: String,
    },
    /// The place given for the statement does not lie on the last captured page.
    #[error(
        "the place of the statement does not lie on the last page, which is {width} by {height} mm; place it there, or leave it out for a page of its own"
    )]
    StatementPlaceOutside {
        /// Width of the page, millimetres.
        width: String,
        /// Its height.
        height: String,
    },
    /// The last captured page cannot carry the statement: it could not be told that it shows there as written.
    #[error(
        "the statement cannot stand on the last captured page: {problem}; leave its place out for a page of its own"
    )]
    StatementPlaceUnsound {
        /// Why, with what is wrong in the page's content where it is that.
        problem: String,
    },
    /// A fact is missing or does not fit.
    #[error("the fact {field} is not usable: {problem}")]
    BadFact {
        /// Which fact.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The QR code cannot hold the text.
    #[error(
        "the text of the QR code is too long ({length} bytes); shorten the paper's name or the link"
    )]
    QrTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A signature was given for the wrong step, or the saved state does not fit.
    #[error("the saved state does not fit: {problem}; prepare the copy again")]
    BadState {
        /// What does not fit.
        problem: String,
    },
    /// A signature made elsewhere is not one that may stand in the copy.
    #[error("the signature was refused ({code}): {problem}; sign the given digest again")]
    SignatureRefused {
        /// The finding's code.
        code: String,
        /// What it says.
        problem: String,
    },
    /// A sound signature, but by another certificate than the copy was prepared for.
    #[error(
        "the {role} was to sign, but {subject} did; sign with the certificate the copy was prepared for"
    )]
    WrongSigner {
        /// Whose signature is due.
        role: &'static str,
        /// Who signed instead.
        subject: String,
    },
    /// A PDF cannot take the signature or timestamp asked for.
    #[error("the file cannot be signed so: {problem}")]
    NotSignable {
        /// Why, and what to do.
        problem: String,
    },
    /// A signature that is to be extended is not there.
    #[error("there is no signature in a field {field:?} that can be extended: {problem}")]
    NoSuchSignature {
        /// The field.
        field: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The security store holds everything that is to go into it.
    #[error("the file's security store holds all of this already; the file is as it should be")]
    NothingToAdd,
    /// A PDF that is to be signed or extended cannot be read.
    #[error(transparent)]
    Read(#[from] motcua_pdf::Error),
    /// The original is a PDF that cannot be read.
    #[error("original {index}: {source}")]
    ReadOriginal {
        /// Which file, from 1.
        index: usize,
        /// What the reader says.
        source: motcua_pdf::Error,
    },
    /// The finished file would not be PDF/A-2b: something in an original cannot stand in an archive.
    #[error(
        "the copy would not be PDF/A-2b: {finding}{}; print or scan the original anew{}", more(*others), beside(finding)
    )]
    NotArchivable {
        /// The first finding.
        finding: Finding,
        /// How many there are besides.
        others: usize,
    },
    /// A PDF that cannot become PDF/A-2b cannot be drawn as pictures either.
    #[error("original {index} cannot be drawn as pictures: {problem}; print and scan it")]
    NotRasterised {
        /// Which file, from 1.
        index: usize,
        /// Why.
        problem: String,
    },
    /// Writing the file failed.
    #[error("{}{}", .0, drawn(.0))]
    Write(#[from] WriteError),
    /// Signing failed.
    #[error(transparent)]
    Pki(#[from] motcua_pki::Error),
}

impl IssueError {
    /// The stable code; errors of the rooms below keep theirs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoOriginal => "copies.no_original",
            Self::EmptyOriginal { .. } => "copies.empty_original",
            Self::UnknownOriginal { .. } => "copies.unknown_original",
            Self::NoResolution { .. } => "copies.no_resolution",
            Self::LowResolution { .. } => "copies.low_resolution",
            Self::NotColour { .. } => "copies.not_colour",
            Self::UnusualSize { .. } => "copies.unusual_size",
            Self::PagesMissing { .. } => "copies.pages_missing",
            Self::SignatureLost { .. } => "copies.signature_lost",
            Self::AttachmentsLost { .. } => "copies.attachments_lost",
            Self::UnknownTemplate { .. } => "copies.unknown_template",
            Self::TemplateNotInForce { .. } => "copies.template_not_in_force",
            Self::CapacityNotCompetent { .. } => "copies.capacity_not_competent",
            Self::MandateNotInForce { .. } => "copies.mandate_not_in_force",
            Self::OneOfficialOnly { .. } => "copies.one_official_only",
            Self::OfficialsMismatch { .. } => "copies.officials_mismatch",
            Self::SameOfficial { .. } => "copies.same_official",
            Self::OfficialSeals { .. } => "copies.official_seals",
            Self::OfficialNameDiffers { .. } => "copies.official_name_differs",
            Self::AgencyNameDiffers { .. } => "copies.agency_name_differs",
            Self::StatementNoRoom { .. } => "copies.statement_no_room",
            Self::StatementPlaceOutside { .. } => "copies.statement_place_outside",
            Self::StatementPlaceUnsound { .. } => "copies.statement_place_unsound",
            Self::BadFact { .. } => "copies.bad_fact",
            Self::QrTooLong { .. } => "copies.qr_too_long",
            Self::BadState { .. } => "copies.bad_state",
            Self::SignatureRefused { .. } => "copies.signature_refused",
            Self::WrongSigner { .. } => "copies.wrong_signer",
            Self::NotSignable { .. } => "copies.not_signable",
            Self::NoSuchSignature { .. } => "copies.no_such_signature",
            Self::NothingToAdd => "copies.nothing_to_add",
            Self::Read(e) => e.code(),
            Self::ReadOriginal { source, .. } => source.code(),
            Self::NotArchivable { .. } => "copies.not_archivable",
            Self::NotRasterised { .. } => "copies.not_rasterised",
            Self::Write(e) => e.code(),
            Self::Pki(e) => e.code(),
        }
    }

    /// What must be accepted by name for the copy to be issued all the same; `None` where nothing helps.
    pub fn shortcoming(&self) -> Option<Shortcoming> {
        match self {
            Self::LowResolution { .. } => Some(Shortcoming::LowResolution),
            Self::NotColour { .. } => Some(Shortcoming::NotColour),
            Self::UnusualSize { .. } => Some(Shortcoming::UnusualSize),
            Self::PagesMissing { .. } => Some(Shortcoming::PagesMissing),
            Self::SignatureLost { .. } => Some(Shortcoming::SignatureLost),
            Self::AttachmentsLost { .. } => Some(Shortcoming::AttachmentsLost),
            e if cfg!(feature = "rasterise") && e.is_not_archivable() => {
                Some(Shortcoming::Rasterised)
            }
            _ => None,
        }
    }

    /// Whether a PDF original stands against PDF/A.
    pub(crate) fn is_not_archivable(&self) -> bool {
        matches!(self, Self::NotArchivable { .. } | Self::Write(WriteError::NotArchivable { .. }))
    }

    /// The parameters of the message, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let index_of = |index: &usize| ("index", index.to_string());
        match self {
            Self::NoOriginal | Self::NothingToAdd => Vec::new(),
            Self::EmptyOriginal { index } | Self::NoResolution { index } => vec![index_of(index)],
            Self::NotRasterised { index, problem } => {
                vec![index_of(index), ("problem", problem.clone())]
            }
            Self::UnknownOriginal { index, found } => {
                vec![index_of(index), ("found", found.clone())]
            }
            Self::LowResolution { index, page, dpi } => {
                vec![index_of(index), ("page", page.to_string()), ("dpi", dpi.to_string())]
            }
            Self::NotColour { index, page } => vec![index_of(index), ("page", page.to_string())],
            Self::UnusualSize { index, page, width, height } => vec![
                index_of(index),
                ("page", page.to_string()),
                ("width_mm", width.clone()),
                ("height_mm", height.clone()),
            ],
            Self::PagesMissing { pages, captured } => {
                vec![("pages", pages.to_string()), ("captured", captured.to_string())]
            }
            Self::SignatureLost { index, signatures } => {
                vec![index_of(index), ("signatures", signatures.to_string())]
            }
            Self::AttachmentsLost { index, attachments } => {
                vec![index_of(index), ("attachments", attachments.to_string())]
            }
            Self::UnknownTemplate { template } => vec![("template", template.clone())],
            Self::TemplateNotInForce { template, day, from, until } => vec![
                ("template", (*template).to_owned()),
                ("day", day.to_string()),
                ("from", from.to_string()),
                ("until", until.clone()),
            ],
            Self::CapacityNotCompetent { capacity, template, law, .. } => vec![
                ("capacity", capacity.clone()),
                ("template", (*template).to_owned()),
                ("law", (*law).to_owned()),
            ],
            Self::MandateNotInForce { document, official, day, from, until } => vec![
                ("document", document.clone()),
                ("official", official.clone()),
                ("day", day.to_string()),
                ("from", from.to_string()),
                ("until", until.clone()),
            ],
            Self::OneOfficialOnly { template, law, officials } => vec![
                ("template", (*template).to_owned()),
                ("law", (*law).to_owned()),
                ("officials", officials.to_string()),
            ],
            Self::OfficialsMismatch { named, given } => {
                vec![("named", named.to_string()), ("given", given.to_string())]
            }
            Self::SameOfficial { first, second, subject } => vec![
                ("first", first.to_string()),
                ("second", second.to_string()),
                ("subject", subject.clone()),
            ],
            Self::OfficialSeals { subject } => vec![("subject", subject.clone())],
            Self::AgencyNameDiffers { stated, certificate } => {
                vec![("stated", stated.clone()), ("certificate", certificate.clone())]
            }
            Self::OfficialNameDiffers { number, stated, certificate } => vec![
                ("number", number.to_string()),
                ("stated", stated.clone()),
                ("certificate", certificate.clone()),
            ],
            Self::StatementNoRoom { need, have } => {
                vec![("need_mm", need.clone()), ("have_mm", have.clone())]
            }
            Self::StatementPlaceOutside { width, height } => {
                vec![("width_mm", width.clone()), ("height_mm", height.clone())]
            }
            Self::StatementPlaceUnsound { problem } => vec![("problem", problem.clone())],
            Self::BadFact { field, problem } => {
                vec![("field", (*field).to_owned()), ("problem", (*problem).to_owned())]
            }
            Self::QrTooLong { length } => vec![("length", length.to_string())],
            Self::BadState { problem } => vec![("problem", problem.clone())],
            Self::SignatureRefused { code, problem } => {
                vec![("code", code.clone()), ("problem", problem.clone())]
            }
            Self::WrongSigner { role, subject } => {
                vec![("role", (*role).to_owned()), ("subject", subject.clone())]
            }
            Self::NotSignable { problem } => vec![("problem", problem.clone())],
            Self::NoSuchSignature { field, problem } => {
                vec![("field", field.clone()), ("problem", (*problem).to_owned())]
            }
            Self::Read(e) => e.details(),
            Self::ReadOriginal { index, source } => {
                let mut details = source.details();
                details.push(index_of(index));
                details
            }
            Self::NotArchivable { finding, others } => {
                let mut details = vec![
                    ("rule", finding.code().to_owned()),
                    ("clause", finding.clause().to_owned()),
                    ("problem", finding.detail.clone()),
                    ("others", others.to_string()),
                ];
                details.extend(finding.object.map(|id| ("object", id.to_string())));
                details.extend(finding.page.map(|page| ("page", page.to_string())));
                details
            }
            Self::Write(e) => e.details(),
            Self::Pki(e) => e.details(),
        }
    }

    pub(crate) fn import(index: usize, e: ImportError) -> Self {
        match e {
            ImportError::Read(source) => Self::ReadOriginal { index, source },
            ImportError::Write(e) => Self::Write(e),
        }
    }
}

/// The kinds of picture that this build takes.
const PICTURES: &str = if cfg!(feature = "tiff") { "JPEG, PNG, TIFF" } else { "JPEG, PNG" };

/// What helps besides where a PDF stands against PDF/A.
const DRAWN: &str = if cfg!(feature = "rasterise") { ", or accept rasterised by name" } else { "" };

/// What helps besides against a finding: a page that is too large or small stays so when it is drawn.
fn beside(finding: &Finding) -> &'static str {
    if finding.rule == Rule::PageSize { "" } else { DRAWN }
}

fn drawn(e: &WriteError) -> &'static str {
    if matches!(e, WriteError::NotArchivable { .. }) { DRAWN } else { "" }
}

fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(", and {others} more findings") }
}
