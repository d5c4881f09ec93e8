package lint_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/lint"
	"firehall/internal/schedule"
	"firehall/internal/store"
)

// nervous adds a schedule on which somebody is on call for every other of so
// many minutes of each hour.
func nervous(s *store.Setup, name id.Schedule, minutes int) {
	layer := schedule.Layer{Name: "nervous", Users: []id.Person{"ana"}}
	for at := 0; at < 24*60; at++ {
		if minute := at % 60; minute < minutes && minute%2 == 0 {
			layer.Windows = append(layer.Windows, schedule.Window{From: clock(at), To: clock(at + 1)})
		}
	}
	s.Schedules[name] = schedule.Schedule{Name: name, Team: "t", Zone: "UTC", Revisions: []schedule.Revision{{Layers: []schedule.Layer{layer}}}}
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func notLookedAt(found []lint.Finding) (out []string) {
	for _, f := range found {
		if f.Code == "not-looked-at" {
			out = append(out, f.Path)
		}
	}
	return out
}

func TestAScheduleThatChangesTooOftenIsNotLookedAt(t *testing.T) {
	s := calm()
	nervous(s, "nervous", 60)
	p := s.Policies["p"]
	p.Steps[0].Page = []escalation.Target{"schedule:nervous"}
	s.Policies["p"] = p
	found := lint.Run(s, lint.Facts{}, monday)
	if got := notLookedAt(found); !slices.Contains(got, "schedules.nervous") || !slices.Contains(got, "policies.p") || slices.Contains(got, "schedules.second") {
		t.Errorf("not looked at: %v", got)
	}
	for _, code := range []string{"schedule-gap", "step-gap", "step-never-reaches", "nobody-reachable"} {
		if f, ok := find(found, code); ok {
			t.Errorf("a guess: %s", f.Sentence)
		}
	}
}

func TestASetupThatChangesTooOftenIsLookedAtInPart(t *testing.T) {
	s := calm()
	for i := range 30 {
		nervous(s, id.Schedule(fmt.Sprintf("nervous-%02d", i)), 10) // 17,000 pieces each
	}
	got := notLookedAt(lint.Run(s, lint.Facts{}, monday))
	if slices.Contains(got, "schedules.nervous-00") || !slices.Contains(got, "schedules.nervous-29") {
		t.Errorf("not looked at: %v", got)
	}
}

func TestALookEndsWhenItIsToldTo(t *testing.T) {
	gone, asked := errors.New("the client is gone"), 0
	found, err := lint.RunWhile(calm(), lint.Facts{}, monday, func() error {
		if asked++; asked > 3 {
			return gone
		}
		return nil
	})
	if !errors.Is(err, gone) || found != nil || asked > 5 {
		t.Errorf("asked %d times: %v, %v", asked, found, err)
	}
}
