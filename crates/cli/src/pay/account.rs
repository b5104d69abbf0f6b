//! The account of a merchant, put together from a file without secrets and secrets from files or the environment. A secret is never an
//! argument, never in an error, and wiped from memory.

use std::path::Path;

use motcua::payments::by_name::{AnyAccount, NAMES};
use motcua::payments::gateway::{
    Account, Config, EnvironmentKind, Gateway, Keys, Production, Sandbox,
};
use motcua::payments::{keypay, momo, onepay, payos, payplatform, viettelpay, vnpay, zalopay};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::AccountArguments;
use crate::error::Error;
use crate::files;

/// The file given as `--account`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    environment: EnvironmentKind,
    merchant: String,
    #[serde(default)]
    base: Option<String>,
}

/// The account of the gateway that the arguments name.
pub fn read(arguments: &AccountArguments) -> Result<AnyAccount, Error> {
    Ok(match arguments.gateway.as_str() {
        "vnpay" => of::<vnpay::Vnpay>(arguments)?.into(),
        "momo" => of::<momo::Momo>(arguments)?.into(),
        "zalopay" => of::<zalopay::Zalopay>(arguments)?.into(),
        "payos" => of::<payos::Payos>(arguments)?.into(),
        "onepay" => of::<onepay::Onepay>(arguments)?.into(),
        "viettelpay" => of::<viettelpay::Viettelpay>(arguments)?.into(),
        "payplatform" => of::<payplatform::Payplatform>(arguments)?.into(),
        "keypay" => of::<keypay::Keypay>(arguments)?.into(),
        other => {
            return Err(motcua::payments::Error::GatewayUnknown {
                got: other.to_owned(),
                known: NAMES.join(", "),
            }
            .into());
        }
    })
}

/// Reads the account with all generations of its keys, in the order given: files, then variables.
fn of<G: Gateway + Clone>(arguments: &AccountArguments) -> Result<Account<G>, Error>
where
    G::Keys: DeserializeOwned,
{
    let path = &arguments.account;
    let bytes = Zeroizing::new(files::read(path)?);
    // The values of a file that may hold secrets by mistake are not repeated.
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|e| Error::Input {
        path: path.display().to_string(),
        problem: format!(
            "line {}: give environment, merchant and base alone; secrets stand in --secret-file or --secret-env",
            e.line()
        ),
    })?;
    let mut keys = Vec::new();
    for path in &arguments.secret_file {
        let bytes = Zeroizing::new(files::read(path)?);
        let label = path.file_stem().unwrap_or_default().to_string_lossy();
        keys.push(key::<G::Keys>(&bytes, &label, &shown(path))?);
    }
    for name in &arguments.secret_env {
        let unread = |problem| Error::Secret { from: format!("${name}"), problem };
        let value = std::env::var_os(name).ok_or_else(|| unread("the variable is not set"))?;
        let value = Zeroizing::new(value.into_encoded_bytes());
        keys.push(key::<G::Keys>(&value, name, &format!("${name}"))?);
    }
    let (merchant, base) = (stored.merchant.as_str(), stored.base.as_deref());
    Ok(match stored.environment {
        EnvironmentKind::Sandbox => (*Config::<G, Sandbox>::new(merchant, base, keys)?).clone(),
        EnvironmentKind::Production => {
            (*Config::<G, Production>::new(merchant, base, keys)?).clone()
        }
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// One generation of keys: a JSON object of the gateway's keys, or the bare secret where the gateway has one only.
fn key<K: Keys + DeserializeOwned>(bytes: &[u8], label: &str, from: &str) -> Result<K, Error> {
    let unread = |problem| Error::Secret { from: from.to_owned(), problem };
    let text = std::str::from_utf8(bytes).map_err(|_| unread("it is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(unread("it is empty"));
    }
    // What serde would say repeats the values: only that it did not fit is told.
    if let Some(fields) = text.strip_prefix('{') {
        let with_label = joined(&[b"{\"label\":", &json_text(label), b",", fields.as_bytes()]);
        return serde_json::from_str(text)
            .or_else(|_| serde_json::from_slice(&with_label))
            .map_err(|_| unread("its JSON object has not the keys of this gateway"));
    }
    let (label, secret) = (json_text(label), json_text(text));
    let object = joined(&[b"{\"label\":", &label, b",\"secret\":", &secret, b"}"]);
    serde_json::from_slice(&object)
        .map_err(|_| unread("this gateway has several keys: give a JSON object of them"))
}

/// Text as a JSON string, in one piece of memory that is wiped: grown in steps, it would leave copies behind.
fn json_text(text: &str) -> Zeroizing<Vec<u8>> {
    // The longest escape, \u0000, has six bytes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 6 + 2));
    // Writing text into memory cannot fail.
    let _ = serde_json::to_writer(&mut *bytes, text);
    bytes
}

/// The parts as one, likewise.
fn joined(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|p| p.len()).sum()));
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}
