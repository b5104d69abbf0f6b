//! `motcua pay …`: requests, notices, orders, refunds, QR codes and reconciliation from files. What each needs is a file or an option;
//! a secret is a file or an environment variable and nothing else. Nothing is sent: the command prints the bytes to send.

mod account;
mod ask;
mod gateway;
mod notice;
mod qr;
mod reconcile;
mod state;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use time::OffsetDateTime;

use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// The account with a gateway and where its secrets are.
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// vnpay, momo, zalopay, payos, onepay, viettelpay, payplatform or keypay
    #[arg(long)]
    gateway: String,
    /// The account without secrets: JSON with environment, merchant and (where it is not public) base
    #[arg(long, value_name = "JSON")]
    account: PathBuf,
    /// A file that holds the secret, or a JSON object of the gateway's keys; the current first, then earlier ones
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// An environment variable that holds the same
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
}

/// A gateway's answer, as it came.
#[derive(Debug, Args)]
pub struct AnswerArguments {
    /// The body of the gateway's answer: it is judged and applied to the order instead of building the message
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// Say that you asked the gateway yourself over TLS: most gateways sign no answers
    #[arg(long, requires = "answer")]
    asked_over_tls: bool,
    /// The header x-signature of the answer (payOS payouts)
    #[arg(long, value_name = "HEX", requires = "answer")]
    answer_signature: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum PayCommand {
    /// Build the request for a payment: the address or the bytes to send
    Request {
        #[command(flatten)]
        account: AccountArguments,
        /// The payment, as the gateway's documentation page lists its fields
        #[arg(long, value_name = "JSON")]
        payment: PathBuf,
        /// The order: opened where the file is absent, and the attempt written into it before anything is printed
        #[arg(long, value_name = "JSON")]
        order: Option<PathBuf>,
        /// Identifier of a new order; the payment's reference without it
        #[arg(long, requires = "order")]
        order_id: Option<String>,
        /// Who asks, for the order's record
        #[arg(long, default_value = "system")]
        who: String,
        #[arg(long)]
        json: bool,
    },
    /// Judge a notice: exit 0 when authentic and of the order, 1 when refused
    Verify {
        #[command(flatten)]
        account: AccountArguments,
        /// The notice: JSON with method, query, headers and body, or the HTTP request as it came
        #[arg(long, value_name = "FILE")]
        notice: PathBuf,
        /// The order it should be of
        #[arg(long, value_name = "JSON", conflicts_with = "expected")]
        order: Option<PathBuf>,
        /// Or what is expected: reference and amount
        #[arg(long, value_name = "JSON")]
        expected: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Judge a notice and apply it to the order file: exit 0 when applied (also before), 1 when refused
    Apply {
        #[command(flatten)]
        account: AccountArguments,
        /// The notice
        #[arg(long, value_name = "FILE")]
        notice: PathBuf,
        /// The order, written anew in one step
        #[arg(long, value_name = "JSON")]
        order: PathBuf,
        /// Who applies it, for the order's record
        #[arg(long, default_value = "system")]
        who: String,
        #[arg(long)]
        json: bool,
    },
    /// Build the question what became of a payment, or apply the answer to the order
    Query {
        #[command(flatten)]
        account: AccountArguments,
        /// The fields of the gateway's query
        #[arg(long, value_name = "JSON", required_unless_present = "answer")]
        message: Option<PathBuf>,
        #[command(flatten)]
        answer: AnswerArguments,
        /// The order that the answer is applied to
        #[arg(long, value_name = "JSON", requires = "answer")]
        order: Option<PathBuf>,
        /// Reference of the attempt asked about, where the order has several with the gateway
        #[arg(long, requires = "answer")]
        reference: Option<String>,
        /// Who applies it, for the order's record
        #[arg(long, default_value = "system")]
        who: String,
        #[arg(long)]
        json: bool,
    },
    /// Lock a refund in the order file and build the message that asks for it, or apply the answer to it
    Refund {
        #[command(flatten)]
        account: AccountArguments,
        /// The order that was paid
        #[arg(long, value_name = "JSON")]
        order: PathBuf,
        /// Reference of the payment to give back
        #[arg(long)]
        reference: String,
        /// How much, in đồng
        #[arg(long, value_name = "ĐỒNG")]
        amount: String,
        /// Number of the try: the same number is the same refund
        #[arg(long, default_value_t = 1)]
        attempt: u32,
        /// The other fields of the gateway's refund
        #[arg(long, value_name = "JSON", required_unless_present = "answer")]
        message: Option<PathBuf>,
        #[command(flatten)]
        answer: AnswerArguments,
        /// Who asks, for the order's record
        #[arg(long, default_value = "system")]
        who: String,
        #[arg(long)]
        json: bool,
    },
    /// VietQR codes
    Qr {
        #[command(subcommand)]
        command: qr::QrCommand,
    },
    /// Compare statements with orders: exit 0 when all is matched, 1 when something is left
    Reconcile(reconcile::ReconcileArguments),
}

/// Runs a subcommand. With `--json` an error is `{"error": …}` on standard output, so that good and bad have one shape.
pub fn run(screen: &Screen, command: PayCommand, now: OffsetDateTime) -> Result<ExitCode, Error> {
    let json = command.json();
    match dispatch(screen, command, now) {
        Err(error) if json => {
            screen.raw(&json!({ "error": error.failure() }).to_string());
            Ok(ExitCode::from(2))
        }
        other => other,
    }
}

impl PayCommand {
    fn json(&self) -> bool {
        match self {
            PayCommand::Request { json, .. }
            | PayCommand::Verify { json, .. }
            | PayCommand::Apply { json, .. }
            | PayCommand::Query { json, .. }
            | PayCommand::Refund { json, .. } => *json,
            PayCommand::Qr { command } => command.json(),
            PayCommand::Reconcile(arguments) => arguments.json,
        }
    }
}

fn dispatch(screen: &Screen, command: PayCommand, now: OffsetDateTime) -> Result<ExitCode, Error> {
    match command {
        PayCommand::Request { account, payment, order, order_id, who, json } => {
            let text = text(&payment)?;
            let account = account::read(&account)?;
            let sent = account.request(&text)?;
            if let Some(path) = order {
                let fields: state::Fields =
                    serde_json::from_str(&text).map_err(|e| Error::input(&payment, &e))?;
                state::initiate(&path, order_id.as_deref(), &account, &fields, &who, now)?;
            }
            outgoing(screen, &sent, json)
        }
        PayCommand::Verify { account, notice, order, expected, json } => {
            let raw = notice::read(&notice)?;
            let known = match (&order, &expected) {
                (Some(path), _) => gateway::Known::Order(Box::new(state::read(path)?)),
                (None, Some(path)) => gateway::Known::Expected(Box::new(read(path)?)),
                (None, None) => gateway::Known::Nothing,
            };
            let verdict = gateway::verify(&account, &raw, &known, now)?;
            notice::verdict(screen, &verdict, json)
        }
        PayCommand::Apply { account, notice, order, who, json } => {
            state::apply(screen, &account, &notice::read(&notice)?, &order, &who, now, json)
        }
        PayCommand::Query { account, message, answer, order, reference, who, json } => {
            match (&answer.answer, &order, message) {
                (Some(file), Some(order), _) => {
                    let files = (file.as_path(), order.as_path());
                    let reference = reference.as_deref();
                    let told = ask::told(&account, &answer, files, reference, (&who, now))?;
                    done(screen, &told, &format!("the order is {}", told.state), json)
                }
                (Some(_), None, _) => Err(Error::Option {
                    option: "--answer",
                    problem: "give the order that it is applied to by --order".to_owned(),
                }),
                (None, _, Some(message)) => {
                    outgoing(screen, &ask::query(&account, &message)?, json)
                }
                (None, _, None) => Err(no_message()),
            }
        }
        PayCommand::Refund {
            account,
            order,
            reference,
            amount,
            attempt,
            message,
            answer,
            who,
            json,
        } => {
            let asked = ask::Asked { reference, amount, attempt, who, now };
            match (&answer.answer, message) {
                (Some(file), _) => {
                    let files = (file.as_path(), order.as_path());
                    let settled = ask::refunded(&account, &answer, files, &asked)?;
                    let shown =
                        format!("refund {}: the order is {}", settled.refund, settled.state);
                    done(screen, &settled, &shown, json)
                }
                (None, Some(message)) => {
                    outgoing(screen, &ask::refund(&account, &order, &asked, &message)?, json)
                }
                (None, None) => Err(no_message()),
            }
        }
        PayCommand::Qr { command } => qr::run(screen, command),
        PayCommand::Reconcile(arguments) => reconcile::run(screen, &arguments),
    }
}

/// Prints a message to send.
fn outgoing(
    screen: &Screen,
    message: &motcua::payments::gateway::Outgoing,
    json: bool,
) -> Result<ExitCode, Error> {
    if json {
        ok(screen, message);
    } else {
        screen.raw(&format!("{} {}", message.method, message.url));
        if let Some(kind) = message.content_type {
            screen.raw(&format!("Content-Type: {kind}"));
        }
        for (name, value) in &message.headers {
            screen.raw(&format!("{name}: {value}"));
        }
        if !message.body.is_empty() {
            screen.raw(&format!("\n{}", message.body));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what an answer did.
fn done(
    screen: &Screen,
    value: &impl Serialize,
    shown: &str,
    json: bool,
) -> Result<ExitCode, Error> {
    if json {
        ok(screen, value);
    } else {
        screen.mark(Mark::Good, shown);
    }
    Ok(ExitCode::SUCCESS)
}

/// What the argument parser has already refused.
fn no_message() -> Error {
    Error::Option { option: "--message", problem: "give it, or --answer".to_owned() }
}

/// `{"ok": …}`.
fn ok(screen: &Screen, value: &impl Serialize) {
    screen.raw(&json!({ "ok": value }).to_string());
}

fn utf8<'a>(path: &std::path::Path, bytes: &'a [u8]) -> Result<&'a str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| Error::Input {
        path: path.display().to_string(),
        problem: format!("not UTF-8: {e}"),
    })
}

/// Reads a text file.
fn text(path: &std::path::Path) -> Result<String, Error> {
    let bytes = files::read(path)?;
    Ok(utf8(path, &bytes)?.to_owned())
}

/// Reads a JSON file.
fn read<T: DeserializeOwned>(path: &std::path::Path) -> Result<T, Error> {
    let bytes = files::read(path)?;
    serde_json::from_str(utf8(path, &bytes)?).map_err(|e| Error::input(path, &e))
}
