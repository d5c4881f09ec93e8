// Package ui holds the parts that every page is made of: components, icons,
// the style, and how times and texts from outside are written.
//
// A component has typed arguments and only shows; it never fetches. What came
// from outside goes through Line or Text before it is shown.
package ui

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// unitGap stands between a number and its unit and never breaks: U+202F.
const unitGap = "\u202f"

// Age says how long something has lasted in one or two units, rounded down:
// "54 s", "3 m", "2 h 10 m", "3 d". What has not begun is "0 s".
func Age(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return fmt.Sprint(int(d.Seconds())) + unitGap + "s"
	case d < time.Hour:
		return fmt.Sprint(int(d.Minutes())) + unitGap + "m"
	case d < 48*time.Hour:
		hours := fmt.Sprint(int(d.Hours())) + unitGap + "h"
		if minutes := int(d.Minutes()) % 60; minutes > 0 {
			hours += " " + fmt.Sprint(minutes) + unitGap + "m"
		}
		return hours
	}
	return fmt.Sprint(int(d.Hours())/24) + unitGap + "d"
}

// Countdown says how long it is until something: "1:50" under an hour, then as
// Age does. What is past is "0:00".
func Countdown(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return Age(d)
}

// Clock says when something is for somebody who reads at now, in the zone of
// now: "03:12", and on another day "09:00 on 23 Nov".
func Clock(t, now time.Time) string { return clock(t, now, "15:04") }

// ClockSeconds is Clock to the second: "03:07:12".
func ClockSeconds(t, now time.Time) string { return clock(t, now, "15:04:05") }

func clock(t, now time.Time, layout string) string {
	t = t.In(now.Location())
	switch {
	case t.Year() != now.Year():
		layout += " on 2 Jan 2006"
	case t.YearDay() != now.YearDay():
		layout += " on 2 Jan"
	}
	return t.Format(layout)
}

// Line returns s as one harmless line of at most limit runes: control
// characters and line ends become spaces, runs of spaces one, and marks that
// turn the direction of text go. What is cut ends in "…".
func Line(s string, limit int) string {
	return cut(strings.Join(strings.Fields(harmless(s, limit)), " "), limit)
}

// Text is Line for text of several lines: it keeps line ends, at most one
// empty line in a row.
func Text(s string, limit int) string {
	var lines []string
	for line := range strings.SplitSeq(harmless(s, limit), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return cut(strings.TrimSpace(strings.Join(lines, "\n")), limit)
}

// harmless replaces each rune that has no place in a text. It looks only at so
// much of s as can matter for limit runes.
func harmless(s string, limit int) string {
	s = s[:min(len(s), 16*limit)]
	return strings.Map(neutral, strings.ToValidUTF8(s, "\uFFFD"))
}

func neutral(r rune) rune {
	switch {
	case r == '\n', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsControl(r):
		return ' '
	case r == '\u200c', r == '\u200d': // joiners: Persian words and emoji need them
		return r
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

func cut(s string, limit int) string {
	runes := 0
	for i := range s {
		if runes++; runes == limit && i < len(s) && len([]rune(s[i:])) > 1 {
			return strings.TrimRight(s[:i], " \n") + "…"
		}
	}
	return s
}
