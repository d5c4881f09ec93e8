package action_test

import (
	"encoding/json"
	"errors"
	"testing"

	"firehall/internal/action"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
)

func TestATeamsManagerTakesNothingThatIsOfNoTeam(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(twoHands)
		err := w.db.Do(t.Context(), func(tx *store.Tx) error { // as no file makes it
			return tx.SaveDoc(t.Context(), store.KindPolicy, "global", store.Policy{Policy: escalation.Policy{Steps: w.db.Setup().Policies["p"].Steps}})
		})
		if err != nil {
			t.Fatal(err)
		}
		manager := team.Actor{Person: "ben", Role: team.Responder, Manages: []id.Team{"t"}}
		doc := json.RawMessage(`{"team": "t", "steps": [{"page": ["person:ben"], "wait": "5m"}]}`)
		_, err = w.act.PutThing(t.Context(), manager, "policies", "global", doc, false)
		if !fault.Is(err, fault.Denied) {
			t.Errorf("it was taken: %v", err)
		}
		if _, err := w.act.PutThing(t.Context(), manager, "policies", "new", doc, false); err != nil {
			t.Errorf("one of their own: %v", err)
		}
	})
}

func TestDeletingOneThingLooksAtWhatRefersToItAlone(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(twoHands)
		w.act.Check = func(notify.Contact) error { return fault.At("to", "no private networks any more") }
		_, err := w.act.DeleteThing(t.Context(), setupOwner, "policies", "p")
		setupEqual(t, setupProblems(t, err), []string{"services.v.policy: this refers to policy p; change it first"})
		_, err = w.act.DeleteThing(t.Context(), setupOwner, "people", "ana")
		setupEqual(t, setupProblems(t, err), []string{"policies.p.steps[0].page[0]: this refers to person ana; change it first"})
		plan, err := w.act.DeleteThing(t.Context(), setupOwner, "services", "v")
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, setupChanged(plan), []string{"delete services.v"})
		if _, err := w.act.DeleteThing(t.Context(), setupOwner, "services", "v"); !fault.Is(err, fault.NotFound) {
			t.Errorf("again: %v", err)
		}
		setupEqual(t, len(w.export().Services), 0)
	})
}

// A node that is asked for somebody's data while it gathers another's says so.
func TestOneExportOfOwnDataAtATime(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(twoHands)
		release := action.HoldExport(w.act)
		if _, err := w.act.OwnData(t.Context(), setupOwner, "ana"); !errors.Is(err, action.ErrExporting) {
			t.Errorf("two at a time: %v", err)
		}
		release()
		if _, err := w.act.OwnData(t.Context(), setupOwner, "ana"); err != nil {
			t.Errorf("after the first: %v", err)
		}
	})
}
