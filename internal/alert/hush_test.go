package alert

import (
	"maps"
	"testing"
	"time"
)

// group is a firing signal with members a and b, since noon.
func group() Signal {
	return Signal{Key: "up", Status: Firing, Summary: "up", Severity: "error", Resends: true, Members: []Member{
		{Key: "a", Firing: true, StartsAt: noon}, {Key: "b", Firing: true, StartsAt: noon},
	}}
}

func TestAHushRemembersWhatFiredAndHowBadItWas(t *testing.T) {
	members := append(group().Members, Member{Key: "c", StartsAt: noon}) // c is over
	h := NewHush(triggered(), members, after(7))
	if h.Service != "checkout" || h.Key != "disk" || h.Alert != "alert_a" || h.Severity != Error || !h.Until.Equal(after(67)) {
		t.Errorf("%+v", h)
	}
	if !maps.Equal(h.Starts, map[string]time.Time{"a": noon, "b": noon}) {
		t.Errorf("members %v", h.Starts)
	}
}

func TestAHushCoversWhatIsNothingNew(t *testing.T) {
	alter := func(change func(*Signal)) Signal {
		s := group()
		change(&s)
		return s
	}
	tests := map[string]struct {
		signal   Signal
		severity Severity
		want     bool
	}{
		"the same again": {group(), Error, true},
		"milder":         {group(), Warning, true},
		"worse":          {group(), Critical, false},
		"fewer members":  {alter(func(s *Signal) { s.Members = s.Members[:1] }), Error, true},
		"no members":     {alter(func(s *Signal) { s.Members = nil }), Error, true},
		"a member is over": {alter(func(s *Signal) {
			s.Members[1].Firing = false
		}), Error, true},
		"a member that is over and began anew": {alter(func(s *Signal) {
			s.Members[1].Firing, s.Members[1].StartsAt = false, after(3)
		}), Error, true},
		"a member that is over and was not there": {alter(func(s *Signal) {
			s.Members = append(s.Members, Member{Key: "z", StartsAt: noon})
		}), Error, true},
		"a member began anew": {alter(func(s *Signal) { s.Members[1].StartsAt = after(3) }), Error, false},
		"another member fires": {alter(func(s *Signal) {
			s.Members = append(s.Members, Member{Key: "z", Firing: true, StartsAt: noon})
		}), Error, false},
		"another member fires since no known time": {alter(func(s *Signal) {
			s.Members = append(s.Members, Member{Key: "z", Firing: true})
		}), Error, false},
		"the same instant in another zone": {alter(func(s *Signal) {
			s.Members[1].StartsAt = noon.In(time.FixedZone("east", 3600))
		}), Error, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := NewHush(triggered(), group().Members, noon)
			if got := h.Covers(test.signal, test.severity); got != test.want {
				t.Errorf("it covers it: %v", got)
			}
		})
	}
}

func TestAHushOfAnAlertWithoutMembers(t *testing.T) {
	a := triggered()
	a.StartsAt = noon
	h := NewHush(a, nil, after(7))
	tests := map[string]struct {
		starts time.Time
		want   bool
	}{
		"the same again":                   {noon, true},
		"the same instant in another zone": {noon.In(time.FixedZone("east", 3600)), true},
		"it began anew":                    {after(3), false},
		"since no known time":              {time.Time{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := h.Covers(Signal{Key: "up", Status: Firing, StartsAt: test.starts}, Error); got != test.want {
				t.Errorf("it covers it: %v", got)
			}
		})
	}
	if h.Covers(group(), Error) {
		t.Error("members that were not there are nothing new")
	}
}

func TestTheSeverityOfASignalIsWhatItsAlertWouldHave(t *testing.T) {
	for _, word := range []string{"critical", "info", "", "nonsense"} {
		s := group()
		s.Severity, s.Members[1].Severity = "warning", word
		want := FromSignal("alert_a", s, usual(), noon).Severity
		if got := usual().Severity(s); got != want {
			t.Errorf("with a member of %q: %s, not %s", word, got, want)
		}
	}
}
