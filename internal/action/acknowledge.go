package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Acknowledge takes an alert on: its escalation stops, what still waits to be
// sent is skipped when its turn comes, and everyone who was paged is told
// quietly who has it. A second acknowledgement by the same person only extends
// it; one by another takes the alert over. It fails with Conflict when the
// alert is resolved. How says by what they answered, for the record.
func (act *Actions) Acknowledge(ctx context.Context, by team.Actor, n id.Alert, how string) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		p, err := w.policyOf(ctx, a)
		if err != nil {
			return err
		}
		if out, err = a.Acknowledge(by.Person, p.AckTimeout.Std(), w.tx.Now); err != nil {
			return err
		}
		if a.HeldBy(by.Person) { // a second tap
			out, err = w.extend(ctx, out)
			return err
		}
		e := timeline.Entry{Kind: timeline.Acked, By: by.Person, Until: out.HoldUntil, Reason: how}
		return w.taken(ctx, out, e, w.called(by)+" has it")
	})
	return out, err
}

// Snooze acknowledges an alert until a time; then it is triggered again and
// pages its owner and the step at which it stopped. It fails with Invalid when
// the time is not ahead or over 30 days away, with Conflict when the alert is
// resolved.
func (act *Actions) Snooze(ctx context.Context, by team.Actor, n id.Alert, until time.Time) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(w work, a alert.Alert) error {
		if out, err = a.SnoozeUntil(by.Person, until, w.tx.Now); err != nil {
			return err
		}
		e := timeline.Entry{Kind: timeline.Snoozed, By: by.Person, Until: out.HoldUntil}
		return w.taken(ctx, out, e, w.called(by)+" has snoozed it until "+until.UTC().Format("15:04 UTC on 2 Jan"))
	})
	return out, err
}

// taken saves an alert that somebody took on and tells the others.
func (w work) taken(ctx context.Context, a alert.Alert, e timeline.Entry, news string) error {
	e.Alert = a.ID
	if err := w.tx.Record(ctx, e); err != nil {
		return err
	}
	if err := w.tx.SaveAlert(ctx, a); err != nil {
		return err
	}
	if err := w.tx.SetTimers(ctx, w.lapseTimer(a)...); err != nil {
		return err
	}
	return w.tell(ctx, a, notify.UpdateSend, news, a.Owner)
}

// called returns how others are told who did something.
func (w work) called(by team.Actor) string {
	if by.Person != "" {
		return w.setup.People[by.Person].First()
	}
	return by.Label
}

// tell tells everyone who was paged about an alert, save one, without ringing:
// by each contact that took a page.
func (w work) tell(ctx context.Context, a alert.Alert, kind notify.SendKind, news string, save id.Person) error {
	sends, err := w.tx.SendsOf(ctx, a.ID)
	if err != nil {
		return err
	}
	type way struct {
		person  id.Person
		contact string
	}
	var told []way
	var out []notify.Send
	for _, s := range sends {
		by := way{s.Person, s.Contact}
		if s.Kind != notify.PageSend || !s.Reached() || s.Person == save || slices.Contains(told, by) {
			continue
		}
		told = append(told, by)
		out = append(out, notify.Send{
			ID: id.Send(w.tx.NewID(id.PrefixSend)), Alert: a.ID, Page: "", Batch: s.Batch, Person: s.Person, Contact: s.Contact,
			Channel: s.Channel, Kind: kind, Urgency: int(alert.None), Status: notify.Waiting, Reason: news, DueAt: w.tx.Now,
		})
	}
	if len(out) == 0 {
		return nil
	}
	return w.paging(escalation.Policy{}, a).plan(ctx, out)
}

// extend moves the end of an acknowledgement because its owner is active, and
// saves the alert.
func (w work) extend(ctx context.Context, a alert.Alert) (alert.Alert, error) {
	p, err := w.policyOf(ctx, a)
	if err != nil {
		return a, err
	}
	a = a.Extend(p.AckTimeout.Std(), w.tx.Now)
	if err := w.tx.SaveAlert(ctx, a); err != nil {
		return a, err
	}
	return a, w.tx.SetTimers(ctx, w.lapseTimer(a)...)
}

// Note adds a note to an alert's timeline; it is activity, so it extends an
// acknowledgement. A note has 1 to 10,000 bytes; the same one again within a
// minute is written once.
func (act *Actions) Note(ctx context.Context, by team.Actor, n id.Alert, text, how string) (out alert.Alert, err error) {
	if err := validNote(text); err != nil {
		return alert.Alert{}, err
	}
	err = act.beside(ctx, by, n, func(w work, a alert.Alert) error {
		e := timeline.Entry{Alert: a.ID, Kind: timeline.Noted, By: by.Person, Text: text, Reason: how}
		again, err := noted(ctx, w.tx, e)
		if err != nil {
			return err
		}
		if !again {
			if err := w.tx.Record(ctx, e); err != nil {
				return err
			}
		}
		out, err = w.extend(ctx, a)
		return err
	})
	return out, err
}
