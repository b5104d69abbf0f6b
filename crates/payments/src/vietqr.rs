//! VietQR: the NAPAS 247 transfer code (QR Format T&C v1.0, 09/2021). Strict writer and reader of the profile, a tolerant look at
//! any code, and the question whether a code pays the expected account. A VietQR is not signed and proves no payment.

use serde::{Deserialize, Serialize};

use crate::bank::Banks;
use crate::dong::Dong;
use crate::emv::{self, Finding, Payload, Writer};
use crate::error::Error;
use crate::field::{Alphabet, check};

mod memo;
pub mod scheme;

pub use memo::fold;

/// NAPAS's identifier in sub-object 38.00.
pub const GUID: &str = "A000000727";

/// What the number in 38.01.01 is, and with it the service code in 38.02.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A bank account: `QRIBFTTA`.
    Account,
    /// A card: `QRIBFTTC`.
    Card,
}

impl Target {
    /// The service code of sub-object 38.02.
    pub fn service(self) -> &'static str {
        match self {
            Target::Account => "QRIBFTTA",
            Target::Card => "QRIBFTTC",
        }
    }
}

/// A transfer that a code asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// BIN of the receiving bank, or its code, short name or SWIFT code from the list. Read back: the BIN.
    pub bank: String,
    /// Account or card number, 1 to 19 letters and digits.
    pub account: String,
    /// Account or card.
    #[serde(default = "account")]
    pub target: Target,
    /// The amount; absent in a static code that any amount may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Dong>,
    /// Purpose (62.08): 1 to 25 ASCII characters without diacritics; see [`fold`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// Bill number (62.01), 1 to 25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
    /// Name shown (59), 1 to 25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// City (60), 1 to 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Merchant category code (52), four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

fn account() -> Target {
    Target::Account
}

/// Printable ASCII: what every bank's application shows alike.
fn ascii(field: &'static str, value: &str, max: usize) -> Result<(), Error> {
    check(field, value, 1, max, Alphabet::Without(&[]))?;
    match value.chars().enumerate().find(|(_, c)| !c.is_ascii()) {
        Some((i, character)) => Err(Error::FieldCharacter {
            field,
            character,
            position: i + 1,
            allowed: "ASCII (write the text without diacritics)",
        }),
        None => Ok(()),
    }
}

/// The code as text, with the State Bank's list of banks.
///
/// With an amount the code is dynamic (`12`), without it static (`11`).
pub fn build(transfer: &Transfer) -> Result<String, Error> {
    build_with(transfer, &Banks::state_bank()?)
}

/// The code as text, with a list of banks of the caller. A six-digit BIN that the list lacks is taken as it is.
pub fn build_with(transfer: &Transfer, banks: &Banks) -> Result<String, Error> {
    let bin = match banks.find(&transfer.bank) {
        Ok(bank) => bank.bin.clone(),
        Err(e) => {
            let is_bin =
                transfer.bank.len() == 6 && transfer.bank.bytes().all(|b| b.is_ascii_digit());
            if !is_bin {
                return Err(e);
            }
            transfer.bank.clone()
        }
    };
    // NAPAS §5.1: sub-object 38.01.01 is ANS up to 19.
    check("account", &transfer.account, 1, 19, Alphabet::Alphanumeric)?;
    if let Some(amount) = transfer.amount {
        // EMVCo MPM §4.7.6: a transaction amount is not zero.
        amount.within("amount", 1, Dong::MAX.get())?;
    }
    for (field, value, max) in [
        ("memo", &transfer.memo, 25),
        ("bill", &transfer.bill, 25),
        ("name", &transfer.name, 25),
        ("city", &transfer.city, 15),
    ] {
        if let Some(value) = value {
            ascii(field, value, max)?;
        }
    }
    if let Some(category) = &transfer.category {
        check("category", category, 4, 4, Alphabet::Digits)?;
    }

    let mut beneficiary = Writer::new();
    beneficiary.put("00", &bin)?.put("01", &transfer.account)?;
    let mut napas = Writer::new();
    napas
        .put("00", GUID)?
        .put("01", &beneficiary.template())?
        .put("02", transfer.target.service())?;
    let mut additional = Writer::new();
    additional
        .put_some("01", transfer.bill.as_deref())?
        .put_some("08", transfer.memo.as_deref())?;
    let additional = additional.template();
    let amount = transfer.amount.map(|a| a.to_string());

    let mut root = Writer::new();
    root.put("00", "01")?
        .put("01", if amount.is_some() { "12" } else { "11" })?
        .put("38", &napas.template())?
        .put_some("52", transfer.category.as_deref())?
        .put("53", "704")?
        .put_some("54", amount.as_deref())?
        .put("58", "VN")?
        .put_some("59", transfer.name.as_deref())?
        .put_some("60", transfer.city.as_deref())?
        .put_some("62", Some(additional.as_str()).filter(|a| !a.is_empty()))?;
    root.close()
}

/// Reads a transfer code strictly: structure, check sum and the NAPAS profile must all hold.
pub fn parse(text: &str) -> Result<Transfer, Error> {
    let payload = emv::read(text)?;
    payload.structure()?;
    if !payload.crc.valid {
        return Err(Error::QrCrc { got: payload.crc.found, expected: payload.crc.computed });
    }
    transfer(&payload)
}

fn broken(path: &str, problem: &'static str) -> Error {
    Error::QrProfile { path: path.to_owned(), problem }
}

/// The transfer in a payload, by the NAPAS profile; the check sum is not asked here.
pub fn transfer(payload: &Payload) -> Result<Transfer, Error> {
    let want = |path: &[&str], wanted: &str, problem| match payload.value(path) {
        Some(found) if found == wanted => Ok(()),
        Some(_) | None => Err(broken(&path.join("."), problem)),
    };
    want(&["00"], "01", "the payload format must be 01")?;
    let dynamic = match payload.value(&["01"]) {
        Some("11") => false,
        Some("12") => true,
        Some(_) | None => return Err(broken("01", "must be 11 (static) or 12 (dynamic)")),
    };
    want(&["38", "00"], GUID, "the merchant account must carry NAPAS's identifier A000000727")?;
    want(&["53"], "704", "the currency must be 704 (VND)")?;
    want(&["58"], "VN", "the country must be VN")?;
    let bank = payload.value(&["38", "01", "00"]).unwrap_or_default();
    if bank.len() != 6 || !bank.bytes().all(|b| b.is_ascii_digit()) {
        return Err(broken("38.01.00", "the bank must be a BIN of six digits"));
    }
    let account = payload.value(&["38", "01", "01"]).unwrap_or_default();
    if check("account", account, 1, 19, Alphabet::Alphanumeric).is_err() {
        return Err(broken("38.01.01", "the account must be 1 to 19 letters and digits"));
    }
    if payload.object(&["38", "01", "02"]).is_some() {
        return Err(broken("38.01.02", "the service code stands inside 38.01; its place is 38.02"));
    }
    let target = match payload.value(&["38", "02"]) {
        Some("QRIBFTTA") => Target::Account,
        Some("QRIBFTTC") => Target::Card,
        Some(_) => {
            return Err(broken("38.02", "the service code is neither QRIBFTTA nor QRIBFTTC"));
        }
        None => return Err(broken("38.02", "the service code is missing")),
    };
    let amount = payload.value(&["54"]).map(amount).transpose()?;
    match (dynamic, amount) {
        (true, None) => return Err(broken("54", "a dynamic code must carry an amount")),
        (false, Some(_)) => return Err(broken("54", "a static code must not carry an amount")),
        (true, Some(_)) | (false, None) => {}
    }
    let text = |path: &[&str]| payload.value(path).map(str::to_owned);
    Ok(Transfer {
        bank: bank.to_owned(),
        account: account.to_owned(),
        target,
        amount,
        memo: text(&["62", "08"]),
        bill: text(&["62", "01"]),
        name: text(&["59"]),
        city: text(&["60"]),
        category: text(&["52"]),
    })
}

/// Object 54 in đồng. NAPAS: digits and at most one point; the exponent of VND is 0, so nothing but zeros may follow it.
fn amount(text: &str) -> Result<Dong, Error> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.chars().count() > 13 || !fraction.bytes().all(|b| b == b'0') {
        return Err(broken("54", "the amount must be whole đồng in at most 13 characters"));
    }
    match Dong::parse(whole) {
        Ok(amount) if amount > Dong::ZERO => Ok(amount),
        Ok(_) | Err(_) => Err(broken("54", "the amount must be positive digits without grouping")),
    }
}

/// What a tolerant look at a code shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The objects, the check sum and what was noticed.
    pub payload: Payload,
    /// The payment schemes recognised in the merchant account templates.
    pub schemes: Vec<scheme::Recognised>,
    /// The transfer, where the code holds to the VietQR profile (the check sum may still be wrong: see `payload.crc`).
    pub transfer: Option<Transfer>,
    /// Why there is no transfer: code and text of the error.
    pub refused: Option<String>,
}

/// Looks at any EMVCo code, of whatever scheme.
pub fn inspect(text: &str) -> Result<Inspection, Error> {
    let mut payload = emv::read(text)?;
    // NAPAS table of root objects; real codes break these limits (a utility's name of 31 characters), so: findings.
    for (id, max) in [("54", 13), ("59", 25), ("60", 15), ("61", 10)] {
        if let Some(got) = payload.value(&[id]).map(|v| v.chars().count())
            && got > max
        {
            payload.findings.push(Finding::TooLong { path: id.to_owned(), got, max });
        }
    }
    let schemes = scheme::recognise(&payload)?;
    let strict = payload.structure().and_then(|()| transfer(&payload));
    let (transfer, refused) = match strict {
        Ok(transfer) => (Some(transfer), None),
        Err(e) => (None, Some(format!("{}: {e}", e.code()))),
    };
    Ok(Inspection { payload, schemes, transfer, refused })
}

/// Whether a scanned code pays whom it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Comparison {
    /// Bank, account and kind are the expected ones, and amount and memo where they were given.
    Pays,
    /// It pays somebody or something else.
    Differs {
        /// The first field that differs: `bank`, `account`, `target`, `amount` or `memo`.
        field: &'static str,
        /// What the code says.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The code is no sound VietQR: nothing can be said, so do not pay with it.
    Unreadable {
        /// Code and text of the error.
        problem: String,
    },
}

/// Compares a scanned code with the expected transfer. Amount and memo are compared only where `expected` gives them.
///
/// A swapped sticker can be found in this way and in no other: payment messages do not show it.
pub fn compare(text: &str, expected: &Transfer, banks: &Banks) -> Comparison {
    let unreadable = |e: Error| Comparison::Unreadable { problem: format!("{}: {e}", e.code()) };
    let found = match parse(text) {
        Ok(found) => found,
        Err(e) => return unreadable(e),
    };
    let expected_bin = match banks.find(&expected.bank) {
        Ok(bank) => bank.bin.clone(),
        Err(_) => expected.bank.clone(),
    };
    let rows = [
        ("bank", found.bank, Some(expected_bin)),
        ("account", found.account, Some(expected.account.clone())),
        ("target", found.target.service().to_owned(), Some(expected.target.service().to_owned())),
        (
            "amount",
            found.amount.map(|a| a.to_string()).unwrap_or_default(),
            expected.amount.map(|a| a.to_string()),
        ),
        ("memo", found.memo.unwrap_or_default(), expected.memo.clone()),
    ];
    for (field, found, expected) in rows {
        if let Some(expected) = expected
            && found != expected
        {
            return Comparison::Differs { field, found, expected };
        }
    }
    Comparison::Pays
}
