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

// SecretPurpose binds the secret of a contact to its place, so that a copy of
// it elsewhere in the database cannot be opened.
func SecretPurpose(p id.Person, contact string) string {
	return "contact " + string(p) + "/" + contact
}

// Audit has everything run that was due longer ago than overdue, puts that on
// the record, and returns how much it was. It writes each time, so that it fails
// when nothing can be kept: on a full disk all that is read looks well.
func (act *Actions) Audit(ctx context.Context, overdue time.Duration) (int, error) {
	before := act.DB.Now().Add(-overdue)
	triggered, held, err := act.DB.StuckAlerts(ctx, before)
	if err != nil {
		return 0, err
	}
	sends, err := act.DB.StuckSends(ctx, before)
	if err != nil {
		return 0, err
	}
	found := 0
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		found = 0
		if err := tx.SetFact(ctx, store.FactAuditedAt, tx.Now.Format(time.RFC3339)); err != nil {
			return err
		}
		w, err := act.workIn(ctx, tx)
		if err != nil {
			return err
		}
		for _, n := range append(triggered, held...) {
			ran, err := w.auditAlert(ctx, n, tx.Now.Add(-overdue))
			if err != nil {
				return err
			}
			found += ran
		}
		for _, n := range sends {
			ran, err := w.auditSend(ctx, n, tx.Now.Add(-overdue))
			if err != nil {
				return err
			}
			found += ran
		}
		return nil
	})
	return found, err
}

// auditAlert has an alert looked at that was due before a time. It returns 0
// when it has been meanwhile.
func (w work) auditAlert(ctx context.Context, n id.Alert, before time.Time) (int, error) {
	a, err := w.tx.LockAlert(ctx, n)
	if err != nil {
		return 0, err
	}
	kind := ""
	switch {
	case a.Status == alert.Triggered && a.Urgency > alert.None && a.NextAt.Before(before):
		kind = TimerEscalate
		if a.NextAt.IsZero() { // no step was planned: the worst that can happen
			a.NextAt = w.tx.Now
			if err := w.tx.SaveAlert(ctx, a); err != nil {
				return 0, err
			}
		}
	case a.Status == alert.Acknowledged && !a.HoldUntil.IsZero() && a.HoldUntil.Before(before):
		kind = TimerLapse
	default:
		return 0, nil
	}
	e := timeline.Entry{Alert: a.ID, Kind: timeline.Audited, Reason: "its timer did not run on time"}
	if err := w.tx.Record(ctx, e); err != nil {
		return 0, err
	}
	return 1, w.tx.SetTimers(ctx, w.timer(kind, a, w.tx.Now))
}

// auditSend is auditAlert for a send.
func (w work) auditSend(ctx context.Context, n id.Send, before time.Time) (int, error) {
	s, err := w.tx.LockSend(ctx, n)
	if err != nil || s.Status != notify.Waiting || !s.DueAt.Before(before) {
		return 0, err
	}
	if err := w.wait(ctx, s, w.tx.Now); err != nil {
		return 0, err
	}
	return 1, w.tx.Record(ctx, sendEntry(timeline.Audited, s, "its timer did not run on time"))
}
