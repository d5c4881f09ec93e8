// Package route says which service a source's signals are about.
package route

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

// Source is a door for messages.
type Source struct {
	Name    id.Source  `json:"-"`
	Kind    string     `json:"kind"`
	Service id.Service `json:"service"`
	Fold    string     `json:"fold,omitempty"`  // group (default) or each
	Limit   string     `json:"limit,omitempty"` // like 120/1m; "" is none
	Key     string     `json:"key,omitempty"`   // as typed; never stored and never shown again
	KeyHash string     `json:"key_hash,omitempty"`
}

// Rate is how many messages a source may send in a span of time.
type Rate struct {
	Count int
	Per   time.Duration
}

// IsKey says whether text may be the key of a source: 16 to 128 of A–Z, a–z,
// 0–9, "_" and "-".
func IsKey(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return len(text) >= 16 && len(text) <= 128
}

// ParseRate reads a limit such as "120/1m"; "" is no limit and ok.
func ParseRate(text string) (Rate, error) {
	if text == "" {
		return Rate{}, nil
	}
	count, per, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	d, err2 := span.ParseDuration(per)
	if err != nil || err2 != nil || n < 1 || d.Std() < time.Second || d.Std() > 24*time.Hour {
		return Rate{}, fmt.Errorf("%q is not a limit; write one like 120/1m", text)
	}
	return Rate{Count: n, Per: d.Std()}, nil
}

// Validate returns what is wrong with the source, where, and how to mend it.
// Kinds lists the kinds that exist.
func (s Source) Validate(kinds []string) []fault.Field {
	var out []fault.Field
	bad := func(path, format string, args ...any) {
		out = append(out, fault.Field{Path: path, Sentence: fmt.Sprintf(format, args...)})
	}
	if !slices.Contains(kinds, s.Kind) {
		bad("kind", "there is no kind of source called %q; there are %s", s.Kind, strings.Join(kinds, ", "))
	}
	if s.Service == "" {
		bad("service", "a source needs the service that its signals are about")
	}
	if s.Fold != "" && s.Fold != "group" && s.Fold != "each" {
		bad("fold", "fold is group or each, not %q", s.Fold)
	}
	if _, err := ParseRate(s.Limit); err != nil {
		bad("limit", "%s", err)
	}
	if s.Key != "" && !IsKey(s.Key) {
		bad("key", "a key is 16 to 128 of A–Z, a–z, 0–9, _ and -; leave it out to have one made")
	}
	return out
}

// Found is where a signal belongs, and why.
type Found struct {
	Service id.Service
	Reason  string
}

// Find returns the service of a signal from s: until a source has rules of its
// own that is the service it names.
func Find(s Source) Found {
	return Found{Service: s.Service, Reason: fmt.Sprintf("source %s sends everything to %s", s.Name, s.Service)}
}
