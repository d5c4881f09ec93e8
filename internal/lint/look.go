package lint

import (
	"maps"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
)

// margin is how much further than what is told shifts are computed, so that
// those at its edges are whole.
const margin = 8 * 24 * time.Hour

// look is one run over a setup.
type look struct {
	setup *store.Setup
	facts Facts
	now   time.Time
	from  time.Time // of the courses
	until time.Time

	bars    map[id.Person]string // why somebody cannot be reached at all
	shifts  map[id.Schedule][]schedule.Shift
	courses map[escalation.Target]course
	users   users
	hidden  map[id.Schedule]bool // not seen whole
	effort  effort
	found   []Finding
}

// users says who uses what.
type users struct {
	services  map[id.Policy][]id.Service
	high      map[id.Policy]bool // some severity pages at once
	low       map[id.Policy]bool
	policies  map[id.Schedule][]id.Policy
	paged     map[id.Person]bool // may be paged
	fallbacks map[id.Schedule]bool
	sources   map[id.Service]int
}

func newLook(setup *store.Setup, facts Facts, now time.Time) *look {
	now = now.Truncate(time.Microsecond) // as shifts are told
	l := &look{
		setup: setup, facts: facts, now: now, from: now.Add(-margin), until: now.Add(Ahead + margin),
		bars: map[id.Person]string{}, shifts: map[id.Schedule][]schedule.Shift{}, courses: map[escalation.Target]course{},
		hidden: map[id.Schedule]bool{},
		users: users{
			services: map[id.Policy][]id.Service{}, high: map[id.Policy]bool{}, low: map[id.Policy]bool{}, policies: map[id.Schedule][]id.Policy{},
			paged: map[id.Person]bool{}, fallbacks: map[id.Schedule]bool{}, sources: map[id.Service]int{},
		},
	}
	for name, p := range setup.People {
		l.bars[name] = l.barOf(p)
	}
	l.use()
	return l
}

// barOf returns why nothing can reach a person; "" when something can.
func (l *look) barOf(p store.Person) string {
	switch {
	case p.Disabled:
		return "disabled"
	case len(p.Contacts) == 0:
		return "without a contact"
	case l.mailFails() && onlyMail(p.Contacts):
		return "only to be reached by mail, and there is no mail server"
	}
	return ""
}

// reachable says whether a page would have a way to a person.
func (l *look) reachable(n id.Person) bool {
	bar, known := l.bars[n]
	return known && bar == ""
}

func (l *look) mailFails() bool { return l.facts.Node != nil && !l.facts.Node.Mail }

// use gathers who uses what.
func (l *look) use() {
	l.target(l.setup.Installation.Fallback, "", true)
	for _, name := range slices.Sorted(maps.Keys(l.setup.Services)) {
		v := l.setup.Services[name]
		l.users.services[v.Policy] = append(l.users.services[v.Policy], name)
		for _, urgency := range store.UrgencyOf(v) {
			l.users.high[v.Policy] = l.users.high[v.Policy] || urgency == alert.High
			l.users.low[v.Policy] = l.users.low[v.Policy] || urgency == alert.Low
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.setup.Policies)) {
		p := l.setup.Policies[name]
		for _, step := range p.Steps {
			l.target(step.Page, name, false)
		}
		l.target(p.Fallback, name, true)
	}
	for _, s := range l.setup.Sources {
		l.users.sources[s.Service]++
	}
}

// target notes who is paged by a list of targets.
func (l *look) target(list []escalation.Target, by id.Policy, fallback bool) {
	for _, t := range list {
		kind, name, _ := t.Split()
		if kind == escalation.PersonTarget {
			l.users.paged[id.Person(name)] = true
			continue
		}
		s := id.Schedule(name)
		l.users.fallbacks[s] = l.users.fallbacks[s] || fallback
		if by != "" && !slices.Contains(l.users.policies[s], by) {
			l.users.policies[s] = append(l.users.policies[s], by)
		}
		for _, n := range l.setup.Schedules[s].People(l.now) {
			l.users.paged[n] = true
		}
	}
}

// used says whether anything pages a schedule.
func (l *look) used(s id.Schedule) bool { return len(l.users.policies[s]) > 0 || l.users.fallbacks[s] }

// zoneOf returns the zone in which times of a policy are told: that of its
// first schedule, else UTC.
func (l *look) zoneOf(p store.Policy) *time.Location {
	lists := [][]escalation.Target{}
	for _, step := range p.Steps {
		lists = append(lists, step.Page)
	}
	return l.zoneIn(append(lists, p.Fallback, l.setup.Installation.Fallback)...)
}

func (l *look) zoneIn(lists ...[]escalation.Target) *time.Location {
	for _, list := range lists {
		for _, t := range list {
			if kind, name, _ := t.Split(); kind == escalation.ScheduleTarget {
				return location(l.setup.Schedules[id.Schedule(name)].Zone)
			}
		}
	}
	return time.UTC
}

func location(zone string) *time.Location {
	if loc, err := time.LoadLocation(zone); err == nil && zone != "" {
		return loc
	}
	return time.UTC
}
