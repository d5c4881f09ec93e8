package store

import (
	"context"
	"errors"
	"testing"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/timeline"
)

// calls are all that can be asked of a transaction.
var calls = map[string]func(ctx context.Context, tx *Tx) error{
	"Alert":          func(ctx context.Context, tx *Tx) error { _, err := tx.Alert(ctx, "x"); return err },
	"LockAlert":      func(ctx context.Context, tx *Tx) error { _, err := tx.LockAlert(ctx, "x"); return err },
	"Standing":       func(ctx context.Context, tx *Tx) error { _, err := tx.Standing(ctx, "x"); return err },
	"SaveAlert":      func(ctx context.Context, tx *Tx) error { return tx.SaveAlert(ctx, alert.Alert{}) },
	"CountSignals":   func(ctx context.Context, tx *Tx) error { return tx.CountSignals(ctx, "x", 1) },
	"MergedAlerts":   func(ctx context.Context, tx *Tx) error { _, err := tx.MergedAlerts(ctx, "x"); return err },
	"Members":        func(ctx context.Context, tx *Tx) error { _, err := tx.Members(ctx, "x"); return err },
	"CountMembers":   func(ctx context.Context, tx *Tx) error { _, _, err := tx.CountMembers(ctx, "x"); return err },
	"SaveHush":       func(ctx context.Context, tx *Tx) error { return tx.SaveHush(ctx, alert.Hush{}) },
	"Hush":           func(ctx context.Context, tx *Tx) error { _, _, err := tx.Hush(ctx, "x", "x"); return err },
	"DeleteHush":     func(ctx context.Context, tx *Tx) error { return tx.DeleteHush(ctx, "x", "x") },
	"OpenCounts":     func(ctx context.Context, tx *Tx) error { _, err := tx.OpenCounts(ctx); return err },
	"StuckAlerts":    func(ctx context.Context, tx *Tx) error { _, _, err := tx.StuckAlerts(ctx, start); return err },
	"Alerts":         func(ctx context.Context, tx *Tx) error { _, _, err := tx.Alerts(ctx, AlertFilter{}); return err },
	"AddAlerts":      func(ctx context.Context, tx *Tx) error { return tx.AddAlerts(ctx, make([]alert.Alert, 1)) },
	"ForgetOver":     func(ctx context.Context, tx *Tx) error { return tx.ForgetOver(ctx, "x") },
	"SaveMembers":    func(ctx context.Context, tx *Tx) error { return tx.SaveMembers(ctx, "x", make([]alert.Member, 1)) },
	"AddMessages":    func(ctx context.Context, tx *Tx) error { return tx.AddMessages(ctx, make([]Message, 1)) },
	"Message":        func(ctx context.Context, tx *Tx) error { _, err := tx.Message(ctx, "x"); return err },
	"MessagesSize":   func(ctx context.Context, tx *Tx) error { _, _, err := tx.MessagesSize(ctx); return err },
	"DeleteMessages": func(ctx context.Context, tx *Tx) error { _, err := tx.DeleteMessages(ctx, start, 1); return err },
	"DeleteOldest":   func(ctx context.Context, tx *Tx) error { _, err := tx.DeleteOldest(ctx, 1); return err },
	"LockUnresolved": func(ctx context.Context, tx *Tx) error {
		_, err := tx.LockUnresolved(ctx, make([]AlertKey, 1))
		return err
	},
	"LockUnresolved 2": func(ctx context.Context, tx *Tx) error {
		_, err := tx.LockUnresolved(ctx, []AlertKey{{}, {"a", "b"}})
		return err
	},
	"Page":           func(ctx context.Context, tx *Tx) error { _, err := tx.Page(ctx, "x"); return err },
	"PagesOf":        func(ctx context.Context, tx *Tx) error { _, err := tx.PagesOf(ctx, "x"); return err },
	"LockSend":       func(ctx context.Context, tx *Tx) error { _, err := tx.LockSend(ctx, "x"); return err },
	"SaveSend":       func(ctx context.Context, tx *Tx) error { return tx.SaveSend(ctx, notify.Send{}) },
	"SendsOf":        func(ctx context.Context, tx *Tx) error { _, err := tx.SendsOf(ctx, "x"); return err },
	"NextWaiting":    func(ctx context.Context, tx *Tx) error { _, _, err := tx.NextWaiting(ctx, "x"); return err },
	"AliveInBatch":   func(ctx context.Context, tx *Tx) error { _, err := tx.AliveInBatch(ctx, "x", 1); return err },
	"AbandonedSends": func(ctx context.Context, tx *Tx) error { _, err := tx.AbandonedSends(ctx); return err },
	"StuckSends":     func(ctx context.Context, tx *Tx) error { _, err := tx.StuckSends(ctx, start); return err },
	"SendsWaiting":   func(ctx context.Context, tx *Tx) error { _, err := tx.SendsWaiting(ctx); return err },
	"Setup":          func(ctx context.Context, tx *Tx) error { _, err := tx.Setup(ctx); return err },
	"LockSetup":      func(ctx context.Context, tx *Tx) error { _, err := tx.LockSetup(ctx); return err },
	"SaveDoc":        func(ctx context.Context, tx *Tx) error { return tx.SaveDoc(ctx, KindTeam, "x", Team{}) },
	"DeleteDoc":      func(ctx context.Context, tx *Tx) error { return tx.DeleteDoc(ctx, KindTeam, "x") },
	"AddPolicyVersion": func(ctx context.Context, tx *Tx) error {
		_, err := tx.AddPolicyVersion(ctx, escalation.Policy{})
		return err
	},
	"PolicyVersion":  func(ctx context.Context, tx *Tx) error { _, err := tx.PolicyVersion(ctx, "x"); return err },
	"AddOverride":    func(ctx context.Context, tx *Tx) error { return tx.AddOverride(ctx, schedule.Override{}) },
	"DeleteOverride": func(ctx context.Context, tx *Tx) error { return tx.DeleteOverride(ctx, "x") },
	"AddToken":       func(ctx context.Context, tx *Tx) error { return tx.AddToken(ctx, Token{}) },
	"TokenByHash":    func(ctx context.Context, tx *Tx) error { _, err := tx.TokenByHash(ctx, "x"); return err },
	"Tokens":         func(ctx context.Context, tx *Tx) error { _, err := tx.Tokens(ctx); return err },
	"DeleteToken":    func(ctx context.Context, tx *Tx) error { return tx.DeleteToken(ctx, "x") },
	"UseToken":       func(ctx context.Context, tx *Tx) error { return tx.UseToken(ctx, "x") },
	"Timeline":       func(ctx context.Context, tx *Tx) error { _, err := tx.Timeline(ctx, "x", "", 1); return err },
	"LastEntries":    func(ctx context.Context, tx *Tx) error { _, err := tx.LastEntries(ctx, "x", 1); return err },
	"Audit":          func(ctx context.Context, tx *Tx) error { return tx.Audit(ctx, Deed{}) },
	"AuditLog":       func(ctx context.Context, tx *Tx) error { _, err := tx.AuditLog(ctx, "", 1); return err },
	"Lanes":          func(ctx context.Context, tx *Tx) error { _, err := tx.Lanes(ctx); return err },
	"ClaimTimers":    func(ctx context.Context, tx *Tx) error { _, err := tx.ClaimTimers(ctx, "x", 1); return err },
	"TimersPending":  func(ctx context.Context, tx *Tx) error { _, _, err := tx.TimersPending(ctx); return err },
	"Fact":           func(ctx context.Context, tx *Tx) error { _, err := tx.Fact(ctx, "x"); return err },
	"SetFact":        func(ctx context.Context, tx *Tx) error { return tx.SetFact(ctx, "x", "x") },
	"AddFact":        func(ctx context.Context, tx *Tx) error { _, err := tx.AddFact(ctx, "x", "x"); return err },
	"Savepoint":      func(ctx context.Context, tx *Tx) error { return tx.Savepoint(ctx, func() error { return nil }) },
}

// A statement that fails is never taken for an empty answer, whether it fails
// itself or what has to be written before it.
func TestAFailureIsNeverTakenForAnEmptyAnswer(t *testing.T) {
	pend := func(tx *Tx) error {
		ctx := context.Background()
		return errors.Join(
			tx.AddPages(ctx, make([]notify.Page, 1)), tx.AddSends(ctx, make([]notify.Send, 1)),
			tx.Record(ctx, timeline.Entry{}), tx.SetTimers(ctx, Timer{}),
		)
	}
	onBoth(t, func(w *world) {
		gone, leave := context.WithCancel(w.Context())
		leave()
		for name, call := range calls {
			for _, before := range []func(*Tx) error{func(*Tx) error { return nil }, pend} {
				err := w.db.Do(w.Context(), func(tx *Tx) error {
					if err := before(tx); err != nil {
						w.Error(err)
					}
					err := call(gone, tx)
					if err == nil && w.db.Postgres() { // what only writes waits until something is read
						err = tx.settle(gone)
					}
					if !errors.Is(err, context.Canceled) {
						w.Errorf("%s: it says %v", name, err)
					}
					return errUndo
				})
				if !errors.Is(err, errUndo) {
					w.Errorf("%s: the transaction says %v", name, err)
				}
			}
		}
	})
}

func TestNothingCanBeAskedOfAClosedDatabase(t *testing.T) {
	onBoth(t, func(w *world) {
		if err := w.db.Close(); err != nil {
			w.Fatal(err)
		}
		ctx := w.Context()
		asks := map[string]func() error{
			"Do":         func() error { return w.db.Do(ctx, func(*Tx) error { return nil }) },
			"Alert":      func() error { _, err := w.db.Alert(ctx, "x"); return err },
			"Alerts":     func() error { _, _, err := w.db.Alerts(ctx, AlertFilter{}); return err },
			"FreshSetup": func() error { _, err := w.db.FreshSetup(ctx); return err },
			"Lanes":      func() error { _, err := w.db.Lanes(ctx); return err },
			"OwnClaims":  func() error { _, err := w.db.OwnClaims(ctx); return err },
		}
		for name, ask := range asks {
			if err := ask(); err == nil {
				w.Errorf("%s succeeds", name)
			}
		}
	})
}
