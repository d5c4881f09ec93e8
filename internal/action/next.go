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
	At   time.Time   // zero: nothing is planned, or it is held since a restore
	What string      // "pages step 2", "pages the fallback", "goes back to its policy and pages step 1", "is held until …"; "" when nothing is planned
	Who  []id.Person // who would be told then, by the setup of now
}

// heldUntil is what happens to an alert that is held since a restore.
const heldUntil = "is held since a backup was restored, until somebody acts on it or an admin runs firehall resume"

// nexts reads what Next needs.
type nexts interface {
	policies
	IsHeld(context.Context, id.Alert) (bool, error)
}

// Next returns what happens to an alert next when nobody does anything.
func (act *Actions) Next(ctx context.Context, from nexts, setup *store.Setup, a alert.Alert) (Upcoming, error) {
	held := a.Status == alert.Acknowledged && !a.HoldUntil.IsZero()
	if !held && (a.Status != alert.Triggered || a.NextAt.IsZero()) {
		return Upcoming{}, nil
	}
	if waits, err := from.IsHeld(ctx, a.ID); err != nil || waits {
		return Upcoming{What: heldUntil}, err
	}
	p, err := act.Policy(ctx, from, a.Policy)
	if err != nil {
		return Upcoming{}, err
	}
	if held {
		return afterHold(setup, p, a), nil
	}
	return upcoming(search{setup: setup, policy: p, alert: a}, stateOf(a), ""), nil
}

func afterHold(setup *store.Setup, p escalation.Policy, a alert.Alert) Upcoming {
	if a.Urgency == alert.None {
		return Upcoming{At: a.HoldUntil, What: "goes back to the list and pages nobody"}
	}
	out := upcoming(search{setup: setup, policy: p, alert: a}, p.Again(stateOf(a), a.HoldUntil), a.Owner)
	out.What = "goes back to its policy and " + out.What
	return out
}

// upcoming returns whom an escalation pages from a state on, together with
// somebody ("" is nobody), and when.
func upcoming(s search, from escalation.State, also id.Person) Upcoming {
	d := escalation.Next(s.policy, from, from.NextAt)
	s.at = from.NextAt
	people, _ := s.find(d.Due)
	if also != "" && s.reachable(also) == "" {
		people = append([]asked{{person: also}}, people...)
	}
	out := Upcoming{At: s.at, What: "pages " + stepName(d)}
	if until := s.hold(people); !until.IsZero() {
		out.At = until
	}
	for _, one := range people {
		if !slices.Contains(out.Who, one.person) {
			out.Who = append(out.Who, one.person)
		}
	}
	return out
}

func stepName(d escalation.Decision) string {
	last := d.Due[len(d.Due)-1]
	if last.Step == 0 {
		return "the fallback"
	}
	return fmt.Sprintf("step %d", last.Step)
}
