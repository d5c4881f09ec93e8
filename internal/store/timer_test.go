package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/id"
)

// plan sets timers in one transaction.
func (w *world) plan(list ...Timer) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error { return tx.SetTimers(ctx, list...) })
}

// due is a timer of a lane, some minutes after start.
func due(lane id.Team, ref string, minutes int) Timer {
	return Timer{Kind: "escalate", Ref: ref, Lane: lane, DueAt: after(minutes)}
}

// claimed fails unless a claim of a lane takes these timers, in this order.
func (w *world) claimed(lane id.Team, n int, refs ...string) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error {
		var got []string
		for _, timer := range must(tx.ClaimTimers(ctx, lane, n))(w) {
			got = append(got, timer.Ref)
			if timer.Lane != lane {
				w.Errorf("%+v is of another lane", timer)
			}
		}
		if !slices.Equal(got, refs) {
			w.Errorf("claimed %q, expected %q", got, refs)
		}
		return nil
	})
}

func TestOfTwoTimersForTheSameThingTheEarlierWins(t *testing.T) {
	first := Timer{Kind: "escalate", Ref: "a", Lane: "payments", DueAt: after(5), Attempt: 3}
	tests := map[string]struct{ second, want Timer }{
		"an earlier one":           {Timer{"escalate", "a", "payments", after(4), 0}, Timer{"escalate", "a", "payments", after(4), 0}},
		"a later one":              {Timer{"escalate", "a", "payments", after(6), 0}, Timer{"escalate", "a", "payments", after(5), 0}},
		"one at the same time":     {Timer{"escalate", "a", "payments", after(5), 4}, Timer{"escalate", "a", "payments", after(5), 4}},
		"one a microsecond before": {Timer{"escalate", "a", "payments", after(5).Add(-time.Microsecond), 0}, Timer{"escalate", "a", "payments", after(5).Add(-time.Microsecond), 0}},
	}
	onBoth(t, func(w *world) {
		w.clock.set(after(60))
		for name, test := range tests {
			for _, together := range []bool{true, false} {
				if together {
					w.plan(first, test.second)
				} else {
					w.plan(first)
					w.plan(test.second)
				}
				w.do(func(ctx context.Context, tx *Tx) error {
					got := must(tx.ClaimTimers(ctx, "payments", 9))(w)
					if len(got) != 1 || got[0] != test.want {
						w.Errorf("%s (together: %v): %+v", name, together, got)
					}
					return nil
				})
			}
		}
	})
}

func TestTimersOfAnotherKindOrForAnotherThingStandBesideEachOther(t *testing.T) {
	onBoth(t, func(w *world) {
		other := due("l", "a", 1)
		other.Kind = "lapse"
		w.plan(due("l", "a", 0), other, due("l", "b", 2))
		n, first, err := w.db.TimersPending(w.Context())
		if n != 3 || !first.Equal(start) || err != nil {
			w.Errorf("%d pending, the first at %s, %v", n, first, err)
		}
		var kinds []string
		w.do(func(ctx context.Context, tx *Tx) error {
			tx.Now = after(9)
			for _, timer := range must(tx.ClaimTimers(ctx, "l", 9))(w) {
				kinds = append(kinds, timer.Kind+" "+timer.Ref)
			}
			return nil
		})
		slices.Sort(kinds)
		w.same([]string{"escalate a", "escalate b", "lapse a"}, kinds)
	})
}

func TestAClaimTakesWhatIsDueOfItsLaneAndLeavesTheRest(t *testing.T) {
	onBoth(t, func(w *world) {
		w.plan(due("payments", "late", -60), due("payments", "now", 0), due("payments", "soon", 1), due("search", "other", -60), due("", "nobody's", -1))
		w.claimed("nobody", 9)
		w.claimed("payments", 9, "late", "now")
		w.claimed("payments", 9) // they are gone
		w.claimed("search", 9, "other")
		w.claimed("", 9, "nobody's")
		w.clock.set(after(1).Add(-time.Microsecond))
		w.claimed("payments", 9)
		w.clock.set(after(1))
		w.claimed("payments", 9, "soon")
	})
}

func TestAClaimTakesTheFirstOfManyInTheirOrder(t *testing.T) {
	onBoth(t, func(w *world) {
		for i := range 10 {
			w.plan(due("l", fmt.Sprint(i), -i))
		}
		w.claimed("l", 0)
		w.claimed("l", 3, "9", "8", "7")
		w.claimed("l", 1, "6")
		w.claimed("l", 99, "5", "4", "3", "2", "1", "0")
	})
}

func TestAClaimThatIsRolledBackLeavesItsTimers(t *testing.T) {
	onBoth(t, func(w *world) {
		w.plan(due("l", "a", 0))
		w.undone(func(ctx context.Context, tx *Tx) error {
			if got := must(tx.ClaimTimers(ctx, "l", 9))(w); len(got) != 1 {
				w.Errorf("claimed %v", got)
			}
			return nil
		})
		w.claimed("l", 9, "a")
	})
}

func TestAClaimedTimerMayBePlannedAgainAtOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		w.plan(due("l", "a", -5))
		w.do(func(ctx context.Context, tx *Tx) error {
			must(tx.ClaimTimers(ctx, "l", 9))(w)
			return tx.SetTimers(ctx, due("l", "a", 5)) // later: nothing earlier is there any more
		})
		w.claimed("l", 9)
		w.clock.set(after(5))
		w.claimed("l", 9, "a")
	})
}

func TestLanes(t *testing.T) {
	onBoth(t, func(w *world) {
		expect := func(want ...Lane) {
			w.Helper()
			w.same(want, append([]Lane(nil), must(w.db.Lanes(w.Context()))(w)...))
			w.do(func(ctx context.Context, tx *Tx) error {
				w.same(want, append([]Lane(nil), must(tx.Lanes(ctx))(w)...))
				return nil
			})
		}
		expect()
		n, first, err := w.db.TimersPending(w.Context())
		if n != 0 || !first.IsZero() || err != nil {
			w.Errorf("%d pending, the first at %s, %v", n, first, err)
		}
		w.plan(due("m", "a", 5))
		expect(Lane{"m", after(5)})
		w.plan(due("m", "b", 3), due("m", "c", 9))
		expect(Lane{"m", after(3)})
		var many []Lane
		for i := range 40 {
			lane := Lane{id.Team(fmt.Sprintf("team-%02d", i)), after(i)}
			w.plan(due(lane.Team, fmt.Sprint("x", i), i), due(lane.Team, fmt.Sprint("y", i), i+60))
			many = append(many, lane)
		}
		w.plan(due("", "nobody's", 7))
		byName := func(a, b Lane) int { return strings.Compare(string(a.Team), string(b.Team)) }
		got := must(w.db.Lanes(w.Context()))(w) // in no order that is promised
		slices.SortFunc(got, byName)
		want := slices.Concat([]Lane{{"", after(7)}, {"m", after(3)}}, many)
		w.same(want, got)
	})
}

// Two nodes that claim at once get different timers, and neither waits.
func TestTwoNodesNeverClaimTheSameTimer(t *testing.T) {
	w := onPostgres(t)
	second := w.another()
	w.plan(due("l", "a", -2), due("l", "b", -1), due("l", "c", 0))
	w.do(func(ctx context.Context, tx *Tx) error {
		mine := must(tx.ClaimTimers(ctx, "l", 2))(w)
		err := second.Do(ctx, func(tx *Tx) error {
			theirs := must(tx.ClaimTimers(ctx, "l", 9))(w)
			if len(mine) != 2 || len(theirs) != 1 || theirs[0].Ref != "c" {
				w.Errorf("one has %v, the other %v", mine, theirs)
			}
			return nil
		})
		if err != nil {
			w.Error(err)
		}
		return nil
	})
	w.claimed("l", 9)
}

func TestATimerThatANodeDroppedIsClaimedByAnother(t *testing.T) {
	w := onPostgres(t)
	first := w.db
	w.plan(due("l", "a", 0))
	w.undone(func(ctx context.Context, tx *Tx) error {
		must(tx.ClaimTimers(ctx, "l", 9))(w)
		return nil
	})
	w.db = w.another()
	w.claimed("l", 9, "a")
	w.db = first
	w.claimed("l", 9)
}
