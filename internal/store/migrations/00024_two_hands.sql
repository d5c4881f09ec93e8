-- +goose Up

-- Who changed a thing of the setup last.
ALTER TABLE setup ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';

-- What the setup file of each hand (a person, or a token) last said of a thing,
-- and who took the thing away since. form is JSON, kept as it was written.
CREATE TABLE setup_bases (
    hand    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    name    TEXT NOT NULL,
    form    TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    gone_at BIGINT NOT NULL,
    gone_by TEXT NOT NULL,
    PRIMARY KEY (hand, kind, name)
);
CREATE INDEX setup_bases_thing ON setup_bases (kind, name);

-- People whose traces are being erased; a row goes when all of them are.
CREATE TABLE erasures (
    name TEXT PRIMARY KEY,
    doc  JSONB NOT NULL
);

-- +goose Down
DROP TABLE erasures;
DROP TABLE setup_bases;
ALTER TABLE setup DROP COLUMN changed_by;
