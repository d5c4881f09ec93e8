package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"firehall/internal/pgtest"
)

// TestMain lets more tests run at once than there are processors: most of
// their time they wait for a disk.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		_ = f.Value.Set("16")
	}
	os.Exit(m.Run())
}

// start is a Friday, three in the morning.
var start = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// after returns an instant some minutes after start.
func after(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// clock is one that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// world is one database with a clock of its own.
type world struct {
	*testing.T
	db     *DB
	clock  *clock
	config Config
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(open(t, Config{Dir: t.TempDir()}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(open(t, Config{URL: postgres(t)}))
	})
}

// postgres returns the URL of a database whose tables are there and empty. It
// does not wait for the disk: what a crash leaves is proven elsewhere.
func postgres(t *testing.T) string {
	t.Helper()
	return pgtest.Copy(t, pgtest.Model{Prepare: prepare, Reset: reset}) + "&synchronous_commit=off"
}

func prepare(url string) error {
	db, err := Open(context.Background(), Config{URL: url, Now: (&clock{now: start}).Now})
	if err != nil {
		return err
	}
	return db.Close()
}

func reset(ctx context.Context, db *pgx.Conn) error {
	rows, err := db.Query(ctx, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> $1", versionTable)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	text := ""
	for _, table := range all {
		text += "DELETE FROM " + table + "; "
	}
	_, err = db.Exec(ctx, text+"INSERT INTO setup_version (one, version) VALUES (1, 1)")
	return err
}

// tables are those that are empty at first.
var tables = []string{
	"facts", "setup", "policy_versions", "overrides", "tokens", "messages", "alerts", "members", "hushes", "timeline", "pages", "sends", "timers", "audit", "held", "held_timers",
	"setup_bases", "erasures",
}

// open opens a database for as long as the test runs.
func open(t *testing.T, c Config) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: start}, config: c}
	w.config.Now = w.clock.Now
	w.db = w.another()
	return w
}

// another opens the same database once more, as another node does.
func (w *world) another() *DB {
	w.Helper()
	db, err := Open(w.Context(), w.config)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.Error(err)
		}
	})
	return db
}

// do runs fn in a transaction that must succeed.
func (w *world) do(fn func(ctx context.Context, tx *Tx) error) {
	w.Helper()
	if err := w.db.Do(w.Context(), func(tx *Tx) error { return fn(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

var errUndo = errors.New("undo this")

// undone runs fn in a transaction that is rolled back.
func (w *world) undone(fn func(ctx context.Context, tx *Tx) error) {
	w.Helper()
	err := w.db.Do(w.Context(), func(tx *Tx) error {
		if err := fn(w.Context(), tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		w.Fatalf("the transaction failed with %v", err)
	}
}

// must returns v, or ends the test when there is an error.
func must[T any](v T, err error) func(w *world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return v
	}
}
