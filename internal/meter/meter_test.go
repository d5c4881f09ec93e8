package meter

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func scrape(t *testing.T, m *Meter) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func expect(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
}

func TestWhatIsCounted(t *testing.T) {
	m := New("1.2.3")
	m.Message("generic", "accepted")
	m.Message("generic", "accepted")
	m.Message("alertmanager", "unreadable")
	m.Signals("generic", 3)
	m.Paged("high", 2)
	m.Sent("webhook", "page", "accepted")
	m.TimeToPage("webhook", 30*time.Millisecond)
	m.Panicked()
	m.Beat("sent")
	expect(t, scrape(t, m),
		`firehall_messages_total{kind="generic",outcome="accepted"} 2`,
		`firehall_messages_total{kind="alertmanager",outcome="unreadable"} 1`,
		`firehall_signals_total{kind="generic"} 3`,
		`firehall_pages_total{urgency="high"} 2`,
		`firehall_sends_total{channel="webhook",kind="page",outcome="accepted"} 1`,
		`firehall_time_to_page_seconds_bucket{channel="webhook",le="0.025"} 0`,
		`firehall_time_to_page_seconds_bucket{channel="webhook",le="0.05"} 1`,
		`firehall_panics_total 1`,
		`firehall_heartbeats_total{outcome="sent"} 1`,
		`firehall_build_info{version="1.2.3"} 1`,
	)
}

func TestHowThingsStand(t *testing.T) {
	m := New("")
	var broken error
	m.Watch(func(context.Context) (State, error) {
		return State{
			TimersPending: 7, TimersLate: 1500 * time.Millisecond, Found: 1,
			Queues: map[string]int{"inbox": 3}, OpenAlerts: map[string]int{"triggered": 2},
		}, broken
	})
	expect(t, scrape(t, m),
		"firehall_timers_pending 7", "firehall_timers_late_seconds 1.5", "firehall_audit_found 1",
		`firehall_queue_depth{queue="inbox"} 3`, `firehall_alerts_open{status="triggered"} 2`, "firehall_database_up 1",
	)
	broken = errors.New("gone")
	text := scrape(t, m)
	expect(t, text, "firehall_database_up 0")
	if strings.Contains(text, "firehall_timers_pending 7") {
		t.Error("it tells old numbers as if they were new")
	}
}
