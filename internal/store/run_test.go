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
	if _, err := l.pool.ExecContext(w.Context(), "SELECT pg_terminate_backend($1, 10000)", pid); err != nil { // waits for it
		w.Fatal(err)
	}
}

func TestANodeWhoseLockIsLostEndsWhenARestoreHasTheHouse(t *testing.T) {
	w := onPostgres(t)
	pool, err := dialPostgres(t.Context(), w.config.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	looked := 0
	l := &runLock{pool: pool, run: "run_cut", again: func(context.Context) error { looked++; return nil }}
	if err := l.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.free(context.Background())
	w.cut(l)
	if err := l.renew(t.Context()); err != nil || looked != 1 {
		t.Errorf("it looked %d times at the database, %v", looked, err)
	}
	if err := w.db.Close(); err != nil { // the other one that is in the house
		t.Fatal(err)
	}
	w.cut(l)
	h, err := takeHouse(t.Context(), w.config.URL)
	if err != nil {
		t.Fatal(err)
	}
	says(t, l.renew(t.Context()), "a restore or a move works on this database")
	h.close()
	if err := l.renew(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALockThatIsTakenAgainLooksForWhatWasRestored(t *testing.T) {
	w := onPostgres(t)
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, FactMoving, "sqlite") })
	says(t, w.db.lookAgain(t.Context(), w.pool()), "this database is half-filled")
	if !w.db.holding.Load() {
		t.Error("it does not look whether alerts are held")
	}
}

func TestALockThatIsHalfTakenIsGivenBack(t *testing.T) {
	w := onPostgres(t)
	other := &runLock{pool: w.pool(), run: "run_twice"}
	if err := other.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer other.free(context.Background())
	pool, err := dialPostgres(t.Context(), w.config.URL+"&lock_timeout=50")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if err := (&runLock{pool: pool, run: "run_twice"}).take(t.Context()); err == nil {
		t.Fatal("it was taken twice")
	}
	if open := pool.Stats().OpenConnections; open > 0 {
		t.Errorf("%d connections stay open, with a share of the house", open)
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
