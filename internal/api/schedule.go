package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/team"
)

// instantIn reads an RFC 3339 time. In a query a + that was not escaped has
// become a space.
func instantIn(path, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return t, fault.At(path, "%.40q is no time; write one like 2026-11-24T03:00:00Z", text)
	}
	return t.UTC(), nil
}

// indexed returns the path of an item of a list, such as to[0].
func indexed(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// OnCall is who a schedule has on call.
type OnCall struct {
	Schedule id.Schedule `json:"schedule"`
	Team     id.Team     `json:"team"`
	People   []id.Person `json:"people" nullable:"false" doc:"Empty: nobody."`
	From     *time.Time  `json:"from" doc:"Of the whole shift; null when it began over 400 days ago."`
	Until    *time.Time  `json:"until" doc:"Not inside; null when it ends in over 400 days."`
	Layer    string      `json:"layer,omitempty"`
	Override id.Override `json:"override,omitempty"`
	Reason   string      `json:"reason"`
}

// onCallIn says when.
type onCallIn struct {
	At string `query:"at" doc:"RFC 3339; now when absent."`
	Paging
}

// onCall lists who is on call on every schedule.
func (s *Server) onCall(_ context.Context, _ team.Actor, in *onCallIn) (list[OnCall], error) {
	at := s.db.Now()
	if in.At != "" {
		var err error
		if at, err = instantIn("query.at", in.At); err != nil {
			return list[OnCall]{}, err
		}
	}
	setup := s.db.Setup()
	out := make([]OnCall, 0, len(setup.Schedules))
	for name, sched := range setup.Schedules {
		plan, err := setup.Plan(name)
		if err != nil {
			return list[OnCall]{}, err
		}
		a := plan.OnCall(at)
		out = append(out, OnCall{
			Schedule: name, Team: sched.Team, People: orEmpty(a.People), From: moment(a.From), Until: moment(a.Until),
			Layer: a.Layer, Override: a.Override, Reason: a.Reason,
		})
	}
	return part(out, in.Paging, func(o OnCall) string { return string(o.Schedule) })
}

// Schedule says who is on call when.
type Schedule struct {
	Name   id.Schedule      `json:"name"`
	Team   id.Team          `json:"team"`
	Zone   string           `json:"zone"`
	Layers []schedule.Layer `json:"layers" nullable:"false" doc:"As in the setup file."`
}

func scheduleOf(c schedule.Schedule) Schedule {
	return Schedule{Name: c.Name, Team: c.Team, Zone: c.Zone, Layers: orEmpty(c.Layers())}
}

func (s *Server) schedules(_ context.Context, _ team.Actor, in *Paging) (list[Schedule], error) {
	return named(s.db.Setup().Schedules, *in, scheduleOf, func(c Schedule) string { return string(c.Name) })
}

// ScheduleIn names a schedule.
type ScheduleIn struct {
	Name id.Schedule `path:"name" doc:"The schedule's name."`
}

func (s *Server) schedule(_ context.Context, _ team.Actor, in *ScheduleIn) (Schedule, error) {
	c, ok := s.db.Setup().Schedules[in.Name]
	return scheduleOf(c), missing(ok, "schedule", string(in.Name))
}

// missing fails with NotFound unless there is such a thing.
func missing(there bool, kind, name string) error {
	if there {
		return nil
	}
	return fault.New(fault.NotFound, "there is no %s %.64s", kind, name)
}

// Shift is a span of time in which the same people are on call.
type Shift struct {
	From     time.Time   `json:"from"`
	Until    time.Time   `json:"until" doc:"Not inside."`
	People   []id.Person `json:"people" nullable:"false" doc:"Empty: a gap."`
	Layer    string      `json:"layer"`
	Override id.Override `json:"override,omitempty"`
}

// shiftsIn says from when until when.
type shiftsIn struct {
	ScheduleIn
	From string `query:"from" doc:"RFC 3339, or local in the schedule's zone; now when absent."`
	To   string `query:"to" doc:"Likewise; four weeks after from when absent."`
	Paging
}

// fourWeeks is what shifts are told for when nothing else is asked.
const fourWeeks = 28 * 24 * time.Hour

// shifts lists the shifts of a schedule in a range, which they tile. A cursor
// is the time at which the next part begins.
func (s *Server) shifts(_ context.Context, _ team.Actor, in *shiftsIn) (list[Shift], error) {
	setup := s.db.Setup()
	c, ok := setup.Schedules[in.Name]
	if err := missing(ok, "schedule", string(in.Name)); err != nil {
		return list[Shift]{}, err
	}
	from, to, err := in.rangeOf(c.Zone, s.db.Now())
	if err != nil {
		return list[Shift]{}, err
	}
	plan, err := setup.Plan(in.Name)
	if err != nil {
		return list[Shift]{}, err
	}
	all := plan.Shifts(from, to)
	out := make([]Shift, len(all))
	for i, one := range all {
		out[i] = Shift{From: one.From, Until: one.Until, People: orEmpty(one.People), Layer: one.Layer, Override: one.Override}
	}
	return part(out, in.Paging, func(one Shift) string { return one.From.Format("2006-01-02T15:04:05.000000Z") })
}

func (in *shiftsIn) rangeOf(zone string, now time.Time) (from, to time.Time, err error) {
	if from, err = localIn("query.from", zone, in.From, now); err != nil {
		return from, to, err
	}
	if to, err = localIn("query.to", zone, in.To, from.Add(fourWeeks)); err != nil {
		return from, to, err
	}
	if f := fault.Of(schedule.ValidateRange(from, to)); f != nil {
		return from, to, fault.At("query.to", "%s", f.Fields[0].Sentence)
	}
	return from, to, nil
}

// localIn reads a time, local in a zone or RFC 3339.
func localIn(path, zone, text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	t, err := schedule.ParseLocal(zone, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return t, fault.At(path, "%s", err)
	}
	return t, nil
}

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
	if _, ok := setup.Schedules[in.Name]; !ok {
		return list[Override]{}, missing(false, "schedule", string(in.Name))
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

// named lists the things of one section of the setup by name.
func named[N ~string, F, T any](all map[N]F, p Paging, show func(F) T, name func(T) string) (list[T], error) {
	out := make([]T, 0, len(all))
	for _, one := range all {
		out = append(out, show(one))
	}
	return part(out, p, name)
}

