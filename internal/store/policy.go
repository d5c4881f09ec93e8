package store

import (
	"context"
	"encoding/json"
	"fmt"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// AddPolicyVersion keeps a policy as it is now and returns the version's id.
func (tx *Tx) AddPolicyVersion(ctx context.Context, p escalation.Policy) (id.PolicyVersion, error) {
	doc, err := encode(p)
	if err != nil {
		return "", err
	}
	n := tx.NewID(id.PrefixPolicyVersion)
	err = tx.q.AddPolicyVersion(ctx, db.AddPolicyVersionParams{ID: n, Policy: string(p.Name), Doc: doc, CreatedAt: micros(tx.Now)})
	return id.PolicyVersion(n), err
}

// PolicyVersion returns a policy as an alert holds it. It fails when there is
// none: versions are never deleted.
func (r reader) PolicyVersion(ctx context.Context, n id.PolicyVersion) (escalation.Policy, error) {
	row, err := r.q.PolicyVersion(ctx, string(n))
	if err != nil {
		return escalation.Policy{}, fmt.Errorf("load policy version %s: %w", n, err)
	}
	p := escalation.Policy{Name: id.Policy(row.Policy)}
	return p, json.Unmarshal(row.Doc, &p)
}
