package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline is one transaction on PostgreSQL that saves round trips: what only
// writes waits, and is sent together, in order, when something is read and at
// the commit. A write's error therefore shows at the next read, savepoint or
// commit; one whose count of rows is asked for is sent at once.
type pipeline struct {
	conn    *sql.Conn
	waiting []*write
	begun   bool // the server knows of the transaction
}

// write is a statement that returns no rows. It is its own result.
type write struct {
	on   *pipeline
	ctx  context.Context // who asked
	text string
	args []any
	rows int64
	tag  string
	sent bool
}

// what says in a few words what a statement does: its name in a .sql file, or
// how it begins.
func (w *write) what() string {
	words := strings.Fields(w.text)
	if words[0] == "--" {
		return words[2]
	}
	return strings.ToLower(strings.Join(words[:min(len(words), 3)], " "))
}

// newPipeline begins a transaction on a connection of a pool; the server hears
// of it with the first statements.
func newPipeline(ctx context.Context, pool *sql.DB) (*pipeline, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	return &pipeline{conn: conn}, nil
}

// ExecContext keeps a statement for later.
func (p *pipeline) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	w := &write{on: p, ctx: ctx, text: text, args: args}
	p.waiting = append(p.waiting, w)
	return w, nil
}

// QueryContext sends what waits and runs a statement that returns rows.
func (p *pipeline) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, text, args...)
}

// QueryRowContext sends what waits and runs a statement that returns at most
// one row. What is wrong with what waited is that row's error.
func (p *pipeline) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if err := p.send(ctx); err != nil {
		nowhere := sql.OpenDB(failed{err})
		defer func() { _ = nowhere.Close() }()
		return nowhere.QueryRowContext(ctx, text, args...)
	}
	return p.conn.QueryRowContext(ctx, text, args...)
}

// failed is a database that cannot be reached, for a reason of ours: it makes
// a row of an error.
type failed struct{ err error }

// Connect fails.
func (f failed) Connect(context.Context) (driver.Conn, error) { return nil, f.err }

// Driver returns none: there is nothing to reach.
func (f failed) Driver() driver.Driver { return nil }

// PrepareContext prepares a statement.
func (p *pipeline) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	return p.conn.PrepareContext(ctx, text)
}

// fresh says whether nothing was asked of this transaction yet.
func (p *pipeline) fresh() bool { return !p.begun && len(p.waiting) == 0 }

// begin begins the transaction and reads one number in the same round trip.
func (p *pipeline) begin(ctx context.Context, text string) (n int64, err error) {
	p.begun = true
	err = p.conn.Raw(func(on any) error {
		var batch pgx.Batch
		batch.Queue("BEGIN")
		batch.Queue(text).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
		return on.(*stdlib.Conn).Conn().SendBatch(ctx, &batch).Close()
	})
	return n, err
}

// send sends what waits in one round trip and returns the first error.
func (p *pipeline) send(ctx context.Context) error {
	list := p.waiting
	p.waiting = nil
	if !p.begun {
		list = append([]*write{{text: "BEGIN"}}, list...)
		p.begun = true
	}
	if len(list) == 0 {
		return nil
	}
	return p.conn.Raw(func(on any) error { return sendAll(ctx, on.(*stdlib.Conn).Conn(), list) })
}

func sendAll(ctx context.Context, on *pgx.Conn, list []*write) error {
	var batch pgx.Batch
	for _, w := range list {
		batch.Queue(w.text, w.args...)
	}
	results := on.SendBatch(ctx, &batch)
	for _, w := range list {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close() // says the same
			return fmt.Errorf("%s: %w", w.what(), err)
		}
		w.rows, w.tag, w.sent = tag.RowsAffected(), tag.String(), true
	}
	return results.Close()
}

// commit sends what waits and ends the transaction.
func (p *pipeline) commit(ctx context.Context) error {
	if !p.begun && len(p.waiting) == 0 {
		return nil
	}
	last := &write{text: "COMMIT"}
	p.waiting = append(p.waiting, last)
	if err := p.send(ctx); err != nil {
		return err
	}
	p.begun = false
	if last.tag != "COMMIT" {
		return errors.New("the transaction had failed before: nothing of it is kept")
	}
	return nil
}

// close gives the connection back, after undoing what was not committed. A
// connection that cannot do that is ended.
func (p *pipeline) close(ctx context.Context) {
	if p.begun {
		_ = p.conn.Raw(func(on any) error {
			if _, err := on.(*stdlib.Conn).Conn().Exec(ctx, "ROLLBACK"); err != nil {
				return driver.ErrBadConn
			}
			return nil
		})
	}
	_ = p.conn.Close()
}

// RowsAffected sends the statement, with what waits before it, and returns how
// many rows it changed.
func (w *write) RowsAffected() (int64, error) {
	if !w.sent {
		if err := w.on.send(w.ctx); err != nil {
			return 0, err
		}
	}
	return w.rows, nil
}

// LastInsertId fails: PostgreSQL has none.
func (w *write) LastInsertId() (int64, error) {
	return 0, errors.New("PostgreSQL tells no last id")
}
