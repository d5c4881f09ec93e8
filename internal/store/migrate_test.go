package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"firehall/internal/fault"
	"firehall/internal/pgtest"
)

// empty returns an empty database of a kind, and how a store opens it.
func empty(t *testing.T, kind string) (*sql.DB, Config) {
	t.Helper()
	c := Config{Now: (&clock{now: start}).Now}
	if kind == "postgres" {
		c.URL = pgtest.URL(t)
	} else {
		c.Dir = t.TempDir()
	}
	w := &world{T: t, config: c}
	return w.rawly(), c
}

// onEmpty runs a test on an empty database of each kind.
func onEmpty(t *testing.T, test func(t *testing.T, pool *sql.DB, c Config)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			pool, c := empty(t, kind)
			test(t, pool, c)
		})
	}
}

// versions are the numbers of all migrations.
func versions(t *testing.T) []int64 {
	t.Helper()
	names, err := fs.Glob(migrationFiles(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var out []int64
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// sheetsAt returns the tables as a migration leaves them.
func sheetsAt(t *testing.T, version int64) []sheet {
	t.Helper()
	file := scratch(t)
	if err := migrateTo(t.Context(), file, false, migrationFiles(), version); err != nil {
		t.Fatal(err)
	}
	return must(sheetsOf(t.Context(), file))(&world{T: t})
}

// Whatever version an installation runs, the newest program brings its rows
// along. A new migration is tested by being there.
func TestADatabaseOfEveryEarlierVersionIsUpgradedWithItsRows(t *testing.T) {
	t.Parallel()
	for _, version := range versions(t) {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			onEmpty(t, func(t *testing.T, pool *sql.DB, c Config) {
				postgres := c.URL != ""
				if err := migrateTo(t.Context(), pool, postgres, migrationFiles(), version); err != nil {
					t.Fatal(err)
				}
				sheets := sheetsAt(t, version)
				fillOddly(t, pool, sheets, 7, postgres)
				before := kept(t, pool, sheets, postgres)
				db, err := Open(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = db.Close() }()
				after := kept(t, pool, sheets, postgres)
				for name, rows := range before {
					if !slices.Equal(rows, after[name]) {
						t.Errorf("%s held\n%s\nand holds\n%s", name, strings.Join(rows, "\n"), strings.Join(after[name], "\n"))
					}
				}
			})
		})
	}
}

// kept returns all rows as text, by table, but for facts.
func kept(t *testing.T, on *sql.DB, sheets []sheet, postgres bool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, s := range sheets {
		if s.name == "facts" {
			continue
		}
		rows, err := s.read(t.Context(), on, true, postgres)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			out[s.name] = append(out[s.name], fmt.Sprintf("%q", rows.values))
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		rows.close()
	}
	return out
}

// A program runs on tables that a newer one has only added to, as a node does
// that starts again in the middle of an upgrade; not on tables that took away
// what it uses.
func TestADatabaseOfANewerVersion(t *testing.T) {
	onEmpty(t, func(t *testing.T, pool *sql.DB, c Config) {
		added := map[int]string{99998: "-- +goose Up\nCREATE TABLE later (id TEXT PRIMARY KEY);"}
		if err := migrateTo(t.Context(), pool, c.URL != "", withMigrations(added), 0); err != nil {
			t.Fatal(err)
		}
		db, err := Open(t.Context(), c)
		if err != nil {
			t.Fatalf("on tables that were added to: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		added[99999] = fmt.Sprintf("-- +goose Up\nINSERT INTO facts (name, value) VALUES ('%s', '99999');", factOldest)
		if err := migrateTo(t.Context(), pool, c.URL != "", withMigrations(added), 0); err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), c)
		want := fmt.Sprintf("the database is of a newer Firehall: its tables have version 99999, and this program knows up to %d; ", newestMigration())
		if !fault.Is(err, fault.Conflict) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("it says %v", err)
		}
	})
}

// withMigration returns the migrations and one more.
func withMigration(text string) fs.FS { return withMigrations(map[int]string{99999: text}) }

func withMigrations(more map[int]string) fs.FS {
	files := fstest.MapFS{}
	for number, text := range more {
		files[fmt.Sprintf("%d_later.sql", number)] = &fstest.MapFile{Data: []byte(text)}
	}
	names, _ := fs.Glob(migrationFiles(), "*.sql")
	for _, name := range names {
		raw, _ := fs.ReadFile(migrationFiles(), name)
		files[name] = &fstest.MapFile{Data: raw}
	}
	return files
}

func TestAMigrationThatFailsHalfWayLeavesNothingAndRunsAgain(t *testing.T) {
	onEmpty(t, func(t *testing.T, pool *sql.DB, c Config) {
		postgres := c.URL != ""
		first := "-- +goose Up\nCREATE TABLE later (id TEXT PRIMARY KEY);\nINSERT INTO later (id) VALUES ('a');\n"
		err := migrateTo(t.Context(), pool, postgres, withMigration(first+"INSERT INTO nowhere VALUES (1);"), 0)
		if err == nil || !strings.Contains(err.Error(), "nowhere") {
			t.Fatalf("it says %v", err)
		}
		db, err := Open(t.Context(), c) // the version before runs on what is there
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := migrateTo(t.Context(), pool, postgres, withMigration(first), 0); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := pool.QueryRow("SELECT count(*) FROM later").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// Names of the variables that make a process of the next test the one that is
// killed.
const (
	killedDir = "FIREHALL_TEST_KILLED_DIR"
	killedURL = "FIREHALL_TEST_KILLED_URL"
)

// slow are statements that keep a migration busy for seconds.
var slow = map[bool]string{
	false: "INSERT INTO later (id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT CAST(max(i) AS TEXT) FROM n;",
	true:  "SELECT pg_sleep(4);",
}

// TestTheMigrationThatIsKilled is the process that is killed.
func TestTheMigrationThatIsKilled(t *testing.T) {
	c := Config{Dir: os.Getenv(killedDir), URL: os.Getenv(killedURL)}
	if c.Dir == "" && c.URL == "" {
		t.Skip("it is run by TestAMigrationKilledHalfWayRunsAgainAtTheNextStart")
	}
	w := &world{T: t, config: c}
	pool := w.rawly()
	_, _ = fmt.Fprintln(os.Stderr, "begins")
	text := "-- +goose Up\nCREATE TABLE later (id TEXT PRIMARY KEY);\nINSERT INTO later (id) VALUES ('half');\n" + slow[c.URL != ""]
	t.Error(migrateTo(context.Background(), pool, c.URL != "", withMigration(text), 0))
}

func TestAMigrationKilledHalfWayRunsAgainAtTheNextStart(t *testing.T) {
	onEmpty(t, func(t *testing.T, pool *sql.DB, c Config) {
		postgres := c.URL != ""
		if err := migrate(t.Context(), pool, postgres); err != nil {
			t.Fatal(err)
		}
		killHalfWay(t, c, func() bool { return busy(t, pool, postgres, c) })
		text := "-- +goose Up\nCREATE TABLE later (id TEXT PRIMARY KEY);\nINSERT INTO later (id) VALUES ('whole');"
		if err := migrateTo(t.Context(), pool, postgres, withMigration(text), 0); err != nil {
			t.Fatal(err)
		}
		var id string
		if err := pool.QueryRow("SELECT id FROM later").Scan(&id); err != nil || id != "whole" {
			t.Errorf("the table holds %q, %v", id, err)
		}
	})
}

// killHalfWay runs a migration in a process of its own and kills that once it
// is under way.
func killHalfWay(t *testing.T, c Config, under func() bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestTheMigrationThatIsKilled$")
	cmd.Env = append(os.Environ(), killedDir+"="+c.Dir, killedURL+"="+c.URL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	for range 1000 {
		if under() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the migration never began")
}

// busy says whether another process is in the middle of a migration.
func busy(t *testing.T, pool *sql.DB, postgres bool, c Config) bool {
	t.Helper()
	var n int
	if postgres {
		if err := pool.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n > 0
	}
	other, err := sql.Open("sqlite", "file:"+c.Dir+"/"+File+"?_pragma=busy_timeout(0)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.Begin()
	if err != nil {
		return true // somebody writes
	}
	_ = tx.Rollback()
	return false
}

func TestThreeNodesThatStartAtOnceOnAnOldDatabaseAllStart(t *testing.T) {
	t.Parallel()
	pool, c := empty(t, "postgres")
	if err := migrateTo(t.Context(), pool, true, migrationFiles(), versions(t)[0]); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			db, err := Open(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = db.Close() })
		})
	}
	all.Wait()
}
