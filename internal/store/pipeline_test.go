package store

import (
	"context"
	"strings"
	"testing"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

func TestWhatOnlyWritesIsReadByTheSameTransaction(t *testing.T) {
	onBoth(t, func(w *world) {
		w.add(problem("alert_1", "s", "1"))
		w.do(func(ctx context.Context, tx *Tx) error {
			for range 3 {
				if err := tx.CountSignals(ctx, "alert_1", 1); err != nil {
					return err
				}
			}
			if a := must(tx.Alert(ctx, "alert_1"))(w); a.Signals != 4 {
				w.Errorf("it sees %d signals", a.Signals)
			}
			return tx.CountSignals(ctx, "alert_1", 1)
		})
		if a := must(w.db.Alert(w.Context(), "alert_1"))(w); a.Signals != 5 {
			w.Errorf("%d signals are kept", a.Signals)
		}
	})
}

// What waited and fails undoes the whole transaction, and says which statement
// it was, wherever that comes to light.
func TestAWriteThatFailsLaterUndoesAll(t *testing.T) {
	bad := func(ctx context.Context, tx *Tx) error {
		if err := put(ctx, tx, "a", "1"); err != nil {
			return err
		}
		_, err := tx.on.ExecContext(ctx, "INSERT INTO facts (name, value) VALUES ($1, $1), ($1, $1)", "twice")
		return err
	}
	tests := map[string]func(ctx context.Context, tx *Tx) error{
		"at the commit":       func(context.Context, *Tx) error { return nil },
		"at the next query":   func(ctx context.Context, tx *Tx) error { _, err := tx.Lanes(ctx); return err },
		"at the next row":     func(ctx context.Context, tx *Tx) error { _, err := tx.Fact(ctx, "a"); return err },
		"when it is counted":  func(ctx context.Context, tx *Tx) error { return tx.DeleteOverride(ctx, "gone") },
		"at a savepoint":      func(ctx context.Context, tx *Tx) error { return tx.Savepoint(ctx, func() error { return nil }) },
		"after it was missed": func(ctx context.Context, tx *Tx) error { _, _ = tx.Lanes(ctx); return nil },
	}
	w := onPostgres(t)
	for name, next := range tests {
		err := w.db.Do(w.Context(), func(tx *Tx) error {
			if err := bad(w.Context(), tx); err != nil {
				return err
			}
			return next(w.Context(), tx)
		})
		said := name == "after it was missed" || err != nil && strings.Contains(err.Error(), "insert into facts: ERROR: duplicate key")
		if err == nil || !said {
			w.Errorf("%s it says %v", name, err)
		}
		w.facts()
	}
	if err := w.db.Do(w.Context(), func(tx *Tx) error { return put(w.Context(), tx, "c", "1") }); err != nil {
		w.Errorf("a transaction after those that failed: %v", err)
	}
	w.facts("c")
}

// A statement that is counted is carried out when its count is asked for.
func TestACountedWriteSaysHowManyRows(t *testing.T) {
	w := onPostgres(t)
	w.do(func(ctx context.Context, tx *Tx) error {
		if err := put(ctx, tx, "a", "1"); err != nil {
			return err
		}
		gone, err := tx.on.ExecContext(ctx, "DELETE FROM facts WHERE name = $1", "a")
		if err != nil {
			return err
		}
		for range 2 {
			if n, err := gone.RowsAffected(); n != 1 || err != nil {
				w.Errorf("%d rows: %v", n, err)
			}
		}
		if _, err := gone.LastInsertId(); err == nil {
			w.Error("it has a last id")
		}
		return nil
	})
}

// A transaction that asks nothing takes no round trip, and leaves its
// connection as it was.
func TestATransactionThatAsksNothing(t *testing.T) {
	w := onPostgres(t)
	for range 3 {
		if err := w.db.writer.do(w.Context(), Urgent, func(db.DBTX) error { return nil }); err != nil {
			w.Error(err)
		}
	}
	if open := w.pool().Stats().InUse; open > 1 { // one holds the run's lock
		w.Errorf("%d connections are in use", open)
	}
}

// What is locked ahead is what locking one by one gives, once; what the
// transaction changes meanwhile is read anew.
func TestWhatIsLockedAheadIsWhatIsThere(t *testing.T) {
	onBoth(t, func(w *world) {
		w.add(problem("alert_1", "s", "B"), problem("alert_2", "s", "a"), problem("alert_3", "t", "a"))
		w.sends(send("send_1", "page_1", 1), send("send_2", "page_1", 2))
		alerts, sends := []id.Alert{"alert_3", "alert_1", "alert_gone", "alert_2"}, []id.Send{"send_2", "send_gone", "send_1"}
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.LockAhead(ctx, alerts, sends); err != nil {
				return err
			}
			w.same(must(w.db.Alert(ctx, "alert_1"))(w), must(tx.LockAlert(ctx, "alert_1"))(w))
			w.same(must(w.db.Standing(ctx, "alert_1"))(w), must(tx.Standing(ctx, "alert_1"))(w))
			w.same(send("send_1", "page_1", 1), must(tx.LockSend(ctx, "send_1"))(w))
			if _, err := tx.LockAlert(ctx, "alert_gone"); err == nil {
				w.Error("an alert that is not there was locked")
			}
			if _, err := tx.LockSend(ctx, "send_gone"); err == nil {
				w.Error("a send that is not there was locked")
			}
			return nil
		})
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.LockAhead(ctx, alerts, sends); err != nil {
				return err
			}
			changed, s := must(w.db.Alert(ctx, "alert_2"))(w), send("send_2", "page_1", 2)
			changed.Owner, s.Words = "ben", "other"
			if err := tx.SaveAlert(ctx, changed); err != nil {
				return err
			}
			if err := tx.CountSignals(ctx, "alert_3", 2); err != nil {
				return err
			}
			if err := tx.SaveSend(ctx, s); err != nil {
				return err
			}
			if a := must(tx.LockAlert(ctx, "alert_2"))(w); a.Owner != "ben" {
				w.Errorf("alert_2 is still %v's", a.Owner)
			}
			if st := must(tx.Standing(ctx, "alert_2"))(w); st.Owner != "ben" {
				w.Errorf("alert_2 stands as %v's", st.Owner)
			}
			if a := must(tx.LockAlert(ctx, "alert_3"))(w); a.Signals != 3 {
				w.Errorf("alert_3 has %d signals", a.Signals)
			}
			w.same(s, must(tx.LockSend(ctx, "send_2"))(w))
			return nil
		})
	})
}

// Locked ahead, alerts are locked in the same order as ingest locks them.
func TestAlertsAreLockedAheadInTheOrderOfTheirBytes(t *testing.T) {
	w := onPostgres(t)
	w.add(problem("alert_1", "s", "c"), problem("alert_2", "s", "B"), problem("alert_3", "s", "a"))
	other := make(chan error, 1)
	w.do(func(ctx context.Context, tx *Tx) error {
		if _, err := tx.LockUnresolved(ctx, []AlertKey{{"s", "a"}}); err != nil {
			return err
		}
		go func() {
			other <- w.db.Do(ctx, func(tx *Tx) error {
				return tx.LockAhead(ctx, []id.Alert{"alert_1", "alert_2", "alert_3"}, nil)
			})
		}()
		w.waits(1)
		if w.free("B") || !w.free("c") {
			w.Errorf("while it waits for a, B is free: %v, c is free: %v", w.free("B"), w.free("c"))
		}
		return nil
	})
	if err := <-other; err != nil {
		w.Error(err)
	}
}
