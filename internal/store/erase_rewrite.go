package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"firehall/internal/store/db"
)

// Rewriter is how the traces of somebody are rewritten.
type Rewriter interface {
	Name(string) string       // a lasting name, or another text that is all of a field
	Ours(string) string       // a sentence that the product wrote
	Theirs(string) string     // what people or providers wrote
	Mentions(raw []byte) bool // whether a document may hold a trace
}

// rewriteRows is how many rows one transaction rewrites.
const rewriteRows = 1000

// Rewrites are the tables that are rewritten in batches, in their order: what
// is written from a send has its names from there. Each continues after a
// mark, "" is the start, and returns where the next one goes on; "" at the end.
var Rewrites = []func(*Tx, context.Context, Rewriter, string) (string, error){
	(*Tx).rewriteSends, (*Tx).rewritePages, (*Tx).rewriteOwners, (*Tx).rewriteEntries, (*Tx).rewriteAudit, (*Tx).rewritePolicies,
}

func (tx *Tx) rewriteSends(ctx context.Context, rw Rewriter, after string) (string, error) {
	if err := tx.flushSends(ctx); err != nil {
		return "", err
	}
	rows, err := tx.q.SendsFrom(ctx, db.SendsFromParams{After: after, N: rewriteRows})
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.ID
		p := db.RewriteSendParams{ID: row.ID, Person: rw.Name(row.Person), Reason: rw.Ours(row.Reason), Words: rw.Theirs(row.Words)}
		if p.Person == row.Person && p.Reason == row.Reason && p.Words == row.Words {
			continue
		}
		if err := tx.q.RewriteSend(ctx, p); err != nil {
			return "", err
		}
	}
	return more(rows, next), nil
}

func (tx *Tx) rewritePages(ctx context.Context, rw Rewriter, after string) (string, error) {
	rows, err := tx.q.PagesFrom(ctx, db.PagesFromParams{After: after, N: rewriteRows})
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.ID
		p := db.RewritePageParams{ID: row.ID, Person: rw.Name(row.Person), Reason: rw.Ours(row.Reason)}
		if p.Person == row.Person && p.Reason == row.Reason {
			continue
		}
		if err := tx.q.RewritePage(ctx, p); err != nil {
			return "", err
		}
	}
	return more(rows, next), nil
}

func (tx *Tx) rewriteOwners(ctx context.Context, rw Rewriter, after string) (string, error) {
	rows, err := tx.q.AlertsFrom(ctx, db.AlertsFromParams{After: after, N: rewriteRows})
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.ID
		if as := rw.Name(row.Owner); as != row.Owner {
			if err := tx.q.SetOwner(ctx, db.SetOwnerParams{ID: row.ID, Owner: as, Was: row.Owner}); err != nil {
				return "", err
			}
		}
	}
	return more(rows, next), nil
}

// rewriteEntries goes on after a mark "alert entry".
func (tx *Tx) rewriteEntries(ctx context.Context, rw Rewriter, after string) (string, error) {
	var from db.EntriesFromParams
	_, _ = fmt.Sscan(after, &from.Alert, &from.After)
	from.N = rewriteRows
	rows, err := tx.q.EntriesFrom(ctx, from)
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.Alert + " " + row.ID
		doc, changed, err := rewriteDoc(rw, row.Doc)
		if err != nil {
			return "", fmt.Errorf("rewrite entry %s: %w", row.ID, err)
		}
		if changed {
			if err := tx.q.RewriteEntry(ctx, db.RewriteEntryParams{Alert: row.Alert, ID: row.ID, Doc: doc}); err != nil {
				return "", err
			}
		}
	}
	return more(rows, next), nil
}

func (tx *Tx) rewriteAudit(ctx context.Context, rw Rewriter, after string) (string, error) {
	rows, err := tx.q.AuditFrom(ctx, db.AuditFromParams{After: after, N: rewriteRows})
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.ID
		doc, changed, err := rewriteDoc(rw, row.Doc)
		if err != nil {
			return "", fmt.Errorf("rewrite audit %s: %w", row.ID, err)
		}
		p := db.RewriteAuditParams{ID: row.ID, Actor: rw.Name(row.Actor), Target: rw.Name(row.Target), Doc: doc}
		if changed || p.Actor != row.Actor || p.Target != row.Target {
			if err := tx.q.RewriteAudit(ctx, p); err != nil {
				return "", err
			}
		}
	}
	return more(rows, next), nil
}

func (tx *Tx) rewritePolicies(ctx context.Context, rw Rewriter, after string) (string, error) {
	rows, err := tx.q.PolicyVersions(ctx, db.PolicyVersionsParams{After: after, N: rewriteRows})
	if err != nil {
		return "", err
	}
	next := ""
	for _, row := range rows {
		next = row.ID
		doc, changed, err := rewriteDoc(rw, row.Doc)
		if err != nil {
			return "", fmt.Errorf("rewrite policy version %s: %w", row.ID, err)
		}
		if changed {
			if err := tx.q.RewritePolicyVersion(ctx, db.RewritePolicyVersionParams{ID: row.ID, Doc: doc}); err != nil {
				return "", err
			}
		}
	}
	return more(rows, next), nil
}

// RewriteSmall rewrites what is few: overrides, what files said, and who made
// tokens and changed the setup. What the person's own files said is forgotten.
func (tx *Tx) RewriteSmall(ctx context.Context, rw Rewriter, was, as string) error {
	if err := tx.q.RewriteTokenMaker(ctx, db.RewriteTokenMakerParams{Maker: as, Was: was}); err != nil {
		return err
	}
	if err := tx.q.RewriteSigner(ctx, db.RewriteSignerParams{Signer: as, Was: was}); err != nil {
		return err
	}
	if err := tx.q.DeleteBasesOf(ctx, was); err != nil {
		return err
	}
	for after := ""; ; {
		rows, err := tx.q.OverridesFrom(ctx, db.OverridesFromParams{After: after, N: rewriteRows})
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.ID
			doc, changed, err := rewriteDoc(rw, row.Doc)
			if err != nil {
				return fmt.Errorf("rewrite override %s: %w", row.ID, err)
			}
			if changed {
				if err := tx.q.RewriteOverride(ctx, db.RewriteOverrideParams{ID: row.ID, Doc: doc}); err != nil {
					return err
				}
			}
		}
		if len(rows) < rewriteRows {
			break
		}
	}
	return tx.rewriteBases(ctx, rw, was)
}

// rewriteBases rewrites what files said, and forgets what they said of the
// person.
func (tx *Tx) rewriteBases(ctx context.Context, rw Rewriter, was string) error {
	rows, err := tx.q.AllBases(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Kind == KindPerson && row.Name == was {
			if err := tx.q.DeleteBase(ctx, db.DeleteBaseParams{Hand: row.Hand, Kind: row.Kind, Name: row.Name}); err != nil {
				return err
			}
			continue
		}
		doc, changed, err := rewriteDoc(rw, []byte(row.Form))
		if err != nil {
			return fmt.Errorf("rewrite what %s said of %s: %w", row.Hand, row.Name, err)
		}
		if by := rw.Name(row.GoneBy); changed || by != row.GoneBy {
			if err := tx.q.RewriteBase(ctx, db.RewriteBaseParams{Hand: row.Hand, Kind: row.Kind, Name: row.Name, Form: string(doc), GoneBy: by}); err != nil {
				return err
			}
		}
	}
	return nil
}

// more returns where to go on after rows, "" when they were the last.
func more[T any](rows []T, next string) string {
	if len(rows) < rewriteRows {
		return ""
	}
	return next
}

// The keys of documents: ofPeople name people, or targets that may be people,
// ours are sentences of the product, and theirs people or providers wrote. What
// has another key names something else, which may share a person's name.
var (
	ofPeople = keysOf("by", "person", "people", "users", "members", "managers", "page", "fallback", "add", "remove", "replaces", "successor")
	ours     = keysOf("reason", "changes")
	theirs   = keysOf("text")
)

func keysOf(keys ...string) map[string]bool {
	out := map[string]bool{}
	for _, key := range keys {
		out[key] = true
	}
	return out
}

// rewriteDoc rewrites the texts of a JSON document.
func rewriteDoc(rw Rewriter, doc []byte) ([]byte, bool, error) {
	if !rw.Mentions(doc) {
		return doc, false, nil
	}
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		return nil, false, err
	}
	out := rewriteValue(rw, "", v)
	if reflect.DeepEqual(v, out) {
		return doc, false, nil
	}
	text, err := encode(out)
	return text, true, err
}

func rewriteValue(rw Rewriter, key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, one := range v {
			out[k] = rewriteValue(rw, k, one)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = rewriteValue(rw, key, one)
		}
		return out
	case string:
		switch {
		case theirs[key]:
			return rw.Theirs(v)
		case ofPeople[key]:
			return rw.Name(v)
		case ours[key]:
			return rw.Ours(v)
		}
	}
	return v
}
