package web

import (
	"fmt"
	"slices"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/timeline"
	"firehall/internal/ui"
)

// state says where the alert stands, for a person who was woken a minute ago.
func (s sight) state() string {
	a := s.alert
	switch s.standing() {
	case mine:
		if a.Hold == alert.Snooze {
			return "You snoozed it" + s.until()
		}
		return "You have it" + s.until()
	case theirs:
		if a.Owner == "" {
			return "Acknowledged " + s.byNobody()
		}
		return s.name(a.Owner) + " has it" + s.until()
	case held:
		return "Held back: it pages nobody"
	case absorbed:
		return "Part of another alert"
	case over:
		return "Resolved " + ui.Age(s.now.Sub(a.ResolvedAt)) + " ago"
	}
	age := ui.Age(s.now.Sub(a.OpenedAt))
	if a.AckedAt.IsZero() {
		return "Triggered " + age + " ago"
	}
	return "Triggered again, open for " + age
}

// byNobody says how an alert was acknowledged that no person has.
func (s sight) byNobody() string {
	if e, ok := newest(s.entries, timeline.Acked, timeline.Snoozed); ok && e.Source != "" {
		return "at its source"
	}
	return "by a program"
}

func (s sight) until() string {
	if s.alert.HoldUntil.IsZero() {
		return ""
	}
	return " until " + ui.Clock(s.alert.HoldUntil, s.now)
}

// banner is what to know before all else, and its tone.
func (s sight) banner() (text, tone string) {
	switch s.standing() {
	case mine:
		if n := s.before(); n != "" {
			return "You took it over from " + s.name(n) + ".", "acknowledged"
		}
	case theirs:
		if s.alert.Owner == "" {
			return "It was acknowledged " + s.byNobody() + " at " + ui.Clock(s.alert.AckedAt, s.now) + ". There is nothing you must do.", "acknowledged"
		}
		return fmt.Sprintf("%s has had it since %s. There is nothing you must do.", s.name(s.alert.Owner), ui.Clock(s.alert.AckedAt, s.now)), "acknowledged"
	case absorbed:
		return s.absorbed(), "suppressed"
	case over:
		return s.ending() + " Nothing is left to do here.", "resolved"
	default:
		if e, ok := s.declined(); ok {
			return "You said at " + ui.Clock(e.At, s.now) + " that you cannot take it. It was handed on.", "suppressed"
		}
	}
	return "", ""
}

func (s sight) absorbed() string {
	text := "It goes on as part of “" + ui.Line(s.into.Summary, maxSmall) + "”"
	switch {
	case s.into.Owner == s.page.Person:
		return text + ", which you have."
	case s.into.Owner != "":
		return text + ", which " + s.name(s.into.Owner) + " has."
	}
	return text + "."
}

// ending says who or what resolved the alert.
func (s sight) ending() string {
	at := ui.Clock(s.alert.ResolvedAt, s.now)
	e, _ := newest(s.entries, timeline.Resolved)
	switch {
	case e.By == s.page.Person && e.By != "":
		return "You resolved it at " + at + "."
	case e.By != "":
		return s.name(e.By) + " resolved it at " + at + "."
	case e.Source != "":
		return "Its source said at " + at + " that it is over."
	}
	return "It was resolved at " + at + "."
}

// next is what happens when nobody does anything, with the time in bold.
type next struct{ Before, Time, After string }

func (s sight) upcoming() next {
	a, up := s.alert, s.next
	switch s.standing() {
	case over, absorbed, held:
		return next{}
	}
	if up.At.IsZero() && up.What != "" {
		return next{Before: "It " + up.What + "."}
	}
	switch s.standing() {
	case mine:
		if up.At.IsZero() {
			return next{Before: "It stays with you until you resolve it or give it back."}
		}
		if a.Urgency == alert.None {
			return next{"It stays with you until ", ui.Clock(up.At, s.now), ", then on the list: it pages nobody."}
		}
		return next{"Say so again before ", ui.Clock(up.At, s.now), ", or it pages " + s.people(up.Who) + "."}
	case theirs:
		if up.At.IsZero() || a.Urgency == alert.None {
			return next{}
		}
		if a.Owner == "" {
			return next{"Pages " + s.people(up.Who) + " at ", ui.Clock(up.At, s.now), " unless it is over by then."}
		}
		return next{"If " + s.name(a.Owner) + " goes quiet it pages " + s.people(up.Who) + " at ", ui.Clock(up.At, s.now), "."}
	}
	if up.At.IsZero() && a.Urgency == alert.None {
		return next{Before: "Urgency none: this alert pages nobody by itself."}
	}
	if up.At.IsZero() {
		return next{}
	}
	return s.paging()
}

// paging says whom the policy pages next, and before that by which contact it
// tells the person who looks.
func (s sight) paging() next {
	who, wait := s.people(s.next.Who), s.next.At.Sub(s.now)
	if own, ok := s.nextSend(); ok && own.DueAt.Before(s.next.At) {
		return next{
			"Tells you by " + own.Contact + " in ", ui.Countdown(own.DueAt.Sub(s.now)),
			", then pages " + who + " at " + ui.Clock(s.next.At, s.now),
		}
	}
	if wait <= 0 {
		return next{"Pages " + who + " ", "now", ""}
	}
	return next{"Pages " + who + " at " + ui.Clock(s.next.At, s.now) + ", in ", ui.Countdown(wait), ""}
}

// nextSend returns the next send to the person who looks that still waits.
func (s sight) nextSend() (first notify.Send, ok bool) {
	for _, send := range s.sends {
		if send.Person != s.page.Person || send.Kind != notify.PageSend || !s.stillWaits(send) || !send.DueAt.After(s.now) {
			continue
		}
		if !ok || send.DueAt.Before(first.DueAt) {
			first, ok = send, true
		}
	}
	return first, ok
}

// stillWaits says whether a send will go when its time comes.
func (s sight) stillWaits(send notify.Send) bool {
	return send.Status == notify.Waiting && s.alert.Status == alert.Triggered && send.Batch > s.alert.Answered
}

// people joins who is paged: "Ben", "you and Ben", "Ben, Cy and 3 more".
func (s sight) people(who []id.Person) string {
	if len(who) == 0 {
		return "nobody it can find now"
	}
	var names []string
	for _, n := range who {
		names = append(names, s.you(n))
	}
	if at := slices.Index(names, "you"); at > 0 {
		names[0], names[at] = names[at], names[0]
	}
	last := names[len(names)-1]
	if len(names) > 3 {
		last, names = fmt.Sprintf("%d more", len(names)-2), names[:3]
	}
	if len(names) == 1 {
		return last
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + last
}
