//! Each rule on a CMS by one that breaks it and nothing else, built byte by byte and signed: the finding and the conclusion.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used)]

mod made;

use made::{
    DATA, Made, PKCS7, World, attribute, content_type, message_digest, oid, reference, tlv,
};
use motcua_pki::authority::TokenTemplate;
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{Certificate, DigestAlgorithm, Effect};

impl Made<'_> {
    /// Codes of the findings, with what they do to the result.
    fn findings(&self, profile: Profile) -> Vec<(&'static str, Effect)> {
        let signed = SignedData::parse(&self.build()).unwrap();
        let content = match &self.content {
            Some(_) => Content::Embedded,
            None => Content::Bytes(DATA),
        };
        let others: Vec<Certificate> = vec![self.world.signer.certificate().clone()];
        let report = cms::verify_with(&signed, content, profile, &others);
        let mut found: Vec<_> =
            report.findings.iter().map(|f| (f.code(), f.kind.effect())).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn only(&self, profile: Profile, code: &'static str, effect: Effect) {
        assert_eq!(self.findings(profile), [(code, effect)], "{profile:?}");
    }
}

use Effect::{Fails, Notes, Undecided};
use Profile::{CadesBaseline, Cms, PadesBaseline};

#[test]
fn the_base_of_all_cases_is_good() {
    let world = World::new();
    for profile in [PadesBaseline, CadesBaseline, Cms] {
        assert_eq!(Made::new(&world).findings(profile), []);
    }
}

#[test]
fn form() {
    let world = World::new();
    let made = || Made::new(&world);
    Made { version: 3, ..made() }.only(PadesBaseline, "pki.cms_version", Fails);
    let two = Made { signer_version: 3, ..made() }.findings(PadesBaseline);
    assert_eq!(two, [("pki.cms_version", Fails)]);
    Made { digests: Vec::new(), ..made() }.only(Cms, "pki.cms_digest_not_listed", Fails);
    Made { twice: true, ..made() }.only(PadesBaseline, "pki.cms_signer_count", Fails);
    assert_eq!(Made { twice: true, ..made() }.findings(Cms), []);
    let inside = Made { content: Some(DATA.to_vec()), ..made() };
    inside.only(PadesBaseline, "pki.cms_not_detached", Fails);
    assert_eq!(inside.findings(CadesBaseline), []);
    Made { certificates: Vec::new(), ..made() }.only(
        PadesBaseline,
        "pki.cms_signer_not_inside",
        Undecided,
    );
    assert_eq!(Made { certificates: Vec::new(), ..made() }.findings(Cms), []);
    // Another content type outside than inside, and inside than outside.
    let encapsulated = Made { content_type: oid(&PKCS7, &[5]), version: 3, ..made() };
    encapsulated.only(Cms, "pki.cms_content_type", Fails);
    let mut inner = made();
    inner.attributes.as_mut().unwrap()[0] = attribute(&[3], &[&oid(&PKCS7, &[5])]);
    inner.only(PadesBaseline, "pki.cms_content_type", Fails);
}

#[test]
fn attributes() {
    let world = World::new();
    let certificate = world.signer.certificate();
    let made = || Made::new(&world);
    let without = |index: usize| {
        let mut made = made();
        made.attributes.as_mut().unwrap().remove(index);
        made
    };
    without(0).only(PadesBaseline, "pki.cms_attribute_missing", Fails);
    without(1).only(PadesBaseline, "pki.cms_attribute_missing", Fails);
    without(2).only(PadesBaseline, "pki.cms_attribute_missing", Fails);
    assert_eq!(without(2).findings(Cms), []);
    let bare = Made { attributes: None, ..made() };
    bare.only(PadesBaseline, "pki.cms_no_signed_attributes", Fails);
    assert_eq!(bare.findings(Cms), []);
    // Once more, with two values, and not readable.
    made().push(content_type()).only(PadesBaseline, "pki.cms_attribute_repeated", Fails);
    let digest = tlv(4, &DigestAlgorithm::Sha256.digest(DATA));
    let mut two = made();
    two.attributes.as_mut().unwrap()[1] = attribute(&[4], &[&digest, &digest]);
    two.only(PadesBaseline, "pki.cms_attribute_repeated", Fails);
    let mut unreadable = made();
    unreadable.attributes.as_mut().unwrap()[1] = attribute(&[4], &[&tlv(5, &[])]);
    unreadable.only(PadesBaseline, "pki.cms_attribute_malformed", Fails);
    // The signer's clock: forbidden in PAdES, otherwise only told.
    let time = || made().push(attribute(&[5], &[&tlv(0x17, b"261124030000Z")]));
    time().only(PadesBaseline, "pki.cms_attribute_forbidden", Fails);
    assert_eq!(time().findings(CadesBaseline), []);
    // About the signature, under it.
    for last in [&[6][..], &[16, 2, 14]] {
        let made = made().push(attribute(last, &[&tlv(0x30, &[])]));
        made.only(CadesBaseline, "pki.cms_attribute_forbidden", Fails);
    }
    made().push(attribute(&[16, 2, 4], &[&tlv(0x30, &[])])).only(
        PadesBaseline,
        "pki.cms_attribute_unprocessed",
        Notes,
    );
    // In another order than they were signed in, and another than DER.
    let mut order = Made { resort: true, ..made() };
    order.attributes.as_mut().unwrap().reverse();
    let found = order.findings(PadesBaseline);
    assert_eq!(
        found,
        [("pki.cms_attributes_not_der", Notes), ("pki.cms_attributes_resorted", Notes)]
    );
    // The reference names another certificate, or other names.
    let mut other = made();
    other.attributes.as_mut().unwrap()[2] = reference(world.ca.certificate(), &[]);
    other.only(PadesBaseline, "pki.cms_signer_reference", Fails);
    let issuer_serial = |issuer: &[u8], serial: &[u8]| {
        tlv(0x30, &[tlv(0x30, &tlv(0xa4, issuer)), tlv(2, serial)].concat())
    };
    let issuer = certificate.issuer().as_der();
    for (issuer, serial, good) in [
        (issuer, certificate.serial(), true),
        (issuer, &[1][..], false),
        (certificate.subject().as_der(), certificate.serial(), false),
    ] {
        let mut named = made();
        named.attributes.as_mut().unwrap()[2] =
            reference(certificate, &issuer_serial(issuer, serial));
        if good {
            assert_eq!(named.findings(PadesBaseline), []);
        } else {
            named.only(PadesBaseline, "pki.cms_signer_reference_issuer", Undecided);
        }
    }
    // SHA-1 alone binds no certificate any more.
    let hash = tlv(4, &DigestAlgorithm::Sha1.digest(certificate.as_der()));
    let mut old = made();
    old.attributes.as_mut().unwrap()[2] =
        attribute(&[16, 2, 12], &[&tlv(0x30, &tlv(0x30, &tlv(0x30, &hash)))]);
    old.only(PadesBaseline, "pki.cms_signer_reference_legacy", Undecided);
}

#[test]
fn outside_the_signature() {
    let world = World::new();
    let made = |unsigned: Vec<Vec<u8>>| Made { unsigned, ..Made::new(&world) };
    for (last, value) in [(&[3][..], oid(&PKCS7, &[1])), (&[4], tlv(4, &[0; 32]))] {
        let made = made(vec![attribute(last, &[&value])]);
        made.only(CadesBaseline, "pki.cms_attribute_forbidden", Fails);
    }
    let counter = made(vec![attribute(&[6], &[&tlv(0x30, &[])])]);
    counter.only(PadesBaseline, "pki.cms_attribute_forbidden", Fails);
    let unknown = made(vec![attribute(&[99], &[&tlv(5, &[])])]);
    unknown.only(PadesBaseline, "pki.cms_unsigned_unknown", Undecided);
    unknown.only(Cms, "pki.cms_attribute_unprocessed", Notes);
    // The issuer in other letters: one name by RFC 5280 §7.1, yet not what was signed.
    let certificate = world.signer.certificate();
    let mut issuer = certificate.issuer().as_der().to_vec();
    let last = issuer.len() - 1;
    issuer[last] ^= 0x20;
    let id = tlv(0x30, &[issuer, tlv(2, certificate.serial())].concat());
    Made { id, ..Made::new(&world) }.only(PadesBaseline, "pki.cms_issuer_spelling", Undecided);
}

#[test]
fn attributes_passed_off_as_content() {
    let world = World::new();
    let mut list = [content_type(), message_digest()];
    list.sort();
    let content = Some(tlv(0x31, &list.concat()));
    let stripped = Made { attributes: None, content, ..Made::new(&world) };
    stripped.only(Cms, "pki.cms_attributes_as_content", Fails);
    let plain = Made { attributes: None, content: Some(b"1text".to_vec()), ..Made::new(&world) };
    assert_eq!(plain.findings(Cms), []);
}

#[test]
fn a_foreign_list_inside_is_told() {
    let world = World::new();
    let other = World::new();
    let at = made::day(2026, 1);
    for (list, stray) in [(world.root_crl(at), false), (other.root_crl(at), true)] {
        let made = Made { crls: list, ..Made::new(&world) };
        let signed = SignedData::parse(&made.build()).unwrap();
        let mut report = cms::verify(&signed, Content::Bytes(DATA), PadesBaseline);
        let path = motcua_pki::path::validate(
            world.signer.certificate(),
            &[world.ca.certificate().clone()],
            &[world.anchor()],
            made::day(2026, 1),
            &motcua_pki::path::Profile::document_signing(motcua_pki::path::Purpose::OfficialDuty)
                .without_revocation(),
            &Default::default(),
        );
        report.check_beside(&path, &[world.ca.certificate().clone()], &[world.anchor()]);
        let codes: Vec<_> = report.findings.iter().map(|f| f.code()).collect();
        assert_eq!(codes.contains(&"pki.cms_revocation_stray"), stray, "{codes:?}");
    }
}

#[test]
fn a_token_with_a_document_profile_and_the_other_way_round() {
    let world = World::new();
    let token = world.tsa.timestamp(&TokenTemplate::over(DATA, made::day(2026, 1))).unwrap();
    let signed = SignedData::parse(&token).unwrap();
    let report = cms::verify(&signed, Content::Embedded, PadesBaseline);
    let codes: Vec<_> = report.against().map(|f| f.code()).collect();
    assert!(codes.contains(&"pki.cms_content_type"), "{codes:?}");
    let signed = SignedData::parse(&world.sign(DATA)).unwrap();
    let report = cms::verify(&signed, Content::Bytes(DATA), Profile::Timestamp);
    assert!(report.against().count() > 0);
}
