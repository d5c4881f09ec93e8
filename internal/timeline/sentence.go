package timeline

import (
	"fmt"
	"strings"
	"time"

	"firehall/internal/id"
)

// Sentence says in plain words what an entry records, with its reason. Name
// turns a person into how they are called here; times are in loc.
func Sentence(e Entry, name func(id.Person) string, loc *time.Location) string {
	s := speaker{e: e, name: name, loc: loc}
	text := s.what()
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Text != "" {
		text += fmt.Sprintf(" (“%s”)", oneLine(e.Text))
	}
	return text
}

type speaker struct {
	e    Entry
	name func(id.Person) string
	loc  *time.Location
}

func (s speaker) what() string {
	e := s.e
	switch e.Kind {
	case Opened:
		return "Opened by " + s.doer()
	case Folded:
		return "Changed by " + s.doer()
	case Worse:
		return "Worse than when " + s.orNobody(e.Person) + " acknowledged it"
	case Nobody:
		return "Found nobody"
	case Held:
		return "Waits until " + s.clock(e.Until)
	case Hushed:
		return "Pages nobody" + s.until()
	case Restored:
		return "Held"
	case Released:
		return "Held no longer"
	case Audited:
		return "Found lying by the auditor and run"
	case Merged:
		return "Merged"
	}
	if text, ok := s.aboutPerson(); ok {
		return text
	}
	if text, ok := s.aboutSend(); ok {
		return text
	}
	return string(e.Kind)
}

func (s speaker) aboutPerson() (string, bool) {
	e := s.e
	switch e.Kind {
	case Paged:
		return "Paged " + s.orNobody(e.Person), true
	case Acked:
		return s.subject() + " has it" + s.until(), true
	case Unacked:
		return s.subject() + " gave it back", true
	case Lapsed:
		return s.orNobody(e.Person) + " does not have it any more", true
	case Nudged:
		return "Asked " + s.orNobody(e.Person), true
	case Snoozed:
		return s.subject() + " snoozed it" + s.until(), true
	case Escalated:
		return s.subject() + " asked for help: the next step now", true
	case Declined:
		return s.subject() + " cannot take it: the next step now", true
	case Reassigned:
		return s.subject() + " reassigned it", true
	case Noted:
		return s.subject() + " wrote a note", true
	case Resolved:
		return "Resolved by " + s.doer(), true
	}
	return "", false
}

func (s speaker) aboutSend() (string, bool) {
	e := s.e
	way := fmt.Sprintf("%s by %s (%s)", s.orNobody(e.Person), e.Contact, e.Channel)
	switch e.Kind {
	case Queued:
		return "Will tell " + way + " at " + s.clock(e.Until), true
	case Attempt:
		return fmt.Sprintf("Attempt %d to tell %s did not succeed, next at %s", e.Try, way, s.clock(e.Until)), true
	case Accepted:
		return "Told " + way + ", accepted on attempt " + fmt.Sprint(e.Try), true
	case Delivered:
		return "Told " + way + ", delivered", true
	case Failed:
		return "Could not tell " + way, true
	case Skipped:
		return "Did not tell " + way, true
	}
	return "", false
}

func (s speaker) doer() string {
	switch {
	case s.e.By != "":
		return s.name(s.e.By)
	case s.e.Source != "":
		return "source " + string(s.e.Source)
	}
	return "a program"
}

// subject is doer where a sentence begins; people keep their names as they are.
func (s speaker) subject() string {
	text := s.doer()
	if s.e.By != "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func (s speaker) orNobody(p id.Person) string {
	if p == "" {
		return "nobody"
	}
	return s.name(p)
}

func (s speaker) until() string {
	if s.e.Until.IsZero() {
		return ""
	}
	return " until " + s.clock(s.e.Until)
}

func (s speaker) clock(t time.Time) string {
	return t.In(s.loc).Format("15:04:05 MST on 2 Jan")
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return text
}
