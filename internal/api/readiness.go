package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/lint"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Readiness says whether a page of one urgency would arrive at one person.
type Readiness struct {
	Person  id.Person `json:"person"`
	Urgency string    `json:"urgency" enum:"high,low"`
	Arrives bool      `json:"arrives"`
	Via     []Way     `json:"via" nullable:"false" doc:"By what they would be told, in this order."`
	Missing []string  `json:"missing" nullable:"false" doc:"What is missing, in sentences; also where a page arrives and could do so better."`
}

// Way is one contact of a person and when it is tried.
type Way struct {
	Contact string        `json:"contact"`
	Kind    string        `json:"kind"`
	After   span.Duration `json:"after,omitempty" doc:"Counted from the page; absent: at once."`

	ArrivedAt *time.Time `json:"arrived_at,omitempty" doc:"When something last arrived through it, within 90 days; absent: nothing did."`
}

// readiness lists everyone who may be paged, twice: for high and low urgency.
func (s *Server) readiness(ctx context.Context, _ team.Actor, in *Paging) (list[Readiness], error) {
	setup, err := s.db.FreshSetup(ctx)
	if err != nil {
		return list[Readiness]{}, err
	}
	facts, err := s.act.LintFacts(ctx, setup)
	if err != nil {
		return list[Readiness]{}, err
	}
	var out []Readiness
	for _, name := range responders(setup) {
		for _, urgency := range []string{"high", "low"} {
			out = append(out, s.ready(setup.People[name], urgency, facts))
		}
	}
	return part(out, *in, func(r Readiness) string { return string(r.Person) + " " + r.Urgency })
}

// responders returns who may be paged, sorted.
func responders(setup *store.Setup) []id.Person {
	paged := pagedBy(setup)
	var out []id.Person
	for name, p := range setup.People {
		if p.Disabled {
			continue // is never paged
		}
		if p.Role != team.Observer || slices.Contains(paged, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// ready says what a page of an urgency would do, as far as facts go.
func (s *Server) ready(p store.Person, urgency string, facts lint.Facts) Readiness {
	out := Readiness{Person: p.Name, Urgency: urgency, Via: []Way{}, Missing: []string{}}
	note := func(format string, args ...any) { out.Missing = append(out.Missing, fmt.Sprintf(format, args...)) }
	if len(p.Contacts) == 0 {
		note("%s has no contact", p.Name)
	} else if len(p.Rules[urgency]) == 0 {
		note("there are no rules for %s urgency: all contacts are tried at once", urgency)
	}
	begin := time.Unix(0, 0)
	for _, try := range p.Plan(urgency, begin) {
		if why, ok := s.unsendable[try.Channel]; ok {
			note("nothing can be sent by %s: %s", try.Contact, why)
			continue
		}
		way := Way{Contact: try.Contact, Kind: try.Channel, After: span.Duration(try.DueAt.Sub(begin))}
		told := facts.Told[lint.Contact{Person: p.Name, Name: try.Contact}]
		if !told.ArrivedAt.IsZero() {
			way.ArrivedAt = &told.ArrivedAt
		}
		if why := unproven(try.Contact, told); why != "" {
			note("%s", why)
		}
		out.Via = append(out.Via, way)
	}
	if len(out.Via) > 0 && out.Via[0].After > 0 {
		note("the first contact is tried only %s after the page", out.Via[0].After)
	}
	out.Arrives = len(out.Via) > 0
	return out
}

// unproven says why it is not known that a contact works; "" when it is.
func unproven(name string, told lint.Told) string {
	switch {
	case !told.FailedAt.IsZero() && told.Words != "":
		return fmt.Sprintf("the last message through %s failed (%s)", name, told.Words)
	case !told.FailedAt.IsZero():
		return fmt.Sprintf("the last message through %s failed", name)
	case told.ArrivedAt.IsZero():
		return fmt.Sprintf("nothing has arrived through %s in the last 90 days: test it", name)
	}
	return ""
}

// pagedBy returns whom policies, schedules and fallbacks name.
func pagedBy(setup *store.Setup) []id.Person {
	targets := slices.Clone(setup.Installation.Fallback)
	for _, p := range setup.Policies {
		targets = append(targets, p.Fallback...)
		for _, step := range p.Steps {
			targets = append(targets, step.Page...)
		}
	}
	var out []id.Person
	for _, t := range targets {
		if kind, name, _ := t.Split(); kind == escalation.PersonTarget {
			out = append(out, id.Person(name))
		}
	}
	for _, c := range setup.Schedules {
		out = append(out, c.People(time.Time{})...)
	}
	return out
}
