package intake

import "time"

// layouts are the forms in which instants arrive. Fractions of a second are
// read in each of them; one without a zone is UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
}

// instant returns the instant that s names, in UTC. It is zero when s names
// none, or one outside the years 1970 to 9999: year 1 means "not yet".
func instant(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() < 1970 || t.Year() > 9999 {
			return time.Time{}
		}
		return t
	}
	return time.Time{}
}
