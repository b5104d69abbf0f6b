//! Rules on algorithms: new signatures are held to those that their maker states, old ones to those of the verifier's policy.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod made;

use motcua_copies::issue::existing::sign_existing;
use motcua_copies::issue::{Fonts, IssueError, Pending, Terms, issue, issue_with};
use motcua_copies::verify::annulment::SignedAnnulments;
use motcua_copies::{Policy, Verdict, verify};
use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::{AlgorithmPolicy, MemorySigner, SignatureAlgorithm, Signer, SigningRules, cms};
use time::Duration;

/// A document signer with this key, named as `like`'s is.
fn signer(like: &Identity, key: PrivateKey) -> MemorySigner {
    let from = made::NOW - Duration::days(1);
    let subject = like.certificate().subject();
    let name = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let subject = SubjectName::new()
        .organization(&name(subject.organization()))
        .common_name(&name(subject.common_name()));
    let template = Template::new(subject, from, from + Duration::days(90)).document_signer();
    made::demo().issuing.issue_with(&template, key).unwrap().signer().unwrap()
}

fn refused(result: Result<Vec<u8>, IssueError>, what: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), "pki.algorithm_not_for_new", "{error}");
    let details: std::collections::BTreeMap<_, _> = error.details().into_iter().collect();
    assert_eq!(details["what"], what);
    assert!(details["source"].contains("15/2025/TT-BKHCN"), "{details:?}");
}

#[test]
fn a_copy_is_not_signed_with_what_the_circular_does_not_list() {
    let files = [made::sample("diploma-page-1.jpg")];
    let originals = made::originals(&files);
    let facts = made::lenient_facts_of(&originals);
    let demo = made::demo();
    let ed25519 = |like| signer(like, PrivateKey::ed25519().unwrap());
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let (odd_official, odd_agency) = (ed25519(&demo.official), ed25519(&demo.agency));
    let fonts = Fonts::LIBERATION_SERIF;
    issue(&originals, &facts, fonts, &official, &agency).unwrap();
    for (first, second) in [(&odd_official, &agency), (&official, &odd_agency)] {
        refused(issue(&originals, &facts, fonts, first, second), "Ed25519");
        // Others' rules are stated, not slipped in.
        let terms = Terms { algorithms: AlgorithmPolicy::standard(), ..Terms::viet_nam() };
        issue_with(&originals, &facts, fonts, first, second, &terms).unwrap();
    }
    // As of the day of signing: before the Circular no rule is recorded.
    let mut early = facts.clone();
    early.signed_at = time::macros::datetime!(2025-08-14 12:00 +07:00);
    let error = issue(&originals, &early, fonts, &official, &agency).unwrap_err();
    assert_eq!(error.code(), "pki.algorithm_not_for_new", "{error}");
}

#[test]
fn other_files_and_lists_are_held_to_the_rules_too() {
    let demo = made::demo();
    let odd = signer(&demo.agency, PrivateKey::ed25519().unwrap());
    let options = made::one_signature;
    let file = &made::kinds::kinds()[0].1;
    refused(sign_existing(file, &options(AlgorithmPolicy::viet_nam()), &odd), "Ed25519");
    sign_existing(file, &options(AlgorithmPolicy::standard()), &odd).unwrap();
    let sign = |signer: &MemorySigner, algorithms| {
        let rules = SigningRules { algorithms, at: made::NOW };
        SignedAnnulments::sign_under("{}", &rules, signer)
    };
    let no = sign(&odd, AlgorithmPolicy::viet_nam()).unwrap_err();
    assert_eq!(no.code(), "pki.algorithm_not_for_new");
    sign(&odd, AlgorithmPolicy::standard()).unwrap();
    SignedAnnulments::sign("{}", made::NOW, &demo.agency_signer().unwrap()).unwrap();
}

#[test]
fn a_device_that_signs_otherwise_than_agreed_is_refused() {
    let key = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output();
    let Ok(key) = key else {
        eprintln!("SKIPPED: a device with an RSA key: there is no openssl here");
        return;
    };
    let key = PrivateKey::from_pkcs8_pem(&String::from_utf8(key.stdout).unwrap()).unwrap();
    let demo = made::demo();
    let (pss, agency) = (signer(&demo.official, key), demo.agency_signer().unwrap());
    let old = pss.clone().with_algorithm(SignatureAlgorithm::RsaPkcs1Sha256).unwrap();
    let files = [made::sample("diploma-page-1.jpg")];
    let originals = made::originals(&files);
    let facts = made::lenient_facts_of(&originals);
    let fonts = Fonts::LIBERATION_SERIF;
    fn of(signer: &dyn Signer) -> (&[motcua_pki::Certificate], SignatureAlgorithm) {
        (signer.certificate_chain(), signer.algorithm())
    }
    let unprepared = Pending::prepare(&originals, &facts, fonts, of(&old), of(&agency));
    assert_eq!(unprepared.unwrap_err().code(), "pki.algorithm_not_for_new");
    let pending = Pending::prepare(&originals, &facts, fonts, of(&pss), of(&agency)).unwrap();
    let saved = serde_json::to_string(&pending).unwrap();
    let pending: Pending = serde_json::from_str(&saved).unwrap();
    let digest = pending.digest(pss.algorithm().content_digest()).unwrap();
    let standard = SigningRules { algorithms: AlgorithmPolicy::standard(), at: made::NOW };
    let sign = |signer: &MemorySigner| {
        let (chain, algorithm) = of(signer);
        cms::prepare(chain, algorithm, &digest, &standard).unwrap().sign(signer).unwrap()
    };
    let error = pending.clone().complete(&sign(&old)).unwrap_err();
    assert_eq!(error.code(), "pki.algorithm_not_for_new");
    pending.complete(&sign(&pss)).unwrap();
}

#[test]
fn a_verifier_chooses_its_rules() {
    let demo = made::demo();
    let copy = made::copy_by(&demo, made::NOW);
    let at = made::NOW + Duration::hours(1);
    let usual = made::policy("usual", vec![demo.anchor()], at);
    assert_eq!(verify(&copy, &usual).verdict, Verdict::ValidWithNotes);
    // The signatures exist now for all that is proven, and SHA-256 counts no more from yesterday.
    let own = r#"{"format":1,"name":"strict","title":"x","new_signatures":[],
        "refuse":[{"what":{"digest":"sha256"},"from":"2026-11-23T00:00:00Z","source":"x"}]}"#;
    let strict = Policy { algorithms: AlgorithmPolicy::from_json(own).unwrap(), ..usual.clone() };
    let report = verify(&copy, &strict);
    assert_eq!(report.verdict, Verdict::CannotConfirm, "{}", report.to_text());
    assert!(report.signatures[0].findings.iter().any(|f| f == "pki.algorithm_refused"));
    // From tomorrow: not yet.
    let later = own.replace("11-23", "11-26");
    let later = Policy { algorithms: AlgorithmPolicy::from_json(&later).unwrap(), ..usual };
    assert_eq!(verify(&copy, &later).verdict, Verdict::ValidWithNotes);

    // The same in JSON.
    let form = |algorithms: &str| {
        format!(
            r#"{{"id":"x","anchors_pem":[{}],"trust_list_as_of":"2026-11-24","at":"2026-11-24T04:00:00Z",
                "revocation":"not_checked"{algorithms}}}"#,
            serde_json::to_string(&demo.root.certificate().to_pem()).unwrap()
        )
    };
    let verdict =
        |algorithms: &str| verify(&copy, &Policy::from_json(&form(algorithms)).unwrap()).verdict;
    for usual in ["", r#","algorithms":"standard""#, r#","algorithms":"viet_nam""#] {
        assert_eq!(verdict(usual), Verdict::ValidWithNotes, "{usual}");
    }
    assert_eq!(verdict(&format!(r#","algorithms":{own}"#)), Verdict::CannotConfirm);
    for wrong in [r#","algorithms":"any""#, r#","algorithms":true"#, r#","algorithms":null"#] {
        let error = Policy::from_json(&form(wrong)).unwrap_err();
        assert!(error.problem.contains("algorithm"), "{error}");
    }
}
