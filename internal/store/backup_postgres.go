package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// fillFromPostgres copies the rows of one snapshot into a fresh file, and
// returns how many each table had in it.
func (d *DB) fillFromPostgres(ctx context.Context, to string) (map[string]int64, error) {
	file, err := openFile(to, "_pragma=synchronous(0)", "_pragma=journal_mode(OFF)")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	from, err := d.writer.(*postgresWriter).pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = from.Rollback() }() // nothing to keep
	if err := unhurried(ctx, from); err != nil {
		return nil, err
	}
	version, err := versionOf(ctx, from)
	if err != nil {
		return nil, err
	}
	if err := migrateTo(ctx, file, false, migrationFiles(), min(version, newestMigration())); err != nil {
		return nil, err
	}
	sheets, err := sheetsOf(ctx, file)
	if err != nil {
		return nil, err
	}
	into, err := file.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = into.Rollback() }() // nothing to undo after a commit
	counts := map[string]int64{}
	for _, s := range sheets {
		if counts[s.name], err = s.copyToSQLite(ctx, from, into); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return counts, errors.Join(into.Commit(), file.Close())
}

// unhurried lets one transaction read and write whole tables, however long
// that takes.
func unhurried(ctx context.Context, on runner) error {
	for _, text := range []string{
		"SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0", "SET LOCAL enable_seqscan = on",
	} {
		if _, err := on.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("prepare a long transaction: %w", err)
		}
	}
	return nil
}

// rowsAtOnce is how many rows a statement writes into a file.
const rowsAtOnce = 20

// copyToSQLite writes all rows of a sheet into a file and returns how many.
func (s sheet) copyToSQLite(ctx context.Context, from querier, into runner) (int64, error) {
	if _, err := into.ExecContext(ctx, "DELETE FROM "+quoted(s.name)); err != nil { // what a migration has put there
		return 0, err
	}
	rows, err := s.read(ctx, from, false, true)
	if err != nil {
		return 0, err
	}
	defer rows.close()
	var args []any
	pace := newPacer()
	for rows.Next() {
		args = append(args, rows.values...)
		if len(args) == rowsAtOnce*len(s.columns) {
			if err := s.write(ctx, into, args); err != nil {
				return 0, err
			}
			args = args[:0]
		}
		if rows.n%portionRows == 0 {
			if err := pace.rest(ctx); err != nil {
				return 0, err
			}
		}
	}
	if rows.Err() != nil {
		return 0, rows.Err()
	}
	return rows.n, s.write(ctx, into, args)
}

// write writes the values of some rows.
func (s sheet) write(ctx context.Context, into runner, args []any) error {
	if len(args) == 0 {
		return nil
	}
	row := "(" + strings.Repeat("?, ", len(s.columns)-1) + "?)"
	n := len(args) / len(s.columns)
	text := "INSERT INTO " + quoted(s.name) + " (" + s.quotedColumns() + ") VALUES " + strings.Repeat(row+", ", n-1) + row
	_, err := into.ExecContext(ctx, text, args...)
	return err
}
