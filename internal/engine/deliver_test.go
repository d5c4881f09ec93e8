package engine

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/secret"
	"firehall/internal/store"
)

type silent struct{}

func (silent) Message(string, string)           {}
func (silent) Signals(string, int)              {}
func (silent) Paged(string, int)                {}
func (silent) Sent(string, string, string)      {}
func (silent) TimeToPage(string, time.Duration) {}

// newEngine returns an engine on an empty SQLite.
func newEngine(t *testing.T) *Engine {
	t.Helper()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	return engineOn(t, store.Config{Dir: t.TempDir(), Now: func() time.Time { return noon }})
}

// engineOn returns an engine on a database.
func engineOn(t *testing.T, c store.Config) *Engine {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	act := action.New(db, box, log, silent{})
	t.Cleanup(func() {
		act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(Options{Act: act, Log: log})
}

// claimed writes a send that this node has claimed.
func (e *Engine) claimed(t *testing.T, n id.Send) notify.Send {
	t.Helper()
	s := notify.Send{ID: n, Person: "ana", Contact: "hook", Channel: "webhook", Kind: notify.UpdateSend, Status: notify.Sending, Attempts: 1, ClaimedBy: e.Act.DB.Run()}
	if err := e.Act.DB.Do(t.Context(), func(tx *store.Tx) error { return tx.AddSends(t.Context(), []notify.Send{s}) }); err != nil {
		t.Fatal(err)
	}
	e.claims.hold(n)
	return s
}

func (e *Engine) status(t *testing.T, n id.Send) (status notify.SendStatus) {
	t.Helper()
	err := e.Act.DB.Do(t.Context(), func(tx *store.Tx) error {
		s, err := tx.LockSend(t.Context(), n)
		status = s.Status
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func TestAReceiptOfNothingDoesNotTakeTheOthersAlong(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	good := channel.Outcome{Status: channel.Accepted}
	gone := action.Called{Send: notify.Send{ID: "send_gone", Attempts: 1}, Outcome: good}
	kept := action.Called{Send: e.claimed(t, "send_kept"), Outcome: good}
	e.keepAll(t.Context(), []action.Called{gone, kept})
	if got := e.status(t, "send_kept"); got != notify.Accepted {
		t.Errorf("the receipt beside it: %s", got)
	}
	if e.claims.holds("send_kept") || e.claims.holds("send_gone") {
		t.Error("what is kept is still held")
	}
}

func TestABatchThatIsUndoneHoldsNothing(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	s := e.claimed(t, "send_1")
	e.claims.drop(s.ID)
	b := &batch{e: e, lane: "payments"}
	failed := errors.New("the database is gone")
	err := e.Act.DB.Do(t.Context(), func(tx *store.Tx) error {
		b.tx = tx
		if wait := b.reserve(s); wait != 0 {
			t.Errorf("there is no room: wait %s", wait)
		}
		b.claimed(s, nil)
		if !e.claims.holds(s.ID) || e.Calls() != 1 {
			t.Error("what is claimed is not held before its commit")
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	b.undo(0, 0)
	if e.claims.holds(s.ID) || e.Calls() != 0 || len(b.calls) != 0 {
		t.Errorf("held %v, %d calls", e.claims.holds(s.ID), e.Calls())
	}
}

func TestAPanicIsAnError(t *testing.T) {
	if err := safely(func() error { panic("at the disco") }); !errors.Is(err, errPanic) {
		t.Errorf("got %v", err)
	}
	if err := safely(func() error { return context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
