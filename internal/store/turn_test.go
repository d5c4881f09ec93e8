package store

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// line is a queue at turns whose order of service is watched.
type line struct {
	turns  turns
	served []string
}

// queue makes somebody wait for the turn, and returns when they do.
func (l *line) queue(ctx context.Context, name string, p Priority) {
	go func() {
		if err := l.turns.take(ctx, p); err != nil {
			l.served = append(l.served, name+" left")
			return
		}
		l.served = append(l.served, name)
		l.turns.give()
	}()
	synctest.Wait()
}

// expect fails unless these were served, in this order.
func (l *line) expect(t *testing.T, names ...string) {
	t.Helper()
	synctest.Wait()
	if !slices.Equal(l.served, names) {
		t.Errorf("served: %q, expected: %q", l.served, names)
	}
	l.served = nil
	if n := l.turns.waiting(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

// held returns a line whose turn the test holds.
func held(t *testing.T) *line {
	l := &line{}
	if err := l.turns.take(t.Context(), Background); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheMostUrgentGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := held(t)
		l.queue(t.Context(), "retention", Background)
		l.queue(t.Context(), "signals", Ingesting)
		l.queue(t.Context(), "send", Sending)
		l.queue(t.Context(), "ack", Urgent)
		if n := l.turns.waiting(); n != 4 {
			t.Errorf("%d wait", n)
		}
		l.turns.give()
		l.expect(t, "ack", "send", "signals", "retention")
	})
}

func TestAmongEqualsTheOneWhoWaitsLongestGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := held(t)
		var want []string
		for i := range 50 {
			name := string(rune('A' + i))
			want = append(want, name)
			l.queue(t.Context(), name, Ingesting)
		}
		l.turns.give()
		l.expect(t, want...)
	})
}

func TestATurnThatNobodyHasIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{}
		for _, name := range []string{"one", "two"} {
			l.queue(t.Context(), name, Background)
			l.expect(t, name)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		l.queue(gone, "in a hurry", Background) // who need not wait is not sent away
		l.expect(t, "in a hurry")
	})
}

func TestWhoLeavesTheQueueIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := held(t)
		impatient, leave := context.WithCancel(t.Context())
		l.queue(t.Context(), "first", Ingesting)
		l.queue(impatient, "impatient", Urgent)
		l.queue(t.Context(), "second", Ingesting)
		leave()
		synctest.Wait()
		if n := l.turns.waiting(); n != 2 {
			t.Errorf("%d wait", n)
		}
		l.turns.give()
		l.expect(t, "impatient left", "first", "second")
	})
}

func TestWhoLeavesSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := held(t)
		ctx, leave := context.WithCancel(t.Context())
		result := make(chan error, 1)
		go func() { result <- l.turns.take(ctx, Urgent) }()
		synctest.Wait()
		leave()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("it failed with %v", err)
		}
	})
}

// Somebody may be given the turn in the moment in which they leave: then it
// goes to the next one.
func TestATurnGivenToWhoIsLeavingGoesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := held(t)
		w := &waiter{priority: Urgent, ready: make(chan struct{})}
		l.turns.mu.Lock()
		l.turns.queue.Push(w)
		l.turns.mu.Unlock()
		l.queue(t.Context(), "next", Ingesting)
		l.turns.give() // to w
		<-w.ready
		synctest.Wait()
		if len(l.served) > 0 {
			t.Errorf("served while another has the turn: %q", l.served)
		}
		l.turns.leave(w)
		l.expect(t, "next")
		l.queue(t.Context(), "later", Background)
		l.expect(t, "later")
	})
}

// However many come and go: the turn is one's at a time and is never lost.
func TestTheTurnIsOnesAtATimeAndNeverLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plan := rapid.SliceOfN(rapid.IntRange(0, 7), 1, 30).Draw(rt, "who comes")
		synctest.Test(t, func(t *testing.T) {
			var l turns
			holders, served := 0, 0
			var left atomic.Int64
			_ = l.take(t.Context(), Urgent)
			var leaves []context.CancelFunc
			for _, kind := range plan {
				ctx, leave := context.WithCancel(t.Context())
				leaves = append(leaves, leave)
				go func() {
					if l.take(ctx, Priority(kind%4)) != nil {
						left.Add(1)
						return
					}
					if holders++; holders > 1 {
						t.Error("two have the turn")
					}
					served++
					holders--
					l.give()
				}()
				synctest.Wait()
			}
			go l.give() // at once with those who leave
			for i, kind := range plan {
				if kind > 3 {
					leaves[i]()
				}
			}
			synctest.Wait()
			if gone := int(left.Load()); served+gone != len(plan) || l.waiting() != 0 || l.taken {
				t.Errorf("%d served and %d left of %d; taken: %v", served, gone, len(plan), l.taken)
			}
			for _, leave := range leaves {
				leave()
			}
		})
	})
}
