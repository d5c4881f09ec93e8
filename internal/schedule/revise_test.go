package schedule

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// revised revises a schedule and fails the test when it cannot.
func revised(t *testing.T, s Schedule, now string, layers ...Layer) Schedule {
	t.Helper()
	out, err := Revise(s, layers, at(now))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAChangeOfMembersKeepsTheOrder(t *testing.T) {
	pairs := func(members ...Turn) Layer {
		l := weekly()
		l.Rotation.Members = members
		return l
	}
	tests := map[string]struct {
		old, changed Layer
		now          string
		want         []string // from Monday 2026-01-12 09:00 for four weeks
	}{
		"one who is to come leaves":         {weekly("a", "b", "c", "d"), weekly("a", "b", "d"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 d", "01-26T09:00 a", "02-02T09:00 b"}},
		"one is appended":                   {weekly("a", "b", "c", "d"), weekly("a", "b", "c", "d", "e"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T09:00 d", "02-02T09:00 e"}},
		"one is put in front":               {weekly("a", "b", "c", "d"), weekly("e", "a", "b", "c", "d"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T09:00 d", "02-02T09:00 e"}},
		"who is on call now leaves":         {weekly("a", "b", "c", "d"), weekly("a", "c", "d"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T09:00 d", "02-02T09:00 a"}},
		"they and the next leave":           {weekly("a", "b", "c", "d"), weekly("a", "d"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 d", "01-26T09:00 a", "02-02T09:00 d"}},
		"everyone is another":               {weekly("a", "b", "c", "d"), weekly("x", "y"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 x", "01-26T09:00 y", "02-02T09:00 x"}},
		"the order is reversed":             {weekly("a", "b", "c"), weekly("c", "b", "a"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 a", "01-26T09:00 c", "02-02T09:00 b"}},
		"the second turn of two is on":      {weekly("b", "b", "c"), weekly("b", "x", "b", "c"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T09:00 b", "02-02T09:00 x"}},
		"a pair is parted":                  {pairs(Turn{"a"}, Turn{"b", "c"}), weekly("a", "b", "c"), "2026-01-14T00:00", []string{"01-12T09:00 b and c", "01-19T09:00 c", "01-26T09:00 a", "02-02T09:00 b"}},
		"the turn that is on is empty":      {pairs(Turn{"a"}, Turn{}, Turn{"c"}), pairs(Turn{"x"}, Turn{"a"}, Turn{}, Turn{"c"}), "2026-01-14T00:00", []string{"01-12T09:00 nobody", "01-19T09:00 c", "01-26T09:00 x", "02-02T09:00 a"}},
		"the only one is joined by another": {weekly("b"), weekly("b", "c"), "2026-01-14T00:00", []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T09:00 b", "02-02T09:00 c"}},
		"at the very time of a handoff":     {weekly("a", "b", "c"), weekly("a", "b", "x"), "2026-01-12T09:00", []string{"01-12T09:00 b", "01-19T09:00 x", "01-26T09:00 a", "02-02T09:00 b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := revised(t, of(test.old), test.now, test.changed)
			expectShifts(t, planOf(t, s, nil, nil), "2026-01-12T09:00", "2026-02-09T09:00", test.want...)
			if layers := s.Layers(); len(layers) != 1 || !layers[0].equal(test.changed) {
				t.Errorf("the setup is now %+v", layers)
			}
		})
	}
}

func TestTurnsMayChangeTheirLength(t *testing.T) {
	longer := weekly("a", "b", "c")
	longer.Rotation.Every = 2
	later := weekly("a", "b", "c")
	later.Rotation.Start = "2026-01-05T14:00"
	earlier := weekly("a", "b", "c")
	earlier.Rotation.Start = "2026-01-03T09:00"
	tests := map[string]struct {
		changed Layer
		want    []string
	}{
		"a handoff some hours later lengthens the next turn": {later, []string{"01-12T09:00 b", "01-19T09:00 c", "01-26T14:00 a"}},
		"a handoff days earlier shortens it":                 {earlier, []string{"01-12T09:00 b", "01-19T09:00 c", "01-24T09:00 a", "01-31T09:00 b"}},
		"weeks become fortnights":                            {longer, []string{"01-12T09:00 b", "01-19T09:00 c"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := revised(t, of(weekly("a", "b", "c")), "2026-01-14T00:00", test.changed)
			got := told(planOf(t, s, nil, nil).Shifts(at("2026-01-12T09:00"), at("2026-02-02T09:00")))
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestEachLayerWaitsForItsOwnHandoff(t *testing.T) {
	s := revised(t, of(weekly("a", "b"), daily("x", "y")), "2026-01-06T12:00", weekly("a", "c"), daily("x", "z"))
	expectShifts(t, planOf(t, s, nil, nil), "2026-01-06T09:00", "2026-01-08T09:00", "01-06T09:00 a and y", "01-07T09:00 a and x")
	expectShifts(t, planOf(t, s, nil, nil), "2026-01-11T09:00", "2026-01-14T09:00", "01-11T09:00 a and x", "01-12T09:00 c and z", "01-13T09:00 c and x")
}

func TestALayerThatDoesNotChangeKeepsItsOrder(t *testing.T) {
	s := revised(t, of(weekly("a", "b", "c"), daily("x", "y")), "2026-01-14T00:00", weekly("d", "a", "b", "c"), daily("x", "y"))
	before := planOf(t, s, nil, nil)
	after := planOf(t, revised(t, s, "2026-01-20T12:00", weekly("d", "a", "b", "c"), daily("x")), nil, nil)
	for _, day := range []string{"2026-01-22T12:00", "2026-01-29T12:00", "2026-02-05T12:00"} {
		if was, is := before.OnCall(at(day)).People[0], after.OnCall(at(day)).People[0]; was != is {
			t.Errorf("%s: %s became %s", day, was, is)
		}
	}
}

func TestLayersComeAndGo(t *testing.T) {
	weekend := Layer{Name: "weekend", Priority: 1, Users: []id.Person{"w"}, Windows: []Window{{Days: []string{"sat", "sun"}, From: "00:00", To: "24:00"}}}
	now := Layer{Name: "now", Priority: 1, Users: []id.Person{"n"}}
	hours := Layer{Name: "hours", Users: []id.Person{"h"}, Windows: []Window{{From: "09:00", To: "17:00"}}}
	others := hours
	others.Users = []id.Person{"i"}
	renamed := weekly("a", "b", "c")
	renamed.Name = "primary"
	base := weekly("a", "b")
	tests := map[string]struct {
		old, changed []Layer
		now          string
		want         []string // from Tuesday 2026-01-06 12:00 for a week, at most five
	}{
		"a new one that is not on yet begins at once": {[]Layer{base}, []Layer{base, weekend}, "2026-01-06T12:00", []string{"01-06T12:00 a", "01-10T00:00 w", "01-12T00:00 a", "01-12T09:00 b"}},
		"a new one that would be on waits":            {[]Layer{base}, []Layer{base, now}, "2026-01-06T12:00", []string{"01-06T12:00 a", "01-12T09:00 n"}},
		"unless nobody is on call":                    {[]Layer{weekend}, []Layer{weekend, now}, "2026-01-06T12:00", []string{"01-06T12:00 n", "01-10T00:00 w and n", "01-12T00:00 n"}},
		"one that goes keeps its turn":                {[]Layer{base, now}, []Layer{base}, "2026-01-06T12:00", []string{"01-06T12:00 a", "01-12T09:00 b"}},
		"a rotation that goes keeps its turn":         {[]Layer{base, hours}, []Layer{hours}, "2026-01-06T12:00", []string{"01-06T12:00 a and h", "01-06T17:00 a", "01-07T09:00 a and h", "01-07T17:00 a", "01-08T09:00 a and h"}},
		"a renamed one goes on":                       {[]Layer{base}, []Layer{renamed}, "2026-01-06T12:00", []string{"01-06T12:00 a", "01-12T09:00 b"}},
		"an open window closes first":                 {[]Layer{hours}, []Layer{others}, "2026-01-06T12:00", []string{"01-06T12:00 h", "01-06T17:00 nobody", "01-07T09:00 i", "01-07T17:00 nobody", "01-08T09:00 i"}},
		"one without handoff changes at once":         {[]Layer{now}, []Layer{base}, "2026-01-06T12:00", []string{"01-06T12:00 a", "01-12T09:00 b"}},
		"who is in its new rotation keeps the turn":   {[]Layer{{Name: "weekly", Users: []id.Person{"b"}}}, []Layer{base}, "2026-01-06T12:00", []string{"01-06T12:00 b", "01-12T09:00 a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := revised(t, of(test.old...), test.now, test.changed...)
			got := told(planOf(t, s, nil, nil).Shifts(at("2026-01-06T12:00"), at("2026-01-13T12:00")))
			if n := min(len(got), 5); !slices.Equal(got[:n], test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestTheSameLayersChangeNothing(t *testing.T) {
	s := revised(t, of(weekly("a", "b")), "2026-01-06T12:00", weekly("a", "b", "c"))
	same, _ := json.Marshal(s.Revisions)
	for _, now := range []string{"2026-01-06T13:00", "2026-01-20T00:00"} {
		got, _ := json.Marshal(revised(t, s, now, weekly("a", "b", "c")).Revisions)
		if string(got) != string(same) {
			t.Errorf("at %s: %s became %s", now, same, got)
		}
	}
	if other, _ := json.Marshal(revised(t, s, "2026-01-20T00:00", weekly("a", "b")).Revisions); string(other) == string(same) {
		t.Error("nor do others")
	}
}

func TestAChangeBeforeTheHandoffReplacesTheOneThatWaits(t *testing.T) {
	s := revised(t, of(weekly("a", "b", "c")), "2026-01-06T12:00", weekly("a", "x", "y"))
	third := revised(t, s, "2026-01-07T12:00", weekly("a", "z", "b"))
	if len(third.Revisions) != 2 {
		t.Errorf("%d revisions", len(third.Revisions))
	}
	expectShifts(t, planOf(t, third, nil, nil), "2026-01-06T12:00", "2026-01-26T09:00", "01-06T12:00 a", "01-12T09:00 z", "01-19T09:00 b")
	back := revised(t, s, "2026-01-07T12:00", weekly("a", "b", "c"))
	if len(back.Revisions) != 1 {
		t.Errorf("taken back, %d revisions are left", len(back.Revisions))
	}
}

func TestTheFirstLayersHoldSinceEver(t *testing.T) {
	s := Schedule{Name: "primary", Zone: "UTC"}
	first := revised(t, s, "2026-01-06T12:00", weekly("a", "b"))
	expectShifts(t, planOf(t, first, nil, nil), "2025-12-29T09:00", "2026-01-12T09:00", "12-29T09:00 b", "01-05T09:00 a")
	if at := ReviseAt(s, []Layer{weekly("a", "b")}, at("2026-01-06T12:00")); !at.Revisions[0].From.IsZero() {
		t.Errorf("at once they hold from %v", at.Revisions[0].From)
	}
}

func TestAScheduleMovesToAnotherZoneAtAHandoff(t *testing.T) {
	s := of(weekly("a", "b"))
	s.Revisions[0].Zone = "UTC"
	s.Zone = "America/New_York" // handoffs move from 09:00 to 14:00 UTC
	moved := revised(t, s, "2026-01-06T12:00", weekly("a", "b"))
	expectShifts(t, planOf(t, moved, nil, nil), "2026-01-05T09:00", "2026-01-26T14:00", "01-05T09:00 a", "01-12T09:00 b", "01-19T14:00 a")
	if l := moved.Layers(); l[0].Zone != "" {
		t.Errorf("the setup names the zone %s", l[0].Zone)
	}
	same, _ := Revise(moved, []Layer{weekly("a", "b")}, at("2026-01-07T00:00"))
	if len(same.Revisions) != len(moved.Revisions) {
		t.Error("the same zone again is a change")
	}
}

func TestReviseAt(t *testing.T) {
	s := of(weekly("a", "b", "c"))
	cut := ReviseAt(s, []Layer{weekly("x", "y")}, at("2026-01-14T12:00"))
	expectShifts(t, planOf(t, cut, nil, nil), "2026-01-12T09:00", "2026-01-26T09:00", "01-12T09:00 b", "01-14T12:00 y", "01-19T09:00 x")
	if got := ReviseAt(s, []Layer{weekly("a", "b", "c")}, at("2026-01-14T12:00")); len(got.Revisions) != 1 {
		t.Errorf("the same layers are %d revisions", len(got.Revisions))
	}
	again := ReviseAt(cut, []Layer{weekly("z")}, at("2026-01-14T12:00"))
	expectShifts(t, planOf(t, again, nil, nil), "2026-01-12T09:00", "2026-01-26T09:00", "01-12T09:00 b", "01-14T12:00 z")
	waiting := revised(t, s, "2026-01-14T12:00", weekly("a", "x"))
	now := ReviseAt(waiting, []Layer{weekly("a", "x")}, at("2026-01-14T13:00"))
	expectShifts(t, planOf(t, now, nil, nil), "2026-01-12T09:00", "2026-01-26T09:00", "01-12T09:00 b", "01-14T13:00 x", "01-19T09:00 a")
}

func TestReviseRefusesWhatCannotBeComputed(t *testing.T) {
	bad := weekly("a")
	bad.Rotation.Unit = "fortnight"
	if _, err := Revise(of(weekly("a", "b")), []Layer{bad}, at("2026-01-06T12:00")); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

// Whatever changes, who is on call at the time of the change stays if their
// shift has an end, the past is as it was, and the setup is what was asked for.
func TestReviseLeavesNowAndThePastAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		d.overrides, d.off = nil, nil
		target := drawLayers(t, d.centre)
		now := drawTime(t, d.centre, "now")
		d.schedule.Revisions = d.schedule.upTo(now) // one that waits is dropped
		before, waits := d.plan(t), handsOff(d.schedule, now)
		s, err := Revise(d.schedule, target, now)
		if err != nil {
			t.Fatal(err)
		}
		d.schedule = s
		after := d.plan(t)
		past := now.Add(-30 * 24 * time.Hour)
		if a, b := told(before.Shifts(past, now)), told(after.Shifts(past, now)); !slices.Equal(a, b) {
			t.Fatalf("the past was %q, is %q", a, b)
		}
		was, is := before.OnCall(now), after.OnCall(now)
		if len(was.People) > 0 && !was.Until.IsZero() && waits && !samePeople(was.People, is.People) {
			t.Fatalf("at the change %q became %q", was.Reason, is.Reason)
		}
		if !s.isNewest(plain(target)) {
			t.Fatalf("the newest layers are %+v, not %+v", s.Layers(), target)
		}
		for i := 1; i < len(s.Revisions); i++ {
			if !s.Revisions[i-1].From.Before(s.Revisions[i].From) {
				t.Fatalf("revisions %d and %d are out of order", i-1, i)
			}
		}
	})
}

// handsOff says whether each layer in effect at now has turns.
func handsOff(s Schedule, now time.Time) bool {
	in := s.upTo(now)
	return !slices.ContainsFunc(in[len(in)-1].Layers, func(l Layer) bool {
		return l.Rotation == nil
	})
}
