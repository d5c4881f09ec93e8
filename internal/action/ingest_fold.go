package action

import (
	"context"
	"maps"
	"slices"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/timeline"
)

// fold puts a signal into an alert that is not resolved. A fold is counted;
// only a changed state, severity or member goes on the timeline.
func (g *group) fold(ctx context.Context, st *standing, w *waiting, s alert.Signal, m id.Message) error {
	if err := g.load(ctx, st); err != nil {
		return err
	}
	g.touch(st)
	before := st.Alert
	f := st.Fold(s, st.known, g.reading(w, st.Service), g.tx.Now)
	st.Alert = f.Alert
	if len(f.Members) > 0 {
		st.known = withMembers(st.known, f.Members)
		st.members = withMembers(st.members, f.Members)
	}
	if f.Resolved {
		st.changed = true
		return g.resolved(ctx, st, w, m)
	}
	if len(f.Members) == 0 && !f.Changed && sameShown(before, f.Alert) {
		st.count++
		return nil
	}
	st.changed = true
	if f.Changed || len(f.Members) > 0 {
		g.entries = append(g.entries, timeline.Entry{
			Alert: st.ID, Kind: timeline.Folded, Source: w.Source.Name, Message: m, Reason: foldReason(f),
		})
	}
	return g.wake(ctx, st, f)
}

func sameShown(a, b alert.Alert) bool {
	return a.Summary == b.Summary && a.StartsAt.Equal(b.StartsAt) && maps.Equal(a.Details, b.Details) && slices.Equal(a.Links, b.Links)
}

func foldReason(f alert.Folding) string {
	reason := f.Reason
	gone, come := 0, 0
	for _, m := range f.Members {
		if m.Firing {
			come++
		} else {
			gone++
		}
	}
	if come > 0 {
		reason = joinReasons(reason, plural(come, "member fires", "members fire"))
	}
	if gone > 0 {
		reason = joinReasons(reason, plural(gone, "member is over", "members are over"))
	}
	if f.Page == alert.NoWake {
		reason = joinReasons(reason, "pages nobody anew")
	}
	return reason
}

// load reads the members of an alert that was there before the group.
func (g *group) load(ctx context.Context, st *standing) error {
	if st.loaded {
		return nil
	}
	known, err := g.tx.Members(ctx, st.ID)
	st.known, st.loaded = known, true
	return err
}

func withMembers(list, changed []alert.Member) []alert.Member {
	out := slices.Clone(list)
	for _, m := range changed {
		at := slices.IndexFunc(out, func(o alert.Member) bool { return o.Key == m.Key })
		if at < 0 {
			out = append(out, m)
		} else {
			out[at] = m
		}
	}
	return out
}

// wake starts or restarts the escalation when the fold asks for it.
func (g *group) wake(ctx context.Context, st *standing, f alert.Folding) error {
	switch f.Page {
	case alert.Start:
		st.Alert = placed(st.Alert, escalation.Start(g.tx.Now))
		g.timers = append(g.timers, g.timer(TimerEscalate, st.Alert, g.tx.Now))
	case alert.Restart:
		return g.worse(ctx, st, f.Reason)
	case alert.NoWake:
	}
	return nil
}

// worse pages the owner and step 1 together: what was acknowledged was milder.
func (g *group) worse(ctx context.Context, st *standing, reason string) error {
	if err := g.flush(ctx, st); err != nil {
		return err
	}
	owner := st.Owner
	a, err := st.Trigger(g.tx.Now)
	if err != nil {
		return err
	}
	g.entries = append(g.entries, timeline.Entry{Alert: st.ID, Kind: timeline.Worse, Person: owner, Reason: reason})
	if err := g.record(ctx); err != nil {
		return err
	}
	p, err := g.policyOf(ctx, a)
	if err != nil {
		return err
	}
	run := g.paging(p, placed(a, escalation.Start(g.tx.Now)))
	run.why, run.also, run.alsoWhy = reason, owner, "you had it; "+reason
	st.Alert, err = run.carryOut(ctx)
	st.changed = true
	return err
}

// record writes the entries so far: what other actions write comes after them.
func (g *group) record(ctx context.Context) error {
	entries := g.entries
	g.entries = nil
	return g.tx.Record(ctx, entries...)
}

// flush writes an alert that is not in the table yet, so that others may refer
// to it.
func (g *group) flush(ctx context.Context, st *standing) error {
	if !st.fresh {
		return nil
	}
	st.fresh = false
	return g.tx.AddAlerts(ctx, []alert.Alert{st.Alert})
}

// resolved closes an alert because its source says that it is over.
func (g *group) resolved(ctx context.Context, st *standing, w *waiting, m id.Message) error {
	if err := g.flush(ctx, st); err != nil {
		return err
	}
	if err := g.record(ctx); err != nil {
		return err
	}
	merged, err := g.saveMerged(ctx, st.ID)
	if err != nil {
		return err
	}
	st.Alert, err = g.close(ctx, st.Alert, closing{
		entry:    timeline.Entry{Source: w.Source.Name, Message: m, Reason: "its source says that it is over"},
		headline: "its source says that it is over",
	})
	st.done = true
	if err != nil {
		return err
	}
	for _, st := range merged { // they carry on
		if st.Alert, err = g.tx.LockAlert(ctx, st.ID); err != nil {
			return err
		}
	}
	return nil
}

// saveMerged saves the alerts of the group that were merged into another one,
// which is about to end, and returns them.
func (g *group) saveMerged(ctx context.Context, into id.Alert) ([]*standing, error) {
	var merged []*standing
	for _, st := range g.merged {
		if st.MergedInto != into || st.done {
			continue
		}
		if err := g.save(ctx, st); err != nil {
			return nil, err
		}
		merged = append(merged, st)
	}
	return merged, nil
}

// ackedAtSource takes an acknowledgement that somebody gave in another tool.
func (g *group) ackedAtSource(ctx context.Context, st *standing, source id.Source, m id.Message) error {
	if st.Status == alert.Acknowledged {
		return nil
	}
	p, err := g.policyOf(ctx, st.Alert)
	if err != nil {
		return err
	}
	a, err := st.Acknowledge("", p.AckTimeout.Std(), g.tx.Now)
	if err != nil {
		return nil //nolint:nilerr // merged or over: nothing to acknowledge
	}
	if err := g.flush(ctx, st); err != nil {
		return err
	}
	if err := g.record(ctx); err != nil {
		return err
	}
	g.touch(st)
	st.Alert, st.changed = a, true
	e := timeline.Entry{Kind: timeline.Acked, Source: source, Message: m, Until: a.HoldUntil, Reason: "acknowledged at its source"}
	return g.taken(ctx, a, e, "acknowledged at its source")
}
