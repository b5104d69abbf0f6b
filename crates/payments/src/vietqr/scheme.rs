//! The payment schemes whose codes look alike: VietQR's neighbours, told by the identifier in their template. Data in
//! `data/schemes.json`.

use serde::{Deserialize, Serialize};

use crate::emv::{Object, Payload};
use crate::error::Error;

/// One scheme, as the data file writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Short name, such as `promptpay`.
    pub name: String,
    /// Identifiers in sub-object 00, letters in either case. A trailing `*` stands for any rest.
    pub guids: Vec<String>,
    /// Names of the sub-objects.
    pub fields: std::collections::BTreeMap<String, String>,
    /// ISO 4217 number in object 53.
    pub currency: String,
    /// ISO 3166 country in object 58.
    pub country: String,
}

/// A scheme found in a code, with its fields by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// The scheme's name; `unknown` where the identifier is not in the data.
    pub scheme: String,
    /// The template's identifier, 26 to 51.
    pub template: String,
    /// The identifier found in sub-object 00.
    pub guid: String,
    /// Sub-objects by the scheme's names; unknown ones keep their number.
    pub fields: std::collections::BTreeMap<String, String>,
    /// Whether currency and country are the scheme's own.
    pub home: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schemes: Vec<Scheme>,
}

/// The schemes that come with the crate.
pub fn known() -> Result<Vec<Scheme>, Error> {
    from_json(include_str!("../../data/schemes.json"))
}

/// Reads schemes in the form of `data/schemes.json`.
pub fn from_json(text: &str) -> Result<Vec<Scheme>, Error> {
    serde_json::from_str::<File>(text).map(|f| f.schemes).map_err(|e| Error::FieldPattern {
        field: "scheme list",
        got: e.to_string(),
        expected: "JSON with schemes of name, guids, fields, currency, country",
    })
}

fn is(guid: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => guid.get(..start.len()).is_some_and(|g| g.eq_ignore_ascii_case(start)),
        None => guid.eq_ignore_ascii_case(pattern),
    }
}

/// The schemes in a payload.
pub fn recognise(payload: &Payload) -> Result<Vec<Recognised>, Error> {
    recognise_with(payload, &known()?)
}

/// The schemes in a payload, with a list of the caller.
pub fn recognise_with(payload: &Payload, schemes: &[Scheme]) -> Result<Vec<Recognised>, Error> {
    let templates = payload
        .objects
        .iter()
        .filter(|o| ("26"..="51").contains(&o.id.as_str()) && !o.inner.is_empty());
    Ok(templates.filter_map(|t| one(payload, t, schemes)).collect())
}

fn one(payload: &Payload, template: &Object, schemes: &[Scheme]) -> Option<Recognised> {
    let guid = template.inner.iter().find(|o| o.id == "00")?.value.clone();
    let scheme = schemes.iter().find(|s| s.guids.iter().any(|p| is(&guid, p)));
    let fields = template.inner.iter().filter(|o| o.id != "00").map(|o| {
        let name = scheme.and_then(|s| s.fields.get(&o.id)).unwrap_or(&o.id);
        (name.clone(), o.value.clone())
    });
    Some(Recognised {
        scheme: scheme.map_or("unknown", |s| s.name.as_str()).to_owned(),
        template: template.id.clone(),
        fields: fields.collect(),
        home: scheme.is_some_and(|s| {
            payload.value(&["53"]) == Some(s.currency.as_str())
                && payload.value(&["58"]) == Some(s.country.as_str())
        }),
        guid,
    })
}
