//! `motcua demo`: one dossier through every room, each step in view. What a step computes lives in the rooms; here it is led,
//! printed and written.

mod capture;
mod copy;
mod fee;
mod payment;

use std::path::Path;
use std::process::ExitCode;

use motcua::copies::Policy;
use motcua::copies::facts::VIET_NAM;
use motcua::counter::{Case, Counter};
use motcua::ledger::{Ledger, Series};
use motcua::pki::authority::Demo;
use serde_json::json;
use time::OffsetDateTime;

use crate::error::Error;
use crate::files;
use crate::screen::Screen;
pub use capture::{Capture, as_named};

/// The act code of the demo agency's electronic register.
const ACT_CODE: &str = "SCTĐT/BS";
/// Its identifier; invented.
const AGENCY_ID: &str = "H99.01";

/// What all steps share.
struct Stage<'a> {
    screen: &'a Screen,
    out: &'a Path,
    now: OffsetDateTime,
}

impl Stage<'_> {
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.out.join(name);
        files::write(&path, bytes)?;
        self.screen.wrote(&path);
        Ok(())
    }

    fn write_json(&self, name: &str, value: &serde_json::Value) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
        self.write(name, text.as_bytes())
    }
}

/// A verifier's policy that trusts these roots. With revocation lists, revocation must be known.
pub fn policy(
    id: &str,
    roots: &[String],
    crls: &[String],
    now: OffsetDateTime,
) -> Result<Policy, Error> {
    let at = now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    let day = at.get(..10).unwrap_or_default();
    let form = json!({
        "id": id, "anchors_pem": roots, "trust_list_as_of": day, "at": at, "crls_pem": crls,
        "revocation": if crls.is_empty() { "not_checked" } else { "required" },
    });
    Policy::from_json(&form.to_string()).map_err(|e| Error::Option {
        option: "the trusted roots or revocation data",
        problem: e.to_string(),
    })
}

/// The code of a dossier (Circular 01/2018/TT-VPCP Art. 19): agency, day, and here the number that the register gives next.
fn dossier(ledger: &mut Ledger, series: &Series, now: OffsetDateTime) -> Result<String, Error> {
    let day = now.to_offset(VIET_NAM).date();
    let taken = ledger.read(|session| session.entries(series, day.year()))?.len();
    let (year, month) = (day.year() % 100, u8::from(day.month()));
    Ok(format!("{AGENCY_ID}-{year:02}{month:02}{:02}-{:04}", day.day(), taken + 1))
}

/// Runs the whole demo.
pub fn run(
    screen: &Screen,
    capture: &Capture,
    out: &Path,
    now: OffsetDateTime,
) -> Result<ExitCode, Error> {
    // Whatever cannot be copied is refused before a fee is asked or a number taken.
    let authority = Demo::new(now)?;
    copy::rehearse(capture, &authority, now)?;
    files::folder(out)?;
    let stage = Stage { screen, out, now };
    let (paper, pages) = (&capture.paper, capture.pages);
    let s = if pages == 1 { "" } else { "s" };
    screen.raw(&format!(
        "motcua demo: a citizen asks for two certified copies of an original of {pages} page{s}: {paper}."
    ));
    screen.raw(&format!(
        "(Công dân xin hai bản sao chứng thực của bản chính {pages} trang: {paper}.)"
    ));

    let path = out.join("register.sqlite");
    let mut ledger = Ledger::open(&path)?;
    let series = Series { agency: AGENCY_ID.to_owned(), kind: ACT_CODE.to_owned() };
    let reference = format!("MC{}", now.unix_timestamp_nanos() / 1_000_000);
    let dossier = dossier(&mut ledger, &series, now)?;
    let case = Case { dossier: &dossier, assessment: &reference };
    let mut counter = Counter::new(&mut ledger, "demo");

    screen.step(1, "Fee / Phí chứng thực");
    fee::run(&stage, &mut counter, case, pages)?;

    screen.step(2, "Payment / Thanh toán");
    let order = payment::run(&stage, &mut counter, case)?;

    screen.step(3, "Register / Sổ chứng thực");
    let entry = counter.number(case, Some(order.id()), &series, order.id(), now)?;
    screen.say(&format!(
        "number {} of {}, {ACT_CODE}; the paid order {} has it for good",
        entry.number,
        entry.year,
        order.id()
    ));
    screen.wrote(&path);

    screen.step(4, "Certified copy / Bản sao điện tử chứng thực");
    let made = copy::issue(&stage, capture, &authority, &entry, &dossier)?;
    counter.issued(&dossier, &series, &entry, &made.issued, now)?;
    screen.say(&format!(
        "number {} is completed with the copy's hash {}…",
        entry.number,
        made.issued.copy_sha256.get(..16).unwrap_or_default()
    ));

    screen.step(5, "Verification / Kiểm tra");
    copy::verify(&stage, &made, &authority)?;
    screen.raw("");
    screen.raw(&format!(
        "Done. Everything is in {}; open copy.pdf, read report.json.",
        out.display()
    ));
    Ok(ExitCode::SUCCESS)
}
