package action

import (
	"context"
	"time"

	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// TooMuch is the error of who asks for more than this node gives now.
type TooMuch struct {
	Sentence string
	After    time.Duration // when to ask again
	Asker    bool          // it is the asker who asked too often; otherwise others are being served
}

func (t *TooMuch) Error() string { return t.Sentence }

// How many of what costs much run at a time on one node.
const (
	simulations = 2
	fileLints   = 1
	trialCalls  = 4
)

// turnWithin is how long somebody waits for a turn, and is then told to.
const turnWithin = 2 * time.Second

// turns lets so many do something at a time. A nil one lets everybody.
type turns chan struct{}

// take waits for a turn, at most turnWithin. It fails with *TooMuch when none
// comes, and with the context's error. Give the turn back with the function.
func (t turns) take(ctx context.Context, sentence string) (back func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	late := time.NewTimer(turnWithin)
	defer late.Stop()
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		return nil, &TooMuch{Sentence: sentence, After: turnWithin}
	}
}

// Tests of contacts within trialSpan.
const (
	trialSpan       = time.Minute
	trialsOfContact = 5
	trialsOfAsker   = 20
)

// allowTrial counts a test of a contact. It fails with *TooMuch when there were
// too many within a minute, of this contact or by who asks.
func (act *Actions) allowTrial(by team.Actor, of store.ContactName, now time.Time) error {
	act.mu.Lock()
	defer act.mu.Unlock()
	for key, list := range act.trials {
		for len(list) > 0 && now.Sub(list[0]) >= trialSpan {
			list = list[1:]
		}
		if act.trials[key] = list; len(list) == 0 {
			delete(act.trials, key)
		}
	}
	contact, asker := trialKey{of.Person, of.Contact, ""}, trialKey{by: label(by)}
	if list := act.trials[contact]; len(list) >= trialsOfContact {
		return &TooMuch{"this contact was tested 5 times within a minute; wait until what was sent has arrived", trialSpan - now.Sub(list[0]), true}
	}
	if list := act.trials[asker]; len(list) >= trialsOfAsker {
		return &TooMuch{"you have tested 20 contacts within a minute; wait for a minute and go on", trialSpan - now.Sub(list[0]), true}
	}
	act.trials[contact] = append(act.trials[contact], now)
	act.trials[asker] = append(act.trials[asker], now)
	return nil
}

// trialKey is a contact, or who asks for tests.
type trialKey struct {
	person  id.Person
	contact string
	by      string
}
