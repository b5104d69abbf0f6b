//! OpenSSL as the other side of revocation: it answers our OCSP requests, it accepts our lists and
//! responses, and it refuses what is revoked.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout, clippy::panic)]

use motcua_pki::authority::{
    CrlTemplate, Identity, OcspAnswer, OcspTemplate, SubjectName, Template,
};
use motcua_pki::ocsp::{self, OcspResponse};
use motcua_pki::path::{self, Anchor, Profile, Purpose, RevocationMaterial};
use motcua_pki::revocation::RevocationStatus;
use std::path::PathBuf;
use std::process::Command;
use time::{Duration, OffsetDateTime};

struct Folder(tempfile::TempDir);

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs OpenSSL; `@name` is a file of this folder.
    fn openssl(&self, line: &str) -> (bool, String) {
        let arguments = line.split(' ').map(|a| match a.strip_prefix('@') {
            Some(name) => self.text(name),
            None => a.to_owned(),
        });
        let done = Command::new("openssl").args(arguments).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

#[test]
fn openssl_answers_our_requests_and_accepts_our_answers() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: openssl ocsp: the command is not there");
        return;
    }
    // OpenSSL stamps its answers with its own clock; the house is built around each of them.
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.write("clock", "");
    let now: OffsetDateTime =
        std::fs::metadata(folder.path("clock")).unwrap().modified().unwrap().into();
    let now = now.replace_nanosecond(0).unwrap();
    let day = Duration::DAY;
    let template = |name: &str| {
        let name = SubjectName::new().country("VN").common_name(name);
        Template::new(name, now - day * 30, now + day * 30)
    };
    let root = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    let issue = |name: &str, serial: u8| {
        root.issue(&template(name).document_signer().with_serial(&[serial])).unwrap()
    };
    let (good, revoked, unknown) = (issue("Good", 1), issue("Revoked", 2), issue("Unknown", 3));
    let responder = root.issue(&template("OCSP").ocsp_responder()).unwrap();
    for (name, identity) in
        [("root", &root), ("good", &good), ("revoked", &revoked), ("responder", &responder)]
    {
        folder.write(&format!("{name}.pem"), identity.certificate().to_pem());
    }
    folder.write("responder.key", responder.private_key().to_pkcs8_pem().as_bytes());
    let stamp = |at: OffsetDateTime| {
        let (date, time) = (at.date(), at.time());
        format!(
            "{:02}{:02}{:02}{:02}{:02}{:02}Z",
            date.year() % 100,
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    };
    let (end, since) = (stamp(now + day * 30), stamp(now - day));
    folder.write(
        "index.txt",
        format!("V\t{end}\t\t01\tunknown\t/CN=Good\nR\t{end}\t{since},keyCompromise\t02\tunknown\t/CN=Revoked\n"),
    );
    let judge = |identity: &Identity, response: Vec<u8>| {
        let anchor = [Anchor::new(root.certificate().clone(), &[Purpose::Public])];
        let material = RevocationMaterial { crls: Vec::new(), ocsp_responses: vec![response] };
        let profile = Profile::document_signing(Purpose::Public);
        let at = now + Duration::MINUTE;
        let report = path::validate(identity.certificate(), &[], &anchor, at, &profile, &material);
        (report.statuses[0].status.clone(), format!("{:?}", report.findings))
    };

    // Their answers to our requests.
    let mut answered = 0;
    for by in ["", " -resp_key_id"] {
        for (identity, expected) in [(&good, "good"), (&revoked, "revoked"), (&unknown, "unknown")]
        {
            let nonce = [9_u8; 16];
            let request = ocsp::request(identity.certificate(), root.certificate(), Some(&nonce));
            folder.write("request.der", request);
            let (done, said) = folder.openssl(&format!(
                "ocsp -index @index.txt -CA @root.pem -rsigner @responder.pem -rkey @responder.key \
                 -reqin @request.der -respout @response.der -ndays 1{by}"
            ).replace("                 ", ""));
            assert!(done, "{said}");
            let response = std::fs::read(folder.path("response.der")).unwrap();
            let read = OcspResponse::from_der(&response).unwrap();
            assert_eq!(read.nonce(), Some(&nonce[..]));
            let (status, why) = judge(identity, response.clone());
            let agrees = match status {
                RevocationStatus::Good { .. } => expected == "good",
                RevocationStatus::Revoked { reason, .. } => {
                    expected == "revoked" && reason == Some(1)
                }
                RevocationStatus::Unknown => expected == "unknown",
                RevocationStatus::Stale | RevocationStatus::NotChecked => false,
            };
            assert!(agrees, "{expected}: {status:?} {why}");
            // The same answer says nothing of another certificate.
            let (other, _) = judge(if expected == "good" { &revoked } else { &good }, response);
            assert_eq!(other, RevocationStatus::Unknown);
            answered += 1;
        }
    }

    // Our answers and lists, read by them.
    for (name, identity, answer) in [
        ("good", &good, OcspAnswer::Good),
        ("revoked", &revoked, OcspAnswer::Revoked(now - day, 1)),
    ] {
        let template =
            OcspTemplate::new(identity.certificate(), answer, now - Duration::HOUR, now + day);
        let response = responder.ocsp_response(root.certificate(), &template).unwrap();
        folder.write("ours.der", response);
        let (done, said) = folder.openssl(&format!(
            "ocsp -respin @ours.der -CAfile @root.pem -issuer @root.pem -cert @{name}.pem -no_nonce"
        ));
        assert!(
            done && said.contains("verify OK") && said.contains(&format!(": {name}")),
            "{said}"
        );
    }
    let list = CrlTemplate::new(now - Duration::HOUR, now + day).revoke(
        revoked.certificate(),
        now - day,
        1,
    );
    folder.write("list.der", root.crl(&list).unwrap());
    let (done, said) = folder.openssl("crl -inform DER -in @list.der -out @list.pem");
    assert!(done, "{said}");
    for (name, expected) in [("good", true), ("revoked", false)] {
        let (accepted, said) = folder.openssl(&format!(
            "verify -crl_check -CAfile @root.pem -CRLfile @list.pem @{name}.pem"
        ));
        assert_eq!(accepted, expected, "{said}");
        assert!(expected || said.contains("certificate revoked"), "{said}");
    }
    println!("openssl ocsp: {answered} answers to our requests agree; our answers and list agree");
}
