package action

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// PutThing makes one thing of the setup, or makes it anew, given as JSON in the
// form that it has in the setup file; the installation has the name
// "installation". What others changed is not asked: who puts a thing has seen it.
// A team's managers may put its schedules, policies, services and sources. It
// fails as Apply does.
func (act *Actions) PutThing(ctx context.Context, by team.Actor, kind, name string, doc json.RawMessage, dryRun bool) (Plan, error) {
	one := any(doc)
	if kind != store.KindInstallation {
		one = map[string]any{name: doc}
	}
	if !json.Valid(doc) {
		return Plan{}, fault.At("body", "this is no JSON; send the thing as the setup file has it")
	}
	file, err := json.Marshal(map[string]any{kind: one})
	if err != nil {
		return Plan{}, fmt.Errorf("write %s %s: %w", kind, name, err)
	}
	return act.onThing(ctx, by, thing{kind, name}, dryRun, func(p *planner) error {
		if err := p.mayThing(by, thing{kind, name}, file); err != nil {
			return err
		}
		return p.apply(by, file)
	})
}

// DeleteThing deletes one thing of the setup. It fails with Invalid when what
// stays refers to it, with NotFound when it is not there, and as Apply does.
func (act *Actions) DeleteThing(ctx context.Context, by team.Actor, kind, name string) (Plan, error) {
	t := thing{kind, name}
	if kind == store.KindInstallation {
		return Plan{}, fault.New(fault.Invalid, "the installation cannot be deleted; put it with what it shall hold")
	}
	return act.onThing(ctx, by, t, false, func(p *planner) error {
		if formIn(p.cur, t) == nil {
			return fault.New(fault.NotFound, "there is no %.64s in %s", name, kind)
		}
		if err := p.mayThing(by, t, nil); err != nil {
			return err
		}
		return p.lack(by, t)
	})
}

// lack plans that one thing is no more. It fails with Invalid when another
// refers to it.
func (p *planner) lack(by team.Actor, t thing) error {
	p.draft = draftWithout(p.cur, t)
	p.drop()
	p.references()
	if err := p.wrong.fault(badFile); err != nil {
		return err
	}
	p.changeDeleted()
	p.safety()
	if err := p.wrong.fault(badFile); err != nil {
		return err
	}
	return p.owners(by)
}

// draftWithout returns what a file would say that has all of a setup but one
// thing.
func draftWithout(s *store.Setup, t thing) *setupDraft {
	d := &setupDraft{
		people: allBut(s.People, store.KindPerson, t), teams: allBut(s.Teams, store.KindTeam, t),
		schedules: allBut(s.Schedules, store.KindSchedule, t), policies: map[id.Policy]escalation.Policy{},
		services: allBut(s.Services, store.KindService, t), sources: allBut(s.Sources, store.KindSource, t),
	}
	for name, one := range allBut(s.Policies, store.KindPolicy, t) {
		d.policies[name] = one.Policy
	}
	return d
}

func allBut[K ~string, T any](things map[K]T, kind string, t thing) map[K]T {
	out := maps.Clone(things)
	if t.kind == kind {
		delete(out, K(t.name))
	}
	return out
}

// onThing changes one thing in a transaction.
func (act *Actions) onThing(ctx context.Context, by team.Actor, t thing, dryRun bool, plan func(*planner) error) (Plan, error) {
	if !slices.Contains(sections, t.kind) {
		return Plan{}, fault.New(fault.NotFound, "there is no kind %.40q in a setup; there are %s", t.kind, strings.Join(sections, ", "))
	}
	var p *planner
	err := act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx)
		if err != nil {
			return err
		}
		if p, err = act.planThing(ctx, tx, by, setup, plan); err != nil || dryRun {
			return err
		}
		p.plan.Applied = true
		if err := p.write(ctx, tx, by, "setup.change", t.path()); err != nil {
			return err
		}
		return p.remember(ctx, tx, label(by))
	})
	if err != nil {
		return Plan{}, err
	}
	if p.plan.Applied {
		p.plan.Secrets = p.made
	}
	return p.warned(), nil
}

// planThing plans the change of one thing.
func (act *Actions) planThing(ctx context.Context, tx *store.Tx, by team.Actor, setup *store.Setup, plan func(*planner) error) (*planner, error) {
	p := newPlanner(act, setup, tx.Now)
	p.byHand = true
	var err error
	if p.bases, err = tx.Bases(ctx, label(by)); err != nil {
		return nil, err
	}
	if err := plan(p); err != nil {
		return nil, err
	}
	if err := p.reserved(ctx, tx); err != nil {
		return nil, err
	}
	return p, p.affects(ctx, tx)
}

// inFile returns what a file says of a thing.
func inFile(file []byte, t thing) (json.RawMessage, bool) {
	var sections map[string]json.RawMessage
	if json.Unmarshal(file, &sections) != nil {
		return nil, false
	}
	if t.kind == store.KindInstallation {
		doc, ok := sections[t.kind]
		return doc, ok
	}
	var things map[string]json.RawMessage
	_ = json.Unmarshal(sections[t.kind], &things)
	doc, ok := things[t.name]
	return doc, ok
}

// mayThing fails with Denied when somebody may not change a thing: a manager
// must manage both the team whose it is and the one whose it will be.
func (p *planner) mayThing(by team.Actor, t thing, file []byte) error {
	teams := map[id.Team]bool{}
	switch t.kind {
	case store.KindSchedule:
		teams[p.cur.Schedules[id.Schedule(t.name)].Team] = true
	case store.KindPolicy:
		teams[p.cur.Policies[id.Policy(t.name)].Team] = true
	case store.KindService:
		teams[p.cur.Services[id.Service(t.name)].Team] = true
	case store.KindSource:
		teams[p.cur.Services[p.cur.Sources[id.Source(t.name)].Service].Team] = true
	default:
		return by.MaySetup()
	}
	if teams[""] && formIn(p.cur, t) != nil { // it is no team's: none may take it
		return by.MaySetup()
	}
	var will struct {
		Team    id.Team    `json:"team"`
		Service id.Service `json:"service"`
	}
	if doc, ok := inFile(file, t); ok {
		_ = json.Unmarshal(doc, &will) // what is of another type is told by apply
		if t.kind == store.KindSource {
			will.Team = p.cur.Services[will.Service].Team
		}
		teams[will.Team] = true
	}
	delete(teams, "")
	if len(teams) == 0 {
		return by.MaySetup()
	}
	for _, one := range slices.Sorted(maps.Keys(teams)) {
		if err := by.MayManage(one); err != nil {
			return err
		}
	}
	return nil
}
