package alert

import (
	"maps"
	"time"

	"firehall/internal/id"
)

// Folding is what a signal did to an alert.
type Folding struct {
	Alert    Alert
	Members  []Member // those to save: new or changed
	Changed  bool     // status or severity changed: worth a line on the timeline
	Page     Wake     // whom it wakes
	Resolved bool     // the source says that it is over
	Reason   string   // what changed and why it wakes somebody or does not
}

// Wake says what a fold asks of the escalation.
type Wake string

// What a fold can ask for.
const (
	NoWake  Wake = ""        // nobody is told
	Start   Wake = "start"   // its urgency rose: escalation starts now
	Restart Wake = "restart" // it got worse since it was acknowledged: owner and step 1
)

// Reading is how a service reads what its sources say.
type Reading struct {
	Words   map[string]Severity  // a source's word to a severity; see SeverityOf
	Urgency map[Severity]Urgency // what a severity means there; one that it lacks means the default
	Asked   Urgency              // what whoever raises the alert asks for; 0: what Urgency says
}

// Severity returns the severity that a signal says: that of the worst member
// that fires, or of its own word.
func (r Reading) Severity(s Signal) Severity {
	if anyFiring(s.Members) {
		return r.worst(s.Members, SeverityOf(r.Words, s.Severity))
	}
	return SeverityOf(r.Words, s.Severity)
}

func (r Reading) urgency(s Severity) Urgency {
	if r.Asked != 0 {
		return r.Asked
	}
	if u, ok := r.Urgency[s]; ok {
		return u
	}
	return DefaultUrgency()[s]
}

// FromSignal opens an alert from a firing signal.
func FromSignal(n id.Alert, s Signal, r Reading, now time.Time) Alert {
	severity := r.Severity(s)
	return Alert{
		ID: n, Key: s.Key, Summary: s.Summary, Severity: severity, Urgency: r.urgency(severity),
		Status: Triggered, Signals: 1, Details: s.Details, Links: s.Links, Resends: s.Resends, StartsAt: s.StartsAt,
		OpenedAt: now, ChangedAt: now, Last: -1,
	}
}

// Fold puts one more signal into an unresolved alert. Members are those that
// the alert had.
func (a Alert) Fold(s Signal, members []Member, r Reading, now time.Time) Folding {
	a.Signals++
	f := Folding{Alert: a, Members: changedMembers(members, s.Members)}
	all := joined(members, f.Members)
	if s.Status == SignalClosed && (s.Partial || !anyFiring(all)) { // a cut list that is over is over for all
		f.Resolved, f.Changed, f.Reason = true, true, "its source says it is over"
		return f
	}
	if s.Status == SignalClosed && len(all) > 0 {
		return f.rated(r.worst(all, a.Severity), r, now)
	}
	f.Alert.Summary = s.Summary
	f.Alert.Details = merged(a.Details, s.Details)
	if len(s.Links) > 0 {
		f.Alert.Links = s.Links
	}
	if !s.StartsAt.IsZero() {
		f.Alert.StartsAt = s.StartsAt
	}
	return f.rated(r.worst(all, r.Severity(s)), r, now)
}

// rated gives the folded alert a severity and says whom that wakes. Urgency
// never falls while an alert is open: it fell asleep once already.
func (f Folding) rated(severity Severity, r Reading, now time.Time) Folding {
	was := f.Alert
	f.Alert.Severity = severity
	f.Alert.Urgency = max(was.Urgency, r.urgency(severity))
	if severity == was.Severity && f.Alert.Urgency == was.Urgency {
		return f
	}
	f.Changed, f.Alert.ChangedAt = true, now
	rose := "urgency " + was.Urgency.String() + " → " + f.Alert.Urgency.String()
	if f.Reason = rose; severity != was.Severity {
		f.Reason = "severity " + was.Severity.String() + " → " + severity.String()
	}
	switch {
	case was.Status == Acknowledged && severity > was.AckWorst && f.Alert.Urgency > None:
		f.Page = Restart
		f.Reason += ": worse than when it was acknowledged"
	case was.MergedInto != "" && severity > was.Severity && f.Alert.Urgency > None:
		f.Alert.MergedInto, f.Alert.Status, f.Alert.Owner, f.Page = "", Triggered, "", Start
		f.Reason += ": worse than when it was merged, so it stands for itself again"
	case was.Status == Triggered && f.Alert.Urgency > was.Urgency:
		f.Page = Start
		if f.Reason != rose {
			f.Reason += ": " + rose
		}
	}
	return f
}

// worst returns the worst severity among the firing members, or otherwise when
// none says one.
func (r Reading) worst(members []Member, otherwise Severity) Severity {
	found := Severity(0)
	for _, m := range members {
		if m.Firing && m.Severity != "" {
			found = max(found, SeverityOf(r.Words, m.Severity))
		}
	}
	if found == 0 {
		return otherwise
	}
	return found
}

func anyFiring(members []Member) bool {
	for _, m := range members {
		if m.Firing {
			return true
		}
	}
	return false
}

// changedMembers returns the members of a signal that are new or differ from
// those known. One that resolved long ago and was never known is new, too.
func changedMembers(known, said []Member) []Member {
	byKey := make(map[string]Member, len(known))
	for _, m := range known {
		byKey[m.Key] = m
	}
	var changed []Member
	for _, m := range said {
		k, ok := byKey[m.Key]
		if ok && k.Firing == m.Firing && k.Severity == m.Severity && k.StartsAt.Equal(m.StartsAt) {
			continue
		}
		changed = append(changed, m)
	}
	return changed
}

func joined(known, changed []Member) []Member {
	all := make([]Member, 0, len(known)+len(changed))
	at := map[string]int{}
	for _, list := range [][]Member{known, changed} {
		for _, m := range list {
			if i, ok := at[m.Key]; ok {
				all[i] = m
				continue
			}
			at[m.Key] = len(all)
			all = append(all, m)
		}
	}
	return all
}

func merged(old, new map[string]string) map[string]string {
	if len(new) == 0 {
		return old
	}
	out := maps.Clone(new)
	for k, v := range old {
		if _, ok := out[k]; !ok && len(out) < MaxDetails {
			out[k] = v
		}
	}
	return out
}
