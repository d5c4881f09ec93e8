// Package pgtest gives tests a real PostgreSQL.
//
// URL makes a fresh, empty database in a cluster that the tests share; Server
// makes a cluster of a test's own, to be stopped, started and killed. Clusters
// live in a temporary folder and end with the process that made them, however
// that ends. A machine without PostgreSQL fails the test: nothing is skipped.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names the environment variable that holds the URL of a running cluster,
// of a role that may create databases. `make test` sets it, so that all test
// processes share one; where it is empty, each process starts its own.
const Env = "FIREHALL_TEST_POSTGRES"

// patience bounds one statement that creates or drops a database; both wait
// for a checkpoint, which is slow on a busy disk.
const patience = 2 * time.Minute

// shared returns the URL of the cluster that this process's tests share. It is
// the one global: a cluster costs more than a second, and tests of one process
// have no other place in common.
var shared = sync.OnceValues(func() (home, error) {
	if given := os.Getenv(Env); given != "" {
		return home{url: given}, nil
	}
	c, err := Start()
	if err != nil {
		return home{}, err
	}
	return home{c.URL(), c}, nil
})

// home is where test databases are made. It holds on to the cluster: collected
// as garbage, its line to the watchdog would close and end the server.
type home struct {
	url     string
	cluster *Cluster
}

// URL returns the postgres:// URL of a fresh, empty database in the cluster
// that tests share. The database is dropped when t ends, whoever is still
// connected. t fails when there is no PostgreSQL.
func URL(t testing.TB) string {
	t.Helper()
	at, err := shared()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	admin := at.url
	fresh, err := create(admin)
	if err != nil {
		t.Fatalf("create a database for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(admin, fresh); err != nil {
			t.Errorf("drop the database of this test: %v", err)
		}
	})
	return fresh
}

// Server starts a cluster of t's own, with settings like "wal_level=logical"
// on top of the usual ones. It is stopped and removed when t ends. t fails
// when there is no PostgreSQL.
func Server(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	c, err := Start(settings...)
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("remove the PostgreSQL cluster of this test: %v", err)
		}
	})
	return c
}

// Create makes a fresh, empty database in the cluster and returns its URL. It
// goes when the cluster goes.
func (c *Cluster) Create(t testing.TB) string {
	t.Helper()
	fresh, err := create(c.URL())
	if err != nil {
		t.Fatalf("create a database for this test: %v", err)
	}
	return fresh
}

// create makes an empty database in admin's cluster and returns its URL.
//
// It sorts text as a language does where the server can, for most real servers
// do so too: code that leans on the database's order of names then fails here.
func create(admin string) (string, error) {
	name := freshName()
	err := run(admin, func(ctx context.Context, db *pgx.Conn) error {
		statement := "CREATE DATABASE " + name + " TEMPLATE template0"
		var icu bool
		err := db.QueryRow(ctx, `SELECT current_setting('server_version_num')::int >= 150000
			AND EXISTS (SELECT 1 FROM pg_collation WHERE collprovider = 'i')`).Scan(&icu)
		if err != nil {
			return err
		}
		if icu {
			statement += " LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
		}
		_, err = db.Exec(ctx, statement)
		return err
	})
	if err != nil {
		return "", err
	}
	return named(admin, name)
}

// freshName returns a name that no database has.
func freshName() string { return "test_" + strings.ToLower(rand.Text()) }

// drop removes the database that fresh names from admin's cluster.
func drop(admin, fresh string) error {
	u, err := url.Parse(fresh)
	if err != nil {
		return err
	}
	return run(admin, func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, "DROP DATABASE "+strings.TrimPrefix(u.Path, "/")+" WITH (FORCE)")
		return err
	})
}

// named returns admin with another database's name.
func named(admin, name string) (string, error) {
	u, err := url.Parse(admin)
	if err != nil {
		return "", fmt.Errorf("%s is not a postgres:// URL: %w", Env, err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// run calls do with a connection to admin. It has its own context, because
// databases are dropped after the test's context has ended.
func run(admin string, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	return do(ctx, db)
}
