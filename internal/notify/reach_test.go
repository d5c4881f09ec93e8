package notify

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"firehall/internal/span"
)

func TestWhatIsWrongWithHowAPersonIsReached(t *testing.T) {
	contacts := func(n int) map[string]Contact {
		out := map[string]Contact{}
		for i := range n {
			out[fmt.Sprint("c", i)] = Contact{Kind: "email", To: "x@example.com"}
		}
		return out
	}
	rule := func(r Rule) map[string][]Rule { return map[string][]Rule{"high": {via(0, "hook"), r}} }
	named := func(name string, c Contact) Reach { return Reach{Contacts: map[string]Contact{name: c}} }
	mail := Contact{Kind: "email", To: "x@example.com"}
	tests := map[string]struct {
		reach Reach
		wrong []string
	}{
		"nothing":                     {ana(map[string][]Rule{"high": {via(0, "hook")}, "low": {via(24*time.Hour, "mail", "push")}}), nil},
		"nothing, without any":        {Reach{}, nil},
		"nothing, with 20 contacts":   {Reach{Contacts: contacts(20)}, nil},
		"21 contacts":                 {Reach{Contacts: contacts(21)}, []string{"contacts: a person has at most 20 contacts"}},
		"a name of a contact":         {named("My phone", mail), []string{"contacts.My phone: a contact's name is made of a–z, 0–9 and -"}},
		"an unknown kind":             {named("fax", Contact{Kind: "fax", To: "1"}), []string{`contacts.fax.kind: there is no kind of contact called "fax"; there are [email ntfy webhook]`}},
		"no kind":                     {named("x", Contact{To: "1"}), []string{`contacts.x.kind: there is no kind of contact called ""; there are [email ntfy webhook]`}},
		"no address":                  {named("mail", Contact{Kind: "email"}), []string{"contacts.mail.to: a contact needs an address"}},
		"rules for another urgency":   {ana(map[string][]Rule{"medium": {via(0, "hook")}}), []string{"rules.medium: rules are for high or low urgency"}},
		"rules for urgency none":      {ana(map[string][]Rule{"none": {via(0, "hook")}}), []string{"rules.none: rules are for high or low urgency"}},
		"nothing, with 20 rules":      {ana(map[string][]Rule{"low": slices.Repeat([]Rule{via(0, "hook")}, 20)}), nil},
		"21 rules":                    {ana(map[string][]Rule{"low": slices.Repeat([]Rule{via(0, "hook")}, 21)}), []string{"rules.low: at most 20 rules for an urgency"}},
		"a rule by no contact":        {ana(rule(Rule{})), []string{"rules.high[1].via: a rule names at least one contact"}},
		"a rule by an unknown one":    {ana(rule(via(0, "mail", "phone"))), []string{`rules.high[1].via[1]: there is no contact "phone" here; add it to contacts or take it out`}},
		"a rule after more than 24 h": {ana(rule(via(24*time.Hour+1, "mail"))), []string{"rules.high[1].after: after is at most 24h"}},
		"several things, by place": {
			Reach{Contacts: map[string]Contact{"b": {}, "a": {Kind: "email"}}, Rules: map[string][]Rule{"low": {{}}, "high": {{}}}},
			[]string{
				"contacts.a.to: a contact needs an address", `contacts.b.kind: there is no kind of contact called ""; there are [email ntfy webhook]`,
				"contacts.b.to: a contact needs an address", "rules.high[0].via: a rule names at least one contact", "rules.low[0].via: a rule names at least one contact",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range test.reach.Validate([]string{"email", "ntfy", "webhook"}) {
				got = append(got, f.Path+": "+f.Sentence)
			}
			if !slices.Equal(got, test.wrong) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

func TestReachInJSONReadsAsInTheSetupFile(t *testing.T) {
	text := `{"contacts":{"hook":{"kind":"webhook","to":"https://hooks.example"}},"rules":{"high":[{"via":["hook"]},{"via":["hook"],"after":"2m"}]}}`
	var r Reach
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.Rules["high"][1].After != span.Duration(2*time.Minute) {
		t.Fatalf("%+v, %v", r, err)
	}
	if back, err := json.Marshal(r); err != nil || string(back) != text {
		t.Errorf("it is written %s, %v", back, err)
	}
}
