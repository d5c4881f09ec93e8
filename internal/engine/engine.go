// Package engine is the clock that calls actions: timers that are due, sends
// to call, and the auditor that looks for what was left lying.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
)

// Sender calls the providers; channel.Set is one.
type Sender interface {
	Send(ctx context.Context, c channel.Contact, n channel.Notice) channel.Outcome
}

// Options is what an engine needs.
type Options struct {
	Act       *action.Actions
	Sender    Sender
	PublicURL string // for links; without a slash at the end
	Log       *slog.Logger
	Jitter    func() float64 // 0 to 1; nil is random
}

// Engine runs what is due. Run it with Run, or in tests step by step with
// Settle.
type Engine struct {
	Options
	results chan action.Called
	room    *room
	claims  *claims
	calls   sync.WaitGroup

	mu     sync.Mutex
	health Health
}

// Health says how well the engine keeps up.
type Health struct {
	Late    time.Duration // how late the last timer was
	Found   int           // what the last audit found left lying
	Audited time.Time     // when the last audit ended; zero before the first
	Failing string        // what fails at the moment; "" when nothing does
}

// Content says whether the engine has nothing to complain about.
func (h Health) Content() bool { return h.Found == 0 && h.Failing == "" }

// New returns an engine that does nothing yet.
func New(o Options) *Engine {
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	return &Engine{Options: o, results: make(chan action.Called, maxCalls), room: newRoom(), claims: newClaims()}
}

// Health returns how well the engine keeps up.
func (e *Engine) Health() Health {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.health
}

func (e *Engine) note(fn func(*Health)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fn(&e.health)
}

// How often the loops look without being woken.
const (
	lookEvery  = time.Second // for what another node planned
	auditEvery = time.Minute
	restFor    = 200 * time.Millisecond // after a failure of the database
)

// Run runs what is due until ctx ends, then finishes the calls that have begun
// and keeps their receipts.
func (e *Engine) Run(ctx context.Context) {
	loops := 1 // SQLite has one writer
	if e.Act.DB.Postgres() {
		loops = 2
	}
	var working, recording sync.WaitGroup
	for range loops {
		working.Go(func() { e.work(ctx) })
	}
	working.Go(func() { e.audits(ctx) })
	recording.Go(func() { e.record(ctx) })
	working.Wait()
	e.calls.Wait()
	close(e.results)
	recording.Wait()
}

// work runs timers until ctx ends.
func (e *Engine) work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		did, next, err := e.step(context.WithoutCancel(ctx), e.begin)
		e.complain("timers", err)
		wait := e.pause(did, next, err)
		if wait <= 0 {
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-e.Act.DB.Wakes():
		}
	}
}

// pause returns how long to sleep after a step.
func (e *Engine) pause(did int, next time.Time, err error) time.Duration {
	switch {
	case err != nil:
		return restFor
	case did > 0:
		return 0
	case next.IsZero():
		return lookEvery
	}
	until := next.Sub(e.Act.DB.Now())
	if until <= 0 { // due, but another node has it
		return 10 * time.Millisecond
	}
	return min(until, lookEvery)
}

// complain logs a failure once it begins and once it ends.
func (e *Engine) complain(what string, err error) {
	e.note(func(h *Health) {
		switch {
		case err != nil && h.Failing == "":
			e.Log.Error("the engine fails and tries again", "what", what, "error", err)
			h.Failing = what
		case err == nil && h.Failing == what:
			e.Log.Info("the engine works again", "what", what)
			h.Failing = ""
		}
	})
}

// Settle runs all that is due now, calls included, one after another, and
// returns when the next timer is due; zero when there is none. It is for
// tests and must not run beside Run.
func (e *Engine) Settle(ctx context.Context) (time.Time, error) {
	for {
		var begun []called
		did, next, err := e.step(ctx, func(c called) { begun = append(begun, c) })
		if err != nil {
			return time.Time{}, err
		}
		for _, c := range begun {
			done, ok := e.call(ctx, c)
			e.room.leave(c.seat)
			if ok {
				if err := e.keep(ctx, []action.Called{done}); err != nil {
					return time.Time{}, err
				}
			}
			e.claims.drop(c.send.ID)
		}
		if did == 0 && len(begun) == 0 {
			return next, nil
		}
	}
}

var errPanic = errors.New("a worker panicked")
