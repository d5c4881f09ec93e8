package action_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/fault"
)

// setupHooks is ana with a webhook and a source, with what is put after each.
func setupHooks(secret, key string) string {
	return fmt.Sprintf(`
people: {ana: {name: Ana, contacts: {hook: {kind: webhook, to: "https://hooks.example/ana"%s}, mail: {kind: email, to: ana@example.com}}}}
teams: {t: {}}
policies: {p: {team: t, steps: [{page: ["person:ana"], wait: 5m}]}}
services: {checkout: {team: t, policy: p}}
sources: {prometheus: {kind: alertmanager, service: checkout%s}}`, secret, key)
}

// secrets returns what ana's webhook is signed with, newest first.
func (w *setupWorld) secrets() []string {
	w.t.Helper()
	var out []string
	for _, sealed := range w.db.Setup().People["ana"].Contacts["hook"].Sealed {
		plain, err := w.box.Open(action.SecretPurpose("ana", "hook"), sealed)
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, string(plain))
	}
	return out
}

func TestSecretsThatAreLeftOutAreMadeOnceAndThenKept(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		dry := w.apply(setupHooks("", ""), action.ApplyOptions{DryRun: true})
		setupEqual(t, dry.Secrets, map[string]string(nil))
		plan := w.apply(setupHooks("", ""))
		setupEqual(t, slices.Sorted(maps.Keys(plan.Secrets)), []string{"people.ana.contacts.hook.secret", "sources.prometheus.key"})
		for path, made := range plan.Secrets {
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(made) {
				t.Errorf("%s is %q", path, made)
			}
		}
		setupEqual(t, w.secrets(), []string{plan.Secrets["people.ana.contacts.hook.secret"]})
		found, ok := w.db.Setup().SourceByKey(w.box.HashKey(plan.Secrets["sources.prometheus.key"]))
		setupEqual(t, []any{string(found.Name), ok}, []any{"prometheus", true})

		again := w.apply(setupHooks("", ""))
		setupEqual(t, setupChanged(again), []string{})
		again = w.apply(strings.Replace(setupHooks("", ""), "hooks.example", "other.example", 1))
		setupEqual(t, setupChanged(again), []string{"update people.ana"})
		setupEqual(t, again.Secrets, map[string]string{})
		setupEqual(t, w.secrets(), []string{plan.Secrets["people.ana.contacts.hook.secret"]})
	})
}

func TestAChangedSecretSignsBesideTheOneThatItFollows(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupHooks(", secret: first", ""))
		setupEqual(t, setupChanged(w.apply(setupHooks(", secret: first", ""))), []string{})
		plan := w.apply(setupHooks(", secret: second", ""))
		setupEqual(t, plan.Changes[0].Fields, []action.FieldChange{{Path: "contacts.hook.secret", Old: "(kept)", New: "(new)"}})
		setupEqual(t, w.secrets(), []string{"second", "first"})
		setupEqual(t, setupChanged(w.apply(setupHooks(", secret: second", ""))), []string{})
		setupEqual(t, setupChanged(w.apply(setupHooks("", ""))), []string{})
		w.apply(setupHooks(", secret: third", ""))
		setupEqual(t, w.secrets(), []string{"third", "second"})
	})
}

func TestAChangedKeyCountsAtOnce(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		old, fresh := "0123456789abcdef", "fedcba9876543210"
		w.apply(setupHooks("", ", key: \""+old+"\""))
		plan := w.apply(setupHooks("", ", key: \""+fresh+"\""))
		setupEqual(t, plan.Changes[0].Fields, []action.FieldChange{{Path: "key", Old: "(gone)", New: "(new)"}})
		_, still := w.db.Setup().SourceByKey(w.box.HashKey(old))
		_, now := w.db.Setup().SourceByKey(w.box.HashKey(fresh))
		setupEqual(t, []bool{still, now}, []bool{false, true})
	})
}

func TestTwoSourcesMaySwapKeysButNotShareOne(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		two := func(a, b string) string {
			return setupHooks("", ", key: \""+a+"\"}, second: {kind: generic, service: checkout, key: \""+b+"\"")
		}
		w.apply(two("0123456789abcdef", "fedcba9876543210"))
		setupEqual(t, setupChanged(w.apply(two("fedcba9876543210", "0123456789abcdef"))), []string{"update sources.prometheus", "update sources.second"})
		_, err := w.try(two("0123456789abcdef", "0123456789abcdef"))
		setupEqual(t, setupProblems(t, err), []string{"sources.prometheus.key: this is the key of source second already; every source has a key of its own"})
	})
}

func TestASecretOfAContactThatHasNoneIsNotKept(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		plan := w.apply(`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: ana@example.com, secret: sesame}}}}`)
		want := "a secret is given for people.ana.contacts.mail, but a contact of kind email uses none: it is not kept"
		if !slices.Contains(plan.Warnings, want) {
			t.Errorf("got %q", plan.Warnings)
		}
		setupEqual(t, len(w.db.Setup().People["ana"].Contacts["mail"].Sealed), 0)
	})
}

func TestNoSecretIsShownOrStoredInTheClear(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		secrets := []string{"sesame-opens-it", "0123456789abcdef-key", "sesame-two", "0123456789abcdef-two", "path-that-is-secret"}
		file := setupHooks(", secret: sesame-opens-it", ", key: 0123456789abcdef-key")
		file = strings.Replace(file, "hooks.example/ana", "hooks.example/path-that-is-secret", 1)
		plans := []action.Plan{w.apply(file, action.ApplyOptions{DryRun: true}), w.apply(file)}
		file = strings.NewReplacer("sesame-opens-it", "sesame-two", "-key", "-two").Replace(file)
		plans = append(plans, w.apply(file))
		_, err := w.try(strings.Replace(file, "kind: alertmanager", "kind: none", 1))
		deeds, err2 := w.db.AuditLog(t.Context(), "", 100)
		if err == nil || err2 != nil {
			t.Fatal(err, err2)
		}
		setup := w.db.Setup()
		said := fmt.Sprint(plans, err, deeds, w.logs.String())
		stored, err := json.Marshal([]any{setup.Sources, setup.People})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(said, secret) {
				t.Errorf("%q is shown in %s", secret, said)
			}
			if strings.Contains(string(stored), secret) && secret != "path-that-is-secret" {
				t.Errorf("%q is stored in the clear", secret)
			}
		}
	})
}

func TestASecretThatOthersChangedIsNotPutBack(t *testing.T) {
	const from, to = "one-secret-of-many", "two-secret-of-many"
	for name, test := range map[string]struct{ file, conflict string }{
		"an address":      {`people: {ana: {name: Ana, contacts: {way: {kind: slack, to: "https://hooks.slack.com/services/T0/B0/` + from + `"}}}}`, "people.ana.contacts.way.to"},
		"an access token": {`people: {ana: {name: Ana, contacts: {way: {kind: ntfy, to: "https://ntfy.example/a", secret: ` + from + `}}}}`, "people.ana.contacts.way.secret"},
		"what signs":      {`people: {ana: {name: Ana, contacts: {way: {kind: webhook, to: "https://hooks.example/a", secret: ` + from + `}}}}`, "people.ana.contacts.way.secret"},
		"a source's key":  {"teams: {t: {}}\npolicies: {p: {team: t, steps: [{page: [\"person:ana\"], wait: 5m}]}}\nservices: {v: {team: t, policy: p}}\npeople: {ana: {name: Ana}}\nsources: {s: {kind: generic, service: v, key: " + from + "}}", "sources.s.key"},
	} {
		t.Run(name, func(t *testing.T) {
			setupOnBoth(t, func(t *testing.T, w *setupWorld) {
				w.hand("first", test.file)
				setupEqual(t, setupChanged(w.hand("first", test.file)), []string{})
				w.hand("other", strings.Replace(test.file, from, to, 1))
				_, err := w.as("first", test.file, action.ApplyOptions{})
				f := fault.Of(err)
				if f == nil || f.Kind != fault.Conflict || len(f.Fields) != 1 {
					t.Fatalf("it was put back: %v", err)
				}
				setupEqual(t, f.Fields[0], fault.Field{
					Path:     test.conflict,
					Sentence: "it was given another secret since your file was last applied (last changed by other, Mon 2026-11-16 12:00 UTC), and the file would put its own in its place",
				})
				// Without the secret there is nothing to put back.
				without := strings.NewReplacer(", secret: "+from, "", ", key: "+from, "", "services/T0/B0/"+from, "…").Replace(test.file)
				setupEqual(t, setupChanged(w.hand("first", without)), []string{})
				w.hand("first", test.file, action.ApplyOptions{Overwrite: true})
			})
		})
	}
}
