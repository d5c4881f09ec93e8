package schedule

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"firehall/internal/id"
)

func TestWindows(t *testing.T) {
	day := func(from, to string, days ...string) Window { return Window{Days: days, From: from, To: to} }
	tests := map[string]struct {
		windows []Window
		want    []string // from Monday 2026-01-05 on, for a week
	}{
		"one day, half-open":                {[]Window{day("09:00", "17:00", "tue")}, []string{"01-05T00:00 nobody", "01-06T09:00 ana", "01-06T17:00 nobody"}},
		"until midnight by 24:00":           {[]Window{day("09:00", "24:00", "sun")}, []string{"01-05T00:00 nobody", "01-11T09:00 ana"}},
		"overnight is the starting day's":   {[]Window{day("22:00", "06:00", "sun")}, []string{"01-05T00:00 ana", "01-05T06:00 nobody", "01-11T22:00 ana"}},
		"days that meet are one":            {[]Window{day("08:00", "08:00", "mon", "tue")}, []string{"01-05T00:00 nobody", "01-05T08:00 ana", "01-07T08:00 nobody"}},
		"windows that overlap are one":      {[]Window{day("08:00", "12:00", "mon"), day("10:00", "14:00", "mon")}, []string{"01-05T00:00 nobody", "01-05T08:00 ana", "01-05T14:00 nobody"}},
		"one that ends on another day":      {[]Window{{Days: []string{"fri"}, From: "17:00", To: "08:00", ToDay: "mon"}}, []string{"01-05T00:00 ana", "01-05T08:00 nobody", "01-09T17:00 ana"}},
		"to the same day, later":            {[]Window{{Days: []string{"mon"}, From: "09:00", To: "17:00", ToDay: "mon"}}, []string{"01-05T00:00 nobody", "01-05T09:00 ana", "01-05T17:00 nobody"}},
		"to the same day, earlier: a week":  {[]Window{{Days: []string{"mon"}, From: "09:00", To: "09:00", ToDay: "mon"}}, []string{"01-05T00:00 ana"}},
		"a Sunday that reaches Monday's":    {[]Window{day("22:00", "06:00", "sun"), day("06:00", "10:00", "mon")}, []string{"01-05T00:00 ana", "01-05T10:00 nobody", "01-11T22:00 ana"}},
		"every day from midnight: always":   {[]Window{day("00:00", "24:00")}, []string{"01-05T00:00 ana"}},
		"days left out are every day":       {[]Window{{From: "23:00", To: "24:00"}}, []string{"01-05T00:00 nobody", "01-05T23:00 ana", "01-06T00:00 nobody", "01-06T23:00 ana", "01-07T00:00 nobody", "01-07T23:00 ana", "01-08T00:00 nobody", "01-08T23:00 ana", "01-09T00:00 nobody", "01-09T23:00 ana", "01-10T00:00 nobody", "01-10T23:00 ana", "01-11T00:00 nobody", "01-11T23:00 ana"}},
		"without windows it is always open": {nil, []string{"01-05T00:00 ana"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := Layer{Name: "hours", Users: []id.Person{"ana"}, Windows: test.windows}
			expectShifts(t, planOf(t, of(l), nil, nil), "2026-01-05T00:00", "2026-01-12T00:00", test.want...)
		})
	}
}

func TestTimeOfDay(t *testing.T) {
	good := map[string]wall{"00:00": 0, "09:05": 9*anHour + 5*aMinute, "23:59": aDay - aMinute, "24:00": aDay}
	for text, want := range good {
		if got, ok := timeOfDay(text); !ok || got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "9:00", "09:60", "24:01", "25:00", "09.00", "0900", "-1:00", "09:0a", "09:00:00"} {
		if got, ok := timeOfDay(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// A window is open at t when t is between its resolved edges on some day.
func TestAWindowIsOpenBetweenItsEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		window, instant := drawWindow(t), instantOf(drawTime(t, d.centre, "at"), never)
		loc, err := loadZone(d.schedule.Zone)
		if err != nil {
			t.Fatal(err)
		}
		c := clock{loc: loc}
		open := false
		for week := c.reached(instant).weekStart() - 2*aWeek; week <= c.reached(instant); week += aWeek {
			for _, s := range window.stints(problems{}) {
				open = open || c.resolve(week+s.from) <= instant && instant < c.resolve(week+s.until)
			}
		}
		d.schedule.Revisions = []Revision{{Layers: []Layer{{Name: "w", Users: []id.Person{"ana"}, Windows: []Window{window}}}}}
		d.overrides, d.off = nil, nil
		if got := slices.Contains(d.plan(t).OnCall(instant.time()).People, "ana"); got != open {
			t.Fatalf("at %v the window %v is open: %v, not %v", instant.time(), window, open, got)
		}
	})
}
