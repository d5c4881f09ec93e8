package store

import (
	"context"
	"fmt"
	"runtime"
	"strings"
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

// However many timers there are, to plan some reads only the rows of those:
// every look at the table is by its key.
func TestPlanningTimersReadsOnlyTheirRows(t *testing.T) {
	w := onPostgres(t)
	var many []Timer
	for i := range 3000 {
		many = append(many, due("l", fmt.Sprint(i), i))
	}
	w.plan(many...)
	for _, rows := range []int{1, 2, 64} {
		var args []any
		for i := range timerTable.columns {
			values, _ := columnOf(timerRows(many[:rows]), i)
			args = append(args, values)
		}
		lines := w.explain(planTimers, args...)
		for i, line := range lines {
			if strings.Contains(line, " on timers t") && !strings.Contains(lines[i+1], "Index Cond: ((kind = ") {
				t.Errorf("for %d rows it reads all timers:\n%s", rows, strings.Join(lines, "\n"))
				break
			}
		}
	}
}

// explain returns how PostgreSQL runs a statement, which it does not keep.
func (w *world) explain(text string, args ...any) []string {
	w.Helper()
	var lines []string
	w.undone(func(ctx context.Context, tx *Tx) error {
		rows, err := tx.on.QueryContext(ctx, "EXPLAIN "+text, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return rows.Err()
	})
	return append(lines, "")
}
