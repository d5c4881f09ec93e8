package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Erasure is somebody whose traces in the record are being rewritten.
type Erasure struct {
	Name  id.Person `json:"-"`
	As    id.Person `json:"as"`    // what the record calls them from now on
	First string    `json:"first"` // how others were told of them, "" is nothing
	Words []string  `json:"words"` // their name and addresses, in any text
	At    time.Time `json:"at"`
}

// SaveErasure keeps an erasure until it is done.
func (tx *Tx) SaveErasure(ctx context.Context, e Erasure) error {
	doc, err := encode(e)
	if err != nil {
		return err
	}
	return tx.q.SaveErasure(ctx, db.SaveErasureParams{Name: string(e.Name), Doc: doc})
}

// DeleteErasure forgets an erasure: it is done. Every node reads the setup
// anew, and with it what names people.
func (tx *Tx) DeleteErasure(ctx context.Context, n id.Person) error {
	if err := tx.q.DeleteErasure(ctx, string(n)); err != nil {
		return err
	}
	return tx.bump(ctx)
}

// Erasures returns those that are not done, by name.
func (r reader) Erasures(ctx context.Context) ([]Erasure, error) {
	rows, err := r.q.Erasures(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Erasure, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Doc, &out[i]); err != nil {
			return nil, fmt.Errorf("read the erasure of %s: %w", row.Name, err)
		}
		out[i].Name = id.Person(row.Name)
	}
	return out, nil
}

// WaitingFor returns the sends to somebody that wait.
func (r reader) WaitingFor(ctx context.Context, n id.Person) ([]id.Send, error) {
	list, err := r.q.WaitingFor(ctx, string(n))
	return idsOf[id.Send](list), err
}

// AskedAlone returns the alerts that wait for the answer of somebody, and of
// nobody else.
func (r reader) AskedAlone(ctx context.Context, n id.Person) ([]id.Alert, error) {
	list, err := r.q.AskedOpen(ctx, string(n))
	return idsOf[id.Alert](list), err
}
