-- The certification register (Decree 23/2015/NĐ-CP Art. 13): one row a number, never deleted.
CREATE TABLE register_entry (
    agency      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    year        INTEGER NOT NULL,
    number      INTEGER NOT NULL CHECK (number >= 1),
    request     TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('reserved', 'completed', 'voided')),
    reserved_at TEXT    NOT NULL,
    closed_at   TEXT,
    -- SHA-256 of the certified copy, or the reason for which the number was voided.
    copy_sha256 TEXT,
    reason      TEXT,
    PRIMARY KEY (agency, kind, year, number),
    UNIQUE (agency, kind, request),
    CHECK ((state = 'reserved') = (closed_at IS NULL)),
    CHECK ((state = 'completed') = (copy_sha256 IS NOT NULL)),
    CHECK ((state = 'voided') = (reason IS NOT NULL))
) STRICT;

CREATE TRIGGER register_keeps_every_number BEFORE DELETE ON register_entry
BEGIN SELECT RAISE(ABORT, 'register entries are never deleted'); END;

CREATE TRIGGER register_entry_is_closed_once BEFORE UPDATE ON register_entry
WHEN OLD.state <> 'reserved' OR NEW.agency <> OLD.agency OR NEW.kind <> OLD.kind OR NEW.year <> OLD.year
    OR NEW.number <> OLD.number OR NEW.request <> OLD.request OR NEW.reserved_at <> OLD.reserved_at
BEGIN SELECT RAISE(ABORT, 'a register entry is closed once and never changed'); END;

-- Orders as a sequence of events; their state is what the events say.
CREATE TABLE order_event (
    order_id    TEXT    NOT NULL,
    position    INTEGER NOT NULL CHECK (position >= 1),
    at          TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    -- What makes the event the same event when it comes twice.
    fingerprint TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, fingerprint)
) STRICT;

CREATE TRIGGER events_are_kept BEFORE DELETE ON order_event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON order_event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
