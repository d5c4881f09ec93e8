package api

import (
	"context"
	"encoding/json"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Simulation is what would become of a signal if nobody answered.
type Simulation struct {
	Alert *Alert         `json:"alert" doc:"What the signal would open, with an empty id; or the open alert that it is about. Null: it is about none."`
	Pages []SimulatedWay `json:"pages" nullable:"false" doc:"What would go out, in this order."`
	Notes []Entry        `json:"notes" nullable:"false" doc:"What is decided besides: why the alert opens, who is not found, what waits for working hours."`
	End   SimulationEnd  `json:"end"`
	More  []Simulation   `json:"more,omitempty" nullable:"false" doc:"The same for a message's other signals, 49 at most."`
}

// SimulatedWay is one send that would go out.
type SimulatedWay struct {
	At      time.Time `json:"at"`
	Local   string    `json:"local" doc:"The same time on the person's clock, RFC 3339."`
	Zone    string    `json:"zone" doc:"Their zone."`
	Person  id.Person `json:"person"`
	Via     string    `json:"via" doc:"The contact's kind." example:"webhook"`
	Contact string    `json:"contact" doc:"The contact's name."`
	Step    int       `json:"step" doc:"Of the policy, 1 is the first; 0 is a fallback, or who had the alert."`
	Reason  string    `json:"reason" doc:"Why this person, and why by this contact then."`
	Fails   string    `json:"fails,omitempty" doc:"Why it would reach nobody; what follows is listed, too."`
}

// SimulationEnd says how it goes on.
type SimulationEnd struct {
	How      action.EndKind `json:"how" enum:"fallback_repeats,nobody_found,urgency_none,folds,hushed,resolves,acknowledged,nothing,cut"`
	Sentence string         `json:"sentence"`
	At       time.Time      `json:"at" doc:"Where the list of pages ends: when the fallback would be paged again."`
	Alert    id.Alert       `json:"alert,omitempty" doc:"The alert that the signal is about; absent for a new one."`
}

// simulateIn is a signal, and when it would arrive.
type simulateIn struct {
	ZoneIn
	Body struct {
		Source   id.Source       `json:"source,omitempty" doc:"A source, with the signal as it would send it."`
		Signal   json.RawMessage `json:"signal,omitempty" doc:"The body of the message, as JSON."`
		Service  id.Service      `json:"service,omitempty" doc:"Without a source: the service."`
		Summary  string          `json:"summary,omitempty"`
		Severity string          `json:"severity,omitempty" enum:"critical,error,warning,info" doc:"Error when absent."`
		At       string          `json:"at,omitempty" doc:"RFC 3339, or local in the zone; now when absent."`
	}
}

// simulate says who would be paged, and writes nothing.
func (s *Server) simulate(ctx context.Context, by team.Actor, in *simulateIn) (Simulation, error) {
	setup := s.db.Setup()
	loc, err := s.zoneFor(by, in.ZoneIn)
	if err != nil {
		return Simulation{}, err
	}
	at, err := s.whenIn("at", loc, in.Body.At)
	if err != nil {
		return Simulation{}, err
	}
	arrival, err := s.supposed(setup, by, in)
	if err != nil {
		return Simulation{}, err
	}
	list, err := s.act.Simulate(ctx, action.Simulation{Arrival: arrival, At: at, Unsendable: s.unsendable, Zone: loc})
	if err != nil {
		return Simulation{}, err
	}
	var out []Simulation
	for _, f := range list {
		one, err := s.foretold(ctx, setup, f, loc)
		if err != nil {
			return Simulation{}, err
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return silence(at), nil
	}
	out[0].More = out[1:]
	return out[0], nil
}

// silence is what becomes of a message without signals.
func silence(at time.Time) Simulation {
	end := SimulationEnd{How: action.EndNothing, At: at, Sentence: "there is no signal in the message: it would be kept and nobody would be told"}
	return Simulation{Pages: []SimulatedWay{}, Notes: []Entry{}, End: end}
}

// supposed reads what is to be simulated as the doors would.
func (s *Server) supposed(setup *store.Setup, by team.Actor, in *simulateIn) (action.Arrival, error) {
	b := in.Body
	switch {
	case b.Source == "" && b.Service == "":
		return action.Arrival{}, fault.At("service", "name a service and a summary, or a source and a signal as it sends it")
	case b.Source == "":
		raised := &openIn{}
		raised.Body.Service, raised.Body.Summary, raised.Body.Severity = b.Service, b.Summary, b.Severity
		arrival, err := s.arrival(by, raised)
		if err == nil {
			arrival.Signals[0].Key = "" // one of its own
		}
		return arrival, err
	case b.Service != "" || b.Summary != "" || b.Severity != "":
		return action.Arrival{}, fault.At("source", "a source's signal says its service, summary and severity itself; leave them out, or leave out the source")
	case len(b.Signal) == 0:
		return action.Arrival{}, fault.At("signal", "put in the signal as %.64s sends it", string(b.Source))
	}
	if err := missing("source", "sources", b.Source, setup.Sources); err != nil {
		return action.Arrival{}, fault.At("source", "%s", err)
	}
	return action.Read(setup, setup.Sources[b.Source], b.Signal), nil
}

// foretold returns a forecast as the API shows it.
func (s *Server) foretold(ctx context.Context, setup *store.Setup, f action.Forecast, loc *time.Location) (Simulation, error) {
	out := Simulation{
		Pages: make([]SimulatedWay, len(f.Pages)), Notes: make([]Entry, len(f.Notes)),
		End: SimulationEnd{How: f.End.Kind, Sentence: f.End.Sentence, At: f.End.At, Alert: f.End.Alert},
	}
	for i, p := range f.Pages {
		zone := setup.People[p.Person].Location()
		out.Pages[i] = SimulatedWay{
			At: p.At, Local: p.At.In(zone).Format(time.RFC3339), Zone: zone.String(), Person: p.Person, Via: p.Channel,
			Contact: p.Contact, Step: p.Step, Reason: p.Reason, Fails: p.Fails,
		}
	}
	for i, e := range f.Notes {
		out.Notes[i] = entryOf(setup, e, loc)
	}
	if f.Alert.Status == "" {
		return out, nil
	}
	a, err := s.shown(ctx, setup, f.Alert)
	if f.Alert.ID == "" {
		a.URL = ""
	}
	out.Alert = &a
	return out, err
}
