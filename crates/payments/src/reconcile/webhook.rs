//! Bank webhooks as JSON with a declared mapping. Whether the call is authentic is judged before, by the gateway's `verify` or the
//! service's header; here only its figures are read.

use std::sync::Arc;

use motcua_money::{Amount, Currency};
use serde::{Deserialize, Serialize};

use super::Error;
use super::statement::{Credit, Direction, Statement};
use super::table::{Marked, Said};
use super::units::{NumberStyle, is_date_form, read_date};
use crate::json::{self, Json};

/// Which field of a body means what, by JSON pointer (RFC 6901) from the item.
///
/// SePay: `{"name":"sepay","amount":"/transferAmount","date":"/transactionDate","date_form":"yyyy-MM-dd HH:mm:ss","currency":"VND",
/// "account":"/accountNumber","id":"/id","text":["/content","/code"],"transaction":["/referenceCode"],
/// "direction":{"column":"/transferType","yes":["in"],"no":["out"]}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookMapping {
    /// Name of the service; it stands on each credit.
    pub name: String,
    /// The gateway, where the transaction numbers are a gateway's.
    #[serde(default)]
    pub gateway: Option<String>,
    /// Where the item or the list of items stands; empty for the body itself.
    #[serde(default)]
    pub item: String,
    /// The amount: a JSON integer or a text of digits. Fractions as JSON numbers are refused.
    pub amount: String,
    /// The currency of all items; absent where `currency_at` is given.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Pointer to the currency code.
    #[serde(default)]
    pub currency_at: Option<String>,
    /// Pointer to the booking time.
    #[serde(default)]
    pub date: Option<String>,
    /// How the time is written.
    #[serde(default)]
    pub date_form: String,
    /// Pointer to the account credited.
    #[serde(default)]
    pub account: Option<String>,
    /// Pointer to the service's unique number.
    #[serde(default)]
    pub id: Option<String>,
    /// Pointers to texts to search for our reference.
    #[serde(default)]
    pub text: Vec<String>,
    /// Pointers to values that are our reference.
    #[serde(default)]
    pub reference: Vec<String>,
    /// Pointers to transaction numbers.
    #[serde(default)]
    pub transaction: Vec<String>,
    /// Which way; where absent, a negative amount is a debit.
    #[serde(default)]
    pub direction: Option<Marked>,
}

/// RFC 6901: the value at a pointer.
fn at<'j>(value: &'j Json<'j>, pointer: &str) -> Option<&'j Json<'j>> {
    if pointer.is_empty() {
        return Some(value);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(value, |value, step| match value {
        Json::List(items) => items.get(step.parse::<usize>().ok()?),
        Json::Object(_) => value.get(&step.replace("~1", "/").replace("~0", "~")),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Text(_) => None,
    })
}

/// An item with its place, for readings that name where they fail.
struct Item<'j> {
    number: u64,
    value: &'j Json<'j>,
}

impl Item<'_> {
    /// A scalar as text; absent and null are empty.
    fn text(&self, pointer: &str) -> Result<String, Error> {
        match at(self.value, pointer) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::Text(text)) => Ok(text.trim().to_owned()),
            Some(Json::Integer(digits)) => Ok(digits.to_string()),
            Some(Json::Bool(value)) => Ok(value.to_string()),
            Some(Json::List(_) | Json::Object(_)) => {
                Err(self.bad(pointer, "", "a single value, not a list or object"))
            }
        }
    }

    fn optional(&self, pointer: Option<&String>) -> Result<String, Error> {
        pointer.map_or(Ok(String::new()), |p| self.text(p))
    }

    fn bad(&self, pointer: &str, got: &str, expected: impl Into<String>) -> Error {
        Error::Cell {
            line: self.number,
            column: pointer.to_owned(),
            got: got.chars().take(64).collect(),
            expected: expected.into(),
        }
    }

    fn many(&self, pointers: &[String]) -> Result<Box<[Box<str>]>, Error> {
        let mut values = Vec::new();
        for pointer in pointers {
            values.push(self.text(pointer)?.into_boxed_str());
        }
        Ok(values.into_iter().filter(|v| !v.is_empty()).collect())
    }
}

/// Reads one body (at most 64 KiB, no duplicate keys, no fractional numbers).
///
/// Fails with `payments.reconcile_webhook`, `_mapping` or `_cell`; then nothing is given.
pub fn read(body: &[u8], mapping: &WebhookMapping) -> Result<Vec<Statement>, Error> {
    mapping.check()?;
    let wrong = |field: &str, problem: String| Error::Webhook { field: field.to_owned(), problem };
    let body = json::read_object(body).map_err(|reason| match reason {
        crate::reason::Reason::Malformed { place, problem } => wrong(&place, problem.to_owned()),
        other => wrong("", other.code().to_owned()),
    })?;
    let items: &[Json<'_>] = match at(&body, &mapping.item) {
        Some(Json::List(items)) => items,
        Some(item @ Json::Object(_)) => std::slice::from_ref(item),
        _ => return Err(wrong(&mapping.item, "no item or list of items there".to_owned())),
    };
    let mut statements: Vec<Statement> = Vec::new();
    for (number, value) in (1..).zip(items) {
        item_into(&mut statements, &Item { number, value }, mapping)?;
    }
    Ok(statements)
}

impl WebhookMapping {
    fn check(&self) -> Result<(), Error> {
        let wrong = |field, problem: &str| {
            Err(Error::Mapping { name: self.name.clone(), field, problem: problem.to_owned() })
        };
        if self.name.trim().is_empty() {
            return wrong("name", "missing: name the service");
        }
        if self.currency.is_some() == self.currency_at.is_some() {
            return wrong("currency", "give currency or currency_at, one of them");
        }
        if self.date.is_some() && !is_date_form(&self.date_form) {
            return wrong("date_form", "it must have yyyy or yy, MM and dd");
        }
        let pointers = [Some(&self.item), Some(&self.amount), self.currency_at.as_ref()];
        let others = [&self.date, &self.account, &self.id].into_iter().flatten();
        let lists = self.text.iter().chain(&self.reference).chain(&self.transaction);
        let direction = self.direction.iter().map(|d| &d.column);
        let mut all = pointers.into_iter().flatten().chain(others).chain(lists).chain(direction);
        if !all.all(|p| p.is_empty() || p.starts_with('/')) {
            return wrong("pointers", "a JSON pointer begins with /");
        }
        Ok(())
    }
}

fn item_into(
    statements: &mut Vec<Statement>,
    item: &Item<'_>,
    mapping: &WebhookMapping,
) -> Result<(), Error> {
    let currency = match (&mapping.currency, &mapping.currency_at) {
        (Some(currency), _) => *currency,
        (None, Some(pointer)) => {
            let code = item.text(pointer)?;
            code.parse().map_err(|_| item.bad(pointer, &code, "an ISO 4217 code"))?
        }
        (None, None) => Currency::VND,
    };
    let text = item.text(&mapping.amount)?;
    let value = NumberStyle::PLAIN
        .read(&text)
        .ok_or_else(|| item.bad(&mapping.amount, &text, "an amount as integer or digits"))?;
    let (debit, direction) = match &mapping.direction {
        None => (value.is_sign_negative() && !value.is_zero(), Direction::In),
        Some(marked) => {
            let said = item.text(&marked.column)?;
            if value.is_sign_negative() {
                return Err(item.bad(&mapping.amount, &text, "an amount without sign"));
            }
            match marked.says(&said) {
                Some(Said::Yes) => (false, Direction::In),
                Some(Said::No) => (true, Direction::In),
                Some(Said::Reversal) => (false, Direction::ReversalOfIn),
                None => return Err(item.bad(&marked.column, &said, marked.expected())),
            }
        }
    };
    let booked = match &mapping.date {
        None => None,
        Some(pointer) => {
            let text = item.text(pointer)?;
            let read = read_date(&text, &mapping.date_form);
            let expected = || format!("a time as {}", mapping.date_form);
            Some(read.ok_or_else(|| item.bad(pointer, &text, expected()))?)
        }
    };
    let source: Arc<str> = Arc::from(mapping.name.as_str());
    let account: Arc<str> = Arc::from(item.optional(mapping.account.as_ref())?);
    let index = match statements.iter().position(|s| s.currency == currency && s.account == account)
    {
        Some(index) => index,
        None => {
            let mut statement = Statement::new(source.clone(), currency);
            statement.account = account.clone();
            statements.push(statement);
            statements.len() - 1
        }
    };
    let Some(statement) = statements.get_mut(index) else { return Ok(()) };
    let amount = Amount::new(value.abs(), currency);
    if debit {
        return statement.debits.add(&amount);
    }
    statement.credits.push(Credit {
        source,
        gateway: mapping.gateway.as_deref().map(Arc::from),
        account,
        id: item.optional(mapping.id.as_ref())?.into_boxed_str(),
        direction,
        amount,
        booked,
        text: item.many(&mapping.text)?.join(" ").into_boxed_str(),
        references: item.many(&mapping.reference)?,
        transactions: item.many(&mapping.transaction)?,
        code: Arc::from(""),
    });
    Ok(())
}
