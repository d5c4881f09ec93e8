package store

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"firehall/internal/store/db"
)

// retried is a transaction that PostgreSQL undid.
func TestATransactionThatPostgreSQLUndidIsRunAgain(t *testing.T) {
	tests := map[string]struct {
		code  string
		fails int
		runs  int
	}{
		"after a deadlock":                {"40P01", 1, 2},
		"after a conflict":                {"40001", 2, 3},
		"three times at most":             {"40P01", 9, 3},
		"not after another failure":       {"23505", 1, 1},
		"not when it has nothing to mend": {"40P01", 0, 1},
	}
	w := onPostgres(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			runs := 0
			err := w.db.writer.do(t.Context(), Urgent, func(db.DBTX) error {
				if runs++; runs <= test.fails {
					return fmt.Errorf("save: %w", &pgconn.PgError{Code: test.code})
				}
				return nil
			})
			if runs != test.runs || (err != nil) != (test.fails >= test.runs) {
				t.Errorf("it ran %d times: %v", runs, err)
			}
		})
	}
}

func TestOfTwoThatWaitForEachOtherBothSucceedInTheEnd(t *testing.T) {
	t.Parallel()
	w := open(t, Config{URL: postgres(t) + "&deadlock_timeout=20ms"})
	w.add(problem("alert_1", "s", "1"), problem("alert_2", "s", "2"))
	var both sync.WaitGroup
	met := make(chan struct{}, 2)
	for _, keys := range [][2]string{{"1", "2"}, {"2", "1"}} {
		both.Go(func() {
			first := true
			err := w.db.Do(t.Context(), func(tx *Tx) error {
				if _, err := tx.LockUnresolved(t.Context(), []AlertKey{{"s", keys[0]}}); err != nil {
					return err
				}
				if first {
					first = false
					met <- struct{}{}
					for len(met) < 2 && t.Context().Err() == nil {
						runtime.Gosched() // until both hold one
					}
				}
				_, err := tx.LockUnresolved(t.Context(), []AlertKey{{"s", keys[1]}})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
}
