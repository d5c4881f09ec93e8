package store

import (
	"context"
	"time"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// SourceUses returns when each source was last heard, to the hour. One that
// was never heard counts from when it was last set up.
func (r reader) SourceUses(ctx context.Context) (map[id.Source]time.Time, error) {
	made, err := r.q.SetUpAt(ctx, KindSource)
	if err != nil {
		return nil, err
	}
	used, err := r.q.SourceUses(ctx)
	if err != nil {
		return nil, err
	}
	out := map[id.Source]time.Time{}
	for _, row := range made {
		out[id.Source(row.Name)] = instant(row.ChangedAt)
	}
	for _, row := range used {
		if at, ok := out[id.Source(row.Source)]; ok && at.Before(instant(row.UsedAt)) {
			out[id.Source(row.Source)] = instant(row.UsedAt)
		}
	}
	return out, nil
}

// UseSource keeps that a source was heard now.
func (tx *Tx) UseSource(ctx context.Context, n id.Source) error {
	return tx.q.UseSource(ctx, db.UseSourceParams{Source: string(n), UsedAt: micros(tx.Now)})
}
