package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustWall(t *testing.T, text string) wall {
	t.Helper()
	w, ok := parseWall(text)
	if !ok {
		t.Fatalf("%q is no wall", text)
	}
	return w
}

func TestMonthsClampToTheirLastDay(t *testing.T) {
	tests := map[string]struct {
		from   string
		months int64
		want   string
	}{
		"a day that both have":            {"2026-01-15T09:30", 1, "2026-02-15 09:30"},
		"the 31st in February":            {"2026-01-31T09:00", 1, "2026-02-28 09:00"},
		"the 31st in a leap February":     {"2024-01-31T09:00", 1, "2024-02-29 09:00"},
		"counted from the anchor":         {"2026-01-31T09:00", 2, "2026-03-31 09:00"},
		"over the turn of the year":       {"2026-12-31T23:59", 2, "2027-02-28 23:59"},
		"backwards over the turn of it":   {"2026-01-31T00:00", -2, "2025-11-30 00:00"},
		"no leap day in a century's year": {"2100-01-30T00:00", 1, "2100-02-28 00:00"},
		"a leap day every 400 years":      {"2000-01-30T00:00", 1, "2000-02-29 00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := mustWall(t, test.from).plusMonths(test.months).String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestDatesAreThoseOfTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.Int64Range(-400*366, 400*366).Draw(t, "days")
		y, m, d := dateOf(days)
		date := time.Unix(days*86400, 0).UTC()
		if int(y) != date.Year() || int(m) != int(date.Month()) || int(d) != date.Day() || daysOf(y, m, d) != days {
			t.Fatalf("day %d is %d-%d-%d, not %v", days, y, m, d, date)
		}
		if monday := (wall(days)*aDay + 5).weekStart(); monday.days() > days || monday.days() < days-6 ||
			time.Unix(int64(monday), 0).UTC().Weekday() != time.Monday {
			t.Fatalf("the week of %v starts %v", date, monday)
		}
	})
}

func TestMonthsSinceIsTheLargestThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := wall(rapid.Int64Range(-1e9, 3e9).Draw(t, "from"))
		w := wall(rapid.Int64Range(-1e9, 3e9).Draw(t, "w"))
		n := w.monthsSince(from)
		if from.plusMonths(n) > w || from.plusMonths(n+1) <= w {
			t.Fatalf("%v is %d months since %v", w, n, from)
		}
	})
}
