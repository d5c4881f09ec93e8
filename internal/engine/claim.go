package engine

import (
	"sync"

	"firehall/internal/id"
)

// claims are the sends that this node has claimed, from before the claim's
// commit until its receipt is kept. What is claimed in the database and not
// here has nobody who calls it.
type claims struct {
	mu   sync.Mutex
	held map[id.Send]bool
}

func newClaims() *claims { return &claims{held: map[id.Send]bool{}} }

func (c *claims) hold(n id.Send) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[n] = true
}

func (c *claims) drop(n id.Send) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, n)
}

func (c *claims) holds(n id.Send) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[n]
}
