package schedule

import (
	"cmp"
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

// Compiled is a schedule made ready to compute. It does not change and may be
// used by several goroutines.
type Compiled struct {
	name      id.Schedule
	zones     []*time.Location
	home      *time.Location // the schedule's own
	revisions []revision     // oldest first
}

// revision is a Revision made ready to compute.
type revision struct {
	from   instant
	layers []layer // highest priority first
}

// Compile makes a schedule ready. It fails with fault.Invalid when a layer of
// any revision cannot be computed. It is more lenient than Validate: a schedule
// without layers compiles, and nobody is on call.
func Compile(s Schedule) (*Compiled, error) {
	var found []fault.Field
	p := problems{found: &found}
	z := &zones{}
	home, err := z.number(s.Zone)
	if err != nil {
		return nil, fault.At("zone", "%s", err)
	}
	c := &Compiled{name: s.Name}
	for i, r := range s.Revisions {
		at := p.at("revisions[%d]", i)
		out := revision{from: instantOf(r.From, never)}
		for j, l := range r.Layers {
			out.layers = append(out.layers, l.compile(at.at("layers[%d]", j), s.zoneOf(r), z))
		}
		slices.SortStableFunc(out.layers, func(a, b layer) int { return cmp.Compare(b.priority, a.priority) })
		c.revisions = append(c.revisions, out)
	}
	if len(found) > 0 {
		return nil, &fault.Fault{Kind: fault.Invalid, Sentence: "schedule " + string(s.Name) + " cannot be computed", Fields: found}
	}
	slices.SortStableFunc(c.revisions, func(a, b revision) int { return cmp.Compare(a.from, b.from) })
	c.zones, c.home = z.list, z.list[home]
	return c, nil
}

// Absences say when people are never on call, because they are disabled or on
// leave. A zero From is since ever, a zero Until is for ever.
type Absences map[id.Person][]span.Span

// Plan is a schedule with its overrides and absences: it answers who is on call
// when. It does not change and may be used by several goroutines.
type Plan struct {
	*Compiled
	overrides []change            // in creation order
	away      map[id.Person][]gap // only people who are ever away
}

// change is an Override made ready to compute.
type change struct {
	*Override
	from, until instant
}

// gap is one absence.
type gap struct{ from, until instant }

// With puts overrides, in any order, and absences on the schedule. Overrides of
// other schedules are ignored when both names are known.
func (c *Compiled) With(overrides []Override, off Absences) *Plan {
	p := &Plan{Compiled: c}
	sorted := inOrder(overrides)
	for i := range sorted {
		o := &sorted[i]
		if o.Schedule != "" && c.name != "" && o.Schedule != c.name {
			continue
		}
		p.overrides = append(p.overrides, change{o, instantOf(o.From, never), instantOf(o.Until, forever)})
	}
	for person, spans := range off {
		for _, s := range spans {
			if p.away == nil {
				p.away = map[id.Person][]gap{}
			}
			p.away[person] = append(p.away[person], gap{instantOf(s.From, never), instantOf(s.Until, forever)})
		}
	}
	return p
}
