package store

import (
	"context"
	"testing"

	"firehall/internal/notify"
	"firehall/internal/timeline"
)

// What a transaction wrote it sees, by whatever it reads it: nothing of it is
// held back.
func TestATransactionSeesItsOwnWrites(t *testing.T) {
	send := notify.Send{ID: "send_1", Alert: "alert_1", Page: "page_1", Kind: notify.PageSend, Status: notify.Waiting, DueAt: after(-9)}
	claimed := send
	claimed.Status, claimed.ClaimedBy = notify.Sending, "run_0"
	reads := map[string]func(ctx context.Context, tx *Tx, w *world) bool{
		"Timeline": func(ctx context.Context, tx *Tx, w *world) bool {
			return len(must(tx.Timeline(ctx, "alert_1", "", 9))(w)) == 1
		},
		"LastEntries": func(ctx context.Context, tx *Tx, w *world) bool {
			return len(must(tx.LastEntries(ctx, "alert_1", 9))(w)) == 1
		},
		"Page": func(ctx context.Context, tx *Tx, w *world) bool {
			return must(tx.Page(ctx, "page_1"))(w).Alert == "alert_1"
		},
		"PagesOf": func(ctx context.Context, tx *Tx, w *world) bool { return len(must(tx.PagesOf(ctx, "alert_1"))(w)) == 1 },
		"SendsOf": func(ctx context.Context, tx *Tx, w *world) bool { return len(must(tx.SendsOf(ctx, "alert_1"))(w)) == 1 },
		"LockSend": func(ctx context.Context, tx *Tx, w *world) bool {
			return must(tx.LockSend(ctx, "send_1"))(w).Alert == "alert_1"
		},
		"NextWaiting": func(ctx context.Context, tx *Tx, w *world) bool {
			_, found, err := tx.NextWaiting(ctx, "page_1")
			return found && err == nil
		},
		"AliveInBatch": func(ctx context.Context, tx *Tx, w *world) bool {
			return must(tx.AliveInBatch(ctx, "alert_1", 0))(w) == 1
		},
		"SendsWaiting": func(ctx context.Context, tx *Tx, w *world) bool { return must(tx.SendsWaiting(ctx))(w) == 1 },
		"StuckSends":   func(ctx context.Context, tx *Tx, w *world) bool { return len(must(tx.StuckSends(ctx, start))(w)) == 1 },
		"SaveSend and AbandonedSends": func(ctx context.Context, tx *Tx, w *world) bool {
			if err := tx.SaveSend(ctx, claimed); err != nil {
				w.Error(err)
			}
			return len(must(tx.AbandonedSends(ctx))(w)) == 1
		},
		"Lanes": func(ctx context.Context, tx *Tx, w *world) bool { return len(must(tx.Lanes(ctx))(w)) == 1 },
		"ClaimTimers": func(ctx context.Context, tx *Tx, w *world) bool {
			return len(must(tx.ClaimTimers(ctx, "l", 9))(w)) == 1
		},
		"TimersPending": func(ctx context.Context, tx *Tx, w *world) bool {
			n, at, err := tx.TimersPending(ctx)
			return n == 1 && at.Equal(start) && err == nil
		},
	}
	onBoth(t, func(w *world) {
		for name, read := range reads {
			w.undone(func(ctx context.Context, tx *Tx) error {
				if err := tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted}); err != nil {
					return err
				}
				if err := tx.AddPages(ctx, []notify.Page{{ID: "page_1", Alert: "alert_1"}}); err != nil {
					return err
				}
				if err := tx.AddSends(ctx, []notify.Send{send}); err != nil {
					return err
				}
				if err := tx.SetTimers(ctx, Timer{Kind: "k", Ref: "r", Lane: "l", DueAt: start}); err != nil {
					return err
				}
				if !read(ctx, tx, w) {
					w.Errorf("%s does not see it", name)
				}
				return nil
			})
		}
	})
}

func TestWhatWasAskedForBeforeASavepointIsKeptWhenItFails(t *testing.T) {
	onBoth(t, func(w *world) {
		note := func(ctx context.Context, tx *Tx, text string) error {
			return tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted, Text: text})
		}
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := note(ctx, tx, "before"); err != nil {
				return err
			}
			_ = tx.Savepoint(ctx, func() error {
				_ = note(ctx, tx, "undone")
				return errUndo
			})
			if err := tx.Savepoint(ctx, func() error { return note(ctx, tx, "inside") }); err != nil {
				return err
			}
			return note(ctx, tx, "after")
		})
		var got string
		for _, e := range must(w.db.Timeline(w.Context(), "alert_1", "", 9))(w) {
			got += e.Text + " "
		}
		if got != "before inside after " {
			w.Errorf("kept: %s", got)
		}
	})
}
