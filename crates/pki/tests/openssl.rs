//! What the OpenSSL tests share: keys, files, commands. OpenSSL is the witness: it accepts ours, we accept its.
#![cfg(feature = "authority")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, dead_code)]

use motcua_pki::authority::{Identity, PrivateKey, SubjectName, Template};
use motcua_pki::path::{Anchor, Purpose};
use std::path::{Path, PathBuf};
use std::process::Command;
use time::{Duration, OffsetDateTime};

/// Now: OpenSSL judges certificates by the system's clock.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

/// A folder for the files that commands exchange; `None`, said aloud, where the command is not there.
pub(crate) struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new(what: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: {what}: the command openssl is not there");
            return None;
        }
        Some(Self { dir: tempfile::tempdir().unwrap() })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs `openssl` in the folder; its complaint where it fails.
    pub(crate) fn run(&self, arguments: &str) -> Result<String, String> {
        let arguments = arguments.split_whitespace();
        let done =
            Command::new("openssl").args(arguments).current_dir(self.dir.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if done.status.success() { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
    }

    /// A new key of a kind that `openssl genpkey` makes.
    pub(crate) fn key(&self, kind: &str) -> PrivateKey {
        let options = match kind {
            "rsa" => "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            "p256" => "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
            "p384" => "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
            other => panic!("{other}"),
        };
        self.run(&format!("genpkey {options} -out key.pem")).unwrap();
        PrivateKey::from_pkcs8_pem(&String::from_utf8(self.read("key.pem")).unwrap()).unwrap()
    }

    /// Writes an identity as `name.pem` and `name.key`, its issuers as `name-chain.pem`.
    pub(crate) fn put(&self, name: &str, identity: &Identity) {
        self.write(&format!("{name}.pem"), identity.certificate().to_pem());
        self.write(&format!("{name}.key"), identity.private_key().to_pkcs8_pem().as_bytes());
        let chain: String = identity.chain().iter().skip(1).map(|c| c.to_pem()).collect();
        self.write(&format!("{name}-chain.pem"), chain);
    }
}

pub(crate) fn template(name: &str) -> Template {
    let subject = SubjectName::new().country("VN").organization("Mẫu").common_name(name);
    Template::new(subject, now() - Duration::days(30), now() + Duration::days(30))
}

pub(crate) fn root() -> Identity {
    Identity::root(&template("Root").certificate_authority(None)).unwrap()
}

pub(crate) fn anchor(root: &Identity) -> Anchor {
    let purposes = [Purpose::Public, Purpose::OfficialDuty, Purpose::Timestamping];
    Anchor::new(root.certificate().clone(), &purposes)
}
