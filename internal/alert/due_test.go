package alert

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatAHoldAsksFor(t *testing.T) {
	nudged := held()
	nudged.NudgedAt = after(25)
	forever := held()
	forever.HoldUntil = time.Time{}
	short, _ := triggered().Acknowledge("ana", 4*time.Minute, noon)
	five, _ := triggered().Acknowledge("ana", 5*time.Minute, noon)
	six, _ := triggered().Acknowledge("ana", 6*time.Minute, noon)
	tests := map[string]struct {
		a    Alert
		at   time.Time
		want Lapse
		next time.Time // zero: it is not looked at again
	}{
		"at first it waits for the nudge":             {held(), noon, NotYet, after(25)},
		"a moment before the nudge it waits":          {held(), after(25).Add(-1), NotYet, after(25)},
		"five minutes before the end it nudges":       {held(), after(25), Nudge, after(30)},
		"woken late it nudges still":                  {held(), after(29), Nudge, after(30)},
		"once nudged it waits for the end":            {nudged, after(25), NotYet, after(30)},
		"at the end it is over":                       {held(), after(30), Over, time.Time{}},
		"at the end it is over though nobody nudged":  {nudged, after(30), Over, time.Time{}},
		"woken an hour late it is over":               {held(), after(90), Over, time.Time{}},
		"one of six minutes nudges after the first":   {six, after(1), Nudge, after(6)},
		"one of five minutes has no time for a nudge": {five, noon, NotYet, after(5)},
		"one of four minutes has no time for a nudge": {short, after(3), NotYet, after(4)},
		"one of four minutes ends, too":               {short, after(4), Over, time.Time{}},
		"without an end nothing":                      {forever, after(9999), NotYet, time.Time{}},
		"a snooze is not nudged":                      {snoozed(), after(119), NotYet, after(120)},
		"a snooze ends":                               {snoozed(), after(120), Over, time.Time{}},
		"for a triggered one nothing":                 {triggered(), after(9999), NotYet, time.Time{}},
		"for a resolved one nothing":                  {resolved(), after(9999), NotYet, time.Time{}},
		"for a merged one nothing":                    {mergedInto(other()), after(9999), NotYet, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, next := test.a.Due(test.at)
			if got != test.want || !next.Equal(test.next) {
				t.Errorf("it asks for %q, then at %s", got, next)
			}
		})
	}
}

func TestActivityMovesTheNudgeWithTheEnd(t *testing.T) {
	a := held()
	a.NudgedAt = after(25)
	a = a.Extend(30*time.Minute, after(26)) // until 12:56
	if what, next := a.Due(after(27)); what != NotYet || !next.Equal(after(51)) {
		t.Errorf("it asks for %q, then at %s", what, next)
	}
	if what, _ := a.Due(after(51)); what != Nudge {
		t.Errorf("five minutes before the new end it asks for %q", what)
	}
}

func TestActivityOnAShortAcknowledgementIsNotAnsweredWithANudge(t *testing.T) {
	for _, timeout := range []time.Duration{3 * time.Minute, NudgeBefore} {
		a, _ := triggered().Acknowledge("ana", timeout, noon)
		for minute := 2; minute < 20; minute += 2 {
			a = a.Extend(timeout, after(minute))
			if what, next := a.Due(after(minute)); what != NotYet || !next.Equal(a.HoldUntil) {
				t.Errorf("of %s, in minute %d: it asks for %q, then at %s", timeout, minute, what, next)
			}
		}
		if what, _ := a.Due(a.HoldUntil); what != Over {
			t.Errorf("of %s: at its end it asks for %q", timeout, what)
		}
	}
}

// Whatever wakes it and however late: an acknowledgement is nudged at most
// once and ends at its end.
func TestAnAcknowledgementIsNudgedOnceAndEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		timeout := time.Duration(rapid.IntRange(1, 3600).Draw(t, "timeout")) * time.Second
		a, _ := triggered().Acknowledge("ana", timeout, noon)
		nudges, now := 0, noon
		for range 100 {
			what, next := a.Due(now)
			switch what {
			case Over:
				if now.Before(a.HoldUntil) || nudges > 1 || (nudges == 1 && timeout <= NudgeBefore) {
					t.Fatalf("over at %s, after %d nudges", now, nudges)
				}
				return
			case Nudge:
				if now.Before(a.HoldUntil.Add(-NudgeBefore)) || !now.Before(a.HoldUntil) {
					t.Fatalf("nudged at %s, it ends at %s", now, a.HoldUntil)
				}
				nudges++
				a.NudgedAt = now
			case NotYet:
				if !next.After(now) {
					t.Fatalf("at %s it is to be looked at again at %s", now, next)
				}
			}
			now = next.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "late")) * time.Second)
		}
		t.Fatal("it never ended")
	})
}
