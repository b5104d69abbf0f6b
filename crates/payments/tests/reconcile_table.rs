//! Tables and webhooks by declared mappings.
#![allow(clippy::unwrap_used, clippy::panic)]

use motcua_payments::reconcile::{
    Direction, Error, Finding, TableMapping, WebhookMapping, table, webhook,
};
use serde_json::json;

fn bank(change: impl Fn(&mut serde_json::Value)) -> TableMapping {
    let mut mapping = json!({
        "name": "ngân hàng", "delimiter": ";", "number": {"decimal": ",", "thousands": "."},
        "date_form": "dd/MM/yyyy HH:mm:ss", "currency": "VND", "skip_lines": 2, "ends_at": "Tổng cộng",
        "columns": {"date": "Ngày", "credit": "Ghi có", "debit": "Ghi nợ", "id": "Số bút toán", "text": ["Nội dung", "Ghi chú"]},
    });
    change(&mut mapping);
    serde_json::from_value(mapping).unwrap()
}

const BANK: &str = "\u{feff}SAO KÊ TÀI KHOẢN\r\nSố tài khoản: 0011001234567\r\n\
Ngày;Số bút toán;Ghi nợ;Ghi có;Nội dung;Ghi chú\r\n\
24/11/2026 09:30:00;FT1;;36.000;\"MBVCB; 1 nộp lệ phí\";x\r\n\
24/11/2026 10:00:00;FT2;11.000,50;0;Phí dịch vụ;\r\n\
;;;;;\r\n\
Tổng cộng;;11.000,50;36.000;;\r\n";

fn fails(text: &str, mapping: &TableMapping, code: &str) -> Error {
    let error = table::read(text.as_bytes(), mapping).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    error
}

#[test]
fn a_vietnamese_bank_export() {
    let statements = table::read(BANK.as_bytes(), &bank(|_| {})).unwrap();
    let [statement] = &statements[..] else { panic!("{statements:?}") };
    let [credit] = &statement.credits[..] else { panic!("{statement:?}") };
    assert_eq!(credit.amount.value().to_string(), "36000");
    assert_eq!((&*credit.id, &*credit.text), ("FT1", "MBVCB; 1 nộp lệ phí x"));
    assert_eq!(credit.booked.unwrap().to_string(), "2026-11-24");
    assert_eq!(statement.debits.sum.value().to_string(), "11000.5");
}

#[test]
fn what_does_not_read_as_declared_names_line_and_column() {
    for (from, to, line, column) in [
        ("36.000", "36.00", "4", "Ghi có"),
        ("36.000", "36,000.00", "4", "Ghi có"),
        ("36.000", "-36.000", "4", "Ghi có"),
        ("36.000;\"M", ";\"M", "4", "Ghi có"),
        (";;36.000;\"", ";1;36.000;\"", "4", "Ghi có"),
        ("24/11/2026 10", "11/24/2026 10", "5", "Ngày"),
    ] {
        let text = BANK.replacen(from, to, 1);
        assert_ne!(text, BANK);
        // A debit row with a bad date is read no less strictly.
        let error = fails(&text, &bank(|_| {}), "payments.reconcile_cell");
        let details = error.details();
        let has = |name: &str, value: &str| details.iter().any(|(n, v)| *n == name && v == value);
        assert!(has("line", line) && has("column", column), "{error}");
    }
    fails(&BANK.replace("FT1;;", "FT1;"), &bank(|_| {}), "payments.reconcile_table");
    fails(&BANK.replace("Tổng cộng", "Cộng"), &bank(|_| {}), "payments.reconcile_cell");
    fails("a\n", &bank(|_| {}), "payments.reconcile_table");
    fails(&BANK.replace("Ghi nợ", "Nợ"), &bank(|_| {}), "payments.reconcile_column");
    fails(&BANK.replace("Ghi chú", "Nội dung"), &bank(|_| {}), "payments.reconcile_mapping");
}

#[test]
fn mappings_that_cannot_work_are_refused() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(Change, &str); 9] = [
        (|m| m["number"]["thousands"] = json!(","), "payments.reconcile_mapping"),
        (|m| m["number"]["decimal"] = json!("x"), "payments.reconcile_mapping"),
        (|m| m["date_form"] = json!("dd/MM"), "payments.reconcile_mapping"),
        (|m| m["delimiter"] = json!("a"), "payments.reconcile_mapping"),
        (|m| m["columns"]["amount"] = json!("Số tiền"), "payments.reconcile_mapping"),
        (|m| m["columns"]["currency"] = json!("Tiền tệ"), "payments.reconcile_mapping"),
        (|m| m["columns"]["net"] = json!("Thực nhận"), "payments.reconcile_mapping"),
        (|m| m["name"] = json!(""), "payments.reconcile_mapping"),
        (|m| m["encoding"] = json!("windows-1258"), "payments.reconcile_encoding"),
    ];
    for (change, code) in changes {
        fails(BANK, &bank(change), code);
    }
    assert!(serde_json::from_value::<TableMapping>(json!({"name": "x", "colunms": {}})).is_err());
}

#[test]
fn wrong_encodings_are_refused() {
    let utf16: Vec<u8> = BANK.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = table::read(&utf16, &bank(|_| {})).unwrap_err();
    assert!(error.to_string().contains("UTF-16"), "{error}");
    let latin = [BANK.as_bytes(), b"\xc0"].concat();
    assert_eq!(
        table::read(&latin, &bank(|_| {})).unwrap_err().code(),
        "payments.reconcile_encoding"
    );
}

#[test]
fn a_settlement_file_with_fees_status_and_currency() {
    let mapping: TableMapping = serde_json::from_value(json!({
        "name": "vnpay", "gateway": "vnpay", "delimiter": ",", "number": {"decimal": "."}, "date_form": "yyyyMMddHHmmss",
        "columns": {"date": "paid_at", "amount": "amount", "currency": "currency", "fee": "fee", "net": "net", "id": "no",
            "reference": ["order"], "transaction": ["no"],
            "direction": {"column": "kind", "yes": ["PAY"], "no": ["FEE"], "reversal": ["REFUND"]},
            "status": {"column": "status", "yes": ["00"], "no": ["01", "02"]}},
    }))
    .unwrap();
    let file = "no,order,paid_at,kind,amount,fee,net,currency,status\n\
        14400001,HS-1,20261124093000,PAY,36000,1100,34900,VND,00\n\
        14400002,HS-2,20261124093000,PAY,8000,100,7899,VND,00\n\
        14400003,HS-3,20261124093000,PAY,8000,0,8000,VND,02\n\
        14400004,HS-1,20261124093000,REFUND,36000,0,36000,VND,00\n\
        14400005,HS-4,20261124093000,PAY,12.50,,,USD,00\n";
    let statements = table::read(file.as_bytes(), &mapping).unwrap();
    assert_eq!(statements.len(), 2);
    let dong = &statements[0];
    assert_eq!(dong.fees.unwrap().value().to_string(), "1200");
    assert_eq!(dong.not_booked.count, 1);
    assert!(matches!(&dong.findings[..], [Finding::Net { line: 3, .. }]), "{:?}", dong.findings);
    let directions: Vec<_> = dong.credits.iter().map(|c| c.direction).collect();
    assert_eq!(directions, [Direction::In, Direction::In, Direction::ReversalOfIn]);
    assert_eq!(dong.credits[0].gateway.as_deref(), Some("vnpay"));
    assert_eq!(&*dong.credits[0].references[0], "HS-1");
    assert_eq!(statements[1].credits[0].amount.value().to_string(), "12.5");
    for (from, to) in [
        ("PAY,8000,100", "WHAT,8000,100"),
        (",VND,02", ",VND,77"),
        ("12.50", "-12.50"),
        ("USD", "usd"),
    ] {
        let text = file.replacen(from, to, 1);
        assert_ne!(text, file);
        fails(&text, &mapping, "payments.reconcile_cell");
    }
}

#[test]
fn a_quote_that_is_never_closed_is_no_row() {
    let open = format!("Ngày;Ghi có\n24/11/2026;\"{}", "1\n".repeat(300_000));
    let mapping = bank(|m| {
        m["skip_lines"] = json!(0);
        m["date_form"] = json!("dd/MM/yyyy");
        m["columns"] = json!({"date": "Ngày", "credit": "Ghi có"});
    });
    fails(&open, &mapping, "payments.reconcile_table");
}

fn sepay() -> WebhookMapping {
    serde_json::from_value(json!({
        "name": "sepay", "amount": "/transferAmount", "date": "/transactionDate", "date_form": "yyyy-MM-dd HH:mm:ss",
        "currency": "VND", "account": "/accountNumber", "id": "/id", "text": ["/content", "/code"],
        "transaction": ["/referenceCode"], "direction": {"column": "/transferType", "yes": ["in"], "no": ["out"]},
    }))
    .unwrap()
}

const SEPAY: &str = r#"{"id": 92704, "gateway": "Vietcombank", "transactionDate": "2026-11-24 14:02:37",
    "accountNumber": "0011001234567", "code": null, "content": "nop le phi", "transferType": "in",
    "transferAmount": 36000, "accumulated": 1, "subAccount": null, "referenceCode": "FT26"}"#;

#[test]
fn webhooks_of_several_shapes() {
    let statements = webhook::read(SEPAY.as_bytes(), &sepay()).unwrap();
    let credit = &statements[0].credits[0];
    assert_eq!(
        (&*credit.id, &*credit.text, &*credit.transactions[0]),
        ("92704", "nop le phi", "FT26")
    );
    assert_eq!(&*credit.account, "0011001234567");
    let out = SEPAY.replace("\"in\"", "\"out\"");
    let statements = webhook::read(out.as_bytes(), &sepay()).unwrap();
    assert_eq!((statements[0].credits.len(), statements[0].debits.count), (0, 1));

    // payOS: one item in `data`, its own currency.
    let payos: WebhookMapping = serde_json::from_value(json!({
        "name": "payos", "item": "/data", "amount": "/amount", "date": "/transactionDateTime", "date_form": "yyyy-MM-dd HH:mm:ss",
        "currency_at": "/currency", "account": "/accountNumber", "id": "/reference", "text": ["/description"],
        "reference": ["/orderCode"], "transaction": ["/reference"],
    }))
    .unwrap();
    let body = r#"{"code": "00", "data": {"orderCode": 123456, "amount": 3000, "description": "VQRIO123", "accountNumber": "12345678",
        "reference": "TF230204212323", "transactionDateTime": "2023-02-04 18:25:00", "currency": "VND"}, "signature": "x"}"#;
    let statements = webhook::read(body.as_bytes(), &payos).unwrap();
    assert_eq!(&*statements[0].credits[0].references[0], "123456");

    // A list, signed amounts.
    let list: WebhookMapping = serde_json::from_value(json!({
        "name": "list", "item": "/data", "amount": "/amount", "currency": "VND", "text": ["/description"], "id": "/tid",
    }))
    .unwrap();
    let body = r#"{"error": 0, "data": [{"tid": "A", "amount": 1000, "description": "x"}, {"tid": "B", "amount": "-5", "description": "y"}]}"#;
    let statements = webhook::read(body.as_bytes(), &list).unwrap();
    assert_eq!((statements[0].credits.len(), statements[0].debits.count), (1, 1));
}

#[test]
fn webhooks_that_are_ambiguous_are_refused() {
    for (from, to, code) in [
        ("36000", "36000.0", "payments.reconcile_webhook"),
        ("36000", "3.6e4", "payments.reconcile_webhook"),
        ("\"accumulated\"", "\"transferAmount\"", "payments.reconcile_webhook"),
        ("36000", "\"36.000đ\"", "payments.reconcile_cell"),
        ("36000", "null", "payments.reconcile_cell"),
        ("36000", "-36000", "payments.reconcile_cell"),
        ("\"in\"", "\"IN\"", "payments.reconcile_cell"),
        ("2026-11-24 14", "24/11/2026 14", "payments.reconcile_cell"),
        ("\"nop le phi\"", "[\"nop\"]", "payments.reconcile_cell"),
    ] {
        let body = SEPAY.replacen(from, to, 1);
        assert_ne!(body, SEPAY);
        let error = webhook::read(body.as_bytes(), &sepay()).unwrap_err();
        assert_eq!(error.code(), code, "{to}: {error}");
    }
    let mut mapping = sepay();
    mapping.item = "/data".to_owned();
    let error = webhook::read(SEPAY.as_bytes(), &mapping).unwrap_err();
    assert_eq!(error.code(), "payments.reconcile_webhook");
    mapping.currency = None;
    let error = webhook::read(SEPAY.as_bytes(), &mapping).unwrap_err();
    assert_eq!(error.code(), "payments.reconcile_mapping");
}

#[test]
fn the_mappings_of_the_documentation_page_are_mappings() {
    let page = include_str!("../../../docs/payments/reconciliation.md");
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).map(|b| b.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 3);
    let mapping: TableMapping = serde_json::from_str(blocks[0]).unwrap();
    assert_eq!(table::read(BANK.as_bytes(), &mapping).unwrap()[0].credits.len(), 1);
    for block in &blocks[1..] {
        let mapping: WebhookMapping = serde_json::from_str(block).unwrap();
        let empty = webhook::read(br#"{"data": []}"#, &mapping);
        assert_ne!(empty.err().map(|e| e.code()), Some("payments.reconcile_mapping"));
    }
}
