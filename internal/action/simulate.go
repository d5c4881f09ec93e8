package action

import (
	"context"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// Forecast is what would become of one signal if nobody answered.
type Forecast struct {
	Alert alert.Alert // what it would open, without an id; or the alert that it is about
	Pages []Foreseen  // in the order in which they would go out
	Notes []timeline.Entry
	End   Ending
}

// Foreseen is one send that would go out.
type Foreseen struct {
	At      time.Time
	Person  id.Person
	Contact string
	Channel string // the contact's kind
	Step    int    // of the policy, 1 is the first; 0 is a fallback or who had the alert
	Reason  string // why this person, and why this contact then
	Fails   string // why it would reach nobody; "" when it may
}

// Ending says how a forecast ends.
type Ending struct {
	Kind     EndKind
	At       time.Time // what is listed ends here
	Sentence string
	Alert    id.Alert // the alert that the signal is about; "" for a new one or none
}

// EndKind says how a forecast ends, for programs.
type EndKind string

// How a forecast can end.
const (
	EndFallback EndKind = "fallback_repeats" // the fallback is paged until somebody answers
	EndNobody   EndKind = "nobody_found"     // nobody can be told, and it is tried again every 15 min
	EndUntold   EndKind = "urgency_none"     // its urgency is none: it is listed and tells nobody
	EndFolds    EndKind = "folds"            // it folds into an open alert and pages nobody anew
	EndHushed   EndKind = "hushed"           // a person resolved it a while ago: it pages nobody for now
	EndCloses   EndKind = "resolves"         // it says that the problem is over
	EndAcked    EndKind = "acknowledged"     // it says that somebody has it
	EndNothing  EndKind = "nothing"          // it is about nothing that is open, and opens nothing
	EndCut      EndKind = "cut"              // there is more than a forecast lists
)

// Simulation is a question: what if this arrived then?
type Simulation struct {
	Arrival
	At         time.Time
	Zone       *time.Location    // in which sentences tell times; nil is UTC
	Unsendable map[string]string // kinds of contact by which nothing can be sent here, and why
}

// MaxSimulated is how many signals of one message are simulated.
const MaxSimulated = 50

// Simulate returns what would become of each signal of an arrival, of the first
// MaxSimulated of them, if nobody answered and the setup stayed as it is. It
// asks the decisions that page, about alerts as they stand now, and writes
// nothing. It fails with *TooMuch while this node runs enough others. What is
// more than it plans ends with EndCut.
func (act *Actions) Simulate(ctx context.Context, q Simulation) ([]Forecast, error) {
	back, err := act.simulating.take(ctx, "two simulations run here already; try again in 2 s")
	if err != nil {
		return nil, err
	}
	defer back()
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	setup := act.DB.Setup()
	w := &waiting{Arrival: q.Arrival}
	g := newGroup(work{act: act, setup: setup}) // reads signals as ingest does; it has no transaction
	left := &effort{ctx: ctx, sends: foretellPlanned, work: foretellWork}
	var out []Forecast
	for i := range q.Signals[:min(len(q.Signals), MaxSimulated)] {
		one := simulated{act: act, setup: setup, q: q, key: w.keyOf(i), signal: q.Signals[i], left: left}
		one.reading = g.reading(w, one.key.Service)
		f, err := one.forecast(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// simulated is one signal of a simulation.
type simulated struct {
	act     *Actions
	setup   *store.Setup
	q       Simulation
	key     store.AlertKey
	signal  alert.Signal
	reading alert.Reading
	left    *effort // of all signals together
}

func (s simulated) forecast(ctx context.Context) (Forecast, error) {
	open, found, err := s.open(ctx)
	switch {
	case err != nil:
		return Forecast{}, err
	case found:
		return s.folds(ctx, open)
	case s.signal.Status != alert.Firing:
		return s.ends(EndNothing, alert.Alert{Service: s.key.Service, Key: s.key.Key}, unopened(s.signal.Status)), nil
	}
	h, covered, err := s.hush(ctx)
	switch {
	case err != nil:
		return Forecast{}, err
	case covered && s.q.At.Before(h.Until):
		return s.hushed(ctx, h)
	case covered:
		return s.opens(string(h.Alert) + " was resolved by hand and its source still says that it is there"), nil
	}
	return s.opens(""), nil
}

// open returns the open alert that the signal is about.
func (s simulated) open(ctx context.Context) (alert.Alert, bool, error) {
	if s.key.Key == "" {
		return alert.Alert{}, false, nil
	}
	a, found, err := s.act.DB.Unresolved(ctx, s.key)
	return a, found && !a.OpenedAt.After(s.q.At), err
}

// unopened says why a signal that does not fire opens nothing.
func unopened(s alert.SignalStatus) string {
	if s == alert.SignalAcked {
		return "it says that somebody has a problem of which no alert is open: it is kept as a message and changes nothing"
	}
	return "it says that a problem is over of which no alert is open: it is kept as a message and changes nothing"
}

// opens is the forecast of a signal that opens an alert.
func (s simulated) opens(still string) Forecast {
	a := alert.FromSignal("", s.signal, s.reading, s.q.At)
	a.Service, a.Source = s.key.Service, s.q.Source.Name
	policy := s.setup.Policies[s.setup.Services[s.key.Service].Policy]
	a.Policy = policy.Version
	if still != "" {
		a.Summary = firstRunes("Still firing: "+a.Summary, alert.MaxSummary)
	}
	why := timeline.Entry{At: s.q.At, Kind: timeline.Opened, Source: s.q.Source.Name, By: s.q.By, Reason: opening(&waiting{Arrival: s.q.Arrival}, s.signal, a, still)}
	if a.Urgency == alert.None {
		f := s.ends(EndUntold, a, "its urgency is none: it is listed and tells nobody")
		f.Notes = []timeline.Entry{why}
		return f
	}
	a.NextAt = s.q.At
	f := newForecaster(search{setup: s.setup, policy: policy.Policy, alert: a}, s.q.Unsendable, s.left)
	f.notes = []timeline.Entry{why}
	return f.run()
}

// hush returns the hush that the signal is under, or was until a while ago:
// a person resolved this problem by hand though its source still says that it
// is there; see group.hushed.
func (s simulated) hush(ctx context.Context) (h alert.Hush, covered bool, err error) {
	if !s.signal.Resends || s.key.Key == "" {
		return h, false, nil
	}
	h, found, err := s.act.DB.Hush(ctx, s.key.Service, s.key.Key)
	began := h.Until.Add(-alert.HushFor)
	return h, found && !began.After(s.q.At) && h.Covers(s.signal, s.reading.Severity(s.signal)), err
}

// hushed is the forecast of a signal under a hush.
func (s simulated) hushed(ctx context.Context, h alert.Hush) (Forecast, error) {
	a, err := s.act.DB.Alert(ctx, h.Alert)
	why := "somebody resolved " + string(h.Alert) + " by hand though its source still says that it is there: until " + told(h.Until, s.q.Zone) + " it pages nobody"
	return s.ends(EndHushed, a, why), err
}

// folds is the forecast of a signal about an alert that is open.
func (s simulated) folds(ctx context.Context, a alert.Alert) (Forecast, error) {
	if what, _ := a.Due(s.q.At); what == alert.Over { // by then it went back to its policy
		if back, err := a.Trigger(a.HoldUntil); err == nil {
			a = back
		}
	}
	switch {
	case s.q.Source.Kind == "pagerduty" && s.signal.Status != alert.Firing && a.Source != s.q.Source.Name:
		return s.ends(EndNothing, a, "PagerDuty lets an integration close or acknowledge only what it opened: "+string(a.ID)+" stays as it is"), nil
	case s.signal.Status == alert.SignalAcked:
		return s.ends(EndAcked, a, "it acknowledges "+string(a.ID)+" and pages nobody"), nil
	}
	members, err := s.act.DB.Members(ctx, a.ID)
	if err != nil {
		return Forecast{}, err
	}
	held, err := s.act.DB.IsHeld(ctx, a.ID)
	if err != nil {
		return Forecast{}, err
	}
	f := a.Fold(s.signal, members, s.reading, s.q.At)
	switch {
	case f.Resolved:
		return s.ends(EndCloses, f.Alert, "it resolves "+string(a.ID)+" and pages nobody"), nil
	case held:
		return s.ends(EndFolds, f.Alert, "it folds into "+string(a.ID)+", which pages nobody: "+heldWhy), nil
	case f.Page == alert.NoWake:
		return s.ends(EndFolds, f.Alert, "it folds into "+string(a.ID)+", which is "+string(a.Status)+", and pages nobody anew"+s.goesOn(a)), nil
	}
	return s.wakes(ctx, a, f)
}

// goesOn says that an alert pages by itself.
func (s simulated) goesOn(a alert.Alert) string {
	if a.Status == alert.Triggered && !a.NextAt.IsZero() {
		return "; that alert goes on paging by itself, next at " + told(a.NextAt, s.q.Zone)
	}
	return ""
}

// wakes is the forecast of a signal that makes an open alert page anew.
func (s simulated) wakes(ctx context.Context, was alert.Alert, f alert.Folding) (Forecast, error) {
	policy, err := s.act.Policy(ctx, s.act.DB, was.Policy)
	if err != nil {
		return Forecast{}, err
	}
	earlier, err := s.act.DB.SendsOf(ctx, was.ID)
	if err != nil {
		return Forecast{}, err
	}
	look := search{setup: s.setup, policy: policy}
	a := f.Alert
	if f.Page == alert.Restart {
		if a, err = a.Trigger(s.q.At); err != nil {
			return Forecast{}, err
		}
		look.why, look.also, look.alsoWhy = f.Reason, was.Owner, "you had it; "+f.Reason
	}
	look.alert = placed(a, escalation.Start(s.q.At))
	run := newForecaster(look, s.q.Unsendable, s.left)
	run.earlier = earlier
	run.notes = []timeline.Entry{{At: s.q.At, Alert: a.ID, Kind: timeline.Folded, Source: s.q.Source.Name, Reason: f.Reason}}
	out := run.run()
	out.End.Alert = was.ID
	return out, nil
}

// ends is the forecast of a signal that pages nobody.
func (s simulated) ends(kind EndKind, a alert.Alert, sentence string) Forecast {
	return Forecast{Alert: a, End: Ending{Kind: kind, At: s.q.At, Sentence: sentence, Alert: a.ID}}
}
