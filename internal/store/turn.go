package store

import (
	"container/heap"
	"context"
	"sync"
)

// Priority orders those who wait for SQLite's only writer; a smaller one goes
// first.
type Priority int

// Priorities of writes.
const (
	Urgent     Priority = iota // acknowledgements and timers
	Sending                    // sends and their receipts
	Ingesting                  // groups of signals
	Background                 // retention, checkpoints
)

// turns hands the writer to one holder at a time: the most urgent, and among
// equals the one who waits longest. (database/sql would choose at random.)
type turns struct {
	mu    sync.Mutex
	taken bool
	seq   uint64
	queue waiters
}

type waiter struct {
	priority Priority
	seq      uint64
	ready    chan struct{}
	index    int // -1: not waiting any more
}

// take waits for the turn. It fails only when ctx ends first.
func (t *turns) take(ctx context.Context, p Priority) error {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	t.seq++
	w := &waiter{priority: p, seq: t.seq, ready: make(chan struct{})}
	heap.Push(&t.queue, w)
	t.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		t.leave(w)
		return ctx.Err()
	}
}

// leave takes a waiter out of the queue, or gives back the turn that it was
// given while it left.
func (t *turns) leave(w *waiter) {
	t.mu.Lock()
	waiting := w.index >= 0
	if waiting {
		heap.Remove(&t.queue, w.index)
	}
	t.mu.Unlock()
	if !waiting {
		t.give()
	}
}

// give hands the turn to whoever is next.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		t.taken = false
		return
	}
	close(heap.Pop(&t.queue).(*waiter).ready)
}

// waiting says how many wait.
func (t *turns) waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queue)
}

type waiters []*waiter

func (q waiters) Len() int { return len(q) }

func (q waiters) Less(i, j int) bool {
	if q[i].priority != q[j].priority {
		return q[i].priority < q[j].priority
	}
	return q[i].seq < q[j].seq
}

func (q waiters) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*q)
	*q = append(*q, w)
}

func (q *waiters) Pop() any {
	old := *q
	w := old[len(old)-1]
	*q = old[:len(old)-1]
	w.index = -1
	return w
}
