//! `motcua copy verify`: one file judged, under a policy put together from files. How it is judged, the library decides.

use std::path::PathBuf;
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use motcua::copies::{Policy, Report, Verdict, verify as judge, verify_ranged};
use motcua::pki::Crl;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::Error;
use crate::files;
use crate::screen::Screen;

/// Judge a copy: exit 0 when valid, 1 when not, 2 when it could not be checked
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The PDF
    file: PathBuf,
    /// Trusted root certificates, PEM
    #[arg(long, value_name = "PEM", required_unless_present = "policy")]
    trust: Vec<PathBuf>,
    /// A policy in JSON, as the library takes it; the other options add to it
    #[arg(long, value_name = "JSON")]
    policy: Option<PathBuf>,
    /// Revocation lists of the authorities, PEM or DER; with one of these, revocation must be known
    #[arg(long, value_name = "CRL")]
    crl: Vec<PathBuf>,
    /// OCSP responses, DER; likewise
    #[arg(long, value_name = "DER")]
    ocsp: Vec<PathBuf>,
    /// Signed lists of annulled copies, as `motcua ledger annulments` prints them
    #[arg(long, value_name = "TOKEN")]
    annulments: Vec<PathBuf>,
    /// Who was competent to certify, and when: the array `issuers` of a policy, JSON
    #[arg(long, value_name = "JSON")]
    issuers: Option<PathBuf>,
    /// Judge any signed PDF, not certified copies alone
    #[arg(long)]
    any_document: bool,
    /// The time to judge at, as in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The date of the trust list; that of the check without it
    #[arg(long, value_name = "DATE")]
    trust_as_of: Option<String>,
    /// Print the report as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How the report is printed: text; json; html, a page to print; xml, ETSI TS 119 102-2
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
    Xml,
}

/// Judges the file and prints the report. Exit 0: valid; 1: not; 2: it could not be checked.
pub fn run(
    screen: &Screen,
    arguments: &VerifyArguments,
    now: OffsetDateTime,
) -> Result<ExitCode, Error> {
    let policy = policy(arguments, now)?;
    let report = judged(arguments, &policy)?;
    let format = if arguments.json { Format::Json } else { arguments.format };
    screen.raw(&match format {
        Format::Text => report.to_text(),
        Format::Json => report.to_json().unwrap_or_default(),
        Format::Html => report.to_html(),
        Format::Xml => report.to_etsi_xml(),
    });
    Ok(match report.verdict {
        Verdict::Valid | Verdict::ValidWithNotes => ExitCode::SUCCESS,
        Verdict::CouldNotCheck => ExitCode::from(2),
        _ => ExitCode::from(1),
    })
}

fn judged(arguments: &VerifyArguments, policy: &Policy) -> Result<Report, Error> {
    let file = &arguments.file;
    // A copy of a whole book need not fit into memory.
    let Some(pieces) = files::Pieces::open(file)? else {
        return Ok(judge(&files::read(file)?, policy));
    };
    let report = verify_ranged(&pieces, policy);
    pieces.unchanged(file)?;
    Ok(report)
}

fn bad(option: &'static str, problem: impl ToString) -> Error {
    Error::Option { option, problem: problem.to_string() }
}

/// The policy in the file, with what the options add.
fn policy(arguments: &VerifyArguments, now: OffsetDateTime) -> Result<Policy, Error> {
    let mut form = match &arguments.policy {
        None => Map::new(),
        Some(path) => {
            serde_json::from_str(&files::read_text(path)?).map_err(|e| bad("--policy", e))?
        }
    };
    let now = now.format(&Rfc3339).unwrap_or_default();
    let at = form.get("at").and_then(Value::as_str).map(str::to_owned);
    let at = arguments.at.clone().or(at).unwrap_or(now);
    let day = at.get(..10).unwrap_or_default().to_owned();
    form.insert("at".to_owned(), at.into());
    form.entry("id").or_insert_with(|| "motcua-cli".into());
    if let Some(day) = &arguments.trust_as_of {
        form.insert("trust_list_as_of".to_owned(), day.clone().into());
    }
    form.entry("trust_list_as_of").or_insert_with(|| day.into());
    for path in &arguments.trust {
        add(&mut form, "anchors_pem", files::read_text(path)?)?;
    }
    for path in &arguments.crl {
        let pem = match String::from_utf8(files::read(path)?) {
            Ok(pem) => pem,
            Err(der) => Crl::pem_of(der.as_bytes())?,
        };
        add(&mut form, "crls_pem", pem)?;
    }
    for path in &arguments.ocsp {
        add(&mut form, "ocsp_base64", STANDARD.encode(files::read(path)?))?;
    }
    for path in &arguments.annulments {
        add(&mut form, "annulments", files::read_text(path)?.trim().to_owned())?;
    }
    if let Some(path) = &arguments.issuers {
        let listed: Value =
            serde_json::from_str(&files::read_text(path)?).map_err(|e| bad("--issuers", e))?;
        form.insert("issuers".to_owned(), listed);
    }
    if arguments.any_document {
        form.insert("expect".to_owned(), "signed_document".into());
    }
    let given = !arguments.crl.is_empty() || !arguments.ocsp.is_empty();
    if given || !form.contains_key("revocation") {
        let need = if given { "required" } else { "not_checked" };
        form.insert("revocation".to_owned(), need.into());
    }
    Policy::from_json(&Value::Object(form).to_string()).map_err(|e| bad("the policy", e))
}

/// Adds to a list of the policy.
fn add(form: &mut Map<String, Value>, list: &'static str, item: String) -> Result<(), Error> {
    let all = form.entry(list).or_insert_with(|| Value::Array(Vec::new()));
    let all = all.as_array_mut().ok_or_else(|| bad("--policy", format!("{list} is no list")))?;
    all.push(item.into());
    Ok(())
}
