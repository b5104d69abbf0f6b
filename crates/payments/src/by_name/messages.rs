//! What each gateway's messages need beside account, order and refund, and which functions they stand for.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::Answer;
use crate::created::Created;
use crate::error::Error;
use crate::gateway::{Account, Gateway, Outgoing};
use crate::notice::{Expected, NoticeRules, Verified};
use crate::order::{Refund, RefundAnswer};
use crate::{keypay, momo, onepay, payos, payplatform, viettelpay, vnpay, zalopay};

/// A gateway's messages under one name each.
pub(super) trait Messages: NoticeRules {
    /// The fields of its request.
    type Payment: DeserializeOwned;
    /// The fields of its query.
    type Query: DeserializeOwned;
    /// What its refund needs beside the refund itself.
    type RefundFields: DeserializeOwned;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error>;
    fn read_created(
        _account: &Account<Self>,
        _payment: &Self::Payment,
        _answer: &Answer,
    ) -> Result<Created, Error> {
        Err(Error::MessageAbsent { gateway: Self::NAME, message: "answer to a request" })
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error>;
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error>;
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error>;
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error>;
}

/// A query by reference alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByReference {
    reference: String,
}

/// payOS's reference is a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByNumber {
    reference: u64,
}

/// A query at an address that the operator gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    url: String,
    reference: String,
}

/// A refund at an address that the operator gives; `reason` is the operator's name for OnePay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundAt {
    url: String,
    reason: String,
}

/// VNPAY's refund: its API fields and the officer.
#[derive(Deserialize)]
pub(super) struct VnpayRefund {
    #[serde(flatten)]
    request: vnpay::ApiRequest,
    created_by: String,
}

impl Messages for vnpay::Vnpay {
    type Payment = vnpay::PayRequest;
    type Query = vnpay::ApiRequest;
    type RefundFields = VnpayRefund;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        vnpay::request(account, payment)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        vnpay::query(account, &query)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![vnpay::read_query(account, expected, answer.body.as_bytes())?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        vnpay::refund(account, &fields.request, refund, &fields.created_by)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        vnpay::read_refund(account, refund, answer.body.as_bytes())
    }
}

/// MoMo's query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MomoQuery {
    reference: String,
    request_id: String,
    lang: momo::Lang,
}

/// MoMo's refund.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MomoRefund {
    description: String,
    lang: momo::Lang,
}

impl Messages for momo::Momo {
    type Payment = momo::CreateRequest;
    type Query = MomoQuery;
    type RefundFields = MomoRefund;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        momo::request(account, payment)
    }
    fn read_created(
        account: &Account<Self>,
        payment: &Self::Payment,
        answer: &Answer,
    ) -> Result<Created, Error> {
        momo::read_created(account, payment, answer.tls::<Self>("request")?)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        momo::query(account, &query.reference, &query.request_id, query.lang)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![momo::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        momo::refund(account, refund, &fields.description, fields.lang)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        momo::read_refund(account, refund, answer.tls::<Self>("refund")?)
    }
}

/// ZaloPay's refund; `asked_at` is when it was first asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZalopayRefund {
    description: String,
    #[serde(with = "crate::instant")]
    asked_at: OffsetDateTime,
}

impl Messages for zalopay::Zalopay {
    type Payment = zalopay::CreateRequest;
    type Query = ByReference;
    type RefundFields = ZalopayRefund;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        zalopay::request(account, payment)
    }
    fn read_created(
        account: &Account<Self>,
        payment: &Self::Payment,
        answer: &Answer,
    ) -> Result<Created, Error> {
        zalopay::read_created(account, payment, answer.tls::<Self>("request")?)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        zalopay::query(account, &query.reference)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![zalopay::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        zalopay::refund(account, refund, &fields.description, fields.asked_at)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        zalopay::read_refund(account, refund, answer.tls::<Self>("refund")?)
    }
}

/// payOS pays out to a bank account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payout {
    description: String,
    bin: String,
    account: String,
}

impl Messages for payos::Payos {
    type Payment = payos::CreateRequest;
    type Query = ByNumber;
    type RefundFields = Payout;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        payos::request(account, payment)
    }
    fn read_created(
        account: &Account<Self>,
        payment: &Self::Payment,
        answer: &Answer,
    ) -> Result<Created, Error> {
        payos::read_created(account, payment, answer.body.as_bytes())
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        payos::query(account, query.reference)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        payos::read_query(account, expected, answer.body.as_bytes())
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        payos::refund(account, refund, &fields.description, (&fields.bin, &fields.account))
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        let signature = answer.signature.as_deref().unwrap_or_default();
        payos::read_payout(account, refund, signature, answer.body.as_bytes())
    }
}

impl Messages for onepay::Onepay {
    type Payment = onepay::PayRequest;
    type Query = At;
    type RefundFields = RefundAt;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        onepay::request(account, payment)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        onepay::query(account, &query.url, &query.reference)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![onepay::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        onepay::refund(account, &fields.url, refund, &fields.reason)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        onepay::read_refund(account, refund, answer.tls::<Self>("refund")?)
    }
}

impl Messages for viettelpay::Viettelpay {
    type Payment = viettelpay::PayRequest;
    type Query = At;
    type RefundFields = RefundAt;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        viettelpay::request(account, payment)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        viettelpay::query(account, &query.url, &query.reference)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![viettelpay::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        viettelpay::refund(account, &fields.url, refund, &fields.reason)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        viettelpay::read_refund(account, refund, answer.body.as_bytes())
    }
}

/// The payment platform's query repeats INIT's time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformQuery {
    reference: String,
    #[serde(with = "crate::instant")]
    created_at: OffsetDateTime,
}

/// A message that nobody can write.
#[derive(Deserialize)]
pub(super) struct NoFields {}

impl Messages for payplatform::Payplatform {
    type Payment = payplatform::InitRequest;
    type Query = PlatformQuery;
    type RefundFields = NoFields;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        payplatform::request(account, payment)
    }
    fn read_created(
        account: &Account<Self>,
        payment: &Self::Payment,
        answer: &Answer,
    ) -> Result<Created, Error> {
        payplatform::read_created(account, payment, answer.tls::<Self>("request")?)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        payplatform::query(account, &query.reference, query.created_at)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![payplatform::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(_: &Account<Self>, _: &Refund, _: NoFields) -> Result<Outgoing, Error> {
        Err(Error::MessageAbsent { gateway: Self::NAME, message: "refund" })
    }
    fn read_refund(_: &Account<Self>, _: &Refund, _: &Answer) -> Result<RefundAnswer, Error> {
        Err(Error::MessageAbsent { gateway: Self::NAME, message: "refund" })
    }
}

impl Messages for keypay::Keypay {
    type Payment = keypay::CreateRequest;
    type Query = At;
    type RefundFields = RefundAt;

    fn request(account: &Account<Self>, payment: &Self::Payment) -> Result<Outgoing, Error> {
        keypay::request(account, payment)
    }
    fn read_created(
        account: &Account<Self>,
        payment: &Self::Payment,
        answer: &Answer,
    ) -> Result<Created, Error> {
        keypay::read_created(account, payment, answer.tls::<Self>("request")?)
    }
    fn query(account: &Account<Self>, query: Self::Query) -> Result<Outgoing, Error> {
        keypay::query(account, &query.url, &query.reference)
    }
    fn read_query(
        account: &Account<Self>,
        expected: &Expected,
        answer: &Answer,
    ) -> Result<Vec<Verified>, Error> {
        Ok(vec![keypay::read_query(account, expected, answer.tls::<Self>("query")?)?])
    }
    fn refund(
        account: &Account<Self>,
        refund: &Refund,
        fields: Self::RefundFields,
    ) -> Result<Outgoing, Error> {
        keypay::refund(account, &fields.url, refund, &fields.reason)
    }
    fn read_refund(
        account: &Account<Self>,
        refund: &Refund,
        answer: &Answer,
    ) -> Result<RefundAnswer, Error> {
        keypay::read_refund(account, refund, answer.tls::<Self>("refund")?)
    }
}
