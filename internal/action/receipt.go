package action

import (
	"context"
	"time"

	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// Called is a send whose call has ended.
type Called struct {
	Send     notify.Send
	Mark     string // of the contact that was called
	Outcome  channel.Outcome
	OpenedAt time.Time // of its alert
}

// Record keeps the receipt of a call, within a transaction of the engine. A
// known failure is tried again for notify.RetryFor; an unknown outcome once.
// Either way the person's next contact goes at once, and when every send of a
// step has failed the next step does.
func (act *Actions) Record(ctx context.Context, tx *store.Tx, c Called, jitter float64) error {
	s, err := tx.LockSend(ctx, c.Send.ID)
	if err != nil || s.Status != notify.Sending || s.ClaimedBy != act.DB.Run() || s.Attempts != c.Send.Attempts {
		return err // another run took it over
	}
	w, err := act.workIn(ctx, tx)
	if err != nil {
		return err
	}
	w.mark = c.Mark
	s.Words, s.ClaimedBy = c.Outcome.Words, ""
	switch c.Outcome.Status {
	case channel.Accepted:
		s.Status = notify.Accepted
		return w.arrived(ctx, s, timeline.Accepted, c.Outcome)
	case channel.Delivered:
		s.Status = notify.Delivered
		return w.arrived(ctx, s, timeline.Delivered, c.Outcome)
	case channel.Retry:
		wait, again := notify.Backoff(s.Attempts, tx.Now.Sub(s.FirstAt), c.Outcome.RetryAfter, jitter)
		if !again {
			return w.failed(ctx, s, givenUp(c.Outcome.RetryAfter))
		}
		return w.again(ctx, s, wait, "it failed and is tried again")
	case channel.Unknown:
		return w.unknown(ctx, s, "nobody knows whether it arrived")
	case channel.Refused:
	}
	return w.failed(ctx, s, "it was refused")
}

// givenUp says why a known failure is not tried again.
func givenUp(asked time.Duration) string {
	if asked >= notify.RetryFor {
		return "its provider asks to wait for " + asked.Round(time.Second).String() + ", and it is tried for 10 min"
	}
	return "it was tried for 10 min"
}

func (w work) arrived(ctx context.Context, s notify.Send, kind timeline.Kind, o channel.Outcome) error {
	s.FinishedAt = w.tx.Now
	if err := w.tx.SaveSend(ctx, s); err != nil {
		return err
	}
	e := sendEntry(kind, s, o.Words)
	e.Text = o.ProviderID
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	return w.prove(ctx, s, true)
}

// prove keeps what a send that is over says about its contact.
func (w work) prove(ctx context.Context, s notify.Send, arrived bool) error {
	if w.mark == "" { // nobody knows what was called
		return nil
	}
	return w.tx.Prove(ctx, store.Proof{
		ContactName: store.ContactName{Person: s.Person, Contact: s.Contact}, Mark: w.mark, Arrived: arrived, Why: s.Words,
	})
}

// unknown repeats a send once whose outcome nobody knows: a call that timed
// out, or the claim of a run that is over.
func (w work) unknown(ctx context.Context, s notify.Send, why string) error {
	s.Unknowns++
	if s.Unknowns > 1 {
		s.Words = joinReasons("unknown", s.Words)
		return w.failed(ctx, s, why+", twice")
	}
	return w.again(ctx, s, 0, why+": it is repeated once, with the same id")
}

// again plans the next attempt of a send and lets the person's next contact go.
func (w work) again(ctx context.Context, s notify.Send, wait time.Duration, why string) error {
	s.Status, s.ClaimedBy, s.DueAt = notify.Waiting, "", w.tx.Now.Add(wait)
	if err := w.tx.SaveSend(ctx, s); err != nil {
		return err
	}
	if err := w.wait(ctx, s, s.DueAt); err != nil {
		return err
	}
	e := sendEntry(timeline.Attempt, s, why)
	e.Text, e.Until = s.Words, s.DueAt
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	return w.nextContact(ctx, s)
}

// failed gives a send up.
func (w work) failed(ctx context.Context, s notify.Send, why string) error {
	s.Status, s.FinishedAt, s.ClaimedBy = notify.Failed, w.tx.Now, ""
	if err := w.tx.SaveSend(ctx, s); err != nil {
		return err
	}
	e := sendEntry(timeline.Failed, s, why)
	e.Text = s.Words
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	if err := w.prove(ctx, s, false); err != nil {
		return err
	}
	return w.passOn(ctx, s)
}

// passOn goes on after a send that reaches nobody: with the person's next
// contact and, when nothing of its paging is left, with the next step.
func (w work) passOn(ctx context.Context, s notify.Send) error {
	if err := w.nextContact(ctx, s); err != nil || s.Kind != notify.PageSend {
		return err
	}
	alive, err := w.tx.AliveInBatch(ctx, s.Alert, s.Batch)
	if err != nil || alive > 0 {
		return err
	}
	return w.nextStep(ctx, s)
}

// nextContact lets the person's next contact go at once.
func (w work) nextContact(ctx context.Context, s notify.Send) error {
	if s.Page == "" {
		return nil
	}
	next, found, err := w.tx.NextWaiting(ctx, s.Page)
	if err != nil || !found || !next.DueAt.After(w.tx.Now) {
		return err
	}
	next.DueAt = w.tx.Now
	if err := w.tx.SaveSend(ctx, next); err != nil {
		return err
	}
	return w.wait(ctx, next, w.tx.Now)
}

// nextStep moves an alert past a step that reached nobody, unless it has moved
// on. A fallback that failed is followed by the installation's own, once.
func (w work) nextStep(ctx context.Context, s notify.Send) error {
	a, err := w.tx.LockAlert(ctx, s.Alert)
	if err != nil || !standsAt(a, s.Batch) {
		return err
	}
	p, err := w.policyOf(ctx, a)
	if err != nil {
		return err
	}
	e := lossOf(p, a)
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	if e.Step == 0 {
		w.act.Log.Error("a fallback could not be reached", "alert", a.ID, "service", a.Service)
		return w.afterFallback(ctx, p, a, s.Page)
	}
	a.NextAt = w.tx.Now
	if err := w.tx.SaveAlert(ctx, a); err != nil {
		return err
	}
	return w.tx.SetTimers(ctx, w.timer(TimerEscalate, a, w.tx.Now))
}

// afterFallback pages the installation's fallback once a policy's own, paged by
// a page, could not be reached.
func (w work) afterFallback(ctx context.Context, p escalation.Policy, a alert.Alert, n id.Page) error {
	page, err := w.tx.Page(ctx, n)
	if err != nil {
		return err
	}
	run := w.paging(p, a)
	people := run.instead(page.Step)
	if len(people) == 0 {
		return nil
	}
	if err := run.page(ctx, people); err != nil {
		return err
	}
	return w.tx.SaveAlert(ctx, run.alert)
}

// Abandoned plans again what runs that are over have claimed, and what this run
// has claimed and nobody here holds: the answer to that commit was lost. It
// returns how many sends that were.
func (act *Actions) Abandoned(ctx context.Context, held func(id.Send) bool) (int, error) {
	own, err := act.DB.OwnClaims(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		n = 0
		w, err := act.workIn(ctx, tx)
		if err != nil {
			return err
		}
		list, err := tx.AbandonedSends(ctx)
		if err != nil {
			return err
		}
		for _, send := range own {
			if !held(send) {
				list = append(list, notify.Send{ID: send, ClaimedBy: act.DB.Run()})
			}
		}
		for _, claim := range list {
			s, err := tx.LockSend(ctx, claim.ID)
			if err != nil {
				return err
			}
			if s.Status != notify.Sending || s.ClaimedBy != claim.ClaimedBy || held(s.ID) {
				continue // its receipt came meanwhile, or somebody was first
			}
			n++
			if err := w.unknown(ctx, s, "the node that called stopped"); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
