package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Acknowledge takes an alert on: its escalation stops, what still waits to be
// sent is skipped when its turn comes, and everyone who was paged is told
// quietly who has it. A second acknowledgement by the same person changes
// nothing; one by another takes the alert over. It fails with Conflict when
// the alert is resolved. How says by what they answered, for the record.
func (act *Actions) Acknowledge(ctx context.Context, by team.Actor, n id.Alert, how string) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		p, err := act.Policy(ctx, tx, a.Policy)
		if err != nil {
			return err
		}
		out, err = a.Acknowledge(by.Person, p.AckTimeout.Std(), tx.Now)
		if err != nil {
			return err
		}
		if a.Status == alert.Acknowledged && a.Owner == by.Person && a.Hold == alert.Ack { // a second tap
			return act.extend(ctx, tx, setup, &out)
		}
		e := timeline.Entry{Kind: timeline.Acked, By: by.Person, Until: out.HoldUntil, Reason: how}
		return act.taken(ctx, tx, setup, out, e, headline(setup, by)+" has it")
	})
	return out, err
}

// Snooze acknowledges an alert until a time; then it is triggered again and
// pages its owner and the step at which it stopped.
func (act *Actions) Snooze(ctx context.Context, by team.Actor, n id.Alert, until time.Time) (out alert.Alert, err error) {
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		if out, err = a.SnoozeUntil(by.Person, until, tx.Now); err != nil {
			return err
		}
		e := timeline.Entry{Kind: timeline.Snoozed, By: by.Person, Until: out.HoldUntil}
		return act.taken(ctx, tx, setup, out, e, headline(setup, by)+" has snoozed it until "+until.UTC().Format("15:04 UTC"))
	})
	return out, err
}

// taken saves an alert that somebody took on and tells the others.
func (act *Actions) taken(ctx context.Context, tx *store.Tx, setup *store.Setup, a alert.Alert, e timeline.Entry, news string) error {
	e.Alert = a.ID
	if err := tx.Record(ctx, e); err != nil {
		return err
	}
	if err := tx.SaveAlert(ctx, a); err != nil {
		return err
	}
	if err := tx.SetTimers(ctx, act.lapseTimer(setup, a, tx.Now)...); err != nil {
		return err
	}
	return act.tell(ctx, tx, setup, a, notify.UpdateSend, news, a.Owner)
}

// headline returns how others are told who did something.
func headline(setup *store.Setup, by team.Actor) string {
	if by.Person != "" {
		return setup.People[by.Person].First()
	}
	return by.Label
}

// tell tells everyone who was paged about an alert, save one, without ringing:
// by each contact that took a page.
func (act *Actions) tell(ctx context.Context, tx *store.Tx, setup *store.Setup, a alert.Alert, kind notify.SendKind, news string, save id.Person) error {
	sends, err := tx.SendsOf(ctx, a.ID)
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
		w := way{s.Person, s.Contact}
		if s.Kind != notify.PageSend || !reached(s.Status) || s.Person == save || slices.Contains(told, w) {
			continue
		}
		told = append(told, w)
		out = append(out, notify.Send{
			ID: id.Send(tx.NewID(id.PrefixSend)), Alert: a.ID, Page: "", Batch: s.Batch, Person: s.Person, Contact: s.Contact,
			Channel: s.Channel, Kind: kind, Urgency: int(alert.None), Status: notify.Waiting, Reason: news, DueAt: tx.Now,
		})
	}
	if len(out) == 0 {
		return nil
	}
	run := paging{act: act, tx: tx, setup: setup, alert: a}
	return run.plan(ctx, out)
}

// reached says whether a send may have been read: also one whose call runs.
func reached(s notify.SendStatus) bool {
	return s == notify.Accepted || s == notify.Delivered || s == notify.Sending
}

// extend moves the end of an acknowledgement because its owner is active, and
// saves the alert.
func (act *Actions) extend(ctx context.Context, tx *store.Tx, setup *store.Setup, a *alert.Alert) error {
	p, err := act.Policy(ctx, tx, a.Policy)
	if err != nil {
		return err
	}
	*a = a.Extend(p.AckTimeout.Std(), tx.Now)
	if err := tx.SaveAlert(ctx, *a); err != nil {
		return err
	}
	return tx.SetTimers(ctx, act.lapseTimer(setup, *a, tx.Now)...)
}

// Note adds a note to an alert's timeline; it is activity, so it extends an
// acknowledgement. A note has 1 to 10,000 bytes; the same one again within a
// minute is written once.
func (act *Actions) Note(ctx context.Context, by team.Actor, n id.Alert, text, how string) (out alert.Alert, err error) {
	if err := validNote(text); err != nil {
		return alert.Alert{}, err
	}
	err = act.onAlert(ctx, by, n, func(tx *store.Tx, setup *store.Setup, a alert.Alert) error {
		out = a
		e := timeline.Entry{Alert: a.ID, Kind: timeline.Noted, By: by.Person, Text: text, Reason: how}
		again, err := noted(ctx, tx, e)
		if err != nil {
			return err
		}
		if !again {
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		if a.Status != alert.Acknowledged {
			return nil
		}
		return act.extend(ctx, tx, setup, &out)
	})
	return out, err
}
