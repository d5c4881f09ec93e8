package api

import (
	"context"
	"time"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/team"
)

// Override changes who is on call on a schedule for a while.
type Override struct {
	ID        id.Override   `json:"id"`
	Schedule  id.Schedule   `json:"schedule"`
	Kind      schedule.Kind `json:"kind" enum:"swap,replace_all,fixed_window"`
	From      time.Time     `json:"from"`
	Until     time.Time     `json:"until" doc:"Not inside."`
	Person    id.Person     `json:"person,omitempty" doc:"Who is on call; of several the first."`
	People    []id.Person   `json:"people" nullable:"false" doc:"Who is on call."`
	Replaces  id.Person     `json:"replaces,omitempty" doc:"In whose place; absent: in everyone's."`
	By        id.Person     `json:"by,omitempty" doc:"Who made it."`
	CreatedAt time.Time     `json:"created_at"`
}

func overrideOf(o schedule.Override) Override {
	out := Override{
		ID: o.ID, Schedule: o.Schedule, Kind: o.Kind, From: o.From, Until: o.Until, People: orEmpty(o.Users), Replaces: o.Remove,
		By: o.By, CreatedAt: o.CreatedAt,
	}
	if o.Add != "" {
		out.People = append(out.People, o.Add)
	}
	for _, shift := range o.Shifts {
		out.People = append(out.People, shift.Person)
	}
	if len(out.People) > 0 {
		out.Person = out.People[0]
	}
	return out
}

// overridesIn may ask for those that are over, too.
type overridesIn struct {
	ScheduleIn
	Past bool `query:"past" doc:"Also those that are over."`
	Paging
}

// overrides lists the overrides of a schedule in the order in which they were
// made.
func (s *Server) overrides(_ context.Context, _ team.Actor, in *overridesIn) (list[Override], error) {
	setup := s.db.Setup()
	if err := missing("schedule", "schedules", in.Name, setup.Schedules); err != nil {
		return list[Override]{}, err
	}
	out := []Override{}
	for _, o := range setup.Overrides[in.Name] {
		if in.Past || o.Until.After(s.db.Now()) {
			out = append(out, overrideOf(o))
		}
	}
	return part(out, in.Paging, func(o Override) string { return string(o.ID) })
}

// coverIn is an override as somebody asks for it.
type coverIn struct {
	ScheduleIn
	Body struct {
		From     string    `json:"from" example:"2026-11-24T18:00" doc:"RFC 3339, or local in the schedule's zone."`
		Until    string    `json:"until" example:"2026-11-25T09:00" doc:"Likewise; not inside."`
		Person   id.Person `json:"person" doc:"Who is on call."`
		Replaces id.Person `json:"replaces,omitempty" doc:"In whose place; absent: in everyone's."`
	}
}

func (s *Server) addOverride(ctx context.Context, by team.Actor, in *coverIn) (Override, error) {
	o, err := s.act.AddOverride(ctx, by, action.OverrideInput{
		Schedule: string(in.Name), From: in.Body.From, Until: in.Body.Until, Person: in.Body.Person, Replaces: in.Body.Replaces,
	})
	return overrideOf(o), err
}

func (s *Server) deleteOverride(ctx context.Context, by team.Actor, in *struct {
	ScheduleIn
	ID id.Override `path:"id" doc:"The override's id."`
},
) (*none, error) {
	return nil, s.act.DeleteOverride(ctx, by, in.Name, in.ID)
}
