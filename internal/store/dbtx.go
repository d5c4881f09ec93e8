package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"
)

// preparer is what a statement is prepared on: the writer's connection or the
// pool of readers.
type preparer interface {
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// statements runs queries through prepared statements, each prepared once.
// It is SQLite's DBTX: what SQLite does not know (row locks: the writer is
// alone) is cut from the text here and nowhere else.
type statements struct {
	on    preparer
	mu    sync.RWMutex
	ready map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, ready: map[string]*sql.Stmt{}}
}

func withoutLocks(text string) string {
	text = strings.Replace(text, "FOR UPDATE SKIP LOCKED", "", 1)
	return strings.Replace(text, "FOR UPDATE", "", 1)
}

// PrepareContext returns the statement for a text; it is never closed by the
// caller.
func (s *statements) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, ok := s.ready[text]
	s.mu.RUnlock()
	if ok {
		return stmt, nil
	}
	stmt, err := s.on.PrepareContext(ctx, withoutLocks(text))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other, ok := s.ready[text]; ok {
		_ = stmt.Close()
		return other, nil
	}
	s.ready[text] = stmt
	return stmt, nil
}

// ExecContext runs a statement that returns no rows.
func (s *statements) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	stmt, err := s.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext runs a statement that returns rows.
func (s *statements) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := s.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext runs a statement that returns at most one row.
func (s *statements) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	stmt, err := s.PrepareContext(ctx, text)
	if err != nil {
		return s.on.QueryRowContext(ctx, withoutLocks(text), args...) // which fails as well, and says why
	}
	return stmt.QueryRowContext(ctx, args...)
}
