package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/span"
)

// maxPhrases is how many times one sentence names.
const maxPhrases = 3

// weeksNeeded is how often something is seen before it is said to come back.
const weeksNeeded = 3

// pattern is what spans that come back have in common, by the local clock.
type pattern struct {
	from, until string // "17:00", "24:00"
	days        int    // from the day on which it begins to the day of until
	every       int    // weeks
}

// series is a pattern on some weekdays.
type series struct {
	pattern
	weekdays []time.Weekday
	first    span.Span
	count    int
}

// when says when spans happen, by the local clock of a zone; those that come
// back are said once: "every Sunday 00:00–24:00 (first on 2026-11-22)".
func (l *look) when(spans []span.Span, loc *time.Location) string {
	if l.always(spans) {
		return "in all of the next eight weeks"
	}
	var phrases []string
	shown := 0
	for _, s := range grouped(spans, loc) {
		if len(phrases) == maxPhrases {
			break
		}
		phrases = append(phrases, l.phrase(s, loc))
		shown += s.count
	}
	if rest := len(spans) - shown; rest > 0 {
		phrases = append(phrases, fmt.Sprintf("%d more times in the next eight weeks", rest))
	}
	out := listed(phrases)
	if loc != time.UTC {
		return out + ", " + loc.String() + " time,"
	}
	return out + ", UTC,"
}

// grouped puts spans together that come back in the same pattern, in the order
// of their first.
func grouped(spans []span.Span, loc *time.Location) []series {
	byShape := map[string][]span.Span{}
	var keys []string
	for _, s := range spans {
		p, day := shape(s, loc)
		key := fmt.Sprint(p, day)
		if byShape[key] == nil {
			keys = append(keys, key)
		}
		byShape[key] = append(byShape[key], s)
	}
	var out []series
	for _, key := range keys {
		for _, s := range recurring(byShape[key], loc) {
			out = merged(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b series) int {
		return cmp.Or(cmp.Compare(min(b.every, 1), min(a.every, 1)), a.first.From.Compare(b.first.From))
	})
	return out
}

// shape returns how a span looks on the local clock and the weekday on which it
// begins.
func shape(s span.Span, loc *time.Location) (pattern, time.Weekday) {
	from, until := s.From.In(loc), s.Until.In(loc)
	p := pattern{from: from.Format("15:04"), until: until.Format("15:04"), days: date(until) - date(from)}
	if p.until == "00:00" {
		p.until, p.days = "24:00", p.days-1
	}
	return p, from.Weekday()
}

// date counts the days of the calendar.
func date(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// recurring returns spans of one shape as one series when they come back at
// equal distances, else each by itself.
func recurring(spans []span.Span, loc *time.Location) []series {
	p, weekday := shape(spans[0], loc)
	weeks := 0
	for i := 1; i < len(spans); i++ {
		apart := (date(spans[i].From.In(loc)) - date(spans[i-1].From.In(loc))) / 7
		if weeks != 0 && apart != weeks {
			weeks = 0
			break
		}
		weeks = apart
	}
	if weeks > 0 && (len(spans) >= weeksNeeded || (weeks > 1 && len(spans) > 1)) {
		p.every = weeks
		return []series{{p, []time.Weekday{weekday}, spans[0], len(spans)}}
	}
	out := make([]series, len(spans))
	for i, s := range spans {
		out[i] = series{p, []time.Weekday{weekday}, s, 1}
	}
	return out
}

// merged adds a series to others: to the one of the same pattern when they come
// back each week.
func merged(all []series, s series) []series {
	for i := range all {
		if s.every == 1 && all[i].pattern == s.pattern {
			all[i].weekdays = append(all[i].weekdays, s.weekdays...)
			all[i].count += s.count
			if s.first.From.Before(all[i].first.From) {
				all[i].first = s.first
			}
			return all
		}
	}
	return append(all, s)
}

// phrase says when a series is.
func (l *look) phrase(s series, loc *time.Location) string {
	from, until := s.first.From.In(loc), s.first.Until.In(loc)
	if s.every == 0 {
		switch {
		case !s.first.Until.Before(l.until):
			return "from " + moment(from) + " on"
		case !s.first.From.After(l.now):
			return "from now until " + moment(until)
		}
		return "from " + moment(from) + " until " + moment(until)
	}
	if s.days >= 7 {
		return s.weeks() + " from " + from.Weekday().String() + " " + s.from + hours(s, until) + first(from)
	}
	words := map[int]string{1: "every ", 2: "every second ", 3: "every third ", 4: "every fourth "}[s.every]
	if words == "" {
		words = fmt.Sprintf("every %d weeks on ", s.every)
	}
	return words + days(s.weekdays) + hours(s, until) + first(from)
}

// weeks says how often something that lasts a week or longer comes back.
func (s series) weeks() string {
	if s.every == 1 {
		return "every week"
	}
	return fmt.Sprintf("every %d weeks", s.every)
}

func first(from time.Time) string { return " (first on " + from.Format(time.DateOnly) + ")" }

// hours says from which hour until which a series is.
func hours(s series, until time.Time) string {
	switch {
	case s.days == 0:
		return " " + s.from + "–" + s.until
	case s.days == 1 && len(s.weekdays) > 1:
		return " from " + s.from + " until " + s.until + " the next day"
	case s.until == "24:00":
		until = until.Add(-time.Nanosecond)
	}
	if len(s.weekdays) > 1 {
		return fmt.Sprintf(" from %s until %s %d days later", s.from, s.until, s.days)
	}
	end := " until " + until.Weekday().String() + " " + s.until
	if s.days >= 7 {
		return end
	}
	return " from " + s.from + end
}

// days says weekdays: "day", "Sunday", "Monday to Friday", "Saturday and
// Sunday".
func days(list []time.Weekday) string {
	order := make([]int, len(list))
	for i, d := range list {
		order[i] = (int(d) + 6) % 7 // from Monday
	}
	slices.Sort(order)
	name := func(n int) string { return time.Weekday((n + 1) % 7).String() }
	first, last := order[0], order[len(order)-1]
	switch {
	case len(order) == 7:
		return "day"
	case len(order) > 2 && last-first == len(order)-1:
		return name(first) + " to " + name(last)
	}
	names := make([]string, len(order))
	for i, n := range order {
		names[i] = name(n)
	}
	return listed(names)
}

// moment says one time: "Mon 2026-11-23 09:00".
func moment(t time.Time) string { return t.Format("Mon 2006-01-02 15:04") }

// listed joins words: "a", "a and b", "a, b and c".
func listed(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " and " + words[n]
	}
	return strings.Join(words, "")
}
