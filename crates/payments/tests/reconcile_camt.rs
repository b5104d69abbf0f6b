//! camt.053 and camt.054 as banks send them, and XML that must be refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_payments::reconcile::{Direction, Error, Finding, Statement, camt};

/// A document of one statement around these entries.
fn document(message: &str, inner: &str) -> String {
    let (wrap, part) = if message.starts_with("camt.053") {
        ("BkToCstmrStmt", "Stmt")
    } else {
        ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\"><{wrap}><GrpHdr><MsgId>M1</MsgId></GrpHdr>\
         <{part}><Id>S-1</Id><Acct><Id><Othr><Id>0011001234567</Id></Othr></Id><Ccy>VND</Ccy></Acct>{inner}</{part}></{wrap}></Document>"
    )
}

/// An entry of version 02 to 06 (`Sts` is text) or later (`Sts/Cd`).
fn entry(amount: &str, sign: &str, status: &str, more: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"VND\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}<BookgDt><Dt>2026-11-24</Dt></BookgDt>{more}</Ntry>"
    )
}

const OLD: &str = "<Sts>BOOK</Sts>";
const NEW: &str = "<Sts><Cd>BOOK</Cd></Sts>";

fn balance(code: &str, amount: &str, sign: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>"
    )
}

fn read(xml: &str) -> Statement {
    let mut statements = camt::read(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{xml}"));
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

fn fails(bytes: &[u8], code: &str) -> Error {
    let error = camt::read(bytes).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    error
}

#[test]
fn versions_02_to_14_of_both_messages_read_alike() {
    let detail = "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
        <RmtInf><Ustrd>MC11111234 5Z nop le phi</Ustrd></RmtInf></TxDtls></NtryDtls>";
    for message in ["camt.053.001", "camt.054.001"] {
        for version in 2..=14 {
            let status = if version < 7 { OLD } else { NEW };
            let more = format!(
                "<AcctSvcrRef>FT1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>{detail}"
            );
            let xml = document(
                &format!("{message}.{version:02}"),
                &entry("36000.00", "CRDT", status, &more),
            );
            let statement = read(&xml);
            let [credit] = &statement.credits[..] else { panic!("{statement:?}") };
            assert_eq!(credit.amount.value().to_string(), "36000");
            assert_eq!((&*credit.id, &*credit.account), ("FT1", "0011001234567"));
            assert_eq!(&*credit.text, "MC11111234 5Z nop le phi");
            assert_eq!(&*credit.code, "PMNT/RCDT/ESCT");
            assert!(credit.references.is_empty() && credit.direction == Direction::In);
            assert_eq!(credit.booked.unwrap().to_string(), "2026-11-24");
        }
    }
    for wrong in [
        "camt.053.001.01",
        "camt.053.001.15",
        "camt.053.002.02",
        "camt.052.001.02",
        "pain.001.001.03",
    ] {
        fails(document(wrong, "").as_bytes(), "payments.reconcile_camt_version");
    }
    fails(b"<html><body/></html>", "payments.reconcile_camt_version");
}

#[test]
fn prefixes_envelopes_and_foreign_parts_are_no_obstacle() {
    let xml = "<env:Envelope xmlns:env=\"urn:bank\" xmlns:c=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><env:Head/>\
        <c:Document><c:BkToCstmrDbtCdtNtfctn><c:GrpHdr/><c:Ntfctn><c:Id>N</c:Id>\
        <env:Ntry><env:Amt Ccy=\"VND\">9</env:Amt></env:Ntry>\
        <c:Ntry><env:Amt Ccy=\"USD\">1</env:Amt><c:Amt Ccy=\"VND\">1<![CDATA[00]]>0&#48;</c:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd>\
        <c:Sts><c:Cd>BOOK</c:Cd></c:Sts><!-- a remark --><c:AddtlNtryInf>A &amp; B</c:AddtlNtryInf></c:Ntry>\
        </c:Ntfctn></c:BkToCstmrDbtCdtNtfctn></c:Document></env:Envelope>";
    let statement = read(xml);
    assert_eq!(statement.credits.len(), 1);
    assert_eq!(statement.credits[0].amount.value().to_string(), "10000");
    assert_eq!(&*statement.credits[0].text, "A & B");
    // A byte order mark is no obstacle either.
    assert_eq!(read(&format!("\u{feff}{xml}")), statement);
}

#[test]
fn balances_are_checked_to_the_unit() {
    let entries = entry("36000", "CRDT", NEW, "")
        + &entry("8000", "DBIT", NEW, "")
        + &entry("500", "CRDT", "<Sts><Cd>PDNG</Cd></Sts>", "");
    for (opening, closing, gap) in [
        (("100000", "CRDT"), ("128000", "CRDT"), "0"),
        (("30000", "DBIT"), ("2000", "DBIT"), "0"),
        (("100000", "CRDT"), ("128500", "CRDT"), "500"),
        (("100000", "CRDT"), ("127999.99", "CRDT"), "-0.01"),
    ] {
        let inner = balance("OPBD", opening.0, opening.1)
            + &balance("CLBD", closing.0, closing.1)
            + &balance("CLAV", "7", "CRDT")
            + &entries;
        let statement = read(&document("camt.053.001.08", &inner));
        assert_eq!(statement.gap.unwrap().value().to_string(), gap);
        assert_eq!(statement.is_whole(), gap == "0");
        assert_eq!((statement.debits.count, statement.not_booked.count), (1, 1));
        assert_eq!(statement.credits.len(), 1, "what is pending is no money");
    }
    assert_eq!(read(&document("camt.054.001.08", &entries)).gap, None);
    // What cannot be compared is said, and checks nothing.
    let closing = balance("CLBD", "36000", "CRDT");
    for odd in [
        balance("OPBD", "1", "CRDT") + &balance("OPBD", "2", "CRDT") + &closing,
        balance("OPBD", "0", "CRDT") + &closing.replace("VND", "SEK"),
    ] {
        let statement =
            read(&document("camt.053.001.08", &(odd + &entry("36000", "CRDT", NEW, ""))));
        assert!(matches!(&statement.findings[..], [Finding::Balance { .. }]), "{statement:?}");
        assert_eq!((statement.gap, statement.is_whole()), (None, false));
    }
    // The previous closing balance stands for the opening one only where there is no other.
    for (opening, gap) in [(balance("OPBD", "0", "CRDT"), "0"), (String::new(), "-7")] {
        let inner =
            opening + &balance("PRCD", "7", "CRDT") + &closing + &entry("36000", "CRDT", NEW, "");
        assert_eq!(
            read(&document("camt.053.001.08", &inner)).gap.unwrap().value().to_string(),
            gap
        );
    }
}

#[test]
fn the_statements_own_summary_is_checked() {
    let entries = entry("36000", "CRDT", NEW, "") + &entry("8000", "DBIT", NEW, "");
    let summary = |count: &str, sum: &str| {
        format!(
            "<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>44000</Sum></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>{sum}</Sum></TtlCdtNtries></TxsSummry>"
        )
    };
    let right = read(&document("camt.053.001.04", &(summary("2", "36000.00") + &entries)));
    assert!(right.is_whole(), "{:?}", right.findings);
    let wrong = read(&document("camt.053.001.04", &(summary("3", "36000.01") + &entries)));
    let fields: Vec<_> = wrong
        .findings
        .iter()
        .map(|f| match f {
            Finding::Summary { field, .. } => field.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(fields, ["TtlNtries/NbOfNtries", "TtlCdtNtries/Sum"]);
}

fn detail(amount: &str, own: &str, text: &str) -> String {
    format!(
        "<TxDtls><Refs>{own}</Refs><Amt Ccy=\"VND\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )
}

#[test]
fn a_batch_is_split_where_it_adds_up_and_kept_whole_where_not() {
    let batch = |second: &str, stated: &str| {
        let details = detail("36000", "<AcctSvcrRef>FT9</AcctSvcrRef>", "one")
            + &detail(second, "<AcctSvcrRef>FT9</AcctSvcrRef><TxId>T2</TxId>", "two")
            + &detail("5000", "<AcctSvcrRef>FT9-3</AcctSvcrRef>", "three");
        let more = format!(
            "<AcctSvcrRef>FT9</AcctSvcrRef><NtryDtls><Btch><NbOfTxs>{stated}</NbOfTxs></Btch>{details}</NtryDtls>"
        );
        read(&document("camt.053.001.08", &entry("49000", "CRDT", NEW, &more)))
    };
    let split = batch("8000", "3");
    assert!(split.is_whole(), "{:?}", split.findings);
    let ids: Vec<_> = split.credits.iter().map(|c| &*c.id).collect();
    assert_eq!(ids, ["FT9#1", "FT9#2", "FT9-3"]);
    let texts: Vec<_> = split.credits.iter().map(|c| &*c.text).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    // The batch's number is no transaction number of each part.
    assert!(split.credits[0].transactions.is_empty());
    assert_eq!(split.credits[1].transactions.iter().map(|t| &**t).collect::<Vec<_>>(), ["T2"]);

    assert_eq!(batch("8000", "4").findings.len(), 1, "a part is missing");
    let whole = batch("8001", "3");
    assert_eq!(whole.credits.len(), 1);
    assert_eq!(whole.credits[0].amount.value().to_string(), "49000");
    assert_eq!(&*whole.credits[0].text, "one two three");
    assert!(matches!(&whole.findings[0], Finding::BatchSum { entry, .. } if entry == "FT9"));
}

#[test]
fn a_batch_of_version_02_takes_the_amounts_of_its_details() {
    let one = |amount: &str| {
        format!(
            "<TxDtls><AmtDtls><InstdAmt><Amt Ccy=\"USD\">1.50</Amt></InstdAmt><TxAmt><Amt Ccy=\"VND\">{amount}</Amt></TxAmt></AmtDtls></TxDtls>"
        )
    };
    let more = format!("<NtryDtls>{}{}</NtryDtls>", one("1000"), one("2000"));
    let statement = read(&document("camt.053.001.02", &entry("3000", "CRDT", OLD, &more)));
    let amounts: Vec<_> = statement.credits.iter().map(|c| c.amount.value().to_string()).collect();
    assert_eq!(amounts, ["1000", "2000"]);
}

#[test]
fn reversals_have_the_sign_of_the_entry() {
    for (sign, reversal, expected) in [
        ("CRDT", "false", Some(Direction::In)),
        ("CRDT", "true", Some(Direction::ReversalOfOut)),
        ("DBIT", "true", Some(Direction::ReversalOfIn)),
        ("DBIT", "1", Some(Direction::ReversalOfIn)),
        ("DBIT", "false", None),
    ] {
        let more = format!("<RvslInd>{reversal}</RvslInd>");
        let statement = read(&document("camt.054.001.02", &entry("1", sign, OLD, &more)));
        assert_eq!(statement.credits.first().map(|c| c.direction), expected, "{sign} {reversal}");
        assert_eq!(statement.debits.count, u64::from(expected.is_none()));
    }
    let returned =
        "<NtryDtls><TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>";
    let statement = read(&document("camt.054.001.08", &entry("1", "DBIT", NEW, returned)));
    assert_eq!(statement.credits[0].direction, Direction::ReversalOfIn);
    let bad = document("camt.054.001.02", &entry("1", "DBIT", OLD, "<RvslInd>yes</RvslInd>"));
    fails(bad.as_bytes(), "payments.reconcile_camt_field");
}

#[test]
fn structured_references_are_taken_whole() {
    let more = "<NtryDtls><TxDtls><Refs><EndToEndId>HS-1</EndToEndId><InstrId>I1</InstrId></Refs><RmtInf><Strd>\
        <RfrdDocInf><Nb>BL-7</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf><AddtlRmtInf>x</AddtlRmtInf></Strd></RmtInf></TxDtls></NtryDtls>";
    let statement = read(&document("camt.053.001.08", &entry("1", "CRDT", NEW, more)));
    let credit = &statement.credits[0];
    assert_eq!(
        credit.references.iter().map(|r| &**r).collect::<Vec<_>>(),
        ["BL-7", "HS-1", "RF18539007547034"]
    );
    assert_eq!((&*credit.transactions[0], &*credit.text), ("I1", "x"));
}

#[test]
fn what_is_missing_or_wrong_is_refused_with_its_place() {
    let wrong = [
        "<Ntry><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>".to_owned(),
        "<Ntry><Amt Ccy=\"VND\">1</Amt><Sts>BOOK</Sts></Ntry>".to_owned(),
        "<Ntry><Amt Ccy=\"VND\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>".to_owned(),
        entry("1", "CREDIT", OLD, ""),
        entry("1", "CRDT", OLD, "<Amt Ccy=\"VND\">2</Amt>"),
        entry("1", "CRDT", OLD, "<CdtDbtInd>DBIT</CdtDbtInd>"),
        entry("1", "CRDT", OLD, OLD),
        entry("1", "CRDT", OLD, "<RvslInd>true</RvslInd><RvslInd>false</RvslInd>"),
        entry(
            "1",
            "CRDT",
            OLD,
            "<NtryDtls><TxDtls><Amt Ccy=\"VND\">1</Amt><Amt Ccy=\"VND\">2</Amt></TxDtls></NtryDtls>",
        ),
        entry("-1", "CRDT", OLD, ""),
        entry("1,5", "CRDT", OLD, ""),
        entry("1e3", "CRDT", OLD, ""),
        entry("", "CRDT", OLD, ""),
        entry("0.000001", "CRDT", OLD, ""),
        entry("9999999999999999999999", "CRDT", OLD, ""),
        entry("1", "CRDT", "<Sts>DONE</Sts>", ""),
        entry("1", "CRDT", OLD, "").replace("VND", "ĐỒNG"),
        entry("1", "CRDT", OLD, "").replace(" Ccy=\"VND\"", ""),
        entry("1", "CRDT", OLD, "").replace("VND", "USD"),
        entry("1", "CRDT", OLD, "").replace("2026-11-24", "24/11/2026"),
        entry("1", "CRDT", OLD, "").replace("2026-11-24", "2026-02-30"),
    ];
    for inner in wrong {
        let error =
            fails(document("camt.053.001.02", &inner).as_bytes(), "payments.reconcile_camt_field");
        assert!(error.details().iter().any(|(name, value)| *name == "path" && !value.is_empty()));
    }
    let empty = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"/>";
    fails(empty.as_bytes(), "payments.reconcile_camt_field");
}

#[test]
fn xml_that_expands_hides_or_exhausts_is_refused() {
    let good =
        document("camt.053.001.08", &entry("1", "CRDT", NEW, "<AddtlNtryInf>x</AddtlNtryInf>"));
    assert_eq!(read(&good).credits.len(), 1);
    let head = good.find("<Document").unwrap();
    let with = |prologue: &str| format!("{}{prologue}{}", &good[..head], &good[head..]);
    let bomb = with("<!DOCTYPE Document [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>");
    fails(bomb.replace(">x<", ">&b;<").as_bytes(), "payments.reconcile_xml_unsafe");
    fails(
        with("<!DOCTYPE Document SYSTEM \"file:///etc/passwd\">").as_bytes(),
        "payments.reconcile_xml_unsafe",
    );
    fails(good.replace(">x<", ">&b;<").as_bytes(), "payments.reconcile_xml_unsafe");
    let long = good.replace(">x<", &format!(">{}<", "x".repeat(70_000)));
    fails(long.as_bytes(), "payments.reconcile_xml_unsafe");
    let long = good.replace(">x<", &format!(">{}<", "&#120;".repeat(70_000)));
    fails(long.as_bytes(), "payments.reconcile_xml_unsafe");
    for deep in [
        good.replace(">x<", &format!(">{}{}<", "<a>".repeat(100_000), "</a>".repeat(100_000))),
        good.replace(
            "<Id>S-1</Id>",
            &format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)),
        ),
        with(&"<a>".repeat(100_000)),
    ] {
        fails(deep.as_bytes(), "payments.reconcile_xml_unsafe");
    }
    let wide = good.replace(">x<", &format!(">{}<", "<a/>".repeat(30_000)));
    fails(wide.as_bytes(), "payments.reconcile_xml_unsafe");
    let attributes: String = (0..100).map(|i| format!(" a{i}=\"\"")).collect();
    let many = good.replace("<Ntry>", &format!("<Ntry{attributes}>"));
    fails(many.as_bytes(), "payments.reconcile_xml_unsafe");
    for broken in [
        good.replace("</Ntry>", ""),
        good.replace("</Document>", ""),
        format!("{good}<Document/>"),
        good.replace(">x<", ">&#0;<"),
        good.replace(">x<", ">&#xD800;<"),
        good.replace("<Ntry>", "<Ntry a=\"1\" a=\"2\">"),
        good.replace(">x<", "><![CDATA[x<"),
    ] {
        fails(broken.as_bytes(), "payments.reconcile_xml_syntax");
    }
}

#[test]
fn encodings_other_than_utf_8_are_refused_by_name() {
    let good = document("camt.053.001.08", "");
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let text = if mark { format!("\u{feff}{good}") } else { good.clone() };
        text.encode_utf16()
            .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect()
    };
    for (bytes, name) in [
        (utf16(false, true), "UTF-16 (little endian)"),
        (utf16(true, true), "UTF-16 (big endian)"),
        (utf16(false, false), "UTF-16 (little endian)"),
        (utf16(true, false), "UTF-16 (big endian)"),
        (good.replace("UTF-8", "windows-1258").into_bytes(), "windows-1258"),
        (good.replace("UTF-8", "ISO-8859-1").into_bytes(), "ISO-8859-1"),
        ([good.as_bytes(), b"\xe0"].concat(), "Windows-1258"),
    ] {
        let error = fails(&bytes, "payments.reconcile_encoding");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn several_statements_and_pages() {
    let one = document("camt.053.001.08", &entry("1", "CRDT", NEW, ""));
    let start = one.find("<Stmt>").unwrap();
    let end = one.find("</BkToCstmrStmt>").unwrap();
    let stmt = &one[start..end];
    let two = one.replace(stmt, &format!("{stmt}{}", stmt.replace("S-1", "S-2")));
    let read = camt::read(two.as_bytes()).unwrap();
    assert_eq!(read.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["S-1", "S-2"]);
    // Several documents in an envelope, one of them of another family: none is lost, and none is passed over in silence.
    let body = one.split_once("?>").unwrap().1;
    let envelope = |other: &str| {
        format!(
            "<Envelope><Document xmlns=\"urn:x\"/>{body}{}</Envelope>",
            body.replace("camt.053.001.08", other)
        )
    };
    assert_eq!(camt::read(envelope("camt.053.001.08").as_bytes()).unwrap().len(), 2);
    fails(envelope("pain.001.001.03").as_bytes(), "payments.reconcile_camt_version");
    let page = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>";
    assert!(!self::read(&document("camt.053.001.08", page)).is_whole());
}
