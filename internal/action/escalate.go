package action

import (
	"context"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Escalate pages the step that is due for an alert, within a transaction of
// the engine. It returns the sends that the caller must call at once: those that
// claim has room for; others have their timers. Woken early it only plans again.
func (act *Actions) Escalate(ctx context.Context, tx *store.Tx, n id.Alert, claim Reserve) ([]notify.Send, error) {
	a, err := tx.LockAlert(ctx, n)
	if err != nil {
		return nil, err
	}
	if a.Status != alert.Triggered || a.NextAt.IsZero() {
		return nil, nil
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return nil, err
	}
	if tx.Now.Before(a.NextAt) {
		return nil, tx.SetTimers(ctx, act.timer(setup, TimerEscalate, a, a.NextAt))
	}
	p, err := act.Policy(ctx, tx, a.Policy)
	if err != nil {
		return nil, err
	}
	run := paging{act: act, tx: tx, setup: setup, policy: p, alert: a, claim: claim}
	a, err = run.carryOut(ctx, escalation.Next(p, stateOf(a), tx.Now))
	if err != nil {
		return nil, err
	}
	return run.claimed, tx.SaveAlert(ctx, a)
}

// EscalateNow pages the next step at once because somebody asks for help. An
// acknowledged alert is triggered again: the next one is to answer. It fails
// with Conflict when the alert is resolved.
func (act *Actions) EscalateNow(ctx context.Context, by team.Actor, n id.Alert, how string) (alert.Alert, error) {
	return act.handOn(ctx, by, n, handing{entry: timeline.Entry{Kind: timeline.Escalated, Reason: how}, why: "asked for help"})
}

// Decline hands the alert on at once because somebody cannot take it.
func (act *Actions) Decline(ctx context.Context, by team.Actor, n id.Alert, note, how string) (alert.Alert, error) {
	return act.handOn(ctx, by, n, handing{entry: timeline.Entry{Kind: timeline.Declined, Reason: how, Text: note}, why: "cannot take it"})
}

// handing is one request to hand an alert on.
type handing struct {
	entry timeline.Entry // escalated or declined
	why   string         // in front of the reasons of its pages, after the person's name
	tap   *Tap           // the tap that asks for it; nil: it is asked once
}

func (act *Actions) handOn(ctx context.Context, by team.Actor, n id.Alert, h handing) (out alert.Alert, err error) {
	e := h.entry
	e.Alert, e.By = n, by.Person
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		stood := a
		if a, err = a.Trigger(tx.Now); err != nil {
			return err
		}
		if h.tap != nil {
			if done, err := settled(ctx, tx, stood, e, *h.tap); err != nil || done {
				out = stood
				return err
			}
		}
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
		p, err := act.Policy(ctx, tx, a.Policy)
		if err != nil {
			return err
		}
		if e.Kind == timeline.Declined {
			if err := act.standDown(ctx, tx, a.ID, by.Person); err != nil {
				return err
			}
		}
		a.Urgency = max(a.Urgency, alert.Low) // a person asks: somebody is told
		run := paging{act: act, tx: tx, setup: setup, policy: p, alert: a, why: label(by) + " " + h.why, asked: true}
		if e.Kind == timeline.Declined {
			run.without = by.Person
		}
		if out, err = run.carryOut(ctx, escalation.OneByHand(p, stateOf(a), tx.Now)); err != nil {
			return err
		}
		return tx.SaveAlert(ctx, out)
	})
	return out, err
}

// standDown skips what still waits to be sent to a person about an alert.
func (act *Actions) standDown(ctx context.Context, tx *store.Tx, n id.Alert, p id.Person) error {
	sends, err := tx.SendsOf(ctx, n)
	if err != nil {
		return err
	}
	for _, s := range sends {
		if s.Person != p || s.Status != notify.Waiting {
			continue
		}
		s.Status, s.FinishedAt = notify.Skipped, tx.Now
		if err := tx.SaveSend(ctx, s); err != nil {
			return err
		}
		if err := tx.Record(ctx, sendEntry(timeline.Skipped, s, "they declined")); err != nil {
			return err
		}
	}
	return nil
}

// onAlert runs fn in a transaction with an alert locked, for somebody who may
// act on it.
func (act *Actions) onAlert(ctx context.Context, by team.Actor, n id.Alert, fn func(*store.Tx, *store.Setup, alert.Alert) error) error {
	if err := by.MayRespond(); err != nil {
		return err
	}
	return act.DB.Do(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAlert(ctx, n)
		if err != nil {
			return err
		}
		setup, err := tx.Setup(ctx)
		if err != nil {
			return err
		}
		return fn(tx, setup, a)
	})
}
