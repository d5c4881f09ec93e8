package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
)

// perStep is how many timers one transaction takes.
const perStep = 50

// workers lists every kind of timer there is. A worker is safe to run twice.
var workers = map[string]func(*batch, context.Context, string) error{
	action.TimerEscalate: (*batch).escalate,
	action.TimerLapse:    (*batch).lapse,
	action.TimerDeliver:  (*batch).deliver,
}

// batch is one transaction of timers.
type batch struct {
	e        *Engine
	tx       *store.Tx
	careful  bool    // each timer in a savepoint of its own
	lane     id.Team // of the timer that runs
	reserved []seat
	calls    []called
	readAt   time.Time // when what they are about was read, by the clock of the machine
}

// called is a send that is claimed, and the room kept for its call.
type called struct {
	send notify.Send
	seat seat
	at   time.Time // when it was claimed, by the clock of the machine

	known *action.Paging // its alert and all the pages of that, as of then; nil: to be read
}

// step runs up to perStep timers that are due in one transaction, taking turns
// over the lanes so that one team's storm never delays another's page. After
// the commit it begins the calls. It returns how many timers it ran and when
// the next one is due (zero: there is none).
func (e *Engine) step(ctx context.Context, begin func(called)) (did int, next time.Time, err error) {
	lanes, err := e.Act.DB.Lanes(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	due, next := split(lanes, e.Act.DB.Now())
	if len(due) == 0 {
		return 0, next, nil
	}
	b := &batch{e: e}
	if did, err = b.commit(ctx, due); err != nil { // one of them fails: find it
		b = &batch{e: e, careful: true}
		did, err = b.commit(ctx, due)
	}
	if err != nil {
		return 0, next, fmt.Errorf("run timers: %w", err)
	}
	for _, c := range b.calls {
		begin(c)
	}
	return did, b.tx.Now, nil
}

// commit runs a batch in one transaction. When that fails nothing is done, and
// the room that was kept is given back.
func (b *batch) commit(ctx context.Context, due []id.Team) (did int, err error) {
	err = b.e.Act.DB.Do(ctx, func(tx *store.Tx) error {
		b.undo(0, 0) // of a try that the database undid
		b.tx = tx
		did, err = b.run(ctx, due)
		return err
	})
	if err != nil {
		b.undo(0, 0)
	}
	return did, err
}

// undo gives back the room and the claims that were taken since there were so
// many of them.
func (b *batch) undo(reserved, calls int) {
	b.e.room.leaveAll(b.reserved[reserved:])
	for _, c := range b.calls[calls:] {
		b.e.claims.drop(c.send.ID)
	}
	b.reserved, b.calls = b.reserved[:reserved], b.calls[:calls]
}

// split returns the lanes with something due at now and when the first of the
// others is.
func split(lanes []store.Lane, now time.Time) (due []id.Team, next time.Time) {
	for _, l := range lanes {
		if !l.DueAt.After(now) {
			due = append(due, l.Team)
		}
		if next.IsZero() || l.DueAt.Before(next) {
			next = l.DueAt
		}
	}
	return due, next
}

// run takes an equal share of each lane, beginning at another one each time.
func (b *batch) run(ctx context.Context, lanes []id.Team) (int, error) {
	if _, err := b.tx.Setup(ctx); err != nil { // first: then it costs no round trip
		return 0, err
	}
	share := max(1, perStep/len(lanes))
	start := int(b.e.room.turn.Add(1)) % len(lanes)
	did := 0
	for i := range lanes {
		if did >= perStep {
			break
		}
		b.lane = lanes[(start+i)%len(lanes)]
		timers, err := b.tx.ClaimTimers(ctx, b.lane, share)
		if err != nil {
			return did, err
		}
		if err := b.ahead(ctx, timers); err != nil {
			return did, err
		}
		for _, t := range timers {
			if err := b.one(ctx, t); err != nil {
				return did, err
			}
		}
		did += len(timers)
	}
	return did, nil
}

// ahead locks what timers are about, all at once.
func (b *batch) ahead(ctx context.Context, timers []store.Timer) error {
	var alerts []id.Alert
	var sends []id.Send
	for _, t := range timers {
		if t.Kind == action.TimerDeliver {
			sends = append(sends, id.Send(t.Ref))
		} else {
			alerts = append(alerts, id.Alert(t.Ref))
		}
	}
	b.readAt = time.Now()
	if b.careful { // one of them may be what fails
		return nil
	}
	return b.tx.LockAhead(ctx, alerts, sends)
}

// one runs a timer, in a savepoint when the batch is careful. One that fails is planned again, later each
// time; what it is about is not there any more: it is done.
func (b *batch) one(ctx context.Context, t store.Timer) error {
	late := b.tx.Now.Sub(t.DueAt)
	b.e.note(func(h *Health) { h.Late = late })
	if !b.careful {
		return b.guarded(ctx, t)
	}
	reserved, calls := len(b.reserved), len(b.calls)
	err := b.tx.Savepoint(ctx, func() error { return b.guarded(ctx, t) })
	if err == nil {
		return nil
	}
	b.undo(reserved, calls)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	b.e.Log.Error("a timer failed and is tried again", "kind", t.Kind, "ref", t.Ref, "attempt", t.Attempt+1, "error", err)
	t.Attempt++
	t.DueAt = b.tx.Now.Add(backoff(t.Attempt))
	return b.tx.SetTimers(ctx, t)
}

// backoff is how long a timer that failed waits: 1 s, doubled up to 30 s.
func backoff(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 5), 30*time.Second)
}

// guarded runs the worker of a timer.
func (b *batch) guarded(ctx context.Context, t store.Timer) error {
	work, ok := workers[t.Kind]
	if !ok {
		return fmt.Errorf("there is no worker for timers of kind %q: a newer version planned it", t.Kind)
	}
	return safely(func() error {
		if held, err := b.e.Act.Hold(ctx, b.tx, t); held || err != nil {
			return err
		}
		return work(b, ctx, t.Ref)
	})
}

// safely runs fn; a panic is its error.
func safely(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
		}
	}()
	return fn()
}

func (b *batch) escalate(ctx context.Context, ref string) error {
	paging, err := b.e.Act.Escalate(ctx, b.tx, id.Alert(ref), b.reserve)
	if err != nil {
		return err
	}
	var known *action.Paging
	if paging.Alert.Pagings == 1 { // its pages are all there are
		known = &paging
	}
	for _, s := range paging.Calls {
		b.claimed(s, known)
	}
	return nil
}

func (b *batch) lapse(ctx context.Context, ref string) error {
	return b.e.Act.Lapse(ctx, b.tx, id.Alert(ref))
}

func (b *batch) deliver(ctx context.Context, ref string) error {
	s, ok, err := b.e.Act.Claim(ctx, b.tx, id.Send(ref), b.reserve)
	if err != nil || !ok {
		return err
	}
	b.claimed(s, nil)
	return nil
}

// reserve keeps room for the call of a send; see action.Reserve.
func (b *batch) reserve(s notify.Send) time.Duration {
	to := b.seatOf(s)
	if !b.e.room.enter(to, quiet(s)) {
		return b.e.room.back(to, quiet(s), b.tx.Now)
	}
	b.reserved = append(b.reserved, to)
	return 0
}

func (b *batch) seatOf(s notify.Send) seat { return seat{b.lane, b.e.placeOf(s)} }

// claimed takes a send for its call, in the order in which room was kept: where
// a contact leads may have changed since.
func (b *batch) claimed(s notify.Send, known *action.Paging) {
	b.e.claims.hold(s.ID)
	b.calls = append(b.calls, called{send: s, known: known, seat: b.reserved[len(b.calls)], at: b.readAt})
}
