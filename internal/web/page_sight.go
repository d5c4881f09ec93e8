package web

import (
	"context"
	"slices"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
	"firehall/internal/ui"
)

// maxEntries is how much of the end of a timeline the screen looks at.
const maxEntries = 100

// sight is all that is known when somebody looks at the screen.
type sight struct {
	link
	pages   []notify.Page    // of the alert, the oldest first
	sends   []notify.Send    // of the alert, the oldest first
	members []alert.Member   // of a group
	entries []timeline.Entry // the newest first, at most maxEntries
	next    action.Upcoming
	into    alert.Alert // what it was merged into; zero: nothing
}

// read reads what the screen shows. It changes nothing.
func (s screen) read(ctx context.Context, l link) (sight, error) {
	st := sight{link: l}
	var err error
	if st.pages, err = s.DB.PagesOf(ctx, l.alert.ID); err != nil {
		return st, err
	}
	if st.sends, err = s.DB.SendsOf(ctx, l.alert.ID); err != nil {
		return st, err
	}
	if st.members, err = s.DB.Members(ctx, l.alert.ID); err != nil {
		return st, err
	}
	if st.entries, err = s.DB.LastEntries(ctx, l.alert.ID, maxEntries); err != nil {
		return st, err
	}
	if l.alert.MergedInto != "" {
		if st.into, err = s.DB.Alert(ctx, l.alert.MergedInto); err != nil {
			return st, err
		}
	}
	st.next, err = s.Act.Next(ctx, s.DB, l.setup, l.alert)
	return st, err
}

// newest returns the newest entry of these kinds; entries are the newest
// first.
func newest(entries []timeline.Entry, kinds ...timeline.Kind) (timeline.Entry, bool) {
	at := slices.IndexFunc(entries, func(e timeline.Entry) bool { return slices.Contains(kinds, e.Kind) })
	if at < 0 {
		return timeline.Entry{}, false
	}
	return entries[at], true
}

// standing is how the alert stands towards the person who looks.
type standing string

const (
	nobodys  standing = "nobody's" // somebody must take it on
	mine     standing = "mine"
	theirs   standing = "theirs" // somebody else has it
	held     standing = "held"   // a maintenance or a rule holds it
	absorbed standing = "absorbed"
	over     standing = "over"
)

func (s sight) standing() standing {
	switch a := s.alert; {
	case a.Status == alert.Resolved:
		return over
	case a.MergedInto != "":
		return absorbed
	case a.Status == alert.Suppressed:
		return held
	case a.Status == alert.Triggered:
		return nobodys
	case a.Owner == s.page.Person:
		return mine
	}
	return theirs
}

// declined returns the entry in which the person said that they cannot take
// it; ok is false when they have not, or were paged again since.
func (s sight) declined() (e timeline.Entry, ok bool) {
	at := slices.IndexFunc(s.entries, func(e timeline.Entry) bool {
		return e.Kind == timeline.Declined && e.By == s.page.Person || e.Kind == timeline.Paged && e.Person == s.page.Person
	})
	if at < 0 || s.entries[at].Kind != timeline.Declined {
		return timeline.Entry{}, false
	}
	return s.entries[at], true
}

// before returns from whom the person took the alert over; "" from nobody.
func (s sight) before() id.Person {
	for _, e := range s.entries {
		switch e.Kind {
		case timeline.Acked, timeline.Snoozed:
			if e.By != s.page.Person {
				return e.By
			}
		case timeline.Unacked, timeline.Lapsed, timeline.Escalated, timeline.Declined, timeline.Reassigned, timeline.Worse:
			return ""
		}
	}
	return ""
}

// name is how somebody is called here.
func (s sight) name(n id.Person) string {
	p, ok := s.setup.People[n]
	if !ok {
		return string(n)
	}
	return ui.Line(p.First(), maxName)
}

// you is name, and "you" for the person who looks.
func (s sight) you(n id.Person) string {
	if n == s.page.Person {
		return "you"
	}
	return s.name(n)
}

// team is who owns the alert's service, as people call them.
func (s sight) team() store.Team { return s.setup.Teams[s.setup.Services[s.alert.Service].Team] }
