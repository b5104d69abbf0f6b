//! CONFIRM: the platform tells the portal what became of a payment.

use super::{Account, Payplatform, code};
use crate::code::PAYPLATFORM;
use crate::dong::Dong;
use crate::gateway::OneSecret;
use crate::instant::read_stamp;
use crate::json::{Json, object, read_object};
use crate::notice::{
    Acknowledgement, Answer, Claim, Message, NoticeRules, RawNotice, pipe_text, uncovered, values,
};
use crate::reason::Reason;
use crate::secret::same_text;

/// The signed fields of CONFIRM, in order.
const SIGNED: [&str; 10] = [
    "LoaiBanTin",
    "MaLoi",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "MaTienTe",
    "MaGiaoDich",
    "MaNganHang",
    "ThoiGianGD",
    "ThongTinGiaoDich",
];

impl NoticeRules for Payplatform {
    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let signed = values(&body, &SIGNED)?;
        let text = pipe_text(&SIGNED, &signed)?;
        let [kind, error, partner, reference, amount, currency, transaction, _, time, _] = &signed;
        if kind != "CONFIRM" {
            return Err(Reason::malformed("LoaiBanTin", "not CONFIRM"));
        }
        let amount =
            Dong::parse(amount).map_err(|_| Reason::malformed("SoTien", "not whole đồng"))?;
        Ok(Message {
            text: ("pipe", text),
            signature: body.scalar("MaXacThuc")?,
            claim: Claim {
                merchant: Some(partner.to_string()),
                amount: Some(amount),
                currency: Some(currency.to_string()),
                transaction: Some(transaction.to_string()).filter(|t| !t.is_empty()),
                at: read_stamp(time),
                uncovered: uncovered(&body, &SIGNED, "MaXacThuc"),
                ..Claim::new(&**reference, PAYPLATFORM.outcome("confirm", error))
            },
            fields: vec![("ThoiGianGD", time.to_string())],
        })
    }

    fn fits(text: &str, signature: &str, keys: &OneSecret) -> bool {
        same_text(code(keys.secret.expose(), text).as_bytes(), signature.as_bytes())
    }

    /// No public text says what a duplicate gets: `00`, as the first. Nor is the text signed in this answer public; the values
    /// are joined in their own order as in every other message.
    fn acknowledge(
        answer: Answer,
        message: Option<&Message>,
        account: &Account,
    ) -> Acknowledgement {
        let (error, text) = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => ("00", "Thanh cong"),
            Answer::UnknownOrder => ("99", "Khong tim thay giao dich"),
            Answer::WrongAmount => ("99", "Sai so tien"),
            Answer::WrongOrder => ("99", "Sai thong tin giao dich"),
            Answer::NotAuthentic => ("99", "Sai ma xac thuc"),
            Answer::Malformed | Answer::TestCall => ("99", "Sai dinh dang"),
        };
        let (reference, time) = message
            .map(|m| (m.claim.reference.as_str(), m.fields.first().map_or("", |(_, v)| v)))
            .unwrap_or_default();
        let signed = [
            ("MaLoi", error),
            ("MoTaLoi", text),
            ("MaDoiTac", account.merchant()),
            ("MaThamChieu", reference),
            ("ThoiGianGD", time),
        ];
        let joined = signed.map(|(_, v)| v).join("|");
        let sum = account.current().map(|k| code(k.secret.expose(), &joined)).unwrap_or_default();
        let mut body: Vec<(&str, Json<'_>)> =
            signed.iter().map(|(k, v)| (*k, Json::from(*v))).collect();
        body.push(("MaXacThuc", Json::from(sum)));
        Acknowledgement::json(200, object(&body))
    }
}
