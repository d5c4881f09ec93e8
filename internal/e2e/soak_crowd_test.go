package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fates say what becomes of a signal; each key begins with one.
var fates = []string{"ack", "ack", "ack", "resolve", "over", "decline", "deaf"}

// crowd is the receivers of everybody in a soak, and the people behind them.
type crowd struct {
	*httptest.Server
	soak    *soak
	calm    atomic.Bool // nothing fails any more
	answers sync.WaitGroup

	mu    sync.Mutex
	calls []ring
	count int                  // pages
	seen  map[string]bool      // keys that somebody answers, by key and person
	acked map[string]time.Time // by key: when the first ack was answered 200
	began map[string]time.Time // by key: when it was first paged
}

// ring is one call of a receiver.
type ring struct {
	person, key, send, kind string
	at, until               time.Time
	end                     ending
}

// ending is how a receiver answered.
type ending int

const (
	took   ending = iota // 200
	busy                 // 503: surely not taken
	hungUp               // the connection was cut: nobody knows
)

func newCrowd(t *testing.T, s *soak) *crowd {
	c := &crowd{soak: s, seen: map[string]bool{}, acked: map[string]time.Time{}, began: map[string]time.Time{}}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Close)
	return c
}

func (c *crowd) pages() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

func (c *crowd) serve(w http.ResponseWriter, r *http.Request) {
	var p page
	one := ring{at: time.Now(), person: strings.Split(r.URL.Path, "/")[1], send: r.Header.Get("Firehall-Send")}
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	one.key, one.kind, one.end = p.Alert.Key, p.Type, c.mood()
	switch one.end {
	case busy:
		http.Error(w, "too much to do", http.StatusServiceUnavailable)
	case hungUp:
		defer panic(http.ErrAbortHandler)
	case took:
	}
	one.until = time.Now()
	c.note(one)
	if one.end != busy && p.Type == "page" {
		c.answer(one, p)
	}
}

// mood returns how a call is answered, and takes the time that it takes.
func (c *crowd) mood() ending {
	if c.calm.Load() {
		return took
	}
	switch n := rand.IntN(100); {
	case n < 4:
		return busy
	case n < 6:
		return hungUp
	case n < 12:
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
	default:
		time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
	}
	return took
}

func (c *crowd) note(one ring) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, one)
	if one.kind != "page" {
		return
	}
	c.count++
	if _, known := c.began[one.key]; !known {
		c.began[one.key] = one.at
	}
}

// answer has the person who is paged do what the fate of the alert says.
func (c *crowd) answer(one ring, p page) {
	fate, _, _ := strings.Cut(one.key, "-")
	first := strings.HasPrefix(one.person, "first-")
	if fate == "deaf" && first {
		return
	}
	c.mu.Lock()
	again := c.seen[one.key+" "+one.person]
	c.seen[one.key+" "+one.person] = true
	c.mu.Unlock()
	if again {
		return
	}
	c.answers.Go(func() {
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
		switch {
		case fate == "over" && first:
			c.soak.over(one.key)
		case fate == "resolve" && first:
			c.tap(p.Actions["resolve"])
		case fate == "decline" && first:
			c.tap(p.Actions["decline"])
		default:
			c.ack(one.key, p)
			time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
			c.soak.over(one.key)
		}
	})
}

func (c *crowd) ack(key string, p page) {
	if !c.tap(p.Actions["ack"]) {
		return
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.acked[key]; !known {
		c.acked[key] = now
	}
}

// tap posts an action of a page to any node until one answers: 200 says that it
// is done, anything else under 500 that it was too late.
func (c *crowd) tap(action string) bool {
	u, err := url.Parse(action)
	for err == nil && c.soak.Context().Err() == nil {
		u.Host = c.soak.anyNode()
		if resp, err := patient.Post(u.String(), "application/json", nil); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode < 500 {
				return resp.StatusCode == http.StatusOK
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}
