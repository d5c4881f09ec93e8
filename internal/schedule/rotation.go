package schedule

import (
	"slices"

	"firehall/internal/id"
)

// unit is what a rotation's turns are counted in.
type unit int

const (
	endless    unit = iota // one turn that never ends
	fixed                  // units of one length on the clock: hours, days, weeks
	months                 // from the anchor's day of the month, or the month's last
	activeDays             // days on which a window starts
)

// unitLengths are the units of fixed length.
var unitLengths = map[string]wall{"hour": anHour, "day": aDay, "week": aWeek}

// maxEvery is the longest turn, in units.
const maxEvery = 1000

// turns is a rotation made ready to compute. It works on walls alone, which
// the clock makes instants.
type turns struct {
	unit    unit
	length  wall // of a fixed unit
	anchor  wall // where unit 0 starts
	every   int64
	only    bool // only the first of every units is a turn
	offset  int64
	members [][]id.Person
	steady  bool     // every turn is the same people's: their ends need no looking at
	days    dayCount // of activeDays
}

// around returns the turn that w is in and the member whose it is, -1 for a
// stretch that is nobody's by design.
func (r *turns) around(w wall) (from, until wall, member int) {
	if r.unit == endless {
		return longAgo, farOff, 0
	}
	j := r.unitAt(w)
	turn := floorDiv(j, r.every)
	switch {
	case !r.only:
		from, until = r.unitStart(turn*r.every), r.unitStart((turn+1)*r.every)
	case floorMod(j, r.every) != 0:
		return r.unitStart(turn*r.every + 1), r.unitStart((turn + 1) * r.every), -1
	default:
		from, until = r.unitStart(j), r.unitStart(j+1)
	}
	return from, until, r.memberAt(turn)
}

// memberAt returns whose turn it is.
func (r *turns) memberAt(turn int64) int {
	return int(floorMod(turn+r.offset, int64(len(r.members))))
}

// turnAt returns the number of the turn that w is in; 0 starts at the anchor.
func (r *turns) turnAt(w wall) int64 { return floorDiv(r.unitAt(w), r.every) }

// unitAt returns the number of the unit that w is in.
func (r *turns) unitAt(w wall) int64 {
	switch r.unit {
	case months:
		return w.monthsSince(r.anchor)
	case activeDays:
		d := (w - r.anchor.timeOfDay()).days()
		return r.days.upTo(d) - r.days.upTo(r.anchor.days()-1) - 1
	default:
		return floorDiv(int64(w-r.anchor), int64(r.length))
	}
}

// unitStart returns where unit j starts.
func (r *turns) unitStart(j int64) wall {
	switch r.unit {
	case months:
		return r.anchor.plusMonths(j)
	case activeDays:
		d := r.days.nth(r.days.upTo(r.anchor.days()-1) + j + 1)
		return wall(d)*aDay + r.anchor.timeOfDay()
	default:
		return r.anchor + wall(j)*r.length
	}
}

// dayCount counts the days of certain weekdays: weekdays from 0 = Monday, in
// order, at least one.
type dayCount []int64

// upTo returns the number of such days up to and with day d, counted from the
// Monday before 1970-01-01.
func (c dayCount) upTo(d int64) int64 {
	d += thursday
	n := floorDiv(d, 7) * int64(len(c))
	for _, weekday := range c {
		if weekday <= floorMod(d, 7) {
			n++
		}
	}
	return n
}

// nth returns the day up to which there are n such days, itself one of them.
func (c dayCount) nth(n int64) int64 {
	week, i := floorDiv(n-1, int64(len(c))), floorMod(n-1, int64(len(c)))
	return week*7 + c[i] - thursday
}

// compile makes the rotation ready and reports what cannot be computed; one
// without members is one empty turn. startDays are the weekdays on which the
// layer's windows start.
func (r Rotation) compile(p problems, startDays []int) turns {
	t := turns{every: int64(r.Every), offset: int64(r.Offset), only: r.IntervalMode == "rrule"}
	for _, m := range r.Members {
		t.members = append(t.members, unique(m))
	}
	t.steady = !t.only && !slices.ContainsFunc(t.members, func(m []id.Person) bool { return !slices.Equal(m, t.members[0]) })
	if len(r.Members) == 0 {
		t.members = [][]id.Person{nil}
	}
	if r.Every < 1 || r.Every > maxEvery {
		p.add("every", "a turn of %d units is not possible: use 1 to %d", r.Every, maxEvery)
	}
	var ok bool
	if t.anchor, ok = parseWall(r.Start); !ok {
		p.add("start", "%.40q is no local time: write when a turn of the first member starts, such as 2026-11-03T12:00", r.Start)
	}
	r.compileUnit(p, &t, startDays)
	return t
}

func (r Rotation) compileUnit(p problems, t *turns, startDays []int) {
	t.unit, t.length = fixed, unitLengths[r.Unit]
	switch {
	case r.Unit == "month":
		t.unit = months
	case t.length == 0:
		p.add("unit", "%.40q is no unit of turns: use hour, day, week or month", r.Unit)
	}
	switch {
	case r.Advance != "" && r.Advance != "active":
		p.add("advance", "%.40q is no way to count turns: use active, or leave it out", r.Advance)
	case r.Advance == "active" && r.Unit != "day":
		p.add("advance", "only turns of days can be counted on days with a window: use unit day, or leave advance out")
	case r.Advance == "active":
		t.unit, t.days = activeDays, daySet(startDays)
	}
	if r.Align == "calendar" {
		t.anchor = r.alignToCalendar(p, t.anchor)
	}
}

// alignToCalendar moves the anchor back to the start of its week or month, at
// the same time of day.
func (r Rotation) alignToCalendar(p problems, anchor wall) wall {
	switch r.Unit {
	case "month":
		_, _, day := dateOf(anchor.days())
		return anchor - wall(day-1)*aDay
	case "week":
		first, ok := weekday(r.WeekStart)
		if !ok && r.WeekStart != "" {
			p.add("week_start", "%.20q is no weekday: use mon, tue, wed, thu, fri, sat or sun", r.WeekStart)
		}
		first = max(first, 0)
		return anchor - wall(floorMod(anchor.days()+thursday-int64(first), 7))*aDay
	}
	return anchor
}

// daySet sorts weekdays and drops repeats; none are all.
func daySet(days []int) dayCount {
	if len(days) == 0 {
		days = everyDay
	}
	var c dayCount
	for d := range dayNames {
		for _, other := range days {
			if d == other {
				c = append(c, int64(d))
				break
			}
		}
	}
	return c
}

// unique returns the people without repeats, in their order.
func unique(people []id.Person) []id.Person {
	var out []id.Person
	for _, person := range people {
		out = join(out, person)
	}
	return out
}
