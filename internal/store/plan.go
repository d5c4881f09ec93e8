package store

import (
	"sync"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
)

// plans keeps what was computed from one version of the setup.
type plans struct {
	mu        sync.Mutex
	schedules map[id.Schedule]*schedule.Plan
	hours     map[hoursKey]*schedule.Plan
}

type hoursKey struct {
	team id.Team
	zone string
}

// Plan returns what answers who is on call on a schedule, with its overrides
// and without the disabled. It fails with NotFound when there is no such
// schedule.
func (s *Setup) Plan(name id.Schedule) (*schedule.Plan, error) {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if p, ok := s.plans.schedules[name]; ok {
		return p, nil
	}
	sched, ok := s.Schedules[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no schedule %s", name)
	}
	compiled, err := schedule.Compile(sched)
	if err != nil {
		return nil, err
	}
	off := schedule.Absences{}
	for _, p := range s.People {
		if spans := p.absent(); len(spans) > 0 {
			off[p.Name] = spans
		}
	}
	if s.plans.schedules == nil {
		s.plans.schedules = map[id.Schedule]*schedule.Plan{}
	}
	plan := compiled.With(s.Overrides[name], off)
	s.plans.schedules[name] = plan
	return plan, nil
}

// WorkingHours returns the hours of a team that has none of its own.
func WorkingHours() []schedule.Window {
	return []schedule.Window{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"}}
}

// anybody stands for whoever works in the hours of a team.
const anybody = id.Person("anybody")

// OpensAt returns when low urgency may page a person of a team at or after t:
// t itself inside working hours. Without an opening within a year it is t:
// a page must not wait for ever.
func (s *Setup) OpensAt(t id.Team, p id.Person, at time.Time) time.Time {
	plan, err := s.hoursOf(t, s.People[p].Zone)
	if err != nil {
		return at
	}
	now := plan.OnCall(at)
	if len(now.People) > 0 || now.Until.IsZero() {
		return at
	}
	return now.Until
}

func (s *Setup) hoursOf(t id.Team, zone string) (*schedule.Plan, error) {
	windows := WorkingHours()
	if h := s.Teams[t].Hours; h != nil {
		windows = h.Windows
		if h.Zone != "" {
			zone = h.Zone
		}
	}
	if zone == "" {
		zone = "UTC"
	}
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	key := hoursKey{t, zone}
	if p, ok := s.plans.hours[key]; ok {
		return p, nil
	}
	compiled, err := schedule.Compile(HoursSchedule(zone, windows))
	if err != nil {
		return nil, err
	}
	if s.plans.hours == nil {
		s.plans.hours = map[hoursKey]*schedule.Plan{}
	}
	s.plans.hours[key] = compiled.With(nil, nil)
	return s.plans.hours[key], nil
}

// HoursSchedule returns working hours as a schedule on which somebody is on
// call inside them: one room computes local time.
func HoursSchedule(zone string, windows []schedule.Window) schedule.Schedule {
	return schedule.Schedule{Name: "hours", Zone: zone, Revisions: []schedule.Revision{{
		Layers: []schedule.Layer{{Name: "hours", Windows: windows, Users: []id.Person{anybody}}},
	}}}
}
