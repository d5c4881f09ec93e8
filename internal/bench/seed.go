package main

import (
	"context"
	"fmt"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// open opens the database that a server will use.
func (p *place) open(ctx context.Context) (*store.DB, error) {
	return store.Open(ctx, store.Config{Dir: p.dir, URL: p.url, Now: time.Now})
}

// seed stores alerts, the last open ones of them unresolved, each with its
// message and a line of its timeline.
func seed(ctx context.Context, p *place, total, unresolved int) error {
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for n := 0; n < total; n += 1000 {
		err := db.Do(ctx, func(tx *store.Tx) error { return seedSome(ctx, tx, n, min(1000, total-n), total-unresolved) })
		if err != nil {
			return err
		}
	}
	return nil
}

func seedSome(ctx context.Context, tx *store.Tx, from, count, resolved int) error {
	alerts := make([]alert.Alert, count)
	messages := make([]store.Message, count)
	entries := make([]timeline.Entry, count)
	for i := range count {
		n := from + i
		a := alert.Alert{
			ID: id.Alert(tx.NewID(id.PrefixAlert)), Service: "quiet", Source: "quiet", Key: fmt.Sprintf("seed-%d", n*7919%1000003+n*1000003),
			Summary: fmt.Sprintf("disk full on web-%d", n), Severity: alert.Error, Urgency: alert.None, Status: alert.Triggered, Signals: 1,
			OpenedAt: tx.Now, ChangedAt: tx.Now, Last: -1, Details: map[string]string{"host": fmt.Sprintf("web-%d", n)},
		}
		if n < resolved {
			a.Status, a.ResolvedAt = alert.Resolved, tx.Now
		}
		alerts[i] = a
		messages[i] = store.Message{ID: id.Message(tx.NewID(id.PrefixMessage)), Source: "quiet", Kind: "generic", Size: 60, Body: []byte(`{"summary":"disk full"}`)}
		entries[i] = timeline.Entry{Alert: a.ID, Kind: timeline.Opened, Source: "quiet", Message: messages[i].ID, Reason: "source quiet sends everything to quiet"}
	}
	if err := tx.AddMessages(ctx, messages); err != nil {
		return err
	}
	if err := tx.AddAlerts(ctx, alerts); err != nil {
		return err
	}
	return tx.Record(ctx, entries...)
}
