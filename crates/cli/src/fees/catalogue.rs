//! Tariffs by name, by file, or by the fee that is asked for.

use std::path::Path;

use motcua::fees::{Diagnostics, Tariff};
use motcua::wire;

use crate::error::Error;
use crate::files;

/// The text of a tariff, with the name that findings show.
pub struct Source {
    /// Name or path.
    pub name: String,
    /// The TOML.
    pub text: String,
}

/// What looks like a path is one: a shipped tariff has neither a dot nor a slash in its name.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".toml")
}

/// The text of a shipped tariff or of a file.
pub fn source(name: &str) -> Result<Source, Error> {
    if is_path(name) {
        let text = files::read_text(Path::new(name))?;
        return Ok(Source { name: name.to_owned(), text });
    }
    match motcua::tariffs::get(name) {
        Some(text) => Ok(Source { name: name.to_owned(), text: text.to_owned() }),
        None => {
            let known = motcua::tariffs::names().collect::<Vec<_>>().join(", ");
            Err(wire::Failure::from(wire::Error::UnknownTariff { name: name.to_owned(), known })
                .into())
        }
    }
}

/// The sources named, or all that are shipped.
pub fn sources(names: &[String]) -> Result<Vec<Source>, Error> {
    if names.is_empty() {
        return motcua::tariffs::names().map(source).collect();
    }
    names.iter().map(|name| source(name)).collect()
}

/// The tariff, or all findings.
pub fn read(source: &Source) -> Result<Tariff, Diagnostics> {
    Tariff::from_toml(&source.name, &source.text)
}

/// A sound tariff.
pub fn load(name: &str) -> Result<Tariff, Error> {
    let source = source(name)?;
    read(&source).map_err(|findings| {
        let findings = findings.to_string();
        wire::Failure::from(wire::Error::BadTariff { name: source.name, findings }).into()
    })
}

/// The shipped tariff that has this fee.
pub fn with_fee(fee: &str) -> Result<Tariff, Error> {
    let mut found: Vec<Tariff> = Vec::new();
    let mut fees = Vec::new();
    for name in motcua::tariffs::names() {
        let tariff = load(name)?;
        if tariff.fee(fee).is_some() {
            found.push(tariff);
        } else {
            fees.extend(tariff.fees().iter().map(|fee| fee.id.clone()));
        }
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(tariff), None) => Ok(tariff),
        (Some(one), Some(other)) => Err(Error::BadArgument {
            argument: "--tariff".to_owned(),
            problem: format!(
                "the fee {fee} stands in {} and {}: say which is meant",
                one.id(),
                other.id()
            ),
        }),
        (None, _) => {
            let suggestion = motcua::fees::nearest(fee, fees.iter().map(String::as_str));
            Err(motcua::fees::Error::UnknownFee {
                tariff: "shipped".to_owned(),
                fee: fee.to_owned(),
                suggestion,
            }
            .into())
        }
    }
}
