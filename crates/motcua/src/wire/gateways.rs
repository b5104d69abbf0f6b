//! `payments.request`, `payments.verify`, `payments.query`, `payments.order.*` and `payments.reference.*`: every gateway by its name, and
//! the order that news are applied to. An order goes in and comes out whole; its records are checked each time.

use motcua_payments::Dong;
use motcua_payments::by_name::{Answer, AnyAccount};
use motcua_payments::notice::{Expected, RawNotice, Verdict};
use motcua_payments::order::{Attempt, Order, Refund};
use motcua_payments::qr::{self, Medium};
use motcua_payments::reference;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::payments::failure;
use super::{Failure, read, write};

/// Reads the account, whose form is the gateway's own.
fn account(gateway: &str, account: &RawValue) -> Result<AnyAccount, Failure> {
    AnyAccount::read(gateway, account.get()).map_err(failure)
}

/// An order whose records fit together.
fn checked(order: &Order) -> Result<(), Failure> {
    order.check_records().map_err(failure)
}

/// A message of a gateway: `payment` or `message` has the fields of the gateway's documentation page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    gateway: String,
    account: Box<RawValue>,
    #[serde(alias = "payment")]
    message: Box<RawValue>,
}

/// `{"gateway", "account", "payment"}` → what to send, and the account's warning where its rules come from public code alone.
pub(super) fn request(op: &'static str, input: &str) -> Result<String, Failure> {
    let input: Message = read(op, input)?;
    let account = account(&input.gateway, &input.account)?;
    let outgoing = account.request(input.message.get()).map_err(failure)?;
    let warning = account.provenance().warning();
    Ok(json!({ "outgoing": outgoing, "provenance": account.provenance(), "warning": warning })
        .to_string())
}

/// `{"gateway", "account", "payment", "answer"}` → where to send the payer.
pub(super) fn created(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        gateway: String,
        account: Box<RawValue>,
        payment: Box<RawValue>,
        answer: Answer,
    }
    let input: Input = read(op, input)?;
    let account = account(&input.gateway, &input.account)?;
    let created = account.read_created(input.payment.get(), &input.answer).map_err(failure)?;
    Ok(json!({ "created": created, "open": created.is_open() }).to_string())
}

/// `{"gateway", "account", "message"}` → the question to send.
pub(super) fn query(op: &'static str, input: &str) -> Result<String, Failure> {
    let input: Message = read(op, input)?;
    let account = account(&input.gateway, &input.account)?;
    Ok(write(&account.query(input.message.get()).map_err(failure)?))
}

/// A notice, and what is known of its order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    gateway: String,
    account: Box<RawValue>,
    notice: RawNotice,
    #[serde(default)]
    expected: Option<Expected>,
}

/// `{"gateway", "account", "notice", "expected"}` → `verified` or `refused`, with the exact acknowledgement.
pub(super) fn verify(op: &'static str, input: &str) -> Result<String, Failure> {
    let input: Notice = read(op, input)?;
    let account = account(&input.gateway, &input.account)?;
    Ok(write(&account.verify(&input.notice, input.expected.as_ref())))
}

/// `{"gateway", "account", "notice"}` → the reference to look the order up with; nothing is verified.
pub(super) fn claimed_reference(op: &'static str, input: &str) -> Result<String, Failure> {
    let input: Notice = read(op, input)?;
    let account = account(&input.gateway, &input.account)?;
    Ok(match account.claimed_reference(&input.notice) {
        Ok(reference) => json!({ "reference": reference }),
        Err(reason) => json!({ "reference": null, "reason": reason }),
    }
    .to_string())
}

/// `{"id", "due", "opened_at", "expires_at"}` → the order.
pub(super) fn open(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        id: String,
        due: Dong,
        #[serde(with = "motcua_payments::instant")]
        opened_at: OffsetDateTime,
        #[serde(default, with = "motcua_payments::instant::optional")]
        expires_at: Option<OffsetDateTime>,
    }
    let input: Input = read(op, input)?;
    let order = Order::new(&input.id, input.due, input.opened_at, input.expires_at);
    Ok(write(&order.map_err(failure)?))
}

/// `{"order", "attempt", "who"}` → the order with the attempt, to be stored before the request is sent.
pub(super) fn initiate(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        order: Order,
        attempt: Attempt,
        who: String,
    }
    let Input { mut order, attempt, who } = read(op, input)?;
    checked(&order)?;
    order.initiate(attempt, &who).map_err(failure)?;
    Ok(write(&order))
}

/// `{"gateway", "account", "notice", "order", "now", "who"}` → the verdict, the order after it and the acknowledgement to give. A refused
/// notice leaves the order as it is, unless it is authentic and contradicts it.
pub(super) fn apply(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        gateway: String,
        account: Box<RawValue>,
        notice: RawNotice,
        order: Order,
        #[serde(with = "motcua_payments::instant")]
        now: OffsetDateTime,
        who: String,
    }
    let Input { gateway, account: form, notice, mut order, now, who } = read(op, input)?;
    checked(&order)?;
    let account = account(&gateway, &form)?;
    Ok(match account.verify_for(&notice, &order, now) {
        Verdict::Verified(verified) => {
            let applied = order.apply(&verified, now, &who).map_err(failure)?;
            json!({ "verdict": "verified", "change": applied.change,
                "acknowledgement": applied.acknowledgement, "order": order })
        }
        Verdict::Refused(refused) => {
            let (record, acknowledgement) = order.refuse(&refused, now, &who);
            json!({ "verdict": "refused", "reason": refused.reason(), "record": record,
                "acknowledgement": acknowledgement, "order": order })
        }
    }
    .to_string())
}

/// `{"gateway", "account", "answer", "reference", "order", "now", "who"}` → the changes that a query's answer made, and the order.
pub(super) fn answer(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        gateway: String,
        account: Box<RawValue>,
        answer: Answer,
        reference: String,
        order: Order,
        #[serde(with = "motcua_payments::instant")]
        now: OffsetDateTime,
        who: String,
    }
    let Input { gateway, account: form, answer, reference, mut order, now, who } = read(op, input)?;
    checked(&order)?;
    let account = account(&gateway, &form)?;
    let foreign = || motcua_payments::Error::OrderForeign {
        order: order.id().to_owned(),
        field: "reference",
        got: reference.clone(),
    };
    let expected = order.expected(&reference, Some(now)).ok_or_else(foreign).map_err(failure)?;
    let mut changes = Vec::new();
    for piece in account.read_query(&expected, &answer).map_err(failure)? {
        changes.push(order.apply(&piece, now, &who).map_err(failure)?.change);
    }
    Ok(json!({ "changes": changes, "order": order }).to_string())
}

/// `{"gateway", "account", "order", "reference", "amount", "attempt", "message", "now", "who"}` → the refund, its message, and the order,
/// to be stored before the message is sent. The same attempt gives the same refund.
pub(super) fn refund(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        gateway: String,
        account: Box<RawValue>,
        order: Order,
        reference: String,
        amount: Dong,
        attempt: u32,
        message: Box<RawValue>,
        #[serde(with = "motcua_payments::instant")]
        now: OffsetDateTime,
        who: String,
    }
    let input: Input = read(op, input)?;
    let mut order = input.order;
    checked(&order)?;
    let account = account(&input.gateway, &input.account)?;
    let refund = order
        .request_refund(&input.reference, input.amount, input.attempt, input.now, &input.who)
        .map_err(failure)?;
    let outgoing = account.refund(&refund, input.message.get()).map_err(failure)?;
    Ok(json!({ "refund": refund, "outgoing": outgoing, "order": order }).to_string())
}

/// `{"gateway", "account", "order", "refund", "answer", "now", "who"}` → the order after the gateway's answer to a refund.
pub(super) fn refund_answer(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        gateway: String,
        account: Box<RawValue>,
        order: Order,
        /// The identifier that the order gave.
        refund: String,
        answer: Answer,
        #[serde(with = "motcua_payments::instant")]
        now: OffsetDateTime,
        who: String,
    }
    let Input { gateway, account: form, mut order, refund, answer, now, who } = read(op, input)?;
    checked(&order)?;
    let account = account(&gateway, &form)?;
    let unknown = motcua_payments::Error::RefundUnknown {
        order: order.id().to_owned(),
        refund: refund.clone(),
    };
    let asked: Option<Refund> = order.refunds().iter().find(|r| r.id == refund).cloned();
    let asked = asked.ok_or(unknown).map_err(failure)?;
    let answer = account.read_refund(&asked, &answer).map_err(failure)?;
    order.apply_refund(&answer, now, &who).map_err(failure)?;
    Ok(json!({ "class": answer.class(), "code": answer.code(), "order": order }).to_string())
}

/// `{"number"}` → `{"reference"}`, twelve characters that survive banks.
pub(super) fn reference_build(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        number: u64,
    }
    let input: Input = read(op, input)?;
    Ok(json!({ "reference": reference::build(input.number).map_err(failure)? }).to_string())
}

/// `{"text"}` → the references found in a bank's credit text.
pub(super) fn reference_find(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        text: String,
    }
    let input: Input = read(op, input)?;
    Ok(write(&reference::find(&input.text)))
}

/// `{"text", "medium"}` → `{"svg"}`: the symbol for a screen or for paper.
pub(super) fn qr_svg(op: &'static str, input: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        text: String,
        medium: Medium,
    }
    let input: Input = read(op, input)?;
    Ok(json!({ "svg": qr::svg(&input.text, input.medium).map_err(failure)? }).to_string())
}
