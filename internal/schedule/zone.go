package schedule

import (
	"math"
	"time"
	_ "time/tzdata" // zones exist on every machine

	"firehall/internal/fault"
)

// instant is a point in time: microseconds since 1970 UTC.
type instant int64

// The ends of time.
const (
	never   instant = math.MinInt64
	forever instant = math.MaxInt64

	aSecond instant = 1e6
)

// instantOf returns t; the zero time becomes zero.
func instantOf(t time.Time, zero instant) instant {
	if t.IsZero() {
		return zero
	}
	return instant(t.UnixMicro())
}

// time returns i in UTC; the ends of time become the zero time.
func (i instant) time() time.Time {
	if i == never || i == forever {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// loadZone returns the zone of an IANA name.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return nil, fault.New(fault.Invalid, "name a time zone, such as Europe/Lisbon")
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fault.New(fault.Invalid, "there is no time zone %.60q: use an IANA name, such as Europe/Lisbon", name)
	}
	return loc, nil
}

// stretch is the time between two changes of a zone's offset from UTC, in
// seconds since 1970.
type stretch struct{ from, until, offset int64 }

func (s stretch) has(sec int64) bool { return s.from <= sec && sec < s.until }

// aQuarter is a quarter of an hour in seconds: zones change at the start of one.
const aQuarter = 15 * 60

// maxOffset is more than any zone has ever been ahead of or behind UTC, in
// seconds.
const maxOffset = 26 * 3600

// clock reads one zone. It remembers the two stretches that it read last, which
// makes nearby times cheap; so two goroutines never share one.
type clock struct {
	loc          *time.Location
	last, before stretch
}

// at returns the stretch that holds sec.
func (c *clock) at(sec int64) stretch {
	if c.last.has(sec) {
		return c.last
	}
	if c.before.has(sec) {
		c.last, c.before = c.before, c.last
		return c.last
	}
	t := time.Unix(sec, 0).In(c.loc)
	_, offset := t.Zone()
	s := stretch{from: int64(longAgo), until: int64(farOff), offset: int64(offset)}
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		s.from = start.Unix()
	}
	if !end.IsZero() {
		s.until = end.Unix()
	}
	if !s.has(sec) { // the time package ends leap years that are beyond its table a day early
		s.from, s.until = sec, sec-floorMod(sec, aQuarter)+aQuarter
	}
	c.last, c.before = s, c.last
	return s
}

// resolve returns the first instant at which the clock shows w or later: for a
// wall that happens once itself, for one that happens twice the first, for one
// that is skipped the first instant after the gap. It is monotone.
func (c *clock) resolve(w wall) instant {
	if w <= longAgo {
		return never
	}
	if w >= farOff {
		return forever
	}
	for s := c.at(int64(w) - maxOffset); ; s = c.at(s.until) {
		if sec := max(s.from, int64(w)-s.offset); sec < s.until {
			return instant(sec) * aSecond
		}
	}
}

// reached returns the latest wall that the clock has shown by t. It is what
// resolve inverts: resolve(w) is at or before t when w is at or before
// reached(t). On a night when clocks go back it stands still.
func (c *clock) reached(t instant) wall {
	sec := floorDiv(int64(t), int64(aSecond))
	s := c.at(sec)
	latest := sec + s.offset
	for s.from > sec-maxOffset {
		change := s.from
		s = c.at(change - 1)
		latest = max(latest, change-1+s.offset)
	}
	return wall(latest)
}

// ParseLocal reads a time that a person typed: RFC 3339, or local in a zone,
// as "2026-10-25T12:30". It fails with fault.Invalid on anything else, for a
// time that is not in the years 1 to 9999 of UTC, and for a local time that
// happens twice or never, with the two choices.
func ParseLocal(zone, text string) (time.Time, error) {
	t, err := parseTyped(zone, text)
	if year := t.Year(); err == nil && (year < 1 || year > 9999) {
		return time.Time{}, fault.New(fault.Invalid, "%.60q is in no year from 1 to 9999 of UTC", text)
	}
	return t, err
}

func parseTyped(zone, text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	loc, err := loadZone(zone)
	if err != nil {
		return time.Time{}, err
	}
	w, ok := parseWall(text)
	if !ok {
		return time.Time{}, fault.New(fault.Invalid, "%.60q is no time: write it as 2026-11-03T12:00 (local in %s) or 2026-11-03T12:00:00Z", text, zone)
	}
	return single(loc, w)
}

// single returns the one instant at which the clocks of loc show w.
func single(loc *time.Location, w wall) (time.Time, error) {
	c := clock{loc: loc}
	first := c.at(int64(w) - maxOffset)
	last := first
	var found []time.Time
	for s := first; s.from <= int64(w)+maxOffset; s = c.at(s.until) {
		if sec := int64(w) - s.offset; s.has(sec) {
			found = append(found, time.Unix(sec, 0).In(loc))
		}
		last = s
		if s.until >= int64(farOff) {
			break
		}
	}
	switch len(found) {
	case 1:
		return found[0].UTC(), nil
	case 0:
		early := time.Unix(int64(w)-last.offset, 0).In(loc)
		late := time.Unix(int64(w)-first.offset, 0).In(loc)
		return time.Time{}, fault.New(fault.Invalid, "the clocks of %s skip %s: write %s or %s", loc, w, early.Format(time.RFC3339), late.Format(time.RFC3339))
	default:
		return time.Time{}, fault.New(fault.Invalid, "the clocks of %s show %s twice: write %s or %s", loc, w, found[0].Format(time.RFC3339), found[len(found)-1].Format(time.RFC3339))
	}
}
