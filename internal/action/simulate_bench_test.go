package action_test

import (
	"testing"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/pgtest"
	"firehall/internal/store"
)

// BenchmarkSimulate measures a forecast in a setup of 1,000 services and 300
// people: a new alert, and its whole escalation with three rounds of the
// fallback.
func BenchmarkSimulate(b *testing.B) {
	file := setupBig(b)
	for name, c := range map[string]func() store.Config{
		"sqlite":   func() store.Config { return setupSQLite(b) },
		"postgres": func() store.Config { return store.Config{URL: pgtest.URL(b)} },
	} {
		w := newSetupWorld(b, c())
		if _, err := w.act.Apply(b.Context(), setupOwner, file, action.ApplyOptions{}); err != nil {
			b.Fatal(err)
		}
		q := action.Simulation{
			Arrival: action.Arrival{Source: w.db.Setup().Sources["service-10"], Signals: []alert.Signal{{Key: "k", Status: alert.Firing, Summary: "disk full", Severity: "critical", Resends: true}}},
			At:      w.clock(),
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q.At = q.At.Add(1) // nothing is remembered
				list, err := w.act.Simulate(b.Context(), q)
				if err != nil || len(list) != 1 || len(list[0].Pages) < 5 {
					b.Fatalf("%d forecasts, %v", len(list), err)
				}
			}
		})
	}
}
