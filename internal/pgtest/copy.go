package pgtest

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Model says how the databases begin that Copy gives.
type Model struct {
	// Prepare brings an empty database to how each begins. It leaves no
	// connection to it.
	Prepare func(url string) error
	// Reset brings a used one back to that, in the connection's transaction.
	Reset func(context.Context, *pgx.Conn) error
}

// copies are the databases of a model that the tests of this process share,
// one after the other. They are there while one of these tests runs.
var copies struct {
	mu    sync.Mutex
	users int
	model string   // the prepared one
	free  []string // copies that were reset
	all   []string
}

// Copy returns the URL of a database that begins as m says, for t alone. It is
// many times faster than preparing each, and for most tests as good: they share
// a few copies, each reset after use. All tests of a process must give the same
// m. t fails when there is no PostgreSQL or m fails.
func Copy(t testing.TB, m Model) string {
	t.Helper()
	at, err := shared()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	used, err := borrow(at.url, m)
	if err != nil {
		t.Fatalf("copy a database for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := giveBack(at.url, used, m); err != nil {
			t.Errorf("reset or drop the database of this test: %v", err)
		}
	})
	return used
}

// borrow returns a copy that nobody uses, a new one when there is none.
func borrow(admin string, m Model) (string, error) {
	copies.mu.Lock()
	defer copies.mu.Unlock()
	if copies.users == 0 {
		made, err := create(admin)
		if err != nil {
			return "", err
		}
		copies.model, copies.free, copies.all = made, nil, []string{made}
		if err := m.Prepare(made); err != nil {
			return "", errors.Join(err, drop(admin, made))
		}
	}
	if last := len(copies.free) - 1; last >= 0 {
		found := copies.free[last]
		copies.free = copies.free[:last]
		copies.users++
		return found, nil
	}
	made, err := duplicate(admin, copies.model)
	if err != nil {
		return "", err
	}
	copies.users++
	copies.all = append(copies.all, made)
	return made, nil
}

// giveBack resets a copy for the next test. The last one drops all.
func giveBack(admin, used string, m Model) error {
	bad := run(used, func(ctx context.Context, db *pgx.Conn) error { return reset(ctx, db, m) })
	copies.mu.Lock()
	defer copies.mu.Unlock()
	if bad == nil {
		copies.free = append(copies.free, used)
	}
	if copies.users--; copies.users > 0 {
		return bad
	}
	for _, made := range copies.all {
		bad = errors.Join(bad, drop(admin, made))
	}
	return bad
}

// reset ends what a test left running in its database and resets that.
func reset(ctx context.Context, db *pgx.Conn, m Model) error {
	_, err := db.Exec(ctx, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	if err != nil {
		return err
	}
	tx, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
		return err
	}
	if err := m.Reset(ctx, db); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// duplicate makes a copy of a database in admin's cluster and returns its URL.
func duplicate(admin, source string) (string, error) {
	u, err := url.Parse(source)
	if err != nil {
		return "", err
	}
	name := freshName()
	err = run(admin, func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+strings.TrimPrefix(u.Path, "/"))
		return err
	})
	if err != nil {
		return "", err
	}
	return named(admin, name)
}
