package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
)

// staleAfter is how long after its claim a call may begin without reading the
// alert's status again: an acknowledgement must stop every call that begins
// more than 100 ms after its commit.
const staleAfter = 20 * time.Millisecond

// begin calls a claimed send in a goroutine of its own; its receipt is kept by
// record.
func (e *Engine) begin(c called) {
	e.calls.Go(func() {
		defer e.room.over(c.seat)
		if done, ok := e.call(context.Background(), c); ok {
			e.results <- done
		} else {
			e.claims.drop(c.send.ID)
		}
	})
}

// call tells the person. It returns false when that turned out to be needless
// before the call began. A panic is an outcome that nobody knows.
func (e *Engine) call(ctx context.Context, c called) (out action.Called, done bool) {
	defer func() {
		if r := recover(); r != nil {
			e.Log.Error("a call panicked", "send", c.send.ID, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			out = action.Called{Send: c.send, Outcome: channel.Outcome{Status: channel.Unknown, Words: "Firehall itself failed while it called"}}
			done = true
		}
	}()
	setup := e.Act.DB.Setup()
	n, err := e.notice(ctx, setup, c)
	if err != nil {
		words := "the notice could not be written"
		e.Log.Error(words, "send", c.send.ID, "error", err)
		return action.Called{Send: c.send, Outcome: channel.Outcome{Status: channel.Retry, Words: words}}, true
	}
	if time.Since(c.at) > staleAfter || e.moved(c.send, n.Alert.Status) {
		if why, err := e.Act.Needless(ctx, e.Act.DB, setup, c.send); err == nil && why != "" {
			return action.Called{}, e.skip(ctx, c.send, why)
		}
	}
	out = action.Called{Send: c.send, Mark: markOf(setup, c.send), OpenedAt: n.Alert.OpenedAt}
	out.Outcome = e.Sender.Send(ctx, e.Act.OpenContact(setup, c.send.Person, c.send.Contact), n)
	return out, true
}

// markOf returns the mark of the contact of a send, "" when it is gone.
func markOf(setup *store.Setup, s notify.Send) string {
	contact, ok := setup.People[s.Person].Contacts[s.Contact]
	if !ok {
		return ""
	}
	return contact.Mark()
}

// moved says whether the alert is not what the send was claimed for.
func (e *Engine) moved(s notify.Send, now alert.Status) bool {
	return s.Kind == notify.PageSend && now != alert.Triggered
}

// skip gives a claim up and returns false: there is no receipt.
func (e *Engine) skip(ctx context.Context, s notify.Send, why string) bool {
	err := e.Act.DB.DoAs(ctx, store.Sending, func(tx *store.Tx) error { return e.Act.Skip(ctx, tx, s.ID, why) })
	if err != nil {
		e.Log.Error("a needless send could not be skipped", "send", s.ID, "error", err)
	}
	return false
}

// perRecord is how many receipts one transaction keeps.
const perRecord = 64

// record keeps receipts until results is closed, many in one transaction when
// they come fast.
func (e *Engine) record(ctx context.Context) {
	for first := range e.results {
		list := []action.Called{first}
	gather:
		for len(list) < perRecord {
			select {
			case next, ok := <-e.results:
				if !ok {
					break gather
				}
				list = append(list, next)
			default:
				break gather
			}
		}
		e.keepAll(ctx, list)
	}
}

// keepTries is how often a receipt is tried that cannot be kept though the
// database works.
const keepTries = 50

// keepAll keeps receipts, however long the database fails: a claim without its
// receipt would be repeated. Once ctx has ended it does not go on for long.
func (e *Engine) keepAll(ctx context.Context, list []action.Called) {
	for try := 0; try < keepTries; {
		err := e.keep(context.WithoutCancel(ctx), list)
		e.complain("receipts", err)
		switch {
		case err == nil || len(list) == 1 && fault.Is(err, fault.NotFound):
			e.dropAll(list)
			return
		case len(list) > 1: // one of them fails: find it
			for i := range list {
				e.keepAll(ctx, list[i:i+1])
			}
			return
		}
		time.Sleep(restFor)
		if ctx.Err() != nil || e.works(ctx) {
			try++
		}
	}
	e.dropAll(list)
	e.Log.Error("receipts could not be kept; what they are about may be sent again", "receipts", len(list))
}

func (e *Engine) dropAll(list []action.Called) {
	for _, c := range list {
		e.claims.drop(c.Send.ID)
	}
}

// works says whether the database answers.
func (e *Engine) works(ctx context.Context) bool {
	return e.Act.DB.Do(ctx, func(*store.Tx) error { return nil }) == nil
}

// keep records receipts in one transaction: all of them, or none.
func (e *Engine) keep(ctx context.Context, list []action.Called) error {
	var paged []func()
	err := e.Act.DB.DoAs(ctx, store.Sending, func(tx *store.Tx) error {
		paged = paged[:0]
		if _, err := tx.Setup(ctx); err != nil { // first: then it costs no round trip
			return err
		}
		sends := make([]id.Send, len(list))
		for i, c := range list {
			sends[i] = c.Send.ID
		}
		if err := tx.LockAhead(ctx, nil, sends); err != nil {
			return err
		}
		for _, c := range list {
			if err := safely(func() error { return e.Act.Record(ctx, tx, c, e.Jitter()) }); err != nil {
				return fmt.Errorf("keep the receipt of %s: %w", c.Send.ID, err)
			}
			paged = append(paged, func() { e.meter(c, tx.Now) })
		}
		return nil
	})
	if err == nil {
		for _, fn := range paged {
			fn()
		}
	}
	return err
}

// atOnce is how soon after an alert opens its first page is due, unless it
// waits by rule.
const atOnce = time.Second

// meter counts an attempt, and how long the first page of an alert took from
// its signal on.
func (e *Engine) meter(c action.Called, now time.Time) {
	e.Act.Meter.Sent(c.Send.Channel, string(c.Send.Kind), string(c.Outcome.Status))
	arrived := c.Outcome.Status == channel.Accepted || c.Outcome.Status == channel.Delivered
	first := c.Send.Kind == notify.PageSend && c.Send.Batch == 1 && c.Send.DueAt.Sub(c.OpenedAt) < atOnce
	if arrived && first {
		e.Act.Meter.TimeToPage(c.Send.Channel, now.Sub(c.OpenedAt))
	}
}
