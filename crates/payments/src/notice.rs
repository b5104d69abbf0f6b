//! The one way to accept a gateway's callback: `verify(raw, account, expected)`. Each gateway supplies [`NoticeRules`]; the order of
//! the checks, the keys tried, the binding to the expected order and the answers live here, once, for all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::code::{Class, Outcome};
use crate::dong::Dong;
use crate::gateway::{Account, Gateway, Keys};
use crate::reason::{Reason, Warning};
use crate::secret::sha256_hex;
use answers::{Answers, MessageHash};

mod answer;
mod answers;
mod raw;
mod signed;
mod taking;
mod verdict;

pub(crate) use answer::{Answered, from_answer, malformed_answer, repeats};
pub use answer::{TlsAnswer, from_connection};
pub use raw::RawNotice;
pub(crate) use signed::{imitates, joined, only_joins, pipe_text, uncovered, values};
pub(crate) use taking::{Field, Seen, Taking};
pub use verdict::{Authentic, Match, Matches, Refused, Verdict, Verified};

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
    /// Other values that were sent and that the notice must repeat, by the gateway's own names: ViettelPay's `billcode` where it is
    /// not the reference, KeyPay's `addition_fee` where it is not zero.
    #[serde(default)]
    pub also: BTreeMap<String, String>,
}

fn five_minutes() -> i64 {
    300
}

impl Expected {
    /// Whether the event is among those applied.
    fn applied(&self, news: &Verified) -> bool {
        !self.applied.is_empty() && self.applied.iter().any(|f| f == news.fingerprint())
    }

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
            also: BTreeMap::new(),
        }
    }
}

/// What a message claims, before anything is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Merchant code; none where the message carries none.
    pub merchant: Option<Cow<'a, str>>,
    /// Our reference.
    pub reference: Cow<'a, str>,
    /// The amount; none where the message carries none.
    pub amount: Option<Dong>,
    /// The currency; none where the message has no such field.
    pub currency: Option<Cow<'a, str>>,
    /// The gateway's transaction number; none where there is none yet.
    pub transaction: Option<Cow<'a, str>>,
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
    /// Signed values that must be those of [`Expected::also`].
    pub also: BTreeMap<String, String>,
}

impl<'a> Claim<'a> {
    /// News of an order that says nothing but what happened.
    pub fn new(reference: impl Into<Cow<'a, str>>, outcome: Outcome) -> Claim<'a> {
        Claim {
            merchant: None,
            reference: reference.into(),
            amount: None,
            currency: None,
            transaction: None,
            outcome,
            at: None,
            uncovered: Vec::new(),
            outcome_unsigned: false,
            test_call: None,
            also: BTreeMap::new(),
        }
    }
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
    pub content_type: Option<Cow<'static, str>>,
    /// Body, byte for byte.
    pub body: Cow<'static, str>,
}

impl Acknowledgement {
    /// A JSON body.
    pub fn json(status: u16, body: impl Into<Cow<'static, str>>) -> Acknowledgement {
        Acknowledgement {
            status,
            content_type: Some(Cow::Borrowed("application/json")),
            body: body.into(),
        }
    }

    /// A status without body.
    pub fn empty(status: u16) -> Acknowledgement {
        Acknowledgement { status, content_type: None, body: Cow::Borrowed("") }
    }
}

/// A notice as read: what it claims, its signature, and the text that was signed.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// What it says.
    pub claim: Claim<'a>,
    /// The signature as received; empty where absent.
    pub signature: Cow<'a, str>,
    /// The signed text and the name of its form, such as `raw`. A part of it that is a key is added by [`NoticeRules::fits`].
    pub text: (&'static str, String),
    /// The time as written, for a gateway whose answer repeats it; else empty.
    pub time: Cow<'a, str>,
}

/// What an answer may repeat of the notice that it answers; empty where the notice could not be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Repeated<'a> {
    /// Our reference.
    pub reference: &'a str,
    /// [`Message::time`].
    pub time: &'a str,
}

impl Message<'_> {
    fn repeated(&self) -> Repeated<'_> {
        Repeated { reference: &self.claim.reference, time: &self.time }
    }
}

/// What a gateway must say about its notices so that [`verify`] can judge them.
pub trait NoticeRules: Gateway + Sized {
    /// Whether one order may be paid by several notices of parts of its amount.
    const PARTIAL: bool = false;
    /// Whether a repeated notice gets another answer than the first.
    const TELLS_REPETITION: bool = false;
    /// Reads the fields. Believes nothing; refuses what is ambiguous.
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason>;
    /// Whether `signature` is the code over `text` with these keys, in constant time.
    fn fits(text: &str, signature: &str, keys: &Self::Keys) -> bool;
    /// Other forms in which senders of this gateway sign the same fields, tried after the first.
    fn other_forms(_message: &Message<'_>) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Whether the signed text, which has no separators, would say what is expected if it were cut at another place: then the notice may
    /// be a true one cut anew, and its difference from the order is no news.
    fn may_be_cut_anew(_message: &Message<'_>, _expected: &Expected) -> bool {
        false
    }
    /// The answer in the gateway's words. The same answer to the same notice is always given in the same words: it may be asked for
    /// later, and more than once.
    fn acknowledge(
        answer: Answer,
        repeated: Repeated<'_>,
        account: &Account<Self>,
    ) -> Acknowledgement;
}

/// The reference that a notice claims, to look the order up with. Nothing is verified.
pub fn claimed_reference<G: NoticeRules>(raw: &RawNotice) -> Result<String, Reason> {
    raw.within_budget()?;
    Ok(G::read(raw)?.claim.reference.into_owned())
}

/// Judges a notice: authentic? of the expected order? and what happened?
///
/// `expected` is the order found under [`claimed_reference`], or none where there is none.
pub fn verify<G: NoticeRules>(
    raw: &RawNotice,
    account: &Account<G>,
    expected: Option<&Expected>,
) -> Verdict {
    let refuse = |reason: Reason, answer, message: Option<&Message<'_>>, authentic| {
        Verdict::Refused(Box::new(Refused {
            gateway: G::NAME,
            environment: account.environment(),
            security_event: reason.is_security_event(),
            reason,
            authentic,
            reference: message.map(|m| m.claim.reference.to_string()),
            message_sha256: raw.sha256(),
            acknowledgement: G::acknowledge(
                answer,
                message.map(Message::repeated).unwrap_or_default(),
                account,
            ),
        }))
    };
    let message = match raw.within_budget().and_then(|()| G::read(raw)) {
        Ok(message) => message,
        Err(reason) => return refuse(reason, Answer::Malformed, None, None),
    };
    let claim = &message.claim;
    let no = |reason, answer, authentic| refuse(reason, answer, Some(&message), authentic);
    let authentic = authenticate(&message, account);
    // A test call is one only while no order of ours has its reference.
    if let (Some(sign), None) = (claim.test_call, expected) {
        return no(Reason::TestCall { sign }, Answer::TestCall, authentic);
    }
    let recut = expected.is_some_and(|e| G::may_be_cut_anew(&message, e));
    let Some(authentic) = authentic.filter(|_| !recut) else {
        let reason = if message.signature.is_empty() {
            Reason::SignatureAbsent
        } else {
            Reason::SignatureWrong
        };
        return no(reason, Answer::NotAuthentic, None);
    };
    match bind(claim, account.merchant(), expected, G::PARTIAL) {
        Ok(matches) => {
            let current = account.keys().first().map(Keys::label);
            let mut warnings = warnings(claim, expected);
            if current != Some(authentic.key.as_str()) {
                warnings.push(Warning::PreviousKey { label: authentic.key.clone() });
            }
            let Message { claim, time, .. } = message;
            let mut verified = Box::new(Verified {
                gateway: G::NAME,
                environment: account.environment(),
                provenance: G::PROVENANCE,
                reference: claim.reference.into_owned(),
                amount: claim.amount,
                transaction: claim.transaction.map(Cow::into_owned),
                authentic,
                matches,
                outcome: claim.outcome,
                at: claim.at,
                time: time.into_owned(),
                uncovered: claim.uncovered,
                warnings,
                fingerprint: OnceLock::new(),
                message: MessageHash::of(raw),
                answers: Answers::to_notice(account),
            });
            verified.matches.applied_before = expected.is_some_and(|e| e.applied(&verified));
            Verdict::Verified(verified)
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
                | Reason::Field { .. }
                | Reason::TransactionReused { .. } => Answer::WrongOrder,
            };
            no(reason, answer, Some(authentic))
        }
    }
}

/// The key and the form of the signed text that fit the signature. An absent or empty one fits nothing.
fn authenticate<G: NoticeRules>(message: &Message<'_>, account: &Account<G>) -> Option<Authentic> {
    if message.signature.is_empty() {
        return None;
    }
    let by = |form: &'static str, text: &str| {
        let keys = account.keys().iter().find(|k| G::fits(text, &message.signature, k))?;
        Some(Authentic { key: keys.label().to_owned(), form })
    };
    let (form, text) = &message.text;
    by(form, text)
        .or_else(|| G::other_forms(message).iter().find_map(|(form, text)| by(form, text)))
}

/// Compares a claim with the merchant and the expected order.
fn bind(
    claim: &Claim<'_>,
    merchant: &str,
    expected: Option<&Expected>,
    partial: bool,
) -> Result<Matches, Reason> {
    if let Some(got) = claim.merchant.as_deref().filter(|got| *got != merchant) {
        return Err(Reason::Merchant { got: got.to_owned(), expected: merchant.to_owned() });
    }
    let Some(expected) = expected else {
        return Err(Reason::UnknownOrder { reference: claim.reference.to_string() });
    };
    if claim.reference != expected.reference {
        return Err(Reason::Reference {
            got: claim.reference.to_string(),
            expected: expected.reference.clone(),
        });
    }
    if let Some(got) = claim.currency.as_deref().filter(|c| *c != "VND") {
        return Err(Reason::Currency { got: got.to_owned() });
    }
    // Every other value that was sent comes back as it was, and none that was not.
    for name in claim.also.keys().chain(expected.also.keys()) {
        let got = claim.also.get(name);
        if got != expected.also.get(name) {
            return Err(Reason::Field {
                field: name.clone(),
                got: got.cloned().unwrap_or_default(),
                expected: expected.also.get(name).cloned().unwrap_or_default(),
            });
        }
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
        && expected.used_transactions.iter().any(|used| *used == **transaction)
    {
        return Err(Reason::TransactionReused { transaction: transaction.to_string() });
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

fn warnings(claim: &Claim<'_>, expected: Option<&Expected>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if claim.outcome.class == Class::Unknown {
        warnings.push(Warning::CodeUnknown { value: claim.outcome.code.to_string() });
    }
    if claim.outcome_unsigned {
        warnings.push(Warning::OutcomeUnsigned { claimed: claim.outcome.code.to_string() });
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

/// What makes an event the same event.
pub(crate) struct Event<'a> {
    pub gateway: &'a str,
    pub merchant: &'a str,
    pub reference: &'a str,
    pub transaction: Option<&'a str>,
    pub outcome: &'a Outcome,
    pub amount: Option<Dong>,
}

/// SHA-256 over gateway, merchant, reference, transaction, class and amount, each with its length before it. Raw bytes are not in it: the
/// return, the IPN and a query tell the same news in other words.
pub(crate) fn fingerprint(event: &Event<'_>) -> String {
    let amount = event.amount.map(|a| a.to_string()).unwrap_or_default();
    // Money is the same money whatever code tells of it; any other answer is told apart by its code.
    let outcome = match event.outcome.class {
        Class::Paid => "paid",
        Class::Failed
        | Class::Pending
        | Class::Hold
        | Class::RefundPending
        | Class::Refunded
        | Class::RefundFailed
        | Class::Unknown => &event.outcome.code,
    };
    let parts = [
        event.gateway,
        event.merchant,
        event.reference,
        event.transaction.unwrap_or_default(),
        outcome,
        &amount,
    ];
    let mut text = String::with_capacity(200);
    for part in parts {
        number_into(&mut text, part.len());
        text.push(':');
        text.push_str(part);
    }
    sha256_hex(text.as_bytes())
}

/// Appends a number in decimal digits.
fn number_into(out: &mut String, number: usize) {
    if number > 9 {
        number_into(out, number / 10);
    }
    // One decimal digit always is one.
    out.extend(char::from_digit((number % 10) as u32, 10));
}
