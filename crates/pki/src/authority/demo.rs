//! One ready hierarchy: root, issuing CA, an official and an agency, a timestamp authority and an
//! OCSP responder. All names are invented.

use super::{Identity, SubjectName, Template};
use crate::path::{Anchor, Purpose};
use crate::{Error, MemorySigner};
use time::{Duration, OffsetDateTime};

/// A ready hierarchy for demos and tests. Every key is new each time.
pub struct Demo {
    /// Self-signed root, valid ten years before and after `now`.
    pub root: Identity,
    /// Issuing CA, five years before and after.
    pub issuing: Identity,
    /// The official who certifies copies, one year before and after.
    pub official: Identity,
    /// The agency whose seal follows.
    pub agency: Identity,
    /// Timestamp authority, under the root.
    pub timestamping: Identity,
    /// OCSP responder of the issuing CA.
    pub ocsp: Identity,
}

impl Demo {
    /// Makes the hierarchy around `now`.
    ///
    /// # Errors
    /// [`Error::Authority`] when there are no random numbers.
    pub fn new(now: OffsetDateTime) -> Result<Self, Error> {
        let around =
            |years: i64| (now - Duration::days(365 * years), now + Duration::days(365 * years));
        let template = |subject: SubjectName, years: i64| {
            let (from, to) = around(years);
            Template::new(subject, from, to)
        };
        let vn = || SubjectName::new().country("VN");
        let root = Identity::root(
            &template(
                vn().organization("Cơ quan chứng thực mẫu").common_name("motcua Demo Root CA"),
                10,
            )
            .certificate_authority(None),
        )?;
        let issuing = root.issue(
            &template(
                vn().organization("Cơ quan chứng thực mẫu").common_name("motcua Demo Issuing CA"),
                5,
            )
            .certificate_authority(Some(0)),
        )?;
        let agency_name = "Ủy ban nhân dân phường Mẫu";
        let official = issuing.issue(
            &template(
                vn().locality("Hà Nội")
                    .organization(agency_name)
                    .organizational_unit("Bộ phận Một cửa")
                    .title("Công chức Tư pháp – Hộ tịch")
                    .user_id("CCCD:001000000000")
                    .common_name("Nguyễn Văn Mẫu"),
                1,
            )
            .document_signer(),
        )?;
        let agency = issuing.issue(
            &template(
                vn().locality("Hà Nội")
                    .organization(agency_name)
                    .organization_identifier("MST:0000000000")
                    .common_name(agency_name),
                1,
            )
            .document_signer(),
        )?;
        let timestamping = root.issue(
            &template(
                vn().organization("Cơ quan chứng thực mẫu").common_name("motcua Demo TSA"),
                5,
            )
            .timestamp_authority(),
        )?;
        let ocsp = issuing.issue(
            &template(
                vn().organization("Cơ quan chứng thực mẫu").common_name("motcua Demo OCSP"),
                1,
            )
            .ocsp_responder(),
        )?;
        Ok(Demo { root, issuing, official, agency, timestamping, ocsp })
    }

    /// The root as an anchor for every purpose.
    pub fn anchor(&self) -> Anchor {
        Anchor::new(
            self.root.certificate().clone(),
            &[Purpose::OfficialDuty, Purpose::Public, Purpose::Timestamping],
        )
    }

    /// Signer for the official.
    ///
    /// # Errors
    /// None in practice: the chain is the official's own.
    pub fn official_signer(&self) -> Result<MemorySigner, Error> {
        self.official.signer()
    }

    /// Signer for the agency.
    ///
    /// # Errors
    /// None in practice.
    pub fn agency_signer(&self) -> Result<MemorySigner, Error> {
        self.agency.signer()
    }
}
