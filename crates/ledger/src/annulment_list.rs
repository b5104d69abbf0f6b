//! The list of annulments that verifiers take along offline: one bit a number of a register's year, compressed, dated and signed, as
//! an IETF Token Status List (draft-ietf-oauth-status-list-19) in a JWT. How it is judged is for the verifier.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::json;
use time::OffsetDateTime;

use crate::checkpoint::CheckpointKey;
use crate::register::Series;
use crate::sql::values;
use crate::{Error, Session};

/// The draft's §4.1 recommends the highest level.
const LEVEL: u8 = 9;

/// A list of annulments, not yet signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnulmentList {
    /// Where it is published, and what it is called: the claim `sub`.
    pub uri: String,
    /// The register.
    pub series: Series,
    /// Its year.
    pub year: i32,
    /// As of when.
    pub issued_at: OffsetDateTime,
    /// Until when it may be relied on.
    pub expires_at: OffsetDateTime,
    /// By number: whether a copy that carries it is not to be trusted. Number 0 is never given.
    pub withdrawn: Vec<bool>,
}

impl AnnulmentList {
    /// The bits as the draft packs them, one a status, the first in the lowest bit (§4.1).
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0_u8; self.withdrawn.len().div_ceil(8)];
        for (byte, bits) in bytes.iter_mut().zip(self.withdrawn.chunks(8)) {
            for (place, withdrawn) in bits.iter().enumerate() {
                *byte |= u8::from(*withdrawn) << place;
            }
        }
        bytes
    }

    /// The claims of the token (§5.1): `sub`, `iat`, `exp`, `ttl`, `status_list`; beside them `agency`, `act_code` and `year`, which
    /// bind the list to its register. The index of a copy is its number.
    pub fn claims(&self) -> String {
        let list = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&self.bytes(), LEVEL));
        let (iat, exp) = (self.issued_at.unix_timestamp(), self.expires_at.unix_timestamp());
        json!({
            "sub": self.uri,
            "iat": iat,
            "exp": exp,
            "ttl": exp.saturating_sub(iat),
            "status_list": {"bits": 1, "lst": list},
            "agency": self.series.agency,
            "act_code": self.series.kind,
            "year": self.year,
        })
        .to_string()
    }

    /// What is signed, for a key of any kind: `header` is the JWS header without `typ`, such as `{"alg":"ES256","x5c":[…]}`.
    /// Join the signature to it with a point (RFC 7515 §3.1).
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] where the header is no JSON object.
    pub fn signing_input(&self, header: &str) -> Result<String, Error> {
        let bad = |problem: String| Error::BadCheckpoint { problem };
        let mut header: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(header).map_err(|e| bad(format!("the header: {e}")))?;
        header.insert("typ".to_owned(), json!("statuslist+jwt"));
        let header = serde_json::Value::from(header).to_string();
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(self.claims())))
    }

    /// The token signed with an Ed25519 key (RFC 8037); `kid` is the key's name.
    ///
    /// # Errors
    /// None in practice; as [`AnnulmentList::signing_input`].
    pub fn sign(&self, key: &CheckpointKey) -> Result<String, Error> {
        let header = json!({"alg": "EdDSA", "kid": key.name()}).to_string();
        let input = self.signing_input(&header)?;
        let signature = URL_SAFE_NO_PAD.encode(key.signature(input.as_bytes()));
        Ok(format!("{input}.{signature}"))
    }
}

impl Session<'_> {
    /// The list of a register's year as it stands: numbers whose copy was annulled, and numbers that were voided, which no copy may
    /// carry.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`]; [`Error::ListWindow`] where it would end before it begins.
    pub fn annulment_list(
        &mut self,
        series: &Series,
        year: i32,
        uri: &str,
        now: OffsetDateTime,
        expires_at: OffsetDateTime,
    ) -> Result<AnnulmentList, Error> {
        series.check()?;
        crate::log::check_id("uri", uri)?;
        if expires_at <= now {
            return Err(Error::ListWindow { expires_at: crate::instant::instant(expires_at)? });
        }
        let mut withdrawn = vec![false];
        let mut mark = |number: u32, value: bool| {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            if withdrawn.len() <= number {
                withdrawn.resize(number.saturating_add(1), false);
            }
            if let Some(bit) = withdrawn.get_mut(number) {
                *bit |= value;
            }
        };
        let of = values![series.agency.as_str(), series.kind.as_str(), year];
        for (statement, column) in [
            (
                "SELECT number, CASE WHEN state = 'voided' THEN 1 ELSE 0 END FROM register_entry \
                 WHERE agency = ?1 AND kind = ?2 AND year = ?3",
                1,
            ),
            (
                "SELECT number, annulled FROM issued_copy \
                 WHERE agency = ?1 AND kind = ?2 AND year = ?3 AND annulled = 1",
                1,
            ),
        ] {
            for row in self.sql.query(statement, &of)? {
                mark(row.number(0)?, row.integer(column)? == 1);
            }
        }
        Ok(AnnulmentList {
            uri: uri.to_owned(),
            series: series.clone(),
            year,
            issued_at: now,
            expires_at,
            withdrawn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    /// The example of §4.1 and §4.2: sixteen statuses of one bit.
    #[test]
    fn the_drafts_own_example() {
        let statuses = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        let list = AnnulmentList {
            uri: "https://example.com/statuslists/1".into(),
            series: Series { agency: "H99.1".into(), kind: "SCT/BS".into() },
            year: 2026,
            issued_at: OffsetDateTime::UNIX_EPOCH,
            expires_at: OffsetDateTime::UNIX_EPOCH,
            withdrawn: statuses.iter().map(|bit| *bit == 1).collect(),
        };
        assert_eq!(list.bytes(), [0xb9, 0xa3]);
        let claims: serde_json::Value = serde_json::from_str(&list.claims()).unwrap_or_default();
        let ours = claims["status_list"]["lst"].as_str().unwrap_or_default();
        for text in ["eNrbuRgAAhcBXQ", ours] {
            let packed = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
            assert_eq!(decompress_to_vec_zlib(&packed).unwrap_or_default(), [0xb9, 0xa3], "{text}");
        }
    }
}
