package source

import (
	"context"
	"net/http"
	"sync"
	"time"

	"firehall/internal/route"
	"firehall/internal/store"
)

// keys finds sources by their keys.
type keys struct {
	hash  func(string) string
	fresh fresh

	mu     sync.RWMutex
	hashes map[string]string // of keys that some source had
}

// maxHashes is how many hashes of keys are remembered.
const maxHashes = 10_000

// source returns the source of a kind that has this key. One that another node
// has made a moment ago is found too. It fails when it cannot be known whether
// there is one.
func (d *Doors) source(ctx context.Context, kind, key string) (s route.Source, found bool, err error) {
	if !route.IsKey(key) {
		return s, false, nil
	}
	hash, known := d.keys.hashOf(key)
	if s, found = d.db.Setup().SourceByKey(hash); !found {
		setup, err := d.keys.fresh.setup(context.WithoutCancel(ctx)) // it is short, and half a connection is enough
		if err != nil {
			return s, false, err
		}
		s, found = setup.SourceByKey(hash)
	}
	if found && !known {
		d.keys.remember(key, hash)
	}
	return s, found && s.Kind == kind, nil
}

// unsure returns the result when it cannot be known whether a key is valid: its
// sender is to try again.
func (d *Doors) unsure(r *http.Request, err error) result {
	d.log.Error("a key could not be looked up; its sender is told to try again", "route", r.Pattern, "error", err)
	return result{end: failed}
}

func (k *keys) hashOf(key string) (hash string, known bool) {
	k.mu.RLock()
	hash, known = k.hashes[key]
	k.mu.RUnlock()
	if !known {
		hash = k.hash(key)
	}
	return hash, known
}

func (k *keys) remember(key, hash string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.hashes == nil || len(k.hashes) >= maxHashes {
		k.hashes = map[string]string{}
	}
	k.hashes[key] = hash
}

// freshEvery is how often unknown keys have the setup read again, at most.
const freshEvery = 100 * time.Millisecond

// patience is how long reading the setup may take.
const patience = 5 * time.Second

// fresh reads the setup for those who ask for a key that this node does not
// know. All who ask while one reading runs, or rests, share the next.
type fresh struct {
	read func(context.Context) (*store.Setup, error)

	mu      sync.Mutex
	next    *reading // what those who ask now will get; nil: nobody asks
	running bool
}

// reading is one reading of the setup.
type reading struct {
	done  chan struct{}
	setup *store.Setup
	err   error
}

// setup returns the setup as committed when it was called, or later. It takes
// up to freshEvery longer than reading it does.
func (f *fresh) setup(ctx context.Context) (*store.Setup, error) {
	f.mu.Lock()
	if f.next == nil {
		f.next = &reading{done: make(chan struct{})}
	}
	mine := f.next
	if !f.running {
		f.running = true
		go f.run()
	}
	f.mu.Unlock()
	select {
	case <-mine.done:
		return mine.setup, mine.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run reads while somebody asks.
func (f *fresh) run() {
	rest := time.NewTicker(freshEvery)
	defer rest.Stop()
	for {
		f.mu.Lock()
		now := f.next
		f.next = nil
		f.running = now != nil
		f.mu.Unlock()
		if now == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		now.setup, now.err = f.read(ctx)
		cancel()
		close(now.done)
		<-rest.C
	}
}
