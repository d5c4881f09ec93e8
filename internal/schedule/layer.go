package schedule

import (
	"time"

	"firehall/internal/id"
)

// layer is a Layer made ready to compute.
type layer struct {
	name        string
	priority    int
	clock       int // which of the zones
	from, until instant
	windows     week
	turns       turns
	rotates     bool
}

// piece is what a layer says about a stretch of time.
type piece struct {
	from, until instant
	on          bool // inside its windows and while it is active
	member      int  // of its turns; -1: nobody's turn
}

func (p *piece) has(t instant) bool { return p.from <= t && t < p.until }

// at returns what the layer says around t. Two neighbouring pieces may say the
// same.
func (l *layer) at(c *clock, t instant) piece {
	switch {
	case t < l.from:
		return piece{from: never, until: l.from}
	case t >= l.until:
		return piece{from: l.until, until: forever}
	}
	w := c.reached(t)
	from, until, open := l.windows.around(w)
	p := piece{on: open}
	if open {
		var turnFrom, turnUntil wall
		turnFrom, turnUntil, p.member = l.turns.around(w)
		if !l.turns.steady {
			from, until = max(from, turnFrom), min(until, turnUntil)
		}
	}
	p.from = max(l.from, c.resolve(from))
	p.until = min(l.until, c.resolve(until))
	return p
}

// people returns who is on call in a piece of the layer. The list is shared.
func (l *layer) people(p *piece) []id.Person {
	if !p.on || p.member < 0 {
		return nil
	}
	return l.turns.members[p.member]
}

// compile makes the layer ready and reports what cannot be computed. zone is
// the schedule's; zones finds a zone's number.
func (l Layer) compile(p problems, zone string, z *zones) layer {
	out := layer{name: l.Name, priority: l.Priority, rotates: l.Rotation != nil}
	if l.Zone != "" {
		zone = l.Zone
	}
	var err error
	if out.clock, err = z.number(zone); err != nil {
		p.add("zone", "%s", err)
	} else {
		loc := z.list[out.clock]
		out.from = l.bound(p, "active_from", l.ActiveFrom, loc, never)
		out.until = l.bound(p, "active_until", l.ActiveUntil, loc, forever)
	}
	if out.until < out.from {
		p.add("active_until", "the layer ends before it begins: name a time after %s", l.ActiveFrom)
	}
	var all []stint
	var days []int
	for i, v := range l.Windows {
		at := p.at("windows[%d]", i)
		all = append(all, v.stints(at)...)
		days = append(days, v.days(problems{})...)
	}
	out.windows = unite(all)
	out.windows.always = out.windows.always || len(l.Windows) == 0
	if l.Rotation == nil {
		out.turns = turns{members: [][]id.Person{unique(l.Users)}}
	} else {
		out.turns = l.Rotation.compile(p.at("rotation"), days)
	}
	return out
}

// bound reads active_from or active_until.
func (l Layer) bound(p problems, path, text string, loc *time.Location, open instant) instant {
	if text == "" {
		return open
	}
	t, err := ParseLocal(loc.String(), text)
	if err != nil {
		p.add(path, "%s", err)
	}
	return instantOf(t, open)
}

// zones numbers the zones that a schedule uses.
type zones struct {
	names []string
	list  []*time.Location
}

func (z *zones) number(name string) (int, error) {
	for i, n := range z.names {
		if n == name {
			return i, nil
		}
	}
	loc, err := loadZone(name)
	if err != nil {
		return 0, err
	}
	z.names, z.list = append(z.names, name), append(z.list, loc)
	return len(z.list) - 1, nil
}
