//! A folder with an account, a secret and a payment, and `motcua pay` run in it; no output and no file may hold the secret. Used by the
//! tests of the command.
#![allow(clippy::unwrap_used, dead_code, reason = "each test file uses what it needs")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use motcua::payments::gateway::{OneSecret, Sandbox};
use motcua::payments::vnpay::{self, sandbox};
use serde_json::{Value, json};
use time::macros::datetime;

pub(crate) const SECRET: &str = "K951B6PE1waDMi640xX08PD3vg6EkVlz";

/// A folder with the files of a test, and the command run in it.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        desk.write("secret.txt", &format!("{SECRET}\n"));
        desk.json("account.json", &json!({"environment": "sandbox", "merchant": "MOTCUA01"}));
        desk.json("payment.json", &payment());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn json(&self, name: &str, value: &Value) {
        self.write(name, &value.to_string());
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `motcua pay …`; no output and no file but the secret's own may hold a secret.
    pub(crate) fn pay(&self, arguments: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_motcua"))
            .arg("pay")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("MOTCUA_TEST_SECRET", SECRET)
            .env("MOTCUA_TEST_OTHER", "another secret")
            .output()
            .unwrap();
        for said in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(said);
            assert!(!said.contains(SECRET) && !said.contains("another secret"), "{said}");
            assert!(!said.contains("ACCESS-CODE"), "{said}");
        }
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let holds = bytes.windows(SECRET.len()).any(|w| w == SECRET.as_bytes());
            assert!(!holds || name.starts_with("secret"), "{name} holds the secret");
        }
        output
    }

    /// The same with the VNPAY account.
    pub(crate) fn vnpay(&self, first: &str, rest: &[&str]) -> Output {
        let account =
            ["--gateway", "vnpay", "--account", "account.json", "--secret-file", "secret.txt"];
        self.pay(&[&[first][..], &account, rest].concat())
    }

    /// A signed notice of the payment, changed before it is signed.
    pub(crate) fn notice(&self, name: &str, secret: &str, change: impl Fn(&mut Value)) {
        let keys: Vec<OneSecret> =
            serde_json::from_value(json!([{"label": "now", "secret": secret}])).unwrap();
        let config: vnpay::Config<Sandbox> = vnpay::Config::new("MOTCUA01", None, keys).unwrap();
        let mut payment = payment();
        change(&mut payment);
        let pretend = sandbox::Pretend {
            response_code: "00".to_owned(),
            transaction_status: "00".to_owned(),
            transaction: "14400001".to_owned(),
            bank_code: "NCB".to_owned(),
            paid_at: datetime!(2026-11-24 03:05 UTC),
        };
        let payment = serde_json::from_value(payment).unwrap();
        let query = sandbox::sign_notice(&config, &payment, &pretend).unwrap();
        self.json(name, &json!({"method": "GET", "query": query}));
    }
}

pub(crate) fn payment() -> Value {
    json!({"reference": "HS-1", "amount": {"amount": "36000", "currency": "VND"}, "info": "Phi chung thuc", "ip": "127.0.0.1",
        "locale": "vn", "return_url": "https://dichvucong.example/tra-ve", "created_at": "2026-11-24T03:00:00Z",
        "expires_at": "2036-11-24T03:15:00Z"})
}

#[track_caller]
pub(crate) fn ok(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice::<Value>(&output.stdout).map(|v| v["ok"].clone()).unwrap_or_default()
}

#[track_caller]
pub(crate) fn no(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    serde_json::from_slice::<Value>(&output.stdout).map(|v| v["ok"].clone()).unwrap_or_default()
}

/// Exit 2 with this code, on the error stream or, with `--json`, as the answer.
#[track_caller]
pub(crate) fn refused(output: &Output, code: &str) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let told = said.contains(&format!("[{code}]")) || answer["error"]["code"] == code;
    assert!(told, "{output:?}");
}

/// An order that was paid.
pub(crate) fn paid() -> Desk {
    let desk = Desk::new();
    ok(&desk.vnpay("request", &["--payment", "payment.json", "--order", "order.json"]));
    desk.notice("true.json", SECRET, |_| {});
    ok(&desk.vnpay("apply", &["--notice", "true.json", "--order", "order.json"]));
    desk.json("refund.json", &json!({"request_id": "F1", "reference": "HS-1", "info": "Hoan", "transaction": "14400001",
        "paid_request_at": "2026-11-24T03:00:00Z", "created_at": "2026-11-24T04:00:00Z", "ip": "127.0.0.1", "created_by": "clerk"}));
    desk
}
