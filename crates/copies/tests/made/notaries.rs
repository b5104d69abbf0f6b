//! Copies that several notaries of one office sign.

use motcua_copies::facts::{CoOfficial, CopyFacts};
use motcua_copies::issue::{Fonts, Original, Pending, Terms, issue_by};
use motcua_pki::authority::{Demo, Identity, SubjectName, Template};
use motcua_pki::{MemorySigner, Signer};
use time::{Duration, OffsetDateTime};

use super::levels::{ROOM, kept, of, walk_with_timestamps};

/// Every notary after the demo's own official.
pub const NAMES: [&str; 2] = ["Trần Thị Ví Dụ", "Lê Hoàng Thử Nghiệm"];
pub const CAPACITY: &str = "CÔNG CHỨNG VIÊN";

/// A person whom the demo's authority certified.
pub fn person(demo: &Demo, name: &str) -> Identity {
    let at = demo.official.certificate().not_before() + Duration::days(365);
    let subject = SubjectName::new()
        .country("VN")
        .organization("Văn phòng công chứng Mẫu")
        .user_id(&format!("CCCD:{:012}", name.len()))
        .common_name(name);
    let template = Template::new(subject, at - Duration::days(365), at + Duration::days(365));
    demo.issuing.issue(&template.document_signer()).unwrap()
}

/// The signers of a copy: the demo's official, these notaries, the agency.
pub struct Office {
    pub officials: Vec<MemorySigner>,
    pub agency: MemorySigner,
}

impl Office {
    pub fn new(demo: &Demo, beside: usize) -> Self {
        let mut officials = vec![demo.official_signer().unwrap()];
        officials.extend(NAMES[..beside].iter().map(|n| person(demo, n).signer().unwrap()));
        Self { officials, agency: demo.agency_signer().unwrap() }
    }

    pub fn officials(&self) -> Vec<&dyn Signer> {
        self.officials.iter().map(|s| s as &dyn Signer).collect()
    }

    /// Officials, then agency.
    pub fn all(&self) -> Vec<&dyn Signer> {
        self.officials().into_iter().chain([&self.agency as &dyn Signer]).collect()
    }

    pub fn pending(&self, originals: &[Original<'_>], facts: &CopyFacts, room: usize) -> Pending {
        let officials: Vec<_> = self.officials.iter().map(|s| of(s)).collect();
        let terms = Terms { timestamp_room: room, ..Terms::viet_nam() };
        let fonts = Fonts::LIBERATION_SERIF;
        Pending::prepare_by(originals, facts, fonts, &officials, of(&self.agency), &terms).unwrap()
    }
}

/// What the demo's official and so many notaries state.
pub fn facts(
    demo: &Demo,
    at: OffsetDateTime,
    originals: &[Original<'_>],
    beside: usize,
) -> CopyFacts {
    let notary = |name: &&str| CoOfficial { name: (*name).into(), capacity: CAPACITY.into() };
    CopyFacts {
        template: "copy-2020-05-notary".into(),
        capacity: CAPACITY.into(),
        certified_on: at.to_offset(motcua_copies::facts::VIET_NAM).date(),
        co_officials: NAMES[..beside].iter().map(notary).collect(),
        ..super::facts_by(demo, at, originals)
    }
}

/// A copy by two notaries at B-B and B-LTA.
pub fn at_levels(demo: &Demo, at: OffsetDateTime, original: &[u8]) -> [(&'static str, Vec<u8>); 2] {
    let originals = [Original { bytes: original, dpi: Some(300) }];
    let (office, facts) = (Office::new(demo, 1), facts(demo, at, &originals, 1));
    let (fonts, terms) = (Fonts::LIBERATION_SERIF, Terms::viet_nam());
    let agency = &office.agency;
    let plain = issue_by(&originals, &facts, fonts, &office.officials(), agency, &terms).unwrap();
    let pending = office.pending(&originals, &facts, ROOM);
    let stamped = walk_with_timestamps(demo, at, pending, &office.all());
    [("B-B", plain), ("B-LTA", kept(demo, at, &stamped).1)]
}
