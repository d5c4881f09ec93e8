package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"firehall/internal/alert"
)

// onPostgres runs a test of what only several nodes can do.
func onPostgres(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return open(t, Config{URL: postgres(t)})
}

// pool returns the connections of a node.
func (w *world) pool() *sql.DB { return w.db.writer.(*postgresWriter).pool }

// waits returns once n of the database's connections wait for a lock.
func (w *world) waits(n int) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 30*time.Second)
	defer cancel()
	for got := -1; got != n; {
		err := w.pool().QueryRowContext(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&got)
		if err != nil {
			w.Fatalf("%d connections wait for a lock, not %d: %v", got, n, err)
		}
	}
}

// free says whether nobody holds the row of an alert.
func (w *world) free(key string) bool {
	w.Helper()
	var n int
	err := w.pool().QueryRowContext(w.Context(), "SELECT count(*) FROM (SELECT 1 FROM alerts WHERE key = $1 FOR UPDATE SKIP LOCKED) free", key).Scan(&n)
	if err != nil {
		w.Fatal(err)
	}
	return n == 1
}

// Whatever the database thinks of the order of names, alerts are locked in
// one order: two groups that share alerts never wait for each other.
func TestAlertsAreLockedInTheOrderOfTheirBytes(t *testing.T) {
	w := onPostgres(t)
	w.do(func(ctx context.Context, tx *Tx) error { // a dictionary says a, B, c
		return tx.AddAlerts(ctx, []alert.Alert{problem("alert_1", "s", "B"), problem("alert_2", "s", "a"), problem("alert_3", "s", "c")})
	})
	var other sync.WaitGroup
	w.do(func(ctx context.Context, tx *Tx) error {
		if _, err := tx.LockUnresolved(ctx, []AlertKey{{"s", "a"}}); err != nil {
			return err
		}
		other.Go(func() {
			err := w.db.Do(ctx, func(tx *Tx) error {
				_, err := tx.LockUnresolved(ctx, []AlertKey{{"s", "c"}, {"s", "a"}, {"s", "B"}})
				return err
			})
			if err != nil {
				w.Error(err)
			}
		})
		w.waits(1)
		if w.free("B") || !w.free("c") {
			w.Errorf("while it waits for a, B is free: %v, c is free: %v", w.free("B"), w.free("c"))
		}
		return nil
	})
	other.Wait()
}

func TestALockedAlertIsChangedByOneTransactionAtATime(t *testing.T) {
	w := onPostgres(t)
	second := w.another() // another node
	w.do(func(ctx context.Context, tx *Tx) error {
		return tx.AddAlerts(ctx, []alert.Alert{problem("alert_1", "s", "a")})
	})
	var other sync.WaitGroup
	w.do(func(ctx context.Context, tx *Tx) error {
		a, err := tx.LockAlert(ctx, "alert_1")
		if err != nil {
			return err
		}
		other.Go(func() {
			err := second.Do(ctx, func(tx *Tx) error {
				a, err := tx.LockAlert(ctx, "alert_1")
				if err == nil && a.Summary != "changed" {
					err = errors.New("it was locked before the other had changed it")
				}
				return err
			})
			if err != nil {
				w.Error(err)
			}
		})
		w.waits(1)
		a.Summary = "changed"
		return tx.SaveAlert(ctx, a)
	})
	other.Wait()
}
