//! The command as a user runs it: the demo, twice, and everything it must refuse without leaving anything behind.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn motcua(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_motcua")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn refused(output: &Output, code: &str) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("[{code}]")), "{said}");
}

#[test]
fn the_demo_runs_twice_and_the_register_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    for number in ["number 1 of", "number 2 of"] {
        let run = motcua(&["demo", "--out", text(&out)]);
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
        assert!(said.contains(number) && said.contains("8.000 ₫"), "{said}");
        for refusal in
            ["a forged notice is refused", "copies.bytes_changed", "copies.changed_after_signing"]
        {
            assert!(said.contains(refusal), "{refusal}: {said}");
        }
    }
    for file in [
        "assessment.json",
        "payment.json",
        "payment.png",
        "register.sqlite",
        "copy.pdf",
        "report.json",
        "trust/root.pem",
    ] {
        assert!(out.join(file).exists(), "{file}");
    }
    let (copy, root) = (out.join("copy.pdf"), out.join("trust/root.pem"));
    let verdict = |file: &Path| {
        motcua(&["copy", "verify", text(file), "--trust", text(&root), "--json"]).status.code()
    };
    assert_eq!(verdict(&copy), Some(0));
    assert_eq!(verdict(&out.join("copy-one-byte-changed.pdf")), Some(1));
    assert_eq!(verdict(&out.join("copy-page-replaced.pdf")), Some(1));
    assert_eq!(verdict(&out.join("payment.png")), Some(1));
    let cut = out.join("cut.pdf");
    fs::write(&cut, &fs::read(&copy).unwrap()[..5_000]).unwrap();
    assert_eq!(verdict(&cut), Some(2));
}

#[test]
fn a_copy_is_judged_under_a_policy_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    assert!(motcua(&["demo", "--out", text(&out)]).status.success());
    let (copy, root) = (out.join("copy.pdf"), out.join("trust/root.pem"));
    let judged = |more: &[&str]| {
        let run = motcua(&[&["copy", "verify", text(&copy), "--json"][..], more].concat());
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
        (run.status.code(), report)
    };
    let keep = |name: &str, value: &serde_json::Value| {
        let path = out.join(name);
        fs::write(&path, value.to_string()).unwrap();
        path
    };
    let (_, report) = judged(&["--trust", text(&root)]);
    let facts = &report["facts"];
    let office = |official: &str| {
        serde_json::json!([{
            "agency_id": facts["agency_id"], "name": facts["agency"], "officials": [{"name": official}],
        }])
    };
    // Who certified must be among those who could.
    let good = keep("good.json", &office(facts["official"].as_str().unwrap()));
    let other = keep("other.json", &office("Ai Khác"));
    assert_eq!(judged(&["--trust", text(&root), "--issuers", text(&good)]).0, Some(0));
    assert_eq!(judged(&["--trust", text(&root), "--issuers", text(&other)]).0, Some(1));
    // A policy stands for itself; what is said beside it adds to it.
    let roots = fs::read_to_string(&root).unwrap();
    let policy = keep(
        "policy.json",
        &serde_json::json!({
            "id": "portal", "anchors_pem": [roots], "trust_list_as_of": "2026-01-01", "revocation": "not_checked",
        }),
    );
    let (code, report) = judged(&["--policy", text(&policy)]);
    assert_eq!((code, &report["trust_list_as_of"]), (Some(0), &"2026-01-01".into()));
    let (code, report) = judged(&[
        "--policy",
        text(&policy),
        "--trust-as-of",
        "2026-02-01",
        "--at",
        "2090-01-01T00:00:00Z",
    ]);
    assert_eq!((code, &report["trust_list_as_of"]), (Some(1), &"2026-02-01".into()));
    assert_eq!(report["checked_at"], "2090-01-01T00:00:00Z");
    // Without revocation information that is asked for there is no yes.
    let crl = out.join("trust/root.crl.pem");
    assert_eq!(judged(&["--policy", text(&policy), "--crl", text(&crl)]).0, Some(1));
    for wrong in [serde_json::json!([]), serde_json::json!({"id": "x", "anchors": []})] {
        let policy = keep("wrong.json", &wrong);
        refused(&motcua(&["copy", "verify", text(&copy), "--policy", text(&policy)]), "cli.option");
    }
    // Nobody is trusted by default.
    assert_eq!(motcua(&["copy", "verify", text(&copy)]).status.code(), Some(2));
    // Another kind of signed document is asked for by name.
    let signed = ["--trust", text(&root), "--any-document"];
    assert_eq!(judged(&signed).0, Some(0));
}

/// A PDF of a catalog and one more object, with a true cross-reference table.
fn pdf(pages: &str, trailer: &str) -> Vec<u8> {
    let catalog = "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n";
    let (first, second) = (9, 9 + catalog.len());
    let body = format!("%PDF-1.7\n{catalog}2 0 obj\n{pages}\nendobj\n");
    format!(
        "{body}xref\n0 3\n0000000000 65535 f \n{first:010} 00000 n \n{second:010} 00000 n \n\
         trailer\n<< /Size 3 /Root 1 0 R {trailer} >>\nstartxref\n{}\n%%EOF\n",
        body.len()
    )
    .into_bytes()
}

#[test]
fn not_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let sample =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals/diploma-page-1.jpg");
    let jpeg = fs::read(sample).unwrap();
    for name in ["page.png", "page.PDF", "page.tiff"] {
        let (file, out) = (folder.path().join(name), folder.path().join("out"));
        fs::write(&file, &jpeg).unwrap();
        let run = motcua(&["demo", "--original", text(&file), "--out", text(&out)]);
        refused(&run, "cli.not_what_it_says");
        assert!(!out.exists(), "{name} left something behind");
    }
}

#[test]
fn the_fee_and_the_statement_count_the_pages_of_the_original() {
    let folder = tempfile::tempdir().unwrap();
    let sample =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals/diploma-page-1.jpg");
    let run = |more: &[&str]| {
        let out = folder.path().join("out");
        let arguments = ["demo", "--original", text(&sample), "--out", text(&out)];
        let run = motcua(&[&arguments[..], more].concat());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    let said = run(&["--paper", "Giấy khai sinh"]);
    assert!(
        said.contains("4.000 ₫") && said.contains("Giấy tờ: Giấy khai sinh. Bản chính có 1 trang."),
        "{said}"
    );
    let said = run(&["--pages", "3", "--accept", "pages_missing"]);
    assert!(said.contains("10.000 ₫") && said.contains("Bản chính có 3 trang."), "{said}");
    assert!(said.contains("Lưu ý: bản chụp ít trang hơn bản chính."), "{said}");
    let out = folder.path().join("none");
    let arguments = ["demo", "--original", text(&sample), "--out", text(&out), "--pages", "3"];
    refused(&motcua(&arguments), "copies.pages_missing");
    assert!(!out.exists());
}

#[test]
fn bad_originals_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let sample =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals/diploma-page-1.jpg");
    let jpeg = fs::read(sample).unwrap();
    let no_pages = pdf("<< /Type /Pages /Kids [] /Count 0 >>", "");
    let encrypted = pdf(
        "<< /Type /Pages /Kids [] /Count 0 >>",
        "/Encrypt << /Filter /Standard /V 4 /R 4 /P -44 >> /ID [<00> <00>]",
    );
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.pdf", b"", "copies.empty_original"),
        ("text.png", b"just text", "copies.unknown_original"),
        ("cut.jpg", &jpeg[..jpeg.len() / 2], "pdf.broken_image"),
        ("cut.pdf", b"%PDF-1.7\nnothing", "pdf.no_end"),
        ("no-pages.pdf", &no_pages, "pdf.no_pages"),
        ("encrypted.pdf", &encrypted, "pdf.encrypted"),
    ];
    for (name, bytes, code) in cases {
        let (file, out) = (folder.path().join(name), folder.path().join("out"));
        fs::write(&file, bytes).unwrap();
        refused(&motcua(&["demo", "--original", text(&file), "--out", text(&out)]), code);
        assert!(!out.exists(), "{name} left something behind");
    }
}

#[test]
fn a_scanned_pdf_and_a_picture_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals");
    for name in ["diploma-scan.pdf", "diploma-page-2.jpg"] {
        let (file, out) = (samples.join(name), folder.path().join(name));
        let run = motcua(&["demo", "--original", text(&file), "--out", text(&out)]);
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn read() {
    refused(&motcua(&["demo", "--original", "/no/such/file.pdf"]), "cli.read");
}

#[test]
fn write() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("a file");
    fs::write(&taken, "x").unwrap();
    refused(&motcua(&["demo", "--out", text(&taken)]), "cli.write");
    assert_eq!(fs::read(&taken).unwrap(), b"x");
}

#[test]
fn too_large() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.pdf");
    fs::File::create(&huge).unwrap().set_len(600 << 20).unwrap();
    refused(&motcua(&["demo", "--original", text(&huge)]), "cli.too_large");
}

#[test]
fn a_case_is_assessed_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case.json");
    let fees = r#"{"fees": [{"fee": "ct.copy", "facts": {"pages": 198, "copies": 1}}]}"#;
    fs::write(
        &case,
        format!(
            r#"{{"tariff": "certification-226-2016", "date": "2026-11-24", "application": {fees}}}"#
        ),
    )
    .unwrap();
    let answer = motcua(&["fees", "assess", text(&case), "--json"]);
    assert!(String::from_utf8_lossy(&answer.stdout).contains(r#""amount":"200000""#), "{answer:?}");
}

#[test]
fn a_record_is_looked_after() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    assert!(motcua(&["demo", "--out", text(&out)]).status.success());
    let file = out.join("register.sqlite");
    let ledger = |more: &[&str]| motcua(&[&["ledger"], more].concat());
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let status = ledger(&["status", text(&file)]);
    assert!(said(&status).contains("last number 1, 0 open, 1 completed, 0 voided"), "{status:?}");
    let sound = ledger(&["verify", text(&file)]);
    assert_eq!(sound.status.code(), Some(0), "{sound:?}");

    let key = folder.path().join("key.pem");
    let made = Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out", text(&key)])
        .status();
    assert!(made.unwrap().success());
    let name = "dichvucong.example";
    let signed = ledger(&[
        "checkpoint",
        text(&file),
        "--origin",
        "dichvucong.example/so",
        "--name",
        name,
        "--key",
        text(&key),
    ]);
    let note = folder.path().join("note");
    fs::write(&note, &signed.stdout).unwrap();
    let errors = String::from_utf8_lossy(&signed.stderr).into_owned();
    let verifier = errors.split_once("verifier key: ").unwrap().1.trim().to_owned();
    let held = ledger(&["verify", text(&file), "--checkpoint", text(&note), "--key", &verifier]);
    assert_eq!(held.status.code(), Some(0), "{held:?}");

    let annul = |copy: &str, day: &str| {
        let decision = ["--decision", "1/QĐ-UBND", "--reason", "sai", "--decided-on", day];
        ledger(&[&["annul", text(&file), "--copy", copy][..], &decision[..]].concat())
    };
    assert!(annul("BS-2026-000001", "2026-11-24").status.success());
    refused(&annul("BS-2026-000009", "2026-11-24"), "ledger.no_copy");
    let register = ["--agency", "H99.01", "--kind", "SCTĐT/BS"];
    refused(
        &ledger(&[&["close-year", text(&file), "--year", "2999"][..], &register[..]].concat()),
        "ledger.year_not_over",
    );

    refused(&ledger(&["status", "env:MOTCUA_NO_SUCH_VARIABLE"]), "cli.read");
    let address = folder.path().join("address");
    // Nobody listens on the discard port.
    fs::write(&address, "host=127.0.0.1 port=9 user=ledger connect_timeout=5\n").unwrap();
    let code = if cfg!(feature = "postgres") { "ledger.connection_lost" } else { "cli.read" };
    refused(&ledger(&["status", &format!("address:{}", text(&address))]), code);

    let (log, copy) = (folder.path().join("log.jsonl"), folder.path().join("copy.sqlite"));
    assert!(ledger(&["export", text(&file), "--to", text(&log)]).status.success());
    assert!(ledger(&["import", text(&copy), "--from", text(&log)]).status.success());
    assert_eq!(
        said(&ledger(&["verify", text(&copy), "--json"])),
        said(&ledger(&["verify", text(&file), "--json"]))
    );
    refused(&ledger(&["import", text(&copy), "--from", text(&log)]), "ledger.bad_export");
    let columns = folder.path().join("log.parquet");
    let export = ledger(&["export", text(&file), "--to", text(&columns)]);
    if cfg!(feature = "parquet") {
        let again = folder.path().join("again.sqlite");
        assert!(ledger(&["import", text(&again), "--from", text(&columns)]).status.success());
        assert_eq!(
            said(&ledger(&["verify", text(&again), "--json"])),
            said(&ledger(&["verify", text(&file), "--json"]))
        );
    } else {
        refused(&export, "cli.write");
    }
    refused(&ledger(&["backup", text(&file), "--to", text(&copy)]), "ledger.not_writable");
    let backup = folder.path().join("backup.sqlite");
    assert!(ledger(&["backup", text(&file), "--to", text(&backup)]).status.success());
    assert_eq!(ledger(&["verify", text(&backup)]).status.code(), Some(0));
    let csv = folder.path().join("register.csv");
    let year = ["--year", "2026"];
    let written = ledger(
        &[&["export", text(&file), "--to", text(&csv)][..], &register[..], &year[..]].concat(),
    );
    assert!(written.status.success() && fs::read(&csv).unwrap().starts_with("\u{feff}".as_bytes()));

    // A log that was cut off is told from a sound one, and a missing file from both.
    let cut = fs::read_to_string(&log).unwrap();
    let (cut_log, cut_file) = (folder.path().join("cut.jsonl"), folder.path().join("cut.sqlite"));
    fs::write(&cut_log, cut.lines().take(2).map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    assert!(ledger(&["import", text(&cut_file), "--from", text(&cut_log)]).status.success());
    let short =
        ledger(&["verify", text(&cut_file), "--checkpoint", text(&note), "--key", &verifier]);
    assert_eq!(short.status.code(), Some(1), "{short:?}");
    assert!(said(&short).contains("ledger.checkpoint_contradicts"));
    refused(&ledger(&["verify", "/no/such/file"]), "ledger.not_writable");
    refused(&ledger(&["backup", "/no/such/file", "--to", text(&copy)]), "cli.read");
}

#[test]
fn an_annulled_copy_is_withdrawn_by_its_agencys_list() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    assert!(motcua(&["demo", "--out", text(&out)]).status.success());
    let at = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let status = motcua(&["ledger", "status", &at("register.sqlite"), "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let year = status["registers"][0]["year"].to_string();
    let stranger = folder.path().join("stranger");
    assert!(motcua(&["demo", "--out", text(&stranger)]).status.success());
    let list = |of: &Path| {
        let key = of.join("trust/agency.key.pem").to_str().unwrap().to_owned();
        let chain = of.join("trust/agency.pem").to_str().unwrap().to_owned();
        let register = at("register.sqlite");
        let made = motcua(&[
            "ledger",
            "annulments",
            &register,
            "--agency",
            "H99.01",
            "--kind",
            "SCTĐT/BS",
            "--year",
            &year,
            "--uri",
            "https://dichvucong.example/thu-hoi",
            "--key",
            &key,
            "--chain",
            &chain,
        ]);
        assert!(made.status.success(), "{made:?}");
        let path = folder.path().join("annulments.jwt");
        fs::write(&path, &made.stdout).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let judged = motcua(&[
            "copy",
            "verify",
            &at("copy.pdf"),
            "--trust",
            &at("trust/root.pem"),
            "--annulments",
            &path,
        ]);
        (judged.status.code(), String::from_utf8_lossy(&judged.stdout).into_owned())
    };
    let (code, said) = list(&out);
    assert!(code == Some(0) && !said.contains("annulments_not_checked"), "{said}");
    let annulled = motcua(&[
        "ledger",
        "annul",
        &at("register.sqlite"),
        "--copy",
        "BS-2026-000001",
        "--decision",
        "15/QĐ-UBND",
        "--reason",
        "bản chính bị sửa chữa",
        "--decided-on",
        "2026-11-24",
    ]);
    assert!(annulled.status.success(), "{annulled:?}");
    let (code, said) = list(&out);
    assert!(code == Some(1) && said.contains("15/QĐ-UBND"), "{said}");
    another_reads_it(&folder.path().join("annulments.jwt"));
    // A list that a stranger signed withdraws nothing, and is not taken for "not annulled" either.
    let (_, said) = list(&stranger);
    assert!(!said.contains("15/QĐ-UBND") && said.contains("copies.annulments_unusable"), "{said}");
}

/// npm's jose verifies the list and Node's zlib unpacks it: number 1 alone is marked.
fn another_reads_it(list: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let peers = root.join("../../build/peers");
    if !peers.join("node_modules/jose").exists() {
        println!("SKIPPED: npm's jose is not in build/peers (cargo xtask peers)");
        return;
    }
    let said = Command::new("node")
        .arg(root.join("../pki/tests/npm_jose.mjs"))
        .args([&peers, Path::new("verify")])
        .stdin(fs::File::open(list).unwrap())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        (&said["typ"], &said["marked"]),
        (&"statuslist+jwt".into(), &serde_json::json!([1]))
    );
}

/// `copy verify` reads its options alone; that must not show.
#[test]
fn judging_a_copy_explains_itself_like_every_command() {
    let alone = motcua(&["copy", "verify", "--help"]);
    let among_all = motcua(&["copy", "help", "verify"]);
    assert!(alone.status.success() && !alone.stdout.is_empty());
    assert_eq!(alone.stdout, among_all.stdout);
    let wrong = motcua(&["copy", "verify", "copy.pdf"]);
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said.contains("Usage: motcua copy verify --trust <PEM> <FILE>"), "{said}");
}
