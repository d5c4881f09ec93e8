package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"firehall/internal/fault"
	"firehall/internal/store/db"
)

// alone is a connection to PostgreSQL that no node may be beside.
type alone struct {
	pool *sql.DB
	conn *sql.Conn
}

// takeHouse connects to a PostgreSQL whose nodes have stopped, keeps them from
// starting, and brings the tables up to date. It fails with fault.Conflict
// while a node runs.
func takeHouse(ctx context.Context, address string) (*alone, error) {
	pool, err := dialPostgres(ctx, address)
	if err != nil {
		return nil, err
	}
	h := &alone{pool: pool}
	if err := h.enter(ctx); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *alone) enter(ctx context.Context) (err error) {
	if h.conn, err = h.pool.Conn(ctx); err != nil {
		return err
	}
	var free bool
	if err := h.conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", house).Scan(&free); err != nil {
		return fmt.Errorf("look whether a node runs: %w", err)
	}
	if !free {
		return fault.New(fault.Conflict, "a node runs on this PostgreSQL database, or another restore or move does; stop all nodes and try again")
	}
	return migrate(ctx, h.pool, true)
}

// close gives the house back with the connection.
func (h *alone) close() {
	if h.conn != nil {
		_, _ = h.conn.ExecContext(context.Background(), "SELECT pg_advisory_unlock_all()")
		_ = h.conn.Close()
	}
	_ = h.pool.Close()
}

// do runs fn in one transaction on the connection that holds the house, as
// long as it takes.
func (h *alone) do(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := h.conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after a commit
	if err := unhurried(ctx, tx); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// fill replaces the rows of a sheet by those of a file, within a transaction
// that h.do runs, and returns how many they are.
func (h *alone) fill(ctx context.Context, tx *sql.Tx, s sheet, from querier) (int64, error) {
	rows, err := s.read(ctx, from, false, false)
	if err != nil {
		return 0, err
	}
	defer rows.close()
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+quoted(s.name)+s.where()); err != nil {
		return 0, fmt.Errorf("empty %s: %w", s.name, err)
	}
	err = h.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("this driver of PostgreSQL cannot copy rows")
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{s.name}, s.columnNames(), rows)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("fill %s: %w", s.name, err)
	}
	return rows.n, nil
}

// restorePostgres restores in one transaction: it is done whole or not at all.
func restorePostgres(ctx context.Context, c Config, from Copy, replace bool) (Restored, error) {
	h, err := takeHouse(ctx, c.URL)
	if err != nil {
		return Restored{}, err
	}
	defer h.close()
	folder, err := roomBeside(from.Path, c.Dir)
	if err != nil {
		return Restored{}, fmt.Errorf("make a folder for the copy: %w", err)
	}
	defer folder.remove()
	part, held, err := prepared(ctx, from, filepath.Join(folder.path, File))
	if err != nil {
		return Restored{}, err
	}
	file, err := openFile(part, "mode=ro")
	if err != nil {
		return Restored{}, err
	}
	defer func() { _ = file.Close() }()
	err = h.do(ctx, func(tx *sql.Tx) error { return h.refill(ctx, tx, file, replace) })
	return Restored{Copy: from, Held: held}, err
}

// refill makes all tables hold what a file does, and compares every row.
func (h *alone) refill(ctx context.Context, tx *sql.Tx, file *sql.DB, replace bool) error {
	sheets, err := ownSheets(ctx)
	if err != nil {
		return err
	}
	found, err := anything(ctx, tx, sheets)
	if err != nil {
		return err
	}
	if found && !replace {
		return notEmpty("the PostgreSQL database")
	}
	for _, s := range sheets {
		if _, err := h.fill(ctx, tx, s, file); err != nil {
			return err
		}
		if _, err := s.compare(ctx, file, tx, true); err != nil {
			return err
		}
	}
	return db.New(tx).DeleteFact(ctx, FactMoving) // of a move that this one makes void
}

// AddressOf returns where a PostgreSQL database is, without its password.
func AddressOf(address string) string {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return "PostgreSQL"
	}
	return strings.TrimSuffix(fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database), "/")
}
