//! `ledger verify`: reads the whole record again and says what was edited, removed, reordered or cut off behind its back, the first
//! bad entry first.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::checkpoint::{Checkpoint, CheckpointVerifier};
use crate::finding::{AuditFinding, Flaw};
use crate::log::{COLUMNS, PAGE, entry, hexadecimal, unhexadecimal};
use crate::projection::Replay;
use crate::sql::values;
use crate::tree::{Frontier, Hash, link};
use crate::{Error, Session};

/// Findings that are kept; a record with more is lost anyway, and the rest is counted.
const KEPT: usize = 1_000;

/// What the whole record turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Entries that were read.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root: String,
    /// Checkpoints that were held against it.
    pub checkpoints: usize,
    /// What is wrong, in the order of the log; empty for a sound record.
    pub findings: Vec<AuditFinding>,
    /// Findings beyond those kept.
    pub more: u64,
}

impl Audit {
    pub(crate) fn empty() -> Self {
        Self { size: 0, root: String::new(), checkpoints: 0, findings: Vec::new(), more: 0 }
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Where findings go.
pub(crate) struct Reader<'a> {
    pub audit: &'a mut Audit,
}

impl Reader<'_> {
    pub fn note(&mut self, seq: Option<u64>, flaw: Flaw, subject: &str, detail: impl Into<String>) {
        if self.audit.findings.len() < KEPT {
            self.audit.findings.push(AuditFinding {
                code: flaw.code(),
                seq,
                subject: subject.to_owned(),
                detail: detail.into(),
            });
        } else {
            self.audit.more += 1;
        }
    }

    /// What cannot be read is a finding; a connection that was lost is not.
    pub fn unread(&mut self, flaw: Flaw, answer: Result<(), Error>) -> Result<(), Error> {
        match answer {
            Err(e) if e.is_damage() => {
                self.note(None, flaw, "", e.to_string());
                Ok(())
            }
            other => other,
        }
    }
}

impl Session<'_> {
    /// Reads everything: the chain of the log, the tables against it, the stored checkpoints, and those you kept elsewhere. Only the
    /// latter show a record that was rewritten as a whole.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when a note you give was not signed by the key; [`Error::Damaged`].
    pub fn audit(
        &mut self,
        notes: &[String],
        key: Option<&CheckpointVerifier>,
    ) -> Result<Audit, Error> {
        let mut checkpoints = Vec::new();
        for note in notes {
            let key = key.ok_or_else(|| Error::BadCheckpoint {
                problem: "a key is needed to verify it".to_owned(),
            })?;
            checkpoints.push(Checkpoint::verify(note, key)?);
        }
        let mut audit = Audit::empty();
        let mut reader = Reader { audit: &mut audit };
        if let Some(key) = key {
            for row in self.sql.query("SELECT size, note FROM checkpoint ORDER BY size", &[])? {
                match Checkpoint::verify(&row.text(1)?, key) {
                    Ok(checkpoint) if row.number(0) == Ok(checkpoint.size) => {
                        checkpoints.push(checkpoint);
                    }
                    Ok(checkpoint) => {
                        let detail =
                            format!("it is kept as one of another size: {}", checkpoint.size);
                        reader.note(None, Flaw::CheckpointUnsigned, "", detail);
                    }
                    Err(e) => reader.note(None, Flaw::CheckpointUnsigned, "", e.to_string()),
                }
            }
        }
        let mut roots: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for checkpoint in &checkpoints {
            roots.entry(checkpoint.size).or_default().push(checkpoint.root);
        }
        reader.audit.checkpoints = checkpoints.len();
        let mut replay = Replay::default();
        let (mut frontier, mut chain) = (Frontier::default(), [0; 32]);
        let read = self.read_log(&mut replay, &mut roots, (&mut frontier, &mut chain), &mut reader);
        reader.unread(Flaw::EntryMissing, read)?;
        let size = reader.audit.size;
        reader.audit.root = hexadecimal(&frontier.root());
        let head = self.head.clone();
        let latest = (head.size, head.chain, &head.frontier, head.at.as_str());
        if let Some(e) = self.headless.take() {
            reader.note(Some(size), Flaw::HeadDiffers, "", e.to_string());
        } else if latest != (size, chain, &frontier, replay.last_at()) {
            let detail =
                format!("the log was closed at {}, {size} entries follow each other", head.size);
            reader.note(Some(size), Flaw::HeadDiffers, "", detail);
        }
        for size in roots.keys() {
            let detail = format!("a checkpoint of {size} entries contradicts it");
            reader.note(Some(*size), Flaw::CheckpointContradicts, "", detail);
        }
        replay.compare(self, &mut reader)?;
        audit.findings.sort_by_key(|f| f.seq.unwrap_or(u64::MAX));
        Ok(audit)
    }

    /// Reads the log in pages; takes out of `roots` what it meets.
    fn read_log(
        &mut self,
        replay: &mut Replay,
        roots: &mut BTreeMap<u64, Vec<Hash>>,
        (frontier, chain): (&mut Frontier, &mut Hash),
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let mut met = |size: u64, frontier: &Frontier| {
            if roots.get(&size).is_some_and(|all| all.iter().all(|r| *r == frontier.root())) {
                roots.remove(&size);
            }
        };
        met(0, frontier);
        let (mut next, mut from) = (0_u64, i64::MIN);
        loop {
            let rows = self.sql.query(
                &format!(
                    "SELECT {COLUMNS}, leaf, chain FROM log WHERE seq >= ?1 ORDER BY seq LIMIT ?2"
                ),
                &values![from, PAGE],
            )?;
            for row in &rows {
                let place = row.integer(0)?;
                from = place.saturating_add(1);
                let Ok(entry) = entry(row) else {
                    // What cannot be read is no entry; the chain goes on from what is stored beside it.
                    let place = u64::try_from(place).ok();
                    let detail = "the entry's columns cannot be read";
                    reader.note(place.or(Some(0)), Flaw::EntryChanged, "", detail);
                    *chain = row.text(8).and_then(|text| unhexadecimal(&text)).unwrap_or(*chain);
                    next = place.map_or(next, |place| place.saturating_add(1));
                    continue;
                };
                if entry.seq != next {
                    let detail = format!("entries {next} to {} are missing", entry.seq - 1);
                    reader.note(Some(next), Flaw::EntryMissing, "", detail);
                }
                let leaf = entry.leaf();
                *chain = link(chain, &leaf);
                let stored = |column| row.text(column).and_then(|text| unhexadecimal(&text)).ok();
                let (stored_leaf, stored_chain) = (stored(7), stored(8));
                if (stored_leaf, stored_chain) != (Some(leaf), Some(*chain)) {
                    let flaw = if stored_leaf == Some(leaf) {
                        Flaw::ChainBroken
                    } else {
                        Flaw::EntryChanged
                    };
                    reader.note(Some(entry.seq), flaw, &entry.subject, entry.kind.clone());
                    // Go on from what is stored: what follows is judged on its own.
                    *chain = stored_chain.unwrap_or(*chain);
                }
                // The tree is built from what stands there now.
                frontier.push(reader.audit.size, leaf);
                reader.audit.size += 1;
                met(reader.audit.size, frontier);
                next = entry.seq.saturating_add(1);
                replay.take(&entry, reader);
            }
            let last = rows.last().map(|row| row.integer(0)).transpose()?;
            // Nothing lies behind the last place there is.
            if last.is_none_or(|last| last == i64::MAX) {
                return Ok(());
            }
        }
    }

    /// The log as it stands, to be signed.
    pub fn checkpoint(&self, origin: &str) -> Checkpoint {
        Checkpoint { origin: origin.to_owned(), size: self.size(), root: self.root() }
    }

    /// Keeps a signed checkpoint beside the log.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when the key did not sign it or it is not of this log.
    pub fn keep_checkpoint(
        &mut self,
        note: &str,
        key: &CheckpointVerifier,
    ) -> Result<Checkpoint, Error> {
        let checkpoint = Checkpoint::verify(note, key)?;
        let leaves = self.leaves(checkpoint.size)?;
        if u64::try_from(leaves.len()) != Ok(checkpoint.size)
            || crate::tree::root(&leaves) != checkpoint.root
        {
            return Err(Error::BadCheckpoint { problem: "it is of another log".to_owned() });
        }
        let size = i64::try_from(checkpoint.size).unwrap_or(i64::MAX);
        let there = self.sql.query(
            "SELECT size FROM checkpoint WHERE size = ?1 AND note = ?2",
            &values![size, note],
        )?;
        if there.is_empty() {
            self.execute(
                "INSERT INTO checkpoint (size, note) VALUES (?1, ?2)",
                &values![size, note],
            )?;
        }
        Ok(checkpoint)
    }

    /// The proof that entry `seq` stands in the log of `size` entries (RFC 9162 §2.1.3).
    ///
    /// # Errors
    /// [`Error::NoProof`] where there is no such entry or size.
    pub fn inclusion_proof(&mut self, seq: u64, size: u64) -> Result<Vec<Hash>, Error> {
        let leaves = self.leaves(size)?;
        let whole = u64::try_from(leaves.len()) == Ok(size);
        usize::try_from(seq)
            .ok()
            .filter(|_| whole)
            .and_then(|seq| crate::tree::inclusion(seq, &leaves))
            .ok_or(Error::NoProof { from: seq, size })
    }

    /// The proof that the log of `old` entries is the beginning of the log of `size` entries (RFC 9162 §2.1.4).
    ///
    /// # Errors
    /// [`Error::NoProof`] where there is no such size.
    pub fn consistency_proof(&mut self, old: u64, size: u64) -> Result<Vec<Hash>, Error> {
        let leaves = self.leaves(size)?;
        let whole = u64::try_from(leaves.len()) == Ok(size);
        usize::try_from(old)
            .ok()
            .filter(|_| whole)
            .and_then(|old| crate::tree::consistency(old, &leaves))
            .ok_or(Error::NoProof { from: old, size })
    }
}
