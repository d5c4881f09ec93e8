package api

import (
	"context"
	"strings"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

// ZoneIn says in which zone sentences tell times.
type ZoneIn struct {
	Zone string `query:"zone" doc:"In which zone sentences tell times, like Europe/Lisbon; yours when absent, UTC for a token of nobody."`
}

// zoneFor returns the zone that is asked for, or that of who asks.
func (s *Server) zoneFor(by team.Actor, in ZoneIn) (*time.Location, error) {
	if in.Zone == "" {
		return s.db.Setup().People[by.Person].Location(), nil
	}
	loc, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "Local" {
		return nil, fault.At("query.zone", "there is no time zone %.60q; write one like Europe/Lisbon", in.Zone)
	}
	return loc, nil
}

// whenIn reads a time: RFC 3339, or local in a zone. It is now when nothing is
// said.
func (s *Server) whenIn(path string, loc *time.Location, text string) (time.Time, error) {
	if text == "" {
		return s.db.Now(), nil
	}
	t, err := localIn(path, loc.String(), text, time.Time{})
	if err != nil {
		return t, err
	}
	return instantIn(path, t.UTC().Format(time.RFC3339Nano))
}

// AlertWhy says why an alert paged somebody, or why it paged nobody.
type AlertWhy struct {
	How       action.WhyKind `json:"how" enum:"paged,unreached,urgency_none,waits,nobody_found,merged,suppressed,acknowledged,resolved,due,unknown"`
	Sentences []string       `json:"sentences" nullable:"false" doc:"The answer first."`
	Until     *time.Time     `json:"until,omitempty" doc:"Until when it waits, or what its source repeats pages nobody."`
	Other     id.Alert       `json:"other,omitempty" doc:"The alert that carries it on."`
}

func alertWhyOf(w action.AlertWhy) AlertWhy {
	return AlertWhy{How: w.Kind, Sentences: orEmpty(w.Sentences), Until: moment(w.Until), Other: w.Other}
}

// whyAlert says why an alert paged somebody, or why it paged nobody.
func (s *Server) whyAlert(ctx context.Context, by team.Actor, in *struct {
	AlertIn
	ZoneIn
},
) (AlertWhy, error) {
	loc, err := s.zoneFor(by, in.ZoneIn)
	if err != nil {
		return AlertWhy{}, err
	}
	a, err := s.db.Alert(ctx, in.ID)
	if err != nil {
		return AlertWhy{}, err
	}
	why, err := s.act.WhyAlert(ctx, a, loc)
	return alertWhyOf(why), err
}

// Why says what happened to a person, or to a source's messages, around a time.
type Why struct {
	At       time.Time     `json:"at"`
	Sentence string        `json:"sentence"`
	Person   id.Person     `json:"person,omitempty"`
	Told     []WhyTold     `json:"told,omitempty" nullable:"false" doc:"What the person was told within 15 min, the nearest first."`
	OnCall   []WhyOnCall   `json:"on_call,omitempty" nullable:"false" doc:"When they were told nothing: where they were on call then."`
	Alerts   []WhyOpened   `json:"alerts,omitempty" nullable:"false" doc:"When they were told nothing: what was opened around then, and whom it paged."`
	Source   id.Source     `json:"source,omitempty"`
	Messages []WhyMessages `json:"messages,omitempty" nullable:"false" doc:"What came through the source within 15 min, the oldest first; at most 10 before and 10 after."`
}

// WhyTold is one thing that a person was told, or was to be told.
type WhyTold struct {
	At       time.Time `json:"at"`
	Sentence string    `json:"sentence"`
	Alert    WhyAbout  `json:"alert"`
	Page     id.Page   `json:"page,omitempty"`
	Step     int       `json:"step" doc:"Of the policy, 1 is the first; 0 is a fallback or a request by hand."`
	Reason   string    `json:"reason,omitempty" doc:"Why this person: the step, the schedule, its layer or override."`
	Rule     string    `json:"rule,omitempty" doc:"Why by this contact, and then."`
	Send     Send      `json:"send"`
}

// WhyAbout names an alert.
type WhyAbout struct {
	ID       id.Alert     `json:"id"`
	Service  id.Service   `json:"service"`
	Summary  string       `json:"summary"`
	Severity string       `json:"severity" enum:"critical,error,warning,info"`
	Urgency  string       `json:"urgency" enum:"high,low,none"`
	Status   alert.Status `json:"status" enum:"triggered,acknowledged,suppressed,resolved"`
	OpenedAt time.Time    `json:"opened_at"`
}

func aboutOf(a alert.Alert) WhyAbout {
	return WhyAbout{a.ID, a.Service, a.Summary, a.Severity.String(), a.Urgency.String(), a.Status, a.OpenedAt}
}

// WhyOnCall is a schedule on which the person was on call.
type WhyOnCall struct {
	Schedule id.Schedule `json:"schedule"`
	Reason   string      `json:"reason"`
}

// WhyOpened is an alert and whom it paged.
type WhyOpened struct {
	Alert WhyAbout `json:"alert"`
	Why   AlertWhy `json:"why"`
}

// WhyMessages says what became of one message.
type WhyMessages struct {
	Message  id.Message  `json:"message"`
	At       time.Time   `json:"at"`
	Size     int         `json:"size" doc:"In bytes."`
	Sentence string      `json:"sentence"`
	Signals  []WhySignal `json:"signals" nullable:"false" doc:"The first 20."`
}

// WhySignal says what became of one signal.
type WhySignal struct {
	Key      string             `json:"key,omitempty" doc:"Absent: one of its own."`
	Summary  string             `json:"summary"`
	Status   alert.SignalStatus `json:"status" enum:"firing,acknowledged,resolved"`
	How      action.WhyKind     `json:"how" enum:"paged,unreached,urgency_none,waits,nobody_found,merged,suppressed,acknowledged,resolved,due,folded,hushed,restored,nothing,unknown"`
	Alert    id.Alert           `json:"alert,omitempty" doc:"The alert that it was about."`
	Sentence string             `json:"sentence"`
	Why      *AlertWhy          `json:"why,omitempty" doc:"Of an alert that it opened: whom that paged."`
}

// whyIn names a person or a source, and a time.
type whyIn struct {
	Person id.Person `query:"person" doc:"Why was this person told something then, or why not?"`
	Source id.Source `query:"source" doc:"What became of the messages of this source?"`
	At     string    `query:"at" doc:"RFC 3339, or local in the zone; now when absent."`
	ZoneIn
}

// why says what happened to a person, or to a source's messages, around a time.
func (s *Server) why(ctx context.Context, by team.Actor, in *whyIn) (Why, error) {
	if (in.Person == "") == (in.Source == "") {
		return Why{}, fault.At("query.person", "name a person or a source, and a time")
	}
	loc, err := s.zoneFor(by, in.ZoneIn)
	if err != nil {
		return Why{}, err
	}
	at, err := s.whenIn("query.at", loc, in.At)
	if err != nil {
		return Why{}, err
	}
	if in.Source != "" {
		return s.whySource(ctx, in.Source, at, loc)
	}
	return s.whyPerson(ctx, in.Person, at, loc)
}

func (s *Server) whyPerson(ctx context.Context, p id.Person, at time.Time, loc *time.Location) (Why, error) {
	found, err := s.act.WhyPerson(ctx, p, at, loc)
	out := Why{At: at, Sentence: sentence(found.Sentence), Person: p}
	for _, t := range found.Told {
		out.Told = append(out.Told, whyToldOf(t))
	}
	for _, a := range found.OnCall {
		out.OnCall = append(out.OnCall, WhyOnCall{a.Schedule, a.Reason})
	}
	for _, a := range found.Alerts {
		out.Alerts = append(out.Alerts, WhyOpened{aboutOf(a.Alert), alertWhyOf(a.Why)})
	}
	return out, err
}

func whyToldOf(t action.Told) WhyTold {
	out := WhyTold{
		At: t.At, Sentence: t.Sentence, Alert: aboutOf(t.Alert), Page: t.Page.ID, Step: max(t.Page.Step, 0), Reason: t.Page.Reason, Rule: t.Send.Reason,
	}
	var receipts []Receipt
	for _, e := range t.Receipts {
		if evidence[e.Kind] {
			receipts = append(receipts, Receipt{At: e.At, Kind: e.Kind, Try: e.Try, Reason: e.Reason, Text: e.Text})
		}
	}
	out.Send = sendOf(t.Send, receipts)
	return out
}

func (s *Server) whySource(ctx context.Context, n id.Source, at time.Time, loc *time.Location) (Why, error) {
	found, err := s.act.WhySource(ctx, n, at, loc)
	out := Why{At: at, Sentence: sentence(found.Sentence), Source: n}
	for _, m := range found.Messages {
		one := WhyMessages{Message: m.Message, At: m.At, Size: m.Size, Sentence: m.Sentence, Signals: []WhySignal{}}
		for _, signal := range m.Signals {
			one.Signals = append(one.Signals, whySignalOf(signal))
		}
		out.Messages = append(out.Messages, one)
	}
	return out, err
}

func whySignalOf(w action.SignalWhy) WhySignal {
	out := WhySignal{Key: w.Key, Summary: w.Summary, Status: w.Status, How: w.Kind, Alert: w.Alert, Sentence: w.Sentence}
	if w.Why != nil {
		why := alertWhyOf(*w.Why)
		out.Why = &why
	}
	return out
}

// sentence begins a text as a sentence does.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
