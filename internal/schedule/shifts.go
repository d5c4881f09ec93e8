package schedule

import (
	"math"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

// Shift is a span of time in which the same people are on call for the same
// reason. Nobody is a shift too: a gap.
type Shift struct {
	span.Span
	People   []id.Person // in the layers' order, without repeats; empty: a gap. Shared: do not change it
	Layer    string      // whose turn it is, or whose empty turn; several joined by ", "; "" when none
	Override id.Override // the last override that changed something; "" when none
}

// MaxRange is the longest range that doors should ask Shifts for.
const MaxRange = 3 * 366 * 24 * time.Hour

// ValidateRange says what is wrong with a range that somebody asks shifts for.
func ValidateRange(from, until time.Time) error {
	switch {
	case !from.Before(until):
		return fault.At("until", "the range ends before it begins: name a time after %s", from.Format(time.RFC3339))
	case until.Sub(from) > MaxRange:
		return fault.At("until", "a range of shifts is at most three years: ask for less at once")
	}
	return nil
}

// Shifts returns the shifts from one time until another, cut to that range and
// tiling it: each begins where the one before ends, gaps included, and no two
// neighbours are the same. It returns none for an empty range. It takes time
// and memory in proportion to the shifts.
func (p *Plan) Shifts(from, until time.Time) []Shift {
	out, _ := p.ShiftsWithin(from, until, math.MaxInt)
	return out
}

// ShiftsWithin returns the same with the pieces of time that it took, unless
// they are more than most: then it returns no shifts. A shift is one piece or
// several.
func (p *Plan) ShiftsWithin(from, until time.Time, most int) (out []Shift, pieces int) {
	w := p.walk()
	t, end := instant(from.UnixMicro()), instant(until.UnixMicro())
	var last segment
	for t < end {
		if pieces++; pieces > most {
			return nil, pieces
		}
		s := w.at(t)
		s.clip(t, end)
		t = s.until
		if len(out) > 0 && s.same(&last) {
			out[len(out)-1].Until = s.until.time()
			continue
		}
		out = append(out, s.shift())
		last = s
	}
	return out, pieces
}

func (s *segment) shift() Shift {
	out := Shift{Span: span.Span{From: s.from.time(), Until: s.until.time()}, People: s.people, Layer: s.layer}
	if s.override != nil {
		out.Override = s.override.ID
	}
	return out
}

// Horizon is how far OnCall and NextHandoff look for the ends of a shift.
const Horizon = 400 * 24 * time.Hour

const horizon = instant(Horizon / time.Microsecond)

// whole returns the shift around t, as long as it is. An end that is further
// away than the horizon becomes an end of time.
func (w *walker) whole(t instant) segment {
	s := w.at(t)
	for s.until <= t+horizon {
		next := w.at(s.until)
		if !next.same(&s) {
			break
		}
		s.until = next.until
	}
	for s.from > t-horizon {
		before := w.at(s.from - 1)
		if !before.same(&s) {
			break
		}
		s.from = before.from
	}
	if s.until > t+horizon {
		s.until = forever
	}
	if s.from <= t-horizon {
		s.from = never
	}
	return s
}

// NextHandoff returns the first shift after t whose people are others than at
// t, which may be nobody, as long as it is. It returns false when the people
// stay the same within the Horizon.
func (p *Plan) NextHandoff(t time.Time) (Shift, bool) {
	w := p.walk()
	at := instant(t.UnixMicro())
	now := w.at(at)
	for next := now; next.until <= at+horizon; {
		next = w.at(next.until)
		if !samePeople(next.people, now.people) {
			next = w.whole(next.from)
			return next.shift(), true
		}
	}
	return Shift{}, false
}

// samePeople says whether two lists without repeats hold the same people.
func samePeople(a, b []id.Person) bool {
	return len(a) == len(b) && len(union(a, b)) == len(a)
}
