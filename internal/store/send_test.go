package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
)

// send returns a send of a page that waits for its time, some minutes after
// start.
func send(n id.Send, page id.Page, minutes int) notify.Send {
	return notify.Send{
		ID: n, Alert: "alert_1", Page: page, Batch: 1, Person: "ana", Contact: "hook", Channel: "webhook", Kind: notify.PageSend, Urgency: 3,
		Status: notify.Waiting, DueAt: after(minutes),
	}
}

// sends writes sends.
func (w *world) sends(list ...notify.Send) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error { return tx.AddSends(ctx, list) })
}

func TestASendIsSavedWhole(t *testing.T) {
	onBoth(t, func(w *world) {
		w.sends(fullSend(1), fullSend(2))
		changed := fullSend(1)
		changed.Status, changed.DueAt, changed.Attempts, changed.Unknowns, changed.FirstAt = notify.Failed, after(77), 9, 2, after(78)
		changed.ClaimedBy, changed.FinishedAt, changed.Words = "", after(79), "refused"
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.SaveSend(ctx, changed); err != nil {
				return err
			}
			w.same(changed, must(tx.LockSend(ctx, changed.ID))(w))
			return nil
		})
		w.same([]notify.Send{changed, fullSend(2)}, must(w.db.SendsOf(w.Context(), "alert_s"))(w))
	})
}

func TestASendOrPageThatIsNotThere(t *testing.T) {
	onBoth(t, func(w *world) {
		_, err := w.db.Page(w.Context(), "page_gone")
		if !fault.Is(err, fault.NotFound) || err.Error() != "there is no page page_gone" {
			w.Errorf("it says %v", err)
		}
		err = w.db.Do(w.Context(), func(tx *Tx) error {
			_, err := tx.LockSend(w.Context(), "send_gone")
			return err
		})
		if !fault.Is(err, fault.NotFound) || err.Error() != "there is no send send_gone" {
			w.Errorf("it says %v", err)
		}
		if list := must(w.db.SendsOf(w.Context(), "alert_gone"))(w); len(list) != 0 {
			w.Errorf("sends of no alert: %v", list)
		}
		if list := must(w.db.PagesOf(w.Context(), "alert_gone"))(w); len(list) != 0 {
			w.Errorf("pages of no alert: %v", list)
		}
	})
}

func TestTheNextContactOfAPage(t *testing.T) {
	tried := send("send_0", "page_1", -9)
	tried.Attempts = 1
	done := send("send_1", "page_1", -8)
	done.Status = notify.Accepted
	tests := map[string]struct {
		sends []notify.Send
		want  id.Send // "": none
	}{
		"none":                           {nil, ""},
		"only those of another page":     {[]notify.Send{send("send_9", "page_2", 0)}, ""},
		"only those tried or done":       {[]notify.Send{tried, done}, ""},
		"the one that is due first":      {[]notify.Send{tried, done, send("send_2", "page_1", 9), send("send_3", "page_1", 5)}, "send_3"},
		"of two due together, the first": {[]notify.Send{send("send_5", "page_1", 5), send("send_4", "page_1", 5)}, "send_4"},
	}
	onBoth(t, func(w *world) {
		for name, test := range tests {
			w.undone(func(ctx context.Context, tx *Tx) error {
				if err := tx.AddSends(ctx, test.sends); err != nil {
					return err
				}
				got, found, err := tx.NextWaiting(ctx, "page_1")
				if got.ID != test.want || found != (test.want != "") {
					w.Errorf("%s: %q, %v", name, got.ID, found)
				}
				return err
			})
		}
	})
}

func TestWhichSendsOfAPagingAreAlive(t *testing.T) {
	onBoth(t, func(w *world) {
		alive := func() int {
			n := 0
			w.do(func(ctx context.Context, tx *Tx) (err error) {
				n, err = tx.AliveInBatch(ctx, "alert_1", 1)
				return err
			})
			return n
		}
		if n := alive(); n != 0 {
			w.Errorf("of none %d", n)
		}
		for i, status := range []notify.SendStatus{notify.Waiting, notify.Sending, notify.Accepted, notify.Delivered, notify.Skipped, notify.Failed} {
			s := send(id.Send(fmt.Sprint("send_", i)), "page_1", 0)
			s.Status = status
			w.sends(s)
		}
		other, nudge, elsewhere := send("send_a", "page_1", 0), send("send_b", "page_1", 0), send("send_c", "page_1", 0)
		other.Batch, nudge.Kind, elsewhere.Alert = 2, notify.NudgeSend, "alert_2"
		w.sends(other, nudge, elsewhere)
		if n := alive(); n != 4 { // all but the skipped and the failed one
			w.Errorf("%d are alive", n)
		}
	})
}

func TestSendsThatWaitTooLong(t *testing.T) {
	onBoth(t, func(w *world) {
		sending := send("send_d", "page_1", -9)
		sending.Status = notify.Sending
		w.sends(send("send_a", "page_1", -3), send("send_b", "page_1", -5), send("send_c", "page_1", -2), sending)
		w.sends(send("send_e", "page_1", -7), send("send_f", "page_1", -4), send("send_g", "page_1", -6))
		w.plan(
			Timer{Kind: "deliver", Ref: "send_e", DueAt: after(-2)},  // which looks at it still
			Timer{Kind: "deliver", Ref: "send_f", DueAt: after(-3)},  // which should have
			Timer{Kind: "escalate", Ref: "send_g", DueAt: after(90)}, // which is about something else
		)
		if got := must(w.db.StuckSends(w.Context(), after(-2)))(w); !slices.Equal(got, []id.Send{"send_g", "send_b", "send_f", "send_a"}) {
			w.Errorf("stuck: %v", got)
		}
		if n := must(w.db.SendsWaiting(w.Context()))(w); n != 6 {
			w.Errorf("%d wait", n)
		}
	})
}
