//! Giving money back: the available amount is locked while a refund is under way, its identifier follows from order, transaction
//! and attempt, and a lost answer is asked for again under the same identifier.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Order, State};
use crate::code::{Class, Outcome};
use crate::dong::Dong;
use crate::error::Error;
use crate::gateway::{Account, EnvironmentKind, Gateway};
use crate::secret::sha256_hex;

/// Why money should go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyRefund {
    /// The order had been paid already.
    SecondPayment,
    /// More than was due.
    Excess,
    /// It came too late and was not accepted.
    Late,
    /// The rest did not come in time.
    Part,
}

/// Money that should go back and is not yet asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundDue {
    /// Gateway that it came by.
    pub gateway: String,
    /// Reference of the attempt.
    pub reference: String,
    /// Transaction that it came by.
    pub transaction: Option<String>,
    /// How much.
    pub amount: Dong,
    /// Why.
    pub why: WhyRefund,
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Asked for, not decided: its amount is locked.
    Pending,
    /// Done.
    Done,
    /// Rejected: its amount is free again.
    Failed,
}

/// A refund asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// `R` and 19 upper-case hexadecimal digits of SHA-256 over order, reference, transaction and attempt: the same call gives the same
    /// identifier.
    pub id: String,
    /// Gateway that it goes back by.
    pub gateway: String,
    /// Reference of the attempt that was paid.
    pub reference: String,
    /// Transaction that was paid.
    pub transaction: Option<String>,
    /// How much.
    pub amount: Dong,
    /// Whether it is the whole credit.
    pub full: bool,
    /// What became of it.
    pub state: RefundState,
}

/// What a gateway answered about a refund, read and verified by its folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundAnswer {
    pub(crate) gateway: &'static str,
    pub(crate) environment: EnvironmentKind,
    pub(crate) merchant: String,
    pub(crate) refund: String,
    pub(crate) class: Class,
    pub(crate) code: String,
    pub(crate) amount: Option<Dong>,
    pub(crate) message_sha256: String,
}

impl RefundAnswer {
    /// What a gateway's folder has read.
    pub(crate) fn new<G: Gateway>(
        account: &Account<G>,
        refund: &Refund,
        outcome: Outcome,
        amount: Option<Dong>,
        body: &[u8],
    ) -> RefundAnswer {
        RefundAnswer {
            gateway: G::NAME,
            environment: account.environment(),
            merchant: account.merchant().to_owned(),
            refund: refund.id.clone(),
            class: outcome.class,
            code: outcome.code.into_owned(),
            amount,
            message_sha256: sha256_hex(body),
        }
    }

    /// What it means: refund pending, refunded, refund failed, or unknown (ask again under the same identifier).
    pub fn class(&self) -> Class {
        self.class
    }
    /// The gateway's raw code.
    pub fn code(&self) -> &str {
        &self.code
    }
    /// Our identifier of the refund.
    pub fn refund(&self) -> &str {
        &self.refund
    }
}

impl Order {
    /// Money given back for certain.
    pub fn refunded(&self) -> Dong {
        self.refund_sum(RefundState::Done)
    }

    /// Money locked by refunds under way.
    pub fn locked(&self) -> Dong {
        self.refund_sum(RefundState::Pending)
    }

    /// Money that a new refund may take: received, less refunded, less locked.
    pub fn available(&self) -> Dong {
        self.kept().minus(self.locked()).unwrap_or(Dong::ZERO)
    }

    fn refund_sum(&self, state: RefundState) -> Dong {
        self.refunds
            .iter()
            .filter(|r| r.state == state)
            .fold(Dong::ZERO, |sum, r| sum.plus(r.amount).unwrap_or(Dong::MAX))
    }

    /// Locks `amount` of what was received under `reference` for a refund. `attempt` is the caller's number of the try: the same
    /// number gives the same refund back without locking again, a new number is a new refund.
    pub fn request_refund(
        &mut self,
        reference: &str,
        amount: Dong,
        attempt: u32,
        at: OffsetDateTime,
        who: &str,
    ) -> Result<Refund, Error> {
        let Some(credit) = self.credits.iter().find(|c| c.reference == reference).cloned() else {
            return Err(Error::RefundUnknown {
                order: self.id.clone(),
                refund: reference.to_owned(),
            });
        };
        let transaction = credit.transaction.clone().unwrap_or_default();
        let name = format!(
            "{}:{}{}:{reference}{}:{transaction}{attempt}",
            self.id.len(),
            self.id,
            reference.len(),
            transaction.len()
        );
        let digits = sha256_hex(name.as_bytes()).to_ascii_uppercase();
        let id = format!("R{}", digits.get(..19).unwrap_or_default());
        if let Some(known) = self.refunds.iter().find(|r| r.id == id) {
            if known.amount != amount {
                return Err(self.not_possible("ask for the same refund with another amount"));
            }
            return Ok(known.clone());
        }
        let credited = self.sum_of_credits(reference);
        let taken = self
            .refunds
            .iter()
            .filter(|r| r.reference == reference && r.state != RefundState::Failed)
            .fold(Dong::ZERO, |sum, r| sum.plus(r.amount).unwrap_or(Dong::MAX));
        let available = self.available().min(credited.minus(taken).unwrap_or(Dong::ZERO));
        if amount == Dong::ZERO || amount > available {
            return Err(Error::RefundExceeds {
                order: self.id.clone(),
                got: amount.get(),
                available: available.get(),
            });
        }
        if self.state == State::Disputed {
            return Err(self.not_possible("refund while the payment is disputed"));
        }
        let refund = Refund {
            id,
            gateway: credit.gateway,
            reference: reference.to_owned(),
            transaction: credit.transaction,
            amount,
            full: amount == credited,
            state: RefundState::Pending,
        };
        self.refunds.push(refund.clone());
        self.take_from_queue(reference, amount);
        self.note(
            at,
            who,
            State::RefundPending,
            "refund_requested",
            format!("{} amount={amount}", refund.id),
            "",
        );
        Ok(refund)
    }

    fn sum_of_credits(&self, reference: &str) -> Dong {
        self.credits
            .iter()
            .filter(|c| c.reference == reference)
            .fold(Dong::ZERO, |sum, c| sum.plus(c.amount).unwrap_or(Dong::MAX))
    }

    /// A refund asked for takes its amount out of the queue of refunds due under the same reference.
    fn take_from_queue(&mut self, reference: &str, amount: Dong) {
        let mut left = amount;
        for due in self.refunds_due.iter_mut().filter(|d| d.reference == reference) {
            let part = left.min(due.amount);
            due.amount = due.amount.minus(part).unwrap_or(Dong::ZERO);
            left = left.minus(part).unwrap_or(Dong::ZERO);
        }
        self.refunds_due.retain(|d| d.amount > Dong::ZERO);
    }

    /// Applies a gateway's answer about a refund. An undecided answer keeps the lock; the same answer twice changes nothing.
    pub fn apply_refund(
        &mut self,
        answer: &RefundAnswer,
        at: OffsetDateTime,
        who: &str,
    ) -> Result<State, Error> {
        let unknown =
            || Error::RefundUnknown { order: self.id.clone(), refund: answer.refund.clone() };
        let index = self
            .refunds
            .iter()
            .position(|r| r.id == answer.refund && r.gateway == answer.gateway)
            .ok_or_else(unknown)?;
        let refund = self.refunds.get(index).cloned().ok_or_else(unknown)?;
        let attempt_is_ours = self.attempts.iter().any(|a| {
            a.reference == refund.reference
                && a.environment == answer.environment
                && a.merchant == answer.merchant
        });
        if !attempt_is_ours {
            return Err(Error::OrderForeign {
                order: self.id.clone(),
                field: "merchant",
                got: answer.merchant.clone(),
            });
        }
        if let Some(got) = answer.amount.filter(|a| *a != refund.amount) {
            return Err(Error::AnswerMismatch {
                gateway: answer.gateway,
                message: "refund",
                field: "amount",
                got: got.to_string(),
                expected: refund.amount.to_string(),
            });
        }
        let new = match answer.class {
            Class::Refunded => RefundState::Done,
            Class::RefundFailed => RefundState::Failed,
            Class::RefundPending
            | Class::Paid
            | Class::Pending
            | Class::Hold
            | Class::Failed
            | Class::Unknown => RefundState::Pending,
        };
        // A decided refund stays decided; the news is not even recorded twice.
        if refund.state != RefundState::Pending || new == RefundState::Pending {
            return Ok(self.state);
        }
        if let Some(refund) = self.refunds.get_mut(index) {
            refund.state = new;
        }
        let to = self.state_after_refunds(new);
        let detail = format!("{} code={} amount={}", answer.refund, answer.code, refund.amount);
        let why = if new == RefundState::Done { "refund_done" } else { "refund_failed" };
        self.note(at, who, to, why, detail, &answer.message_sha256);
        Ok(self.state)
    }

    fn state_after_refunds(&self, last: RefundState) -> State {
        if self.locked() > Dong::ZERO {
            return State::RefundPending;
        }
        if last == RefundState::Failed {
            return State::RefundFailed;
        }
        let kept = self.kept();
        match self.settled_as {
            // Excess or a second payment went back: the order is what it was.
            Some(State::PaidLate) if kept >= self.due => State::PaidLate,
            Some(_) if kept == self.due => State::Paid,
            Some(settled) if kept > self.due => settled,
            Some(_) | None if kept == Dong::ZERO => State::Refunded,
            Some(_) | None => State::PartlyRefunded,
        }
    }

    /// Decides on a payment that came late: accepted the order is paid, else all that was kept of it goes to the refund queue.
    pub fn decide_late(
        &mut self,
        accept: bool,
        at: OffsetDateTime,
        who: &str,
    ) -> Result<(), Error> {
        if self.state != State::PaidLate {
            return Err(self.not_possible("decide on a late payment"));
        }
        if accept {
            self.settled_as = Some(State::Paid);
            self.note(at, who, State::Paid, "late_accepted", String::new(), "");
        } else {
            let queued = self.queue_all(WhyRefund::Late);
            self.note(at, who, State::PaidLate, "late_refused", format!("amount={queued}"), "");
        }
        Ok(())
    }

    /// After the order's window: the parts that came of an amount that was never complete go to the refund queue.
    pub fn give_parts_back(&mut self, at: OffsetDateTime, who: &str) -> Result<(), Error> {
        if self.state != State::Underpaid {
            return Err(self.not_possible("give parts back"));
        }
        if self.expires_at.is_none_or(|e| at < e) {
            return Err(Error::TimeWindow {
                field: "now",
                got: crate::instant::text(at),
                expected: "at or after the order's expires_at",
            });
        }
        let queued = self.queue_all(WhyRefund::Part);
        self.note(
            at,
            who,
            State::Underpaid,
            "parts_to_refund_queue",
            format!("amount={queued}"),
            "",
        );
        Ok(())
    }

    /// Queues whatever was received and is neither queued, nor asked for, nor given back.
    fn queue_all(&mut self, why: WhyRefund) -> Dong {
        let mut queued = Dong::ZERO;
        let mut seen: Vec<String> = Vec::new();
        for credit in self.credits.clone() {
            if seen.contains(&credit.reference) {
                continue;
            }
            seen.push(credit.reference.clone());
            let add = |sum: Dong, more: Dong| sum.plus(more).unwrap_or(Dong::MAX);
            let taken = self
                .refunds
                .iter()
                .filter(|r| r.reference == credit.reference && r.state != RefundState::Failed)
                .fold(Dong::ZERO, |sum, r| add(sum, r.amount));
            let taken = self
                .refunds_due
                .iter()
                .filter(|d| d.reference == credit.reference)
                .fold(taken, |sum, d| add(sum, d.amount));
            let open = self.sum_of_credits(&credit.reference).minus(taken).unwrap_or(Dong::ZERO);
            if open > Dong::ZERO {
                queued = add(queued, open);
                self.refunds_due.push(RefundDue {
                    gateway: credit.gateway,
                    reference: credit.reference,
                    transaction: credit.transaction,
                    amount: open,
                    why,
                });
            }
        }
        queued
    }

    /// The payer disputes a payment.
    pub fn dispute(&mut self, why: &str, at: OffsetDateTime, who: &str) -> Result<(), Error> {
        match self.state {
            State::Paid
            | State::PaidLate
            | State::Overpaid
            | State::PartlyRefunded
            | State::RefundFailed => {}
            State::Created
            | State::Initiated
            | State::Pending
            | State::Underpaid
            | State::Review
            | State::Failed
            | State::Expired
            | State::Cancelled
            | State::RefundPending
            | State::Refunded
            | State::Disputed => return Err(self.not_possible("dispute")),
        }
        self.note(at, who, State::Disputed, "disputed", why.to_owned(), "");
        Ok(())
    }

    /// A dispute ends: `lost` is the amount that the bank took back, zero where the payment stands.
    pub fn end_dispute(&mut self, lost: Dong, at: OffsetDateTime, who: &str) -> Result<(), Error> {
        if self.state != State::Disputed {
            return Err(self.not_possible("end a dispute"));
        }
        if lost > self.available() {
            return Err(Error::RefundExceeds {
                order: self.id.clone(),
                got: lost.get(),
                available: self.available().get(),
            });
        }
        if lost > Dong::ZERO {
            let number = self.refunds.len();
            let (gateway, reference, transaction) = self
                .credits
                .first()
                .map(|c| (c.gateway.clone(), c.reference.clone(), c.transaction.clone()))
                .unwrap_or_default();
            self.refunds.push(Refund {
                id: format!("CHARGEBACK-{number}"),
                gateway,
                reference,
                transaction,
                amount: lost,
                full: lost == self.received(),
                state: RefundState::Done,
            });
        }
        let to = self.state_after_refunds(RefundState::Done);
        self.note(at, who, to, "dispute_ended", format!("lost={lost}"), "");
        Ok(())
    }
}
