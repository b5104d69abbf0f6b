//! Orders and notices: every record of an order becomes an entry of the log; how the order stands is kept beside it. What records
//! mean is for `motcua-payments`.

use motcua_payments::Dong;
use motcua_payments::order::{Order, Record, RefundState};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::log::{Added, New, check_id};
use crate::sql::{one, values};
use crate::{Error, Session};

/// What the log keeps of a step of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderFact {
    pub record: Record,
    /// The whole order after this step; only with the last step of a change.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order: Option<Order>,
}

/// What the log keeps of a refund's step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundFact {
    pub order: String,
    pub amount: Dong,
}

pub(crate) fn order_of(body: &str) -> Result<Order, Error> {
    serde_json::from_str(body).map_err(|e| Error::Damaged { problem: format!("an order: {e}") })
}

impl Session<'_> {
    /// Keeps an order as it stands now: its records since the last time become entries. Keeping the same twice adds nothing.
    ///
    /// # Errors
    /// [`Error::OrderChanged`] when another process recorded something meanwhile: load the order and repeat the step on it.
    /// [`Error::OrderUnsound`] when its records do not chain. [`Error::ReferenceTaken`] and [`Error::TransactionCounted`] when what
    /// it was sent under, or paid with, belongs to another order.
    pub fn save_order(&mut self, order: &Order, now: OffsetDateTime) -> Result<Added, Error> {
        self.whole(|session| session.keep_order(order, now))
    }

    fn keep_order(&mut self, order: &Order, now: OffsetDateTime) -> Result<Added, Error> {
        let unsound =
            |problem: String| Error::OrderUnsound { order: order.id().to_owned(), problem };
        order.check_records().map_err(|e| unsound(e.to_string()))?;
        let body = serde_json::to_string(order).map_err(|e| unsound(e.to_string()))?;
        let row = one(
            self.sql,
            "SELECT records, body, dossier FROM order_state WHERE order_id = ?1",
            &values![order.id()],
        )?;
        let (known, before) = match &row {
            Some(row) => (row.number::<usize>(0)?, Some(order_of(&row.text(1)?)?)),
            None => (0, None),
        };
        let changed = || Error::OrderChanged { order: order.id().to_owned() };
        let new = order.records().get(known..).ok_or_else(changed)?;
        if let Some(before) = &before
            && before.records() != order.records().get(..known).unwrap_or_default()
        {
            return Err(changed());
        }
        let Some(last) = new.last() else {
            // Nothing happened since: then nothing else may differ either.
            return match before {
                Some(before) if before == *order => Ok(Added::Before(self.size())),
                _ => Err(changed()),
            };
        };
        let dossier = match &row {
            // An order stays with the dossier it was opened for.
            Some(row) => row.text(2)?,
            None => self.dossier.clone(),
        };
        let subject = format!("order/{}", order.id());
        let added = self.within_dossier(dossier.clone(), |session| {
            session.claim(order, before.as_ref(), now)?;
            let mut added = Added::Before(session.size());
            for record in new {
                let whole = (record == last).then(|| order.clone());
                let fact = OrderFact { record: record.clone(), order: whole };
                let text = serde_json::to_string(&fact).map_err(|e| unsound(e.to_string()))?;
                let kind = format!("order.{}", record.to.name());
                added = session.append(
                    New { kind: &kind, subject: &subject, fingerprint: &record.hash, body: &text },
                    now,
                )?;
            }
            Ok(added)
        })?;
        self.put_order(order.id(), &dossier, order, &body, before.is_some())?;
        Ok(added)
    }

    /// Takes the references and transactions that are new in an order: each stands for one order of the whole record.
    fn claim(
        &mut self,
        order: &Order,
        before: Option<&Order>,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let body = serde_json::json!({"order": order.id()}).to_string();
        let sent = before.map_or(0, |b| b.attempts().len());
        for attempt in order.attempts().get(sent..).unwrap_or_default() {
            let subject = format!("attempt/{}", attempt.gateway);
            let fingerprint = format!("{}/{}", attempt.merchant, attempt.reference);
            let new = New {
                kind: "attempt.sent",
                subject: &subject,
                fingerprint: &fingerprint,
                body: &body,
            };
            self.append(new, now).map_err(|e| match e {
                Error::FingerprintReused { .. } => Error::ReferenceTaken {
                    gateway: attempt.gateway.clone(),
                    reference: attempt.reference.clone(),
                },
                other => other,
            })?;
        }
        for refund in order.refunds() {
            let was = before.and_then(|b| b.refunds().iter().find(|r| r.id == refund.id));
            if was.is_some_and(|was| was.state == refund.state) {
                continue;
            }
            let kind = match refund.state {
                RefundState::Pending => "refund.requested",
                RefundState::Done => "refund.done",
                RefundState::Failed => "refund.failed",
            };
            let fact = RefundFact { order: order.id().to_owned(), amount: refund.amount };
            let body = serde_json::to_string(&fact).map_err(|e| Error::OrderUnsound {
                order: order.id().to_owned(),
                problem: e.to_string(),
            })?;
            let (subject, fingerprint) =
                (format!("refund/{}", refund.gateway), format!("{}/{kind}", refund.id));
            self.append(
                New { kind, subject: &subject, fingerprint: &fingerprint, body: &body },
                now,
            )?;
        }
        let counted = before.map_or(0, |b| b.credits().len());
        for credit in order.credits().get(counted..).unwrap_or_default() {
            let Some(transaction) = &credit.transaction else { continue };
            let subject = format!("credit/{}", credit.gateway);
            let new = New {
                kind: "credit.counted",
                subject: &subject,
                fingerprint: transaction,
                body: &body,
            };
            self.append(new, now).map_err(|e| match e {
                Error::FingerprintReused { .. } => Error::TransactionCounted {
                    gateway: credit.gateway.clone(),
                    transaction: transaction.clone(),
                },
                other => other,
            })?;
        }
        Ok(())
    }

    /// The order that a gateway's transaction was counted for.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept names none.
    pub fn counted_for(
        &mut self,
        gateway: &str,
        transaction: &str,
    ) -> Result<Option<String>, Error> {
        let row = one(
            self.sql,
            "SELECT body FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![format!("credit/{gateway}"), transaction],
        )?;
        row.map(|row| {
            let fact: serde_json::Value = serde_json::from_str(&row.text(0)?).unwrap_or_default();
            fact["order"].as_str().map(str::to_owned).ok_or_else(|| Error::Damaged {
                problem: format!("the credit {transaction} names no order"),
            })
        })
        .transpose()
    }

    /// Writes the row of an order.
    pub(crate) fn put_order(
        &mut self,
        id: &str,
        dossier: &str,
        order: &Order,
        body: &str,
        known: bool,
    ) -> Result<(), Error> {
        let records = i64::try_from(order.records().len()).unwrap_or(i64::MAX);
        let state = order.state().name();
        if known {
            self.execute(
                "UPDATE order_state SET state = ?1, records = ?2, body = ?3 WHERE order_id = ?4",
                &values![state, records, body, id],
            )?;
        } else {
            self.execute(
                "INSERT INTO order_state (order_id, dossier, state, records, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                &values![id, dossier, state, records, body],
            )?;
        }
        Ok(())
    }

    /// The order as it stands.
    ///
    /// # Errors
    /// [`Error::Damaged`] where what is kept is no order.
    pub fn order(&mut self, id: &str) -> Result<Option<Order>, Error> {
        let row = one(self.sql, "SELECT body FROM order_state WHERE order_id = ?1", &values![id])?;
        row.map(|row| order_of(&row.text(0)?)).transpose()
    }

    /// Keeps a notice as it came, redacted by the caller. One fingerprint of a gateway is kept once, whichever order it is for.
    ///
    /// # Errors
    /// [`Error::FingerprintReused`] when the fingerprint stands for another message.
    pub fn record_notice(
        &mut self,
        gateway: &str,
        fingerprint: &str,
        redacted: &str,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("gateway", gateway)?;
        let subject = format!("notice/{gateway}");
        self.append(
            New { kind: "notice.received", subject: &subject, fingerprint, body: redacted },
            now,
        )
    }

    /// Keeps that a notice for an order was refused as a possible attack: once an order and reason, the first of them, so that strangers
    /// cannot fill the record.
    ///
    /// # Errors
    /// [`Error::BadIdentifier`], [`Error::BadCharacter`].
    pub fn record_refusal(
        &mut self,
        gateway: &str,
        order: &str,
        reason: &str,
        message_sha256: &str,
        now: OffsetDateTime,
    ) -> Result<Added, Error> {
        check_id("gateway", gateway)?;
        check_id("order", order)?;
        let (subject, fingerprint) =
            (format!("notice/{gateway}"), format!("refused/{order}/{reason}"));
        let before = one(
            self.sql,
            "SELECT seq FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject.as_str(), fingerprint.as_str()],
        )?;
        if let Some(row) = before {
            return Ok(Added::Before(row.number(0)?));
        }
        let fact = serde_json::json!({
            "order": order, "reason": reason, "message_sha256": message_sha256,
        });
        self.append(
            New {
                kind: "notice.refused",
                subject: &subject,
                fingerprint: &fingerprint,
                body: &fact.to_string(),
            },
            now,
        )
    }
}
