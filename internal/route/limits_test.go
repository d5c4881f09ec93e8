package route

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestTake(t *testing.T) {
	rate := Rate{Count: 3, Per: time.Minute}
	tests := map[string]struct {
		at   []time.Duration // after noon
		want []time.Duration // how long it was told to wait
	}{
		"as many as the rate says go at once":        {at(0, 0, 0), at(0, 0, 0)},
		"one more waits until there is one again":    {at(0, 0, 0, 0), at(0, 0, 0, 20)},
		"who is refused does not wait longer for it": {at(0, 0, 0, 0, 5, 5), at(0, 0, 0, 20, 15, 15)},
		"after the wait one goes, not two":           {at(0, 0, 0, 20, 20), at(0, 0, 0, 0, 20)},
		"after the whole time all are there again":   {at(0, 0, 0, 60, 60, 60, 60), at(0, 0, 0, 0, 0, 0, 20)},
		"a clock that is set back begins anew":       {at(3600, 3600, 3600, 3600, 0, 0, 0, 0), at(0, 0, 0, 20, 0, 0, 0, 20)},
		"rest is not saved up beyond the rate":       {at(0, 3600, 3600, 3600, 3600), at(0, 0, 0, 0, 20)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := Limits{Max: 10}
			for i, after := range test.at {
				if got := l.Take("ana", rate, noon.Add(after)); got != test.want[i] {
					t.Errorf("%d., after %s: told to wait %s, want %s", i+1, after, got, test.want[i])
				}
			}
		})
	}
}

func at(seconds ...int) []time.Duration {
	out := make([]time.Duration, len(seconds))
	for i, s := range seconds {
		out[i] = time.Duration(s) * time.Second
	}
	return out
}

func TestTakeCountsEachNameAlone(t *testing.T) {
	l, once := Limits{Max: 10}, Rate{Count: 1, Per: time.Minute}
	if l.Take("ana", once, noon) != 0 || l.Take("ben", once, noon) != 0 {
		t.Error("the first of each must go at once")
	}
	if l.Take("ana", once, noon) != time.Minute {
		t.Error("ana's second must wait")
	}
}

func TestTakeRemembersNoMoreThanMax(t *testing.T) {
	l, once := Limits{Max: 3}, Rate{Count: 1, Per: time.Minute}
	for i := range 100 {
		l.Take(fmt.Sprint(i), once, noon)
	}
	if len(l.full) != 3 {
		t.Errorf("%d names are remembered, want 3", len(l.full))
	}
	if l.Take("99", once, noon) == 0 {
		t.Error("the name that came last is forgotten")
	}
}

func TestPeer(t *testing.T) {
	tests := map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:9::1":    "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"2001:db8:1:3:3:4:5:6": "2001:db8:1:3::/64",
	}
	for address, want := range tests {
		if got := Peer(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
