package demo

import (
	"context"
	"encoding/json"
	"time"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/store"
)

// plan plans the whole story.
func (t *teller) plan() {
	for _, e := range tale {
		t.planEpisode(e, e.at.in(t.end))
	}
	t.planDays()
	for _, e := range morning {
		if at := e.at.in(t.end); t.asleep(e.source, at) {
			t.planEpisode(e, at)
			break // one waits for the morning
		}
	}
	t.planWork()
}

func (t *teller) planEpisode(e episode, at time.Time) {
	t.at(at, func(ctx context.Context) error { return t.begin(ctx, e) })
}

// perDay is how many problems a day brings beside the tale's.
const perDay = 3

// planDays plans the routine of each of the last 14 days. A day's ends two hours
// before the day does, so that little of it is left open.
func (t *teller) planDays() {
	var deck []int
	for ago := 14; ago >= 1; ago-- {
		start := t.end.Add(-time.Duration(ago) * 24 * time.Hour)
		for range perDay {
			if len(deck) == 0 {
				deck = t.random.Perm(len(daily))
			}
			e := daily[deck[0]]
			deck = deck[1:]
			if ago <= 3 && e.severity == "warning" {
				continue // over a weekend it might still wait
			}
			e.answers = []answer{ack(t.between(25*time.Second, 55*time.Second)), ack(t.between(30*time.Second, 3*time.Minute))}
			t.planEpisode(e, start.Add(t.between(time.Hour, 22*time.Hour)))
		}
	}
}

// between returns a length of time, to the second.
func (t *teller) between(least, most time.Duration) time.Duration {
	return (least + time.Duration(t.random.Int64N(int64(most-least)))).Truncate(time.Second)
}

// asleep says whether low urgency from a source waits for longer than an hour
// after the story, since a time.
func (t *teller) asleep(source id.Source, since time.Time) bool {
	setup := t.db.Setup()
	of := setup.Services[setup.Sources[source].Service].Team
	return setup.OpensAt(of, "", since).After(t.end.Add(time.Hour))
}

// planWork plans what people did to the setup: overrides, a change, a test.
func (t *teller) planWork() {
	t.planCover(day(9, "12:20", singapore), action.OverrideInput{Schedule: "data-primary", Person: "noor"}, 6*time.Hour, 11*time.Hour)
	t.planCover(day(6, "09:40", lisbon), action.OverrideInput{Schedule: "payments-secondary", Person: "cy"}, 8*time.Hour, 14*time.Hour)
	t.planCover(day(2, "15:05", newYork), action.OverrideInput{Schedule: "platform-secondary", Person: "sam"}, 20*time.Hour, 23*time.Hour)
	ahead := lastMonday(t.end, lisbon).AddDate(0, 0, 9).Sub(t.end) + 9*time.Hour
	t.planCover(before(26*time.Hour), action.OverrideInput{Schedule: "payments-secondary", Person: "ana"}, ahead+26*time.Hour, ahead+30*time.Hour)
	t.at(day(4, "10:30", singapore).in(t.end), func(ctx context.Context) error {
		doc := json.RawMessage(`{"team": "data", "policy": "data", "description": "What the finance team reads in the morning", "urgency": {"critical": "high", "error": "low", "warning": "low", "info": "none"}}`)
		_, err := t.act.PutThing(ctx, t.person("mei"), store.KindService, "reports", doc, false)
		return err
	})
	t.at(day(3, "13:15", singapore).in(t.end), func(ctx context.Context) error {
		_, err := t.act.TestContact(ctx, t.person("keiko"), store.ContactName{Person: "keiko", Contact: "push"}, storyURL)
		return err
	})
}

// planCover plans that somebody takes an override on themselves, from a time
// after they say so until another.
func (t *teller) planCover(said moment, in action.OverrideInput, from, until time.Duration) {
	at := said.in(t.end)
	in.From, in.Until = at.Add(from).Format(time.RFC3339), at.Add(until).Format(time.RFC3339)
	t.at(at, func(ctx context.Context) error {
		_, err := t.act.AddOverride(ctx, t.person(in.Person), in)
		return err
	})
}
