//! `motcua copy issue --level`, `copy extend` and `copy sign` with real services on loopback: OpenSSL's timestamp authority and OCSP
//! responder, and CRLs. What is made is judged here and by pyHanko; a service that fails costs no number.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

#[path = "../../services/tests/server.rs"]
mod server;
#[path = "levels/town.rs"]
mod town;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use motcua::pki::authority::{CrlTemplate, Identity};
use motcua::pki::tsp;
use serde_json::Value;
use server::ok;
use time::Duration;
use town::{INDEX, NOT_THERE, Town, motcua, now, openssl_ocsp, openssl_ts, template};

#[test]
fn every_level_is_issued_and_judged_here_and_by_pyhanko() {
    let Some(town) = Town::new("issuing at every level") else { return };
    for (i, (level, name)) in
        [("b-t", "B-T"), ("b-lt", "B-LT"), ("b-lta", "B-LTA")].into_iter().enumerate()
    {
        let out = format!("out-{level}");
        let (exit, row) = town.issue(&out, level, &["--vri"]);
        assert_eq!(
            (exit, &row["level"], &row["number"]),
            (0, &name.into(), &(i + 1).into()),
            "{row}"
        );
        let journal = fs::read_to_string(town.path(&format!("{out}/motcua-batch.jsonl"))).unwrap();
        assert!(journal.contains(&format!("\"level\":\"{name}\"")), "{journal}");
        if level != "b-t" {
            town.passes(&format!("{out}/scan.pdf"), name);
        }
        // The same again asks nobody and makes nothing.
        let (exit, again) = town.issue(&out, level, &["--vri"]);
        assert_eq!((exit, again["outcome"].as_str()), (0, Some("already")), "{again}");
        assert_eq!(again["copy_sha256"], row["copy_sha256"]);
    }
    // B-T carries no revocation information, so both lists come from outside.
    let (file, root) = (town.text("out-b-t/scan.pdf"), town.text("root.pem"));
    let lists = [town.text("root.crl"), town.text("made-ca.crl")];
    let run = motcua(&[
        "copy", "verify", &file, "--trust", &root, "--crl", &lists[0], "--crl", &lists[1], "--json",
    ]);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    for signature in report["signatures"].as_array().unwrap() {
        assert_eq!(
            (&signature["indication"], &signature["level"]),
            (&"passed".into(), &"B-T".into())
        );
    }
    // A row that is to go further than it was issued is not passed over in silence.
    let (exit, row) = town.issue("out-b-t", "b-lt", &[]);
    assert_eq!((exit, row["error"]["code"].as_str()), (1, Some("cli.not_as_recorded")), "{row}");
    pyhanko(
        &town,
        &["b-t", "b-lt", "b-lta"]
            .map(|l| (format!("copy-{}.pdf", &l[2..]), format!("out-{l}/scan.pdf"))),
    );
}

/// pyHanko judges files by the process of the level in their names.
fn pyhanko(town: &Town, files: &[(String, String)]) {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = base.join("build/venv/bin/python");
    if !python.exists() {
        println!(
            "SKIPPED: pyHanko on issued levels: build/venv is not there; `cargo xtask setup` makes it"
        );
        return;
    }
    let folder = town.path("judged");
    fs::create_dir_all(&folder).unwrap();
    for (name, from) in files {
        fs::copy(town.path(from), folder.join(name)).unwrap();
    }
    fs::copy(town.path("root.pem"), folder.join("root.pem")).unwrap();
    for list in ["root.crl", "made-ca.crl"] {
        fs::copy(town.path(list), folder.join(list)).unwrap();
    }
    let script = base.join("crates/copies/tests/witness/pyhanko_judges.py");
    let said = Command::new(python).arg(script).arg(&folder).output().unwrap();
    let text =
        String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    println!("{text}");
    assert!(said.status.success(), "{text}");
}

#[test]
fn what_the_authority_answers_is_held_to_what_was_asked() {
    let Some(town) = Town::new("a timestamp authority that fails") else { return };
    let stranger = Identity::root(&template("Stranger", 90).certificate_authority(None)).unwrap();
    let stranger = stranger.issue(&template("Stranger's TSA", 90).timestamp_authority()).unwrap();
    let mut expired = template("Old TSA", 90).timestamp_authority();
    expired.not_after = now() - Duration::days(1);
    let expired = town.root.issue(&expired).unwrap();
    let own = town.root.issue(&template("Plain TSA", 90).timestamp_authority()).unwrap();
    Town::set(&town.tsa, |_, _| NOT_THERE.to_vec());
    town.refused("b-t", "services.status", "503");
    Town::set(&town.tsa, |_, _| ok(b"nonsense"));
    town.refused("b-t", "services.answer", "cannot be used");
    let of = own.clone();
    Town::set(&town.tsa, move |_, asked| {
        let asked = tsp::Request::from_der(asked).unwrap();
        let other = tsp::request(asked.digest.unwrap(), &[7; 32], asked.nonce.as_deref());
        ok(&of.timestamp_response(&other, now()).unwrap())
    });
    town.refused("b-t", "services.answer", "another digest");
    let of = own.clone();
    Town::set(&town.tsa, move |_, asked| {
        let asked = tsp::Request::from_der(asked).unwrap();
        let other = tsp::request(asked.digest.unwrap(), &asked.imprint, Some(&[1, 2, 3]));
        ok(&of.timestamp_response(&other, now()).unwrap())
    });
    town.refused("b-t", "services.answer", "nonce");
    Town::set(&town.tsa, move |_, asked| ok(&stranger.timestamp_response(asked, now()).unwrap()));
    town.refused("b-t", "motcua.authority_unconfirmed", "is not taken");
    Town::set(&town.tsa, move |_, asked| ok(&expired.timestamp_response(asked, now()).unwrap()));
    town.refused("b-t", "motcua.authority_unconfirmed", "is not taken");
    let of = own.clone();
    Town::set(&town.tsa, move |_, asked| {
        ok(&of.timestamp_response(asked, now() - Duration::days(2)).unwrap())
    });
    town.refused("b-t", "motcua.authority_unconfirmed", "clock");
    // Nothing says whether this authority's certificate is revoked: enough for B-T, not for B-LT.
    Town::set(&town.tsa, move |_, asked| ok(&own.timestamp_response(asked, now()).unwrap()));
    town.refused("b-lt", "motcua.authority_unconfirmed", "names no CRL");
    let (exit, row) = town.issue("out", "b-t", &[]);
    assert_eq!((exit, &row["number"]), (0, &1.into()), "{row}");
}

#[test]
fn a_signer_is_shown_good_before_a_number_is_taken() {
    let Some(town) = Town::new("signers' certificates before signing") else { return };
    let revoked = INDEX
        .replace("V\t361231000000Z\t\t11", "R\t361231000000Z\t250101000000Z,keyCompromise\t11");
    fs::write(town.path("index.txt"), revoked).unwrap();
    for level in ["b-t", "b-lt"] {
        town.refused(level, "motcua.signer_unconfirmed", "is revoked");
    }
    // No responder, no list: not for long.
    Town::set(&town.ocsp, |_, _| NOT_THERE.to_vec());
    town.refused("b-lt", "motcua.signer_unconfirmed", "503");
    // A responder whose answer is about somebody else does not help either.
    fs::write(town.path("index.txt"), INDEX).unwrap();
    let first = Mutex::new(None::<Vec<u8>>);
    Town::set(&town.ocsp, move |folder, asked| {
        first.lock().unwrap().get_or_insert_with(|| openssl_ocsp(folder, asked)).clone()
    });
    town.refused("b-lt", "motcua.signer_unconfirmed", "not confirmed");
    // The list is there: it is used.
    Town::set(&town.ocsp, |_, _| NOT_THERE.to_vec());
    town.serve_crl();
    let (exit, row) = town.issue("out", "b-lt", &[]);
    assert_eq!((exit, &row["number"]), (0, &1.into()), "{row}");
    town.passes("out/scan.pdf", "B-LT");
    // An authority's clock may run a little ahead of ours; far ahead, one of the two is wrong.
    for (ahead, exit) in [(Duration::seconds(90), 0), (Duration::minutes(10), 1)] {
        let list = CrlTemplate::new(now() + ahead, now() + Duration::days(7));
        fs::write(town.path("made-ca.crl"), town.ca.crl(&list).unwrap()).unwrap();
        let (ended, row) = town.issue(&format!("ahead{exit}"), "b-lt", &[]);
        assert_eq!(ended, exit, "{row}");
    }
    let list = CrlTemplate::new(now(), now() + Duration::days(7));
    fs::write(town.path("made-ca.crl"), town.ca.crl(&list).unwrap()).unwrap();
    // Lists at hand are asked before anybody, also where nothing may be fetched.
    let lists = [town.text("root.crl"), town.text("made-ca.crl")];
    let given = ["--crl", &lists[0], "--crl", &lists[1]];
    Town::set(&town.crl, |_, _| NOT_THERE.to_vec());
    let (exit, row) = town.issue("given", "b-lt", &given);
    assert_eq!((exit, &row["level"]), (0, &"B-LT".into()), "{row}");
    let (exit, row) = town.issue("basic", "b-b", &given);
    assert_eq!((exit, &row["level"]), (0, &"B-B".into()), "{row}");
    let (exit, row) = town.issue("half", "b-b", &given[..2]);
    assert_eq!(
        (exit, row["error"]["code"].as_str()),
        (1, Some("motcua.signer_unconfirmed")),
        "{row}"
    );
}

#[test]
fn an_authority_that_fails_half_way_leaves_no_copy() {
    let Some(town) = Town::new("an authority that fails half-way") else { return };
    // Answers once, when it is tried before the number is taken.
    let count = Mutex::new(0);
    Town::set(&town.tsa, move |folder, asked| {
        *count.lock().unwrap() += 1;
        if *count.lock().unwrap() > 2 { NOT_THERE.to_vec() } else { openssl_ts(folder, asked) }
    });
    let (exit, row) = town.issue("out", "b-lta", &[]);
    assert_eq!((exit, row["error"]["code"].as_str()), (1, Some("services.status")), "{row}");
    assert!(!town.path("out/scan.pdf").exists() && !town.path("out/.scan.pdf.part").exists());
    // Its number is voided, and the next attempt takes another, as ever.
    Town::set(&town.tsa, openssl_ts);
    let (exit, row) = town.issue("out", "b-lta", &[]);
    assert_eq!((exit, &row["number"]), (0, &2.into()), "{row}");
    let audit = motcua(&["ledger", "verify", &town.text("record.sqlite")]);
    assert!(audit.status.success(), "{audit:?}");
}

#[test]
fn a_level_without_an_authority_is_refused() {
    let Some(town) = Town::new("a level without an authority") else { return };
    let scan = town.text("scan.jpg");
    let keys = ["official.key", "official.pem", "agency.key", "agency.pem"].map(|n| town.text(n));
    let run = |more: &[&str]| {
        let out = town.text("out");
        let [ok, oc, ak, ac] = &keys;
        let base = [
            "copy",
            "issue",
            &scan,
            "--out",
            &out,
            "--official-key",
            ok,
            "--official-chain",
            oc,
            "--agency-key",
            ak,
            "--agency-chain",
            ac,
        ];
        let run = motcua(&[&base[..], more].concat());
        assert_eq!(run.status.code(), Some(2), "{run:?}");
        String::from_utf8_lossy(&run.stderr).into_owned()
    };
    let said = run(&["--level", "b-lt"]);
    assert!(said.contains("--tsa") && said.contains("[cli.option]"), "{said}");
    let said = run(&["--tsa", "http://127.0.0.1:1/"]);
    assert!(said.contains("no timestamp"), "{said}");
    assert!(run(&["--level", "b-x"]).contains("b-lta"));
    assert!(!town.path("out").exists());
}

#[test]
fn a_copy_is_raised_step_by_step_and_renewed() {
    let Some(town) = Town::new("raising copies") else { return };
    let (_, row) = town.issue("start", "b-b", &[]);
    assert_eq!(row["level"], "B-B");
    let trust = town.trust();
    let extend = |file: &str, out: &str, how: &[&str]| -> (i32, Value) {
        let (file, out) = (town.text(file), town.text(out));
        let trust: Vec<&str> = trust.iter().map(String::as_str).collect();
        let run =
            motcua(&[&["copy", "extend", &file, "--out", &out, "--json"], how, &trust].concat());
        let row = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
        (run.status.code().unwrap(), row)
    };
    let mut from = "start".to_owned();
    for (level, name) in [("b-t", "B-T"), ("b-lt", "B-LT"), ("b-lta", "B-LTA")] {
        let before = fs::read(town.path(&format!("{from}/scan.pdf"))).unwrap();
        let (exit, row) = extend(&format!("{from}/scan.pdf"), level, &["--to", level]);
        assert_eq!(
            (exit, &row["outcome"], &row["level"]),
            (0, &"raised".into(), &name.into()),
            "{row}"
        );
        let after = fs::read(town.path(&format!("{level}/scan.pdf"))).unwrap();
        assert!(after.starts_with(&before), "the copy's own bytes were touched");
        if level != "b-t" {
            town.passes(&format!("{level}/scan.pdf"), name);
        }
        // Once more there is nothing to add, and nothing is written.
        let (exit, row) = extend(&format!("{level}/scan.pdf"), "again", &["--to", level]);
        assert_eq!((exit, &row["outcome"]), (0, &"already".into()), "{row}");
        assert!(!town.path("again/scan.pdf").exists());
        from = level.to_owned();
    }
    let (exit, row) = extend("b-lta/scan.pdf", "renewed", &["--renew"]);
    assert_eq!(
        (exit, &row["outcome"], &row["level"]),
        (0, &"raised".into(), &"B-LTA".into()),
        "{row}"
    );
    town.passes("renewed/scan.pdf", "B-LTA");
    assert_eq!(town.report("renewed/scan.pdf")["signatures"].as_array().unwrap().len(), 5);
    // From the first level to the last at once; nothing is written over.
    let (exit, row) = extend("start/scan.pdf", "once", &["--to", "b-lta"]);
    assert_eq!((exit, &row["level"]), (0, &"B-LTA".into()), "{row}");
    town.passes("once/scan.pdf", "B-LTA");
    let (exit, row) = extend("start/scan.pdf", "once", &["--to", "b-lta"]);
    assert_eq!((exit, row["error"]["code"].as_str()), (1, Some("cli.write")), "{row}");
    // A copy that does not verify is not dressed up.
    let mut bad = fs::read(town.path("start/scan.pdf")).unwrap();
    bad[5_000] ^= 1;
    fs::write(town.path("bad.pdf"), bad).unwrap();
    let (exit, row) = extend("bad.pdf", "never", &["--to", "b-lt"]);
    assert_eq!(
        (exit, row["error"]["code"].as_str()),
        (1, Some("motcua.level_not_reached")),
        "{row}"
    );
    assert!(row["error"]["message"].as_str().unwrap().contains("does not reach B-LT"), "{row}");
    // From B-T, where each signature has a timestamp of its own.
    let (_, row) = town.issue("timed", "b-t", &[]);
    assert_eq!(row["level"], "B-T");
    for (from, out, how) in [
        ("timed", "timed-lt", &["--to", "b-lt"][..]),
        ("timed-lt", "timed-lta", &["--to", "b-lta"]),
        ("timed-lta", "timed-again", &["--renew"]),
    ] {
        let (exit, row) = extend(&format!("{from}/scan.pdf"), out, how);
        assert_eq!((exit, &row["outcome"]), (0, &"raised".into()), "{row}");
    }
    town.passes("timed-again/scan.pdf", "B-LTA");
    // pyHanko's process over time asks for timestamps in the signatures; without, its plain validation judges.
    let files = [
        ("raised", "b-lt/scan.pdf"),
        ("raised-again", "renewed/scan.pdf"),
        ("timed-lt", "timed-lt/scan.pdf"),
        ("timed-lta", "timed-lta/scan.pdf"),
        ("timed-again-lta", "timed-again/scan.pdf"),
    ];
    pyhanko(&town, &files.map(|(name, from)| (format!("{name}.pdf"), from.to_owned())));
}

#[test]
fn a_portals_own_pdf_is_signed_at_every_level() {
    let Some(town) = Town::new("signing other PDFs") else { return };
    // A PDF without signatures: the prepared pages of a copy would be one of ours, so a plain one is written here.
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> >>",
    ];
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for (i, body) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{body}\nendobj\n", i + 1));
    }
    let at = file.len();
    file.push_str(&format!("{table}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"));
    fs::write(town.path("result.pdf"), file).unwrap();
    let (input, key, chain) =
        (town.text("result.pdf"), town.text("agency.key"), town.text("agency.pem"));
    let sign = |out: &str, more: &[&str]| {
        let out = town.text(out);
        motcua(
            &[&["copy", "sign", &input, "--out", &out, "--key", &key, "--chain", &chain], more]
                .concat(),
        )
    };
    let look = [
        "--reason",
        "Kết quả giải quyết",
        "--location",
        "phường Mẫu",
        "--visible",
        "1,40,40,260,60",
    ];
    let run = sign("basic.pdf", &look);
    assert!(run.status.success(), "{run:?}");
    let signed = fs::read(town.path("basic.pdf")).unwrap();
    assert!(String::from_utf8_lossy(&signed).contains("/Rect [40 40 300 100]"));
    assert_eq!(town.report("basic.pdf")["signatures"][0]["level"], "B-B");
    let trust = town.trust();
    let trust: Vec<&str> = trust.iter().map(String::as_str).collect();
    for (level, name) in [("b-t", "B-T"), ("b-lt", "B-LT"), ("b-lta", "B-LTA")] {
        let out = format!("result-{level}.pdf");
        let run = sign(&out, &[&["--level", level], &trust[..], &look[..]].concat());
        assert!(run.status.success(), "{run:?}");
        let signature = &town.report(&out)["signatures"][0];
        assert_eq!(signature["level"], name, "{signature}");
        if level != "b-t" {
            town.passes(&out, name);
        }
    }
    // Nothing is written over, a place that is none and one that is too small are refused.
    assert_eq!(sign("basic.pdf", &[]).status.code(), Some(2));
    assert_eq!(sign("x.pdf", &["--visible", "1,2,3"]).status.code(), Some(2));
    assert_eq!(sign("x.pdf", &["--visible", "1,10,10,20,5"]).status.code(), Some(2));
    assert!(!town.path("x.pdf").exists());
    let files =
        ["t", "lt", "lta"].map(|l| (format!("result-{l}.pdf"), format!("result-b-{l}.pdf")));
    pyhanko(&town, &files);
}
