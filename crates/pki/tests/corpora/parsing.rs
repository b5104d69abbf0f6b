//! Every certificate, CRL and OCSP response in the corpora: read, or refused as
//! `parsing-refusals.json` states. A refusal that is not stated, and a stated one that is read
//! after all, fail. What is read must come out the same again.

use super::corpus;
use motcua_pki::ocsp::OcspResponse;
use motcua_pki::{Certificate, Crl};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FOLDERS: &[&str] =
    &["ocsp-tsp", "rustcrypto-formats", "webpki-certs", "pyhanko-certvalidator", "vn-ca", "pkits"];

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Certificate,
    Crl,
    Ocsp,
}

/// What a file holds by its name and first bytes; `None` for what this crate has no reader for.
fn kind(path: &Path, bytes: &[u8]) -> Option<Kind> {
    let name = path.to_string_lossy();
    if [
        "-req.der",
        "csr.der",
        ".csr",
        "tbs-precert",
        "-key.",
        "-priv",
        "-prv",
        "-pub",
        "spki",
        "/cms/",
        "p7",
        "pkcs",
        "attr",
    ]
    .iter()
    .any(|part| name.contains(part))
    {
        return None;
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if text.contains("-----BEGIN X509 CRL") {
        return Some(Kind::Crl);
    }
    if text.contains("-----BEGIN CERTIFICATE-----") {
        return Some(Kind::Certificate);
    }
    if bytes.first() != Some(&0x30) {
        return None;
    }
    let ends = |ends: &[&str]| ends.iter().any(|e| name.ends_with(e));
    if name.contains("/crls/")
        || name.contains("custom_crl")
        || ends(&[".crl", ".crl.der", "-crl.der"])
    {
        Some(Kind::Crl)
    } else if (name.contains("ocsp") && ends(&["-resp.der", "-res.der", ".ors", "ocsp_response"]))
        || name.contains("/resp-")
        || name.contains("ocsp-resp-")
        || ends(&["-resp.der", ".ors"])
        || (name.contains("x509-ocsp") && name.contains("/ocsp-") && ends(&[".der"]))
    {
        Some(Kind::Ocsp)
    } else if ends(&[".crt", ".cer"])
        || (ends(&[".der"])
            && ["x509", "webpki-certs", "testing-aia"].iter().any(|p| name.contains(p))
            && !name.contains("/alg-"))
    {
        Some(Kind::Certificate)
    } else {
        None
    }
}

fn read(kind: Kind, bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.contains("-----BEGIN"));
    match (kind, text) {
        (Kind::Certificate, Some(text)) => Certificate::from_pems(text).map(|_| ()),
        (Kind::Certificate, None) => Certificate::from_der(bytes).map(|c| {
            assert_eq!(c.as_der(), bytes);
            assert_eq!(Certificate::from_pem(&c.to_pem()).as_ref(), Ok(&c));
        }),
        (Kind::Crl, Some(text)) => Crl::from_pem(text).map(|_| ()),
        (Kind::Crl, None) => Crl::from_der(bytes).map(|c| assert_eq!(c.as_der(), bytes)),
        (Kind::Ocsp, _) => OcspResponse::from_der(bytes).map(|_| ()),
    }
    .map_err(|e| e.to_string())
}

#[test]
fn every_file_is_read_or_refused_as_stated() {
    let refusals: BTreeMap<String, String> =
        serde_json::from_str(include_str!("parsing-refusals.json")).unwrap();
    let mut counts: BTreeMap<(Kind, bool), usize> = BTreeMap::new();
    let (mut others, mut wrong) = (0, Vec::new());
    for folder in FOLDERS {
        let Some(dir) = corpus(folder) else { return };
        let mut found = Vec::new();
        files(&dir, &mut found);
        for path in found {
            let bytes = std::fs::read(&path).unwrap();
            let Some(kind) = kind(&path, &bytes) else {
                others += 1;
                continue;
            };
            let relative = path.strip_prefix(dir.parent().unwrap()).unwrap();
            let name = relative.to_string_lossy().replace('\\', "/");
            let outcome = read(kind, &bytes);
            *counts.entry((kind, outcome.is_ok())).or_default() += 1;
            match (refusals.get(&name), outcome) {
                (None, Ok(())) => {}
                (Some(reason), Err(why)) if why.contains(reason.as_str()) => {}
                (stated, outcome) => wrong.push(format!("{name}: stated {stated:?}, {outcome:?}")),
            }
        }
    }
    println!("parsing: {counts:?}, {others} files of other kinds");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
