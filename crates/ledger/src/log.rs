//! The log: what an entry is, how it is hashed and chained, how it is added and read. What entries mean stands with their subjects.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::instant::{instant, parse};
use crate::sql::{Row, Sql, one, values};
use crate::tree::{Frontier, Hash, leaf, link};
use crate::{Error, Session};

/// Identifiers are made by callers; 200 bytes hold every one the gateways and portals use.
const ID_LIMIT: usize = 200;
/// Subjects and fingerprints join up to two identifiers and a few words.
const JOINED_LIMIT: usize = 3 * ID_LIMIT;
/// A reason is a sentence or two of a decision.
const REASON_LIMIT: usize = 2_000;
/// A body is one event as JSON. A megabyte is a hundred times the largest seen, and keeps one row from filling memory.
const BODY_LIMIT: usize = 1 << 20;
/// Counters' clocks may differ by this much; a clock further back is wrong and would tear the order of the record.
const CLOCK_TOLERANCE: time::Duration = time::Duration::minutes(10);
/// Entries read at a time.
pub(crate) const PAGE: i64 = 1_000;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// Its place, from 0.
    pub seq: u64,
    /// When it was recorded, RFC 3339 in UTC.
    pub at: String,
    /// What happened, such as `register.reserved`.
    pub kind: String,
    /// What it is about, such as `order/MC1`.
    pub subject: String,
    /// What makes it the same entry when it comes twice.
    pub fingerprint: String,
    /// The dossier it belongs to; empty where it belongs to none.
    pub dossier: String,
    /// The event, JSON.
    pub body: String,
}

impl LogEntry {
    /// The bytes that are hashed: a JSON array of all fields in the order above, so that no field can flow into the next.
    fn data(&self) -> Vec<u8> {
        let fields = (
            self.seq,
            &self.at,
            &self.kind,
            &self.subject,
            &self.fingerprint,
            &self.dossier,
            &self.body,
        );
        // Numbers and strings always become JSON.
        serde_json::to_vec(&fields).unwrap_or_default()
    }

    /// The entry's leaf hash in the log's Merkle tree.
    pub fn leaf(&self) -> Hash {
        leaf(&self.data())
    }
}

/// An entry to be recorded; the session gives it its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct New<'a> {
    pub kind: &'a str,
    pub subject: &'a str,
    pub fingerprint: &'a str,
    pub body: &'a str,
}

/// Whether an entry was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is recorded now, at this place of the log.
    Now(u64),
    /// It was recorded before, at this place; nothing changed.
    Before(u64),
}

/// Where the log ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub size: u64,
    /// Of the last entry; empty for an empty log.
    pub at: String,
    pub chain: Hash,
    pub frontier: Frontier,
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn unhexadecimal(text: &str) -> Result<Hash, Error> {
    let mut hash = [0; 32];
    let digits = text.as_bytes();
    let pairs = digits.chunks_exact(2);
    let sound = digits.len() == 64
        && digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'))
        && pairs.zip(hash.iter_mut()).all(|(pair, byte)| {
            let digits = std::str::from_utf8(pair).unwrap_or_default();
            u8::from_str_radix(digits, 16).map(|b| *byte = b).is_ok()
        });
    sound.then_some(hash).ok_or_else(|| Error::Damaged { problem: format!("{text:?} is no hash") })
}

impl Head {
    /// Of a log without entries.
    pub fn empty() -> Self {
        Self { size: 0, at: String::new(), chain: [0; 32], frontier: Frontier::default() }
    }

    /// Reads it and holds it, so that no other writer can add before this transaction ends.
    pub fn lock(sql: &mut dyn Sql) -> Result<Self, Error> {
        let statement =
            format!("SELECT size, at, chain, frontier FROM head WHERE id = 1{}", sql.hold());
        Self::from_row(one(sql, &statement, &[])?)
    }

    /// Reads it without holding it.
    pub fn read(sql: &mut dyn Sql) -> Result<Self, Error> {
        let statement = "SELECT size, at, chain, frontier FROM head WHERE id = 1";
        Self::from_row(one(sql, statement, &[])?)
    }

    fn from_row(row: Option<Row>) -> Result<Self, Error> {
        let row =
            row.ok_or_else(|| Error::Damaged { problem: "the log has no head".to_owned() })?;
        let (chain, frontier) = (row.text(2)?, row.text(3)?);
        let roots = frontier.split_terminator(' ').map(unhexadecimal).collect::<Result<_, _>>()?;
        Ok(Self {
            size: row.number(0)?,
            at: row.text(1)?,
            chain: if chain.is_empty() { [0; 32] } else { unhexadecimal(&chain)? },
            frontier: Frontier(roots),
        })
    }

    pub fn write(&self, sql: &mut dyn Sql) -> Result<(), Error> {
        let size = i64::try_from(self.size)
            .map_err(|_| Error::Damaged { problem: "the log's size is out of range".to_owned() })?;
        let frontier: Vec<_> = self.frontier.0.iter().map(|root| hexadecimal(root)).collect();
        sql.execute(
            "UPDATE head SET size = ?1, at = ?2, chain = ?3, frontier = ?4 WHERE id = 1",
            &values![size, self.at.as_str(), hexadecimal(&self.chain), frontier.join(" ")],
        )?;
        Ok(())
    }
}

pub(crate) const COLUMNS: &str = "seq, at, kind, subject, fingerprint, dossier, body";

pub(crate) fn entry(row: &Row) -> Result<LogEntry, Error> {
    Ok(LogEntry {
        seq: row.number(0)?,
        at: row.text(1)?,
        kind: row.text(2)?,
        subject: row.text(3)?,
        fingerprint: row.text(4)?,
        dossier: row.text(5)?,
        body: row.text(6)?,
    })
}

/// Refuses an identifier that is empty, too long, or holds characters that do not print.
pub(crate) fn check_id(field: &'static str, value: &str) -> Result<(), Error> {
    check_length(field, value, ID_LIMIT)
}

/// As [`check_id`], for a reason that people read.
pub(crate) fn check_reason(value: &str) -> Result<(), Error> {
    check_length("reason", value, REASON_LIMIT)
}

fn check_length(field: &'static str, value: &str, limit: usize) -> Result<(), Error> {
    let length = value.len();
    if length == 0 || length > limit {
        return Err(Error::BadIdentifier { field, length, limit });
    }
    if let Some(character) = value.chars().find(|c| c.is_control()) {
        return Err(Error::BadCharacter { field, character: u32::from(character) });
    }
    Ok(())
}

impl Session<'_> {
    /// Adds an entry, unless it is there already.
    pub(crate) fn append(&mut self, new: New<'_>, now: OffsetDateTime) -> Result<Added, Error> {
        self.whole(|session| session.append_new(new, now))
    }

    fn append_new(&mut self, new: New<'_>, now: OffsetDateTime) -> Result<Added, Error> {
        for (field, value) in
            [("kind", new.kind), ("subject", new.subject), ("fingerprint", new.fingerprint)]
        {
            check_length(field, value, JOINED_LIMIT)?;
        }
        if new.body.len() > BODY_LIMIT {
            return Err(Error::BodyTooLarge { length: new.body.len(), limit: BODY_LIMIT });
        }
        // PostgreSQL keeps no zero character in a text.
        if new.body.contains('\0') {
            return Err(Error::BadCharacter { field: "body", character: 0 });
        }
        let before = one(
            self.sql,
            &format!("SELECT {COLUMNS} FROM log WHERE subject = ?1 AND fingerprint = ?2"),
            &values![new.subject, new.fingerprint],
        )?;
        if let Some(row) = before {
            let before = entry(&row)?;
            if before.kind == new.kind && before.body == new.body && before.dossier == self.dossier
            {
                return Ok(Added::Before(before.seq));
            }
            return Err(Error::FingerprintReused { subject: new.subject.to_owned() });
        }
        let at = instant(now)?;
        if !self.head.at.is_empty() && now < parse(&self.head.at)? - CLOCK_TOLERANCE {
            return Err(Error::ClockBack { now: at, last: self.head.at.clone() });
        }
        let entry = LogEntry {
            seq: self.head.size,
            at,
            kind: new.kind.to_owned(),
            subject: new.subject.to_owned(),
            fingerprint: new.fingerprint.to_owned(),
            dossier: self.dossier.clone(),
            body: new.body.to_owned(),
        };
        let leaf = entry.leaf();
        let chain = link(&self.head.chain, &leaf);
        let seq = i64::try_from(entry.seq)
            .map_err(|_| Error::Damaged { problem: "the log's size is out of range".to_owned() })?;
        self.execute(
            "INSERT INTO log (seq, at, kind, subject, fingerprint, dossier, body, leaf, chain) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            &values![
                seq,
                entry.at.as_str(),
                new.kind,
                new.subject,
                new.fingerprint,
                self.dossier.as_str(),
                new.body,
                hexadecimal(&leaf),
                hexadecimal(&chain),
            ],
        )?;
        self.head.frontier.push(self.head.size, leaf);
        self.head.size += 1;
        self.head.chain = chain;
        if entry.at > self.head.at {
            self.head.at.clone_from(&entry.at);
        }
        self.changed = true;
        Ok(Added::Now(entry.seq))
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// The root of the Merkle tree over all entries (RFC 9162 §2.1.1).
    pub fn root(&self) -> Hash {
        self.head.frontier.root()
    }

    /// Entries from `from` on, at most `limit` of them, at most 1,000.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn log(&mut self, from: u64, limit: u32) -> Result<Vec<LogEntry>, Error> {
        // No log goes so far, and what was put there behind its back must not be read for ever.
        let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
        let rows = self.sql.query(
            &format!("SELECT {COLUMNS} FROM log WHERE seq >= ?1 ORDER BY seq LIMIT ?2"),
            &values![from, i64::from(limit).min(PAGE)],
        )?;
        rows.iter().map(entry).collect()
    }

    /// The dossier of an entry.
    pub(crate) fn dossier_of(
        &mut self,
        subject: &str,
        fingerprint: &str,
    ) -> Result<Option<String>, Error> {
        let row = one(
            self.sql,
            "SELECT dossier FROM log WHERE subject = ?1 AND fingerprint = ?2",
            &values![subject, fingerprint],
        )?;
        row.map(|row| row.text(0)).transpose()
    }

    /// All entries of a dossier, in order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn dossier_log(&mut self, dossier: &str) -> Result<Vec<LogEntry>, Error> {
        let rows = self.sql.query(
            &format!("SELECT {COLUMNS} FROM log WHERE dossier = ?1 ORDER BY seq"),
            &values![dossier],
        )?;
        rows.iter().map(entry).collect()
    }

    /// The leaf hashes of the first `size` entries.
    pub(crate) fn leaves(&mut self, size: u64) -> Result<Vec<Hash>, Error> {
        let mut leaves = Vec::new();
        let end = i64::try_from(size).unwrap_or(i64::MAX);
        let mut from = 0_i64;
        while from < end {
            let rows = self.sql.query(
                "SELECT leaf FROM log WHERE seq >= ?1 AND seq < ?2 ORDER BY seq LIMIT ?3",
                &values![from, end, PAGE],
            )?;
            if rows.is_empty() {
                break;
            }
            from += i64::try_from(rows.len()).unwrap_or(i64::MAX);
            for row in rows {
                leaves.push(unhexadecimal(&row.text(0)?)?);
            }
        }
        Ok(leaves)
    }
}
