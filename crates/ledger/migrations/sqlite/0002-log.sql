-- The log: everything that was ever recorded, in one order, each entry chained to the one before. Tables below it are projections.
CREATE TABLE log (
    seq         INTEGER PRIMARY KEY CHECK (seq >= 0),
    at          TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    -- What the entry is about, such as order/MC1 or register/H99.1/SCT.
    subject     TEXT    NOT NULL,
    -- What makes the entry the same entry when it comes twice.
    fingerprint TEXT    NOT NULL,
    dossier     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    -- RFC 9162 leaf hash of all columns above, and the chain up to this entry; hexadecimal.
    leaf        TEXT    NOT NULL,
    chain       TEXT    NOT NULL,
    UNIQUE (subject, fingerprint)
) STRICT;
CREATE INDEX log_by_dossier ON log (dossier, seq);

CREATE TRIGGER log_entries_are_kept BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'log entries are never deleted'); END;
CREATE TRIGGER log_entries_are_not_changed BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'log entries are never changed'); END;

-- Where the log ends: one row. The frontier is the roots of the full subtrees, largest first, hexadecimal.
CREATE TABLE head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    size     INTEGER NOT NULL,
    at       TEXT    NOT NULL,
    chain    TEXT    NOT NULL,
    frontier TEXT    NOT NULL
) STRICT;
INSERT INTO head VALUES (1, 0, '', '', '');

-- Orders as they stand; rebuilt from the log's records.
CREATE TABLE order_state (
    order_id TEXT    PRIMARY KEY,
    dossier  TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    records  INTEGER NOT NULL,
    body     TEXT    NOT NULL
) STRICT;

-- Certified copies that were issued, and those withdrawn.
CREATE TABLE issued_copy (
    copy_sha256 TEXT    PRIMARY KEY,
    copy_id     TEXT    NOT NULL UNIQUE,
    agency      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    year        INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    -- Its place in the agency's status list.
    position    INTEGER NOT NULL,
    annulled    INTEGER NOT NULL DEFAULT 0 CHECK (annulled IN (0, 1)),
    body        TEXT    NOT NULL,
    UNIQUE (agency, position)
) STRICT;

-- How far each reader of the outbox has come.
CREATE TABLE outbox_cursor (
    consumer TEXT    PRIMARY KEY,
    next     INTEGER NOT NULL
) STRICT;

-- Signed checkpoints, as text.
CREATE TABLE checkpoint (
    size INTEGER NOT NULL,
    note TEXT    NOT NULL,
    PRIMARY KEY (size, note)
) STRICT;
