package action

import (
	"fmt"
	"sync"
	"time"

	"firehall/internal/intake"
)

// maxStrangers is how many calls with unknown keys a node remembers.
const maxStrangers = 1000

// strangers remembers the last calls with keys that no source has, without the
// keys: on this node, and until it ends.
type strangers struct {
	mu   sync.Mutex
	list []stranger // the oldest first
}

type stranger struct {
	at   time.Time
	kind string
}

// Stranger notes that somebody called a door of a kind with a key that no
// source of it has. A kind that does not exist is not remembered.
func (act *Actions) Stranger(kind string) {
	if _, ok := intake.KindNamed(kind); !ok {
		return
	}
	s := &act.strangers
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) >= maxStrangers {
		s.list = append(s.list[:0], s.list[maxStrangers/10:]...)
	}
	s.list = append(s.list, stranger{act.DB.Now(), kind})
}

// near returns how many strangers called at a door of a kind within NearBy of
// a time.
func (s *strangers) near(kind string, at time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.list {
		if one.kind == kind && apart(one.at, at) <= NearBy {
			n++
		}
	}
	return n
}

// strangers says what is known about calls with unknown keys.
func (e explainer) strangers(kind string, at time.Time) string {
	if n := e.act.strangers.near(kind, at); n > 0 {
		return fmt.Sprintf("But this node refused %s to /in/%s then, whose key no source of that kind has: compare the key in the sender's address with the source's", plural(n, "call", "calls"), kind)
	}
	return "A sender whose key no source has is refused, and nothing of it is kept; this node knows of none then"
}
