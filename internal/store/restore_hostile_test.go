package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"firehall/internal/fault"
)

// changed returns a copy of a backup after some statements.
func changed(t *testing.T, good string, texts ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), copyFile(good, path)); err != nil {
		t.Fatal(err)
	}
	pool, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	for _, text := range texts {
		if _, err := pool.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return path
}

func TestABackupThatBringsStatementsOfItsOwnIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	w.fill(3)
	good := w.backup().Path
	injection := `facts /* /* */ -- */ WHERE (SELECT lo_export(1, '/tmp/x')) IS NOT NULL`
	tests := map[string]struct {
		texts []string
		says  string
	}{
		"a trigger":             {[]string{"CREATE TRIGGER evil AFTER INSERT ON pages BEGIN DELETE FROM timers; END"}, `the trigger "evil" in it is foreign or was changed`},
		"a view":                {[]string{"CREATE VIEW extra AS SELECT 1"}, `the view "extra" in it is foreign`},
		"a view for a table":    {[]string{"ALTER TABLE messages RENAME TO kept", "CREATE VIEW messages AS SELECT * FROM kept"}, "in it is foreign"},
		"a table":               {[]string{"CREATE TABLE extra (a TEXT PRIMARY KEY)"}, `the table "extra" in it is foreign`},
		"a table that is a SQL": {[]string{`CREATE TABLE "` + injection + `" (a TEXT PRIMARY KEY)`}, "in it is foreign"},
		"a column that is one":  {[]string{`ALTER TABLE timers ADD COLUMN "due_at FROM timers; --" TEXT`}, `the table "timers" in it is foreign or was changed`},
		"an index":              {[]string{"CREATE INDEX extra ON pages (abs(step))"}, `the index "extra" in it is foreign`},
		"a check":               {[]string{"DROP TABLE audit", "CREATE TABLE audit (id TEXT PRIMARY KEY CHECK (id > ''))"}, `the table "audit" in it is foreign or was changed`},
		"a table too few":       {[]string{"DROP TABLE audit"}, `the table "audit" is missing`},
		"an index too few":      {[]string{"DROP INDEX timers_due"}, `the index "timers_due" is missing`},
		"a view for goose": {[]string{
			"ALTER TABLE goose_db_version RENAME TO kept", "CREATE VIEW goose_db_version AS SELECT * FROM kept",
		}, "is not a backup of Firehall"},
		"a trigger that is called like SQLite's own": {[]string{
			"CREATE TRIGGER evil AFTER INSERT ON pages BEGIN DELETE FROM timers; END",
			"PRAGMA writable_schema = 1", "UPDATE sqlite_schema SET name = 'sqlite_evil' WHERE name = 'evil'",
		}, "malformed database schema"},
		"an older version than its tables": {[]string{"DELETE FROM goose_db_version WHERE version_id > 1"}, "is not as Firehall made it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into := t.TempDir()
			_, err := Restore(t.Context(), Config{Dir: into, Now: w.clock.Now}, changed(t, good, test.texts...), false, suitsAll)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("it says %v", err)
			}
			if list, _ := os.ReadDir(into); len(list) > 0 {
				t.Errorf("it made %v", list)
			}
		})
	}
}

func TestABackupIsItsOwnAfterSQLiteHasLookedAtItsIndexes(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	w.fill(3)
	if _, err := OpenCopy(t.Context(), changed(t, w.backup().Path, "ANALYZE"), true); err != nil {
		t.Error(err)
	}
}

// What was looked at can be another file when it is copied.
func TestTheFileThatIsRestoredIsTheOneThatWasLookedAt(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	good := w.backup().Path
	path := changed(t, good)
	evil := changed(t, good, "CREATE TRIGGER evil AFTER INSERT ON pages BEGIN DELETE FROM timers; END")
	_, err := Restore(t.Context(), Config{Dir: t.TempDir(), Now: w.clock.Now}, path, false, func(Copy) error { return os.Rename(evil, path) })
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `the trigger "evil"`) {
		t.Errorf("it says %v", err)
	}
}

func TestNamesInStatementsAreQuoted(t *testing.T) {
	t.Parallel()
	file := scratch(t)
	odd := sheet{name: `t" WHERE 1; --`, columns: []column{{`a", "b`, "TEXT", 1}}}
	if _, err := file.ExecContext(t.Context(), `CREATE TABLE "t"" WHERE 1; --" ("a"", ""b" TEXT PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	if err := odd.write(t.Context(), file, []any{"x"}); err != nil {
		t.Fatal(err)
	}
	rows, err := odd.read(t.Context(), file, true, false)
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() || rows.values[0] != "x" {
		t.Errorf("it reads %v, %v", rows.values, rows.Err())
	}
	rows.close()
	if n, err := odd.count(t.Context(), file); err != nil || n != 1 {
		t.Errorf("it counts %d rows, %v", n, err)
	}
}

func TestWhatIsNoFileIsNoBackup(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	link := pipe + "-link"
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link, t.TempDir()} {
		_, err := OpenCopy(t.Context(), path, true)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "is not a file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhatAKilledRestoreHasLeftIsSwept(t *testing.T) {
	onBoth(t, func(w *world) {
		data, beside := w.TempDir(), w.TempDir()
		left := func(folder string) string {
			path := filepath.Join(folder, roomName+"123", File+".part")
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("a copy"), 0o600)); err != nil {
				w.Fatal(err)
			}
			return path
		}
		gone := func(path string) {
			w.Helper()
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				w.Errorf("%s is there: %v", path, err)
			}
		}
		inData, inBeside := left(data), left(beside)
		live, err := roomBeside(filepath.Join(beside, "b.db"), data)
		if err != nil {
			w.Fatal(err)
		}
		gone(inData)
		gone(inBeside)
		other, err := roomBeside(filepath.Join(beside, "b.db"), data)
		if err != nil {
			w.Fatal(err)
		}
		other.remove()
		if _, err := os.Stat(live.path); err != nil {
			w.Errorf("the room of a restore that works: %v", err)
		}
		live.remove()
		inData = left(data)
		half := filepath.Join(data, File+".part")
		if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
			w.Fatal(err)
		}
		open(w.T, Config{Dir: data, URL: w.config.URL})
		gone(inData)
		if w.config.URL == "" {
			gone(half)
		}
	})
}

func TestWhatIsDeletedIsNotInTheFile(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	const secret = "ben.the.erased@example"
	for _, size := range []int{10, 700, 9000} { // within a page, many pages, and pages of their own
		w.do(func(ctx context.Context, tx *Tx) error {
			for range 50 {
				if err := put(ctx, tx, tx.NewID("f_"), strings.Repeat("x", size)+secret); err != nil {
					return err
				}
			}
			return nil
		})
	}
	path := filepath.Join(w.config.Dir, File)
	holds := func() bool {
		if err := w.db.writer.(*sqliteWriter).truncate(t.Context()); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(raw), secret)
	}
	if !holds() {
		t.Fatal("it was never in the file")
	}
	w.do(func(ctx context.Context, tx *Tx) error {
		for _, text := range []string{"UPDATE facts SET value = 'erased' WHERE length(value) < 800", "DELETE FROM facts WHERE length(value) > 800"} {
			if _, err := w.db.writer.(*sqliteWriter).conn.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if holds() {
		t.Error("it is still in the file")
	}
}
