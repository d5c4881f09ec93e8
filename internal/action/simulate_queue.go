package action

import "time"

// due is the place of a send in the queue of a forecast.
type due struct {
	at   time.Time
	send int // of forecaster.sends
}

// dueQueue is a heap of what waits, the soonest first; of what is due together
// the one that was planned first. See container/heap.
type dueQueue []due

func (q dueQueue) Len() int { return len(q) }

func (q dueQueue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].send < q[j].send
}

func (q dueQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *dueQueue) Push(x any) { *q = append(*q, x.(due)) }

func (q *dueQueue) Pop() any {
	last := len(*q) - 1
	out := (*q)[last]
	*q = (*q)[:last]
	return out
}
