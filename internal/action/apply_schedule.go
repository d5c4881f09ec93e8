package action

import (
	"slices"
	"time"

	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
)

// changeSchedule revises a schedule: its new layers hold from the next handoff
// on. Only when somebody who leaves would have a turn until then do they hold
// at once.
func (p *planner) changeSchedule(name id.Schedule, draft schedule.Schedule) error {
	s, had := p.cur.Schedules[name]
	s.Name, s.Team, s.Zone = name, draft.Team, draft.Zone
	next, err := schedule.Revise(s, draft.Layers(), p.now)
	if err != nil {
		return err
	}
	atOnce, err := p.standsUntil(next, newest(next).From)
	if err != nil {
		return err
	}
	var more []FieldChange
	if atOnce {
		next = schedule.ReviseAt(s, draft.Layers(), p.now)
		more = []FieldChange{{Path: "layers", Old: "from the next handoff on", New: "from now on: somebody who leaves would be on call until then"}}
	}
	p.next.Schedules[name] = next
	changed, err := p.change(thing{store.KindSchedule, string(name)}, before(p.cur.Schedules, name, scheduleFile), scheduleFile(next), more, next)
	if from := newest(next).From; err == nil && changed && had && from.After(p.now) {
		p.warn("schedule %s changes at its next handoff, %s; until then it stays as it is", name, moment(from, next.Zone))
	}
	return err
}

// lookAhead is how far ahead turns are looked at.
const lookAhead = 366 * 24 * time.Hour

// standsUntil says whether somebody who leaves, and whom the newest layers do
// not name, is on call between now and then.
func (p *planner) standsUntil(s schedule.Schedule, then time.Time) (bool, error) {
	if len(p.leavers()) == 0 || !then.After(p.now) {
		return false, nil
	}
	if limit := p.now.Add(lookAhead); then.After(limit) {
		then = limit
	}
	compiled, err := schedule.Compile(s)
	if err != nil {
		return false, err
	}
	final := s
	final.Revisions = []schedule.Revision{newest(s)}
	named := final.People(p.now)
	for _, shift := range compiled.With(p.cur.Overrides[s.Name], nil).Shifts(p.now, then) {
		for _, n := range shift.People {
			if p.leaves(n) && !slices.Contains(named, n) {
				return true, nil
			}
		}
	}
	return false, nil
}

// leavers returns who is no more, or disabled, from now on, though they were
// there; sorted.
func (p *planner) leavers() []id.Person {
	if p.leaving == nil {
		p.leaving = []id.Person{}
		for name, was := range p.cur.People {
			if will, stays := p.next.People[name]; !was.Disabled && (!stays || will.Disabled) {
				p.leaving = append(p.leaving, name)
			}
		}
		slices.Sort(p.leaving)
	}
	return p.leaving
}

func newest(s schedule.Schedule) schedule.Revision { return s.Revisions[len(s.Revisions)-1] }

// moment returns a time as a sentence says it, in a zone.
func moment(t time.Time, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format("Mon 2006-01-02 15:04 ") + loc.String()
}
