package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"firehall/internal/alert"
)

// Whoever has an alert locked plans its timer while a worker, who has claimed
// that timer, waits for the alert: neither waits for the other's timer row.
func TestNobodyWaitsForATimerWhileHoldingAnAlert(t *testing.T) {
	w := onPostgres(t)
	var due time.Time
	w.do(func(ctx context.Context, tx *Tx) error {
		due = tx.Now
		if err := tx.AddAlerts(ctx, []alert.Alert{problem("alert_1", "s", "a")}); err != nil {
			return err
		}
		return tx.SetTimers(ctx, Timer{Kind: "escalate", Ref: "alert_1", Lane: "payments", DueAt: due})
	})
	runs, works := 0, 0
	var worker sync.WaitGroup
	w.do(func(ctx context.Context, tx *Tx) error {
		runs++
		if _, err := tx.LockAlert(ctx, "alert_1"); err != nil {
			return err
		}
		if runs == 1 {
			worker.Go(func() {
				err := w.db.Do(ctx, func(tx *Tx) error {
					works++
					if claimed, err := tx.ClaimTimers(ctx, "payments", 10); err != nil || len(claimed) != 1 {
						t.Errorf("claimed %d, %v", len(claimed), err)
						return err
					}
					_, err := tx.LockAlert(ctx, "alert_1")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			w.waits(1)
		}
		return tx.SetTimers(ctx, Timer{Kind: "escalate", Ref: "alert_1", Lane: "payments", DueAt: due.Add(time.Minute)})
	})
	worker.Wait()
	if runs != 1 || works != 1 {
		t.Errorf("the database undid a deadlock: it ran %d and %d times", runs, works)
	}
}

func TestATimerThatNobodyHasClaimedIsMovedNearer(t *testing.T) {
	w := onPostgres(t)
	w.do(func(ctx context.Context, tx *Tx) error {
		return tx.SetTimers(ctx, Timer{Kind: "escalate", Ref: "alert_1", DueAt: tx.Now.Add(time.Hour)}, Timer{Kind: "lapse", Ref: "alert_1", DueAt: tx.Now.Add(time.Hour)})
	})
	w.do(func(ctx context.Context, tx *Tx) error {
		return tx.SetTimers(ctx, Timer{Kind: "escalate", Ref: "alert_1", DueAt: tx.Now.Add(time.Minute)}, Timer{Kind: "deliver", Ref: "send_1", DueAt: tx.Now.Add(2 * time.Hour)})
	})
	n, firstAt, err := w.db.TimersPending(w.Context())
	if err != nil || n != 3 || !firstAt.Equal(w.db.Now().Add(time.Minute)) {
		t.Errorf("%d timers, the first at %s, %v", n, firstAt, err)
	}
}
