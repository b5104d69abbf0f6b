//! A hierarchy with dates of its own for the tests, its signatures, timestamps and revocation lists.
#![allow(clippy::unwrap_used, dead_code)]

use motcua_pki::Signer as _;
use motcua_pki::authority::{Identity, SubjectName, Template, TokenTemplate};
use motcua_pki::cms::{self, SignedData};
use motcua_pki::path::{Anchor, Purpose};
use time::{Date, Month, OffsetDateTime, Time};

/// Noon of the first of a month.
pub(crate) fn day(year: i32, month: u8) -> OffsetDateTime {
    let date = Date::from_calendar_date(year, Month::try_from(month).unwrap(), 1).unwrap();
    date.with_time(Time::from_hms(12, 0, 0).unwrap()).assume_utc()
}

pub(crate) struct World {
    /// 2016 to 2046.
    pub(crate) root: Identity,
    /// Under the root, 2020 to 2036.
    pub(crate) ca: Identity,
    /// Under the CA, 2025 and 2026.
    pub(crate) signer: Identity,
    /// Under the root, 2020 to 2029.
    pub(crate) tsa: Identity,
    /// Under the root, 2024 to 2040.
    pub(crate) later_tsa: Identity,
}

impl World {
    pub(crate) fn new() -> Self {
        let template = |name: &str, from: i32, until: i32| {
            let subject = SubjectName::new().country("VN").common_name(name);
            Template::new(subject, day(from, 1), day(until, 1))
        };
        let root =
            Identity::root(&template("Root", 2016, 2046).certificate_authority(None)).unwrap();
        let ca = root.issue(&template("CA", 2020, 2036).certificate_authority(None)).unwrap();
        let signer = ca.issue(&template("Official", 2025, 2027).document_signer()).unwrap();
        let authority = |name, from, until| {
            root.issue(&template(name, from, until).timestamp_authority()).unwrap()
        };
        let (tsa, later_tsa) = (authority("TSA", 2020, 2029), authority("TSA 2", 2024, 2040));
        Self { root, ca, signer, tsa, later_tsa }
    }

    pub(crate) fn anchor(&self) -> Anchor {
        let purposes = [Purpose::OfficialDuty, Purpose::Timestamping];
        Anchor::new(self.root.certificate().clone(), &purposes)
    }

    pub(crate) fn sign(&self, content: &[u8]) -> Vec<u8> {
        let signer = self.signer.signer().unwrap();
        let digest = signer.algorithm().content_digest().digest(content);
        let chain = signer.certificate_chain();
        cms::prepare(chain, signer.algorithm(), &digest).unwrap().sign(&signer).unwrap()
    }

    pub(crate) fn timestamp(
        &self,
        data: &[u8],
        authority: &Identity,
        at: OffsetDateTime,
    ) -> Vec<u8> {
        authority.timestamp(&TokenTemplate::over(data, at)).unwrap()
    }

    pub(crate) fn with_timestamp(
        &self,
        cms: &[u8],
        authority: &Identity,
        at: OffsetDateTime,
    ) -> Vec<u8> {
        let signed = SignedData::parse(cms).unwrap();
        let value = cms::signature_to_timestamp(&signed).unwrap();
        let token = self.timestamp(value, authority, at);
        cms::with_signature_timestamp(&signed, &token).unwrap()
    }

    /// The root's list of a month, with nothing on it.
    pub(crate) fn root_crl(&self, at: OffsetDateTime) -> Vec<u8> {
        crl(&self.root, at, at + time::Duration::days(30), &[])
    }
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => {
            let digits: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap());
            out.extend(digits);
        }
    }
    out.extend(content);
    out
}

fn utc_time(at: OffsetDateTime) -> Vec<u8> {
    let format = time::macros::format_description!(
        "[year repr:last_two][month][day][hour][minute][second]Z"
    );
    tlv(0x17, at.format(&format).unwrap().as_bytes())
}

/// A CRL signed with ECDSA P-256.
pub(crate) fn crl(
    issuer: &Identity,
    this: OffsetDateTime,
    next: OffsetDateTime,
    revoked: &[(&[u8], OffsetDateTime)],
) -> Vec<u8> {
    const ECDSA_SHA256: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let entries: Vec<u8> = revoked
        .iter()
        .flat_map(|(serial, at)| tlv(0x30, &[tlv(2, serial), utc_time(*at)].concat()))
        .collect();
    let entries = if entries.is_empty() { entries } else { tlv(0x30, &entries) };
    let tbs = tlv(
        0x30,
        &[
            &tlv(2, &[1])[..],
            &ECDSA_SHA256,
            issuer.certificate().subject().as_der(),
            &utc_time(this),
            &utc_time(next),
            &entries,
        ]
        .concat(),
    );
    let signature = issuer.signer().unwrap().sign(&tbs).unwrap();
    let bits = tlv(3, &[&[0], &signature[..]].concat());
    tlv(0x30, &[tbs, ECDSA_SHA256.to_vec(), bits].concat())
}
