package schedule

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/fault"
)

func TestResolve(t *testing.T) {
	tests := map[string]struct{ zone, wall, want string }{
		"a wall that happens once":                 {"Europe/Berlin", "2026-07-01T12:00", "2026-07-01T10:00:00Z"},
		"one that happens twice is the first":      {"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
		"the end of what happens twice":            {"Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"},
		"a skipped one is the end of the gap":      {"Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
		"so is the start of the gap":               {"Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"},
		"half an hour twice":                       {"Australia/Lord_Howe", "2021-04-04T01:45", "2021-04-03T14:45:00Z"},
		"half an hour skipped":                     {"Australia/Lord_Howe", "2020-10-04T02:15", "2020-10-03T15:30:00Z"},
		"two hours skipped":                        {"Antarctica/Troll", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
		"a day skipped":                            {"Pacific/Apia", "2011-12-30T15:00", "2011-12-30T10:00:00Z"},
		"a midnight skipped":                       {"America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00Z"},
		"winter time that is the odd one":          {"Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30:00Z"},
		"a zone without changes":                   {"UTC", "2026-10-25T01:30", "2026-10-25T01:30:00Z"},
		"beyond the zone's table, by its rule":     {"Europe/Berlin", "2090-07-01T12:00", "2090-07-01T10:00:00Z"},
		"before the zone's table, local mean time": {"Europe/Berlin", "1850-07-01T12:00", "1850-07-01T11:06:32Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			loc, err := loadZone(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			c := clock{loc: loc}
			if got := c.resolve(mustWall(t, test.wall)).time().Format(time.RFC3339); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestParseLocal(t *testing.T) {
	tests := map[string]struct {
		zone, text string
		want       string
		says       []string // parts of the fault
	}{
		"local in the zone":         {"Europe/Berlin", "2026-11-03T12:00", "2026-11-03T11:00:00Z", nil},
		"with seconds":              {"Europe/Berlin", "2026-11-03T12:00:30", "2026-11-03T11:00:30Z", nil},
		"with a blank":              {"Europe/Berlin", "2026-11-03 12:00", "2026-11-03T11:00:00Z", nil},
		"RFC 3339":                  {"Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z", nil},
		"just before it is twice":   {"Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59:00Z", nil},
		"just after it was twice":   {"Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z", nil},
		"the end of the gap":        {"Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", nil},
		"a time that happens twice": {"Europe/Berlin", "2026-10-25T02:30", "", []string{"twice", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"}},
		"a time that is skipped":    {"Europe/Berlin", "2026-03-29T02:30", "", []string{"skip", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"}},
		"a day that is skipped":     {"Pacific/Apia", "2011-12-30T09:00", "", []string{"2011-12-29T09:00:00-10:00", "2011-12-31T09:00:00+14:00"}},
		"no time":                   {"Europe/Berlin", "tomorrow", "", []string{"tomorrow", "Europe/Berlin", "2026-11-03T12:00"}},
		"a day that is in no month": {"Europe/Berlin", "2026-02-30T12:00", "", []string{"2026-02-30"}},
		"a year that UTC has not":   {"UTC", "9999-12-31T23:59:00-23:00", "", []string{"9999-12-31T23:59:00-23:00", "1 to 9999"}},
		"a year before the first":   {"UTC", "0001-01-01T00:00:00+01:00", "", []string{"1 to 9999"}},
		"no zone":                   {"Europe/Atlantis", "2026-11-03T12:00", "", []string{"Europe/Atlantis", "IANA"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseLocal(test.zone, test.text)
			if test.says == nil {
				if err != nil || got.Format(time.RFC3339) != test.want {
					t.Fatalf("got %v, %v; want %s", got, err, test.want)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, %v; want a fault", got, err)
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestAClockReadsEveryTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := loadZone(rapid.SampledFrom(awkward).Draw(t, "zone").zone)
		if err != nil {
			t.Fatal(err)
		}
		c := clock{loc: loc}
		leapYearsEnd := at("2039-12-31T00:00").AddDate(rapid.IntRange(0, 40).Draw(t, "years"), 0, 0).Unix()
		sec := leapYearsEnd + rapid.Int64Range(-3*86400, 3*86400).Draw(t, "sec")
		_, offset := time.Unix(sec, 0).In(loc).Zone()
		if s := c.at(sec); !s.has(sec) || s.offset != int64(offset) {
			t.Fatalf("at %v the clock reads %+v", time.Unix(sec, 0).UTC(), s)
		}
		if w := wall(sec + int64(offset)); c.resolve(w) > instant(sec)*aSecond {
			t.Fatalf("%v is %v", w, c.resolve(w).time())
		}
	})
}

func TestTheMachinesOwnZoneIsNoZone(t *testing.T) {
	for _, name := range []string{"", "Local", "../zone", "Europe/Nowhere"} {
		if loc, err := loadZone(name); err == nil {
			t.Errorf("%q is the zone %v", name, loc)
		}
	}
}
