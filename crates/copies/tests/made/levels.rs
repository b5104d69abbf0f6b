//! Copies at every level from B-B to B-LTA, and a policy under which nothing is left to note about them.

use motcua_copies::Policy;
use motcua_copies::facts::{CopyFacts, Mandate, StatementPlace, VIET_NAM};
use motcua_copies::issue::levels::{self, PendingTimestamp, Validation};
use motcua_copies::issue::{Fonts, Next, Original, Pending, Terms, issue};
use motcua_copies::verify::{Expect, RevocationNeed};
use motcua_pki::authority::{CrlTemplate, Demo, Identity, TokenTemplate};
use motcua_pki::path::RevocationMaterial;
use motcua_pki::{DigestAlgorithm, Signer, SigningRules, cms};
use time::{Duration, OffsetDateTime};

pub const ROOM: usize = 8 * 1024;

pub fn token(demo: &Demo, digest: Vec<u8>, at: OffsetDateTime) -> Vec<u8> {
    let template = TokenTemplate { imprint: digest, ..TokenTemplate::over(&[], at) };
    demo.timestamping.timestamp(&template).unwrap()
}

/// A CMS with a signature timestamp.
fn stamped(demo: &Demo, signer: &dyn Signer, digest: &[u8], at: OffsetDateTime) -> Vec<u8> {
    let rules = SigningRules::viet_nam(at);
    let chain = signer.certificate_chain();
    let made = cms::prepare(chain, signer.algorithm(), digest, &rules).unwrap();
    let signed = cms::SignedData::parse(&made.sign(signer).unwrap()).unwrap();
    let value = cms::signature_to_timestamp(&signed).unwrap();
    let token = token(demo, DigestAlgorithm::Sha256.digest(value), at);
    cms::with_signature_timestamp(&signed, &token).unwrap()
}

/// A statement's template, and a capacity in which it may be signed.
pub type Wording = (&'static str, &'static str);

/// The wordings that hold now, each for another kind of issuer.
pub const WORDINGS: [Wording; 3] = [
    ("copy-2025-11", "TUQ. CHỦ TỊCH\nCÔNG CHỨC TƯ PHÁP – HỘ TỊCH"),
    ("copy-2020-05-notary", "CÔNG CHỨNG VIÊN"),
    ("copy-2020-05-consular", "BÍ THƯ THỨ NHẤT"),
];

/// The original, and what a copy of it states on the day it is signed.
fn stated<'a>(
    demo: &Demo,
    at: OffsetDateTime,
    original: &'a [u8],
    (template, capacity): Wording,
) -> ([Original<'a>; 1], CopyFacts) {
    // The resolution counts where the file states none.
    let originals = [Original { bytes: original, dpi: Some(300) }];
    let facts = super::facts_by(demo, at, &originals);
    let (template, capacity) = (template.to_owned(), capacity.to_owned());
    let certified_on = at.to_offset(VIET_NAM).date();
    (originals, CopyFacts { template, capacity, certified_on, ..facts })
}

/// B-T: a copy with a timestamp in both signatures.
pub fn with_timestamps(demo: &Demo, at: OffsetDateTime, original: &[u8]) -> Vec<u8> {
    worded_with_timestamps(demo, at, original, WORDINGS[0])
}

/// The same, with timestamps of another time than the copy states.
pub fn stamped_later(
    demo: &Demo,
    at: OffsetDateTime,
    stamp: OffsetDateTime,
    original: &[u8],
    mandate: Option<Mandate>,
) -> Vec<u8> {
    let (originals, facts) = stated(demo, at, original, WORDINGS[0]);
    with_timestamps_at(demo, stamp, (originals, CopyFacts { mandate, ..facts }))
}

fn worded_with_timestamps(
    demo: &Demo,
    at: OffsetDateTime,
    original: &[u8],
    wording: Wording,
) -> Vec<u8> {
    with_timestamps_at(demo, at, stated(demo, at, original, wording))
}

fn with_timestamps_at(
    demo: &Demo,
    at: OffsetDateTime,
    (originals, facts): ([Original<'_>; 1], CopyFacts),
) -> Vec<u8> {
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let pending = Pending::prepare_with(
        &originals,
        &facts,
        Fonts::LIBERATION_SERIF,
        of(&official),
        of(&agency),
        &Terms { timestamp_room: ROOM, ..Terms::viet_nam() },
    )
    .unwrap();
    walk_with_timestamps(demo, at, pending, &[&official, &agency])
}

pub fn of(signer: &dyn Signer) -> (&[motcua_pki::Certificate], motcua_pki::SignatureAlgorithm) {
    (signer.certificate_chain(), signer.algorithm())
}

/// Signs what is pending, one after the other, each with a timestamp five seconds later.
pub fn walk_with_timestamps(
    demo: &Demo,
    at: OffsetDateTime,
    pending: Pending,
    signers: &[&dyn Signer],
) -> Vec<u8> {
    let later = |i: usize| at + Duration::seconds(5 * i64::try_from(i).unwrap());
    walk(pending, signers, |i, signer, digest| stamped(demo, signer, digest, later(i)))
}

/// Signs what is pending, one after the other, without timestamps.
pub fn walk_plainly(pending: Pending, at: OffsetDateTime, signers: &[&dyn Signer]) -> Vec<u8> {
    let rules = SigningRules::viet_nam(at);
    walk(pending, signers, |_, signer, digest| {
        let chain = signer.certificate_chain();
        cms::prepare(chain, signer.algorithm(), digest, &rules).unwrap().sign(signer).unwrap()
    })
}

/// Signs what is pending, one after the other; between two signatures the state is text.
pub fn walk(
    mut pending: Pending,
    signers: &[&dyn Signer],
    cms: impl Fn(usize, &dyn Signer, &[u8]) -> Vec<u8>,
) -> Vec<u8> {
    for (i, signer) in signers.iter().enumerate() {
        let saved = serde_json::to_string(&pending).unwrap();
        pending = serde_json::from_str(&saved).unwrap();
        let digest = pending.digest(signer.algorithm().content_digest()).unwrap();
        match pending.complete(&cms(i, *signer, &digest)).unwrap() {
            Next::CoOfficial(next) | Next::Agency(next) => pending = next,
            Next::Done(copy) => return copy,
        }
    }
    panic!("the copy must be complete")
}

/// The empty lists of the root and of the issuing authority, published a minute after this.
pub fn crls(demo: &Demo, at: OffsetDateTime) -> Vec<Vec<u8>> {
    let published = at + Duration::minutes(1);
    let template = CrlTemplate::new(published, published + Duration::days(7));
    [&demo.root, &demo.issuing].map(|identity| identity.crl(&template).unwrap()).to_vec()
}

pub fn store(demo: &Demo, crls: &[Vec<u8>]) -> Validation {
    let der = |i: &Identity| i.certificate().as_der().to_vec();
    Validation {
        certificates: vec![der(&demo.root), der(&demo.issuing), der(&demo.timestamping)],
        crls: crls.to_vec(),
        ocsp_responses: Vec::new(),
        per_signature: true,
    }
}

pub fn with_document_timestamp(demo: &Demo, file: &[u8], at: OffsetDateTime) -> Vec<u8> {
    let pending = PendingTimestamp::prepare(file, "archive", ROOM).unwrap();
    let saved = serde_json::to_string(&pending).unwrap();
    let pending: PendingTimestamp = serde_json::from_str(&saved).unwrap();
    let digest = pending.digest(DigestAlgorithm::Sha256).unwrap();
    pending.complete(&token(demo, digest, at)).unwrap()
}

/// The copy of this original at every level.
pub fn all(demo: &Demo, at: OffsetDateTime, original: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    all_worded(demo, at, original, WORDINGS[0])
}

/// The same in another wording.
pub fn all_worded(
    demo: &Demo,
    at: OffsetDateTime,
    original: &[u8],
    wording: Wording,
) -> [(&'static str, Vec<u8>); 4] {
    let stamped = worded_with_timestamps(demo, at, original, wording);
    let (stored, archived) = kept(demo, at, &stamped);
    let (originals, facts) = stated(demo, at, original, wording);
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let plain = issue(&originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency).unwrap();
    [("B-B", plain), ("B-T", stamped), ("B-LT", stored), ("B-LTA", archived)]
}

/// B-LTA of a copy whose statement stands on the original's last page.
pub fn placed(demo: &Demo, at: OffsetDateTime, original: &[u8], place: StatementPlace) -> Vec<u8> {
    let (originals, facts) = stated(demo, at, original, WORDINGS[0]);
    let facts = CopyFacts { statement_place: Some(place), ..facts };
    kept(demo, at, &with_timestamps_at(demo, at, (originals, facts))).1
}

/// B-LT and B-LTA of a copy with timestamps.
pub fn kept(demo: &Demo, at: OffsetDateTime, stamped: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let stored = levels::with_store(stamped, &store(demo, &crls(demo, at))).unwrap();
    let archived = with_document_timestamp(demo, &stored, at + Duration::minutes(2));
    (stored, archived)
}

/// Everything is looked at: revocation by the authorities' lists, annulment by the agency's.
pub fn strict(demo: &Demo, at: OffsetDateTime) -> Policy {
    let list = super::annulments::list(&demo.agency_signer().unwrap(), at, &[]);
    Policy {
        expect: Expect::CertifiedCopy,
        revocation: RevocationNeed::Required,
        material: RevocationMaterial { crls: crls(demo, at), ..RevocationMaterial::default() },
        annulments: vec![list],
        ..super::policy("strict", vec![demo.anchor()], at + Duration::hours(1))
    }
}
