//! The dated tariffs of Viet Nam as TOML, embedded by name. Data alone: the schema and its checks live in `motcua-fees`.
#![forbid(unsafe_code)]

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// Name and text of every tariff, by name.
        const TARIFFS: &[(&str, &str)] = &[$(($name, include_str!(concat!("../data/", $name, ".toml")))),*];
    };
}

embedded![
    "certification-226-2016",
    "civil-status-281-2016",
    "civil-status-law-60-2014",
    "criminal-record-16-2025",
    "digital-citizen-66-2026",
    "driving-licence-154-2025",
    "fire-safety-70-2025",
    "haiphong-land-34-2025",
    "hanoi-business-78-2026",
    "hcmc-online-411-2025",
    "id-card-73-2024",
    "notary-257-2016",
    "overseas-certification",
    "passport-2024",
    "postal-return",
    "registration-tax-10-2022",
    "residence-75-2022",
    "secured-transactions-61-2023",
    "vehicle-plates-60-2023",
];

/// The names of the tariffs, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    TARIFFS.iter().map(|(name, _)| *name)
}

/// The TOML text of a tariff.
#[must_use]
pub fn get(name: &str) -> Option<&'static str> {
    TARIFFS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
