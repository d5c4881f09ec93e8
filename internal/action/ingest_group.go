package action

import (
	"context"
	"fmt"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// group is the work of one shared transaction: the alerts that its signals are
// about, as they stand now, and what is to be written.
type group struct {
	work
	standing map[store.AlertKey]*standing
	merged   []*standing // those that were merged into another one before
	order    []*standing // as they were touched first
	messages []store.Message
	entries  []timeline.Entry
	timers   []store.Timer
	readings map[id.Service]alert.Reading
}

// standing is one alert inside a group.
type standing struct {
	alert.Alert
	fresh   bool // not in the table yet
	changed bool // more than its count
	count   int  // signals to add to an unchanged alert
	known   []alert.Member
	loaded  bool
	members []alert.Member // to save
	done    bool           // saved by another action: nothing to write
	touched bool           // in the group's order
}

func newGroup(w work) *group {
	return &group{work: w, standing: map[store.AlertKey]*standing{}, readings: map[id.Service]alert.Reading{}}
}

func (g *group) run(ctx context.Context, batch []*waiting) error {
	found, err := g.tx.LockUnresolved(ctx, keysOf(batch))
	if err != nil {
		return err
	}
	for key, a := range found {
		st := &standing{Alert: a, loaded: !hasMembers(a)}
		g.standing[key] = st
		if st.MergedInto != "" {
			g.merged = append(g.merged, st)
		}
	}
	for _, w := range batch {
		if err := g.take(ctx, w); err != nil {
			return err
		}
	}
	return g.write(ctx)
}

// hasMembers says whether an alert may have members: only those whose source
// repeats itself do.
func hasMembers(a alert.Alert) bool { return a.Resends }

// keyOf returns what a signal of an arrival is about.
func (w *waiting) keyOf(i int) store.AlertKey {
	service := w.Service
	if w.Source.Name != "" {
		service = route.Find(w.Source).Service
	}
	return store.AlertKey{Service: service, Key: w.Signals[i].Key}
}

// take keeps one message and folds its signals.
func (g *group) take(ctx context.Context, w *waiting) error {
	n := id.Message(g.tx.NewID(id.PrefixMessage))
	g.messages = append(g.messages, store.Message{ID: n, Source: w.Source.Name, Kind: w.Source.Kind, Size: w.Size, Body: w.Body})
	w.receipt = Receipt{Message: n, Alerts: make([]id.Alert, len(w.Signals))}
	for i, s := range w.Signals {
		var err error
		if w.receipt.Alerts[i], err = g.signal(ctx, w, w.keyOf(i), s, n); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) signal(ctx context.Context, w *waiting, key store.AlertKey, s alert.Signal, m id.Message) (id.Alert, error) {
	st := g.standing[key]
	if st == nil || st.Status == alert.Resolved {
		return g.open(ctx, w, key, s, m)
	}
	if w.Source.Kind == "pagerduty" && s.Status != alert.Firing && st.Source != w.Source.Name {
		return "", nil // PagerDuty drops what another integration's key says
	}
	if s.Status == alert.SignalAcked {
		return st.ID, g.ackedAtSource(ctx, st, w.Source.Name, m)
	}
	return st.ID, g.fold(ctx, st, w, s, m)
}

// open makes a new alert of a firing signal. Anything else about a key without
// an unresolved alert is kept as a message and changes nothing, save that the
// end of a problem ends its hush.
func (g *group) open(ctx context.Context, w *waiting, key store.AlertKey, s alert.Signal, m id.Message) (id.Alert, error) {
	if s.Resends && s.Status == alert.SignalClosed {
		return "", g.tx.DeleteHush(ctx, key.Service, key.Key)
	}
	if s.Status != alert.Firing {
		return "", nil
	}
	r := g.reading(w, key.Service)
	still := ""
	if s.Resends {
		hushed, stillFiring, err := g.hushed(ctx, key, s, r)
		if err != nil || hushed != "" {
			return hushed, err
		}
		still = stillFiring
	}
	a := alert.FromSignal(id.Alert(g.tx.NewID(id.PrefixAlert)), s, r, g.tx.Now)
	a.Service, a.Source = key.Service, w.Source.Name
	a.Policy = g.setup.Policies[g.setup.Services[key.Service].Policy].Version
	if still != "" {
		a.Summary = firstRunes("Still firing: "+a.Summary, alert.MaxSummary)
	}
	g.add(key, a, s.Members)
	g.entries = append(g.entries, timeline.Entry{
		Alert: a.ID, Kind: timeline.Opened, Source: w.Source.Name, By: w.By, Message: m, Reason: opening(w, s, a, still),
	})
	return a.ID, nil
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

func (g *group) add(key store.AlertKey, a alert.Alert, members []alert.Member) {
	if a.Urgency > alert.None {
		a.NextAt = g.tx.Now
		g.timers = append(g.timers, g.timer(TimerEscalate, a, g.tx.Now))
	}
	st := &standing{Alert: a, fresh: true, loaded: true, known: members, members: members}
	g.standing[key] = st
	g.order = append(g.order, st)
}

// opening says why an alert was opened and what its severity means.
func opening(w *waiting, s alert.Signal, a alert.Alert, still string) string {
	var b strings.Builder
	if w.Source.Name != "" {
		b.WriteString(route.Find(w.Source).Reason)
	} else {
		b.WriteString("raised by hand")
	}
	said := fmt.Sprintf("%q is", s.Severity)
	if s.Severity == "" {
		said = "no severity given, which counts as"
	}
	fmt.Fprintf(&b, "; %s %s, which at %s means urgency %s", said, a.Severity, a.Service, a.Urgency)
	if w.Urgency != 0 {
		b.WriteString(" (as asked for)")
	}
	if a.Urgency == alert.None {
		b.WriteString(": it is listed and tells nobody")
	}
	if still != "" {
		b.WriteString("; " + still)
	}
	return b.String()
}

// hushed looks whether a person resolved this problem by hand a while ago
// though its source still says that it is there. It returns the alert that was
// resolved while the hush holds; after that, what to say about a problem that
// is still firing.
func (g *group) hushed(ctx context.Context, key store.AlertKey, s alert.Signal, r alert.Reading) (covered id.Alert, still string, err error) {
	h, found, err := g.tx.Hush(ctx, key.Service, key.Key)
	if err != nil || !found {
		return "", "", err
	}
	if !h.Covers(s, r.Severity(s)) {
		return "", "", g.tx.DeleteHush(ctx, key.Service, key.Key)
	}
	if g.tx.Now.Before(h.Until) {
		return h.Alert, "", g.tx.CountSignals(ctx, h.Alert, 1)
	}
	still = fmt.Sprintf("%s was resolved by hand %s ago and its source still says that it is there", h.Alert, alert.HushFor)
	return "", still, g.tx.DeleteHush(ctx, key.Service, key.Key)
}

// reading returns how a service reads the signals of an arrival.
func (g *group) reading(w *waiting, n id.Service) alert.Reading {
	r, ok := g.readings[n]
	if !ok {
		v := g.setup.Services[n]
		r = alert.Reading{Words: g.setup.Words(v), Urgency: store.UrgencyOf(v)}
		g.readings[n] = r
	}
	r.Asked = w.Urgency
	return r
}

func (g *group) touch(st *standing) {
	if !st.fresh && !st.touched {
		st.touched = true
		g.order = append(g.order, st)
	}
}

// write saves what the group did, in few statements.
func (g *group) write(ctx context.Context) error {
	if err := g.tx.AddMessages(ctx, g.messages); err != nil {
		return err
	}
	var fresh []alert.Alert
	for _, st := range g.order {
		if st.fresh {
			fresh = append(fresh, st.Alert)
		}
	}
	if err := g.tx.AddAlerts(ctx, fresh); err != nil {
		return err
	}
	for _, st := range g.order {
		if err := g.save(ctx, st); err != nil {
			return err
		}
	}
	if err := g.record(ctx); err != nil {
		return err
	}
	if err := g.heard(ctx); err != nil {
		return err
	}
	return g.tx.SetTimers(ctx, g.timers...)
}

// saveMembers saves the members that changed. Each fold reads all that are
// known, so a group whose members come and go for weeks forgets those that are
// over.
func (g *group) saveMembers(ctx context.Context, st *standing) error {
	if len(st.members) == 0 {
		return nil
	}
	if len(st.known) > alert.MaxKnown {
		if err := g.tx.ForgetOver(ctx, st.ID); err != nil {
			return err
		}
	}
	return g.tx.SaveMembers(ctx, st.ID, st.members)
}

// save writes what the group changed of one alert.
func (g *group) save(ctx context.Context, st *standing) error {
	if err := g.saveMembers(ctx, st); err != nil {
		return err
	}
	switch {
	case st.fresh || st.done:
	case st.changed:
		if err := g.tx.SaveAlert(ctx, st.Alert); err != nil {
			return err
		}
	case st.count > 0:
		if err := g.tx.CountSignals(ctx, st.ID, st.count); err != nil {
			return err
		}
	}
	st.members, st.changed, st.count = nil, false, 0
	return nil
}
