package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"firehall/internal/fault"
)

// A file can bring more than rows: a trigger or a view runs whenever somebody
// uses a table. So a copy is taken only when its tables, indexes, triggers and
// views are those that the migrations make, word for word.

// piece is one table, index, trigger or view of a SQLite database, and the
// statement that made it.
type piece struct{ kind, name, table, text string }

// piecesOf returns all that a SQLite database is made of.
func piecesOf(ctx context.Context, on querier) ([]piece, error) {
	rows, err := on.QueryContext(ctx, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY name, type")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []piece
	for rows.Next() {
		var p piece
		if err := rows.Scan(&p.kind, &p.name, &p.table, &p.text); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// fresh returns an empty database in memory whose tables have a version.
func fresh(ctx context.Context, version int64) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1) // each connection has a memory of its own
	if err := migrateTo(ctx, pool, false, migrationFiles(), version); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return pool, nil
}

// ownPieces returns what a database of a version is made of.
func ownPieces(ctx context.Context, version int64) ([]piece, error) {
	pool, err := fresh(ctx, version)
	if err != nil {
		return nil, err
	}
	defer func() { _ = pool.Close() }()
	return piecesOf(ctx, pool)
}

// ownSheets returns the tables of this program, sorted by name.
func ownSheets(ctx context.Context) ([]sheet, error) {
	pool, err := fresh(ctx, newestMigration())
	if err != nil {
		return nil, err
	}
	defer func() { _ = pool.Close() }()
	return sheetsOf(ctx, pool)
}

// statistics are tables of SQLite's own, which it makes when it is told to
// look how its indexes are used.
var statistics = []piece{
	{"table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"},
	{"table", "sqlite_stat4", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"},
}

// known reads the version of a copy's tables, and fails with fault.Invalid
// when it is not made of what that version is made of, and with fault.Conflict
// when this program does not know the version. Nothing else may be run on the
// copy before.
func (c *Copy) known(ctx context.Context, pool *sql.DB) error {
	found, err := piecesOf(ctx, pool)
	if err != nil {
		return fault.New(fault.Invalid, "%s is not a backup of Firehall, or it is damaged: %s", c.Path, err)
	}
	own, err := ownPieces(ctx, newestMigration())
	if err != nil {
		return err
	}
	if !sameNamed(found, own, versionTable) { // before it is asked for the version
		return fault.New(fault.Invalid, "%s is not a backup of Firehall", c.Path)
	}
	if c.Version, err = versionOf(ctx, pool); err != nil || c.Version <= 0 {
		return fault.New(fault.Invalid, "%s is not a backup of Firehall", c.Path)
	}
	if err := refuseNewer(c.Path, c.Version, newestMigration()); err != nil {
		return err
	}
	if own, err = ownPieces(ctx, c.Version); err != nil {
		return err
	}
	return c.refuseForeign(found, own)
}

// sameNamed says whether both lists have the same under a name, and only once.
func sameNamed(a, b []piece, name string) bool {
	other := func(p piece) bool { return !strings.EqualFold(p.name, name) }
	x, y := slices.DeleteFunc(slices.Clone(a), other), slices.DeleteFunc(slices.Clone(b), other)
	return len(x) == 1 && slices.Equal(x, y)
}

// refuseForeign fails unless a copy is made of what it must be, and names the
// first thing that is not.
func (c *Copy) refuseForeign(found, own []piece) error {
	const way = "restore another backup, and do not trust this file"
	for i, p := range found {
		if i > 0 && p == found[i-1] || !slices.Contains(own, p) && !slices.Contains(statistics, p) {
			return fault.New(fault.Invalid, "%s is not as Firehall made it: the %s %q in it is foreign or was changed; %s", c.Path, p.kind, p.name, way)
		}
	}
	for _, p := range own {
		if !slices.Contains(found, p) {
			return fault.New(fault.Invalid, "%s is not as Firehall made it: the %s %q is missing; %s", c.Path, p.kind, p.name, way)
		}
	}
	return nil
}

// knownFile is known for a file.
func knownFile(ctx context.Context, path string) error {
	pool, err := openFile(path, "mode=ro", "immutable=1")
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	return (&Copy{Path: path}).known(ctx, pool)
}

// quoted writes a name into a statement of either database.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// quotedColumns lists the columns of a sheet for a statement.
func (s sheet) quotedColumns() string {
	names := s.columnNames()
	for i, name := range names {
		names[i] = quoted(name)
	}
	return strings.Join(names, ", ")
}
