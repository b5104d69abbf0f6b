//! The dated tariffs of Viet Nam as TOML, embedded by name. Data alone: the schema and its checks live in `motcua-fees`.
#![forbid(unsafe_code)]

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// Name and text of every tariff, by name.
        const TARIFFS: &[(&str, &str)] = &[$(($name, include_str!(concat!("../data/", $name, ".toml")))),*];
    };
}

embedded!["certification-226-2016", "notary-257-2016"];

/// The names of the tariffs, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    TARIFFS.iter().map(|(name, _)| *name)
}

/// The TOML text of a tariff.
#[must_use]
pub fn get(name: &str) -> Option<&'static str> {
    TARIFFS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
