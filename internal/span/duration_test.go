package span

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

func TestALengthOfTimeIsReadAsPeopleWriteIt(t *testing.T) {
	tests := map[string]time.Duration{
		"0":        0,
		"0s":       0,
		"0d":       0,
		"90s":      90 * time.Second,
		"5m":       5 * time.Minute,
		"1h30m":    90 * time.Minute,
		"1.5h":     90 * time.Minute,
		"100ms":    100 * time.Millisecond,
		"2d":       2 * day,
		"2d0s":     2 * day,
		"0d5m":     5 * time.Minute,
		"1d12h":    36 * time.Hour,
		"1d1h1m1s": day + time.Hour + time.Minute + time.Second,
		"36500d":   36500 * day,
		"876000h":  36500 * day,
	}
	for text, want := range tests {
		if got, err := ParseDuration(text); err != nil || got.Std() != want {
			t.Errorf("%q is %s, %v", text, got.Std(), err)
		}
	}
}

func TestWhatIsNoLengthOfTimeIsRefusedWithHowToWriteOne(t *testing.T) {
	for _, text := range []string{
		"", " ", "5", "5 m", "m", "d", "-5m", "-1d", "1d-2h", "1.5d", "xd", "d5m", "1h2d", "1d2d", "1w", "five minutes",
		"36501d", "876001h", "99999999999999999999d", "99999999999h", "∞", "5m\x00",
	} {
		got, err := ParseDuration(text)
		if err == nil {
			t.Errorf("%q is read as %s", text, got)
		} else if !strings.HasSuffix(err.Error(), "is not a length of time; write one like 30s, 5m, 1h30m or 2d") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestALengthOfTimeIsWrittenShort(t *testing.T) {
	tests := map[string]time.Duration{
		"0s":     0,
		"1ns":    1,
		"100ms":  100 * time.Millisecond,
		"30s":    30 * time.Second,
		"1m":     time.Minute,
		"10m":    10 * time.Minute,
		"1m30s":  90 * time.Second,
		"1h":     time.Hour,
		"10h":    10 * time.Hour,
		"1h10m":  70 * time.Minute,
		"1h0m1s": time.Hour + time.Second,
		"1d":     day,
		"1d1h":   25 * time.Hour,
		"1d10m":  day + 10*time.Minute,
		"36500d": 36500 * day,
	}
	for want, d := range tests {
		if got := Duration(d).String(); got != want {
			t.Errorf("%s is written %q", d, got)
		}
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]time.Duration{1, time.Millisecond, time.Second, time.Minute, time.Hour, day}).Draw(t, "unit")
		d := Duration(rapid.Int64Range(0, int64(36500*day/unit)).Draw(t, "count")) * Duration(unit)
		got, err := ParseDuration(d.String())
		if err != nil || got != d {
			t.Fatalf("%d is written %q and read as %d, %v", d, d, got, err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		got = 0
		if err := json.Unmarshal(text, &got); err != nil || got != d {
			t.Fatalf("%d is %s in JSON and read as %d, %v", d, text, got, err)
		}
	})
}

func TestWhateverIsReadIsNeverNegativeAndIsWrittenBack(t *testing.T) {
	text := rapid.StringMatching(`[-+]?[0-9]{0,6}d?[-+]?([0-9]{1,4}(\.[0-9]{1,3})?(h|m|s|ms|us|ns)){0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		d, err := ParseDuration(text.Draw(t, "text"))
		if err != nil {
			return
		}
		if again, err := ParseDuration(d.String()); d < 0 || err != nil || again != d {
			t.Fatalf("%d is written %q and read as %d, %v", d, d, again, err)
		}
	})
}

func TestABadLengthOfTimeInJSONLeavesTheOldOne(t *testing.T) {
	d := Duration(time.Minute)
	if err := json.Unmarshal([]byte(`"soon"`), &d); err == nil || d != Duration(time.Minute) {
		t.Errorf("%s, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`300`), &d); err == nil || d != Duration(time.Minute) {
		t.Errorf("a bare number: %s, %v", d, err)
	}
}
