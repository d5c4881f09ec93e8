package action_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
)

// At setupStart ana has the weekly turn of setupRota until the Monday after;
// ben follows. dee alone is on "solo".
const setupRota = `
installation: {fallback: ["person:dee"]}
people:
  ana: {name: Ana, contacts: {mail: {kind: email, to: ana@example.com}}}
  ben: {name: Ben, contacts: {mail: {kind: email, to: ben@example.com}}}
  dee: {name: Dee, contacts: {mail: {kind: email, to: dee@example.com}}}
teams: {t: {}}
schedules: {primary: {team: t, zone: Europe/Lisbon, layers: [{name: weekly, rotation: {unit: week, start: "2026-11-16T09:00", members: [ana, ben]}}]}}
policies: {p: {team: t, steps: [{page: ["schedule:primary"], wait: 5m}, {page: ["person:dee"], wait: 5m}], fallback: ["person:dee"]}}
`

func TestDisablingSomebodyWhoIsNeededIsRefused(t *testing.T) {
	tests := map[string]struct {
		from, to string // replaced in setupRota
		problems []string
	}{
		"on call now": {"{name: Ana,", "{name: Ana, disabled: true,", []string{
			"schedules.primary: ana is on call on primary until Mon 2026-11-23 09:00 Europe/Lisbon, and nobody else; put an override there first",
		}},
		"in a policy's step and both fallbacks": {"{name: Dee,", "{name: Dee, disabled: true,", []string{
			"installation.fallback[0]: the fallback of the installation pages dee, who would be disabled and never be paged; name somebody else there first",
			"policies.p.fallback[0]: the fallback of policy p pages dee, who would be disabled and never be paged; name somebody else there first",
			"policies.p.steps[1].page[0]: step 2 of policy p pages dee, who would be disabled and never be paged; name somebody else there first",
		}},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				_, err := w.try(strings.Replace(setupRota, test.from, test.to, 1))
				setupEqual(t, setupProblems(t, err), test.problems)
			})
		}
	})
}

func TestTheSameApplyMayMendWhatItLeavesOpen(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		off := strings.Replace(setupRota, "{name: Dee,", "{name: Dee, disabled: true,", 1)
		off = strings.ReplaceAll(off, "person:dee", "person:ben")
		setupEqual(t, setupChanged(w.apply(off)), []string{"update installation", "update people.dee", "update policies.p"})
	})
}

func TestWhoLeavesWhileOnCallIsFollowedAtOnce(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		setupEqual(t, w.onCall("primary"), "ana")
		off := strings.Replace(setupRota, "{name: Ana,", "{name: Ana, disabled: true,", 1)
		off = strings.Replace(off, "[ana, ben]", "[ben]", 1)
		plan := w.apply(off)
		setupEqual(t, w.onCall("primary"), "ben")
		setupEqual(t, setupChanged(plan), []string{"update people.ana", "update schedules.primary"})
		setupEqual(t, setupChanged(w.apply(off)), []string{})
	})
}

func TestAChangedRotationWaitsForTheNextHandoff(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		changed := strings.Replace(setupRota, "[ana, ben]", "[ben, dee]", 1)
		plan := w.apply(changed)
		setupEqual(t, plan.Warnings, []string{"schedule primary changes at its next handoff, Mon 2026-11-23 09:00 Europe/Lisbon; until then it stays as it is"})
		setupEqual(t, w.onCall("primary"), "ana")
		setupEqual(t, setupChanged(w.apply(changed)), []string{})
		w.pass(7 * 24 * time.Hour)
		setupEqual(t, w.onCall("primary"), "ben") // whose turn it was to be
		setupEqual(t, setupChanged(w.apply(changed)), []string{})
		w.pass(7 * 24 * time.Hour)
		setupEqual(t, w.onCall("primary"), "dee")
	})
}

func TestAnotherTeamOfAScheduleChangesNobodysTurn(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		w.pass(7 * 24 * time.Hour)
		before := w.db.Setup().Schedules["primary"].Revisions
		w.apply(strings.NewReplacer("teams: {t: {}}", "teams: {t: {}, u: {}}", "{primary: {team: t", "{primary: {team: u").Replace(setupRota))
		setupEqual(t, w.db.Setup().Schedules["primary"].Revisions, before)
		setupEqual(t, w.onCall("primary"), "ben")
	})
}

func TestWhoIsMerelyInARotationMayBeDisabledWithAWarning(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		plan := w.apply(strings.Replace(setupRota, "{name: Ben,", "{name: Ben, disabled: true,", 1))
		setupEqual(t, plan.Warnings, []string{
			"Every 2 weeks from Monday 09:00 until Monday 09:00 (first on 2026-11-23), Europe/Lisbon time, nobody is on call on primary, because whose turn it is (ben) is disabled; to mend it, put somebody else into their turns",
		})
		setupEqual(t, w.onCall("primary"), "ana")
	})
}

func TestAPairOnCallMayLoseOne(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		pair := strings.Replace(setupRota, "[ana, ben]", "[[ana, ben], dee]", 1)
		w.apply(pair)
		w.apply(strings.Replace(pair, "{name: Ana,", "{name: Ana, disabled: true,", 1))
		setupEqual(t, w.onCall("primary"), "ben")
	})
}

func TestAnOverrideLetsSomebodyWhoIsOnCallGo(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		if _, err := w.override("primary", "2026-11-16T12:00", "2026-11-23T09:00", "ben", "ana"); err != nil {
			t.Fatal(err)
		}
		w.apply(strings.Replace(setupRota, "{name: Ana,", "{name: Ana, disabled: true,", 1))
		setupEqual(t, w.onCall("primary"), "ben")
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(`people: {olga: {name: Olga, role: owner}, ana: {name: Ana}}`)
		problem := []string{"people.olga: olga is the last owner; make somebody else an owner first"}
		for name, file := range map[string]string{
			"demoted":  `people: {olga: {name: Olga}}`,
			"disabled": `people: {olga: {name: Olga, role: owner, disabled: true}}`,
			"pruned":   `people: {ana: {name: Ana}}`,
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.try(file, action.ApplyOptions{Prune: true})
				setupEqual(t, setupProblems(t, err), problem)
			})
		}
		w.apply(`people: {olga: {name: Olga}, ana: {name: Ana, role: owner}}`) // with a successor it is fine
	})
}

func TestWarningsSayWhoWouldNotBeReached(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		plan := w.apply(`
people:
  ana: {name: Ana}
  ben: {name: Ben, disabled: true, contacts: {mail: {kind: email, to: ben@example.com}}}
  cy: {name: Cy, role: observer, contacts: {mail: {kind: email, to: cy@example.com}}}
teams: {t: {}}
schedules: {off: {team: t, zone: UTC, layers: [{name: l, users: [ben]}]}}
policies: {p: {team: t, steps: [{page: ["person:ana", "schedule:off"], wait: 5m}, {page: ["person:cy"], wait: 5m}]}}
services: {shop: {team: t, policy: p}}`)
		want := []string{
			"The installation has no fallback: when nobody answers the steps of p, nobody is told any more; to mend it, set installation.fallback",
			"Step 1 of p never finds anybody in the next eight weeks (person:ana and schedule:off): it is as if it were not there; to mend it, name somebody who can be paged there, or take the step out",
			"Ana can be paged but has no contact: nothing would reach them, and what pages them goes on without them; to mend it, add one to people.ana.contacts",
			"Cy can be paged but is an observer, who may not answer; to mend it, make them a responder",
		}
		for _, sentence := range want {
			if !slices.Contains(plan.Warnings, sentence) {
				t.Errorf("missing: %s", sentence)
			}
		}
		again := w.apply(`people: {dee: {name: Dee}}`)
		setupEqual(t, again.Warnings, []string{}) // they are said when they come
	})
}
