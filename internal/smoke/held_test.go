package smoke

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
)

// heldAfterRestore returns a world in which an alert is held whose next step
// was due an hour ago.
func heldAfterRestore(w *world, into store.Config) (*world, id.Alert) {
	w.t.Helper()
	n := w.signal("disk full")
	file := w.backup()
	w.sleep(time.Hour)
	r := w.restored(into, file)
	r.settle()
	r.expect()
	return r, n
}

// overdue is what is paged together, once that alert goes on.
var overdue = []string{"ana hook: page disk full", "ana mail: page disk full", "ben hook: page disk full", "dee hook: page disk full"}

func (w *world) held() int {
	w.t.Helper()
	n, err := w.db.HeldAlerts(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestWhatAPersonAsksOfAHeldAlertIsDone(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		ask  func(w *world, n id.Alert) error
		told []string
		held int
	}{
		"escalate": {func(w *world, n id.Alert) error {
			_, err := w.act.EscalateNow(ctx, actor("cy"), n, "by the API")
			return err
		}, []string{"ana mail: page disk full", "ben hook: page disk full"}, 0},
		"they cannot take it": {func(w *world, n id.Alert) error {
			_, err := w.act.Decline(ctx, actor("ana"), n, "", action.Tap{How: "by the API"})
			return err
		}, []string{"ben hook: page disk full"}, 0},
		"reassign": {func(w *world, n id.Alert) error {
			_, err := w.act.Reassign(ctx, actor("ana"), n, []escalation.Target{"person:cy"})
			return err
		}, []string{"cy hook: page disk full"}, 0},
		"acknowledge": {func(w *world, n id.Alert) error {
			_, err := w.act.Acknowledge(ctx, actor("cy"), n, "by the API")
			return err
		}, []string{"ana hook: update Cy has it"}, 0},
		"snooze": {func(w *world, n id.Alert) error {
			_, err := w.act.Snooze(ctx, actor("ana"), n, w.clock().Add(time.Hour))
			return err
		}, nil, 0},
		"resolve": {func(w *world, n id.Alert) error {
			_, err := w.act.Resolve(ctx, actor("ana"), n, "by the API")
			return err
		}, nil, 0},
		"give back": {func(w *world, n id.Alert) error {
			_, err := w.act.Unacknowledge(ctx, actor("ana"), n)
			return err
		}, overdue, 0},
		"a note asks for nothing": {func(w *world, n id.Alert) error {
			_, err := w.act.Note(ctx, actor("ana"), n, "is this still so?", "by the API")
			return err
		}, nil, 1},
		"a refusal changes nothing": {func(w *world, n id.Alert) error {
			_, err := w.act.Reassign(ctx, actor("ana"), n, []escalation.Target{"person:nobody"})
			if !fault.Is(err, fault.Invalid) {
				w.t.Errorf("it is not refused: %v", err)
			}
			return nil
		}, nil, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onFresh(t, func(w *world, into store.Config) {
				r, n := heldAfterRestore(w, into)
				if err := test.ask(r, n); err != nil {
					t.Fatal(err)
				}
				r.settle()
				r.expect(slices.Clone(test.told)...)
				if got := r.held(); got != test.held {
					t.Errorf("%d are held, want %d", got, test.held)
				}
				if test.held == 0 {
					r.said(n, "Held no longer: ")
				}
			})
		})
	}
}

func TestAMergeIntoAHeldAlertLetsItGo(t *testing.T) {
	onFresh(t, func(w *world, into store.Config) {
		r, n := heldAfterRestore(w, into)
		fresh := r.signal("nobody can pay")
		r.expect("ana hook: page nobody can pay")
		if _, err := r.act.Merge(t.Context(), actor("ana"), fresh, n); err != nil {
			t.Fatal(err)
		}
		r.settle()
		r.expect(slices.Clone(overdue)...)
	})
}

func TestAHeldAlertSaysThatItIsHeld(t *testing.T) {
	onFresh(t, func(w *world, into store.Config) {
		quiet := w.signal("log is long", "warning") // waits for working hours
		r, n := heldAfterRestore(w, into)
		const held = "it is from before a backup was restored: nothing happens to it until"
		r.said(n, "Held: "+held)
		for _, one := range []id.Alert{n, quiet} {
			why, err := r.act.WhyAlert(t.Context(), r.alert(one), time.UTC)
			text := strings.Join(why.Sentences, "\n")
			if err != nil || !strings.Contains(text, held) || strings.Contains(text, "due at") || !why.Until.IsZero() {
				t.Errorf("why: %+v, %v", why, err)
			}
			next, err := r.act.Next(t.Context(), r.db, r.db.Setup(), r.alert(one))
			if err != nil || !next.At.IsZero() || !strings.HasPrefix(next.What, "is held") {
				t.Errorf("next: %+v, %v", next, err)
			}
		}
		r.resolve("ana", n)
		why, err := r.act.WhyAlert(t.Context(), r.alert(n), time.UTC)
		if text := strings.Join(why.Sentences, "\n"); err != nil || strings.Contains(text, "0001") || strings.Contains(text, held) {
			t.Errorf("why, once it is over: %s, %v", text, err)
		}
	})
}

func TestASimulationKnowsThatAnAlertIsHeld(t *testing.T) {
	onFresh(t, func(w *world, into store.Config) {
		r, _ := heldAfterRestore(w, into)
		s := alert.Signal{Key: "disk full", Status: alert.Firing, Summary: "disk full", Severity: "critical"}
		list, err := r.act.Simulate(t.Context(), action.Simulation{
			Arrival: action.Arrival{Source: r.db.Setup().Sources["generic"], Signals: []alert.Signal{s}}, At: r.clock(),
		})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		end := list[0].End
		if end.Kind != action.EndFolds || !strings.Contains(end.Sentence, "backup was restored") || strings.Contains(end.Sentence, "goes on") {
			t.Errorf("it ends as %+v", end)
		}
	})
}
