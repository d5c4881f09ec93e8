package escalation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/span"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// after returns an instant some minutes after noon.
func after(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func step(minutes int, targets ...Target) Step {
	return Step{Page: targets, Wait: span.Duration(time.Duration(minutes) * time.Minute)}
}

// payments pages ana, after 5 min ben, after 10 more min both again, then dee.
func payments() Policy {
	return Policy{
		Name: "payments", Team: "payments", Repeat: 1, Fallback: []Target{"person:dee"},
		Steps: []Step{step(5, "person:ana"), step(10, "person:ben")},
	}
}

var (
	ana = Due{Step: 1, Targets: []Target{"person:ana"}}
	ben = Due{Step: 2, Targets: []Target{"person:ben"}}
	dee = Due{Targets: []Target{"person:dee"}}
)

// State of payments() with its first step due at noon.
func fresh() State { return State{Last: -1, NextAt: noon} }

func TestNext(t *testing.T) {
	spent := State{Step: 0, Round: 2, Last: 1, NextAt: noon}
	fallback := State{Step: 0, Round: 2, Last: 2, NextAt: noon}
	goneOn := "every step has been paged and nobody has answered: the fallback, again every 15 min"
	tests := map[string]struct {
		state  State
		now    time.Time
		due    []Due
		want   State
		reason string
	}{
		"before it is due it waits": {
			fresh(), noon.Add(-1), nil, fresh(), "the next step is not due",
		},
		"with nothing planned it waits": {
			State{Last: -1}, noon, nil, State{Last: -1}, "the next step is not due",
		},
		"at the very moment it pages step 1": {
			fresh(), noon, []Due{ana}, State{Step: 1, Last: 0, NextAt: after(5)}, "step 1 of payments",
		},
		"a little late the wait counts from the page": {
			fresh(), after(4), []Due{ana}, State{Step: 1, Last: 0, NextAt: after(9)}, "step 1 of payments",
		},
		"the last step is followed by the first, again": {
			State{Step: 1, Last: 0, NextAt: noon}, noon, []Due{ben}, State{Round: 1, Last: 1, NextAt: after(10)}, "step 2 of payments",
		},
		"the last step of the last round": {
			State{Step: 1, Round: 1, Last: 0, NextAt: noon}, noon, []Due{ben}, State{Round: 2, Last: 1, NextAt: after(10)}, "step 2 of payments",
		},
		"when the rounds are spent it pages the fallback": {
			spent, noon, []Due{dee}, State{Round: 2, Last: 2, NextAt: after(15)}, goneOn,
		},
		"before the fallback is due it waits": {
			spent, noon.Add(-1), nil, spent, "the next step is not due",
		},
		"the fallback comes again": {
			fallback, noon, []Due{dee}, State{Round: 2, Last: 2, NextAt: after(15)}, goneOn,
		},
		"the fallback, hours late, comes once": {
			fallback, after(300), []Due{dee}, State{Round: 2, Last: 2, NextAt: after(315)}, goneOn,
		},
		"so late that two steps are due: together": {
			fresh(), after(5), []Due{ana, ben}, State{Round: 1, Last: 1, NextAt: after(15)}, "2 steps should have been paged by now: all of them together",
		},
		"a moment before the second is due: only one": {
			fresh(), after(5).Add(-1), []Due{ana}, State{Step: 1, Last: 0, NextAt: after(10).Add(-1)}, "step 1 of payments",
		},
		"into the next round: each once, and on from there": {
			fresh(), after(15), []Due{ana, ben}, State{Step: 1, Round: 1, Last: 0, NextAt: after(20)}, "2 steps should have been paged by now: all of them together",
		},
		"a moment before the fallback is due, too": {
			fresh(), after(30).Add(-1), []Due{ana, ben}, State{Round: 2, Last: 1, NextAt: after(40).Add(-1)}, "2 steps should have been paged by now: all of them together",
		},
		"so late that all is due: the fallback with it": {
			fresh(), after(30), []Due{ana, ben, dee}, State{Round: 2, Last: 2, NextAt: after(45)}, "3 steps should have been paged by now: all of them together",
		},
		"days late: all once, the fallback with it": {
			fresh(), after(9999), []Due{ana, ben, dee}, State{Round: 2, Last: 2, NextAt: after(10014)}, "3 steps should have been paged by now: all of them together",
		},
		"late at the last step: the fallback with it": {
			State{Step: 1, Round: 1, Last: 0, NextAt: noon}, after(10), []Due{ben, dee}, State{Round: 2, Last: 2, NextAt: after(25)}, "2 steps should have been paged by now: all of them together",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, Next(payments(), test.state, test.now), Decision{Due: test.due, State: test.want, Reason: test.reason})
		})
	}
}

func expect(t *testing.T, got, want Decision) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it decides otherwise (-want +got):\n%s", diff)
	}
}

func TestOneStepThatRepeatsIsPagedOnceHoweverLate(t *testing.T) {
	p := Policy{Name: "p", Repeat: 5, Steps: []Step{step(5, "person:ana")}}
	expect(t, Next(p, fresh(), after(12)), Decision{Due: []Due{ana}, State: State{Round: 3, Last: 0, NextAt: after(17)}, Reason: "step 1 of p"})
}

func TestAPolicyWithoutStepsIsItsFallback(t *testing.T) {
	p := Policy{Name: "p", Repeat: 3, Fallback: []Target{"person:dee"}}
	d := Next(p, fresh(), noon)
	expect(t, d, Decision{
		Due: []Due{dee}, State: State{Last: 0, NextAt: after(15)},
		Reason: "every step has been paged and nobody has answered: the fallback, again every 15 min",
	})
	if !p.FallbackReached(d.State) || p.FallbackReached(fresh()) {
		t.Error("it does not know when the fallback is reached")
	}
}

func TestAPolicyWithoutAFallbackSaysThatItsFallbackIsDue(t *testing.T) {
	p := payments()
	p.Fallback = nil // the installation's is used: the caller knows it
	if d := Next(p, State{Round: 2, Last: 1, NextAt: noon}, noon); len(d.Due) != 1 || d.Due[0].Step != 0 || d.Due[0].Targets != nil {
		t.Errorf("due: %v", d.Due)
	}
}

func TestNextDoesNotTouchThePolicyOrTheState(t *testing.T) {
	p, s := payments(), fresh()
	Next(p, s, after(9999))
	if diff := cmp.Diff(payments(), p) + cmp.Diff(fresh(), s); diff != "" {
		t.Error(diff)
	}
}

func TestAgain(t *testing.T) {
	tests := map[string]struct {
		state  State
		due    []Due
		want   State
		reason string
	}{
		"where nothing was paged yet it begins": {
			State{Last: -1}, []Due{ana}, State{Step: 1, Last: 0, NextAt: after(5)}, "step 1 of payments",
		},
		"step 1, and on with step 2": {
			State{Step: 1, Last: 0}, []Due{ana}, State{Step: 1, Last: 0, NextAt: after(5)}, "step 1 of payments",
		},
		"step 2, and on with the next round": {
			State{Round: 1, Last: 1}, []Due{ben}, State{Round: 1, Last: 1, NextAt: after(10)}, "step 2 of payments",
		},
		"step 2 of the last round, and on with the fallback": {
			State{Round: 2, Last: 1}, []Due{ben}, State{Round: 2, Last: 1, NextAt: after(10)}, "step 2 of payments",
		},
		"the fallback, and on with it": {
			State{Round: 2, Last: 2}, []Due{dee}, State{Round: 2, Last: 2, NextAt: after(15)}, "every step has been paged and nobody has answered: the fallback, again every 15 min",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, Next(payments(), payments().Again(test.state, noon), noon), Decision{Due: test.due, State: test.want, Reason: test.reason})
		})
	}
}

func TestAPolicyOfOneStepPagesItAgain(t *testing.T) {
	p := Policy{Name: "p", Repeat: 1, Steps: []Step{step(5, "person:ana")}}
	d := Next(p, p.Again(State{Round: 2, Last: 0}, noon), noon)
	expect(t, d, Decision{Due: []Due{ana}, State: State{Round: 2, Last: 0, NextAt: after(5)}, Reason: "step 1 of p"})
}

func TestPutOffItPagesTheSameLater(t *testing.T) {
	later := payments().Again(State{Round: 1, Last: 1}, noon)
	later.NextAt = after(600)
	expect(t, Next(payments(), later, after(600)), Decision{Due: []Due{ben}, State: State{Round: 1, Last: 1, NextAt: after(610)}, Reason: "step 2 of payments"})
}

func TestAStartPagesStep1AndGoesOnFromThere(t *testing.T) {
	expect(t, Next(payments(), Start(noon), noon), Decision{Due: []Due{ana}, State: State{Step: 1, Last: 0, NextAt: after(5)}, Reason: "step 1 of payments"})
}

func TestOneByHand(t *testing.T) {
	tests := map[string]struct {
		state State
		due   []Due
		want  State
	}{
		"pages the next step though it is not due": {State{Step: 1, Last: 0, NextAt: after(5)}, []Due{ben}, State{Round: 1, Last: 1, NextAt: after(10)}},
		"pages one step though more are due":       {State{Last: -1, NextAt: after(-60)}, []Due{ana}, State{Step: 1, Last: 0, NextAt: after(5)}},
		"pages though nothing is planned":          {State{Step: 1, Last: 0}, []Due{ben}, State{Round: 1, Last: 1, NextAt: after(10)}},
		"after the last round pages the fallback":  {State{Round: 2, Last: 1, NextAt: after(5)}, []Due{dee}, State{Round: 2, Last: 2, NextAt: after(15)}},
		"pages the fallback again":                 {State{Round: 2, Last: 2, NextAt: after(5)}, []Due{dee}, State{Round: 2, Last: 2, NextAt: after(15)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := OneByHand(payments(), test.state, noon)
			expect(t, d, Decision{Due: test.due, State: test.want, Reason: d.Reason})
			if d.Reason == "" {
				t.Error("it says no reason")
			}
		})
	}
}

func TestHowLongPeopleHaveToAnswer(t *testing.T) {
	tests := map[string]struct {
		last int
		want time.Duration
	}{
		"before anything was paged": {-1, FallbackEvery},
		"step 1":                    {0, 5 * time.Minute},
		"step 2":                    {1, 10 * time.Minute},
		"the fallback":              {2, FallbackEvery},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := payments().WaitOf(State{Last: test.last}); got != test.want {
				t.Errorf("%s", got)
			}
		})
	}
}
