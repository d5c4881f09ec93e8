package action_test

import (
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/alert"
)

// simulated asks what a critical signal for a service would do now.
func (w *setupWorld) simulated(unsendable map[string]string) action.Forecast {
	w.t.Helper()
	list, err := w.act.Simulate(w.t.Context(), action.Simulation{
		Arrival: action.Arrival{Service: "checkout", Signals: []alert.Signal{{Status: alert.Firing, Summary: "disk full", Severity: "critical"}}},
		At:      w.clock(), Unsendable: unsendable,
	})
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%d forecasts, %v", len(list), err)
	}
	return list[0]
}

const simulatedSetup = `
people:
  ana: {name: Ana, contacts: {hook: {kind: webhook, to: "https://hooks.example/ana"}, mail: {kind: email, to: ana@example.com}}, rules: {high: [{via: [hook]}, {via: [mail], after: 30m}]}}
teams: {payments: {name: Payments}}
policies: {payments: {team: payments, repeat: REPEAT, steps: [{page: ["person:ana"], wait: 1s}], fallback: ["person:ana"]}}
services: {checkout: {team: payments, policy: payments}}
`

func TestHowAForecastEnds(t *testing.T) {
	broken := map[string]string{"webhook": "no way out", "email": "there is no mail server"}
	tests := map[string]struct {
		repeat     string
		unsendable map[string]string
		end        action.EndKind
		says       string
		pages      int
	}{
		"the fallback comes again and again":  {"0", nil, action.EndFallback, "the fallback (Ana) is paged every 15 min until somebody answers; 3 rounds of it are listed here", 6},
		"a policy that repeats a hundredfold": {"100", nil, action.EndFallback, "3 rounds of it are listed here", 206},
		"nothing can reach them":              {"0", broken, action.EndNobody, "none of these can reach anybody", 8},
		"only what comes later can":           {"0", map[string]string{"webhook": "no way out"}, action.EndFallback, "the fallback (Ana)", 8},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		for name, test := range tests {
			w.apply(strings.Replace(simulatedSetup, "REPEAT", test.repeat, 1))
			f := w.simulated(test.unsendable)
			if f.End.Kind != test.end || !strings.Contains(f.End.Sentence, test.says) || len(f.Pages) != test.pages {
				t.Errorf("%s: %d sends, then %s: %s", name, len(f.Pages), f.End.Kind, f.End.Sentence)
			}
			for i, p := range f.Pages {
				if p.At.After(f.End.At) || (i > 0 && p.At.Before(f.Pages[i-1].At)) {
					t.Errorf("%s: send %d is at %s, after %s", name, i, p.At, f.End.At)
				}
			}
		}
	})
}
