package action_test

import (
	"strings"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

func TestDisablingAPersonWhoIsNeededNamesWhatItLeavesOpen(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		err := w.act.SetDisabled(t.Context(), setupOwner, "ana", true)
		setupEqual(t, setupProblems(t, err), []string{"schedules.primary: ana is on call on primary until Mon 2026-11-23 09:00 Europe/Lisbon, and nobody else; put an override there first"})
		setupEqual(t, fault.Of(err).Sentence, "ana cannot be disabled: it would leave this open")
		err = w.act.SetDisabled(t.Context(), setupOwner, "dee", true)
		setupEqual(t, len(setupProblems(t, err)), 3) // a step and two fallbacks
		setupEqual(t, w.db.Setup().People["ana"].Disabled, false)

		if err := w.act.SetDisabled(t.Context(), setupOwner, "ben", true); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, w.db.Setup().People["ben"].Disabled, true)
		w.pass(7 * 24 * time.Hour)
		setupEqual(t, w.onCall("primary"), "") // ben's turn: a gap
		if err := w.act.SetDisabled(t.Context(), setupOwner, "ben", false); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, w.onCall("primary"), "ben")
		setupEqual(t, w.audited()[1:], []string{"a test person.disable ben", "a test person.enable ben"})
	})
}

func TestDisablingTwiceChangesNothing(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		for range 2 {
			if err := w.act.SetDisabled(t.Context(), setupOwner, "ben", true); err != nil {
				t.Fatal(err)
			}
		}
		setupEqual(t, w.audited()[1:], []string{"a test person.disable ben"})
	})
}

func TestDeletingAPersonTakesThemOutOfTheirRotations(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		rota := strings.Replace(setupRota, "[ana, ben]", "[ana, ben, [ben, dee]]", 1)
		rota = strings.Replace(rota, "{t: {}}", "{t: {managers: [ben], members: [ana, ben]}}", 1)
		w.apply(rota)
		if err := w.act.DeletePerson(t.Context(), setupOwner, "ben"); err != nil {
			t.Fatal(err)
		}
		setup := w.db.Setup()
		setupEqual(t, setup.Teams["t"].Members, []id.Person{"ana"})
		setupEqual(t, len(setup.Teams["t"].Managers), 0)
		setupEqual(t, w.onCall("primary"), "ana")
		w.pass(7 * 24 * time.Hour)
		setupEqual(t, w.onCall("primary"), "dee")
		file := w.export()
		setupEqual(t, len(file.People), 2)
		setupEqual(t, setupChanged(w.applyFile(file)), []string{}) // nothing refers to ben any more
	})
}

func TestDeletingAPersonWhoIsNeededIsRefused(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		if _, err := w.override("primary", "2026-12-01T09:00", "2026-12-02T09:00", "ben", ""); err != nil {
			t.Fatal(err)
		}
		tests := map[id.Person]string{
			"ben": "schedules.primary: ben covers primary from Tue 2026-12-01 09:00 Europe/Lisbon until Wed 2026-12-02 09:00 Europe/Lisbon; delete that override first",
			"dee": "installation.fallback[0]: the fallback of the installation pages dee, who would be gone and never be paged; name somebody else there first",
		}
		for n, problem := range tests {
			err := w.act.DeletePerson(t.Context(), setupOwner, n)
			setupEqual(t, setupProblems(t, err)[0], problem)
		}
		w.apply(strings.Replace(setupRota, "[ana, ben]", "[ana]", 1))
		w.pass(7 * 24 * time.Hour)
		if _, err := w.override("primary", "2026-11-23T10:00", "2026-11-24T09:00", "dee", ""); err != nil {
			t.Fatal(err)
		}
		err := w.act.DeletePerson(t.Context(), setupOwner, "ana")
		setupEqual(t, setupProblems(t, err), []string{"schedules.primary: ana alone is on call in layer weekly of primary; put somebody else there first"})
		setupEqual(t, len(w.db.Setup().People), 3)
	})
}

func TestWhoIsOnCallIsNotDeletedUntilSomebodyElseIs(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupRota)
		err := w.act.DeletePerson(t.Context(), setupOwner, "ana")
		setupEqual(t, setupProblems(t, err), []string{"schedules.primary: ana is on call on primary until Mon 2026-11-23 09:00 Europe/Lisbon, and nobody else; put an override there first"})
		if _, err := w.override("primary", "2026-11-16T12:00", "2026-11-16T14:00", "dee", ""); err != nil {
			t.Fatal(err)
		}
		if err := w.act.DeletePerson(t.Context(), setupOwner, "ana"); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, w.onCall("primary"), "dee")
		w.pass(2 * time.Hour) // ana would be on call again until Monday
		setupEqual(t, w.onCall("primary"), "ben")
	})
}

func TestWhoMayDisableAndDelete(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		admin, manager := team.Actor{Role: team.Admin}, team.Actor{Person: "ana", Role: team.Responder, Manages: []id.Team{"t"}}
		for name, err := range map[string]error{
			"an admin an owner":   w.act.SetDisabled(t.Context(), admin, "olga", true),
			"a manager a member":  w.act.SetDisabled(t.Context(), manager, "ben", true),
			"a manager deletes":   w.act.DeletePerson(t.Context(), manager, "ben"),
			"an admin, no scope":  w.act.DeletePerson(t.Context(), team.Actor{Role: team.Admin, Scopes: []team.Scope{team.ScopeRead}}, "ben"),
			"an admin's deletion": w.act.DeletePerson(t.Context(), admin, "olga"),
		} {
			if fault.Of(err) == nil {
				t.Errorf("%s: got %v", name, err)
			}
		}
		setupEqual(t, len(w.db.Setup().People), 4)
		err := w.act.DeletePerson(t.Context(), setupOwner, "olga")
		setupEqual(t, setupProblems(t, err), []string{"people.olga: olga is the last owner; make somebody else an owner first"})
		if err := w.act.DeletePerson(t.Context(), admin, "nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: got %v", err)
		}
		if err := w.act.DeletePerson(t.Context(), admin, "ben"); err != nil {
			t.Errorf("ben: %v", err)
		}
	})
}
