//! `motcua copy issue` with both keys in tokens (SoftHSM2): an RSA one of the official's, a P-256 one of the agency's.
#![cfg(feature = "pkcs11")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use motcua::pki::Certificate;
use motcua::pki::authority::{Demo, PrivateKey, SubjectName, Template};
use time::{Duration, OffsetDateTime};

const MODULES: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const PIN: &str = "248163";
const FACTS: &str = r#"{
    "agency": "ỦY BAN NHÂN DÂN PHƯỜNG MẪU", "agency_id": "H99.01", "place": "phường Mẫu", "act_code": "SCTĐT/BS",
    "capacity": "TUQ. CHỦ TỊCH|CÔNG CHỨC TƯ PHÁP – HỘ TỊCH", "paper": "Bằng cử nhân", "pages": 1,
    "system": "thử", "link": "https://dichvucong.example/v", "number": "7"
}"#;

/// Ends with 0 when pyHanko trusts both signatures and finds nothing changed that may not be.
const PYHANKO: &str = r#"
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
with open("out/scan.pdf", "rb") as file:
    context = ValidationContext(trust_roots=[load_cert_from_pemder("root.pem")])
    all_of = [validate_pdf_signature(s, context) for s in PdfFileReader(file).embedded_signatures]
assert [s.pkcs7_signature_mechanism for s in all_of] == ["rsassa_pss", "sha256_ecdsa"], all_of
assert all(s.bottom_line and s.docmdp_ok is not False for s in all_of), all_of
"#;

struct Desk {
    folder: tempfile::TempDir,
    module: &'static str,
}

impl Desk {
    /// The tokens, their keys, and the certificates issued for them; or nothing, said aloud, where there is no SoftHSM2.
    fn new() -> Option<Self> {
        let module = MODULES.into_iter().find(|m| Path::new(m).exists());
        let util = Command::new("softhsm2-util").arg("--version").output();
        let (Some(module), Ok(_)) = (module, util) else {
            println!("SKIPPED: copies with keys in tokens: softhsm2 is not installed");
            return None;
        };
        let desk = Self { folder: tempfile::tempdir().unwrap(), module };
        fs::create_dir(desk.path("tokens")).unwrap();
        let conf = format!("directories.tokendir = {}\n", desk.path("tokens").display());
        fs::write(desk.path("softhsm2.conf"), conf).unwrap();
        fs::write(desk.path("facts.json"), FACTS).unwrap();
        fs::write(desk.path("pin"), format!("{PIN}\n")).unwrap();
        fs::write(desk.path("wrong"), "999999\n").unwrap();
        let originals = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals");
        fs::copy(originals.join("diploma-page-1.jpg"), desk.path("scan.jpg")).unwrap();
        let now = OffsetDateTime::now_utc();
        let demo = Demo::new(now).unwrap();
        fs::write(desk.path("root.pem"), demo.root.certificate().to_pem()).unwrap();
        let agency = "Ủy ban nhân dân phường Mẫu";
        let name = || SubjectName::new().country("VN").locality("Hà Nội").organization(agency);
        for (who, kind, subject) in [
            (
                "official",
                "RSA -pkeyopt rsa_keygen_bits:2048",
                name().user_id("CCCD:001000000000").common_name("Nguyễn Văn Mẫu"),
            ),
            (
                "agency",
                "EC -pkeyopt ec_paramgen_curve:P-256",
                name().organization_identifier("MST:0000000000").common_name(agency),
            ),
        ] {
            desk.run("openssl", &format!("genpkey -algorithm {kind} -out {who}.key.pem"));
            desk.run(
                "softhsm2-util",
                &format!("--init-token --free --label {who} --pin {PIN} --so-pin 13579135"),
            );
            desk.run(
                "softhsm2-util",
                &format!("--import {who}.key.pem --token {who} --label ky --id 01 --pin {PIN}"),
            );
            let key = fs::read_to_string(desk.path(&format!("{who}.key.pem"))).unwrap();
            let key = PrivateKey::from_pkcs8_pem(&key).unwrap();
            let days = Duration::days(30);
            let template = Template::new(subject, now - days, now + days).document_signer();
            let one = demo.issuing.issue_with(&template, key).unwrap();
            let chain: String = one.chain().iter().map(Certificate::to_pem).collect();
            fs::write(desk.path(&format!("{who}.pem")), chain).unwrap();
            // The key is in the token alone.
            fs::remove_file(desk.path(&format!("{who}.key.pem"))).unwrap();
        }
        Some(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, program: &str, arguments: &str) -> Output {
        let done = self.command(program).args(arguments.split_whitespace()).output().unwrap();
        assert!(done.status.success(), "{program} {arguments}: {done:?}");
        done
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path());
        command.env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        command
    }

    fn issue(&self, official: &str, more: &[&str]) -> Output {
        self.issue_of("scan.jpg", "facts.json", official, more)
    }

    fn issue_of(&self, input: &str, facts: &str, official: &str, more: &[&str]) -> Output {
        let at = |token: &str| format!("pkcs11:{token}?module-path={}", self.module);
        self.command(env!("CARGO_BIN_EXE_motcua"))
            .args(["copy", "issue", input, "--out", "out", "--facts", facts])
            .args(["--official-key", &at(official), "--agency-key", &at("token=agency")])
            .args(["--agency-chain", "agency.pem", "--agency-password-env", "AGENCY_PIN"])
            .args(more)
            .env("AGENCY_PIN", PIN)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }
}

fn says(run: &Output, text: &str) {
    let all = [run.stdout.as_slice(), &run.stderr].concat();
    let all = String::from_utf8(all).unwrap();
    assert!(all.contains(text), "{text:?} is not in {all}");
    assert!(!all.contains("999999") && !all.contains(PIN), "a PIN is told: {all}");
}

#[test]
fn a_copy_with_both_keys_in_tokens() {
    let Some(desk) = Desk::new() else { return };
    let chain = ["--official-chain", "official.pem"];
    let pin = ["--official-pin-file", "pin"];
    for (official, more, text) in [
        ("token=official", &[chain, ["--official-pin-file", "wrong"]].concat()[..], "few tries"),
        ("token=official", &chain[..], "there is none to ask for the PIN"),
        ("token=official", &pin[..], "there is none of the key's identifier"),
        ("token=nobody", &[chain, pin].concat()[..], "no token is there"),
        ("token=official", &[["--official-chain", "agency.pem"], pin].concat()[..], "another kind"),
        ("token=agency", &[chain, pin].concat()[..], "another kind"),
    ] {
        let refused = desk.issue(official, more);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        says(&refused, text);
        assert!(!desk.path("out/scan.pdf").exists());
    }
    let made = desk.issue("token=official;object=ky;id=%01", &[chain, pin].concat());
    assert!(made.status.success(), "{made:?}");
    says(&made, "1 issued");
    let motcua = env!("CARGO_BIN_EXE_motcua");
    let judged = desk.run(motcua, "copy verify out/scan.pdf --trust root.pem --json");
    let report: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(report["signatures"].as_array().unwrap().len(), 2);
    let mut witnesses = vec!["motcua"];
    if Command::new("pdfsig").arg("-v").output().is_ok() {
        let said = desk.command("pdfsig").arg("out/scan.pdf").output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert_eq!(said.matches("Signature is Valid").count(), 2, "{said}");
        witnesses.push("pdfsig");
    } else {
        println!("SKIPPED: pdfsig on a copy signed in tokens: it is not installed");
    }
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/venv/bin/python");
    if Command::new(&python).args(["-c", "import pyhanko.sign"]).status().is_ok_and(|s| s.success())
    {
        let said = desk.command(python.to_str().unwrap()).args(["-c", PYHANKO]).output().unwrap();
        assert!(said.status.success(), "{said:?}");
        witnesses.push("pyHanko");
    } else {
        println!("SKIPPED: pyHanko on a copy signed in tokens: it is not in build/venv");
    }
    // A batch under one login each, on several cores.
    let rows: String = (11..19).map(|n| format!("b{n}.jpg,{n},b{n}.pdf\n")).collect();
    for n in 11..19 {
        fs::copy(desk.path("scan.jpg"), desk.path(&format!("b{n}.jpg"))).unwrap();
    }
    fs::write(desk.path("rows.csv"), format!("original,number,output\n{rows}")).unwrap();
    fs::write(desk.path("batch.json"), FACTS.replace(r#", "number": "7""#, "")).unwrap();
    let batch = ["--jobs", "4", "--official-chain", "official.pem", "--official-pin-file", "pin"];
    let made = desk.issue_of("rows.csv", "batch.json", "token=official", &batch);
    assert!(made.status.success(), "{made:?}");
    says(&made, "8 issued");
    println!("SoftHSM2: a copy by RSA-PSS and P-256 in tokens, sound for {}", witnesses.join(", "));
}
