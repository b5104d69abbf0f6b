//! Each rule on a CMS by one that breaks it and nothing else, built byte by byte and signed: the finding and the conclusion.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used)]

mod made;

use made::{
    DATA, Made, PKCS7, World, attribute, content_type, message_digest, oid, reference, tlv,
};
use motcua_pki::authority::TokenTemplate;
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::{Certificate, DigestAlgorithm, Effect, Memo};

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
use Profile::{CadesBaseline, Cms, Pades, PadesBaseline};

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
    // Of no baseline level, but PAdES all the same; what else PAdES asks, it asks there too.
    time().only(Pades, "pki.cms_signing_time_inside", Notes);
    without(2).only(Pades, "pki.cms_attribute_missing", Fails);
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

/// The signer's path, revocation aside.
fn path_of(world: &World) -> motcua_pki::path::PathReport {
    use motcua_pki::path::{Profile, Purpose, validate};
    validate(
        world.signer.certificate(),
        &[world.ca.certificate().clone()],
        &[world.anchor()],
        made::day(2026, 1),
        &Profile::document_signing(Purpose::OfficialDuty).without_revocation(),
        &Default::default(),
    )
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
        let path = path_of(&world);
        report.check_beside(
            &path,
            &[world.ca.certificate().clone()],
            &[world.anchor()],
            &Memo::new(),
        );
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

#[test]
fn what_follows_and_what_is_strange_inside() {
    let world = World::new();
    let codes = |bytes: &[u8], profile| {
        let signed = SignedData::parse(bytes).unwrap();
        let report = cms::verify(&signed, Content::Bytes(DATA), profile);
        report.findings.iter().map(|f| f.code()).collect::<Vec<_>>()
    };
    let cms = Made::new(&world).build();
    let padded = [&cms[..], &[0; 9]].concat();
    assert_eq!(codes(&padded, PadesBaseline), ["pki.cms_trailing_bytes"]);
    // In a place that was reserved for it the zeros are nothing, and anything else is what it was.
    let placed = |bytes: &[u8]| {
        let signed = SignedData::parse_padded(bytes).unwrap();
        let report = cms::verify(&signed, Content::Bytes(DATA), PadesBaseline);
        report.findings.iter().map(|f| f.code()).collect::<Vec<_>>()
    };
    assert_eq!((placed(&cms), placed(&padded)), (Vec::new(), Vec::new()));
    for junk in [&[1][..], &[0, 0, 1], &[0, 1, 0, 0], b"\n", b"endstream"] {
        assert_eq!(placed(&[&cms, junk].concat()), ["pki.cms_trailing_junk"], "{junk:?}");
    }
    let junk = [&padded[..], &[1]].concat();
    assert_eq!(codes(&junk, PadesBaseline), ["pki.cms_trailing_junk"]);
    let with = |certificate: Vec<u8>, version: u8| {
        let mut made = Made { version, ..Made::new(&world) };
        made.certificates.push(certificate);
        made
    };
    with(tlv(0x30, &[5, 0].repeat(40)), 1).only(
        PadesBaseline,
        "pki.cms_certificate_malformed",
        Undecided,
    );
    // RFC 5652 §5.1: version 5 with certificates of another form.
    with(tlv(0xa3, &[]), 5).only(PadesBaseline, "pki.cms_other_certificate_form", Notes);
    // A certificate of nobody known here, however sound.
    let stranger = World::new();
    let bytes = with(stranger.signer.certificate().as_der().to_vec(), 1).build();
    let signed = SignedData::parse(&bytes).unwrap();
    let mut report = cms::verify(&signed, Content::Bytes(DATA), PadesBaseline);
    let path = path_of(&world);
    report.check_beside(&path, &[], &[world.anchor()], &Memo::new());
    assert!(report.against().all(|f| f.code() == "pki.cms_certificate_stray"));
    assert_eq!(report.against().count(), 1);
    // The same with an issuer that is known.
    let mut report = cms::verify(&signed, Content::Bytes(DATA), PadesBaseline);
    report.check_beside(
        &path,
        &[stranger.ca.certificate().clone()],
        &[world.anchor()],
        &Memo::new(),
    );
    assert_eq!(report.against().count(), 0);
    // PKCS #7 content: a structure under another type than id-data.
    let body = tlv(0x30, &tlv(4, DATA));
    let inner = oid(&PKCS7, &[5]);
    let mut made = Made { content_type: inner.clone(), ..Made::new(&world) };
    let digest = DigestAlgorithm::Sha256.digest(&tlv(4, DATA));
    made.attributes.as_mut().unwrap()[0] = attribute(&[3], &[&inner]);
    made.attributes.as_mut().unwrap()[1] = attribute(&[4], &[&tlv(4, &digest)]);
    made.structure = Some(body);
    let signed = SignedData::parse(&made.build()).unwrap();
    let report = cms::verify(&signed, Content::Embedded, Cms);
    let codes: Vec<_> = report.findings.iter().map(|f| f.code()).collect();
    assert_eq!(codes, ["pki.cms_pkcs7_content"]);
    let strict = cms::verify(&signed, Content::Embedded, CadesBaseline);
    assert!(strict.against().count() > 0);
}

#[test]
fn mathematics_and_algorithms() {
    let world = World::new();
    let judge = |made: &Made<'_>, content: Content<'_>| {
        let signed = SignedData::parse(&made.build()).unwrap();
        let report = cms::verify(&signed, content, PadesBaseline);
        report.findings.iter().map(|f| f.code()).collect::<Vec<_>>()
    };
    let made = || Made::new(&world);
    let (sha1, sha256) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha256);
    assert_eq!(judge(&made(), Content::Bytes(b"other")), ["pki.cms_digest_mismatch"]);
    let wrong = Content::Digest(sha256, &[0; 32]);
    assert_eq!(judge(&made(), wrong), ["pki.cms_digest_mismatch"]);
    let none = Content::Provider(&|_| None);
    assert_eq!(judge(&made(), none), ["pki.cms_content_not_given"]);
    // Signed, then another attribute put in its place.
    let mut changed = made();
    changed.signed_over = Some(b"something else".to_vec());
    assert_eq!(judge(&changed, Content::Bytes(DATA)), ["pki.cms_signature_wrong"]);
    // SHA-1, an unknown digest, an unknown and a strange signature algorithm.
    let digest = |id: &[u8]| tlv(0x30, &tlv(6, id));
    let mut old = made();
    old.attributes.as_mut().unwrap()[1] = attribute(&[4], &[&tlv(4, &sha1.digest(DATA))]);
    old.digests = digest(&[0x2b, 14, 3, 2, 26]);
    old.digest = old.digests.clone();
    let codes = judge(&old, Content::Bytes(DATA));
    assert!(codes.contains(&"pki.algorithm_refused"), "{codes:?}");
    assert!(codes.contains(&"pki.cms_digest_disagrees"), "{codes:?}");
    let mut strange = made();
    strange.digests = digest(&[0x2a, 3]);
    strange.digest = strange.digests.clone();
    assert_eq!(judge(&strange, Content::Bytes(DATA)), ["pki.cms_digest_unsupported"]);
    let mut unknown = made();
    unknown.algorithm = digest(&[0x2a, 3]);
    assert_eq!(judge(&unknown, Content::Bytes(DATA)), ["pki.cms_signature_unsupported"]);
    let mut other_key = made();
    // sha256WithRSAEncryption with the key of a curve.
    other_key.algorithm = digest(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]);
    assert_eq!(judge(&other_key, Content::Bytes(DATA)), ["pki.cms_signature_key_mismatch"]);
    // The algorithms under the signature are others than those beside it.
    let protected = |signature: &[u8]| {
        let mut inner = signature.to_vec();
        inner[0] = 0xa1;
        attribute(&[52], &[&tlv(0x30, &[digest(&made::SHA256[4..]), inner].concat())])
    };
    assert_eq!(judge(&made().push(protected(&made::ECDSA_SHA256)), Content::Bytes(DATA)), [""; 0]);
    let swapped = made().push(protected(&digest(&[0x2a, 3])));
    assert_eq!(judge(&swapped, Content::Bytes(DATA)), ["pki.cms_algorithm_protection"]);
    // The algorithm meant, written otherwise: the key's identifier, or with parameters it does not have.
    let key = digest(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]);
    let with = |last: u8, parameters: &[u8]| {
        let id = tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last]);
        tlv(0x30, &[&id[..], parameters].concat())
    };
    let spelled = "pki.cms_algorithm_spelling";
    assert_eq!(judge(&made().push(protected(&key)), Content::Bytes(DATA)), [spelled]);
    let null = Made { algorithm: with(2, &[5, 0]), ..made() };
    assert_eq!(judge(&null, Content::Bytes(DATA)), [spelled]);
    let (other, strange) = (protected(&with(3, &[])), protected(&digest(&[0x2a, 3])));
    for (algorithm, protected) in
        [(key, other.clone()), (with(2, &[5, 0]), other), (digest(&[0x2a, 4]), strange)]
    {
        let codes = judge(&Made { algorithm, ..made() }.push(protected), Content::Bytes(DATA));
        assert!(codes.contains(&"pki.cms_algorithm_protection"), "{codes:?}");
    }
    for parameters in [&[5, 1, 0][..], &[5, 0, 5, 0], &[4, 0]] {
        let made = Made { algorithm: with(2, parameters), ..made() }.build();
        assert!(SignedData::parse(&made).is_err(), "{parameters:?}");
    }
    // Nobody of that serial number is there.
    let certificate = world.signer.certificate();
    let id = tlv(0x30, &[certificate.issuer().as_der(), &tlv(2, &[1])].concat());
    let lost = judge(&Made { id, ..made() }, Content::Bytes(DATA));
    assert_eq!(lost, ["pki.cms_signer_not_found"]);
    // BER: an indefinite length outside.
    let mut ber = made().build();
    ber.splice(0..4, [0x30, 0x80]);
    ber.extend([0, 0]);
    let signed = SignedData::parse(&ber).unwrap();
    let report = cms::verify(&signed, Content::Bytes(DATA), PadesBaseline);
    let codes: Vec<_> = report.findings.iter().map(|f| f.code()).collect();
    assert_eq!(codes, ["pki.cms_not_der"]);
}
