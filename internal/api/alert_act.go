package api

import (
	"context"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// how is by what somebody answered, for the record.
const how = "by the API"

// acted shows the alert as it stands after an action.
func (s *Server) acted(ctx context.Context, a alert.Alert, err error) (Alert, error) {
	if err != nil {
		return Alert{}, err
	}
	return s.shown(ctx, s.db.Setup(), a)
}

func (s *Server) acknowledge(ctx context.Context, by team.Actor, in *AlertIn) (Alert, error) {
	a, err := s.act.Acknowledge(ctx, by, in.ID, how)
	return s.acted(ctx, a, err)
}

func (s *Server) resolve(ctx context.Context, by team.Actor, in *AlertIn) (Alert, error) {
	a, err := s.act.Resolve(ctx, by, in.ID, how)
	return s.acted(ctx, a, err)
}

func (s *Server) escalate(ctx context.Context, by team.Actor, in *AlertIn) (Alert, error) {
	a, err := s.act.EscalateNow(ctx, by, in.ID, how)
	return s.acted(ctx, a, err)
}

func (s *Server) unacknowledge(ctx context.Context, by team.Actor, in *AlertIn) (Alert, error) {
	a, err := s.act.Unacknowledge(ctx, by, in.ID)
	return s.acted(ctx, a, err)
}

// snoozeIn says until when an alert is snoozed: for a while or until a time.
type snoozeIn struct {
	AlertIn
	Body struct {
		For   string `json:"for,omitempty" example:"30m" doc:"For so long, like 30m or 2h. Either this or until."`
		Until string `json:"until,omitempty" example:"2026-11-20T09:00:00Z" doc:"Until then, RFC 3339."`
	}
}

func (s *Server) snooze(ctx context.Context, by team.Actor, in *snoozeIn) (Alert, error) {
	until, err := snoozeEnd(in.Body.For, in.Body.Until, s.db.Now())
	if err != nil {
		return Alert{}, err
	}
	a, err := s.act.Snooze(ctx, by, in.ID, until)
	return s.acted(ctx, a, err)
}

func snoozeEnd(length, until string, now time.Time) (time.Time, error) {
	switch {
	case (length == "") == (until == ""):
		return time.Time{}, fault.At("for", `say for how long, like {"for":"30m"}, or until when, like {"until":"2026-11-20T09:00:00Z"}; one of the two`)
	case until != "":
		return instantIn("until", until)
	}
	d, err := span.ParseDuration(length)
	if err != nil || d <= 0 {
		return time.Time{}, fault.At("for", "%.40q is not a length of time; write one like 30m or 2h", length)
	}
	return now.Add(d.Std()), nil
}

// noteIn is a note.
type noteIn struct {
	AlertIn
	Body struct {
		Text string `json:"text" doc:"1 to 10,000 bytes."`
	}
}

func (s *Server) note(ctx context.Context, by team.Actor, in *noteIn) (Alert, error) {
	a, err := s.act.Note(ctx, by, in.ID, in.Body.Text, how)
	return s.acted(ctx, a, err)
}

// mergeIn names the alert that carries on.
type mergeIn struct {
	AlertIn
	Body struct {
		Into id.Alert `json:"into" doc:"The alert that carries this one on."`
	}
}

func (s *Server) merge(ctx context.Context, by team.Actor, in *mergeIn) (Alert, error) {
	a, err := s.act.Merge(ctx, by, in.ID, in.Body.Into)
	return s.acted(ctx, a, err)
}

// reassignIn names who gets the alert.
type reassignIn struct {
	AlertIn
	Body struct {
		To []string `json:"to" nullable:"false" minItems:"1" maxItems:"20" example:"[\"ben\"]" doc:"Whom to page: a person's name, person:<name> or schedule:<name>."`
	}
}

func (s *Server) reassign(ctx context.Context, by team.Actor, in *reassignIn) (Alert, error) {
	to, err := targets(s.db.Setup(), in.Body.To)
	if err != nil {
		return Alert{}, err
	}
	a, err := s.act.Reassign(ctx, by, in.ID, to)
	return s.acted(ctx, a, err)
}

// targets reads who is meant: "ben" is "person:ben". It fails with
// fault.Invalid at every name that is not there.
func targets(setup *store.Setup, names []string) ([]escalation.Target, error) {
	out := make([]escalation.Target, len(names))
	var wrong []fault.Field
	for i, name := range names {
		t := escalation.Target(name)
		if id.IsName(name) {
			t = escalation.Target(escalation.PersonTarget + ":" + name)
		}
		out[i] = t
		if !there(setup, t) {
			wrong = append(wrong, fault.Field{Path: indexed("to", i), Sentence: "there is no such person or schedule; write ben, person:ben or schedule:primary"})
		}
	}
	if len(wrong) > 0 {
		return nil, &fault.Fault{Kind: fault.Invalid, Fields: wrong}
	}
	return out, nil
}

func there(setup *store.Setup, t escalation.Target) bool {
	kind, name, ok := t.Split()
	if !ok {
		return false
	}
	if kind == escalation.PersonTarget {
		_, ok = setup.People[id.Person(name)]
		return ok
	}
	_, ok = setup.Schedules[id.Schedule(name)]
	return ok
}

// declineIn may say why.
type declineIn struct {
	AlertIn
	Body *struct {
		Note string `json:"note,omitempty" doc:"Why; at most 10,000 bytes."`
	}
}

func (s *Server) decline(ctx context.Context, by team.Actor, in *declineIn) (Alert, error) {
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	a, err := s.act.Decline(ctx, by, in.ID, note, action.Tap{How: how})
	return s.acted(ctx, a, err)
}
