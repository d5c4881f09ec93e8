package schedule

import (
	"fmt"
	"strings"
	"time"

	"firehall/internal/id"
)

// Answer says who is on call on a schedule at one time, and why.
type Answer struct {
	Schedule id.Schedule
	People   []id.Person // in the layers' order, without repeats; empty: nobody. Shared: do not change it
	From     time.Time   // of the whole shift; zero: more than the Horizon ago
	Until    time.Time   // of the whole shift, not inside; zero: more than the Horizon away
	Layer    string      // as in Shift
	Override id.Override // as in Shift
	Reason   string      // one sentence without a full stop, in the schedule's zone
}

// OnCall returns who is on call on a schedule at t. It fails as Compile does.
func OnCall(s Schedule, overrides []Override, off Absences, t time.Time) (Answer, error) {
	c, err := Compile(s)
	if err != nil {
		return Answer{}, err
	}
	return c.With(overrides, off).OnCall(t), nil
}

// OnCall returns who is on call at t, and the whole shift around it.
func (p *Plan) OnCall(t time.Time) Answer {
	s := p.walk().whole(instant(t.UnixMicro()))
	shift := s.shift()
	return Answer{
		Schedule: p.name, People: shift.People, From: shift.From, Until: shift.Until,
		Layer: shift.Layer, Override: shift.Override, Reason: p.reason(&s),
	}
}

// reason says in one sentence why these people are on call, or why nobody is.
func (p *Plan) reason(s *segment) string {
	var b strings.Builder
	b.WriteString(names(s.people))
	b.WriteString(": ")
	switch {
	case len(s.people) == 0 && len(s.away) > 0:
		fmt.Fprintf(&b, "%s would be, by %s, but cannot: disabled or on leave", names(s.away), s.source())
	case s.override != nil:
		b.WriteString(s.source())
	case s.layer == "" && len(p.revisions) == 0:
		b.WriteString("the schedule has no layers")
	case s.layer == "":
		b.WriteString("no layer covers this time")
	case len(s.people) == 0:
		b.WriteString(s.source() + ", which is empty")
	default:
		b.WriteString(s.source())
	}
	if len(s.people) > 0 && len(s.away) > 0 {
		b.WriteString(", without " + names(s.away) + " (disabled or on leave)")
	}
	b.WriteString(p.ending(s.until))
	return b.String()
}

// source names the override or layer that a segment comes from.
func (s *segment) source() string {
	switch {
	case s.override != nil && s.layer != "":
		return s.override.words() + " (layer " + s.layer + ")"
	case s.override != nil:
		return s.override.words()
	case s.turn > 0:
		return fmt.Sprintf("layer %s, turn %d of %d", s.layer, s.turn, s.turns)
	case strings.Contains(s.layer, ", "):
		return "layers " + s.layer
	}
	return "layer " + s.layer
}

// ending says until when, in the schedule's zone.
func (p *Plan) ending(until instant) string {
	if until == forever {
		return ", with no end in sight"
	}
	return ", until " + until.time().In(p.home).Format("Mon 2006-01-02 15:04 ") + p.home.String()
}

// names joins people: "ana", "ana and ben", "ana, ben and cy", "nobody".
func names(people []id.Person) string {
	switch n := len(people); n {
	case 0:
		return "nobody"
	case 1:
		return string(people[0])
	default:
		parts := make([]string, n-1)
		for i := range parts {
			parts[i] = string(people[i])
		}
		return strings.Join(parts, ", ") + " and " + string(people[n-1])
	}
}
