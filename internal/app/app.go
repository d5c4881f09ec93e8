// Package app puts a node together: secret key, database, actions, engine and
// doors. It is what `firehall serve` runs, and what tests start inside
// themselves.
package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/engine"
	"firehall/internal/meter"
	"firehall/internal/notify"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// Options says how a node is started. Everything but Config has a default.
type Options struct {
	Config   config.Config
	Version  string
	Now      func() time.Time                 // nil: the machine's clock
	Log      *slog.Logger                     // nil: to stderr, as Config says
	Listener net.Listener                     // nil: listens as Config says
	Sender   func(*channel.Set) engine.Sender // nil: the channels themselves
	Roots    *x509.CertPool                   // authorities that calls believe; nil: the system's
	Retain   Retention                        // zero: DefaultRetention
	Notify   func(state string)               // told READY=1 and STOPPING=1, as sd_notify(3); nil: nobody
}

// App is a running node.
type App struct {
	opts     Options
	log      *slog.Logger
	meter    *meter.Meter
	box      *secret.Box
	channels *channel.Set
	db       *store.DB
	act      *action.Actions
	engine   *engine.Engine
	listener net.Listener
	server   *http.Server
	beat     *heartbeat

	startedAt time.Time
	stopping  atomic.Bool
	stop      context.CancelFunc // ends the loops
	loops     sync.WaitGroup
	engineRan chan struct{}
	skew      atomic.Int64 // a time.Duration, see lookAtClock
	served    chan error   // why the server ended by itself
	closing   sync.Once
	closed    error
}

// Start starts a node and returns once it serves. ctx bounds the start alone;
// end the node with Close. It fails with config.Problems when a setting cannot
// be used.
func Start(ctx context.Context, o Options) (*App, error) {
	a := &App{opts: o, served: make(chan error, 2), engineRan: make(chan struct{})}
	if a.opts.Now == nil {
		a.opts.Now = time.Now
	}
	if a.opts.Retain == (Retention{}) {
		a.opts.Retain = DefaultRetention
	}
	if a.opts.Notify == nil {
		a.opts.Notify = func(string) {}
	}
	a.log = a.opts.Log
	if a.log == nil {
		a.log = Logger(os.Stderr, o.Config.Log)
	}
	a.log = slog.New(withRequestID{a.log.Handler()})
	a.startedAt = a.opts.Now()
	if err := a.open(ctx); err != nil {
		a.release()
		return nil, err
	}
	a.run()
	for _, text := range o.Config.Warnings() {
		a.log.Warn(text)
	}
	a.opts.Notify("READY=1")
	a.log.Info("Firehall serves", "url", a.URL(), "version", o.Version, "database", a.database())
	return a, nil
}

// Logger returns a logger as the settings say.
func Logger(w io.Writer, c config.Log) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.Level}
	if c.JSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func (a *App) database() string {
	if a.db.Postgres() {
		return "postgresql"
	}
	return "sqlite"
}

// open opens everything that a node needs, in the order in which it depends
// on each other. What was opened is released by release.
func (a *App) open(ctx context.Context) error {
	c := a.opts.Config
	var err error
	a.meter = meter.New(a.opts.Version)
	a.channels, err = channel.New(channel.Options{
		SMTPURL: c.SMTPURL, PublicURL: c.PublicURL, Version: a.opts.Version, AllowPrivate: c.AllowPrivate, Now: a.opts.Now, Roots: a.opts.Roots,
	})
	if err != nil {
		return settingProblem(err, "FIREHALL_SMTP_URL", "smtp-url")
	}
	tlsConfig, err := a.certificates()
	if err != nil {
		return err
	}
	if err := a.openStore(ctx); err != nil {
		return err
	}
	if a.listener, err = a.listen(ctx); err != nil {
		return err
	}
	a.act = action.New(a.db, a.box, a.log, a.meter)
	a.act.Check = a.checkContact
	sender := a.sender()
	a.act.Caller = sender
	a.engine = engine.New(engine.Options{Act: a.act, Sender: sender, PublicURL: a.PublicURL(), Log: a.log})
	a.beat = newHeartbeat(a)
	a.meter.Watch(a.state)
	a.server = a.newServer(tlsConfig)
	return nil
}

func (a *App) sender() engine.Sender {
	if a.opts.Sender != nil {
		return a.opts.Sender(a.channels)
	}
	return a.channels
}

// checkContact says what is wrong with a contact of the setup.
func (a *App) checkContact(c notify.Contact) error {
	return a.channels.Validate(channel.Contact{Kind: c.Kind, To: c.To})
}

// run starts the loops and the server.
func (a *App) run() {
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	a.sweep()
	go func() {
		defer close(a.engineRan)
		a.engine.Run(ctx)
	}()
	a.loops.Go(func() { every(ctx, beatEvery, a.beat.tick) })
	a.loops.Go(func() { every(ctx, retainEvery, a.retain) })
	a.loops.Go(func() { every(ctx, backupEvery, a.backup) })
	a.loops.Go(func() {
		a.lookAtClock(ctx)
		every(ctx, retainEvery, a.lookAtClock)
	})
	a.loops.Go(func() {
		a.finishErasures(ctx)
		every(ctx, retainEvery, a.finishErasures)
	})
	a.loops.Go(func() { a.yield(ctx, a.db.Ended()) })
	go func() { a.served <- a.serve() }()
}

// yield fails the node when the database is somebody else's: the engine stops
// at once, so that it pages nobody by what is being replaced.
func (a *App) yield(ctx context.Context, ended <-chan error) {
	select {
	case <-ctx.Done():
	case err := <-ended:
		a.stop()
		a.served <- fmt.Errorf("this node lost its connection to PostgreSQL, and must end: %w", err)
	}
}

// lookAtClock compares this machine's clock with the database's, for lint.
func (a *App) lookAtClock(ctx context.Context) {
	if skew, err := a.db.Skew(ctx); err == nil { // that the database fails is said elsewhere
		a.skew.Store(int64(skew))
	}
}

// finishErasures goes on with what was cut short when a node stopped.
func (a *App) finishErasures(ctx context.Context) {
	if err := a.act.FinishErasures(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("somebody could not be erased wholly; it is tried again in ten minutes", "error", err)
	}
}

// every calls fn at each tick until ctx ends.
func every(ctx context.Context, d time.Duration, fn func(context.Context)) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fn(ctx)
		}
	}
}

// Failed yields once: why the node cannot serve any more, or nil when it was
// closed.
func (a *App) Failed() <-chan error { return a.served }

// Run starts a node and serves until ctx ends.
func Run(ctx context.Context, o Options) error {
	a, err := Start(ctx, o)
	if err != nil {
		return err
	}
	return a.until(ctx)
}

// until serves until ctx ends or the node fails, and closes it.
func (a *App) until(ctx context.Context) error {
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-a.Failed():
	}
	return errors.Join(failed, a.Close(context.WithoutCancel(ctx)))
}

// Limits of a stop: 15 s in all.
const (
	requestsWithin = 4 * time.Second  // for requests to end
	engineWithin   = 10 * time.Second // for calls to providers to end
)

// Close stops accepting requests, lets those that run and the calls to
// providers end, and closes the database; it takes 15 s at most, less when ctx
// ends.
func (a *App) Close(ctx context.Context) error {
	a.closing.Do(func() {
		a.stopping.Store(true)
		a.opts.Notify("STOPPING=1")
		a.log.Info("Firehall stops")
		serving, cancel := context.WithTimeout(ctx, requestsWithin)
		defer cancel()
		if err := a.server.Shutdown(serving); err != nil {
			a.log.Warn("some requests did not end in time and are broken off", "error", err)
			_ = a.server.Close()
		}
		a.stop()
		a.loops.Wait()
		a.awaitEngine(ctx)
		a.closed = a.release()
		a.log.Info("Firehall has stopped")
	})
	return a.closed
}

// awaitEngine waits for the calls that have begun: each takes 10 s at most.
func (a *App) awaitEngine(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, engineWithin)
	defer cancel()
	select {
	case <-a.engineRan:
	case <-ctx.Done():
		a.log.Warn("calls to providers did not end in time; they are repeated once at the next start")
	}
}

// release closes what open opened.
func (a *App) release() error {
	var errs []error
	if a.act != nil {
		a.act.Close()
	}
	if a.listener != nil {
		_ = a.listener.Close() // the server may have closed it
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.channels != nil {
		a.channels.Close()
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
