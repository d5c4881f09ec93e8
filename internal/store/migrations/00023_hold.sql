-- +goose Up

-- Alerts from before a restore: nothing happens to them until an admin resumes.
CREATE TABLE held (
    alert TEXT PRIMARY KEY
);

-- The timers of those alerts that came due meanwhile.
CREATE TABLE held_timers (
    kind    TEXT NOT NULL,
    ref     TEXT NOT NULL,
    lane    TEXT NOT NULL,
    due_at  BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
);

-- +goose Down
DROP TABLE held_timers;
DROP TABLE held;
