package action

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/store"
)

// Arrival is one message and what was read from it.
type Arrival struct {
	Source  route.Source // zero for an alert that a person raises
	Service id.Service   // only without a source
	By      id.Person    // who raised it; "" for a source or a token without a person
	Body    []byte       // what is kept: at most the limit of its kind
	Size    int          // bytes that arrived
	Signals []alert.Signal
	Urgency alert.Urgency // 0: what the service makes of the severity
}

// Receipt is what became of an arrival.
type Receipt struct {
	Message id.Message
	Alerts  []id.Alert // one for each signal; "" where it changed nothing
}

// Ingest keeps a message and folds its signals into alerts. When it returns
// without an error all of that is durable. It fails with ErrBusy when too much
// waits. A signal without a key must have been given one.
//
// It is the one action that shares a transaction: whatever arrived while the
// previous commit ran goes into the next. A message's signals commit together;
// a group that fails is tried again one by one.
func (act *Actions) Ingest(ctx context.Context, in Arrival) (Receipt, error) {
	return act.inbox.put(ctx, in)
}

// Limits of one group.
const (
	groupArrivals = 256
	groupBytes    = 8 << 20
	groupSignals  = 4000
	inboxSize     = 4096
)

// ErrBusy says that more is waiting than can be held: the sender should try
// again.
var ErrBusy = errors.New("more messages are waiting than can be held; send it again in a few seconds")

// inbox collects arrivals into groups.
type inbox struct {
	act     *Actions
	queue   chan *waiting
	done    sync.WaitGroup
	mu      sync.RWMutex
	stopped bool
}

// waiting is an arrival whose caller waits for the commit.
type waiting struct {
	Arrival
	receipt Receipt
	err     error
	ready   chan struct{}
}

func newInbox(act *Actions) *inbox {
	in := &inbox{act: act, queue: make(chan *waiting, inboxSize)}
	workers := 1 // SQLite has one writer
	if act.DB.Postgres() {
		workers = 2 // one commits while the other works
	}
	in.done.Add(workers)
	for range workers {
		go in.work()
	}
	return in
}

func (in *inbox) close() {
	in.mu.Lock()
	if !in.stopped {
		in.stopped = true
		close(in.queue)
	}
	in.mu.Unlock()
	in.done.Wait()
}

func (in *inbox) put(ctx context.Context, a Arrival) (Receipt, error) {
	w := &waiting{Arrival: a, ready: make(chan struct{})}
	if err := in.enqueue(w); err != nil {
		return Receipt{}, err
	}
	select {
	case <-w.ready:
		return w.receipt, w.err
	case <-ctx.Done(): // it may still commit: folding makes a repeat harmless
		return Receipt{}, ctx.Err()
	}
}

func (in *inbox) enqueue(w *waiting) error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.stopped {
		return ErrBusy
	}
	select {
	case in.queue <- w:
		return nil
	default:
		return ErrBusy
	}
}

// Waiting returns how many messages wait for their commit.
func (act *Actions) Waiting() int { return len(act.inbox.queue) }

func (in *inbox) work() {
	defer in.done.Done()
	for first := range in.queue {
		batch := in.gather(first)
		in.settle(batch, in.act.commit(context.Background(), batch))
	}
}

// keysOf returns the keys of the signals of some arrivals, some twice.
func keysOf(batch []*waiting) []store.AlertKey {
	var keys []store.AlertKey
	for _, w := range batch {
		for i := range w.Signals {
			keys = append(keys, w.keyOf(i))
		}
	}
	return keys
}

// gather returns first and what else waits already, within the limits.
func (in *inbox) gather(first *waiting) []*waiting {
	batch, bytes, signals := []*waiting{first}, len(first.Body), len(first.Signals)
	for len(batch) < groupArrivals && bytes < groupBytes && signals < groupSignals {
		select {
		case next, ok := <-in.queue:
			if !ok {
				return batch
			}
			batch, bytes, signals = append(batch, next), bytes+len(next.Body), signals+len(next.Signals)
		default:
			return batch
		}
	}
	return batch
}

// settle answers the callers. A failed group is tried again one by one, so
// that one bad arrival does not fail its neighbours.
func (in *inbox) settle(batch []*waiting, err error) {
	for _, w := range batch {
		if w.err = err; err != nil {
			w.err = in.act.commit(context.Background(), []*waiting{w})
		}
		close(w.ready)
	}
}

// commit puts a batch into one transaction and fills in the receipts. A panic is
// its error: what one message brings must not end the others' node.
func (act *Actions) commit(ctx context.Context, batch []*waiting) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the work on messages panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return act.DB.DoAs(ctx, store.Ingesting, func(tx *store.Tx) error {
		w, err := act.workIn(ctx, tx)
		if err != nil {
			return err
		}
		return newGroup(w).run(ctx, batch)
	})
}
