//! Orders and notices: every record of an order becomes an entry of the log; how the order stands is kept beside it. What records
//! mean is for `motcua-payments`.

use motcua_payments::order::{Order, Record};
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

pub(crate) fn order_of(body: &str) -> Result<Order, Error> {
    serde_json::from_str(body).map_err(|e| Error::Damaged { problem: format!("an order: {e}") })
}

impl Session<'_> {
    /// Keeps an order as it stands now: its records since the last time become entries. Keeping the same twice adds nothing.
    ///
    /// # Errors
    /// [`Error::OrderChanged`] when another process recorded something meanwhile: load the order and repeat the step on it.
    /// [`Error::OrderUnsound`] when its records do not chain.
    pub fn save_order(&mut self, order: &Order, now: OffsetDateTime) -> Result<Added, Error> {
        let unsound =
            |problem: String| Error::OrderUnsound { order: order.id().to_owned(), problem };
        order.check_records().map_err(|e| unsound(e.to_string()))?;
        let body = serde_json::to_string(order).map_err(|e| unsound(e.to_string()))?;
        let row = one(
            self.sql,
            "SELECT records, body FROM order_state WHERE order_id = ?1",
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
        let subject = format!("order/{}", order.id());
        let mut added = Added::Before(self.size());
        for record in new {
            let whole = (record == last).then(|| order.clone());
            let fact = OrderFact { record: record.clone(), order: whole };
            let text = serde_json::to_string(&fact).map_err(|e| unsound(e.to_string()))?;
            let kind = format!("order.{}", record.to.name());
            added = self.append(
                New { kind: &kind, subject: &subject, fingerprint: &record.hash, body: &text },
                now,
            )?;
        }
        let dossier = self.dossier.clone();
        self.put_order(order.id(), &dossier, order, &body, before.is_some())?;
        Ok(added)
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
            self.sql.execute(
                "UPDATE order_state SET state = ?1, records = ?2, body = ?3 WHERE order_id = ?4",
                &values![state, records, body, id],
            )?;
        } else {
            self.sql.execute(
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
}
