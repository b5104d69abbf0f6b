//! Step 2: an order, a VietQR code, a VNPAY link; then a sandbox gateway answers, and liars are refused in view.

use motcua::counter::{Case, Counter};
use motcua::payments::gateway::{EnvironmentKind, OneSecret, Sandbox};
use motcua::payments::notice::{RawNotice, Verdict};
use motcua::payments::order::{Attempt, Order};
use motcua::payments::qr::{Medium, png};
use motcua::payments::vietqr::{Target, Transfer, build};
use motcua::payments::vnpay::{self, Config, Locale, PayRequest, sandbox};
use motcua::payments::{Dong, Secret};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::Stage;
use crate::error::Error;
use crate::screen::Mark;

/// The sandbox account of the demo: invented, and worth nothing.
fn account(label: &str, secret: &str) -> Result<Config<Sandbox>, Error> {
    let keys = vec![OneSecret { label: label.to_owned(), secret: Secret::new(secret)? }];
    Ok(Config::new("MOTCUA01", None, keys)?)
}

fn pay(reference: &str, amount: Dong, now: OffsetDateTime) -> PayRequest {
    PayRequest {
        reference: reference.to_owned(),
        amount,
        info: format!("Phi chung thuc {reference}"),
        order_type: "other".to_owned(),
        ip: "127.0.0.1".to_owned(),
        locale: Locale::Vn,
        return_url: "https://dichvucong.example/tra-ve".to_owned(),
        bank_code: None,
        created_at: now,
        expires_at: Some(now + Duration::minutes(15)),
    }
}

/// Leads the payment, under the assessment's name; gives the settled order.
pub(super) fn run(
    stage: &Stage<'_>,
    counter: &mut Counter<'_>,
    case: Case<'_>,
) -> Result<Order, Error> {
    let (screen, now) = (stage.screen, stage.now);
    let reference = case.assessment.to_owned();
    let until = now + Duration::minutes(20);
    let order = counter.open_order(case, &reference, now, Some(until))?.ok_or_else(|| {
        Error::Unexpected { step: "opening an order", got: "no fee is due".to_owned() }
    })?;
    let due = order.due();
    let total = due.get();
    screen.say(&format!("order {reference} over {total} đồng is open"));

    let transfer = Transfer {
        bank: "VCB".to_owned(),
        account: "0011001234567".to_owned(),
        target: Target::Account,
        amount: Some(due),
        memo: Some(reference.clone()),
        bill: None,
        name: None,
        city: None,
        category: None,
    };
    let code = build(&transfer)?;
    screen.fact("VietQR", &code);
    stage.write("payment.png", &png(&code, Medium::Screen, 8)?)?;

    let config = account("demo", "demo secret, worth nothing")?;
    let request = pay(&reference, due, now);
    let sent = vnpay::request(&config, &request)?;
    counter.initiate(
        &reference,
        &Attempt {
            gateway: "vnpay".to_owned(),
            environment: EnvironmentKind::Sandbox,
            merchant: config.merchant().to_owned(),
            reference: reference.clone(),
            at: now,
        },
    )?;
    screen.fact("VNPAY", &sent.url);

    let pretend = sandbox::Pretend {
        response_code: "00".to_owned(),
        transaction_status: "00".to_owned(),
        // The gateway numbers its payments; the reference counts milliseconds, so no two runs share one.
        transaction: reference.trim_start_matches("MC").to_owned(),
        bank_code: "NCB".to_owned(),
        paid_at: now,
    };
    let mut settle = |query: String| {
        let raw = RawNotice::get(query);
        counter
            .settle(&reference, &reference, now, |expected| vnpay::verify(&raw, &config, expected))
    };
    let mut answers = Vec::new();
    let forger = account("forger", "a guess")?;
    let short = pay(&reference, Dong::new(total - 1_000)?, now);
    let lies = [
        ("a forged notice", sandbox::sign_notice(&forger, &request, &pretend)?),
        ("a signed notice over 1 000 đồng less", sandbox::sign_notice(&config, &short, &pretend)?),
    ];
    for (what, query) in lies {
        let settled = settle(query)?;
        let Verdict::Refused(refused) = &settled.verdict else {
            return Err(Error::Unexpected { step: "refusing a notice", got: what.to_owned() });
        };
        let body = &settled.acknowledgement.body;
        screen.mark(
            Mark::Good,
            &format!("{what} is refused ({}); the gateway is told {body}", refused.reason().code()),
        );
        answers.push(json!({"notice": what, "refused": refused.reason().code(), "answer": body}));
    }
    let query = sandbox::sign_notice(&config, &request, &pretend)?;
    let settled = settle(query)?;
    if settled.refused {
        let got = format!("{:?}", settled.verdict);
        return Err(Error::Unexpected { step: "the true notice", got });
    }
    let order = settled.order;
    let body = &settled.acknowledgement.body;
    screen.mark(
        Mark::Good,
        &format!(
            "the true notice settles the order: {}; the gateway is told {body}",
            order.state().name()
        ),
    );
    if !order.state().is_settled() {
        return Err(Error::Unexpected {
            step: "settling the order",
            got: order.state().name().to_owned(),
        });
    }
    answers
        .push(json!({"notice": "the true notice", "state": order.state().name(), "answer": body}));
    stage.write_json(
        "payment.json",
        &json!({"vietqr": code, "vnpay_url": sent.url, "notices": answers, "order": order}),
    )?;
    Ok(order)
}
