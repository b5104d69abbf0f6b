//! What judging a notice gives: [`Verified`] or [`Refused`], each with the exact answer to give.

use std::fmt;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::answers::{Answers, MessageHash};
use super::{Acknowledgement, Event, Repeated, fingerprint};
use crate::code::Outcome;
use crate::dong::Dong;
use crate::gateway::{EnvironmentKind, Provenance};
use crate::reason::{Reason, Warning};

/// Which key and which form of the signed text fitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authentic {
    /// Label of the key.
    pub key: String,
    /// Form of the signed text, such as `raw`, `plus` or `percent20`.
    pub form: &'static str,
}

/// How a carried value compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// Carried and equal.
    Equal,
    /// Less than expected (a part).
    Less,
    /// More than expected.
    More,
    /// The message has no such field.
    NotCarried,
}

/// What was compared with the expected order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Matches {
    /// Merchant code.
    pub merchant: Match,
    /// Our reference.
    pub reference: Match,
    /// Amount.
    pub amount: Match,
    /// Currency.
    pub currency: Match,
    /// Whether the event is among those already applied.
    pub applied_before: bool,
}

/// A notice that is authentic and speaks of the expected order. Only [`verify`](super::verify) and the readers of query answers make
/// one, and only it can be applied to an order.
///
/// Its answer, the hash of the message and the identity of the event are worked out when they are first asked for, as applying it to an order
/// does. Until then it holds the message, and as long as it lives the account's keys; it shows neither.
#[derive(Clone)]
pub struct Verified {
    pub(crate) gateway: &'static str,
    pub(crate) environment: EnvironmentKind,
    pub(crate) provenance: Provenance,
    pub(crate) reference: String,
    pub(crate) amount: Option<Dong>,
    pub(crate) transaction: Option<String>,
    pub(crate) authentic: Authentic,
    pub(crate) matches: Matches,
    pub(crate) outcome: Outcome,
    pub(crate) at: Option<OffsetDateTime>,
    /// The time as the gateway wrote it, where its answer repeats it.
    pub(crate) time: String,
    pub(crate) uncovered: Vec<String>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) fingerprint: OnceLock<String>,
    pub(crate) message: MessageHash,
    pub(crate) answers: Answers,
}

/// A verified notice as it is written, shown and compared.
#[derive(Debug, PartialEq, Serialize)]
struct Shown<'a> {
    gateway: &'static str,
    environment: EnvironmentKind,
    merchant: &'a str,
    reference: &'a str,
    amount: Option<Dong>,
    transaction: Option<&'a str>,
    authentic: &'a Authentic,
    matches: Matches,
    outcome: &'a Outcome,
    #[serde(with = "crate::instant::optional")]
    at: Option<OffsetDateTime>,
    uncovered: &'a [String],
    warnings: &'a [Warning],
    fingerprint: &'a str,
    message_sha256: &'a str,
    acknowledgement: &'a Acknowledgement,
    acknowledgement_if_applied: &'a Acknowledgement,
}

impl Serialize for Verified {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.shown().serialize(serializer)
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verified").field(&self.shown()).finish()
    }
}

impl PartialEq for Verified {
    fn eq(&self, other: &Verified) -> bool {
        self.shown() == other.shown()
    }
}

impl Eq for Verified {}

impl Verified {
    fn shown(&self) -> Shown<'_> {
        Shown {
            gateway: self.gateway,
            environment: self.environment,
            merchant: self.merchant(),
            reference: &self.reference,
            amount: self.amount,
            transaction: self.transaction(),
            authentic: &self.authentic,
            matches: self.matches,
            outcome: &self.outcome,
            at: self.at,
            uncovered: &self.uncovered,
            warnings: &self.warnings,
            fingerprint: self.fingerprint(),
            message_sha256: self.message_sha256(),
            acknowledgement: self.answer(false),
            acknowledgement_if_applied: self.answer(true),
        }
    }

    /// The answer to give where the event is recorded now, or was before.
    pub(crate) fn answer(&self, before: bool) -> &Acknowledgement {
        self.answers.give(before, Repeated { reference: &self.reference, time: &self.time })
    }

    /// The gateway's name.
    pub fn gateway(&self) -> &'static str {
        self.gateway
    }
    /// The environment of the account it was verified with.
    pub fn environment(&self) -> EnvironmentKind {
        self.environment
    }
    /// Where the rules come from that it was judged by.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }
    /// The merchant code of that account.
    pub fn merchant(&self) -> &str {
        self.answers.merchant()
    }
    /// Our reference.
    pub fn reference(&self) -> &str {
        &self.reference
    }
    /// The amount that the message carries.
    pub fn amount(&self) -> Option<Dong> {
        self.amount
    }
    /// The gateway's transaction number.
    pub fn transaction(&self) -> Option<&str> {
        self.transaction.as_deref()
    }
    /// Which key and form fitted.
    pub fn authentic(&self) -> &Authentic {
        &self.authentic
    }
    /// What was compared.
    pub fn matches(&self) -> Matches {
        self.matches
    }
    /// What happened.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
    /// The gateway's time, where signed.
    pub fn at(&self) -> Option<OffsetDateTime> {
        self.at
    }
    /// Fields that the signature does not cover.
    pub fn uncovered(&self) -> &[String] {
        &self.uncovered
    }
    /// What was remarked.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
    /// The identity of the event: the same for the same news by whatever way it comes.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            fingerprint(&Event {
                gateway: self.gateway,
                merchant: self.merchant(),
                reference: &self.reference,
                transaction: self.transaction(),
                outcome: &self.outcome,
                amount: self.amount,
            })
        })
    }
    /// SHA-256 of the raw message.
    pub fn message_sha256(&self) -> &str {
        self.message.hex()
    }
    /// The answer to give. After applying to an order prefer the one that the order returns.
    pub fn acknowledgement(&self) -> &Acknowledgement {
        self.answer(self.matches.applied_before)
    }
}

/// A notice that must not touch an order, and the answer to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    pub(crate) gateway: &'static str,
    pub(crate) environment: EnvironmentKind,
    pub(crate) reason: Reason,
    pub(crate) authentic: Option<Authentic>,
    pub(crate) reference: Option<String>,
    pub(crate) message_sha256: String,
    pub(crate) security_event: bool,
    pub(crate) acknowledgement: Acknowledgement,
}

impl Refused {
    /// The gateway it came by.
    pub fn gateway(&self) -> &'static str {
        self.gateway
    }
    /// Why.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
    /// Which key fitted, where one did: the message is then real, but not news of the expected order.
    pub fn authentic(&self) -> Option<&Authentic> {
        self.authentic.as_ref()
    }
    /// The reference claimed; trust it only where `authentic` is present.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
    /// SHA-256 of the raw message.
    pub fn message_sha256(&self) -> &str {
        &self.message_sha256
    }
    /// Whether to look at it as a possible attack.
    pub fn is_security_event(&self) -> bool {
        self.security_event
    }
    /// The answer to give.
    pub fn acknowledgement(&self) -> &Acknowledgement {
        &self.acknowledgement
    }
}

/// The answer of [`verify`](super::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Authentic and of the expected order: apply it.
    Verified(Box<Verified>),
    /// Not to be applied.
    Refused(Box<Refused>),
}

impl Verdict {
    /// The verified notice, if it is one.
    pub fn verified(&self) -> Option<&Verified> {
        match self {
            Verdict::Verified(v) => Some(v),
            Verdict::Refused(_) => None,
        }
    }
    /// The refused notice, if it is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Verdict::Verified(_) => None,
            Verdict::Refused(r) => Some(r),
        }
    }
    /// The exact HTTP answer.
    pub fn acknowledgement(&self) -> &Acknowledgement {
        match self {
            Verdict::Verified(v) => v.acknowledgement(),
            Verdict::Refused(r) => r.acknowledgement(),
        }
    }
}
