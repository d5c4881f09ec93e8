package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"firehall/internal/id"
	"firehall/internal/notify"
)

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
	if err != nil || held != 2 { // that of the node itself, and its share of the house
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
