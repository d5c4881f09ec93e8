package alert

import (
	"time"

	"firehall/internal/id"
)

// HushFor is how long a source that repeats itself pages nobody about a
// problem that a person resolved by hand.
const HushFor = time.Hour

// Hush remembers a problem that was resolved by hand while its source, which
// repeats a problem while it lasts, still says that it is there.
type Hush struct {
	Service  id.Service
	Key      string
	Alert    id.Alert             // the alert that was resolved
	Until    time.Time            // from then on the problem pages again
	Severity Severity             // when it was resolved
	Starts   map[string]time.Time // what fired then: a member's key, or "" for one without members, and since when
}

// NewHush returns the hush that a resolution by hand leaves behind.
func NewHush(a Alert, members []Member, now time.Time) Hush {
	h := Hush{Service: a.Service, Key: a.Key, Alert: a.ID, Until: now.Add(HushFor), Severity: a.Severity, Starts: map[string]time.Time{}}
	if len(members) == 0 {
		h.Starts[""] = a.StartsAt
	}
	for _, m := range members {
		if m.Firing {
			h.Starts[m.Key] = m.StartsAt
		}
	}
	return h
}

// Covers says whether a firing signal of this severity is nothing new: it is
// not worse, and it, or every member of it that fires, fired then since the
// same time.
func (h Hush) Covers(s Signal, severity Severity) bool {
	if severity > h.Severity {
		return false
	}
	if _, alone := h.Starts[""]; alone && len(s.Members) == 0 {
		return h.knows("", s.StartsAt)
	}
	for _, m := range s.Members {
		if m.Firing && !h.knows(m.Key, m.StartsAt) {
			return false
		}
	}
	return true
}

// knows says whether a member fired then, since this time.
func (h Hush) knows(key string, since time.Time) bool {
	then, known := h.Starts[key]
	return known && then.Equal(since)
}
