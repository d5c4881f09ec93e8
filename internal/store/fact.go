package store

import (
	"context"

	"firehall/internal/store/db"
)

// Names of facts.
const (
	FactKeyCheck  = "key-check"  // proves that a node has the installation's secret key
	FactAuditedAt = "audited-at" // when the auditor looked, RFC 3339; proves that the database can be written
	FactBackup    = "backup"     // what is known about backups, JSON
	FactMadeAt    = "made-at"    // in a backup: when it was made, RFC 3339
	FactMoving    = "moving"     // move-database fills this database and has not finished, JSON
	FactMovedTo   = "moved-to"   // where move-database has moved this database
)

// Fact returns what is known under a name; "" when nothing is.
func (r reader) Fact(ctx context.Context, name string) (string, error) {
	value, err := r.q.Fact(ctx, name)
	if none(err) {
		return "", nil
	}
	return value, err
}

// AddFact keeps a value under a name unless there is one, and returns the one
// that is kept.
func (tx *Tx) AddFact(ctx context.Context, name, value string) (string, error) {
	if err := tx.q.AddFact(ctx, db.AddFactParams{Name: name, Value: value}); err != nil {
		return "", err
	}
	return tx.q.Fact(ctx, name)
}

// SetFact keeps a value under a name, whatever there was.
func (tx *Tx) SetFact(ctx context.Context, name, value string) error {
	return tx.q.SetFact(ctx, db.SetFactParams{Name: name, Value: value})
}

// LockFact is Fact, and keeps every other transaction from changing it until
// this one ends.
func (tx *Tx) LockFact(ctx context.Context, name string) (string, error) {
	value, err := tx.q.LockFact(ctx, name)
	if none(err) {
		return "", nil
	}
	return value, err
}
