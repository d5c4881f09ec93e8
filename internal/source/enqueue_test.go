package source

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PagerDuty/go-pagerduty"

	"firehall/internal/alert"
	"firehall/internal/route"
)

// trigger returns an event of the world's PagerDuty source.
func trigger(key string) string {
	return `{"routing_key":"` + pagerKey + `","event_action":"trigger","dedup_key":"` + key +
		`","payload":{"summary":"disk full","source":"web-01","severity":"critical"}}`
}

func TestPagerDutysOwnClient(t *testing.T) {
	onBoth(t, func(w *world) {
		server := httptest.NewServer(w.mux)
		w.t.(*testing.T).Cleanup(server.Close)
		client := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(server.URL))
		ctx := context.Background()
		event := func(action, key string) pagerduty.V2Event {
			return pagerduty.V2Event{RoutingKey: pagerKey, Action: action, DedupKey: key, Payload: &pagerduty.V2Payload{
				Summary: "disk full", Source: "web-01", Severity: "critical", Details: map[string]any{"free": "0 B"},
			}}
		}
		manage := func(e pagerduty.V2Event) *pagerduty.V2EventResponse {
			w.t.Helper()
			answer, err := client.ManageEventWithContext(ctx, &e)
			if err != nil {
				w.t.Fatalf("%s: %v", e.Action, err)
			}
			if answer.Status != "success" || answer.Message != "Event processed" {
				w.t.Errorf("%s: answered %+v", e.Action, answer)
			}
			return answer
		}
		made := manage(event("trigger", "")).DedupKey
		if len(made) != 32 || w.one().Key != made {
			w.t.Fatalf("the key that was made is %q, the alert's %q", made, w.one().Key)
		}
		manage(event("acknowledge", made))
		if a := w.one(); a.Status != alert.Acknowledged {
			w.t.Errorf("after acknowledge: %s", a.Status)
		}
		manage(event("trigger", made))
		if a := w.one(); a.Status != alert.Acknowledged || a.Signals != 2 {
			w.t.Errorf("a trigger must fold and never take an acknowledgement back: %s, %d signals", a.Status, a.Signals)
		}
		manage(event("resolve", made))
		if a := w.one(); a.Status != alert.Resolved {
			w.t.Errorf("after resolve: %s", a.Status)
		}
		manage(event("resolve", made)) // accepted and dropped
		if got := manage(event("trigger", made)).DedupKey; got != made || len(w.alerts()) != 2 {
			w.t.Errorf("a trigger after a resolve: key %q, %d alerts", got, len(w.alerts()))
		}
		change := pagerduty.ChangeEvent{RoutingKey: pagerKey, Payload: pagerduty.ChangeEventPayload{Summary: "deployed 1.2", Source: "ci"}}
		answer, err := client.CreateChangeEventWithContext(ctx, change)
		if err != nil || answer.Status != "success" || answer.Message != "Change event processed" {
			w.t.Errorf("change event: %+v, %v", answer, err)
		}
		if n := len(w.alerts()); n != 2 {
			w.t.Errorf("%d alerts after a change event, want still 2", n)
		}
		var refused pagerduty.APIError
		bad := event("trigger", "")
		bad.RoutingKey = "0123456789abcdef0123456789abcdef"
		if _, err := client.ManageEventWithContext(ctx, &bad); !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest {
			w.t.Errorf("an unknown routing key: %v", err)
		}
	})
}

func TestPagerDutysCapturedEvents(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, name := range []string{"captured-alertmanager-trigger", "captured-alertmanager-resolve", "captured-alertmanager-huge", "captured-gopagerduty-trigger"} {
			w.post("/v2/enqueue", withKey(w, name)).is(http.StatusAccepted, `"status":"success"`, `"message":"Event processed"`, `"dedup_key":"`)
		}
		w.post("/v2/change/enqueue", withKey(w, "captured-gopagerduty-change")).is(http.StatusAccepted, "Change event processed")
	})
}

// withKey returns a captured event with our routing key.
func withKey(w *world, name string) string {
	w.t.Helper()
	var event map[string]json.RawMessage
	if err := json.Unmarshal(payload(w.t, "pagerduty-events-v2/"+name+".json"), &event); err != nil {
		w.t.Fatal(err)
	}
	event["routing_key"] = json.RawMessage(`"` + pagerKey + `"`)
	body, err := json.Marshal(event)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

func TestPagerDutyRefuses(t *testing.T) {
	big := strings.Replace(trigger("k"), "disk full", strings.Repeat("x", 600<<10), 1)
	tests := map[string]struct {
		body   string
		status int
		says   string
		alerts int // that say that a message cannot be read
	}{
		"an unknown routing key":      {strings.Replace(trigger("k"), pagerKey, "0123456789abcdef0123456789abcdef", 1), 400, "not the key of a source", 0},
		"a key of another kind":       {strings.Replace(trigger("k"), pagerKey, genericKey, 1), 400, "not the key of a source", 0},
		"no routing key":              {`{"event_action":"trigger"}`, 400, "'routing_key' is missing or blank", 0},
		"no JSON":                     {`hello`, 400, "not JSON", 0},
		"nothing":                     {``, 400, "empty", 0},
		"a trigger without a summary": {strings.Replace(trigger("k"), `"summary":"disk full",`, "", 1), 400, "payload.summary", 1},
		"an action there is not":      {strings.Replace(trigger("k"), `"trigger"`, `"explode"`, 1), 400, "event_action", 1},
		"broken behind the key":       {`{"routing_key":"` + pagerKey + `","event_action":`, 400, "not JSON", 1},
		"too large":                   {big, 413, "512 KB", 1},
		"too large and of nobody":     {strings.Replace(big, pagerKey, "0123456789abcdef0123456789abcdef", 1), 400, "not the key of a source", 0},
	}
	onBoth(t, func(w *world) {
		for name, test := range tests {
			before := signals(w)
			a := w.post("/v2/enqueue", test.body)
			var refused pagerduty.EventsAPIV2Error
			a.is(test.status).into(&refused)
			got := refused.APIError.ErrorObject
			if got.Status != "invalid event" || got.Message != "Event object is invalid" || !strings.Contains(strings.Join(got.Errors, " "), test.says) {
				w.t.Errorf("%s: answered %+v, want %q", name, got, test.says)
			}
			if told := signals(w) - before; told != test.alerts {
				w.t.Errorf("%s: %d alerts about it, want %d", name, told, test.alerts)
			}
		}
		if a := w.one(); a.Summary != "Unreadable message from pager" {
			w.t.Errorf("alert %+v", a)
		}
	})
}

// signals counts what was folded into all alerts.
func signals(w *world) (n int) {
	for _, a := range w.alerts() {
		n += a.Signals
	}
	return n
}

func TestAChangeEventTellsNobody(t *testing.T) {
	onBoth(t, func(w *world) {
		w.post("/v2/change/enqueue", `{"routing_key":"`+pagerKey+`","payload":{"summary":"deployed"}}`).is(http.StatusAccepted, "success")
		if n := len(w.alerts()); n != 0 {
			w.t.Errorf("%d alerts", n)
		}
		if n, _, err := w.db.MessagesSize(context.Background()); err != nil || n != 1 {
			w.t.Errorf("%d messages are kept, %v", n, err)
		}
		w.post("/v2/change/enqueue", `{"routing_key":"`+pagerKey+`","payload":{}}`).is(http.StatusBadRequest, "payload.summary")
		w.post("/v2/change/enqueue", `{"routing_key":"0123456789abcdef0123456789abcdef","payload":{"summary":"x"}}`).is(http.StatusBadRequest)
	})
}

func TestPagerDutyThrottlesBySourcesOwnLimit(t *testing.T) {
	onBoth(t, func(w *world) {
		w.source("pager", route.Source{Kind: "pagerduty", Service: "checkout", Limit: "1/1m"}, pagerKey)
		w.post("/v2/enqueue", trigger("k")).is(http.StatusAccepted)
		a := w.post("/v2/enqueue", trigger("k")).is(http.StatusTooManyRequests, `"status":"throttle exceeded"`)
		if a.Header().Get("Retry-After") != "60" {
			w.t.Errorf("Retry-After %q", a.Header().Get("Retry-After"))
		}
	})
}

func TestAPagerDutyEventMayAlsoComeThroughIn(t *testing.T) {
	onBoth(t, func(w *world) {
		body := strings.Replace(trigger(""), `"routing_key":"`+pagerKey+`",`, "", 1)
		var got acceptedJSON
		w.post("/in/pagerduty/"+pagerKey, body).is(http.StatusAccepted).into(&got)
		if a := w.one(); got.DedupKey != a.Key || len(a.Key) != 32 {
			w.t.Errorf("answered %+v, the alert's key is %q", got, a.Key)
		}
	})
}
