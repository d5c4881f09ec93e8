package smoke

import (
	"testing"
	"time"

	"firehall/internal/alert"
)

func TestTheOneOnCallIsPagedOnceAndThenTheNext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.expect("ana hook: page disk full")
		w.signal("disk full") // folds: nobody is told twice
		w.expect()
		w.pass(2 * time.Minute)
		w.expect("ana mail: page disk full")
		w.pass(3 * time.Minute)
		w.expect("ben hook: page disk full")
		w.ack("ben", n) // dee is still to come, so silence means something
		w.expect("ana hook: update Ben has it", "ana mail: update Ben has it")
		w.pass(24 * time.Minute)
		w.expect()
		if a := w.alert(n); a.Signals != 2 || a.Owner != "ben" || a.Status != alert.Acknowledged {
			t.Errorf("signals %d, owner %q, status %s", a.Signals, a.Owner, a.Status)
		}
		w.said(n, "source generic sends everything to checkout", "schedule primary", "Will tell ana by hook", "accepted on attempt 1", "ben has it")
	})
}

func TestNothingEndsInSilence(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.expect("ana hook: page disk full")
		w.pass(15 * time.Minute) // both steps, then the second round begins
		w.expect("ana hook: page disk full", "ana mail: page disk full", "ben hook: page disk full")
		w.pass(15*time.Minute - time.Second)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
		w.pass(time.Second)
		w.expect("dee hook: page disk full")
		w.pass(15 * time.Minute)
		w.expect("dee hook: page disk full")
		w.pass(15 * time.Minute)
		w.expect("dee hook: page disk full")
		w.ack("dee", n)
		w.expect("ana hook: update Dee has it", "ana mail: update Dee has it", "ben hook: update Dee has it")
	})
}
