package action_test

import (
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

func TestAnOverrideIsInForceAtOnce(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		o, err := w.override("primary", "2026-11-16T12:30", "2026-11-16T14:00", "ben", "ana")
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, []any{o.From.Format(time.RFC3339), o.Until.Format(time.RFC3339)}, []any{"2026-11-16T12:30:00Z", "2026-11-16T14:00:00Z"})
		setupEqual(t, w.onCall("primary"), "ana")
		w.pass(30 * time.Minute)
		setupEqual(t, w.onCall("primary"), "ben")
		w.pass(90 * time.Minute)
		setupEqual(t, w.onCall("primary"), "ana")
		setupEqual(t, w.audited()[1:], []string{"a test override.create primary"})
	})
}

func TestAnOverrideThatBeganBeginsNow(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		o, err := w.override("primary", "2026-11-16T08:00:00Z", "2026-11-16T14:00:00Z", "dee", "")
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, o.From, setupStart)
		setupEqual(t, w.onCall("primary"), "dee")
	})
}

func TestABadOverrideIsRefusedAtItsField(t *testing.T) {
	tests := map[string]struct {
		from, until      string
		person, replaces id.Person
		problem          string
	}{
		"a time that happens twice": {"2027-10-31T01:30", "2027-10-31T09:00", "ben", "", "from: the clocks of Europe/Lisbon show 2027-10-31 01:30 twice: write 2027-10-31T01:30:00+01:00 or 2027-10-31T01:30:00Z"},
		"a time that never happens": {"2027-03-28T01:30", "2027-03-28T09:00", "ben", "", "from: the clocks of Europe/Lisbon skip 2027-03-28 01:30: write 2027-03-28T00:30:00Z or 2027-03-28T02:30:00+01:00"},
		"no time":                   {"tomorrow", "2026-11-17T09:00", "ben", "", "from: \"tomorrow\" is no time: write it as 2026-11-03T12:00 (local in Europe/Lisbon) or 2026-11-03T12:00:00Z"},
		"no beginning":              {"", "2026-11-17T09:00", "ben", "", "from: say when it begins"},
		"ends before it begins":     {"2026-11-18T09:00", "2026-11-17T09:00", "ben", "", "until: it ends before it begins: name a time after 2026-11-18T09:00:00Z"},
		"over already":              {"2026-11-01T09:00", "2026-11-02T09:00", "ben", "", "until: this is over already, and the past is a record; name a time to come"},
		"over a year":               {"2026-11-17T09:00", "2028-11-17T09:00", "ben", "", "until: an override lasts at most 366 days: change the rotation, or make several"},
		"nobody":                    {"2026-11-17T09:00", "2026-11-18T09:00", "", "", "person: name who it is"},
		"somebody unknown":          {"2026-11-17T09:00", "2026-11-18T09:00", "bob", "", "person: there is no person \"bob\"; people are ana, ben, dee, off"},
		"somebody disabled":         {"2026-11-17T09:00", "2026-11-18T09:00", "off", "", "person: off is disabled and never on call; name somebody else"},
		"for somebody unknown":      {"2026-11-17T09:00", "2026-11-18T09:00", "ben", "bob", "replaces: there is no person \"bob\"; people are ana, ben, dee, off"},
		"for themselves":            {"2026-11-17T09:00", "2026-11-18T09:00", "ben", "ben", "person: ben cannot take their own place: name somebody else"},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		w.apply(`people: {off: {name: Off, disabled: true}}`)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				_, err := w.override("primary", test.from, test.until, test.person, test.replaces)
				setupEqual(t, setupProblems(t, err), []string{test.problem})
			})
		}
		if _, err := w.override("none", "2026-11-17T09:00", "2026-11-18T09:00", "ben", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown schedule: got %v", err)
		}
		setupEqual(t, len(w.db.Setup().Overrides), 0)
	})
}

func TestWhoMayOverride(t *testing.T) {
	tests := map[string]struct {
		by     team.Actor
		person id.Person
		ok     bool
	}{
		"a responder themselves":         {team.Actor{Person: "ben", Role: team.Responder}, "ben", true},
		"a responder somebody else":      {team.Actor{Person: "ben", Role: team.Responder}, "dee", false},
		"the team's manager":             {team.Actor{Person: "ben", Role: team.Responder, Manages: []id.Team{"t"}}, "dee", true},
		"another team's manager":         {team.Actor{Person: "ben", Role: team.Responder, Manages: []id.Team{"u"}}, "dee", false},
		"an observer themselves":         {team.Actor{Person: "ben", Role: team.Observer}, "ben", false},
		"an admin":                       {team.Actor{Person: "ben", Role: team.Admin}, "dee", true},
		"an admin's token to read":       {team.Actor{Role: team.Admin, Scopes: []team.Scope{team.ScopeRead}}, "dee", false},
		"the installation's responder's": {team.Actor{Role: team.Responder}, "dee", false},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				in := action.OverrideInput{Schedule: "primary", From: "2026-11-17T09:00", Until: "2026-11-18T09:00", Person: test.person}
				o, err := w.act.AddOverride(t.Context(), test.by, in)
				if test.ok != (err == nil) || (!test.ok && !fault.Is(err, fault.Denied)) {
					t.Fatalf("got %v", err)
				}
				if test.ok {
					if err := w.act.DeleteOverride(t.Context(), test.by, "primary", o.ID); err != nil {
						t.Errorf("and to take it back: %v", err)
					}
				}
			})
		}
	})
}

func TestAnOverrideThatIsTakenBackStaysOnTheRecord(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		o, err := w.override("primary", "2026-11-16T12:00", "2026-11-18T09:00", "dee", "ana")
		if err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		setupEqual(t, w.onCall("primary"), "dee")
		stranger := team.Actor{Person: "ben", Role: team.Responder}
		if err := w.act.DeleteOverride(t.Context(), stranger, "primary", o.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("a stranger: got %v", err)
		}
		if err := w.act.DeleteOverride(t.Context(), team.Actor{Person: "dee", Role: team.Responder}, "primary", o.ID); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, w.onCall("primary"), "ana")
		w.pass(-30 * time.Minute) // what was then is still so
		setupEqual(t, w.onCall("primary"), "dee")
		w.pass(30 * time.Minute)
		if err := w.act.DeleteOverride(t.Context(), setupOwner, "primary", o.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: got %v", err)
		}
		past := w.db.Setup().Overrides["primary"][0]
		if err := w.act.DeleteOverride(t.Context(), setupOwner, "primary", past.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("one that is over: got %v", err)
		}
		if err := w.act.DeleteOverride(t.Context(), setupOwner, "other", past.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("on another schedule: got %v", err)
		}
	})
}
