package lint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/span"
	"firehall/internal/store"
)

// Between these hours, on the local clock, people sleep.
const (
	nightFrom  = 0
	nightUntil = 6
)

func (l *look) schedule(s schedule.Schedule) {
	at, loc := in(store.KindSchedule, s.Name), location(s.Zone)
	if !l.used(s.Name) {
		l.add(Note, "schedule-unused", at, fmt.Sprintf("no policy and no fallback pages schedule %s: whoever is on call there hears of nothing", s.Name), "name it in a policy's step, or delete it")
	}
	l.whole(at, "schedule "+string(s.Name), func() { l.turns(s, at, loc) })
	l.outsiders(s, at)
	l.overrides(s, at, loc)
}

// turns finds what is wrong with who is on call when.
func (l *look) turns(s schedule.Schedule, at place, loc *time.Location) {
	shifts := l.nearShifts(s.Name)
	if l.effort.cut {
		return
	}
	var gaps []span.Span
	for _, shift := range shifts {
		if len(shift.People) == 0 {
			gaps = append(gaps, shift.Span)
		}
	}
	switch gaps = l.told(gaps); {
	case l.always(gaps):
		l.add(Warning, "schedule-empty", at, fmt.Sprintf("nobody is on call on %s in the next eight weeks", s.Name), "put people into its layers")
	case len(gaps) > 0:
		l.add(Note, "schedule-gap", at, fmt.Sprintf("%s nobody is on call on %s", l.when(gaps, loc), s.Name), "cover those hours with a layer, or make sure that a policy names somebody else then")
	}
	l.disabledTurns(s, at)
	l.alone(s.Name, at, shifts)
	l.handoffs(s.Name, at, shifts, loc)
	l.layers(s, at, shifts)
}

func (l *look) nearShifts(name id.Schedule) (out []schedule.Shift) {
	for _, shift := range l.shiftsOf(name) {
		if l.near(shift.Span) {
			out = append(out, shift)
		}
	}
	return out
}

// disabledTurns finds turns that are nobody's because who has them is disabled.
func (l *look) disabledTurns(s schedule.Schedule, at place) {
	off := slices.DeleteFunc(l.namedOn(s), func(n id.Person) bool { return !l.setup.People[n].Disabled })
	if len(off) == 0 {
		return
	}
	compiled, err := schedule.Compile(s)
	if err != nil {
		return // it was checked when it was set up
	}
	isOff := func(n id.Person) bool { return slices.Contains(off, n) }
	var empty []span.Span
	for _, shift := range l.shiftsIn(compiled.With(l.setup.Overrides[s.Name], nil)) {
		if len(shift.People) > 0 && !slices.ContainsFunc(shift.People, func(n id.Person) bool { return !isOff(n) }) {
			empty = append(empty, shift.Span)
		}
	}
	if empty = l.told(empty); len(empty) == 0 {
		l.add(Note, "disabled-on-rota", at, fmt.Sprintf("schedule %s names %s, who cannot be on call because they are disabled: others have those hours", s.Name, names(off)), "take them out of its layers")
		return
	}
	l.add(Warning, "disabled-on-rota", at, fmt.Sprintf("%s nobody is on call on %s, because whose turn it is (%s) is disabled", l.when(empty, location(s.Zone)), s.Name, names(off)), "put somebody else into their turns")
}

// namedOn returns whom the layers and overrides of a schedule name.
func (l *look) namedOn(s schedule.Schedule) []id.Person {
	all := s.People(l.now)
	for _, o := range l.setup.Overrides[s.Name] {
		if o.Until.After(l.now) {
			all = union(all, covers(o))
		}
	}
	return all
}

// covers returns whom an override puts on call.
func covers(o schedule.Override) []id.Person {
	all := slices.Clone(o.Users)
	if o.Add != "" {
		all = append(all, o.Add)
	}
	for _, shift := range o.Shifts {
		all = append(all, shift.Person)
	}
	return all
}

// alone finds a schedule that is one person's.
func (l *look) alone(name id.Schedule, at place, shifts []schedule.Shift) {
	var all []id.Person
	for _, shift := range shifts {
		all = union(all, shift.People)
	}
	if len(all) == 1 && l.used(name) {
		l.add(Note, "one-person-schedule", at, fmt.Sprintf("%s alone is on call on %s, week after week: they have no rest from it, and nobody takes over when they are away", all[0], name), "add a second person to its rotation")
	}
}

// handoffs finds those at which somebody would have to be awake at night.
func (l *look) handoffs(name id.Schedule, at place, shifts []schedule.Shift, loc *time.Location) {
	var nights []span.Span
	for i := 1; i < len(shifts); i++ {
		local := shifts[i].From.In(loc)
		before, after := shifts[i-1].People, shifts[i].People
		if local.Hour() < nightFrom || local.Hour() >= nightUntil || len(before) == 0 || len(after) == 0 || within(after, before) {
			continue
		}
		nights = append(nights, span.Span{From: shifts[i].From, Until: shifts[i].From.Add(time.Minute)})
	}
	if nights = slices.DeleteFunc(nights, func(s span.Span) bool { return !l.near(s) || s.From.Before(l.now) }); len(nights) == 0 {
		return
	}
	first := nights[0].From.In(loc)
	l.add(Note, "night-handoff", at, fmt.Sprintf("schedule %s hands over at night %s in the next eight weeks, the first time on %s %s time: nobody is awake to tell the next one how things stand", name, times(len(nights)), moment(first), loc),
		"let turns begin in working hours, like 10:00")
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// layers finds those that never have anybody on call.
func (l *look) layers(s schedule.Schedule, at place, shifts []schedule.Shift) {
	seen := map[string]bool{}
	for _, shift := range shifts {
		for name := range strings.SplitSeq(shift.Layer, ", ") {
			seen[name] = true
		}
	}
	for i, layer := range s.Layers() {
		if !seen[layer.Name] {
			l.add(Note, "layer-never-active", at.at("layers[%d]", i), fmt.Sprintf("layer %s of %s has nobody on call in the next eight weeks: another layer hides it, or its time is over or still to come", layer.Name, s.Name), "look at its priority, windows and active_until, or take it out")
		}
	}
}

// outsiders finds people who are on call for a team that they are not in.
func (l *look) outsiders(s schedule.Schedule, at place) {
	t := l.setup.Teams[s.Team]
	var out []id.Person
	for _, n := range s.People(l.now) {
		if !slices.Contains(t.Members, n) && !slices.Contains(t.Managers, n) && len(l.setup.TeamsOf(n)) > 0 {
			out = append(out, n)
		}
	}
	if len(out) > 0 {
		l.add(Note, "on-call-outside-team", at, fmt.Sprintf("%s on call on %s for team %s without being in it: its managers do not see how to reach them", isAre(out), s.Name, s.Team), "add them to the team's members")
	}
}

// overrides finds those that leave a hole, and those that are never in force.
func (l *look) overrides(s schedule.Schedule, at place, loc *time.Location) {
	plan, err := l.setup.Plan(s.Name)
	if err != nil {
		return
	}
	for _, o := range l.setup.Overrides[s.Name] {
		if !o.Until.After(l.now) || o.From.After(l.now.Add(Ahead)) {
			continue
		}
		if who := covers(o); len(who) > 0 && !slices.ContainsFunc(who, l.reachable) {
			l.add(Warning, "override-unreachable", at, fmt.Sprintf("from %s until %s %s covers %s but cannot be reached (%s): their turn is nobody's", moment(o.From.In(loc)), moment(o.Until.In(loc)), names(who), s.Name, l.barsOf(who)), "give the shift to somebody else")
			continue
		}
		if before, after := plan.OnCall(o.Until.Add(-time.Second)), plan.OnCall(o.Until); len(before.People) > 0 && len(after.People) == 0 {
			l.add(Warning, "override-ends-in-gap", at, fmt.Sprintf("the override of %s on %s ends on %s, and nobody is on call after it%s", names(covers(o)), s.Name, moment(o.Until.In(loc)), untilWords(after.Until, loc)), "make it longer, or add another one behind it")
		}
	}
}

func (l *look) barsOf(list []id.Person) string {
	var out []string
	for _, n := range list {
		bar, known := l.bars[n]
		if !known {
			bar = "gone"
		}
		if !slices.Contains(out, bar) {
			out = append(out, bar)
		}
	}
	return listed(out)
}

func untilWords(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ", with no end in sight"
	}
	return " until " + moment(t.In(loc))
}

// isAre returns "ana is" or "ana and ben are".
func isAre(list []id.Person) string {
	if len(list) == 1 {
		return string(list[0]) + " is"
	}
	return names(list) + " are"
}
