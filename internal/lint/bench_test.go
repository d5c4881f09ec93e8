package lint_test

import (
	"fmt"
	"testing"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/lint"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// large returns a setup of 1,000 services, each with a source, 300 people, 100
// schedules in three layers and 200 policies.
func large() *store.Setup {
	s := store.NewSetup()
	person := func(n int) id.Person { return id.Person(fmt.Sprintf("person-%d", n%300)) }
	zones := []string{"Europe/Lisbon", "America/New_York", "Pacific/Auckland"}
	for n := range 300 {
		s.People[person(n)] = store.Person{
			Person: team.Person{Name: person(n), FullName: "Somebody", Zone: zones[n%3]},
			Reach: notify.Reach{
				Contacts: map[string]notify.Contact{"hook": {Kind: "webhook", To: "https://hooks.example.com"}, "mail": {Kind: "email", To: "a@example.com"}},
				Rules:    map[string][]notify.Rule{"high": {{Via: []string{"hook"}}}, "low": {{Via: []string{"mail"}}}},
			},
		}
	}
	for n := range 100 {
		t, c := id.Team(fmt.Sprintf("team-%d", n)), id.Schedule(fmt.Sprintf("schedule-%d", n))
		s.Teams[t] = store.Team{Team: team.Team{Name: t, Managers: []id.Person{person(n)}, Members: []id.Person{person(n), person(n + 1), person(n + 2)}}}
		day := &schedule.Rotation{Unit: "day", Every: 1, Start: "2026-11-02T10:00", Members: []schedule.Turn{{person(n)}, {person(n + 1)}, {person(n + 2)}}}
		week := &schedule.Rotation{Unit: "week", Every: 1, Start: "2026-11-02T10:00", Members: []schedule.Turn{{person(n + 3)}, {person(n + 4)}}}
		s.Schedules[c] = schedule.Schedule{Name: c, Team: t, Zone: zones[n%3], Revisions: []schedule.Revision{{Layers: []schedule.Layer{
			{Name: "days", Priority: 1, Windows: []schedule.Window{{From: "08:00", To: "20:00"}}, Rotation: day},
			{Name: "nights", Windows: []schedule.Window{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "20:00", To: "08:00"}}, Rotation: week},
			{Name: "weekends", Windows: []schedule.Window{{Days: []string{"sat"}, From: "20:00", To: "08:00"}}, Users: []id.Person{person(n + 5)}},
		}}}}
	}
	at := func(n int) escalation.Target { return escalation.Target(fmt.Sprintf("schedule:schedule-%d", n%100)) }
	for n := range 200 {
		p := id.Policy(fmt.Sprintf("policy-%d", n))
		s.Policies[p] = store.Policy{Policy: escalation.Policy{Name: p, Team: id.Team(fmt.Sprintf("team-%d", n%100)), Repeat: 1, Steps: []escalation.Step{
			{Page: []escalation.Target{at(n)}, Wait: span.Duration(5 * 60e9)},
			{Page: []escalation.Target{at(n + 1), at(n + 2)}, Wait: span.Duration(5 * 60e9)},
			{Page: []escalation.Target{at(n + 3)}, Wait: span.Duration(5 * 60e9)},
		}}}
	}
	for n := range 1000 {
		v, c := id.Service(fmt.Sprintf("service-%d", n)), id.Source(fmt.Sprintf("source-%d", n))
		s.Services[v] = service.Service{Name: v, Team: id.Team(fmt.Sprintf("team-%d", n%100)), Policy: id.Policy(fmt.Sprintf("policy-%d", n%200))}
		s.Sources[c] = route.Source{Name: c, Kind: "generic", Service: v}
	}
	return s
}

// BenchmarkLint looks at 1,000 services, 300 people, 100 schedules and 200
// policies; nothing is kept from one run to the next.
func BenchmarkLint(b *testing.B) {
	found := 0
	for b.Loop() {
		b.StopTimer()
		s := large()
		b.StartTimer()
		found = len(lint.Run(s, lint.Facts{}, monday))
	}
	b.ReportMetric(float64(found), "findings")
}
