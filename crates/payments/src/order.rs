//! An order: an amount due, what was received for it, and its state. A pure state machine: events and instants in, a change and an
//! acknowledgement out. Storing orders lives in the ledger; judging notices lives in `notice.rs`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check};
use crate::gateway::EnvironmentKind;
use crate::notice::{Acknowledgement, Expected, Refused};

mod apply;
mod record;
mod refund;

pub use apply::{Applied, Change};
pub use record::Record;
pub use refund::{Refund, RefundAnswer, RefundDue, RefundState, WhyRefund};

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Opened; nothing sent to a gateway.
    Created,
    /// A request was sent; nothing heard.
    Initiated,
    /// The gateway works on it or cannot say yet.
    Pending,
    /// The amount due was received in time.
    Paid,
    /// The amount due was received after expiry or cancellation: the money is real, policy decides.
    PaidLate,
    /// Less than the amount due was received.
    Underpaid,
    /// More than the amount due was received; the excess is in the refund queue.
    Overpaid,
    /// An authentic message contradicts the order: a person decides.
    Review,
    /// The last attempt failed; another may follow.
    Failed,
    /// The window closed without payment.
    Expired,
    /// Called off by us.
    Cancelled,
    /// A refund is under way.
    RefundPending,
    /// Part of the amount due was given back.
    PartlyRefunded,
    /// All that was received was given back.
    Refunded,
    /// The last refund was rejected; the money is still here.
    RefundFailed,
    /// The payer disputes the payment.
    Disputed,
}

impl State {
    /// The name as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            State::Created => "created",
            State::Initiated => "initiated",
            State::Pending => "pending",
            State::Paid => "paid",
            State::PaidLate => "paid_late",
            State::Underpaid => "underpaid",
            State::Overpaid => "overpaid",
            State::Review => "review",
            State::Failed => "failed",
            State::Expired => "expired",
            State::Cancelled => "cancelled",
            State::RefundPending => "refund_pending",
            State::PartlyRefunded => "partly_refunded",
            State::Refunded => "refunded",
            State::RefundFailed => "refund_failed",
            State::Disputed => "disputed",
        }
    }

    /// Whether the amount due has been received at some time: no callback leads out of these states.
    pub fn is_settled(self) -> bool {
        match self {
            State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::RefundPending
            | State::PartlyRefunded
            | State::Refunded
            | State::RefundFailed
            | State::Disputed => true,
            State::Created
            | State::Initiated
            | State::Pending
            | State::Underpaid
            | State::Review
            | State::Failed
            | State::Expired
            | State::Cancelled => false,
        }
    }
}

/// One request sent to a gateway for the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// The gateway's name.
    pub gateway: String,
    /// Sandbox or production.
    pub environment: EnvironmentKind,
    /// The merchant code used.
    pub merchant: String,
    /// The reference sent. Never reuse one.
    pub reference: String,
    /// When it was sent. VNPAY's query and refund repeat it.
    #[serde(with = "crate::instant")]
    pub at: OffsetDateTime,
}

/// Money received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// The gateway's name.
    pub gateway: String,
    /// The attempt's reference.
    pub reference: String,
    /// The gateway's transaction number.
    pub transaction: Option<String>,
    /// The amount.
    pub amount: Dong,
    /// When it was paid, or heard of where the message does not say.
    #[serde(with = "crate::instant")]
    pub at: OffsetDateTime,
    /// The event that told of it.
    pub fingerprint: String,
}

/// Proof that an unpaid order may be called off: the gateway was asked and says that no money will come. Made by
/// [`crate::query::decide`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeToCancel {
    pub(crate) gateway: &'static str,
    pub(crate) merchant: String,
    pub(crate) environment: EnvironmentKind,
    pub(crate) reference: String,
    pub(crate) message_sha256: String,
}

/// An order. Serialise it to store it; every change goes through its methods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    id: String,
    due: Dong,
    #[serde(with = "crate::instant")]
    opened_at: OffsetDateTime,
    #[serde(with = "crate::instant::optional")]
    expires_at: Option<OffsetDateTime>,
    state: State,
    /// The settled state to fall back to when refunds and disputes end.
    settled_as: Option<State>,
    attempts: Vec<Attempt>,
    credits: Vec<Credit>,
    refunds_due: Vec<RefundDue>,
    refunds: Vec<Refund>,
    applied: BTreeSet<String>,
    records: Vec<Record>,
}

impl Order {
    /// Opens an order. `id` is 1 to 100 of letters, digits, `.`, `_`, `-`; `due` is at least 1 đồng (a fee of zero needs no
    /// payment, and no order); `expires_at` lies after `opened_at`.
    pub fn new(
        id: &str,
        due: Dong,
        opened_at: OffsetDateTime,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<Order, Error> {
        check("id", id, 1, 100, Alphabet::Token)?;
        due.within("amount", 1, Dong::MAX.get())?;
        if let Some(expires) = expires_at.filter(|e| *e <= opened_at) {
            return Err(Error::TimeWindow {
                field: "expires_at",
                got: crate::instant::text(expires),
                expected: "after opened_at",
            });
        }
        let mut order = Order {
            id: id.to_owned(),
            due,
            opened_at,
            expires_at,
            state: State::Created,
            settled_as: None,
            attempts: Vec::new(),
            credits: Vec::new(),
            refunds_due: Vec::new(),
            refunds: Vec::new(),
            applied: BTreeSet::new(),
            records: Vec::new(),
        };
        order.note(opened_at, "system", State::Created, "opened", format!("due={due}"), "");
        Ok(order)
    }

    /// The order's identifier.
    pub fn id(&self) -> &str {
        &self.id
    }
    /// The amount due.
    pub fn due(&self) -> Dong {
        self.due
    }
    /// The state.
    pub fn state(&self) -> State {
        self.state
    }
    /// When it was opened.
    pub fn opened_at(&self) -> OffsetDateTime {
        self.opened_at
    }
    /// When its window closes.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }
    /// The requests sent.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }
    /// Money received.
    pub fn credits(&self) -> &[Credit] {
        &self.credits
    }
    /// Money that should be given back and is not yet asked for at a gateway.
    pub fn refunds_due(&self) -> &[RefundDue] {
        &self.refunds_due
    }
    /// Refunds asked for.
    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }
    /// What happened, oldest first, chained by hash.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// All money received.
    pub fn received(&self) -> Dong {
        self.credits.iter().fold(Dong::ZERO, |sum, c| sum.plus(c.amount).unwrap_or(Dong::MAX))
    }

    /// What is still to be paid.
    pub fn outstanding(&self) -> Dong {
        self.due.minus(self.kept()).unwrap_or(Dong::ZERO)
    }

    /// Received less refunded.
    pub fn kept(&self) -> Dong {
        self.received().minus(self.refunded()).unwrap_or(Dong::ZERO)
    }

    /// Records that a request goes to a gateway. Do it *before* sending: without the record a query is impossible.
    pub fn initiate(&mut self, attempt: Attempt, who: &str) -> Result<(), Error> {
        if self.attempts.iter().any(|a| a.reference == attempt.reference) {
            return Err(Error::FieldPattern {
                field: "reference",
                got: attempt.reference,
                expected: "a reference that no earlier attempt used",
            });
        }
        check("reference", &attempt.reference, 1, 255, Alphabet::Without(&[]))?;
        if self.attempts.first().is_some_and(|a| a.environment != attempt.environment) {
            return Err(Error::OrderForeign {
                order: self.id.clone(),
                field: "environment",
                got: attempt.environment.name().to_owned(),
            });
        }
        let to = match self.state {
            State::Created | State::Initiated | State::Failed => State::Initiated,
            State::Pending => State::Pending,
            State::Underpaid => State::Underpaid,
            State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::Review
            | State::Expired
            | State::Cancelled
            | State::RefundPending
            | State::PartlyRefunded
            | State::Refunded
            | State::RefundFailed
            | State::Disputed => return Err(self.not_possible("initiate")),
        };
        let detail = format!("{} {}", attempt.gateway, attempt.reference);
        let at = attempt.at;
        self.attempts.push(attempt);
        self.note(at, who, to, "initiated", detail, "");
        Ok(())
    }

    /// What to hand to `verify` for a notice with this reference; none where no attempt used it.
    pub fn expected(&self, reference: &str, now: Option<OffsetDateTime>) -> Option<Expected> {
        self.attempts.iter().find(|a| a.reference == reference)?;
        Some(Expected {
            applied: self.applied.iter().cloned().collect(),
            opened_at: Some(self.opened_at),
            now,
            ..Expected::new(reference, self.due)
        })
    }

    /// Records a refused notice. An authentic one that contradicts this order (amount, currency, a transaction counted
    /// elsewhere) leads to [`State::Review`] unless the order is settled; one that nobody signed changes nothing, its record is
    /// returned for the audit log and not kept in the order, so that strangers cannot fill it.
    pub fn refuse(
        &mut self,
        refused: &Refused,
        at: OffsetDateTime,
        who: &str,
    ) -> (Record, Acknowledgement) {
        use crate::reason::Reason;
        let contradicts = match refused.reason() {
            Reason::Amount { .. } | Reason::Currency { .. } | Reason::TransactionReused { .. } => {
                true
            }
            Reason::Field { .. } => true,
            Reason::Malformed { .. }
            | Reason::SignatureAbsent
            | Reason::SignatureWrong
            | Reason::TestCall { .. }
            | Reason::UnknownOrder { .. }
            | Reason::Merchant { .. }
            | Reason::Reference { .. } => false,
        };
        let ours = self.attempts.iter().any(|a| {
            a.gateway == refused.gateway
                && a.environment == refused.environment
                && Some(a.reference.as_str()) == refused.reference()
        });
        let detail = match refused.reason() {
            Reason::Amount { got, expected } => format!("got={got} expected={expected}"),
            Reason::Currency { got } => format!("got={got}"),
            Reason::TransactionReused { transaction } => format!("transaction={transaction}"),
            Reason::Field { field, got, expected } => {
                format!("{field} got={got} expected={expected}")
            }
            Reason::Malformed { .. }
            | Reason::SignatureAbsent
            | Reason::SignatureWrong
            | Reason::TestCall { .. }
            | Reason::UnknownOrder { .. }
            | Reason::Merchant { .. }
            | Reason::Reference { .. } => String::new(),
        };
        let why = refused.reason().code();
        let kept = contradicts && ours && refused.authentic().is_some();
        let record = if kept {
            let to = if self.state.is_settled() || self.state == State::Underpaid {
                self.state
            } else {
                State::Review
            };
            self.note(at, who, to, why, detail, refused.message_sha256())
        } else {
            self.draft(at, who, self.state, why, detail, refused.message_sha256())
        };
        (record, refused.acknowledgement().clone())
    }

    /// Closes the window of an unpaid order. An order that never left for a gateway needs no proof; any other needs one for
    /// each attempt: query before cancel.
    pub fn expire(
        &mut self,
        proofs: &[SafeToCancel],
        at: OffsetDateTime,
        who: &str,
    ) -> Result<(), Error> {
        if self.expires_at.is_none_or(|e| at < e) {
            return Err(Error::TimeWindow {
                field: "now",
                got: crate::instant::text(at),
                expected: "at or after the order's expires_at",
            });
        }
        self.close(State::Expired, proofs, at, who)
    }

    /// Calls an unpaid order off, with the same proofs as [`Order::expire`].
    pub fn cancel(
        &mut self,
        proofs: &[SafeToCancel],
        at: OffsetDateTime,
        who: &str,
    ) -> Result<(), Error> {
        self.close(State::Cancelled, proofs, at, who)
    }

    fn close(
        &mut self,
        to: State,
        proofs: &[SafeToCancel],
        at: OffsetDateTime,
        who: &str,
    ) -> Result<(), Error> {
        let step = if to == State::Expired { "expire" } else { "cancel" };
        match self.state {
            State::Created | State::Initiated | State::Pending | State::Failed | State::Review => {}
            State::Underpaid
            | State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::Expired
            | State::Cancelled
            | State::RefundPending
            | State::PartlyRefunded
            | State::Refunded
            | State::RefundFailed
            | State::Disputed => return Err(self.not_possible(step)),
        }
        let proved = |a: &Attempt| {
            proofs.iter().any(|p| {
                p.reference == a.reference
                    && p.gateway == a.gateway
                    && p.merchant == a.merchant
                    && p.environment == a.environment
            })
        };
        if !self.attempts.iter().all(proved) {
            return Err(self.not_possible("close before the gateway was queried for each attempt"));
        }
        let hash = proofs.last().map(|p| p.message_sha256.clone()).unwrap_or_default();
        self.note(at, who, to, to.name(), String::new(), &hash);
        Ok(())
    }

    pub(crate) fn not_possible(&self, step: &'static str) -> Error {
        Error::OrderState { order: self.id.clone(), state: self.state.name(), step }
    }
}
