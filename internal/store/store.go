// Package store holds all SQL. The same queries run on SQLite and PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Config says where the data is.
type Config struct {
	Dir    string           // the data folder, for SQLite
	URL    string           // postgres://…; "" is SQLite
	Now    func() time.Time // the clock of every transaction
	Random io.Reader        // for ids; nil is the system's
	Log    *slog.Logger

	Fleeting bool // what is written need not survive the machine: SQLite does not wait for the disk
}

// DB is the database. It is safe for use by many goroutines at once. Its
// reading methods see what was committed when they were called.
type DB struct {
	reader
	config  Config
	writer  writer
	closers []func() error
	setup   atomic.Pointer[Setup]
	wakes   chan struct{}
	holding atomic.Bool // alerts may be held since a restore
	ids     ids
	run     id.Run
	proven  proven
	alive   func(context.Context, id.Run) (bool, error)
	ended   chan error // yields once
}

// reader holds the queries that change nothing; DB and Tx share it.
type reader struct {
	q *db.Queries
}

// writer runs transactions, one way for each database.
type writer interface {
	do(ctx context.Context, p Priority, fn func(db.DBTX) error) error
	postgres() bool
	waiting() int
}

// Tx is one transaction. It must not be used after the function that it was
// given to returns.
type Tx struct {
	reader
	Now     time.Time // one instant for all that the transaction does
	raw     db.DBTX   // of the database
	on      db.DBTX   // raw, checked
	db      *DB
	wake    bool
	pending pending
	ahead   ahead
	owned   map[string]bool // see own
	known   *Setup          // as of this transaction, once it was asked for
	reload  bool
	after   []func()
}

// Open opens the database, brings its tables up to date and loads the setup.
// It fails when another process uses the data folder.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Now == nil {
		return nil, errors.New("open the store: a clock is needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	d := newDB(c)
	open := openSQLite
	if c.URL != "" {
		open = openPostgres
	}
	if err := open(ctx, d); err != nil {
		_ = d.Close()
		return nil, err
	}
	if err := d.begin(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func newDB(c Config) *DB {
	d := &DB{config: c, wakes: make(chan struct{}, 1), ended: make(chan error, 1)}
	d.ids.maker = id.NewMaker(c.Random)
	d.run = id.Run(d.ids.new(id.PrefixRun, c.Now()))
	return d
}

// Ended yields why this node must not work with the database any more, should
// it come to that: its lock was lost, and a restore or a move has it.
func (d *DB) Ended() <-chan error { return d.ended }

// begin reads what a node must know before it works.
func (d *DB) begin(ctx context.Context) error {
	if err := d.refuseUnfinished(ctx, d.config.Dir); err != nil {
		return err
	}
	held, err := d.HeldAlerts(ctx)
	if err != nil {
		return fmt.Errorf("look for alerts from before a restore: %w", err)
	}
	d.holding.Store(held > 0)
	_, err = d.loadSetup(ctx, d.reader)
	return err
}

// Close ends all connections. Transactions must have ended.
func (d *DB) Close() error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		errs = append(errs, d.closers[i]())
	}
	d.closers = nil
	return errors.Join(errs...)
}

// Run returns the name of this life of this node: its claims end with it.
func (d *DB) Run() id.Run { return d.run }

// Postgres says whether the database is PostgreSQL.
func (d *DB) Postgres() bool { return d.writer.postgres() }

// WritersWaiting returns how many wait for SQLite's writer; 0 on PostgreSQL.
func (d *DB) WritersWaiting() int { return d.writer.waiting() }

// Now returns the time as transactions see it.
func (d *DB) Now() time.Time { return d.config.Now() }

// Wakes yields when a timer was set that this process should look at.
func (d *DB) Wakes() <-chan struct{} { return d.wakes }

// Do runs fn in one urgent transaction: all of it is kept, or nothing when fn
// fails. PostgreSQL may undo a transaction to end a deadlock: then fn is run
// again, from the start.
func (d *DB) Do(ctx context.Context, fn func(*Tx) error) error {
	return d.DoAs(ctx, Urgent, fn)
}

// DoAs is Do with a priority. It does not begin when ctx ends while it waits
// for its turn. Once begun, it ends early only when fn fails: what is to be
// finished whatever happens to ctx, fn does with a context of its own.
func (d *DB) DoAs(ctx context.Context, p Priority, fn func(*Tx) error) error {
	var tx *Tx
	err := d.writer.do(ctx, p, func(on db.DBTX) error {
		safe := checked{on}
		tx = &Tx{
			reader: reader{q: db.New(safe)}, raw: on, on: safe, db: d,
			Now: d.config.Now().UTC().Truncate(time.Microsecond),
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.flush(context.WithoutCancel(ctx))
	})
	if err != nil {
		return err
	}
	d.committed(ctx, tx)
	return nil
}

// committed does what a transaction asked for after its commit. A setup that
// cannot be read again now is read by the next transaction that decides by it.
func (d *DB) committed(ctx context.Context, tx *Tx) {
	if tx.wake {
		d.Wake()
	}
	for _, fn := range tx.after {
		fn()
	}
	if !tx.reload {
		return
	}
	if _, err := d.loadSetup(context.WithoutCancel(ctx), d.reader); err != nil {
		d.config.Log.Warn("the changed setup could not be read again yet", "error", err)
	}
}

// Wake makes the engine look at its timers.
func (d *DB) Wake() {
	select {
	case d.wakes <- struct{}{}:
	default:
	}
}

// After runs fn once the transaction is committed, before Do returns.
func (tx *Tx) After(fn func()) { tx.after = append(tx.after, fn) }

// Savepoint runs fn; when fn fails what it did is undone, with what it asked
// for after the commit, and the transaction goes on.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) error {
	wake, reload, after := tx.wake, tx.reload, len(tx.after)
	if err := tx.flush(ctx); err != nil {
		return err
	}
	if err := tx.order(ctx, "SAVEPOINT one"); err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	err := fn()
	if err == nil {
		err = tx.settle(ctx)
	}
	if err != nil {
		tx.forget()
		if undo := tx.order(ctx, "ROLLBACK TO SAVEPOINT one"); undo != nil {
			return errors.Join(err, undo)
		}
		tx.wake, tx.reload, tx.after, tx.known = wake, reload, tx.after[:after], nil
	}
	return errors.Join(err, tx.order(ctx, "RELEASE SAVEPOINT one"))
}

// order has the database carry out a statement at once.
func (tx *Tx) order(ctx context.Context, text string) error {
	if _, err := tx.on.ExecContext(ctx, text); err != nil {
		return err
	}
	return tx.settle(ctx)
}

// settle has the database carry out all that was asked of it, and returns what
// fails.
func (tx *Tx) settle(ctx context.Context) error {
	if err := tx.flush(ctx); err != nil {
		return err
	}
	if p, ok := tx.raw.(*pipeline); ok {
		return p.send(ctx)
	}
	return nil
}

// forget drops what was asked for and not carried out, and what was read.
func (tx *Tx) forget() {
	tx.pending, tx.ahead = pending{}, ahead{}
	if p, ok := tx.raw.(*pipeline); ok {
		p.waiting = nil
	}
}

// NewID returns a fresh id with a prefix of package id.
func (tx *Tx) NewID(prefix string) string { return tx.db.ids.new(prefix, tx.Now) }

// ids makes ids that increase strictly over all transactions of this node.
type ids struct {
	mu    sync.Mutex
	maker *id.Maker
}

func (i *ids) new(prefix string, now time.Time) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.maker.New(prefix, now)
}

// micros returns an instant as it is stored: microseconds UTC, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// none says whether a query found no row; nor is there one for a text that
// PostgreSQL cannot hold (character_not_in_repertoire).
func none(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, sql.ErrNoRows) || (errors.As(err, &pg) && pg.Code == "22021")
}
