//! Document timestamps and timestamps of signatures that are of something else.

use motcua_copies::{Verdict, verify};
use motcua_pki::DigestAlgorithm;
use motcua_pki::authority::{Demo, TokenTemplate};

use super::by_hand::{self, Cms, Info, Shape, attribute, oid, tlv};
use super::{judge, made, policy};

#[test]
fn timestamps_of_something_else() {
    let (demo, stranger) = (made::demo(), made::demo());
    let token = |demo: &Demo, over: &[u8]| {
        demo.timestamping.timestamp(&TokenTemplate::over(over, made::NOW)).unwrap()
    };
    let stamp = |kind: &'static str, sub_filter: &'static str, cms: &dyn Fn(&[u8]) -> Vec<u8>| {
        by_hand::file(&Shape { kind, sub_filter, ..Shape::USUAL }, cms)
    };
    let signature = |covered: &[u8]| Cms::of(&demo.official, covered).to_der();
    let (document, etsi, cades) = ("DocTimeStamp", "ETSI.RFC3161", "ETSI.CAdES.detached");
    let bare = |covered: &[u8]| {
        let kind = oid::TST_INFO;
        let tsa = demo.timestamping.certificate();
        let info = Info { kind, ..Info::of(tsa, covered) }.to_der(&demo.timestamping);
        Cms {
            kind,
            content: Some(covered.to_vec()),
            infos: vec![info],
            ..Cms::of(&demo.timestamping, covered)
        }
        .to_der()
    };
    let cases = [
        ("a document timestamp", true, stamp(document, etsi, &|c| token(&demo, c))),
        ("of another document", false, stamp(document, etsi, &|_| token(&demo, b"other"))),
        ("of part of it", false, stamp(document, etsi, &|c| token(&demo, &c[..c.len() / 2]))),
        (
            "of its digest",
            false,
            stamp(document, etsi, &|c| token(&demo, &DigestAlgorithm::Sha256.digest(c))),
        ),
        ("of a stranger", false, stamp(document, etsi, &|c| token(&stranger, c))),
        ("a signature in its place", false, stamp(document, etsi, &signature)),
        ("a signature called a timestamp", false, stamp(document, cades, &signature)),
        ("a timestamp called a signature", false, stamp("Sig", cades, &|c| token(&demo, c))),
        (
            "a timestamp of Adobe's kind",
            false,
            stamp(document, "adbe.pkcs7.detached", &|c| token(&demo, c)),
        ),
        (
            "an official's signature of Adobe's kind",
            false,
            stamp(document, "adbe.pkcs7.detached", &signature),
        ),
        ("the authority's signature on the bytes", false, stamp(document, etsi, &bare)),
        (
            "two tokens",
            false,
            stamp(document, etsi, &|c| [token(&demo, c), token(&demo, c)].concat()),
        ),
        (
            "an answer, not a token",
            false,
            stamp(document, etsi, &|c| tlv(0x30, &[&tlv(0x30, &[&[2, 1, 0]]), &token(&demo, c)])),
        ),
    ];
    judge(&cases, &policy(&demo));
    // A signature's own timestamp must be over its value; another one gives it no time.
    let stamped = |over: &dyn Fn(&[u8]) -> Vec<u8>| {
        by_hand::file(&Shape::USUAL, &|covered| {
            let official = demo.official.certificate();
            let plain = Info::of(official, covered).to_der(&demo.official);
            let token = token(&demo, &over(&plain));
            let unsigned = vec![attribute(oid::SIGNATURE_TIMESTAMP, &token)];
            Cms {
                infos: vec![by_hand::with_unsigned(&plain, &unsigned)],
                ..Cms::of(&demo.official, covered)
            }
            .to_der()
        })
    };
    let own = |info: &[u8]| by_hand::signature_of(info);
    let sound = verify(&stamped(&own), &policy(&demo));
    assert!(sound.signatures[0].trusted_time.is_some(), "{}", sound.to_text());
    type Over<'o> = &'o dyn Fn(&[u8]) -> Vec<u8>;
    let others: [(&str, Over<'_>); 3] = [
        ("of another signature", &|_| b"another signature".to_vec()),
        ("of the whole signer", &|info| info.to_vec()),
        ("of nothing", &|_| Vec::new()),
    ];
    for (name, over) in others {
        let report = verify(&stamped(over), &policy(&demo));
        assert!(report.signatures[0].trusted_time.is_none(), "{name}: {}", report.to_text());
        assert_eq!(report.verdict, Verdict::CannotConfirm, "{name}: {}", report.to_text());
        assert!(report.reasons.iter().any(|r| r.code == "copies.timestamp_unsure"), "{name}");
    }
}
