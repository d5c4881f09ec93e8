package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"firehall/internal/fault"
	"firehall/internal/store/db"
)

// Restored is what a restore has done.
type Restored struct {
	Copy
	Held  int    // alerts that wait for somebody to resume
	Aside string // where the database is kept that was there before; "" when there was none
}

// Restore puts a copy in the place of a database, on either kind, and holds
// the alerts in it until somebody resumes. A copy with older tables is brought
// up to date. The copy is left as it is, and so is the database when this
// fails or is broken off.
//
// It fails with fault.Conflict when a node runs, and when the database is not
// empty unless it is to be replaced; what SQLite had is then kept aside. Suits
// says whether the secret key at hand is the copy's; it is asked before
// anything is changed.
func Restore(ctx context.Context, c Config, path string, replace bool, suits func(Copy) error) (Restored, error) {
	from, err := OpenCopy(ctx, path, true)
	if err != nil {
		return Restored{}, err
	}
	if err := suits(from); err != nil {
		return Restored{}, err
	}
	if c.URL != "" {
		return restorePostgres(ctx, c, from, replace)
	}
	return restoreSQLite(ctx, c, from, replace)
}

func restoreSQLite(ctx context.Context, c Config, from Copy, replace bool) (Restored, error) {
	lock := &DB{config: c}
	defer func() { _ = lock.Close() }()
	if err := lockFolder(lock); err != nil {
		return Restored{}, err
	}
	path := filepath.Join(c.Dir, File)
	found, err := foldLog(ctx, path)
	if err != nil {
		return Restored{}, err
	}
	if found && !replace {
		return Restored{}, notEmpty("the data folder " + c.Dir)
	}
	part, held, err := prepared(ctx, from, path)
	if err != nil {
		return Restored{}, err
	}
	defer func() { _ = os.Remove(part) }() // it has its name by then, or must go
	out := Restored{Copy: from, Held: held}
	if found {
		out.Aside = fmt.Sprintf("%s.before-restore-%s", path, c.Now().UTC().Format("20060102T150405Z"))
		if err := keepAside(path, out.Aside); err != nil {
			return out, fmt.Errorf("keep the database aside: %w", err)
		}
	}
	return out, finish(part, path)
}

// keepAside gives a database a second name. A log is left beside it only when
// it could not be read: that goes along, so that it spoils nothing.
func keepAside(path, aside string) error {
	if err := os.Link(path, aside); err != nil {
		return err
	}
	for _, end := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Rename(path+end, aside+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func notEmpty(what string) error {
	return fault.New(fault.Conflict, "%s holds a database with something in it; restore into an empty one, or replace it with --replace", what)
}

// foldLog makes a database of SQLite one file without a log, and says whether
// it holds anything.
func foldLog(ctx context.Context, path string) (found bool, err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	pool, err := openFile(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = pool.Close() }()
	var mode string
	if err := pool.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err != nil {
		return true, nil // it cannot be read: whatever it is, it is not empty
	}
	sheets, err := sheetsOf(ctx, pool)
	if err != nil {
		return true, nil
	}
	found, err = anything(ctx, pool, sheets)
	return found, errors.Join(err, pool.Close())
}

// anything says whether a database holds more than a first start leaves.
func anything(ctx context.Context, on querier, sheets []sheet) (bool, error) {
	for _, s := range sheets {
		if s.name == "facts" || s.name == "setup_version" {
			continue
		}
		n, err := s.count(ctx, on)
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// prepared returns a draft beside a path with what a copy holds: its tables up
// to date and its alerts held.
func prepared(ctx context.Context, from Copy, path string) (part string, held int, err error) {
	if part, err = draft(path); err != nil {
		return "", 0, err
	}
	if err := copyFile(from.Path, part); err != nil {
		return part, 0, fmt.Errorf("copy %s: %w", from.Path, err)
	}
	if err := knownFile(ctx, part); err != nil { // the file may be another one by now
		return part, 0, err
	}
	pool, err := openFile(part)
	if err != nil {
		return part, 0, err
	}
	defer func() { _ = pool.Close() }()
	if err := migrate(ctx, pool, false); err != nil {
		return part, 0, err
	}
	if held, err = holdAll(ctx, pool); err != nil {
		return part, 0, err
	}
	return part, held, pool.Close()
}

// holdAll has all alerts wait for somebody to resume, in one transaction.
func holdAll(ctx context.Context, pool *sql.DB) (int, error) {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after a commit
	held, err := markRestored(ctx, db.New(tx))
	if err != nil {
		return 0, fmt.Errorf("hold the alerts: %w", err)
	}
	return held, tx.Commit()
}

func markRestored(ctx context.Context, q *db.Queries) (int, error) {
	if _, err := q.DeleteHeld(ctx); err != nil { // those of an earlier restore are among them
		return 0, err
	}
	if err := q.HoldAlerts(ctx); err != nil {
		return 0, err
	}
	for _, name := range []string{FactMadeAt, FactBackup} { // of the copy, and of where it was made
		if err := q.DeleteFact(ctx, name); err != nil {
			return 0, err
		}
	}
	held, err := q.CountHeld(ctx)
	return int(held), err
}

// copyFile writes what one file holds into another one that is there.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
