package demo

import (
	"context"
	"maps"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/store"
	"firehall/internal/team"
)

// How the people of the story answer, for the record.
const (
	byTheirLink = "by the link of their page"
	byTheAPI    = "by the API"
)

// course is an episode and how far it has come: answers and troubles are those
// still to come, then is what still follows.
type course struct {
	episode
	start time.Time
	alert id.Alert
	asked map[string]bool // links of pages that somebody has looked at
}

// begin lets an episode begin: its source, or a person, says so.
func (t *teller) begin(ctx context.Context, e episode) error {
	e.trouble = maps.Clone(e.trouble)
	c := &course{episode: e, start: t.now(), asked: map[string]bool{}}
	if err := t.say(ctx, c, true); err != nil {
		return err
	}
	t.of[c.alert] = c
	for n := range e.repeats {
		t.at(c.start.Add(time.Duration(n+1)*time.Minute), func(ctx context.Context) error { return t.again(ctx, c) })
	}
	if e.clears > 0 {
		t.at(c.start.Add(e.clears), func(ctx context.Context) error { return t.say(ctx, c, false) })
	}
	return nil
}

// again says that a problem is still there, while it is.
func (t *teller) again(ctx context.Context, c *course) error {
	a, err := t.db.Alert(ctx, c.alert)
	if err != nil || a.Status == alert.Resolved {
		return err
	}
	return t.say(ctx, c, true)
}

// say takes a message in as a door does.
func (t *teller) say(ctx context.Context, c *course, firing bool) error {
	setup := t.db.Setup()
	in, kind, options := action.Arrival{Service: c.service, By: c.by}, "generic", intake.Options{}
	if c.source != "" {
		in.Source = setup.Sources[c.source]
		kind, options = in.Source.Kind, action.ReadAs(setup, in.Source)
	}
	body, err := c.message(kind, c.start, firing)
	if err != nil {
		return err
	}
	read, err := intake.Parse(kind, options, body)
	if err != nil {
		return err
	}
	in.Body, in.Size, in.Signals = body, len(body), read.Signals
	receipt, err := t.act.Ingest(ctx, in)
	if err == nil && c.alert == "" {
		c.alert = receipt.Alerts[0]
	}
	return err
}

// Send implements engine.Sender and action.Caller: the provider answers, and
// who is reached by a page answers after a while.
func (t *teller) Send(_ context.Context, contact channel.Contact, n channel.Notice) channel.Outcome {
	c := t.of[n.Alert.ID]
	if c == nil {
		return delivered(contact)
	}
	if troubles := c.trouble[contact.Kind]; len(troubles) > 0 {
		c.trouble[contact.Kind] = troubles[1:]
		return troubles[0]
	}
	if n.Type == channel.Page && !c.asked[n.Actions.Page] {
		c.asked[n.Actions.Page] = true
		t.answered(c, n.Person)
	}
	return delivered(contact)
}

// delivered is what a provider says that takes a message.
func delivered(c channel.Contact) channel.Outcome {
	words := map[string]string{"email": "250 2.0.0 Ok: queued", "ntfy": "200 OK", "webhook": "200 OK"}
	return channel.Outcome{Status: channel.Accepted, Words: words[c.Kind]}
}

// answered plans what somebody does who is paged.
func (t *teller) answered(c *course, who id.Person) {
	next := ack(40 * time.Second)
	if len(c.answers) > 0 {
		next, c.answers = c.answers[0], c.answers[1:]
	} else if len(c.then) == 0 {
		return
	}
	t.at(t.now().Add(next.after), func(ctx context.Context) error { return t.answer(ctx, c, who, next) })
}

// answer does what somebody does, unless somebody else was faster.
func (t *teller) answer(ctx context.Context, c *course, who id.Person, do answer) error {
	a, err := t.db.Alert(ctx, c.alert)
	if err != nil || a.Status != alert.Triggered {
		return err
	}
	by := t.person(who)
	switch do.do {
	case acks:
		_, err = t.act.Acknowledge(ctx, by, c.alert, byTheirLink)
	case declines:
		_, err = t.act.Decline(ctx, by, c.alert, do.text, action.Tap{How: byTheirLink})
	case asksHelp:
		_, err = t.act.EscalateOnce(ctx, by, c.alert, action.Tap{How: byTheirLink})
	case snoozes:
		_, err = t.act.Snooze(ctx, by, c.alert, t.now().Add(do.until))
	case merges:
		_, err = t.act.Merge(ctx, by, c.alert, t.named(do.text))
	default: // they sleep
	}
	if err == nil && (do.do == acks || do.do == snoozes) {
		t.follow(c)
	}
	return err
}

// follow plans what the owner of an alert does. Who takes it on later only
// brings it to its end.
func (t *teller) follow(c *course) {
	for _, d := range c.then {
		t.at(t.now().Add(d.after), func(ctx context.Context) error { return t.deed(ctx, c, d) })
	}
	c.then = c.then[max(0, len(c.then)-1):]
}

// deed does what the owner of an alert does, while it is open.
func (t *teller) deed(ctx context.Context, c *course, d deed) error {
	a, err := t.db.Alert(ctx, c.alert)
	if err != nil {
		return err
	}
	by := t.person(a.Owner)
	if d.do == tries {
		_, err = t.act.TestContact(ctx, by, store.ContactName{Person: a.Owner, Contact: d.text}, storyURL)
		return err
	}
	if a.Status != alert.Acknowledged && d.do != isOver || !a.Open() {
		return nil
	}
	switch d.do {
	case notes:
		_, err = t.act.Note(ctx, by, c.alert, d.text, byTheirLink)
	case resolves:
		_, err = t.act.Resolve(ctx, by, c.alert, byTheAPI)
	case givesBack:
		_, err = t.act.Unacknowledge(ctx, by, c.alert)
	case reassigns:
		_, err = t.act.Reassign(ctx, by, c.alert, []escalation.Target{escalation.Target("person:" + string(d.to))})
	case isOver:
		err = t.say(ctx, c, false)
	}
	return err
}

// person returns somebody of the setup as who acts.
func (t *teller) person(n id.Person) team.Actor {
	setup := t.db.Setup()
	role := setup.People[n].Role
	if role == "" {
		role = team.Responder
	}
	return team.Actor{Person: n, Role: role, Manages: setup.ManagedBy(n)}
}

// named returns the last alert with a summary.
func (t *teller) named(summary string) (last id.Alert) {
	for n, c := range t.of {
		if c.summary == summary && n > last {
			last = n
		}
	}
	return last
}
