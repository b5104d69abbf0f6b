//! A key in a token: its PIN is found, and the library opens it.

use std::io::IsTerminal as _;
use std::path::Path;

use motcua::services::token::{Pin, TokenSigner, TokenUri};
use zeroize::Zeroizing;

use super::{Key, Place, certificates, secret};
use crate::error::Error;
use crate::files;

/// Opens it: one login for the whole run.
pub fn open(place: &Place<'_>, address: &str) -> Result<Key, Error> {
    let address = TokenUri::parse(address)?;
    let chain = place.chain.map(certificates).transpose()?.unwrap_or_default();
    let pin = Pin::new(pin(place, &address)?);
    Ok(Box::new(TokenSigner::open(&address, &pin, chain, None)?))
}

/// From the file or variable that an option names, else the file that the address names, else the terminal.
fn pin(place: &Place<'_>, address: &TokenUri) -> Result<Zeroizing<String>, Error> {
    let refused = |from: String, problem| Error::Secret { from, problem };
    if let Some(name) = place.password_env {
        let bytes = secret(name)?;
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|_| refused(format!("${name}"), "it is not text in UTF-8"))?;
        return Ok(Zeroizing::new(text.to_owned()));
    }
    if let Some(file) = place.pin_file.or(address.pin_file()) {
        return from_file(file);
    }
    let terminal = "the terminal".to_owned();
    if !std::io::stdin().is_terminal() {
        return Err(refused(
            terminal,
            "there is none to ask for the PIN; name a file or a variable that holds it",
        ));
    }
    let asked = rpassword::prompt_password(format!("PIN ({address}): "));
    asked.map(Zeroizing::new).map_err(|_| refused(terminal, "it could not be read"))
}

fn from_file(file: &Path) -> Result<Zeroizing<String>, Error> {
    let text = Zeroizing::new(files::read_text(file)?);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        let from = file.display().to_string();
        return Err(Error::Secret { from, problem: "its first line is empty" });
    }
    Ok(Zeroizing::new(line.to_owned()))
}
