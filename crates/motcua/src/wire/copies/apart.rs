//! A copy signed with keys that are elsewhere: what is to be signed goes out, signatures come back, and the state between is text that
//! another process or another language can go on from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use motcua_copies::issue::{Fonts, Next, Pending, Role};
use motcua_pki::cms::Prepared;
use motcua_pki::{Certificate, SignatureAlgorithm};
use serde::{Deserialize, Serialize};

use super::{Input, copies, pki};
use crate::wire::{Error, Failure, answer, read, write};

const PREPARE: &str = "copies.prepare";
const SCHEMA: &str = "motcua.pending-copy/1";

/// Who signs: certificates, and the algorithm where it is not the usual one of the key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    chain_pem: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<SignatureAlgorithm>,
}

impl Who {
    pub(super) fn open(&self) -> Result<(Vec<Certificate>, SignatureAlgorithm), Failure> {
        let chain = Certificate::from_pems(&self.chain_pem).map_err(pki)?;
        let first = chain.first().ok_or(motcua_pki::Error::EmptyChain).map_err(pki)?;
        let usual = || SignatureAlgorithm::for_certificate(first).map_err(pki);
        let algorithm = self.algorithm.map_or_else(usual, Ok)?;
        Ok((chain, algorithm))
    }
}

pub(super) fn bad(op: &str, problem: String) -> Failure {
    Error::BadInput { op: op.to_owned(), problem }.into()
}

/// Refuses a state of another version.
pub(super) fn known(op: &str, schema: &str, wanted: &str) -> Result<(), Failure> {
    if schema == wanted {
        return Ok(());
    }
    Err(bad(op, format!("the state is of version {schema}, not {wanted}")))
}

/// What was made elsewhere for a state: the value of the signature, or a whole CMS.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given<S> {
    pub(super) state: S,
    #[serde(default)]
    signature_base64: Option<String>,
    #[serde(default)]
    cms_base64: Option<String>,
}

impl<S> Given<S> {
    /// The CMS. `decode` takes a field's name and its base64, `prepared` says what the value completes.
    pub(super) fn cms(
        &self,
        op: &str,
        decode: impl Fn(&str, &str) -> Result<Vec<u8>, Failure>,
        prepared: impl FnOnce(&S) -> Result<Prepared, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        match (&self.signature_base64, &self.cms_base64) {
            (Some(signature), None) => {
                let signature = decode("signature_base64", signature)?;
                prepared(&self.state)?.complete(&signature).map_err(pki)
            }
            (None, Some(cms)) => decode("cms_base64", cms),
            _ => Err(bad(op, "give signature_base64 or cms_base64, one of them".to_owned())),
        }
    }
}

/// All that is needed to go on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    schema: String,
    official: Who,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    co_officials: Vec<Who>,
    agency: Who,
    pending: Pending,
}

/// What is due, and from whom.
#[derive(Serialize)]
struct Due {
    role: Role,
    /// Which official, from 1 in the order of the facts; only where the role leaves it open.
    #[serde(skip_serializing_if = "Option::is_none")]
    official: Option<usize>,
    algorithm: SignatureAlgorithm,
    /// The bytes that the key signs.
    to_be_signed_base64: String,
    /// Their digest, for devices that take no more; none for Ed25519.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_base64: Option<String>,
    state: State,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Step {
    Due(Box<Due>),
    Done { copy_base64: String, copy_sha256: String },
}

impl State {
    /// The signature that is due now.
    fn prepared(&self) -> Result<Prepared, Failure> {
        let missing = || {
            let problem = "the state has no certificate for the official whose signature is due";
            let problem = problem.to_owned();
            copies(motcua_copies::issue::IssueError::BadState { problem })
        };
        let who = match (self.pending.role(), self.pending.official_number()) {
            (Role::Agency, _) => &self.agency,
            (Role::CoOfficial, Some(number)) => {
                self.co_officials.get(number.saturating_sub(2)).ok_or_else(missing)?
            }
            (Role::Official | Role::CoOfficial, _) => &self.official,
        };
        let (chain, algorithm) = who.open()?;
        self.pending.prepared(&chain, algorithm).map_err(copies)
    }

    fn due(self) -> Result<Step, Failure> {
        let prepared = self.prepared()?;
        Ok(Step::Due(Box::new(Due {
            role: self.pending.role(),
            official: self.pending.official_number().filter(|number| *number > 1),
            algorithm: prepared.algorithm(),
            to_be_signed_base64: STANDARD.encode(prepared.to_be_signed()),
            digest_base64: prepared.digest_to_be_signed().map(|digest| STANDARD.encode(digest)),
            state: self,
        })))
    }
}

/// Lays a copy out that is signed elsewhere. `input` is that of `issue_copy`, but with `official`, `co_officials` and `agency` each
/// `{"chain_pem", "algorithm"}` (the algorithm may be left out) and with `timestamp_room`, the bytes that a signature timestamp may
/// take. The answer's `ok` is `{"role", "official", "algorithm", "to_be_signed_base64", "digest_base64", "state"}`; `copies.complete` takes the
/// state.
pub fn prepare_copy(originals: &[&[u8]], input: &str, fonts: Fonts<'_>) -> String {
    answer(prepare(originals, input, fonts).map(|step| write(&step)))
}

fn prepare(originals: &[&[u8]], input: &str, fonts: Fonts<'_>) -> Result<Step, Failure> {
    let input: Input<Who> = read(PREPARE, input)?;
    let (originals, facts) = input.matter(PREPARE, originals)?;
    let officials = std::iter::once(&input.official).chain(&input.co_officials);
    let officials: Vec<_> = officials.map(Who::open).collect::<Result<_, _>>()?;
    let officials: Vec<_> = officials.iter().map(|(chain, a)| (chain.as_slice(), *a)).collect();
    let agency = input.agency.open()?;
    let terms = input.terms(PREPARE)?;
    let agency = (agency.0.as_slice(), agency.1);
    let pending = Pending::prepare_by(&originals, &facts, fonts, &officials, agency, &terms)
        .map_err(copies)?;
    let schema = SCHEMA.to_owned();
    let Input { official, co_officials, agency, .. } = input;
    State { schema, official, co_officials, agency, pending }.due()
}

/// `{"state", "signature_base64"}`, or `{"state", "cms_base64"}` where another made the whole CMS or a timestamp was added → what is
/// due next, or `{"copy_base64", "copy_sha256"}`.
pub(in crate::wire) fn complete(op: &'static str, input: &str) -> Result<String, Failure> {
    let given: Given<State> = read(op, input)?;
    known(op, &given.state.schema, SCHEMA)?;
    let decode = |_: &str, text: &str| STANDARD.decode(text).map_err(|e| bad(op, e.to_string()));
    let cms = given.cms(op, decode, State::prepared)?;
    let State { schema, official, co_officials, agency, pending } = given.state;
    let step = match pending.complete(&cms).map_err(copies)? {
        Next::CoOfficial(pending) | Next::Agency(pending) => {
            State { schema, official, co_officials, agency, pending }.due()?
        }
        Next::Done(copy) => Step::Done {
            copy_sha256: motcua_pdf::hex(&motcua_pki::DigestAlgorithm::Sha256.digest(&copy)),
            copy_base64: STANDARD.encode(copy),
        },
    };
    Ok(write(&step))
}
