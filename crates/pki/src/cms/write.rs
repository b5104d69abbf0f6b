//! The writer: one SignedData as minimal DER from its parts. What is signed, and whether it is right, is decided by the
//! callers.

use crate::algorithm::SignatureAlgorithm;
use crate::der::{self, tag};
use crate::{Certificate, oid};

/// A SignedData with one signer, the first of `chain`. `attributes` is the SET OF that was signed; `content` is the type
/// and the bytes of content inside, without which the signature is detached and over id-data.
pub(crate) fn signed_data(
    chain: &[Certificate],
    algorithm: SignatureAlgorithm,
    attributes: &[u8],
    signature: &[u8],
    content: Option<(&[u8], &[u8])>,
) -> Vec<u8> {
    let digest = algorithm.content_digest().identifier();
    let id = chain.first().map(|signer| {
        let serial = der::tlv(tag::INTEGER, signer.serial());
        der::sequence(&[signer.issuer().as_der(), &serial])
    });
    let signer_info = der::sequence(&[
        // RFC 5652 §5.3: 1 with issuer and serial number.
        &der::small_integer(1),
        &id.unwrap_or_default(),
        &digest,
        &implicit(0xa0, attributes),
        &algorithm.identifier(),
        &der::octet_string(signature),
    ]);
    let certificates = der::set_of(0xa0, chain.iter().map(|c| c.as_der().to_vec()).collect());
    let encapsulated = match content {
        None => der::sequence(&[&der::oid(oid::DATA)]),
        Some((kind, bytes)) => {
            der::sequence(&[&der::oid(kind), &der::explicit(0, &der::octet_string(bytes))])
        }
    };
    // RFC 5652 §5.1: 1 with X.509 certificates, version 1 signers and id-data; 3 with other content.
    let version = if content.is_some_and(|(kind, _)| kind != oid::DATA) { 3 } else { 1 };
    let signed_data = der::sequence(&[
        &der::small_integer(version),
        &der::tlv(tag::SET, &digest),
        &encapsulated,
        &certificates,
        &der::tlv(tag::SET, &signer_info),
    ]);
    der::sequence(&[&der::oid(oid::SIGNED_DATA), &der::explicit(0, &signed_data)])
}

/// The same element under another tag.
pub(super) fn implicit(tag: u8, element: &[u8]) -> Vec<u8> {
    let mut out = element.to_vec();
    if let Some(first) = out.first_mut() {
        *first = tag;
    }
    out
}
