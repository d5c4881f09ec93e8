package store

import (
	"context"
	"fmt"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store/db"
)

// AddPages writes pages.
func (tx *Tx) AddPages(_ context.Context, list []notify.Page) error {
	for _, p := range list {
		tx.pending.pages = append(tx.pending.pages, []any{string(p.ID), string(p.Alert), string(p.Person), int64(p.Step), int64(p.Batch), int64(p.Urgency), p.Reason, micros(p.CreatedAt)})
	}
	return nil
}

// Page returns one page. It fails with NotFound when there is none.
func (r reader) Page(ctx context.Context, n id.Page) (notify.Page, error) {
	row, err := r.q.Page(ctx, string(n))
	if none(err) {
		return notify.Page{}, fault.New(fault.NotFound, "there is no page %s", n)
	}
	return pageOf(row), err
}

// PagesOf returns the pages of an alert, the oldest first.
func (r reader) PagesOf(ctx context.Context, n id.Alert) ([]notify.Page, error) {
	rows, err := r.q.PagesOf(ctx, string(n))
	out := make([]notify.Page, len(rows))
	for i, row := range rows {
		out[i] = pageOf(row)
	}
	return out, err
}

func pageOf(row db.Page) notify.Page {
	return notify.Page{
		ID: id.Page(row.ID), Alert: id.Alert(row.Alert), Person: id.Person(row.Person), Step: int(row.Step),
		Batch: int(row.Batch), Urgency: int(row.Urgency), Reason: row.Reason, CreatedAt: instant(row.CreatedAt),
	}
}

// AddSends writes sends as they are.
func (tx *Tx) AddSends(_ context.Context, list []notify.Send) error {
	for _, s := range list {
		tx.own(string(s.ID))
		tx.pending.sends = append(tx.pending.sends, []any{
			string(s.ID), string(s.Alert), string(s.Page), int64(s.Batch), string(s.Person), s.Contact, s.Channel, string(s.Kind),
			int64(s.Urgency), string(s.Status), s.Reason, micros(s.DueAt), int64(s.Attempts), int64(s.Unknowns), micros(s.FirstAt),
			string(s.ClaimedBy), micros(s.FinishedAt), s.Words,
		})
	}
	return nil
}

// LockSend returns one send, locked. It fails with NotFound when there is none.
func (tx *Tx) LockSend(ctx context.Context, n id.Send) (notify.Send, error) {
	if s, ok := tx.ahead.sends[n]; ok {
		delete(tx.ahead.sends, n)
		return s, nil
	}
	if err := tx.flushSends(ctx); err != nil {
		return notify.Send{}, err
	}
	row, err := tx.q.LockSend(ctx, string(n))
	if none(err) {
		return notify.Send{}, fault.New(fault.NotFound, "there is no send %s", n)
	}
	if err != nil {
		return notify.Send{}, fmt.Errorf("load send %s: %w", n, err)
	}
	return sendOf(row), nil
}

// SaveSend writes what can change of a send.
func (tx *Tx) SaveSend(ctx context.Context, s notify.Send) error {
	delete(tx.ahead.sends, s.ID)
	if err := tx.flushSends(ctx); err != nil {
		return err
	}
	err := tx.q.SaveSend(ctx, db.SaveSendParams{
		ID: string(s.ID), Status: string(s.Status), DueAt: micros(s.DueAt), Attempts: int64(s.Attempts), Unknowns: int64(s.Unknowns),
		FirstAt: micros(s.FirstAt), ClaimedBy: string(s.ClaimedBy), FinishedAt: micros(s.FinishedAt), Words: s.Words,
	})
	if err != nil {
		return fmt.Errorf("save send %s: %w", s.ID, err)
	}
	return nil
}

// SendsOf returns the sends of an alert, the oldest first.
func (r reader) SendsOf(ctx context.Context, n id.Alert) ([]notify.Send, error) {
	rows, err := r.q.SendsOf(ctx, string(n))
	return sendsOf(rows), err
}

// NextWaiting returns the send of a page that waits for its first attempt and
// is due first, locked; found is false when there is none.
func (tx *Tx) NextWaiting(ctx context.Context, n id.Page) (s notify.Send, found bool, err error) {
	if err := tx.flushSends(ctx); err != nil {
		return s, false, err
	}
	row, err := tx.q.NextWaiting(ctx, string(n))
	if none(err) {
		return notify.Send{}, false, nil
	}
	return sendOf(row), err == nil, err
}

// AliveInBatch returns how many sends of one paging are to come, run or have
// arrived.
func (tx *Tx) AliveInBatch(ctx context.Context, n id.Alert, batch int) (int, error) {
	if err := tx.flushSends(ctx); err != nil {
		return 0, err
	}
	count, err := tx.q.AliveInBatch(ctx, db.AliveInBatchParams{Alert: string(n), Batch: int64(batch)})
	return int(count), err
}

// AbandonedSends returns up to 500 sends that a run claimed which is over.
func (tx *Tx) AbandonedSends(ctx context.Context) ([]notify.Send, error) {
	if err := tx.flushSends(ctx); err != nil {
		return nil, err
	}
	runs, err := tx.q.Claimants(ctx)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		alive, err := tx.db.alive(ctx, id.Run(run))
		if err != nil {
			return nil, err
		}
		if alive || id.Run(run) == tx.db.run {
			continue
		}
		rows, err := tx.q.ClaimedBy(ctx, run)
		if err != nil || len(rows) > 0 {
			return sendsOf(rows), err
		}
	}
	return nil, nil
}

// OwnClaims returns the sends that this run has claimed, by what is committed.
func (d *DB) OwnClaims(ctx context.Context) ([]id.Send, error) {
	list, err := d.q.ClaimsOf(ctx, string(d.run))
	return idsOf[id.Send](list), err
}

// StuckSends returns up to 200 sends that wait, were due before a time, and
// that no timer from then on will look at.
func (r reader) StuckSends(ctx context.Context, before time.Time) ([]id.Send, error) {
	list, err := r.q.StuckSends(ctx, micros(before))
	return idsOf[id.Send](list), err
}

// SendsWaiting returns how many sends wait for their turn or their time.
func (r reader) SendsWaiting(ctx context.Context) (int, error) {
	n, err := r.q.CountWaiting(ctx)
	return int(n), err
}

func sendsOf(rows []db.Send) []notify.Send {
	out := make([]notify.Send, len(rows))
	for i, row := range rows {
		out[i] = sendOf(row)
	}
	return out
}

func sendOf(row db.Send) notify.Send {
	return notify.Send{
		ID: id.Send(row.ID), Alert: id.Alert(row.Alert), Page: id.Page(row.Page), Batch: int(row.Batch), Person: id.Person(row.Person),
		Contact: row.Contact, Channel: row.Channel, Kind: notify.SendKind(row.Kind), Urgency: int(row.Urgency),
		Status: notify.SendStatus(row.Status), Reason: row.Reason, DueAt: instant(row.DueAt), Attempts: int(row.Attempts),
		Unknowns: int(row.Unknowns), FirstAt: instant(row.FirstAt), ClaimedBy: id.Run(row.ClaimedBy), FinishedAt: instant(row.FinishedAt), Words: row.Words,
	}
}
