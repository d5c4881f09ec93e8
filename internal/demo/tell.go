// Package demo is the shop that `firehall demo` shows: its setup, and the story
// of its last fortnight.
package demo

import (
	"context"
	_ "embed" // for demo.yaml
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"firehall/internal/action"
	"firehall/internal/cli/setupfile"
	"firehall/internal/engine"
	"firehall/internal/id"
	"firehall/internal/meter"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

// storyFor is how long before now the demo's story begins.
const storyFor = 15 * 24 * time.Hour

// teller tells the demo's story: it replays a fortnight through the program's
// own actions and engine, with a clock of its own, people who answer as they
// did and providers that are not called. Told twice until the same instant it
// is the same story, ids and all.
type teller struct {
	act    *action.Actions
	db     *store.DB
	engine *engine.Engine
	end    time.Time
	clock  atomic.Int64 // microseconds
	random *rand.Rand
	coming []event // sorted by time
	of     map[id.Alert]*course
}

// event is something that happens in the story.
type event struct {
	at time.Time
	do func(context.Context) error
}

//go:embed demo.yaml
var setup []byte

// Setup returns the demo's setup file as it is at now, as JSON.
func Setup(now time.Time) (json.RawMessage, error) {
	times := timesAt(now)
	file, err := setupfile.Read([]setupfile.Source{{Name: "demo.yaml", Text: setup}}, func(name string) (string, bool) {
		value, ok := times[name]
		return value, ok
	})
	return file.Setup, err
}

// Tell sets the shop up in an empty database and tells what happened there in
// the fortnight before now. The secret key is read from keyFile, or made there.
func Tell(ctx context.Context, at store.Config, keyFile string, now time.Time) (err error) {
	t := newTeller(now)
	at.Now, at.Random, at.Fleeting = t.now, seeded(), true
	if t.db, err = store.Open(ctx, at); err != nil {
		return err
	}
	defer func() {
		if failed := t.db.Close(); err == nil {
			err = failed
		}
	}()
	box, err := secret.LoadOrMake(keyFile)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	t.act = action.New(t.db, box, log, meter.New(""))
	defer t.act.Close()
	t.act.Caller = t
	t.engine = engine.New(engine.Options{Act: t.act, Sender: t, PublicURL: storyURL, Log: log, Jitter: func() float64 { return 0.5 }})
	file, err := Setup(now)
	if err != nil {
		return err
	}
	return t.tell(ctx, file)
}

func newTeller(now time.Time) *teller {
	t := &teller{end: now.UTC().Truncate(time.Microsecond), random: rand.New(rand.NewPCG(2026, 11)), of: map[id.Alert]*course{}}
	t.clock.Store(t.end.Add(-storyFor).UnixMicro())
	return t
}

// storyURL is where links in the story's messages lead; nobody reads those.
const storyURL = "https://firehall.tidewater.example"

// seeded returns the same bytes each time, for ids.
func seeded() io.Reader { return rand.NewChaCha8([32]byte([]byte("the story of the demo, told anew"))) }

func (t *teller) now() time.Time { return time.UnixMicro(t.clock.Load()).UTC() }

// tell applies the setup and lets the fortnight pass: what people do and what
// the engine has due come in the order of their times.
func (t *teller) tell(ctx context.Context, file json.RawMessage) error {
	if _, err := t.act.Apply(ctx, team.Firehall, file, action.ApplyOptions{}); err != nil {
		return fmt.Errorf("set the demo up: %w", err)
	}
	t.plan()
	for {
		due, err := t.engine.Settle(ctx)
		if err != nil {
			return err
		}
		next := t.end
		if !due.IsZero() && due.Before(next) {
			next = due
		}
		if len(t.coming) == 0 || t.coming[0].at.After(next) {
			if next.Equal(t.end) && t.now().Equal(t.end) {
				return nil
			}
			t.set(next)
			continue
		}
		if err := t.happen(ctx); err != nil {
			return err
		}
	}
}

// happen lets what comes first happen.
func (t *teller) happen(ctx context.Context) error {
	next := t.coming[0]
	t.coming = t.coming[1:]
	t.set(next.at)
	if err := next.do(ctx); err != nil {
		return fmt.Errorf("at %s: %w", next.at.Format(time.DateTime), err)
	}
	return nil
}

func (t *teller) set(at time.Time) {
	if at.After(t.now()) {
		t.clock.Store(at.UnixMicro())
	}
}

// at plans something.
func (t *teller) at(at time.Time, do func(context.Context) error) {
	i, _ := slices.BinarySearchFunc(t.coming, at, func(e event, at time.Time) int {
		if e.at.After(at) {
			return 1
		}
		return -1 // after what was planned for the same instant
	})
	t.coming = slices.Insert(t.coming, i, event{at, do})
}
