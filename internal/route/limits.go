package route

import (
	"net/netip"
	"time"
)

// Limits says who may do how much. Each name has a bucket that holds Count of
// its rate and fills evenly, all of it in Per. It is for one goroutine at a
// time.
type Limits struct {
	Max  int                  // names that are remembered; beyond them any one is forgotten
	full map[string]time.Time // when a name's bucket is full again
}

// Take takes one from the bucket of name at now. When it is empty nothing is
// taken, and it returns how long it takes until there is one; 0 otherwise.
func (l *Limits) Take(name string, r Rate, now time.Time) time.Duration {
	each := r.Per / time.Duration(r.Count)
	full := l.full[name]
	if full.Before(now) || full.Sub(now) > r.Per { // it is never further away, unless the clock was set back
		full = now
	}
	full = full.Add(each)
	if wait := full.Sub(now) - r.Per; wait > 0 {
		return wait
	}
	l.keep(name, full)
	return 0
}

// keep remembers when the bucket of name is full.
func (l *Limits) keep(name string, full time.Time) {
	if l.full == nil {
		l.full = map[string]time.Time{}
	}
	if _, known := l.full[name]; !known && len(l.full) >= l.Max {
		for other := range l.full { // whichever comes first
			delete(l.full, other)
			break
		}
	}
	l.full[name] = full
}

// Peer returns the name under which a caller's address is limited: the address,
// or for IPv6 its network of 64 bits, for all of that is one caller's.
func Peer(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
