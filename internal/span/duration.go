package span

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time that is written as people write it: "90s",
// "5m", "1h30m", "2d". It is never negative.
type Duration time.Duration

// ParseDuration reads a length of time such as "5m" or "2d" (a day is 24 h).
// It fails with a sentence that says how to write one.
func ParseDuration(text string) (Duration, error) {
	rest, days := text, time.Duration(0)
	head, tail, found := strings.Cut(text, "d")
	if found {
		n, err := strconv.Atoi(head)
		if err != nil || n < 0 || n > 36500 {
			return 0, unreadable(text)
		}
		days, rest = time.Duration(n)*24*time.Hour, tail
	}
	if found && rest == "" {
		return Duration(days), nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > 36500*24*time.Hour {
		return 0, unreadable(text)
	}
	return Duration(days + d), nil
}

func unreadable(text string) error {
	return fmt.Errorf("%q is not a length of time; write one like 30s, 5m, 1h30m or 2d", text)
}

// Std returns it as a time.Duration.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String returns the shortest text that ParseDuration reads back: "5m", not
// "5m0s".
func (d Duration) String() string {
	std, days := time.Duration(d), ""
	if n := std / (24 * time.Hour); n > 0 {
		days, std = strconv.Itoa(int(n))+"d", std%(24*time.Hour)
		if std == 0 {
			return days
		}
	}
	text := std.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return days + text
}

// MarshalText writes it as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
