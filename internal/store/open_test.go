package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"firehall/internal/fault"
	"firehall/internal/pgtest"
)

func TestADatabaseIsFoundAgainAsItWasLeft(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
		first := w.db
		if err := first.Close(); err != nil {
			w.Fatal(err)
		}
		w.db = w.another() // its tables are up to date already
		w.facts("a")
		if first.Run() == w.db.Run() {
			w.Error("two lives of a node have the same name")
		}
		if w.db.Postgres() != (w.config.URL != "") {
			w.Error("it does not know which database it is")
		}
		if n := w.db.WritersWaiting(); n != 0 {
			w.Errorf("%d wait to write", n)
		}
	})
}

func TestAClosedDatabaseMayBeClosedAgain(t *testing.T) {
	onBoth(t, func(w *world) {
		for range 2 {
			if err := w.db.Close(); err != nil {
				w.Error(err)
			}
		}
	})
}

func TestEveryTableIsThereOnBoth(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, table := range slices.Concat(tables, []string{"setup_version"}) {
			w.undone(func(ctx context.Context, tx *Tx) error {
				_, err := tx.on.ExecContext(ctx, "DELETE FROM "+table)
				return err
			})
		}
	})
}

func TestNodesThatStartTogetherAllFindTheTablesUpToDate(t *testing.T) {
	t.Parallel()
	w := &world{T: t, clock: &clock{now: start}, config: Config{URL: pgtest.URL(t)}}
	w.config.Now = w.clock.Now
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := Open(t.Context(), w.config)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = db.Close() })
		})
	}
	all.Wait()
}

func TestASecondProcessOnADataFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, Config{Dir: dir})
	_, err := Open(t.Context(), w.config)
	if want := "another firehall uses the data folder " + dir + "; stop it, or name another folder with --data"; err == nil || err.Error() != want {
		t.Errorf("it says %v", err)
	}
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") }) // the first is not disturbed
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	w.db = w.another()
	w.facts("a")
}

func TestTheDataFolderIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "firehall-data")
	open(t, Config{Dir: dir})
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestADataFolderWithOddCharactersInItsName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "50% of ana's data? #1 & more")
	w := open(t, Config{Dir: dir})
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
	w.facts("a")
	if _, err := os.Stat(filepath.Join(dir, File)); err != nil {
		t.Error(err)
	}
}

func TestWhyADatabaseCannotBeOpened(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a-file")
	broken := t.TempDir()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, File), []byte(strings.Repeat("this is no database. ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	now := (&clock{now: start}).Now
	tests := map[string]struct {
		config Config
		says   string
		kind   fault.Kind // "": no fault
	}{
		"no clock":                     {Config{Dir: t.TempDir()}, "open the store: a clock is needed", ""},
		"a data folder that is a file": {Config{Dir: file, Now: now}, "make the data folder: ", ""},
		"a file that is no database":   {Config{Dir: broken, Now: now}, "bring the tables up to date: ", ""},
		"no address": {
			Config{URL: "postgres://user:secret@host:notaport/db", Now: now},
			"FIREHALL_DATABASE_URL is not a PostgreSQL address; write one like postgres://user:password@host:5432/firehall", fault.Invalid,
		},
		"nobody there": {Config{URL: "postgres://user:secret@127.0.0.1:1/db", Now: now}, "PostgreSQL at 127.0.0.1 cannot be reached; is it running, and is FIREHALL_DATABASE_URL right? ", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db, err := Open(t.Context(), test.config)
			if err == nil {
				t.Fatalf("it opened %v", db.Run())
			}
			if !strings.HasPrefix(err.Error(), test.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("it says %v", err)
			}
			if fault.Is(err, fault.Invalid) != (test.kind == fault.Invalid) {
				t.Errorf("it is a fault: %v", fault.Of(err))
			}
		})
	}
	if err := os.Remove(filepath.Join(broken, File)); err != nil { // whoever mends it may start: the folder's lock is free
		t.Fatal(err)
	}
	open(t, Config{Dir: broken})
}
