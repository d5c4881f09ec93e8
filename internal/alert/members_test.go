package alert

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// firing and over are members of a group since noon, with the source's word.
func firing(key, word string) Member {
	return Member{Key: key, Firing: true, Severity: word, StartsAt: noon}
}

func over(key, word string) Member { return Member{Key: key, Severity: word, StartsAt: noon} }

// says is a group's signal with members.
func says(status SignalStatus, members ...Member) Signal {
	return Signal{Key: "up", Status: status, Summary: "up", Severity: "error", Resends: true, Members: members}
}

func TestMembersOfAGroup(t *testing.T) {
	cut := says(SignalClosed, over("a", ""))
	cut.Partial = true
	tests := map[string]struct {
		known    []Member
		signal   Signal
		changed  []string // "a fires", "a is over"
		severity Severity
		resolved bool
	}{
		"the same again changes none": {
			[]Member{firing("a", ""), firing("b", "")}, says(Firing, firing("a", ""), firing("b", "")), nil, Error, false,
		},
		"a new one is saved": {
			[]Member{firing("a", "")}, says(Firing, firing("a", ""), firing("b", "")), []string{"b fires"}, Error, false,
		},
		"one that a firing group leaves out is not over": {
			[]Member{firing("a", "critical"), firing("b", "")}, says(Firing, firing("b", "")), nil, Critical, false,
		},
		"one that is over is struck off": {
			[]Member{firing("a", ""), firing("b", "")}, says(Firing, firing("a", ""), over("b", "")), []string{"b is over"}, Error, false,
		},
		"one that comes back": {
			[]Member{firing("a", ""), over("b", "")}, says(Firing, firing("b", "")), []string{"b fires"}, Error, false,
		},
		"one that is over and was never known": {
			[]Member{firing("a", "")}, says(Firing, over("z", "")), []string{"z is over"}, Error, false,
		},
		"one that began anew": {
			[]Member{firing("a", "")}, says(Firing, Member{Key: "a", Firing: true, StartsAt: after(3)}), []string{"a fires"}, Error, false,
		},
		"one whose severity changed": {
			[]Member{firing("a", "warning")}, says(Firing, firing("a", "critical")), []string{"a fires"}, Critical, false,
		},
		"the worst of those that fire counts": {
			[]Member{firing("a", "critical"), firing("b", "warning")}, says(Firing, over("a", "critical")), []string{"a is over"}, Warning, false,
		},
		"one of two is over": {
			[]Member{firing("a", ""), firing("b", "")}, says(SignalClosed, over("a", "")), []string{"a is over"}, Error, false,
		},
		"the worse of two is over": {
			[]Member{firing("a", "critical"), firing("b", "info")}, says(SignalClosed, over("a", "critical")), []string{"a is over"}, Info, false,
		},
		"the last one is over": {
			[]Member{over("a", ""), firing("b", "")}, says(SignalClosed, over("b", "")), []string{"b is over"}, Error, true,
		},
		"both at once are over": {
			[]Member{firing("a", ""), firing("b", "")}, says(SignalClosed, over("a", ""), over("b", "")), []string{"a is over", "b is over"}, Error, true,
		},
		"over, without naming members that fire": {
			[]Member{firing("a", "")}, says(SignalClosed), nil, Error, false,
		},
		"over, and its list was cut: over for all": {
			[]Member{firing("a", ""), firing("b", "")}, cut, []string{"a is over"}, Error, true,
		},
		"over, of one that never had members": {nil, says(SignalClosed), nil, Error, true},
		"the same member twice: the last word counts": {
			[]Member{firing("a", "")},
			says(Firing, over("a", ""), firing("b", "info"), firing("b", "critical")),
			[]string{"a is over", "b fires", "b fires"},
			Critical, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := fold(triggered(), test.signal, test.known...)
			var changed []string
			for _, m := range f.Members {
				changed = append(changed, m.Key+map[bool]string{true: " fires", false: " is over"}[m.Firing])
			}
			if !slices.Equal(changed, test.changed) {
				t.Errorf("to save: %q", changed)
			}
			if f.Alert.Severity != test.severity || f.Resolved != test.resolved {
				t.Errorf("severity %s, resolved %v", f.Alert.Severity, f.Resolved)
			}
		})
	}
}

func TestAMemberThatIsOverShowsNothingOfItself(t *testing.T) {
	s := says(SignalClosed, over("a", ""))
	s.Summary = "1 of 2 is over"
	f := fold(triggered(), s, firing("a", ""), firing("b", ""))
	if f.Alert.Summary != "disk full" || f.Changed {
		t.Errorf("it shows %q, changed: %v", f.Alert.Summary, f.Changed)
	}
}

func TestAMemberMakesAnAcknowledgedGroupWorse(t *testing.T) {
	a := held()
	if f := fold(a, says(Firing, firing("b", "error")), firing("a", "")); f.Page != NoWake || len(f.Members) != 1 {
		t.Errorf("one more of the same severity: %+v", f)
	}
	if f := fold(a, says(Firing, firing("b", "critical")), firing("a", "")); f.Page != Restart {
		t.Errorf("a worse one: %+v", f)
	}
}

func TestTheSameInstantInAnotherZoneIsNoChange(t *testing.T) {
	m := firing("a", "")
	m.StartsAt = noon.In(time.FixedZone("east", 7200))
	if f := fold(triggered(), says(Firing, m), firing("a", "")); len(f.Members) != 0 {
		t.Errorf("changed: %v", f.Members)
	}
}

func TestJoinedKeepsTheOrderAndTheNewest(t *testing.T) {
	all := joined([]Member{firing("a", ""), firing("b", "")}, []Member{firing("c", ""), over("a", "")})
	var got []string
	for _, m := range all {
		got = append(got, fmt.Sprint(m.Key, m.Firing))
	}
	if !slices.Equal(got, []string{"afalse", "btrue", "ctrue"}) {
		t.Errorf("%v", got)
	}
}
