// Package action holds every change, one transaction each. Read an alert's
// path: ingest.go, escalate.go, deliver.go, acknowledge.go, resolve.go. Beside
// it page.go finds people and plans their sends, and receipt.go keeps what
// became of those.
package action

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Kinds of timer.
const (
	TimerEscalate = "escalate" // ref is an alert: its next step is due
	TimerLapse    = "lapse"    // ref is an alert: its acknowledgement or snooze ends, or its owner is nudged
	TimerDeliver  = "deliver"  // ref is a send: it is due
)

// Meter counts what happens; see the metrics page of the docs.
type Meter interface {
	Message(kind, outcome string)               // one message arrived: accepted or unreadable
	Signals(kind string, n int)                 // signals in accepted messages
	Paged(urgency string, n int)                // pages made
	Sent(channel, kind, outcome string)         // an attempt ended
	TimeToPage(channel string, d time.Duration) // from the signal to the first accepted send of a page
}

// Actions changes things. It is safe for use by many goroutines at once.
type Actions struct {
	DB        *store.DB
	Log       *slog.Logger
	Meter     Meter
	Secret    Secrets
	Check     ContactCheck // of contacts in a setup file; nil checks nothing
	Caller    Caller       // calls contacts that are tested; nil: they cannot be
	inbox     *inbox
	strangers strangers
	uses      uses
	exporting atomic.Bool // somebody's own data

	simulating turns
	linting    turns // of files
	trying     turns // calls of contacts that are tested

	mu       sync.Mutex
	trials   map[trialKey][]time.Time               // within trialSpan, the oldest first
	policies map[id.PolicyVersion]escalation.Policy // as of policiesAt

	policiesAt int64 // a version of the setup
}

// Secrets protects what must not be read from a copy of the database.
type Secrets interface {
	Seal(purpose string, plain []byte) string
	Open(purpose, sealed string) ([]byte, error)
	HashKey(key string) string
	PageToken(n id.Page) string
}

// New returns the actions on a database. Stop them with Close.
func New(db *store.DB, secret Secrets, log *slog.Logger, meter Meter) *Actions {
	act := &Actions{DB: db, Log: log, Meter: meter, Secret: secret, policies: map[id.PolicyVersion]escalation.Policy{}, trials: map[trialKey][]time.Time{}}
	act.simulating, act.linting, act.trying = make(turns, simulations), make(turns, fileLints), make(turns, trialCalls)
	act.inbox = newInbox(act)
	return act
}

// Close waits for what was accepted and ends.
func (act *Actions) Close() { act.inbox.close() }

// policies reads policy versions.
type policies interface {
	PolicyVersion(context.Context, id.PolicyVersion) (escalation.Policy, error)
}

// maxPolicies bounds how many policy versions are kept in memory.
const maxPolicies = 2000

// Policy returns the policy version that an alert holds; one with no steps
// when the alert holds none.
func (act *Actions) Policy(ctx context.Context, from policies, n id.PolicyVersion) (escalation.Policy, error) {
	if n == "" {
		return escalation.Policy{}, nil
	}
	version := act.DB.Setup().Version
	act.mu.Lock()
	if act.policiesAt != version { // somebody may have been erased from them
		clear(act.policies)
		act.policiesAt = version
	}
	p, ok := act.policies[n]
	act.mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := from.PolicyVersion(ctx, n)
	if err != nil {
		return p, err
	}
	act.mu.Lock()
	defer act.mu.Unlock()
	if len(act.policies) >= maxPolicies {
		clear(act.policies)
	}
	if act.policiesAt == version {
		act.policies[n] = p
	}
	return p, nil
}

// label returns how the record names an actor.
func label(by team.Actor) string {
	if by.Person != "" {
		return string(by.Person)
	}
	return by.Label
}
