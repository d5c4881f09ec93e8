// Package alert holds what an alert is and what may happen to it.
package alert

import (
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Alert is one ongoing problem with one service. Signals with the same Key
// fold into the same unresolved alert.
type Alert struct {
	ID       id.Alert
	Service  id.Service
	Source   id.Source // the source that opened it; "" when a person did
	Key      string    // dedup key; unique among a service's unresolved alerts
	Summary  string    // one line, at most 200 runes
	Severity Severity
	Urgency  Urgency
	Status   Status
	Owner    id.Person // who has it; "" is nobody
	Policy   id.PolicyVersion
	Signals  int // signals folded in, at least 1
	Details  map[string]string
	Links    []Link
	Resends  bool      // its source repeats it while it lasts
	StartsAt time.Time // since when, as its source said last; zero when it does not say

	OpenedAt   time.Time
	ChangedAt  time.Time // the last change of status, severity or owner
	AckedAt    time.Time
	AckWorst   Severity  // the severity when it was acknowledged
	Hold       Hold      // why it is acknowledged
	HoldUntil  time.Time // when the acknowledgement or snooze ends; zero is never
	NudgedAt   time.Time // when the owner was asked whether they still have it
	ResolvedAt time.Time
	MergedInto id.Alert // the alert that carries it on; "" is none

	// Escalation: where it stands in its policy.
	Step    int       // the step that comes next, 0 is the first
	Round   int       // how often all steps have run
	Last    int       // the last step paged; -1 is none, Steps of the policy and more is the fallback
	Pagings int       // how often somebody was paged; numbers the batches of pages
	NextAt  time.Time // when the next step is due; zero while nothing is planned

	Answered int // pagings up to this one have had their answer: what of them still waits is not sent
}

// Status is where an alert stands.
type Status string

// The statuses of an alert. Triggered and acknowledged are open.
const (
	Triggered    Status = "triggered"
	Acknowledged Status = "acknowledged"
	Suppressed   Status = "suppressed" // a maintenance, a rule or a merge holds it
	Resolved     Status = "resolved"
)

// Hold says why an alert is acknowledged.
type Hold string

// The holds of an alert.
const (
	NoHold Hold = ""
	Ack    Hold = "ack"
	Snooze Hold = "snooze"
)

// NudgeBefore is how long before an acknowledgement lapses its owner is asked
// whether they still have it.
const NudgeBefore = 5 * time.Minute

// Open says whether the alert is triggered or acknowledged.
func (a Alert) Open() bool { return a.Status == Triggered || a.Status == Acknowledged }

// moved fails with Conflict when the alert is resolved.
func (a Alert) moved() error {
	if a.Status == Resolved {
		return fault.New(fault.Conflict, "this alert was resolved at %s; a new signal opens a new one", a.ResolvedAt.UTC().Format("15:04 UTC on 2 Jan"))
	}
	if a.MergedInto != "" {
		return fault.New(fault.Conflict, "this alert was merged into %s; act on that one", a.MergedInto)
	}
	return nil
}

// Acknowledge gives the alert to by until now+timeout (0: no end). A second
// acknowledgement by the owner changes nothing; by somebody else it takes the
// alert over. It fails with Conflict when the alert is resolved.
func (a Alert) Acknowledge(by id.Person, timeout time.Duration, now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	if a.HeldBy(by) {
		return a, nil
	}
	a.AckedAt, a.AckWorst = now, a.Severity
	return a.hold(by, Ack, timeout, now), nil
}

// HeldBy says whether by has acknowledged the alert and not snoozed it.
func (a Alert) HeldBy(by id.Person) bool {
	return a.Status == Acknowledged && a.Owner == by && a.Hold == Ack
}

// SnoozeUntil acknowledges the alert until a time, then it is triggered again.
// It fails with Invalid when the time is not ahead or over 30 days away, with
// Conflict when the alert is resolved.
func (a Alert) SnoozeUntil(by id.Person, until, now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	if !until.After(now) {
		return a, fault.At("until", "a snooze ends in the future; %s is not", until.UTC().Format(time.RFC3339))
	}
	if until.Sub(now) > 30*24*time.Hour {
		return a, fault.At("until", "a snooze lasts at most 30 days")
	}
	a.AckedAt, a.AckWorst = now, a.Severity
	return a.hold(by, Snooze, until.Sub(now), now), nil
}

func (a Alert) hold(by id.Person, kind Hold, length time.Duration, now time.Time) Alert {
	a.Status, a.Owner, a.Hold, a.Answered = Acknowledged, by, kind, a.Pagings
	a.ChangedAt, a.NextAt, a.NudgedAt, a.HoldUntil = now, time.Time{}, time.Time{}, time.Time{}
	if length > 0 {
		a.HoldUntil = now.Add(length)
	}
	return a
}

// Extend moves the end of an acknowledgement to now+timeout because its owner
// is active. It changes nothing for a snooze or an alert that is not held.
func (a Alert) Extend(timeout time.Duration, now time.Time) Alert {
	if a.Status != Acknowledged || a.Hold != Ack || timeout <= 0 {
		return a
	}
	a.HoldUntil, a.NudgedAt = now.Add(timeout), time.Time{}
	if timeout <= NudgeBefore {
		a.NudgedAt = now // too short for a question: the activity is the answer
	}
	return a
}

// Trigger gives the alert back to its policy, which is due now; one that tells
// nobody stands on the list. It fails with Conflict when the alert is resolved.
func (a Alert) Trigger(now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	a.Status, a.Owner, a.Hold = Triggered, "", NoHold
	a.HoldUntil, a.NudgedAt, a.ChangedAt, a.NextAt = time.Time{}, time.Time{}, now, time.Time{}
	if a.Urgency > None {
		a.NextAt = now
	}
	return a, nil
}

// HandOn is Trigger because a person asks that somebody is told, also about an
// alert that tells nobody by itself.
func (a Alert) HandOn(now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	a.Urgency = max(a.Urgency, Low)
	return a.Trigger(now)
}

// Reassign is HandOn to others than were paged: what of their pagings still
// waits is not sent.
func (a Alert) Reassign(now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	a.Answered = a.Pagings
	return a.HandOn(now)
}

// Resolve closes the alert. It fails with Conflict when it is resolved already.
func (a Alert) Resolve(now time.Time) (Alert, error) {
	if a.Status == Resolved {
		return a, a.moved()
	}
	a.Status, a.Hold, a.ResolvedAt, a.ChangedAt = Resolved, NoHold, now, now
	a.NextAt, a.HoldUntil = time.Time{}, time.Time{}
	return a, nil
}

// Merge puts the alert under another one, which carries it on. It fails with
// Conflict when either is resolved and with Invalid when they are the same.
func (a Alert) Merge(into Alert, now time.Time) (Alert, error) {
	if err := a.moved(); err != nil {
		return a, err
	}
	if err := into.moved(); err != nil {
		return a, err
	}
	if a.ID == into.ID {
		return a, fault.At("into", "an alert cannot be merged into itself")
	}
	if a.Urgency > into.Urgency {
		return a, fault.At("into", "%s is less urgent than this one, which would then page nobody: merge that one into this", into.ID)
	}
	a.Status, a.MergedInto, a.Hold = Suppressed, into.ID, NoHold
	a.NextAt, a.HoldUntil, a.ChangedAt = time.Time{}, time.Time{}, now
	return a, nil
}

// CarryOn lets the alert stand for itself again, as the alert stood that it
// was merged into: that one's source said it is over, this one's has not.
// Where nobody had that one, this one is due now, unless it tells nobody.
func (a Alert) CarryOn(from Alert, now time.Time) Alert {
	a.MergedInto, a.Status, a.Owner, a.ChangedAt = "", Triggered, "", now
	a.NudgedAt, a.NextAt = time.Time{}, time.Time{}
	if from.Status == Acknowledged {
		a.Status, a.Owner, a.Hold, a.HoldUntil, a.Answered = from.Status, from.Owner, from.Hold, from.HoldUntil, a.Pagings
		a.AckedAt, a.AckWorst = from.AckedAt, max(from.AckWorst, a.Severity)
	} else if a.Urgency > None {
		a.NextAt = now
	}
	return a
}

// Lapse is what the end of a hold asks for.
type Lapse string

// What can be due for an acknowledged alert.
const (
	NotYet Lapse = ""      // nothing
	Nudge  Lapse = "nudge" // ask the owner whether they still have it
	Over   Lapse = "over"  // the hold is over: triggered again
)

// Due says what the hold of the alert asks for at now, and when to look again
// (zero: never).
func (a Alert) Due(now time.Time) (Lapse, time.Time) {
	if a.Status != Acknowledged || a.HoldUntil.IsZero() {
		return NotYet, time.Time{}
	}
	if !now.Before(a.HoldUntil) {
		return Over, time.Time{}
	}
	nudgeAt := a.HoldUntil.Add(-NudgeBefore)
	if a.Hold != Ack || !a.NudgedAt.IsZero() || !nudgeAt.After(a.AckedAt) {
		return NotYet, a.HoldUntil
	}
	if now.Before(nudgeAt) {
		return NotYet, nudgeAt
	}
	return Nudge, a.HoldUntil
}
