package alert

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/fault"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// after returns an instant some minutes after noon.
func after(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// triggered is an alert that was paged twice and is due again at 12:05.
func triggered() Alert {
	return Alert{
		ID: "alert_a", Service: "checkout", Key: "disk", Summary: "disk full", Severity: Error, Urgency: High, Status: Triggered,
		Signals: 1, OpenedAt: noon, ChangedAt: noon, Step: 1, Last: 0, Pagings: 2, Answered: 0, NextAt: after(5),
	}
}

// held is that alert acknowledged by ana at 12:00 until 12:30.
func held() Alert {
	a, _ := triggered().Acknowledge("ana", 30*time.Minute, noon)
	return a
}

func snoozed() Alert {
	a, _ := triggered().SnoozeUntil("ana", after(120), noon)
	return a
}

func resolved() Alert {
	a, _ := triggered().Resolve(noon)
	return a
}

func mergedInto(other Alert) Alert {
	a, _ := triggered().Merge(other, noon)
	return a
}

func other() Alert {
	a := triggered()
	a.ID = "alert_b"
	return a
}

// same fails unless got is want.
func same(t *testing.T, got, want Alert) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the alert differs (-want +got):\n%s", diff)
	}
}

func TestAcknowledge(t *testing.T) {
	acked := func(change func(*Alert)) Alert {
		a := triggered()
		a.Status, a.Owner, a.Hold, a.AckWorst, a.Answered = Acknowledged, "ana", Ack, Error, 2
		a.AckedAt, a.ChangedAt, a.HoldUntil, a.NextAt = after(1), after(1), after(31), time.Time{}
		if change != nil {
			change(&a)
		}
		return a
	}
	nudged := held()
	nudged.NudgedAt = noon
	given := held()
	given.Owner = "ben"
	suppressed := triggered()
	suppressed.Status = Suppressed
	tests := map[string]struct {
		from    Alert
		timeout time.Duration
		want    Alert
	}{
		"stops its escalation and answers all its pages": {triggered(), 30 * time.Minute, acked(nil)},
		"without a timeout it never lapses":              {triggered(), 0, acked(func(a *Alert) { a.HoldUntil = time.Time{} })},
		"a second time changes nothing":                  {held(), 30 * time.Minute, held()},
		"takes it over from somebody else":               {given, 30 * time.Minute, acked(nil)},
		"after a nudge keeps what was asked":             {nudged, 30 * time.Minute, nudged},
		"ends a snooze":                                  {snoozed(), 30 * time.Minute, acked(nil)},
		"takes what a maintenance holds":                 {suppressed, 30 * time.Minute, acked(nil)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.Acknowledge("ana", test.timeout, after(1))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, test.want)
		})
	}
}

func TestAnAckRemembersHowBadItWas(t *testing.T) {
	a := triggered()
	a.Severity = Warning
	if a, _ = a.Acknowledge("ana", 0, noon); a.AckWorst != Warning {
		t.Errorf("it was %s", a.AckWorst)
	}
	a.Severity = Critical
	if a, _ = a.Acknowledge("ben", 0, noon); a.AckWorst != Critical {
		t.Errorf("taken over it was %s", a.AckWorst)
	}
}

func TestSnooze(t *testing.T) {
	want := triggered()
	want.Status, want.Owner, want.Hold, want.AckWorst, want.Answered = Acknowledged, "ana", Snooze, Error, 2
	want.AckedAt, want.ChangedAt, want.HoldUntil, want.NextAt = after(1), after(1), after(61), time.Time{}
	longest := want
	longest.HoldUntil = after(1).Add(30 * 24 * time.Hour)
	tests := map[string]struct {
		from  Alert
		until time.Time
		want  Alert
	}{
		"holds it until the time":     {triggered(), after(61), want},
		"replaces an acknowledgement": {held(), after(61), want},
		"replaces another snooze":     {snoozed(), after(61), want},
		"lasts up to 30 days":         {triggered(), longest.HoldUntil, longest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.SnoozeUntil("ana", test.until, after(1))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, test.want)
		})
	}
}

func TestASnoozeEndsInTheFutureAndWithin30Days(t *testing.T) {
	tests := map[string]struct {
		until time.Time
		says  string
	}{
		"now":                     {noon, "until: a snooze ends in the future; 2026-11-20T12:00:00Z is not"},
		"in the past":             {after(-1), "until: a snooze ends in the future; 2026-11-20T11:59:00Z is not"},
		"no time at all":          {time.Time{}, "until: a snooze ends in the future; 0001-01-01T00:00:00Z is not"},
		"a moment over 30 days":   {noon.Add(30*24*time.Hour + 1), "until: a snooze lasts at most 30 days"},
		"thousands of years away": {time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), "until: a snooze lasts at most 30 days"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := triggered().SnoozeUntil("ana", test.until, noon)
			if !fault.Is(err, fault.Invalid) || err.Error() != test.says {
				t.Errorf("it says %v", err)
			}
			same(t, got, triggered())
		})
	}
}

func TestExtend(t *testing.T) {
	nudged := held()
	nudged.NudgedAt = after(25)
	longer := held()
	longer.HoldUntil = after(56)
	forever := held()
	forever.HoldUntil = time.Time{}
	tests := map[string]struct {
		from    Alert
		timeout time.Duration
		want    Alert
	}{
		"moves the end":                         {held(), 30 * time.Minute, longer},
		"answers a nudge":                       {nudged, 30 * time.Minute, longer},
		"without a timeout there is no end":     {forever, 0, forever},
		"does not touch a snooze":               {snoozed(), 30 * time.Minute, snoozed()},
		"does not touch one that nobody has":    {triggered(), 30 * time.Minute, triggered()},
		"does not touch one that is over":       {resolved(), 30 * time.Minute, resolved()},
		"does not touch one that was merged":    {mergedInto(other()), 30 * time.Minute, mergedInto(other())},
		"keeps the end if the timeout was zero": {held(), 0, held()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { same(t, test.from.Extend(test.timeout, after(26)), test.want) })
	}
}

func TestTrigger(t *testing.T) {
	want := triggered()
	want.ChangedAt, want.NextAt = after(9), after(9)
	answered := want
	answered.AckedAt, answered.AckWorst, answered.Answered = noon, Error, 2
	nudged := held()
	nudged.NudgedAt = after(25)
	suppressed := triggered()
	suppressed.Status = Suppressed
	tests := map[string]struct{ from, want Alert }{
		"gives an acknowledgement back": {held(), answered},
		"forgets that it was nudged":    {nudged, answered},
		"ends a snooze":                 {snoozed(), answered},
		"is due again at once":          {triggered(), want},
		"lets go of what was held back": {suppressed, want},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.Trigger(after(9))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, test.want)
		})
	}
}

func TestReassignTriggersItAndAnswersTheOldPages(t *testing.T) {
	want := triggered()
	want.ChangedAt, want.NextAt, want.Answered = after(9), after(9), 2
	taken := want
	taken.AckedAt, taken.AckWorst = noon, Error
	for name, test := range map[string]struct{ from, want Alert }{"one that nobody has": {triggered(), want}, "an acknowledged one": {held(), taken}} {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.Reassign(after(9))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, test.want)
		})
	}
}

func TestTriggeredAnAlertThatTellsNobodyStandsOnTheList(t *testing.T) {
	if got, err := ackedNone().Trigger(after(9)); err != nil || got.Status != Triggered || !got.NextAt.IsZero() {
		t.Errorf("it is %s, due at %s, %v", got.Status, got.NextAt, err)
	}
}

func TestHandedOnByAPersonItTellsSomebody(t *testing.T) {
	for name, test := range map[string]struct {
		from Alert
		want Urgency
	}{"one that tells nobody": {ackedNone(), Low}, "one that pages at once": {held(), High}} {
		t.Run(name, func(t *testing.T) {
			got, err := test.from.HandOn(after(9))
			if err != nil || got.Urgency != test.want || got.Status != Triggered || !got.NextAt.Equal(after(9)) {
				t.Errorf("urgency %s, %s, due at %s, %v", got.Urgency, got.Status, got.NextAt, err)
			}
		})
	}
}

func TestWhoHoldsAnAlert(t *testing.T) {
	for name, test := range map[string]struct {
		alert Alert
		want  bool
	}{
		"who acknowledged it": {held(), true}, "who snoozed it": {snoozed(), false}, "nobody": {triggered(), false}, "nobody, once it is over": {resolved(), false},
	} {
		if got := test.alert.HeldBy("ana"); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if held().HeldBy("ben") {
		t.Error("ben holds what ana has")
	}
}

func TestResolve(t *testing.T) {
	over := func(a Alert) Alert {
		a.Status, a.Hold, a.ResolvedAt, a.ChangedAt = Resolved, NoHold, after(9), after(9)
		a.NextAt, a.HoldUntil = time.Time{}, time.Time{}
		return a
	}
	for name, from := range map[string]Alert{
		"one that nobody has": triggered(), "an acknowledged one": held(), "a snoozed one": snoozed(), "a merged one": mergedInto(other()),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := from.Resolve(after(9))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, over(from))
			if got.Open() {
				t.Error("it is still open")
			}
		})
	}
}

func TestNothingMayBeDoneToAnAlertThatHasMovedOn(t *testing.T) {
	over := "this alert was resolved at 12:00 UTC on 20 Nov; a new signal opens a new one"
	elsewhere := "this alert was merged into alert_b; act on that one"
	actions := map[string]func(Alert) (Alert, error){
		"acknowledge": func(a Alert) (Alert, error) { return a.Acknowledge("ana", 0, after(1)) },
		"snooze":      func(a Alert) (Alert, error) { return a.SnoozeUntil("ana", after(9), after(1)) },
		"trigger":     func(a Alert) (Alert, error) { return a.Trigger(after(1)) },
		"reassign":    func(a Alert) (Alert, error) { return a.Reassign(after(1)) },
		"merge":       func(a Alert) (Alert, error) { return a.Merge(other(), after(1)) },
		"resolve":     func(a Alert) (Alert, error) { return a.Resolve(after(1)) },
	}
	for name, act := range actions {
		t.Run(name+" a resolved one", func(t *testing.T) {
			got, err := act(resolved())
			if !fault.Is(err, fault.Conflict) || err.Error() != over {
				t.Errorf("it says %v", err)
			}
			same(t, got, resolved())
		})
		if name == "resolve" {
			continue // one that was merged may end by itself
		}
		t.Run(name+" a merged one", func(t *testing.T) {
			got, err := act(mergedInto(other()))
			if !fault.Is(err, fault.Conflict) || err.Error() != elsewhere {
				t.Errorf("it says %v", err)
			}
			same(t, got, mergedInto(other()))
		})
	}
}

func TestOpenIsTriggeredOrAcknowledged(t *testing.T) {
	for status, want := range map[Status]bool{Triggered: true, Acknowledged: true, Suppressed: false, Resolved: false} {
		if got := (Alert{Status: status}).Open(); got != want {
			t.Errorf("%s is open: %v", status, got)
		}
	}
}
