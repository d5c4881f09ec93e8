package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/id"
)

// put keeps a fact.
func put(ctx context.Context, tx *Tx, name, value string) error {
	_, err := tx.AddFact(ctx, name, value)
	return err
}

// facts fails unless exactly these of a to e are known.
func (w *world) facts(names ...string) {
	w.Helper()
	var got []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if must(w.db.Fact(w.Context(), name))(w) != "" {
			got = append(got, name)
		}
	}
	if !slices.Equal(got, names) {
		w.Errorf("known are %q, expected %q", got, names)
	}
}

func TestATransactionIsKeptWholeOrNotAtAll(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := put(ctx, tx, "a", "1"); err != nil {
				return err
			}
			if got := must(tx.Fact(ctx, "a"))(w); got != "1" {
				w.Errorf("it does not see its own write: %q", got)
			}
			w.facts() // nor does anybody else, yet
			return put(ctx, tx, "b", "1")
		})
		w.undone(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "c", "1") })
		w.facts("a", "b")
	})
}

func TestAPanicRollsBackAndTheNextTransactionGoesOn(t *testing.T) {
	onBoth(t, func(w *world) {
		func() {
			defer func() {
				if r := recover(); r != "on fire" {
					w.Errorf("recovered %v", r)
				}
			}()
			w.do(func(ctx context.Context, tx *Tx) error {
				if err := put(ctx, tx, "a", "1"); err != nil {
					return err
				}
				panic("on fire")
			})
		}()
		w.facts()
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "b", "1") })
		w.facts("b")
	})
}

func TestAFailedStatementFailsItsTransactionAlone(t *testing.T) {
	onBoth(t, func(w *world) {
		err := w.db.Do(w.Context(), func(tx *Tx) error {
			if err := put(w.Context(), tx, "a", "1"); err != nil {
				return err
			}
			_, err := tx.on.ExecContext(w.Context(), "INSERT INTO nowhere VALUES (1)")
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "nowhere") {
			w.Errorf("it failed with %v", err)
		}
		w.facts()
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "b", "1") })
		w.facts("b")
	})
}

func TestWhatIsDoneAfterACommitIsDoneOnlyThen(t *testing.T) {
	onBoth(t, func(w *world) {
		var done []string
		w.do(func(ctx context.Context, tx *Tx) error {
			tx.After(func() {
				w.facts("a") // it sees what was committed
				done = append(done, "first")
			})
			tx.After(func() { done = append(done, "second") })
			if len(done) > 0 {
				w.Error("done before the commit")
			}
			return put(ctx, tx, "a", "1")
		})
		w.undone(func(_ context.Context, tx *Tx) error {
			tx.After(func() { done = append(done, "undone") })
			return nil
		})
		if !slices.Equal(done, []string{"first", "second"}) {
			w.Errorf("done: %q", done)
		}
	})
}

func TestATransactionHasOneTime(t *testing.T) {
	onBoth(t, func(w *world) {
		w.clock.set(start.Add(1234567 * time.Nanosecond).In(time.FixedZone("east", 3600)))
		w.do(func(_ context.Context, tx *Tx) error {
			first := tx.Now
			w.clock.set(after(5))
			if !tx.Now.Equal(first) || !first.Equal(start.Add(1234*time.Microsecond)) || first.Location() != time.UTC {
				w.Errorf("it began at %s and is at %s", first, tx.Now)
			}
			return nil
		})
		if !w.db.Now().Equal(after(5)) {
			w.Errorf("the database says %s", w.db.Now())
		}
	})
}

func TestIDsIncreaseOverAllTransactionsOfANode(t *testing.T) {
	onBoth(t, func(w *world) {
		last := ""
		for i := range 20 {
			w.clock.set(after(-i)) // whatever the clock does
			w.do(func(_ context.Context, tx *Tx) error {
				for range 3 {
					n := tx.NewID(id.PrefixAlert)
					if n <= last {
						w.Errorf("%s was made after %s", n, last)
					}
					last = n
				}
				return nil
			})
		}
	})
}

func TestATransactionThatHasBegunEndsThoughItsCallerIsGone(t *testing.T) {
	onBoth(t, func(w *world) {
		ctx, leave := context.WithCancel(w.Context())
		defer leave()
		err := w.db.Do(ctx, func(tx *Tx) error {
			leave()
			return put(w.Context(), tx, "a", "1")
		})
		if err != nil {
			w.Error(err)
		}
		w.facts("a")
	})
}

func TestManyWritersAtOnceLoseNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.SetTimers(ctx, Timer{Kind: "count", Ref: "x", Lane: "l", DueAt: start})
		})
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := w.db.DoAs(w.Context(), Priority(i%4), func(tx *Tx) error { // read, then write what was read
					if _, err := tx.LockSetup(w.Context()); err != nil {
						return err
					}
					list, err := tx.ClaimTimers(w.Context(), "l", 1)
					if err != nil {
						return err
					}
					list[0].Attempt++
					return tx.SetTimers(w.Context(), list...)
				})
				if err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.do(func(ctx context.Context, tx *Tx) error {
			if list := must(tx.ClaimTimers(ctx, "l", 9))(w); len(list) != 1 || list[0].Attempt != 20 {
				w.Errorf("%+v", list)
			}
			return nil
		})
	})
}

func TestATimerWakesTheEngineOnceItIsCommitted(t *testing.T) {
	onBoth(t, func(w *world) {
		woken := func() bool {
			select {
			case <-w.db.Wakes():
				return true
			default:
				return false
			}
		}
		plan := func(ctx context.Context, tx *Tx) error {
			return tx.SetTimers(ctx, Timer{Kind: "k", Ref: "r", DueAt: start})
		}
		w.undone(plan)
		w.do(func(ctx context.Context, tx *Tx) error { return tx.SetTimers(ctx) })
		if woken() {
			w.Error("woken for no timer")
		}
		w.do(func(ctx context.Context, tx *Tx) error {
			err := plan(ctx, tx)
			if woken() {
				w.Error("woken before the commit")
			}
			return err
		})
		w.do(plan) // nobody listened: one call is enough
		if !woken() || woken() {
			w.Error("not woken once")
		}
	})
}
