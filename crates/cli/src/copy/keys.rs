//! The keys that sign copies, each opened once for a whole run. Passwords come from the environment, never from arguments.

use std::path::{Path, PathBuf};

use clap::Args;
use motcua::pki::{Certificate, MemorySigner, Signer};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::files;

/// Where the keys are.
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// The official's key, PKCS#8 PEM
    #[arg(long, value_name = "PEM")]
    official_key: PathBuf,
    /// The official's certificate and those above it, PEM
    #[arg(long, value_name = "PEM")]
    official_chain: PathBuf,
    /// The environment variable that holds the password of the official's key, where it is encrypted
    #[arg(long, value_name = "NAME")]
    official_password_env: Option<String>,
    /// The key of an official who signs after the first, PKCS#8 PEM; once for each of them, in the order in which they sign
    #[arg(long, value_name = "PEM")]
    co_official_key: Vec<PathBuf>,
    /// That official's certificate and those above it, PEM; once for each key, in the same order
    #[arg(long, value_name = "PEM")]
    co_official_chain: Vec<PathBuf>,
    /// The environment variables that hold the passwords of these keys, in the same order; `-` for a key without one
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    co_official_password_env: Vec<String>,
    /// The agency's key, PKCS#8 PEM
    #[arg(long, value_name = "PEM")]
    agency_key: PathBuf,
    /// The agency's certificate and those above it, PEM
    #[arg(long, value_name = "PEM")]
    agency_chain: PathBuf,
    /// The environment variable that holds the password of the agency's key, where it is encrypted
    #[arg(long, value_name = "NAME")]
    agency_password_env: Option<String>,
}

/// All keys.
pub struct Keys {
    /// The person who certifies.
    pub official: MemorySigner,
    /// Who signs after that one, in order.
    pub co_officials: Vec<MemorySigner>,
    /// The agency.
    pub agency: MemorySigner,
}

impl Keys {
    /// Opens them. A certificate that is not valid now signs nothing (Circular 15/2025/TT-BKHCN: checked before signing).
    pub fn open(arguments: &KeyArguments, now: OffsetDateTime) -> Result<Self, Error> {
        let a = arguments;
        let official =
            signer(&a.official_key, &a.official_chain, a.official_password_env.as_deref())?;
        let agency = signer(&a.agency_key, &a.agency_chain, a.agency_password_env.as_deref())?;
        let co_officials = beside(a)?;
        let options = [("--official-chain", &official), ("--agency-chain", &agency)];
        let others = co_officials.iter().map(|signer| ("--co-official-chain", signer));
        for (option, signer) in options.into_iter().chain(others) {
            valid_now(option, signer.certificate_chain(), now)?;
        }
        Ok(Self { official, co_officials, agency })
    }

    /// Every official, in the order in which they sign.
    pub fn officials(&self) -> Vec<&dyn Signer> {
        let others = self.co_officials.iter().map(|signer| signer as &dyn Signer);
        std::iter::once(&self.official as &dyn Signer).chain(others).collect()
    }
}

impl Keys {
    /// The certificates of all who sign, in order.
    pub fn chains(&self) -> Vec<&[Certificate]> {
        let officials = std::iter::once(&self.official).chain(&self.co_officials);
        officials.chain([&self.agency]).map(MemorySigner::certificate_chain).collect()
    }
}

/// The officials after the first: as many chains as keys, and a word on the password of each or of none.
fn beside(a: &KeyArguments) -> Result<Vec<MemorySigner>, Error> {
    let (keys, chains) = (&a.co_official_key, &a.co_official_chain);
    let passwords = &a.co_official_password_env;
    let uneven = |option, given: usize| Error::Option {
        option,
        problem: format!(
            "it was given {given} times for {} keys of --co-official-key; give it once for each, in the same order",
            keys.len()
        ),
    };
    if chains.len() != keys.len() {
        return Err(uneven("--co-official-chain", chains.len()));
    }
    if !passwords.is_empty() && passwords.len() != keys.len() {
        return Err(uneven("--co-official-password-env", passwords.len()));
    }
    let password = |i: usize| passwords.get(i).map(String::as_str).filter(|name| *name != "-");
    let pairs = keys.iter().zip(chains).enumerate();
    pairs.map(|(i, (key, chain))| signer(key, chain, password(i))).collect()
}

/// Refuses a signer's certificate that is not valid now.
pub fn valid_now(
    option: &'static str,
    chain: &[Certificate],
    now: OffsetDateTime,
) -> Result<(), Error> {
    let Some(certificate) = chain.first() else { return Ok(()) };
    if certificate.valid_at(now) {
        return Ok(());
    }
    Err(Error::Option {
        option,
        problem: format!(
            "the certificate of {} is valid from {} to {}, not now; sign with one that is",
            certificate.subject(),
            certificate.not_before(),
            certificate.not_after()
        ),
    })
}

/// One key with its certificates.
pub fn signer(key: &Path, chain: &Path, password: Option<&str>) -> Result<MemorySigner, Error> {
    let certificates = Certificate::from_pems(&files::read_text(chain)?)
        .map_err(|e| Error::from(e).in_file(chain))?;
    let text = Zeroizing::new(files::read_text(key)?);
    let opened = match password {
        None => MemorySigner::from_pkcs8_pem(&text, certificates),
        Some(name) => {
            let unset =
                Error::Secret { from: format!("${name}"), problem: "the variable is not set" };
            let value = std::env::var_os(name).ok_or(unset)?;
            let value = Zeroizing::new(value.into_encoded_bytes());
            MemorySigner::from_encrypted_pkcs8_pem(&text, &value, certificates)
        }
    };
    opened.map_err(|e| Error::from(e).in_file(key))
}
