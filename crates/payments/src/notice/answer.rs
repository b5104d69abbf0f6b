//! Answers to queries as news: bound to the expected order as a notice is, whether signed or known by the connection only.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::answers::{Answers, MessageHash};
use super::{Authentic, Claim, Expected, NoticeRules, Verified, bind, warnings};
use crate::gateway::{Account, Gateway};
use crate::reason::Reason;

/// The bytes of a gateway's answer that carries no signature of its own: it is as good as the connection it came over.
#[derive(Clone, Copy, Debug)]
pub struct TlsAnswer<'a>(pub(crate) &'a [u8]);

impl<'a> TlsAnswer<'a> {
    /// Say with this name that the caller itself asked the gateway, at the address of the account, over TLS with the
    /// certificate checked, and that `body` is the answer. Bytes that came in a callback or from a browser must never be given.
    pub fn assume_asked_over_tls(body: &'a [u8]) -> TlsAnswer<'a> {
        TlsAnswer(body)
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

impl Authentic {
    /// Known by the connection alone.
    pub(crate) fn tls() -> Authentic {
        Authentic { key: "tls".to_owned(), form: "tls" }
    }
}

/// The answer to a query as read.
pub(crate) struct Answered<'a> {
    pub claim: Claim<'a>,
    pub authentic: Authentic,
    pub body: &'a [u8],
    pub partial: bool,
}

/// Makes news out of the answer to a query, bound to the expected order as a notice is.
pub(crate) fn from_answer<G: NoticeRules>(
    account: &Account<G>,
    expected: &Expected,
    answered: Answered<'_>,
) -> Result<Verified, crate::Error> {
    let Answered { mut claim, authentic, body, partial } = answered;
    if authentic.form == "tls" {
        claim.uncovered = vec!["all (TLS only)".to_owned()];
    }
    let mismatch = |field, got: &str, expected: &str| crate::Error::AnswerMismatch {
        gateway: G::NAME,
        message: "query",
        field,
        got: got.to_owned(),
        expected: expected.to_owned(),
    };
    let matches =
        bind(&claim, account.merchant(), Some(expected), partial).map_err(
            |reason| match reason {
                Reason::Merchant { got, expected } => mismatch("merchant", &got, &expected),
                Reason::Reference { got, expected } => mismatch("reference", &got, &expected),
                Reason::Amount { got, expected } => {
                    mismatch("amount", &got.to_string(), &expected.to_string())
                }
                Reason::Currency { got } => mismatch("currency", &got, "VND"),
                Reason::TransactionReused { transaction } => {
                    mismatch("transaction", &transaction, "a transaction not yet counted")
                }
                Reason::Field { field, got, expected } => crate::Error::AnswerMalformed {
                    gateway: G::NAME,
                    message: "query",
                    field,
                    problem: format!("{got:?} where {expected:?} was sent"),
                },
                Reason::UnknownOrder { .. }
                | Reason::Malformed { .. }
                | Reason::SignatureAbsent
                | Reason::SignatureWrong
                | Reason::TestCall { .. } => mismatch("message", reason.code(), "an answer"),
            },
        )?;
    let mut verified = Verified {
        gateway: G::NAME,
        environment: account.environment(),
        provenance: G::PROVENANCE,
        authentic,
        matches,
        fingerprint: OnceLock::new(),
        warnings: warnings(&claim, Some(expected)),
        reference: claim.reference.into_owned(),
        amount: claim.amount,
        transaction: claim.transaction.map(Cow::into_owned),
        outcome: claim.outcome,
        at: claim.at,
        time: String::new(),
        uncovered: claim.uncovered,
        message: MessageHash::of_body(body),
        answers: Answers::none(account),
    };
    verified.matches.applied_before = expected.applied(&verified);
    Ok(verified)
}

/// Makes news out of a query's answer that is known by its connection alone: `claim` is what the caller read in it, `expected` what the
/// order that was asked about expects.
pub fn from_connection<G: NoticeRules>(
    account: &Account<G>,
    expected: &Expected,
    claim: Claim<'_>,
    answer: TlsAnswer<'_>,
) -> Result<Verified, crate::Error> {
    let authentic = Authentic::tls();
    from_answer(account, expected, Answered { claim, authentic, body: answer.0, partial: false })
}

/// Demands that an answer repeats what was asked.
pub(crate) fn repeats<G: Gateway>(
    message: &'static str,
    field: &'static str,
    got: &str,
    expected: &str,
) -> Result<(), crate::Error> {
    if got == expected {
        return Ok(());
    }
    Err(crate::Error::AnswerMismatch {
        gateway: G::NAME,
        message,
        field,
        got: got.to_owned(),
        expected: expected.to_owned(),
    })
}

/// A reading problem of an answer as an error.
pub(crate) fn malformed_answer<G: Gateway>(message: &'static str, reason: Reason) -> crate::Error {
    let (field, problem) = match reason {
        Reason::Malformed { place, problem } => (place, problem.to_owned()),
        other @ (Reason::SignatureAbsent
        | Reason::SignatureWrong
        | Reason::TestCall { .. }
        | Reason::UnknownOrder { .. }
        | Reason::Merchant { .. }
        | Reason::Reference { .. }
        | Reason::Amount { .. }
        | Reason::Currency { .. }
        | Reason::Field { .. }
        | Reason::TransactionReused { .. }) => ("body".to_owned(), other.code().to_owned()),
    };
    crate::Error::AnswerMalformed { gateway: G::NAME, message, field, problem }
}
