//! `motcua copy issue` over folders and CSV files, stopped and started again, and `motcua copy annul`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use motcua::pki::authority::{Identity, SubjectName, Template};
use serde_json::Value;
use time::OffsetDateTime;

/// Where an invented authority's keys are, made once a test by the demo.
struct Desk {
    folder: tempfile::TempDir,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_motcua"));
    command.args(arguments);
    command
}

fn motcua(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn sample(page: u8) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/originals");
    fs::read(folder.join(format!("diploma-page-{page}.jpg"))).unwrap()
}

/// The sample with bytes after its end, which no decoder reads: another original of the same look.
fn original(mark: usize) -> Vec<u8> {
    [sample(1), mark.to_string().into_bytes()].concat()
}

const FACTS: &str = r#"{
    "agency": "ỦY BAN NHÂN DÂN PHƯỜNG MẪU", "agency_id": "H99.01", "place": "phường Mẫu",
    "capacity": "TUQ. CHỦ TỊCH|CÔNG CHỨC TƯ PHÁP – HỘ TỊCH", "mandate": "Quyết định 12/QĐ-UBND",
    "mandate_from": "2025-11-03", "paper": "Bằng cử nhân", "pages": 1,
    "system": "thử", "link": "https://dichvucong.example/v"
}"#;

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let run = motcua(&["demo", "--out", &desk.text("demo")]);
        assert!(run.status.success(), "{run:?}");
        fs::write(desk.path("facts.json"), FACTS).unwrap();
        fs::create_dir(desk.path("in")).unwrap();
        let made = motcua(&["ledger", "init", &desk.text("record.sqlite")]);
        assert!(made.status.success(), "{made:?}");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn command(&self, input: &str, more: &[&str]) -> Command {
        let mut all =
            command(&["copy", "issue", &self.text(input), "--out", &self.text("out"), "--json"]);
        for (name, file) in [
            ("--facts", "facts.json"),
            ("--official-key", "demo/trust/official.key.pem"),
            ("--official-chain", "demo/trust/official.pem"),
            ("--agency-key", "demo/trust/agency.key.pem"),
            ("--agency-chain", "demo/trust/agency.pem"),
        ] {
            all.args([name, &self.text(file)]);
        }
        all.args(more);
        all
    }

    /// Runs it; the exit code and the rows by name.
    fn issue(&self, input: &str, more: &[&str]) -> (i32, BTreeMap<String, Value>) {
        let run = self.command(input, more).output().unwrap();
        let said = String::from_utf8(run.stdout.clone()).unwrap();
        assert!(run.status.code() != Some(2), "{run:?}");
        let rows = said.lines().map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            (row["row"].as_str().unwrap().to_owned(), row)
        });
        (run.status.code().unwrap(), rows.collect())
    }

    fn by_record(&self) -> (i32, BTreeMap<String, Value>) {
        self.issue("in", &["--ledger", &self.text("record.sqlite"), "--paid-elsewhere"])
    }

    #[track_caller]
    fn verdict(&self, copy: &str, more: &[&str]) -> Option<i32> {
        let (copy, root) = (self.text(copy), self.text("demo/trust/root.pem"));
        let arguments = ["copy", "verify", &copy, "--trust", &root];
        motcua(&[&arguments[..], more].concat()).status.code()
    }

    /// Every copy in the folder is whole and valid, nothing else is there, and the record holds together.
    #[track_caller]
    fn is_sound(&self) {
        for entry in fs::read_dir(self.path("out")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !name.starts_with('.') && name != "motcua-batch.jsonl" {
                assert_eq!(self.verdict(&format!("out/{name}"), &[]), Some(0), "{name}");
            }
        }
        let audit = motcua(&["ledger", "verify", &self.text("record.sqlite")]);
        assert!(audit.status.success(), "{audit:?}");
    }
}

fn error(row: &Value) -> &str {
    row["error"]["code"].as_str().unwrap_or_default()
}

#[test]
fn a_folder_is_copied_the_bad_file_is_told_and_the_next_run_does_the_rest() {
    let desk = Desk::new();
    for i in [1, 2, 10] {
        fs::write(desk.path(&format!("in/scan-{i}.jpg")), original(i)).unwrap();
    }
    fs::write(desk.path("in/scan-3.jpg"), &sample(1)[..9_000]).unwrap();
    fs::create_dir(desk.path("in/two pages")).unwrap();
    for page in [1, 2] {
        fs::write(desk.path(&format!("in/two pages/{page}.jpg")), sample(page)).unwrap();
    }
    fs::write(desk.path("in/.hidden"), b"?").unwrap();
    let results = desk.text("results.csv");
    let record = desk.text("record.sqlite");
    let by_record = ["--ledger", &record, "--paid-elsewhere", "--results", &results, "--jobs", "3"];
    let (code, rows) = desk.issue("in", &by_record);
    assert_eq!((code, rows.len()), (1, 5), "{rows:?}");
    assert_eq!(error(&rows["scan-3.jpg"]), "pdf.broken_image");
    // Numbers follow the rows as people count them, and the bad file took none.
    let numbers: Vec<_> = ["scan-1.jpg", "scan-2.jpg", "scan-10.jpg", "two pages"]
        .map(|n| rows[n]["number"].as_u64())
        .into();
    assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(4)]);
    assert!(desk.path("out/two pages.pdf").exists() && desk.path("out/scan-10.pdf").exists());
    let table = fs::read_to_string(&results).unwrap();
    assert!(table.starts_with("\u{feff}row,line,outcome,file,number"), "{table}");
    assert!(table.contains("scan-3.jpg,,refused,,,,,,pdf.broken_image,"), "{table}");
    desk.is_sound();

    fs::write(desk.path("in/scan-3.jpg"), original(3)).unwrap();
    let (code, again) = desk.by_record();
    assert_eq!(code, 0, "{again:?}");
    for (name, row) in &again {
        let expected = if name == "scan-3.jpg" { "issued" } else { "already" };
        assert_eq!(row["outcome"], expected, "{row}");
        if expected == "already" {
            assert_eq!(row["copy_sha256"], rows[name]["copy_sha256"]);
        }
    }
    assert_eq!(again["scan-3.jpg"]["number"], 5);
    desk.is_sound();

    // An issued copy that was changed, or one of other facts than the row has now, is not passed over in silence.
    fs::write(desk.path("out/scan-1.pdf"), b"%PDF-1.7").unwrap();
    fs::write(desk.path("in/scan-2.jpg"), original(22)).unwrap();
    let (code, rows) = desk.by_record();
    assert_eq!(code, 1);
    assert_eq!(error(&rows["scan-1.jpg"]), "cli.not_as_recorded");
    assert_eq!(error(&rows["scan-2.jpg"]), "cli.not_as_recorded");
}

#[test]
fn a_run_that_was_killed_goes_on_without_a_gap() {
    let desk = Desk::new();
    let count = 24;
    for i in 0..count {
        fs::write(desk.path(&format!("in/{i}.jpg")), original(i)).unwrap();
    }
    let record = desk.text("record.sqlite");
    let by_record = ["--ledger", &record, "--paid-elsewhere", "--jobs", "2"];
    let done = || {
        let names = fs::read_dir(desk.path("out")).map(|d| {
            d.map(|e| e.unwrap().path())
                .filter(|p| p.extension().is_some_and(|e| e == "pdf"))
                .collect()
        });
        names.unwrap_or_else(|_| Vec::<PathBuf>::new())
    };
    let mut seen = BTreeMap::new();
    for wanted in [2, 5] {
        let mut run = desk
            .command("in", &by_record)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while done().len() < wanted && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        for path in done() {
            assert_eq!(desk.verdict(path.to_str().unwrap(), &[]), Some(0), "{path:?}");
            seen.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    assert!(seen.len() < count, "the run was not stopped");
    let (code, rows) = desk.by_record();
    assert_eq!((code, rows.len()), (0, count), "{rows:?}");
    for (path, bytes) in seen {
        assert!(fs::read(&path).unwrap() == bytes, "{path:?} was made twice");
    }
    let numbers: BTreeSet<_> = rows.values().map(|row| row["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=count as u64).collect());
    let status = motcua(&["ledger", "status", &record, "--json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    let register = &status["registers"][0];
    assert_eq!(
        (&register["last"], &register["completed"]),
        (&count.into(), &count.into()),
        "{status}"
    );
    desk.is_sound();
}

/// Stops between the record, the journal and the name: each is finished by the next run with the same bytes.
#[test]
fn a_run_that_stopped_between_two_steps_is_finished() {
    let desk = Desk::new();
    fs::write(desk.path("in/a.jpg"), original(1)).unwrap();
    let (_, rows) = desk.by_record();
    let sha256 = rows["a.jpg"]["copy_sha256"].clone();
    let (place, part) = (desk.path("out/a.pdf"), desk.path("out/.a.pdf.part"));
    let journal = desk.path("out/motcua-batch.jsonl");
    // After the journal, before the name
    fs::rename(&place, &part).unwrap();
    let (code, rows) = desk.by_record();
    assert_eq!((code, &rows["a.jpg"]["copy_sha256"]), (0, &sha256));
    // After the record, in the middle of the journal's line
    fs::rename(&place, &part).unwrap();
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, &text[..text.len() - 20]).unwrap();
    let (code, rows) = desk.by_record();
    assert_eq!((code, &rows["a.jpg"]["copy_sha256"]), (0, &sha256), "{rows:?}");
    assert_eq!(fs::read_to_string(&journal).unwrap(), text);
    desk.is_sound();
    // The record has it, and it is nowhere
    fs::write(&journal, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    fs::remove_file(&place).unwrap();
    let (code, rows) = desk.by_record();
    assert_eq!((code, error(&rows["a.jpg"])), (1, "cli.not_as_recorded"));
}

#[test]
fn doubled() {
    let desk = Desk::new();
    for i in 1..=5 {
        fs::write(desk.path(&format!("in/{i}.jpg")), original(i)).unwrap();
    }
    // A semicolon divides, accents stand apart, a row is short, a file is missing, and two rows have one number.
    let table = "original;number;paper;output\n\
        in/1.jpg;11;Ba\u{302}\u{300}ng c\u{1b0}\u{309} nh\u{e2}n;one.pdf\n\
        in/2.jpg;12;A;two.pdf\n\
        in/3.jpg;12;A;three.pdf\n\
        in/none.jpg;13;A;\n\
        in/4.jpg;14\n\
        in/5.jpg;x;A;five.pdf\n\
        in/5.jpg|in/1.jpg;15;A;../six.pdf\n";
    fs::write(desk.path("rows.csv"), format!("\u{feff}{table}")).unwrap();
    let (code, rows) = desk.issue("rows.csv", &[]);
    assert_eq!(code, 1);
    let codes: Vec<_> =
        rows.values().map(|row| (row["line"].as_u64().unwrap(), error(row))).collect();
    let codes: BTreeMap<_, _> = codes.into_iter().collect();
    let expected = [
        (2, ""),
        (3, "cli.doubled"),
        (4, "cli.doubled"),
        (5, "cli.read"),
        (6, "cli.bad_argument"),
        (7, "cli.bad_argument"),
        (8, "cli.bad_argument"),
    ];
    assert_eq!(codes, expected.into());
    assert!(rows["in/2.jpg"]["error"]["message"].as_str().unwrap().contains("line 4"));
    assert_eq!(desk.verdict("out/one.pdf", &[]), Some(0));
    assert!(!desk.path("six.pdf").exists());
    // A later run in the same folder cannot give the number again.
    fs::write(desk.path("rows.csv"), "original,number\nin/2.jpg,11\n").unwrap();
    let (code, rows) = desk.issue("rows.csv", &[]);
    assert_eq!((code, error(&rows["in/2.jpg"])), (1, "cli.doubled"));
    // An official does not sign beyond the mandate.
    let table = "original,number,mandate_until\nin/4.jpg,21,2025-12-31\nin/5.jpg,22,2125-12-31\n";
    fs::write(desk.path("rows.csv"), table).unwrap();
    let (_, rows) = desk.issue("rows.csv", &[]);
    assert_eq!(error(&rows["in/4.jpg"]), "copies.mandate_not_in_force");
    assert_eq!(error(&rows["in/5.jpg"]), "");
    // Without a register and without a number there is nothing to print.
    fs::write(desk.path("rows.csv"), "original\nin/3.jpg\n").unwrap();
    let (_, rows) = desk.issue("rows.csv", &[]);
    assert_eq!(error(&rows["in/3.jpg"]), "cli.bad_argument");
}

#[test]
fn a_number_is_given_for_money_alone() {
    let desk = Desk::new();
    fs::write(desk.path("in/1.jpg"), original(1)).unwrap();
    let record = desk.text("record.sqlite");
    let (code, rows) = desk.issue("in", &["--ledger", &record]);
    assert_eq!((code, error(&rows["1.jpg"])), (1, "cli.bad_argument"));
    let table = "original,dossier,assessment\nin/1.jpg,H99.01-261124-0001,MC1\n";
    fs::write(desk.path("rows.csv"), table).unwrap();
    let (code, rows) = desk.issue("rows.csv", &["--ledger", &record]);
    assert_eq!((code, error(&rows["in/1.jpg"])), (1, "motcua.no_assessment"), "{rows:?}");
    let status = motcua(&["ledger", "status", &record, "--json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["registers"], Value::Array(Vec::new()));
    // A number of one's own beside the register's
    fs::write(desk.path("rows.csv"), "original,number\nin/1.jpg,7\n").unwrap();
    let (_, rows) = desk.issue("rows.csv", &["--ledger", &record, "--paid-elsewhere"]);
    assert_eq!(error(&rows["in/1.jpg"]), "cli.bad_argument");
}

#[test]
fn a_voided_number_stays_and_the_next_attempt_takes_another() {
    let desk = Desk::new();
    fs::write(desk.path("in/1.jpg"), original(1)).unwrap();
    let record = desk.text("record.sqlite");
    let by_record = ["--ledger", &record, "--paid-elsewhere"];
    // An identifier that the record knows is found out only when the copy is to be kept.
    let (_, rows) = desk.by_record();
    let copy_id = rows["1.jpg"]["copy_id"].as_str().unwrap().to_owned();
    fs::write(desk.path("in/2.jpg"), original(2)).unwrap();
    let table = |id: &str| format!("original,copy_id,request\nin/2.jpg,{id},R-2\n");
    fs::remove_dir_all(desk.path("out")).unwrap();
    fs::write(desk.path("rows.csv"), table(&copy_id)).unwrap();
    let (code, rows) = desk.issue("rows.csv", &by_record);
    assert_eq!((code, error(&rows["R-2"])), (1, "ledger.copy_known"), "{rows:?}");
    assert!(!desk.path("out/2.pdf").exists());
    fs::write(desk.path("rows.csv"), table("BS-OTHER")).unwrap();
    let (code, rows) = desk.issue("rows.csv", &by_record);
    assert_eq!((code, &rows["R-2"]["number"]), (0, &3.into()), "{rows:?}");
    let status = motcua(&["ledger", "status", &record, "--json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    let register = &status["registers"][0];
    let counts =
        ["last", "completed", "voided", "open"].map(|name| register[name].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 1, 0], "{status}");
    desk.is_sound();
}

#[test]
fn not_as_recorded() {
    let desk = Desk::new();
    fs::write(desk.path("in/1.jpg"), original(1)).unwrap();
    desk.by_record();
    let (record, list) = (desk.text("record.sqlite"), desk.text("annulled.json"));
    let (key, chain) = (desk.text("demo/trust/agency.key.pem"), desk.text("demo/trust/agency.pem"));
    let annul = |copy: &str| {
        let decision = ["--decision", "12/QĐ", "--reason", "sai", "--decided-on", "2026-11-25"];
        let signing = ["--list", &list, "--key", &key, "--chain", &chain];
        let copy =
            [&["copy", "annul", copy, "--ledger", &record][..], &decision, &signing].concat();
        motcua(&copy)
    };
    // A file that calls itself the copy and is not
    let other = desk.path("other.pdf");
    fs::write(&other, [fs::read(desk.path("out/1.pdf")).unwrap(), b"\n".to_vec()].concat())
        .unwrap();
    let run = annul(other.to_str().unwrap());
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("[cli.not_as_recorded]"), "{run:?}");
    assert_eq!(annul("BS-2026-999999").status.code(), Some(2));
    assert_eq!(desk.verdict("out/1.pdf", &[]), Some(0));
    let run = annul(&desk.text("out/1.pdf"));
    assert!(run.status.success(), "{run:?}");
    assert_eq!(desk.verdict("out/1.pdf", &["--annulments", &list]), Some(1));
    for (format, begins) in
        [("html", "<!DOCTYPE html>"), ("xml", "<?xml"), ("json", "{"), ("text", "")]
    {
        let (copy, root) = (desk.text("out/1.pdf"), desk.text("demo/trust/root.pem"));
        let run = motcua(&["copy", "verify", &copy, "--trust", &root, "--format", format]);
        let said = String::from_utf8(run.stdout).unwrap();
        assert!(said.to_lowercase().starts_with(&begins.to_lowercase()), "{format}: {said:.80}");
    }
}

/// A certificate of an invented person, from an invented authority.
fn a_person(name: &str) -> Identity {
    let now = OffsetDateTime::now_utc();
    let template = |name| {
        let subject = SubjectName::new().country("VN").common_name(name);
        Template::new(subject, now - time::Duration::days(30), now + time::Duration::days(30))
    };
    let root = Identity::root(&template("Root").certificate_authority(None)).unwrap();
    root.issue(&template(name).document_signer()).unwrap()
}

#[test]
fn several_officials_sign_in_the_order_of_their_keys() {
    let desk = Desk::new();
    let facts = FACTS
        .replace("TUQ. CHỦ TỊCH|CÔNG CHỨC TƯ PHÁP – HỘ TỊCH", "CÔNG CHỨNG VIÊN")
        .replace("\"pages\": 1", "\"pages\": 1, \"issuer\": \"notary\", \"number\": 1");
    fs::write(desk.path("facts.json"), &facts).unwrap();
    fs::write(desk.path("in/a.jpg"), original(1)).unwrap();
    let second = a_person("Trần Thị Hai");
    fs::write(desk.path("second.key.pem"), second.private_key().to_pkcs8_pem()).unwrap();
    fs::write(desk.path("second.pem"), second.certificate().to_pem()).unwrap();
    let (key, chain) = (desk.text("second.key.pem"), desk.text("second.pem"));
    let second = ["--co-official-key", &key, "--co-official-chain", &chain];
    // A key without its certificates, and another number of names than of keys.
    let run = desk.command("in", &second[..2]).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    let (code, rows) = desk.issue("in", &[]);
    assert_eq!((code, rows.len()), (0, 1), "{rows:?}");
    fs::remove_dir_all(desk.path("out")).unwrap();
    let named = facts.replace("\"number\"", "\"co_officials\": [\"A\", \"B\"], \"number\"");
    fs::write(desk.path("facts.json"), named).unwrap();
    let (_, rows) = desk.issue("in", &second);
    assert_eq!(error(&rows["a.jpg"]), "copies.officials_mismatch");
    fs::write(desk.path("facts.json"), &facts).unwrap();
    // The agency's certificate is no second official's.
    let (key, chain) = (desk.text("demo/trust/agency.key.pem"), desk.text("demo/trust/agency.pem"));
    let agency = ["--co-official-key", &key, "--co-official-chain", &chain];
    let (_, rows) = desk.issue("in", &agency);
    assert_eq!(error(&rows["a.jpg"]), "copies.official_seals");
    // The same person's other certificate.
    let run = motcua(&["demo", "--out", &desk.text("other")]);
    assert!(run.status.success(), "{run:?}");
    let [key, chain] = ["key.pem", "pem"].map(|e| desk.text(&format!("other/trust/official.{e}")));
    let same = ["--co-official-key", &key, "--co-official-chain", &chain];
    let (_, rows) = desk.issue("in", &same);
    assert_eq!(error(&rows["a.jpg"]), "copies.same_official");
    let (code, rows) = desk.issue("in", &second);
    assert_eq!((code, rows.len()), (0, 1), "{rows:?}");
    let copy = fs::read(desk.path("out/a.pdf")).unwrap();
    let signed = String::from_utf8_lossy(&copy);
    assert!(signed.matches("/ByteRange").count() == 3 && signed.contains("/T (official-2)"));
    // Only notaries certify together.
    fs::remove_dir_all(desk.path("out")).unwrap();
    fs::write(
        desk.path("facts.json"),
        FACTS.replace("\"pages\": 1", "\"pages\": 1, \"number\": 1"),
    )
    .unwrap();
    let (_, rows) = desk.issue("in", &second);
    assert_eq!(error(&rows["a.jpg"]), "copies.one_official_only");
}

#[test]
fn the_statement_stands_where_the_row_says() {
    let desk = Desk::new();
    for i in 1..=6 {
        fs::write(desk.path(&format!("in/{i}.jpg")), original(i)).unwrap();
    }
    let table = "original,number,statement_place\n\
        in/1.jpg,1,\"20,150,170,120\"\n\
        in/2.jpg,2,20 150 170 120\n\
        in/3.jpg,3,\n\
        in/4.jpg,4,20 150 170\n\
        in/5.jpg,5,20 150 170 -1\n\
        in/6.jpg,6,20 200 170 120\n";
    fs::write(desk.path("rows.csv"), table).unwrap();
    let (code, rows) = desk.issue("rows.csv", &[]);
    let errors: Vec<_> = rows.values().map(error).collect();
    let bad = "cli.bad_argument";
    assert_eq!(errors, ["", "", "", bad, bad, "copies.statement_place_outside"]);
    assert_eq!(code, 1);
    let pages = |name: &str| {
        let copy = fs::read(desk.path(name)).unwrap();
        String::from_utf8_lossy(&copy).matches("/Type /Page ").count()
    };
    for (name, count) in [("out/1.pdf", 1), ("out/2.pdf", 1), ("out/3.pdf", 2)] {
        assert_eq!(desk.verdict(name, &[]), Some(0), "{name}");
        assert_eq!(pages(name), count, "{name}");
    }
    // For all, as a list; the row goes before it.
    fs::remove_dir_all(desk.path("out")).unwrap();
    let place = r#""pages": 1, "statement_place": [20, 150, 170, 120]"#;
    fs::write(desk.path("facts.json"), FACTS.replace("\"pages\": 1", place)).unwrap();
    fs::write(
        desk.path("rows.csv"),
        "original,number,statement_place\nin/1.jpg,1,\nin/2.jpg,2,20 5 170 120\n",
    )
    .unwrap();
    let (_, rows) = desk.issue("rows.csv", &[]);
    assert_eq!(rows.values().map(error).collect::<Vec<_>>(), ["", "copies.bad_fact"]);
    assert_eq!(pages("out/1.pdf"), 1);
}
