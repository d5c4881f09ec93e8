package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/route"
	"firehall/internal/secret"
)

// soon is when a sender is to try again what could not be taken now.
const soon = retryAfter(2 * time.Second)

// parser reads a body: the signals, and PagerDuty's dedup_key.
type parser func(body []byte) (intake.Result, error)

// take takes in a body that came through a source: it is kept, or people are
// told that it cannot be read.
func (d *Doors) take(r *http.Request, s route.Source, b *body, parse parser) result {
	switch {
	case b.full:
		return result{end: busy, wait: soon}
	case b.large:
		sentence := fmt.Sprintf("the message is too large: at most %d bytes are taken", intake.Limit(s.Kind))
		return d.unreadable(r.Context(), s, b, result{end: tooLarge, sentence: sentence})
	case b.problem != "":
		return d.unreadable(r.Context(), s, b, result{end: refused, sentence: "the message cannot be read", errors: []string{b.problem}})
	}
	read, err := parse(b.bytes)
	if err != nil {
		return d.unreadable(r.Context(), s, b, refusal(err))
	}
	out := result{end: accepted, dedupKey: read.DedupKey}
	if made := withKeys(read.Signals); s.Kind == pagerDuty && out.dedupKey == "" {
		out.dedupKey = made
	}
	in := action.Arrival{Source: s, Body: b.copied(len(b.bytes)), Size: b.size, Signals: read.Signals}
	if out = d.keep(r.Context(), in, out); out.end == accepted {
		d.meter.Message(s.Kind, "accepted")
		d.meter.Signals(s.Kind, len(read.Signals))
	}
	return out
}

// withKeys gives each signal without a key one of its own, and returns the
// first of them.
func withKeys(signals []alert.Signal) (first string) {
	for i := range signals {
		if signals[i].Key == "" {
			signals[i].Key = secret.NewKey()
			first = cmp.Or(first, signals[i].Key)
		}
	}
	return first
}

// refusal returns how a body ends that a parser refused.
func refusal(err error) result {
	out := result{end: refused, sentence: "the message cannot be read", errors: []string{err.Error()}}
	var r *intake.Refusal
	if errors.As(err, &r) {
		out.sentence, out.errors = r.Sentence, r.Errors
	}
	return out
}

// keep waits until an arrival is durable, also when its sender seems to have
// gone: one that closes only its own side waits for the answer. It returns
// want when it is.
func (d *Doors) keep(ctx context.Context, in action.Arrival, want result) result {
	receipt, err := d.ingest(context.WithoutCancel(ctx), in)
	switch {
	case err == nil:
	case errors.Is(err, action.ErrBusy):
		return result{end: busy, wait: soon}
	default:
		d.log.Error("a message could not be kept; its sender is told to try again", "source", in.Source.Name, "error", err)
		return result{end: failed}
	}
	want.message, want.alerts = receipt.Message, changed(receipt.Alerts)
	return want
}

// changed returns the alerts of a receipt, each once.
func changed(list []id.Alert) []id.Alert {
	out := make([]id.Alert, 0, len(list))
	seen := make(map[id.Alert]bool, len(list))
	for _, n := range list {
		if n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// unreadable keeps a body that cannot be read and opens an alert about it, one
// at a time for each source. It returns out when both are durable.
func (d *Doors) unreadable(ctx context.Context, s route.Source, b *body, out result) result {
	keep := len(b.bytes)
	if b.large {
		keep = firstOf
	}
	in := action.Arrival{Source: s, Body: b.copied(keep), Size: b.size, Signals: []alert.Signal{action.UnreadableSignal(s.Name, out.sentence, out.errors, b.size)}, Urgency: alert.High}
	if out = d.keep(ctx, in, out); out.end == refused || out.end == tooLarge {
		d.meter.Message(s.Kind, "unreadable")
	}
	return out
}
