package action

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// perSide is how many messages before and after a time an answer tells, and
// signalsTold how many signals of each.
const (
	perSide     = 10
	signalsTold = 20
)

// SourceWhy says what became of the messages of a source around a time.
type SourceWhy struct {
	Sentence string
	Messages []MessageWhy // within NearBy, the oldest first
}

// MessageWhy says what became of one message.
type MessageWhy struct {
	Message  id.Message
	At       time.Time
	Size     int // bytes
	Sentence string
	Signals  []SignalWhy // the first of them
}

// SignalWhy says what became of one signal.
type SignalWhy struct {
	Key      string // "" for one of its own
	Summary  string
	Status   alert.SignalStatus
	Kind     WhyKind
	Alert    id.Alert // "" when it was about none
	Sentence string
	Why      *AlertWhy // of an alert that it opened
}

// WhySource says what became of each message that came through a source within
// NearBy of a time. It reads them as the setup of now has it. It fails with
// NotFound when there is no such source.
func (act *Actions) WhySource(ctx context.Context, n id.Source, at time.Time, loc *time.Location) (SourceWhy, error) {
	e := act.explainer(loc)
	source, ok := e.setup.Sources[n]
	if !ok {
		return SourceWhy{}, Missing("source", "sources", n, e.setup.Sources)
	}
	list, err := act.DB.MessagesAround(ctx, n, at, NearBy, perSide)
	if err != nil {
		return SourceWhy{}, err
	}
	var out SourceWhy
	for _, m := range list {
		one, err := e.message(ctx, source, m)
		if fault.Is(err, fault.NotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return SourceWhy{}, err
		}
		out.Messages = append(out.Messages, one)
	}
	out.Sentence, err = e.arrivals(ctx, source, at, len(out.Messages))
	return out, err
}

// arrivals says how many messages came around a time, and what may be the cause
// when none did.
func (e explainer) arrivals(ctx context.Context, s route.Source, at time.Time, n int) (string, error) {
	if n > 0 {
		return fmt.Sprintf("%s came through %s within 15 min of %s", plural(n, "message", "messages"), s.Name, e.clock(at)), nil
	}
	heard, err := e.act.DB.SourceUses(ctx)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("no message came through %s within 15 min of %s", s.Name, e.clock(at))
	if last := heard[s.Name]; !last.IsZero() {
		text += "; it was last heard, or set up, in the hour from " + e.clock(last)
	}
	if e.act.DB.Now().Sub(at) > 14*24*time.Hour {
		text += "; messages are kept for 14 days"
	}
	return text + ". " + e.strangers(s.Kind, at), nil
}

// message says what became of one message.
func (e explainer) message(ctx context.Context, s route.Source, n id.Message) (MessageWhy, error) {
	m, err := e.act.DB.Message(ctx, n)
	if err != nil {
		return MessageWhy{}, err
	}
	at, _ := id.MadeAt(string(n))
	out := MessageWhy{Message: n, At: at, Size: m.Size}
	s.Kind = m.Kind
	in := Read(e.setup, s, m.Body)
	if len(m.Body) < m.Size {
		in.Signals = []alert.Signal{UnreadableSignal(s.Name, "the message is too large", nil, m.Size)}
	}
	for _, signal := range in.Signals[:min(len(in.Signals), signalsTold)] {
		one, err := e.signal(ctx, s, out, signal)
		if err != nil {
			return out, err
		}
		out.Signals = append(out.Signals, one)
	}
	out.Sentence = fmt.Sprintf("At %s a message of %d bytes came with %s", e.clock(at), m.Size, plural(len(in.Signals), "signal", "signals"))
	if len(out.Signals) > 0 && strings.HasPrefix(out.Signals[0].Key, unreadable) {
		out.Sentence = fmt.Sprintf("At %s a message of %d bytes came that cannot be read: %s", e.clock(at), m.Size, in.Signals[0].Details["why"])
		if wrong := in.Signals[0].Details["errors"]; wrong != "" {
			out.Sentence += ": " + strings.ReplaceAll(wrong, "\n", "; ")
		}
	}
	return out, nil
}

// signal says what became of one signal of a message.
func (e explainer) signal(ctx context.Context, s route.Source, m MessageWhy, signal alert.Signal) (SignalWhy, error) {
	out := SignalWhy{Key: signal.Key, Summary: signal.Summary, Status: signal.Status}
	list, err := e.candidates(ctx, s, m, signal)
	if err != nil {
		return out, err
	}
	for _, a := range list {
		story, err := e.story(ctx, a.ID)
		if err != nil {
			return out, err
		}
		if stoodAt(a, m, story) {
			return e.met(ctx, out, a, m, story)
		}
	}
	return e.unmet(ctx, out, signal, list, m.At)
}

// stoodAt says whether an alert was open when a message came, or was opened or
// closed by it. The id of a message is made a little after the time of its
// transaction.
func stoodAt(a alert.Alert, m MessageWhy, story []timeline.Entry) bool {
	switch {
	case slices.ContainsFunc(story, func(e timeline.Entry) bool { return e.Message == m.Message }):
		return true
	case a.OpenedAt.After(m.At):
		return false
	}
	return a.ResolvedAt.IsZero() || a.ResolvedAt.After(m.At)
}

// withinCommit is how long after its message an alert that it opens may be
// made: both have the time of their transaction.
const withinCommit = time.Second

// candidates returns the alerts that a signal may have been about, the newest
// first.
func (e explainer) candidates(ctx context.Context, s route.Source, m MessageWhy, signal alert.Signal) ([]alert.Alert, error) {
	service := route.Find(s).Service
	if signal.Key != "" {
		return e.act.DB.AlertsWithKey(ctx, store.AlertKey{Service: service, Key: signal.Key}, m.At.Add(withinCommit), 3)
	}
	list, err := e.act.DB.AlertsOpenedIn(ctx, m.At, m.At.Add(withinCommit), 500)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Service != service || a.Source != s.Name || a.Summary != signal.Summary {
			continue
		}
		first, err := e.act.DB.Timeline(ctx, a.ID, "", 1)
		if err != nil {
			return nil, err
		}
		if len(first) > 0 && first[0].Message == m.Message {
			return []alert.Alert{a}, nil
		}
	}
	return nil, nil
}

// met says what a signal did to an alert that stood then.
func (e explainer) met(ctx context.Context, out SignalWhy, a alert.Alert, m MessageWhy, story []timeline.Entry) (SignalWhy, error) {
	out.Alert, out.Kind = a.ID, WhyFolded
	out.Sentence = "it folded into " + string(a.ID) + ", which was open: it was counted, changed nothing and told nobody anew"
	for _, entry := range story {
		if entry.Message != m.Message {
			continue
		}
		switch entry.Kind {
		case timeline.Opened:
			why, err := e.alert(ctx, a)
			out.Kind, out.Why, out.Sentence = why.Kind, &why, "it opened "+string(a.ID)+": "+entry.Reason
			return out, err
		case timeline.Resolved:
			out.Kind, out.Sentence = WhyOver, "it resolved "+string(a.ID)
		case timeline.Acked:
			out.Kind, out.Sentence = WhyTaken, "it acknowledged "+string(a.ID)
		default:
			out.Sentence = "it changed " + string(a.ID) + ": " + entry.Reason
		}
	}
	return out, nil
}

// unmet says why a signal was about no alert that was open.
func (e explainer) unmet(ctx context.Context, out SignalWhy, signal alert.Signal, before []alert.Alert, at time.Time) (SignalWhy, error) {
	out.Kind = WhyNothing
	if signal.Status != alert.Firing {
		out.Sentence = unopened(signal.Status)
		return out, nil
	}
	out.Kind = WhyUnknown
	out.Sentence = "the record holds no alert of it: its source may have had another service then, or another setup"
	if len(before) == 0 {
		return out, nil
	}
	story, err := e.story(ctx, before[0].ID)
	if err != nil {
		return out, err
	}
	if hush := lastOf(story, timeline.Hushed); at.Before(hush.Until) {
		out.Kind, out.Alert = WhyHushed, before[0].ID
		out.Sentence = fmt.Sprintf("somebody had resolved %s by hand though its source still says that it is there: until %s it pages nobody", before[0].ID, e.clock(hush.Until))
	}
	return out, nil
}
