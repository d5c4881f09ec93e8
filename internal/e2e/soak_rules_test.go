package e2e

import (
	"testing"
	"time"
)

// TestSoakSees shows that each check of a soak can fail.
func TestSoakSees(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	call := func(person, key, send string, after time.Duration, end ending) ring {
		return ring{person: person, key: key, send: send, kind: "page", at: noon.Add(after), until: noon.Add(after), end: end}
	}
	tests := map[string]struct {
		calls []ring
		kills []time.Time
		want  [5]int // lost, unheard, told twice after unknown, otherwise, late
	}{
		"all is well":                          {calls: []ring{call("first-t0", "ack-1", "s1", 0, took)}},
		"an accepted signal paged nobody":      {want: [5]int{1, 0, 0, 0, 0}},
		"told twice for no reason":             {calls: []ring{call("first-t0", "ack-1", "s1", 0, took), call("first-t0", "ack-1", "s1", time.Second, took)}, want: [5]int{0, 0, 0, 1, 0}},
		"told twice since the first was cut":   {calls: []ring{call("first-t0", "ack-1", "s1", 0, hungUp), call("first-t0", "ack-1", "s1", 1, took)}, want: [5]int{0, 0, 1, 0, 0}},
		"told twice since a node was killed":   {calls: []ring{call("first-t0", "ack-1", "s1", 0, took), call("first-t0", "ack-1", "s1", 1, took)}, kills: []time.Time{noon.Add(time.Second)}, want: [5]int{0, 0, 1, 0, 0}},
		"told three times":                     {calls: []ring{call("first-t0", "ack-1", "s1", 0, hungUp), call("first-t0", "ack-1", "s1", 1, hungUp), call("first-t0", "ack-1", "s1", 2, took)}, want: [5]int{0, 0, 0, 1, 0}},
		"refused and told again":               {calls: []ring{call("first-t0", "ack-1", "s1", 0, busy), call("first-t0", "ack-1", "s1", time.Second, took)}},
		"a page two seconds after the ack":     {calls: []ring{call("first-t0", "ack-1", "s1", 0, took), call("second-t0", "ack-1", "s2", 12*time.Second, took)}, want: [5]int{0, 0, 0, 0, 1}},
		"nobody was asked after the first one": {calls: []ring{call("first-t0", "ack-1", "s1", 0, took), call("first-t0", "deaf-1", "s2", 0, took)}, want: [5]int{0, 1, 0, 0, 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &crowd{acked: map[string]time.Time{"ack-1": noon.Add(10 * time.Second)}, began: map[string]time.Time{}}
			s := &soak{T: t, crowd: c, kills: test.kills, accepted: []string{"ack-1", "ack-1"}}
			for _, one := range test.calls {
				c.note(one)
				s.accepted = append(s.accepted, one.key)
			}
			var got [5]int
			got[0], got[1] = s.unpaged()
			got[2], got[3] = s.repeats(c.calls)
			got[4], _ = s.afterAck(c.calls)
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
