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

// FromSignal opens an alert from a firing signal. Words map the source's word
// to a severity, urgency maps that to an urgency; both are the service's.
func FromSignal(n id.Alert, s Signal, words map[string]Severity, urgency map[Severity]Urgency, now time.Time) Alert {
	severity := worst(s.Members, s.Severity, words)
	return Alert{
		ID: n, Key: s.Key, Summary: s.Summary, Severity: severity, Urgency: urgencyOf(urgency, severity),
		Status: Triggered, Signals: 1, Details: s.Details, Links: s.Links, Resends: s.Resends,
		OpenedAt: now, ChangedAt: now, Last: -1,
	}
}

func urgencyOf(m map[Severity]Urgency, s Severity) Urgency {
	if u, ok := m[s]; ok {
		return u
	}
	return DefaultUrgency()[s]
}

// Fold puts one more signal into an unresolved alert. Members are those that
// the alert had. Count is how many signals this one stands for.
func (a Alert) Fold(s Signal, members []Member, words map[string]Severity, urgency map[Severity]Urgency, count int, now time.Time) Folding {
	a.Signals += count
	f := Folding{Alert: a, Members: changedMembers(members, s.Members)}
	all := joined(members, f.Members)
	if s.Status == SignalClosed && (s.Partial || !anyFiring(all)) { // a cut list that is over is over for all
		f.Resolved, f.Changed, f.Reason = true, true, "its source says it is over"
		return f
	}
	if s.Status == SignalClosed && len(all) > 0 {
		return f.rated(ratedBy(all, a.Severity, words), urgency, now)
	}
	f.Alert.Summary = s.Summary
	f.Alert.Details = merged(a.Details, s.Details)
	if len(s.Links) > 0 {
		f.Alert.Links = s.Links
	}
	severity := worst(s.Members, s.Severity, words)
	if len(all) > 0 {
		severity = ratedBy(all, severity, words)
	}
	return f.rated(severity, urgency, now)
}

// rated gives the folded alert a severity and says whom that wakes. Urgency
// never falls while an alert is open: it fell asleep once already.
func (f Folding) rated(severity Severity, urgency map[Severity]Urgency, now time.Time) Folding {
	was := f.Alert
	f.Alert.Severity = severity
	f.Alert.Urgency = max(was.Urgency, urgencyOf(urgency, severity))
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
	case was.Status == Triggered && f.Alert.Urgency > was.Urgency:
		f.Page = Start
		if f.Reason != rose {
			f.Reason += ": " + rose
		}
	}
	return f
}

func worst(members []Member, word string, words map[string]Severity) Severity {
	if len(members) > 0 && anyFiring(members) {
		return ratedBy(members, SeverityOf(words, word), words)
	}
	return SeverityOf(words, word)
}

// ratedBy returns the worst severity among the firing members, or otherwise
// when none says one.
func ratedBy(members []Member, otherwise Severity, words map[string]Severity) Severity {
	found := Severity(0)
	for _, m := range members {
		if m.Firing && m.Severity != "" {
			found = max(found, SeverityOf(words, m.Severity))
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
