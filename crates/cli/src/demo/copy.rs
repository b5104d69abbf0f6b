//! Steps 4 and 5: the certified copy, and its verification beside two manipulated ones.

use motcua::copies::facts::{CopyFacts, RegisterEntry, VIET_NAM};
use motcua::copies::issue::{Fonts, Original, describe_accepting, issue as issue_copy};
use motcua::copies::{Report, Verdict, statement, verify as judge};
use motcua::ledger::{Entry, IssuedCopy};
use motcua::pdf::write::{UpdateBase, update};
use motcua::pdf::{Document, Limits, hex};
use motcua::pki::Crl;
use motcua::pki::authority::{CrlTemplate, Demo, Identity};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use time::{Duration, OffsetDateTime};

use super::{ACT_CODE, AGENCY_ID, Capture, Stage};
use crate::error::Error;
use crate::files;
use crate::screen::Mark;

/// A copy and what is recorded of it.
pub(super) struct Made {
    copy: Vec<u8>,
    /// What the ledger keeps of it.
    pub issued: IssuedCopy,
    /// The revocation lists that the authorities published with it, PEM.
    lists: Vec<String>,
}

fn facts(
    capture: &Capture,
    originals: &[Original<'_>],
    authority: &Demo,
    (number, year): (u32, i32),
    dossier: &str,
    now: OffsetDateTime,
) -> Result<CopyFacts, Error> {
    let subject = |identity: &Identity| {
        let name = identity.certificate().subject().clone();
        (
            name.common_name().unwrap_or_default().to_owned(),
            name.organization().unwrap_or_default().to_uppercase(),
        )
    };
    let ((official, _), (_, agency)) = (subject(&authority.official), subject(&authority.agency));
    let copy_id = format!("BS-{year}-{number:06}");
    let mut secret = [0_u8; 8];
    SystemRandom::new().fill(&mut secret).map_err(|_| Error::Unexpected {
        step: "drawing the link's secret",
        got: "the system gave no random bytes".to_owned(),
    })?;
    let day = now.to_offset(VIET_NAM).date();
    // To the second: what is shown is what is kept.
    let signed_at = now.replace_nanosecond(0).unwrap_or(now);
    Ok(CopyFacts {
        template: statement::COPY_2025_11.to_owned(),
        register: RegisterEntry {
            number,
            book: "01".to_owned(),
            year: u16::try_from(year).unwrap_or(u16::MAX),
            act_code: ACT_CODE.to_owned(),
        },
        certified_on: day,
        signed_at,
        agency,
        agency_id: AGENCY_ID.to_owned(),
        place: "phường Mẫu".to_owned(),
        official,
        capacity: "TUQ. CHỦ TỊCH\nCÔNG CHỨC TƯ PHÁP – HỘ TỊCH".to_owned(),
        mandate: None,
        co_officials: Vec::new(),
        statement_place: None,
        original: describe_accepting(originals, capture.pages, &capture.accept)?,
        copy_id,
        dossier: dossier.to_owned(),
        procedure: "2.000815".to_owned(),
        applicant: "001201000001".to_owned(),
        paper: capture.paper.clone(),
        system: "motcua (mẫu)".to_owned(),
        link: "https://dichvucong.example/v".to_owned(),
        secret: hex(&secret),
    })
}

fn make(
    capture: &Capture,
    authority: &Demo,
    entry: (u32, i32),
    dossier: &str,
    now: OffsetDateTime,
) -> Result<(Vec<u8>, CopyFacts), Error> {
    let originals = capture.originals();
    let facts = facts(capture, &originals, authority, entry, dossier, now)?;
    let (official, agency) = (authority.official_signer()?, authority.agency_signer()?);
    let copy = issue_copy(&originals, &facts, Fonts::LIBERATION_SERIF, &official, &agency)?;
    Ok((copy, facts))
}

/// Makes the copy once without a number of its own, so that a bad original stops the demo before anything is written.
pub(super) fn rehearse(
    capture: &Capture,
    authority: &Demo,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let year = now.to_offset(VIET_NAM).year();
    make(capture, authority, (1, year), AGENCY_ID, now).map(|_| ())
}

/// Issues, signs and writes the copy and its certificates.
pub(super) fn issue(
    stage: &Stage<'_>,
    capture: &Capture,
    authority: &Demo,
    entry: &Entry,
    dossier: &str,
) -> Result<Made, Error> {
    let screen = stage.screen;
    let (copy, facts) = make(capture, authority, (entry.number, entry.year), dossier, stage.now)?;
    if let Some(statement) = statement::Statement::new(&facts) {
        for line in statement.lines() {
            screen.say(&format!("│ {line}"));
        }
    }
    screen.mark(
        Mark::Good,
        &format!(
            "{} certifies (DocMDP, nothing but the agency's signature may follow)",
            facts.official
        ),
    );
    screen.mark(Mark::Good, &format!("{} seals", facts.agency));
    stage.write("copy.pdf", &copy)?;
    files::folder(&stage.out.join("trust"))?;
    stage.write("trust/root.pem", authority.root.certificate().to_pem().as_bytes())?;
    let lists = revocation_lists(authority, stage.now)?;
    for (name, list) in ["root", "issuing"].iter().zip(&lists) {
        stage.write(&format!("trust/{name}.crl.pem"), list.as_bytes())?;
    }
    for (name, identity) in [("official", &authority.official), ("agency", &authority.agency)] {
        let chain: String = identity.chain().iter().map(motcua::pki::Certificate::to_pem).collect();
        stage.write(&format!("trust/{name}.pem"), chain.as_bytes())?;
        // Keys of an invented authority, so that the examples can sign with them.
        stage.write(
            &format!("trust/{name}.key.pem"),
            identity.private_key().to_pkcs8_pem().as_bytes(),
        )?;
    }
    let issued = IssuedCopy {
        copy_sha256: hex(digest(&SHA256, &copy).as_ref()),
        copy_id: facts.copy_id,
        signers: vec![facts.official, facts.agency],
        signed_at: facts.signed_at,
    };
    Ok(Made { copy, issued, lists })
}

/// The lists of the root and of the issuing authority, fresh and empty: the demo revokes nobody.
fn revocation_lists(authority: &Demo, now: OffsetDateTime) -> Result<Vec<String>, Error> {
    let template = CrlTemplate::new(now, now + Duration::days(7));
    let mut lists = Vec::new();
    for identity in [&authority.root, &authority.issuing] {
        lists.push(Crl::pem_of(&identity.crl(&template)?)?);
    }
    Ok(lists)
}

/// The copy with its first page replaced by an appended update, as an attacker would.
fn with_replaced_page(copy: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(copy, &Limits::STANDARD).ok()?;
    let page = document.pages().ok()?.into_iter().next()?;
    let parent = page.dict.get("Parent")?.as_ref()?;
    let root = document.trailer().get("Root")?.as_ref()?.number;
    let text = String::from_utf8_lossy(copy);
    let startxref = text.rsplit("startxref\n").next()?.lines().next()?.parse().ok()?;
    let id = "00".repeat(16);
    let base = UpdateBase { startxref, size: document.next_number(), root, file_id: &id };
    let body = format!("<< /Type /Page /Parent {parent} R /MediaBox [0 0 595 842] >>").into_bytes();
    let mut file = copy.to_vec();
    let (bytes, ..) = update(file.len(), base, &[(page.id.number, body)]);
    file.extend_from_slice(&bytes);
    Some(file)
}

/// Verifies the copy and the two manipulated ones.
pub(super) fn verify(stage: &Stage<'_>, made: &Made, authority: &Demo) -> Result<(), Error> {
    let screen = stage.screen;
    let root = authority.root.certificate().to_pem();
    let policy = super::policy("motcua-demo", &[root], &made.lists, stage.now)?;
    let report = judge(&made.copy, &policy);
    for line in report.to_text().lines() {
        screen.say(line);
    }
    if report.verdict != Verdict::ValidWithNotes {
        return Err(Error::Unexpected {
            step: "verifying the copy",
            got: report.headline_en.to_owned(),
        });
    }
    stage.write("report.json", (report.to_json().unwrap_or_default() + "\n").as_bytes())?;
    let mut flipped = made.copy.clone();
    let middle = flipped.len() / 3;
    if let Some(byte) = flipped.get_mut(middle) {
        *byte ^= 1;
    }
    let replaced = with_replaced_page(&made.copy).ok_or(Error::Unexpected {
        step: "replacing a page",
        got: "the copy could not be read".to_owned(),
    })?;
    for (what, name, file) in [
        (format!("the same copy with byte {middle} changed"), "copy-one-byte-changed.pdf", flipped),
        (
            "the same copy with page 1 replaced by an appended update".to_owned(),
            "copy-page-replaced.pdf",
            replaced,
        ),
    ] {
        refused(stage, &what, &judge(&file, &policy))?;
        stage.write(name, &file)?;
    }
    Ok(())
}

fn refused(stage: &Stage<'_>, what: &str, report: &Report) -> Result<(), Error> {
    if report.verdict != Verdict::NotValid {
        return Err(Error::Unexpected {
            step: "refusing a changed copy",
            got: report.headline_en.to_owned(),
        });
    }
    stage
        .screen
        .mark(Mark::Bad, &format!("{what}: {} / {}", report.headline_vi, report.headline_en));
    for reason in
        report.reasons.iter().filter(|r| r.severity == motcua::copies::verify::Severity::Failure)
    {
        stage.screen.say(&format!("  {} ({})", reason.vi, reason.code));
        stage.screen.say(&format!("  {}", reason.en));
    }
    Ok(())
}
