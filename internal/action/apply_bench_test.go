package action_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"firehall/internal/action"
	"firehall/internal/pgtest"
	"firehall/internal/store"
)

// setupBig is a file with 1,000 services and 300 people.
func setupBig(b *testing.B) []byte {
	people, services, schedules, policies, sources := fields{}, fields{}, fields{}, fields{}, fields{}
	for n := range 300 {
		name := fmt.Sprintf("person-%d", n)
		people[name] = fields{"name": "Person Number", "zone": "Europe/Lisbon", "contacts": fields{
			"mail": fields{"kind": "email", "to": name + "@example.com"},
			"hook": fields{"kind": "webhook", "to": "https://hooks.example/" + name, "secret": "the secret of " + name},
		}}
	}
	for n := range 50 {
		members := []string{}
		for m := range 6 {
			members = append(members, fmt.Sprintf("person-%d", n*6+m))
		}
		name := fmt.Sprintf("s-%d", n)
		schedules[name] = fields{"team": "t", "zone": "Europe/Lisbon", "layers": []fields{{"name": "weekly", "rotation": fields{"unit": "week", "start": "2026-11-03T12:00", "members": members}}}}
		policies[name] = fields{"team": "t", "steps": []fields{{"page": []string{"schedule:" + name}, "wait": "5m"}, {"page": []string{"person:" + members[0]}, "wait": "5m"}}}
	}
	for n := range 1000 {
		name := fmt.Sprintf("service-%d", n)
		services[name] = fields{"team": "t", "policy": fmt.Sprintf("s-%d", n%50), "description": "One of many"}
		if n%10 == 0 {
			sources[name] = fields{"kind": "alertmanager", "service": name, "key": fmt.Sprintf("0123456789abcdef%d", n)}
		}
	}
	file, err := json.Marshal(fields{
		"installation": fields{"fallback": []string{"person:person-0"}}, "people": people, "teams": fields{"t": fields{}},
		"schedules": schedules, "policies": policies, "services": services, "sources": sources,
	})
	if err != nil {
		b.Fatal(err)
	}
	return file
}

func BenchmarkApply(b *testing.B) {
	file := setupBig(b)
	for name, c := range map[string]func() store.Config{
		"sqlite":   func() store.Config { return setupSQLite(b) },
		"postgres": func() store.Config { return store.Config{URL: pgtest.URL(b)} },
	} {
		w := newSetupWorld(b, c())
		apply := func(b *testing.B, text []byte, changes int) {
			plan, err := w.act.Apply(b.Context(), setupOwner, text, action.ApplyOptions{Prune: true})
			if err != nil || len(plan.Changes) != changes {
				b.Fatalf("%d changes, %v", len(plan.Changes), err)
			}
		}
		b.Run(name+"/all new", func(b *testing.B) {
			for b.Loop() {
				apply(b, file, 1502)
				b.StopTimer()
				apply(b, []byte(`{"installation": {}}`), 1502)
				b.StartTimer()
			}
		})
		apply(b, file, 1502)
		b.Run(name+"/unchanged", func(b *testing.B) {
			for b.Loop() {
				apply(b, file, 0)
			}
		})
	}
}
