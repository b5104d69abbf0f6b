//! `motcua copy issue`: a copy of one original, or of each in a folder or CSV file. Two keys are opened once, the cores work side by
//! side, a bad row is told and the rest are done, and a run that was stopped goes on when it is started again.

mod form;
mod journal;
mod outcome;
mod register;
mod rows;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use motcua::copies::facts::{CopyFacts, Shortcoming};
use motcua::copies::issue::levels::{Level, standing};
use motcua::copies::issue::{Fonts, Original, Pending, Pictures, Terms};
use motcua::ledger::{Entry, IssuedCopy};
use motcua::levels::Levels;
use motcua::pdf::hex;
use motcua::pki::Signer;
use ring::digest::{Context, SHA256, digest};
use time::OffsetDateTime;

use super::keys::{KeyArguments, Keys};
use super::level::SourceArguments;
use crate::error::Error;
use crate::files;
use crate::progress::Progress;
use crate::screen::Screen;
use form::Numbered;
use journal::{Folder, Journal, Line};
use outcome::{End, Outcome};
use register::{Register, Rules, Taken};
use rows::Row;

/// Rows a core has in hand between two turns at the register: as many numbers are open at most when a run is stopped.
const WINDOW: usize = 8;
/// A number for the rehearsal, as long as any that a register reaches.
const REHEARSED: u32 = 9_999_999;

/// What to copy, and how.
#[derive(Debug, Args)]
pub struct IssueArguments {
    /// A captured file; a folder, each file in it an original, each folder in it one of several files; or a CSV file with a column
    /// `original` and a row a copy
    input: PathBuf,
    /// Folder for the copies; the same again goes on where a run was stopped
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What all copies say, a JSON object: agency, agency_id, place, capacity, paper, system, link …; a row's own columns go before
    #[arg(long, value_name = "JSON")]
    facts: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
    /// The record whose register gives the numbers: a SQLite file, or env:NAME, address:FILE for PostgreSQL. Without it each row
    /// says its own `number`
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Give numbers without asking the record for an assessment and its payment: the office collects elsewhere
    #[arg(long, requires = "ledger")]
    paid_elsewhere: bool,
    /// How far the signatures go (PAdES): b-b; b-t, with timestamps; b-lt, with what validates them for long; b-lta, closed by a
    /// document timestamp
    #[arg(long, value_name = "LEVEL", default_value = "b-b", value_parser = Level::from_str)]
    level: Level,
    #[command(flatten)]
    sources: SourceArguments,
    /// Resolution of pictures that do not state theirs, dots per inch
    #[arg(long)]
    dpi: Option<u32>,
    /// In what captures may fall short of the law: low_resolution, not_colour, unusual_size, pages_missing, rasterised, signature_lost, attachments_lost
    #[arg(long, value_name = "NAME", value_parser = crate::shortcoming)]
    accept: Vec<Shortcoming>,
    /// A picture of the official's handwritten signature, PNG with a transparent ground
    #[arg(long, value_name = "PNG")]
    signature_image: Option<PathBuf>,
    /// A picture of the agency's seal, PNG with a transparent ground, whose resolution gives its actual size
    #[arg(long, value_name = "PNG")]
    seal_image: Option<PathBuf>,
    /// How many copies are made side by side; without it, as many as there are cores
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Write what became of each row to this file: CSV where its name ends in .csv, else JSON Lines
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Print what became of each row as JSON Lines
    #[arg(long)]
    json: bool,
}

/// What a row needs beside itself.
struct Bench<'a> {
    keys: &'a Keys,
    terms: Terms,
    /// What takes copies beyond B-B, and looks at the signers' certificates.
    levels: Option<Levels>,
    level: Level,
    /// What the officials' certificates call them, in the order in which they sign.
    officials: &'a [String],
    clock: fn() -> OffsetDateTime,
}

impl Bench<'_> {
    /// The terms of the next copies; fails where nobody can sign them now.
    fn ready(&self) -> Result<Terms, Error> {
        let Some(levels) = &self.levels else { return Ok(self.terms.clone()) };
        let room = levels.ready(&self.keys.chains())?;
        Ok(Terms { timestamp_room: room, ..self.terms.clone() })
    }
}

/// How a row stands before a number is taken.
enum Look {
    /// It was made before.
    Already(Line),
    /// It can be made, of these inputs.
    Ready(String),
}

/// Copies what the arguments name.
pub fn run(
    screen: &Screen,
    arguments: &IssueArguments,
    clock: fn() -> OffsetDateTime,
) -> Result<ExitCode, Error> {
    let mut shared = arguments.facts.as_deref().map(rows::shared).transpose()?.unwrap_or_default();
    if let Some(dpi) = arguments.dpi {
        shared.insert("dpi".to_owned(), dpi.to_string());
    }
    if !arguments.accept.is_empty() {
        let names: Vec<_> = arguments.accept.iter().map(|s| s.name()).collect();
        shared.insert("accept".to_owned(), names.join(","));
    }
    let keys = Keys::open(&arguments.keys, clock())?;
    let levels = arguments.sources.open(arguments.level, &keys.chains(), clock)?;
    let mut rows = rows::read(&arguments.input, &shared, &arguments.out)?;
    let mut journal = Journal::open(&arguments.out)?;
    let rules = Rules { paid_elsewhere: arguments.paid_elsewhere };
    let open = |file: &PathBuf| Register::open(file, &journal.batch, rules);
    let mut register = arguments.ledger.as_ref().map(open).transpose()?;
    refuse_doubles(&mut rows, register.is_some(), &journal, clock());

    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    let named = |signer: &&dyn Signer| {
        let certificate = signer.certificate_chain().first();
        certificate.and_then(|c| c.subject().common_name()).unwrap_or_default().to_owned()
    };
    let officials: Vec<String> = keys.officials().iter().map(named).collect();
    let picture = |path: &Option<PathBuf>| path.as_deref().map(files::read).transpose();
    let pictures = Pictures {
        signature: picture(&arguments.signature_image)?,
        seal: picture(&arguments.seal_image)?,
    };
    let terms = Terms { pictures, ..Terms::viet_nam() };
    let level = arguments.level;
    let bench = Bench { keys: &keys, terms, levels, level, officials: &officials, clock };
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(rows.len());
    let mut progress = Progress::new(rows.len() as u64, 1);
    for some in rows.chunks(jobs.saturating_mul(WINDOW)) {
        for outcome in window(some, &bench, &mut journal, register.as_mut(), jobs) {
            progress.end();
            if outcome.outcome == End::Refused || arguments.json || !progress.is_shown() {
                outcome.tell(screen, arguments.json);
            }
            outcomes.push(outcome);
            progress.row(outcomes.len() as u64);
        }
    }
    progress.end();
    if let Some(path) = &arguments.results {
        outcome::write(path, &outcomes)?;
    }
    let count = |end: End| outcomes.iter().filter(|o| o.outcome == end).count();
    let refused = count(End::Refused);
    screen.note(&format!(
        "{} issued, {} already there, {refused} refused",
        count(End::Issued),
        count(End::Already)
    ));
    // Nothing to copy is no success: a mistyped folder looks like that.
    Ok(if refused == 0 && !outcomes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Looks at some rows, takes their numbers in their order, and makes their copies.
fn window(
    rows: &[Row],
    bench: &Bench<'_>,
    journal: &mut Journal,
    mut register: Option<&mut Register>,
    jobs: usize,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = rows.iter().map(|_| None).collect();
    let mut set = |i: usize, outcome: Outcome| {
        if let Some(place) = outcomes.get_mut(i) {
            *place = Some(outcome);
        }
    };
    let mut ready = Vec::new();
    let rules = register.as_deref().map(Register::rules);
    let seen = |row: &Row| look(row, bench, journal, rules);
    each(rows, jobs, seen, |i, row, looked| match looked {
        Ok(Look::Already(line)) => set(i, Outcome::made(row, &line, End::Already)),
        Ok(Look::Ready(inputs)) => ready.push((i, row, inputs)),
        Err(e) => set(i, Outcome::refused(row, &e)),
    });
    ready.sort_by_key(|(i, ..)| *i);
    // Whoever cannot sign, or an authority that gives no timestamps, is found out before a number is taken.
    let terms = if ready.is_empty() { Ok(bench.terms.clone()) } else { bench.ready() };
    let terms = match terms {
        Ok(terms) => terms,
        Err(e) => {
            ready.iter().for_each(|(i, row, _)| set(*i, Outcome::refused(row, &e)));
            return outcomes.into_iter().flatten().collect();
        }
    };
    let mut due = Vec::new();
    for (i, row, inputs) in ready {
        let taken = match register.as_deref_mut() {
            Some(register) => register.take(row, (bench.clock)()).map(Some),
            None => Ok(None),
        };
        match taken {
            Ok(Some(Taken::Completed(entry, sha256))) => {
                let line = finish(row, inputs, &entry, sha256, journal);
                match line {
                    Ok(line) => set(i, Outcome::made(row, &line, End::Issued)),
                    Err(e) => set(i, Outcome::refused(row, &e)),
                }
            }
            Ok(Some(Taken::Open(entry))) => due.push(Due { i, row, inputs, entry: Some(entry) }),
            Ok(None) => due.push(Due { i, row, inputs, entry: None }),
            Err(e) => set(i, Outcome::refused(row, &e)),
        }
    }
    let folder = journal.folder.clone();
    each(
        &due,
        jobs,
        |due| make(due, bench, &terms, &folder),
        |_, due, made| {
            let Due { i, row, entry, .. } = due;
            let entered = made.and_then(|(line, copy)| {
                if let (Some(register), Some(entry)) = (register.as_deref_mut(), entry) {
                    register.complete(row, entry, &copy, (bench.clock)())?;
                }
                journal.enter(line.clone())?;
                journal.folder.publish(&line.file)?;
                Ok(line)
            });
            match entered {
                Ok(line) => set(*i, Outcome::made(row, &line, End::Issued)),
                Err(e) => {
                    // A number that a copy carries by now stays its own: the record refuses to void it.
                    if let (Some(register), Some(entry)) = (register.as_deref_mut(), entry) {
                        let reason = format!("{}: {e}", e.code());
                        let _ = register.void(row, entry, &reason, (bench.clock)());
                    }
                    set(*i, Outcome::refused(row, &e));
                }
            }
        },
    );
    outcomes.into_iter().flatten().collect()
}

/// A row whose copy is to be made, and its number where the record gave one.
struct Due<'a> {
    i: usize,
    row: &'a Row,
    inputs: String,
    entry: Option<Entry>,
}

/// Runs work over items on so many threads; what comes of each is taken here, as it comes.
fn each<'a, T: Sync, R: Send>(
    items: &'a [T],
    jobs: usize,
    work: impl Fn(&'a T) -> R + Sync,
    mut done: impl FnMut(usize, &'a T, R),
) {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel(jobs);
    thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(i) else { break };
                    if send.send((i, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for (i, result) in receive {
            if let Some(item) = items.get(i) {
                done(i, item, result);
            }
        }
    });
}

fn sha256_of(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    Some(hex(digest(&SHA256, &bytes).as_ref()))
}

fn captured(row: &Row) -> Result<Vec<Vec<u8>>, Error> {
    row.originals
        .iter()
        .map(|path| {
            let bytes = files::read(path)?;
            crate::demo::as_named(path, &bytes)?;
            Ok(bytes)
        })
        .collect()
}

fn originals<'a>(row: &Row, files: &'a [Vec<u8>]) -> Result<Vec<Original<'a>>, Error> {
    let dpi = form::dpi(row)?;
    Ok(files.iter().map(|bytes| Original { bytes, dpi }).collect())
}

/// SHA-256 over what a row says and what was captured, each with its length.
fn inputs(row: &Row, files: &[Vec<u8>]) -> String {
    let mut context = Context::new(&SHA256);
    let said = serde_json::json!(row.fields).to_string();
    for part in std::iter::once(said.as_bytes()).chain(files.iter().map(Vec::as_slice)) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hex(context.finish().as_ref())
}

fn not_as_recorded(file: &str, problem: &str) -> Error {
    Error::NotAsRecorded { file: file.to_owned(), problem: problem.to_owned() }
}

/// Whether the row was done before, and if not, whether it can be done: everything but its number is tried.
fn look(
    row: &Row,
    bench: &Bench<'_>,
    journal: &Journal,
    rules: Option<Rules>,
) -> Result<Look, Error> {
    if let Some(refused) = &row.refused {
        return Err(refused.clone());
    }
    let file = row.output();
    let plain = Path::new(&file).components().count() == 1
        && !file.starts_with('.')
        && !file.contains(['/', '\\', ':']);
    if !plain {
        return Err(Error::BadArgument {
            argument: "output".to_owned(),
            problem: format!("{file:?} is no plain name of a file in the folder of the copies"),
        });
    }
    let captured = captured(row)?;
    let inputs = inputs(row, &captured);
    let (place, part) = (journal.folder.place(&file), journal.folder.part(&file));
    if let Some(line) = journal.lines.get(&row.name) {
        if line.inputs != inputs || line.file != file {
            return Err(not_as_recorded(
                &line.file,
                "it was issued from other facts or files than the row has now; if another copy is wanted, give the row another request and output",
            ));
        }
        let issued = Some(&line.copy_sha256);
        if sha256_of(&place).as_ref() != issued {
            if place.exists() || sha256_of(&part).as_ref() != issued {
                return Err(not_as_recorded(
                    &file,
                    "it was issued, but is missing or changed since; put the issued file back, or annul it and issue another",
                ));
            }
            journal.folder.publish(&file)?;
        }
        if line.level.parse().is_ok_and(|level: Level| level < bench.level) {
            let problem = format!(
                "it was issued at {}, not {}; raise it with motcua copy extend",
                line.level, bench.level
            );
            return Err(not_as_recorded(&file, &problem));
        }
        return Ok(Look::Already(line.clone()));
    }
    if place.exists() {
        return Err(not_as_recorded(&file, "a file of that name is there, and not of this run"));
    }
    let now = (bench.clock)();
    let number = match rules {
        Some(rules) => {
            rules.check(row)?;
            REHEARSED
        }
        None => number(row)?,
    };
    let at = Numbered { year: year(row, rules.is_some(), now)?, number };
    let originals = originals(row, &captured)?;
    let facts = form::facts(row, &originals, at, bench.officials, now)?;
    prepare(bench.keys, &originals, &facts, &bench.terms)?;
    Ok(Look::Ready(inputs))
}

/// Lays a copy out for the keys that will sign it.
fn prepare(
    keys: &Keys,
    originals: &[Original<'_>],
    facts: &CopyFacts,
    terms: &Terms,
) -> Result<Pending, Error> {
    let who = |signer: &dyn Signer| (signer.certificate_chain().to_vec(), signer.algorithm());
    let officials: Vec<_> = keys.officials().into_iter().map(who).collect();
    let officials: Vec<_> = officials.iter().map(|(chain, a)| (chain.as_slice(), *a)).collect();
    let agency = (keys.agency.certificate_chain(), keys.agency.algorithm());
    let fonts = Fonts::LIBERATION_SERIF;
    Ok(Pending::prepare_by(originals, facts, fonts, &officials, agency, terms)?)
}

/// The year of the register: that of the legal date; where a record gives the number, the current one.
fn year(row: &Row, by_record: bool, now: OffsetDateTime) -> Result<i32, Error> {
    if by_record {
        return Ok(now.to_offset(motcua::copies::facts::VIET_NAM).year());
    }
    Ok(form::day(row, now)?.year())
}

fn number(row: &Row) -> Result<u32, Error> {
    form::number(row)?.ok_or_else(|| Error::BadArgument {
        argument: "number".to_owned(),
        problem: "it is missing: give --ledger, whose register numbers the copies, or a number to each row"
            .to_owned(),
    })
}

/// Makes a copy and keeps it under its hidden name.
fn make(
    due: &Due<'_>,
    bench: &Bench<'_>,
    terms: &Terms,
    folder: &Folder,
) -> Result<(Line, IssuedCopy), Error> {
    let Due { row, inputs: seen, entry, .. } = due;
    let captured = captured(row)?;
    let file = row.output();
    if inputs(row, &captured) != *seen {
        return Err(not_as_recorded(&file, "what was captured changed while it was copied"));
    }
    let now = (bench.clock)();
    let at = match entry {
        Some(entry) => Numbered { year: entry.year, number: entry.number },
        None => Numbered { year: year(row, false, now)?, number: number(row)? },
    };
    let originals = originals(row, &captured)?;
    let facts = form::facts(row, &originals, at, bench.officials, now)?;
    let pending = prepare(bench.keys, &originals, &facts, terms)?;
    let (officials, agency) = (bench.keys.officials(), bench.keys.agency.as_ref());
    let copy = match &bench.levels {
        Some(levels) => levels.sign(pending, &officials, agency)?,
        None => pending.sign_by(&officials, agency)?,
    };
    let copy_sha256 = hex(digest(&SHA256, &copy).as_ref());
    folder.keep(&file, &copy)?;
    let issued = IssuedCopy {
        copy_sha256: copy_sha256.clone(),
        copy_id: facts.copy_id.clone(),
        signers: facts
            .officials()
            .map(|(name, _)| name)
            .chain([facts.agency.as_str()])
            .map(str::to_owned)
            .collect(),
        signed_at: facts.signed_at,
    };
    let line = Line {
        row: row.name.clone(),
        inputs: seen.clone(),
        file,
        copy_sha256,
        copy_id: facts.copy_id,
        register: format!("{}/{}", facts.agency_id, facts.register.act_code),
        year: at.year,
        number: at.number,
        level: bench.level.name().to_owned(),
    };
    Ok((line, issued))
}

/// The record knows a copy under the row's number that the journal does not: the run was stopped between the two.
fn finish(
    row: &Row,
    inputs: String,
    entry: &Entry,
    copy_sha256: String,
    journal: &mut Journal,
) -> Result<Line, Error> {
    let file = row.output();
    let kept = fs::read(journal.folder.part(&file)).unwrap_or_default();
    let facts = super::facts_of(&kept);
    let same = hex(digest(&SHA256, &kept).as_ref()) == copy_sha256;
    let Some(facts) = facts.filter(|_| same) else {
        let problem = format!(
            "the record has a copy under number {} of {} for this request, but its file is not here; bring it from where it was issued, or give the row another request",
            entry.number, entry.year
        );
        return Err(not_as_recorded(&file, &problem));
    };
    let line = Line {
        row: row.name.clone(),
        inputs,
        file: file.clone(),
        copy_sha256,
        copy_id: facts.copy_id,
        register: format!("{}/{}", facts.agency_id, facts.register.act_code),
        year: entry.year,
        number: entry.number,
        level: standing(&kept)?.level().unwrap_or(Level::Basic).name().to_owned(),
    };
    journal.enter(line.clone())?;
    journal.folder.publish(&file)?;
    Ok(line)
}

/// Refuses rows that would be confused: of one name, one file, one identifier, or one number. Which of them is right, nobody here
/// can know, so none is made.
fn refuse_doubles(rows: &mut [Row], by_record: bool, journal: &Journal, now: OffsetDateTime) {
    let mut taken: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    let mut issued: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for line in journal.lines.values() {
        let number = format!("{}/{}/{}", line.register, line.year, line.number);
        issued.insert(("number", number), &line.row);
        issued.insert(("copy_id", line.copy_id.clone()), &line.row);
        issued.insert(("output", line.file.to_lowercase()), &line.row);
    }
    for (i, row) in rows.iter().enumerate() {
        let mut keys =
            vec![("original", row.name.clone()), ("output", row.output().to_lowercase())];
        keys.extend(row.get("copy_id").map(|id| ("copy_id", id.to_owned())));
        if !by_record
            && let (Ok((agency, act)), Ok(Some(number)), Ok(day)) =
                (form::register(row), form::number(row), form::day(row, now))
        {
            keys.push(("number", format!("{agency}/{act}/{}/{number}", day.year())));
        }
        for key in keys {
            taken.entry(key).or_default().push(i);
        }
    }
    let mut refusals = Vec::new();
    for ((field, value), same) in &taken {
        let by = issued.get(&(*field, value.clone()));
        for i in same {
            let Some(row) = rows.get(*i) else { continue };
            let other = same.iter().find(|j| *j != i).and_then(|j| rows.get(*j));
            let other = match (other, by) {
                (Some(other), _) => other.line.map_or(other.name.clone(), |l| format!("line {l}")),
                (None, Some(name)) if **name != row.name => format!("{name}, which was issued"),
                (None, _) => continue,
            };
            refusals.push((*i, Error::Doubled { field, value: value.clone(), other }));
        }
    }
    for (i, e) in refusals {
        if let Some(row) = rows.get_mut(i) {
            row.refused.get_or_insert(e);
        }
    }
}
