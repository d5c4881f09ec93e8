package schedule

import "time"

// wall is what a local clock shows: seconds since 1970-01-01 00:00 on that
// clock. The same wall may happen twice, or never.
type wall int64

// Lengths of wall-clock time, and the ends of it.
const (
	aMinute wall = 60
	anHour  wall = 60 * aMinute
	aDay    wall = 24 * anHour
	aWeek   wall = 7 * aDay

	longAgo wall = -1 << 60
	farOff  wall = 1 << 60
)

// thursday is the weekday of day 0, 1970-01-01, counted from Monday.
const thursday = 3

// floorDiv returns a / b rounded down; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// floorMod returns what floorDiv leaves, from 0 to b-1.
func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// days returns the day of w, counted from 1970-01-01.
func (w wall) days() int64 { return floorDiv(int64(w), int64(aDay)) }

// timeOfDay returns the seconds since midnight on the clock.
func (w wall) timeOfDay() wall { return w - wall(w.days())*aDay }

// weekStart returns Monday 00:00 of the week of w.
func (w wall) weekStart() wall {
	d := w.days()
	return wall(d-floorMod(d+thursday, 7)) * aDay
}

// daysOf counts the days from 1970-01-01 to a date of the Gregorian calendar,
// with years that begin in March so that the leap day comes last.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	ofEra := year - era*400
	ofYear := (153*floorMod(month-3, 12)+2)/5 + day - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// dateOf is the inverse of daysOf.
func dateOf(days int64) (year, month, day int64) {
	days += 719468
	era := floorDiv(days, 146097)
	ofEra := days - era*146097
	year = (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*year + year/4 - year/100)
	month = (5*ofYear + 2) / 153
	day = ofYear - (153*month+2)/5 + 1
	month = floorMod(month+2, 12) + 1
	year += era * 400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// plusMonths returns w n months later, at the same time of day; a day that the
// month does not have is its last.
func (w wall) plusMonths(n int64) wall {
	year, month, day := dateOf(w.days())
	month0 := year*12 + month - 1 + n
	first := daysOf(floorDiv(month0, 12), floorMod(month0, 12)+1, 1)
	next := daysOf(floorDiv(month0+1, 12), floorMod(month0+1, 12)+1, 1)
	return wall(min(first+day-1, next-1))*aDay + w.timeOfDay()
}

// monthsSince returns the largest n for which from.plusMonths(n) is at or
// before w.
func (w wall) monthsSince(from wall) int64 {
	y, m, _ := dateOf(w.days())
	fromYear, fromMonth, _ := dateOf(from.days())
	n := (y-fromYear)*12 + m - fromMonth
	if from.plusMonths(n) > w {
		n--
	}
	return n
}

// wallForms are how a local time may be written.
var wallForms = [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"}

// parseWall reads a local time.
func parseWall(text string) (wall, bool) {
	for _, form := range wallForms {
		if t, err := time.Parse(form, text); err == nil {
			return wall(t.Unix()), true
		}
	}
	return 0, false
}

// String returns w as "2026-11-03 12:00".
func (w wall) String() string { return time.Unix(int64(w), 0).UTC().Format("2006-01-02 15:04") }
