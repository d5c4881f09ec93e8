package action

import (
	"context"
	"encoding/json"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// ApplyOptions is how a setup file is applied.
type ApplyOptions struct {
	DryRun    bool // make the plan and change nothing
	Prune     bool // delete what is not in the file
	Overwrite bool // undo what others changed since this hand's file was applied
}

// Plan is what a setup file changes.
type Plan struct {
	Changes   []Change          `json:"changes"`             // empty: there is nothing to do
	Warnings  []string          `json:"warnings"`            // sentences about the setup as it will be
	Conflicts []Clash           `json:"conflicts,omitempty"` // what others changed since, and the file would undo
	Secrets   map[string]string `json:"secrets,omitempty"`   // what was made, by its path in the file; shown this once
	Applied   bool              `json:"applied"`             // false after a dry run
}

// Change is what becomes of one thing of the setup.
type Change struct {
	Verb    string        `json:"verb"` // create, update or delete
	Kind    string        `json:"kind"` // as in the setup file: people, teams, …
	Name    string        `json:"name"` // "" for the installation
	Fields  []FieldChange `json:"fields,omitempty"`
	Affects []string      `json:"affects,omitempty"` // who and what feels it, in sentences
}

// FieldChange is what becomes of one field. It holds no secret, and of a URL
// only the host.
type FieldChange struct {
	Path string  `json:"path"`           // within the thing, like steps[0].wait
	Old  string  `json:"old"`            // "" when it was not there
	New  string  `json:"new"`            // "" when it goes
	Base *string `json:"base,omitempty"` // what this hand's file last said, when others changed it since
}

// Apply makes the setup equal a setup file, given as JSON, in one transaction,
// and returns what that changed. What is not in the file stays, unless
// opts.Prune. Applied twice, a file changes nothing.
//
// It fails with fault.Invalid and everything that is wrong with the file, each
// at its path, and with fault.Denied for who may not do this.
func (act *Actions) Apply(ctx context.Context, by team.Actor, file json.RawMessage, opts ApplyOptions) (Plan, error) {
	if err := by.MaySetup(); err != nil {
		return Plan{}, err
	}
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return Plan{}, err
	}
	a := applying{act, by, file, opts}
	p, err := a.plan(ctx, act.DB, setup, act.DB.Now())
	if err != nil {
		return Plan{}, err
	}
	if opts.DryRun || p.idle() { // nothing is locked for nothing
		p.plan.Applied = !opts.DryRun
		return p.warned(), nil
	}
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		if setup, err = tx.LockSetup(ctx); err != nil {
			return err
		}
		if p, err = a.plan(ctx, tx, setup, tx.Now); err != nil {
			return err
		}
		if err := p.clashing(opts); err != nil {
			return err
		}
		if err := p.write(ctx, tx, by, "apply", "setup"); err != nil {
			return err
		}
		return p.remember(ctx, tx, label(by))
	})
	if err != nil {
		return Plan{}, err
	}
	p.plan.Applied, p.plan.Secrets = true, p.made
	act.Log.Info("the setup was changed", "by", label(by), "changes", len(p.plan.Changes))
	return p.warned(), nil
}

// applying is a setup file on its way.
type applying struct {
	act  *Actions
	by   team.Actor
	file []byte
	opts ApplyOptions
}

// setupReader reads what a plan shows beside the setup: as committed, or as a
// transaction sees it.
type setupReader interface {
	Bases(ctx context.Context, hand string) (map[store.Thing]store.Base, error)
	Signatures(ctx context.Context) (map[store.Thing]store.Signature, error)
	Holdings(ctx context.Context) ([]store.Holding, error)
	PolicyVersion(ctx context.Context, n id.PolicyVersion) (escalation.Policy, error)
	Erasures(ctx context.Context) ([]store.Erasure, error)
}

// plan works out what the file changes in a setup.
func (a applying) plan(ctx context.Context, from setupReader, setup *store.Setup, now time.Time) (*planner, error) {
	p := newPlanner(a.act, setup, now)
	p.prune = a.opts.Prune
	var err error
	if p.bases, err = from.Bases(ctx, label(a.by)); err != nil {
		return nil, err
	}
	if err := p.apply(a.by, a.file); err != nil {
		return nil, err
	}
	if err := p.reserved(ctx, from); err != nil {
		return nil, err
	}
	if err := p.affects(ctx, from); err != nil {
		return nil, err
	}
	return p, p.sign(ctx, from, label(a.by))
}

// write writes what a plan changes, and a line of the audit log when that is
// anything.
func (p *planner) write(ctx context.Context, tx *store.Tx, by team.Actor, action, target string) error {
	if len(p.saves)+len(p.deletes) == 0 {
		return nil
	}
	if err := p.carryOut(ctx, tx, label(by)); err != nil {
		return err
	}
	return tx.Audit(ctx, store.Deed{Actor: label(by), Action: action, Target: target, Doc: map[string]any{"changes": p.summary()}})
}

// carryOut writes the changed setup as somebody's change.
func (p *planner) carryOut(ctx context.Context, tx *store.Tx, by string) error {
	for _, t := range p.deletes {
		if err := p.remove(ctx, tx, t); err != nil {
			return err
		}
		if err := tx.MarkGone(ctx, store.Thing{Kind: t.kind, Name: t.name}, by); err != nil {
			return err
		}
	}
	docs := make([]store.Doc, len(p.saves))
	for i, s := range p.saves {
		doc, err := versioned(ctx, tx, s.doc)
		if err != nil {
			return err
		}
		docs[i] = store.Doc{Thing: store.Thing{Kind: s.kind, Name: s.name}, Doc: doc}
	}
	if err := tx.SaveDocs(ctx, by, docs); err != nil {
		return err
	}
	return p.giveBack(ctx, tx)
}

// giveBack gives the alerts of those who leave back to their policies.
func (p *planner) giveBack(ctx context.Context, tx *store.Tx) error {
	w, err := p.act.workIn(ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range p.leavers() {
		if err := w.giveBack(ctx, n, string(n)+", who had it, is "+p.barred(n)); err != nil {
			return err
		}
	}
	return nil
}

// versioned returns a document as it is written: a policy with a new version.
func versioned(ctx context.Context, tx *store.Tx, doc any) (any, error) {
	one, ok := doc.(store.Policy)
	if !ok {
		return doc, nil
	}
	version, err := tx.AddPolicyVersion(ctx, one.Policy)
	one.Version = version
	return one, err
}

// remove deletes a thing and what belongs to it alone: a person's tokens
// and what is known of their contacts, a schedule's overrides. One made later under the same name begins afresh.
func (p *planner) remove(ctx context.Context, tx *store.Tx, t thing) error {
	switch t.kind {
	case store.KindPerson:
		if err := deleteTokens(ctx, tx, id.Person(t.name)); err != nil {
			return err
		}
		if err := tx.ForgetProofs(ctx, id.Person(t.name)); err != nil {
			return err
		}
	case store.KindSchedule:
		for _, o := range p.cur.Overrides[id.Schedule(t.name)] {
			if err := tx.DeleteOverride(ctx, o.ID); err != nil {
				return err
			}
		}
	}
	return tx.DeleteDoc(ctx, t.kind, t.name)
}

// maxAudited is how many changes a line of the audit log names.
const maxAudited = 200

// summary returns the changes for the audit log: "update people.ana: zone".
func (p *planner) summary() []string {
	var out []string
	for i, c := range p.plan.Changes {
		if i == maxAudited {
			return append(out, plural(len(p.plan.Changes)-i, "more change", "more changes"))
		}
		line := c.Verb + " " + thing{c.Kind, c.Name}.path()
		if c.Verb == "update" {
			for n, f := range c.Fields {
				if n == 0 {
					line += ":"
				}
				line += " " + f.Path
			}
		}
		out = append(out, line)
	}
	return out
}
