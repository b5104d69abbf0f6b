//! What the CMS in a file holds: signers, attributes, certificates, content.

use motcua_pki::DigestAlgorithm;
use motcua_pki::authority::{Identity, SubjectName, Template};
use time::Duration;

use super::by_hand::{
    self, Cms, Info, Shape, algorithm, algorithm_null, attribute, octets, oid, signing_certificate,
    tlv,
};
use super::{Expect, Policy, Verdict, judge, made, policy, refused, sealed, verify};

#[test]
fn what_the_cms_holds() {
    let (demo, stranger) = (made::demo(), made::demo());
    let official = demo.official.certificate();
    // Another authority of the same name gives a certificate of the same number to the stranger.
    let twin = Template::new(
        SubjectName::new().country("VN").common_name("Twin"),
        made::NOW - Duration::days(9),
        made::NOW + Duration::days(9),
    );
    let twin =
        stranger.issuing.issue(&twin.document_signer().with_serial(official.serial())).unwrap();
    let der = |identity: &Identity| identity.certificate().as_der().to_vec();
    type Change<'c> = &'c dyn Fn(&mut Cms, &[u8]);
    let file = |sub_filter: &'static str, change: Change<'_>| {
        by_hand::file(&Shape { sub_filter, ..Shape::USUAL }, &|covered| {
            let mut cms = Cms::of(&demo.official, covered);
            change(&mut cms, covered);
            cms.to_der()
        })
    };
    let pades = |change: Change<'_>| file("ETSI.CAdES.detached", change);
    let adobe = |change: Change<'_>| file("adbe.pkcs7.detached", change);
    let digest = |bytes: &[u8]| DigestAlgorithm::Sha256.digest(bytes);
    let message_digest = |bytes: &[u8]| attribute(oid::MESSAGE_DIGEST, &octets(&digest(bytes)));
    let over = |identity: &Identity, info: Info<'_>| info.to_der(identity);
    let cases = [
        ("as it should be", true, pades(&|_, _| {})),
        ("as it should be, Adobe's kind", true, adobe(&|_, _| {})),
        (
            "no signed attributes",
            false,
            pades(&|c, covered| {
                c.infos = vec![
                    Info { attributes: None, ..Info::of(official, covered) }.to_der(&demo.official),
                ];
            }),
        ),
        (
            "no signed attributes, Adobe's kind",
            false,
            adobe(&|c, covered| {
                c.infos = vec![
                    Info { attributes: None, ..Info::of(official, covered) }.to_der(&demo.official),
                ];
            }),
        ),
        ("no signer", false, pades(&|c, _| c.infos.clear())),
        ("the signer twice", false, pades(&|c, _| c.infos.push(c.infos[0].clone()))),
        (
            "a stranger beside",
            false,
            pades(&|c, covered| {
                c.infos.push(over(
                    &stranger.official,
                    Info::of(stranger.official.certificate(), covered),
                ));
                c.certificates.push(der(&stranger.official));
            }),
        ),
        (
            "a stranger before",
            false,
            pades(&|c, covered| {
                c.infos.insert(
                    0,
                    over(&stranger.official, Info::of(stranger.official.certificate(), covered)),
                );
                c.certificates.insert(0, der(&stranger.official));
            }),
        ),
        (
            "the agency beside, Adobe's kind",
            false,
            adobe(&|c, covered| {
                c.infos.push(over(&demo.agency, Info::of(demo.agency.certificate(), covered)));
                c.certificates.push(der(&demo.agency));
            }),
        ),
        (
            "signed by a stranger's key",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(&stranger.official, Info::of(official, covered))];
            }),
        ),
        (
            "signed by a twin",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(&twin, Info::of(official, covered))];
                c.certificates.insert(0, der(&twin));
            }),
        ),
        (
            "a twin alone",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(&twin, Info::of(twin.certificate(), covered))];
                c.certificates = vec![der(&twin), der(&demo.issuing)];
            }),
        ),
        ("a decoy twin before", false, pades(&|c, _| c.certificates.insert(0, der(&twin)))),
        (
            "a decoy twin before, Adobe's kind",
            false,
            adobe(&|c, covered| {
                c.infos =
                    vec![over(&twin, Info { reference: None, ..Info::of(official, covered) })];
                c.certificates.push(der(&twin));
            }),
        ),
        ("no certificates", false, pades(&|c, _| c.certificates.clear())),
        (
            "another's certificate only",
            false,
            pades(&|c, _| c.certificates = vec![der(&demo.agency), der(&demo.issuing)]),
        ),
        (
            "reference to another certificate",
            false,
            pades(&|c, covered| {
                let reference = Some(signing_certificate(demo.agency.certificate()));
                c.infos =
                    vec![over(&demo.official, Info { reference, ..Info::of(official, covered) })];
            }),
        ),
        (
            "reference to the twin",
            false,
            pades(&|c, covered| {
                let reference = Some(signing_certificate(twin.certificate()));
                c.infos =
                    vec![over(&demo.official, Info { reference, ..Info::of(official, covered) })];
                c.certificates.push(der(&twin));
            }),
        ),
        (
            "no reference",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(
                    &demo.official,
                    Info { reference: None, ..Info::of(official, covered) },
                )];
            }),
        ),
        (
            "reference outside the signature",
            false,
            pades(&|c, covered| {
                let unsigned = vec![signing_certificate(official)];
                c.infos = vec![over(
                    &demo.official,
                    Info { reference: None, unsigned, ..Info::of(official, covered) },
                )];
            }),
        ),
        (
            "digest of other content",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(&demo.official, Info::of(official, &covered[1..]))];
            }),
        ),
        (
            "digest outside the signature",
            false,
            pades(&|c, covered| {
                let unsigned = vec![message_digest(covered)];
                c.infos =
                    vec![over(&demo.official, Info { unsigned, ..Info::of(official, b"other") })];
            }),
        ),
        (
            "two digests",
            false,
            pades(&|c, covered| {
                let extra = vec![message_digest(covered)];
                c.infos =
                    vec![over(&demo.official, Info { extra, ..Info::of(official, b"other") })];
            }),
        ),
        (
            "content inside",
            false,
            pades(&|c, covered| {
                c.content = Some(b"other".to_vec());
                c.infos = vec![over(&demo.official, Info::of(official, b"other"))];
                let _ = covered;
            }),
        ),
        (
            "the digest inside, Adobe's kind",
            false,
            adobe(&|c, covered| {
                let inside = digest(covered);
                c.infos = vec![over(&demo.official, Info::of(official, &inside))];
                c.content = Some(inside);
            }),
        ),
        ("the type of a timestamp", false, pades(&|c, _| c.kind = oid::TST_INFO)),
        (
            "the type of a timestamp, signed",
            false,
            pades(&|c, covered| {
                c.kind = oid::TST_INFO;
                c.infos = vec![over(
                    &demo.official,
                    Info { kind: oid::TST_INFO, ..Info::of(official, covered) },
                )];
            }),
        ),
        (
            "another type signed",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(
                    &demo.official,
                    Info { kind: oid::TST_INFO, ..Info::of(official, covered) },
                )];
            }),
        ),
        (
            "a digest algorithm that it is not",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(
                    &demo.official,
                    Info { digest: oid::SHA512, ..Info::of(official, covered) },
                )];
            }),
        ),
        (
            "SHA-1 named",
            false,
            pades(&|c, covered| {
                c.infos = vec![over(
                    &demo.official,
                    Info { digest: oid::SHA1, ..Info::of(official, covered) },
                )];
            }),
        ),
    ];
    judge(&cases, &policy(&demo));
}

/// What widespread programs write otherwise than the standards say and what means the same all the same; and what does not.
#[test]
fn the_same_in_other_words() {
    let demo = made::demo();
    let official = demo.official.certificate();
    type Change<'c> = &'c dyn Fn(&mut Info<'_>);
    let file = |sub_filter: &'static str, change: Change<'_>| {
        by_hand::file(&Shape { sub_filter, ..Shape::USUAL }, &|covered| {
            let mut info = Info::of(official, covered);
            change(&mut info);
            let infos = vec![info.to_der(&demo.official)];
            Cms { infos, ..Cms::of(&demo.official, covered) }.to_der()
        })
    };
    let protected = |scheme: &[u8]| {
        let mut scheme = scheme.to_vec();
        scheme[0] = 0xa1;
        attribute(oid::ALGORITHM_PROTECTION, &tlv(0x30, &[&algorithm(oid::SHA256), &scheme]))
    };
    let null = algorithm_null(oid::ECDSA_SHA256);
    let time = attribute(oid::SIGNING_TIME, &tlv(0x17, &[b"261124030000Z"]));
    let mut cases = Vec::new();
    for sub_filter in ["ETSI.CAdES.detached", "adbe.pkcs7.detached"] {
        let changes: [(&str, bool, Change<'_>); 7] = [
            ("NULL beside ECDSA", true, &|i| i.scheme = null.clone()),
            ("a signing time", true, &|i| i.extra.push(time.clone())),
            ("the key's identifier", true, &|i| {
                i.scheme = algorithm(oid::EC_KEY);
                i.extra.push(protected(&algorithm(oid::ECDSA_SHA256)));
            }),
            ("NULL, protected without", true, &|i| {
                i.scheme = null.clone();
                i.extra.push(protected(&algorithm(oid::ECDSA_SHA256)));
            }),
            ("another digest protected", false, &|i| {
                i.scheme = algorithm(oid::EC_KEY);
                i.extra.push(protected(&algorithm(oid::ECDSA_SHA384)));
            }),
            ("another parameter", false, &|i| {
                i.scheme = tlv(0x30, &[&tlv(6, &[oid::ECDSA_SHA256]), &[4, 0]]);
            }),
            ("two signing times", false, &|i| i.extra.extend([time.clone(), time.clone()])),
        ];
        for (name, sound, change) in changes {
            cases.push((format!("{name}, {sub_filter}"), sound, file(sub_filter, change)));
        }
    }
    let cases: Vec<_> = cases.iter().map(|(n, sound, f)| (n.as_str(), *sound, f.clone())).collect();
    judge(&cases, &policy(&demo));
    let dated = verify(&cases[1].2, &policy(&demo));
    assert_eq!(dated.signatures[0].level, None, "no baseline level has a signing time");

    // A copy was not written so: somebody has written its signature anew, where nothing protects it.
    let agency = demo.agency.certificate();
    let sealed = |scheme: Vec<u8>| {
        let copy = sealed(&demo, &|covered| {
            let infos = vec![
                Info { scheme: scheme.clone(), ..Info::of(agency, covered) }.to_der(&demo.agency),
            ];
            Cms { infos, ..Cms::of(&demo.agency, covered) }.to_der()
        });
        verify(&copy, &Policy { expect: Expect::CertifiedCopy, ..policy(&demo) })
    };
    assert_eq!(sealed(algorithm(oid::ECDSA_SHA256)).verdict, Verdict::ValidWithNotes);
    refused(&sealed(null), "copies.signature_fails");
}
