//! `motcua ledger` on a PostgreSQL server: every command on a record there, whose address stands in a file or a variable.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../ledger/tests/backends.rs"]
mod backends;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use backends::Server;

fn motcua(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_motcua"));
    command.args(arguments);
    command
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    said(output)
}

#[track_caller]
fn refused(output: &Output, code: &str) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains(&format!("[{code}]")), "{errors}");
}

#[test]
fn a_record_on_a_server_is_looked_after() {
    let Some(server) = Server::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let address = server.address();
    fs::write(at("address"), format!("{address}\n")).unwrap();
    let record = format!("address:{}", text(&at("address")));
    let ledger = |more: &[&str]| motcua(&[&["ledger"], more].concat()).output().unwrap();

    // Looking at a schema without a record makes none.
    refused(&ledger(&["status", &record]), "ledger.older_schema");
    done(&ledger(&["init", &record]));
    done(&ledger(&["init", &record]));
    assert!(done(&ledger(&["status", &record])).contains('0'));

    // A record made elsewhere goes onto the server and comes back, as lines and as columns.
    done(&motcua(&["demo", "--out", text(&at("demo"))]).output().unwrap());
    let file = at("demo/register.sqlite");
    done(&ledger(&["export", text(&file), "--to", text(&at("log"))]));
    done(&ledger(&["import", &record, "--from", text(&at("log"))]));
    refused(&ledger(&["import", &record, "--from", text(&at("log"))]), "ledger.bad_export");
    let audit = done(&ledger(&["verify", text(&file), "--json"]));
    assert_eq!(done(&ledger(&["verify", &record, "--json"])), audit);
    let variable = motcua(&["ledger", "verify", "env:MOTCUA_TEST_LEDGER", "--json"])
        .env("MOTCUA_TEST_LEDGER", &address)
        .output()
        .unwrap();
    assert_eq!(done(&variable), audit);
    let columns = if cfg!(feature = "parquet") { "back.parquet" } else { "back.jsonl" };
    done(&ledger(&["export", &record, "--to", text(&at(columns))]));
    done(&ledger(&["import", text(&at("back.sqlite")), "--from", text(&at(columns))]));
    assert_eq!(done(&ledger(&["verify", text(&at("back.sqlite")), "--json"])), audit);

    let status: serde_json::Value =
        serde_json::from_str(&done(&ledger(&["status", &record, "--json"]))).unwrap();
    let year = status["registers"][0]["year"].to_string();
    let register = ["--agency", "H99.01", "--kind", "SCTĐT/BS", "--year", &year];
    let with = |first: &[&str], last: &[&str]| ledger(&[first, &register[..], last].concat());
    refused(&with(&["close-year", &record], &[]), "ledger.year_not_over");
    done(&with(&["export", &record], &["--to", text(&at("register.csv"))]));
    assert!(fs::read_to_string(at("register.csv")).unwrap().contains("completed"));
    let decision = ["--decision", "1/QĐ", "--reason", "sai", "--decided-on", "2026-11-24"];
    done(&ledger(&[&["annul", &record, "--copy", "BS-2026-000001"][..], &decision].concat()));
    let key = ["--key", text(&at("demo/trust/agency.key.pem"))].map(str::to_owned);
    let chain = at("demo/trust/agency.pem");
    let list = with(
        &["annulments", &record],
        &["--uri", "https://dichvucong.example/thu-hoi", &key[0], &key[1], "--chain", text(&chain)],
    );
    assert_eq!(done(&list).trim().split('.').count(), 3);
    refused(&ledger(&["backup", &record, "--to", text(&at("copy"))]), "ledger.not_writable");

    // A signed checkpoint, and a record that was cut off behind it.
    let openssl = Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out", text(&at("key.pem"))])
        .status();
    if !openssl.is_ok_and(|status| status.success()) {
        println!("SKIPPED: checkpoints on a server by the command: openssl is not installed");
        return;
    }
    let key = text(&at("key.pem")).to_owned();
    let origin = "dichvucong.example/so";
    let signed = ledger(&[
        "checkpoint",
        &record,
        "--origin",
        origin,
        "--name",
        "dichvucong.example",
        "--key",
        &key,
    ]);
    fs::write(at("note"), done(&signed)).unwrap();
    let errors = String::from_utf8_lossy(&signed.stderr).into_owned();
    let verifier = errors.split_once("verifier key: ").unwrap().1.trim().to_owned();
    let note = at("note");
    let held = ["verify", &record, "--checkpoint", text(&note), "--key", &verifier];
    assert_eq!(ledger(&held).status.code(), Some(0));
    backends::client(&address)
        .batch_execute("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")
        .unwrap();
    let cut = ledger(&held);
    assert_eq!(cut.status.code(), Some(1), "{cut:?}");
    assert!(said(&cut).contains("ledger.checkpoint_contradicts"), "{}", said(&cut));

    server.down("immediate");
    refused(&ledger(&["status", &record]), "ledger.connection_lost");
    server.up();
    assert_eq!(ledger(&["verify", &record]).status.code(), Some(1));
}
