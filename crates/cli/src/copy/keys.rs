//! The keys that sign copies, each opened once for a whole run, from a file or in a token. Passwords and PINs come from the
//! environment, a file or the terminal, never from arguments.

#[cfg(feature = "pkcs11")]
mod token;

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
    /// The official's key: a file, PKCS#8 PEM, or the `pkcs11:` address of one in a token
    #[arg(long, value_name = "PEM|URI")]
    official_key: PathBuf,
    /// The official's certificate and those above it, PEM; may be left out where the token holds them
    #[arg(long, value_name = "PEM")]
    official_chain: Option<PathBuf>,
    /// The environment variable that holds the password of the official's key, where it is encrypted, or the token's PIN
    #[arg(long, value_name = "NAME")]
    official_password_env: Option<String>,
    /// The file whose first line is the PIN of the official's token; without it and a variable, it is asked for on the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "official_password_env")]
    official_pin_file: Option<PathBuf>,
    /// The key of an official who signs after the first, a file or an address; once for each of them, in the order in which they sign
    #[arg(long, value_name = "PEM|URI")]
    co_official_key: Vec<PathBuf>,
    /// That official's certificate and those above it, PEM; once for each key, in the same order
    #[arg(long, value_name = "PEM")]
    co_official_chain: Vec<PathBuf>,
    /// The environment variables that hold the passwords or PINs of these keys, in the same order; `-` for a key without one
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    co_official_password_env: Vec<String>,
    /// The agency's key: a file, PKCS#8 PEM, or the `pkcs11:` address of one in a token
    #[arg(long, value_name = "PEM|URI")]
    agency_key: PathBuf,
    /// The agency's certificate and those above it, PEM; may be left out where the token holds them
    #[arg(long, value_name = "PEM")]
    agency_chain: Option<PathBuf>,
    /// The environment variable that holds the password of the agency's key, where it is encrypted, or the token's PIN
    #[arg(long, value_name = "NAME")]
    agency_password_env: Option<String>,
    /// The file whose first line is the PIN of the agency's token; without it and a variable, it is asked for on the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "agency_password_env")]
    agency_pin_file: Option<PathBuf>,
}

/// All keys.
pub struct Keys {
    /// The person who certifies.
    pub official: Key,
    /// Who signs after that one, in order.
    pub co_officials: Vec<Key>,
    /// The agency.
    pub agency: Key,
}

/// A key, wherever it lies.
pub type Key = Box<dyn Signer + Send + Sync>;

impl Keys {
    /// Opens them. A certificate that is not valid now signs nothing (Circular 15/2025/TT-BKHCN: checked before signing).
    pub fn open(arguments: &KeyArguments, now: OffsetDateTime) -> Result<Self, Error> {
        let a = arguments;
        let official = Place {
            option: ["--official-key", "--official-chain", "--official-pin-file"],
            key: &a.official_key,
            chain: a.official_chain.as_deref(),
            password_env: a.official_password_env.as_deref(),
            pin_file: a.official_pin_file.as_deref(),
        };
        let agency = Place {
            option: ["--agency-key", "--agency-chain", "--agency-pin-file"],
            key: &a.agency_key,
            chain: a.agency_chain.as_deref(),
            password_env: a.agency_password_env.as_deref(),
            pin_file: a.agency_pin_file.as_deref(),
        };
        let (official, agency) = (official.open()?, agency.open()?);
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
        self.in_order().map(|signer| signer.as_ref() as &dyn Signer).collect()
    }

    fn in_order(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.official).chain(&self.co_officials)
    }

    /// The certificates of all who sign, in order.
    pub fn chains(&self) -> Vec<&[Certificate]> {
        self.in_order().chain([&self.agency]).map(|signer| signer.certificate_chain()).collect()
    }
}

/// The officials after the first: as many chains as keys, and a word on the password of each or of none.
fn beside(a: &KeyArguments) -> Result<Vec<Key>, Error> {
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
    let place = |(i, (key, chain)): (usize, (&'_ PathBuf, &'_ PathBuf))| {
        Place {
            option: ["--co-official-key", "--co-official-chain", "--co-official-password-env"],
            key,
            chain: Some(chain),
            password_env: password(i),
            pin_file: None,
        }
        .open()
    };
    pairs.map(place).collect()
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

/// Where one key lies, as the options of these names say.
struct Place<'a> {
    option: [&'static str; 3],
    key: &'a Path,
    chain: Option<&'a Path>,
    password_env: Option<&'a str>,
    pin_file: Option<&'a Path>,
}

impl Place<'_> {
    fn open(&self) -> Result<Key, Error> {
        let [_, chain, pin_file] = self.option;
        let wrong = |option, problem: &str| Error::Option { option, problem: problem.to_owned() };
        let address = self
            .key
            .to_str()
            .filter(|k| k.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkcs11:")));
        if let Some(address) = address {
            #[cfg(feature = "pkcs11")]
            return token::open(self, address);
            #[cfg(not(feature = "pkcs11"))]
            {
                let [key, ..] = self.option;
                let problem = format!(
                    "{address} is a key in a token, and this build knows none; use one with the feature pkcs11"
                );
                return Err(wrong(key, &problem));
            }
        }
        if self.pin_file.is_some() {
            return Err(wrong(pin_file, "the key is no token's; give its password by a variable"));
        }
        let path = self.chain.ok_or_else(|| {
            wrong(chain, "it is missing: a key in a file comes with its certificates in another")
        })?;
        Ok(Box::new(signer(self.key, path, self.password_env)?))
    }
}

fn certificates(chain: &Path) -> Result<Vec<Certificate>, Error> {
    Certificate::from_pems(&files::read_text(chain)?).map_err(|e| Error::from(e).in_file(chain))
}

/// What an environment variable holds.
fn secret(name: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unset = Error::Secret { from: format!("${name}"), problem: "the variable is not set" };
    Ok(Zeroizing::new(std::env::var_os(name).ok_or(unset)?.into_encoded_bytes()))
}

/// One key in a file with its certificates.
pub fn signer(key: &Path, chain: &Path, password: Option<&str>) -> Result<MemorySigner, Error> {
    let certificates = certificates(chain)?;
    let text = Zeroizing::new(files::read_text(key)?);
    let opened = match password {
        None => MemorySigner::from_pkcs8_pem(&text, certificates),
        Some(name) => MemorySigner::from_encrypted_pkcs8_pem(&text, &secret(name)?, certificates),
    };
    opened.map_err(|e| Error::from(e).in_file(key))
}
