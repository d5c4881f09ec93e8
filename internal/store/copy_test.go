package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

func TestWhichDocumentsSayTheSame(t *testing.T) {
	tests := map[string]struct {
		a, b string
		same bool
	}{
		"order and space":             {`{"a":1,"b":[true,null]}`, `{"b": [true, null], "a": 1}`, true},
		"a number of 20 digits":       {`{"n":12345678901234567890}`, `{"n": 12345678901234567890}`, true},
		"another last digit of 20":    {`{"n":12345678901234567890}`, `{"n": 12345678901234567891}`, false},
		"a power of ten":              {`{"n":1e2}`, `{"n": 100}`, true},
		"zeros behind the point":      {`{"n":-1.50}`, `{"n": -1.5}`, true},
		"a small power of ten":        {`{"n":1.5e-3}`, `{"n": 0.0015}`, true},
		"nothing with a sign":         {`{"n":-0}`, `{"n": 0.00}`, true},
		"one and minus one":           {`{"n":1}`, `{"n":-1}`, false},
		"a number and its text":       {`{"n":1}`, `{"n":"1"}`, false},
		"an escaped letter":           {`{"t":"\u00fc"}`, `{"t": "ü"}`, true},
		"a member too many":           {`{"a":1}`, `{"a":1,"b":null}`, false},
		"a list in another order":     {`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		"what is no document":         {`{"a":`, `{"a":`, false},
		"more behind the document":    {`{} {}`, `{}  {}`, false},
		"ten and one with a far zero": {`{"n":10}`, `{"n":1}`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := sameJSON([]byte(test.a), []byte(test.b)); got != test.same {
				t.Errorf("%s and %s: %v", test.a, test.b, got)
			}
		})
	}
}

// oddDoc is a document that a careless copy changes.
const oddDoc = `{"n":12345678901234567890,"f":1e2,"z":1.50,"t":"ü\u2028<b>😀","a":[null,true,{"b":""}]}`

// odd returns the value of a column in a row that a careless copy changes.
func (c column) odd(row int) any {
	switch c.kind {
	case "BIGINT":
		return int64(row+1)<<40 + 7
	case "BOOLEAN":
		return row%2 == 0
	case "BYTEA":
		return []byte(strings.Repeat("\x00\xff\x80'", row))
	case "JSONB":
		return []byte(strings.Replace(oddDoc, `"z"`, fmt.Sprintf(`"z%d"`, row), 1))
	}
	return fmt.Sprintf("%c %c ü 😀 'x\"%d", 'a'+rune(row%26), 'Z'-rune(row%26), row)
}

// fillOddly puts rows into every table of a database.
func fillOddly(t *testing.T, on *sql.DB, sheets []sheet, rows int, postgres bool) {
	t.Helper()
	for _, s := range sheets {
		if s.name == "setup_version" || s.name == "facts" { // a node reads these
			continue
		}
		for row := range rows {
			marks, values := make([]string, len(s.columns)), make([]any, len(s.columns))
			for i, c := range s.columns {
				marks[i], values[i] = "?", c.odd(row)
				if s.name == "setup" && c.name == "kind" { // a node reads it
					values[i] = KindTeam
				}
				if postgres {
					marks[i] = fmt.Sprintf("$%d", i+1)
				}
			}
			text := "INSERT INTO " + s.name + " (" + strings.Join(s.columnNames(), ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
			if _, err := on.ExecContext(t.Context(), text, values...); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
		}
	}
}

// newestSheets returns the tables as they are now.
func newestSheets(t *testing.T) []sheet {
	t.Helper()
	file := scratch(t)
	if err := migrate(t.Context(), file, false); err != nil {
		t.Fatal(err)
	}
	return must(sheetsOf(t.Context(), file))(&world{T: t})
}

// scratch returns an empty file of SQLite.
func scratch(t *testing.T) *sql.DB {
	t.Helper()
	file, err := openFile(t.TempDir() + "/scratch.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// rawly returns the database of a world without the store around it.
func (w *world) rawly() *sql.DB {
	w.Helper()
	var pool *sql.DB
	var err error
	if w.config.URL != "" {
		pool, err = dialPostgres(w.Context(), w.config.URL)
	} else {
		pool, err = sql.Open("sqlite", sqliteDSN(w.config.Dir+"/"+File))
	}
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = pool.Close() })
	return pool
}

// fill puts odd rows into every table.
func (w *world) fill(rows int) {
	w.Helper()
	fillOddly(w.T, w.rawly(), newestSheets(w.T), rows, w.config.URL != "")
}

// holds fails unless a database holds the same rows as a file, but for facts.
func (w *world) holds(file string) {
	w.Helper()
	from, err := openFile(file, "mode=ro")
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	pool := w.rawly()
	for _, s := range newestSheets(w.T) {
		if s.name == "facts" || s.name == "held" {
			continue
		}
		if _, err := s.compare(context.Background(), from, pool, w.config.URL != ""); err != nil {
			w.Error(err)
		}
	}
}

func TestEveryTableCanBeCopied(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{"TEXT": true, "BIGINT": true, "BOOLEAN": true, "BYTEA": true, "JSONB": true}
	for _, s := range newestSheets(t) {
		keyed := false
		for _, c := range s.columns {
			if !kinds[c.kind] {
				t.Errorf("%s.%s is %s, which backups and moves do not know", s.name, c.name, c.kind)
			}
			if c.key > 0 {
				keyed = true
				if c.kind != "TEXT" && c.kind != "BIGINT" {
					t.Errorf("%s.%s is a key and %s: the databases sort it differently", s.name, c.name, c.kind)
				}
			}
		}
		if !keyed {
			t.Errorf("%s has no primary key, by which rows are compared", s.name)
		}
	}
}
