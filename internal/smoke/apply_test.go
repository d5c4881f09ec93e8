package smoke

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/store"
	"firehall/internal/team"
)

// change exports the setup, has it changed as YAML, and applies that with
// --prune, while everything else goes on.
func (w *world) change(by string, edits ...string) (action.Plan, error) {
	w.t.Helper()
	file, err := w.act.Export(w.t.Context(), team.Firehall)
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(file)
	if err != nil {
		w.t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		w.t.Fatal(err)
	}
	changed, err := yaml.Marshal(tree)
	if err != nil {
		w.t.Fatal(err)
	}
	out := strings.NewReplacer(edits...).Replace(string(changed))
	if len(edits) > 0 && out == string(changed) {
		w.t.Fatalf("nothing of %q is in\n%s", edits, changed)
	}
	if err := yaml.Unmarshal([]byte(out), &tree); err != nil {
		w.t.Fatalf("%v in\n%s", err, out)
	}
	text, err = json.Marshal(tree)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.act.Apply(w.t.Context(), team.Actor{Label: by, Role: team.Owner}, text, action.ApplyOptions{Prune: true})
}

func (w *world) changed(edits ...string) {
	w.t.Helper()
	if _, err := w.change("file", edits...); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

// An apply in the middle of an escalation never loses the alert.
func TestAnApplyInMidEscalation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edits []string
		then  []string // who is told in the hour after it, besides
		said  string
	}{
		"a policy that changes: the alert goes on by its own": {
			[]string{"- person:ben\n", "- person:cy\n"}, []string{"ben"}, "step 2 of payments",
		},
		"the person of the next step is disabled": {
			[]string{"name: Ben\n", "name: Ben\n        disabled: true\n", "- person:ben\n", "- person:cy\n"}, []string{"dee"}, "ben is disabled",
		},
		"the service moves to another team": {
			[]string{"team: payments\ninstallation", "team: payments\ninstallation", "checkout:\n        policy: payments\n        team: payments", "checkout:\n        policy: payments\n        team: search", "teams:\n", "teams:\n    search: {}\n"},
			[]string{"ben", "dee"},
			"step 2 of payments",
		},
		"the sources go": {
			[]string{"    generic:\n        kind: generic\n        service: checkout\n", ""}, []string{"ben", "dee"}, "step 2 of payments",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				n := w.signal("disk full")
				w.pass(time.Minute)
				w.told = nil
				w.changed(test.edits...)
				w.pass(time.Hour)
				told := strings.Join(w.told, "\n")
				for _, who := range test.then {
					if !strings.Contains(told, who+" hook: page disk full") {
						t.Errorf("%s was not told: %s\n%s", who, told, w.story(n))
					}
				}
				w.said(n, test.said)
			})
		})
	}
}

func TestAnApplyThatDeletesAServiceLeavesItsAlertToItsPolicy(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.signal("disk full")
		w.expect("ana hook: page disk full")
		plan, err := w.act.Apply(t.Context(), team.Firehall, json.RawMessage(everybody), action.ApplyOptions{Prune: true, DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprintf("%+v", plan.Changes)
		for _, want := range []string{
			"1 alert is open of it: they go on by the policy that they hold", "1 open alert pages by it", "answered 404", "ana is on call on it now",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("the plan does not say %q: %s", want, said)
			}
		}
		if _, err := w.act.Apply(t.Context(), team.Firehall, json.RawMessage(everybody), action.ApplyOptions{Prune: true}); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		if told := strings.Join(w.told, "\n"); !strings.Contains(told, "ben hook: page disk full") || !strings.Contains(told, "dee hook: page disk full") {
			t.Errorf("told: %s", told)
		}
	})
}

// everybody is a setup of people alone.
const everybody = `{"people": {
 "ana": {"name": "Ana", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/x"}}},
 "ben": {"name": "Ben", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/x"}}},
 "cy": {"name": "Cy"}, "dee": {"name": "Dee", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/x"}}}, "eve": {"name": "Eve"}}}`

// Applies race each other: one is first, and the other one is told that it
// would undo that. Nothing is half of each.
func TestAppliesThatRaceAreOneAfterTheOther(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, store.Config{Dir: t.TempDir()})
		w.race(w.act)
	})
	t.Run("postgres, two nodes", func(t *testing.T) {
		t.Parallel()
		url := pgtest.URL(t)
		w := newWorld(t, store.Config{URL: url})
		second, err := store.Open(t.Context(), store.Config{URL: url, Now: w.clock})
		if err != nil {
			t.Fatal(err)
		}
		act := action.New(second, w.act.Secret, slog.New(slog.DiscardHandler), silent{})
		t.Cleanup(func() {
			act.Close()
			if err := second.Close(); err != nil {
				t.Error(err)
			}
		})
		w.race(act)
	})
}

// race has two hands change the same things at once, one by another node.
func (w *world) race(other *action.Actions) {
	apply := func(act *action.Actions, hand int, text string, o action.ApplyOptions) error {
		file := fmt.Sprintf(`{"services": {"checkout": {"team": "payments", "policy": "payments", "description": %[1]q}, "search": {"team": "payments", "policy": "payments", "description": %[1]q}}}`, text)
		_, err := act.Apply(w.t.Context(), team.Actor{Label: fmt.Sprint("hand ", hand), Role: team.Owner}, json.RawMessage(file), o)
		return err
	}
	for round := range 30 {
		for hand := range 2 { // both know what is there
			if err := apply(w.act, hand, fmt.Sprint("round ", round), action.ApplyOptions{Overwrite: true}); err != nil {
				w.t.Fatal(err)
			}
		}
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for hand, act := range []*action.Actions{w.act, other} {
			wait.Go(func() { errs[hand] = apply(act, hand, fmt.Sprint("by hand ", hand), action.ApplyOptions{}) })
		}
		wait.Wait()
		first := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if first < 0 || !fault.Is(errs[1-first], fault.Conflict) {
			w.t.Fatalf("round %d: %v", round, errs)
		}
		s, err := w.db.FreshSetup(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		want := fmt.Sprint("by hand ", first)
		if a, b := s.Services["checkout"].Description, s.Services["search"].Description; a != want || b != want {
			w.t.Fatalf("round %d: %s was first, and it is %q and %q", round, want, a, b)
		}
	}
}

// Whatever an apply does between two moments, every alert pages somebody.
func TestAppliesAmongPagesLoseNoAlert(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		edits := [][]string{
			{"wait: 5m", "wait: 3m"},
			{"wait: 3m", "wait: 5m"},
			{"repeat: 1", "repeat: 2"},
			{"repeat: 2", "repeat: 1"},
			{"- person:ben\n", "- person:eve\n"},
			{"- person:eve\n", "- person:ben\n"},
			{"- ana\n                    - cy", "- cy\n                    - ana"},
		}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			var raised []id.Alert
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				switch rapid.IntRange(0, 2).Draw(rt, "what") {
				case 0:
					n++
					raised = append(raised, w.signal(fmt.Sprintf("disk %d", n)))
				case 1:
					w.tryChange(rapid.SampledFrom(edits).Draw(rt, "edit"))
				default:
					w.pass(time.Duration(rapid.IntRange(1, 600).Draw(rt, "seconds")) * time.Second)
				}
			}
			for _, one := range raised {
				pages, err := w.db.PagesOf(t.Context(), one)
				if err != nil || len(pages) == 0 {
					rt.Fatalf("nobody was asked: %v\n%s", err, w.story(one))
				}
				if a := w.alert(one); a.Status == alert.Triggered && a.NextAt.IsZero() {
					rt.Fatalf("nothing comes next:\n%s", w.story(one))
				}
				w.resolve("ana", one)
			}
		})
	})
}

// tryChange applies edits that fit.
func (w *world) tryChange(edits []string) {
	w.t.Helper()
	file, err := w.act.Export(w.t.Context(), team.Firehall)
	if err != nil {
		w.t.Fatal(err)
	}
	text, _ := json.Marshal(file)
	var tree any
	_ = json.Unmarshal(text, &tree)
	shown, _ := yaml.Marshal(tree)
	if strings.Contains(string(shown), edits[0]) {
		w.changed(edits...)
	}
}
