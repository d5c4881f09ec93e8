package action

import (
	"errors"
	"maps"
	"slices"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/service"
	"firehall/internal/store"
	"firehall/internal/team"
)

// planner works out how a setup becomes another one: what changes, what is
// wrong with that, and what must be written.
type planner struct {
	act    *Actions
	now    time.Time
	cur    *store.Setup
	next   *store.Setup // as it will be
	draft  *setupDraft
	prune  bool
	byHand bool // one thing was changed by hand, not by a file
	wrong  problems
	plan   Plan

	bases   map[store.Thing]store.Base // what this hand's file last said; nil: it is no file
	clashes []clash                    // what others changed since, and the file would undo
	unseen  []clash                    // of things that this hand says something of for the first time
	said    []store.Base               // what it says now and did not say before

	leaving []id.Person // who is not there or disabled from now on
	made    map[string]string
	saves   []saving
	deletes []thing
}

// saving is a document of the setup to write.
type saving struct {
	thing
	doc any
}

func newPlanner(act *Actions, cur *store.Setup, now time.Time) *planner {
	p := &planner{act: act, now: now, cur: cur, next: store.NewSetup(), made: map[string]string{}}
	p.plan = Plan{Changes: []Change{}, Warnings: []string{}}
	p.next.Version, p.next.Installation = cur.Version, cur.Installation
	maps.Copy(p.next.People, cur.People)
	maps.Copy(p.next.Teams, cur.Teams)
	maps.Copy(p.next.Schedules, cur.Schedules)
	maps.Copy(p.next.Policies, cur.Policies)
	maps.Copy(p.next.Services, cur.Services)
	maps.Copy(p.next.Sources, cur.Sources)
	maps.Copy(p.next.Overrides, cur.Overrides)
	return p
}

// badFile is what a setup file with mistakes fails with.
const badFile = "the setup file cannot be applied"

// apply works out what a setup file changes. It fails with fault.Invalid and
// everything that is wrong, or with Denied.
func (p *planner) apply(by team.Actor, file []byte) error {
	rules, err := p.act.contactRules()
	if err != nil {
		return err
	}
	if p.draft, err = readDraft(file, rules, &p.wrong); err != nil {
		return err
	}
	p.merge()
	p.references()
	if err := p.wrong.fault(badFile); err != nil {
		return err
	}
	if err := p.changes(); err != nil {
		return err
	}
	p.safety()
	if err := p.wrong.fault(badFile); err != nil {
		return err
	}
	return p.owners(by)
}

// merge puts the file over what is there, as it is written.
func (p *planner) merge() {
	if p.prune {
		p.drop()
	}
	if p.draft.installation != nil {
		p.next.Installation = *p.draft.installation
	}
	maps.Copy(p.next.People, p.draft.people)
	maps.Copy(p.next.Teams, p.draft.teams)
	maps.Copy(p.next.Schedules, p.draft.schedules)
	for name, one := range p.draft.policies {
		p.next.Policies[name] = store.Policy{Policy: one}
	}
	maps.Copy(p.next.Services, p.draft.services)
	maps.Copy(p.next.Sources, p.draft.sources)
}

// drop takes out what is not in the file. The installation stays.
func (p *planner) drop() {
	dropped(p, store.KindPerson, p.next.People, p.draft.people)
	dropped(p, store.KindTeam, p.next.Teams, p.draft.teams)
	dropped(p, store.KindSchedule, p.next.Schedules, p.draft.schedules)
	dropped(p, store.KindPolicy, p.next.Policies, p.draft.policies)
	dropped(p, store.KindService, p.next.Services, p.draft.services)
	dropped(p, store.KindSource, p.next.Sources, p.draft.sources)
}

func dropped[K ~string, T, D any](p *planner, kind string, next map[K]T, draft map[K]D) {
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if _, stays := draft[name]; !stays {
			delete(next, name)
			p.deletes = append(p.deletes, thing{kind, string(name)})
		}
	}
}

// changes compares everything in the file with what is there, and keeps what
// must be written.
func (p *planner) changes() error {
	p.changeDeleted()
	for _, t := range p.deletes {
		if err := p.sayGone(t); err != nil {
			return err
		}
	}
	return errors.Join(
		p.changeInstallation(),
		each(p.draft.people, p.changePerson),
		each(p.draft.teams, p.changeTeam),
		each(p.draft.schedules, p.changeSchedule),
		each(p.draft.policies, p.changePolicy),
		each(p.draft.services, p.changeService),
		each(p.draft.sources, p.changeSource),
	)
}

// each calls do for every thing, sorted by name.
func each[K ~string, T any](things map[K]T, do func(K, T) error) error {
	for _, name := range slices.Sorted(maps.Keys(things)) {
		if err := do(name, things[name]); err != nil {
			return err
		}
	}
	return nil
}

// change compares two forms of a thing and keeps the change, with more that
// the forms do not show, and the document that carries it out. It returns false
// when there is none.
func (p *planner) change(t thing, before, after any, more []FieldChange, doc any) (bool, error) {
	c, forms, changed, err := compare(t, before, after, more)
	if err != nil {
		return false, err
	}
	if err := p.say(t, &c, forms); err != nil || !changed {
		return false, err
	}
	p.plan.Changes = append(p.plan.Changes, c)
	p.saves = append(p.saves, saving{t, doc})
	return true, nil
}

// before returns the form of what is there under a name, nil for nothing.
func before[K comparable, T, F any](things map[K]T, name K, form func(T) F) any {
	if one, ok := things[name]; ok {
		return form(one)
	}
	return nil
}

func (p *planner) changeInstallation() error {
	was, will := p.cur.Installation, p.next.Installation
	form := func(in store.Installation) any {
		return InstallationFile{Fallback: in.Fallback, HeartbeatURL: in.HeartbeatURL, Severity: in.Severity, Backup: (*BackupFile)(in.Backup)}
	}
	_, err := p.change(thing{kind: store.KindInstallation}, form(was), form(will), nil, will)
	return err
}

func (p *planner) changeTeam(name id.Team, t store.Team) error {
	_, err := p.change(thing{store.KindTeam, string(name)}, before(p.cur.Teams, name, teamFile), teamFile(t), nil, t)
	return err
}

// changePolicy keeps the version of a policy that stays as it is. A changed
// one gets a new version when it is written.
func (p *planner) changePolicy(name id.Policy, one escalation.Policy) error {
	next := store.Policy{Policy: one}
	form := func(p store.Policy) PolicyFile { return policyFile(p.Policy) }
	changed, err := p.change(thing{store.KindPolicy, string(name)}, before(p.cur.Policies, name, form), form(next), nil, next)
	if err == nil && !changed {
		p.next.Policies[name] = p.cur.Policies[name]
	}
	return err
}

func (p *planner) changeService(name id.Service, v service.Service) error {
	_, err := p.change(thing{store.KindService, string(name)}, before(p.cur.Services, name, serviceFile), serviceFile(v), nil, v)
	return err
}

func (p *planner) changeDeleted() {
	for _, t := range p.deletes {
		p.plan.Changes = append(p.plan.Changes, Change{Verb: "delete", Kind: t.kind, Name: t.name})
	}
}
