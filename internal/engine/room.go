package engine

import (
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
)

// Limits of the calls that run at once.
const (
	maxCalls   = 1024 // in all
	maxCallsTo = 128  // to one place: a dead one must not hold up the others
)

// place is where a call goes: a kind of contact and a host.
type place string

// seat is what a call takes room for: a place, on behalf of a team.
type seat struct {
	lane  id.Team
	place place
}

// room counts the calls that run. Whoever takes part of a limit leaves at least
// as much for the others: a team half of all calls and half of a place, a place
// half of its team's. So neither the dead receivers of one team, however many
// hosts they are, nor a host that all share ever keep another team waiting.
type room struct {
	turn  atomic.Uint64 // where the rotation over lanes begins
	mu    sync.Mutex
	total int
	to    map[place]int
	of    map[id.Team]int
	at    map[seat]int
	lines map[line]time.Time
	paces map[seat]pace
}

// pace is how fast calls end.
type pace struct {
	last  time.Time     // by the clock of the machine
	every time.Duration // a mean of the times between two ends
}

// line is where sends wait that found no room; those that tell quietly who has
// an alert have their own, behind which no page waits.
type line struct {
	seat  seat
	quiet bool
}

func newRoom() *room {
	return &room{to: map[place]int{}, of: map[id.Team]int{}, at: map[seat]int{}, lines: map[line]time.Time{}, paces: map[seat]pace{}}
}

// enter keeps room for one call; it returns false when there is none. A quarter
// of each limit is for pages alone.
func (r *room) enter(s seat, quiet bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	fits := func(own, used, limit int) bool {
		left := limit - used
		if quiet {
			left -= limit / 4
		}
		return own < left
	}
	if !fits(r.of[s.lane], r.total, maxCalls) || !fits(r.at[s], r.to[s.place], maxCallsTo) || !fits(r.at[s], r.of[s.lane], maxCalls/2) {
		return false
	}
	r.total++
	r.to[s.place]++
	r.of[s.lane]++
	r.at[s]++
	return true
}

// leave gives the room of one call back.
func (r *room) leave(s seat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total--
	less(r.to, s.place)
	less(r.of, s.lane)
	less(r.at, s)
}

// over gives the room of a call back that has ended.
func (r *room) over(s seat) {
	r.leave(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended(s, time.Now())
}

// ended notes when a call ended. Sixteen or so make the mean.
func (r *room) ended(s seat, at time.Time) {
	if len(r.paces) >= maxLines {
		clear(r.paces)
	}
	p, known := r.paces[s]
	if !known {
		p = pace{last: at, every: backEvery}
	}
	p.every += (at.Sub(p.last) - p.every) / 16
	p.last = at
	r.paces[s] = p
}

func less[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

func (r *room) leaveAll(list []seat) {
	for _, s := range list {
		r.leave(s)
	}
}

// How those who found no room come back: one after another, as fast as calls
// end and no faster than that, so that looking again after ten thousand of them
// leaves time for everybody else.
const (
	backSoonest  = 50 * time.Millisecond
	backFastest  = 400 * time.Microsecond
	backEvery    = 2 * time.Millisecond  // also where calls end more slowly
	backTogether = 10 * time.Millisecond // in one transaction
	backAtLatest = 15 * time.Second
	maxLines     = 1000 // that are remembered
)

// back returns how long a send that found no room waits before it tries again.
func (r *room) back(s seat, quiet bool, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) >= maxLines {
		clear(r.lines)
	}
	every := backEvery
	if p, known := r.paces[s]; known {
		every = min(max(p.every, backFastest), backEvery)
	}
	wait := r.lines[line{s, quiet}].Add(every).Sub(now)
	wait = min(max(wait, backSoonest), backAtLatest) // also after the clock was set back
	r.lines[line{s, quiet}] = now.Add(wait)
	return now.Add(wait + backTogether - 1).Truncate(backTogether).Sub(now)
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

// quiet says whether a send tells nobody to act.
func quiet(s notify.Send) bool { return alert.Urgency(s.Urgency) <= alert.None }
