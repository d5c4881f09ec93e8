package engine

import (
	"net/url"
	"sync"
	"sync/atomic"

	"firehall/internal/notify"
)

// Limits of the calls that run at once.
const (
	maxCalls   = 512 // in all
	maxCallsTo = 64  // to one place: a dead one must not hold up the others
)

// place is where a call goes: a kind of contact and a host.
type place string

// room counts the calls that run.
type room struct {
	turn  atomic.Uint64 // where the rotation over lanes begins
	mu    sync.Mutex
	total int
	to    map[place]int
}

func newRoom() *room { return &room{to: map[place]int{}} }

// enter keeps room for one call; it returns false when there is none.
func (r *room) enter(p place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.total >= maxCalls || r.to[p] >= maxCallsTo {
		return false
	}
	r.total++
	r.to[p]++
	return true
}

// leave gives the room of one call back.
func (r *room) leave(p place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total--
	if r.to[p]--; r.to[p] <= 0 {
		delete(r.to, p)
	}
}

func (r *room) leaveAll(list []place) {
	for _, p := range list {
		r.leave(p)
	}
}

// Calls returns how many calls to providers run.
func (e *Engine) Calls() int {
	e.room.mu.Lock()
	defer e.room.mu.Unlock()
	return e.room.total
}

// placeOf returns where a send goes.
func (e *Engine) placeOf(s notify.Send) place {
	to := e.Act.DB.Setup().People[s.Person].Contacts[s.Contact].To
	if u, err := url.Parse(to); err == nil && u.Host != "" {
		return place(s.Channel + " " + u.Host)
	}
	return place(s.Channel)
}
