//! Bank statements and notifications of ISO 20022: camt.053 and camt.054, versions 02 to 14, the subset that tells what was paid.
//! Entries and their batches are read in `camt/entry.rs`.

use std::sync::Arc;

use motcua_money::{Amount, Currency};

use super::Error;
use super::statement::{Credit, Direction, Finding, Statement};
use super::units::{NumberStyle, Units, amount, units};
use super::xml::{Node, Step, Xml};

mod entry;

use entry::Kind;

/// What stands before the version in a namespace.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// Versions read: the first with today's structure, and the last published.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=14;

/// Reads a document: one [`Statement`] for each `Stmt` or `Ntfctn` in it. An envelope around `Document` is passed over; where it holds
/// several documents, all are read.
///
/// Fails with `payments.reconcile_encoding`, `_xml_unsafe`, `_xml_syntax`, `_camt_version` or `_camt_field`; then nothing is given.
pub fn read(bytes: &[u8]) -> Result<Vec<Statement>, Error> {
    let mut xml = Xml::open(bytes)?;
    let mut statements = Vec::new();
    let mut documents = 0;
    while let Some(namespace) = xml.find_root("Document", NAMESPACE)? {
        documents += 1;
        document(&mut xml, &namespace, &mut statements)?;
    }
    if documents == 0 {
        return Err(Error::CamtVersion { got: xml.outermost().to_owned() });
    }
    Ok(statements)
}

/// Reads one `Document` whose start was just read.
fn document(
    xml: &mut Xml<'_>,
    namespace: &str,
    statements: &mut Vec<Statement>,
) -> Result<(), Error> {
    let message = namespace.strip_prefix(NAMESPACE).unwrap_or_default();
    let unknown = || Error::CamtVersion { got: namespace.to_owned() };
    let (kind, parts) = match message.get(..8) {
        Some("camt.053") => ("camt.053", ("BkToCstmrStmt", "Stmt")),
        Some("camt.054") => ("camt.054", ("BkToCstmrDbtCdtNtfctn", "Ntfctn")),
        _ => return Err(unknown()),
    };
    let version = message.get(8..).and_then(|v| v.strip_prefix(".001.")).filter(|v| v.len() == 2);
    if !version.and_then(|v| v.parse().ok()).is_some_and(|v: u32| VERSIONS.contains(&v)) {
        return Err(unknown());
    }
    let source: Arc<str> = Arc::from(kind);
    let before = statements.len();
    while let Step::Child(name) = xml.step()? {
        if name != parts.0 {
            xml.skip()?;
            continue;
        }
        while let Step::Child(name) = xml.step()? {
            if name == parts.1 {
                statements.push(statement(xml, &source)?);
            } else {
                xml.skip()?;
            }
        }
    }
    if statements.len() == before {
        return Err(field(xml, parts.0, "the document holds no statement"));
    }
    Ok(())
}

fn field(xml: &Xml<'_>, path: &str, problem: impl Into<String>) -> Error {
    Error::CamtField { at: xml.place(), path: path.to_owned(), problem: problem.into() }
}

/// The account as the statement names it: IBAN, or the bank's own number.
fn account(node: &Node) -> &str {
    node.value(&["Id", "IBAN"]).or_else(|| node.value(&["Id", "Othr", "Id"])).unwrap_or_default()
}

/// An element `Amt` with its currency, never negative (the sign is `CdtDbtInd`).
fn money(xml: &Xml<'_>, node: &Node, path: &str) -> Result<Amount, Error> {
    let code = node.currency.as_deref().unwrap_or_default();
    let currency: Currency = code
        .parse()
        .map_err(|_| field(xml, path, format!("currency {code:?} is not of ISO 4217")))?;
    let text = node.text.trim();
    let value = NumberStyle::PLAIN
        .read(text)
        .filter(|v| !v.is_sign_negative() && !text.starts_with(['+', '-']))
        .ok_or_else(|| field(xml, path, format!("{text:?} is not an amount")))?;
    Ok(Amount::new(value, currency))
}

/// `CRDT` is true.
fn is_credit(xml: &Xml<'_>, node: &Node, path: &str) -> Result<bool, Error> {
    match node.value(&["CdtDbtInd"]) {
        Some("CRDT") => Ok(true),
        Some("DBIT") => Ok(false),
        other => Err(field(xml, path, format!("CdtDbtInd is {other:?}: it must be CRDT or DBIT"))),
    }
}

/// What is summed up while a statement is read.
#[derive(Default)]
struct Sums {
    currency: Option<Currency>,
    balances: Vec<(String, Units, Currency)>,
    booked: Units,
    entries: u64,
    credits: (u64, Units),
    debits: (u64, Units),
    summary: Vec<Node>,
}

/// Reads a statement whose start was just read.
fn statement(xml: &mut Xml<'_>, source: &Arc<str>) -> Result<Statement, Error> {
    // The currency is known from the first amount; VND stands until then and is replaced below.
    let mut statement = Statement::new(source.clone(), Currency::VND);
    let mut sums = Sums::default();
    let mut stated_currency = None;
    while let Step::Child(name) = xml.step()? {
        match name.as_str() {
            "Id" => xml.node(&name)?.text.trim().clone_into(&mut statement.id),
            "Acct" => {
                let node = xml.node(&name)?;
                statement.account = Arc::from(account(&node));
                stated_currency = node.value(&["Ccy"]).map(str::to_owned);
            }
            "StmtPgntn" | "NtfctnPgntn" => {
                let node = xml.node(&name)?;
                let number = node.value(&["PgNb"]).unwrap_or("1");
                if number != "1" || node.value(&["LastPgInd"]) != Some("true") {
                    statement.findings.push(Finding::Page { number: number.to_owned() });
                }
            }
            "Bal" => balance(xml, &mut sums)?,
            "TxsSummry" => sums.summary.push(xml.node(&name)?),
            "Ntry" => entry(xml, &mut statement, &mut sums)?,
            _ => xml.skip()?,
        }
    }
    let currency = match stated_currency {
        Some(code) => Some(code.parse().map_err(|_| {
            field(xml, "Acct/Ccy", format!("currency {code:?} is not of ISO 4217"))
        })?),
        None => None,
    };
    if let (Some(stated), Some(met)) = (currency, sums.currency)
        && stated != met
    {
        let problem = format!("the account is in {stated}, the entries in {met}");
        return Err(field(xml, "Acct/Ccy", problem));
    }
    let of_balance = || sums.balances.first().map(|(.., currency)| *currency);
    statement.currency = currency.or(sums.currency).or_else(of_balance).unwrap_or(Currency::VND);
    close(&mut statement, &sums)?;
    Ok(statement)
}

/// `Bal`: the booked balances at opening and closing; the others (available, interim, forward) are not looked at.
fn balance(xml: &mut Xml<'_>, sums: &mut Sums) -> Result<(), Error> {
    let node = xml.node("Bal")?;
    let code = node.value(&["Tp", "CdOrPrtry", "Cd"]).unwrap_or_default();
    if !["OPBD", "PRCD", "CLBD"].contains(&code) {
        return Ok(());
    }
    let path = format!("Bal[{code}]");
    let Some(figure) = node.at(&["Amt"]) else {
        return Err(field(xml, &path, "no Amt"));
    };
    let figure = money(xml, figure, &path)?;
    let value = if is_credit(xml, &node, &path)? { units(&figure)? } else { -units(&figure)? };
    sums.balances.push((code.to_owned(), value, figure.currency()));
    Ok(())
}

/// The balance of a code; a finding where it is stated in several ways or in another currency, for then nothing can be checked.
fn stated(code: &str, statement: &mut Statement, sums: &Sums) -> Option<Units> {
    let all = || sums.balances.iter().filter(|(c, ..)| c == code);
    let (_, value, currency) = all().next()?;
    let problem = if all().any(|(_, v, c)| (v, c) != (value, currency)) {
        "stated twice with different amounts".to_owned()
    } else if *currency != statement.currency {
        format!("in {currency}, the statement is in {}", statement.currency)
    } else {
        return Some(*value);
    };
    statement.findings.push(Finding::Balance { code: code.to_owned(), problem });
    None
}

fn one_currency(
    xml: &Xml<'_>,
    sums: &mut Sums,
    currency: Currency,
    path: &str,
) -> Result<(), Error> {
    let known = *sums.currency.get_or_insert(currency);
    if known == currency {
        return Ok(());
    }
    Err(field(xml, path, format!("{currency} in a statement that is in {known}")))
}

/// `Ntry`: one booking, split where it is a batch.
fn entry(xml: &mut Xml<'_>, statement: &mut Statement, sums: &mut Sums) -> Result<(), Error> {
    let read = entry::read(xml)?;
    one_currency(xml, sums, read.amount.currency(), "Ntry/Amt")?;
    if sums.entries == 0 {
        // The statement's tallies take the currency of its first entry.
        let fresh = Statement::new(statement.source.clone(), read.amount.currency());
        statement.debits = fresh.debits;
        statement.not_booked = fresh.not_booked;
    }
    sums.entries += 1;
    let value = units(&read.amount)?;
    let side = if read.credit { &mut sums.credits } else { &mut sums.debits };
    side.0 += 1;
    side.1 += value;
    if !read.booked {
        return statement.not_booked.add(&read.amount);
    }
    sums.booked += if read.credit { value } else { -value };
    statement.findings.extend(read.finding);
    for part in read.parts {
        let direction = match part.kind {
            Kind::Credit => Direction::In,
            Kind::ReversedCredit => Direction::ReversalOfIn,
            Kind::ReversedDebit => Direction::ReversalOfOut,
            Kind::Debit => {
                statement.debits.add(&part.amount)?;
                continue;
            }
        };
        statement.credits.push(Credit {
            source: statement.source.clone(),
            gateway: None,
            account: statement.account.clone(),
            id: part.id,
            direction,
            amount: part.amount,
            booked: read.day,
            text: part.text,
            references: part.references,
            transactions: part.transactions,
            code: part.code,
        });
    }
    Ok(())
}

/// Balances and the statement's own summary against what was counted.
fn close(statement: &mut Statement, sums: &Sums) -> Result<(), Error> {
    let currency = statement.currency;
    // Credits met before `Acct` carry no account yet.
    for credit in &mut statement.credits {
        credit.account = statement.account.clone();
    }
    if statement.debits.count == 0 {
        statement.debits.sum = Amount::zero(currency);
    }
    if statement.not_booked.count == 0 {
        statement.not_booked.sum = Amount::zero(currency);
    }
    let figure = |value: Option<Units>| value.map(|v| amount(v, currency)).transpose();
    // The opening balance is the previous closing one, where the bank writes that alone.
    let code = if sums.balances.iter().any(|(c, ..)| c == "OPBD") { "OPBD" } else { "PRCD" };
    let (opening, closing) = (stated(code, statement, sums), stated("CLBD", statement, sums));
    statement.opening = figure(opening)?;
    statement.closing = figure(closing)?;
    if let (Some(opening), Some(closing)) = (opening, closing) {
        statement.gap = Some(amount(closing - opening - sums.booked, currency)?);
    }
    let (credits, debits) = (sums.credits, sums.debits);
    let all = (sums.entries, credits.1 + debits.1);
    for node in &sums.summary {
        for (name, counted) in
            [("TtlNtries", all), ("TtlCdtNtries", credits), ("TtlDbtNtries", debits)]
        {
            let Some(stated) = node.at(&[name]) else { continue };
            if let Some(number) = stated.value(&["NbOfNtries"])
                && number.trim_start_matches('0').parse::<u64>().unwrap_or(0) != counted.0
            {
                statement.findings.push(Finding::Summary {
                    field: format!("{name}/NbOfNtries"),
                    stated: number.to_owned(),
                    counted: counted.0.to_string(),
                });
            }
            let Some(text) = stated.value(&["Sum"]) else { continue };
            let counted = amount(counted.1, currency)?.value();
            if NumberStyle::PLAIN.read(text) != Some(counted) {
                statement.findings.push(Finding::Summary {
                    field: format!("{name}/Sum"),
                    stated: text.to_owned(),
                    counted: counted.to_string(),
                });
            }
        }
    }
    Ok(())
}
