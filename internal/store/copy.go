package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// A copy of a database is a file of SQLite with the same tables, whichever
// database it was made of.

// sheet is a table as it is copied, whole, from one database to another.
type sheet struct {
	name    string
	columns []column
}

// column is one column of a sheet. Kind is TEXT, BIGINT, BOOLEAN, BYTEA or
// JSONB; key is its place in the primary key, 0 when it is not in it.
type column struct {
	name, kind string
	key        int
}

// querier reads: a pool, a connection or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// runner also writes.
type runner interface {
	querier
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// versionTable is where goose keeps which migrations have run.
const versionTable = "goose_db_version"

// ownFacts are facts about one database, and not about what is in it: they
// are not copied.
var ownFacts = []string{FactMoving, FactMovedTo}

// sheetsOf returns the tables of a SQLite database, sorted by name.
func sheetsOf(ctx context.Context, on querier) ([]sheet, error) {
	rows, err := on.QueryContext(ctx, `SELECT m.name, c.name, upper(c.type), c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.name <> '`+versionTable+`' ORDER BY m.name, c.cid`)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []sheet
	for rows.Next() {
		var table string
		var c column
		if err := rows.Scan(&table, &c.name, &c.kind, &c.key); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].name != table {
			out = append(out, sheet{name: table})
		}
		last := &out[len(out)-1]
		last.columns = append(last.columns, c)
	}
	return out, rows.Err()
}

func (s sheet) columnNames() []string {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = c.name
	}
	return names
}

// where leaves out the rows that are not copied.
func (s sheet) where() string {
	if s.name != "facts" {
		return ""
	}
	return " WHERE name NOT IN ('" + strings.Join(ownFacts, "', '") + "')"
}

// keys returns where the columns of the primary key are, in its order.
func (s sheet) keys() []int {
	var out []int
	for i, c := range s.columns {
		if c.key > 0 {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return s.columns[a].key - s.columns[b].key })
	return out
}

// order sorts by the primary key, by bytes on both databases.
func (s sheet) order(postgres bool) string {
	var words []string
	for _, i := range s.keys() {
		word := quoted(s.columns[i].name)
		if postgres && s.columns[i].kind == "TEXT" {
			word += ` COLLATE "C"`
		}
		words = append(words, word)
	}
	return " ORDER BY " + strings.Join(words, ", ")
}

// read returns the rows of a sheet, sorted by their key when that is wanted.
func (s sheet) read(ctx context.Context, on querier, sorted, postgres bool) (*sheetRows, error) {
	text := "SELECT " + s.quotedColumns() + " FROM " + quoted(s.name) + s.where()
	if sorted {
		text += s.order(postgres)
	}
	rows, err := on.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	r := &sheetRows{sheet: s, rows: rows, values: make([]any, len(s.columns)), into: make([]any, len(s.columns))}
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return r, nil
}

// count returns how many rows of a sheet are copied.
func (s sheet) count(ctx context.Context, on querier) (n int64, err error) {
	err = on.QueryRowContext(ctx, "SELECT count(*) FROM "+quoted(s.name)+s.where()).Scan(&n)
	if err != nil {
		err = fmt.Errorf("count the rows of %s: %w", s.name, err)
	}
	return n, err
}

// sheetRows reads rows one after another. Its Next, Values and Err are those
// of a source of pgx's CopyFrom.
type sheetRows struct {
	sheet  sheet
	rows   *sql.Rows
	values []any
	into   []any
	n      int64
	err    error
}

// Next reads the next row; false when there is none, or on an error.
func (r *sheetRows) Next() bool {
	if !r.rows.Next() {
		r.err = r.rows.Err()
		return false
	}
	if r.err = r.rows.Scan(r.into...); r.err != nil {
		return false
	}
	for i, c := range r.sheet.columns {
		r.values[i] = c.value(r.values[i])
	}
	r.n++
	return true
}

// Values returns the row that Next has read: until the next call of Next.
func (r *sheetRows) Values() ([]any, error) { return r.values, nil }

// Err returns why Next gave false; nil at the end.
func (r *sheetRows) Err() error { return r.err }

func (r *sheetRows) close() { _ = r.rows.Close() }

// name returns the key of the row that Next has read.
func (r *sheetRows) name() string {
	var parts []string
	for _, i := range r.sheet.keys() {
		parts = append(parts, fmt.Sprint(r.values[i]))
	}
	return strings.Join(parts, " ")
}

// value returns what either database's driver gave in one form: nil, string,
// int64, bool or []byte.
func (c column) value(v any) any {
	switch c.kind {
	case "BOOLEAN":
		if n, ok := v.(int64); ok {
			return n != 0
		}
	case "TEXT":
		if b, ok := v.([]byte); ok {
			return string(b)
		}
	case "BYTEA", "JSONB":
		switch b := v.(type) {
		case string:
			return []byte(b)
		case []byte: // SQLite gives a nil one for none
			return append([]byte{}, b...)
		}
	}
	return v
}
