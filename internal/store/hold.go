package store

import (
	"context"
	"fmt"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Kinds of ref that a timer may have.
const timerOfSend = "deliver" // its ref is a send; that of every other kind is an alert

// Hold puts a timer that this transaction has claimed aside when its alert is
// from before a restore, and says whether it did. The timer is set again when
// somebody resumes. It costs nothing while no alert is held.
func (tx *Tx) Hold(ctx context.Context, t Timer) (id.Alert, bool, error) {
	if !tx.db.holding.Load() {
		return "", false, nil
	}
	a, err := tx.alertOfTimer(ctx, t)
	if err != nil || a == "" {
		return a, false, err
	}
	if _, err := tx.q.LockHeld(ctx, string(a)); none(err) {
		return a, false, tx.lookForHeld(ctx)
	} else if err != nil {
		return a, false, fmt.Errorf("look whether %s is held: %w", a, err)
	}
	err = tx.q.HoldTimer(ctx, db.HoldTimerParams{Kind: t.Kind, Ref: t.Ref, Lane: string(t.Lane), DueAt: micros(t.DueAt), Attempt: int64(t.Attempt)})
	return a, true, err
}

// alertOfTimer returns the alert that a timer is about, "" when there is none.
func (tx *Tx) alertOfTimer(ctx context.Context, t Timer) (id.Alert, error) {
	if t.Kind != timerOfSend {
		return id.Alert(t.Ref), nil
	}
	if err := tx.flushSends(ctx); err != nil {
		return "", err
	}
	a, err := tx.q.AlertOfSend(ctx, t.Ref)
	if none(err) {
		return "", nil
	}
	return id.Alert(a), err
}

// lookForHeld has this node stop looking once nothing is held any more:
// somebody has resumed on another node.
func (tx *Tx) lookForHeld(ctx context.Context) error {
	n, err := tx.HeldAlerts(ctx)
	if err == nil && n == 0 {
		tx.After(func() { tx.db.holding.Store(false) })
	}
	return err
}

// HeldAlerts returns how many alerts wait for somebody to resume after a
// restore.
func (r reader) HeldAlerts(ctx context.Context) (int, error) {
	n, err := r.q.CountHeld(ctx)
	return int(n), err
}

// IsHeld says whether an alert waits for somebody since a restore.
func (r reader) IsHeld(ctx context.Context, n id.Alert) (bool, error) {
	_, err := r.q.FindHeld(ctx, string(n))
	if none(err) {
		return false, nil
	}
	return err == nil, err
}

// LetGo lets one alert go that is held since a restore, with its timers that
// came due meanwhile, and says whether it was held.
func (tx *Tx) LetGo(ctx context.Context, n id.Alert) (bool, error) {
	if !tx.db.holding.Load() {
		return false, nil
	}
	gone, err := tx.q.DeleteHeldAlert(ctx, string(n))
	if err != nil || gone == 0 {
		return false, err
	}
	if err := tx.flushSends(ctx); err != nil {
		return false, err
	}
	rows, err := tx.q.ReleaseTimersOf(ctx, db.ReleaseTimersOfParams{OfSend: timerOfSend, Alert: string(n)})
	if err != nil {
		return false, fmt.Errorf("set the held timers of %s again: %w", n, err)
	}
	return true, tx.release(ctx, rows)
}

// release sets timers again that were held.
func (tx *Tx) release(ctx context.Context, rows []db.HeldTimer) error {
	timers := make([]Timer, len(rows))
	for i, row := range rows {
		timers[i] = Timer{Kind: row.Kind, Ref: row.Ref, Lane: id.Team(row.Lane), DueAt: instant(row.DueAt), Attempt: int(row.Attempt)}
	}
	return tx.SetTimers(ctx, timers...)
}

// Resume lets the alerts go that are held since a restore, with the timers
// that came due meanwhile, and returns how many alerts they were.
func (tx *Tx) Resume(ctx context.Context) (int, error) {
	n, err := tx.q.DeleteHeld(ctx)
	if err != nil {
		return 0, fmt.Errorf("let held alerts go: %w", err)
	}
	rows, err := tx.q.ReleaseTimers(ctx)
	if err != nil {
		return 0, fmt.Errorf("set held timers again: %w", err)
	}
	tx.After(func() { tx.db.holding.Store(false) })
	return int(n), tx.release(ctx, rows)
}

// refuseUnfinished fails when this database must not be worked with: a move
// into it has not finished, or it was moved elsewhere.
func (r reader) refuseUnfinished(ctx context.Context, dir string) error {
	moving, err := r.Fact(ctx, FactMoving)
	if err != nil {
		return fmt.Errorf("look for an unfinished move: %w", err)
	}
	if moving != "" {
		return fault.New(fault.Conflict, "this database is half-filled: firehall move-database was broken off; run it again to finish, it goes on where it stopped")
	}
	to, err := r.Fact(ctx, FactMovedTo)
	if err != nil || to == "" {
		return err
	}
	return movedError(dir, to)
}

// movedError says that a folder's database lives elsewhere now.
func movedError(dir, to string) error {
	return fault.New(fault.Conflict, "the database of %s was moved to PostgreSQL at %s; set FIREHALL_DATABASE_URL to it. To go back to SQLite: firehall backup there, and firehall restore --replace here", dir, to)
}
