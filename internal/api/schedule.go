package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/team"
)

// firstYear and lastYear bound the times that are asked about: an answer holds
// times before and after, and JSON has none after the year 9999.
const firstYear, lastYear = 1000, 9000

// instantIn reads an RFC 3339 time. In a query a + that was not escaped has
// become a space.
func instantIn(path, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return t, fault.At(path, "%.40q is no time; write one like 2026-11-24T03:00:00Z", text)
	}
	if t = t.UTC(); t.Year() < firstYear || t.Year() > lastYear {
		return t, fault.At(path, "%.40q is too far away; name a time from the year %d to %d", text, firstYear, lastYear)
	}
	return t, nil
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
	Name   id.Schedule `json:"name"`
	Team   id.Team     `json:"team"`
	Zone   string      `json:"zone"`
	Layers []Layer     `json:"layers" nullable:"false" doc:"As in the setup file."`
}

// Layer is one rota of a schedule.
type Layer struct {
	Name        string            `json:"name"`
	Priority    int               `json:"priority" doc:"Equal ones join; a higher one hides lower ones."`
	Zone        string            `json:"zone,omitempty" doc:"Absent: the schedule's."`
	ActiveFrom  string            `json:"active_from,omitempty"`
	ActiveUntil string            `json:"active_until,omitempty"`
	Windows     []schedule.Window `json:"windows,omitempty" nullable:"false" doc:"Absent: all the time."`
	Users       []id.Person       `json:"users,omitempty" nullable:"false" doc:"Always on call."`
	Rotation    *Rotation         `json:"rotation,omitempty"`
}

// Rotation is members who take turns.
type Rotation struct {
	Unit    string `json:"unit" enum:"hour,day,week,month"`
	Every   int    `json:"every" doc:"Length of a turn in units."`
	Start   string `json:"start" doc:"Local: a turn of the first member starts here."`
	Members []Turn `json:"members" nullable:"false"`
	Advance string `json:"advance,omitempty" doc:"active: days without a window are no turns."`
}

// Turn is who is on call together: a name, or a list of names.
type Turn schedule.Turn

// MarshalJSON writes one person as a name, anything else as a list.
func (t Turn) MarshalJSON() ([]byte, error) { return schedule.Turn(t).MarshalJSON() }

// Schema describes the two forms.
func (Turn) Schema(huma.Registry) *huma.Schema {
	name := &huma.Schema{Type: huma.TypeString}
	return &huma.Schema{OneOf: []*huma.Schema{name, {Type: huma.TypeArray, Items: name}}}
}

func scheduleOf(c schedule.Schedule) Schedule {
	out := Schedule{Name: c.Name, Team: c.Team, Zone: c.Zone, Layers: []Layer{}}
	for _, l := range c.Layers() {
		layer := Layer{
			Name: l.Name, Priority: l.Priority, Zone: l.Zone, ActiveFrom: l.ActiveFrom, ActiveUntil: l.ActiveUntil,
			Windows: l.Windows, Users: l.Users,
		}
		if r := l.Rotation; r != nil {
			layer.Rotation = &Rotation{Unit: r.Unit, Every: r.Every, Start: r.Start, Members: turnsOf(r.Members), Advance: r.Advance}
		}
		out.Layers = append(out.Layers, layer)
	}
	return out
}

func turnsOf(list []schedule.Turn) []Turn {
	out := make([]Turn, len(list))
	for i, t := range list {
		out[i] = Turn(t)
	}
	return out
}

func (s *Server) schedules(_ context.Context, _ team.Actor, in *Paging) (list[Schedule], error) {
	return named(s.db.Setup().Schedules, *in, scheduleOf, func(c Schedule) string { return string(c.Name) })
}

// ScheduleIn names a schedule.
type ScheduleIn struct {
	Name id.Schedule `path:"name" doc:"The schedule's name."`
}

func (s *Server) schedule(_ context.Context, _ team.Actor, in *ScheduleIn) (Schedule, error) {
	known := s.db.Setup().Schedules
	return scheduleOf(known[in.Name]), missing("schedule", "schedules", in.Name, known)
}

// missing fails with NotFound, and the names that there are, unless name is one
// of them.
func missing[K ~string, T any](kind, kinds string, name K, known map[K]T) error {
	if _, ok := known[name]; ok {
		return nil
	}
	return action.Missing(kind, kinds, name, known)
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
	c := setup.Schedules[in.Name]
	if err := missing("schedule", "schedules", in.Name, setup.Schedules); err != nil {
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
