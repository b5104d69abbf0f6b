//! The facts as XMP properties in the namespace `urn:motcua:certified-copy:1.0#`, and read back.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{
    CoOfficial, CopyFacts, Mandate, OriginalFacts, RegisterEntry, Shortcoming, StatementPlace, date,
};

/// The namespace of the facts in XMP.
pub const NAMESPACE: &str = "urn:motcua:certified-copy:1.0#";
/// Its preferred prefix.
pub const PREFIX: &str = "motcua";

/// Every property: its name, and what a reader of the extension schema learns about it.
pub const PROPERTIES: &[(&str, &str)] = &[
    ("Template", "Wording of the certification statement"),
    ("RegisterNumber", "Number in the certification register"),
    ("RegisterBook", "Book of the certification register"),
    ("RegisterYear", "Year of the certification register"),
    ("ActCode", "Code of the kind of certification"),
    ("CertifiedOn", "Date of the certification"),
    ("SignedAt", "Claimed time of signing"),
    ("Agency", "Name of the certifying agency"),
    ("AgencyId", "Identifier of the certifying agency"),
    ("Place", "Place of the certification"),
    ("Official", "Name of the certifying official"),
    ("Capacity", "Capacity in which the official certifies"),
    ("MandateDocument", "Decision by which the official certifies"),
    ("MandateFrom", "First day of that decision"),
    ("MandateUntil", "Last day of that decision"),
    ("CoOfficials", "Officials who sign after the first, with their capacities, in JSON"),
    (
        "StatementPlace",
        "Left, top, width and height of the statement on the last captured page, millimetres",
    ),
    ("OriginalSha256", "SHA-256 of the captured original"),
    ("OriginalPages", "Pages of the original that carry information"),
    ("OriginalType", "Media type of the captured original"),
    ("CapturedPages", "Pages of the captured files"),
    ("Accepted", "In what the capture falls short and was accepted"),
    ("CopyId", "Identifier of this copy"),
    ("Dossier", "Dossier code"),
    ("Procedure", "Procedure code"),
    ("Applicant", "Identifier of the applicant"),
    ("Paper", "Name of the paper"),
    ("System", "System that published the copy"),
    ("Link", "Address of the record of the copy"),
    ("Secret", "Secret part of the address"),
];

/// No property's name is longer, in bytes.
const LONGEST: usize = 32;

/// Properties that only some copies have.
const OPTIONAL: [&str; 7] = [
    "MandateDocument",
    "MandateFrom",
    "MandateUntil",
    "CoOfficials",
    "StatementPlace",
    "CapturedPages",
    "Accepted",
];

/// What a reader of the extension schema learns about a property.
#[cfg(feature = "issue")]
pub(crate) fn about(name: &str) -> &'static str {
    PROPERTIES.iter().find(|(n, _)| *n == name).map_or("", |(_, about)| about)
}

impl CopyFacts {
    /// The properties in the order of [`PROPERTIES`], without those this copy lacks.
    pub fn properties(&self) -> Vec<(&'static str, String)> {
        let instant =
            self.signed_at.to_offset(super::VIET_NAM).format(&Rfc3339).unwrap_or_default();
        let mandate = self.mandate.as_ref();
        let values = [
            self.template.clone(),
            self.register.number.to_string(),
            self.register.book.clone(),
            self.register.year.to_string(),
            self.register.act_code.clone(),
            date::text(self.certified_on),
            instant,
            self.agency.clone(),
            self.agency_id.clone(),
            self.place.clone(),
            self.official.clone(),
            self.capacity.clone(),
            mandate.map(|m| m.document.clone()).unwrap_or_default(),
            mandate.map(|m| date::text(m.from)).unwrap_or_default(),
            mandate.and_then(|m| m.until).map(date::text).unwrap_or_default(),
            CoOfficial::to_text(&self.co_officials),
            self.statement_place.map(StatementPlace::to_text).unwrap_or_default(),
            self.original.sha256.clone(),
            self.original.pages.to_string(),
            self.original.media_type.clone(),
            self.original.captured.map(|n| n.to_string()).unwrap_or_default(),
            self.original.accepted.iter().map(|s| s.name()).collect::<Vec<_>>().join(" "),
            self.copy_id.clone(),
            self.dossier.clone(),
            self.procedure.clone(),
            self.applicant.clone(),
            self.paper.clone(),
            self.system.clone(),
            self.link.clone(),
            self.secret.clone(),
        ];
        let rows = PROPERTIES.iter().map(|(name, _)| *name).zip(values);
        rows.filter(|(name, value)| !(value.is_empty() && OPTIONAL.contains(name))).collect()
    }

    /// Reads the facts out of an XMP packet. `None` when a property that every copy has is absent, or one stands twice or does not
    /// parse.
    ///
    /// Only the element form that motcua writes is read: a packet that was rewritten by another tool is not a copy's packet.
    pub fn from_xmp(packet: &str) -> Option<Self> {
        // One pass: where each property's value begins, by its start tag.
        let (open, mut starts) = (format!("<{PREFIX}:"), BTreeMap::new());
        for (at, _) in packet.match_indices(&open) {
            let tag = &packet[at + open.len()..];
            let end = tag.bytes().take(LONGEST).position(|b| b == b'>');
            let Some((name, value)) = end.and_then(|end| tag.split_at_checked(end)) else {
                continue;
            };
            let known = PROPERTIES.iter().find(|(known, _)| *known == name);
            if let Some((name, _)) = known
                && starts.insert(*name, value.get(1..).unwrap_or_default()).is_some()
            {
                return None;
            }
        }
        let mut values = BTreeMap::new();
        for (name, _) in PROPERTIES {
            let Some(value) = starts.get(name) else {
                if OPTIONAL.contains(name) {
                    continue;
                }
                return None;
            };
            // The value is plain text, so the next tag is the one that ends it.
            let (text, end) = value.split_once("</")?;
            end.strip_prefix(PREFIX)?.strip_prefix(':')?.strip_prefix(*name)?.strip_prefix('>')?;
            values.insert(*name, unescape(text)?);
        }
        let mut take = |name: &str| values.remove(name);
        Some(Self {
            template: take("Template")?,
            register: RegisterEntry {
                number: take("RegisterNumber")?.parse().ok()?,
                book: take("RegisterBook")?,
                year: take("RegisterYear")?.parse().ok()?,
                act_code: take("ActCode")?,
            },
            certified_on: date::parse(&take("CertifiedOn")?)?,
            signed_at: OffsetDateTime::parse(&take("SignedAt")?, &Rfc3339).ok()?,
            agency: take("Agency")?,
            agency_id: take("AgencyId")?,
            place: take("Place")?,
            official: take("Official")?,
            capacity: take("Capacity")?,
            mandate: match (take("MandateDocument"), take("MandateFrom"), take("MandateUntil")) {
                (None, None, None) => None,
                (Some(document), Some(from), until) => Some(Mandate {
                    document,
                    from: date::parse(&from)?,
                    until: match until {
                        Some(day) => Some(date::parse(&day)?),
                        None => None,
                    },
                }),
                _ => return None,
            },
            co_officials: match take("CoOfficials") {
                Some(list) => CoOfficial::from_text(&list)?,
                None => Vec::new(),
            },
            statement_place: match take("StatementPlace") {
                Some(place) => Some(StatementPlace::from_text(&place)?),
                None => None,
            },
            original: OriginalFacts {
                sha256: take("OriginalSha256")?,
                pages: take("OriginalPages")?.parse().ok()?,
                media_type: take("OriginalType")?,
                captured: match take("CapturedPages") {
                    Some(count) => Some(count.parse().ok()?),
                    None => None,
                },
                accepted: match take("Accepted") {
                    Some(names) => Shortcoming::from_names(&names)?,
                    None => Vec::new(),
                },
            },
            copy_id: take("CopyId")?,
            dossier: take("Dossier")?,
            procedure: take("Procedure")?,
            applicant: take("Applicant")?,
            paper: take("Paper")?,
            system: take("System")?,
            link: take("Link")?,
            secret: take("Secret")?,
        })
    }
}

/// Text as XML character data.
#[cfg(test)]
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

fn unescape(text: &str) -> Option<String> {
    if text.contains('<') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (entity, c) = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find(|(e, _)| rest.starts_with(e))?;
        out.push(c);
        rest = &rest[entity.len()..];
    }
    out.push_str(rest);
    Some(out)
}
