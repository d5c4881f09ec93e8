package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"firehall/internal/fault"
)

// toMove returns a closed SQLite database with something in it, and an empty
// PostgreSQL.
func toMove(t *testing.T, rows int) (c Config, to string) {
	t.Helper()
	w := open(t, Config{Dir: t.TempDir()})
	w.fill(rows)
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, FactKeyCheck, "the check") })
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	return w.config, postgres(t)
}

func quietly(string) {}

// says fails unless an error is a conflict that says a text.
func says(t *testing.T, err error, text string) {
	t.Helper()
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), text) {
		t.Errorf("it says %v, and not %q", err, text)
	}
}

func TestAMovedDatabaseHasEveryRowAndTheFolderIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	c, to := toMove(t, 50)
	var told []string
	got, err := Move(t.Context(), c, to, func(text string) { told = append(told, text) })
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows < 500 || strings.Contains(got.To, "firehall:") || !strings.Contains(strings.Join(told, "\n"), "they are equal") {
		t.Errorf("it says %+v and %q", got, told)
	}
	moved := open(t, Config{URL: to})
	moved.holds(filepath.Join(c.Dir, File))
	if key := must(moved.db.Fact(t.Context(), FactKeyCheck))(moved); key != "the check" {
		t.Errorf("the check of the key is %q", key)
	}
	if held := must(moved.db.HeldAlerts(t.Context()))(moved); held != 50 { // as many as it had: fill put them there
		t.Errorf("%d alerts are held", held)
	}
	_, err = Open(t.Context(), c)
	says(t, err, "was moved to PostgreSQL at "+got.To)
	_, err = BackupAsIs(t.Context(), c, filepath.Join(t.TempDir(), "backup.db"))
	says(t, err, "was moved to PostgreSQL at "+got.To)
	_, err = Move(t.Context(), c, postgres(t), quietly)
	says(t, err, "was moved to PostgreSQL at "+got.To)
	_, err = Move(t.Context(), c, to, quietly)
	says(t, err, "a node runs on this PostgreSQL database")
}

func TestABrokenOffMoveGoesOnAndUntilThenNoNodeStarts(t *testing.T) {
	t.Parallel()
	c, to := toMove(t, 50)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	copied := 0
	_, err := Move(ctx, c, to, func(string) {
		if copied++; copied == 5 {
			cancel()
		}
	})
	if err == nil || copied != 5 {
		t.Fatalf("it was not broken off: %d tables, %v", copied, err)
	}
	_, err = Open(t.Context(), Config{URL: to, Now: c.Now})
	says(t, err, "this database is half-filled: firehall move-database was broken off; run it again to finish")
	other, _ := toMove(t, 1)
	setKeyCheck(t, other, "another check")
	_, err = Move(t.Context(), other, to, quietly)
	says(t, err, "another installation is being moved")
	again := 0
	if _, err = Move(t.Context(), c, to, func(string) { again++ }); err != nil {
		t.Fatal(err)
	}
	if all := len(newestSheets(t)); again != all-copied+1 { // and the line about the comparison
		t.Errorf("of %d tables %d were copied at first, then %d lines told", all, copied, again)
	}
	moved := open(t, Config{URL: to})
	moved.holds(filepath.Join(c.Dir, File))
}

// Killed between its last two steps a move leaves a folder that is marked and
// a database that is not ready: neither starts, and the move can be finished.
func TestAMoveKilledAtItsVeryEnd(t *testing.T) {
	t.Parallel()
	c, to := toMove(t, 5)
	if _, err := Move(t.Context(), c, to, quietly); err != nil {
		t.Fatal(err)
	}
	pool, err := dialPostgres(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.Exec(`INSERT INTO facts (name, value) VALUES ('moving', '{"from":"the check"}')`); err != nil {
		t.Fatal(err)
	}
	if _, err := Move(t.Context(), c, to, quietly); err != nil {
		t.Fatal(err)
	}
	open(t, Config{URL: to})
}

func TestAMoveFindsEveryRowThatIsNotEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ change, says string }{
		"another text":          {"UPDATE messages SET source = source || ' ' WHERE size = 7 + 1099511627776", "the copy of messages differs in source of the row"},
		"another byte":          {`UPDATE messages SET body = '\x00' WHERE size = 7 + 3 * 1099511627776`, "the copy of messages differs in body of the row"},
		"another 20th digit":    {`UPDATE alerts SET doc = jsonb_set(doc, '{n}', '12345678901234567891') WHERE severity = 7 + 1099511627776`, "the copy of alerts differs in doc of the row"},
		"the other of two":      {"UPDATE members SET firing = NOT firing WHERE starts_at = 7 + 1099511627776", "the copy of members differs in firing of the row"},
		"a row that is missing": {"DELETE FROM timeline WHERE at = 7 + 1099511627776", "the copy of timeline lacks the row"},
		"a row too many":        {"INSERT INTO hushes (service, key, alert, until_at, severity, doc) VALUES ('zz', '', '', 1, 1, '{}')", "the copy of hushes has a row too many: zz"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, to := toMove(t, 5)
			if _, err := Move(t.Context(), c, to, quietly); err != nil {
				t.Fatal(err)
			}
			pool, err := dialPostgres(t.Context(), to)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = pool.Close() }()
			if _, err := pool.Exec(test.change); err != nil {
				t.Fatal(err)
			}
			from, err := openFile(filepath.Join(c.Dir, File))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = from.Close() }()
			if err := compareAll(t, from, pool); err == nil || !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

func compareAll(t *testing.T, a, b querier) error {
	for _, s := range newestSheets(t) {
		if _, err := s.compare(t.Context(), a, b, true); err != nil {
			return err
		}
	}
	return nil
}

func TestWhatCannotBeMoved(t *testing.T) {
	t.Parallel()
	c, to := toMove(t, 1)
	used := open(t, Config{URL: postgres(t)})
	used.fill(1)
	if err := used.db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Move(t.Context(), c, used.config.URL, quietly)
	says(t, err, "the PostgreSQL database is not empty")
	_, err = Move(t.Context(), Config{Dir: t.TempDir(), Now: c.Now}, to, quietly)
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("of nothing: %v", err)
	}
	w := open(t, c) // a node
	if _, err = Move(t.Context(), c, to, quietly); err == nil || !strings.Contains(err.Error(), "another firehall uses the data folder") {
		t.Errorf("beside a node: %v", err)
	}
	w.facts()
}

// setKeyCheck gives a closed database another secret key.
func setKeyCheck(t *testing.T, c Config, check string) {
	t.Helper()
	pool, err := sql.Open("sqlite", sqliteDSN(filepath.Join(c.Dir, File)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(t.Context(), "UPDATE facts SET value = ? WHERE name = ?", check, FactKeyCheck); err != nil {
		t.Fatal(err)
	}
}
