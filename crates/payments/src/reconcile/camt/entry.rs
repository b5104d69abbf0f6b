//! An entry (`Ntry`) and its details: status, reversal, references, and the split of a batch into its transactions.

use std::collections::HashMap;
use std::sync::Arc;

use motcua_money::Amount;
use time::Date;

use super::super::Error;
use super::super::statement::Finding;
use super::super::units::{Units, amount, read_date, units};
use super::super::xml::{Node, Step, Xml};
use super::{field, is_credit, money};

/// What a part of an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Credit,
    Debit,
    ReversedCredit,
    ReversedDebit,
}

/// One transaction of an entry.
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) amount: Amount,
    pub(super) id: Box<str>,
    pub(super) text: Box<str>,
    pub(super) references: Box<[Box<str>]>,
    pub(super) transactions: Box<[Box<str>]>,
    pub(super) code: Arc<str>,
}

/// An entry as read.
pub(super) struct Entry {
    pub(super) amount: Amount,
    pub(super) credit: bool,
    pub(super) booked: bool,
    pub(super) day: Option<Date>,
    pub(super) parts: Vec<Part>,
    pub(super) finding: Option<Finding>,
}

/// Details of one `TxDtls`, not yet bound to the entry.
struct Detail {
    amount: Option<Amount>,
    credit: Option<bool>,
    returned: bool,
    own: Option<String>,
    text: String,
    references: Vec<String>,
    transactions: Vec<String>,
    code: Option<String>,
}

/// Identifiers that banks write where there is none.
const NOTHING: [&str; 3] = ["NOTPROVIDED", "NOT PROVIDED", "NONREF"];

fn given(value: &str) -> bool {
    !NOTHING.iter().any(|n| value.eq_ignore_ascii_case(n))
}

/// What stands directly in the entry.
#[derive(Default)]
struct Head {
    amount: Option<Amount>,
    credit: Option<bool>,
    reversal: Option<bool>,
    booked: Option<bool>,
    day: Option<Date>,
    own: Option<String>,
    code: Option<String>,
    text: String,
}

/// Reads an entry whose start was just read. Its transactions are read one at a time: a batch of a million is never held as XML.
pub(super) fn read(xml: &mut Xml<'_>) -> Result<Entry, Error> {
    let mut head = Head::default();
    let mut details = Vec::new();
    let mut batch = None;
    while let Step::Child(name) = xml.step()? {
        match name.as_str() {
            "NtryDtls" => {
                while let Step::Child(name) = xml.step()? {
                    match name.as_str() {
                        "TxDtls" => {
                            let node = xml.node(&name)?;
                            details.push(detail(xml, &node)?);
                        }
                        "Btch" => batch = Some(xml.node(&name)?),
                        _ => xml.skip()?,
                    }
                }
            }
            // NtryRef is not read: many banks write 1, 2, 3 there, which would make two bookings of two files one.
            "CdtDbtInd" | "Amt" | "RvslInd" | "Sts" | "BookgDt" | "ValDt" | "AcctSvcrRef"
            | "BkTxCd" | "AddtlNtryInf" => {
                let node = xml.node(&name)?;
                head_field(xml, &mut head, node)?;
            }
            _ => xml.skip()?,
        }
    }
    let missing = |name: &str| field(xml, &format!("Ntry/{name}"), "missing");
    let amount = head.amount.ok_or_else(|| missing("Amt"))?;
    let credit = head.credit.ok_or_else(|| missing("CdtDbtInd"))?;
    let booked = head.booked.ok_or_else(|| missing("Sts"))?;
    let day = head.day;
    let (parts, finding) = split(&head, amount, credit, details, batch.as_ref())?;
    Ok(Entry { amount, credit, booked, day, parts, finding })
}

fn head_field(xml: &Xml<'_>, head: &mut Head, node: Node) -> Result<(), Error> {
    let text = node.text.trim();
    let path = format!("Ntry/{}", node.name);
    let twice = match node.name.as_str() {
        "Amt" => head.amount.is_some(),
        "CdtDbtInd" => head.credit.is_some(),
        "RvslInd" => head.reversal.is_some(),
        "Sts" => head.booked.is_some(),
        _ => false,
    };
    if twice {
        return Err(field(xml, &path, "stated twice"));
    }
    match node.name.as_str() {
        "Amt" => head.amount = Some(money(xml, &node, &path)?),
        "CdtDbtInd" => {
            let wrapped = Node { children: vec![node], ..Node::default() };
            head.credit = Some(is_credit(xml, &wrapped, "Ntry")?);
        }
        "RvslInd" => {
            head.reversal = Some(match text {
                "true" | "1" => true,
                "false" | "0" => false,
                other => {
                    return Err(field(xml, &path, format!("{other:?} is not true or false")));
                }
            });
        }
        // Version 02 to 06: the code itself; from 07 on in `Cd`. Any proprietary status is not a booking.
        "Sts" => {
            head.booked = Some(match node.value(&["Cd"]).unwrap_or(text) {
                "BOOK" => true,
                "PDNG" | "INFO" | "FUTR" => false,
                _ if node.value(&["Prtry"]).is_some() => false,
                other => return Err(field(xml, &path, format!("{other:?} is no entry status"))),
            });
        }
        "BookgDt" => head.day = Some(day(xml, &node, &path)?),
        "ValDt" if head.day.is_none() => head.day = Some(day(xml, &node, &path)?),
        "AcctSvcrRef" => head.own = Some(text.to_owned()).filter(|t| !t.is_empty() && given(t)),
        "BkTxCd" => head.code = code(&node),
        "AddtlNtryInf" => text.clone_into(&mut head.text),
        _ => {}
    }
    Ok(())
}

/// `DateAndDateTimeChoice`: `Dt`, or `DtTm` whose day, as the bank wrote it, counts.
fn day(xml: &Xml<'_>, node: &Node, path: &str) -> Result<Date, Error> {
    let text = node.value(&["Dt"]).or_else(|| node.value(&["DtTm"])).unwrap_or_default();
    text.get(..10)
        .and_then(|d| read_date(d, "yyyy-MM-dd"))
        .ok_or_else(|| field(xml, path, format!("{text:?} is not a date")))
}

/// `BkTxCd` as `domain/family/sub-family`, or the bank's own code.
fn code(node: &Node) -> Option<String> {
    let domain = node.at(&["Domn"]).map(|domain| {
        let part = |path: &[&str]| domain.value(path).unwrap_or("-").to_owned();
        [part(&["Cd"]), part(&["Fmly", "Cd"]), part(&["Fmly", "SubFmlyCd"])].join("/")
    });
    domain.or_else(|| node.value(&["Prtry", "Cd"]).map(str::to_owned))
}

fn detail(xml: &Xml<'_>, node: &Node) -> Result<Detail, Error> {
    for name in ["Amt", "CdtDbtInd"] {
        if node.all(name).count() > 1 {
            return Err(field(xml, &format!("TxDtls/{name}"), "stated twice"));
        }
    }
    // From version 03 on the transaction has its own `Amt`; before, `AmtDtls/TxAmt/Amt`.
    let figure = node.at(&["Amt"]).or_else(|| node.at(&["AmtDtls", "TxAmt", "Amt"]));
    let amount = figure.map(|n| money(xml, n, "TxDtls/Amt")).transpose()?;
    let credit = match node.at(&["CdtDbtInd"]) {
        Some(_) => Some(is_credit(xml, node, "TxDtls")?),
        None => None,
    };
    let mut transactions = Vec::new();
    let mut references = Vec::new();
    if let Some(refs) = node.at(&["Refs"]) {
        for name in ["AcctSvcrRef", "TxId", "InstrId", "UETR", "ClrSysRef", "MktInfrstrctrTxId"] {
            transactions.extend(refs.value(&[name]).filter(|v| given(v)).map(str::to_owned));
        }
        for proprietary in refs.all("Prtry") {
            transactions
                .extend(proprietary.value(&["Ref"]).filter(|v| given(v)).map(str::to_owned));
        }
        references.extend(refs.value(&["EndToEndId"]).filter(|v| given(v)).map(str::to_owned));
    }
    let mut texts: Vec<&str> = Vec::new();
    if let Some(remittance) = node.at(&["RmtInf"]) {
        texts.extend(remittance.all("Ustrd").map(|n| n.text.as_str()));
        for structured in remittance.all("Strd") {
            references.extend(structured.value(&["CdtrRefInf", "Ref"]).map(str::to_owned));
            for document in structured.all("RfrdDocInf") {
                references.extend(document.value(&["Nb"]).map(str::to_owned));
            }
            texts.extend(structured.all("AddtlRmtInf").map(|n| n.text.as_str()));
        }
    }
    texts.extend(node.value(&["AddtlTxInf"]));
    let texts: Vec<&str> = texts.into_iter().map(str::trim).filter(|t| !t.is_empty()).collect();
    Ok(Detail {
        amount,
        credit,
        returned: node.at(&["RtrInf"]).is_some(),
        own: node.value(&["Refs", "AcctSvcrRef"]).filter(|v| given(v)).map(str::to_owned),
        text: texts.join(" "),
        references,
        transactions,
        code: node.at(&["BkTxCd"]).and_then(code),
    })
}

/// Splits an entry into its transactions where their amounts add up to it, and keeps it whole otherwise.
fn split(
    head: &Head,
    whole: Amount,
    credit: bool,
    mut details: Vec<Detail>,
    batch: Option<&Node>,
) -> Result<(Vec<Part>, Option<Finding>), Error> {
    let own = head.own.clone().unwrap_or_default();
    let remark = |problem: String| Some(Finding::BatchSum { entry: own.clone(), problem });
    let mut finding = None;
    if let Some(stated) = batch.and_then(|b| b.value(&["NbOfTxs"]))
        && !details.is_empty()
        && stated.parse().ok() != Some(details.len())
    {
        finding = remark(format!("{stated} transactions stated, {} given", details.len()));
    }
    if let [only] = details.as_mut_slice() {
        // A single transaction is the entry; its own amount may be in the payer's currency.
        if only.amount.is_some_and(|a| a.currency() == whole.currency() && a != whole) {
            finding = remark("the only transaction has another amount".to_owned());
        }
        only.amount = Some(whole);
        only.credit = None;
    }
    if details.is_empty() {
        details.push(nothing(whole));
    } else if let Err(problem) = sums_up(&details, whole, credit) {
        finding = remark(problem);
        let merged = merge(details, whole);
        details = vec![merged];
    }
    let several = details.len() > 1;
    if several {
        apart(&mut details, &own);
    }
    let parts = details
        .into_iter()
        .enumerate()
        .map(|(place, detail)| part(head, &own, credit, several.then_some(place), detail, whole))
        .collect();
    Ok((parts, finding))
}

fn nothing(whole: Amount) -> Detail {
    Detail {
        amount: Some(whole),
        credit: None,
        returned: false,
        own: None,
        text: String::new(),
        references: Vec::new(),
        transactions: Vec::new(),
        code: None,
    }
}

/// All that the transactions of an entry say, as one: several references in it will be told apart by a person.
fn merge(details: Vec<Detail>, whole: Amount) -> Detail {
    let mut merged = nothing(whole);
    for detail in details {
        if !merged.text.is_empty() && !detail.text.is_empty() {
            merged.text.push(' ');
        }
        merged.text.push_str(&detail.text);
        merged.references.extend(detail.references);
        merged.transactions.extend(detail.transactions);
    }
    merged
}

/// Whether the transactions add up to the entry.
fn sums_up(details: &[Detail], whole: Amount, credit: bool) -> Result<(), String> {
    let mut sum: Units = 0;
    for detail in details {
        let Some(figure) = detail.amount else {
            return Err("a transaction has no amount".to_owned());
        };
        if figure.currency() != whole.currency() {
            return Err(format!("a transaction is in {}", figure.currency()));
        }
        let value = units(&figure).map_err(|e| e.to_string())?;
        sum += if detail.credit.unwrap_or(credit) == credit { value } else { -value };
    }
    if Ok(sum) == units(&whole) {
        return Ok(());
    }
    let sum = amount(sum, whole.currency()).map(|a| a.value().to_string()).unwrap_or_default();
    Err(format!("the transactions sum to {sum}, the entry is {}", whole.value()))
}

/// Leaves to each part of a batch only the numbers that are its own.
fn apart(details: &mut [Detail], own: &str) {
    let mut seen = HashMap::<String, usize>::new();
    for detail in &*details {
        *seen.entry(detail.own.clone().unwrap_or_default()).or_default() += 1;
    }
    for detail in details {
        let id = detail.own.clone().unwrap_or_default();
        if id == own || seen.get(&id).is_some_and(|n| *n > 1) {
            detail.own = None;
            detail.transactions.retain(|t| *t != id);
        }
        detail.transactions.retain(|t| t != own);
    }
}

fn part(
    head: &Head,
    own: &str,
    credit: bool,
    place: Option<usize>,
    detail: Detail,
    whole: Amount,
) -> Part {
    let credit = detail.credit.unwrap_or(credit);
    let kind = match (credit, head.reversal == Some(true) || detail.returned) {
        (true, false) => Kind::Credit,
        (false, false) => Kind::Debit,
        // ISO 20022, RvslInd: the entry is the reversal of one of the other sign.
        (false, true) => Kind::ReversedCredit,
        (true, true) => Kind::ReversedDebit,
    };
    // A part of a batch without a number of its own is known by the entry's number and its place.
    let id = match (detail.own.as_deref(), place) {
        (Some(id), _) => id.to_owned(),
        (None, Some(place)) if !own.is_empty() => format!("{own}#{}", place + 1),
        (None, _) => own.to_owned(),
    };
    let mut transactions = detail.transactions;
    // The entry's own number stands for each part of it only where it has one part.
    if place.is_none() {
        transactions.extend(head.own.clone());
    }
    transactions.sort_unstable();
    transactions.dedup();
    let mut references = detail.references;
    references.sort_unstable();
    references.dedup();
    let text = if head.text.is_empty() || place.is_some() {
        detail.text
    } else if detail.text.is_empty() {
        head.text.clone()
    } else {
        format!("{} {}", detail.text, head.text)
    };
    let boxed = |list: Vec<String>| list.into_iter().map(String::into_boxed_str).collect();
    Part {
        kind,
        amount: detail.amount.unwrap_or(whole),
        id: id.into_boxed_str(),
        text: text.into_boxed_str(),
        references: boxed(references),
        transactions: boxed(transactions),
        code: Arc::from(detail.code.or_else(|| head.code.clone()).unwrap_or_default()),
    }
}
