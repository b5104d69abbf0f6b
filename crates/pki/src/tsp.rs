//! RFC 3161: the request and the response, written and read. Checking a token is in `token`; fetching one is not done
//! here.

mod token;

pub(crate) use token::inspect_with;
pub use token::{TokenContext, TokenInfo, TokenReport, inspect, verify, verify_content};

use crate::algorithm::{self, DigestAlgorithm};
use crate::der::{self, Fault, Reader, tag};
use crate::{Error, Oid};

/// A TimeStampReq asking for the authority's certificate. The nonce comes from the caller's random
/// source; at least 8 bytes are wise.
pub fn request(digest: DigestAlgorithm, imprint: &[u8], nonce: Option<&[u8]>) -> Vec<u8> {
    request_under(digest, imprint, nonce, None)
}

/// As [`request`], asking for a policy of the authority.
pub fn request_under(
    digest: DigestAlgorithm,
    imprint: &[u8],
    nonce: Option<&[u8]>,
    policy: Option<&Oid>,
) -> Vec<u8> {
    let hash = der::sequence(&[&der::oid(digest.oid()), &der::null()]);
    let imprint = der::sequence(&[&hash, &der::octet_string(imprint)]);
    let policy = policy.map(|p| der::oid(p.as_bytes())).unwrap_or_default();
    let nonce = nonce.map(der::integer).unwrap_or_default();
    let certificate = der::tlv(tag::BOOLEAN, &[0xff]);
    der::sequence(&[&der::small_integer(1), &imprint, &policy, &nonce, &certificate])
}

/// A TimeStampReq as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Digest algorithm of the imprint, or the name of one that is not supported.
    pub digest: Result<DigestAlgorithm, String>,
    /// The digest to be timestamped.
    pub imprint: Vec<u8>,
    /// Policy asked for.
    pub policy: Option<Oid>,
    /// Content bytes of the nonce INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// Whether the authority's certificate is asked for.
    pub wants_certificate: bool,
}

impl Request {
    /// Reads a TimeStampReq (RFC 3161 §2.4.1).
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::read(der).map_err(Error::malformed("timestamp request"))
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(der);
        let mut fields = outer.sequence("timestamp request expected")?;
        outer.end("bytes follow the timestamp request")?;
        version_one(&mut fields)?;
        let (digest, imprint) = message_imprint(&mut fields)?;
        let policy = match fields.peek() {
            Some(tag::OID) => Some(Oid::new(fields.oid("policy expected")?)),
            _ => None,
        };
        let nonce = match fields.peek() {
            Some(tag::INTEGER) => Some(fields.integer("nonce expected")?.to_vec()),
            _ => None,
        };
        let wants_certificate = flag(&mut fields)?;
        fields.optional(0xa0)?;
        fields.end("timestamp request has extra fields")?;
        Ok(Request { digest, imprint, policy, nonce, wants_certificate })
    }
}

/// A TimeStampResp as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// PKIStatus: 0 granted, 1 granted with modifications, 2 rejection, 3 waiting, 4 and 5
    /// revocation warnings.
    pub status: u64,
    /// What the authority says, in its own words.
    pub texts: Vec<String>,
    /// Bits of PKIFailureInfo that are set, by name.
    pub failures: Vec<&'static str>,
    /// The token, as transmitted.
    pub token: Option<Vec<u8>>,
}

impl Response {
    /// Reads a TimeStampResp (RFC 3161 §2.4.2).
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::read(der).map_err(Error::malformed("timestamp response"))
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(der);
        let mut fields = outer.sequence("timestamp response expected")?;
        outer.end("bytes follow the timestamp response")?;
        let mut info = fields.sequence("status expected")?;
        let status_element = info.expect(tag::INTEGER, "status expected")?;
        let status = der::integer_u64(&status_element)?;
        if status > 5 {
            return Err(status_element.fault("unknown status"));
        }
        let mut texts = Vec::new();
        if let Some(list) = info.optional(tag::SEQUENCE)? {
            let mut list = list.reader();
            while !list.is_empty() && texts.len() < MAX_TEXTS {
                let one = list.expect(tag::UTF8, "status text expected")?;
                let text = der::string(one.tag, one.content);
                texts.push(text.ok_or_else(|| one.fault("status text is not UTF-8"))?);
            }
        }
        let mut failures = Vec::new();
        if let Some(field) = info.optional(tag::BIT_STRING)? {
            let (_, bytes) = der::bits(&field)?;
            let set = |bit: usize| bytes.get(bit / 8).is_some_and(|b| b & (0x80 >> (bit % 8)) != 0);
            failures =
                FAILURES.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| *name).collect();
        }
        info.end("status has extra fields")?;
        let token = fields.optional(tag::SEQUENCE)?.map(|e| e.raw.to_vec());
        fields.end("timestamp response has extra fields")?;
        Ok(Response { status, texts, failures, token })
    }

    /// Whether a token was granted, perhaps with modifications.
    pub fn is_granted(&self) -> bool {
        // RFC 3161 §2.4.2: a token is there if and only if the status is 0 or 1.
        self.status <= 1 && self.token.is_some()
    }
}

/// Status texts kept: authorities send one.
const MAX_TEXTS: usize = 16;

/// PKIFailureInfo (RFC 3161 §2.4.2).
const FAILURES: [(usize, &str); 8] = [
    (0, "badAlg"),
    (2, "badRequest"),
    (5, "badDataFormat"),
    (14, "timeNotAvailable"),
    (15, "unacceptedPolicy"),
    (16, "unacceptedExtension"),
    (17, "addInfoNotAvailable"),
    (25, "systemFailure"),
];

/// The token of a TimeStampResp that was granted.
///
/// # Errors
/// [`Error::TimestampRefused`] with the authority's status, [`Error::Malformed`].
pub fn response_token(response: &[u8]) -> Result<Vec<u8>, Error> {
    let response = Response::from_der(response)?;
    let granted = response.is_granted();
    match response.token {
        Some(token) if granted => Ok(token),
        Some(_) | None => {
            let mut said = response.texts;
            said.extend(response.failures.iter().map(|f| (*f).to_owned()));
            let said =
                if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) };
            Err(Error::TimestampRefused {
                reason: format!("the authority answers with status {}{said}", response.status),
            })
        }
    }
}

fn version_one(fields: &mut Reader<'_>) -> Result<(), Fault> {
    let version = fields.expect(tag::INTEGER, "version expected")?;
    if der::integer_u64(&version)? == 1 { Ok(()) } else { Err(version.fault("version is not 1")) }
}

/// MessageImprint: the digest has the length of its algorithm (RFC 3161 §2.4.1).
fn message_imprint(
    fields: &mut Reader<'_>,
) -> Result<(Result<DigestAlgorithm, String>, Vec<u8>), Fault> {
    let mut imprint = fields.sequence("message imprint expected")?;
    let digest = algorithm::read_digest(&mut imprint)?;
    let octets = imprint.expect(tag::OCTET_STRING, "imprint expected")?;
    imprint.end("message imprint has extra fields")?;
    if digest.as_ref().is_ok_and(|d| d.output_len() != octets.content.len()) {
        return Err(octets.fault("imprint does not have the length of its digest"));
    }
    Ok((digest, octets.content.to_vec()))
}

/// `BOOLEAN DEFAULT FALSE`. Authorities write FALSE out, which X.690 §11.5 forbids; it is under the
/// signature, so it does no harm.
fn flag(fields: &mut Reader<'_>) -> Result<bool, Fault> {
    Ok(fields.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false))
}
