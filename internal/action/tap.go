package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Tap is one press of a button that may arrive twice: a second finger, a
// browser that sends again, a program that missed the answer.
type Tap struct {
	How  string   // by what they answered, for the record
	Seen id.Entry // the newest entry of the timeline when they looked; "" is not known
}

// repeatFor is how long the same request by the same person is the same tap,
// when it is not known what they had seen.
const repeatFor = time.Minute

// EscalateOnce is EscalateNow for a tap. It changes nothing when the person
// has escalated since they looked, or when somebody has taken the alert on.
func (act *Actions) EscalateOnce(ctx context.Context, by team.Actor, n id.Alert, tap Tap) (alert.Alert, error) {
	return act.handOn(ctx, by, n, handing{
		entry: timeline.Entry{Kind: timeline.Escalated, Reason: tap.How}, why: "asked for help", tap: &tap,
	})
}

// Decline hands the alert on at once because somebody cannot take it. It changes
// nothing when the person has declined since they looked, or when somebody else
// has the alert. The note may be empty; else it is as Note has it.
func (act *Actions) Decline(ctx context.Context, by team.Actor, n id.Alert, note string, tap Tap) (alert.Alert, error) {
	if note != "" {
		if err := validNote(note); err != nil {
			return alert.Alert{}, err
		}
	}
	return act.handOn(ctx, by, n, handing{
		entry: timeline.Entry{Kind: timeline.Declined, Reason: tap.How, Text: note}, why: "cannot take it", tap: &tap,
	})
}

// settled says whether what a tap asks for is done, or not needed any more.
// Entry is what would go on the record.
func settled(ctx context.Context, tx *store.Tx, a alert.Alert, entry timeline.Entry, tap Tap) (bool, error) {
	others := a.Status == alert.Acknowledged && a.Owner != entry.By
	if others && entry.Kind == timeline.Declined {
		return true, nil
	}
	return since(ctx, tx, a.ID, tap.Seen, func(e timeline.Entry) bool {
		taken := others && tap.Seen != "" && e.Kind == timeline.Acked
		return taken || e.Kind == entry.Kind && e.By == entry.By && e.By != ""
	})
}

// noted says whether this person wrote this note a moment ago.
func noted(ctx context.Context, tx *store.Tx, entry timeline.Entry) (bool, error) {
	return since(ctx, tx, entry.Alert, "", func(e timeline.Entry) bool {
		return e.Kind == timeline.Noted && e.By == entry.By && e.By != "" && e.Text == entry.Text
	})
}

// since says whether fits holds for an entry after seen; for one of the last
// repeatFor when seen is "".
func since(ctx context.Context, tx *store.Tx, n id.Alert, seen id.Entry, fits func(timeline.Entry) bool) (bool, error) {
	if seen == "" {
		seen = id.Entry(id.At(id.PrefixEntry, tx.Now.Add(-repeatFor)))
	}
	const batch = 200
	for {
		entries, err := tx.Timeline(ctx, n, seen, batch)
		if err != nil || slices.ContainsFunc(entries, fits) {
			return err == nil, err
		}
		if len(entries) < batch {
			return false, nil
		}
		seen = entries[batch-1].ID
	}
}
