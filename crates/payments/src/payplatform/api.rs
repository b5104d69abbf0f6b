//! INIT, QUERY, GET_BILL and their answers. No public text says what signs the answers, so they are as good as the connection.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Account, PIPE, Payplatform, ReceiptBlock, VERSION, send};
use crate::code::PAYPLATFORM;
use crate::created::Created;
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip};
use crate::gateway::Outgoing;
use crate::instant::stamp;
use crate::json::{Json, key, read_object};
use crate::notice::{
    Authentic, Claim, Expected, TlsAnswer, Verified, from_connection, malformed_answer,
};
use crate::reason::Reason;

/// What a citizen is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitRequest {
    /// `MaThamChieu`, 1 to 255.
    pub reference: String,
    /// `SoTien`.
    pub amount: Dong,
    /// `ThongTinGiaoDich`, 1 to 255, without `|`.
    pub description: String,
    /// `ThoiGianGD`. Keep it: QUERY repeats it.
    #[serde(with = "crate::instant")]
    pub created_at: OffsetDateTime,
    /// `Ip` of the payer.
    pub ip: String,
    /// `ThongTinBienLai`.
    pub receipt: ReceiptBlock,
}

/// Builds INIT.
pub fn request(account: &Account, init: &InitRequest) -> Result<Outgoing, Error> {
    check("MaThamChieu", &init.reference, 1, 255, Alphabet::Token)?;
    check("ThongTinGiaoDich", &init.description, 1, 255, Alphabet::Without(PIPE))?;
    ip("Ip", &init.ip)?;
    init.amount.within("SoTien", 1, Dong::MAX.get())?;
    let (amount, time) = (init.amount.digits(), stamp(init.created_at));
    let signed = [
        (key!("LoaiBanTin"), "INIT"),
        (key!("PhienBan"), VERSION),
        (key!("MaDoiTac"), account.merchant()),
        (key!("MaThamChieu"), &init.reference),
        (key!("SoTien"), &amount),
        (key!("LoaiHinhThanhToan"), "PAY"),
        (key!("MaKenhThanhToan"), "1"),
        (key!("MaThietBi"), "1"),
        (key!("NgonNgu"), "vi-VN"),
        (key!("MaTienTe"), "VND"),
        (key!("MaNganHang"), "PAYMENT"),
        (key!("ThongTinGiaoDich"), &init.description),
        (key!("ThoiGianGD"), &time),
        (key!("Ip"), &init.ip),
    ];
    send(account, &signed, |body| {
        body.object(key!("ThongTinBienLai"), |block| init.receipt.write(init.amount, block))
    })
}

fn short(
    account: &Account,
    kind: &str,
    reference: &str,
    created_at: OffsetDateTime,
) -> Result<Outgoing, Error> {
    check("MaThamChieu", reference, 1, 255, Alphabet::Token)?;
    let time = stamp(created_at);
    let signed = [
        (key!("LoaiBanTin"), kind),
        (key!("PhienBan"), VERSION),
        (key!("MaDoiTac"), account.merchant()),
        (key!("MaThamChieu"), reference),
        (key!("ThoiGianGD"), &time),
    ];
    send(account, &signed, |_| Ok(()))
}

/// Builds QUERY; `created_at` is INIT's.
pub fn query(
    account: &Account,
    reference: &str,
    created_at: OffsetDateTime,
) -> Result<Outgoing, Error> {
    short(account, "QUERY", reference, created_at)
}

/// Builds GET_BILL, which answers with the receipt as PDF; `created_at` is INIT's.
pub fn get_bill(
    account: &Account,
    reference: &str,
    created_at: OffsetDateTime,
) -> Result<Outgoing, Error> {
    short(account, "GET_BILL", reference, created_at)
}

/// An answer, out of the envelope `{error_code, message}` of a province's bus where it comes in one.
fn unwrapped(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    let body = read_object(bytes)?;
    match (body.get("error_code"), body.get("message")) {
        (Some(_), Some(Json::Text(inner))) => {
            if body.scalar("error_code")? != "0" {
                return Err(Reason::malformed("error_code", "the bus did not pass the call on"));
            }
            Ok(Cow::Owned(inner.as_bytes().to_vec()))
        }
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

/// Reads the answer to [`request`]: `UrlThanhToan` where the platform took the order.
pub fn read_created(
    account: &Account,
    init: &InitRequest,
    answer: TlsAnswer<'_>,
) -> Result<Created, Error> {
    let bad = |reason| malformed_answer::<Payplatform>("INIT", reason);
    let body = unwrapped(answer.0).map_err(bad)?;
    let body = read_object(&body).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let addresses = (text("UrlThanhToan")?, "".into());
    let outcome = PAYPLATFORM.outcome("init", body.text("MaLoi").map_err(bad)?);
    Created::new(account, &init.reference, outcome, addresses, Authentic::tls(), answer.0)
}

/// Reads the answer to [`query`]: no public text says what signs it, so it is as good as the connection.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Payplatform>("QUERY", reason);
    let body = unwrapped(answer.0).map_err(bad)?;
    let body = read_object(&body).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let outcome = PAYPLATFORM.outcome("query", &text("TrangThaiGD")?);
    let (amount, transaction) = (text("SoTien")?, text("MaGiaoDich")?);
    let claim = Claim {
        merchant: Some(text("MaDoiTac")?),
        amount: Dong::parse_some(&amount)?,
        currency: body.get("MaTienTe").map(|_| text("MaTienTe")).transpose()?,
        transaction: Some(transaction).filter(|t| !t.is_empty()),
        ..Claim::new(text("MaThamChieu")?, outcome)
    };
    from_connection(account, expected, claim, answer)
}

/// Longest receipt taken: a one-page PDF with a seal's picture is well under a megabyte.
const MAX_BILL: usize = 8 * 1024 * 1024;

/// The answer to [`get_bill`]: a PDF, whose first bytes are checked. It is signed, if at all, inside: verify it as a document.
pub fn read_bill<'a>(answer: TlsAnswer<'a>) -> Result<&'a [u8], Error> {
    let problem = if answer.0.len() > MAX_BILL {
        "longer than 8 MiB"
    } else if !answer.0.starts_with(b"%PDF-") {
        "not a PDF"
    } else {
        return Ok(answer.0);
    };
    Err(malformed_answer::<Payplatform>("GET_BILL", Reason::malformed("body", problem)))
}
