-- The same record for PostgreSQL and engines that speak its dialect: plain tables, keys and checks only.
CREATE TABLE ledger_meta (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version BIGINT  NOT NULL
);
CREATE TABLE log (
    seq         BIGINT PRIMARY KEY CHECK (seq >= 0),
    at          TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    dossier     TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    leaf        TEXT   NOT NULL,
    chain       TEXT   NOT NULL,
    UNIQUE (subject, fingerprint)
);
CREATE INDEX log_by_dossier ON log (dossier, seq);
CREATE TABLE head (
    id       BIGINT PRIMARY KEY CHECK (id = 1),
    size     BIGINT NOT NULL,
    at       TEXT   NOT NULL,
    chain    TEXT   NOT NULL,
    frontier TEXT   NOT NULL
);
INSERT INTO head VALUES (1, 0, '', '', '');
CREATE TABLE register_entry (
    agency      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    year        BIGINT NOT NULL,
    number      BIGINT NOT NULL CHECK (number >= 1),
    request     TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('reserved', 'completed', 'voided')),
    reserved_at TEXT   NOT NULL,
    closed_at   TEXT,
    copy_sha256 TEXT,
    reason      TEXT,
    PRIMARY KEY (agency, kind, year, number),
    UNIQUE (agency, kind, request),
    CHECK ((state = 'reserved') = (closed_at IS NULL)),
    CHECK ((state = 'completed') = (copy_sha256 IS NOT NULL)),
    CHECK ((state = 'voided') = (reason IS NOT NULL))
);
CREATE TABLE order_state (
    order_id TEXT   PRIMARY KEY,
    dossier  TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    records  BIGINT NOT NULL,
    body     TEXT   NOT NULL
);
CREATE TABLE issued_copy (
    copy_sha256 TEXT   PRIMARY KEY,
    copy_id     TEXT   NOT NULL UNIQUE,
    agency      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    year        BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    annulled    BIGINT NOT NULL DEFAULT 0 CHECK (annulled IN (0, 1)),
    body        TEXT   NOT NULL,
    UNIQUE (agency, position)
);
CREATE TABLE outbox_cursor (
    consumer TEXT   PRIMARY KEY,
    next     BIGINT NOT NULL
);
CREATE TABLE checkpoint (
    size BIGINT NOT NULL,
    note TEXT   NOT NULL,
    PRIMARY KEY (size, note)
);
