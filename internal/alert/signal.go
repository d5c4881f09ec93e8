package alert

import "time"

// Signal is one item in a message: this problem is (still) there, or gone.
// Strings are valid UTF-8 without NUL and within the limits below.
type Signal struct {
	Key      string            // dedup key; "" asks for one of its own
	Status   SignalStatus      // what the source says about the problem
	Summary  string            // one line, 1 to 200 runes
	Severity string            // the source's own word; "" when it gave none
	Details  map[string]string // labels, annotations, custom details; at most 200
	Links    []Link            // at most 50
	Members  []Member          // for a group: what is in it; at most 2,000
	Partial  bool              // Members is cut: absent members say nothing
	Resends  bool              // the kind repeats a problem while it lasts (Alertmanager)
	StartsAt time.Time         // since when, if the source says so
}

// SignalStatus is what a source says about a problem.
type SignalStatus string

// The statuses of a signal.
const (
	Firing       SignalStatus = "firing"
	SignalAcked  SignalStatus = "acknowledged" // somebody acknowledged it at the source (PagerDuty)
	SignalClosed SignalStatus = "resolved"
)

// Link is a link that a source gave: a runbook, a dashboard, a graph.
type Link struct {
	Href string `json:"href"` // http, https or mailto
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"` // runbook, dashboard, source, image or ""
}

// Member is one problem in a group that is one alert.
type Member struct {
	Key      string            `json:"key"` // unique in its group: Alertmanager's fingerprint
	Firing   bool              `json:"firing"`
	Summary  string            `json:"summary"`
	Severity string            `json:"severity,omitempty"` // the source's own word
	StartsAt time.Time         `json:"starts_at"`
	EndsAt   time.Time         `json:"ends_at,omitzero"` // zero while firing
	Details  map[string]string `json:"details,omitempty"`
	Links    []Link            `json:"links,omitempty"`
}

// Limits of a signal; what is longer is cut, never refused.
const (
	MaxSummary = 200   // runes
	MaxKey     = 512   // bytes; a longer one is replaced by its SHA-256
	MaxDetail  = 15000 // bytes of one value
	MaxDetails = 200
	MaxLinks   = 50
	MaxMembers = 2000
	MaxKnown   = 5000 // members that an alert remembers; beyond them it forgets those that are over
)
