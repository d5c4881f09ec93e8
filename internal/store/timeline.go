package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firehall/internal/id"
	"firehall/internal/store/db"
	"firehall/internal/timeline"
)

// Timeline returns up to n entries of an alert after one ("" is the start),
// the oldest first.
func (r reader) Timeline(ctx context.Context, a id.Alert, after id.Entry, n int) ([]timeline.Entry, error) {
	rows, err := r.q.Timeline(ctx, db.TimelineParams{Alert: string(a), After: string(after), N: int64(n)})
	if err != nil {
		return nil, err
	}
	return entriesOf(rows)
}

// LastEntries returns up to n entries of an alert, the newest first.
func (r reader) LastEntries(ctx context.Context, a id.Alert, n int) ([]timeline.Entry, error) {
	rows, err := r.q.LastEntries(ctx, db.LastEntriesParams{Alert: string(a), N: int64(n)})
	if err != nil {
		return nil, err
	}
	return entriesOf(rows)
}

func entriesOf(rows []db.Timeline) ([]timeline.Entry, error) {
	out := make([]timeline.Entry, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Doc, &out[i]); err != nil {
			return nil, fmt.Errorf("read entry %s: %w", row.ID, err)
		}
		out[i].ID, out[i].Alert = id.Entry(row.ID), id.Alert(row.Alert)
		out[i].At, out[i].Kind = instant(row.At), timeline.Kind(row.Kind)
	}
	return out, nil
}

// Deed is one line of the audit log: who changed what.
type Deed struct {
	ID     string
	At     time.Time
	Actor  string // a person's name, or a token's label
	Action string // like "apply", "token.create"
	Target string
	Doc    map[string]any // no secrets
}

// Audit adds a line to the audit log.
func (tx *Tx) Audit(ctx context.Context, d Deed) error {
	if d.Doc == nil {
		d.Doc = map[string]any{}
	}
	doc, err := encode(d.Doc)
	if err != nil {
		return err
	}
	return tx.q.AddAudit(ctx, db.AddAuditParams{
		ID: tx.NewID("audit_"), At: micros(tx.Now), Actor: d.Actor, Action: d.Action, Target: d.Target, Doc: doc,
	})
}

// AuditLog returns up to n lines before one ("" starts at the newest), the
// newest first.
func (r reader) AuditLog(ctx context.Context, before string, n int) ([]Deed, error) {
	if before == "" {
		before = "b"
	}
	rows, err := r.q.Audit(ctx, db.AuditParams{Before: before, N: int64(n)})
	if err != nil {
		return nil, err
	}
	out := make([]Deed, len(rows))
	for i, row := range rows {
		out[i] = Deed{ID: row.ID, At: instant(row.At), Actor: row.Actor, Action: row.Action, Target: row.Target}
		if err := json.Unmarshal(row.Doc, &out[i].Doc); err != nil {
			return nil, fmt.Errorf("read audit %s: %w", row.ID, err)
		}
	}
	return out, nil
}
