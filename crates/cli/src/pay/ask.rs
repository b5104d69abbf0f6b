//! Queries and refunds: the message to send, and the gateway's answer applied to the order.

use std::path::Path;

use motcua::payments::Dong;
use motcua::payments::by_name::{Answer, AnyAccount};
use motcua::payments::gateway::Outgoing;
use motcua::payments::order::{Order, Refund};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::{AccountArguments, AnswerArguments, account, state, text};
use crate::error::Error;

/// Builds a query.
pub fn query(arguments: &AccountArguments, message: &Path) -> Result<Outgoing, Error> {
    Ok(account::read(arguments)?.query(&text(message)?)?)
}

/// The answer as the arguments give it.
fn answer(given: &AnswerArguments, file: &Path) -> Result<Answer, Error> {
    Ok(Answer {
        body: text(file)?,
        signature: given.answer_signature.clone(),
        asked_over_tls: given.asked_over_tls,
    })
}

/// What the answer to a query did.
#[derive(Serialize)]
pub struct Told {
    /// One for each piece of news.
    pub applied: Vec<Value>,
    pub state: &'static str,
    pub outstanding: Dong,
}

/// Applies the answer to a query about one of the order's attempts.
pub fn told(
    arguments: &AccountArguments,
    given: &AnswerArguments,
    (file, path): (&Path, &Path),
    reference: Option<&str>,
    (who, now): (&str, OffsetDateTime),
) -> Result<Told, Error> {
    let account = account::read(arguments)?;
    let _held = state::Held::new(path)?;
    let mut order = state::read(path)?;
    let reference = asked_about(&order, &account, reference, path)?;
    let none = || Error::Input {
        path: path.display().to_string(),
        problem: format!("no attempt has the reference {reference}"),
    };
    let expected = order.expected(&reference, Some(now)).ok_or_else(none)?;
    let news = account.read_query(&expected, &answer(given, file)?)?;
    let mut applied = Vec::new();
    for piece in &news {
        let done = order.apply(piece, now, who)?;
        applied.push(serde_json::to_value(&done.change).map_err(|e| Error::input(path, &e))?);
    }
    state::write(path, &order)?;
    Ok(Told { applied, state: order.state().name(), outstanding: order.outstanding() })
}

/// The reference given, or that of the order's only attempt with this gateway.
fn asked_about(
    order: &Order,
    account: &AnyAccount,
    reference: Option<&str>,
    path: &Path,
) -> Result<String, Error> {
    if let Some(reference) = reference {
        return Ok(reference.to_owned());
    }
    let mut with = order.attempts().iter().filter(|a| a.gateway == account.gateway());
    match (with.next(), with.next()) {
        (Some(attempt), None) => Ok(attempt.reference.clone()),
        (None, _) => Err(Error::Input {
            path: path.display().to_string(),
            problem: format!("it has no attempt with {}", account.gateway()),
        }),
        (Some(_), Some(_)) => Err(Error::Input {
            path: path.display().to_string(),
            problem: "it has several attempts with this gateway: give --reference".to_owned(),
        }),
    }
}

/// What is asked back.
pub struct Asked {
    pub reference: String,
    pub amount: String,
    pub attempt: u32,
    pub who: String,
    pub now: OffsetDateTime,
}

impl Asked {
    /// Locks the refund in the order; the same attempt gives the same refund.
    fn lock(&self, order: &mut Order) -> Result<Refund, Error> {
        let amount = Dong::parse(&self.amount)?;
        Ok(order.request_refund(&self.reference, amount, self.attempt, self.now, &self.who)?)
    }
}

/// Locks a refund in the order and builds its message. The order is written before anything is printed: a refund that may have been
/// sent is in the file.
pub fn refund(
    arguments: &AccountArguments,
    path: &Path,
    asked: &Asked,
    message: &Path,
) -> Result<Outgoing, Error> {
    let account = account::read(arguments)?;
    let _held = state::Held::new(path)?;
    let mut order = state::read(path)?;
    let refund = asked.lock(&mut order)?;
    let outgoing = account.refund(&refund, &text(message)?)?;
    state::write(path, &order)?;
    Ok(outgoing)
}

/// What the answer to a refund did.
#[derive(Serialize)]
pub struct Settled {
    pub refund: String,
    pub code: String,
    pub state: &'static str,
}

/// Applies the answer to a refund.
pub fn refunded(
    arguments: &AccountArguments,
    given: &AnswerArguments,
    (file, path): (&Path, &Path),
    asked: &Asked,
) -> Result<Settled, Error> {
    let account = account::read(arguments)?;
    let _held = state::Held::new(path)?;
    let mut order = state::read(path)?;
    let known = order.refunds().len();
    let refund = asked.lock(&mut order)?;
    if order.refunds().len() != known {
        return Err(Error::Input {
            path: path.display().to_string(),
            problem: format!(
                "refund {} was never asked for: an answer to it is no news",
                refund.id
            ),
        });
    }
    let answer = account.read_refund(&refund, &answer(given, file)?)?;
    let state = order.apply_refund(&answer, asked.now, &asked.who)?;
    state::write(path, &order)?;
    let (refund, code) = (answer.refund().to_owned(), answer.code().to_owned());
    Ok(Settled { refund, code, state: state.name() })
}
