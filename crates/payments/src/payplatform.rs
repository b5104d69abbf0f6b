//! The payment platform of the National Public Service Portal (PP): INIT, CONFIRM, QUERY, GET_BILL. Read from two public code bases that
//! agree; no official document has been seen: confirm with the platform before use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::code::{Class, Code, Outcome, row};
use crate::dong::Dong;
use crate::error::Error;
use crate::field::{Alphabet, check, ip};
use crate::gateway::{self, Gateway, HIDDEN, OneSecret, Outgoing, Provenance};
use crate::instant::{read_stamp, stamp};
use crate::json::{Json, object, read_object};
use crate::notice::{
    self, Acknowledgement, Answer, Authentic, Claim, Expected, NoticeRules, RawNotice, TlsAnswer,
    Verdict, Verified, from_answer, malformed_answer,
};
use crate::reason::Reason;
use crate::secret::{same_text, sha256_hex};

/// The payment platform.
#[derive(Clone, Copy, Debug)]
pub struct Payplatform;

impl Gateway for Payplatform {
    type Keys = OneSecret;
    const NAME: &'static str = "payplatform";
    const PROVENANCE: Provenance = Provenance::PublicCode;
    const SANDBOX: Option<&'static str> = None;
    const PRODUCTION: Option<&'static str> = None;
}

/// A partner's configuration; the base is the whole address of the service (or of the bus before it).
pub type Config<E> = gateway::Config<Payplatform, E>;
/// A partner's account, its environment being a value.
pub type Account = gateway::Account<Payplatform>;

const VERSION: &str = "1.0.6";
const PIPE: &[char] = &['|'];

/// `MaLoi` of CONFIRM. Any other value is unknown here: the order waits and the platform is queried.
pub static ERROR: [Code; 1] = [row("00", Class::Paid, "paid", "Thành công")];

/// `TrangThaiGD` of QUERY.
pub static STATUS: [Code; 3] = [
    row("1", Class::Paid, "success", "Thành công"),
    row("3", Class::Pending, "pending or unknown", "Chờ xử lý hoặc chưa rõ"),
    row("4", Class::Failed, "failed", "Thất bại"),
];

/// One line of `PhiLePhi`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeLine {
    /// `LoaiPhiLePhi`.
    pub kind: String,
    /// `MaPhiLePhi`.
    pub code: String,
    /// `TenPhiLePhi`.
    pub name: String,
    /// `SoTien`.
    pub amount: Dong,
}

/// What the platform collects for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// `MaDichVu` 2: fees.
    Fees,
    /// `MaDichVu` 1: administrative fines.
    Fines,
}

/// The receipt block `ThongTinBienLai`. The signature does not cover it: only TLS protects the beneficiary account and the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBlock {
    /// Fees or fines.
    pub service: Service,
    /// The other fields by their own names (`MaHoSo`, `TKThuHuong` …).
    pub fields: BTreeMap<String, String>,
    /// `PhiLePhi` for fees, written as `DSKhoanNop` for fines; their sum is the amount.
    pub lines: Vec<FeeLine>,
}

/// Fields that fees demand.
const FEES: [&str; 8] = [
    "MaDVC",
    "MaTTHC",
    "MaDonVi",
    "TenDonVi",
    "MaHoSo",
    "TKThuHuong",
    "MaNHThuHuong",
    "TenTKThuHuong",
];
/// Fields that fines demand.
const FINES: [&str; 7] = [
    "MaCoQuanQD",
    "TenCoQuanQD",
    "NgayQD",
    "SoQD",
    "ThoiGianViPham",
    "DiaDiemViPham",
    "TenNguoiViPham",
];
/// Fields that both may carry.
const OTHERS: [&str; 12] = [
    "TenDVC",
    "TenTTHC",
    "MaLoaiHinhThuPhat",
    "TenLoaiHinhThuPhat",
    "KhoBac",
    "TaiKhoanThuNSNN",
    "NoiDungThanhToan",
    "HoTenNguoiNop",
    "SoCMNDNguoiNop",
    "DiaChiNguoiNop",
    "HuyenNguoiNop",
    "TinhNguoiNop",
];

impl ReceiptBlock {
    fn json(&self, amount: Dong) -> Result<Json, Error> {
        let demanded: &[&'static str] = match self.service {
            Service::Fees => &FEES,
            Service::Fines => &FINES,
        };
        for &field in demanded {
            if self.fields.get(field).is_none_or(String::is_empty) {
                return Err(Error::FieldMissing { field });
            }
        }
        let known = |name: &str| FEES.iter().chain(&FINES).chain(&OTHERS).any(|k| *k == name);
        if let Some(name) = self.fields.keys().find(|k| !known(k)) {
            return Err(Error::FieldPattern {
                field: "ThongTinBienLai",
                got: name.clone(),
                expected: "a field that the platform has",
            });
        }
        let sum = Dong::sum(self.lines.iter().map(|l| l.amount))?;
        if sum != amount {
            let field = if self.service == Service::Fees { "PhiLePhi" } else { "DSKhoanNop" };
            return Err(Error::LinesSum { field, sum: sum.get(), amount: amount.get() });
        }
        let text = |v: &str| Json::Text(v.to_owned());
        let (code, list, lines): (&str, &str, Vec<Json>) = match self.service {
            Service::Fees => {
                let line = |l: &FeeLine| {
                    Json::Object(vec![
                        ("LoaiPhiLePhi".to_owned(), text(&l.kind)),
                        ("MaPhiLePhi".to_owned(), text(&l.code)),
                        ("TenPhiLePhi".to_owned(), text(&l.name)),
                        ("SoTien".to_owned(), text(&l.amount.to_string())),
                    ])
                };
                ("2", "PhiLePhi", self.lines.iter().map(line).collect())
            }
            Service::Fines => {
                let line = |l: &FeeLine| {
                    Json::Object(vec![
                        ("NoiDung".to_owned(), text(&l.name)),
                        ("SoTien".to_owned(), text(&l.amount.to_string())),
                    ])
                };
                ("1", "DSKhoanNop", self.lines.iter().map(line).collect())
            }
        };
        let mut fields = vec![("MaDichVu".to_owned(), text(code))];
        fields.extend(self.fields.iter().map(|(k, v)| (k.clone(), text(v))));
        fields.push((list.to_owned(), Json::List(lines)));
        Ok(Json::Object(fields))
    }
}

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

/// `MaXacThuc`: SHA-256 of the values joined by `|` with the secret last (a plain hash, no HMAC: the platform's choice).
fn code(secret: &str, text: &str) -> String {
    let whole = zeroize::Zeroizing::new(format!("{text}|{secret}"));
    sha256_hex(whole.as_bytes())
}

fn send(
    account: &Account,
    signed: &[(&str, &str)],
    receipt: Option<Json>,
) -> Result<Outgoing, Error> {
    let text = signed.iter().map(|(_, v)| *v).collect::<Vec<_>>().join("|");
    let sum = code(account.current()?.secret.expose(), &text);
    let mut body: Vec<(&str, Json)> =
        signed.iter().map(|(k, v)| (*k, Json::Text((*v).to_owned()))).collect();
    if let Some(receipt) = receipt {
        body.push(("ThongTinBienLai", receipt));
    }
    body.push(("MaXacThuc", Json::Text(sum)));
    Ok(Outgoing {
        method: "POST",
        url: account.base().to_owned(),
        content_type: Some("application/json"),
        body: object(&body),
        canonical: format!("{text}|{HIDDEN}"),
    })
}

/// Builds INIT.
pub fn request(account: &Account, init: &InitRequest) -> Result<Outgoing, Error> {
    check("MaThamChieu", &init.reference, 1, 255, Alphabet::Token)?;
    check("ThongTinGiaoDich", &init.description, 1, 255, Alphabet::Without(PIPE))?;
    ip("Ip", &init.ip)?;
    init.amount.within("SoTien", 1, Dong::MAX.get())?;
    let receipt = init.receipt.json(init.amount)?;
    let (amount, time) = (init.amount.to_string(), stamp(init.created_at));
    let signed = [
        ("LoaiBanTin", "INIT"),
        ("PhienBan", VERSION),
        ("MaDoiTac", account.merchant()),
        ("MaThamChieu", &init.reference),
        ("SoTien", &amount),
        ("LoaiHinhThanhToan", "PAY"),
        ("MaKenhThanhToan", "1"),
        ("MaThietBi", "1"),
        ("NgonNgu", "vi-VN"),
        ("MaTienTe", "VND"),
        ("MaNganHang", "PAYMENT"),
        ("ThongTinGiaoDich", &init.description),
        ("ThoiGianGD", &time),
        ("Ip", &init.ip),
    ];
    send(account, &signed, Some(receipt))
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
        ("LoaiBanTin", kind),
        ("PhienBan", VERSION),
        ("MaDoiTac", account.merchant()),
        ("MaThamChieu", reference),
        ("ThoiGianGD", &time),
    ];
    send(account, &signed, None)
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

/// A notice as read.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    signature: String,
    time: String,
    claim: Claim,
}

impl NoticeRules for Payplatform {
    type Message = Message;

    fn read(raw: &RawNotice) -> Result<Message, Reason> {
        raw.demand("POST")?;
        let body = read_object(&raw.body)?;
        let mut values = Vec::with_capacity(SIGNED.len());
        for key in SIGNED {
            if body.get(key).is_none() {
                return Err(Reason::malformed(key, "missing"));
            }
            let value = body.scalar(key)?;
            if value.contains('|') {
                return Err(Reason::malformed(key, "holds the delimiter '|'"));
            }
            values.push(value);
        }
        if body.scalar("LoaiBanTin")? != "CONFIRM" {
            return Err(Reason::malformed("LoaiBanTin", "not CONFIRM"));
        }
        let amount = Dong::parse(&body.scalar("SoTien")?)
            .map_err(|_| Reason::malformed("SoTien", "not whole đồng"))?;
        let Json::Object(fields) = &body else {
            return Err(Reason::malformed("body", "not a JSON object"));
        };
        let outside = |key: &&String| !SIGNED.contains(&key.as_str()) && *key != "MaXacThuc";
        let time = body.scalar("ThoiGianGD")?;
        Ok(Message {
            text: values.join("|"),
            signature: body.scalar("MaXacThuc")?,
            claim: Claim {
                merchant: Some(body.scalar("MaDoiTac")?),
                reference: body.scalar("MaThamChieu")?,
                amount: Some(amount),
                currency: Some(body.scalar("MaTienTe")?),
                transaction: Some(body.scalar("MaGiaoDich")?).filter(|t| !t.is_empty()),
                outcome: Outcome::of(&ERROR, &body.scalar("MaLoi")?),
                at: read_stamp(&time),
                uncovered: fields.iter().map(|(k, _)| k).filter(outside).cloned().collect(),
                outcome_unsigned: false,
                test_call: None,
            },
            time,
        })
    }

    fn claim(message: &Message) -> Claim {
        message.claim.clone()
    }

    fn signature(message: &Message) -> &str {
        &message.signature
    }

    fn authenticate(
        message: &Message,
        _account: &Account,
        keys: &OneSecret,
    ) -> Option<&'static str> {
        let secret = keys.secret.expose();
        let computed = code(secret, &message.text);
        same_text(secret.as_bytes(), computed.as_bytes(), message.signature.as_bytes())
            .then_some("pipe")
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
        let (reference, time) =
            message.map(|m| (m.claim.reference.clone(), m.time.clone())).unwrap_or_default();
        let signed = [
            ("MaLoi", error),
            ("MoTaLoi", text),
            ("MaDoiTac", account.merchant()),
            ("MaThamChieu", &reference),
            ("ThoiGianGD", &time),
        ];
        let joined = signed.iter().map(|(_, v)| *v).collect::<Vec<_>>().join("|");
        let sum = account.current().map(|k| code(k.secret.expose(), &joined)).unwrap_or_default();
        let mut body: Vec<(&str, Json)> =
            signed.iter().map(|(k, v)| (*k, Json::Text((*v).to_owned()))).collect();
        body.push(("MaXacThuc", Json::Text(sum)));
        Acknowledgement::json(200, object(&body))
    }
}

/// Judges a CONFIRM. See [`notice::verify`].
pub fn verify(raw: &RawNotice, account: &Account, expected: Option<&Expected>) -> Verdict {
    notice::verify::<Payplatform>(raw, account, expected)
}

/// Reads the answer to [`query`]: no public text says what signs it, so it is as good as the connection.
pub fn read_query(
    account: &Account,
    expected: &Expected,
    answer: TlsAnswer<'_>,
) -> Result<Verified, Error> {
    let bad = |reason| malformed_answer::<Payplatform>("QUERY", reason);
    let body = read_object(answer.0).map_err(bad)?;
    let text = |key| body.scalar(key).map_err(bad);
    let outcome = Outcome::of(&STATUS, &text("TrangThaiGD")?);
    let (amount, transaction) = (text("SoTien")?, text("MaGiaoDich")?);
    let claim = Claim {
        merchant: Some(text("MaDoiTac")?),
        reference: text("MaThamChieu")?,
        amount: if amount.is_empty() { None } else { Some(Dong::parse(&amount)?) },
        currency: None,
        transaction: Some(transaction).filter(|t| !t.is_empty()),
        outcome,
        at: None,
        uncovered: vec!["all (TLS only)".to_owned()],
        outcome_unsigned: false,
        test_call: None,
    };
    let authentic = Authentic { key: "tls".to_owned(), form: "tls" };
    from_answer::<Payplatform>(account, claim, expected, authentic, answer.0, false)
}
