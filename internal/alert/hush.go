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
	Starts   map[string]time.Time // members that fired then, by key: since when
}

// NewHush returns the hush that a resolution by hand leaves behind.
func NewHush(a Alert, members []Member, now time.Time) Hush {
	h := Hush{Service: a.Service, Key: a.Key, Alert: a.ID, Until: now.Add(HushFor), Severity: a.Severity, Starts: map[string]time.Time{}}
	for _, m := range members {
		if m.Firing {
			h.Starts[m.Key] = m.StartsAt
		}
	}
	return h
}

// Covers says whether a firing signal of this severity is nothing new: every
// firing member was firing then, since the same time, and it is not worse.
func (h Hush) Covers(s Signal, severity Severity) bool {
	if severity > h.Severity {
		return false
	}
	for _, m := range s.Members {
		since, known := h.Starts[m.Key]
		if m.Firing && !(known && since.Equal(m.StartsAt)) {
			return false
		}
	}
	return true
}

// SeverityOfSignal returns the severity that an alert opened by s would have.
func SeverityOfSignal(s Signal, words map[string]Severity) Severity {
	return worst(s.Members, s.Severity, words)
}
