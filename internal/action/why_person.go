package action

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/timeline"
)

// Limits of an answer about a time.
const (
	NearBy     = 15 * time.Minute   // what is so near counts as then
	lookedBack = 8 * 24 * time.Hour // how long before a send its page may be
	mostSends  = 2000               // of a person, that are looked at
	mostFound  = 20                 // things that an answer tells
)

// PersonWhy says why a person was told something at a time, or why not.
type PersonWhy struct {
	Sentence string
	Told     []Told            // within NearBy, the nearest first
	OnCall   []schedule.Answer // when nothing was told: the schedules that they were on call on then
	Alerts   []AlertThen       // when nothing was told: what was opened around then
}

// Told is one thing that a person was told, or was to be told.
type Told struct {
	At       time.Time
	Sentence string
	Send     notify.Send
	Page     notify.Page // without an id when it was no page
	Alert    alert.Alert
	Receipts []timeline.Entry // the oldest first
}

// AlertThen is an alert that was opened around a time, and whom it paged.
type AlertThen struct {
	Alert alert.Alert
	Why   AlertWhy
}

// WhyPerson says why a person was told something within NearBy of a time. When
// they were not it says what came nearest, where they were on call, and whom
// the alerts of then paged instead. It fails with NotFound when there is no
// such person.
func (act *Actions) WhyPerson(ctx context.Context, p id.Person, at time.Time, loc *time.Location) (PersonWhy, error) {
	e := act.explainer(loc)
	if _, ok := e.setup.People[p]; !ok {
		return PersonWhy{}, Missing("person", "people", p, e.setup.People)
	}
	sends, err := act.DB.SendsToPerson(ctx, p, at.Add(-lookedBack), at.Add(NearBy), mostSends)
	if err != nil {
		return PersonWhy{}, err
	}
	var out PersonWhy
	for _, s := range nearestOf(sends, at) {
		one, err := e.told(ctx, s)
		if err != nil {
			return PersonWhy{}, err
		}
		out.Told = append(out.Told, one)
	}
	if len(out.Told) > 0 {
		out.Sentence = e.count(p, out.Told, at)
		return out, nil
	}
	return e.silence(ctx, p, at)
}

// count says how many things a person was told around a time.
func (e explainer) count(p id.Person, list []Told, at time.Time) string {
	gone := 0
	for _, one := range list {
		if one.Send.Attempts > 0 {
			gone++
		}
	}
	text := e.called(p) + " was told nothing"
	if gone > 0 {
		text = e.called(p) + " was told " + plural(gone, "thing", "things")
	}
	text += " within 15 min of " + e.clock(at)
	if rest := len(list) - gone; rest > 0 {
		text += ", and " + plural(rest, "send has not gone out", "sends have not gone out")
	}
	return text
}

// happenedAt returns when a send reached its person, or was to.
func happenedAt(s notify.Send) time.Time {
	switch {
	case s.Attempts > 0 && (s.Status == notify.Accepted || s.Status == notify.Delivered):
		return s.FinishedAt
	case s.Attempts > 0:
		return s.FirstAt
	}
	return s.DueAt
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

// nearestOf returns those of some sends that happened within NearBy of a time,
// the nearest first; what went out goes before what did not.
func nearestOf(sends []notify.Send, at time.Time) []notify.Send {
	sends = slices.DeleteFunc(sends, func(s notify.Send) bool { return apart(happenedAt(s), at) > NearBy })
	slices.SortStableFunc(sends, func(a, b notify.Send) int {
		if (a.Attempts > 0) != (b.Attempts > 0) {
			return min(b.Attempts, 1) - min(a.Attempts, 1)
		}
		return int(apart(happenedAt(a), at) - apart(happenedAt(b), at))
	})
	return sends[:min(len(sends), mostFound)]
}

// told returns one send with its page, its alert and its receipts.
func (e explainer) told(ctx context.Context, s notify.Send) (out Told, err error) {
	out = Told{At: happenedAt(s), Send: s}
	if out.Alert, err = e.act.DB.Alert(ctx, s.Alert); err != nil {
		return out, err
	}
	if s.Page != "" {
		if out.Page, err = e.act.DB.Page(ctx, s.Page); err != nil {
			return out, err
		}
	}
	story, err := e.story(ctx, s.Alert)
	for _, one := range story {
		if one.Send == s.ID && one.Kind != timeline.Queued {
			out.Receipts = append(out.Receipts, one)
		}
	}
	out.Sentence = e.tale(out)
	return out, err
}

// tale says in a sentence what a send told, why and with which end.
func (e explainer) tale(t Told) string {
	how := fmt.Sprintf("%s was told by %s (%s)", e.called(t.Send.Person), t.Send.Contact, t.Send.Channel)
	switch t.Send.Status {
	case notify.Waiting:
		how = fmt.Sprintf("%s is to be told by %s (%s)", e.called(t.Send.Person), t.Send.Contact, t.Send.Channel)
	case notify.Failed:
		how = fmt.Sprintf("%s could not be told by %s (%s)", e.called(t.Send.Person), t.Send.Contact, t.Send.Channel)
	case notify.Skipped:
		how = fmt.Sprintf("%s was not told by %s (%s) after all", e.called(t.Send.Person), t.Send.Contact, t.Send.Channel)
	case notify.Sending, notify.Accepted, notify.Delivered:
	}
	return fmt.Sprintf("At %s %s about “%s” on %s: %s", e.clock(t.At), how, t.Alert.Summary, t.Alert.Service, joinReasons(t.Page.Reason, t.Send.Reason))
}

// silence says why a person was told nothing around a time.
func (e explainer) silence(ctx context.Context, p id.Person, at time.Time) (out PersonWhy, err error) {
	out.Sentence = fmt.Sprintf("%s was told nothing within 15 min of %s", e.called(p), e.clock(at))
	near, err := e.nearestPage(ctx, p, at)
	if err != nil {
		return out, err
	}
	if near.ID != "" {
		out.Sentence += fmt.Sprintf("; their nearest page was made at %s, about %s", e.clock(near.CreatedAt), near.Alert)
	}
	for _, name := range slices.Sorted(maps.Keys(e.setup.Schedules)) {
		plan, err := e.setup.Plan(name)
		if err != nil {
			return out, err
		}
		if answer := plan.OnCall(at); slices.Contains(answer.People, p) {
			out.OnCall = append(out.OnCall, answer)
		}
	}
	out.Alerts, err = e.alertsAround(ctx, at)
	return out, err
}

// nearestPage returns the page of a person that is nearest to a time; one
// without an id when they have none.
func (e explainer) nearestPage(ctx context.Context, p id.Person, at time.Time) (near notify.Page, err error) {
	pages, err := e.act.DB.PagesAround(ctx, p, at, 1)
	for _, one := range pages {
		if near.ID == "" || apart(one.CreatedAt, at) < apart(near.CreatedAt, at) {
			near = one
		}
	}
	return near, err
}

// alertsAround returns the alerts that were opened within an hour before a time
// or NearBy after it, and whom they paged; at most mostFound.
func (e explainer) alertsAround(ctx context.Context, at time.Time) ([]AlertThen, error) {
	list, err := e.act.DB.AlertsOpenedIn(ctx, at.Add(-time.Hour), at.Add(NearBy), mostFound)
	if err != nil {
		return nil, err
	}
	var out []AlertThen
	for _, a := range list {
		why, err := e.alert(ctx, a)
		if err != nil {
			return nil, err
		}
		out = append(out, AlertThen{a, why})
	}
	return out, nil
}
