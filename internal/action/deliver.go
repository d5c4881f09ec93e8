package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// claimed returns the send as the call of this run that begins now.
func claimed(s notify.Send, now time.Time, run id.Run) notify.Send {
	s.Status, s.ClaimedBy, s.Attempts = notify.Sending, run, s.Attempts+1
	if s.FirstAt.IsZero() {
		s.FirstAt = now
	}
	return s
}

// Claim takes a send that is due, for a call that begins at once. It returns
// false when there is nothing to call now: it is not due, not needed any more,
// or claim has no room.
func (act *Actions) Claim(ctx context.Context, tx *store.Tx, n id.Send, claim Reserve) (notify.Send, bool, error) {
	s, err := tx.LockSend(ctx, n)
	if err != nil || s.Status != notify.Waiting {
		return s, false, err
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return s, false, err
	}
	if s.DueAt.After(tx.Now) {
		return s, false, act.wait(ctx, tx, setup, s, s.DueAt)
	}
	why, err := act.Needless(ctx, tx, setup, s)
	if err != nil {
		return s, false, err
	}
	if why != "" {
		return s, false, act.skip(ctx, tx, setup, s, why)
	}
	if wait := claim(s); wait > 0 {
		return s, false, act.wait(ctx, tx, setup, s, tx.Now.Add(wait))
	}
	s = claimed(s, tx.Now, act.DB.Run())
	return s, true, tx.SaveSend(ctx, s)
}

// wait looks at a send again later.
func (act *Actions) wait(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send, until time.Time) error {
	lane, err := act.laneOf(ctx, tx, setup, s)
	if err != nil {
		return err
	}
	return tx.SetTimers(ctx, store.Timer{Kind: TimerDeliver, Ref: string(s.ID), Lane: lane, DueAt: until})
}

func (act *Actions) laneOf(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send) (id.Team, error) {
	if s.Alert == "" {
		return "", nil
	}
	a, err := tx.Alert(ctx, s.Alert)
	return setup.LaneOf(a.Service), err
}

// skip ends a send that does not go. When that is because its person or its
// contact is gone, the next contact goes at once, or the next step.
func (act *Actions) skip(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send, why string) error {
	s.Status, s.FinishedAt, s.ClaimedBy = notify.Skipped, tx.Now, ""
	if err := tx.SaveSend(ctx, s); err != nil || s.Alert == "" {
		return err
	}
	if err := tx.Record(ctx, sendEntry(timeline.Skipped, s, why)); err != nil || cannotGo(setup, s) == "" {
		return err
	}
	return act.next(ctx, tx, setup, s)
}

// standings reads where an alert stands.
type standings interface {
	Standing(context.Context, id.Alert) (store.Standing, error)
}

// Needless returns why a send need not go any more; "" when it must.
func (act *Actions) Needless(ctx context.Context, from standings, setup *store.Setup, s notify.Send) (string, error) {
	if why := cannotGo(setup, s); why != "" {
		return why, nil
	}
	if s.Kind != notify.PageSend && s.Kind != notify.NudgeSend {
		return "", nil
	}
	st, err := from.Standing(ctx, s.Alert)
	if err != nil {
		return "", err
	}
	return moot(setup, s, st), nil
}

// cannotGo returns why a send reaches nobody by the setup of now; "" when it
// may.
func cannotGo(setup *store.Setup, s notify.Send) string {
	person, ok := setup.People[s.Person]
	if !ok || person.Disabled {
		return string(s.Person) + " is disabled or gone"
	}
	if _, ok := person.Contacts[s.Contact]; !ok {
		return "the contact " + s.Contact + " is not there any more"
	}
	return ""
}

// moot returns why a page or a nudge is not needed as its alert stands.
func moot(setup *store.Setup, s notify.Send, st store.Standing) string {
	page := s.Kind == notify.PageSend
	switch {
	case st.Status == alert.Resolved:
		return "the alert is resolved"
	case st.Status == alert.Suppressed:
		return "the alert is held back"
	case page && st.Status == alert.Acknowledged && st.Owner == "":
		return "the alert is acknowledged"
	case page && st.Status == alert.Acknowledged:
		return setup.People[st.Owner].First() + " has it"
	case page && s.Batch <= st.Answered:
		return "this page was answered"
	case !page && (st.Status != alert.Acknowledged || st.Owner != s.Person):
		return "they do not have it any more"
	case !page && st.NudgedAt.IsZero():
		return "they still have it"
	}
	return ""
}

// Called is a send whose call has ended.
type Called struct {
	Send     notify.Send
	Outcome  channel.Outcome
	OpenedAt time.Time // of its alert; zero without one
}

// Skip gives up the claim of a send that turned out not to be needed before
// its call began.
func (act *Actions) Skip(ctx context.Context, tx *store.Tx, n id.Send, why string) error {
	s, err := tx.LockSend(ctx, n)
	if err != nil || s.Status != notify.Sending || s.ClaimedBy != act.DB.Run() {
		return err
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return err
	}
	return act.skip(ctx, tx, setup, s, why)
}

// Record keeps the receipt of a call. A known failure is tried again for
// notify.RetryFor; an unknown outcome once. Either way the person's next
// contact goes at once, and when every send of a step has failed the next step
// does.
func (act *Actions) Record(ctx context.Context, tx *store.Tx, c Called, jitter float64) error {
	s, err := tx.LockSend(ctx, c.Send.ID)
	if err != nil || s.Status != notify.Sending || s.ClaimedBy != act.DB.Run() || s.Attempts != c.Send.Attempts {
		return err // another run took it over
	}
	s.Words, s.ClaimedBy = c.Outcome.Words, ""
	switch c.Outcome.Status {
	case channel.Accepted:
		return act.arrived(ctx, tx, s, notify.Accepted, timeline.Accepted, c.Outcome)
	case channel.Delivered:
		return act.arrived(ctx, tx, s, notify.Delivered, timeline.Delivered, c.Outcome)
	case channel.Retry:
		wait, again := notify.Backoff(s.Attempts, tx.Now.Sub(s.FirstAt), c.Outcome.RetryAfter, jitter)
		if !again {
			return act.failed(ctx, tx, s, "it was tried for 10 min")
		}
		return act.again(ctx, tx, s, wait, "it failed and is tried again")
	case channel.Unknown:
		return act.unknown(ctx, tx, s, "nobody knows whether it arrived")
	case channel.Refused:
	}
	return act.failed(ctx, tx, s, "it was refused")
}

func (act *Actions) arrived(ctx context.Context, tx *store.Tx, s notify.Send, status notify.SendStatus, kind timeline.Kind, o channel.Outcome) error {
	s.Status, s.FinishedAt = status, tx.Now
	if err := tx.SaveSend(ctx, s); err != nil || s.Alert == "" {
		return err
	}
	e := sendEntry(kind, s, o.Words)
	e.Text = o.ProviderID
	return tx.Record(ctx, e)
}

// unknown repeats a send once whose outcome nobody knows: a call that timed
// out, or the claim of a run that is over.
func (act *Actions) unknown(ctx context.Context, tx *store.Tx, s notify.Send, why string) error {
	s.Unknowns++
	if s.Unknowns > 1 {
		s.Words = joinReasons("unknown", s.Words)
		return act.failed(ctx, tx, s, why+", twice")
	}
	return act.again(ctx, tx, s, 0, why+": it is repeated once, with the same id")
}

// again plans the next attempt of a send and lets the person's next contact go.
func (act *Actions) again(ctx context.Context, tx *store.Tx, s notify.Send, wait time.Duration, why string) error {
	s.Status, s.ClaimedBy, s.DueAt = notify.Waiting, "", tx.Now.Add(wait)
	if err := tx.SaveSend(ctx, s); err != nil {
		return err
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return err
	}
	if err := act.wait(ctx, tx, setup, s, s.DueAt); err != nil {
		return err
	}
	if s.Alert != "" {
		e := sendEntry(timeline.Attempt, s, why)
		e.Text, e.Until = s.Words, s.DueAt
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	return act.nextContact(ctx, tx, setup, s)
}

// nextContact lets the person's next contact go at once.
func (act *Actions) nextContact(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send) error {
	if s.Page == "" {
		return nil
	}
	next, found, err := tx.NextWaiting(ctx, s.Page)
	if err != nil || !found || !next.DueAt.After(tx.Now) {
		return err
	}
	next.DueAt = tx.Now
	if err := tx.SaveSend(ctx, next); err != nil {
		return err
	}
	return act.wait(ctx, tx, setup, next, tx.Now)
}

// failed gives a send up. When every send of its step has failed the alert
// goes on at once.
func (act *Actions) failed(ctx context.Context, tx *store.Tx, s notify.Send, why string) error {
	s.Status, s.FinishedAt, s.ClaimedBy = notify.Failed, tx.Now, ""
	if err := tx.SaveSend(ctx, s); err != nil || s.Alert == "" {
		return err
	}
	e := sendEntry(timeline.Failed, s, why)
	e.Text = s.Words
	if err := tx.Record(ctx, e); err != nil {
		return err
	}
	setup, err := tx.Setup(ctx)
	if err != nil {
		return err
	}
	return act.next(ctx, tx, setup, s)
}

// next goes on after a send that reaches nobody: with the person's next
// contact and, when nothing of its step is left, with the next step.
func (act *Actions) next(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send) error {
	if err := act.nextContact(ctx, tx, setup, s); err != nil || s.Kind != notify.PageSend {
		return err
	}
	alive, err := tx.AliveInBatch(ctx, s.Alert, s.Batch)
	if err != nil || alive > 0 {
		return err
	}
	return act.goOn(ctx, tx, setup, s)
}

// goOn moves an alert past a step that reached nobody. A fallback that failed
// is followed by the installation's own, once.
func (act *Actions) goOn(ctx context.Context, tx *store.Tx, setup *store.Setup, s notify.Send) error {
	a, err := tx.LockAlert(ctx, s.Alert)
	if err != nil || a.Status != alert.Triggered || a.Pagings != s.Batch {
		return err
	}
	p, err := act.Policy(ctx, tx, a.Policy)
	if err != nil {
		return err
	}
	reason := "every send of this step has failed"
	if err := tx.Record(ctx, timeline.Entry{Alert: a.ID, Kind: timeline.Nobody, Step: a.Last + 1, Reason: reason}); err != nil {
		return err
	}
	if !p.FallbackReached(stateOf(a)) {
		a.NextAt = tx.Now
		if err := tx.SaveAlert(ctx, a); err != nil {
			return err
		}
		return tx.SetTimers(ctx, work{act, tx, setup}.timer(TimerEscalate, a, tx.Now))
	}
	act.Log.Error("a fallback could not be reached", "alert", a.ID, "service", a.Service)
	return act.afterFallback(ctx, tx, setup, p, a, s)
}

func (act *Actions) afterFallback(ctx context.Context, tx *store.Tx, setup *store.Setup, p escalation.Policy, a alert.Alert, s notify.Send) error {
	page, err := tx.Page(ctx, s.Page)
	if err != nil || page.Step == byInstallation || len(p.Fallback) == 0 {
		return err
	}
	run := work{act, tx, setup}.paging(p, a)
	people, _ := run.resolve(setup.Installation.Fallback, byInstallation, "fallback of the installation, because the policy's own cannot be reached")
	if len(people) == 0 {
		return nil
	}
	if err := run.page(ctx, people); err != nil {
		return err
	}
	return tx.SaveAlert(ctx, run.alert)
}

// Abandoned plans again what runs that are over have claimed, and what this run
// has claimed and nobody here holds: the answer to that commit was lost. It
// returns how many sends that were.
func (act *Actions) Abandoned(ctx context.Context, held func(id.Send) bool) (int, error) {
	lost, err := act.lost(ctx, held)
	if err != nil {
		return 0, err
	}
	n := 0
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		list, err := tx.AbandonedSends(ctx)
		n = 0
		for _, s := range list {
			lost = append(lost, s.ID)
		}
		for _, send := range lost {
			s, err := tx.LockSend(ctx, send)
			if err != nil || s.Status != notify.Sending || s.ClaimedBy == act.DB.Run() && held(send) {
				continue
			}
			n++
			if err := act.unknown(ctx, tx, s, "the node that called stopped"); err != nil {
				return err
			}
		}
		return err
	})
	return n, err
}

// lost returns what this run has claimed and does not hold.
func (act *Actions) lost(ctx context.Context, held func(id.Send) bool) ([]id.Send, error) {
	all, err := act.DB.OwnClaims(ctx)
	return slices.DeleteFunc(all, held), err
}
