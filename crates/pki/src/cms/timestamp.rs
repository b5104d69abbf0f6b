//! From B-B to B-T: a signature timestamp token becomes an unsigned attribute. Asking for tokens and trusting their
//! authorities is not done here.

use super::parse::SignedData;
use super::{Content, attribute};
use crate::der::{self, Fault, Reader, tag};
use crate::{Effect, Error, Finding, FindingKind, oid, tsp};

/// The bytes a signature timestamp is made for: the first signer's signature value
/// (EN 319 122-1 §5.3).
pub fn signature_to_timestamp(signed: &SignedData) -> Option<&[u8]> {
    signed.signers.first().map(|s| s.signature.as_slice())
}

/// The same CMS with `token` (a TimeStampToken) added to its only signer. Nothing that was signed
/// is touched. The token must be over this signature value; whether its authority can be trusted is
/// for [`crate::tsp::verify`].
///
/// # Errors
/// [`Error::CmsMismatch`] when there is not one signer, the CMS is BER or carries a token already, or
/// the token is for other data; [`Error::Malformed`] when it is no token.
pub fn with_signature_timestamp(signed: &SignedData, token: &[u8]) -> Result<Vec<u8>, Error> {
    let refuse = |reason: &str| Error::CmsMismatch { reason: reason.to_owned() };
    let [signer] = signed.signers.as_slice() else {
        return Err(refuse("there is not exactly one signer"));
    };
    if signed.ber {
        return Err(refuse("it is not DER"));
    }
    if signer.unsigned.iter().any(|a| a.oid.as_bytes() == oid::SIGNATURE_TIMESTAMP) {
        return Err(refuse("it has a signature timestamp already"));
    }
    let mut check = Reader::new(token);
    check.sequence("timestamp token expected").map_err(Error::malformed("timestamp token"))?;
    check.end("bytes follow the timestamp token").map_err(Error::malformed("timestamp token"))?;
    let report = tsp::inspect(token, Content::Bytes(&signer.signature), &[]);
    // A token whose algorithms no verifier trusts any more proves nothing.
    let misfit =
        |f: &&Finding| f.kind.effect() == Effect::Fails || f.kind == FindingKind::AlgorithmRefused;
    if let Some(against) = report.own_findings().iter().find(misfit) {
        return Err(refuse(&format!("the timestamp token does not fit: {against}")));
    }
    rebuild(&signed.der, token).map_err(Error::malformed("CMS SignedData"))
}

fn rebuild(cms: &[u8], token: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut info = Reader::new(cms).sequence("content info expected")?;
    let kind = info.any()?.raw;
    let mut fields =
        info.expect(0xa0, "content expected")?.reader().sequence("signed data expected")?;
    let mut kept = Vec::new();
    let mut last = fields.any()?;
    while !fields.is_empty() {
        kept.extend_from_slice(last.raw);
        last = fields.any()?;
    }
    // `last` is the set of signer infos.
    let mut signer = last.reader().sequence("signer info expected")?;
    let mut body = Vec::new();
    let mut unsigned = vec![attribute::write(oid::SIGNATURE_TIMESTAMP, token)];
    while !signer.is_empty() {
        let field = signer.any()?;
        if field.tag == 0xa1 {
            let mut list = field.reader();
            while !list.is_empty() {
                unsigned.push(list.any()?.raw.to_vec());
            }
        } else {
            body.extend_from_slice(field.raw);
        }
    }
    let signer = der::sequence(&[&body, &der::set_of(0xa1, unsigned)]);
    let signed_data = der::sequence(&[&kept, &der::tlv(tag::SET, &signer)]);
    Ok(der::sequence(&[kind, &der::explicit(0, &signed_data)]))
}
