package cli

import (
	"strings"
	"testing"
	"time"
)

// inBerlin is somebody who types at 15:44 on a Friday in Berlin.
func inBerlin(t *testing.T) *World {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &World{Zone: zone, Now: func() time.Time { return time.Date(2026, 11, 20, 14, 44, 0, 0, time.UTC) }}
}

func TestATimeIsReadAsItIsTyped(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"a time of day is today's":       {"15:44", "2026-11-20T14:44:00Z"},
		"with seconds":                   {"15:44:30", "2026-11-20T14:44:30Z"},
		"a date and a time":              {"2026-11-21 15:44", "2026-11-21T14:44:00Z"},
		"with seconds as well":           {"2026-11-21 15:44:30", "2026-11-21T14:44:30Z"},
		"with a T":                       {"2026-11-21T15:44", "2026-11-21T14:44:00Z"},
		"with Z":                         {"2026-11-21T15:44Z", "2026-11-21T15:44:00Z"},
		"with Z and seconds":             {"2026-11-21 15:44:30Z", "2026-11-21T15:44:30Z"},
		"with an offset":                 {"2026-11-21T15:44+02:00", "2026-11-21T13:44:00Z"},
		"with an offset and seconds":     {"2026-11-21T15:44:30-03:30", "2026-11-21T19:14:30Z"},
		"a date alone is its beginning":  {"2026-11-21", "2026-11-20T23:00:00Z"},
		"in summer the clocks are ahead": {"2026-07-01 15:44", "2026-07-01T13:44:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := inBerlin(t).instant("--at", test.text); err != nil || got != test.want {
				t.Errorf("%q is %s, %v; want %s", test.text, got, err, test.want)
			}
		})
	}
}

func TestATimeThatIsNoneIsQuotedAsItWasTyped(t *testing.T) {
	tests := map[string]struct{ text, says string }{
		"a word":                        {"soon", `--at: "soon" is no time; write it as 15:44 (today), 2026-11-20 15:44`},
		"with a space":                  {"2026-11-20 3 pm", `"2026-11-20 3 pm" is no time`},
		"a day that is none":            {"2026-02-30", `"2026-02-30" is no time`},
		"what the clocks never show":    {"2026-03-29 02:30", "write 2026-03-29T"},
		"what the clocks show twice":    {"2026-10-25 02:30", "2026-10-25T02:30:00+02:00"},
		"a time of day with its offset": {"15:44Z", "is no time"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := inBerlin(t).instant("--at", test.text)
			if wrong, ok := err.(misuse); !ok || !strings.Contains(string(wrong), test.says) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

func TestAnEndIsStillToCome(t *testing.T) {
	w := inBerlin(t)
	for text, want := range map[string]string{
		"16:00": "2026-11-20T15:00:00Z", "06:00": "2026-11-21T05:00:00Z", "15:44": "2026-11-21T14:44:00Z", "2026-11-19 06:00": "2026-11-19T05:00:00Z",
	} {
		if got, err := w.readEnd("--until", text, w.Zone, w.Now()); err != nil || onWire(got) != want {
			t.Errorf("until %s is %s, %v; want %s", text, onWire(got), err, want)
		}
	}
}

func TestASpanIsToldOnTheSchedulesClockBesideUTC(t *testing.T) {
	w := inBerlin(t)
	from := time.Date(2026, 11, 20, 21, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		zone  string
		after time.Duration
		want  string
	}{
		"tonight":           {"Europe/Berlin", 0, "from Fri 22:00 until Sat 06:00 Europe/Berlin (21:00–05:00 UTC)"},
		"in a fortnight":    {"Europe/Berlin", 14 * 24 * time.Hour, "from Fri 4 Dec 22:00 until Sat 5 Dec 06:00 Europe/Berlin (21:00–05:00 UTC)"},
		"where UTC is kept": {"UTC", 0, "from Fri 21:00 until Sat 05:00 UTC"},
	}
	for name, test := range tests {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.spanned(from.Add(test.after), from.Add(test.after+8*time.Hour), zone); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
