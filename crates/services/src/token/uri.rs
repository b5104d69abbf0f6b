//! The `pkcs11:` address of a key in a token (RFC 7512): read and matched. No token is opened here.

use std::fmt;
use std::path::PathBuf;

use crate::Error;

/// Longest address: one names a token, an object and a module, not more.
const LONGEST_URI: usize = 4096;

/// Which token, which key in it, and by which module. What is not said matches anything.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TokenUri {
    pub(super) token: Option<Vec<u8>>,
    pub(super) manufacturer: Option<Vec<u8>>,
    pub(super) model: Option<Vec<u8>>,
    pub(super) serial: Option<Vec<u8>>,
    pub(super) object: Option<Vec<u8>>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) module: Option<PathBuf>,
    pub(super) pin_file: Option<PathBuf>,
    text: String,
}

impl TokenUri {
    /// Reads an address. Understood are `token`, `manufacturer`, `model`, `serial`, `object`, `id`, `type=private`, and in the
    /// query `module-path` and `pin-source` (a file). What else RFC 7512 knows is refused rather than passed over, since it would
    /// choose another key. `pin-value` is refused: an address is shown and logged, a PIN must not be.
    ///
    /// # Errors
    /// [`Error::TokenUri`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |problem: String| Error::TokenUri { problem };
        // RFC 3986 §3.1: schemes are compared without case.
        let rest = text.get(..7).filter(|s| s.eq_ignore_ascii_case("pkcs11:"));
        let (Some(_), Some(rest)) = (rest, text.get(7..)) else {
            return Err(wrong("it does not begin with `pkcs11:`".to_owned()));
        };
        if text.len() > LONGEST_URI {
            return Err(wrong(format!("it is longer than {LONGEST_URI} bytes")));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut read = Self::default();
        // RFC 7512 §2.3: `;` between attributes of the path, `&` between those of the query.
        let path = path.split(';').map(|a| (a, false));
        let query = query.split('&').map(|a| (a, true));
        for (attribute, in_query) in path.chain(query).filter(|(a, _)| !a.is_empty()) {
            let (name, value) = attribute
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{}` has no value", shown(attribute))))?;
            let value = || {
                decoded(value)
                    .ok_or_else(|| wrong(format!("the value of `{name}` does not decode")))
            };
            let place = match (name, in_query) {
                ("token", false) => &mut read.token,
                ("manufacturer", false) => &mut read.manufacturer,
                ("model", false) => &mut read.model,
                ("serial", false) => &mut read.serial,
                ("object", false) => &mut read.object,
                ("id", false) => &mut read.id,
                ("type", false) if value()? == b"private" => continue,
                ("module-path", true) => {
                    once(&mut read.module, file(&value()?).ok_or_else(|| wrong_path(name))?, name)?;
                    continue;
                }
                // RFC 7512 §2.4: a file, or `|` and a command. Commands are not run.
                ("pin-source", true) => {
                    let value = value()?;
                    let path = value.strip_prefix(b"file:").unwrap_or(&value);
                    let path = path.strip_prefix(b"//").unwrap_or(path);
                    let path = file(path).ok_or_else(|| wrong_path(name))?;
                    once(&mut read.pin_file, path, name)?;
                    continue;
                }
                ("pin-value", true) => {
                    let problem = "it carries a PIN (`pin-value`), which everyone who sees it can read; give the PIN apart";
                    return Err(wrong(problem.to_owned()));
                }
                _ => return Err(wrong(format!("`{}` is not understood there", shown(name)))),
            };
            once(place, value()?, name)?;
        }
        // Nothing secret stands in it: `pin-value` was refused.
        text.clone_into(&mut read.text);
        Ok(read)
    }

    /// The same, by this module.
    #[must_use]
    pub fn with_module(mut self, module: PathBuf) -> Self {
        self.module = Some(module);
        self
    }

    /// The file that holds the PIN (`pin-source`), where the address names one.
    pub fn pin_file(&self) -> Option<&std::path::Path> {
        self.pin_file.as_deref()
    }
}

impl fmt::Display for TokenUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for TokenUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenUri({})", self.text)
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), Error> {
    // RFC 7512 §2.3: no attribute stands twice.
    if place.replace(value).is_some() {
        return Err(Error::TokenUri { problem: format!("`{name}` stands twice") });
    }
    Ok(())
}

fn wrong_path(name: &str) -> Error {
    Error::TokenUri { problem: format!("`{name}` must be the absolute path of a file") }
}

/// An absolute path: a relative one would load other code from another folder.
fn file(path: &[u8]) -> Option<PathBuf> {
    let path = PathBuf::from(std::str::from_utf8(path).ok()?);
    path.is_absolute().then_some(path)
}

/// The name alone of what may hold a secret.
fn shown(attribute: &str) -> String {
    attribute.chars().take_while(char::is_ascii_graphic).take(32).collect()
}

/// Percent-decoding (RFC 3986 §2.1).
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        out.push(u8::try_from(value).ok()?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says() {
        let read = TokenUri::parse(
            "pkcs11:token=UBND%20x;id=%01%aB;type=private?module-path=/a/b.so&pin-source=file:/p",
        )
        .unwrap();
        assert_eq!(read.token.as_deref(), Some(&b"UBND x"[..]));
        assert_eq!(read.id.as_deref(), Some(&[1, 0xab][..]));
        assert_eq!(read.module, Some(PathBuf::from("/a/b.so")));
        assert_eq!(read.pin_file(), Some(std::path::Path::new("/p")));
        assert_eq!(TokenUri::parse("PKCS11:").unwrap().token, None);
    }

    #[test]
    fn token_uri() {
        for (text, says) in [
            ("", "pkcs11:"),
            ("pkcs1", "pkcs11:"),
            ("pkcs11:token", "no value"),
            ("pkcs11:token=%4", "decode"),
            ("pkcs11:token=%+1", "decode"),
            ("pkcs11:token=a;token=b", "twice"),
            ("pkcs11:type=cert", "not understood"),
            ("pkcs11:slot-id=1", "not understood"),
            ("pkcs11:module-path=/a", "not understood"),
            ("pkcs11:?module-path=a.so", "absolute"),
            ("pkcs11:?pin-source=|cat%20x", "absolute"),
            ("pkcs11:?pin-source=/a&pin-source=/b", "twice"),
            ("pkcs11:?pin-value=1234", "give the PIN apart"),
        ] {
            let e = TokenUri::parse(text).unwrap_err();
            assert_eq!(e.code(), "services.token_uri", "{text}");
            assert!(e.to_string().contains(says), "{text}: {e}");
            assert!(!e.to_string().contains("1234"), "{e}");
        }
    }
}
