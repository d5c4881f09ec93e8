package demo

import "time"

// zoneNamed returns an IANA zone, UTC when there is none of that name.
func zoneNamed(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// timesAt returns what the variables of demo.yaml hold: this week is the
// first member's, and tonight is a gap.
func timesAt(now time.Time) map[string]string {
	const local = "2006-01-02T15:04"
	from, until := tonight(now, singapore)
	return map[string]string{
		"DEMO_LISBON_MONDAY":    lastMonday(now, lisbon).Format(local),
		"DEMO_SINGAPORE_MONDAY": lastMonday(now, singapore).Format(local),
		"DEMO_UTC_MONDAY":       lastMonday(now.Add(9*time.Hour), "UTC").Add(-9 * time.Hour).Format(local),
		"DEMO_TONIGHT":          from.Format(local),
		"DEMO_MORNING":          until.Format(local),
	}
}

// lastMonday returns the last Monday, 09:00 in a zone, up to now.
func lastMonday(now time.Time, zone string) time.Time {
	now = now.In(zoneNamed(zone))
	days := (int(now.Weekday()) + 6) % 7
	monday := time.Date(now.Year(), now.Month(), now.Day()-days, 9, 0, 0, 0, now.Location())
	if monday.After(now) {
		monday = monday.AddDate(0, 0, -7)
	}
	return monday
}

// tonight returns the night in a zone, 22:00 until 08:00, that is or comes
// next, and of which at least six hours are left.
func tonight(now time.Time, zone string) (from, until time.Time) {
	now = now.In(zoneNamed(zone))
	until = time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, now.Location())
	for until.Sub(now) < 6*time.Hour {
		until = until.AddDate(0, 0, 1)
	}
	return until.Add(-10 * time.Hour), until
}
