//! What the checks find: every finding with its code, where it was met, the clause that speaks of
//! it and what it means for the result (ETSI EN 319 102-1). Errors that stop an operation are in
//! [`crate::Error`].

use std::fmt;

/// Result of a building block (EN 319 102-1 §5.1.3). There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Indication {
    /// Everything checked was right.
    Passed,
    /// What was given does not suffice to decide.
    Indeterminate,
    /// Shown to be wrong.
    Failed,
}

/// Sub-indications of EN 319 102-1 §5.1.3, table 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum SubIndication {
    /// Not the format it claims.
    FormatFailure,
    /// A digest does not match.
    HashFailure,
    /// The signature value does not verify.
    SigCryptoFailure,
    /// Revoked before the best signature time.
    Revoked,
    /// Signed after expiry.
    Expired,
    /// Signed before the certificate's validity.
    NotYetValid,
    /// A signature attribute breaks the rules asked for.
    SigConstraintsFailure,
    /// The chain breaks the rules asked for.
    ChainConstraintsFailure,
    /// The chain could not be validated for another reason.
    CertificateChainGeneralFailure,
    /// An algorithm or key size is not trusted.
    CryptoConstraintsFailure,
    /// An algorithm is no longer trusted, and nothing proves the time before that.
    CryptoConstraintsFailureNoPoe,
    /// Timestamps contradict each other.
    TimestampOrderFailure,
    /// The signing certificate cannot be identified.
    NoSigningCertificateFound,
    /// No chain to an anchor.
    NoCertificateChainFound,
    /// Revoked, and nothing proves that the signature is older.
    RevokedNoPoe,
    /// A CA is revoked, and nothing proves that the signature is older.
    RevokedCaNoPoe,
    /// Outside the validity, not revoked.
    OutOfBoundsNotRevoked,
    /// Outside the validity, and nothing proves an earlier time.
    OutOfBoundsNoPoe,
    /// Nothing proves the existence at the time needed.
    NoPoe,
    /// Newer revocation information is needed.
    TryLater,
    /// The signed content was not given.
    SignedDataNotFound,
}

/// What a finding means for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Worth knowing, changes nothing.
    Notes,
    /// The result cannot be decided in favour.
    Undecided,
    /// The result is "no".
    Fails,
}

/// One finding.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// Where: a field, a certificate, a token.
    pub at: String,
    /// Values, for a person.
    pub detail: String,
}

impl Finding {
    pub(crate) fn new(kind: FindingKind, at: impl Into<String>, detail: impl Into<String>) -> Self {
        Finding { kind, at: shortened(at.into()), detail: shortened(detail.into()) }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

/// Bytes of a place or a detail that are shown: a name of an attacker's making can be as long as a certificate, and
/// stands in many findings.
pub(crate) const MOST_SHOWN: usize = 512;

pub(crate) fn shortened(text: String) -> String {
    if text.len() <= MOST_SHOWN {
        return text;
    }
    let end = text.floor_char_boundary(MOST_SHOWN);
    format!("{}…", text.get(..end).unwrap_or_default())
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] at {}", self.kind.message(), self.code(), self.at)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl serde::Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Finding", 7)?;
        out.serialize_field("code", self.kind.code())?;
        out.serialize_field("effect", &self.kind.effect())?;
        out.serialize_field("sub_indication", &self.kind.sub_indication())?;
        out.serialize_field("clause", self.kind.clause())?;
        out.serialize_field("at", &self.at)?;
        out.serialize_field("message", self.kind.message())?;
        out.serialize_field("detail", &self.detail)?;
        out.end()
    }
}

macro_rules! findings {
    ($($name:ident $code:literal $effect:ident $sub:expr, $clause:literal, $message:literal;)*) => {
        /// Everything a check can find.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingKind {
            $(#[doc = $message] $name,)*
        }

        impl FindingKind {
            /// Every kind there is.
            pub const ALL: &'static [FindingKind] = &[$(FindingKind::$name,)*];

            /// Stable code.
            pub fn code(self) -> &'static str {
                match self { $(FindingKind::$name => $code,)* }
            }

            /// What it means for the result.
            pub fn effect(self) -> Effect {
                match self { $(FindingKind::$name => Effect::$effect,)* }
            }

            /// Sub-indication of EN 319 102-1, where one applies.
            pub fn sub_indication(self) -> Option<SubIndication> {
                #[allow(unused_imports)]
                use SubIndication::*;
                match self { $(FindingKind::$name => $sub,)* }
            }

            /// The clause that asks for it.
            pub fn clause(self) -> &'static str {
                match self { $(FindingKind::$name => $clause,)* }
            }

            /// One sentence.
            pub fn message(self) -> &'static str {
                match self { $(FindingKind::$name => $message,)* }
            }
        }
    };
}

findings! {
    // CMS: form.
    CmsNotDer "pki.cms_not_der" Notes None, "EN 319 122-1 §4.7", "The CMS is BER, not DER";
    CmsTrailingBytes "pki.cms_trailing_bytes" Notes None, "ISO 32000-2 §12.8.3.3.1", "Zero bytes follow the CMS";
    CmsTrailingJunk "pki.cms_trailing_junk" Fails Some(FormatFailure), "ISO 32000-2 §12.8.3.3.1", "Bytes other than zero follow the CMS";
    CmsVersion "pki.cms_version" Fails Some(FormatFailure), "RFC 5652 §5.1, §5.3", "A version number is not the one the content asks for";
    CmsSignerCount "pki.cms_signer_count" Fails Some(FormatFailure), "EN 319 142-1 §5.2; ISO 32000-2 §12.8.3.3.1", "The CMS does not have exactly one signer";
    CmsDigestNotListed "pki.cms_digest_not_listed" Fails Some(FormatFailure), "RFC 5652 §5.1", "The signer's digest algorithm is not in the list of digest algorithms";
    CmsNotDetached "pki.cms_not_detached" Fails Some(FormatFailure), "EN 319 142-1 §6.3 (detached)", "The CMS carries the content that it must leave out";
    CmsContentType "pki.cms_content_type" Fails Some(FormatFailure), "RFC 5652 §11.1", "The content type is not the one signed";
    CmsPkcs7Content "pki.cms_pkcs7_content" Notes None, "RFC 5652 §5.2.1", "The content is a structure as in PKCS #7, not an octet string";
    CmsCertificateMalformed "pki.cms_certificate_malformed" Undecided Some(CertificateChainGeneralFailure), "RFC 5652 §10.2.3", "A certificate in the CMS cannot be read";
    CmsOtherCertificateForm "pki.cms_other_certificate_form" Notes None, "RFC 5652 §10.2.2", "A certificate of another form than X.509 is in the CMS";
    CmsCertificateStray "pki.cms_certificate_stray" Undecided Some(CertificateChainGeneralFailure), "RFC 5652 §5.1; EN 319 122-1 §6.3", "A certificate in the CMS, which no signature protects, belongs to no path and is not what a known issuer signed";
    CmsRevocationStray "pki.cms_revocation_stray" Undecided Some(CertificateChainGeneralFailure), "RFC 5652 §5.1", "Revocation information in the CMS, which no signature protects, is not what a known issuer signed";
    CmsIssuerSpelling "pki.cms_issuer_spelling" Undecided Some(NoSigningCertificateFound), "RFC 5652 §5.3; EN 319 102-1 §5.2.3", "The signer identifier writes the issuer's name otherwise than the certificate does";
    // CMS: attributes.
    AttributesMissing "pki.cms_no_signed_attributes" Fails Some(FormatFailure), "EN 319 122-1 §5.1", "There are no signed attributes";
    AttributesNotDer "pki.cms_attributes_not_der" Notes None, "RFC 5652 §5.3", "The signed attributes are not in DER order";
    AttributesResorted "pki.cms_attributes_resorted" Notes None, "RFC 5652 §5.4", "The signature fits the DER order of the attributes, not the order transmitted";
    AttributeMissing "pki.cms_attribute_missing" Fails Some(FormatFailure), "EN 319 122-1 §5.1; EN 319 142-1 §6.3", "An attribute that must be there is not";
    AttributeRepeated "pki.cms_attribute_repeated" Fails Some(FormatFailure), "RFC 5652 §11", "An attribute stands twice or has more than one value";
    AttributeMalformed "pki.cms_attribute_malformed" Fails Some(FormatFailure), "RFC 5652 §11", "An attribute cannot be read";
    AttributeForbidden "pki.cms_attribute_forbidden" Fails Some(SigConstraintsFailure), "EN 319 142-1 §6.3", "An attribute that must not be there is";
    SigningTimeInside "pki.cms_signing_time_inside" Notes None, "EN 319 142-1 §6.3", "A signing time stands in the CMS, which no baseline level allows";
    AttributeUnprocessed "pki.cms_attribute_unprocessed" Notes None, "EN 319 142-1 §6.3", "An attribute is not processed here";
    UnsignedUnknown "pki.cms_unsigned_unknown" Undecided Some(SigConstraintsFailure), "EN 319 142-1 §6.3; RFC 5652 §5.3", "An attribute that no signature protects is not known here";
    AttributesAsContent "pki.cms_attributes_as_content" Fails Some(SigConstraintsFailure), "RFC 5652 §5.4, §11; RFC 8933 §5", "What was signed is a set of signed attributes, passed off as content";
    AlgorithmProtection "pki.cms_algorithm_protection" Fails Some(SigCryptoFailure), "RFC 6211 §2", "The protected algorithms are not the ones used";
    AlgorithmSpelling "pki.cms_algorithm_spelling" Notes None, "RFC 5758 §3.2; RFC 6211 §2", "The signature algorithm is the one meant, but not written as it should be";
    // CMS: signer and mathematics.
    SignerNotFound "pki.cms_signer_not_found" Undecided Some(NoSigningCertificateFound), "EN 319 102-1 §5.2.3", "The signing certificate is not there";
    SignerNotInside "pki.cms_signer_not_inside" Undecided Some(SigConstraintsFailure), "EN 319 122-1 §6.3 (SignedData.certificates); EN 319 142-1 §6.3", "The signing certificate is not in the CMS";
    SignerReferenceWrong "pki.cms_signer_reference" Fails Some(FormatFailure), "EN 319 122-1 §5.2.2", "The signing-certificate attribute names another certificate";
    SignerReferenceIssuer "pki.cms_signer_reference_issuer" Undecided Some(SigConstraintsFailure), "EN 319 102-1 §5.2.3.4", "Issuer and serial number in the signing-certificate attribute are not the certificate's";
    SignerReferenceLegacy "pki.cms_signer_reference_legacy" Undecided Some(CryptoConstraintsFailure), "EN 319 122-1 §5.2.2.2", "The certificate is named by SHA-1 only";
    DigestMismatch "pki.cms_digest_mismatch" Fails Some(HashFailure), "RFC 5652 §5.4; EN 319 102-1 §5.2.7", "The content is not what was signed";
    DigestUnsupported "pki.cms_digest_unsupported" Undecided Some(CryptoConstraintsFailure), "EN 319 102-1 §5.2.8", "The digest algorithm is not supported";
    DigestDisagrees "pki.cms_digest_disagrees" Fails Some(FormatFailure), "RFC 5652 §5.3, RFC 4056 §3, RFC 8419 §3.1", "Digest algorithm and signature algorithm do not go together";
    ContentNotGiven "pki.cms_content_not_given" Undecided Some(SignedDataNotFound), "EN 319 102-1 §5.2.7", "The signed content was not given";
    SignatureWrong "pki.cms_signature_wrong" Fails Some(SigCryptoFailure), "RFC 5652 §5.6; EN 319 102-1 §5.2.7", "The signature does not verify";
    SignatureUnsupported "pki.cms_signature_unsupported" Undecided Some(CryptoConstraintsFailure), "EN 319 102-1 §5.2.8", "The signature algorithm is not supported";
    SignatureKeyMismatch "pki.cms_signature_key_mismatch" Fails Some(SigCryptoFailure), "RFC 5652 §5.6", "The signature algorithm does not go with the certificate's key";
    AlgorithmRefused "pki.algorithm_refused" Undecided Some(CryptoConstraintsFailureNoPoe), "EN 319 102-1 §5.2.8", "The algorithm policy does not trust this algorithm at this time";
    // Paths.
    NoAnchor "pki.path_no_anchor" Undecided Some(NoCertificateChainFound), "EN 319 102-1 §5.2.6.4 (1)", "No chain leads to a trust anchor";
    BudgetExhausted "pki.path_budget_exhausted" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1 (implementation limits)", "The search for a path was stopped by its budget";
    AnchorPurpose "pki.path_anchor_purpose" Undecided Some(ChainConstraintsFailure), "EN 319 102-1 §5.2.6.4", "The trust anchor is not for this purpose";
    AnchorDate "pki.path_anchor_date" Undecided Some(ChainConstraintsFailure), "EN 319 102-1 §5.2.6.4", "The trust anchor is not trusted at this time";
    PathSignatureWrong "pki.path_signature_wrong" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.3 (a)(1)", "A certificate's signature does not verify with its issuer's key";
    PathKeyUnsupported "pki.path_key_unsupported" Undecided Some(CryptoConstraintsFailure), "EN 319 102-1 §5.2.6.4", "The certificate's own key is of an algorithm that is not supported";
    PathSignatureUnsupported "pki.path_signature_unsupported" Undecided Some(CryptoConstraintsFailure), "RFC 5280 §6.1.3 (a)(1)", "A certificate is signed with an algorithm that is not supported";
    NotYetValid "pki.path_not_yet_valid" Undecided Some(OutOfBoundsNoPoe), "RFC 5280 §6.1.3 (a)(2)", "A certificate is not valid yet at this time";
    Expired "pki.path_expired" Undecided Some(OutOfBoundsNoPoe), "RFC 5280 §6.1.3 (a)(2)", "A certificate has expired at this time";
    Revoked "pki.path_revoked" Undecided Some(RevokedNoPoe), "RFC 5280 §6.1.3 (a)(3)", "The certificate is revoked at this time";
    CaRevoked "pki.path_ca_revoked" Undecided Some(RevokedCaNoPoe), "RFC 5280 §6.1.3 (a)(3)", "A CA's certificate is revoked at this time";
    RevocationUnknown "pki.path_revocation_unknown" Undecided Some(TryLater), "RFC 5280 §6.1.3 (a)(3)", "Nothing usable says whether a certificate is revoked";
    RevocationStale "pki.path_revocation_stale" Undecided Some(TryLater), "EN 319 102-1 §5.2.5", "Revocation information is too old for this time";
    RevocationNotChecked "pki.path_revocation_not_checked" Notes None, "RFC 5280 §6.1.3 (a)(3)", "Revocation was not checked, as asked";
    NameNotPermitted "pki.path_name_not_permitted" Undecided Some(ChainConstraintsFailure), "RFC 5280 §6.1.3 (b), (c)", "A name is outside what a CA above may certify";
    NameConstraintUnsupported "pki.path_name_constraint_unsupported" Undecided Some(ChainConstraintsFailure), "RFC 5280 §4.2.1.10", "A name constraint of this form is not supported, and such a name is there";
    PolicyNotAccepted "pki.path_policy" Undecided Some(ChainConstraintsFailure), "RFC 5280 §6.1.3 (f), §6.1.5 (g)", "No acceptable certificate policy runs through the path";
    PolicyMappingAny "pki.path_policy_mapping_any" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.4 (a)", "anyPolicy is mapped";
    NotACa "pki.path_not_a_ca" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.4 (k)", "A certificate above the end is not a CA's";
    PathLength "pki.path_length" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.4 (l), (m)", "The path is longer than a CA allows";
    CaKeyUsage "pki.path_ca_key_usage" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.4 (n)", "A CA's key may not sign certificates";
    UnknownCritical "pki.path_unknown_critical" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §6.1.4 (o), §6.1.5 (f)", "A critical extension is not processed here";
    ExtensionUnreadable "pki.path_extension_unreadable" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §4.2", "An extension cannot be read";
    Deviates "pki.path_deviates" Notes None, "RFC 5280 §4", "A certificate deviates from the certificate profile";
    DeviationRefused "pki.path_deviation_refused" Undecided Some(CertificateChainGeneralFailure), "RFC 5280 §4", "A certificate deviates from the certificate profile, which was required";
    KeyUsageWrong "pki.path_key_usage" Undecided Some(ChainConstraintsFailure), "RFC 5280 §4.2.1.3", "The key usage does not allow this";
    ExtendedKeyUsageWrong "pki.path_extended_key_usage" Undecided Some(ChainConstraintsFailure), "RFC 5280 §4.2.1.12; RFC 3161 §2.3", "The extended key usage does not allow this";
    TargetIsAnchor "pki.path_target_is_anchor" Notes None, "RFC 5280 §6.1 (c)", "The certificate is itself a trust anchor";
    // Revocation material.
    CrlMalformed "pki.crl_malformed" Notes None, "RFC 5280 §5", "A CRL cannot be read";
    CrlRejected "pki.crl_rejected" Notes None, "RFC 5280 §6.3.3", "A CRL cannot be used for this certificate";
    OcspRejected "pki.ocsp_rejected" Notes None, "RFC 6960 §3.2", "An OCSP response cannot be used for this certificate";
    OcspResponderUnchecked "pki.ocsp_responder_unchecked" Notes None, "RFC 6960 §4.2.2.2.1", "The OCSP responder's own certificate was not checked for revocation, as its issuer allows";
    // Timestamps.
    TokenMalformed "pki.tsp_malformed" Fails Some(FormatFailure), "RFC 3161 §2.4.2", "The timestamp token cannot be read";
    TokenImprint "pki.tsp_imprint" Fails Some(HashFailure), "RFC 3161 §2.4.2; EN 319 102-1 §5.4.4", "The timestamp is for other data";
    TokenNonce "pki.tsp_nonce" Fails Some(SigConstraintsFailure), "RFC 3161 §2.4.2", "The timestamp does not carry the nonce of the request";
    TokenExtension "pki.tsp_extension" Undecided Some(SigConstraintsFailure), "RFC 3161 §2.4.2", "The timestamp has a critical extension that is not processed here";
    TokenPolicy "pki.tsp_policy" Undecided Some(SigConstraintsFailure), "RFC 3161 §2.4.2", "The timestamp was made under a policy that is not accepted";
    TokenAuthority "pki.tsp_authority" Undecided Some(SigConstraintsFailure), "RFC 3161 §2.4.2 (tsa)", "The timestamp names another authority than its certificate does";
    TokenFuture "pki.tsp_future" Undecided Some(TimestampOrderFailure), "EN 319 102-1 §5.4", "The timestamp is later than the time of validation";
}

/// The indication and sub-indication that a list of findings amounts to: the worst effect, and the
/// first finding of that effect.
pub fn conclude(findings: &[Finding]) -> (Indication, Option<SubIndication>) {
    let worst = findings.iter().map(|f| f.kind.effect()).max().unwrap_or(Effect::Notes);
    let first = findings.iter().find(|f| f.kind.effect() == worst);
    match worst {
        Effect::Notes => (Indication::Passed, None),
        Effect::Undecided => {
            (Indication::Indeterminate, first.and_then(|f| f.kind.sub_indication()))
        }
        Effect::Fails => (Indication::Failed, first.and_then(|f| f.kind.sub_indication())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_consequences_named() {
        let mut codes: Vec<_> = FindingKind::ALL.iter().map(|k| k.code()).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        for kind in FindingKind::ALL {
            assert_eq!(kind.effect() == Effect::Notes, kind.sub_indication().is_none(), "{kind:?}");
        }
    }

    #[test]
    fn the_worst_finding_decides() {
        let f = |kind| Finding::new(kind, "x", "");
        assert_eq!(conclude(&[]), (Indication::Passed, None));
        assert_eq!(
            conclude(&[
                f(FindingKind::CmsNotDer),
                f(FindingKind::NoAnchor),
                f(FindingKind::DigestMismatch)
            ]),
            (Indication::Failed, Some(SubIndication::HashFailure))
        );
    }
}
