//! Which algorithms may be trusted, from when to when: rules read from data with their citations.
//! What an algorithm is and whether ring carries it out is in `scheme` and `key`.

use super::{DigestAlgorithm, PublicKey, Scheme, SignatureAlgorithm};
use crate::Error;
use serde::Deserialize as _;
use std::sync::{Arc, OnceLock};
use time::OffsetDateTime;

const STANDARD: &str = include_str!("../../data/algorithms.json");
const VIET_NAM: &str = include_str!("../../data/algorithms-vn.json");

/// Dated rules on algorithms. Cloning is cheap.
///
/// In JSON it is the name of a shipped set (`"standard"`, `"viet_nam"`), or the rules themselves in the form of the shipped
/// files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    data: Arc<Data>,
}

/// Why an algorithm is not trusted at a time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    /// The algorithm or key, `SHA-1`, `RSA 1024`.
    pub what: String,
    /// Since when, `2014-01-01T00:00:00Z`; absent where it never was.
    pub since: Option<String>,
    /// The rule's source.
    pub source: String,
    /// How the rule was checked against it; absent where rules of one's own do not say.
    pub confidence: Option<Confidence>,
}

/// How a rule was checked against its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// Read in the source itself.
    Verified,
    /// Read in what others report of it.
    Secondary,
    /// Not checked: what it forbids is forbidden, what it allows is not allowed.
    Unverified,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(since) = &self.since {
            write!(f, ", refused from {since}")?;
        }
        let checked = match self.confidence {
            Some(Confidence::Secondary) => "; as others report it",
            Some(Confidence::Unverified) => "; not checked",
            Some(Confidence::Verified) | None => "",
        };
        write!(f, " ({}{checked})", self.source)
    }
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    format: u32,
    name: String,
    title: String,
    refuse: Vec<Rule>,
    new_signatures: Vec<NewRule>,
}

/// Refused at and after a time.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    what: What,
    /// Absent: at any time.
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    source: String,
    confidence: Option<Confidence>,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Digest(DigestAlgorithm),
    RsaBitsBelow(usize),
}

/// Signatures made at and after a time use one of these.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRule {
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    algorithms: Vec<SignatureAlgorithm>,
    source: String,
    confidence: Option<Confidence>,
}

/// Whether a rule is in force; every rule is where no time is known.
fn in_force(from: Option<OffsetDateTime>, at: Option<OffsetDateTime>) -> bool {
    from.is_none_or(|from| at.is_none_or(|at| from <= at))
}

impl AlgorithmPolicy {
    /// The default: SHA-1 and RSA below 2048 bits count only where they are proven to be older than
    /// 2014, RSA below 1024 bits never (`crates/pki/data/algorithms.json`).
    pub fn standard() -> Self {
        static ONCE: OnceLock<AlgorithmPolicy> = OnceLock::new();
        ONCE.get_or_init(|| Self::shipped(STANDARD)).clone()
    }

    /// The default with the Vietnamese rule for new signatures: RSASSA-PSS or ECDSA (Circular
    /// 15/2025/TT-BKHCN, `crates/pki/data/algorithms-vn.json`).
    pub fn viet_nam() -> Self {
        static ONCE: OnceLock<AlgorithmPolicy> = OnceLock::new();
        ONCE.get_or_init(|| Self::shipped(VIET_NAM)).clone()
    }

    /// A shipped file; a test reads both. Were one broken, nothing would be trusted.
    fn shipped(text: &str) -> Self {
        Self::from_json(text).unwrap_or_else(|error| AlgorithmPolicy {
            data: Arc::new(Data {
                format: 1,
                name: "broken".to_owned(),
                title: String::new(),
                refuse: [
                    DigestAlgorithm::Sha1,
                    DigestAlgorithm::Sha256,
                    DigestAlgorithm::Sha384,
                    DigestAlgorithm::Sha512,
                ]
                .into_iter()
                .map(|digest| Rule {
                    what: What::Digest(digest),
                    from: None,
                    source: error.to_string(),
                    confidence: None,
                })
                .collect(),
                new_signatures: Vec::new(),
            }),
        })
    }

    /// Reads rules of one's own, in the form of the shipped files.
    ///
    /// # Errors
    /// [`Error::AlgorithmPolicy`] with line and column.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let refused = |reason: String| Error::AlgorithmPolicy { reason };
        let data: Data = serde_json::from_str(text).map_err(|e| refused(e.to_string()))?;
        Self::checked(data).map_err(refused)
    }

    fn checked(data: Data) -> Result<Self, String> {
        if data.format != 1 {
            return Err(format!("format {} is not known", data.format));
        }
        let sources = data.refuse.iter().map(|r| &r.source);
        if sources.chain(data.new_signatures.iter().map(|r| &r.source)).any(String::is_empty) {
            return Err("a rule has no source".to_owned());
        }
        Ok(AlgorithmPolicy { data: Arc::new(data) })
    }

    /// Name of the set of rules.
    pub fn name(&self) -> &str {
        &self.data.name
    }

    /// Whether a digest algorithm is refused for signatures known to exist at `at`. Give a time that
    /// is proven (a timestamp, the present), never one that the signer claims.
    pub fn refuses_digest(&self, digest: DigestAlgorithm, at: OffsetDateTime) -> Option<Refusal> {
        self.digest_refused(digest, Some(at))
    }

    /// As [`AlgorithmPolicy::refuses_digest`]; at any time where none is known.
    pub(crate) fn digest_refused(
        &self,
        digest: DigestAlgorithm,
        at: Option<OffsetDateTime>,
    ) -> Option<Refusal> {
        let rule = self.data.refuse.iter().find(|rule| {
            matches!(rule.what, What::Digest(d) if d == digest) && in_force(rule.from, at)
        })?;
        Some(refusal(digest.name().to_owned(), rule.from, &rule.source, rule.confidence))
    }

    /// Whether signatures with this key, known to exist at `at`, are refused for its size.
    pub fn refuses_key(&self, key: &PublicKey, at: OffsetDateTime) -> Option<Refusal> {
        self.key_refused(key, Some(at))
    }

    /// As [`AlgorithmPolicy::refuses_key`]; at any time where none is known.
    pub(crate) fn key_refused(
        &self,
        key: &PublicKey,
        at: Option<OffsetDateTime>,
    ) -> Option<Refusal> {
        let bits = key.rsa_bits()?;
        let rule = self.data.refuse.iter().find(|rule| {
            matches!(rule.what, What::RsaBitsBelow(least) if bits < least)
                && in_force(rule.from, at)
        })?;
        Some(refusal(key.name(), rule.from, &rule.source, rule.confidence))
    }

    /// Whether a new signature may not be made at `at` with this algorithm and key.
    pub fn refuses_new(
        &self,
        algorithm: SignatureAlgorithm,
        key: &PublicKey,
        at: OffsetDateTime,
    ) -> Option<Refusal> {
        self.unlisted(algorithm.name(), Some(algorithm), at)
            .or_else(|| self.refuses_digest(algorithm.content_digest(), at))
            .or_else(|| self.refuses_key(key, at))
    }

    /// Whether the rule for new signatures does not name the algorithm; one that this crate cannot make is named by none.
    pub(crate) fn unlisted(
        &self,
        name: &str,
        algorithm: Option<SignatureAlgorithm>,
        at: OffsetDateTime,
    ) -> Option<Refusal> {
        // The latest rule in force counts.
        let rules = self.data.new_signatures.iter().filter(|rule| in_force(rule.from, Some(at)));
        let Some(rule) = rules.max_by_key(|rule| rule.from.map(OffsetDateTime::unix_timestamp))
        else {
            return Some(refusal(name.to_owned(), None, "no rule for that time is recorded", None));
        };
        let allowed = algorithm.is_some_and(|a| rule.algorithms.contains(&a))
            && rule.confidence != Some(Confidence::Unverified);
        (!allowed).then(|| refusal(name.to_owned(), rule.from, &rule.source, rule.confidence))
    }

    /// Whether a signature of this scheme, known to exist at `at`, is refused for its digest.
    pub(crate) fn refuses_scheme(&self, scheme: &Scheme, at: OffsetDateTime) -> Option<Refusal> {
        self.refuses_digest(scheme.digest()?, at)
    }
}

fn refusal(
    what: String,
    from: Option<OffsetDateTime>,
    source: &str,
    confidence: Option<Confidence>,
) -> Refusal {
    Refusal { what, since: from.map(crate::instant), source: source.to_owned(), confidence }
}

impl serde::Serialize for AlgorithmPolicy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shipped = [Self::standard(), Self::viet_nam()];
        match shipped.iter().find(|one| *one == self) {
            Some(one) => serializer.serialize_str(one.name()),
            None => self.data.serialize(serializer),
        }
    }
}

impl<'de> serde::Deserialize<'de> for AlgorithmPolicy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrRules)
    }
}

struct NameOrRules;

impl<'de> serde::de::Visitor<'de> for NameOrRules {
    type Value = AlgorithmPolicy;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "the name of rules on algorithms (`standard`, `viet_nam`) or the rules themselves",
        )
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<AlgorithmPolicy, E> {
        let mut shipped = [AlgorithmPolicy::standard(), AlgorithmPolicy::viet_nam()].into_iter();
        shipped.find(|one| one.name() == name).ok_or_else(|| {
            E::custom(format!(
                "no rules on algorithms are called `{name}`; write `standard`, `viet_nam`, or the rules themselves"
            ))
        })
    }

    fn visit_map<M: serde::de::MapAccess<'de>>(self, map: M) -> Result<AlgorithmPolicy, M::Error> {
        use serde::de::Error as _;
        let data = Data::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        AlgorithmPolicy::checked(data).map_err(M::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const OLD: OffsetDateTime = datetime!(2013-12-31 23:59:59 UTC);
    const NEW: OffsetDateTime = datetime!(2014-01-01 0:00 UTC);

    fn p256() -> PublicKey {
        use crate::{der, oid};
        let algorithm = der::sequence(&[&der::oid(oid::EC_PUBLIC_KEY), &der::oid(oid::CURVE_P256)]);
        let bits = der::tlv(der::tag::BIT_STRING, &[&[0, 4], [1; 64].as_slice()].concat());
        PublicKey::from_spki_der(&der::sequence(&[&algorithm, &bits])).unwrap()
    }

    #[test]
    fn shipped_rules_are_read_and_dated() {
        for policy in [AlgorithmPolicy::standard(), AlgorithmPolicy::viet_nam()] {
            assert_ne!(policy.name(), "broken");
            assert_eq!(policy.refuses_digest(DigestAlgorithm::Sha1, OLD), None);
            let refused = policy.refuses_digest(DigestAlgorithm::Sha1, NEW).unwrap();
            assert_eq!(refused.since.as_deref(), Some("2014-01-01T00:00:00Z"));
            assert_eq!(policy.refuses_digest(DigestAlgorithm::Sha256, NEW), None);
        }
    }

    #[test]
    fn every_shipped_rule_says_how_it_was_checked() {
        for policy in [AlgorithmPolicy::standard(), AlgorithmPolicy::viet_nam()] {
            let refuse = policy.data.refuse.iter().map(|r| r.confidence);
            let stated: Vec<_> =
                refuse.chain(policy.data.new_signatures.iter().map(|r| r.confidence)).collect();
            assert!(stated.len() > 3 && stated.iter().all(Option::is_some), "{stated:?}");
            let allowing = policy.data.new_signatures.iter();
            assert!(allowing.clone().all(|r| r.confidence != Some(Confidence::Unverified)));
            let refused = policy.refuses_digest(DigestAlgorithm::Sha1, NEW).unwrap();
            assert_eq!(refused.confidence, Some(Confidence::Secondary));
            assert!(refused.to_string().ends_with("; as others report it)"), "{refused}");
        }
        // Rules of one's own need not say; a word of another list is refused.
        let own = r#"{"format":1,"name":"x","title":"x","refuse":[{"what":{"digest":"sha1"},"source":"x"}],"new_signatures":[]}"#;
        let refused = AlgorithmPolicy::from_json(own).unwrap();
        let refused = refused.refuses_digest(DigestAlgorithm::Sha1, NEW).unwrap();
        assert_eq!((refused.confidence, refused.to_string()), (None, "SHA-1 (x)".to_owned()));
        let other = own.replace(r#""source":"x""#, r#""source":"x","confidence":"sure""#);
        assert_eq!(AlgorithmPolicy::from_json(&other).unwrap_err().code(), "pki.algorithm_policy");
    }

    #[test]
    fn viet_nam_signs_anew_with_pss_or_ecdsa() {
        let key = p256();
        let now = datetime!(2026-11-24 3:00 UTC);
        let (vn, standard) = (AlgorithmPolicy::viet_nam(), AlgorithmPolicy::standard());
        let refused = vn.refuses_new(SignatureAlgorithm::RsaPkcs1Sha256, &key, now).unwrap();
        assert!(refused.source.contains("15/2025/TT-BKHCN"), "{refused}");
        assert_eq!(vn.refuses_new(SignatureAlgorithm::RsaPssSha256, &key, now), None);
        assert_eq!(vn.refuses_new(SignatureAlgorithm::EcdsaP256Sha256, &key, now), None);
        assert!(vn.refuses_new(SignatureAlgorithm::Ed25519, &key, now).is_some());
        let before = datetime!(2025-08-14 0:00 UTC);
        // What was allowed before is not recorded.
        assert!(vn.refuses_new(SignatureAlgorithm::RsaPssSha256, &key, before).is_some());
        assert_eq!(standard.refuses_new(SignatureAlgorithm::RsaPkcs1Sha256, &key, now), None);
    }

    #[test]
    fn rules_without_a_source_or_with_unknown_words_are_refused() {
        let ok = r#"{"format":1,"name":"x","title":"x","refuse":[],"new_signatures":[]}"#;
        assert!(AlgorithmPolicy::from_json(ok).is_ok());
        for bad in [
            ok.replace("\"format\":1", "\"format\":2"),
            ok.replace(
                "\"refuse\":[]",
                "\"refuse\":[{\"what\":{\"digest\":\"sha1\"},\"source\":\"\"}]",
            ),
            ok.replace(
                "\"refuse\":[]",
                "\"refuse\":[{\"what\":{\"digest\":\"md5\"},\"source\":\"x\"}]",
            ),
            ok.replace("\"title\"", "\"titel\""),
        ] {
            assert_eq!(
                AlgorithmPolicy::from_json(&bad).unwrap_err().code(),
                "pki.algorithm_policy"
            );
        }
    }

    #[test]
    fn rules_go_through_json_by_name_or_whole() {
        for (policy, text) in [
            (AlgorithmPolicy::standard(), r#""standard""#),
            (AlgorithmPolicy::viet_nam(), r#""viet_nam""#),
        ] {
            assert_eq!(serde_json::to_string(&policy).unwrap(), text);
            assert_eq!(serde_json::from_str::<AlgorithmPolicy>(text).unwrap(), policy);
        }
        // A set of one's own under a shipped name is not taken for it.
        let own = STANDARD.replace("2014-01-01", "2015-01-01");
        let own = AlgorithmPolicy::from_json(&own).unwrap();
        let text = serde_json::to_string(&own).unwrap();
        assert!(text.starts_with('{'), "{text}");
        assert_eq!(serde_json::from_str::<AlgorithmPolicy>(&text).unwrap(), own);
        assert!(serde_json::from_str::<AlgorithmPolicy>(r#""any""#).is_err());
        assert!(serde_json::from_str::<AlgorithmPolicy>("null").is_err());
    }
}
