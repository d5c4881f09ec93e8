package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	sqlite "modernc.org/sqlite"

	"firehall/internal/store/db"
)

// A backup works in small portions and rests between them, several times as
// long as it worked, so that what pages people goes on beside it.
const (
	portionPages = 128 // of SQLite's: 512 KiB
	portionRows  = 500
	restShare    = 5 // of rest for one of work
	restAtLeast  = 4 * time.Millisecond
	restAtMost   = time.Second
)

// pacer spreads work over time.
type pacer struct{ since time.Time }

func newPacer() *pacer { return &pacer{time.Now()} }

// rest leaves the machine to others for a while, by how long the work since
// the last rest took.
func (p *pacer) rest(ctx context.Context) error {
	t := time.NewTimer(min(max(restShare*time.Since(p.since), restAtLeast), restAtMost))
	defer t.Stop()
	defer func() { p.since = time.Now() }()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Backup writes a copy of the database as it is now to a file, opens the copy
// to see that it is whole, and returns what it holds. The database is in use
// meanwhile. The file is the same whichever database it is made of, and holds
// no secret key. It is there whole or not at all, and only its owner may read
// it. It fails when there is a file already.
func (d *DB) Backup(ctx context.Context, path string) (Copy, error) {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return Copy{}, fmt.Errorf("%s is there already; choose another name", path)
	}
	part, err := draft(path)
	if err != nil {
		return Copy{}, err
	}
	defer func() { _ = os.Remove(part) }() // it has its name by then, or must go
	madeAt := d.Now().UTC()
	fill := d.fillFromSQLite
	if d.Postgres() {
		fill = d.fillFromPostgres
	}
	counts, err := fill(ctx, part)
	if err != nil {
		return Copy{}, fmt.Errorf("copy the database: %w", err)
	}
	if err := seal(ctx, part, madeAt); err != nil {
		return Copy{}, fmt.Errorf("finish the copy: %w", err)
	}
	c, err := OpenCopy(ctx, part, false)
	if err != nil {
		return Copy{}, fmt.Errorf("the copy was made and cannot be used: %w", err)
	}
	counts["facts"] = c.counts["facts"] // the copy says one thing more of itself
	if !maps.Equal(counts, c.counts) {
		return Copy{}, fmt.Errorf("the copy was made and does not hold what the database does: %v instead of %v", c.counts, counts)
	}
	c.Path = path
	return c, finish(part, path)
}

// BackupAsIs is Backup of a database that need not be open. Its tables are not
// brought up to date: the copy has the version that they have. On SQLite it
// fails when a node runs.
func BackupAsIs(ctx context.Context, c Config, path string) (made Copy, err error) {
	d := newDB(c)
	defer func() { err = errors.Join(err, d.Close()) }()
	reach := reachSQLite
	if c.URL != "" {
		reach = reachPostgres
	}
	pool, err := reach(ctx, d)
	if err != nil {
		return Copy{}, err
	}
	if err := (reader{q: db.New(checked{pool})}).refuseUnfinished(ctx, c.Dir); err != nil {
		return Copy{}, err
	}
	return d.Backup(ctx, path)
}

// reachSQLite keeps nodes out of a data folder while d is open, and returns its
// database to be read.
func reachSQLite(_ context.Context, d *DB) (*sql.DB, error) {
	if err := lockFolder(d); err != nil {
		return nil, err
	}
	d.writer = &sqliteWriter{}
	pool, err := openFile(filepath.Join(d.config.Dir, File), "mode=ro")
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, pool.Close)
	return pool, nil
}

// reachPostgres keeps restores out of a PostgreSQL while d is open, and returns
// it.
func reachPostgres(ctx context.Context, d *DB) (*sql.DB, error) {
	pool, err := dialPostgres(ctx, d.config.URL)
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, pool.Close)
	d.writer = &postgresWriter{pool: pool}
	return pool, holdRun(ctx, d, pool)
}

// seal has a copy say when it was made, and makes it one file without a log.
func seal(ctx context.Context, path string, madeAt time.Time) error {
	pool, err := openFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	for _, text := range []string{
		"PRAGMA journal_mode = DELETE",
		"INSERT INTO facts (name, value) VALUES ('" + FactMadeAt + "', '" + madeAt.Format(time.RFC3339) + "') ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	} {
		if _, err := pool.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return pool.Close()
}

// fillFromSQLite copies the pages of one snapshot, and returns how many rows
// each table had in it.
func (d *DB) fillFromSQLite(ctx context.Context, to string) (map[string]int64, error) {
	pool, err := sql.Open("sqlite", sqliteDSN(filepath.Join(d.config.Dir, File), "mode=ro"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	sheets, err := sheetsOf(ctx, conn) // the snapshot is that of the first read
	if err != nil {
		return nil, err
	}
	if err := conn.Raw(func(driver any) error { return copyPages(ctx, driver, to) }); err != nil {
		return nil, err
	}
	counts, _, err := countAll(ctx, conn, sheets)
	return counts, err
}

// copyPages copies the pages of the snapshot that a connection reads.
func copyPages(ctx context.Context, driver any, to string) (err error) {
	from, ok := driver.(interface {
		NewBackup(string) (*sqlite.Backup, error)
	})
	if !ok {
		return errors.New("this driver of SQLite cannot copy a database")
	}
	b, err := from.NewBackup(fileDSN(to, "_pragma=synchronous(0)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Finish()) }()
	pace := newPacer()
	for more := true; more; {
		if more, err = b.Step(portionPages); err != nil {
			return err
		}
		if err := pace.rest(ctx); err != nil {
			return err
		}
	}
	return nil
}
