package action

import (
	"context"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// work is what one transaction does about alerts, by the setup as it is then.
type work struct {
	act   *Actions
	tx    *store.Tx
	setup *store.Setup
	mark  string // of the contact whose receipt this is about; "" for other work
}

// workIn begins work within a transaction.
func (act *Actions) workIn(ctx context.Context, tx *store.Tx) (work, error) {
	setup, err := tx.Setup(ctx)
	return work{act: act, tx: tx, setup: setup}, err
}

// onAlert is beside for somebody who acts on the alert: when it is held since
// a restore it is let go first.
func (act *Actions) onAlert(ctx context.Context, by team.Actor, n id.Alert, fn func(work, alert.Alert) error) error {
	return act.beside(ctx, by, n, func(w work, a alert.Alert) error {
		if err := w.release(ctx, by, n); err != nil {
			return err
		}
		return fn(w, a)
	})
}

// beside runs fn in a transaction with an alert locked, for somebody who may
// act on it.
func (act *Actions) beside(ctx context.Context, by team.Actor, n id.Alert, fn func(work, alert.Alert) error) error {
	if err := by.MayRespond(); err != nil {
		return err
	}
	return act.DB.Do(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAlert(ctx, n)
		if err != nil {
			return err
		}
		w, err := act.workIn(ctx, tx)
		if err != nil {
			return err
		}
		return fn(w, a)
	})
}

// policyOf returns the policy version that an alert holds.
func (w work) policyOf(ctx context.Context, a alert.Alert) (escalation.Policy, error) {
	return w.act.Policy(ctx, w.tx, a.Policy)
}

// timer returns a timer that looks at an alert at a time.
func (w work) timer(kind string, a alert.Alert, at time.Time) store.Timer {
	return store.Timer{Kind: kind, Ref: string(a.ID), Lane: w.setup.LaneOf(a.Service), DueAt: at}
}

// lapseTimer returns the timer that looks at an acknowledgement again; none
// when it has no end.
func (w work) lapseTimer(a alert.Alert) []store.Timer {
	what, at := a.Due(w.tx.Now)
	if what != alert.NotYet {
		at = w.tx.Now
	}
	if at.IsZero() {
		return nil
	}
	return []store.Timer{w.timer(TimerLapse, a, at)}
}

// stateOf returns where an alert stands in its policy.
func stateOf(a alert.Alert) escalation.State {
	return escalation.State{Step: a.Step, Round: a.Round, Last: a.Last, NextAt: a.NextAt}
}

// placed returns the alert at another place in its policy.
func placed(a alert.Alert, s escalation.State) alert.Alert {
	a.Step, a.Round, a.Last, a.NextAt = s.Step, s.Round, s.Last, s.NextAt
	return a
}
