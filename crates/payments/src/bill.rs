//! The receipt block of the National Public Service Portal (`ThongTinBienLai`, KeyPay's `bill_info`): what is collected for whom. No gateway's
//! signature covers it: only TLS protects the beneficiary account and the lines.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dong::Dong;
use crate::error::Error;
use crate::json::{Json, read_object};
use crate::reason::Reason;

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

/// The receipt block `ThongTinBienLai`. Compare what comes back with [`ReceiptBlock::differences`]; never read it from the wire as truth.
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
    pub(crate) fn json<'a>(&'a self, amount: Dong) -> Result<Json<'a>, Error> {
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
        let (code, list, lines): (&str, &str, Vec<Json<'_>>) = match self.service {
            Service::Fees => {
                let line = |l: &'a FeeLine| {
                    Json::Object(vec![
                        ("LoaiPhiLePhi".into(), Json::from(l.kind.as_str())),
                        ("MaPhiLePhi".into(), Json::from(l.code.as_str())),
                        ("TenPhiLePhi".into(), Json::from(l.name.as_str())),
                        ("SoTien".into(), Json::from(l.amount.to_string())),
                    ])
                };
                ("2", "PhiLePhi", self.lines.iter().map(line).collect())
            }
            Service::Fines => {
                let line = |l: &'a FeeLine| {
                    Json::Object(vec![
                        ("NoiDung".into(), Json::from(l.name.as_str())),
                        ("SoTien".into(), Json::from(l.amount.to_string())),
                    ])
                };
                ("1", "DSKhoanNop", self.lines.iter().map(line).collect())
            }
        };
        let mut fields = vec![("MaDichVu".into(), Json::from(code))];
        fields.extend(
            self.fields.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), Json::from(v.as_str()))),
        );
        fields.push((list.into(), Json::List(lines)));
        Ok(Json::Object(fields))
    }
}

/// A field of a received block that is not what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, by the platform's own name; `PhiLePhi[0].SoTien` inside lists.
    pub field: String,
    /// The value received; none where absent.
    pub got: Option<String>,
    /// The value sent; none where nothing was.
    pub expected: Option<String>,
}

/// The scalars of a block by path. Empty values are absent ones: the platform fills what was not sent with empty text.
fn flat(value: &Json<'_>, path: &str, out: &mut BTreeMap<String, String>) {
    let mut put = |text: String| {
        if !text.is_empty() {
            out.insert(path.to_owned(), text);
        }
    };
    match value {
        Json::Null => {}
        Json::Bool(b) => put(b.to_string()),
        Json::Integer(digits) => put(digits.to_string()),
        Json::Text(t) => put(t.to_string()),
        Json::List(items) => {
            for (i, item) in items.iter().enumerate() {
                flat(item, &format!("{path}[{i}]"), out);
            }
        }
        Json::Object(fields) => {
            for (key, item) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                flat(item, &format!("{path}{dot}{key}"), out);
            }
        }
    }
}

impl ReceiptBlock {
    /// What in a received block (JSON) is not as it was sent: beneficiary, dossier, lines. Empty where all is the same.
    pub fn differences(&self, received: &[u8], amount: Dong) -> Result<Vec<Difference>, Error> {
        let malformed = |reason: Reason| Error::AnswerMalformed {
            gateway: "payplatform",
            message: "receipt block",
            field: "body".to_owned(),
            problem: reason.code().to_owned(),
        };
        let (mut got, mut sent) = (BTreeMap::new(), BTreeMap::new());
        flat(&read_object(received).map_err(malformed)?, "", &mut got);
        flat(&self.json(amount)?, "", &mut sent);
        let mut names: Vec<&String> = sent.keys().chain(got.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let differs = |name: &&String| got.get(*name) != sent.get(*name);
        Ok(names
            .into_iter()
            .filter(differs)
            .map(|name| Difference {
                field: name.clone(),
                got: got.get(name).cloned(),
                expected: sent.get(name).cloned(),
            })
            .collect())
    }
}
