// Package service holds what people depend on.
package service

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Service is something people depend on. It is owned by a team and has a
// policy, by which its alerts page.
type Service struct {
	Name        id.Service        `json:"-"`
	Team        id.Team           `json:"team"`
	Policy      id.Policy         `json:"policy"`
	Description string            `json:"description,omitempty"`
	Urgency     Urgency           `json:"urgency,omitzero"`
	Severity    map[string]string `json:"severity,omitempty"` // a source's words → severities, on top of the installation's
}

// Urgency maps the words of severities to those of urgencies. In JSON it is
// that map, or one word for all severities. Nil is the default.
type Urgency map[string]string

// IsZero says whether the map is the default.
func (u Urgency) IsZero() bool { return len(u) == 0 }

var severities = []string{"critical", "error", "warning", "info"}

// UnmarshalJSON reads a map or one word; null changes nothing.
func (u *Urgency) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var word string
	if json.Unmarshal(b, &word) == nil {
		*u = Urgency{}
		for _, s := range severities {
			(*u)[s] = word
		}
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("urgency is one word (high, low or none) or a map of severities to them")
	}
	*u = m
	return nil
}

// MarshalJSON writes one word when all severities have the same, else the map.
func (u Urgency) MarshalJSON() ([]byte, error) {
	if len(u) == len(severities) {
		first := u[severities[0]]
		same := first != ""
		for _, s := range severities {
			same = same && u[s] == first
		}
		if same {
			return json.Marshal(first)
		}
	}
	return json.Marshal(map[string]string(u))
}

// Clone returns a copy that shares nothing.
func (s Service) Clone() Service {
	s.Urgency, s.Severity = maps.Clone(s.Urgency), maps.Clone(s.Severity)
	return s
}

// Validate returns what is wrong with the service, where, and how to mend it.
// Whether its team and policy exist is for the caller to check.
func (s Service) Validate() []fault.Field {
	var out []fault.Field
	if s.Team == "" {
		out = append(out, fault.Field{Path: "team", Sentence: "a service is owned by a team; name it"})
	}
	if s.Policy == "" {
		out = append(out, fault.Field{Path: "policy", Sentence: "a service needs a policy that says who is paged"})
	}
	for severity, urgency := range s.Urgency {
		if !known(severity, severities) {
			out = append(out, fault.Field{Path: "urgency." + severity, Sentence: "severities are critical, error, warning and info"})
		}
		if !known(urgency, []string{"high", "low", "none"}) {
			out = append(out, fault.Field{Path: "urgency." + severity, Sentence: fmt.Sprintf("%q is not an urgency; there are high, low and none", urgency)})
		}
	}
	for word, severity := range s.Severity {
		if !known(severity, severities) {
			out = append(out, fault.Field{Path: "severity." + word, Sentence: fmt.Sprintf("%q is not a severity; there are critical, error, warning and info", severity)})
		}
	}
	slices.SortStableFunc(out, func(a, b fault.Field) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func known(word string, words []string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
