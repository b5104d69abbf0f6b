//! An invented authority with real services on loopback, OpenSSL's, and the office that signs: what the tests of levels stand on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use crate::server::{Server, ok};
use motcua::pki::authority::{CrlTemplate, Identity, SubjectName, Template};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// What a service answers to a request.
pub(crate) type Answer = Box<dyn Fn(&Path, &[u8]) -> Vec<u8> + Send>;

/// An invented authority with its services, and the office that signs.
pub(crate) struct Town {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) tsa: Arc<Mutex<Answer>>,
    pub(crate) ocsp: Arc<Mutex<Answer>>,
    pub(crate) crl: Arc<Mutex<Answer>>,
    pub(crate) server: Server,
    pub(crate) root: Identity,
    pub(crate) ca: Identity,
}

pub(crate) const FACTS: &str = r#"{
    "agency": "ỦY BAN NHÂN DÂN PHƯỜNG MẪU", "agency_id": "H99.01", "place": "phường Mẫu",
    "capacity": "TUQ. CHỦ TỊCH|CÔNG CHỨC TƯ PHÁP – HỘ TỊCH", "paper": "Bằng cử nhân", "pages": 1,
    "system": "thử", "link": "https://dichvucong.example/v"
}"#;

pub(crate) const NOT_THERE: &[u8] = b"HTTP/1.1 503 Not Now\r\ncontent-length: 0\r\n\r\n";

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

pub(crate) fn template(name: &str, days: i64) -> Template {
    let subject = SubjectName::new()
        .country("VN")
        .organization("Ủy ban nhân dân phường Mẫu")
        .common_name(name);
    Template::new(subject, now() - Duration::days(30), now() + Duration::days(days))
}

pub(crate) fn openssl(folder: &Path, arguments: &str) {
    let arguments = arguments.split_whitespace();
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

pub(crate) fn openssl_ts(folder: &Path, request: &[u8]) -> Vec<u8> {
    fs::write(folder.join("ts.req"), request).unwrap();
    openssl(folder, "ts -reply -config tsa.cnf -queryfile ts.req -out ts.resp");
    ok(&fs::read(folder.join("ts.resp")).unwrap())
}

pub(crate) fn openssl_ocsp(folder: &Path, request: &[u8]) -> Vec<u8> {
    fs::write(folder.join("ocsp.req"), request).unwrap();
    openssl(
        folder,
        "ocsp -index index.txt -CA ca.pem -rsigner responder.pem -rkey responder.key -reqin ocsp.req -respout ocsp.resp -ndays 1",
    );
    ok(&fs::read(folder.join("ocsp.resp")).unwrap())
}

pub(crate) fn pem_of(identity: &Identity) -> String {
    identity.chain().iter().map(motcua::pki::Certificate::to_pem).collect()
}

/// OpenSSL's database: status, expiry, revocation, serial, file, subject.
pub(crate) const INDEX: &str =
    "V\t361231000000Z\t\t10\tunknown\t/CN=agency\nV\t361231000000Z\t\t11\tunknown\t/CN=official\n";

impl Town {
    /// `None`, said aloud, where OpenSSL's command is not there.
    pub(crate) fn new(what: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: {what}: the command openssl is not there");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let services: [Arc<Mutex<Answer>>; 3] = [
            Arc::new(Mutex::new(Box::new(openssl_ts))),
            Arc::new(Mutex::new(Box::new(openssl_ocsp))),
            Arc::new(Mutex::new(Box::new(|_, _| NOT_THERE.to_vec()))),
        ];
        let [tsa, ocsp, crl] = services.clone();
        let at = PathBuf::from(folder.path());
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/tsa" => services[0].lock().unwrap()(&at, &asked.body),
            "/ocsp" => services[1].lock().unwrap()(&at, &asked.body),
            "/root.crl" => ok(&fs::read(at.join("root.crl")).unwrap()),
            "/ca.crl" => services[2].lock().unwrap()(&at, &asked.body),
            _ => NOT_THERE.to_vec(),
        });
        let root = Identity::root(&template("Root", 3650).certificate_authority(None)).unwrap();
        let with = |mut template: Template, ocsp: Option<&str>, crl: &str| {
            template.ocsp_url = ocsp.map(|path| server.url(path));
            template.crl_url = Some(server.url(crl));
            template
        };
        let ca = template("CA", 1825).certificate_authority(Some(0));
        let ca = root.issue(&with(ca, None, "/root.crl")).unwrap();
        let end = |name: &str, serial: u8| {
            let end = template(name, 365).document_signer().with_serial(&[serial]);
            ca.issue(&with(end, Some("/ocsp"), "/ca.crl")).unwrap()
        };
        let (official, agency) =
            (end("Nguyễn Văn Mẫu", 0x11), end("Ủy ban nhân dân phường Mẫu", 0x10));
        let tsa_cert = with(template("TSA", 1825).timestamp_authority(), None, "/root.crl");
        let town = Self { folder, tsa, ocsp, crl, server, root, ca };
        town.put("tsa", &town.root.issue(&tsa_cert).unwrap());
        town.put("responder", &town.ca.issue(&template("OCSP", 365).ocsp_responder()).unwrap());
        for (name, identity) in
            [("root", &town.root), ("ca", &town.ca), ("official", &official), ("agency", &agency)]
        {
            town.put(name, identity);
        }
        let list = CrlTemplate::new(now() - Duration::minutes(1), now() + Duration::days(7));
        fs::write(town.path("root.crl"), town.root.crl(&list).unwrap()).unwrap();
        fs::write(town.path("made-ca.crl"), town.ca.crl(&list).unwrap()).unwrap();
        fs::write(town.path("index.txt"), INDEX).unwrap();
        fs::write(town.path("serial"), "01\n").unwrap();
        let configuration = "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\n\
            signer_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n\
            digests=sha256,sha512\ness_cert_id_alg=sha256\n";
        fs::write(town.path("tsa.cnf"), configuration).unwrap();
        fs::write(town.path("facts.json"), FACTS).unwrap();
        let page = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples/originals/diploma-page-1.jpg");
        fs::copy(page, town.path("scan.jpg")).unwrap();
        let made = motcua(&["ledger", "init", &town.text("record.sqlite")]);
        assert!(made.status.success(), "{made:?}");
        Some(town)
    }

    pub(crate) fn put(&self, name: &str, identity: &Identity) {
        fs::write(self.path(&format!("{name}.pem")), pem_of(identity)).unwrap();
        let key = identity.private_key().to_pkcs8_pem();
        fs::write(self.path(&format!("{name}.key")), key.as_bytes()).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn set(
        service: &Mutex<Answer>,
        answer: impl Fn(&Path, &[u8]) -> Vec<u8> + Send + 'static,
    ) {
        *service.lock().unwrap() = Box::new(answer);
    }

    /// A CRL of the signers' authority, from now on.
    pub(crate) fn serve_crl(&self) {
        Self::set(&self.crl, |folder, _| ok(&fs::read(folder.join("made-ca.crl")).unwrap()));
    }

    pub(crate) fn trust(&self) -> [String; 4] {
        ["--tsa".into(), self.server.url("/tsa"), "--trust".into(), self.text("root.pem")]
    }

    /// Issues a copy of the scan under the record's number; the exit code and its row.
    pub(crate) fn issue(&self, out: &str, level: &str, more: &[&str]) -> (i32, Value) {
        let mut all: Vec<String> = ["copy", "issue"].map(str::to_owned).to_vec();
        all.extend([self.text("scan.jpg"), "--out".into(), self.text(out), "--json".into()]);
        for (option, file) in [
            ("--facts", "facts.json"),
            ("--official-key", "official.key"),
            ("--official-chain", "official.pem"),
            ("--agency-key", "agency.key"),
            ("--agency-chain", "agency.pem"),
            ("--ledger", "record.sqlite"),
        ] {
            all.extend([option.to_owned(), self.text(file)]);
        }
        all.extend(["--paid-elsewhere".into(), "--level".into(), level.to_owned()]);
        if level != "b-b" {
            all.extend(self.trust());
        }
        all.extend(more.iter().map(|m| (*m).to_owned()));
        let run = motcua(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        let row = said.lines().next().and_then(|line| serde_json::from_str(line).ok());
        (run.status.code().unwrap(), row.unwrap_or_else(|| panic!("{run:?}")))
    }

    /// Refused before a number was taken, with nothing left behind.
    #[track_caller]
    pub(crate) fn refused(&self, level: &str, code: &str, says: &str) {
        let before = self.last_number();
        let (exit, row) = self.issue("refused", level, &[]);
        let message = row["error"]["message"].as_str().unwrap_or_default();
        assert_eq!((exit, row["error"]["code"].as_str()), (1, Some(code)), "{row}");
        assert!(message.contains(says), "{message}");
        assert_eq!(self.last_number(), before, "a number was taken");
        let left: Vec<_> =
            fs::read_dir(self.path("refused")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["motcua-batch.jsonl"]);
    }

    pub(crate) fn last_number(&self) -> u64 {
        let status = motcua(&["ledger", "status", &self.text("record.sqlite"), "--json"]);
        let status: Value = serde_json::from_slice(&status.stdout).unwrap();
        status["registers"][0]["last"].as_u64().unwrap_or_default()
    }

    /// Our report; revocation of the last authority from outside, everything else from the file.
    pub(crate) fn report(&self, file: &str) -> Value {
        let (file, root, list) = (self.text(file), self.text("root.pem"), self.text("root.crl"));
        let run = motcua(&["copy", "verify", &file, "--trust", &root, "--crl", &list, "--json"]);
        serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
    }

    #[track_caller]
    pub(crate) fn passes(&self, file: &str, level: &str) {
        let report = self.report(file);
        for signature in report["signatures"].as_array().unwrap() {
            assert_eq!(signature["indication"], "passed", "{signature}");
            if signature["kind"] == "signature" {
                assert_eq!(signature["level"], level, "{signature}");
            }
        }
    }
}

pub(crate) fn motcua(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_motcua")).args(arguments).output().unwrap()
}
