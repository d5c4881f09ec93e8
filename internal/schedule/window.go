package schedule

import (
	"cmp"
	"slices"
	"sort"
)

// dayNames are the weekdays, from 0 = Monday.
var dayNames = [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// everyDay is the days of a window that names none.
var everyDay = []int{0, 1, 2, 3, 4, 5, 6}

// weekday returns the day that name means, from 0 = Monday.
func weekday(name string) (int, bool) {
	i := slices.Index(dayNames[:], name)
	return i, i >= 0
}

// stint is a half-open stretch of a week, counted from Monday 00:00. It may end
// in the next week.
type stint struct{ from, until wall }

// week is the union of a layer's windows: stints that neither meet nor
// overlap, in order, also over the turn of the week. It may be empty.
type week struct {
	always bool
	stints []stint
}

// around returns the stretch around w in which the windows are all open or all
// closed, and which of the two.
func (y week) around(w wall) (from, until wall, open bool) {
	if y.always || len(y.stints) == 0 {
		return longAgo, farOff, y.always
	}
	monday := w.weekStart()
	pos := w - monday
	n := len(y.stints)
	i := sort.Search(n, func(i int) bool { return y.stints[i].from > pos })
	last := stint{y.stints[n-1].from - aWeek, y.stints[n-1].until - aWeek}
	if i > 0 {
		last = y.stints[i-1]
	}
	if pos < last.until {
		return monday + last.from, monday + last.until, true
	}
	next := y.stints[0].from + aWeek
	if i < n {
		next = y.stints[i].from
	}
	return monday + last.until, monday + next, false
}

// unite returns the union of stints that begin in the week and last at most a
// week each.
func unite(all []stint) week {
	var sorted []stint
	for _, shift := range [...]wall{-aWeek, 0, aWeek} { // neighbouring weeks may reach into this one
		for _, s := range all {
			sorted = append(sorted, stint{s.from + shift, s.until + shift})
		}
	}
	slices.SortFunc(sorted, func(a, b stint) int { return cmp.Compare(a.from, b.from) })
	var merged []stint
	for _, s := range sorted {
		if n := len(merged); n > 0 && s.from <= merged[n-1].until {
			merged[n-1].until = max(merged[n-1].until, s.until)
		} else {
			merged = append(merged, s)
		}
	}
	var y week
	for _, s := range merged {
		if s.until-s.from >= aWeek {
			return week{always: true}
		}
		if 0 <= s.from && s.from < aWeek {
			y.stints = append(y.stints, s)
		}
	}
	return y
}

// stints returns the stretches of one window, one for each of its days, and
// reports what is wrong with it.
func (v Window) stints(p problems) []stint {
	from, fromOK := timeOfDay(v.From)
	if !fromOK || from >= aDay {
		p.add("from", "%.20q is no time of day: write it as \"09:00\", from \"00:00\" to \"23:59\"", v.From)
	}
	to, toOK := timeOfDay(v.To)
	if !toOK {
		p.add("to", "%.20q is no time of day: write it as \"17:00\", up to \"24:00\"", v.To)
	}
	toDay, named := weekday(v.ToDay)
	if v.ToDay != "" && !named {
		p.add("to_day", "%.20q is no weekday: use mon, tue, wed, thu, fri, sat or sun", v.ToDay)
	}
	var out []stint
	for _, d := range v.days(p) {
		length := to - from
		if named {
			length += wall(floorMod(int64(toDay-d), 7)) * aDay
			if length <= 0 {
				length += aWeek
			}
		} else if length <= 0 {
			length += aDay
		}
		start := wall(d)*aDay + from
		out = append(out, stint{start, start + length})
	}
	return out
}

// days returns the weekdays on which the window starts.
func (v Window) days(p problems) []int {
	if v.Days == nil {
		return everyDay
	}
	var out []int
	for i, name := range v.Days {
		d, ok := weekday(name)
		if !ok {
			p.at("days[%d]", i).add("", "%.20q is no weekday: use mon, tue, wed, thu, fri, sat or sun", name)
			continue
		}
		out = append(out, d)
	}
	if len(v.Days) == 0 {
		p.add("days", "the window names no day: name one, or leave days out for every day")
	}
	return out
}

// timeOfDay reads "09:00", up to "24:00".
func timeOfDay(text string) (wall, bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	h := wall(text[0]-'0')*10 + wall(text[1]-'0')
	m := wall(text[3]-'0')*10 + wall(text[4]-'0')
	t := h*anHour + m*aMinute
	return t, m < 60 && t <= aDay
}
