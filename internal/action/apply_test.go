package action_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

var updateSetup = flag.Bool("update-setup", false, "rewrite the golden files of the setup")

func setupGolden(t *testing.T, name string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *updateSetup {
		if err := os.WriteFile("testdata/setup/"+name, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	setupEqual(t, string(text)+"\n", setupRead(t, name))
}

func TestTheSampleIsPlannedAppliedAndExported(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		sample := setupRead(t, "design.yaml")
		dry := w.apply(sample, action.ApplyOptions{DryRun: true})
		setupGolden(t, "design.plan.json", dry)
		if n := len(w.db.Setup().People); n != 0 {
			t.Fatalf("the dry run made %d people", n)
		}
		plan := w.apply(sample)
		setupEqual(t, plan.Changes, dry.Changes)
		setupGolden(t, "design.export.json", w.export())
	})
}

func TestApplyingAFileAgainChangesNothing(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		sample := setupRead(t, "design.yaml")
		w.apply(sample)
		version, audit := w.db.Setup().Version, w.audited()
		for _, opts := range []action.ApplyOptions{{}, {Prune: true}, {DryRun: true}} {
			plan := w.apply(sample, opts)
			setupEqual(t, setupChanged(plan), []string{})
			setupEqual(t, plan.Secrets, map[string]string(nil))
			setupEqual(t, plan.Applied, !opts.DryRun)
		}
		setupEqual(t, w.db.Setup().Version, version)
		setupEqual(t, w.audited(), audit)
		w.apply(strings.Replace(sample, "Ben Ito", "Ben Itoh", 1)) // a change is heard
		setupEqual(t, w.db.Setup().Version, version+1)
		setupEqual(t, len(w.audited()), len(audit)+1)
	})
}

func TestEachChangeIsAnUpdateOfItsFields(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		plan := w.apply(`
people: {ana: {name: Ana R, zone: UTC, contacts: {mail: {kind: email, to: ana@example.org}}}}
services: {checkout: {team: payments, policy: payments, urgency: {warning: high}}}`)
		setupEqual(t, plan.Changes, []action.Change{
			{Verb: "update", Kind: "people", Name: "ana", Fields: []action.FieldChange{
				{Path: "name", Old: "Ana Reis", New: "Ana R"},
				{Path: "zone", New: "UTC"},
				{Path: "contacts.mail.to", Old: "ana@example.com", New: "ana@example.org"},
			}},
			{Verb: "update", Kind: "services", Name: "checkout", Fields: []action.FieldChange{
				{Path: "urgency.critical", New: "high"},
				{Path: "urgency.error", New: "high"},
				{Path: "urgency.info", New: "none"},
				{Path: "urgency.warning", New: "high"},
			}},
		})
		plan = w.apply(`people: {ana: {name: Ana R, contacts: {mail: {kind: email, to: ana@example.org}}}}`)
		setupEqual(t, plan.Changes[0].Fields, []action.FieldChange{{Path: "zone", Old: "UTC"}}) // absent within a thing is its default
	})
}

func TestWhatTheFileDoesNotNameStaysUnlessItIsPruned(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood + "installation: {fallback: [\"person:ana\"]}\n")
		rest := strings.ReplaceAll(setupGood, "  cy: {name: Cy Wong}\n", "")
		rest = rest[:strings.Index(rest, "sources:")]
		setupEqual(t, setupChanged(w.apply(rest)), []string{})
		plan := w.apply(rest, action.ApplyOptions{Prune: true})
		setupEqual(t, setupChanged(plan), []string{"delete people.cy", "delete sources.prometheus"})
		setupEqual(t, len(w.db.Setup().Sources), 0)
		setupEqual(t, len(w.db.Setup().Installation.Fallback), 1) // the installation cannot go
	})
}

func TestPruningWhatSomethingRefersToIsRefused(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood + "installation: {fallback: [\"person:cy\"]}\n")
		_, err := w.try(`
people: {ben: {name: Ben Ito}}
teams: {payments: {members: [ana, ben]}}
policies: {payments: {team: payments, steps: [{page: ["schedule:primary"], wait: 5m}]}}`, action.ApplyOptions{Prune: true})
		setupEqual(t, setupProblems(t, err), []string{
			"installation.fallback[0]: person cy is not in the file, and pruning would delete it; add it to the file, or take it out here",
			"policies.payments.steps[0].page[0]: schedule primary is not in the file, and pruning would delete it; add it to the file, or take it out here",
			"teams.payments.members[0]: person ana is not in the file, and pruning would delete it; add it to the file, or take it out here",
		})
		setupEqual(t, len(w.db.Setup().Services), 1)
	})
}

func TestOnlyAChangedPolicyGetsANewVersion(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		first := w.db.Setup().Policies["payments"]
		w.apply(setupGood + "installation: {fallback: [\"person:ana\"]}\n")
		setupEqual(t, w.db.Setup().Policies["payments"].Version, first.Version)
		w.apply(strings.Replace(setupGood, "wait: 5m", "wait: 7m", 1))
		second := w.db.Setup().Policies["payments"]
		if second.Version == first.Version {
			t.Fatal("the changed policy has the version that it had")
		}
		old, err := w.db.PolicyVersion(t.Context(), first.Version) // alerts go on by it
		if err != nil || old.Steps[0].Wait.Std() != 5*time.Minute {
			t.Errorf("the first version is now %+v, %v", old, err)
		}
		setupEqual(t, second.Steps[0].Wait.Std(), 7*time.Minute)
	})
}

func TestOverridesAreNeverPartOfAPlan(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		if _, err := w.override("primary", "2026-11-16T11:00", "2026-11-18T09:00", "ben", ""); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, w.onCall("primary"), "ben")
		setupEqual(t, setupChanged(w.apply(setupGood, action.ApplyOptions{Prune: true})), []string{})
		setupEqual(t, w.onCall("primary"), "ben")
	})
}

func TestApplyIsForOwnersAndAdmins(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		tests := map[string]struct {
			by team.Actor
			ok bool
		}{
			"an owner":                      {team.Actor{Role: team.Owner}, true},
			"an admin":                      {team.Actor{Role: team.Admin}, true},
			"an admin's token for setup":    {team.Actor{Role: team.Admin, Scopes: []team.Scope{team.ScopeSetup}}, true},
			"an admin's token to respond":   {team.Actor{Role: team.Admin, Scopes: []team.Scope{team.ScopeRespond}}, false},
			"a responder":                   {team.Actor{Person: "ana", Role: team.Responder}, false},
			"a manager, of the whole setup": {team.Actor{Person: "ana", Role: team.Responder, Manages: []id.Team{"payments"}}, false},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				_, err := w.act.Apply(t.Context(), test.by, setupJSON(t, setupGood), action.ApplyOptions{DryRun: true})
				if test.ok && err != nil || !test.ok && !fault.Is(err, fault.Denied) {
					t.Errorf("got %v", err)
				}
			})
		}
	})
}

func TestOnlyAnOwnerChangesOwners(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		admin := team.Actor{Role: team.Admin, Label: "an admin"}
		w.apply(`people: {olga: {name: Olga, role: owner}, ana: {name: Ana}}`)
		tests := map[string]struct {
			file string
			ok   bool
		}{
			"an owner as they are":     {`people: {olga: {name: Olga, role: owner}, ana: {name: Ana R}}`, true},
			"another name of an owner": {`people: {olga: {name: Olga O, role: owner}}`, false},
			"an owner made an admin":   {`people: {olga: {name: Olga, role: admin}, ana: {name: Ana, role: owner}}`, false},
			"a new owner":              {`people: {ana: {name: Ana, role: owner}}`, false},
			"a new admin":              {`people: {ana: {name: Ana, role: admin}}`, true},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				file := setupJSON(t, test.file)
				_, err := w.act.Apply(t.Context(), admin, file, action.ApplyOptions{DryRun: true})
				if test.ok && err != nil || !test.ok && !fault.Is(err, fault.Denied) {
					t.Errorf("an admin: got %v", err)
				}
				if _, err := w.act.Apply(t.Context(), setupOwner, file, action.ApplyOptions{DryRun: true}); err != nil {
					t.Errorf("an owner: got %v", err)
				}
			})
		}
	})
}

func TestAppliesAtOnceFollowOneAnother(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		start := w.db.Setup().Version
		var wait sync.WaitGroup
		for n := range 8 {
			file := setupJSON(t, strings.Replace(setupGood, "wait: 5m", "wait: "+string(rune('1'+n))+"h", 1))
			wait.Go(func() {
				if _, err := w.act.Apply(t.Context(), setupOwner, file, action.ApplyOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		setup := w.db.Setup()
		setupEqual(t, setup.Version, start+8)
		kept, err := w.db.PolicyVersion(t.Context(), setup.Policies["payments"].Version)
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, kept.Steps, setup.Policies["payments"].Steps) // the last one wins as a whole
	})
}

func TestTheAuditLogSaysWhoChangedWhat(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupGood)
		w.apply(strings.Replace(setupGood, "wait: 5m", "wait: 6m", 1))
		deeds, err := w.db.AuditLog(t.Context(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, []any{deeds[0].Actor, deeds[0].Action, deeds[0].Target}, []any{"a test", "apply", "setup"})
		setupEqual(t, deeds[0].Doc, map[string]any{"changes": []any{"update policies.payments: steps[0].wait"}})
	})
}

func TestAPrunedScheduleTakesItsOverridesAlong(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		spare := setupGood + "  # spare\n"
		withSpare := strings.Replace(spare, "policies:", `  spare: {team: payments, zone: UTC, layers: [{name: l, users: [ana]}]}
policies:`, 1)
		w.apply(withSpare)
		if _, err := w.override("spare", "2026-11-16T11:00", "2026-11-18T09:00", "ben", ""); err != nil {
			t.Fatal(err)
		}
		w.apply(spare, action.ApplyOptions{Prune: true})
		w.apply(withSpare)
		setupEqual(t, w.onCall("spare"), "ana")
	})
}

func TestTheFileOfTheDocumentationApplies(t *testing.T) {
	w := newSetupWorld(t, setupSQLite(t))
	w.guard()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	file, _, _ := strings.Cut(rest, "```\n")
	plan := w.apply(strings.ReplaceAll(file, "{env: ANA_HOOK_SECRET}", "sesame"))
	setupEqual(t, len(plan.Changes), 9)
	setupEqual(t, plan.Warnings, []string{})
}
