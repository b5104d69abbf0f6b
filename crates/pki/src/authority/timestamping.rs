//! Timestamp tokens of a demo authority, at any time, with the defects a test needs. Not a service: nothing is recorded
//! and serial numbers are the caller's.

use super::Identity;
use crate::cms::{attribute, write};
use crate::der::{self, tag};
use crate::{DigestAlgorithm, Error, Oid, oid, tsp};
use time::OffsetDateTime;

/// What a token is to say.
#[derive(Clone, Debug)]
pub struct TokenTemplate {
    /// Digest algorithm of the imprint.
    pub digest: DigestAlgorithm,
    /// The digest timestamped.
    pub imprint: Vec<u8>,
    /// The time; whole seconds.
    pub time: OffsetDateTime,
    /// The authority's policy.
    pub policy: Oid,
    /// Serial number.
    pub serial: u64,
    /// The nonce of the request, as content bytes of its INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// Accuracy in whole seconds.
    pub accuracy: Option<u64>,
}

impl TokenTemplate {
    /// A token over `data` with SHA-256.
    pub fn over(data: &[u8], time: OffsetDateTime) -> Self {
        let digest = DigestAlgorithm::Sha256;
        TokenTemplate {
            digest,
            imprint: digest.digest(data),
            time,
            // 1.3.6.1.4.1.32473 is the number for examples (RFC 5612).
            policy: Oid::new(&[0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1]),
            serial: 1,
            nonce: None,
            accuracy: None,
        }
    }
}

impl Identity {
    /// A TimeStampToken signed by this identity, which should have been made with
    /// [`super::Template::timestamp_authority`].
    ///
    /// # Errors
    /// [`Error::SigningFailed`].
    pub fn timestamp(&self, token: &TokenTemplate) -> Result<Vec<u8>, Error> {
        let hash = der::sequence(&[&der::oid(token.digest.oid()), &der::null()]);
        let accuracy = token.accuracy.map(|seconds| der::sequence(&[&der::small_integer(seconds)]));
        let info = der::sequence(&[
            &der::small_integer(1),
            &der::oid(token.policy.as_bytes()),
            &der::sequence(&[&hash, &der::octet_string(&token.imprint)]),
            &der::small_integer(token.serial),
            &der::write_generalized_time(token.time),
            &accuracy.unwrap_or_default(),
            &token.nonce.as_ref().map(|n| der::tlv(tag::INTEGER, n)).unwrap_or_default(),
        ]);
        let digest = self.algorithm.content_digest().digest(&info);
        let attributes = der::set_of(
            tag::SET,
            vec![
                attribute::write(oid::CONTENT_TYPE, &der::oid(oid::TST_INFO)),
                attribute::write(oid::MESSAGE_DIGEST, &der::octet_string(&digest)),
                attribute::write_signing_certificate(self.certificate()),
            ],
        );
        let signature = self.key.key.sign(self.algorithm, &attributes)?;
        let content = Some((oid::TST_INFO, info.as_slice()));
        let chain = self.chain_without_root();
        Ok(write::signed_data(chain, self.algorithm, &attributes, &signature, content))
    }

    /// A granted TimeStampResp to a TimeStampReq.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::UnsupportedAlgorithm`], [`Error::SigningFailed`].
    pub fn timestamp_response(
        &self,
        request: &[u8],
        time: OffsetDateTime,
    ) -> Result<Vec<u8>, Error> {
        let request = tsp::Request::from_der(request)?;
        let digest = request.digest.map_err(|algorithm| Error::UnsupportedAlgorithm {
            what: "the digest of the timestamp request",
            algorithm,
        })?;
        let base = TokenTemplate::over(&[], time);
        let policy = request.policy.unwrap_or(base.policy);
        let (imprint, nonce) = (request.imprint, request.nonce);
        let template = TokenTemplate { digest, imprint, policy, nonce, ..base };
        let token = self.timestamp(&template)?;
        Ok(der::sequence(&[&der::sequence(&[&der::small_integer(0)]), &token]))
    }
}
