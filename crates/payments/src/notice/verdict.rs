//! What judging a notice gives: [`Verified`] or [`Refused`], each with the exact answer to give.

use serde::Serialize;
use time::OffsetDateTime;

use super::Acknowledgement;
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub(crate) gateway: &'static str,
    pub(crate) environment: EnvironmentKind,
    #[serde(skip)]
    pub(crate) provenance: Provenance,
    pub(crate) merchant: String,
    pub(crate) reference: String,
    pub(crate) amount: Option<Dong>,
    pub(crate) transaction: Option<String>,
    pub(crate) authentic: Authentic,
    pub(crate) matches: Matches,
    pub(crate) outcome: Outcome,
    #[serde(with = "crate::instant::optional")]
    pub(crate) at: Option<OffsetDateTime>,
    pub(crate) uncovered: Vec<String>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) fingerprint: String,
    pub(crate) message_sha256: String,
    pub(crate) acknowledgement: Acknowledgement,
    pub(crate) acknowledgement_if_applied: Acknowledgement,
}

impl Verified {
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
        &self.merchant
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
        &self.fingerprint
    }
    /// SHA-256 of the raw message.
    pub fn message_sha256(&self) -> &str {
        &self.message_sha256
    }
    /// The answer to give. After applying to an order prefer the one that the order returns.
    pub fn acknowledgement(&self) -> &Acknowledgement {
        if self.matches.applied_before {
            &self.acknowledgement_if_applied
        } else {
            &self.acknowledgement
        }
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
