//! The order as a file: opened, given an attempt, changed by a notice. A lock beside the file keeps two commands apart, and the file is
//! replaced in one step.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use motcua::payments::Dong;
use motcua::payments::by_name::AnyAccount;
use motcua::payments::notice::{RawNotice, Verdict};
use motcua::payments::order::{Attempt, Order};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;

use super::gateway::{Known, verify};
use super::{AccountArguments, notice, ok};
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// What of a payment the order needs; the gateways name these fields alike.
#[derive(Deserialize)]
pub struct Fields {
    reference: Reference,
    amount: Dong,
    #[serde(default, with = "motcua::payments::instant::optional")]
    created_at: Option<OffsetDateTime>,
    #[serde(default, with = "motcua::payments::instant::optional")]
    expires_at: Option<OffsetDateTime>,
}

/// payOS's reference is a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    Text(String),
    Number(u64),
}

/// Holds the order while it is read, changed and written.
pub struct Held {
    _lock: File,
}

impl Held {
    pub fn new(path: &Path) -> Result<Held, Error> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let lock = path.with_file_name(name);
        let file = File::create(&lock).map_err(|e| Error::write(&lock, &e))?;
        file.lock().map_err(|e| Error::write(&lock, &e))?;
        Ok(Held { _lock: file })
    }
}

/// Reads an order and checks the chain of its records.
pub fn read(path: &Path) -> Result<Order, Error> {
    let order: Order = super::read(path)?;
    order.check_records()?;
    Ok(order)
}

/// Writes an order in one step.
pub fn write(path: &Path, order: &Order) -> Result<(), Error> {
    let mut bytes = serde_json::to_vec_pretty(order).map_err(|e| Error::input(path, &e))?;
    bytes.push(b'\n');
    files::write(path, &bytes)
}

/// Writes the attempt into the order, which is opened where the file is absent.
pub fn initiate(
    path: &Path,
    id: Option<&str>,
    account: &AnyAccount,
    fields: &Fields,
    who: &str,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let _held = Held::new(path)?;
    let reference = match &fields.reference {
        Reference::Text(text) => text.clone(),
        Reference::Number(number) => number.to_string(),
    };
    let at = fields.created_at.unwrap_or(now);
    let mut order = if path.exists() {
        let order = read(path)?;
        if order.outstanding() != fields.amount {
            return Err(Error::Input {
                path: path.display().to_string(),
                problem: format!(
                    "{} đồng are outstanding, the payment is over {}: make them equal",
                    order.outstanding(),
                    fields.amount
                ),
            });
        }
        order
    } else {
        Order::new(id.unwrap_or(&reference), fields.amount, at, fields.expires_at)?
    };
    let attempt = Attempt {
        gateway: account.gateway().to_owned(),
        environment: account.environment(),
        merchant: account.merchant().to_owned(),
        reference,
        at,
    };
    order.initiate(attempt, who)?;
    write(path, &order)
}

/// Judges a notice and applies it. A refused one leaves the file as it is, unless it is authentic and contradicts the order: then the
/// order goes to review.
pub fn apply(
    screen: &Screen,
    account: &AccountArguments,
    raw: &RawNotice,
    path: &Path,
    who: &str,
    now: OffsetDateTime,
    json: bool,
) -> Result<ExitCode, Error> {
    let _held = Held::new(path)?;
    let mut order = read(path)?;
    let verdict = verify(account, raw, &Known::Order(Box::new(order.clone())), now)?;
    let verified = match &verdict {
        Verdict::Verified(verified) => verified,
        Verdict::Refused(refused) => {
            let before = order.clone();
            let (record, answer) = order.refuse(refused, now, who);
            if order != before {
                write(path, &order)?;
            }
            if json {
                ok(
                    screen,
                    &json!({"verdict": "refused", "reason": refused.reason(), "state": order.state(),
                    "acknowledgement": answer, "record": record}),
                );
            } else {
                screen.mark(Mark::Bad, &format!("refused: {}", refused.reason().code()));
                screen.fact("state", order.state().name());
                notice::acknowledgement(screen, &answer);
            }
            return Ok(ExitCode::from(1));
        }
    };
    let applied = order.apply(verified, now, who)?;
    write(path, &order)?;
    if json {
        ok(
            screen,
            &json!({"verdict": "verified", "applied": applied, "outstanding": order.outstanding(),
            "refunds_due": order.refunds_due()}),
        );
    } else {
        screen.mark(Mark::Good, &format!("{}: {}", order.id(), applied.state.name()));
        notice::acknowledgement(screen, &applied.acknowledgement);
    }
    Ok(ExitCode::SUCCESS)
}
