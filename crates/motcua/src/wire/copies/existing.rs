//! Signatures on PDFs that are there, and the steps from B-B to B-LTA, over supplied bytes: tokens and revocation information are
//! fetched by the caller. PDFs travel as base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua_copies::issue::existing::{PendingSignature, SignatureOptions, sign_existing};
use motcua_copies::issue::levels::{self, Level, PendingTimestamp, Validation, standing};
use motcua_pki::{
    AlgorithmPolicy, Certificate, DigestAlgorithm, MemorySigner, SignatureAlgorithm, cms,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::apart::{Given, Who, bad, known};
use super::{copies, pki};
use crate::wire::{Failure, read, write};

const SIGNATURE: &str = "motcua.pending-signature/1";
const TIMESTAMP: &str = "motcua.pending-timestamp/1";

/// What a signature says beside itself, as [`SignatureOptions`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    field: String,
    #[serde(with = "time::serde::rfc3339")]
    claimed_at: OffsetDateTime,
    #[serde(default)]
    name: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    certify: Option<u8>,
    #[serde(default)]
    timestamp_room: usize,
    #[serde(default = "AlgorithmPolicy::viet_nam")]
    algorithms: AlgorithmPolicy,
}

impl From<Options> for SignatureOptions {
    fn from(options: Options) -> Self {
        let Options {
            field,
            claimed_at,
            name,
            reason,
            location,
            certify,
            timestamp_room,
            algorithms,
        } = options;
        Self { field, claimed_at, name, reason, location, certify, timestamp_room, algorithms }
    }
}

fn bytes(op: &str, name: &str, text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text).map_err(|e| bad(op, format!("{name} is no base64: {e}")))
}

fn all(op: &str, name: &str, texts: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
    texts.iter().map(|text| bytes(op, name, text)).collect()
}

/// The PDF that came out.
fn pdf(file: &[u8]) -> String {
    #[derive(Serialize)]
    struct Pdf {
        pdf_base64: String,
        pdf_sha256: String,
    }
    let pdf_sha256 = motcua_pdf::hex(&DigestAlgorithm::Sha256.digest(file));
    write(&Pdf { pdf_base64: STANDARD.encode(file), pdf_sha256 })
}

/// `{"pdf_base64", "options", "key_pem", "chain_pem"}` → `{"pdf_base64", "pdf_sha256"}`, signed at B-B.
pub(in crate::wire) fn sign(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
        options: Options,
        key_pem: String,
        chain_pem: String,
    }
    let given: Given = read(op, input)?;
    let file = bytes(op, "pdf_base64", &given.pdf_base64)?;
    let chain = Certificate::from_pems(&given.chain_pem).map_err(pki)?;
    let signer = MemorySigner::from_pkcs8_pem(&given.key_pem, chain).map_err(pki)?;
    let signed = sign_existing(&file, &given.options.into(), &signer).map_err(copies)?;
    Ok(pdf(&signed))
}

/// A signature that waits for its key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    schema: String,
    signer: Who,
    pending: PendingSignature,
}

impl State {
    fn prepared(&self) -> Result<cms::Prepared, Failure> {
        let (chain, algorithm) = self.signer.open()?;
        self.pending.prepared(&chain, algorithm).map_err(copies)
    }
}

/// `{"pdf_base64", "options", "signer": {"chain_pem", "algorithm"}}` → `{"algorithm", "to_be_signed_base64", "digest_base64", "state"}`.
pub(in crate::wire) fn prepare(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
        options: Options,
        signer: Who,
    }
    #[derive(Serialize)]
    struct Due {
        algorithm: SignatureAlgorithm,
        to_be_signed_base64: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        digest_base64: Option<String>,
        state: State,
    }
    let Given { pdf_base64, options, signer } = read(op, input)?;
    let file = bytes(op, "pdf_base64", &pdf_base64)?;
    let (chain, algorithm) = signer.open()?;
    let pending =
        PendingSignature::prepare(&file, &options.into(), (&chain, algorithm)).map_err(copies)?;
    let state = State { schema: SIGNATURE.to_owned(), signer, pending };
    let prepared = state.prepared()?;
    Ok(write(&Due {
        algorithm,
        to_be_signed_base64: STANDARD.encode(prepared.to_be_signed()),
        digest_base64: prepared.digest_to_be_signed().map(|digest| STANDARD.encode(digest)),
        state,
    }))
}

/// `{"state", "signature_base64"}`, or `{"state", "cms_base64"}` where another made the whole CMS or a timestamp was added →
/// `{"pdf_base64", "pdf_sha256"}`.
pub(in crate::wire) fn complete(op: &'static str, input: &str) -> Result<String, Failure> {
    let given: Given<State> = read(op, input)?;
    known(op, &given.state.schema, SIGNATURE)?;
    let cms = given.cms(op, |name, text| bytes(op, name, text), State::prepared)?;
    Ok(pdf(&given.state.pending.complete(&cms).map_err(copies)?))
}

/// `{"pdf_base64"}` → `{"level", "closed", "signatures": [{"field", "is_timestamp", "level", "signature_base64"}]}`: how far a signed file
/// has come; `signature_base64` is what a signature timestamp is made for.
pub(in crate::wire) fn level(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
    }
    #[derive(Serialize)]
    struct One {
        field: String,
        is_timestamp: bool,
        level: Option<Level>,
        signature_base64: String,
    }
    #[derive(Serialize)]
    struct All {
        level: Option<Level>,
        closed: bool,
        signatures: Vec<One>,
    }
    let given: Given = read(op, input)?;
    let standing = standing(&bytes(op, "pdf_base64", &given.pdf_base64)?).map_err(copies)?;
    let (level, closed) = (standing.level(), standing.is_closed());
    let one = |s: levels::Signed| One {
        signature_base64: STANDARD.encode(cms::signature_to_timestamp(&s.cms).unwrap_or_default()),
        field: s.field,
        is_timestamp: s.is_timestamp,
        level: s.level,
    };
    let signatures = standing.signed.into_iter().map(one).collect();
    Ok(write(&All { level, closed, signatures }))
}

/// `{"pdf_base64", "field", "token_base64"}` → `{"pdf_base64", "pdf_sha256"}` with a timestamp beside the last signature (B-T).
pub(in crate::wire) fn timestamp(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
        field: String,
        token_base64: String,
    }
    let given: Given = read(op, input)?;
    let file = bytes(op, "pdf_base64", &given.pdf_base64)?;
    let token = bytes(op, "token_base64", &given.token_base64)?;
    Ok(pdf(&levels::with_timestamp(&file, &given.field, &token).map_err(copies)?))
}

/// `{"pdf_base64", "certificates_base64", "crls_base64", "ocsp_base64", "per_signature"}` → `{"pdf_base64", "pdf_sha256"}` with these in the
/// security store (B-LT).
pub(in crate::wire) fn store(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
        #[serde(default)]
        certificates_base64: Vec<String>,
        #[serde(default)]
        crls_base64: Vec<String>,
        #[serde(default)]
        ocsp_base64: Vec<String>,
        #[serde(default)]
        per_signature: bool,
    }
    let given: Given = read(op, input)?;
    let file = bytes(op, "pdf_base64", &given.pdf_base64)?;
    let validation = Validation {
        certificates: all(op, "certificates_base64", &given.certificates_base64)?,
        crls: all(op, "crls_base64", &given.crls_base64)?,
        ocsp_responses: all(op, "ocsp_base64", &given.ocsp_base64)?,
        per_signature: given.per_signature,
    };
    Ok(pdf(&levels::with_store(&file, &validation).map_err(copies)?))
}

/// A document timestamp that waits for its token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    schema: String,
    pending: PendingTimestamp,
}

/// `{"pdf_base64", "room"}` → `{"field", "digest_base64", "state"}`: the SHA-256 that a document timestamp is made for (B-LTA). `room` is in
/// bytes; 8192 suit authorities that embed their chain.
pub(in crate::wire) fn close(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        pdf_base64: String,
        room: usize,
    }
    #[derive(Serialize)]
    struct Due {
        field: String,
        digest_base64: String,
        state: Closing,
    }
    let given: Given = read(op, input)?;
    // More room than this no token needs, and a page's memory is not for filling with zeros.
    if given.room > MOST_ROOM {
        return Err(bad(op, format!("room is at most {MOST_ROOM} bytes")));
    }
    let file = bytes(op, "pdf_base64", &given.pdf_base64)?;
    let field = standing(&file).map_err(copies)?.next_timestamp();
    let pending = PendingTimestamp::prepare(&file, &field, given.room).map_err(copies)?;
    let digest = pending.digest(DigestAlgorithm::Sha256).map_err(copies)?;
    let state = Closing { schema: TIMESTAMP.to_owned(), pending };
    Ok(write(&Due { field, digest_base64: STANDARD.encode(digest), state }))
}

/// Room for a token, in bytes.
const MOST_ROOM: usize = 1 << 20;

/// `{"state", "token_base64"}` → `{"pdf_base64", "pdf_sha256"}`, closed by the document timestamp.
pub(in crate::wire) fn closed(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        state: Closing,
        token_base64: String,
    }
    let Given { state, token_base64 } = read(op, input)?;
    known(op, &state.schema, TIMESTAMP)?;
    let token = bytes(op, "token_base64", &token_base64)?;
    Ok(pdf(&state.pending.complete(&token).map_err(copies)?))
}
