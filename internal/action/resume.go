package action

import (
	"context"

	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// heldWhy is on the timeline of what waits.
const heldWhy = "it is from before a backup was restored: nothing happens to it until somebody acts on it or an admin runs firehall resume"

// Hold puts a timer aside, within a transaction of the engine, when its alert
// is from before a restore, and says whether it did. Nothing is lost: Resume
// sets the timer again.
func (act *Actions) Hold(ctx context.Context, tx *store.Tx, t store.Timer) (bool, error) {
	a, held, err := tx.Hold(ctx, t)
	if err != nil || !held || t.Kind == TimerDeliver {
		return held, err
	}
	return true, tx.Record(ctx, timeline.Entry{Alert: a, Kind: timeline.Restored, Reason: heldWhy})
}

// release lets an alert go because somebody acts on it: they look at it now, and
// what they ask for must happen. It changes nothing for one that is not held.
func (w work) release(ctx context.Context, by team.Actor, n id.Alert) error {
	held, err := w.tx.LetGo(ctx, n)
	if err != nil || !held {
		return err
	}
	return w.tx.Record(ctx, timeline.Entry{Alert: n, Kind: timeline.Released, By: by.Person, Reason: label(by) + " acts on it"})
}

// Resume lets the alerts go that are held since a backup was restored: what is
// overdue is paged once, together. It returns how many they were, 0 when none
// is held, and fails with Denied for anybody but an owner or an admin.
func (act *Actions) Resume(ctx context.Context, by team.Actor) (held int, err error) {
	if err := by.MaySetup(); err != nil {
		return 0, err
	}
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		if held, err = tx.Resume(ctx); err != nil || held == 0 {
			return err
		}
		return tx.Audit(ctx, store.Deed{Actor: label(by), Action: "resume", Doc: map[string]any{"alerts": held}})
	})
	return held, err
}
