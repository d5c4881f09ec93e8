package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store/db"
	"firehall/internal/timeline"
)

// exportRows is how many rows are read at once for an export.
const exportRows = 2000

// EachDeed calls fn for each line of the audit log from one time until another,
// the oldest first; a zero time is no bound. It reads a part at a time, so that
// a long log needs no memory. It stops when fn fails.
func (d *DB) EachDeed(ctx context.Context, from, until time.Time, fn func(Deed) error) error {
	after, before := "", "b"
	if !from.IsZero() {
		after = id.At("audit_", from)
	}
	if !until.IsZero() {
		before = id.At("audit_", until)
	}
	for {
		rows, err := d.q.AuditAbout(ctx, db.AuditAboutParams{After: after, Before: before, N: exportRows})
		if err != nil {
			return fmt.Errorf("read the audit log: %w", err)
		}
		for _, row := range rows {
			after = row.ID
			one := Deed{ID: row.ID, At: instant(row.At), Actor: row.Actor, Action: row.Action, Target: row.Target}
			if err := json.Unmarshal(row.Doc, &one.Doc); err != nil {
				return fmt.Errorf("read audit %s: %w", row.ID, err)
			}
			if err := fn(one); err != nil {
				return err
			}
		}
		if len(rows) < exportRows {
			return nil
		}
	}
}

// EachPageTo calls fn for each page to somebody, the oldest first.
func (d *DB) EachPageTo(ctx context.Context, n id.Person, fn func(notify.Page) error) error {
	for after := ""; ; {
		rows, err := d.q.PagesTo(ctx, db.PagesToParams{Person: string(n), After: after, N: exportRows})
		if err != nil {
			return fmt.Errorf("read the pages to %s: %w", n, err)
		}
		for _, row := range rows {
			after = row.ID
			if err := fn(pageOf(row)); err != nil {
				return err
			}
		}
		if len(rows) < exportRows {
			return nil
		}
	}
}

// EachEntryNaming calls fn for each entry of any timeline that somebody caused
// or that is about them, by alert. It reads all timelines.
func (d *DB) EachEntryNaming(ctx context.Context, n id.Person, fn func(timeline.Entry)) error {
	from := db.EntriesWholeParams{N: exportRows}
	mark := []byte(`"` + string(n) + `"`)
	for {
		rows, err := d.q.EntriesWhole(ctx, from)
		if err != nil {
			return fmt.Errorf("read the timelines: %w", err)
		}
		var about []db.Timeline
		for _, row := range rows {
			from.Alert, from.After = row.Alert, row.ID
			if bytes.Contains(row.Doc, mark) {
				about = append(about, row)
			}
		}
		entries, err := entriesOf(about)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.By == n || e.Person == n {
				fn(e)
			}
		}
		if len(rows) < exportRows {
			return nil
		}
	}
}
