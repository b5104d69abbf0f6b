//! What a certified copy says of itself: the facts that stand on the statement page, in the XMP metadata and in the QR code.
//!
//! One value, three renderings, so that a verifier can compare them. How the page looks lives in `statement`, how a file is
//! judged in `verify`.

mod capture;
mod mandate;
mod officials;
pub mod picture;
mod place;
pub mod qr;
pub mod xmp;

pub use capture::Shortcoming;
pub use mandate::Mandate;
pub(crate) use officials::same_person;
pub use officials::{CoOfficial, MOST_CO_OFFICIALS};
pub use place::StatementPlace;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset};

/// The time zone of Viet Nam, UTC+07:00 without exception since 1975.
pub const VIET_NAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// The place of a copy in the certification register (Decree 23/2015/NĐ-CP Art. 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterEntry {
    /// The number, from 1 each year, without gaps.
    pub number: u32,
    /// The book, such as `01`.
    pub book: String,
    /// The calendar year of the register.
    pub year: u16,
    /// The act code, such as `SCT/BS`; an office that keeps an electronic register of its own may use `SCTĐT/BS`.
    pub act_code: String,
}

/// What was compared: the captured original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginalFacts {
    /// SHA-256 over the captured files, one after the other, lower-case hexadecimal.
    pub sha256: String,
    /// Pages of the original that carry information, as the clerk counted them. Fees come from this number.
    pub pages: u32,
    /// `image/jpeg`, `image/png`, `image/tiff` or `application/pdf`.
    pub media_type: String,
    /// Pages of the captured files, each of which is a page of the copy. Copies made before this was recorded have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<u32>,
    /// In what the capture falls short and was accepted all the same; in order, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Shortcoming>,
}

/// Everything the certification states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFacts {
    /// Which wording of the statement, see [`crate::statement`].
    pub template: String,
    /// Place in the register.
    pub register: RegisterEntry,
    /// The legal date of the certification.
    #[serde(with = "date")]
    pub certified_on: Date,
    /// When the copy was made and signed, as the agency's block shows it. Claimed, not proven.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
    /// The agency, such as `ỦY BAN NHÂN DÂN PHƯỜNG …`.
    pub agency: String,
    /// The agency's identifier.
    pub agency_id: String,
    /// Where the certification was made.
    pub place: String,
    /// The official's name.
    pub official: String,
    /// The official's capacity, such as `TUQ. CHỦ TỊCH`; one line, or two divided by a line feed.
    pub capacity: String,
    /// The decision by which the official certifies, where the capacity is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// Officials who sign after this one and before the agency, in that order, where the law of the template lets several sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_officials: Vec<CoOfficial>,
    /// Where on the last captured page the statement stands; a page of its own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_place: Option<StatementPlace>,
    /// What was compared.
    pub original: OriginalFacts,
    /// Identifier of this copy, letters, digits and hyphens.
    pub copy_id: String,
    /// Dossier code (Circular 01/2023/TT-VPCP Art. 26).
    pub dossier: String,
    /// Procedure code, such as `2.000815`.
    pub procedure: String,
    /// Applicant's identifier; empty when the office keeps it out of the code.
    pub applicant: String,
    /// Name of the paper.
    pub paper: String,
    /// The system that published the copy.
    pub system: String,
    /// Address of the page that shows a copy's record, without fragment.
    pub link: String,
    /// The secret part of the link; stands in the URL fragment, which is never sent to the server.
    pub secret: String,
}

impl CopyFacts {
    /// The number as people write it: `Số chứng thực: 12, quyển số 01/2026-SCT/BS`.
    pub fn register_line(&self) -> String {
        let RegisterEntry { number, book, year, act_code } = &self.register;
        format!("Số chứng thực: {number}   Quyển số: {book}/{year} - {act_code}")
    }

    /// The time in the agency's block: `24.11.2026 10:00:00 +07:00` (Decree 30/2020/NĐ-CP Annex I).
    pub fn signed_at_text(&self) -> String {
        let t = self.signed_at.to_offset(VIET_NAM);
        format!(
            "{:02}.{:02}.{} {:02}:{:02}:{:02} +07:00",
            t.day(),
            u8::from(t.month()),
            t.year(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// `Ngày 24 tháng 11 năm 2026`.
    pub fn date_line(&self) -> String {
        let d = self.certified_on;
        format!("Ngày {:02} tháng {:02} năm {}", d.day(), u8::from(d.month()), d.year())
    }

    /// The days that a mandate must cover: that of the certification, and that of the signature in Viet Nam.
    pub(crate) fn mandate_days(&self) -> [Date; 2] {
        [self.certified_on, self.signed_at.to_offset(VIET_NAM).date()]
    }

    /// The link with its secret fragment.
    pub fn full_link(&self) -> String {
        format!("{}/{}#{}", self.link.trim_end_matches('/'), self.copy_id, self.secret)
    }
}

/// `2026-11-24` in JSON.
pub(crate) mod date {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error};
    use time::{Date, format_description::FormatItem, macros::format_description};

    const FORM: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");

    pub(crate) fn text(date: Date) -> String {
        format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }

    pub(crate) fn parse(text: &str) -> Option<Date> {
        Date::parse(text, FORM).ok()
    }

    pub(crate) fn serialize<S: Serializer>(date: &Date, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&text(*date))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        read(&String::deserialize(d)?)
    }

    fn read<E: Error>(text: &str) -> Result<Date, E> {
        parse(text).ok_or_else(|| E::custom(format!("{text:?} is not a date like 2026-11-24")))
    }

    /// The same, or nothing.
    pub(crate) mod optional {
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
        use time::Date;

        pub(crate) fn serialize<S: Serializer>(
            day: &Option<Date>,
            s: S,
        ) -> Result<S::Ok, S::Error> {
            day.map(super::text).serialize(s)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            d: D,
        ) -> Result<Option<Date>, D::Error> {
            Option::<String>::deserialize(d)?.map(|text| super::read(&text)).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::qr::QrFacts;
    use super::*;
    use time::macros::{date, datetime};

    fn facts() -> CopyFacts {
        CopyFacts {
            template: "copy-2025-11".into(),
            register: RegisterEntry {
                number: 12,
                book: "01".into(),
                year: 2026,
                act_code: "SCTĐT/BS".into(),
            },
            certified_on: date!(2026 - 11 - 24),
            signed_at: datetime!(2026-11-24 10:00:00 +07:00),
            agency: "ỦY BAN NHÂN DÂN PHƯỜNG A & <B>".into(),
            agency_id: "H29.1".into(),
            place: "Phường A".into(),
            official: "Nguyễn Văn Mẫu".into(),
            capacity: "TUQ. CHỦ TỊCH\nCÔNG CHỨC TƯ PHÁP".into(),
            mandate: Some(Mandate {
                document: "Quyết định 12/QĐ-UBND".into(),
                from: date!(2026 - 01 - 01),
                until: None,
            }),
            co_officials: Vec::new(),
            statement_place: None,
            original: OriginalFacts {
                sha256: "00".repeat(32),
                pages: 2,
                media_type: "image/jpeg".into(),
                captured: Some(3),
                accepted: vec![Shortcoming::LowResolution, Shortcoming::NotColour],
            },
            copy_id: "C-1".into(),
            dossier: "H29.1-261124-0001".into(),
            procedure: "2.000815".into(),
            applicant: String::new(),
            paper: "Bằng cử nhân".into(),
            system: "motcua".into(),
            link: "https://example.vn/v".into(),
            secret: "s3cret".into(),
        }
    }

    fn packet(facts: &CopyFacts) -> String {
        let rows = facts.properties();
        rows.iter().map(|(n, v)| format!("<motcua:{n}>{}</motcua:{n}>", xmp::escape(v))).collect()
    }

    #[test]
    fn facts_survive_xmp_and_qr() {
        let mut facts = facts();
        assert_eq!(CopyFacts::from_xmp(&packet(&facts)), Some(facts.clone()));
        // Copies of before these were recorded are still read.
        (facts.original.captured, facts.original.accepted) = (None, Vec::new());
        facts.mandate = None;
        assert!(!packet(&facts).contains("CapturedPages") && !packet(&facts).contains("Accepted"));
        assert_eq!(CopyFacts::from_xmp(&packet(&facts)), Some(facts.clone()));
        assert!(!packet(&facts).contains("CoOfficials"));
        let official = |name: &str, capacity: &str| CoOfficial {
            name: name.to_owned(),
            capacity: capacity.to_owned(),
        };
        facts.co_officials =
            vec![official("Trần \"Thị\" <B>", "CÔNG CHỨNG VIÊN"), official("Lê C", "X\nY")];
        facts.statement_place =
            Some(StatementPlace { left: 20, top: 150, width: 170, height: 120 });
        assert_eq!(CopyFacts::from_xmp(&packet(&facts)), Some(facts.clone()));
        assert_eq!(QrFacts::from_text(&facts.qr().to_text()), Some(facts.qr()));
    }

    #[test]
    fn a_doubled_or_missing_property_is_not_read() {
        let text = packet(&facts());
        assert_eq!(
            CopyFacts::from_xmp(&format!("{text}<motcua:Official>X</motcua:Official>")),
            None
        );
        assert_eq!(CopyFacts::from_xmp(&text.replace("motcua:Official>", "motcua:Officer>")), None);
        assert_eq!(CopyFacts::from_xmp(&text.replace("Nguyễn", "&nbsp;")), None);
        for accepted in ["other", "not_colour low_resolution", "not_colour not_colour", ""] {
            let changed = text.replace("low_resolution not_colour", accepted);
            assert_eq!(CopyFacts::from_xmp(&changed), None, "{accepted:?}");
        }
        // A mandate is there whole or not at all.
        assert_eq!(CopyFacts::from_xmp(&text.replace("motcua:MandateFrom", "motcua:X")), None);
        assert_eq!(CopyFacts::from_xmp(&text.replace("motcua:MandateDocument", "motcua:X")), None);
        let until = "<motcua:MandateUntil>2026-12-31</motcua:MandateUntil>";
        let read = CopyFacts::from_xmp(&format!("{text}{until}")).and_then(|f| f.mandate);
        assert_eq!(read.and_then(|m| m.until), Some(date!(2026 - 12 - 31)));
        let doubled = format!("{text}<motcua:CapturedPages>3</motcua:CapturedPages>");
        assert_eq!(CopyFacts::from_xmp(&doubled), None);
        let official = r#"{"name":"B","capacity":"C"}"#;
        let among = |list: &str| format!("{text}<motcua:CoOfficials>{list}</motcua:CoOfficials>");
        assert!(CopyFacts::from_xmp(&among(&format!("[{official}]"))).is_some());
        let many = [official; MOST_CO_OFFICIALS + 1].join(",");
        for list in
            ["", "[]", "[ ]", "B", official, &format!("[{official} ]"), &format!("[{many}]")]
        {
            assert_eq!(CopyFacts::from_xmp(&among(list)), None, "{list}");
        }
    }

    #[test]
    fn a_qr_text_with_another_line_is_not_ours() {
        let text = facts().qr().to_text();
        assert_eq!(QrFacts::from_text(&format!("{text}\nx=1")), None);
        assert_eq!(QrFacts::from_text(&text.replacen("MOTCUA1", "MOTCUA2", 1)), None);
    }
}
