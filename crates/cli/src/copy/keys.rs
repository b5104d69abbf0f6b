//! The two keys that sign copies, each opened once for a whole run. Passwords come from the environment, never from arguments.

use std::path::{Path, PathBuf};

use clap::Args;
use motcua::pki::{Certificate, MemorySigner, Signer as _};
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

/// Both keys.
pub struct Keys {
    /// The person who certifies.
    pub official: MemorySigner,
    /// The agency.
    pub agency: MemorySigner,
}

impl Keys {
    /// Opens both. A certificate that is not valid now signs nothing (Circular 15/2025/TT-BKHCN: checked before signing).
    pub fn open(arguments: &KeyArguments, now: OffsetDateTime) -> Result<Self, Error> {
        let a = arguments;
        let official =
            signer(&a.official_key, &a.official_chain, a.official_password_env.as_deref())?;
        let agency = signer(&a.agency_key, &a.agency_chain, a.agency_password_env.as_deref())?;
        for (option, signer) in [("--official-chain", &official), ("--agency-chain", &agency)] {
            valid_now(option, signer.certificate_chain(), now)?;
        }
        Ok(Self { official, agency })
    }
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
