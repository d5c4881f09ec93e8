package app

import (
	"context"
	"time"

	"firehall/internal/store"
)

// Retention says which messages are kept. Timelines and alerts stay.
type Retention struct {
	For   time.Duration
	Bytes int64 // of all messages together, as they arrived
}

// DefaultRetention keeps messages for 14 days, at most 2 GiB of them.
var DefaultRetention = Retention{For: 14 * 24 * time.Hour, Bytes: 2 << 30}

const (
	retainEvery = 10 * time.Minute
	retainBatch = 500 // messages that one transaction deletes
)

// retain deletes the messages that are too old or too many, a few at a time
// and behind everything else that writes.
func (a *App) retain(ctx context.Context) {
	before := a.opts.Now().Add(-a.opts.Retain.For)
	expired, err := a.delete(ctx, -1, func(tx *store.Tx) (int, error) { return tx.DeleteMessages(ctx, before, retainBatch) })
	if err == nil {
		err = a.shrink(ctx)
	}
	if expired > 0 {
		a.log.Debug("old messages were deleted", "messages", expired)
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("messages could not be deleted; it is tried again in ten minutes", "error", err)
	}
}

// shrink deletes the oldest messages until all fit into the limit again.
func (a *App) shrink(ctx context.Context) error {
	n, bytes, err := a.db.MessagesSize(ctx)
	if err != nil || bytes <= a.opts.Retain.Bytes || n == 0 {
		return err
	}
	// As many as the excess would be of average ones; the next look goes on.
	many := 1 + int(float64(n)*float64(bytes-a.opts.Retain.Bytes)/float64(bytes))
	gone, err := a.delete(ctx, many, func(tx *store.Tx) (int, error) { return tx.DeleteOldest(ctx, min(many, retainBatch)) })
	a.log.Warn("messages were deleted before their time: together they are over the limit", "messages", gone, "limit_bytes", a.opts.Retain.Bytes)
	return err
}

// delete calls batch, each time in a transaction of its own, until it finds
// nothing more or has deleted about limit (-1: no limit).
func (a *App) delete(ctx context.Context, limit int, batch func(*store.Tx) (int, error)) (total int, err error) {
	for ctx.Err() == nil && (limit < 0 || total < limit) {
		gone := 0
		err = a.db.DoAs(ctx, store.Background, func(tx *store.Tx) (err error) {
			gone, err = batch(tx)
			return err
		})
		total += gone
		if err != nil || gone == 0 {
			break
		}
	}
	return total, err
}
