package span

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// hours returns the span between two hours after noon.
func hours(from, until int) Span {
	return Span{From: noon.Add(time.Duration(from) * time.Hour), Until: noon.Add(time.Duration(until) * time.Hour)}
}

func TestASpanContainsItsBeginningAndNotItsEnd(t *testing.T) {
	tests := map[string]struct {
		at   time.Time
		want bool
	}{
		"a moment before it begins":  {noon.Add(-1), false},
		"when it begins":             {noon, true},
		"inside":                     {noon.Add(30 * time.Minute), true},
		"a moment before it ends":    {noon.Add(time.Hour - 1), true},
		"when it ends":               {noon.Add(time.Hour), false},
		"the same instant elsewhere": {noon.In(time.FixedZone("east", 3600)), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := hours(0, 1).Contains(test.at); got != test.want {
				t.Errorf("contains it: %v", got)
			}
		})
	}
}

func TestASpanIsEmptyUnlessItEndsAfterItBegins(t *testing.T) {
	for s, want := range map[Span]bool{hours(0, 1): false, hours(0, 0): true, hours(1, 0): true, {}: true} {
		if got := s.Empty(); got != want {
			t.Errorf("%v is empty: %v", s, got)
		}
	}
}

func TestOverlap(t *testing.T) {
	tests := map[string]struct{ a, b, want Span }{
		"one reaches into the other": {hours(0, 3), hours(2, 5), hours(2, 3)},
		"one inside the other":       {hours(0, 9), hours(2, 5), hours(2, 5)},
		"the same":                   {hours(2, 5), hours(2, 5), hours(2, 5)},
		"they touch":                 {hours(0, 2), hours(2, 5), hours(2, 2)},
		"apart":                      {hours(0, 1), hours(4, 5), hours(4, 1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.a.Overlap(test.b); got != test.want {
				t.Errorf("%v", got)
			}
			if got := test.b.Overlap(test.a); got != test.want {
				t.Errorf("the other way round: %v", got)
			}
		})
	}
}

func TestAnInstantIsInTheOverlapWhenItIsInBoth(t *testing.T) {
	hour := rapid.IntRange(-5, 5)
	rapid.Check(t, func(t *rapid.T) {
		a := hours(hour.Draw(t, "a"), hour.Draw(t, "to"))
		b := hours(hour.Draw(t, "b"), hour.Draw(t, "to"))
		at := noon.Add(time.Duration(rapid.IntRange(-12, 12).Draw(t, "at")) * 30 * time.Minute)
		both := a.Contains(at) && b.Contains(at)
		if a.Overlap(b).Contains(at) != both {
			t.Fatalf("%s: in both is %v", at, both)
		}
		if both && a.Overlap(b).Empty() {
			t.Fatal("it is empty and contains something")
		}
	})
}
