//! Certified copies that were issued, and those an agency withdrew (Circular 01/2020/TT-BTP Art. 7).

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::log::{New, check_id, check_reason};
use crate::register::Series;
use crate::sql::{Value, one, values};
use crate::{Error, Session};

/// What the record keeps of an issued copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedCopy {
    /// SHA-256 of the file, hexadecimal.
    pub copy_sha256: String,
    /// The copy's own identifier.
    pub copy_id: String,
    /// Who signed, in order.
    pub signers: Vec<String>,
    /// When it was signed, as the signatures say.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
}

/// A withdrawal: the decision that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annulment {
    /// The copy's identifier.
    pub copy_id: String,
    /// The decision's number.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// The decision's day, `2026-11-24`.
    pub decided_on: String,
}

/// The body of `copy.issued`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyFact {
    pub agency: String,
    pub kind: String,
    pub year: i32,
    pub number: u32,
    pub position: u64,
    pub copy: IssuedCopy,
}

impl CopyFact {
    /// The columns of its row: hash, agency, kind, year, number, position.
    pub fn columns(&self) -> [Value; 6] {
        values![
            self.copy.copy_sha256.as_str(),
            self.agency.as_str(),
            self.kind.as_str(),
            self.year,
            self.number,
            i64::try_from(self.position).unwrap_or(i64::MAX),
        ]
    }
}

/// Where an issued copy stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyStanding {
    /// Its register.
    pub series: Series,
    /// Its year.
    pub year: i32,
    /// Its number.
    pub number: u32,
    /// Its place among the agency's copies, from 0.
    pub position: u64,
    /// Whether it was withdrawn.
    pub annulled: bool,
    /// What was issued.
    pub copy: IssuedCopy,
}

impl Session<'_> {
    /// Completes a reserved number with the copy that carries it. Saying the same twice adds nothing.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::EntryClosed`]; [`Error::CopyKnown`] when the file or its identifier belongs to another number.
    pub fn issue_copy(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        copy: &IssuedCopy,
        now: OffsetDateTime,
    ) -> Result<CopyStanding, Error> {
        check_id("copy_id", &copy.copy_id)?;
        for signer in &copy.signers {
            check_id("signer", signer)?;
        }
        if let Some(before) = self.copy(&copy.copy_id)? {
            let same = before.copy == *copy
                && (&before.series, before.year, before.number) == (series, year, number);
            return if same {
                Ok(before)
            } else {
                Err(Error::CopyKnown { copy_id: copy.copy_id.clone() })
            };
        }
        let taken = one(
            self.sql,
            "SELECT copy_id FROM issued_copy WHERE copy_sha256 = ?1",
            &values![copy.copy_sha256.as_str()],
        )?;
        if let Some(row) = taken {
            return Err(Error::CopyKnown { copy_id: row.text(0)? });
        }
        self.whole(|session| session.issue_new_copy(series, year, number, copy, now))
    }

    fn issue_new_copy(
        &mut self,
        series: &Series,
        year: i32,
        number: u32,
        copy: &IssuedCopy,
        now: OffsetDateTime,
    ) -> Result<CopyStanding, Error> {
        self.complete(series, year, number, &copy.copy_sha256, now)?;
        let next = one(
            self.sql,
            "SELECT coalesce(max(position) + 1, 0) FROM issued_copy WHERE agency = ?1",
            &values![series.agency.as_str()],
        )?;
        let position: i64 = next.map_or(Ok(0), |row| row.integer(0))?;
        let fact = CopyFact {
            agency: series.agency.clone(),
            kind: series.kind.clone(),
            year,
            number,
            position: u64::try_from(position).unwrap_or_default(),
            copy: copy.clone(),
        };
        let body = self.insert_copy(&fact, false)?;
        let subject = format!("copy/{}", copy.copy_id);
        self.append(
            New { kind: "copy.issued", subject: &subject, fingerprint: "issued", body: &body },
            now,
        )?;
        Ok(CopyStanding {
            series: series.clone(),
            year,
            number,
            position: fact.position,
            annulled: false,
            copy: copy.clone(),
        })
    }

    /// Writes the row of a copy; gives its body.
    pub(crate) fn insert_copy(&mut self, fact: &CopyFact, annulled: bool) -> Result<String, Error> {
        let body =
            serde_json::to_string(fact).map_err(|e| Error::Damaged { problem: e.to_string() })?;
        self.execute(
            "INSERT INTO issued_copy (copy_sha256, agency, kind, year, number, position, copy_id, annulled, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            &[
                &fact.columns()[..],
                &values![fact.copy.copy_id.as_str(), i64::from(annulled), body.as_str()],
            ]
            .concat(),
        )?;
        Ok(body)
    }

    /// The copy of this identifier.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn copy(&mut self, copy_id: &str) -> Result<Option<CopyStanding>, Error> {
        let row = one(
            self.sql,
            "SELECT body, annulled FROM issued_copy WHERE copy_id = ?1",
            &values![copy_id],
        )?;
        row.map(|row| standing(&row.text(0)?, row.integer(1)? == 1)).transpose()
    }

    /// Withdraws a copy. The same decision twice adds nothing.
    ///
    /// # Errors
    /// [`Error::NoCopy`]; [`Error::FingerprintReused`] when it was withdrawn by another decision; [`Error::BadDate`].
    pub fn annul(&mut self, annulment: &Annulment, now: OffsetDateTime) -> Result<(), Error> {
        check_id("decision", &annulment.decision)?;
        check_reason(&annulment.reason)?;
        let form = time::macros::format_description!("[year]-[month]-[day]");
        if Date::parse(&annulment.decided_on, form).is_err() {
            return Err(Error::BadDate { got: annulment.decided_on.clone() });
        }
        if self.copy(&annulment.copy_id)?.is_none() {
            return Err(Error::NoCopy { copy_id: annulment.copy_id.clone() });
        }
        let body = serde_json::to_string(annulment)
            .map_err(|e| Error::Damaged { problem: e.to_string() })?;
        let subject = format!("copy/{}", annulment.copy_id);
        // It belongs to the dossier the copy was issued for, whoever withdraws it.
        let dossier = self.dossier_of(&subject, "issued")?.unwrap_or_default();
        let new =
            New { kind: "copy.annulled", subject: &subject, fingerprint: "annulled", body: &body };
        self.whole(|session| {
            session.within_dossier(dossier, |session| session.append(new, now))?;
            session.mark_annulled(&annulment.copy_id)
        })
    }

    pub(crate) fn mark_annulled(&mut self, copy_id: &str) -> Result<(), Error> {
        self.execute("UPDATE issued_copy SET annulled = 1 WHERE copy_id = ?1", &values![copy_id])?;
        Ok(())
    }

    /// The decision that withdrew a copy.
    pub(crate) fn annulment_of(&mut self, copy_id: &str) -> Result<Annulment, Error> {
        let subject = format!("copy/{copy_id}");
        let entry = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = 'annulled'",
            &values![subject.as_str()],
        )?;
        let damaged = |what: &str| Error::Damaged { problem: format!("{subject}: {what}") };
        let body = entry.ok_or_else(|| damaged("no decision withdraws it"))?.text(0)?;
        serde_json::from_str(&body).map_err(|e| damaged(&e.to_string()))
    }
}

pub(crate) fn standing(body: &str, annulled: bool) -> Result<CopyStanding, Error> {
    let fact: CopyFact = serde_json::from_str(body)
        .map_err(|e| Error::Damaged { problem: format!("an issued copy: {e}") })?;
    Ok(CopyStanding {
        series: Series { agency: fact.agency, kind: fact.kind },
        year: fact.year,
        number: fact.number,
        position: fact.position,
        annulled,
        copy: fact.copy,
    })
}
