// Package escalation decides who is paged when nobody answers.
package escalation

import (
	"fmt"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

// Target is who a step pages: "person:<name>" or "schedule:<name>".
type Target string

// Kinds of target.
const (
	PersonTarget   = "person"
	ScheduleTarget = "schedule"
)

// Split returns the target's kind and name; ok is false when it is neither a
// person nor a schedule.
func (t Target) Split() (kind, name string, ok bool) {
	kind, name, _ = strings.Cut(string(t), ":")
	return kind, name, (kind == PersonTarget || kind == ScheduleTarget) && name != ""
}

// Policy says who is paged, in which steps, with which waits. A version of it
// never changes; an alert holds one.
type Policy struct {
	Name       id.Policy     `json:"-"`
	Team       id.Team       `json:"team"`
	Steps      []Step        `json:"steps"`
	Repeat     int           `json:"repeat,omitempty"`      // the steps run Repeat+1 times
	AckTimeout span.Duration `json:"ack_timeout,omitempty"` // 0: an acknowledgement does not lapse
	Fallback   []Target      `json:"fallback,omitempty"`    // when all rounds are spent; else the installation's
}

// Step pages its targets and waits.
type Step struct {
	Page []Target      `json:"page"`
	Wait span.Duration `json:"wait"`           // until the next step, counted from the page
	Acks int           `json:"acks,omitempty"` // how many must answer; 1 when absent
}

// Limits of a policy.
const (
	MaxSteps  = 20
	MaxRepeat = 100
	MinWait   = time.Second
	MaxWait   = 24 * time.Hour
)

// Validate returns what is wrong with the policy, where, and how to mend it.
// Whether the targets exist is for the caller to check.
func (p Policy) Validate() []fault.Field {
	var out []fault.Field
	bad := func(path, format string, args ...any) {
		out = append(out, fault.Field{Path: path, Sentence: fmt.Sprintf(format, args...)})
	}
	if len(p.Steps) == 0 {
		bad("steps", "a policy needs at least one step, like {page: [\"person:ana\"], wait: 5m}")
	}
	if len(p.Steps) > MaxSteps {
		bad("steps", "a policy has at most %d steps, this one has %d", MaxSteps, len(p.Steps))
	}
	if p.Repeat < 0 || p.Repeat > MaxRepeat {
		bad("repeat", "repeat is a number from 0 to %d", MaxRepeat)
	}
	if p.AckTimeout != 0 && p.AckTimeout.Std() < time.Minute {
		bad("ack_timeout", "an ack_timeout is at least 1m; leave it out for none")
	}
	for i, step := range p.Steps {
		out = append(out, step.validate(fmt.Sprintf("steps[%d]", i))...)
	}
	return append(out, targets("fallback", p.Fallback)...)
}

func (s Step) validate(path string) []fault.Field {
	out := targets(path+".page", s.Page)
	if len(s.Page) == 0 {
		out = append(out, fault.Field{Path: path + ".page", Sentence: "a step needs somebody to page, like [\"schedule:primary\"]"})
	}
	if w := s.Wait.Std(); w < MinWait || w > MaxWait {
		out = append(out, fault.Field{Path: path + ".wait", Sentence: "every step needs a wait from 1s to 24h, like 5m: without it the steps would run round and round"})
	}
	if s.Acks < 0 || s.Acks > 1 {
		out = append(out, fault.Field{Path: path + ".acks", Sentence: "one answer stops a step; acks is 1 or left out"})
	}
	return out
}

func targets(path string, list []Target) []fault.Field {
	var out []fault.Field
	for i, t := range list {
		if _, _, ok := t.Split(); !ok {
			out = append(out, fault.Field{
				Path:     fmt.Sprintf("%s[%d]", path, i),
				Sentence: fmt.Sprintf("%q is not a target; write \"person:<name>\" or \"schedule:<name>\"", string(t)),
			})
		}
	}
	return out
}
