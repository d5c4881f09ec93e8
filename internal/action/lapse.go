package action

import (
	"context"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Lapse looks at an acknowledged alert, within a transaction of the engine:
// its owner is asked whether they still have it, or it is triggered again and
// the owner and the step at which it stopped are paged together.
func (act *Actions) Lapse(ctx context.Context, tx *store.Tx, n id.Alert) error {
	a, err := tx.LockAlert(ctx, n)
	if err != nil {
		return err
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return err
	}
	what, at := a.Due(tx.Now)
	switch what {
	case alert.Nudge:
		return act.nudge(ctx, tx, setup, a)
	case alert.Over:
		return act.lapsed(ctx, tx, setup, a)
	case alert.NotYet:
	}
	if at.IsZero() {
		return nil
	}
	return tx.SetTimers(ctx, act.timer(setup, TimerLapse, a, at))
}

func (act *Actions) nudge(ctx context.Context, tx *store.Tx, setup *store.Setup, a alert.Alert) error {
	a.NudgedAt = tx.Now
	if err := tx.SaveAlert(ctx, a); err != nil {
		return err
	}
	run := paging{act: act, tx: tx, setup: setup, alert: a}
	reason := "do you still have it? It goes back to its policy in 5 min"
	run.entries = append(run.entries, timeline.Entry{Alert: a.ID, Kind: timeline.Nudged, Person: a.Owner, Until: a.HoldUntil, Reason: reason})
	if err := run.nudges(ctx, reason); err != nil {
		return err
	}
	return tx.SetTimers(ctx, act.timer(setup, TimerLapse, a, a.HoldUntil))
}

// nudges asks the owner of the alert by their rules, on a page of its own so
// that its link works.
func (p *paging) nudges(ctx context.Context, reason string) error {
	if p.alert.Owner == "" || p.reachable(p.alert.Owner) != "" {
		return p.plan(ctx, nil)
	}
	page := notify.Page{
		ID: id.Page(p.tx.NewID(id.PrefixPage)), Alert: p.alert.ID, Person: p.alert.Owner, Batch: p.alert.Pagings,
		Urgency: int(p.alert.Urgency), Reason: reason, CreatedAt: p.tx.Now,
	}
	if err := p.tx.AddPages(ctx, []notify.Page{page}); err != nil {
		return err
	}
	sends := p.sends(page)
	for i := range sends {
		sends[i].Kind, sends[i].Reason = notify.NudgeSend, reason
	}
	return p.plan(ctx, sends)
}

func (act *Actions) lapsed(ctx context.Context, tx *store.Tx, setup *store.Setup, a alert.Alert) error {
	owner, hold := a.Owner, a.Hold
	reason := "the acknowledgement ran out without activity"
	if hold == alert.Snooze {
		reason = "the snooze is over"
	}
	if err := tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Lapsed, Person: owner, Reason: reason}); err != nil {
		return err
	}
	return act.backToPolicy(ctx, tx, setup, a, reason, owner)
}

// backToPolicy triggers an alert again and pages the step at which it stopped,
// together with whoever had it.
func (act *Actions) backToPolicy(ctx context.Context, tx *store.Tx, setup *store.Setup, a alert.Alert, reason string, also id.Person) error {
	a, err := a.Trigger(tx.Now)
	if err != nil {
		return err
	}
	p, err := act.Policy(ctx, tx, a.Policy)
	if err != nil {
		return err
	}
	if a.Urgency == alert.None {
		a.NextAt = a.HoldUntil // zero: it tells nobody
		return tx.SaveAlert(ctx, a)
	}
	run := paging{act: act, tx: tx, setup: setup, policy: p, alert: a, why: reason, also: []id.Person{also}, alsoWhy: "you had it; " + reason}
	if a, err = run.carryOut(ctx, escalation.Again(p, stateOf(a), tx.Now)); err != nil {
		return err
	}
	return tx.SaveAlert(ctx, a)
}

// Unacknowledge gives an alert back to its policy: the step at which it
// stopped is paged now. It changes nothing for one that nobody has.
func (act *Actions) Unacknowledge(ctx context.Context, by team.Actor, n id.Alert) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		if out = a; a.Status == alert.Triggered {
			return nil
		}
		if _, err := a.Trigger(tx.Now); err != nil {
			return err
		}
		if err := tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Unacked, By: by.Person}); err != nil {
			return err
		}
		if err := act.backToPolicy(ctx, tx, setup, a, label(by)+" gave it back", ""); err != nil {
			return err
		}
		out, err = tx.LockAlert(ctx, n)
		return err
	})
	return out, err
}

// Reassign pages others at once instead; when they do not answer, the policy
// goes on from where it was. It fails with Invalid when a target is not there
// or none of them can be reached.
func (act *Actions) Reassign(ctx context.Context, by team.Actor, n id.Alert, to []escalation.Target) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		if a, err = a.Trigger(tx.Now); err != nil {
			return err
		}
		p, err := act.Policy(ctx, tx, a.Policy)
		if err != nil {
			return err
		}
		a.Urgency = max(a.Urgency, alert.Low)
		run := paging{act: act, tx: tx, setup: setup, policy: p, alert: a, why: label(by) + " reassigned it", asked: true}
		people, missing := run.resolve(to, 0, "reassigned")
		if len(people) == 0 {
			return fault.At("to", "nobody there can be paged: %s", joined(missing))
		}
		e := timeline.Entry{Alert: a.ID, Kind: timeline.Reassigned, By: by.Person, Person: people[0].person, Reason: joinedTargets(to)}
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
		run.alert.Pagings++
		run.alert.NextAt = tx.Now.Add(p.WaitOf(stateOf(a)))
		if err := run.page(ctx, people); err != nil {
			return err
		}
		out = run.alert
		if err := tx.SaveAlert(ctx, out); err != nil {
			return err
		}
		return tx.SetTimers(ctx, act.timer(setup, TimerEscalate, out, out.NextAt))
	})
	return out, err
}
