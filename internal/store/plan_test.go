package store

import (
	"slices"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
)

func TestWhoIsOnCallByTheSetup(t *testing.T) {
	t.Parallel()
	s := NewSetup()
	for _, name := range []id.Person{"ana", "ben", "cy"} {
		s.People[name] = person(name)
	}
	off := person("dee")
	off.Disabled = true
	s.People["dee"] = off
	cover := schedule.Cover("cy", "ana", after(-60), after(60))
	cover.ID, cover.Schedule = "override_1", "covered"
	s.Schedules["primary"], s.Schedules["covered"] = weekly("primary", "ana", "ben"), weekly("covered", "ana", "ben")
	s.Schedules["of-dee"] = weekly("of-dee", "dee")
	s.Overrides["covered"] = []schedule.Override{cover}
	tests := map[string]struct {
		schedule id.Schedule
		at       time.Time
		want     []id.Person
	}{
		"the one whose turn it is":       {"primary", start, []id.Person{"ana"}},
		"a week later the next one":      {"primary", start.Add(7 * 24 * time.Hour), []id.Person{"ben"}},
		"who covers for them":            {"covered", start, []id.Person{"cy"}},
		"the one themselves, afterwards": {"covered", after(60), []id.Person{"ana"}},
		"never one who is disabled":      {"of-dee", start, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			plan, err := s.Plan(test.schedule)
			if err != nil {
				t.Fatal(err)
			}
			if got := plan.OnCall(test.at); !slices.Equal(got.People, test.want) || got.Reason == "" {
				t.Errorf("%v: %s", got.People, got.Reason)
			}
			if again, _ := s.Plan(test.schedule); again != plan {
				t.Error("it is computed again")
			}
		})
	}
	if _, err := s.Plan("gone"); !fault.Is(err, fault.NotFound) || err.Error() != "there is no schedule gone" {
		t.Errorf("it says %v", err)
	}
	s.Schedules["broken"] = schedule.Schedule{Name: "broken", Zone: "Mars/Base"}
	if _, err := s.Plan("broken"); err == nil {
		t.Error("a schedule on Mars is computed")
	}
}

func TestWhenLowUrgencyMayPage(t *testing.T) {
	t.Parallel()
	s := NewSetup()
	in := func(name id.Person, zone string) {
		p := person(name)
		p.Zone = zone
		s.People[name] = p
	}
	in("ana", "Europe/Lisbon")
	in("ben", "America/New_York")
	in("cy", "")
	in("dee", "Mars/Base")
	night := []schedule.Window{{Days: []string{"fri"}, From: "22:00", To: "06:00"}}
	s.Teams["default"] = Team{}
	s.Teams["nights"] = Team{Hours: &Hours{Windows: night}}
	s.Teams["tokyo"] = Team{Hours: &Hours{Zone: "Asia/Tokyo", Windows: []schedule.Window{{From: "09:00", To: "17:00"}}}}
	s.Teams["broken"] = Team{Hours: &Hours{Zone: "Mars/Base", Windows: night}}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) } // the 20th is a Friday
	tests := map[string]struct {
		team     id.Team
		person   id.Person
		at, want time.Time
	}{
		"before the hours of the day: when they begin":     {"default", "ana", at(20, 3, 0), at(20, 9, 0)},
		"inside them: at once":                             {"default", "ana", at(20, 9, 0), at(20, 9, 0)},
		"a moment before they end: at once":                {"default", "ana", at(20, 16, 59), at(20, 16, 59)},
		"when they end: on the next working day":           {"default", "ana", at(20, 17, 0), at(23, 9, 0)},
		"on a weekend: on Monday":                          {"default", "ana", at(22, 12, 0), at(23, 9, 0)},
		"in the person's own zone":                         {"default", "ben", at(20, 9, 0), at(20, 14, 0)},
		"of somebody without a zone: in UTC":               {"default", "cy", at(20, 3, 0), at(20, 9, 0)},
		"of somebody in a zone that is not there: at once": {"default", "dee", at(20, 3, 0), at(20, 3, 0)},
		"of somebody who is not there: in UTC":             {"default", "eve", at(20, 3, 0), at(20, 9, 0)},
		"of a team that is not there: the default":         {"gone", "ana", at(20, 3, 0), at(20, 9, 0)},
		"by the team's own hours":                          {"nights", "cy", at(20, 3, 0), at(20, 22, 0)},
		"by the team's own hours, over midnight":           {"nights", "cy", at(21, 3, 0), at(21, 3, 0)},
		"in the team's own zone":                           {"tokyo", "ana", at(20, 9, 0), at(21, 0, 0)},
		"in the team's own zone: at once":                  {"tokyo", "ana", at(20, 3, 0), at(20, 3, 0)},
		"by hours in a zone that is not there: at once":    {"broken", "ana", at(20, 3, 0), at(20, 3, 0)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the second time from what is kept
				if got := s.OpensAt(test.team, test.person, test.at); !got.Equal(test.want) {
					t.Errorf("at %s", got)
				}
			}
		})
	}
}
