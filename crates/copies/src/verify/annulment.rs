//! Lists of annulled copies (Circular 01/2020/TT-BTP Art. 7): an IETF Token Status List (draft-ietf-oauth-status-list-19) for a year of
//! a register, signed by the agency, dated, checked without a network. What a list says is data; who may sign it is checked like any
//! signature.
//!
//! A copy's index in the list is its number in the register. Where the draft has the token name its list (§6.1 `uri` and `idx`), a copy
//! names its register on every page, so the list says whose it is: beside `sub`, `iat`, `exp`, `ttl` and `status_list` its claims are
//! `agency_id`, `act_code` and `year`, equal to the copy's, and `decisions`, an object from number to `{"on", "decision"}`: an
//! annulment is published with its decision. The bits alone decide; a number marked without a decision is annulled all the same.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use motcua_pki::path::{self, Anchor, Profile, RevocationMaterial};
use motcua_pki::{Certificate, Effect, Memo, Signer, SigningRules, jws};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::content::fold;
use crate::facts::{CopyFacts, VIET_NAM, date};

/// Characters of a list: a large city annuls a few hundred copies a year, at about 200 bytes each, beside a bit a number.
const MOST_BYTES: usize = 8 << 20;
/// Bytes of statuses, unpacked: eight million numbers of one register in a year, where a ward gives some ten thousand.
const MOST_STATUSES: usize = 1 << 20;
/// The draft's §5.1 media type, without `application/`.
const TYPE: &str = "statuslist+jwt";

/// A list as it travels: the signed token, text. In JSON it is a string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedAnnulments(String);

impl SignedAnnulments {
    /// Signs a list's claims with the agency's key at the time it was made, under Viet Nam's rules on algorithms; the chain travels
    /// with it (`x5c`).
    ///
    /// # Errors
    /// What the signer, its certificate or the rules make impossible.
    pub fn sign(
        claims: &str,
        made: OffsetDateTime,
        signer: &dyn Signer,
    ) -> Result<Self, motcua_pki::Error> {
        Self::sign_under(claims, &SigningRules::viet_nam(made), signer)
    }

    /// As [`SignedAnnulments::sign`], under other rules on algorithms.
    ///
    /// # Errors
    /// As [`SignedAnnulments::sign`].
    pub fn sign_under(
        claims: &str,
        rules: &SigningRules,
        signer: &dyn Signer,
    ) -> Result<Self, motcua_pki::Error> {
        jws::sign(TYPE, claims.as_bytes(), rules, signer).map(Self)
    }

    /// A list that was signed elsewhere or before; it is judged when a copy is looked up in it.
    pub fn from_token(token: &str) -> Self {
        Self(token.trim().to_owned())
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.0
    }
}

/// What a list says. Claims it has besides are passed over (RFC 7519 §4).
#[derive(Deserialize)]
struct Claims {
    /// What the list is called, mostly where it is published.
    sub: String,
    /// Seconds since 1970: when it was made, until when it counts, and for how long.
    iat: i64,
    exp: Option<i64>,
    ttl: Option<u32>,
    status_list: StatusList,
    agency_id: String,
    act_code: String,
    year: u16,
    #[serde(default)]
    decisions: BTreeMap<u32, Decision>,
}

#[derive(Deserialize)]
struct StatusList {
    /// Bits of a status: 1, 2, 4 or 8.
    bits: u32,
    /// The statuses, packed.
    lst: String,
}

#[derive(Deserialize)]
struct Decision {
    #[serde(with = "date")]
    on: Date,
    decision: String,
}

/// A withdrawal, as it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Annulled {
    /// The copy.
    pub copy_id: String,
    /// Date of the decision; where the list names none, the day the list was made.
    pub on: Date,
    /// The decision; where the list names none, the list and the number.
    pub decision: String,
}

/// What the lists say of a copy.
pub(super) enum Status {
    /// None of them is its register's.
    NoList,
    /// Its register's list cannot be used.
    Unusable(String),
    /// Not withdrawn by any list that counts.
    Standing,
    /// Withdrawn.
    Annulled(Annulled),
}

/// Whom a list may be signed by, and as of when it is judged.
pub(super) struct Trust<'t> {
    pub anchors: &'t [Anchor],
    pub certificates: &'t [Certificate],
    pub material: &'t RevocationMaterial,
    pub profile: &'t Profile,
    pub at: OffsetDateTime,
    pub memo: &'t Memo,
}

/// Looks a copy up. A list that says "annulled" outweighs one that does not.
pub(super) fn look_up(lists: &[SignedAnnulments], facts: &CopyFacts, trust: &Trust<'_>) -> Status {
    let mut status = Status::NoList;
    for list in lists {
        match one(list, facts, trust) {
            Ok(None) => {}
            Ok(Some(Some(annulled))) => return Status::Annulled(annulled),
            Ok(Some(None)) => status = Status::Standing,
            Err(problem) => {
                if !matches!(status, Status::Standing) {
                    status = Status::Unusable(problem);
                }
            }
        }
    }
    status
}

fn unread(problem: &dyn std::fmt::Display) -> String {
    format!("its claims or statuses cannot be read: {problem}")
}

/// `None` when the list is another register's.
fn one(
    signed: &SignedAnnulments,
    facts: &CopyFacts,
    trust: &Trust<'_>,
) -> Result<Option<Option<Annulled>>, String> {
    let token = jws::verify(&signed.0, MOST_BYTES).map_err(|e| format!("{e} ({})", e.code()))?;
    // §8.3, second step: the type, then the claims.
    if token.typ != TYPE && token.typ != format!("application/{TYPE}") {
        return Err(format!("it is a {}, not a {TYPE}", token.typ));
    }
    let list: Claims = serde_json::from_slice(&token.payload).map_err(|e| unread(&e))?;
    let register = &facts.register;
    if (&list.agency_id, &list.act_code, list.year)
        != (&facts.agency_id, &register.act_code, register.year)
    {
        return Ok(None);
    }
    // Nothing proves that the list is older than this check.
    let digest = token.algorithm.content_digest();
    if let Some(refusal) = trust.profile.algorithms.refuses_digest(digest, trust.at) {
        return Err(refusal.to_string());
    }
    signed_by_agency(&token.chain, facts, trust)?;
    let made = OffsetDateTime::from_unix_timestamp(list.iat).map_err(|e| unread(&e))?;
    let status = status(&list.status_list, register.number)?;
    // A copy that was withdrawn stays so, however old the list. §7.1: 1 is INVALID.
    if status == Some(1) {
        let named = list.decisions.get(&register.number);
        return Ok(Some(Some(Annulled {
            copy_id: facts.copy_id.clone(),
            on: named.map_or_else(|| made.to_offset(VIET_NAM).date(), |d| d.on),
            decision: named.map_or_else(
                || format!("{} ({})", list.sub, register.number),
                |d| d.decision.clone(),
            ),
        })));
    }
    fresh(&list, made, trust.at)?;
    match status {
        Some(0) => Ok(Some(None)),
        Some(other) => Err(format!("it gives number {} the status {other}", register.number)),
        // §8.3: what lies outside the list is not judged by it.
        None => Err(format!("it does not go as far as number {}", register.number)),
    }
}

/// The agency's own certificate, trusted at the time of the check.
fn signed_by_agency(
    chain: &[Certificate],
    facts: &CopyFacts,
    trust: &Trust<'_>,
) -> Result<(), String> {
    let (signer, above) = chain.split_first().ok_or("its signer is not known")?;
    let certificates = [above, trust.certificates].concat();
    let path = path::validate_with(
        signer,
        &certificates,
        trust.anchors,
        trust.at,
        trust.profile,
        trust.material,
        trust.memo,
    );
    if let Some(refusal) = trust.profile.algorithms.refuses_key(signer.public_key(), trust.at) {
        return Err(refusal.to_string());
    }
    if let Some(finding) = path.findings.iter().find(|f| f.kind.effect() != Effect::Notes) {
        return Err(finding.to_string());
    }
    if signer.subject().organization().map(fold) != Some(fold(&facts.agency)) {
        return Err(format!("{} signed it, not the agency", signer.subject()));
    }
    Ok(())
}

/// Whether the list counts at this time. `ttl` runs from when a list was fetched, which a file does not say: it is counted from when the
/// list was made, the earliest it can have been. A list that names no end cannot be known to be fresh.
fn fresh(list: &Claims, made: OffsetDateTime, at: OffsetDateTime) -> Result<(), String> {
    let after = list.ttl.map(|ttl| list.iat.saturating_add(ttl.into()));
    let end = [list.exp, after].into_iter().flatten().min().ok_or("it names no end (exp, ttl)")?;
    let end = OffsetDateTime::from_unix_timestamp(end).map_err(|e| unread(&e))?;
    if made > at || end < at {
        let (from, to) = (super::report::instant(made), super::report::instant(end));
        return Err(format!("it counts from {from} to {to}"));
    }
    Ok(())
}

/// The status of a number (§4.1, §4.2); `None` behind the list's end.
fn status(list: &StatusList, number: u32) -> Result<Option<u8>, String> {
    if !matches!(list.bits, 1 | 2 | 4 | 8) {
        return Err(unread(&format!("a status of {} bits is none", list.bits)));
    }
    let packed = URL_SAFE_NO_PAD.decode(&list.lst).map_err(|e| unread(&format!("lst: {e}")))?;
    let statuses = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, MOST_STATUSES)
        .map_err(|e| unread(&format!("lst: {e}")))?;
    let per_byte = 8 / list.bits;
    let byte = usize::try_from(number / per_byte).ok().and_then(|place| statuses.get(place));
    let mask = u8::MAX >> (8 - list.bits);
    Ok(byte.map(|byte| byte >> (number % per_byte * list.bits) & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bits: u32, lst: &str) -> Vec<u8> {
        let list = StatusList { bits, lst: lst.to_owned() };
        (0..100).map_while(|number| status(&list, number).unwrap_or_default()).collect()
    }

    /// The draft's own examples (§4.2): sixteen statuses of one bit, twelve of two.
    #[test]
    fn the_drafts_own_lists() {
        let one = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        assert_eq!(of(1, "eNrbuRgAAhcBXQ"), one);
        assert_eq!(of(2, "eNo76fITAAPfAgc"), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn what_is_no_list_of_statuses_is_refused() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; MOST_STATUSES + 1], 9);
        let cut = miniz_oxide::deflate::compress_to_vec_zlib(&[7; 64], 9);
        for (bits, lst) in [
            (3, "eNrbuRgAAhcBXQ".to_owned()),
            (0, "eNrbuRgAAhcBXQ".to_owned()),
            (1, "eNrbuRgAAhcBXQ==".to_owned()),
            (1, "eNrbuRgAAhcBXA".to_owned()),
            (1, URL_SAFE_NO_PAD.encode(&bomb)),
            (1, URL_SAFE_NO_PAD.encode(cut.get(..cut.len() - 5).unwrap_or_default())),
        ] {
            assert!(status(&StatusList { bits, lst: lst.clone() }, 0).is_err(), "{bits} {lst}");
        }
    }
}
