//! Files signed by pyHanko and by EU DSS at every level, with later signatures, stores and timestamps: no false alarm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod made;
#[path = "witness/peers.rs"]
mod peers;

use motcua_copies::verify::{Check, LaterChanges, RevocationNeed, RowName, SignatureKind};
use motcua_copies::{Policy, Verdict, verify};
use motcua_pki::authority::{CrlTemplate, Demo, SubjectName, Template};
use motcua_pki::path::RevocationMaterial;
use motcua_pki::{Indication, Oid};
use time::{Duration, OffsetDateTime};

#[test]
fn what_pyhanko_signs_and_extends_is_unchanged() {
    let Some(peers) = peers::peers() else { return };
    let policy = peers.policy(RevocationNeed::NotChecked);
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (name, bytes) in &peers.files {
        let report = verify(bytes, &policy);
        seen += 1;
        let unchanged =
            report.rows.iter().any(|r| r.row == RowName::Unchanged && r.check == Check::Passed);
        let sound = unchanged
            && report.verdict <= Verdict::ValidWithNotes
            && report.signatures.iter().all(|s| {
                s.indication == Indication::Passed
                    && s.later_changes != Some(LaterChanges::Forbidden)
            });
        if !sound {
            wrong.push(format!(
                "{name}\n{}\n{}",
                report.to_text(),
                serde_json::to_string_pretty(&report.signatures).unwrap()
            ));
        }
        // Who signed after another is named, and whether that shows: in a field that was prepared with an area, or added with one.
        let later = report.reasons.iter().find(|r| r.code == "copies.signed_later");
        let shows = name.contains("-certified-") || name.ends_with("-visible");
        let told = match later {
            None => !name.contains("-two"),
            Some(r) => {
                r.params["by"] == "Ủy ban nhân dân phường Mẫu"
                    && r.params["look"].is_empty() != shows
            }
        };
        if !told {
            wrong.push(format!("{name}: {later:?}"));
        }
        // What carries its own revocation information is judged by it.
        if ["-lt", "-lta", "-stamped"].iter().any(|end| name.ends_with(end)) {
            let strict = verify(bytes, &peers.policy(RevocationNeed::Required));
            let passed = strict.signatures.iter().all(|s| s.indication == Indication::Passed);
            if !passed || strict.verdict > Verdict::ValidWithNotes {
                wrong.push(format!(
                    "{name}, revocation required\n{}\n{}",
                    strict.to_text(),
                    serde_json::to_string_pretty(&strict.signatures).unwrap()
                ));
            }
        }
        let level = ["lta", "lt", "t", "b"].into_iter().find(|l| name.ends_with(&format!("-{l}")));
        if let Some(level) = level {
            let own: Vec<_> =
                report.signatures.iter().filter(|s| s.kind == SignatureKind::Signature).collect();
            assert_eq!(
                own[0].level,
                Some(format!("B-{}", level.to_uppercase()).as_str()),
                "{name}"
            );
        }
    }
    println!("{seen} files signed by pyHanko");
    assert!(wrong.is_empty(), "{} false alarms\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 20);
}

/// id-ce-cRLDistributionPoints (RFC 5280 §4.2.1.13).
fn crl_points() -> Oid {
    Oid::parse("2.5.29.31").unwrap()
}

/// One address, which nobody asks: DSS takes no list from an authority that names none for itself.
fn lists_at() -> Vec<u8> {
    let url = b"http://lists.example/root.crl";
    let mut der = vec![0x86, u8::try_from(url.len()).unwrap()];
    der.extend_from_slice(url);
    for tag in [0xa0, 0xa0, 0x30, 0x30] {
        der.splice(0..0, [tag, u8::try_from(der.len()).unwrap()]);
    }
    der
}

/// EU DSS signs at every level and judges what it signed; the same file gives the same result here.
#[test]
fn what_eu_dss_signs_has_the_same_result_here() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !root.join("build/judges/classes/Sign.class").is_file() {
        println!("SKIPPED: files signed by EU DSS: cargo xtask judges has not fetched it");
        return;
    }
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("dss-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    let demo = Demo::new(now).unwrap();
    let year = Duration::days(365);
    let named = |name| {
        Template::new(SubjectName::new().country("VN").common_name(name), now - year, now + year)
    };
    let issuing = named("motcua Issuing CA with lists").certificate_authority(Some(0));
    let issuing =
        demo.root.issue(&issuing.with_extension(&crl_points(), false, &lists_at())).unwrap();
    let signer = issuing.issue(&named("Nguyễn Văn Mẫu").document_signer()).unwrap();
    for (name, identity) in [
        ("root", &demo.root),
        ("issuing", &issuing),
        ("signer", &signer),
        ("tsa", &demo.timestamping),
    ] {
        put(&format!("{name}.pem"), identity.certificate().to_pem().as_bytes());
        put(&format!("{name}.key"), identity.private_key().to_pkcs8_pem().as_bytes());
    }
    let template = CrlTemplate::new(now, now + Duration::days(7));
    let crls = [&demo.root, &issuing].map(|i| i.crl(&template).unwrap());
    for (i, crl) in crls.iter().enumerate() {
        put(&format!("{i}.crl"), crl);
    }
    put("base-classic.pdf", &peers::small());
    put("base-scan.pdf", &made::sample("diploma-scan.pdf"));
    for (name, option) in [("linear", "--linearize"), ("streams", "--object-streams=generate")] {
        let path = |name: String| folder.join(name).to_string_lossy().into_owned();
        let to = path(format!("base-{name}.pdf"));
        if !peers::run("qpdf", &[option, &path("base-classic.pdf".into()), &to]) {
            println!("SKIPPED: {name} files: qpdf is not installed");
        }
    }
    let path = |below: &str| root.join(below).to_string_lossy().into_owned();
    let classes = format!("{}:{}", path("build/judges/lib/*"), path("build/judges/classes"));
    let said = std::process::Command::new("java")
        .args(["-cp", &classes, "Sign"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for line in said.lines() {
        let [file, level, indication, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        seen += 1;
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let policy = Policy {
            revocation: RevocationNeed::Required,
            material: RevocationMaterial { crls: crls.to_vec(), ..RevocationMaterial::default() },
            ..made::policy("dss", vec![demo.anchor()], now + Duration::minutes(10))
        };
        let report = verify(&bytes, &policy);
        let own = report.signatures.iter().find(|s| s.kind == SignatureKind::Signature).unwrap();
        let same = indication == "TOTAL_PASSED"
            && own.indication == Indication::Passed
            && own.level.map(|l| l.replace("B-", "PAdES-BASELINE-")).as_deref() == Some(level)
            && report.verdict <= Verdict::ValidWithNotes;
        if !same {
            wrong.push(format!("{line}\n{}\n{own:?}", report.to_text()));
        }
    }
    println!("{seen} files signed by EU DSS");
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen >= 8);
}
