package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"firehall/internal/fault"
	"firehall/internal/store/db"
)

// checked refuses text that PostgreSQL cannot hold, so that both databases
// hold the same and data can move between them.
type checked struct{ db.DBTX }

// ExecContext runs a statement that returns no rows.
func (c checked) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	return c.DBTX.ExecContext(ctx, text, args...)
}

// QueryContext runs a statement that returns rows.
func (c checked) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	return c.DBTX.QueryContext(ctx, text, args...)
}

func checkText(args []any) error {
	for _, arg := range args {
		one, ok := arg.(string)
		list, _ := arg.([]string)
		if ok && unfit(one) || slices.ContainsFunc(list, unfit) {
			return badText()
		}
	}
	return nil
}

func unfit(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }

func badText() error {
	return fault.New(fault.Invalid, "text is UTF-8 without NUL characters: take them out")
}

// escapedNUL is how JSON writes a NUL.
var escapedNUL = []byte(`\u0000`)

// encode returns v as a document. It fails when a text in it holds a NUL.
func encode(v any) ([]byte, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	for rest := doc; ; {
		i := bytes.Index(rest, escapedNUL)
		if i < 0 {
			return doc, nil
		}
		before := len(rest[:i]) - len(bytes.TrimRight(rest[:i], `\`))
		if before%2 == 0 { // else the backslash is an escaped one
			return nil, badText()
		}
		rest = rest[i+len(escapedNUL):]
	}
}
