package store

import (
	"context"
	"fmt"
	"time"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Thing names one thing of the setup.
type Thing struct {
	Kind string // as in the setup file: people, teams, …
	Name string
}

// Doc is a document of the setup to write.
type Doc struct {
	Thing
	Doc any
}

// Base is what the setup file of one hand last said of a thing.
type Base struct {
	Thing
	Form   string    // the thing as the setup file has it, in JSON, with a mark of each secret
	GoneAt time.Time // when the thing was deleted since; zero: it was not
	GoneBy string
}

// Signature says who changed a thing of the setup last; By is "" when that was
// before it was noted.
type Signature struct {
	By string
	At time.Time
}

// Holding is how many open alerts of a service hold a policy version and have
// an owner ("" is nobody).
type Holding struct {
	Service id.Service
	Policy  id.PolicyVersion
	Owner   id.Person
	Alerts  int
}

var (
	setupTable = table{
		name: "setup", columns: []string{"kind", "name", "doc", "changed_at", "changed_by"},
		suffix: "ON CONFLICT (kind, name) DO UPDATE SET doc = excluded.doc, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
	}
	baseTable = table{
		name: "setup_bases", columns: []string{"hand", "kind", "name", "form", "said_at", "gone_at", "gone_by"},
		suffix: "ON CONFLICT (hand, kind, name) DO UPDATE SET form = excluded.form, said_at = excluded.said_at, gone_at = excluded.gone_at, gone_by = excluded.gone_by",
	}
)

// SaveDocs writes documents of the setup as somebody's change; the setup's
// version goes up once.
func (tx *Tx) SaveDocs(ctx context.Context, by string, docs []Doc) error {
	if len(docs) == 0 {
		return nil
	}
	rows := make([][]any, len(docs))
	for i, d := range docs {
		text, err := encode(d.Doc)
		if err != nil {
			return fmt.Errorf("save %s %s: %w", d.Kind, d.Name, err)
		}
		rows[i] = []any{d.Kind, d.Name, text, micros(tx.Now), by}
	}
	if err := tx.insert(ctx, setupTable, rows); err != nil {
		return err
	}
	return tx.bump(ctx)
}

// SaveBases keeps what the file of a hand says now.
func (tx *Tx) SaveBases(ctx context.Context, hand string, bases []Base) error {
	rows := make([][]any, len(bases))
	for i, b := range bases {
		rows[i] = []any{hand, b.Kind, b.Name, b.Form, micros(tx.Now), int64(0), ""}
	}
	return tx.insert(ctx, baseTable, rows)
}

// DeleteBase forgets what the file of a hand said of a thing.
func (tx *Tx) DeleteBase(ctx context.Context, hand string, t Thing) error {
	return tx.q.DeleteBase(ctx, db.DeleteBaseParams{Hand: hand, Kind: t.Kind, Name: t.Name})
}

// MarkGone notes, for every hand whose file says something of a thing, that
// somebody deleted it.
func (tx *Tx) MarkGone(ctx context.Context, t Thing, by string) error {
	return tx.q.MarkBaseGone(ctx, db.MarkBaseGoneParams{Kind: t.Kind, Name: t.Name, GoneAt: micros(tx.Now), GoneBy: by})
}

// Bases returns what the file of a hand last said of each thing.
func (r reader) Bases(ctx context.Context, hand string) (map[Thing]Base, error) {
	rows, err := r.q.Bases(ctx, hand)
	if err != nil {
		return nil, fmt.Errorf("read what %s applied: %w", hand, err)
	}
	out := make(map[Thing]Base, len(rows))
	for _, row := range rows {
		t := Thing{row.Kind, row.Name}
		out[t] = Base{Thing: t, Form: row.Form, GoneAt: instant(row.GoneAt), GoneBy: row.GoneBy}
	}
	return out, nil
}

// Signatures returns who changed each thing of the setup last.
func (r reader) Signatures(ctx context.Context) (map[Thing]Signature, error) {
	rows, err := r.q.SetupSignatures(ctx)
	out := make(map[Thing]Signature, len(rows))
	for _, row := range rows {
		out[Thing{row.Kind, row.Name}] = Signature{row.ChangedBy, instant(row.ChangedAt)}
	}
	return out, err
}

// Holdings returns what the open alerts hold, in no particular order.
func (r reader) Holdings(ctx context.Context) ([]Holding, error) {
	rows, err := r.q.OpenAlertsBy(ctx)
	out := make([]Holding, len(rows))
	for i, row := range rows {
		out[i] = Holding{id.Service(row.Service), id.PolicyVersion(row.Policy), id.Person(row.Owner), int(row.N)}
	}
	return out, err
}
