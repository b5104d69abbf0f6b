//! Dossiers: the assessments they were given, and how their results were handed over.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::log::{Added, New, check_id};
use crate::sql::{one, values};
use crate::{Error, Session};

/// How a copy reached its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The copy's identifier.
    pub copy_id: String,
    /// Where to: `personal_store`, `email`, `counter`.
    pub channel: String,
}

/// A dossier's identifier inside a subject, where a slash parts it from what follows.
fn part(dossier: &str) -> String {
    dossier.replace('%', "%25").replace('/', "%2F")
}

fn uses(dossier: &str, assessment: &str) -> String {
    format!("dossier/{}/uses/{assessment}", part(dossier))
}

fn orders(dossier: &str, assessment: &str) -> String {
    format!("dossier/{}/orders/{assessment}", part(dossier))
}

impl Session<'_> {
    /// Keeps an assessment as it was given, JSON, under an identifier of the caller's. The same twice adds nothing.
    ///
    /// # Errors
    /// [`Error::FingerprintReused`] when the identifier stands for another assessment; [`Error::BadIdentifier`].
    pub fn give_assessment(
        &mut self,
        dossier: &str,
        id: &str,
        assessment: &str,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("assessment", id)?;
        self.for_dossier(dossier)?;
        let (subject, fingerprint) =
            (format!("dossier/{}", part(dossier)), format!("assessment/{id}"));
        self.append(
            New {
                kind: "assessment.given",
                subject: &subject,
                fingerprint: &fingerprint,
                body: assessment,
            },
            now,
        )
    }

    /// The assessment a dossier was given under this identifier, JSON.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn assessment(&mut self, dossier: &str, id: &str) -> Result<Option<String>, Error> {
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![format!("dossier/{}", part(dossier)), format!("assessment/{id}")],
        )?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Keeps that a request rests on an assessment, which carries at most so many. The same request twice adds nothing; one whose
    /// number was voided no longer weighs, since nobody got a copy for that money.
    ///
    /// # Errors
    /// [`Error::AssessmentUsed`] when it carries no more.
    pub fn use_assessment(
        &mut self,
        dossier: &str,
        assessment: &str,
        request: &str,
        most: u32,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("assessment", assessment)?;
        check_id("request", request)?;
        self.for_dossier(dossier)?;
        let subject = uses(dossier, assessment);
        let used = one(
            self.sql,
            "SELECT count(*), coalesce(max(CASE WHEN fingerprint = ?1 THEN 1 ELSE 0 END), 0) \
             FROM log WHERE subject = ?2 AND (fingerprint = ?1 \
             OR NOT EXISTS (SELECT 1 FROM register_entry r WHERE r.request = log.fingerprint) \
             OR EXISTS (SELECT 1 FROM register_entry r WHERE r.request = log.fingerprint AND r.state <> 'voided'))",
            &values![request, subject.as_str()],
        )?;
        let (count, known) = match &used {
            Some(row) => (row.number::<u32>(0)?, row.integer(1)? == 1),
            None => (0, false),
        };
        if !known && count >= most {
            return Err(Error::AssessmentUsed { assessment: assessment.to_owned(), most });
        }
        self.append(
            New { kind: "assessment.used", subject: &subject, fingerprint: request, body: "{}" },
            now,
        )
    }

    /// Whether a request rests on this assessment already.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn uses_assessment(
        &mut self,
        dossier: &str,
        assessment: &str,
        request: &str,
    ) -> Result<bool, Error> {
        Ok(self.dossier_of(&uses(dossier, assessment), request)?.is_some())
    }

    /// Keeps that an order is to pay an assessment. The same twice adds nothing.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`].
    pub fn order_for(
        &mut self,
        dossier: &str,
        assessment: &str,
        order: &str,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("assessment", assessment)?;
        check_id("order", order)?;
        self.for_dossier(dossier)?;
        let subject = orders(dossier, assessment);
        self.append(
            New { kind: "assessment.ordered", subject: &subject, fingerprint: order, body: "{}" },
            now,
        )
    }

    /// The orders that were to pay an assessment, oldest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn orders_for(&mut self, dossier: &str, assessment: &str) -> Result<Vec<String>, Error> {
        let rows = self.sql.query(
            "SELECT fingerprint FROM log WHERE subject = ?1 ORDER BY seq",
            &values![orders(dossier, assessment)],
        )?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// The dossier an order belongs to; empty where it was kept for none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn order_dossier(&mut self, order: &str) -> Result<Option<String>, Error> {
        let row =
            one(self.sql, "SELECT dossier FROM order_state WHERE order_id = ?1", &values![order])?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Keeps that a copy was handed over. The same way twice adds nothing.
    ///
    /// # Errors
    /// [`Error::NoCopy`], [`Error::CopyAnnulled`].
    pub fn deliver(&mut self, delivery: &Delivery, now: OffsetDateTime) -> Result<Added, Error> {
        check_id("channel", &delivery.channel)?;
        let standing = self
            .copy(&delivery.copy_id)?
            .ok_or_else(|| Error::NoCopy { copy_id: delivery.copy_id.clone() })?;
        let body = serde_json::to_string(delivery)
            .map_err(|e| Error::Damaged { problem: e.to_string() })?;
        let subject = format!("copy/{}", delivery.copy_id);
        let fingerprint = format!("delivered/{}", delivery.channel);
        if standing.annulled && self.dossier_of(&subject, &fingerprint)?.is_none() {
            return Err(Error::CopyAnnulled { copy_id: delivery.copy_id.clone() });
        }
        let dossier = self.dossier_of(&subject, "issued")?.unwrap_or_default();
        let new = New {
            kind: "copy.delivered",
            subject: &subject,
            fingerprint: &fingerprint,
            body: &body,
        };
        self.within_dossier(dossier, |session| session.append(new, now))
    }
}
