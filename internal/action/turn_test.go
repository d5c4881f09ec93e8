package action

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"firehall/internal/store"
	"firehall/internal/team"
)

// full returns turns that are all taken.
func full(n int) turns {
	t := make(turns, n)
	for range n {
		t <- struct{}{}
	}
	return t
}

func TestWhoFindsNoTurnIsToldToComeAgain(t *testing.T) {
	owner := team.Actor{Role: team.Owner}
	for name, ask := range map[string]func(context.Context, *Actions) error{
		"a simulation": func(ctx context.Context, act *Actions) error { _, err := act.Simulate(ctx, Simulation{}); return err },
		"a file": func(ctx context.Context, act *Actions) error {
			_, err := act.LintFile(ctx, owner, nil, false, nil)
			return err
		},
		"a test": func(ctx context.Context, act *Actions) error {
			_, err := act.TestContact(ctx, owner, store.ContactName{}, "")
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			act := &Actions{simulating: full(simulations), linting: full(fileLints), trying: full(trialCalls), Caller: nobodyCalls{}}
			begun := time.Now()
			var much *TooMuch
			if err := ask(t.Context(), act); !errors.As(err, &much) || much.Asker || much.After <= 0 || time.Since(begun) != turnWithin {
				t.Errorf("%s: after %s %v", name, time.Since(begun), err)
			}
			gone, leave := context.WithCancel(t.Context())
			leave()
			if err := ask(gone, act); !errors.Is(err, context.Canceled) {
				t.Errorf("%s of somebody who left: %v", name, err)
			}
		})
	}
}

type nobodyCalls struct{ Caller }

func TestATurnThatComesIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := full(1)
		go func() { time.Sleep(time.Second); <-one }()
		back, err := one.take(t.Context(), "wait")
		if err != nil {
			t.Fatal(err)
		}
		if back(); len(one) != 0 {
			t.Error("it was not given back")
		}
	})
}

func TestTestsOfContactsAreFewInAMinute(t *testing.T) {
	act := &Actions{trials: map[trialKey][]time.Time{}}
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	test := func(by, contact string) *TooMuch {
		var much *TooMuch
		errors.As(act.allowTrial(team.Actor{Label: by}, store.ContactName{Person: "ana", Contact: contact}, now), &much)
		return much
	}
	for i := range trialsOfContact {
		if much := test(fmt.Sprint("by", i), "push"); much != nil {
			t.Fatalf("test %d: %s", i+1, much)
		}
		now = now.Add(time.Second)
	}
	if much := test("ben", "push"); much == nil || !much.Asker || much.After != 55*time.Second {
		t.Errorf("the sixth test of a contact: %+v", much)
	}
	for i := range trialsOfAsker {
		if much := test("cy", fmt.Sprint("contact", i)); much != nil {
			t.Fatalf("contact %d: %s", i+1, much)
		}
	}
	if much := test("cy", "mail"); much == nil || much.After != time.Minute {
		t.Errorf("the 21st by one asker: %+v", much)
	}
	now = now.Add(time.Minute)
	if much := test("cy", "push"); much != nil || len(act.trials) != 2 {
		t.Errorf("a minute later: %v, %d are remembered", much, len(act.trials))
	}
}
