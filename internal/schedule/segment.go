package schedule

import (
	"slices"
	"sort"

	"firehall/internal/id"
)

// segment is a stretch of time in which the same is true. Two neighbouring
// segments may say the same.
type segment struct {
	from, until instant
	people      []id.Person // shared: never changed in place
	layer       string      // whose turn it is, or would be: names joined by ", "
	override    *Override   // the last that changed something
	away        []id.Person // who would be on call but is away

	turn, turns int // which turn of how many, from 1; 0 when not one rotation's
}

// same says whether two segments are parts of one shift.
func (s *segment) same(o *segment) bool {
	return s.layer == o.layer && s.override == o.override && slices.Equal(s.people, o.people)
}

// clip shortens the segment to what it shares with a stretch that overlaps it.
func (s *segment) clip(from, until instant) {
	s.from, s.until = max(s.from, from), min(s.until, until)
}

// walker computes segments of a plan. It remembers where it is, which makes
// neighbouring segments cheap; so two goroutines never share one.
type walker struct {
	*Plan
	clocks    []clock
	rev       int     // whose pieces these are
	pieces    []piece // a layer's last; empty at first
	overrides inForce
}

// inForce is which overrides hold in a stretch of time.
type inForce struct {
	from, until    instant
	fixed, replace *Override
	swaps          []*Override
}

func (p *Plan) walk() *walker {
	w := &walker{Plan: p, rev: -1, clocks: make([]clock, len(p.zones))}
	for i, loc := range p.zones {
		w.clocks[i].loc = loc
	}
	return w
}

// at returns the segment around t: layers, then overrides, then absences.
func (w *walker) at(t instant) segment {
	o := w.overridesAt(t)
	var s segment
	switch {
	case o.fixed != nil:
		s = o.fixed.fixedAt(t)
	case o.replace != nil:
		s = segment{from: never, until: forever, people: o.replace.Users, override: o.replace}
	default:
		s = w.layersAt(t)
		for _, swap := range o.swaps {
			if people, changed := swap.swap(s.people); changed {
				s.people, s.override = people, swap
			}
		}
	}
	s.clip(o.from, o.until)
	if len(w.away) > 0 {
		w.dropAway(&s, t)
	}
	return s
}

// overridesAt returns the overrides in force around t.
func (w *walker) overridesAt(t instant) *inForce {
	in := &w.overrides
	if in.from <= t && t < in.until {
		return in
	}
	*in = inForce{from: never, until: forever, swaps: in.swaps[:0]}
	for i := range w.Plan.overrides {
		o := &w.Plan.overrides[i]
		switch {
		case t < o.from:
			in.until = min(in.until, o.from)
			continue
		case o.until <= t:
			in.from = max(in.from, o.until)
			continue
		}
		in.from, in.until = max(in.from, o.from), min(in.until, o.until)
		switch o.Kind {
		case FixedWindow:
			in.fixed = o.Override
		case ReplaceAll:
			in.replace = o.Override
		case Swap:
			in.swaps = append(in.swaps, o.Override)
		}
	}
	return in
}

// fixedAt returns the segment around t of a fixed window.
func (o *Override) fixedAt(t instant) segment {
	s := segment{from: never, until: forever, override: o}
	for _, shift := range o.Shifts {
		from, until := instantOf(shift.From, never), instantOf(shift.Until, forever)
		switch {
		case t < from:
			s.until = min(s.until, from)
		case until <= t:
			s.from = max(s.from, until)
		default:
			s.clip(from, until)
			s.people = join(s.people, shift.Person)
		}
	}
	return s
}

// layersAt returns the segment around t as the layers alone have it.
func (w *walker) layersAt(t instant) segment {
	s := segment{from: never, until: forever}
	next := sort.Search(len(w.revisions), func(i int) bool { return w.revisions[i].from > t })
	if next < len(w.revisions) {
		s.until = w.revisions[next].from
	}
	if next == 0 {
		return s
	}
	r := &w.revisions[next-1]
	s.clip(r.from, forever)
	if w.rev != next-1 {
		w.rev = next - 1
		w.pieces = append(w.pieces[:0], make([]piece, len(r.layers))...)
	}
	for first := 0; first < len(r.layers); {
		end := first + 1
		for end < len(r.layers) && r.layers[end].priority == r.layers[first].priority {
			end++
		}
		if w.group(&s, r.layers[first:end], w.pieces[first:end], t) {
			break // lower layers are hidden
		}
		first = end
	}
	return s
}

// group adds the layers of one priority to s and says whether any is active.
func (w *walker) group(s *segment, layers []layer, pieces []piece, t instant) bool {
	var active, staffed int // the last of them, counted from 1
	for i := range layers {
		l, p := &layers[i], &pieces[i]
		if !p.has(t) {
			*p = l.at(&w.clocks[l.clock], t)
		}
		s.clip(p.from, p.until)
		if !p.on {
			continue
		}
		active = i + 1
		people := l.people(p)
		switch {
		case len(people) == 0:
			continue
		case staffed == 0:
			s.people, s.layer = people, l.name
			s.turn, s.turns = l.turn(p)
		default:
			s.people = union(s.people, people)
			s.layer += ", " + l.name
			s.turn, s.turns = 0, 0
		}
		staffed = i + 1
	}
	if active > 0 && staffed == 0 {
		s.layer = layers[active-1].name
		s.turn, s.turns = layers[active-1].turn(&pieces[active-1])
	}
	return active > 0
}

// turn returns which turn of how many a piece is, from 1; 0 when it is nobody's
// by design or the layer has no turns.
func (l *layer) turn(p *piece) (turn, turns int) {
	if !l.rotates || p.member < 0 {
		return 0, 0
	}
	return p.member + 1, len(l.turns.members)
}

// union returns a and then those of b who are not in a, in a list of its own.
func union(a, b []id.Person) []id.Person {
	out := slices.Clip(a)
	for _, person := range b {
		out = join(out, person)
	}
	return out
}

// dropAway takes out of s who is away at t.
func (w *walker) dropAway(s *segment, t instant) {
	for _, person := range s.people {
		for _, g := range w.away[person] {
			switch {
			case t < g.from:
				s.until = min(s.until, g.from)
			case g.until <= t:
				s.from = max(s.from, g.until)
			default:
				s.clip(g.from, g.until)
				s.away = join(s.away, person)
			}
		}
	}
	if len(s.away) > 0 {
		s.people = slices.DeleteFunc(slices.Clone(s.people), func(person id.Person) bool {
			return slices.Contains(s.away, person)
		})
	}
}
