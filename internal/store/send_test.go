package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

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
		if n := alive(); n != 5 { // all but the failed one
			w.Errorf("%d are alive", n)
		}
	})
}

func TestSendsThatWaitTooLong(t *testing.T) {
	onBoth(t, func(w *world) {
		sending := send("send_d", "page_1", -9)
		sending.Status = notify.Sending
		w.sends(send("send_a", "page_1", -3), send("send_b", "page_1", -5), send("send_c", "page_1", -2), sending)
		if got := must(w.db.StuckSends(w.Context(), after(-2)))(w); !slices.Equal(got, []id.Send{"send_b", "send_a"}) {
			w.Errorf("stuck: %v", got)
		}
		if n := must(w.db.SendsWaiting(w.Context()))(w); n != 3 {
			w.Errorf("%d wait", n)
		}
	})
}

// claim has a run claim sends.
func (w *world) claim(run id.Run, sends ...id.Send) {
	w.Helper()
	for _, n := range sends {
		s := send(n, "page_1", 0)
		s.Status, s.ClaimedBy = notify.Sending, run
		w.sends(s)
	}
}

// abandoned fails unless these sends are found abandoned.
func (w *world) abandoned(want ...id.Send) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error {
		var got []id.Send
		for _, s := range must(tx.AbandonedSends(ctx))(w) {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, want) {
			w.Errorf("abandoned: %v, expected %v", got, want)
		}
		return nil
	})
}

func TestWhatARunClaimedThatIsOverIsAbandoned(t *testing.T) {
	onBoth(t, func(w *world) {
		w.abandoned()
		w.claim(w.db.Run(), "send_mine")
		w.abandoned() // this run lives
		w.claim("run_gone", "send_a", "send_b")
		done := send("send_c", "page_1", 0)
		done.Status, done.ClaimedBy = notify.Accepted, "run_gone"
		w.sends(done)
		w.abandoned("send_a", "send_b")
	})
}

func TestAtMost500AbandonedSendsAreFoundAtOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		var list []notify.Send
		for i := range 501 {
			s := send(id.Send(fmt.Sprintf("send_%03d", i)), "page_1", 0)
			s.Status, s.ClaimedBy = notify.Sending, "run_gone"
			list = append(list, s)
		}
		w.sends(list...)
		w.do(func(ctx context.Context, tx *Tx) error {
			if got := must(tx.AbandonedSends(ctx))(w); len(got) != 500 || got[0].ID != "send_000" {
				w.Errorf("%d are found", len(got))
			}
			return nil
		})
	})
}

func TestTheClaimsOfAnotherNodeAreItsOwnWhileItLives(t *testing.T) {
	w := onPostgres(t)
	second := w.another()
	w.claim(second.Run(), "send_theirs")
	w.abandoned()
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	w.abandoned("send_theirs")
	w.abandoned("send_theirs") // and however often it is asked
}

func TestLookingAtARunLeavesItsLockFree(t *testing.T) {
	w := onPostgres(t)
	for range 3 {
		if alive, err := w.db.alive(t.Context(), "run_gone"); alive || err != nil {
			t.Errorf("it lives: %v, %v", alive, err)
		}
	}
	var held int
	err := w.pool().QueryRowContext(t.Context(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").Scan(&held)
	if err != nil || held != 1 { // that of the node itself
		t.Errorf("%d advisory locks are held, %v", held, err)
	}
}

// A node whose connection is cut loses its lock, and takes it again.
func TestALostLockIsTakenAgain(t *testing.T) {
	w := onPostgres(t)
	l := &runLock{pool: w.pool(), run: "run_cut"}
	if err := l.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.free(context.Background())
	alive := func(want bool) {
		t.Helper()
		if got, err := w.db.alive(t.Context(), "run_cut"); got != want || err != nil {
			t.Errorf("it lives: %v, %v", got, err)
		}
	}
	alive(true)
	if err := l.renew(t.Context()); err != nil { // nothing was lost
		t.Fatal(err)
	}
	alive(true)
	w.cut(l)
	alive(false)
	if err := l.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	alive(true)
	l.free(t.Context())
	alive(false)
}

// cut ends the connection of a lock, as an administrator does, and returns
// when it is gone.
func (w *world) cut(l *runLock) {
	w.Helper()
	var pid int
	if err := l.conn.QueryRowContext(w.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		w.Fatal(err)
	}
	if _, err := w.pool().ExecContext(w.Context(), "SELECT pg_terminate_backend($1, 10000)", pid); err != nil { // waits for it
		w.Fatal(err)
	}
}

func TestALockThatCannotBeTakenAgainSaysSoAndIsTriedAgain(t *testing.T) {
	w := onPostgres(t)
	l := &runLock{pool: w.pool(), run: "run_cut"}
	if err := l.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.free(context.Background())
	w.cut(l)
	late, cancel := context.WithDeadline(t.Context(), time.Time{})
	defer cancel()
	if err := l.renew(late); err == nil {
		t.Error("it was taken though time was over")
	}
	if err := l.renew(t.Context()); err != nil {
		t.Error(err)
	}
	if alive, err := w.db.alive(t.Context(), "run_cut"); !alive || err != nil {
		t.Errorf("it lives: %v, %v", alive, err)
	}
}
