package escalation

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/span"
)

// drawPolicy returns a policy that Validate accepts.
func drawPolicy(t *rapid.T) Policy {
	p := Policy{Name: "p", Team: "t", Repeat: rapid.IntRange(0, 4).Draw(t, "repeat"), Fallback: []Target{"person:dee"}}
	for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
		wait := time.Duration(rapid.IntRange(1, 3600).Draw(t, "wait")) * time.Second
		p.Steps = append(p.Steps, Step{Page: []Target{Target(fmt.Sprint("person:p", i))}, Wait: span.Duration(wait)})
	}
	if bad := p.Validate(); len(bad) > 0 {
		t.Fatalf("the policy is bad: %v", bad)
	}
	return p
}

// allOnce is how long all rounds of a policy take when nobody answers.
func (p Policy) allOnce() time.Duration {
	sum := time.Duration(0)
	for _, s := range p.Steps {
		sum += s.Wait.Std()
	}
	return sum * time.Duration(p.Repeat+1)
}

// sane fails unless a decision that pages does so in order: something, no step
// twice, the fallback last, and again in the future.
func sane(t *rapid.T, p Policy, d Decision, now time.Time) {
	if len(d.Due) == 0 || d.Reason == "" {
		t.Fatalf("it pages %v because %q", d.Due, d.Reason)
	}
	if !d.State.NextAt.After(now) {
		t.Fatalf("at %s it plans the next for %s", now, d.State.NextAt)
	}
	seen := map[int]bool{}
	for i, due := range d.Due {
		if seen[due.Step] {
			t.Fatalf("step %d is paged twice: %v", due.Step, d.Due)
		}
		seen[due.Step] = true
		if due.Step == 0 && i != len(d.Due)-1 {
			t.Fatalf("the fallback is not the last: %v", d.Due)
		}
		if due.Step > len(p.Steps) || due.Step < 0 {
			t.Fatalf("there is no step %d", due.Step)
		}
	}
	if s := d.State; s.Step < 0 || s.Step >= len(p.Steps) || s.Round < 0 || s.Round > p.Repeat+1 || s.Last < 0 || s.Last > len(p.Steps) {
		t.Fatalf("it stands nowhere: %+v", s)
	}
	if seen[0] != p.FallbackReached(d.State) {
		t.Fatalf("the fallback is paged: %v, and reached: %v", seen[0], p.FallbackReached(d.State))
	}
}

func TestHoweverLateItIsWokenItPagesInOrderAndPlansTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s, now := drawPolicy(t), fresh(), noon
		for range rapid.IntRange(1, 20).Draw(t, "wakings") {
			now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second)
			d := Next(p, s, now)
			if now.Before(s.NextAt) {
				if len(d.Due) > 0 || d.State != s {
					t.Fatalf("woken early it pages %v and stands at %+v", d.Due, d.State)
				}
				continue
			}
			sane(t, p, d, now)
			s = d.State
		}
	})
}

// Woken on time it pages the steps in their order, each round, then the
// fallback every 15 min: the schedule of pages, to the second.
func TestWokenOnTimeItPagesEveryStepOfEveryRoundThenTheFallbackEvery15Min(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s, expected := drawPolicy(t), fresh(), noon
		paged := func(step int, wait time.Duration) {
			if Next(p, s, expected.Add(-1)).Due != nil {
				t.Fatalf("step %d comes early", step)
			}
			d := Next(p, s, expected)
			sane(t, p, d, expected)
			if len(d.Due) != 1 || d.Due[0].Step != step || !d.State.NextAt.Equal(expected.Add(wait)) {
				t.Fatalf("at %s it pages %v, not step %d, and then at %s", expected, d.Due, step, d.State.NextAt)
			}
			s, expected = d.State, d.State.NextAt
		}
		for range p.Repeat + 1 {
			for i, step := range p.Steps {
				paged(i+1, step.Wait.Std())
			}
		}
		if want := noon.Add(p.allOnce()); !expected.Equal(want) {
			t.Fatalf("the fallback comes at %s, not %s", expected, want)
		}
		for range 5 {
			paged(0, FallbackEvery)
		}
	})
}

// After a silence every step that was due in it is paged once, and none that
// was not; the fallback when all rounds had run.
func TestWokenAfterASilenceItPagesEachStepThatWasDueOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		silence := time.Duration(rapid.Int64Range(0, int64(2*p.allOnce())).Draw(t, "silence"))
		due, at := map[int]bool{}, noon
		for range p.Repeat + 1 {
			for i, step := range p.Steps {
				if !at.After(noon.Add(silence)) {
					due[i+1] = true
				}
				at = at.Add(step.Wait.Std())
			}
		}
		if !at.After(noon.Add(silence)) {
			due[0] = true
		}
		d := Next(p, fresh(), noon.Add(silence))
		sane(t, p, d, noon.Add(silence))
		for _, got := range d.Due {
			if !due[got.Step] {
				t.Fatalf("step %d was not due after %s", got.Step, silence)
			}
			delete(due, got.Step)
		}
		if len(due) > 0 {
			t.Fatalf("not paged: %v", due)
		}
	})
}

// However people interfere, a policy goes on: within its waits it always comes
// to the fallback, and never stops.
func TestItNeverEndsInSilence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s, now := drawPolicy(t), fresh(), noon
		for range rapid.IntRange(0, 8).Draw(t, "interferences") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second)
			var d Decision
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				d = OneByHand(p, s, now)
			case 1:
				d = Next(p, p.Again(s, now), now)
			case 2:
				d = Next(p, Start(now), now)
			}
			sane(t, p, d, now)
			s = d.State
		}
		fallbackBy := s.NextAt.Add(p.allOnce())
		for now = s.NextAt; !p.FallbackReached(s); now = s.NextAt {
			if now.After(fallbackBy) {
				t.Fatalf("at %s the fallback has not come; all rounds take %s", now, p.allOnce())
			}
			s = Next(p, s, now).State
		}
	})
}

func TestByHandEveryStepComesInItsTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		s := fresh()
		for round := range p.Repeat + 1 {
			for i := range p.Steps {
				d := OneByHand(p, s, noon)
				if len(d.Due) != 1 || d.Due[0].Step != i+1 {
					t.Fatalf("in round %d comes %v, not step %d", round, d.Due, i+1)
				}
				s = d.State
			}
		}
		if d := OneByHand(p, s, noon); !p.FallbackReached(d.State) {
			t.Fatalf("after all rounds comes %v", d.Due)
		}
	})
}
