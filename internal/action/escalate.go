package action

import (
	"context"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Paging is what an escalation did.
type Paging struct {
	Alert alert.Alert   // as it then stands
	Pages []notify.Page // made now
	Calls []notify.Send // claimed: the caller must call them at once
}

// Escalate pages the step that is due for an alert, within a transaction of
// the engine. Of the sends that are due it claims those that claim has room for;
// others have their timers. Woken early it only plans again.
func (act *Actions) Escalate(ctx context.Context, tx *store.Tx, n id.Alert, claim Reserve) (Paging, error) {
	a, err := tx.LockAlert(ctx, n)
	if err != nil || a.Status != alert.Triggered || a.NextAt.IsZero() {
		return Paging{}, err
	}
	w, err := act.workIn(ctx, tx)
	if err != nil {
		return Paging{}, err
	}
	if tx.Now.Before(a.NextAt) {
		return Paging{}, tx.SetTimers(ctx, w.timer(TimerEscalate, a, a.NextAt))
	}
	p, err := w.policyOf(ctx, a)
	if err != nil {
		return Paging{}, err
	}
	run := w.paging(p, a)
	run.claim = claim
	if a, err = run.carryOut(ctx); err != nil {
		return Paging{}, err
	}
	return Paging{Alert: a, Pages: run.pages, Calls: run.claimed}, tx.SaveAlert(ctx, a)
}

// EscalateNow pages the next step at once because somebody asks for help. An
// acknowledged alert is triggered again: the next one is to answer. It fails
// with Conflict when the alert is resolved.
func (act *Actions) EscalateNow(ctx context.Context, by team.Actor, n id.Alert, how string) (alert.Alert, error) {
	return act.handOn(ctx, by, n, handing{entry: timeline.Entry{Kind: timeline.Escalated, Reason: how}, why: "asked for help"})
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
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		stood := a
		if a, err = a.HandOn(w.tx.Now); err != nil {
			return err
		}
		if h.tap != nil {
			if done, err := settled(ctx, w.tx, stood, e, *h.tap); err != nil || done {
				out = stood
				return err
			}
		}
		if err := w.tx.Record(ctx, e); err != nil {
			return err
		}
		p, err := w.policyOf(ctx, a)
		if err != nil {
			return err
		}
		run := w.paging(p, a)
		run.why, run.asked = label(by)+" "+h.why, true
		if e.Kind == timeline.Declined {
			run.without = by.Person
			if err := w.standDown(ctx, a.ID, by.Person); err != nil {
				return err
			}
		}
		if out, err = run.carryOut(ctx); err != nil {
			return err
		}
		return w.tx.SaveAlert(ctx, out)
	})
	return out, err
}

// standDown skips what still waits to be sent to a person about an alert.
func (w work) standDown(ctx context.Context, n id.Alert, p id.Person) error {
	sends, err := w.tx.SendsOf(ctx, n)
	if err != nil {
		return err
	}
	for _, s := range sends {
		if s.Person != p || s.Status != notify.Waiting {
			continue
		}
		if s, err = w.tx.LockSend(ctx, s.ID); err != nil {
			return err
		}
		if s.Status != notify.Waiting { // its call has begun meanwhile
			continue
		}
		s.Status, s.FinishedAt = notify.Skipped, w.tx.Now
		if err := w.tx.SaveSend(ctx, s); err != nil {
			return err
		}
		if err := w.tx.Record(ctx, sendEntry(timeline.Skipped, s, "they declined")); err != nil {
			return err
		}
	}
	return nil
}
