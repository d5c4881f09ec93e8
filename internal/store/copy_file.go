package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"firehall/internal/fault"
)

// Copy is what a file with a copy of the database holds, as found by opening
// it.
type Copy struct {
	Path     string
	MadeAt   time.Time
	Bytes    int64
	Rows     int64
	Version  int64  // of its tables: the newest migration that has run
	KeyCheck string // of the secret key that it belongs to; "" when no node has used it
	Keyed    bool   // it holds what a key belongs to: people, tokens or sources

	counts map[string]int64 // rows, by table
}

// OpenCopy looks whether a file is a whole copy that this program can restore,
// and returns what it holds. A thorough look reads all of it; the other one
// leaves the indexes out. It fails with fault.Invalid when the file is no
// copy, is damaged, or is made of anything that Firehall does not make, and
// with fault.Conflict when it was made by a newer version.
func OpenCopy(ctx context.Context, path string, thorough bool) (Copy, error) {
	c := Copy{Path: path, counts: map[string]int64{}}
	info, err := os.Stat(path)
	if err != nil {
		return c, fault.New(fault.Invalid, "%s cannot be read: %s", path, errors.Unwrap(err))
	}
	if !info.Mode().IsRegular() { // what is no file may never end
		return c, fault.New(fault.Invalid, "%s is not a file; name the backup's own file", path)
	}
	c.Bytes = info.Size()
	pool, err := openFile(path, "mode=ro", "immutable=1")
	if err != nil {
		return c, err
	}
	defer func() { _ = pool.Close() }()
	if err := c.known(ctx, pool); err != nil {
		return c, err
	}
	if err := c.whole(ctx, pool, thorough); err != nil {
		return c, err
	}
	return c, c.look(ctx, pool)
}

// whole fails when the file is damaged or no database at all.
func (c *Copy) whole(ctx context.Context, pool *sql.DB, thorough bool) error {
	check := "PRAGMA quick_check(1)"
	if thorough {
		check = "PRAGMA integrity_check(1)"
	}
	var verdict string
	if err := pool.QueryRowContext(ctx, check).Scan(&verdict); err != nil {
		return fault.New(fault.Invalid, "%s is not a backup of Firehall, or it is damaged: %s", c.Path, err)
	}
	if verdict != "ok" {
		return fault.New(fault.Invalid, "%s is damaged: %s; take another backup", c.Path, verdict)
	}
	return nil
}

// versionOf returns the version of a database's tables: the newest migration
// that has run.
func versionOf(ctx context.Context, on querier) (version int64, err error) {
	err = on.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versionTable+" WHERE CAST(is_applied AS INTEGER) = 1").Scan(&version)
	if err != nil {
		err = fmt.Errorf("look which version the tables have: %w", err)
	}
	return version, err
}

// look counts the rows and reads what the copy says of itself.
func (c *Copy) look(ctx context.Context, pool *sql.DB) error {
	sheets, err := sheetsOf(ctx, pool)
	if err != nil {
		return err
	}
	if c.counts, c.Rows, err = countAll(ctx, pool, sheets); err != nil {
		return err
	}
	err = pool.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM tokens) OR EXISTS (SELECT 1 FROM setup WHERE kind IN (?, ?))", KindPerson, KindSource).Scan(&c.Keyed)
	if err != nil {
		return fmt.Errorf("look for people, tokens and sources in %s: %w", c.Path, err)
	}
	facts := map[string]string{FactKeyCheck: "", FactMadeAt: ""}
	for name := range facts {
		var value string
		err := pool.QueryRowContext(ctx, "SELECT value FROM facts WHERE name = ?", name).Scan(&value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read what %s says of itself: %w", c.Path, err)
		}
		facts[name] = value
	}
	c.KeyCheck = facts[FactKeyCheck]
	c.MadeAt, _ = time.Parse(time.RFC3339, facts[FactMadeAt]) // the zero time when it does not say
	return nil
}

func countAll(ctx context.Context, on querier, sheets []sheet) (counts map[string]int64, total int64, err error) {
	counts = map[string]int64{}
	for _, s := range sheets {
		n, err := s.count(ctx, on)
		if err != nil {
			return nil, 0, err
		}
		counts[s.name] = n
		total += n
	}
	return counts, total, nil
}

// openFile opens a file of SQLite that no node uses. Statements that the file
// brings with it may call no function that has effects.
func openFile(path string, options ...string) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", fileDSN(path, append(options, "_pragma=trusted_schema(0)", fmt.Sprintf("_pragma=busy_timeout(%d)", busyWait))...))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(1)
	return pool, nil
}

func fileDSN(path string, options ...string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(options, "&")
}

// draft makes an empty file that only its owner may read, for a copy that
// takes its name once it is whole. A draft that a crash has left is replaced.
func draft(path string) (string, error) {
	part := path + ".part"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the folder of the copy: %w", err)
	}
	for _, old := range []string{part, part + "-wal", part + "-shm", part + "-journal"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("remove what an earlier copy has left: %w", err)
		}
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("make the copy's file: %w", err)
	}
	return part, f.Close()
}

// finish gives a whole draft its name, durably.
func finish(part, path string) error {
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

// syncFile makes a file, or the names in a folder, durable.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
