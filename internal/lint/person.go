package lint

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
)

// lateFirst is how late the first contact may be tried at high urgency.
const lateFirst = 5 * time.Minute

func (l *look) person(p store.Person) {
	at := in(store.KindPerson, p.Name)
	if p.Disabled {
		return // schedules and policies say where that leaves a gap
	}
	if len(p.Contacts) == 0 {
		l.contactless(at, p)
		return
	}
	if p.Role == team.Observer && l.users.paged[p.Name] {
		l.add(Warning, "observer-paged", at.at("role"), fmt.Sprintf("%s can be paged but is an observer, who may not answer", p.Name), "make them a responder")
	}
	if l.users.paged[p.Name] {
		l.rules(at, p)
		l.teamless(at, p)
	}
	l.tested(at, p)
}

func (l *look) contactless(at place, p store.Person) {
	switch {
	case l.users.paged[p.Name]:
		l.add(Error, "person-no-contact", at, fmt.Sprintf("%s can be paged but has no contact: nothing would reach them, and what pages them goes on without them", p.Name), fmt.Sprintf("add one to people.%s.contacts", p.Name))
	case p.Role != team.Observer:
		l.add(Note, "person-no-contact", at, fmt.Sprintf("%s has no contact and cannot be paged by anybody", p.Name), fmt.Sprintf("add one to people.%s.contacts, or make them an observer", p.Name))
	}
}

func (l *look) teamless(at place, p store.Person) {
	if len(l.setup.TeamsOf(p.Name)) == 0 {
		l.add(Note, "person-in-no-team", at, fmt.Sprintf("%s is paged but in no team: no manager sees their contacts or gives their shifts away", p.Name), "add them to the members of a team")
	}
}

// rules finds rules that reach their person late, quietly or not at all.
func (l *look) rules(at place, p store.Person) {
	high, _ := waking(p, "high")
	switch {
	case !anyWakes(p.Contacts):
		l.add(Note, "mail-only", at.at("contacts"), fmt.Sprintf("%s has mail or chat alone: no alert wakes them", p.Name), "add a webhook or push contact and name it in the high rules")
	case len(high) == 0:
		l.add(Warning, "high-only-mail", at.at("rules.high"), fmt.Sprintf("%s has a contact that wakes them, but alerts of high urgency go to %s alone", p.Name, names(named(p.Rules["high"]))), "name the other contact in their high rules")
	}
	var without []string
	for _, urgency := range []string{"high", "low"} {
		if len(p.Rules[urgency]) == 0 {
			without = append(without, urgency)
		}
	}
	if len(without) > 0 {
		l.add(Note, "no-rules", at, fmt.Sprintf("%s has no rules for %s urgency: all their contacts are tried at once", p.Name, listed(without)), fmt.Sprintf("set people.%s.rules", p.Name))
	}
	l.louder(at, p)
	l.lateFirst(at, p)
	l.references(at, p)
}

// waking returns the contacts that may wake somebody at an urgency, and how
// long after the page the first is tried.
func waking(p store.Person, urgency string) (list []string, first time.Duration) {
	begin := time.Unix(0, 0)
	for _, try := range p.Plan(urgency, begin) {
		if !wakes(try.Channel) || slices.Contains(list, try.Contact) {
			continue
		}
		if len(list) == 0 {
			first = try.DueAt.Sub(begin)
		}
		list = append(list, try.Contact)
	}
	return list, first
}

// named returns the contacts that rules name, each once.
func named(rules []notify.Rule) (out []string) {
	for _, r := range rules {
		for _, name := range r.Via {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// louder finds low urgency that wakes more than high urgency does.
func (l *look) louder(at place, p store.Person) {
	if len(p.Rules["low"]) == 0 {
		return
	}
	low, lowFirst := waking(p, "low")
	high, highFirst := waking(p, "high")
	how := ""
	switch {
	case len(low) == 0:
		return
	case len(high) == 0:
		how = "low urgency wakes them by " + names(low) + " and high urgency does not"
	case lowFirst < highFirst:
		how = fmt.Sprintf("low urgency wakes them %s, high urgency only %s", after(lowFirst), after(highFirst))
	case len(low) > len(high):
		how = fmt.Sprintf("low urgency wakes them by %s, high urgency by %s alone", names(low), names(high))
	default:
		return
	}
	l.add(Warning, "low-louder-than-high", at.at("rules.low"), fmt.Sprintf("for %s low is louder than high: %s", p.Name, how), "exchange the rules, or quieten the low ones")
}

// lateFirst finds high rules that leave their person alone for too long.
func (l *look) lateFirst(at place, p store.Person) {
	begin := time.Unix(0, 0)
	plan := p.Plan("high", begin)
	if len(plan) == 0 {
		return
	}
	list, ring := waking(p, "high")
	switch first := plan[0].DueAt.Sub(begin); {
	case first > lateFirst:
		l.add(Warning, "first-contact-late", at.at("rules.high"), fmt.Sprintf("%s hears of an alert of high urgency only %s after the page", p.Name, lasting(first)), "let the first of their high rules go at once")
	case len(list) > 0 && ring > lateFirst:
		l.add(Warning, "first-contact-late", at.at("rules.high"), fmt.Sprintf("%s is woken only %s after the page: until then there is mail or chat alone", p.Name, lasting(ring)), "let "+names(list)+" go earlier in their high rules")
	}
}

// references finds rules and contacts that are of no use to each other.
func (l *look) references(at place, p store.Person) {
	used := slices.Concat(named(p.Rules["high"]), named(p.Rules["low"]))
	for _, urgency := range slices.Sorted(maps.Keys(p.Rules)) {
		for i, r := range p.Rules[urgency] {
			if !slices.ContainsFunc(r.Via, func(name string) bool { _, ok := p.Contacts[name]; return ok }) {
				l.add(Warning, "rule-names-nothing", at.at("rules.%s[%d]", urgency, i), fmt.Sprintf("rule %d of %s for %s urgency names no contact that there is: it tells nobody", i+1, p.Name, urgency), "name one of their contacts, or take the rule out")
			}
		}
	}
	if len(p.Rules["high"]) == 0 || len(p.Rules["low"]) == 0 {
		return // all contacts are tried
	}
	for _, name := range slices.Sorted(maps.Keys(p.Contacts)) {
		if !slices.Contains(used, name) {
			l.add(Note, "contact-unused", at.at("contacts.%s", name), fmt.Sprintf("no rule of %s names their contact %s: it is never tried", p.Name, name), "name it in a rule, or take it out")
		}
	}
}

// tested finds contacts through which nothing has arrived yet, or any more.
func (l *look) tested(at place, p store.Person) {
	if l.facts.Told == nil {
		return
	}
	arrives := 0
	for name := range p.Contacts {
		if told := l.facts.Told[Contact{p.Name, name}]; told.FailedAt.IsZero() {
			arrives++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Contacts)) {
		told, where := l.facts.Told[Contact{p.Name, name}], at.at("contacts.%s", name)
		switch {
		case !told.FailedAt.IsZero():
			l.failing(where, p.Name, name, told, arrives > 0)
		case told.ArrivedAt.IsZero():
			l.add(Note, "contact-untested", where, untested(p.Name, name, told)+": whether it works shows at the next alert", fmt.Sprintf("test it: firehall contacts %s --test %s", p.Name, name))
		}
	}
}

// untested says how little is known of a contact.
func untested(n id.Person, name string, told Told) string {
	if !told.Before {
		return fmt.Sprintf("the contact %s of %s was never tested", name, n)
	}
	return fmt.Sprintf("nothing has arrived through %s of %s in the last %d days", name, n, int(ProvenFor.Hours()/24))
}

func (l *look) failing(at place, n id.Person, name string, told Told, others bool) {
	level, words := Warning, "their other contacts are tried"
	if !others && l.users.paged[n] {
		level, words = Error, "no other contact of theirs has worked either, so an alert would not reach them"
	}
	why := ""
	if told.Words != "" {
		why = " (" + told.Words + ")"
	}
	l.add(level, "contact-failing", at, fmt.Sprintf("the last message through %s of %s failed on %s%s; %s", name, n, moment(told.FailedAt.UTC())+" UTC", why, words), "mend the address or the receiver, then test it")
}
