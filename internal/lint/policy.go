package lint

import (
	"fmt"
	"slices"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/span"
	"firehall/internal/store"
)

// Limits of what is calm.
const (
	longWait = time.Hour     // between steps at high urgency
	longAck  = 4 * time.Hour // an acknowledgement that lapses later helps nobody at night
)

// ladder is a policy with its steps' courses.
type ladder struct {
	*look
	store.Policy
	place
	zone  *time.Location
	steps []course
	last  course // the fallback: the policy's own, else the installation's
}

func (l *look) policy(p store.Policy) {
	at := in(store.KindPolicy, p.Name)
	if len(l.users.services[p.Name]) == 0 {
		l.add(Note, "policy-unused", at, fmt.Sprintf("no service uses policy %s: it pages nobody", p.Name), "name it as a service's policy, or delete it")
		return
	}
	l.whole(at, "policy "+string(p.Name), func() { l.climb(p) })
	ladder{look: l, Policy: p, place: at}.acks()
}

// climb finds what is wrong with a policy's steps.
func (l *look) climb(p store.Policy) {
	own := l.courseOf(p.Fallback)
	whole := ladder{look: l, Policy: p, place: in(store.KindPolicy, p.Name), zone: l.zoneOf(p), last: l.orElse(own, l.courseOf(l.setup.Installation.Fallback))}
	for _, step := range p.Steps {
		whole.steps = append(whole.steps, l.courseOf(step.Page))
	}
	if l.effort.cut {
		return
	}
	whole.reach()
	whole.people()
	whole.waits()
	whole.fallback(own)
}

// orElse returns the people of a where it has any, else those of b.
func (l *look) orElse(a, b course) (out course) {
	for s := range l.zip(a, b) {
		if len(s.people[0]) == 0 {
			s.people[0] = s.people[1]
		}
		out = out.with(piece{s.Span, s.people[0]})
	}
	return l.filled(out)
}

// grave returns a level for a policy that pages at once, Note for others.
func (p ladder) grave(level Level) Level {
	if !p.users.high[p.Name] {
		return Note
	}
	return level
}

// outcome is what happens when a step finds nobody.
type outcome struct {
	step int // that finds nobody, from 0
	next int // that is paged instead; -1 is the fallback, -2 nobody
}

const (
	toFallback = -1
	toNobody   = -2
)

// reach finds when steps find nobody, and what happens then.
func (p ladder) reach() {
	var silent, fallbackOnly []span.Span
	empty := map[outcome][]span.Span{}
	for s := range p.zip(append(p.steps, p.last)...) {
		people, last := s.people[:len(p.steps)], s.people[len(p.steps)]
		switch first := firstOf(people, 0); {
		case first < 0 && len(last) == 0:
			silent = append(silent, s.Span)
			continue
		case first < 0:
			fallbackOnly = append(fallbackOnly, s.Span)
			continue
		}
		for i := range people {
			if len(people[i]) == 0 {
				a := outcome{i, p.instead(people, i, len(last) > 0)}
				empty[a] = append(empty[a], s.Span)
			}
		}
	}
	if silent = p.told(silent); len(silent) > 0 {
		p.add(p.silence(), "nobody-reachable", p.place, p.nobody(silent, "by policy "+string(p.Name)+": neither a step nor a fallback finds anybody, and nobody is told"),
			"put somebody with a contact on call then, or into the fallback")
	}
	if fallbackOnly = p.told(fallbackOnly); len(fallbackOnly) > 0 {
		p.add(p.grave(Warning), "only-fallback", p.place, p.nobody(fallbackOnly, "at any step of "+string(p.Name)+"; its alerts go to the fallback at once"),
			"add a step that names a person, or cover those hours in its schedules")
	}
	for i := range p.Steps {
		p.stepGaps(i, empty)
	}
}

// silence is how grave it is that nobody is told.
func (p ladder) silence() Level {
	if p.users.high[p.Name] || p.users.low[p.Name] {
		return Error
	}
	return Note
}

// firstOf returns the first step from one on that has people, -1 for none.
func firstOf(people [][]id.Person, from int) int {
	for i := from; i < len(people); i++ {
		if len(people[i]) > 0 {
			return i
		}
	}
	return -1
}

// instead returns what is paged at once when a step finds nobody.
func (p ladder) instead(people [][]id.Person, step int, fallback bool) int {
	if next := firstOf(people, step+1); next >= 0 {
		return next
	}
	switch {
	case p.Repeat > 0:
		return firstOf(people, 0)
	case fallback:
		return toFallback
	}
	return toNobody
}

func (p ladder) stepGaps(i int, empty map[outcome][]span.Span) {
	at := p.at("steps[%d]", i)
	if p.always(p.gaps(p.steps[i])) {
		p.add(p.grave(Warning), "step-never-reaches", at, fmt.Sprintf("step %d of %s never finds anybody in the next eight weeks (%s): it is as if it were not there", i+1, p.Name, p.targets(i)),
			"name somebody who can be paged there, or take the step out")
		return
	}
	for next := toNobody; next < len(p.Steps); next++ {
		spans := p.told(empty[outcome{i, next}])
		if len(spans) == 0 {
			continue
		}
		level := p.grave(Warning)
		words := fmt.Sprintf("; its alerts then go on to step %d at once", next+1)
		switch {
		case next > i:
			level = Note
		case next >= 0:
			words = fmt.Sprintf("; step %d is then paged again at once, and nobody else until the fallback", next+1)
		case next == toFallback:
			words = "; its alerts then go on to the fallback at once"
		default:
			words = ", and there is no fallback then: only the steps before it are told"
		}
		p.add(level, "step-gap", at, p.nobody(spans, fmt.Sprintf("at step %d of %s", i+1, p.Name)+words), "cover those hours in "+p.targets(i)+", or name a person there too")
	}
}

// nobody says when nobody is reachable where.
func (p ladder) nobody(spans []span.Span, where string) string {
	return p.when(spans, p.zone) + " nobody is reachable " + where
}

// targets names what a step pages.
func (p ladder) targets(i int) string { return names(p.Steps[i].Page) }

// people finds steps that ask nobody new, and policies that are one person's.
func (p ladder) people() {
	var all []id.Person
	for i, c := range p.steps {
		all = union(all, p.everyone(c))
		if i > 0 {
			p.repeated(i)
		}
	}
	last := p.everyone(p.last)
	switch {
	case len(all) == 1 && within(last, all) && len(p.Fallback) > 0 && len(last) > 0:
		p.add(p.grave(Warning), "fallback-same-person", p.at("fallback"), fmt.Sprintf("the fallback of %s is %s, who is also the only one in its steps: when they sleep, nobody is told", p.Name, all[0]), "name somebody else as the fallback")
	case len(all) == 1 && within(last, all):
		p.add(p.grave(Warning), "one-person-policy", p.place, fmt.Sprintf("%s alone carries policy %s: when they sleep, nobody is told", all[0], p.Name), "put a second person into a step or the fallback")
	}
	for _, n := range union(all, last) {
		if anyWakes(p.setup.People[n].Contacts) {
			return
		}
	}
	if len(all) > 0 {
		p.add(p.grave(Warning), "nobody-is-woken", p.place, fmt.Sprintf("nobody whom policy %s pages has a contact that wakes them (%s have mail or chat only): at night its alerts wait for the morning", p.Name, names(all)),
			"give them a webhook or push contact")
	}
}

// repeated finds when a step asks only people whom the step before it asked.
func (p ladder) repeated(i int) {
	var same []span.Span
	var who []id.Person
	for s := range p.zip(p.steps[i-1], p.steps[i]) {
		if len(s.people[1]) > 0 && within(s.people[1], s.people[0]) {
			same = append(same, s.Span)
			if p.near(s.Span) {
				who = union(who, s.people[1])
			}
		}
	}
	same = p.told(same)
	at := p.at("steps[%d]", i)
	switch {
	case len(same) == 0:
	case p.always(same):
		p.add(p.grave(Warning), "step-adds-nobody", at, fmt.Sprintf("step %d of %s always asks only those whom step %d has asked (%s): whoever sleeps through one sleeps through both", i+1, p.Name, i, names(who)),
			"name somebody else there, or take the step out")
	default:
		level := Note // a person is named there on purpose
		if schedules(p.Steps[i-1].Page) && schedules(p.Steps[i].Page) {
			level = p.grave(Warning)
		}
		p.add(level, "same-person-twice", at, fmt.Sprintf("%s steps %d and %d of %s ask the same people (%s at one time or another): nobody new is asked", p.when(same, p.zone), i, i+1, p.Name, names(who)),
			"turn one of the rotations so that it never names whom the other names")
	}
}

// schedules says whether targets are all schedules.
func schedules(list []escalation.Target) bool {
	return !slices.ContainsFunc(list, func(t escalation.Target) bool {
		kind, _, _ := t.Split()
		return kind != escalation.ScheduleTarget
	})
}

// fallback finds what is wrong with what comes last.
func (p ladder) fallback(own course) {
	at := p.at("fallback")
	if len(p.Fallback) == 0 {
		if p.Repeat == 0 && len(p.setup.Installation.Fallback) > 0 {
			p.add(Note, "one-round", p.place, fmt.Sprintf("the steps of %s run once; then only the installation's fallback is told", p.Name), "set repeat, or a fallback of its own")
		}
		return
	}
	if gaps := p.gaps(own); len(gaps) > 0 {
		words, level := "the installation's is told instead", Warning
		if p.always(p.gaps(p.last)) {
			words, level = "and the installation's reaches nobody either", Error
		}
		p.add(p.grave(level), "fallback-unreachable", at, fmt.Sprintf("%s nobody in the fallback of %s can be reached; %s", p.when(gaps, p.zoneIn(p.Fallback)), p.Name, words), "name somebody in it who can always be paged")
	}
	p.mailOnly(at, "the fallback of "+string(p.Name), own)
}

// mailOnly finds a fallback that wakes nobody.
func (l *look) mailOnly(at place, what string, c course) {
	people := l.everyone(c)
	for _, n := range people {
		if anyWakes(l.setup.People[n].Contacts) {
			return
		}
	}
	if len(people) > 0 {
		l.add(Note, "fallback-mail-only", at, fmt.Sprintf("%s is told by mail or chat alone (%s): at night it wakes nobody", what, names(people)), "give them a webhook or push contact")
	}
}

func (p ladder) acks() {
	switch timeout := p.AckTimeout.Std(); {
	case timeout == 0:
		p.add(Note, "no-ack-timeout", p.place, fmt.Sprintf("whoever takes an alert of %s on and falls asleep is never asked again: it has no ack_timeout", p.Name), "set ack_timeout, like 30m")
	case timeout > longAck:
		p.add(p.grave(Warning), "ack-timeout-long", p.at("ack_timeout"), fmt.Sprintf("whoever takes an alert of %s on and falls asleep is asked again only after %s", p.Name, p.AckTimeout), "set ack_timeout to an hour or less")
	}
}

// waits finds steps that come too late, and those that come before people's own
// rules have run.
func (p ladder) waits() {
	for i, step := range p.Steps {
		if step.Wait.Std() >= longWait {
			p.add(p.grave(Warning), "slow-escalation", p.at("steps[%d].wait", i), fmt.Sprintf("when nobody answers step %d of %s, %s is paged only %s later", i+1, p.Name, p.following(i), step.Wait), "set a wait of minutes; 5m is usual")
		}
		if p.users.high[p.Name] {
			p.outrun(i, step)
		}
	}
}

// following names what comes after a step.
func (p ladder) following(i int) string {
	switch {
	case i+1 < len(p.Steps):
		return fmt.Sprintf("step %d", i+2)
	case p.Repeat > 0:
		return "step 1 of the next round"
	}
	return "the fallback"
}

// outrun finds people whose later contacts are tried only when the next step
// has been paged.
func (p ladder) outrun(i int, step escalation.Step) {
	var asleep, late []id.Person
	begin := p.now
	for _, n := range p.everyone(p.steps[i]) {
		first, last := time.Duration(-1), time.Duration(0)
		for _, try := range p.setup.People[n].Plan("high", begin) {
			after := try.DueAt.Sub(begin)
			if last = after; wakes(try.Channel) && first < 0 {
				first = after
			}
		}
		switch {
		case first >= step.Wait.Std():
			asleep = append(asleep, n)
		case last >= step.Wait.Std():
			late = append(late, n)
		}
	}
	at := p.at("steps[%d].wait", i)
	if len(asleep) > 0 {
		p.add(Warning, "step-outruns-rules", at, fmt.Sprintf("step %d of %s waits %s, and %s is paged before any contact that wakes %s has been tried", i+1, p.Name, step.Wait, p.following(i), names(asleep)), "make the wait longer, or the delay in their high rules shorter")
	}
	if len(late) > 0 {
		p.add(Note, "step-outruns-rules", at, fmt.Sprintf("step %d of %s waits %s, and %s is paged before the last contact of %s has been tried", i+1, p.Name, step.Wait, p.following(i), names(late)), "make the wait longer, or the delay in their high rules shorter")
	}
}
