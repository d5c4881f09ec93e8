package action_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/team"
)

// twoHands is what both hands begin with.
const twoHands = `
people:
  ana: {name: Ana Reis, role: owner, contacts: {mail: {kind: email, to: ana@example.com}}}
  ben: {name: Ben Ito, contacts: {mail: {kind: email, to: ben@example.com}}}
teams: {t: {}}
policies: {p: {team: t, repeat: 1, steps: [{page: ["person:ana"], wait: 5m}]}}
services: {v: {team: t, policy: p, description: One}}
`

// as applies YAML as a hand.
func (w *setupWorld) as(hand, text string, opts action.ApplyOptions) (action.Plan, error) {
	w.t.Helper()
	by := setupOwner
	by.Label = hand
	return w.act.Apply(w.t.Context(), by, setupJSON(w.t, text), opts)
}

// hands applies YAML as a hand and fails the test when that fails.
func (w *setupWorld) hand(hand, text string, opts ...action.ApplyOptions) action.Plan {
	w.t.Helper()
	plan, err := w.as(hand, text, append(opts, action.ApplyOptions{})[0])
	if err != nil {
		w.t.Fatalf("apply as %s: %v", hand, err)
	}
	return plan
}

// A hand that applies for the first time is told whose changes it undoes.
func TestAFirstFileIsWarnedOfWhatOthersChanged(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.hand("first", twoHands)
		plan := w.hand("new", strings.Replace(twoHands, "wait: 5m", "wait: 3m", 1))
		want := "policies.p was last changed by first, Mon 2026-11-16 12:00 UTC; your file, which you apply for the first time, changes steps[0].wait"
		if !slices.Contains(plan.Warnings, want) || len(plan.Conflicts) != 0 {
			t.Errorf("it warns %q, conflicts %v", plan.Warnings, plan.Conflicts)
		}
		if plan := w.hand("new", twoHands); slices.ContainsFunc(plan.Warnings, func(s string) bool { return strings.Contains(s, "last changed") }) {
			t.Errorf("the second time it warns %q", plan.Warnings)
		}
		plan = w.hand("third", strings.Replace(twoHands, "services: {v: {team: t, policy: p, description: One}}\n", "", 1), action.ApplyOptions{Prune: true})
		if !slices.ContainsFunc(plan.Warnings, func(s string) bool {
			return strings.HasPrefix(s, "services.v was last changed by first, ") && strings.HasSuffix(s, "deletes it")
		}) {
			t.Errorf("of a deletion it warns %q", plan.Warnings)
		}
	})
}

func TestWhatOthersChangedIsNotUndoneUnlessThatIsWanted(t *testing.T) {
	with := func(old, text string) string { return strings.Replace(twoHands, old, text, 1) }
	tests := map[string]struct {
		meanwhile func(w *setupWorld) // by another hand
		file      string              // of the first hand
		conflicts []string
	}{
		"nothing else changed": {func(*setupWorld) {}, with("wait: 5m", "wait: 3m"), nil},
		"another field changed": {
			func(w *setupWorld) { w.hand("other", with("description: One", "description: Two")) },
			strings.Replace(with("wait: 5m", "wait: 3m"), "description: One", "description: Two", 1), nil,
		},
		"both changed it alike": {
			func(w *setupWorld) { w.hand("other", with("wait: 5m", "wait: 3m")) }, with("wait: 5m", "wait: 3m"), nil,
		},
		"only the others changed it": {
			func(w *setupWorld) { w.hand("other", with("wait: 5m", "wait: 7m")) }, twoHands,
			[]string{`policies.p.steps[0].wait: it is "7m" now (last changed by other, Mon 2026-11-16 12:00 UTC); the file still says "5m" and would undo that`},
		},
		"both changed it": {
			func(w *setupWorld) { w.hand("other", with("wait: 5m", "wait: 7m")) }, with("wait: 5m", "wait: 3m"),
			[]string{`policies.p.steps[0].wait: your file changes "5m" to "3m", and meanwhile it became "7m" (last changed by other, Mon 2026-11-16 12:00 UTC)`},
		},
		"the others changed what the file leaves out now": {
			func(w *setupWorld) { w.hand("other", with("repeat: 1", "repeat: 2")) }, with("repeat: 1, ", ""),
			[]string{`policies.p.repeat: your file said "1" and leaves it out now, and meanwhile it became "2" (last changed by other, Mon 2026-11-16 12:00 UTC)`},
		},
		"somebody was disabled in the night": {
			func(w *setupWorld) {
				if err := w.act.SetDisabled(w.t.Context(), team.Actor{Person: "ana", Role: team.Owner}, "ben", true); err != nil {
					w.t.Fatal(err)
				}
			},
			twoHands,
			[]string{`people.ben.disabled: it is "true" now (last changed by ana, Mon 2026-11-16 12:00 UTC); the file still says nothing and would undo that`},
		},
		"somebody was deleted": {
			func(w *setupWorld) {
				if err := w.act.DeletePerson(w.t.Context(), team.Actor{Person: "ana", Role: team.Owner}, "ben"); err != nil {
					w.t.Fatal(err)
				}
			},
			twoHands,
			[]string{`people.ben: ana deleted it on Mon 2026-11-16 12:00 UTC, and the file would make it again`},
		},
		"the same hand changed a part of it without a file": {
			func(w *setupWorld) {
				w.hand("other", with("name: Ben Ito", "name: Ben Two"))
				if err := w.act.SetDisabled(w.t.Context(), team.Actor{Label: "first", Role: team.Owner}, "ben", true); err != nil {
					w.t.Fatal(err)
				}
			},
			with("name: Ben Ito", "disabled: true, name: Ben Ito"),
			[]string{`people.ben.name: it is "Ben Two" now (last changed by first, Mon 2026-11-16 12:00 UTC); the file still says "Ben Ito" and would undo that`},
		},
		"what the same hand changed without a file": {
			func(w *setupWorld) {
				if err := w.act.SetDisabled(w.t.Context(), team.Actor{Label: "first", Role: team.Owner}, "ben", true); err != nil {
					w.t.Fatal(err)
				}
			},
			twoHands, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setupOnBoth(t, func(t *testing.T, w *setupWorld) {
				w.hand("first", twoHands)
				test.meanwhile(w)
				before := w.db.Setup()
				plan := w.hand("first", test.file, action.ApplyOptions{DryRun: true})
				setupEqual(t, clashesOf(plan), test.conflicts)
				_, err := w.as("first", test.file, action.ApplyOptions{})
				if test.conflicts == nil {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				if !fault.Is(err, fault.Conflict) || len(fault.Of(err).Fields) != len(test.conflicts) {
					t.Fatalf("it was not refused: %v", err)
				}
				setupEqual(t, w.db.Setup().Version, before.Version)
				setupEqual(t, w.hand("first", test.file, action.ApplyOptions{Overwrite: true}).Applied, true)
				setupEqual(t, len(w.hand("first", test.file).Changes), 0)
			})
		})
	}
}

func clashesOf(p action.Plan) []string {
	var out []string
	for _, c := range p.Conflicts {
		out = append(out, c.Path+": "+c.Sentence)
	}
	return out
}

func TestPruningWhatOthersChangedSinceIsRefused(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.hand("first", twoHands)
		w.hand("other", strings.Replace(twoHands, "description: One", "description: Two", 1))
		less := twoHands[:strings.Index(twoHands, "services:")]
		_, err := w.as("first", less, action.ApplyOptions{Prune: true})
		if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Fields[0].Path != "services.v" {
			t.Fatalf("got %v", err)
		}
		w.hand("first", less, action.ApplyOptions{Prune: true, Overwrite: true})
		_, err = w.as("other", twoHands, action.ApplyOptions{}) // which has it still
		if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Fields[0].Sentence != "first deleted it on Mon 2026-11-16 12:00 UTC, and the file would make it again" {
			t.Fatalf("got %v", err)
		}
	})
}

func TestThePlanSaysWhoFeelsADeletion(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		plan := w.apply("people: {dee: {name: Dee}}\ninstallation: {fallback: [\"person:dee\"]}", action.ApplyOptions{DryRun: true, Prune: true})
		got := map[string][]string{}
		for _, c := range plan.Changes {
			if len(c.Affects) > 0 {
				got[c.Verb+" "+c.Kind+"."+c.Name] = c.Affects
			}
		}
		setupEqual(t, got, map[string][]string{
			"delete people.ana":        {"ana is on call on primary now, until Mon 2026-11-23 09:00 Europe/Lisbon"},
			"delete people.ben":        {"ben is on call on primary next from Mon 2026-11-23 09:00 Europe/Lisbon"},
			"delete schedules.primary": {"ana is on call on it now"},
			"update people.dee":        {"dee loses their only contact: nothing would reach them"},
		})
	})
}

func TestTheExportOfTheDemoIsAFixedPoint(t *testing.T) {
	text, err := os.ReadFile("../demo/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	demo := regexp.MustCompile(`active_until: \{env: \w+\}`).ReplaceAllString(string(text), `active_until: "2026-11-04T08:00"`)
	demo = regexp.MustCompile(`\{env: \w+\}`).ReplaceAllString(demo, `"2026-11-03T12:00"`)
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.hand("first", demo)
		first, err := json.Marshal(w.export())
		if err != nil {
			t.Fatal(err)
		}
		for _, hand := range []string{"first", "other"} {
			setupEqual(t, len(w.hand(hand, string(first), action.ApplyOptions{Prune: true}).Changes), 0)
		}
		again, err := json.Marshal(w.export())
		if err != nil || string(again) != string(first) {
			t.Errorf("the export is another one: %v\n%s\n%s", err, first, again)
		}
		if strings.Contains(string(first), "secret") || strings.Contains(string(first), `"key"`) {
			t.Errorf("it holds a secret: %s", first)
		}
	})
}

// manyThings is a setup of which one hand takes something away that another
// did not touch.
const manyThings = twoHands + `
schedules: {spare: {team: t, zone: UTC, layers: [{name: all, users: [ana]}]}}
sources: {loose: {kind: generic, service: v}}
installation: {fallback: ["person:ana"]}
`

// What a hand does without a file is its word about that thing alone: what
// others changed elsewhere is theirs still.
func TestWhatAHandChangesWithoutAFileIsNoWordAboutTheRest(t *testing.T) {
	const spare = `schedules: {spare: {team: t, zone: UTC, layers: [{name: all, users: [ana]}]}}`
	person := strings.Replace(manyThings, "  ben: {name: Ben Ito, contacts: {mail: {kind: email, to: ben@example.com}}}\n", "", 1)
	tests := map[string]struct {
		deed func(w *setupWorld, by team.Actor) error
		file string // of the hand, after the deed
	}{
		"a schedule is deleted": {
			func(w *setupWorld, by team.Actor) error {
				_, err := w.act.DeleteThing(w.t.Context(), by, "schedules", "spare")
				return err
			},
			strings.Replace(manyThings, spare, "", 1),
		},
		"a part is applied": {
			func(w *setupWorld, by team.Actor) error {
				_, err := w.act.Apply(w.t.Context(), by, setupJSON(w.t, spare), action.ApplyOptions{})
				return err
			},
			manyThings,
		},
		"somebody is deleted": {
			func(w *setupWorld, by team.Actor) error { return w.act.DeletePerson(w.t.Context(), by, "ben") }, person,
		},
		"somebody is erased": {
			func(w *setupWorld, by team.Actor) error {
				_, err := w.act.ErasePerson(w.t.Context(), by, "ben", "")
				return err
			}, person,
		},
	}
	changes := strings.NewReplacer("teams: {t: {}}", "teams: {t: {name: Two}}", "wait: 5m", "wait: 7m", `fallback: ["person:ana"]`, `heartbeat_url: "https://hc.example/a"`)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setupOnBoth(t, func(t *testing.T, w *setupWorld) {
				w.hand("first", manyThings)
				w.hand("other", changes.Replace(manyThings))
				if err := test.deed(w, team.Actor{Label: "first", Role: team.Owner}); err != nil {
					t.Fatal(err)
				}
				_, err := w.as("first", test.file, action.ApplyOptions{})
				var got []string
				for _, f := range fault.Of(err).Fields {
					got = append(got, f.Path)
				}
				setupEqual(t, got, []string{"installation.fallback", "installation.heartbeat_url", "teams.t.name", "policies.p.steps[0].wait"})
			})
		})
	}
}

func TestWhoHandsOverByErasingHasSeenIt(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.hand("first", strings.ReplaceAll(twoHands, "person:ana", "person:ben"))
		if _, err := w.act.ErasePerson(t.Context(), team.Actor{Label: "first", Role: team.Owner}, "ben", "ana"); err != nil {
			t.Fatal(err)
		}
		w.hand("first", strings.NewReplacer("ben:", "dee:", "person:ana", "person:dee").Replace(twoHands))
	})
}
