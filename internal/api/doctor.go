package api

import (
	"context"
	"fmt"
	"strings"

	"firehall/internal/doctor"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

func (s *Server) registerDoctor() {
	handle(s, get(tagDoctor, "/doctor", "doctor", "What ails this installation, and how to mend it; for admins. It takes up to 7 s, and sends nobody anything."), s.examine)
}

// examine looks at the node, and whether pages would arrive at people.
func (s *Server) examine(ctx context.Context, by team.Actor, _ *struct{}) (doctor.Report, error) {
	if by.Role != team.Owner && by.Role != team.Admin {
		return doctor.Report{}, fault.New(fault.Denied, "only an owner or an admin may ask the doctor")
	}
	var out doctor.Report
	if s.doctor != nil {
		out = s.doctor(ctx)
	}
	out.Items = append(orEmpty(out.Items), s.peopleFound(ctx)...)
	return out.Counted(), nil
}

// peopleFound says at whom pages of high urgency would not arrive.
func (s *Server) peopleFound(ctx context.Context) []doctor.Diagnosis {
	setup, err := s.db.FreshSetup(ctx)
	if err != nil {
		return nil // the database fails, which is found already
	}
	facts, err := s.act.LintFacts(ctx, setup)
	if err != nil {
		return nil
	}
	var ready []Readiness
	for _, name := range responders(setup) {
		ready = append(ready, s.ready(setup.People[name], "high", facts))
	}
	return peopleAre(ready)
}

// peopleAre judges readiness for high urgency.
func peopleAre(ready []Readiness) []doctor.Diagnosis {
	var unreached, unproven []id.Person
	for _, r := range ready {
		switch {
		case !r.Arrives:
			unreached = append(unreached, r.Person)
		case !proven(r):
			unproven = append(unproven, r.Person)
		}
	}
	say := func(level doctor.Level, sentence, mend string) doctor.Diagnosis {
		return doctor.Diagnosis{Check: "people", Level: level, Sentence: sentence, Mend: mend}
	}
	var out []doctor.Diagnosis
	if len(unreached) > 0 {
		out = append(out, say(doctor.Problem, "no page of high urgency arrives at "+some(unreached), "firehall readiness says what each of them lacks"))
	}
	if len(unproven) > 0 {
		out = append(out, say(doctor.Warning, "nothing proves that a page arrives at "+some(unproven), "test their contacts: firehall contacts PERSON --test CONTACT"))
	}
	if len(out) == 0 {
		out = append(out, say(doctor.OK, fmt.Sprintf("pages of high urgency arrive at everybody who may be paged (%d)", len(ready)), ""))
	}
	return out
}

// proven says whether something has arrived through one of a person's contacts.
func proven(r Readiness) bool {
	for _, w := range r.Via {
		if w.ArrivedAt != nil {
			return true
		}
	}
	return false
}

// some names a few people.
func some(names []id.Person) string {
	const most = 5
	words := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		words = append(words, string(n))
	}
	out := strings.Join(words, ", ")
	if more := len(names) - most; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
}
