// Package schedule computes who is on call when: layers of rotations and
// windows in local time, overrides on top, and what a change to them does.
//
// Everything that pages, shows, exports or feeds shifts asks this package, so
// that "who is on call at t?" has one answer. Compile a Schedule once, put the
// overrides and absences on it with With, then ask the Plan.
package schedule

import (
	"encoding/json"
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Schedule says who is on call when. Its past is a record: a change adds a
// revision and leaves the earlier ones as they were.
type Schedule struct {
	Name      id.Schedule
	Team      id.Team
	Zone      string     // IANA name; layers that name no zone use it
	Revisions []Revision // oldest first; the last may not be in effect yet
}

// Revision is a set of layers in effect from one instant until the next
// revision's.
type Revision struct {
	From   time.Time `json:"from,omitzero"`  // zero: since ever
	Zone   string    `json:"zone,omitempty"` // the schedule's zone then; "": its zone now
	Layers []Layer   `json:"layers"`
}

// Layer is one rota of a schedule, in the form of the setup file. It has either
// Users, who are always on call, or a Rotation; Windows restrict both.
//
// Layers of equal priority join. A higher one hides lower ones while it is
// active, even when its turn is empty.
type Layer struct {
	Name        string      `json:"name"` // unique in a revision, at most 64 runes
	Priority    int         `json:"priority"`
	Zone        string      `json:"zone,omitempty"`         // IANA name; "": the schedule's
	ActiveFrom  string      `json:"active_from,omitempty"`  // RFC 3339, or local in the layer's zone; "": since ever
	ActiveUntil string      `json:"active_until,omitempty"` // likewise; "": for ever
	Windows     []Window    `json:"windows,omitempty"`      // none: all the time
	Users       []id.Person `json:"users,omitempty"`
	Rotation    *Rotation   `json:"rotation,omitempty"`
}

// Window is a stretch of local time that comes back every week. It belongs to
// the day on which it starts and is half-open.
type Window struct {
	Days  []string `json:"days,omitempty"`   // mon … sun; nil: every day
	From  string   `json:"from"`             // "09:00"
	To    string   `json:"to"`               // "17:00", "24:00"; at or before From it is the next day's
	ToDay string   `json:"to_day,omitempty"` // the weekday on which it ends, when that is not the same or the next
}

// Rotation is members who take turns. Turns are wall-clock time: a day may have
// 23 or 25 hours. The last four fields are no part of the setup file.
type Rotation struct {
	Unit    string `json:"unit"`  // hour, day, week or month
	Every   int    `json:"every"` // length of a turn in units, at least 1
	Start   string `json:"start"` // "2026-11-03T12:00", local: a turn of the first member starts here; turns go on before it too
	Members []Turn `json:"members"`
	Advance string `json:"advance,omitempty"` // "active": days without a window are no turns; only for days

	Offset       int    `json:"offset,omitempty"` // members skipped at Start, kept by Revise so that the order goes on
	Align        string `json:"-"`                // "calendar": weeks start on WeekStart, months on the 1st
	WeekStart    string `json:"-"`                // mon … sun; "": mon
	IntervalMode string `json:"-"`                // "rrule": of Every units only the first is the turn, the others are empty
}

// Turn is who is on call together in one turn: one person, a pair, or nobody
// (a gap). In JSON it is a name or a list of names.
type Turn []id.Person

// MarshalJSON writes one person as a name, anything else as a list.
func (t Turn) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal(append([]id.Person{}, t...))
}

// UnmarshalJSON reads a name or a list of names. It fails with fault.Invalid
// on anything else.
func (t *Turn) UnmarshalJSON(b []byte) error {
	var one id.Person
	if json.Unmarshal(b, &one) == nil && string(b) != "null" {
		*t = Turn{one}
		return nil
	}
	var several []id.Person
	if err := json.Unmarshal(b, &several); err != nil || several == nil {
		return fault.New(fault.Invalid, "a member is a name or a list of names, such as ana, [ana, dee] or [] for an empty turn, not %.40s", b)
	}
	*t = several
	return nil
}

// Plain returns the layer as the setup file has it: without what Revise keeps
// in it and without the ways of other products.
func (l Layer) Plain() Layer {
	if l.Rotation == nil {
		return l
	}
	l.Rotation = &Rotation{
		Unit: l.Rotation.Unit, Every: l.Rotation.Every, Start: l.Rotation.Start,
		Members: l.Rotation.Members, Advance: l.Rotation.Advance,
	}
	return l
}

// Layers returns the layers of the newest revision as the setup file has them,
// also when that revision is not in effect yet.
func (s Schedule) Layers() []Layer {
	if len(s.Revisions) == 0 {
		return nil
	}
	return plain(s.Revisions[len(s.Revisions)-1].Layers)
}

// People returns everyone whom the revisions in effect at now or later name,
// sorted. Who is named only by an override is not among them.
func (s Schedule) People(now time.Time) []id.Person {
	var all []id.Person
	for i, r := range s.Revisions {
		if i+1 < len(s.Revisions) && !s.Revisions[i+1].From.After(now) {
			continue // replaced by now
		}
		for _, l := range r.Layers {
			all = append(all, l.Users...)
			if l.Rotation != nil {
				for _, m := range l.Rotation.Members {
					all = append(all, m...)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// zoneOf returns the zone of revision r of s.
func (s Schedule) zoneOf(r Revision) string {
	if r.Zone != "" {
		return r.Zone
	}
	return s.Zone
}

func plain(layers []Layer) []Layer {
	out := make([]Layer, len(layers))
	for i, l := range layers {
		out[i] = l.Plain()
	}
	return out
}
