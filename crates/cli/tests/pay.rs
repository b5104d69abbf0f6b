//! `motcua pay` with a gateway as a user runs it: each subcommand with good and bad input, and no secret in any output or file.
#![allow(clippy::unwrap_used, clippy::panic)]

mod desk;

use desk::{Desk, SECRET, no, ok, paid, refused};
use serde_json::{Value, json};

#[test]
fn request_from_a_file_or_the_environment_gives_the_same_bytes() {
    let desk = Desk::new();
    let by_file = ok(&desk.vnpay("request", &["--payment", "payment.json", "--json"]));
    assert!(by_file["url"].as_str().unwrap().contains("vnp_Amount=3600000"), "{by_file}");
    let account = [
        "request",
        "--gateway",
        "vnpay",
        "--account",
        "account.json",
        "--payment",
        "payment.json",
        "--json",
    ];
    let by_variable =
        ok(&desk.pay(&[&account[..], &["--secret-env", "MOTCUA_TEST_SECRET"]].concat()));
    assert_eq!(by_file, by_variable);
    let other = ok(&desk.pay(&[&account[..], &["--secret-env", "MOTCUA_TEST_OTHER"]].concat()));
    assert_ne!(by_file, other);
    let said = desk.vnpay("request", &["--payment", "payment.json"]);
    assert!(String::from_utf8_lossy(&said.stdout).starts_with("GET https://sandbox.vnpayment.vn/"));
}

#[test]
fn request_of_every_gateway() {
    let desk = Desk::new();
    let base = "https://sandbox.example.vn";
    let amount = json!({"amount": "36000", "currency": "VND"});
    let url = "https://dichvucong.example/tra-ve";
    let cases = [
        (
            "momo",
            json!({"access_key": "A", "secret": SECRET}),
            json!({"request_id": "R1", "reference": "HS-1", "amount": amount,
            "info": "Phi", "redirect_url": url, "ipn_url": url, "lang": "vi"}),
        ),
        (
            "zalopay",
            json!({"key1": SECRET, "key2": SECRET}),
            json!({"reference": "261124_HS1", "user": "u", "amount": amount,
            "description": "Phi", "created_at": "2026-11-24T03:00:00Z"}),
        ),
        (
            "payos",
            json!({"secret": SECRET}),
            json!({"reference": 1234, "amount": amount, "description": "HS1",
            "cancel_url": url, "return_url": url}),
        ),
        (
            "onepay",
            json!({"access_code": "A", "secret": "AB".repeat(16)}),
            json!({"reference": "HS-1", "amount": amount, "info": "Phi",
            "return_url": url, "ip": "127.0.0.1", "locale": "vn"}),
        ),
        (
            "viettelpay",
            json!({"access_code": SECRET, "secret": SECRET, "algorithm": "hmac_sha1", "encoding": "base64"}),
            json!({"reference": "HS1", "amount": amount, "description": "Phi", "return_url": url, "cancel_url": url}),
        ),
        (
            "payplatform",
            json!({"secret": SECRET}),
            json!({"reference": "HS1", "amount": amount, "description": "Phi",
            "created_at": "2026-11-24T03:00:00Z", "ip": "127.0.0.1", "receipt": {"service": "fees", "fields": {
                "MaDVC": "1", "MaTTHC": "2.000815", "MaDonVi": "U", "TenDonVi": "UBND", "MaHoSo": "HS1", "TKThuHuong": "1",
                "MaNHThuHuong": "VCB", "TenTKThuHuong": "UBND"},
                "lines": [{"kind": "2", "code": "1", "name": "Phi", "amount": amount}]}}),
        ),
        (
            "keypay",
            json!({"key1": SECRET, "key2": SECRET}),
            json!({"reference": "HS1", "amount": amount,
            "additional_fee": {"amount": "0", "currency": "VND"}, "description": "Phi", "return_url": url}),
        ),
    ];
    for (gateway, keys, payment) in cases {
        desk.json("secret-keys.json", &keys);
        let merchant = if gateway == "zalopay" { "2553" } else { "MOTCUA01" };
        desk.json(
            "other.json",
            &json!({"environment": "sandbox", "merchant": merchant, "base": base}),
        );
        desk.json("pay.json", &payment);
        let account =
            ["--gateway", gateway, "--account", "other.json", "--secret-file", "secret-keys.json"];
        let sent =
            ok(&desk
                .pay(&[&["request"][..], &account, &["--payment", "pay.json", "--json"]].concat()));
        assert!(!sent["url"].as_str().unwrap().is_empty(), "{gateway}");
        // A bare secret where the gateway has several keys, and keys of another gateway.
        if gateway != "payos" && gateway != "payplatform" {
            let bare =
                ["--gateway", gateway, "--account", "other.json", "--secret-file", "secret.txt"];
            refused(
                &desk.pay(&[&["request"][..], &bare, &["--payment", "pay.json"]].concat()),
                "cli.secret",
            );
        }
        let mut wrong = payment.clone();
        wrong["amount"]["amount"] = json!("0");
        desk.json("pay.json", &wrong);
        let refusal = desk.pay(&[&["request"][..], &account, &["--payment", "pay.json"]].concat());
        assert_eq!(refusal.status.code(), Some(2), "{gateway}: {refusal:?}");
    }
}

#[test]
fn secrets_that_cannot_be_used() {
    let desk = Desk::new();
    let request = |more: &[&str]| {
        let account = [
            "request",
            "--gateway",
            "vnpay",
            "--account",
            "account.json",
            "--payment",
            "payment.json",
        ];
        desk.pay(&[&account[..], more].concat())
    };
    refused(&request(&[]), "payments.secret_missing");
    refused(&request(&["--secret-env", "MOTCUA_NOT_SET"]), "cli.secret");
    refused(&request(&["--secret-file", "absent"]), "cli.read");
    desk.write("secret-empty.txt", " \n");
    refused(&request(&["--secret-file", "secret-empty.txt"]), "cli.secret");
    // Wrong JSON around the secret: the message must not repeat it.
    for text in [
        format!("{{\"secret\": \"{SECRET}\", \"more\": 1}}"),
        format!("{{\"{SECRET}\"}}"),
        format!("{{\"secret\": [\"{SECRET}\"]}}"),
    ] {
        desk.write("secret-bad.json", &text);
        refused(&request(&["--secret-file", "secret-bad.json"]), "cli.secret");
    }
    // A secret in the account's file is refused, and not repeated.
    desk.json(
        "secret-in-account.json",
        &json!({"environment": "sandbox", "merchant": "M",
        "keys": [{"label": "x", "secret": SECRET}]}),
    );
    let misplaced = [
        "request",
        "--gateway",
        "vnpay",
        "--account",
        "secret-in-account.json",
        "--payment",
        "payment.json",
        "--secret-file",
        "secret.txt",
    ];
    refused(&desk.pay(&misplaced), "cli.input");
    // There is no argument for a secret.
    for argument in ["--secret", "--secret=K951B6PE1waDMi640xX08PD3vg6EkVlz"] {
        let output = request(&[argument]);
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn input() {
    let desk = Desk::new();
    desk.write("payment.json", "{}");
    refused(&desk.vnpay("request", &["--payment", "payment.json"]), "payments.message_shape");
    refused(&desk.vnpay("verify", &["--notice", "payment.json"]), "cli.input");
    let json = desk.vnpay("verify", &["--notice", "payment.json", "--json"]);
    assert_eq!(json.status.code(), Some(2));
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "cli.input");
}

#[test]
fn a_gateway_that_is_not_known() {
    let desk = Desk::new();
    let account =
        ["--gateway", "paygov", "--account", "account.json", "--secret-file", "secret.txt"];
    refused(
        &desk.pay(&[&["request"][..], &account, &["--payment", "payment.json"]].concat()),
        "payments.gateway_unknown",
    );
}

#[test]
fn verify_tells_a_true_notice_from_a_false_one() {
    let desk = Desk::new();
    desk.json(
        "expected.json",
        &json!({"reference": "HS-1", "amount": {"amount": "36000", "currency": "VND"}}),
    );
    let verify = |notice: &str, more: &[&str]| {
        desk.vnpay("verify", &[&["--notice", notice][..], more].concat())
    };
    let expected = ["--expected", "expected.json", "--json"];
    desk.notice("true.json", SECRET, |_| {});
    let verdict = ok(&verify("true.json", &expected));
    assert_eq!(verdict["verdict"], "verified");
    let answer: Value =
        serde_json::from_str(verdict["acknowledgement"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(answer["RspCode"], "00");
    // The same as it came over HTTP.
    let query = serde_json::from_str::<Value>(&desk.text("true.json")).unwrap()["query"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.write("true.http", &format!("GET /ipn?{query} HTTP/1.1\r\nHost: motcua.example\r\n\r\n"));
    assert_eq!(ok(&verify("true.http", &expected)), verdict);

    desk.notice("forged.json", "a guess", |_| {});
    assert_eq!(
        no(&verify("forged.json", &expected))["reason"]["code"],
        "payments.notice.signature_wrong"
    );
    desk.notice("short.json", SECRET, |p| p["amount"]["amount"] = json!("35000"));
    assert_eq!(no(&verify("short.json", &expected))["reason"]["code"], "payments.notice.amount");
    assert_eq!(
        no(&verify("true.json", &["--json"]))["reason"]["code"],
        "payments.notice.unknown_order"
    );
    let said = verify("forged.json", &expected[..2]);
    assert!(
        String::from_utf8_lossy(&said.stdout).contains("refused: payments.notice.signature_wrong")
    );
    desk.write("no.http", "hello");
    refused(&verify("no.http", &expected[..2]), "cli.input");

    // The secret was rotated: the earlier one still fits, and is named.
    desk.write("secret-new.txt", "a newer secret");
    let rotated = [
        "verify",
        "--gateway",
        "vnpay",
        "--account",
        "account.json",
        "--secret-file",
        "secret-new.txt",
        "--secret-file",
        "secret.txt",
        "--notice",
        "true.json",
        "--expected",
        "expected.json",
        "--json",
    ];
    assert_eq!(ok(&desk.pay(&rotated))["authentic"]["key"], "secret");
}

#[test]
fn apply_changes_the_order_file_once() {
    let desk = Desk::new();
    ok(&desk.vnpay(
        "request",
        &["--payment", "payment.json", "--order", "order.json", "--order-id", "H29-1"],
    ));
    let opened = desk.text("order.json");
    assert!(opened.contains("\"initiated\"") && opened.contains("\"H29-1\""), "{opened}");
    let apply = |notice: &str| {
        desk.vnpay(
            "apply",
            &["--notice", notice, "--order", "order.json", "--who", "clerk", "--json"],
        )
    };

    desk.notice("forged.json", "a guess", |_| {});
    assert_eq!(no(&apply("forged.json"))["state"], "initiated");
    assert_eq!(desk.text("order.json"), opened, "a forged notice leaves the file as it is");

    desk.notice("true.json", SECRET, |_| {});
    let first = ok(&apply("true.json"));
    assert_eq!(first["applied"]["change"]["to"], "paid", "{first}");
    let paid = desk.text("order.json");
    let again = ok(&apply("true.json"));
    assert_eq!(again["applied"]["change"]["change"], "already_applied");
    let answer = again["applied"]["acknowledgement"]["body"].as_str().unwrap();
    assert!(answer.contains("\"02\""), "{answer}");
    assert_eq!(desk.text("order.json"), paid, "applied twice, changed once");

    // A record that was changed by hand is seen.
    desk.write("order.json", &paid.replace("\"clerk\"", "\"thief\""));
    refused(&apply("true.json"), "payments.record_broken");
    refused(&desk.vnpay("apply", &["--notice", "true.json", "--order", "absent.json"]), "cli.read");
}

#[test]
fn an_authentic_notice_of_another_amount_leads_to_review() {
    let desk = Desk::new();
    ok(&desk.vnpay("request", &["--payment", "payment.json", "--order", "order.json"]));
    desk.notice("short.json", SECRET, |p| p["amount"]["amount"] = json!("35000"));
    let answer =
        no(&desk.vnpay("apply", &["--notice", "short.json", "--order", "order.json", "--json"]));
    assert_eq!(answer["state"], "review");
    assert!(answer["acknowledgement"]["body"].as_str().unwrap().contains("\"04\""));
    assert!(desk.text("order.json").contains("\"review\""));
}

#[test]
fn query_builds_the_question() {
    let desk = Desk::new();
    let message = json!({"request_id": "Q1", "reference": "HS-1", "info": "Hoi", "paid_request_at": "2026-11-24T03:00:00Z",
        "created_at": "2026-11-24T04:00:00Z", "ip": "127.0.0.1"});
    desk.json("query.json", &message);
    let sent = ok(&desk.vnpay("query", &["--message", "query.json", "--json"]));
    assert!(sent["body"].as_str().unwrap().contains("\"querydr\""), "{sent}");
    desk.json("query.json", &json!({"reference": "HS-1"}));
    refused(&desk.vnpay("query", &["--message", "query.json"]), "payments.message_shape");
    desk.json("query.json", &message);
    // ZaloPay signs the key itself: it is not in what is shown.
    desk.json("secret-keys.json", &json!({"key1": SECRET, "key2": SECRET}));
    desk.json("other.json", &json!({"environment": "sandbox", "merchant": "2553"}));
    desk.json("query.json", &json!({"reference": "261124_HS1"}));
    let sent = ok(&desk.pay(&[
        "query",
        "--gateway",
        "zalopay",
        "--account",
        "other.json",
        "--secret-file",
        "secret-keys.json",
        "--message",
        "query.json",
        "--json",
    ]));
    assert!(sent["canonical"].as_str().unwrap().contains("secret"), "{sent}");
}

#[test]
fn refund_locks_the_amount_and_is_the_same_when_asked_again() {
    let desk = paid();
    let refund = |amount: &str, attempt: &str| {
        desk.vnpay(
            "refund",
            &[
                "--order",
                "order.json",
                "--reference",
                "HS-1",
                "--amount",
                amount,
                "--attempt",
                attempt,
                "--message",
                "refund.json",
                "--json",
            ],
        )
    };
    let first = ok(&refund("30000", "1"));
    assert!(first["body"].as_str().unwrap().contains("\"refund\""), "{first}");
    assert!(desk.text("order.json").contains("\"refund_pending\""));
    let file = desk.text("order.json");
    assert_eq!(ok(&refund("30000", "1")), first);
    assert_eq!(desk.text("order.json"), file);
    let too_much = refund("6001", "2");
    assert_eq!(too_much.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&too_much.stdout).contains("payments.refund_exceeds"));
    assert_eq!(desk.text("order.json"), file, "what was refused is not written");
    ok(&refund("6000", "2"));
    for bad in ["1.5", "-1", "1e3", "0"] {
        assert_eq!(refund(bad, "3").status.code(), Some(2), "{bad}");
    }
}

#[test]
fn the_payment_platform_has_no_public_refund() {
    let desk = Desk::new();
    let platform =
        ["--gateway", "payplatform", "--account", "platform.json", "--secret-file", "secret.txt"];
    desk.json(
        "platform.json",
        &json!({"environment": "sandbox", "merchant": "P1", "base": "https://test.example.vn/pp"}),
    );
    desk.json("init.json", &json!({"reference": "dvc00000000G1220240001220240131093000", "amount": {"amount": "150000", "currency": "VND"},
        "description": "x", "created_at": "2026-11-24T03:00:00Z", "ip": "::1", "receipt": {"service": "fees", "fields": {
            "MaDVC": "1", "MaTTHC": "1", "MaDonVi": "U", "TenDonVi": "U", "MaHoSo": "H", "TKThuHuong": "1", "MaNHThuHuong": "V",
            "TenTKThuHuong": "U"}, "lines": [{"kind": "2", "code": "1", "name": "Phi", "amount": {"amount": "150000", "currency": "VND"}}]}}));
    ok(&desk.pay(
        &[&["request"][..], &platform, &["--payment", "init.json", "--order", "order.json"]]
            .concat(),
    ));
    // MaXacThuc as the rule gives it: SHA-256 of the fields and the secret.
    let fields = [
        "CONFIRM",
        "00",
        "P1",
        "dvc00000000G1220240001220240131093000",
        "150000",
        "VND",
        "T1",
        "VCB",
        "20261124103000",
        "x",
    ];
    let hash = ring::digest::digest(
        &ring::digest::SHA256,
        format!("{}|{SECRET}", fields.join("|")).as_bytes(),
    );
    let hash: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let body = json!({"LoaiBanTin": "CONFIRM", "MaLoi": "00", "MaDoiTac": "P1", "MaThamChieu": fields[3], "SoTien": 150_000,
        "MaTienTe": "VND", "MaGiaoDich": "T1", "MaNganHang": "VCB", "ThoiGianGD": "20261124103000", "ThongTinGiaoDich": "x",
        "MaXacThuc": hash});
    desk.json("confirm.json", &json!({"method": "POST", "body": body.to_string()}));
    ok(&desk.pay(
        &[&["apply"][..], &platform, &["--notice", "confirm.json", "--order", "order.json"]]
            .concat(),
    ));
    desk.json("refund.json", &json!({}));
    let output = desk.pay(
        &[
            &["refund"][..],
            &platform,
            &[
                "--order",
                "order.json",
                "--reference",
                fields[3],
                "--amount",
                "1",
                "--message",
                "refund.json",
            ],
        ]
        .concat(),
    );
    refused(&output, "payments.message_absent");
}

#[test]
fn an_answer_to_a_query_is_applied_only_where_it_is_vouched_for() {
    let desk = Desk::new();
    let keys = json!({"access_key": "A", "secret": SECRET});
    desk.json("secret-momo.json", &keys);
    desk.json("momo.json", &json!({"environment": "sandbox", "merchant": "MOMO"}));
    let momo = ["--gateway", "momo", "--account", "momo.json", "--secret-file", "secret-momo.json"];
    let url = "https://dichvucong.example/tra-ve";
    desk.json(
        "payment.json",
        &json!({"request_id": "R1", "reference": "HS-1", "amount": {"amount": "36000", "currency": "VND"}, "info": "Phi",
            "redirect_url": url, "ipn_url": url, "lang": "vi"}),
    );
    ok(&desk.pay(
        &[&["request"][..], &momo, &["--payment", "payment.json", "--order", "order.json"]]
            .concat(),
    ));
    desk.json(
        "answer.json",
        &json!({"partnerCode": "MOMO", "requestId": "Q1", "orderId": "HS-1", "extraData": "", "amount": 36000, "transId": 4088,
            "payType": "qr", "resultCode": 0, "refundTrans": [], "message": "ok", "responseTime": 1_700_000_123_456_u64}),
    );
    let query = |more: &[&str]| {
        desk.pay(&[&["query"][..], &momo, &["--answer", "answer.json", "--json"], more].concat())
    };
    let code = |output: &std::process::Output| {
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["error"]["code"].as_str().unwrap().to_owned()
    };
    let before = desk.text("order.json");
    assert_eq!(code(&query(&["--order", "order.json"])), "payments.answer_unsigned");
    assert_eq!(code(&query(&["--asked-over-tls"])), "cli.option");
    let other = ["--order", "order.json", "--asked-over-tls", "--reference", "HS-2"];
    assert_eq!(code(&query(&other)), "cli.input");
    assert_eq!(desk.text("order.json"), before);
    let told = ok(&query(&["--order", "order.json", "--asked-over-tls"]));
    assert_eq!(told["state"], "paid", "{told}");
    // The same news twice changes nothing.
    let again = ok(&query(&["--order", "order.json", "--asked-over-tls"]));
    assert_eq!(again["applied"][0]["change"], "already_applied", "{again}");

    let refund = |more: &[&str]| {
        let fixed = ["--order", "order.json", "--reference", "HS-1", "--amount", "6000", "--json"];
        desk.pay(&[&["refund"][..], &momo, &fixed, more].concat())
    };
    desk.json("refunded.json", &json!({}));
    let never = refund(&["--answer", "refunded.json", "--asked-over-tls"]);
    assert_eq!(code(&never), "cli.input", "an answer to a refund that was never asked for");
    desk.json("refund.json", &json!({"description": "Thu thua", "lang": "vi"}));
    let sent = ok(&refund(&["--message", "refund.json"]));
    let body: Value = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
    desk.json(
        "refunded.json",
        &json!({"partnerCode": "MOMO", "orderId": body["orderId"], "requestId": body["requestId"], "amount": 6000,
            "transId": 5000, "resultCode": 0, "message": "ok", "responseTime": 1_700_000_123_456_u64}),
    );
    let done = ok(&refund(&["--answer", "refunded.json", "--asked-over-tls"]));
    assert_eq!(done["state"], "partly_refunded", "{done}");
}
