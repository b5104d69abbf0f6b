//! Copies cross the wire as bytes beside JSON: a PDF is no text. Signing in two phases, with the keys elsewhere, lives in `apart`;
//! signatures on other PDFs and the levels above B-B in `existing`.

#[cfg(feature = "issue")]
pub(super) mod apart;
#[cfg(feature = "issue")]
pub(super) mod existing;

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

/// Issues a copy of these files, set in these fonts. `input` is `{"facts", "official": {"key_pem", "chain_pem"}, "co_officials": [{…}], "agency": {…}, "dpi", "accept", "algorithms"}`; `facts` is
/// [`motcua_copies::facts::CopyFacts`] without `original`, beside it `pages` of the original. `accept` names in what the
/// capture may fall short, see [`motcua_copies::facts::Shortcoming`]; without it, in nothing. `algorithms` states the rules
/// that the signatures are held to, see [`motcua_pki::AlgorithmPolicy`]; without it, Viet Nam's. `co_officials` are the keys of those whom `facts.co_officials` names, in that order; `facts.statement_place` is `{"left", "top", "width", "height"}` in whole millimetres. `signature_png_base64` and
/// `seal_png_base64` are pictures beside the official's signature.
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

/// Who signs, each in form `K`, and what.
#[cfg(feature = "issue")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Input<K> {
    facts: serde_json::Map<String, serde_json::Value>,
    pages: u32,
    official: K,
    /// Of each official beside the first, in the order of the facts.
    #[serde(default = "Vec::new")]
    co_officials: Vec<K>,
    agency: K,
    #[serde(default)]
    dpi: Option<u32>,
    #[serde(default)]
    accept: Vec<motcua_copies::facts::Shortcoming>,
    /// Room for a signature timestamp in each signature, in bytes; where the keys are elsewhere.
    #[serde(default)]
    timestamp_room: usize,
    /// Which algorithms may sign.
    #[serde(default = "motcua_pki::AlgorithmPolicy::viet_nam")]
    algorithms: motcua_pki::AlgorithmPolicy,
    /// Pictures of the official's signature and the agency's seal, PNG.
    #[serde(default)]
    signature_png_base64: Option<String>,
    #[serde(default)]
    seal_png_base64: Option<String>,
}

#[cfg(feature = "issue")]
impl<K> Input<K> {
    /// How the copy is signed.
    fn terms(&self, op: &str) -> Result<motcua_copies::issue::Terms, Failure> {
        use base64::Engine as _;
        let bytes = |text: &Option<String>| {
            let decoded = |text: &String| {
                base64::engine::general_purpose::STANDARD.decode(text).map_err(|e| {
                    let problem = format!("a picture is no base64: {e}");
                    Failure::from(Error::BadInput { op: op.to_owned(), problem })
                })
            };
            text.as_ref().map(decoded).transpose()
        };
        let pictures = motcua_copies::issue::Pictures {
            signature: bytes(&self.signature_png_base64)?,
            seal: bytes(&self.seal_png_base64)?,
        };
        let algorithms = self.algorithms.clone();
        Ok(motcua_copies::issue::Terms {
            algorithms,
            timestamp_room: self.timestamp_room,
            pictures,
        })
    }

    /// The originals, and the facts with what was captured.
    fn matter<'a>(
        &self,
        op: &str,
        files: &[&'a [u8]],
    ) -> Result<(Vec<motcua_copies::issue::Original<'a>>, motcua_copies::facts::CopyFacts), Failure>
    {
        use motcua_copies::issue::{Original, describe_accepting};
        let originals: Vec<_> =
            files.iter().map(|bytes| Original { bytes, dpi: self.dpi }).collect();
        let original = describe_accepting(&originals, self.pages, &self.accept).map_err(copies)?;
        let mut facts = self.facts.clone();
        facts.insert("original".to_owned(), serde_json::to_value(original).unwrap_or_default());
        let facts = read(op, &serde_json::Value::Object(facts).to_string())?;
        Ok((originals, facts))
    }
}

#[cfg(feature = "issue")]
#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn copies(e: motcua_copies::issue::IssueError) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

#[cfg(feature = "issue")]
#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn pki(e: motcua_pki::Error) -> Failure {
    Failure::new(e.code(), e.to_string(), e.details())
}

#[cfg(feature = "issue")]
fn make(
    originals: &[&[u8]],
    input: &str,
    fonts: motcua_copies::issue::Fonts<'_>,
) -> Result<Vec<u8>, Failure> {
    use motcua_copies::issue::issue_by;
    use motcua_pki::{Certificate, MemorySigner, Signer};

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Key {
        key_pem: String,
        chain_pem: String,
    }
    const OP: &str = "copies.issue";
    let input: Input<Key> = read(OP, input)?;
    if input.timestamp_room > 0 {
        let problem = "timestamp_room is for copies.prepare, whose caller adds the timestamp";
        return Err(Error::BadInput { op: OP.to_owned(), problem: problem.to_owned() }.into());
    }
    let (originals, facts) = input.matter(OP, originals)?;
    let signer = |key: &Key| -> Result<MemorySigner, Failure> {
        let chain = Certificate::from_pems(&key.chain_pem).map_err(pki)?;
        MemorySigner::from_pkcs8_pem(&key.key_pem, chain).map_err(pki)
    };
    let keys = std::iter::once(&input.official).chain(&input.co_officials);
    let officials: Vec<_> = keys.map(signer).collect::<Result<_, _>>()?;
    let officials: Vec<_> = officials.iter().map(|signer| signer as &dyn Signer).collect();
    let agency = signer(&input.agency)?;
    let terms = input.terms(OP)?;
    issue_by(&originals, &facts, fonts, &officials, &agency, &terms).map_err(copies)
}
