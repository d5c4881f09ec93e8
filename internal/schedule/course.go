package schedule

import (
	"slices"
	"time"

	"firehall/internal/id"
)

// course is one layer's way from what it is to what it will be: versions in
// order of time, the first since ever. A nil layer is none.
type course []version

type version struct {
	from  instant
	layer *Layer
}

// at returns the version in effect at t.
func (c course) at(t instant) *Layer {
	i := len(c) - 1
	for c[i].from > t {
		i--
	}
	return c[i].layer
}

// reviser works out how the newest revision of a schedule becomes other layers.
type reviser struct {
	schedule Schedule // its newest revision is in effect
	was      []Layer  // the layers of that revision, whatever the schedule's zone is now
	target   []Layer
	now      instant
	zones    *zones
}

// newReviser fails as Compile does, for the layers that are and for the target.
func newReviser(s Schedule, target []Layer, now time.Time) (*reviser, error) {
	newest := s.Revisions[len(s.Revisions)-1]
	v := &reviser{schedule: s, target: target, now: instant(now.UnixMicro()), zones: &zones{}}
	for _, l := range newest.Layers {
		if l.Zone == "" && s.zoneOf(newest) != s.Zone {
			l.Zone = s.zoneOf(newest)
		}
		v.was = append(v.was, l)
	}
	both := s
	both.Revisions = append(slices.Clone(s.Revisions), Revision{Layers: target})
	_, err := Compile(both)
	return v, err
}

// revisions returns the revisions by which the target comes into effect, at
// least one; the last has all of it.
func (v *reviser) revisions() []Revision {
	courses := v.courses()
	var times []instant
	for _, c := range courses {
		for _, change := range c[1:] {
			times = append(times, change.from)
		}
	}
	if len(times) == 0 {
		times = []instant{v.now} // only their order is new
	}
	slices.Sort(times)
	var out []Revision
	for _, t := range slices.Compact(times) {
		r := Revision{From: t.time(), Zone: v.schedule.Zone}
		for _, c := range courses {
			if l := c.at(t); l != nil {
				r.Layers = append(r.Layers, *l)
			}
		}
		out = append(out, r)
	}
	return out
}

// courses returns the target's layers in their order, then those that end.
func (v *reviser) courses() []course {
	follows := v.pairs()
	var out []course
	for i := range v.target {
		l := &v.target[i]
		if follows[i] < 0 {
			out = append(out, course{{never, nil}, {v.begin(*l), l}})
			continue
		}
		out = append(out, v.course(&v.was[follows[i]], *l))
	}
	for j := range v.was {
		if !slices.Contains(follows, j) {
			at, _ := v.handoff(v.was[j])
			out = append(out, course{{never, &v.was[j]}, {at, nil}})
		}
	}
	return out
}

// pairs finds for each layer of the target the one that it follows: the one of
// its name, else the next whose name is gone; -1 for none.
func (v *reviser) pairs() []int {
	out := make([]int, len(v.target))
	for i, l := range v.target {
		out[i] = slices.IndexFunc(v.was, func(o Layer) bool { return o.Name == l.Name })
		if slices.Contains(out[:i], out[i]) {
			out[i] = -1
		}
	}
	for i := range out {
		for j := 0; j < len(v.was) && out[i] < 0; j++ {
			if !slices.Contains(out, j) {
				out[i] = j
			}
		}
	}
	return out
}

// course returns the way from one layer to the one that follows it.
func (v *reviser) course(old *Layer, l Layer) course {
	if old.equal(l) {
		l.setOffset(old.offset())
		return course{{never, &l}}
	}
	at, on := v.handoff(*old)
	if !on {
		return course{{never, old}, {v.begin(l), &l}}
	}
	next := -1
	switch {
	case l.Rotation == nil:
	case old.Rotation == nil:
		next = place(l.Rotation.Members, old.Users, 0)
	default:
		next = successor(old.Rotation.Members, v.turnNow(*old), l.Rotation.Members)
	}
	if next < 0 { // there is no order to go on with: l starts as it is written
		return course{{never, old}, {at, &l}}
	}
	return append(course{{never, old}}, v.takeOver(l, at, next)...)
}

// takeOver returns the versions by which the member at place next has the turn
// of l from at on. When what is left of that turn is less than half of it, they
// have the next one too: nobody's first turn is a mere hour because the time of
// the handoff moved.
func (v *reviser) takeOver(l Layer, at instant, next int) []version {
	ready, c := v.ready(l)
	w := c.reached(at)
	offset := next - int(floorMod(ready.turns.turnAt(w), int64(len(l.Rotation.Members))))
	l.setOffset(offset)
	out := []version{{at, &l}}
	from, until, _ := ready.turns.around(w)
	begin, end := c.resolve(from), c.resolve(until)
	if (end-at)*2 < end-begin {
		later := l
		later.setOffset(offset - 1)
		out = append(out, version{end, &later})
	}
	return out
}

// handoff returns when the turn that is on in a layer ends; for a layer without
// turns when its window closes, and now when it is always open. It returns false
// when the layer is not active, or has no turns and is closed: nothing is on.
func (v *reviser) handoff(l Layer) (instant, bool) {
	ready, c := v.ready(l)
	if v.now < ready.from || v.now >= ready.until {
		return v.now, false
	}
	w := c.reached(v.now)
	_, until, open := ready.windows.around(w)
	switch {
	case ready.rotates:
		_, until, _ = ready.turns.around(w)
	case !open || until == farOff:
		return v.now, open
	}
	return min(c.resolve(until), ready.until), true
}

// begin returns when a layer that follows none begins: now, or when the shift
// that is on now ends if the layer would change who is on call.
func (v *reviser) begin(l Layer) instant {
	ready, c := v.ready(l)
	if p := ready.at(c, v.now); !p.on {
		return v.now
	}
	current := v.schedule
	current.Revisions = []Revision{{Layers: v.was}}
	compiled, err := Compile(current)
	if err != nil {
		return v.now // newReviser has compiled them
	}
	shift := compiled.With(nil, nil).walk().whole(v.now)
	if len(shift.people) == 0 || shift.until == forever {
		return v.now
	}
	return shift.until
}

// turnNow returns whose turn it is in a layer with a rotation.
func (v *reviser) turnNow(l Layer) int {
	ready, c := v.ready(l)
	_, _, member := ready.turns.around(c.reached(v.now))
	return max(member, 0)
}

// ready returns a layer made ready, and its clock.
func (v *reviser) ready(l Layer) (layer, *clock) {
	out := l.compile(problems{}, v.schedule.Zone, v.zones)
	return out, &clock{loc: v.zones.list[out.clock]}
}

// offset returns how many members are skipped at the rotation's start.
func (l Layer) offset() int {
	if l.Rotation == nil {
		return 0
	}
	return l.Rotation.Offset
}

// setOffset skips n members at the rotation's start, in a copy of it.
func (l *Layer) setOffset(n int) {
	if l.Rotation == nil || len(l.Rotation.Members) == 0 {
		return
	}
	r := *l.Rotation
	r.Offset = int(floorMod(int64(n), int64(len(r.Members))))
	l.Rotation = &r
}

// successor returns the place in order of whose turn comes after that of the
// old member: the next one, or, when the old member has left, the first of
// those after them in the old order who has not; 0 when all have left, -1 when
// there is no order.
func successor(old []Turn, member int, order []Turn) int {
	if len(order) == 0 {
		return -1
	}
	for i := range old {
		from := (member + i) % len(old)
		earlier := 0 // turns of the same people, for who has several
		for _, t := range old[:from] {
			if slices.Equal(t, old[from]) {
				earlier++
			}
		}
		p := place(order, old[from], earlier)
		switch {
		case p >= 0 && i == 0:
			return (p + 1) % len(order)
		case p >= 0:
			return p
		}
	}
	return 0
}

// place returns where the same people have a turn in order, after as many
// earlier turns of theirs or else the last one; or else where one of them has;
// -1 when nobody has.
func place(order []Turn, people Turn, earlier int) int {
	found := -1
	for i, t := range order {
		if slices.Equal(t, people) {
			if found = i; earlier == 0 {
				return i
			}
			earlier--
		}
	}
	if found >= 0 {
		return found
	}
	return slices.IndexFunc(order, func(t Turn) bool {
		return slices.ContainsFunc(people, func(p id.Person) bool { return slices.Contains(t, p) })
	})
}
