//! Copies cross the wire as bytes beside JSON: a PDF is no text.

use motcua_copies::{Policy, verify};

use super::{Error, answer, write};
#[cfg(feature = "issue")]
use super::{Failure, read};

/// Judges a copy; the answer's `ok` is the report. `policy` is [`Policy::from_json`]'s form.
pub fn verify_copy(pdf: &[u8], policy: &str) -> String {
    answer(
        Policy::from_json(policy).map(|policy| write(&verify(pdf, &policy))).map_err(|e| {
            Error::BadInput { op: "copies.verify".to_owned(), problem: e.problem }.into()
        }),
    )
}

/// Issues a copy of these files, set in these fonts. `input` is `{"facts", "official": {"key_pem", "chain_pem"}, "agency": {…}, "dpi", "accept", "algorithms"}`; `facts` is
/// [`motcua_copies::facts::CopyFacts`] without `original`, beside it `pages` of the original. `accept` names in what the
/// capture may fall short, see [`motcua_copies::facts::Shortcoming`]; without it, in nothing. `algorithms` states the rules
/// that the signatures are held to, see [`motcua_pki::AlgorithmPolicy`]; without it, Viet Nam's.
///
/// # Errors
/// The failure as JSON text, `{"error": …}`.
#[cfg(feature = "issue")]
pub fn issue_copy(
    originals: &[&[u8]],
    input: &str,
    fonts: motcua_copies::issue::Fonts<'_>,
) -> Result<Vec<u8>, String> {
    make(originals, input, fonts).map_err(|failure| answer(Err(failure)))
}

#[cfg(feature = "issue")]
fn make(
    originals: &[&[u8]],
    input: &str,
    fonts: motcua_copies::issue::Fonts<'_>,
) -> Result<Vec<u8>, Failure> {
    use motcua_copies::facts::{CopyFacts, Shortcoming};
    use motcua_copies::issue::{Original, Terms, describe_accepting, issue_with};
    use motcua_pki::{AlgorithmPolicy, Certificate, MemorySigner};

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Key {
        key_pem: String,
        chain_pem: String,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        facts: serde_json::Map<String, serde_json::Value>,
        pages: u32,
        official: Key,
        agency: Key,
        #[serde(default)]
        dpi: Option<u32>,
        #[serde(default)]
        accept: Vec<Shortcoming>,
        #[serde(default = "AlgorithmPolicy::viet_nam")]
        algorithms: AlgorithmPolicy,
    }
    const OP: &str = "copies.issue";
    let Input { mut facts, pages, official, agency, dpi, accept, algorithms } = read(OP, input)?;
    let originals: Vec<_> = originals.iter().map(|bytes| Original { bytes, dpi }).collect();
    let copies =
        |e: motcua_copies::issue::IssueError| Failure::new(e.code(), e.to_string(), e.details());
    let original = describe_accepting(&originals, pages, &accept).map_err(copies)?;
    let original = serde_json::to_value(original);
    facts.insert("original".to_owned(), original.unwrap_or_default());
    let facts: CopyFacts = read(OP, &serde_json::Value::Object(facts).to_string())?;
    let pki = |e: motcua_pki::Error| Failure::new(e.code(), e.to_string(), e.details());
    let signer = |key: &Key| -> Result<MemorySigner, Failure> {
        let chain = Certificate::from_pems(&key.chain_pem).map_err(pki)?;
        MemorySigner::from_pkcs8_pem(&key.key_pem, chain).map_err(pki)
    };
    let (official, agency) = (signer(&official)?, signer(&agency)?);
    let terms = Terms { algorithms, timestamp_room: 0 };
    issue_with(&originals, &facts, fonts, &official, &agency, &terms).map_err(copies)
}
