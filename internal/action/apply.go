package action

import (
	"context"
	"encoding/json"
	"time"

	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// ApplyOptions is how a setup file is applied.
type ApplyOptions struct {
	DryRun bool // make the plan and change nothing
	Prune  bool // delete what is not in the file
}

// Plan is what a setup file changes.
type Plan struct {
	Changes  []Change          `json:"changes"`           // empty: there is nothing to do
	Warnings []string          `json:"warnings"`          // sentences about the setup as it will be
	Secrets  map[string]string `json:"secrets,omitempty"` // what was made, by its path in the file; shown this once
	Applied  bool              `json:"applied"`           // false after a dry run
}

// Change is what becomes of one thing of the setup.
type Change struct {
	Verb   string        `json:"verb"` // create, update or delete
	Kind   string        `json:"kind"` // as in the setup file: people, teams, …
	Name   string        `json:"name"` // "" for the installation
	Fields []FieldChange `json:"fields,omitempty"`
}

// FieldChange is what becomes of one field. It holds no secret, and of a URL
// only the host.
type FieldChange struct {
	Path string `json:"path"` // within the thing, like steps[0].wait
	Old  string `json:"old"`  // "" when it was not there
	New  string `json:"new"`  // "" when it goes
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
	p, err := act.planFile(by, setup, act.DB.Now(), file, opts)
	if err != nil {
		return Plan{}, err
	}
	if opts.DryRun || len(p.plan.Changes) == 0 { // nothing is locked for nothing
		p.plan.Applied = !opts.DryRun
		return p.plan, nil
	}
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		if setup, err = tx.LockSetup(ctx); err != nil {
			return err
		}
		if p, err = act.planFile(by, setup, tx.Now, file, opts); err != nil {
			return err
		}
		return p.write(ctx, tx, by, "apply", "setup")
	})
	if err != nil {
		return Plan{}, err
	}
	p.plan.Applied, p.plan.Secrets = true, p.made
	act.Log.Info("the setup was changed", "by", label(by), "changes", len(p.plan.Changes))
	return p.plan, nil
}

func (act *Actions) planFile(by team.Actor, setup *store.Setup, now time.Time, file []byte, opts ApplyOptions) (*planner, error) {
	p := newPlanner(act, setup, now)
	p.prune = opts.Prune
	return p, p.apply(by, file)
}

// write writes what a plan changes, and a line of the audit log when that is
// anything.
func (p *planner) write(ctx context.Context, tx *store.Tx, by team.Actor, action, target string) error {
	for _, t := range p.deletes {
		if err := p.remove(ctx, tx, t); err != nil {
			return err
		}
	}
	for _, s := range p.saves {
		if err := save(ctx, tx, s); err != nil {
			return err
		}
	}
	if len(p.saves)+len(p.deletes) == 0 {
		return nil
	}
	if err := p.giveBack(ctx, tx); err != nil {
		return err
	}
	return tx.Audit(ctx, store.Deed{Actor: label(by), Action: action, Target: target, Doc: map[string]any{"changes": p.summary()}})
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

func save(ctx context.Context, tx *store.Tx, s saving) error {
	if one, ok := s.doc.(store.Policy); ok {
		version, err := tx.AddPolicyVersion(ctx, one.Policy)
		if err != nil {
			return err
		}
		one.Version = version
		s.doc = one
	}
	return tx.SaveDoc(ctx, s.kind, s.name, s.doc)
}

// remove deletes a thing and what belongs to it alone: a person's tokens, a
// schedule's overrides. One made later under the same name begins afresh.
func (p *planner) remove(ctx context.Context, tx *store.Tx, t thing) error {
	switch t.kind {
	case store.KindPerson:
		if err := deleteTokens(ctx, tx, id.Person(t.name)); err != nil {
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
