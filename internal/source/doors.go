// Package source is the doors for machines that send messages: /in for every
// kind of source, and those that answer as PagerDuty does.
//
// A message is answered 202 when it is durable and not before. One that comes
// with a valid key and cannot be read is refused, and an alert tells people.
package source

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/store"
)

// Options is what the doors need.
type Options struct {
	Act   *action.Actions
	DB    *store.DB
	Hash  func(key string) string // what a source is looked up by
	Meter action.Meter
	Log   *slog.Logger

	// Remote returns the address of who sends a request; nil is the other end
	// of the connection.
	Remote func(*http.Request) netip.Addr
}

// Route is one line of the list of what is answered. Patterns are those of
// http.ServeMux.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Doors takes messages in. It is safe for many goroutines at once.
type Doors struct {
	ingest  func(context.Context, action.Arrival) (action.Receipt, error)
	db      *store.DB
	meter   action.Meter
	log     *slog.Logger
	remote  func(*http.Request) netip.Addr
	unknown func(kind string) // notes a call with a key that no source has
	keys    keys
	limits  limits // of sources, by name
	guesses limits // of unknown keys, by address
	known   room   // for bodies of sources
	anyone  room   // for bodies that name their source themselves
}

// How much is remembered and held at once.
const (
	maxSources   = 100_000
	maxAddresses = 10_000
	knownRoom    = 256 << 20 // bytes
	anyoneRoom   = 64 << 20
)

// guessing is how many unknown keys an address may try.
var guessing = route.Rate{Count: 30, Per: time.Minute}

// New returns the doors.
func New(o Options) *Doors {
	d := &Doors{ingest: o.Act.Ingest, unknown: o.Act.Stranger, db: o.DB, meter: o.Meter, log: o.Log, remote: o.Remote}
	if d.remote == nil {
		d.remote = otherEnd
	}
	d.keys = keys{hash: o.Hash, fresh: fresh{read: o.DB.FreshSetup}}
	d.limits.Max, d.guesses.Max = maxSources, maxAddresses
	d.known.left.Store(knownRoom)
	d.anyone.left.Store(anyoneRoom)
	return d
}

// Routes lists the doors.
func (d *Doors) Routes() []Route {
	return []Route{
		{"POST /in/{kind}/{key}", http.HandlerFunc(d.in)},
		{"GET /in/{kind}/{key}", http.HandlerFunc(d.describe)},
		{"POST /v2/enqueue", http.HandlerFunc(d.event)},
		{"GET /v2/enqueue", http.HandlerFunc(describeEvents)},
		{"POST /v2/change/enqueue", http.HandlerFunc(d.change)},
	}
}

func otherEnd(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // anything else is one caller
	return at.Addr()
}

// result is what became of a request; the kind of door says how that is told.
type result struct {
	end      ending
	wait     retryAfter // after limited and busy
	message  id.Message
	alerts   []id.Alert
	dedupKey string   // PagerDuty's, also one that was made
	sentence string   // after refused and tooLarge: what is wrong
	errors   []string // after refused and tooLarge: what is wrong where
}

// ending is how a request ends.
type ending int

const (
	accepted ending = iota
	unknown         // no source of this kind has the key
	refused
	tooLarge
	limited // the sender is told to come back later
	busy    // more is waiting than can be held
	failed  // it could not be kept; the sender is to try again
)
