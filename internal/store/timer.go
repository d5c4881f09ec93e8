package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Timer says "look at this again at that time". The row that it is about is
// the truth; a timer may fire late, early or twice.
type Timer struct {
	Kind    string
	Ref     string // the id of what to look at
	Lane    id.Team
	DueAt   time.Time
	Attempt int // how often it failed, 0 at first
}

// name is what no two timers share.
func (t Timer) name() string { return t.Kind + " " + t.Ref }

// Lane is a queue of timers, one a team, and when its first is due.
type Lane struct {
	Team  id.Team
	DueAt time.Time
}

// SetTimers plans timers; of two for the same thing the earlier due time wins.
func (tx *Tx) SetTimers(_ context.Context, list ...Timer) error {
	tx.pending.timers = append(tx.pending.timers, list...)
	tx.wake = tx.wake || len(list) > 0
	return nil
}

// Lanes returns the lanes that have timers and when each has its first.
func (r reader) Lanes(ctx context.Context) ([]Lane, error) {
	rows, err := r.q.Lanes(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for timers: %w", err)
	}
	out := make([]Lane, len(rows))
	for i, row := range rows {
		out[i] = Lane{Team: id.Team(row.Lane), DueAt: instant(row.DueAt)}
	}
	return out, nil
}

// ClaimTimers takes up to n timers of a lane that are due: their rows are
// gone when this transaction commits, and nobody else gets them before.
func (tx *Tx) ClaimTimers(ctx context.Context, lane id.Team, n int) ([]Timer, error) {
	if err := tx.flushTimers(ctx); err != nil {
		return nil, err
	}
	rows, err := tx.q.ClaimTimers(ctx, db.ClaimTimersParams{Lane: string(lane), Now: micros(tx.Now), N: int64(n)})
	if err != nil {
		return nil, fmt.Errorf("claim timers: %w", err)
	}
	out := make([]Timer, len(rows))
	for i, row := range rows {
		out[i] = Timer{Kind: row.Kind, Ref: row.Ref, Lane: lane, DueAt: instant(row.DueAt), Attempt: int(row.Attempt)}
		tx.own(out[i].name())
	}
	slices.SortFunc(out, func(a, b Timer) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Ref, b.Ref)) })
	return out, nil
}

// TimersPending returns how many timers there are and when the first is due.
func (r reader) TimersPending(ctx context.Context) (n int, firstAt time.Time, err error) {
	row, err := r.q.CountTimers(ctx)
	return int(row.N), instant(row.DueAt), err
}
