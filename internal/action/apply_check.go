package action

import (
	"fmt"
	"maps"
	"slices"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/store"
)

// references notes every name in the file, and in the installation, under
// which nothing will be there.
func (p *planner) references() {
	p.targets(store.KindInstallation+".fallback", p.next.Installation.Fallback)
	for name, t := range p.draft.teams {
		at := dotted(store.KindTeam, string(name))
		p.people(dotted(at, "managers"), t.Managers)
		p.people(dotted(at, "members"), t.Members)
	}
	for name, s := range p.draft.schedules {
		at := dotted(store.KindSchedule, string(name))
		p.team(at, s.Team)
		for i, l := range s.Layers() {
			p.layerPeople(indexed(dotted(at, "layers"), i), l)
		}
	}
	for name, one := range p.draft.policies {
		at := dotted(store.KindPolicy, string(name))
		p.team(at, one.Team)
		for i, step := range one.Steps {
			p.targets(indexed(dotted(at, "steps"), i)+".page", step.Page)
		}
		p.targets(dotted(at, "fallback"), one.Fallback)
	}
	for name, v := range p.draft.services {
		at := dotted(store.KindService, string(name))
		p.team(at, v.Team)
		if v.Policy != "" {
			there(p, dotted(at, "policy"), v.Policy, named[id.Policy, store.Policy]{"policy", store.KindPolicy, p.next.Policies, p.cur.Policies})
		}
	}
	for name, s := range p.draft.sources {
		if s.Service != "" {
			at := dotted(store.KindSource, string(name)) + ".service"
			there(p, at, s.Service, named[id.Service, service.Service]{"service", store.KindService, p.next.Services, p.cur.Services})
		}
	}
}

func (p *planner) layerPeople(at string, l schedule.Layer) {
	p.people(at+".users", l.Users)
	if l.Rotation == nil {
		return
	}
	for i, turn := range l.Rotation.Members {
		path := indexed(at+".rotation.members", i)
		if len(turn) == 1 {
			p.person(path, turn[0])
		} else {
			p.people(path, turn)
		}
	}
}

func (p *planner) people(at string, list []id.Person) {
	for i, n := range list {
		p.person(indexed(at, i), n)
	}
}

func (p *planner) person(at string, n id.Person) {
	there(p, at, n, named[id.Person, store.Person]{"person", store.KindPerson, p.next.People, p.cur.People})
}

func (p *planner) team(at string, n id.Team) {
	if n != "" { // said already
		there(p, at+".team", n, named[id.Team, store.Team]{"team", store.KindTeam, p.next.Teams, p.cur.Teams})
	}
}

func (p *planner) targets(at string, list []escalation.Target) {
	for i, t := range list {
		path := indexed(at, i)
		switch kind, name, ok := t.Split(); {
		case !ok:
			p.wrong.add(path, "%q is not a target; write \"person:<name>\" or \"schedule:<name>\"", string(t))
		case kind == escalation.PersonTarget:
			p.person(path, id.Person(name))
		default:
			among := named[id.Schedule, schedule.Schedule]{"schedule", store.KindSchedule, p.next.Schedules, p.cur.Schedules}
			there(p, path, id.Schedule(name), among)
		}
	}
}

// named are the things of a kind by their names: how one and many are called in
// a sentence, those that will be there and those that are.
type named[K ~string, T any] struct {
	one, many string
	next, cur map[K]T
}

// there notes a name under which nothing will be there.
func there[K ~string, T any](p *planner, at string, name K, among named[K, T]) {
	if _, ok := among.next[name]; ok || p.wrong.full() {
		return
	}
	if _, was := among.cur[name]; was && p.byHand {
		p.wrong.add(at, "this refers to %s %s; change it first", among.one, name)
		return
	} else if was {
		p.wrong.add(at, "%s %s is not in the file, and pruning would delete it; add it to the file, or take it out here", among.one, name)
		return
	}
	p.wrong.add(at, "there is no %s %q; %s", among.one, string(name), listed(among.many, string(name), among.next))
}

// safety notes what a change would leave open: people who are paged, on call
// or the last owner, and who would not be there.
func (p *planner) safety() {
	p.keys()
	p.lastOwner()
	p.paged(store.KindInstallation+".fallback", "the fallback of the installation", p.next.Installation.Fallback)
	for _, name := range slices.Sorted(maps.Keys(p.next.Policies)) {
		one, at := p.next.Policies[name], dotted(store.KindPolicy, string(name))
		for i, step := range one.Steps {
			p.paged(indexed(dotted(at, "steps"), i)+".page", fmt.Sprintf("step %d of policy %s", i+1, name), step.Page)
		}
		p.paged(dotted(at, "fallback"), "the fallback of policy "+string(name), one.Fallback)
	}
	if len(p.leavers()) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.next.Schedules)) {
		p.covered(name)
	}
}

// paged notes people in a list of targets who are disabled or gone.
func (p *planner) paged(at, where string, list []escalation.Target) {
	for i, t := range list {
		kind, name, _ := t.Split()
		if kind != escalation.PersonTarget {
			continue
		}
		if bar := p.barred(id.Person(name)); bar != "" {
			p.wrong.add(indexed(at, i), "%s pages %s, who would be %s and never be paged; name somebody else there first", where, name, bar)
		}
	}
}

// barred returns "disabled" or "gone" for somebody who can never be paged, ""
// for others.
func (p *planner) barred(n id.Person) string {
	one, ok := p.next.People[n]
	switch {
	case !ok:
		return "gone"
	case one.Disabled:
		return "disabled"
	}
	return ""
}

// covered notes when those who are on call on a schedule now all leave, and
// what somebody who is deleted was to cover later.
func (p *planner) covered(name id.Schedule) {
	if !p.staffed(name) {
		p.onCall(name)
	}
	zone := p.cur.Schedules[name].Zone
	for _, o := range p.next.Overrides[name] {
		for _, n := range coverOf(o) {
			if p.leaves(n) && p.barred(n) == "gone" && o.Until.After(p.now) {
				p.wrong.add(thing{store.KindSchedule, string(name)}.path(), "%s covers %s from %s until %s; delete that override first", n, name, moment(o.From, zone), moment(o.Until, zone))
			}
		}
	}
}

// onCall notes when those who are on call on a schedule now all leave.
func (p *planner) onCall(name id.Schedule) {
	plan, err := p.cur.Plan(name)
	if err != nil {
		return // a new one
	}
	now := plan.OnCall(p.now)
	if !slices.ContainsFunc(now.People, p.leaves) || slices.ContainsFunc(now.People, func(n id.Person) bool { return p.barred(n) == "" }) {
		return
	}
	until := "with no end in sight"
	if !now.Until.IsZero() {
		until = "until " + moment(now.Until, p.cur.Schedules[name].Zone)
	}
	p.wrong.add(thing{store.KindSchedule, string(name)}.path(), "%s on call on %s %s, and nobody else; put an override there first", nameList(now.People), name, until)
}

func (p *planner) leaves(n id.Person) bool { return slices.Contains(p.leavers(), n) }

// staffed says whether anybody who can be paged will be on call on a schedule
// right after the change.
func (p *planner) staffed(name id.Schedule) bool {
	plan, err := p.next.Plan(name)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(plan.OnCall(p.now).People, func(n id.Person) bool { return p.barred(n) == "" })
}
