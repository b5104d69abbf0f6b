//! Files signed by pyHanko for the tests, made when they run; and the policy that trusts their signers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use motcua_copies::Policy;
use motcua_copies::verify::{Expect, RevocationNeed};
use motcua_pki::authority::{Demo, Identity, PrivateKey, SubjectName, Template};
use motcua_pki::path::RevocationMaterial;
use time::OffsetDateTime;

pub struct Peers {
    pub demo: Demo,
    pub made_at: OffsetDateTime,
    /// Signed files by name, `ok-…`.
    pub files: BTreeMap<String, Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
}

impl Peers {
    pub fn policy(&self, revocation: RevocationNeed) -> Policy {
        Policy {
            id: "peers".into(),
            expect: Expect::SignedDocument,
            anchors: vec![self.demo.anchor()],
            intermediates: Vec::new(),
            trust_list_as_of: "2026-11-24".into(),
            trust_list_until: None,
            at: self.made_at + time::Duration::minutes(10),
            certificate_policies: motcua_copies::verify::CertificatePolicies::default(),
            revocation,
            algorithms: motcua_pki::AlgorithmPolicy::standard(),
            material: RevocationMaterial::default(),
            annulments: Vec::new(),
            issuers: None,
        }
    }
}

pub fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|o| o.status.success())
}

/// Two pages of text without fonts: small enough to flip every byte.
pub fn small() -> Vec<u8> {
    let page = |contents: u32| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << /ProcSet [/PDF] >> /Contents {contents} 0 R >>"
        )
    };
    let stream = |text: &str| format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len());
    crate::made::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".into(),
            "<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] >>".into(),
            page(5),
            page(6),
            stream("0.2 g 20 20 100 100 re f"),
            stream("0.8 g 40 40 100 100 re f"),
            "<< /Title (Sample) /Producer (by hand) >>".into(),
        ],
        "/Info 7 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
    )
}

/// The small file with objects that nothing lists, laid down for later (shadow attacks).
pub fn shadow() -> Vec<u8> {
    let file = small();
    let cut = file.windows(6).rposition(|w| w == b"\nxref\n").unwrap() + 1;
    let mut out = file[..cut].to_vec();
    out.extend_from_slice(
        b"99 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\n98 0 obj\n(hidden)\nendobj\n",
    );
    let start = out.len();
    let tail = String::from_utf8_lossy(&file[cut..]).into_owned();
    let tail = tail.replace(&format!("startxref\n{cut}\n"), &format!("startxref\n{start}\n"));
    out.extend_from_slice(tail.as_bytes());
    out
}

/// The small file as a hybrid: an object stream that only readers of cross-reference streams find (ISO 32000-2 §7.5.8.4).
pub fn hybrid() -> Vec<u8> {
    let mut file = small();
    let cut = file.windows(6).rposition(|w| w == b"\nxref\n").unwrap() + 1;
    let rows: Vec<String> =
        String::from_utf8_lossy(&file[cut..]).lines().skip(2).take(8).map(str::to_owned).collect();
    file.truncate(cut);
    let held = "(only for newer readers)";
    let inner = format!("9 0 {held}");
    let container = file.len();
    file.extend_from_slice(
        format!("8 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length {} >>\nstream\n{inner}\nendstream\nendobj\n", inner.len()).as_bytes(),
    );
    let table = file.len();
    let mut data = Vec::new();
    data.extend_from_slice(&[1]);
    data.extend_from_slice(&u32::try_from(container).unwrap().to_be_bytes());
    data.extend_from_slice(&[0, 2, 0, 0, 0, 8, 0]);
    file.extend_from_slice(
        format!("10 0 obj\n<< /Type /XRef /Size 11 /W [1 4 1] /Index [8 2] /Root 1 0 R /Length {} >>\nstream\n", data.len()).as_bytes(),
    );
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\nendstream\nendobj\n");
    let start = file.len();
    let mut text = String::from("xref\n0 11\n");
    for row in &rows {
        text.push_str(row.trim_end());
        text.push_str("\r\n");
    }
    text.push_str("0000000000 00000 f\r\n0000000000 00000 f\r\n");
    text.push_str(&format!("{table:010} 00000 n\r\n"));
    text.push_str(&format!(
        "trailer\n<< /Size 11 /Root 1 0 R /Info 7 0 R /XRefStm {table} /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.extend_from_slice(text.as_bytes());
    file
}

/// The files, once a test program; `None`, loudly, where pyHanko is not installed.
pub fn peers() -> Option<&'static Peers> {
    static PEERS: OnceLock<Option<Peers>> = OnceLock::new();
    PEERS.get_or_init(make).as_ref()
}

/// pyHanko's own timestamp authority signs with RSA only, and ring makes no RSA keys.
fn rsa_authority(demo: &Demo, python: &str, at: OffsetDateTime) -> Identity {
    let script = "from cryptography.hazmat.primitives.asymmetric import rsa\n\
        from cryptography.hazmat.primitives import serialization as s\n\
        k = rsa.generate_private_key(65537, 2048)\n\
        print(k.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode())";
    let said = Command::new(python).args(["-c", script]).output().unwrap();
    let key = PrivateKey::from_pkcs8_pem(&String::from_utf8_lossy(&said.stdout)).unwrap();
    let year = time::Duration::days(365);
    let subject = SubjectName::new().country("VN").common_name("motcua test TSA");
    demo.root
        .issue_with(&Template::new(subject, at - year, at + year).timestamp_authority(), key)
        .unwrap()
}

fn make() -> Option<Peers> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("build/venv/bin/python").to_string_lossy().into_owned();
    if !run(&python, &["-c", "import pyhanko.sign"]) {
        println!(
            "SKIPPED: files signed by pyHanko: build/venv has no pyHanko (cargo xtask test installs it)"
        );
        return None;
    }
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("peers-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let made_at = OffsetDateTime::now_utc();
    let demo = Demo::new(made_at).unwrap();
    let write = |name: &str, identity: &Identity| {
        std::fs::write(path(&format!("{name}.pem")), identity.certificate().to_pem()).unwrap();
        std::fs::write(
            path(&format!("{name}.key")),
            identity.private_key().to_pkcs8_pem().as_bytes(),
        )
        .unwrap();
    };
    for (name, identity) in [
        ("root", &demo.root),
        ("issuing", &demo.issuing),
        ("signer", &demo.official),
        ("second", &demo.agency),
        ("tsa", &rsa_authority(&demo, &python, made_at)),
    ] {
        write(name, identity);
    }
    std::fs::write(path("base-classic.pdf"), small()).unwrap();
    std::fs::write(path("base-hybrid.pdf"), hybrid()).unwrap();
    std::fs::write(path("base-scan.pdf"), crate::made::sample("diploma-scan.pdf")).unwrap();
    std::fs::write(path("base-shadow.pdf"), shadow()).unwrap();
    let classic = path("base-classic.pdf");
    for (name, option) in [("linear", "--linearize"), ("streams", "--object-streams=generate")] {
        if !run("qpdf", &[option, &classic, &path(&format!("base-{name}.pdf"))]) {
            println!("SKIPPED: {name} files: qpdf is not installed");
        }
    }
    std::fs::write(path("copy.pdf"), crate::made::copy_of(&demo, made_at, &small())).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/pyhanko_makes.py");
    let said = Command::new(&python).arg(script).arg(&folder).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
        if name.starts_with("ok-") {
            files.insert(name, std::fs::read(&entry).unwrap());
        }
    }
    let crls = ["0.crl", "1.crl"].map(|n| std::fs::read(path(n)).unwrap()).to_vec();
    match std::env::var_os("MOTCUA_KEEP") {
        Some(keep) => println!("kept in {}: {}", keep.to_string_lossy(), folder.display()),
        None => std::fs::remove_dir_all(&folder).unwrap(),
    }
    Some(Peers { demo, made_at, files, crls })
}
