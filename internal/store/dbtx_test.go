package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
)

func TestRowLocksAreCutFromWhatSQLiteReads(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"SELECT 1 FROM a":                                "SELECT 1 FROM a",
		"SELECT 1 FROM a FOR UPDATE":                     "SELECT 1 FROM a ",
		"SELECT 1 FROM a LIMIT 2 FOR UPDATE SKIP LOCKED": "SELECT 1 FROM a LIMIT 2 ",
	}
	for text, want := range tests {
		if got := withoutLocks(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestAStatementIsPreparedOnceByManyAtOnce(t *testing.T) {
	w, path := onSQLite(t)
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
	pool, err := sql.Open("sqlite", sqliteDSN(path, "mode=ro"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := newStatements(pool)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				var n int
				if err := s.QueryRowContext(t.Context(), "SELECT count(*) FROM facts FOR UPDATE").Scan(&n); err != nil || n != 1 {
					t.Errorf("%d, %v", n, err)
				}
			}
		})
	}
	all.Wait()
	if len(s.ready) != 1 {
		t.Errorf("%d statements are kept", len(s.ready))
	}
}

func TestAStatementThatCannotBePreparedSaysWhy(t *testing.T) {
	w, path := onSQLite(t)
	pool, err := sql.Open("sqlite", sqliteDSN(path, "mode=ro"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for name, on := range map[string]*statements{"readers": newStatements(pool), "the writer": w.db.writer.(*sqliteWriter).stmts} {
		var n int
		_, execErr := on.ExecContext(t.Context(), "DELETE FROM nowhere")
		rows, queryErr := on.QueryContext(t.Context(), "SELECT 1 FROM nowhere")
		if rows != nil {
			_ = rows.Close()
		}
		rowErr := on.QueryRowContext(t.Context(), "SELECT 1 FROM nowhere").Scan(&n)
		for _, err := range []error{execErr, queryErr, rowErr} {
			if err == nil || !strings.Contains(err.Error(), "no such table: nowhere") {
				t.Errorf("%s: it says %v", name, err)
			}
		}
	}
}
