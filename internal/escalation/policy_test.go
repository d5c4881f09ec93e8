package escalation

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/span"
)

func TestATargetIsAPersonOrASchedule(t *testing.T) {
	tests := map[Target]struct {
		kind, name string
		ok         bool
	}{
		"person:ana":           {"person", "ana", true},
		"schedule:primary":     {"schedule", "primary", true},
		"person:":              {"person", "", false},
		"schedule:":            {"schedule", "", false},
		"person":               {"person", "", false},
		"ana":                  {"ana", "", false},
		"":                     {"", "", false},
		":ana":                 {"", "ana", false},
		"team:payments":        {"team", "payments", false},
		"Person:ana":           {"Person", "ana", false},
		" person:ana":          {" person", "ana", false},
		"person:ana:or:anyone": {"person", "ana:or:anyone", true}, // that nobody has that name is for the caller to see
	}
	for target, want := range tests {
		kind, name, ok := target.Split()
		if kind != want.kind || name != want.name || ok != want.ok {
			t.Errorf("%q is %q, %q, %v", target, kind, name, ok)
		}
	}
}

func TestWhatIsWrongWithAPolicy(t *testing.T) {
	waits := func(d time.Duration) func(*Policy) { return func(p *Policy) { p.Steps[1].Wait = span.Duration(d) } }
	tests := map[string]struct {
		change func(*Policy)
		wrong  []string
	}{
		"nothing":                        {func(*Policy) {}, nil},
		"no repeat, timeout or fallback": {func(p *Policy) { p.Repeat, p.AckTimeout, p.Fallback = 0, 0, nil }, nil},
		"no steps":                       {func(p *Policy) { p.Steps = nil }, []string{`steps: a policy needs at least one step, like {page: ["person:ana"], wait: 5m}`}},
		"20 steps":                       {func(p *Policy) { p.Steps = slices.Repeat(p.Steps, 10) }, nil},
		"21 steps": {
			func(p *Policy) { p.Steps = append(slices.Repeat(p.Steps, 10), p.Steps[0]) },
			[]string{"steps: a policy has at most 20 steps, this one has 21"},
		},
		"repeat of 100":          {func(p *Policy) { p.Repeat = 100 }, nil},
		"repeat of 101":          {func(p *Policy) { p.Repeat = 101 }, []string{"repeat: repeat is a number from 0 to 100"}},
		"repeat below 0":         {func(p *Policy) { p.Repeat = -1 }, []string{"repeat: repeat is a number from 0 to 100"}},
		"ack_timeout of 1m":      {func(p *Policy) { p.AckTimeout = span.Duration(time.Minute) }, nil},
		"ack_timeout below 1m":   {func(p *Policy) { p.AckTimeout = span.Duration(time.Minute - 1) }, []string{"ack_timeout: an ack_timeout is at least 1m; leave it out for none"}},
		"a wait of 1s":           {waits(time.Second), nil},
		"a wait of 24h":          {waits(24 * time.Hour), nil},
		"no wait":                {waits(0), []string{"steps[1].wait: every step needs a wait from 1s to 24h, like 5m: without it the steps would run round and round"}},
		"a wait below 1s":        {waits(time.Second - 1), []string{"steps[1].wait: every step needs a wait from 1s to 24h, like 5m: without it the steps would run round and round"}},
		"a wait over 24h":        {waits(24*time.Hour + 1), []string{"steps[1].wait: every step needs a wait from 1s to 24h, like 5m: without it the steps would run round and round"}},
		"a step for nobody":      {func(p *Policy) { p.Steps[0].Page = nil }, []string{`steps[0].page: a step needs somebody to page, like ["schedule:primary"]`}},
		"acks of 1":              {func(p *Policy) { p.Steps[0].Acks = 1 }, nil},
		"acks of 2":              {func(p *Policy) { p.Steps[0].Acks = 2 }, []string{"steps[0].acks: one answer stops a step; acks is 1 or left out"}},
		"acks below 0":           {func(p *Policy) { p.Steps[0].Acks = -1 }, []string{"steps[0].acks: one answer stops a step; acks is 1 or left out"}},
		"a target of no kind":    {func(p *Policy) { p.Steps[1].Page = []Target{"person:ana", "ben"} }, []string{`steps[1].page[1]: "ben" is not a target; write "person:<name>" or "schedule:<name>"`}},
		"a fallback of no kind":  {func(p *Policy) { p.Fallback = []Target{"team:x"} }, []string{`fallback[0]: "team:x" is not a target; write "person:<name>" or "schedule:<name>"`}},
		"several things at once": {func(p *Policy) { p.Repeat, p.Steps[0].Acks = -1, 5 }, []string{"repeat: repeat is a number from 0 to 100", "steps[0].acks: one answer stops a step; acks is 1 or left out"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := payments()
			p.AckTimeout = span.Duration(30 * time.Minute)
			test.change(&p)
			if got := sentences(p.Validate()); !slices.Equal(got, test.wrong) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

// sentences returns "path: sentence" for each field.
func sentences(fields []fault.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Path+": "+f.Sentence)
	}
	return out
}

func TestAPolicyInJSONReadsAsInTheSetupFile(t *testing.T) {
	text := `{"team":"payments","steps":[{"page":["person:ana"],"wait":"5m"},{"page":["person:ben"],"wait":"10m"}],"repeat":1,"fallback":["person:dee"]}`
	var p Policy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	p.Name = "payments" // the name is the key that it stands under
	back, err := json.Marshal(p)
	if err != nil || string(back) != text {
		t.Errorf("it is written %s, %v", back, err)
	}
	if got := payments(); got.Steps[1].Wait != p.Steps[1].Wait || got.Repeat != p.Repeat {
		t.Errorf("it is read %+v", p)
	}
}
