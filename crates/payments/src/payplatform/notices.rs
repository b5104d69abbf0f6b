//! CONFIRM: the platform tells the portal what became of a payment.

use super::{Account, Payplatform, hashed};
use crate::code::PAYPLATFORM;
use crate::dong::Dong;
use crate::gateway::OneSecret;
use crate::instant::read_stamp;
use crate::json::{Writer, key, read_object};
use crate::notice::{
    Acknowledgement, Answer, Claim, Field, Message, NoticeRules, RawNotice, Repeated, Taking,
    pipe_text, uncovered, values,
};
use crate::reason::Reason;
use crate::secret::{sha256_fits, sha256_hex_into};

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
    fn read(raw: &RawNotice) -> Result<Message<'_>, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let mut fields = Taking::of(&body);
        let signed = values(&mut fields, &SIGNED)?;
        let text = pipe_text(&SIGNED, &signed)?;
        let signature = fields.take("MaXacThuc").map(Field::value);
        let [kind, error, partner, reference, amount, currency, transaction, _, time, _] = signed;
        if kind != "CONFIRM" {
            return Err(Reason::malformed("LoaiBanTin", "not CONFIRM"));
        }
        let amount =
            Dong::parse(&amount).map_err(|_| Reason::malformed("SoTien", "not whole đồng"))?;
        Ok(Message {
            text: ("pipe", text),
            signature: signature.transpose()?.unwrap_or_default(),
            claim: Claim {
                merchant: Some(partner),
                amount: Some(amount),
                currency: Some(currency),
                transaction: Some(transaction).filter(|t| !t.is_empty()),
                at: read_stamp(&time),
                uncovered: uncovered(&fields),
                ..Claim::new(reference, PAYPLATFORM.outcome("confirm", &error))
            },
            time,
        })
    }

    fn fits(text: &str, signature: &str, keys: &OneSecret) -> bool {
        sha256_fits(hashed(keys.secret.expose(), text), signature)
    }

    /// No public text says what a duplicate gets: `00`, as the first. Nor is the text signed in this answer public; the values
    /// are joined in their own order as in every other message.
    fn acknowledge(answer: Answer, repeated: Repeated<'_>, account: &Account) -> Acknowledgement {
        let (error, text) = match answer {
            Answer::Recorded | Answer::AlreadyRecorded => ("00", "Thanh cong"),
            Answer::UnknownOrder => ("99", "Khong tim thay giao dich"),
            Answer::WrongAmount => ("99", "Sai so tien"),
            Answer::WrongOrder => ("99", "Sai thong tin giao dich"),
            Answer::NotAuthentic => ("99", "Sai ma xac thuc"),
            Answer::Malformed | Answer::TestCall => ("99", "Sai dinh dang"),
        };
        let signed = [
            (key!("MaLoi"), error),
            (key!("MoTaLoi"), text),
            (key!("MaDoiTac"), account.merchant()),
            (key!("MaThamChieu"), repeated.reference),
            (key!("ThoiGianGD"), repeated.time),
        ];
        let joined = signed.map(|(_, v)| v).join("|");
        let mut body = Writer::new();
        signed.iter().for_each(|(key, value)| body.text(*key, value));
        // An account never is without keys; nothing is signed with an empty one.
        body.code(key!("MaXacThuc"), |out| {
            if let Ok(keys) = account.current() {
                sha256_hex_into(out, hashed(keys.secret.expose(), &joined));
            }
        });
        Acknowledgement::json(200, body.end())
    }
}
