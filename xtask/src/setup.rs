//! Installs what a step needs from Debian's packages when it may, else says exactly what to install.

use std::process::{Command, Stdio};

/// The outside programs that tests and witnesses ask, and Debian's packages that bring them.
const WITNESSES: (&[&str], &[&str]) = (
    &["pdfsig", "qpdf", "mutool", "zbarimg", "openssl", "pg_ctlcluster", "softhsm2-util"],
    &["poppler-utils", "qpdf", "mupdf-tools", "zbar-tools", "openssl", "postgresql", "softhsm2"],
);

/// Makes sure that every outside program can be asked, so that no test has to skip for want of one.
pub fn witnesses() -> Result<(), String> {
    need(WITNESSES.0, WITNESSES.1)
}

/// Whether a program can be started.
pub fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Makes sure that `programs` can be started, installing `packages` where one is missing.
pub fn need(programs: &[&str], packages: &[&str]) -> Result<(), String> {
    if programs.iter().all(|p| has(p)) {
        return Ok(());
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    let advice = format!("install the packages: {}", packages.join(" "));
    if !root || !has("apt-get") {
        return Err(advice);
    }
    let apt = |args: &[&str]| {
        Command::new("apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend_from_slice(packages);
    if (apt(&["update"]) && apt(&install)) && programs.iter().all(|p| has(p)) {
        Ok(())
    } else {
        Err(advice)
    }
}

/// npm packages that tests ask for a second opinion: another library for VNPAY, a reader of QR symbols with its image formats, signed
/// texts (JWS); and one that signs PDFs, to be measured beside.
const PEERS: &[&str] = &[
    "vnpay@2.5.0",
    "jsqr@1.4.0",
    "pngjs@7",
    "@resvg/resvg-js@2",
    "@signpdf/signpdf@3",
    "@signpdf/placeholder-plain@3",
    "@signpdf/signer-p12@3",
    "jose@6",
];

/// Installs them into `build/peers`. Without them their tests say SKIPPED.
pub fn peers() -> Result<(), String> {
    need(&["node", "npm"], &["nodejs", "npm"])?;
    let mut install =
        vec!["install", "--silent", "--no-audit", "--no-fund", "--prefix", "build/peers"];
    install.extend_from_slice(PEERS);
    let made = std::fs::create_dir_all("build/peers").is_ok();
    let installed = made && Command::new("npm").args(&install).status().is_ok_and(|s| s.success());
    if installed { Ok(()) } else { Err(format!("npm {} failed", install.join(" "))) }
}
