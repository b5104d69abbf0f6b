//! The one way to accept a gateway's callback: `verify(raw, account, expected)`. Each gateway supplies [`NoticeRules`]; the order of
//! the checks, the keys tried, the binding to the expected order and the answers live here, once, for all of them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::code::{Class, Outcome};
use crate::dong::Dong;
use crate::gateway::{Account, EnvironmentKind, Gateway, Keys};
use crate::reason::{Reason, Warning};
use crate::secret::sha256_hex;

mod answer;
mod raw;

pub use answer::TlsAnswer;
pub(crate) use answer::{from_answer, malformed_answer};
pub use raw::RawNotice;

/// What our side knows of the order that a notice should speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The reference that was sent to the gateway.
    pub reference: String,
    /// The amount that was sent (for gateways that take parts: the whole amount).
    pub amount: Dong,
    /// Fingerprints of events already applied to the order.
    #[serde(default)]
    pub applied: Vec<String>,
    /// Transaction numbers of this gateway already counted for *other* orders; it suffices to give the one looked up.
    #[serde(default)]
    pub used_transactions: Vec<String>,
    /// When the order was opened.
    #[serde(default, with = "crate::instant::optional")]
    pub opened_at: Option<OffsetDateTime>,
    /// The present, for the clock warnings.
    #[serde(default, with = "crate::instant::optional")]
    pub now: Option<OffsetDateTime>,
    /// Seconds that the clocks may differ before a warning; 300 where not given.
    #[serde(default = "five_minutes")]
    pub tolerance_seconds: i64,
}

fn five_minutes() -> i64 {
    300
}

impl Expected {
    /// An order that nothing was applied to.
    pub fn new(reference: &str, amount: Dong) -> Expected {
        Expected {
            reference: reference.to_owned(),
            amount,
            applied: Vec::new(),
            used_transactions: Vec::new(),
            opened_at: None,
            now: None,
            tolerance_seconds: five_minutes(),
        }
    }
}

/// What a message claims, before anything is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Merchant code; none where the message carries none.
    pub merchant: Option<String>,
    /// Our reference.
    pub reference: String,
    /// The amount; none where the message carries none.
    pub amount: Option<Dong>,
    /// The currency; none where the message has no such field.
    pub currency: Option<String>,
    /// The gateway's transaction number; none where there is none yet.
    pub transaction: Option<String>,
    /// What happened.
    pub outcome: Outcome,
    /// The gateway's time, only where the signature covers it.
    pub at: Option<OffsetDateTime>,
    /// Names of fields in the message that its signature does not cover.
    pub uncovered: Vec<String>,
    /// Whether the outcome itself stands outside the signature.
    pub outcome_unsigned: bool,
    /// Set where the message looks like the gateway's own test call.
    pub test_call: Option<&'static str>,
}

/// What is answered, before a gateway words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Recorded now.
    Recorded,
    /// Was recorded before.
    AlreadyRecorded,
    /// No such order.
    UnknownOrder,
    /// The amount differs.
    WrongAmount,
    /// Merchant, reference, currency or transaction differ.
    WrongOrder,
    /// No valid signature.
    NotAuthentic,
    /// Not readable.
    Malformed,
    /// The gateway's test call.
    TestCall,
}

/// The exact HTTP answer to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// HTTP status.
    pub status: u16,
    /// Content type; none where there is no body.
    pub content_type: Option<String>,
    /// Body, byte for byte.
    pub body: String,
}

impl Acknowledgement {
    /// A JSON body.
    pub fn json(status: u16, body: impl Into<String>) -> Acknowledgement {
        Acknowledgement {
            status,
            content_type: Some("application/json".to_owned()),
            body: body.into(),
        }
    }

    /// A status without body.
    pub fn empty(status: u16) -> Acknowledgement {
        Acknowledgement { status, content_type: None, body: String::new() }
    }
}

/// What a gateway must say about its notices so that [`verify`] can judge them.
pub trait NoticeRules: Gateway + Sized {
    /// A notice as read.
    type Message;
    /// Whether one order may be paid by several notices of parts of its amount.
    const PARTIAL: bool = false;
    /// Reads the fields. Believes nothing; refuses what is ambiguous.
    fn read(raw: &RawNotice) -> Result<Self::Message, Reason>;
    /// What the message says.
    fn claim(message: &Self::Message) -> Claim;
    /// The signature as received; empty where absent.
    fn signature(message: &Self::Message) -> &str;
    /// Whether the signature fits these keys, in constant time; the name of the form of signed text that fitted.
    fn authenticate(
        message: &Self::Message,
        account: &Account<Self>,
        keys: &Self::Keys,
    ) -> Option<&'static str>;
    /// The answer in the gateway's words. There is no message where it could not be read.
    fn acknowledge(
        answer: Answer,
        message: Option<&Self::Message>,
        account: &Account<Self>,
    ) -> Acknowledgement;
}

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

/// A notice that is authentic and speaks of the expected order. Only [`verify`] and the readers of query answers make
/// one, and only it can be applied to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub(crate) gateway: &'static str,
    pub(crate) environment: EnvironmentKind,
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

/// The answer of [`verify`].
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

/// The reference that a notice claims, to look the order up with. Nothing is verified.
pub fn claimed_reference<G: NoticeRules>(raw: &RawNotice) -> Result<String, Reason> {
    Ok(G::claim(&G::read(raw)?).reference)
}

/// Judges a notice: authentic? of the expected order? and what happened?
///
/// `expected` is the order found under [`claimed_reference`], or none where there is none.
pub fn verify<G: NoticeRules>(
    raw: &RawNotice,
    account: &Account<G>,
    expected: Option<&Expected>,
) -> Verdict {
    let message_sha256 = raw.sha256();
    let refuse = |reason: Reason, answer, message: Option<&G::Message>, authentic, reference| {
        Verdict::Refused(Box::new(Refused {
            gateway: G::NAME,
            environment: account.environment(),
            security_event: reason.is_security_event(),
            reason,
            authentic,
            reference,
            message_sha256: message_sha256.clone(),
            acknowledgement: G::acknowledge(answer, message, account),
        }))
    };
    let message = match raw.within_budget().and_then(|()| G::read(raw)) {
        Ok(message) => message,
        Err(reason) => return refuse(reason, Answer::Malformed, None, None, None),
    };
    let claim = G::claim(&message);
    let reference = Some(claim.reference.clone());
    let no = |reason, answer, authentic| {
        refuse(reason, answer, Some(&message), authentic, reference.clone())
    };

    let authentic = if G::signature(&message).is_empty() {
        None
    } else {
        account.keys().iter().find_map(|keys| {
            let form = G::authenticate(&message, account, keys)?;
            Some(Authentic { key: keys.label().to_owned(), form })
        })
    };
    // A test call is one only while no order of ours has its reference.
    if let (Some(sign), None) = (claim.test_call, expected) {
        return no(Reason::TestCall { sign }, Answer::TestCall, authentic);
    }
    let Some(authentic) = authentic else {
        let reason = if G::signature(&message).is_empty() {
            Reason::SignatureAbsent
        } else {
            Reason::SignatureWrong
        };
        return no(reason, Answer::NotAuthentic, None);
    };
    match bind(&claim, account.merchant(), expected, G::PARTIAL) {
        Ok(matches) => {
            let fingerprint = fingerprint(G::NAME, account.merchant(), &claim);
            let current = account.keys().first().map(Keys::label);
            let mut warnings = warnings(&claim, expected);
            if current != Some(authentic.key.as_str()) {
                warnings.push(Warning::PreviousKey { label: authentic.key.clone() });
            }
            Verdict::Verified(Box::new(Verified {
                gateway: G::NAME,
                environment: account.environment(),
                merchant: account.merchant().to_owned(),
                reference: claim.reference,
                amount: claim.amount,
                transaction: claim.transaction,
                authentic,
                matches: Matches {
                    applied_before: expected.is_some_and(|e| e.applied.contains(&fingerprint)),
                    ..matches
                },
                fingerprint,
                outcome: claim.outcome,
                at: claim.at,
                uncovered: claim.uncovered,
                warnings,
                message_sha256: message_sha256.clone(),
                acknowledgement: G::acknowledge(Answer::Recorded, Some(&message), account),
                acknowledgement_if_applied: G::acknowledge(
                    Answer::AlreadyRecorded,
                    Some(&message),
                    account,
                ),
            }))
        }
        Err(reason) => {
            let answer = match &reason {
                Reason::UnknownOrder { .. } => Answer::UnknownOrder,
                Reason::Amount { .. } => Answer::WrongAmount,
                Reason::Malformed { .. }
                | Reason::SignatureAbsent
                | Reason::SignatureWrong
                | Reason::TestCall { .. }
                | Reason::Merchant { .. }
                | Reason::Reference { .. }
                | Reason::Currency { .. }
                | Reason::TransactionReused { .. } => Answer::WrongOrder,
            };
            no(reason, answer, Some(authentic))
        }
    }
}

/// Compares a claim with the merchant and the expected order.
fn bind(
    claim: &Claim,
    merchant: &str,
    expected: Option<&Expected>,
    partial: bool,
) -> Result<Matches, Reason> {
    if let Some(got) = claim.merchant.as_deref().filter(|got| *got != merchant) {
        return Err(Reason::Merchant { got: got.to_owned(), expected: merchant.to_owned() });
    }
    let Some(expected) = expected else {
        return Err(Reason::UnknownOrder { reference: claim.reference.clone() });
    };
    if claim.reference != expected.reference {
        return Err(Reason::Reference {
            got: claim.reference.clone(),
            expected: expected.reference.clone(),
        });
    }
    if let Some(got) = claim.currency.as_deref().filter(|c| *c != "VND") {
        return Err(Reason::Currency { got: got.to_owned() });
    }
    let amount = match claim.amount {
        None => Match::NotCarried,
        Some(got) if got == expected.amount => Match::Equal,
        Some(got) if !partial => return Err(Reason::Amount { got, expected: expected.amount }),
        Some(got) if got < expected.amount => Match::Less,
        Some(_) => Match::More,
    };
    if let Some(transaction) = &claim.transaction
        && claim.outcome.class == Class::Paid
        && expected.used_transactions.contains(transaction)
    {
        return Err(Reason::TransactionReused { transaction: transaction.clone() });
    }
    let carried = |present: bool| if present { Match::Equal } else { Match::NotCarried };
    Ok(Matches {
        merchant: carried(claim.merchant.is_some()),
        reference: Match::Equal,
        amount,
        currency: carried(claim.currency.is_some()),
        applied_before: false,
    })
}

fn warnings(claim: &Claim, expected: Option<&Expected>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if claim.outcome.class == Class::Unknown {
        warnings.push(Warning::CodeUnknown { value: claim.outcome.code.clone() });
    }
    if claim.outcome_unsigned {
        warnings.push(Warning::OutcomeUnsigned { claimed: claim.outcome.code.clone() });
    }
    if let (Some(at), Some(expected)) = (claim.at, expected) {
        let after = |t: OffsetDateTime| (at - t).whole_seconds();
        if let Some(seconds) = expected.now.map(after).filter(|s| *s > expected.tolerance_seconds) {
            warnings.push(Warning::ClockAhead { seconds });
        }
        if let Some(seconds) =
            expected.opened_at.map(|t| -after(t)).filter(|s| *s > expected.tolerance_seconds)
        {
            warnings.push(Warning::BeforeOpening { seconds });
        }
    }
    warnings
}

/// SHA-256 over what makes an event the same event: gateway, merchant, reference, transaction, class and amount, each with its
/// length before it. Raw bytes are not in it: the return, the IPN and a query tell the same news in other words.
pub(crate) fn fingerprint(gateway: &str, merchant: &str, claim: &Claim) -> String {
    let amount = claim.amount.map(|a| a.to_string()).unwrap_or_default();
    // Money is the same money whatever code tells of it; any other answer is told apart by its code.
    let outcome = match claim.outcome.class {
        Class::Paid => "paid",
        Class::Failed
        | Class::Pending
        | Class::Hold
        | Class::RefundPending
        | Class::Refunded
        | Class::RefundFailed
        | Class::Unknown => claim.outcome.code.as_str(),
    };
    let parts = [
        gateway,
        merchant,
        &claim.reference,
        claim.transaction.as_deref().unwrap_or_default(),
        outcome,
        &amount,
    ];
    let text: String = parts.iter().map(|p| format!("{}:{p}", p.len())).collect();
    sha256_hex(text.as_bytes())
}
