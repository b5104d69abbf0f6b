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

/// What stands behind a name of the block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// One of [`ReceiptBlock::fields`] that fees demand.
    ForFees,
    /// One that fines demand.
    ForFines,
    /// One that nobody demands.
    Free,
    /// [`ReceiptBlock::service`].
    Service,
    /// [`ReceiptBlock::lines`] of fees.
    FeeLines,
    /// The same of fines.
    FineLines,
}

macro_rules! known {
    ($($name:literal $place:ident)*) => { [$(($name, key!($name), Place::$place)),*] };
}

/// The names that a block may have, sorted as [`ReceiptBlock::fields`] are.
const KNOWN: [(&str, Key, Place); 30] = known! {
    "DSKhoanNop" FineLines
    "DiaChiNguoiNop" Free
    "DiaDiemViPham" ForFines
    "HoTenNguoiNop" Free
    "HuyenNguoiNop" Free
    "KhoBac" Free
    "MaCoQuanQD" ForFines
    "MaDVC" ForFees
    "MaDichVu" Service
    "MaDonVi" ForFees
    "MaHoSo" ForFees
    "MaLoaiHinhThuPhat" Free
    "MaNHThuHuong" ForFees
    "MaTTHC" ForFees
    "NgayQD" ForFines
    "NoiDungThanhToan" Free
    "PhiLePhi" FeeLines
    "SoCMNDNguoiNop" Free
    "SoQD" ForFines
    "TKThuHuong" ForFees
    "TaiKhoanThuNSNN" Free
    "TenCoQuanQD" ForFines
    "TenDVC" Free
    "TenDonVi" ForFees
    "TenLoaiHinhThuPhat" Free
    "TenNguoiViPham" ForFines
    "TenTKThuHuong" ForFees
    "TenTTHC" Free
    "ThoiGianViPham" ForFines
    "TinhNguoiNop" Free
};

impl ReceiptBlock {
    /// Writes the block sorted by name, where its fields are those that the platform takes and the lines sum to `amount`.
    pub(crate) fn write(&self, amount: Dong, out: &mut Writer) -> Result<(), Error> {
        let fees = self.service == Service::Fees;
        // Both are sorted: a name that stands in both is met in one walk.
        let mut given = self.fields.iter().peekable();
        for (name, key, place) in KNOWN {
            match place {
                Place::Service => out.text(key, if fees { "2" } else { "1" }),
                Place::FeeLines if fees => out.list(key, &self.lines, |out, line| {
                    out.text(key!("LoaiPhiLePhi"), &line.kind);
                    out.text(key!("MaPhiLePhi"), &line.code);
                    out.text(key!("SoTien"), &line.amount.digits());
                    out.text(key!("TenPhiLePhi"), &line.name);
                }),
                Place::FineLines if !fees => out.list(key, &self.lines, |out, line| {
                    out.text(key!("NoiDung"), &line.name);
                    out.text(key!("SoTien"), &line.amount.digits());
                }),
                Place::FeeLines | Place::FineLines => {}
                Place::ForFees | Place::ForFines | Place::Free => {
                    match given.next_if(|(given, _)| *given == name) {
                        Some((_, value)) if !value.is_empty() || !self.demands(place) => {
                            out.text(key, value);
                        }
                        None if !self.demands(place) => {}
                        Some(_) | None => return Err(self.refused()),
                    }
                }
            }
        }
        // What is left is unknown, or stands after an unknown name.
        if given.peek().is_some() {
            return Err(self.refused());
        }
        let sum = Dong::sum(self.lines.iter().map(|l| l.amount))?;
        if sum != amount {
            let field = if fees { "PhiLePhi" } else { "DSKhoanNop" };
            return Err(Error::LinesSum { field, sum: sum.get(), amount: amount.get() });
        }
        Ok(())
    }

    fn demands(&self, place: Place) -> bool {
        place == if self.service == Service::Fees { Place::ForFees } else { Place::ForFines }
    }

    /// Why the fields are not taken: the first that is demanded and absent or empty, or else the first that is unknown.
    fn refused(&self) -> Error {
        let lacks = |name: &str| self.fields.get(name).is_none_or(String::is_empty);
        if let Some((field, ..)) = KNOWN.iter().find(|(n, _, by)| self.demands(*by) && lacks(n)) {
            return Error::FieldMissing { field };
        }
        let field = |place| matches!(place, Place::ForFees | Place::ForFines | Place::Free);
        let known = |name: &str| KNOWN.iter().any(|(n, _, place)| *n == name && field(*place));
        let unknown = self.fields.keys().find(|name| !known(name));
        Error::FieldPattern {
            field: "ThongTinBienLai",
            got: unknown.cloned().unwrap_or_default(),
            expected: "a field that the platform has",
        }
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
    use super::{KNOWN, Place, ReceiptBlock, Service, Writer};
    use crate::error::Error;

    #[test]
    fn names_are_sorted() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn fields_are_those_demanded_and_known() {
        for (service, place) in [(Service::Fees, Place::ForFees), (Service::Fines, Place::ForFines)]
        {
            let demanded =
                || KNOWN.iter().filter(|(_, _, by)| *by == place).map(|(name, ..)| *name);
            let block = |fields: &[(&str, &str)]| ReceiptBlock {
                service,
                fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                lines: Vec::new(),
            };
            let write = |fields: &[(&str, &str)]| {
                let mut out = Writer::new();
                block(fields).write(crate::Dong::ZERO, &mut out).map(|()| out.end())
            };
            let all: Vec<_> = demanded().map(|name| (name, "1")).collect();
            let text = write(&all).unwrap();
            assert!(demanded().all(|name| text.contains(&format!("\"{name}\":\"1\""))), "{text}");
            for (i, name) in demanded().enumerate() {
                for without in [None, Some((name, ""))] {
                    let mut some = all.clone();
                    some.remove(i);
                    some.extend(without);
                    // A name that nobody knows changes nothing about what is missing.
                    for more in [None, Some(("A", "1")), Some(("Zz", "1"))] {
                        let fields: Vec<_> = some.iter().copied().chain(more).collect();
                        let error = write(&fields).unwrap_err();
                        assert!(matches!(error, Error::FieldMissing { field } if field == name));
                    }
                }
            }
            for unknown in ["A", "MaX", "Zz", "MaDichVu", "PhiLePhi", "DSKhoanNop"] {
                let fields: Vec<_> = all.iter().copied().chain([(unknown, "1")]).collect();
                let error = write(&fields).unwrap_err();
                assert!(matches!(error, Error::FieldPattern { got, .. } if got == unknown));
            }
            let fields: Vec<_> = all.iter().copied().chain([("TinhNguoiNop", "")]).collect();
            assert!(write(&fields).unwrap().contains(r#""TinhNguoiNop":"""#));
        }
    }
}
