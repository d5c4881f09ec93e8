package smoke

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/engine"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

// backup takes a backup and returns its file.
func (w *world) backup() string {
	w.t.Helper()
	c, err := w.db.Backup(w.t.Context(), filepath.Join(w.t.TempDir(), "backup.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Path
}

// restored returns a world on the same clock into whose database a backup was
// restored.
func (w *world) restored(c store.Config, file string) *world {
	w.t.Helper()
	other := &world{t: w.t, now: w.clock(), mood: map[string]channel.Status{}}
	c.Now = other.clock
	if _, err := store.Restore(w.t.Context(), c, file, true, func(store.Copy) error { return nil }); err != nil {
		w.t.Fatal(err)
	}
	db, err := store.Open(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		w.t.Fatal(err)
	}
	other.db, other.act = db, action.New(db, box, slog.New(slog.DiscardHandler), silent{})
	other.engine = engine.New(engine.Options{
		Act: other.act, Sender: other, PublicURL: "https://firehall.example", Log: slog.New(slog.DiscardHandler), Jitter: func() float64 { return 0 },
	})
	w.t.Cleanup(func() {
		other.act.Close()
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return other
}

// onFresh runs a test on a world and with an empty database of either kind.
func onFresh(t *testing.T, test func(w *world, into store.Config)) {
	t.Parallel()
	onBoth(t, func(w *world) {
		into := store.Config{Dir: w.t.TempDir()}
		if w.db.Postgres() {
			into = store.Config{URL: pgtest.URL(w.t)}
		}
		test(w, into)
	})
}

func (w *world) resume() int {
	w.t.Helper()
	n, err := w.act.Resume(w.t.Context(), team.Actor{Person: "dee", Role: team.Admin})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) audit() int {
	w.t.Helper()
	found, err := w.engine.Audit(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

func TestARestoreHoldsWhatIsOldAndPagesWhatIsNew(t *testing.T) {
	onFresh(t, func(w *world, into store.Config) {
		old := w.signal("disk full")
		over := w.signal("database slow")
		w.expect("ana hook: page disk full", "ana hook: page database slow")
		file := w.backup()
		w.resolve("ana", over) // after the backup: the copy does not know
		w.signal("lost with the machine")
		w.sleep(time.Hour)
		r := w.restored(into, file)
		r.settle()
		r.expect()
		n := r.signal("nobody can pay")
		r.expect("ana hook: page nobody can pay")
		r.signal("disk full") // folds into what is held
		r.pass(6 * time.Minute)
		r.expect("ana mail: page nobody can pay", "ben hook: page nobody can pay")
		r.ack("ben", n)
		r.told = nil
		if found := r.audit(); found > 0 {
			t.Errorf("the auditor shouts about %d things that are held", found)
		}
		r.said(old, "Held: it is from before a backup was restored: nothing happens to it until somebody acts on it or an admin runs firehall resume")
		r.resolve("ana", over) // before the other goes on, somebody looks
		r.settle()
		r.told = nil
		if held := r.resume(); held != 1 {
			t.Errorf("%d were held, want 1", held)
		}
		r.settle()
		r.expect("ana mail: page disk full", "ben hook: page disk full", "dee hook: page disk full", "ana hook: page disk full")
	})
}

func TestResumeIsForAdminsAndOnce(t *testing.T) {
	onFresh(t, func(w *world, into store.Config) {
		n := w.signal("disk full")
		w.ack("ana", n) // lapses after 30 min
		file := w.backup()
		w.sleep(2 * time.Hour)
		r := w.restored(into, file)
		r.pass(time.Hour)
		r.expect()
		if _, err := r.act.Resume(t.Context(), actor("ana")); !fault.Is(err, fault.Denied) {
			t.Errorf("a responder: %v", err)
		}
		if held := r.resume(); held != 1 {
			t.Errorf("%d were held", held)
		}
		r.settle()
		r.expect("ana hook: page disk full") // she had it, and step 1 is hers
		if held := r.resume(); held != 0 {
			t.Errorf("%d were held the second time", held)
		}
		r.pass(5 * time.Minute)
		r.expect("ana mail: page disk full", "ben hook: page disk full")
	})
}

func TestASecondNodeLearnsThatSomebodyHasResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{URL: pgtest.URL(t)})
	n := w.signal("disk full")
	file := w.backup()
	w.told = nil
	into := store.Config{URL: pgtest.URL(t)}
	r := w.restored(into, file)
	into.Now = r.clock
	other, err := store.Open(t.Context(), into)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	r.resume()
	r.sleep(6 * time.Minute)
	hold := func(ref id.Alert) bool {
		held := false
		err := other.Do(t.Context(), func(tx *store.Tx) (err error) {
			_, held, err = tx.Hold(t.Context(), store.Timer{Kind: action.TimerEscalate, Ref: string(ref)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	if hold(n) {
		t.Error("it is held though somebody has resumed")
	}
	r.settle()
	r.expect("ana mail: page disk full", "ben hook: page disk full")
}
