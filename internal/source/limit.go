package source

import (
	"cmp"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"firehall/internal/route"
)

// limits is route.Limits for many goroutines.
type limits struct {
	mu sync.Mutex
	route.Limits
}

func (l *limits) take(name string, r route.Rate, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Take(name, r, now)
}

// overLimit returns how long a source has to wait by its own limit; 0 when it
// has none or is within it.
func (d *Doors) overLimit(s route.Source) time.Duration {
	if s.Limit == "" {
		return 0
	}
	rate, err := route.ParseRate(s.Limit)
	if err != nil {
		return 0 // a limit that cannot be read limits nothing
	}
	return d.limits.take(string(s.Name)+" "+s.Limit, rate, d.db.Now()) // another limit begins anew
}

// stranger returns the result for a key that no source of the kind has, and
// slows down who tries many. It never delays a key that is known.
func (d *Doors) stranger(r *http.Request) result {
	wait := d.guesses.take(route.Peer(d.remote(r)), guessing, d.db.Now())
	if wait > 0 {
		return result{end: limited, wait: retryAfter(wait)}
	}
	d.unknown(cmp.Or(r.PathValue("kind"), pagerDuty))
	return result{end: unknown}
}

// retryAfter is how long a sender is to wait.
type retryAfter time.Duration

// String returns it as the header has it: whole seconds, at least one.
func (w retryAfter) String() string {
	seconds := (time.Duration(w) + time.Second - 1) / time.Second
	return strconv.Itoa(max(1, int(seconds)))
}

// room bounds how many bytes of bodies are held at once, besides those small
// enough for a buffer of the pool.
type room struct{ left atomic.Int64 }

// take takes n bytes and says whether they were there.
func (r *room) take(n int) bool {
	if r.left.Add(-int64(n)) < 0 {
		r.give(n)
		return false
	}
	return true
}

func (r *room) give(n int) { r.left.Add(int64(n)) }
