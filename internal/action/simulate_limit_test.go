package action_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/store"
)

// crowd is a setup in which 200 people with 4 contacts are asked a hundred
// times, each by sends of tomorrow.
func crowd() string {
	var people, targets, via []string
	contacts := ""
	for i := range 4 {
		contacts += fmt.Sprintf("c%d: {kind: webhook, to: \"https://hooks.example/%d\"}, ", i, i)
		via = append(via, fmt.Sprintf("c%d", i))
	}
	for i := range 200 {
		people = append(people, fmt.Sprintf("  p%d: {name: P, contacts: {%s}, rules: {high: [{via: [%s], after: 24h}]}}", i, contacts, strings.Join(via, ", ")))
		targets = append(targets, fmt.Sprintf("\"person:p%d\"", i))
	}
	return "people:\n" + strings.Join(people, "\n") + `
teams: {payments: {name: Payments}}
policies: {payments: {team: payments, repeat: 100, steps: [{page: [` + strings.Join(targets, ",") + `], wait: 1s}], fallback: ["person:p0"]}}
services: {checkout: {team: payments, policy: payments}}
`
}

func TestASimulationPlansOnlySoMuch(t *testing.T) {
	t.Parallel()
	w := newSetupWorld(t, store.Config{Dir: t.TempDir()})
	w.apply(crowd())
	signal := alert.Signal{Status: alert.Firing, Summary: "disk full", Severity: "critical"}
	q := action.Simulation{Arrival: action.Arrival{Service: "checkout", Signals: []alert.Signal{signal, signal, signal}}, At: w.clock()}
	list, err := w.act.Simulate(t.Context(), q)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d forecasts, %v", len(list), err)
	}
	for i, f := range list {
		if f.End.Kind != action.EndCut || !strings.Contains(f.End.Sentence, "5000 sends") || f.End.At.Before(q.At) || f.End.At.After(q.At.Add(time.Minute)) {
			t.Errorf("signal %d ends at %s: %s, %s", i, f.End.At, f.End.Kind, f.End.Sentence)
		}
	}
	if len(list[1].Notes) > 1 {
		t.Errorf("the second signal was worked out: %d notes", len(list[1].Notes))
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := w.act.Simulate(gone, q); !errors.Is(err, context.Canceled) {
		t.Errorf("of somebody who left: %v", err)
	}
}
