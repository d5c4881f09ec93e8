package store

import (
	"context"
	"fmt"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store/db"
)

// SaveDoc writes one document of the setup as nobody's change; the setup's
// version goes up and this node reloads it when the transaction is committed.
func (tx *Tx) SaveDoc(ctx context.Context, kind, name string, doc any) error {
	return tx.SaveDocs(ctx, "", []Doc{{Thing{kind, name}, doc}})
}

// DeleteDoc removes one document of the setup; there need not be one.
func (tx *Tx) DeleteDoc(ctx context.Context, kind, name string) error {
	if err := tx.q.DeleteDoc(ctx, db.DeleteDocParams{Kind: kind, Name: name}); err != nil {
		return fmt.Errorf("delete %s %s: %w", kind, name, err)
	}
	return tx.bump(ctx)
}

// bump tells every node, once a transaction, that the setup has changed.
func (tx *Tx) bump(ctx context.Context) error {
	tx.known = nil
	if tx.reload {
		return nil
	}
	tx.reload = true
	return tx.q.BumpSetup(ctx)
}

// AddOverride keeps an override; the setup's version goes up.
func (tx *Tx) AddOverride(ctx context.Context, o schedule.Override) error {
	doc, err := encode(o)
	if err != nil {
		return err
	}
	err = tx.q.AddOverride(ctx, db.AddOverrideParams{ID: string(o.ID), Schedule: string(o.Schedule), Doc: doc, UntilAt: micros(o.Until)})
	if err != nil {
		return err
	}
	return tx.bump(ctx)
}

// ReplaceOverride writes an override that is there anew; the setup's version
// goes up.
func (tx *Tx) ReplaceOverride(ctx context.Context, o schedule.Override) error {
	doc, err := encode(o)
	if err != nil {
		return err
	}
	if err := tx.q.RewriteOverride(ctx, db.RewriteOverrideParams{ID: string(o.ID), Doc: doc}); err != nil {
		return err
	}
	return tx.bump(ctx)
}

// DeleteOverride ends an override. It fails with NotFound when there is none.
func (tx *Tx) DeleteOverride(ctx context.Context, n id.Override) error {
	gone, err := tx.q.DeleteOverride(ctx, db.DeleteOverrideParams{ID: string(n), At: micros(tx.Now)})
	if err != nil {
		return err
	}
	if gone == 0 {
		return fault.New(fault.NotFound, "there is no override %s", n)
	}
	return tx.bump(ctx)
}
