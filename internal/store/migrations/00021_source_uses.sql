-- +goose Up

-- When each source was last heard, to the hour: messages are not kept long
-- enough to tell.
CREATE TABLE source_uses (
    source  TEXT PRIMARY KEY,
    used_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE source_uses;
