package store

import (
	"context"
	"errors"
	"time"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/timeline"
)

// pending holds rows that a transaction will write with few statements: at its
// end, at the end of a savepoint, or before it reads their tables.
type pending struct {
	pages, sends, entries, proofs [][]any
	timers                        []Timer
}

// flush writes what is pending.
func (tx *Tx) flush(ctx context.Context) error {
	for _, write := range []func(context.Context) error{tx.flushPages, tx.flushSends, tx.flushEntries, tx.flushTimers, tx.flushProofs} {
		if err := write(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) flushPages(ctx context.Context) error {
	rows := tx.pending.pages
	tx.pending.pages = nil
	return tx.insert(ctx, pageTable, rows)
}

func (tx *Tx) flushSends(ctx context.Context) error {
	rows := tx.pending.sends
	tx.pending.sends = nil
	return tx.insert(ctx, sendTable, rows)
}

func (tx *Tx) flushEntries(ctx context.Context) error {
	rows := tx.pending.entries
	tx.pending.entries = nil
	return tx.insert(ctx, entryTable, rows)
}

func (tx *Tx) flushTimers(ctx context.Context) error {
	var own, others []Timer
	for _, t := range tx.pending.timers {
		if tx.owned[t.Ref] || tx.owned[t.name()] {
			own = append(own, t)
		} else {
			others = append(others, t)
		}
	}
	tx.pending.timers = nil
	if err := tx.insert(ctx, timerTable, timerRows(own)); err != nil {
		return err
	}
	return tx.insert(ctx, othersTimerTable, timerRows(others))
}

// own notes what no other transaction can claim a timer of: what this one has
// made, and the timers that it has claimed, by Timer.name.
func (tx *Tx) own(name string) {
	if tx.owned == nil {
		tx.owned = map[string]bool{}
	}
	tx.owned[name] = true
}

// timerRows returns the rows of timers, of two for the same thing one: a
// statement must not touch a row twice.
func timerRows(list []Timer) [][]any {
	at := make(map[string]int, len(list))
	kept := make([]Timer, 0, len(list))
	for _, t := range list {
		i, known := at[t.name()]
		if !known {
			at[t.name()] = len(kept)
			kept = append(kept, t)
			continue
		}
		if kept[i].DueAt.Before(t.DueAt) {
			t.DueAt = kept[i].DueAt
		}
		kept[i] = t
	}
	rows := make([][]any, len(kept))
	for i, t := range kept {
		rows[i] = []any{t.Kind, t.Ref, string(t.Lane), micros(t.DueAt), int64(t.Attempt)}
	}
	return rows
}

// SendsOf is reader.SendsOf as this transaction sees it.
func (tx *Tx) SendsOf(ctx context.Context, n id.Alert) ([]notify.Send, error) {
	if err := tx.flushSends(ctx); err != nil {
		return nil, err
	}
	return tx.reader.SendsOf(ctx, n)
}

// Page is reader.Page as this transaction sees it.
func (tx *Tx) Page(ctx context.Context, n id.Page) (notify.Page, error) {
	if err := tx.flushPages(ctx); err != nil {
		return notify.Page{}, err
	}
	return tx.reader.Page(ctx, n)
}

// PagesOf is reader.PagesOf as this transaction sees it.
func (tx *Tx) PagesOf(ctx context.Context, n id.Alert) ([]notify.Page, error) {
	if err := tx.flushPages(ctx); err != nil {
		return nil, err
	}
	return tx.reader.PagesOf(ctx, n)
}

// Timeline is reader.Timeline as this transaction sees it.
func (tx *Tx) Timeline(ctx context.Context, a id.Alert, after id.Entry, n int) ([]timeline.Entry, error) {
	if err := tx.flushEntries(ctx); err != nil {
		return nil, err
	}
	return tx.reader.Timeline(ctx, a, after, n)
}

// LastEntries is reader.LastEntries as this transaction sees it.
func (tx *Tx) LastEntries(ctx context.Context, a id.Alert, n int) ([]timeline.Entry, error) {
	if err := tx.flushEntries(ctx); err != nil {
		return nil, err
	}
	return tx.reader.LastEntries(ctx, a, n)
}

// StuckSends is reader.StuckSends as this transaction sees it.
func (tx *Tx) StuckSends(ctx context.Context, before time.Time) ([]id.Send, error) {
	if err := errors.Join(tx.flushSends(ctx), tx.flushTimers(ctx)); err != nil {
		return nil, err
	}
	return tx.reader.StuckSends(ctx, before)
}

// SendsWaiting is reader.SendsWaiting as this transaction sees it.
func (tx *Tx) SendsWaiting(ctx context.Context) (int, error) {
	if err := tx.flushSends(ctx); err != nil {
		return 0, err
	}
	return tx.reader.SendsWaiting(ctx)
}

// TimersPending is reader.TimersPending as this transaction sees it.
func (tx *Tx) TimersPending(ctx context.Context) (n int, firstAt time.Time, err error) {
	if err := tx.flushTimers(ctx); err != nil {
		return 0, firstAt, err
	}
	return tx.reader.TimersPending(ctx)
}

// Lanes is reader.Lanes as this transaction sees it.
func (tx *Tx) Lanes(ctx context.Context) ([]Lane, error) {
	if err := tx.flushTimers(ctx); err != nil {
		return nil, err
	}
	return tx.reader.Lanes(ctx)
}
