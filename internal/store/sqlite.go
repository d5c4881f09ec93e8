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

	_ "modernc.org/sqlite" // the driver "sqlite"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// File is the name of SQLite's database in the data folder.
const File = "firehall.db"

// walLimit is how many bytes the write-ahead log may hold before it is
// written back.
const walLimit = 16 << 20

// sqliteWriter is the only connection that writes, handed out by turns.
type sqliteWriter struct {
	turns turns
	conn  *sql.Conn
	stmts *statements
}

func openSQLite(ctx context.Context, d *DB) error {
	if err := lockFolder(d); err != nil {
		return err
	}
	if err := sweepRestores(d.config.Dir); err != nil {
		d.config.Log.Warn(leftWarning, "error", err)
	}
	path := filepath.Join(d.config.Dir, File)
	sync := "_pragma=synchronous(FULL)"
	if d.config.Fleeting {
		sync = "_pragma=synchronous(OFF)"
	}
	// What is deleted is overwritten: erased people must not be readable in the file.
	pool, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate", sync, "_pragma=secure_delete(1)", "_pragma=cache_size(-32000)"))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	d.closers = append(d.closers, pool.Close)
	pool.SetMaxOpenConns(1)
	if err := migrate(ctx, pool, false); err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	d.closers = append(d.closers, conn.Close)
	w := &sqliteWriter{conn: conn, stmts: newStatements(conn)}
	d.writer = w
	readers, err := sql.Open("sqlite", sqliteDSN(path, "mode=ro", "_pragma=cache_size(-8000)"))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	d.closers = append(d.closers, readers.Close)
	readers.SetMaxOpenConns(8)
	readers.SetMaxIdleConns(4)
	readers.SetConnMaxIdleTime(time.Minute)
	d.q = db.New(checked{newStatements(readers)})
	// There is one process, so every other run is over.
	d.alive = func(_ context.Context, run id.Run) (bool, error) { return run == d.run, nil }
	d.closers = append(d.closers, startCheckpoints(w, path, d))
	return nil
}

// busyWait is how long, in milliseconds, a connection waits for another one's
// lock.
const busyWait = 5000

// sqliteDSN leaves checkpoints to one goroutine: wal_autocheckpoint is off.
func sqliteDSN(path string, options ...string) string {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + fmt.Sprintf("?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(0)", busyWait)
	for _, o := range options {
		dsn += "&" + o
	}
	return dsn
}

// lockFolder makes the data folder and keeps every other process out of it
// while this one lives.
func lockFolder(d *DB) error {
	dir := d.config.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "firehall.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	d.closers = append(d.closers, f.Close)
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another firehall uses the data folder %s; stop it, or name another folder with --data", dir)
	}
	return nil
}

func (w *sqliteWriter) postgres() bool { return false }

func (w *sqliteWriter) waiting() int { return w.turns.waiting() }

func (w *sqliteWriter) do(ctx context.Context, p Priority, fn func(db.DBTX) error) error {
	if err := w.turns.take(ctx, p); err != nil {
		return err
	}
	defer w.turns.give()
	ctx = context.WithoutCancel(ctx)
	if _, err := w.stmts.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			_, _ = w.stmts.ExecContext(ctx, "ROLLBACK")
		}
	}()
	if err := fn(w.stmts); err != nil {
		return err
	}
	if _, err := w.stmts.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

// startCheckpoints writes the log back whenever it has grown over walLimit,
// and returns what stops it. Most is copied beside the writer; the writer
// only waits for the rest.
func startCheckpoints(w *sqliteWriter, path string, d *DB) func() error {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if err := checkpoint(w, path); err != nil {
					d.config.Log.Error("the write-ahead log could not be written back", "error", err)
				}
			}
		}
	}()
	return func() error {
		close(stop)
		<-stopped
		return nil
	}
}

func checkpoint(w *sqliteWriter, path string) error {
	info, err := os.Stat(path + "-wal")
	if errors.Is(err, os.ErrNotExist) || (err == nil && info.Size() < walLimit) {
		return nil
	}
	if err != nil {
		return err
	}
	side, err := sql.Open("sqlite", sqliteDSN(path, "_pragma=synchronous(FULL)"))
	if err != nil {
		return err
	}
	defer func() { _ = side.Close() }()
	ctx := context.Background()
	var busy, log, done int
	if err := side.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &log, &done); err != nil {
		return err
	}
	if done < log/2 {
		return nil // somebody still reads what is older: the rest has to wait for them
	}
	if err := w.turns.take(ctx, Background); err != nil {
		return err
	}
	defer w.turns.give()
	return w.truncate(ctx)
}

// truncateWait bounds, in milliseconds, how long the writer waits for readers
// when it empties the log; it is tried again soon.
const truncateWait = 100

// truncate writes the rest of the log back and empties it. It changes nothing
// when somebody reads from it for longer.
func (w *sqliteWriter) truncate(ctx context.Context) (err error) {
	if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", truncateWait)); err != nil {
		return err
	}
	defer func() {
		_, back := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", busyWait))
		err = errors.Join(err, back)
	}()
	_, err = w.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
