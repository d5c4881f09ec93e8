package lint

import (
	"testing"
	"time"

	"firehall/internal/span"
	"firehall/internal/store"
)

// lookFrom is a Monday noon in UTC.
var lookFrom = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

func TestWhatComesBackIsSaidOnce(t *testing.T) {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(loc *time.Location, day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, loc) }
	each := func(loc *time.Location, weeks, every, day, hour, days, until int) (out []span.Span) {
		for n := 0; n < weeks; n += every {
			out = append(out, span.Span{From: at(loc, day+7*n, hour), Until: at(loc, day+7*n+days, until)})
		}
		return out
	}
	nights := func() (out []span.Span) {
		for day := 16; day < 16+56; day++ {
			out = append(out, span.Span{From: at(lisbon, day, 22), Until: at(lisbon, day+1, 6)})
		}
		return out
	}
	tests := map[string]struct {
		spans []span.Span
		loc   *time.Location
		want  string
	}{
		"a whole Sunday":      {each(lisbon, 8, 1, 22, 0, 1, 0), lisbon, "every Sunday 00:00–24:00 (first on 2026-11-22), Europe/Lisbon time,"},
		"into Monday":         {each(time.UTC, 8, 1, 22, 20, 1, 8), time.UTC, "every Sunday from 20:00 until Monday 08:00 (first on 2026-11-22), UTC,"},
		"a weekend":           {each(time.UTC, 8, 1, 21, 0, 2, 0), time.UTC, "every Saturday from 00:00 until Sunday 24:00 (first on 2026-11-21), UTC,"},
		"each night":          {nights(), lisbon, "every day from 22:00 until 06:00 the next day (first on 2026-11-16), Europe/Lisbon time,"},
		"every second week":   {each(time.UTC, 8, 2, 18, 9, 0, 17), time.UTC, "every second Wednesday 09:00–17:00 (first on 2026-11-18), UTC,"},
		"whole weeks":         {each(time.UTC, 8, 3, 23, 10, 7, 10), time.UTC, "every 3 weeks from Monday 10:00 until Monday 10:00 (first on 2026-11-23), UTC,"},
		"once":                {each(time.UTC, 1, 1, 18, 9, 0, 17), time.UTC, "from Wed 2026-11-18 09:00 until Wed 2026-11-18 17:00, UTC,"},
		"twice is no rule":    {each(time.UTC, 2, 1, 18, 9, 0, 17), time.UTC, "from Wed 2026-11-18 09:00 until Wed 2026-11-18 17:00 and from Wed 2026-11-25 09:00 until Wed 2026-11-25 17:00, UTC,"},
		"it has begun":        {each(time.UTC, 1, 1, 15, 9, 3, 17), time.UTC, "from now until Wed 2026-11-18 17:00, UTC,"},
		"from a day on":       {[]span.Span{{From: at(time.UTC, 30, 9), Until: lookFrom.Add(Ahead + margin)}}, time.UTC, "from Mon 2026-11-30 09:00 on, UTC,"},
		"all the time":        {[]span.Span{{From: lookFrom.Add(-margin), Until: lookFrom.Add(Ahead + margin)}}, time.UTC, "in all of the next eight weeks"},
		"over a clock change": {each(newYork, 8, 1, 15-28, 1, 0, 3), newYork, "every Sunday 01:00–03:00 (first on 2026-10-18), America/New_York time,"},
	}
	l := newLook(store.NewSetup(), Facts{}, lookFrom)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := l.when(test.spans, test.loc); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestMoreThanThreeTimesAreCounted(t *testing.T) {
	var spans []span.Span
	for n := range 6 {
		from := lookFrom.Add(time.Duration(n*n*31+n) * time.Hour)
		spans = append(spans, span.Span{From: from, Until: from.Add(time.Duration(n+1) * time.Hour)})
	}
	l := newLook(store.NewSetup(), Facts{}, lookFrom)
	want := "from now until Mon 2026-11-16 13:00, from Tue 2026-11-17 20:00 until Tue 2026-11-17 22:00, from Sat 2026-11-21 18:00 until Sat 2026-11-21 21:00 and 3 more times in the next eight weeks, UTC,"
	if got := l.when(spans, time.UTC); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
