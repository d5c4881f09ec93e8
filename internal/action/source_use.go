package action

import (
	"context"
	"slices"
	"sync"
	"time"

	"firehall/internal/id"
)

// usedEvery is how often it is written that a source is heard.
const usedEvery = time.Hour

// uses remembers when it was last written that a source was heard.
type uses struct {
	mu      sync.Mutex
	written map[id.Source]time.Time
}

// due returns those of some sources of which it was not written within
// usedEvery, sorted and without repeats.
func (u *uses) due(list []id.Source, now time.Time) []id.Source {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := slices.DeleteFunc(list, func(n id.Source) bool {
		at, ok := u.written[n]
		return n == "" || (ok && now.Sub(at) < usedEvery)
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// wrote remembers what is committed.
func (u *uses) wrote(list []id.Source, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.written == nil {
		u.written = map[id.Source]time.Time{}
	}
	for _, n := range list {
		u.written[n] = now
	}
}

// heard writes that the sources of a group's messages are in use: each once an
// hour, in the order of their names.
func (g *group) heard(ctx context.Context) error {
	names := make([]id.Source, 0, len(g.messages))
	for i, m := range g.messages {
		if i == 0 || m.Source != g.messages[i-1].Source {
			names = append(names, m.Source)
		}
	}
	due, now := g.act.uses.due(names, g.tx.Now), g.tx.Now
	for _, n := range due {
		if err := g.tx.UseSource(ctx, n); err != nil {
			return err
		}
	}
	if len(due) > 0 {
		g.tx.After(func() { g.act.uses.wrote(due, now) })
	}
	return nil
}
