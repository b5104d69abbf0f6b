//! One door to the verifiers of all gateways for the tests, and one true notice of each.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use motcua_payments::gateway::{Account, Gateway};
use motcua_payments::notice::{Expected, NoticeRules, RawNotice, Verdict, verify};
use motcua_payments::{
    Algorithm, Dong, Encoding, Secret, keypay::Keypay, momo::Momo, onepay::Onepay, payos::Payos,
    payplatform::Payplatform, viettelpay::Viettelpay, vnpay::Vnpay, zalopay::Zalopay,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Judges a notice of the gateway with this name.
pub fn judge(
    gateway: &str,
    account: &Value,
    raw: &RawNotice,
    expected: Option<&Expected>,
) -> Verdict {
    judge_ready(gateway, account)(raw, expected)
}

type Judge = Box<dyn Fn(&RawNotice, Option<&Expected>) -> Verdict>;

fn ready<G: NoticeRules + 'static>(account: &Value) -> Judge
where
    <G as Gateway>::Keys: DeserializeOwned,
{
    let account: Account<G> = serde_json::from_value(account.clone()).unwrap();
    Box::new(move |raw, expected| verify::<G>(raw, &account, expected))
}

/// The verifier of a gateway with its account read once.
pub fn judge_ready(gateway: &str, account: &Value) -> Judge {
    match gateway {
        "vnpay" => ready::<Vnpay>(account),
        "momo" => ready::<Momo>(account),
        "zalopay" => ready::<Zalopay>(account),
        "payos" => ready::<Payos>(account),
        "onepay" => ready::<Onepay>(account),
        "viettelpay" => ready::<Viettelpay>(account),
        "payplatform" => ready::<Payplatform>(account),
        "keypay" => ready::<Keypay>(account),
        other => panic!("no gateway {other}"),
    }
}

/// What was signed, and how. No algorithm is the payment platform's plain SHA-256 with the key at the end.
pub struct Signed {
    pub algorithm: Option<Algorithm>,
    pub encoding: Encoding,
    pub key: &'static str,
    pub text: String,
}

/// A gateway's account, a true notice without anything unsigned in it, and the order it speaks of.
pub struct True {
    pub gateway: &'static str,
    pub account: Value,
    pub signed: Signed,
    pub raw: RawNotice,
    pub expected: Expected,
}

fn account(merchant: &str, base: Option<&str>, keys: Value) -> Value {
    json!({"environment": "sandbox", "merchant": merchant, "base": base, "keys": [keys]})
}

/// Signs a text, and keeps what was signed.
fn sign(
    algorithm: Algorithm,
    encoding: Encoding,
    key: &'static str,
    text: &str,
) -> (String, Signed) {
    let code = Secret::new(key).unwrap().sign(algorithm, encoding, text.as_bytes());
    (code, Signed { algorithm: Some(algorithm), encoding, key, text: text.to_owned() })
}

fn expect(reference: &str) -> Expected {
    Expected::new(reference, Dong::new(36_000).unwrap())
}

/// One of each. Texts are written by hand here, not by the library.
pub fn all() -> Vec<True> {
    use Algorithm::{HmacSha1, HmacSha256, HmacSha512};
    use Encoding::{Base64, HexLower};
    let text = "vnp_Amount=3600000&vnp_OrderInfo=Le+phi&vnp_ResponseCode=00&vnp_TmnCode=TERMINAL&vnp_TransactionNo=14422574\
                &vnp_TransactionStatus=00&vnp_TxnRef=HS1";
    let (hash, signed) = sign(HmacSha512, HexLower, "secret", text);
    let vnpay = True {
        gateway: "vnpay",
        signed,
        account: account("TERMINAL", None, json!({"label": "now", "secret": "secret"})),
        raw: RawNotice::get(format!("{text}&vnp_SecureHash={hash}")),
        expected: expect("HS1"),
    };

    let text = "accessKey=ACCESS&amount=36000&extraData=eyJhIjoxfQ==&message=Thành công.&orderId=HS1&orderInfo=Lệ phí\
                &orderType=momo_wallet&partnerCode=MOMO&payType=qr&requestId=R1&responseTime=1700000123456&resultCode=0&transId=4088";
    let (hash, signed) = sign(HmacSha256, HexLower, "secret", text);
    let momo = True {
        gateway: "momo",
        signed,
        account: account(
            "MOMO",
            None,
            json!({"label": "now", "access_key": "ACCESS", "secret": "secret"}),
        ),
        raw: RawNotice::post(format!(
            r#"{{"partnerCode":"MOMO","orderId":"HS1","requestId":"R1","amount":36000,"orderInfo":"Lệ phí","orderType":"momo_wallet","transId":4088,"resultCode":0,"message":"Thành công.","payType":"qr","responseTime":1700000123456,"extraData":"eyJhIjoxfQ==","signature":"{hash}"}}"#
        )),
        expected: expect("HS1"),
    };

    let data = r#"{"app_id":2553,"app_trans_id":"261124_HS1","app_time":1795000000000,"app_user":"u","amount":36000,"embed_data":"{}","item":"[]","zp_trans_id":261124000000389,"server_time":1795000001000,"channel":38}"#;
    let (hash, signed) = sign(HmacSha256, HexLower, "key2", data);
    let zalopay = True {
        gateway: "zalopay",
        signed,
        account: account("2553", None, json!({"label": "now", "key1": "key1", "key2": "key2"})),
        raw: RawNotice::post(format!(
            r#"{{"data":{},"mac":"{hash}","type":1}}"#,
            Value::from(data)
        )),
        expected: expect("261124_HS1"),
    };

    let text = "amount=36000&code=00&currency=VND&desc=Thành công&description=HS 777&orderCode=777&paymentLinkId=abc&reference=FT1\
                &transactionDateTime=2026-11-24 10:30:00";
    let (hash, signed) = sign(HmacSha256, HexLower, "secret", text);
    let payos = True {
        gateway: "payos",
        signed,
        account: account(
            "client",
            Some("https://test.example.vn"),
            json!({"label": "now", "secret": "secret"}),
        ),
        raw: RawNotice::post(format!(
            r#"{{"data":{{"orderCode":777,"amount":36000,"description":"HS 777","reference":"FT1","transactionDateTime":"2026-11-24 10:30:00","currency":"VND","paymentLinkId":"abc","code":"00","desc":"Thành công"}},"signature":"{hash}"}}"#
        )),
        expected: expect("777"),
    };

    // The published return of OnePay's test merchant.
    let onepay = True {
        gateway: "onepay",
        signed: Signed {
            algorithm: Some(HmacSha256),
            encoding: Encoding::HexUpper,
            key: "A3EFDFABA8653DF2342E8DAC29B51AF0",
            text: "vpc_AdditionData=970436&vpc_Amount=90000000&vpc_Command=pay&vpc_CurrencyCode=VND&vpc_Locale=vn\
                   &vpc_MerchTxnRef=node-2018-01-15T10:19:55.541Z&vpc_Merchant=ONEPAY&vpc_OrderInfo=node-2018-01-15T10:19:55.541Z\
                   &vpc_TransactionNo=1617996&vpc_TxnResponseCode=0&vpc_Version=2"
                .to_owned(),
        },
        account: account(
            "ONEPAY",
            Some("https://mtf.example.vn/vpc.op"),
            json!({"label": "now", "access_code": "D67342C2", "secret": "A3EFDFABA8653DF2342E8DAC29B51AF0"}),
        ),
        raw: RawNotice::get(
            "vpc_AdditionData=970436&vpc_Amount=90000000&vpc_Command=pay&vpc_CurrencyCode=VND&vpc_Locale=vn\
             &vpc_MerchTxnRef=node-2018-01-15T10%3A19%3A55.541Z&vpc_Merchant=ONEPAY&vpc_OrderInfo=node-2018-01-15T10%3A19%3A55.541Z\
             &vpc_TransactionNo=1617996&vpc_TxnResponseCode=0&vpc_Version=2\
             &vpc_SecureHash=8B720A26C295F225FCF57F9619562341914649C07F9C9FD359A514C2905D67C2",
        ),
        expected: Expected::new("node-2018-01-15T10:19:55.541Z", Dong::new(900_000).unwrap()),
    };

    let text = "ACHS10987654321"; // access_code, billcode, then the rest below
    let text = format!("{text}00MC01HS1136000VT99");
    let (sum, signed) = sign(HmacSha1, Base64, "hash", &text);
    let sum = sum.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let viettelpay = True {
        gateway: "viettelpay",
        signed,
        account: account(
            "MC01",
            None,
            json!({"label": "now", "access_code": "AC", "secret": "hash", "algorithm": "hmac_sha1", "encoding": "base64"}),
        ),
        raw: RawNotice::post(format!(
            "billcode=HS1&cust_msisdn=0987654321&error_code=00&merchant_code=MC01&order_id=HS1&payment_status=1&trans_amount=36000\
             &vt_transaction_id=VT99&check_sum={sum}"
        )),
        expected: expect("HS1"),
    };

    // The published rule of CONFIRM with its vector's values.
    let payplatform = True {
        gateway: "payplatform",
        signed: Signed {
            algorithm: None,
            encoding: HexLower,
            key: "SECRET",
            text: "CONFIRM|00|PARTNER01|dvc00000000G1220240001220240131093000|150000|VND|PP20240131000123|VCB|20240131093000\
                   |THANH TOAN HO SO 000.00.00.G12-202400012"
                .to_owned(),
        },
        account: account(
            "PARTNER01",
            Some("https://test.example.vn/pp"),
            json!({"label": "now", "secret": "SECRET"}),
        ),
        raw: RawNotice::post(
            r#"{"LoaiBanTin":"CONFIRM","MaLoi":"00","MaDoiTac":"PARTNER01","MaThamChieu":"dvc00000000G1220240001220240131093000","SoTien":150000,"MaTienTe":"VND","MaGiaoDich":"PP20240131000123","MaNganHang":"VCB","ThoiGianGD":"20240131093000","ThongTinGiaoDich":"THANH TOAN HO SO 000.00.00.G12-202400012","MaXacThuc":"f57b52981bd7e124a0009d1ef5bf40a789e017d71ba99e0f023ce64770898f47"}"#,
        ),
        expected: Expected::new(
            "dvc00000000G1220240001220240131093000",
            Dong::new(150_000).unwrap(),
        ),
    };

    let (hash, signed) = sign(HmacSha256, HexLower, "key2", "0|CLIENT01|PAY|36000|HS1|3.0");
    let keypay = True {
        gateway: "keypay",
        signed,
        account: account(
            "CLIENT01",
            Some("https://test.example.vn/kp"),
            json!({"label": "now", "key1": "key1", "key2": "key2"}),
        ),
        raw: RawNotice::post(format!(
            r#"{{"addition_fee":"0","client_id":"CLIENT01","command":"PAY","trans_amount":"36000","transaction_id":"HS1","version":"3.0","check_sum":"{hash}"}}"#
        )),
        expected: expect("HS1"),
    };
    vec![vnpay, momo, zalopay, payos, onepay, viettelpay, payplatform, keypay]
}
