package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Inspection is what a look at a database found.
type Inspection struct {
	Postgres bool
	Version  int           // PostgreSQL's, like 150004; 0 on SQLite
	Standby  bool          // PostgreSQL is one, and cannot be written
	Tables   int64         // the number of the migration that the tables have; 0: there are none
	Newest   int64         // the newest one that this program knows
	Took     time.Duration // one statement, there and back
	Bytes    int64         // of the database
	Facts    map[string]string
	Held     int       // alerts that wait for a resume
	Before   time.Time // our clock, before it was asked for its own
	Clock    time.Time // PostgreSQL's clock; zero on SQLite
	After    time.Time // our clock, when it had answered

	// Settings are those of PostgreSQL that endanger what is committed.
	Settings map[string]string
	// Connections are those of PostgreSQL that are open, of at most
	// MaxConnections.
	Connections, MaxConnections int

	Read   bool   // SQLite's file was read to its end
	Broken string // what is wrong in it; "" when nothing is
}

// Inspect looks at a database over a connection of its own. It changes nothing,
// and may be called beside nodes and without them. It fails when the database
// does not answer. A file that cannot be read to its end within readFor is not
// Read.
func Inspect(ctx context.Context, c Config) (Inspection, error) {
	out := Inspection{Postgres: c.URL != "", Newest: newestMigration(), Facts: map[string]string{}, Settings: map[string]string{}}
	pool, err := inspected(ctx, c)
	if err != nil {
		return out, err
	}
	defer func() { _ = pool.Close() }()
	pool.SetMaxOpenConns(1)
	before := c.Now()
	var one int
	if err := pool.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return out, fmt.Errorf("ask the database: %w", err)
	}
	out.Took = c.Now().Sub(before)
	if err := out.common(ctx, pool); err != nil {
		return out, fmt.Errorf("look at the database: %w", err)
	}
	if out.Postgres {
		err = out.postgres(ctx, pool, c.Now)
	} else {
		err = out.sqlite(ctx, pool, filepath.Join(c.Dir, File))
	}
	if err != nil {
		return out, fmt.Errorf("look at the database: %w", err)
	}
	return out, nil
}

func inspected(ctx context.Context, c Config) (*sql.DB, error) {
	if c.URL != "" {
		return dialPostgres(ctx, c.URL)
	}
	path := filepath.Join(c.Dir, File)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no database in %s: %w", c.Dir, errors.Unwrap(err))
	}
	// Not sqliteDSN: it would make a file of no version a database of ours.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + fmt.Sprintf("?mode=ro&_pragma=busy_timeout(%d)", busyWait)
	return sql.Open("sqlite", dsn)
}

// common reads what both databases have. Tables that are not there yet leave it
// empty.
func (i *Inspection) common(ctx context.Context, pool *sql.DB) error {
	has := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'"
	if i.Postgres {
		has = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('goose_db_version')"
	}
	var there int
	if err := pool.QueryRowContext(ctx, has).Scan(&there); err != nil || there == 0 {
		return err
	}
	if err := pool.QueryRowContext(ctx, "SELECT COALESCE(max(version_id), 0) FROM goose_db_version").Scan(&i.Tables); err != nil || i.Tables != i.Newest {
		return err // what other versions hold is not known
	}
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM held").Scan(&i.Held); err != nil {
		return err
	}
	rows, err := pool.QueryContext(ctx, "SELECT name, value FROM facts")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		i.Facts[name] = value
	}
	return rows.Err()
}

func (i *Inspection) postgres(ctx context.Context, pool *sql.DB, now func() time.Time) error {
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := pool.QueryRowContext(ctx, "SELECT current_setting($1)", name).Scan(&value); err != nil {
			return err
		}
		i.Settings[name] = value
	}
	err := pool.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INTEGER), pg_is_in_recovery(), pg_database_size(current_database()),
		CAST(current_setting('max_connections') AS INTEGER), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')`).
		Scan(&i.Version, &i.Standby, &i.Bytes, &i.MaxConnections, &i.Connections)
	if err != nil {
		return err
	}
	var micros int64
	i.Before = now()
	err = pool.QueryRowContext(ctx, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)").Scan(&micros)
	i.After, i.Clock = now(), time.UnixMicro(micros).UTC()
	return err
}

// readFor bounds how long SQLite's file is read.
const readFor = 4 * time.Second

func (i *Inspection) sqlite(ctx context.Context, pool *sql.DB, path string) error {
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			i.Bytes += info.Size()
		}
	}
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	err := pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&i.Broken)
	switch {
	case ctx.Err() != nil:
		i.Broken = ""
		return nil
	case err != nil:
		i.Broken = err.Error()
	case i.Broken == "ok":
		i.Broken, i.Read = "", true
	}
	return nil
}

// InUse says whether a node works with the data folder. It changes nothing.
func InUse(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "firehall.lock"))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// Skew returns how far this machine's clock is ahead of PostgreSQL's, at least;
// 0 on SQLite, which has no clock of its own.
func (d *DB) Skew(ctx context.Context) (time.Duration, error) {
	w, ok := d.writer.(*postgresWriter)
	if !ok {
		return 0, nil
	}
	var micros int64
	before := d.Now()
	err := w.pool.QueryRowContext(ctx, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)").Scan(&micros)
	after, there := d.Now(), time.UnixMicro(micros)
	switch {
	case err != nil:
		return 0, fmt.Errorf("ask PostgreSQL for its time: %w", err)
	case before.After(there):
		return before.Sub(there), nil
	case after.Before(there):
		return after.Sub(there), nil
	}
	return 0, nil
}
