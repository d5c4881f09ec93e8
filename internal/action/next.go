package action

import (
	"context"
	"fmt"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
)

// Upcoming is what happens to an alert next when nobody does anything.
type Upcoming struct {
	At   time.Time   // zero: nothing is planned
	What string      // "pages step 2", "pages the fallback", "goes back to its policy"; "" when nothing is planned
	Who  []id.Person // who would be told then, by the setup of now
}

// policies reads policy versions.
type policies interface {
	PolicyVersion(context.Context, id.PolicyVersion) (escalation.Policy, error)
}

// Next returns what happens to an alert next when nobody does anything.
func (act *Actions) Next(ctx context.Context, from policies, setup *store.Setup, a alert.Alert) (Upcoming, error) {
	if a.Status == alert.Acknowledged && !a.HoldUntil.IsZero() {
		return act.afterHold(ctx, from, setup, a)
	}
	if a.Status != alert.Triggered || a.NextAt.IsZero() {
		return Upcoming{}, nil
	}
	p, err := act.Policy(ctx, from, a.Policy)
	if err != nil {
		return Upcoming{}, err
	}
	d := escalation.Next(p, stateOf(a), a.NextAt)
	return Upcoming{At: a.NextAt, What: "pages " + stepName(d), Who: whoAt(setup, d.Due, a.NextAt)}, nil
}

func (act *Actions) afterHold(ctx context.Context, from policies, setup *store.Setup, a alert.Alert) (Upcoming, error) {
	p, err := act.Policy(ctx, from, a.Policy)
	if err != nil {
		return Upcoming{}, err
	}
	d := escalation.Again(p, stateOf(a), a.HoldUntil)
	who := whoAt(setup, d.Due, a.HoldUntil)
	if a.Owner != "" && !slices.Contains(who, a.Owner) {
		who = append([]id.Person{a.Owner}, who...)
	}
	return Upcoming{At: a.HoldUntil, What: "goes back to its policy and pages " + stepName(d), Who: who}, nil
}

func stepName(d escalation.Decision) string {
	last := d.Due[len(d.Due)-1]
	if last.Step == 0 {
		return "the fallback"
	}
	return fmt.Sprintf("step %d", last.Step)
}

// whoAt returns who is reachable for some steps at a time, each once.
func whoAt(setup *store.Setup, due []escalation.Due, at time.Time) []id.Person {
	run := paging{setup: setup, tx: &store.Tx{Now: at}}
	var out []id.Person
	for _, a := range run.find(due) {
		if !slices.Contains(out, a.person) {
			out = append(out, a.person)
		}
	}
	return out
}
