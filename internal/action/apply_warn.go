package action

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/team"
)

func (p *planner) warn(format string, args ...any) {
	p.plan.Warnings = append(p.plan.Warnings, fmt.Sprintf(format, args...))
}

// warnings says what is legal in the setup as it will be, and yet would leave
// somebody unreached.
func (p *planner) warnings() {
	if len(p.next.Installation.Fallback) == 0 {
		p.warn("the installation has no fallback: when a policy without one of its own is spent, nobody is paged; set installation.fallback")
	}
	paged := map[id.Person]bool{}
	p.silent("the fallback of the installation", p.next.Installation.Fallback, paged)
	for _, name := range slices.Sorted(maps.Keys(p.next.Policies)) {
		one := p.next.Policies[name]
		for i, step := range one.Steps {
			p.silent(fmt.Sprintf("step %d of policy %s", i+1, name), step.Page, paged)
		}
		p.silent("the fallback of policy "+string(name), one.Fallback, paged)
	}
	for _, n := range slices.Sorted(maps.Keys(paged)) {
		switch one := p.next.People[n]; {
		case one.Disabled:
		case len(one.Contacts) == 0:
			p.warn("%s can be paged but has no contact: nothing would reach them; add one to people.%s.contacts", n, n)
		case one.Role == team.Observer:
			p.warn("%s can be paged but is an observer, who may not answer; make them a responder", n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.next.Schedules)) {
		p.emptyTurns(name)
	}
}

// silent warns of targets that never find anybody, and gathers whom they may
// page.
func (p *planner) silent(where string, list []escalation.Target, paged map[id.Person]bool) {
	reached := false
	var names []string
	for _, t := range list {
		names = append(names, string(t))
		for _, n := range p.mayMean(t) {
			paged[n] = true
			reached = reached || (p.barred(n) == "" && len(p.next.People[n].Contacts) > 0)
		}
	}
	if len(list) > 0 && !reached {
		p.warn("%s never reaches anybody: nobody in %s has a contact and is not disabled", where, strings.Join(names, " or "))
	}
}

// mayMean returns everyone whom a target may mean now or later.
func (p *planner) mayMean(t escalation.Target) []id.Person {
	kind, name, _ := t.Split()
	if kind == escalation.PersonTarget {
		return []id.Person{id.Person(name)}
	}
	all := p.next.Schedules[id.Schedule(name)].People(p.now)
	for _, o := range p.next.Overrides[id.Schedule(name)] {
		if o.Until.After(p.now) {
			all = append(all, coverOf(o)...)
		}
	}
	return all
}

// emptyTurns warns of turns on a schedule that are nobody's, because who has
// them is disabled.
func (p *planner) emptyTurns(name id.Schedule) {
	s := p.next.Schedules[name]
	var off []id.Person
	for _, n := range p.mayMean(escalation.Target(escalation.ScheduleTarget + ":" + string(name))) {
		if p.barred(n) != "" && !slices.Contains(off, n) {
			off = append(off, n)
		}
	}
	if len(off) == 0 {
		return
	}
	compiled, err := schedule.Compile(s)
	if err != nil {
		return // it was checked
	}
	empty := 0
	var next schedule.Shift
	for _, shift := range compiled.With(p.next.Overrides[name], nil).Shifts(p.now, p.now.Add(lookAhead)) {
		if len(shift.People) == 0 || slices.ContainsFunc(shift.People, func(n id.Person) bool { return p.barred(n) == "" }) {
			continue
		}
		if empty++; empty == 1 {
			next = shift
		}
	}
	if empty > 0 {
		p.warn("%s on schedule %s would be nobody's within a year, because %s: the next from %s until %s", plural(empty, "turn", "turns"), name,
			nameList(off)+" disabled", moment(next.From, s.Zone), moment(next.Until, s.Zone))
	}
}

// nameList returns "ana is" or "ana, ben are".
func nameList(list []id.Person) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(n)
	}
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}
