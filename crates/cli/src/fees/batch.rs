//! `motcua fees assess FILE`: many cases, one line of answer each. A bad row is reported with its line, the rest go on.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use motcua::fees::{Application, Tariff, assess as compute, quote};
use motcua::money::Amount;
use serde_json::json;
use time::Date;

use super::cases::{self, Asked, Kind, Row, Splitter};
use super::{Ask, ask, catalogue, exit};
use crate::error::Error;
use crate::progress::Progress;
use crate::screen::Screen;

/// Refusals told on the error stream; all of them stand in the output.
const TOLD: u64 = 20;
/// Rows between two looks at the bar: thousands pass in a second.
const LOOK: u64 = 4_096;

/// Tariffs that rows name or whose fees they ask for, each loaded once.
struct Tariffs<'a> {
    ask: &'a Ask,
    named: HashMap<String, Rc<Tariff>>,
    by_fee: HashMap<String, Rc<Tariff>>,
}

impl Tariffs<'_> {
    fn of(&mut self, asked: &Asked) -> Result<Rc<Tariff>, Error> {
        if let Some(name) = asked.tariff.as_ref().or(self.ask.tariff.as_ref()) {
            if let Some(known) = self.named.get(name) {
                return Ok(Rc::clone(known));
            }
            let tariff = Rc::new(catalogue::load(name)?);
            self.named.insert(name.clone(), Rc::clone(&tariff));
            return Ok(tariff);
        }
        let fee = asked.application.fees.first().ok_or(motcua::fees::Error::NothingAsked)?;
        if let Some(known) = self.by_fee.get(&fee.fee) {
            return Ok(Rc::clone(known));
        }
        let tariff = catalogue::with_fee(&fee.fee)?;
        let tariff = self.named.entry(tariff.id().to_owned()).or_insert_with(|| Rc::new(tariff));
        self.by_fee.insert(fee.fee.clone(), Rc::clone(tariff));
        Ok(Rc::clone(tariff))
    }
}

/// What the flags give to every case that does not say otherwise.
fn complete(application: &mut Application, shared: &Application) {
    for (name, value) in &shared.facts {
        application.facts.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if application.entitlements.is_empty() {
        application.entitlements.clone_from(&shared.entitlements);
    }
    if application.exchange.is_empty() {
        application.exchange.clone_from(&shared.exchange);
    }
    application.allow_unverified.extend(shared.allow_unverified.iter().cloned());
    application.lodged = application.lodged.or(shared.lodged);
    application.decided = application.decided.or(shared.decided);
    application.collected = application.collected.or(shared.collected);
    application.known_at = application.known_at.or(shared.known_at);
}

/// The totals of a file.
struct Count {
    good: u64,
    bad: u64,
    totals: Vec<Amount>,
}

impl Count {
    fn add(&mut self, amount: Amount) -> Result<(), Error> {
        let overflow = |source| motcua::fees::Error::Money { fee: "total".to_owned(), source };
        match self.totals.iter_mut().find(|total| total.currency() == amount.currency()) {
            Some(total) => *total = total.checked_add(&amount).map_err(overflow)?,
            None => self.totals.push(amount),
        }
        Ok(())
    }
}

enum Out<W: Write> {
    Json(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Out<W> {
    fn row(
        &mut self,
        row: (u64, Option<&str>),
        said: &Result<(Amount, Option<String>), Error>,
    ) -> io::Result<()> {
        let (line, reference) = row;
        match (self, said) {
            (Self::Json(out), Ok((_, Some(full)))) => {
                writeln!(out, "{{\"line\":{line},\"assessment\":{full}}}")
            }
            (Self::Json(out), Ok((total, None))) => {
                let mut answer = json!({ "line": line, "total": total });
                if let Some(reference) = reference {
                    answer["reference"] = reference.into();
                }
                writeln!(out, "{answer}")
            }
            (Self::Json(out), Err(e)) => {
                writeln!(out, "{}", json!({ "line": line, "error": e.failure() }))
            }
            (Self::Csv(out), said) => {
                let (mut total, mut currency) = (String::new(), String::new());
                let (mut code, mut message) = (String::new(), String::new());
                match said {
                    Ok((amount, _)) => {
                        total = amount.value().to_string();
                        currency = amount.currency().to_string();
                    }
                    Err(e) => (code, message) = (e.code().to_owned(), e.to_string()),
                }
                let line = line.to_string();
                let fields =
                    [&line, reference.unwrap_or_default(), &total, &currency, &code, &message];
                out.write_record(fields).map_err(io::Error::from)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Json(out) => out.flush(),
            Self::Csv(out) => out.flush(),
        }
    }
}

/// One case alone in a file is answered as if it came from flags.
fn single(path: &Path) -> Result<Option<String>, Error> {
    let failed = |e: io::Error| Error::read(path, &e);
    let mut splitter = Splitter::new(cases::open(path)?.0, Kind::Json);
    let first = splitter.text().map_err(failed)?;
    let alone = !splitter.in_list && first.is_some();
    Ok(if alone && splitter.text().map_err(failed)?.is_none() { first } else { None })
}

/// The fee of the first row of a CSV file, to learn which tariff is meant.
fn first_fee(path: &Path) -> Result<Option<String>, Error> {
    let failed = |e: io::Error| Error::read(path, &e);
    let mut table = cases::Table::new(cases::open(path)?.0).map_err(failed)?;
    let Some(at) = table.header.iter().position(|name| name == "fee") else { return Ok(None) };
    let first = table.next().map_err(failed)?.and_then(|(_, fields)| fields.ok());
    let fee = first.and_then(|fields| fields.get(at).map(|fee| fee.trim().to_owned()));
    Ok(fee.filter(|fee| !fee.is_empty()))
}

/// Assesses the cases of a file.
pub fn assess(
    screen: &Screen,
    path: &Path,
    ask: &Ask,
    today: Date,
    as_json: bool,
) -> Result<ExitCode, Error> {
    let kind = cases::kind(path)?;
    let today = ask.on.unwrap_or(today);
    let mut tariffs = Tariffs { ask, named: HashMap::new(), by_fee: HashMap::new() };
    if let Some(text) = if kind == Kind::Json { single(path)? } else { None } {
        let mut asked = cases::from_json(&text)?;
        let tariff = tariffs.of(&asked)?;
        complete(&mut asked.application, &ask.shared(&tariff)?);
        let answer = compute(&tariff, &asked.application, asked.date.unwrap_or(today))?;
        ask::show(screen, &answer, as_json);
        return Ok(ExitCode::SUCCESS);
    }
    let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut out =
        if as_json { Out::Json(out) } else { Out::Csv(Box::new(csv::Writer::from_writer(out))) };
    if let Out::Csv(out) = &mut out {
        let header = ["line", "reference", "total", "currency", "code", "message"];
        out.write_record(header).map_err(|e| Error::write(Path::new("the output"), &e.into()))?;
    }
    let mut progress = Progress::new(cases::open(path)?.1, LOOK);
    let mut count = Count { good: 0, bad: 0, totals: Vec::new() };
    let mut each = |row: Row| -> Result<(), Error> {
        progress.row(row.at);
        let mut reference = None;
        let said = row.case.and_then(|mut asked| {
            if let (Some(fee), Some(request)) =
                (ask.fee.first(), asked.application.fees.first_mut())
                && request.fee.is_empty()
            {
                request.fee.clone_from(fee);
            }
            let first = asked.application.fees.first();
            reference = asked.name.clone().or_else(|| first.and_then(|r| r.reference.clone()));
            let tariff = tariffs.of(&asked)?;
            complete(&mut asked.application, &ask.shared(&tariff)?);
            let date = asked.date.unwrap_or(today);
            if ask.full {
                let answer = compute(&tariff, &asked.application, date)?;
                return Ok((answer.total, Some(answer.to_json())));
            }
            Ok((quote(&tariff, &asked.application, date)?, None))
        });
        match &said {
            Ok((amount, _)) => {
                count.good += 1;
                count.add(*amount)?;
            }
            Err(e) => {
                count.bad += 1;
                if count.bad <= TOLD {
                    screen.note(&format!("{}:{}: {e} [{}]", path.display(), row.line, e.code()));
                }
            }
        }
        out.row((row.line, reference.as_deref()), &said)
            .map_err(|e| Error::write(Path::new("the output"), &e))
    };
    let result = match kind {
        Kind::Csv => {
            let tariff = match (&ask.tariff, ask.fee.first(), first_fee(path)?) {
                (Some(name), ..) => catalogue::load(name)?,
                (None, Some(fee), _) => catalogue::with_fee(fee)?,
                (None, None, Some(fee)) => catalogue::with_fee(&fee)?,
                (None, None, None) => {
                    return Err(Error::BadArgument {
                        argument: path.display().to_string(),
                        problem: "give --fee, --tariff, or a column `fee`".to_owned(),
                    });
                }
            };
            cases::csv(path, &tariff, today, &mut each)
        }
        Kind::Json | Kind::JsonLines => cases::json(path, kind, &mut each),
    };
    progress.end();
    let flushed = out.flush();
    match result {
        // Nobody reads on (`| head`): that is no failure.
        Err(Error::Write { ref problem, .. }) if problem.contains("roken pipe") => {}
        other => {
            other?;
            flushed.map_err(|e| Error::write(Path::new("the output"), &e))?;
        }
    }
    if count.bad > TOLD {
        screen.note(&format!("… and {} more refused rows in the output", count.bad - TOLD));
    }
    let totals: Vec<String> = count.totals.iter().map(ToString::to_string).collect();
    screen.note(&format!(
        "{} assessed, {} refused, total {}",
        count.good,
        count.bad,
        totals.join(" + ")
    ));
    Ok(exit(count.bad == 0))
}
