-- +goose Up

-- What the installation knows about itself: one row a key.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The setup: people, teams, schedules, policies, services, sources and the
-- installation, one JSON document each. version counts the changes.
CREATE TABLE setup (
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    doc        JSONB NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE TABLE setup_version (
    one     BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO setup_version (one, version) VALUES (1, 1);

CREATE TABLE policy_versions (
    id         TEXT PRIMARY KEY,
    policy     TEXT NOT NULL,
    doc        JSONB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE overrides (
    id         TEXT PRIMARY KEY,
    schedule   TEXT NOT NULL,
    doc        JSONB NOT NULL,
    until_at   BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    person     TEXT NOT NULL,
    role       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);

CREATE TABLE messages (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    encoding    TEXT NOT NULL,
    size        BIGINT NOT NULL,
    body        BYTEA NOT NULL
);

CREATE TABLE alerts (
    id          TEXT PRIMARY KEY,
    service     TEXT NOT NULL,
    source      TEXT NOT NULL,
    key         TEXT NOT NULL,
    summary     TEXT NOT NULL,
    severity    BIGINT NOT NULL,
    urgency     BIGINT NOT NULL,
    status      TEXT NOT NULL,
    owner       TEXT NOT NULL,
    policy      TEXT NOT NULL,
    signals     BIGINT NOT NULL,
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    acked_at    BIGINT NOT NULL,
    ack_worst   BIGINT NOT NULL,
    hold        TEXT NOT NULL,
    hold_until  BIGINT NOT NULL,
    nudged_at   BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL,
    merged_into TEXT NOT NULL,
    step        BIGINT NOT NULL,
    round       BIGINT NOT NULL,
    last_step   BIGINT NOT NULL,
    pagings     BIGINT NOT NULL,
    answered    BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    doc         JSONB NOT NULL
);
CREATE UNIQUE INDEX alerts_key ON alerts (service, key) WHERE status <> 'resolved';
CREATE INDEX alerts_status ON alerts (status, id);
CREATE INDEX alerts_service ON alerts (service, status, id);
CREATE INDEX alerts_due ON alerts (next_at) WHERE status = 'triggered' AND urgency > 1;
CREATE INDEX alerts_held ON alerts (hold_until) WHERE status = 'acknowledged';
CREATE INDEX alerts_merged ON alerts (merged_into) WHERE merged_into <> '';

CREATE TABLE members (
    alert     TEXT NOT NULL,
    key       TEXT NOT NULL,
    firing    BOOLEAN NOT NULL,
    severity  TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    doc       JSONB NOT NULL,
    PRIMARY KEY (alert, key)
);

CREATE TABLE hushes (
    service  TEXT NOT NULL,
    key      TEXT NOT NULL,
    alert    TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    severity BIGINT NOT NULL,
    doc      JSONB NOT NULL,
    PRIMARY KEY (service, key)
);

CREATE TABLE timeline (
    alert TEXT NOT NULL,
    id    TEXT NOT NULL,
    at    BIGINT NOT NULL,
    kind  TEXT NOT NULL,
    doc   JSONB NOT NULL,
    PRIMARY KEY (alert, id)
);

CREATE TABLE pages (
    id         TEXT PRIMARY KEY,
    alert      TEXT NOT NULL,
    person     TEXT NOT NULL,
    step       BIGINT NOT NULL,
    batch      BIGINT NOT NULL,
    urgency    BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX pages_alert ON pages (alert, id);
CREATE INDEX pages_person ON pages (person, id);

CREATE TABLE sends (
    id          TEXT PRIMARY KEY,
    alert       TEXT NOT NULL,
    page        TEXT NOT NULL,
    batch       BIGINT NOT NULL,
    person      TEXT NOT NULL,
    contact     TEXT NOT NULL,
    channel     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    urgency     BIGINT NOT NULL,
    status      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    unknowns    BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    claimed_by  TEXT NOT NULL,
    finished_at BIGINT NOT NULL,
    words       TEXT NOT NULL
);
CREATE INDEX sends_alert ON sends (alert, id);
CREATE INDEX sends_page ON sends (page);
CREATE INDEX sends_claimed ON sends (claimed_by) WHERE status = 'sending';
CREATE INDEX sends_waiting ON sends (due_at) WHERE status = 'waiting';

CREATE TABLE timers (
    kind    TEXT NOT NULL,
    ref     TEXT NOT NULL,
    lane    TEXT NOT NULL,
    due_at  BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
);
CREATE INDEX timers_due ON timers (lane, due_at);

CREATE TABLE audit (
    id     TEXT PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    doc    JSONB NOT NULL
);

-- +goose Down
DROP TABLE audit;
DROP TABLE timers;
DROP TABLE sends;
DROP TABLE pages;
DROP TABLE timeline;
DROP TABLE hushes;
DROP TABLE members;
DROP TABLE alerts;
DROP TABLE messages;
DROP TABLE tokens;
DROP TABLE overrides;
DROP TABLE policy_versions;
DROP TABLE setup_version;
DROP TABLE setup;
DROP TABLE facts;
