package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/store"
	"firehall/internal/team"
)

// everyAlert lists all alerts there are in a test.
var everyAlert = store.AlertFilter{Limit: 100}

// ready asks /readyz.
func (w *world) ready() (int, readiness) {
	w.t.Helper()
	status, body := w.get("/readyz")
	var out readiness
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	return status, out
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start()
		if status, body := w.get("/healthz"); status != 200 || body != "ok\n" {
			t.Errorf("/healthz: %d %s", status, body)
		}
		status, got := w.ready()
		if status != 200 || got.Status != "ready" || len(got.Reasons) != 0 {
			t.Errorf("a fresh node: %d %+v", status, got)
		}
		for _, text := range []string{"FIREHALL_PUBLIC_URL is not set", "the installation has no fallback"} {
			if !slices.ContainsFunc(got.Warnings, func(s string) bool { return strings.Contains(s, text) }) {
				t.Errorf("no warning says %q: %v", text, got.Warnings)
			}
		}
		w.opts.Sender, w.App.opts.Sender = nil, nil // nobody else takes mails
		w.setup(strings.Replace(small, `"kind": "webhook", "to": "https://hooks.example/ana"`, `"kind": "email", "to": "ana@example.com"`, 1))
		_, got = w.ready()
		if text := strings.Join(got.Warnings, "\n"); strings.Contains(text, "fallback") || !strings.Contains(text, "1 contact is a mail address and there is no mail server") {
			t.Errorf("with a fallback and a mail contact: %s", text)
		}
		w.haltEngine()
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		status, got = w.ready()
		if status != 503 || got.Status != "not ready" || !slices.Contains(got.Reasons, "the database does not answer") {
			t.Errorf("without its database: %d %+v", status, got)
		}
		if status, _ := w.get("/healthz"); status != 200 {
			t.Error("the process lives, and /healthz must say so")
		}
	})
}

func TestTimersThatAreStuckAreAWarningAndShutNoDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	w.haltEngine()
	w.setup(small)
	w.post(`{"summary":"disk full","severity":"critical"}`)
	if status, _ := w.ready(); status != 200 {
		t.Errorf("at once: %d", status)
	}
	w.pass(2 * time.Minute)
	status, got := w.ready()
	if status != 200 || !slices.Contains(got.Warnings, "timers are stuck: the first has been due for 2m0s") {
		t.Errorf("two minutes later: %d %+v", status, got)
	}
}

func TestMetricsAreForThisMachineAndTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	_, token, err := w.act.MakeToken(t.Context(), team.Firehall, action.TokenInput{Name: "prometheus", Role: team.Observer, Scopes: []team.Scope{team.ScopeRead}})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		from, token, forwarded string
		want                   int
	}{
		"this machine":                   {"127.0.0.1:1234", "", "", 200},
		"this machine, by IPv6":          {"[::1]:1234", "", "", 200},
		"a proxy on this machine":        {"127.0.0.1:1234", "", "192.0.2.1", 401},
		"elsewhere":                      {"192.0.2.1:1234", "", "", 401},
		"elsewhere with a token":         {"192.0.2.1:1234", token, "", 200},
		"elsewhere with the bootstrap's": {"192.0.2.1:1234", "the-bootstrap-token", "", 200},
		"elsewhere with another":         {"192.0.2.1:1234", "fh_other", "", 401},
	}
	for name, test := range tests {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = test.from
		if test.token != "" {
			r.Header.Set("Authorization", "Bearer "+test.token)
		}
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		status, body := w.send(r)
		if status != test.want || (status == 200) != strings.Contains(body, "firehall_timers_pending") {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
}

func TestMetricsCount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start().setup(small)
		w.post(`{"summary":"disk full","severity":"critical"}`)
		<-w.sent
		_, body := w.get("/metrics")
		for _, line := range []string{
			`firehall_messages_total{kind="generic",outcome="accepted"} 1`, `firehall_pages_total{urgency="high"} 1`,
			`firehall_alerts_open{status="triggered"} 1`, `firehall_queue_depth{queue="inbox"} 0`,
		} {
			if !strings.Contains(body, line+"\n") {
				t.Errorf("there is no line %s", line)
			}
		}
	})
}
