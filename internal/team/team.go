// Package team holds people, their teams, and who may do what.
package team

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Person is somebody who may be paged.
type Person struct {
	Name     id.Person `json:"-"`
	FullName string    `json:"name"`
	Email    string    `json:"email,omitempty"`
	Zone     string    `json:"zone,omitempty"` // IANA; UTC when absent
	Role     Role      `json:"role,omitempty"` // responder when absent
	Disabled bool      `json:"disabled,omitempty"`
}

// First returns the person's first name.
func (p Person) First() string {
	first, _, _ := strings.Cut(strings.TrimSpace(p.FullName), " ")
	if first == "" {
		return string(p.Name)
	}
	return first
}

// Location returns the person's zone, UTC when they have none.
func (p Person) Location() *time.Location {
	if loc, err := time.LoadLocation(p.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// Team owns services, schedules and policies.
type Team struct {
	Name     id.Team     `json:"-"`
	FullName string      `json:"name"`
	Managers []id.Person `json:"managers,omitempty"`
	Members  []id.Person `json:"members,omitempty"`
}

// Validate returns what is wrong with the person, where, and how to mend it.
func (p Person) Validate() []fault.Field {
	var out []fault.Field
	bad := func(path, format string, args ...any) {
		out = append(out, fault.Field{Path: path, Sentence: fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(p.FullName) == "" || len(p.FullName) > 200 {
		bad("name", "a person needs a name of 1 to 200 bytes")
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
			bad("zone", "there is no time zone %q; write one like Europe/Lisbon", p.Zone)
		}
	}
	if p.Email != "" && (!strings.Contains(p.Email, "@") || strings.ContainsAny(p.Email, " \r\n<>")) {
		bad("email", "%q is not a mail address", p.Email)
	}
	if p.Role != "" && !slices.Contains(Roles, p.Role) {
		bad("role", "%q is not a role; there are owner, admin, responder and observer", string(p.Role))
	}
	return out
}
