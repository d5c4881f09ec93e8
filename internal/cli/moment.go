package cli

import (
	"fmt"
	"strings"
	"time"

	"firehall/internal/schedule"
)

// timeForms is how times may be typed, for a sentence.
const timeForms = "write it as 15:44 (today), 2026-11-20 15:44 or 2026-11-20, or with its zone behind it: 2026-11-20T15:44Z, 2026-11-20T15:44+01:00"

// Forms of a time once its space is a T.
var (
	zonedForms = [...]string{time.RFC3339, "2006-01-02T15:04Z07:00"}
	wallForms  = [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly}
	dayForms   = [...]string{"15:04", time.TimeOnly}
)

// readTime reads a time that somebody typed behind a flag: on the clocks of
// zone, or with Z or an offset behind it. A time of day alone is today's, a
// date alone is where it begins. It fails with a misuse.
func (w *World) readTime(flag, text string, zone *time.Location) (time.Time, error) {
	clean := strings.Replace(strings.TrimSpace(text), " ", "T", 1)
	for _, form := range zonedForms {
		if t, err := time.Parse(form, clean); err == nil {
			return t, nil
		}
	}
	if isTimeOfDay(clean) {
		clean = w.Now().In(zone).Format(time.DateOnly) + "T" + clean
	}
	for _, form := range wallForms {
		if wall, err := time.Parse(form, clean); err == nil {
			return w.onClocks(flag, wall, zone)
		}
	}
	return time.Time{}, misuse(fmt.Sprintf("%s: %q is no time; %s", flag, text, timeForms))
}

// readEnd reads a time that is still to come: a time of day alone that is not
// after begin is the next day's.
func (w *World) readEnd(flag, text string, zone *time.Location, begin time.Time) (time.Time, error) {
	t, err := w.readTime(flag, text, zone)
	if err == nil && isTimeOfDay(strings.TrimSpace(text)) && !t.After(begin) {
		t = t.In(zone).AddDate(0, 0, 1)
	}
	return t, err
}

// instant reads a time on this machine's clock as the server takes it; "" stays
// "".
func (w *World) instant(flag, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	t, err := w.readTime(flag, text, w.Zone)
	return onWire(t), err
}

// onWire writes a time as the server takes it.
func onWire(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func isTimeOfDay(text string) bool {
	for _, form := range dayForms {
		if _, err := time.Parse(form, text); err == nil {
			return true
		}
	}
	return false
}

// onClocks returns when the clocks of zone show wall. A time that they show
// twice or never is refused with the two choices, where the zone has a name.
func (w *World) onClocks(flag string, wall time.Time, zone *time.Location) (time.Time, error) {
	name := zone.String()
	if zone == w.Zone {
		name = w.zoneName()
	}
	if name == "" {
		return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone), nil
	}
	t, err := schedule.ParseLocal(name, wall.Format("2006-01-02T15:04:05"))
	if err != nil {
		return t, misuse(flag + ": " + err.Error())
	}
	return t, nil
}

// spanned says from when until when, on the clocks of zone and beside it in
// UTC: "from Fri 22:00 until Sat 06:00 Europe/Berlin (21:00–05:00 UTC)".
func (w *World) spanned(from, until time.Time, zone *time.Location) string {
	from, until = from.In(zone), until.In(zone)
	form := "Mon 15:04"
	if until.Sub(w.Now()) > 6*24*time.Hour {
		form = "Mon 2 Jan 15:04"
	}
	text := "from " + from.Format(form) + " until " + until.Format(form) + " " + zone.String()
	_, first := from.Zone()
	_, last := until.Zone()
	if first == 0 && last == 0 {
		return text
	}
	return text + from.UTC().Format(" (15:04–") + until.UTC().Format("15:04 UTC)")
}
