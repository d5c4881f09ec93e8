package lint

import (
	"iter"
	"slices"
	"strings"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/span"
)

// course is who can be reached when: pieces that tile the time that is looked
// at.
type course []piece

// piece is a stretch of time in which the same people can be reached.
type piece struct {
	span.Span
	people []id.Person // shared: never changed in place
}

// stretch is a span of time in which nothing changes in several courses.
type stretch struct {
	span.Span
	people [][]id.Person // by course; good until the next stretch
}

// zip walks through courses, cut at all their edges together. The list of a
// stretch is good until the next one.
func (l *look) zip(courses ...course) iter.Seq[stretch] {
	return func(yield func(stretch) bool) {
		at, people := make([]int, len(courses)), make([][]id.Person, len(courses))
		for t := l.from; t.Before(l.until); {
			next := l.until
			for i, c := range courses {
				for at[i]+1 < len(c) && !c[at[i]].Until.After(t) {
					at[i]++
				}
				people[i] = c[at[i]].people
				if end := c[at[i]].Until; end.After(t) && end.Before(next) {
					next = end
				}
			}
			if !l.walked(len(courses)) || !yield(stretch{span.Span{From: t, Until: next}, people}) {
				return
			}
			t = next
		}
	}
}

// courseOf returns the course of targets that are paged together.
func (l *look) courseOf(list []escalation.Target) course {
	if len(list) == 1 {
		return l.courseOfOne(list[0])
	}
	var key strings.Builder
	courses := make([]course, len(list))
	for i, t := range list {
		courses[i] = l.courseOfOne(t)
		key.WriteString(string(t) + " ") // no name holds a space
	}
	all := escalation.Target(key.String())
	if c, ok := l.courses[all]; ok {
		return c
	}
	var out course
	for s := range l.zip(courses...) {
		var all []id.Person
		for _, people := range s.people {
			all = union(all, people)
		}
		out = out.with(piece{s.Span, all})
	}
	return l.keep(all, l.filled(out))
}

func (l *look) courseOfOne(t escalation.Target) course {
	if c, ok := l.courses[t]; ok {
		return c
	}
	var out course
	kind, name, _ := t.Split()
	if kind == escalation.PersonTarget {
		out = l.present(out, span.Span{From: l.from, Until: l.until}, []id.Person{id.Person(name)})
	} else {
		for _, s := range l.shiftsOf(id.Schedule(name)) {
			out = l.present(out, s.Span, s.People)
		}
	}
	return l.keep(t, l.filled(out)) // there may be no such schedule
}

// filled returns a course with nobody in it for an empty one.
func (l *look) filled(c course) course {
	if len(c) == 0 {
		return course{{Span: span.Span{From: l.from, Until: l.until}}}
	}
	return c
}

// keep remembers a course that is seen whole.
func (l *look) keep(t escalation.Target, c course) course {
	if !l.effort.cut {
		l.courses[t] = c
	}
	return c
}

// present adds a span to a course with those of some people who can be reached
// in it, cut where their leave begins and ends.
func (l *look) present(c course, s span.Span, people []id.Person) course {
	people = slices.DeleteFunc(slices.Clone(people), func(n id.Person) bool { return !l.reachable(n) })
	for t := s.From; t.Before(s.Until); {
		next, here := s.Until, people
		for _, n := range people {
			for _, away := range l.facts.Away[n] {
				for _, edge := range []time.Time{away.From, away.Until} {
					if edge.After(t) && edge.Before(next) {
						next = edge
					}
				}
				if !t.Before(away.From) && (away.Until.IsZero() || t.Before(away.Until)) {
					here = slices.DeleteFunc(slices.Clone(here), func(o id.Person) bool { return o == n })
				}
			}
		}
		c = c.with(piece{span.Span{From: t, Until: next}, here})
		t = next
	}
	return c
}

// with adds a piece to the end, or lengthens the last one.
func (c course) with(p piece) course {
	if n := len(c) - 1; n >= 0 && slices.Equal(c[n].people, p.people) {
		c[n].Until = p.Until
		return c
	}
	return append(c, p)
}

// everyone returns who is in a course at all within what is told, sorted.
func (l *look) everyone(c course) []id.Person {
	l.walked(len(c))
	seen := map[id.Person]bool{}
	var out []id.Person
	for _, p := range c {
		if !l.near(p.Span) {
			continue
		}
		for _, n := range p.people {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

// near says whether a span is neither over nor too far ahead to be told.
func (l *look) near(s span.Span) bool {
	return s.Until.After(l.now) && s.From.Before(l.now.Add(Ahead))
}

// gaps returns when a course has nobody.
func (l *look) gaps(c course) []span.Span {
	l.walked(len(c))
	var out []span.Span
	for _, p := range c {
		if len(p.people) == 0 {
			out = append(out, p.Span)
		}
	}
	return l.told(out)
}

// told returns the spans that are near, neighbours joined.
func (l *look) told(list []span.Span) (out []span.Span) {
	for _, s := range list {
		if n := len(out) - 1; n >= 0 && out[n].Until.Equal(s.From) {
			out[n].Until = s.Until
			continue
		}
		out = append(out, s)
	}
	return slices.DeleteFunc(out, func(s span.Span) bool { return !l.near(s) })
}

// always says whether spans are all the time that is looked at.
func (l *look) always(list []span.Span) bool {
	return len(list) == 1 && !list[0].From.After(l.now) && !list[0].Until.Before(l.now.Add(Ahead))
}

func union(a, b []id.Person) []id.Person {
	if len(a) == 0 {
		return b
	}
	out := slices.Clip(a)
	for _, n := range b {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// within says whether all of a are in b.
func within(a, b []id.Person) bool {
	return !slices.ContainsFunc(a, func(n id.Person) bool { return !slices.Contains(b, n) })
}
