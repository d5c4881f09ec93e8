// Package notify decides by which of a person's contacts, and when, they are
// told.
package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

// Contact is one way to reach a person.
type Contact struct {
	Kind   string   `json:"kind"`             // webhook, email, ntfy, slack
	To     string   `json:"to"`               // an address, by kind
	Secret string   `json:"secret,omitempty"` // as typed; never stored and never shown again
	Sealed []string `json:"sealed,omitempty"` // the secret as stored, newest first; two while rotating
}

// Mark returns a short name for where the contact leads: another one for
// another address, and without a part of it.
func (c Contact) Mark() string {
	sum := sha256.Sum256([]byte(c.Kind + "\x00" + c.To + "\x00" + strings.Join(c.Sealed, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Rule tells a person by some contacts after a while.
type Rule struct {
	Via   []string      `json:"via"`             // names of contacts
	After span.Duration `json:"after,omitempty"` // counted from the page
}

// Reach is how a person wants to be reached.
type Reach struct {
	Contacts map[string]Contact `json:"contacts,omitempty"` // by lasting name
	Rules    map[string][]Rule  `json:"rules,omitempty"`    // by urgency: high, low
}

// Try is one send that a page plans.
type Try struct {
	Contact string
	Channel string // the contact's kind
	DueAt   time.Time
	Reason  string
}

// Limits of a person's reach.
const (
	MaxContacts = 20
	MaxRules    = 20
	MaxAfter    = 24 * time.Hour
)

// Plan returns the sends for a page of this urgency at a time, in the order in
// which they are due. Without rules for the urgency it is all contacts at
// once; without contacts it is none.
func (r Reach) Plan(urgency string, at time.Time) []Try {
	rules := r.Rules[urgency]
	if !r.anyKnown(rules) {
		return r.all(at, "no rules for "+urgency+" urgency: all contacts at once")
	}
	var out []Try
	for i, rule := range rules {
		for _, name := range rule.Via {
			c, ok := r.Contacts[name]
			if !ok {
				continue
			}
			reason := fmt.Sprintf("rule %d for %s urgency", i+1, urgency)
			if rule.After > 0 {
				reason += ", " + rule.After.String() + " after the page"
			}
			out = append(out, Try{Contact: name, Channel: c.Kind, DueAt: at.Add(rule.After.Std()), Reason: reason})
		}
	}
	slices.SortStableFunc(out, func(a, b Try) int { return a.DueAt.Compare(b.DueAt) })
	return out
}

func (r Reach) anyKnown(rules []Rule) bool {
	for _, rule := range rules {
		for _, name := range rule.Via {
			if _, ok := r.Contacts[name]; ok {
				return true
			}
		}
	}
	return false
}

func (r Reach) all(at time.Time, reason string) []Try {
	out := make([]Try, 0, len(r.Contacts))
	for name, c := range r.Contacts {
		out = append(out, Try{Contact: name, Channel: c.Kind, DueAt: at, Reason: reason})
	}
	slices.SortFunc(out, func(a, b Try) int { return cmp.Compare(a.Contact, b.Contact) })
	return out
}

// Validate returns what is wrong with the reach, where, and how to mend it.
// Kinds lists the kinds of contact that exist.
func (r Reach) Validate(kinds []string) []fault.Field {
	var out []fault.Field
	bad := func(path, format string, args ...any) {
		out = append(out, fault.Field{Path: path, Sentence: fmt.Sprintf(format, args...)})
	}
	if len(r.Contacts) > MaxContacts {
		bad("contacts", "a person has at most %d contacts", MaxContacts)
	}
	for name, c := range r.Contacts {
		if !id.IsName(name) {
			bad("contacts."+name, "a contact's name is made of a–z, 0–9 and -")
		}
		if !slices.Contains(kinds, c.Kind) {
			bad("contacts."+name+".kind", "there is no kind of contact called %q; there are %v", c.Kind, kinds)
		}
		if c.To == "" {
			bad("contacts."+name+".to", "a contact needs an address")
		}
	}
	for urgency, rules := range r.Rules {
		if urgency != "high" && urgency != "low" {
			bad("rules."+urgency, "rules are for high or low urgency")
		}
		out = append(out, r.validateRules("rules."+urgency, rules)...)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

func (r Reach) validateRules(path string, rules []Rule) []fault.Field {
	var out []fault.Field
	if len(rules) > MaxRules {
		out = append(out, fault.Field{Path: path, Sentence: fmt.Sprintf("at most %d rules for an urgency", MaxRules)})
	}
	for i, rule := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(rule.Via) == 0 {
			out = append(out, fault.Field{Path: at + ".via", Sentence: "a rule names at least one contact"})
		}
		for j, name := range rule.Via {
			if _, ok := r.Contacts[name]; !ok {
				out = append(out, fault.Field{Path: fmt.Sprintf("%s.via[%d]", at, j), Sentence: fmt.Sprintf("there is no contact %q here; add it to contacts or take it out", name)})
			}
		}
		if rule.After.Std() > MaxAfter {
			out = append(out, fault.Field{Path: at + ".after", Sentence: "after is at most 24h"})
		}
	}
	return out
}
