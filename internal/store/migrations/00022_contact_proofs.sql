-- +goose Up

-- What is known about whether a contact works; a row counts while the contact
-- has the mark of the address that it is about.
CREATE TABLE contact_proofs (
    person       TEXT NOT NULL,
    contact      TEXT NOT NULL,
    mark         TEXT NOT NULL,
    tested_at    BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    failed_at    BIGINT NOT NULL,
    why          TEXT NOT NULL,
    PRIMARY KEY (person, contact)
);

-- +goose Down
DROP TABLE contact_proofs;
