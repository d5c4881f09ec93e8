package action

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"firehall/internal/id"
	"firehall/internal/store"
)

// affects says of each deletion, and of each person who loses all their
// contacts, who and what feels it.
func (p *planner) affects(ctx context.Context, from setupReader) error {
	var open []store.Holding
	var err error
	if len(p.deletes) > 0 {
		if open, err = from.Holdings(ctx); err != nil {
			return err
		}
	}
	held, err := p.heldPolicies(ctx, from, open)
	if err != nil {
		return err
	}
	for i, c := range p.plan.Changes {
		switch {
		case c.Verb == "delete":
			p.plan.Changes[i].Affects = p.felt(thing{c.Kind, c.Name}, open, held)
		case c.Kind == store.KindPerson && c.Verb == "update":
			n := id.Person(c.Name)
			if len(p.cur.People[n].Contacts) > 0 && len(p.next.People[n].Contacts) == 0 {
				p.plan.Changes[i].Affects = []string{c.Name + " loses their only contact: nothing would reach them"}
			}
		}
	}
	return nil
}

// heldPolicies returns how many open alerts hold a version of each policy, and
// how many each schedule is named by in a version that they hold.
func (p *planner) heldPolicies(ctx context.Context, from setupReader, open []store.Holding) (map[thing]int, error) {
	out := map[thing]int{}
	for _, h := range open {
		if h.Policy == "" {
			continue
		}
		one, err := p.act.Policy(ctx, from, h.Policy)
		if err != nil {
			return nil, err
		}
		out[thing{store.KindPolicy, string(one.Name)}] += h.Alerts
		named := map[thing]bool{}
		targets := slices.Clone(one.Fallback)
		for _, step := range one.Steps {
			targets = append(targets, step.Page...)
		}
		for _, t := range targets {
			kind, name, _ := t.Split()
			named[targetThing(kind, name)] = true
		}
		for t := range named {
			out[t] += h.Alerts
		}
	}
	return out, nil
}

func targetThing(kind, name string) thing {
	if kind == "schedule" {
		return thing{store.KindSchedule, name}
	}
	return thing{store.KindPerson, name}
}

// felt says who and what feels that a thing is deleted.
func (p *planner) felt(t thing, open []store.Holding, held map[thing]int) []string {
	switch t.kind {
	case store.KindPerson:
		return p.feltPerson(id.Person(t.name), open, held[t])
	case store.KindTeam:
		members := p.cur.Teams[id.Team(t.name)].Members
		return some(len(members) > 0, "%s in it, who keep their places elsewhere", nameList(members))
	case store.KindSchedule:
		out := p.feltSchedule(id.Schedule(t.name))
		return append(out, some(held[t] > 0, "%s by a policy that names it: those steps find nobody and go on at once", pages(held[t]))...)
	case store.KindPolicy:
		return some(held[t] > 0, "%s by it: they go on by the version that they hold", pages(held[t]))
	case store.KindService:
		n := 0
		for _, h := range open {
			if string(h.Service) == t.name {
				n += h.Alerts
			}
		}
		return some(n > 0, "%s of it: they go on by the policy that they hold", plural(n, "alert is open", "alerts are open"))
	case store.KindSource:
		return []string{fmt.Sprintf("who sends to it is answered 404 from then on, and what they send about %s is lost", p.cur.Sources[id.Source(t.name)].Service)}
	}
	return nil
}

func (p *planner) feltPerson(n id.Person, open []store.Holding, named int) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(p.cur.Schedules)) {
		out = append(out, p.turns(name, n)...)
	}
	owned := 0
	for _, h := range open {
		if h.Owner == n {
			owned += h.Alerts
		}
	}
	out = append(out, some(owned > 0, "%s theirs: back to the policy", plural(owned, "alert is", "alerts are"))...)
	return append(out, some(named > 0, "%s by a policy that names them: those steps pass them over", pages(named))...)
}

// turns says when somebody is on call on a schedule now and next.
func (p *planner) turns(name id.Schedule, n id.Person) []string {
	plan, err := p.cur.Plan(name)
	if err != nil || !slices.Contains(p.mayBeOn(name), n) {
		return nil
	}
	for _, shift := range plan.Shifts(p.now, p.now.Add(lookAhead)) {
		if !slices.Contains(shift.People, n) {
			continue
		}
		if !shift.From.After(p.now) {
			return []string{fmt.Sprintf("%s is on call on %s now, until %s", n, name, moment(shift.Until, p.cur.Schedules[name].Zone))}
		}
		return []string{fmt.Sprintf("%s is on call on %s next from %s", n, name, moment(shift.From, p.cur.Schedules[name].Zone))}
	}
	return nil
}

// mayBeOn returns whom a schedule or its overrides name.
func (p *planner) mayBeOn(name id.Schedule) []id.Person {
	all := p.cur.Schedules[name].People(p.now)
	for _, o := range p.cur.Overrides[name] {
		all = append(all, coverOf(o)...)
	}
	return all
}

func (p *planner) feltSchedule(name id.Schedule) []string {
	plan, err := p.cur.Plan(name)
	if err != nil {
		return nil
	}
	on := plan.OnCall(p.now).People
	out := some(len(on) > 0, "%s on call on it now", nameList(on))
	n := len(p.cur.Overrides[name])
	return append(out, some(n > 0, "%s with it", plural(n, "override goes", "overrides go"))...)
}

// some returns a sentence when there is anything to say.
func some(when bool, format string, args ...any) []string {
	if !when {
		return nil
	}
	return []string{strings.TrimSpace(fmt.Sprintf(format, args...))}
}

// pages returns "2 open alerts page".
func pages(n int) string { return plural(n, "open alert pages", "open alerts page") }

// formIn returns the form of a thing in a setup; nil when it is not there.
func formIn(s *store.Setup, t thing) any {
	switch t.kind {
	case store.KindPerson:
		return before(s.People, id.Person(t.name), personFile)
	case store.KindTeam:
		return before(s.Teams, id.Team(t.name), teamFile)
	case store.KindSchedule:
		return before(s.Schedules, id.Schedule(t.name), scheduleFile)
	case store.KindPolicy:
		return before(s.Policies, id.Policy(t.name), func(p store.Policy) PolicyFile { return policyFile(p.Policy) })
	case store.KindService:
		return before(s.Services, id.Service(t.name), serviceFile)
	case store.KindSource:
		return before(s.Sources, id.Source(t.name), sourceFile)
	}
	return nil
}
