package engine

import (
	"fmt"
	"testing"
	"time"

	"firehall/internal/id"
)

// fill takes all the room that a team can have at these places and returns how
// much that was.
func fill(r *room, lane id.Team, quiet bool, places ...place) int {
	taken := 0
	for _, p := range places {
		for r.enter(seat{lane, p}, quiet) {
			taken++
		}
	}
	return taken
}

func hosts(n int) []place {
	out := make([]place, n)
	for i := range out {
		out[i] = place(fmt.Sprintf("webhook dead-%d.example", i))
	}
	return out
}

func TestTheDeadReceiversOfOneTeamLeaveRoomForOthers(t *testing.T) {
	r := newRoom()
	taken := fill(r, "payments", false, hosts(100)...)
	if taken < maxCalls/4 || taken > maxCalls/2 {
		t.Errorf("one team takes %d of %d calls, want up to half", taken, maxCalls)
	}
	if !r.enter(seat{"search", "webhook fine.example"}, false) {
		t.Error("another team finds no room")
	}
}

func TestEveryTeamFindsRoomAtAPlaceThatAllShare(t *testing.T) {
	r := newRoom()
	for i := range 6 {
		lane := id.Team(fmt.Sprintf("team-%d", i))
		if taken := fill(r, lane, false, "email"); taken == 0 {
			t.Errorf("%s finds no room at the mail server, which %d teams before it use up", lane, i)
		}
	}
	if r.total > maxCallsTo {
		t.Errorf("%d calls to one place, want at most %d", r.total, maxCallsTo)
	}
}

func TestADozenDeadHostsOfATeamLeaveRoomForItsOthers(t *testing.T) {
	r := newRoom()
	fill(r, "payments", false, hosts(10)...)
	if !r.enter(seat{"payments", "webhook fine.example"}, false) {
		t.Error("the team's other people cannot be called")
	}
}

func TestAPageFindsRoomBesideNewsThatRingsNobody(t *testing.T) {
	r := newRoom()
	if fill(r, "payments", true, "email") == 0 {
		t.Fatal("news finds no room")
	}
	if !r.enter(seat{"payments", "email"}, false) {
		t.Error("a page waits behind news")
	}
}

func TestRoomThatIsGivenBackIsThereAgain(t *testing.T) {
	r := newRoom()
	for range 3 {
		taken := fill(r, "payments", false, "email")
		for range taken {
			r.leave(seat{"payments", "email"})
		}
		if taken != maxCallsTo/2 {
			t.Fatalf("%d calls, want %d", taken, maxCallsTo/2)
		}
	}
	if r.total != 0 || len(r.to)+len(r.of)+len(r.at) != 0 {
		t.Errorf("an empty room remembers: %+v", r)
	}
}

func TestThoseWhoFindNoRoomComeBackOneAfterAnother(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	r, dead := newRoom(), seat{"payments", "webhook dead.example"}
	if first := r.back(dead, false, noon); first != backSoonest {
		t.Errorf("the first waits %s, want %s", first, backSoonest)
	}
	for range 999 {
		r.back(dead, false, noon)
	}
	if last := r.back(dead, false, noon); last != backSoonest+1000*backEvery {
		t.Errorf("the last of 1001 waits %s, want %s", last, backSoonest+1000*backEvery)
	}
	for range 20000 {
		r.back(dead, false, noon)
	}
	for name, wait := range map[string]time.Duration{
		"a great many wait at most a while":         r.back(dead, false, noon) - backAtLatest,
		"another place has a line of its own":       r.back(seat{"payments", "email"}, false, noon) - backSoonest,
		"news has a line of its own":                r.back(dead, true, noon) - backSoonest,
		"a clock that was set back makes none wait": r.back(dead, false, noon.Add(-time.Hour)) - backAtLatest,
		"once all have come back the line is empty": r.back(dead, false, noon.Add(time.Hour)) - backSoonest,
	} {
		if wait != 0 {
			t.Errorf("%s: %s too long", name, wait)
		}
	}
}
