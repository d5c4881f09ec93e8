package notify

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/span"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func via(after time.Duration, names ...string) Rule {
	return Rule{Via: names, After: span.Duration(after)}
}

// ana has a hook, a mail and a push.
func ana(rules map[string][]Rule) Reach {
	return Reach{Rules: rules, Contacts: map[string]Contact{
		"hook": {Kind: "webhook", To: "https://hooks.example"}, "mail": {Kind: "email", To: "ana@example.com"}, "push": {Kind: "ntfy", To: "x"},
	}}
}

func TestByWhichContactsAPersonIsTold(t *testing.T) {
	high := func(rules ...Rule) map[string][]Rule { return map[string][]Rule{"high": rules} }
	tests := map[string]struct {
		reach Reach
		want  []string
	}{
		"by each rule in its time": {
			ana(high(via(0, "hook"), via(2*time.Minute, "mail"))),
			[]string{"0s hook (webhook): rule 1 for high urgency", "2m0s mail (email): rule 2 for high urgency, 2m after the page"},
		},
		"by two contacts of one rule together": {
			ana(high(via(0, "push", "hook"))),
			[]string{"0s push (ntfy): rule 1 for high urgency", "0s hook (webhook): rule 1 for high urgency"},
		},
		"by the earliest first, whatever the order of the rules": {
			ana(high(via(time.Hour, "mail"), via(0, "hook"))),
			[]string{"0s hook (webhook): rule 2 for high urgency", "1h0m0s mail (email): rule 1 for high urgency, 1h after the page"},
		},
		"by the same contact again, later": {
			ana(high(via(0, "push"), via(time.Minute, "push"))),
			[]string{"0s push (ntfy): rule 1 for high urgency", "1m0s push (ntfy): rule 2 for high urgency, 1m after the page"},
		},
		"a contact that is gone is passed over": {
			ana(high(via(0, "phone"), via(time.Minute, "phone", "mail"))),
			[]string{"1m0s mail (email): rule 2 for high urgency, 1m after the page"},
		},
		"all of the rules' contacts are gone: all contacts at once": {
			ana(high(via(0, "phone"), via(time.Minute, "fax"))),
			[]string{
				"0s hook (webhook): no rules for high urgency: all contacts at once", "0s mail (email): no rules for high urgency: all contacts at once",
				"0s push (ntfy): no rules for high urgency: all contacts at once",
			},
		},
		"rules for another urgency only: all contacts at once": {
			ana(map[string][]Rule{"low": {via(0, "mail")}}),
			[]string{
				"0s hook (webhook): no rules for high urgency: all contacts at once", "0s mail (email): no rules for high urgency: all contacts at once",
				"0s push (ntfy): no rules for high urgency: all contacts at once",
			},
		},
		"a rule without contacts is none": {
			Reach{Contacts: map[string]Contact{"mail": {Kind: "email"}}, Rules: high(Rule{})},
			[]string{"0s mail (email): no rules for high urgency: all contacts at once"},
		},
		"without contacts by none":           {Reach{}, nil},
		"without contacts, though by a rule": {Reach{Rules: high(via(0, "hook"))}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, try := range test.reach.Plan("high", noon) {
				got = append(got, fmt.Sprintf("%s %s (%s): %s", try.DueAt.Sub(noon), try.Contact, try.Channel, try.Reason))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q", got)
			}
		})
	}
}

// Whatever the rules: somebody with a contact is told, in order, never before
// the page and by known contacts only.
func TestSomebodyWithAContactIsAlwaysTold(t *testing.T) {
	name := rapid.SampledFrom([]string{"hook", "mail", "push", "phone", "fax"})
	rapid.Check(t, func(t *rapid.T) {
		reach := Reach{Contacts: map[string]Contact{}, Rules: map[string][]Rule{}}
		for _, n := range rapid.SliceOfNDistinct(name, 1, 5, rapid.ID[string]).Draw(t, "contacts") {
			reach.Contacts[n] = Contact{Kind: "webhook"}
		}
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			after := time.Duration(rapid.IntRange(0, 600).Draw(t, "after")) * time.Second
			reach.Rules["high"] = append(reach.Rules["high"], via(after, rapid.SliceOfN(name, 0, 3).Draw(t, "via")...))
		}
		plan := reach.Plan("high", noon)
		if len(plan) == 0 {
			t.Fatal("nobody is told")
		}
		for i, try := range plan {
			if _, ok := reach.Contacts[try.Contact]; !ok || try.DueAt.Before(noon) || try.Reason == "" {
				t.Fatalf("%+v", try)
			}
			if i > 0 && try.DueAt.Before(plan[i-1].DueAt) {
				t.Fatalf("not in order: %+v", plan)
			}
		}
	})
}
