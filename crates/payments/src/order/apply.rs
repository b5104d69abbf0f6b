//! Applying verified news to an order.

use serde::Serialize;
use time::OffsetDateTime;

use super::{Credit, Order, RefundDue, State, WhyRefund};
use crate::code::Class;
use crate::dong::Dong;
use crate::error::Error;
use crate::notice::{Acknowledgement, Verified};

/// What applying did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The order moved.
    Moved {
        /// State before.
        from: State,
        /// State after.
        to: State,
    },
    /// The same event was applied before: nothing changed.
    AlreadyApplied,
    /// Recorded without moving: it says nothing new, or contradicts a settled order. `why` is a short code.
    Kept {
        /// `pending`, `conflict_query_the_gateway`, `second_payment_to_refund_queue`, `amount_missing_query_the_gateway`, or
        /// `refund_news`.
        why: &'static str,
    },
}

/// The answer of [`Order::apply`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// What changed.
    pub change: Change,
    /// The state after.
    pub state: State,
    /// The exact HTTP answer to give to the gateway.
    pub acknowledgement: Acknowledgement,
}

impl Order {
    /// Applies a verified notice or query answer. IPN, return and query go through here alike; the same event twice changes nothing.
    ///
    /// Fails with `payments.order_foreign` where the notice belongs to another order, merchant, gateway or environment.
    pub fn apply(
        &mut self,
        news: &Verified,
        at: OffsetDateTime,
        who: &str,
    ) -> Result<Applied, Error> {
        self.ours(news)?;
        let answer = |order: &Order, change, acknowledgement: &Acknowledgement| {
            Ok(Applied { change, state: order.state, acknowledgement: acknowledgement.clone() })
        };
        if self.applied.contains(news.fingerprint()) {
            return answer(self, Change::AlreadyApplied, news.answer(true));
        }
        let from = self.state;
        let was_settled = from.is_settled();
        let change = match news.outcome.class {
            Class::Paid => self.credit(news, at, who)?,
            Class::Failed => self.failed(news, at, who),
            Class::Pending | Class::Hold | Class::Unknown => self.undecided(news, at, who),
            Class::RefundPending | Class::Refunded | Class::RefundFailed => {
                self.news(news, at, who, from, "refund_news");
                Change::Kept { why: "refund_news" }
            }
        };
        self.applied.insert(news.fingerprint().to_owned());
        answer(self, change, news.answer(was_settled && news.outcome.class != Class::Paid))
    }

    /// Whether one of our attempts stands behind the news.
    fn ours(&self, news: &Verified) -> Result<(), Error> {
        let foreign = |field, got: &str| {
            Err(Error::OrderForeign { order: self.id.clone(), field, got: got.to_owned() })
        };
        let Some(attempt) = self.attempts.iter().find(|a| a.reference == news.reference) else {
            return foreign("reference", &news.reference);
        };
        if attempt.gateway != news.gateway {
            return foreign("gateway", news.gateway);
        }
        if attempt.environment != news.environment {
            return foreign("environment", news.environment.name());
        }
        if attempt.merchant != news.merchant() {
            return foreign("merchant", news.merchant());
        }
        Ok(())
    }

    fn news(&mut self, news: &Verified, at: OffsetDateTime, who: &str, to: State, why: &str) {
        let detail = format!(
            "{} {} code={} amount={} transaction={}",
            news.gateway,
            news.reference,
            news.outcome.code,
            news.amount.map(|a| a.to_string()).unwrap_or_default(),
            news.transaction.as_deref().unwrap_or_default()
        );
        self.note(at, who, to, why, detail, news.message_sha256());
    }

    /// Money came. It is kept whatever the state: lost money is the one thing that must not happen.
    fn credit(&mut self, news: &Verified, at: OffsetDateTime, who: &str) -> Result<Change, Error> {
        let from = self.state;
        let Some(amount) = news.amount.filter(|a| *a > Dong::ZERO) else {
            // "Paid" without a figure is not money yet.
            let to = if from.is_settled() { from } else { State::Review };
            self.news(news, at, who, to, "amount_missing");
            return Ok(Change::Kept { why: "amount_missing_query_the_gateway" });
        };
        let known = self.credits.iter().any(|c| {
            c.gateway == news.gateway
                && c.transaction.is_some()
                && c.transaction == news.transaction
        });
        if known {
            // One transaction number with two amounts or references: somebody's books are wrong.
            let to = if from.is_settled() { from } else { State::Review };
            self.news(news, at, who, to, "transaction_conflict");
            return Ok(Change::Kept { why: "conflict_query_the_gateway" });
        }
        let before = self.kept();
        self.received().plus(amount)?;
        let paid_at = news.at.unwrap_or(at);
        let credit = Credit {
            gateway: news.gateway.to_owned(),
            reference: news.reference.clone(),
            transaction: news.transaction.clone(),
            amount,
            at: paid_at.replace_nanosecond(0).unwrap_or(paid_at),
            fingerprint: news.fingerprint().to_owned(),
        };
        let mut queue = |amount, why| {
            self.refunds_due.push(RefundDue {
                gateway: credit.gateway.clone(),
                reference: credit.reference.clone(),
                transaction: credit.transaction.clone(),
                amount,
                why,
            });
        };
        if from.is_settled() {
            queue(amount, WhyRefund::SecondPayment);
            self.credits.push(credit);
            self.news(news, at, who, from, "second_payment");
            return Ok(Change::Kept { why: "second_payment_to_refund_queue" });
        }
        let total = before.plus(amount)?;
        let late = matches!(from, State::Expired | State::Cancelled)
            || self.expires_at.is_some_and(|e| paid_at > e);
        let to = match total.minus(self.due) {
            None => State::Underpaid,
            Some(excess) => {
                if excess > Dong::ZERO {
                    queue(excess, WhyRefund::Excess);
                }
                match (late, excess > Dong::ZERO) {
                    (true, _) => State::PaidLate,
                    (false, true) => State::Overpaid,
                    (false, false) => State::Paid,
                }
            }
        };
        self.credits.push(credit);
        if to != State::Underpaid {
            self.settled_as = Some(to);
        }
        self.news(news, at, who, to, "credited");
        Ok(Change::Moved { from, to })
    }

    fn failed(&mut self, news: &Verified, at: OffsetDateTime, who: &str) -> Change {
        let from = self.state;
        match from {
            State::Created | State::Initiated | State::Pending | State::Failed => {
                self.news(news, at, who, State::Failed, "attempt_failed");
                Change::Moved { from, to: State::Failed }
            }
            State::Review | State::Expired | State::Cancelled | State::Underpaid => {
                self.news(news, at, who, from, "attempt_failed");
                Change::Kept { why: "pending" }
            }
            State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::RefundPending
            | State::PartlyRefunded
            | State::Refunded
            | State::RefundFailed
            | State::Disputed => {
                self.news(news, at, who, from, "conflict_after_settlement");
                Change::Kept { why: "conflict_query_the_gateway" }
            }
        }
    }

    fn undecided(&mut self, news: &Verified, at: OffsetDateTime, who: &str) -> Change {
        let from = self.state;
        match from {
            State::Created | State::Initiated => {
                self.news(news, at, who, State::Pending, "undecided");
                Change::Moved { from, to: State::Pending }
            }
            State::Pending
            | State::Failed
            | State::Review
            | State::Expired
            | State::Cancelled
            | State::Underpaid
            | State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::RefundPending
            | State::PartlyRefunded
            | State::Refunded
            | State::RefundFailed
            | State::Disputed => {
                self.news(news, at, who, from, "undecided");
                Change::Kept { why: "pending" }
            }
        }
    }
}
