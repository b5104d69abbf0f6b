//! The receipt block of the National Public Service Portal (`ThongTinBienLai`, KeyPay's `bill_info`): what is collected for whom. No gateway's
//! signature covers it: only TLS protects the beneficiary account and the lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dong::Dong;
use crate::error::Error;
use crate::json::{Json, Key, Writer, key, read_object};
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

/// Who demands a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demanded {
    /// Fees.
    ForFees,
    /// Fines.
    ForFines,
    /// Nobody; both may carry it.
    Not,
}

macro_rules! known {
    ($($name:literal $demanded:ident)*) => { [$(($name, key!($name), Demanded::$demanded)),*] };
}

/// A field's name, its key, and who demands it.
type Known = (&'static str, Key, Demanded);

/// The fields that a block may have, sorted by name as [`ReceiptBlock::fields`] are.
const KNOWN: [Known; 27] = known! {
    "DiaChiNguoiNop" Not
    "DiaDiemViPham" ForFines
    "HoTenNguoiNop" Not
    "HuyenNguoiNop" Not
    "KhoBac" Not
    "MaCoQuanQD" ForFines
    "MaDVC" ForFees
    "MaDonVi" ForFees
    "MaHoSo" ForFees
    "MaLoaiHinhThuPhat" Not
    "MaNHThuHuong" ForFees
    "MaTTHC" ForFees
    "NgayQD" ForFines
    "NoiDungThanhToan" Not
    "SoCMNDNguoiNop" Not
    "SoQD" ForFines
    "TKThuHuong" ForFees
    "TaiKhoanThuNSNN" Not
    "TenCoQuanQD" ForFines
    "TenDVC" Not
    "TenDonVi" ForFees
    "TenLoaiHinhThuPhat" Not
    "TenNguoiViPham" ForFines
    "TenTKThuHuong" ForFees
    "TenTTHC" Not
    "ThoiGianViPham" ForFines
    "TinhNguoiNop" Not
};

impl ReceiptBlock {
    /// Writes the block's fields, where they are those that the platform takes and the lines sum to `amount`.
    pub(crate) fn write(&self, amount: Dong, out: &mut Writer) -> Result<(), Error> {
        let (service, (field, list), demanded) = match self.service {
            Service::Fees => ("2", ("PhiLePhi", key!("PhiLePhi")), Demanded::ForFees),
            Service::Fines => ("1", ("DSKhoanNop", key!("DSKhoanNop")), Demanded::ForFines),
        };
        out.text(key!("MaDichVu"), service);
        // Both are sorted: each name is looked for after the one before.
        let mut known = KNOWN.iter();
        let mut missing = None;
        let mut unknown = None;
        let lacks =
            |of: &[Known]| of.iter().find(|(_, _, by)| *by == demanded).map(|(name, ..)| *name);
        for (name, value) in &self.fields {
            let rest = known.as_slice();
            let Some(at) = known.position(|(k, ..)| k == name) else {
                unknown = unknown.or(Some(name));
                known = rest.iter();
                continue;
            };
            let (skipped, found) = (rest.get(..at).unwrap_or_default(), rest.get(at..=at));
            missing = missing.or_else(|| lacks(skipped));
            if value.is_empty() {
                missing = missing.or_else(|| lacks(found.unwrap_or_default()));
            }
            if let Some([(_, key, _)]) = found {
                out.text(*key, value);
            }
        }
        if let Some(field) = missing.or_else(|| lacks(known.as_slice())) {
            return Err(Error::FieldMissing { field });
        }
        if let Some(name) = unknown {
            return Err(Error::FieldPattern {
                field: "ThongTinBienLai",
                got: name.clone(),
                expected: "a field that the platform has",
            });
        }
        let sum = Dong::sum(self.lines.iter().map(|l| l.amount))?;
        if sum != amount {
            return Err(Error::LinesSum { field, sum: sum.get(), amount: amount.get() });
        }
        out.list(list, &self.lines, |out, line| {
            if self.service == Service::Fees {
                out.text(key!("LoaiPhiLePhi"), &line.kind);
                out.text(key!("MaPhiLePhi"), &line.code);
                out.text(key!("TenPhiLePhi"), &line.name);
            } else {
                out.text(key!("NoiDung"), &line.name);
            }
            out.text(key!("SoTien"), &line.amount.digits());
        });
        Ok(())
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
        let mut ours = Writer::new();
        self.write(amount, &mut ours)?;
        flat(&read_object(ours.end().as_bytes()).map_err(malformed)?, "", &mut sent);
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

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn known_fields_are_sorted() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0));
    }
}
