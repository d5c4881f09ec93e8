package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"firehall/internal/fault"
	"firehall/internal/store/db"
)

// Moved is what a move has done.
type Moved struct {
	Rows int64  // copied and compared, those of an earlier try included
	To   string // where they are now
}

// move is a move from SQLite to PostgreSQL under way.
type move struct {
	from *sql.DB
	to   *alone
	note moveNote
	said func(string)
}

// moveNote is kept in the new database until the move has finished.
type moveNote struct {
	From string   `json:"from"` // the check of the secret key of what is moved
	Done []string `json:"done"` // the tables that are filled
}

// Move copies a data folder's database to an empty PostgreSQL, compares every
// row on both sides, and marks the folder as moved, so that no node starts on
// it. A move that was broken off goes on where it stopped, and until then no
// node starts on the half-filled database. Said is told each table that is
// done. It fails with fault.Conflict when a node runs on either database and
// when the new one is not empty.
func Move(ctx context.Context, c Config, to string, said func(string)) (Moved, error) {
	lock := &DB{config: c}
	defer func() { _ = lock.Close() }()
	path := filepath.Join(c.Dir, File)
	if _, err := os.Stat(path); err != nil {
		return Moved{}, fault.New(fault.NotFound, "there is no database in %s; name the data folder with --data", c.Dir)
	}
	if err := lockFolder(lock); err != nil {
		return Moved{}, err
	}
	from, err := sql.Open("sqlite", sqliteDSN(path, "_pragma=synchronous(FULL)"))
	if err != nil {
		return Moved{}, err
	}
	defer func() { _ = from.Close() }()
	if err := migrate(ctx, from, false); err != nil {
		return Moved{}, err
	}
	h, err := takeHouse(ctx, to)
	if err != nil {
		return Moved{}, err
	}
	defer h.close()
	m := &move{from: from, to: h, said: said}
	rows, err := m.run(ctx, c.Dir, AddressOf(to))
	return Moved{Rows: rows, To: AddressOf(to)}, err
}

func (m *move) run(ctx context.Context, dir, address string) (int64, error) {
	sheets, err := ownSheets(ctx)
	if err != nil {
		return 0, err
	}
	if err := m.begin(ctx, sheets, dir); err != nil {
		return 0, err
	}
	for _, s := range sheets {
		if slices.Contains(m.note.Done, s.name) {
			continue
		}
		if err := m.fill(ctx, s); err != nil {
			return 0, err
		}
	}
	total, err := m.check(ctx, sheets)
	if err != nil {
		return total, err
	}
	// The old one first: what is between must not leave both to be used.
	if err := db.New(m.from).SetFact(ctx, db.SetFactParams{Name: FactMovedTo, Value: address}); err != nil {
		return total, fmt.Errorf("mark the folder as moved: %w", err)
	}
	return total, db.New(m.to.conn).DeleteFact(ctx, FactMoving)
}

// begin notes in the new database that it is being filled, or takes an earlier
// try up where it stopped.
func (m *move) begin(ctx context.Context, sheets []sheet, dir string) error {
	was, err := factOf(ctx, db.New(m.to.conn), FactMoving)
	if err != nil {
		return err
	}
	own, err := factOf(ctx, db.New(m.from), FactKeyCheck)
	if err != nil {
		return err
	}
	if was != "" {
		if err := json.Unmarshal([]byte(was), &m.note); err != nil {
			return fmt.Errorf("read how far the move got: %w", err)
		}
		if m.note.From != own {
			return fault.New(fault.Conflict, "another installation is being moved to this PostgreSQL database; finish that move, or name an empty database")
		}
		return nil
	}
	moved, err := factOf(ctx, db.New(m.from), FactMovedTo)
	if err != nil {
		return err
	}
	if moved != "" {
		return movedError(dir, moved)
	}
	found, err := anything(ctx, m.to.conn, sheets)
	if err != nil {
		return err
	}
	if found {
		return fault.New(fault.Conflict, "the PostgreSQL database is not empty; move into an empty one")
	}
	m.note = moveNote{From: own}
	return m.to.do(ctx, func(tx *sql.Tx) error { return m.keep(ctx, tx) })
}

func (m *move) keep(ctx context.Context, tx *sql.Tx) error {
	text, err := json.Marshal(m.note)
	if err != nil {
		return err
	}
	return db.New(tx).SetFact(ctx, db.SetFactParams{Name: FactMoving, Value: string(text)})
}

// fill copies one table and notes that it is done, in one transaction.
func (m *move) fill(ctx context.Context, s sheet) error {
	var n int64
	err := m.to.do(ctx, func(tx *sql.Tx) (err error) {
		if n, err = m.to.fill(ctx, tx, s, m.from); err != nil {
			return err
		}
		m.note.Done = append(m.note.Done, s.name)
		return m.keep(ctx, tx)
	})
	if err == nil {
		m.said(fmt.Sprintf("copied   %-16s %d rows", s.name, n))
	}
	return err
}

// check compares every row of both databases and returns how many there are.
func (m *move) check(ctx context.Context, sheets []sheet) (total int64, err error) {
	err = m.to.do(ctx, func(tx *sql.Tx) error {
		for _, s := range sheets {
			n, err := s.compare(ctx, m.from, tx, true)
			if err != nil {
				return fmt.Errorf("%w; empty the PostgreSQL database and begin again", err)
			}
			total += n
		}
		return nil
	})
	if err == nil {
		m.said(fmt.Sprintf("compared %d rows on both sides: they are equal", total))
	}
	return total, err
}

// factOf is reader.Fact for a database that is not opened as a store.
func factOf(ctx context.Context, q *db.Queries, name string) (string, error) {
	value, err := q.Fact(ctx, name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}
