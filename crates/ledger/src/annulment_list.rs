//! The list of annulments that verifiers take along offline: one bit a number of a register's year, compressed and dated, as the claims
//! of an IETF Token Status List (draft-ietf-oauth-status-list-19). The agency's key signs them, and a verifier judges them, in
//! `motcua-copies`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use crate::register::Series;
use crate::sql::values;
use crate::{Annulment, Error, Session};

/// The draft's §4.1 recommends the highest level.
const LEVEL: u8 = 9;
/// A list goes on to a multiple of this, at least half as much behind the last number: copies made while it counts lie within it, and
/// its length tells nobody how many there are. Unmarked numbers cost next to nothing, compressed.
const ROOM: usize = 2_048;

/// The decision that withdrew a copy, as the list publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedDecision {
    /// Its day, `2026-11-24`.
    pub on: String,
    /// Its number.
    pub decision: String,
}

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
    /// By number: the decision. Numbers that were voided have none.
    pub decisions: BTreeMap<u32, PublishedDecision>,
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

    /// The claims of the token, JSON (§5.1): `sub`, `iat`, `exp`, `ttl`, `status_list`; beside them `agency_id`, `act_code` and
    /// `year`, which bind the list to its register, and `decisions`. The index of a copy is its number.
    pub fn claims(&self) -> String {
        let list = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&self.bytes(), LEVEL));
        let (iat, exp) = (self.issued_at.unix_timestamp(), self.expires_at.unix_timestamp());
        json!({
            "sub": self.uri,
            "iat": iat,
            "exp": exp,
            "ttl": exp.saturating_sub(iat),
            "status_list": {"bits": 1, "lst": list},
            "agency_id": self.series.agency,
            "act_code": self.series.kind,
            "year": self.year,
            "decisions": self.decisions,
        })
        .to_string()
    }
}

impl Session<'_> {
    /// The list of a register's year as it stands: numbers whose copy was annulled, and numbers that were voided, which no copy may
    /// carry.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`]; [`Error::ListWindow`] where it would end before it begins;
    /// [`Error::Damaged`] where a withdrawn copy has no decision in the log.
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
        if expires_at.unix_timestamp() <= now.unix_timestamp() {
            return Err(Error::ListWindow { expires_at: crate::instant::instant(expires_at)? });
        }
        let of = values![series.agency.as_str(), series.kind.as_str(), year];
        let numbers = self.sql.query(
            "SELECT number, CASE WHEN state = 'voided' THEN 1 ELSE 0 END FROM register_entry \
             WHERE agency = ?1 AND kind = ?2 AND year = ?3",
            &of,
        )?;
        let annulled = self.sql.query(
            "SELECT number, copy_id FROM issued_copy \
             WHERE agency = ?1 AND kind = ?2 AND year = ?3 AND annulled = 1 ORDER BY number",
            &of,
        )?;
        let mut marked = Vec::new();
        let mut last = 0_usize;
        for row in &numbers {
            let number = row.number(0)?;
            last = last.max(number);
            if row.integer(1)? == 1 {
                marked.push(number);
            }
        }
        let mut decisions = BTreeMap::new();
        for row in &annulled {
            let Annulment { decision, decided_on: on, .. } = self.annulment_of(&row.text(1)?)?;
            decisions.insert(row.number(0)?, PublishedDecision { on, decision });
            marked.push(row.number(0)?);
        }
        let mut withdrawn = vec![false; (last + 1 + ROOM / 2).next_multiple_of(ROOM)];
        for number in marked {
            if let Some(bit) = withdrawn.get_mut(number) {
                *bit = true;
            }
        }
        Ok(AnnulmentList {
            uri: uri.to_owned(),
            series: series.clone(),
            year,
            issued_at: now,
            expires_at,
            withdrawn,
            decisions,
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
            decisions: BTreeMap::new(),
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
