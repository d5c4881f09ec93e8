package alert

import (
	"testing"
	"time"

	"firehall/internal/fault"
)

func TestMerge(t *testing.T) {
	under := func(a Alert) Alert {
		a.Status, a.MergedInto, a.Hold, a.ChangedAt = Suppressed, "alert_b", NoHold, after(9)
		a.NextAt, a.HoldUntil = time.Time{}, time.Time{}
		return a
	}
	acked, _ := other().Acknowledge("ben", 0, noon)
	tests := map[string]struct{ from, into Alert }{
		"one that nobody has":        {triggered(), other()},
		"an acknowledged one":        {held(), other()},
		"a snoozed one":              {snoozed(), other()},
		"into one that somebody has": {triggered(), acked},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.Merge(test.into, after(9))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, under(test.from))
		})
	}
}

func TestAMergeThatMakesNoSenseIsRefused(t *testing.T) {
	over, _ := other().Resolve(noon)
	third := other()
	third.ID = "alert_c"
	merged, _ := other().Merge(third, noon)
	tests := map[string]struct {
		into Alert
		kind fault.Kind
		says string
	}{
		"into itself":              {triggered(), fault.Invalid, "into: an alert cannot be merged into itself"},
		"into one that is over":    {over, fault.Conflict, "this alert was resolved at 12:00 UTC on 20 Nov; a new signal opens a new one"},
		"into one that was merged": {merged, fault.Conflict, "this alert was merged into alert_c; act on that one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := triggered().Merge(test.into, after(9))
			if !fault.Is(err, test.kind) || err.Error() != test.says {
				t.Errorf("it says %v", err)
			}
			same(t, got, triggered())
		})
	}
}

func TestAMergedAlertCarriesOnAsTheOtherStood(t *testing.T) {
	alone := func(change func(*Alert)) Alert {
		a := triggered()
		a.ChangedAt, a.NextAt = after(9), after(9)
		if change != nil {
			change(&a)
		}
		return a
	}
	hadIt, nudged := held(), held()
	nudged.NudgedAt = after(1)
	listed := triggered()
	listed.Severity, listed.Urgency = Info, None
	worse := triggered()
	worse.Severity = Critical
	ben := func(severity Severity) Alert {
		b := other()
		b.Severity = severity
		b, _ = b.Acknowledge("ben", 30*time.Minute, noon)
		return b
	}
	sleeping, _ := other().SnoozeUntil("ben", after(60), noon)
	bens := func(a *Alert) {
		a.Status, a.Owner, a.Hold, a.HoldUntil, a.NextAt = Acknowledged, "ben", Ack, after(30), time.Time{}
		a.AckedAt, a.AckWorst, a.Answered = noon, Error, 2
	}
	tests := map[string]struct{ a, from, want Alert }{
		"nobody had it: it pages at once": {triggered(), other(), alone(nil)},
		"nobody had it: nor has who had this one": {hadIt, other(), alone(func(a *Alert) {
			a.AckedAt, a.AckWorst, a.Answered = noon, Error, 2
		})},
		"nobody had it and it tells nobody: it does so still": {listed, other(), alone(func(a *Alert) {
			a.Severity, a.Urgency, a.NextAt = Info, None, time.Time{}
		})},
		"somebody had it": {triggered(), ben(Error), alone(bens)},
		"somebody had a milder one: worse than this is worse": {worse, ben(Warning), alone(func(a *Alert) {
			bens(a)
			a.Severity, a.AckWorst = Critical, Critical
		})},
		"somebody had a worse one": {triggered(), ben(Critical), alone(func(a *Alert) {
			bens(a)
			a.AckWorst = Critical
		})},
		"somebody had it snoozed": {triggered(), sleeping, alone(func(a *Alert) {
			bens(a)
			a.Hold, a.HoldUntil = Snooze, after(60)
		})},
		"its new owner is nudged though the old one was": {nudged, ben(Error), alone(bens)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			merged, err := test.a.Merge(other(), after(5))
			if err != nil {
				t.Fatal(err)
			}
			same(t, merged.CarryOn(test.from, after(9)), test.want)
		})
	}
}
