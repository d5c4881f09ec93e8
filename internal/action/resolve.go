package action

import (
	"context"
	"strings"
	"unicode/utf8"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Resolve closes an alert by hand; its key is free again. While a source that
// repeats itself still says that the problem is there, it pages nobody about
// it for alert.HushFor. It fails with Conflict when the alert is resolved.
func (act *Actions) Resolve(ctx context.Context, by team.Actor, n id.Alert, how string) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		out, err = w.close(ctx, a, closing{
			by: by.Person, byHand: true, headline: w.called(by) + " has resolved it",
			entry: timeline.Entry{By: by.Person, Reason: how},
		})
		return err
	})
	return out, err
}

// closing is how an alert comes to its end.
type closing struct {
	by       id.Person
	byHand   bool
	entry    timeline.Entry
	headline string
}

// close resolves an alert, what was merged into it, and tells everyone who was
// paged.
func (w work) close(ctx context.Context, a alert.Alert, c closing) (alert.Alert, error) {
	if a.Status == alert.Suppressed {
		a.MergedInto = "" // it ends by itself
	}
	stood := a
	a, err := a.Resolve(w.tx.Now)
	if err != nil {
		return a, err
	}
	c.entry.Alert, c.entry.Kind = a.ID, timeline.Resolved
	if err := w.tx.Record(ctx, c.entry); err != nil {
		return a, err
	}
	if err := w.tx.SaveAlert(ctx, a); err != nil {
		return a, err
	}
	if c.byHand && a.Resends {
		if err := w.hush(ctx, a); err != nil {
			return a, err
		}
	}
	if err := w.closeMerged(ctx, stood, c); err != nil {
		return a, err
	}
	return a, w.tell(ctx, a, notify.ResolvedSend, c.headline, c.by)
}

// hush remembers what was resolved by hand while its source may repeat it.
func (w work) hush(ctx context.Context, a alert.Alert) error {
	members, err := w.tx.Members(ctx, a.ID)
	if err != nil {
		return err
	}
	h := alert.NewHush(a, members, w.tx.Now)
	e := timeline.Entry{Alert: a.ID, Kind: timeline.Hushed, Until: h.Until, Reason: "its source may repeat what was resolved by hand; that is no news unless it is worse or began anew"}
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	return w.tx.SaveHush(ctx, h)
}

// closeMerged resolves with an alert what was merged into it, by hand. When
// its source alone says that it is over the first of them carries on, and the
// others go into that one: nothing that is still broken ends in silence.
func (w work) closeMerged(ctx context.Context, a alert.Alert, c closing) error {
	merged, err := w.tx.MergedAlerts(ctx, a.ID)
	if err != nil || len(merged) == 0 {
		return err
	}
	if c.byHand {
		for _, m := range merged {
			if err := w.release(ctx, team.Actor{Person: c.by}, m.ID); err != nil {
				return err
			}
			c.entry.Reason = "resolved together with " + string(a.ID)
			if _, err := w.close(ctx, m, c); err != nil {
				return err
			}
		}
		return nil
	}
	return w.carryOn(ctx, a, merged)
}

// carryOn lets the first of some merged alerts stand for itself and the others,
// as the alert stood that they were merged into.
func (w work) carryOn(ctx context.Context, a alert.Alert, merged []alert.Alert) error {
	first := merged[0].CarryOn(a, w.tx.Now)
	reason := "carries on: the source of " + string(a.ID) + ", which it was merged into, says that that one is over"
	if err := w.tx.Record(ctx, timeline.Entry{Alert: first.ID, Kind: timeline.Merged, Reason: reason}); err != nil {
		return err
	}
	if err := w.tx.SaveAlert(ctx, first); err != nil {
		return err
	}
	for _, m := range merged[1:] {
		m.MergedInto = first.ID
		if err := w.tx.SaveAlert(ctx, m); err != nil {
			return err
		}
	}
	if first.Status == alert.Triggered {
		return w.tx.SetTimers(ctx, w.timer(TimerEscalate, first, w.tx.Now))
	}
	return w.tx.SetTimers(ctx, w.lapseTimer(first)...)
}

// Merge puts an alert under another one, which carries it on: it pages nobody
// any more and is resolved together with that one.
func (act *Actions) Merge(ctx context.Context, by team.Actor, n, into id.Alert) (out alert.Alert, err error) {
	if err := by.MayRespond(); err != nil {
		return out, err
	}
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		a, b, err := lockBoth(ctx, tx, n, into)
		if err != nil {
			return err
		}
		for _, one := range []id.Alert{n, into} {
			if err := (work{act: act, tx: tx}).release(ctx, by, one); err != nil {
				return err
			}
		}
		if out, err = a.Merge(b, tx.Now); err != nil {
			return err
		}
		below, err := tx.MergedAlerts(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, m := range append(below, out) {
			m.MergedInto = b.ID
			if err := tx.SaveAlert(ctx, m); err != nil {
				return err
			}
		}
		return tx.Record(ctx,
			timeline.Entry{Alert: a.ID, Kind: timeline.Merged, By: by.Person, Reason: "merged into " + string(b.ID)},
			timeline.Entry{Alert: b.ID, Kind: timeline.Merged, By: by.Person, Reason: string(a.ID) + " was merged into this: " + a.Summary})
	})
	return out, err
}

// lockBoth locks two alerts in the order of their ids.
func lockBoth(ctx context.Context, tx *store.Tx, n, m id.Alert) (a, b alert.Alert, err error) {
	first, second := min(n, m), max(n, m)
	one, err := tx.LockAlert(ctx, first)
	if err != nil {
		return a, b, err
	}
	two, err := tx.LockAlert(ctx, second)
	if err != nil {
		return a, b, err
	}
	if first == n {
		return one, two, nil
	}
	return two, one, nil
}

func validNote(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.At("text", "a note needs some text")
	case len(text) > 10000:
		return fault.At("text", "a note has at most 10,000 bytes; this one has %d", len(text))
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.At("text", "a note is UTF-8 text without NUL")
	}
	return nil
}
