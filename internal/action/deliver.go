package action

import (
	"context"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// Claim takes a send that is due, for a call that begins at once, within a
// transaction of the engine. It returns false when there is nothing to call
// now: it is not due, not needed any more, or claim has no room.
func (act *Actions) Claim(ctx context.Context, tx *store.Tx, n id.Send, claim Reserve) (notify.Send, bool, error) {
	s, err := tx.LockSend(ctx, n)
	if err != nil || s.Status != notify.Waiting {
		return s, false, err
	}
	w, err := act.workIn(ctx, tx)
	if err != nil {
		return s, false, err
	}
	if s.DueAt.After(tx.Now) {
		return s, false, w.wait(ctx, s, s.DueAt)
	}
	why, err := act.Needless(ctx, tx, w.setup, s)
	if err != nil {
		return s, false, err
	}
	if why != "" {
		return s, false, w.skip(ctx, s, why)
	}
	if wait := claim(s); wait > 0 {
		return s, false, w.wait(ctx, s, tx.Now.Add(wait))
	}
	s = claimed(s, tx.Now, act.DB.Run())
	return s, true, tx.SaveSend(ctx, s)
}

// claimed returns the send as the call of this run that begins now.
func claimed(s notify.Send, now time.Time, run id.Run) notify.Send {
	s.Status, s.ClaimedBy, s.Attempts = notify.Sending, run, s.Attempts+1
	if s.FirstAt.IsZero() {
		s.FirstAt = now
	}
	return s
}

// Skip gives up the claim of a send that turned out not to be needed before
// its call began.
func (act *Actions) Skip(ctx context.Context, tx *store.Tx, n id.Send, why string) error {
	s, err := tx.LockSend(ctx, n)
	if err != nil || s.Status != notify.Sending || s.ClaimedBy != act.DB.Run() {
		return err
	}
	w, err := act.workIn(ctx, tx)
	if err != nil {
		return err
	}
	return w.skip(ctx, s, why)
}

// skip ends a send that does not go. When that is because its person or its
// contact is gone, the next contact goes at once, or the next step.
func (w work) skip(ctx context.Context, s notify.Send, why string) error {
	s.Status, s.FinishedAt, s.ClaimedBy = notify.Skipped, w.tx.Now, ""
	if err := w.tx.SaveSend(ctx, s); err != nil {
		return err
	}
	if err := w.tx.Record(ctx, sendEntry(timeline.Skipped, s, why)); err != nil || cannotGo(w.setup, s) == "" {
		return err
	}
	return w.passOn(ctx, s)
}

// wait looks at a send again later.
func (w work) wait(ctx context.Context, s notify.Send, until time.Time) error {
	st, err := w.tx.Standing(ctx, s.Alert)
	if err != nil {
		return err
	}
	return w.tx.SetTimers(ctx, store.Timer{Kind: TimerDeliver, Ref: string(s.ID), Lane: w.setup.LaneOf(st.Service), DueAt: until})
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
