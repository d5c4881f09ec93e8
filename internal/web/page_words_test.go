package web

import (
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// sightOf is what ana sees of an alert at start.
func sightOf(a alert.Alert) sight {
	setup := store.NewSetup()
	for name, full := range map[id.Person]string{"ana": "Ana Reis", "ben": "Ben Okafor", "cy": "Cy Tan", "dee": "Dee Ito", "eve": "Eve Lund"} {
		setup.People[name] = store.Person{Person: team.Person{Name: name, FullName: full}}
	}
	return sight{link: link{page: notify.Page{Person: "ana"}, alert: a, setup: setup, now: start}}
}

func TestWhatComesNext(t *testing.T) {
	triggered := alert.Alert{Status: alert.Triggered, Urgency: alert.High}
	acked := func(owner id.Person) alert.Alert { return alert.Alert{Status: alert.Acknowledged, Owner: owner} }
	quiet := func(owner id.Person) alert.Alert {
		a := acked(owner)
		a.Urgency = alert.None
		return a
	}
	later := func(who ...id.Person) action.Upcoming {
		return action.Upcoming{At: start.Add(110 * time.Second), Who: who}
	}
	mail := notify.Send{Person: "ana", Contact: "mail", Kind: notify.PageSend, Status: notify.Waiting, Batch: 1, DueAt: start.Add(time.Minute)}
	bens := mail
	bens.Person = "ben"
	tests := map[string]struct {
		alert alert.Alert
		up    action.Upcoming
		sends []notify.Send
		want  string
	}{
		"somebody else is paged":        {triggered, later("ben"), nil, "Pages Ben at 03:08, in 1:50"},
		"it is due already":             {triggered, action.Upcoming{At: start, Who: []id.Person{"ben"}}, nil, "Pages Ben now"},
		"you are paged again":           {triggered, later("ben", "ana"), nil, "Pages you and Ben at 03:08, in 1:50"},
		"three people":                  {triggered, later("ben", "cy", "dee"), nil, "Pages Ben, Cy and Dee at 03:08, in 1:50"},
		"more people than fit":          {triggered, later("ben", "cy", "dee", "eve"), nil, "Pages Ben, Cy and 2 more at 03:08, in 1:50"},
		"nobody is found":               {triggered, later(), nil, "Pages nobody it can find now at 03:08, in 1:50"},
		"your next contact comes first": {triggered, later("ben"), []notify.Send{bens, mail}, "Tells you by mail in 1:00, then pages Ben at 03:08"},
		"it tells nobody":               {alert.Alert{Status: alert.Triggered, Urgency: alert.None}, action.Upcoming{}, nil, "Urgency none: this alert pages nobody by itself."},
		"you have it until then":        {acked("ana"), later("ana", "ben"), nil, "Say so again before 03:08, or it pages you and Ben."},
		"you have what tells nobody":    {quiet("ana"), later(), nil, "It stays with you until 03:08, then on the list: it pages nobody."},
		"another has what tells nobody": {quiet("cy"), later(), nil, ""},
		"you have it for good":          {acked("ana"), action.Upcoming{}, nil, "It stays with you until you resolve it or give it back."},
		"somebody else has it":          {acked("cy"), later("cy", "ben"), nil, "If Cy goes quiet it pages Cy and Ben at 03:08."},
		"its source says somebody has":  {acked(""), later("ben"), nil, "Pages Ben at 03:08 unless it is over by then."},
		"it waits since a restore":      {triggered, action.Upcoming{What: "is held until somebody acts on it"}, nil, "It is held until somebody acts on it."},
		"it is over":                    {alert.Alert{Status: alert.Resolved}, action.Upcoming{}, nil, ""},
		"it is part of another":         {alert.Alert{Status: alert.Suppressed, MergedInto: "alert_x"}, action.Upcoming{}, nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := sightOf(test.alert)
			s.next, s.sends = test.up, test.sends
			if got := s.upcoming(); got.Before+got.Time+got.After != test.want {
				t.Errorf("got %q, want %q", got.Before+got.Time+got.After, test.want)
			}
		})
	}
}

func TestWhatBecameOfASend(t *testing.T) {
	triggered := alert.Alert{Status: alert.Triggered, Answered: 1}
	at := start.Add(5 * time.Second)
	tests := map[string]struct {
		alert alert.Alert
		send  notify.Send
		want  string
	}{
		"accepted":                 {triggered, notify.Send{Status: notify.Accepted, FinishedAt: at}, "sent: hook sent 03:07:05"},
		"delivered":                {triggered, notify.Send{Status: notify.Delivered, FinishedAt: at}, "delivered: hook delivered 03:07:05"},
		"failed":                   {triggered, notify.Send{Status: notify.Failed, FinishedAt: at}, "failed: hook failed 03:07:05"},
		"the call runs":            {triggered, notify.Send{Status: notify.Sending}, "queued: hook sending"},
		"its time comes":           {triggered, notify.Send{Status: notify.Waiting, Batch: 2, DueAt: at}, "queued: hook at 03:07:05"},
		"it is tried again":        {triggered, notify.Send{Status: notify.Waiting, Batch: 2, Attempts: 1, DueAt: at}, "failed: hook failed, again at 03:07:05"},
		"somebody answered before": {triggered, notify.Send{Status: notify.Waiting, Batch: 1, DueAt: at}, ": hook not needed"},
		"somebody has it":          {alert.Alert{Status: alert.Acknowledged}, notify.Send{Status: notify.Waiting, Batch: 1, DueAt: at}, ": hook not needed"},
		"skipped":                  {triggered, notify.Send{Status: notify.Skipped, FinishedAt: at}, ": hook not needed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.send.Contact = "hook"
			if got := sightOf(test.alert).tick(test.send); string(got.Step)+": "+got.Words != test.want {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

// TestASecondTapHitsNothingElse presses each button and looks at what stands
// in the same place afterwards.
func TestASecondTapHitsNothingElse(t *testing.T) {
	triggered := alert.Alert{Status: alert.Triggered}
	mine := alert.Alert{Status: alert.Acknowledged, Owner: "ana"}
	timed := alert.Alert{Status: alert.Acknowledged, Owner: "ana", HoldUntil: start.Add(time.Hour)}
	theirs := alert.Alert{Status: alert.Acknowledged, Owner: "ben"}
	declined := sightOf(triggered)
	declined.entries = []timeline.Entry{{Kind: timeline.Declined, By: "ana"}, {Kind: timeline.Paged, Person: "ana"}}
	tests := map[string]struct {
		before, after sight
		place         func(dock) string
		harmless      string
	}{
		"I'm on it":              {sightOf(triggered), sightOf(mine), huge, ""},
		"I'm on it, for a while": {sightOf(triggered), sightOf(timed), huge, doAck},
		"Take it over":           {sightOf(theirs), sightOf(timed), huge, doAck},
		"Can't take it":          {sightOf(triggered), declined, right, ""},
		"Escalate":               {sightOf(triggered), sightOf(triggered), left, doEscalate}, // told apart by what was seen
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.place(test.before.dock()) == "" {
				t.Fatal("there is nothing to press")
			}
			if got := test.place(test.after.dock()); got != test.harmless {
				t.Errorf("a second tap asks to %q, want %q", got, test.harmless)
			}
		})
	}
}

func huge(d dock) string  { return d.Main.Do }
func left(d dock) string  { return d.Pair[0].Do }
func right(d dock) string { return d.Pair[1].Do }

func TestWhoWasPagedAgainMayDeclineAgain(t *testing.T) {
	s := sightOf(alert.Alert{Status: alert.Triggered})
	s.entries = []timeline.Entry{{Kind: timeline.Paged, Person: "ana"}, {Kind: timeline.Declined, By: "ana"}}
	if right(s.dock()) != doDecline {
		t.Error("somebody who was paged again cannot decline")
	}
}

func TestPurse(t *testing.T) {
	p, share := &purse{left: 500}, 300
	if !p.pays(&share, row(strings.Repeat("<", 10))) || p.left != 500-sizeOfRow-40 || share != 300-sizeOfRow-40 {
		t.Errorf("ten escaped characters leave %d and %d", p.left, share)
	}
	if p.pays(&share, row("x")) {
		t.Error("a row went beyond its share")
	}
	if other := 1000; p.pays(&other, 400) {
		t.Error("a row went beyond the whole")
	}
}

func TestWhoHasAnAlertThatNoPersonHas(t *testing.T) {
	tests := map[string]struct {
		entry timeline.Entry
		want  string
	}{
		"its source said so":   {timeline.Entry{Kind: timeline.Acked, Source: "pager"}, "at its source"},
		"a program's token":    {timeline.Entry{Kind: timeline.Acked}, "by a program"},
		"a program snoozed it": {timeline.Entry{Kind: timeline.Snoozed}, "by a program"},
	}
	for name, test := range tests {
		s := sightOf(alert.Alert{Status: alert.Acknowledged, AckedAt: start})
		s.entries = []timeline.Entry{{Kind: timeline.Noted}, test.entry}
		text, _ := s.banner()
		if want := "It was acknowledged " + test.want + " at 03:07. There is nothing you must do."; text != want {
			t.Errorf("%s: the banner is %q, want %q", name, text, want)
		}
		if want := "Acknowledged " + test.want; s.state() != want {
			t.Errorf("%s: it is %q, want %q", name, s.state(), want)
		}
	}
}
