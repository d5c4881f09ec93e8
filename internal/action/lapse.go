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
	w, err := act.workIn(ctx, tx)
	if err != nil {
		return err
	}
	what, at := a.Due(tx.Now)
	switch what {
	case alert.Nudge:
		return w.nudge(ctx, a)
	case alert.Over:
		return w.lapsed(ctx, a)
	case alert.NotYet:
	}
	if at.IsZero() {
		return nil
	}
	return tx.SetTimers(ctx, w.timer(TimerLapse, a, at))
}

func (w work) nudge(ctx context.Context, a alert.Alert) error {
	a.NudgedAt = w.tx.Now
	if err := w.tx.SaveAlert(ctx, a); err != nil {
		return err
	}
	if err := w.paging(escalation.Policy{}, a).nudges(ctx); err != nil {
		return err
	}
	return w.tx.SetTimers(ctx, w.timer(TimerLapse, a, a.HoldUntil))
}

// nudges asks the owner of the alert by their rules, on a page of its own so
// that its link works; nobody who does not work before it lapses.
func (p *paging) nudges(ctx context.Context) error {
	owner := p.alert.Owner
	if owner == "" || p.reachable(owner) != "" || p.opensAt(owner).After(p.alert.HoldUntil) {
		return nil
	}
	reason := "do you still have it? It goes back to its policy in 5 min"
	p.note(timeline.Entry{Alert: p.alert.ID, Kind: timeline.Nudged, Person: owner, Until: p.alert.HoldUntil, Reason: reason})
	page := p.pageOf(asked{person: owner, reason: reason}, p.alert.Pagings)
	page.ID = id.Page(p.w.tx.NewID(id.PrefixPage))
	if err := p.w.tx.AddPages(ctx, []notify.Page{page}); err != nil {
		return err
	}
	sends := p.sends(page)
	for i := range sends {
		sends[i].Kind, sends[i].Reason = notify.NudgeSend, reason
	}
	return p.plan(ctx, sends)
}

func (w work) lapsed(ctx context.Context, a alert.Alert) error {
	owner, reason := a.Owner, "the acknowledgement ran out without activity"
	if a.Hold == alert.Snooze {
		reason = "the snooze is over"
	}
	if err := w.tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Lapsed, Person: owner, Reason: reason}); err != nil {
		return err
	}
	_, err := w.backToPolicy(ctx, a, reason, owner)
	return err
}

// backToPolicy triggers an alert again and pages the step at which it stopped,
// together with whoever had it ("" is nobody). It saves the alert.
func (w work) backToPolicy(ctx context.Context, a alert.Alert, reason string, had id.Person) (alert.Alert, error) {
	a, err := a.Trigger(w.tx.Now)
	if err != nil {
		return a, err
	}
	p, err := w.policyOf(ctx, a)
	if err != nil {
		return a, err
	}
	if a.NextAt.IsZero() { // it tells nobody
		return a, w.tx.SaveAlert(ctx, a)
	}
	run := w.paging(p, placed(a, p.Again(stateOf(a), w.tx.Now)))
	run.why, run.also, run.alsoWhy = reason, had, "you had it; "+reason
	if a, err = run.carryOut(ctx); err != nil {
		return a, err
	}
	return a, w.tx.SaveAlert(ctx, a)
}

// giveBack gives back what somebody has who is paged no more.
func (w work) giveBack(ctx context.Context, owner id.Person, reason string) error {
	owned, err := w.tx.LockOwned(ctx, owner)
	if err != nil {
		return err
	}
	for _, a := range owned {
		if err := w.tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Lapsed, Person: owner, Reason: reason}); err != nil {
			return err
		}
		if _, err := w.backToPolicy(ctx, a, reason, ""); err != nil {
			return err
		}
	}
	return nil
}

// Unacknowledge gives an alert back to its policy: the step at which it
// stopped is paged now. It changes nothing for one that nobody has.
func (act *Actions) Unacknowledge(ctx context.Context, by team.Actor, n id.Alert) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		if out = a; a.Status == alert.Triggered {
			return nil
		}
		if err := w.tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Unacked, By: by.Person}); err != nil {
			return err
		}
		out, err = w.backToPolicy(ctx, a, label(by)+" gave it back", "")
		return err
	})
	return out, err
}

// Reassign pages others at once instead; when they do not answer, the policy
// goes on from where it was. It fails with Invalid when none of the targets can
// be reached.
func (act *Actions) Reassign(ctx context.Context, by team.Actor, n id.Alert, to []escalation.Target) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		if a, err = a.Reassign(w.tx.Now); err != nil {
			return err
		}
		p, err := w.policyOf(ctx, a)
		if err != nil {
			return err
		}
		run := w.paging(p, a)
		run.why, run.asked = label(by)+" reassigned it", true
		people, missing := run.resolve(to, 0, "reassigned")
		if len(people) == 0 {
			return fault.At("to", "nobody there can be paged: %s", joined(missing))
		}
		run.note(timeline.Entry{Alert: a.ID, Kind: timeline.Reassigned, By: by.Person, Person: people[0].person, Reason: joinedTargets(to)})
		run.alert.NextAt = w.tx.Now.Add(p.WaitOf(stateOf(a)))
		if err := run.page(ctx, people); err != nil {
			return err
		}
		out = run.alert
		if err := w.tx.SaveAlert(ctx, out); err != nil {
			return err
		}
		return w.tx.SetTimers(ctx, w.timer(TimerEscalate, out, out.NextAt))
	})
	return out, err
}
