package source

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/route"
	"firehall/internal/service"
	"firehall/internal/store"
)

func TestAMessageIsAcceptedOnceItIsKept(t *testing.T) {
	onBoth(t, func(w *world) {
		const sent = `{"summary":"disk full on web-01","key":"web-01/disk","severity":"critical"}`
		var got acceptedJSON
		w.post("/in/generic/"+genericKey, sent).is(http.StatusAccepted).into(&got)
		a := w.one()
		if got.Status != "accepted" || len(got.Alerts) != 1 || got.Alerts[0] != a.ID || got.DedupKey != "" {
			w.t.Errorf("answered %+v, want alert %s", got, a.ID)
		}
		if a.Key != "web-01/disk" || a.Severity != alert.Critical || a.Service != "checkout" || a.Source != "ours" {
			w.t.Errorf("alert %+v", a)
		}
		if m := w.message(got.Message); string(m.Body) != sent || m.Source != "ours" || m.Size != len(sent) {
			w.t.Errorf("kept %s, %d bytes, from %s", m.Body, m.Size, m.Source)
		}
		if w.counts.messages["generic accepted"] != 1 || w.counts.signals != 1 {
			w.t.Errorf("counted %v and %d signals", w.counts.messages, w.counts.signals)
		}
	})
}

func TestWithoutAKeyEachMessageIsAnAlertOfItsOwn(t *testing.T) {
	onBoth(t, func(w *world) {
		for range 2 {
			w.post("/in/generic/"+genericKey, `{"summary":"backup failed"}`).is(http.StatusAccepted)
		}
		list := w.alerts()
		if len(list) != 2 || list[0].Key == list[1].Key || len(list[0].Key) != 32 {
			w.t.Errorf("got %+v, want two alerts with keys of 32 digits", list)
		}
		w.post("/in/generic/"+genericKey, `[{"summary":"a","key":"k"},{"summary":"b","key":"k"},{"summary":"c","key":"l"}]`).
			is(http.StatusAccepted)
		if n := len(w.alerts()); n != 4 {
			w.t.Errorf("%d alerts after a list with two keys, want 4", n)
		}
	})
}

func TestTheListOfChangedAlertsIsNeverNull(t *testing.T) {
	onBoth(t, func(w *world) {
		w.post("/in/generic/"+genericKey, `{"key":"never-fired","status":"resolved"}`).is(http.StatusAccepted, `"alerts":[]`)
	})
}

func TestAlertmanagersOwnMessages(t *testing.T) {
	firing, resolved := payload(t, "alertmanager/captured-webhook-firing.json"), payload(t, "alertmanager/captured-webhook-resolved.json")
	onBoth(t, func(w *world) {
		w.post("/in/alertmanager/"+promKey, string(firing)).is(http.StatusAccepted)
		if a := w.one(); a.Status != alert.Triggered || !a.Resends {
			w.t.Errorf("after firing: %+v", a)
		}
		w.post("/in/alertmanager/"+promKey, string(resolved)).is(http.StatusAccepted)
		if a := w.one(); a.Status != alert.Resolved {
			w.t.Errorf("after resolved: %+v", a)
		}
	})
}

func TestAServicesOwnWordsRateAGroup(t *testing.T) {
	onBoth(t, func(w *world) {
		w.save(store.KindService, "checkout", service.Service{Team: "ops", Policy: "ops", Severity: map[string]string{"sev-9": "info"}})
		const group = `{"version":"4","groupKey":"g","status":"firing","alerts":[
			{"status":"firing","labels":{"alertname":"A","severity":"sev-9"},"startsAt":"2026-11-20T02:00:00Z","fingerprint":"f1"}]}`
		w.post("/in/alertmanager/"+promKey, group).is(http.StatusAccepted)
		if a := w.one(); a.Severity != alert.Info {
			w.t.Errorf("severity %s, want info", a.Severity)
		}
	})
}

func TestAKeyOpensOnlyItsOwnKindOfDoor(t *testing.T) {
	onBoth(t, func(w *world) {
		for name, path := range map[string]string{
			"unknown":                     "/in/generic/no-such-key-0123456789",
			"of another kind":             "/in/alertmanager/" + genericKey,
			"of a kind there is not":      "/in/nagios/" + genericKey,
			"too short to be a key":       "/in/generic/short",
			"with letters no key has":     "/in/generic/" + url.PathEscape("ключ-ключ-ключ-ключ"),
			"a key with something behind": "/in/generic/" + genericKey + "x",
		} {
			a := w.post(path, `{"summary":"x"}`)
			if a.Code != http.StatusNotFound || a.Header().Get("Content-Type") != "application/problem+json" {
				w.t.Errorf("%s: answered %d %s", name, a.Code, a.Header().Get("Content-Type"))
			}
		}
		if n := len(w.alerts()); n != 0 {
			w.t.Errorf("%d alerts, want none", n)
		}
		w.post("/in/generic/"+genericKey, `{"summary":"x"}`).is(http.StatusAccepted) // so silence meant something
	})
}

func TestGetSaysWhatTheDoorIsAndDoesNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		w.send("GET", "/in/generic/"+genericKey+"?summary=x", nil).is(http.StatusOK, "generic", "A GET changes nothing")
		w.send("GET", "/in/generic/no-such-key-0123456789", nil).is(http.StatusNotFound)
		w.send("GET", "/v2/enqueue", nil).is(http.StatusOK, "PagerDuty Events v2", "A GET changes nothing")
		if a := w.send("PUT", "/in/generic/"+genericKey, strings.NewReader(`{"summary":"x"}`)); a.Code != http.StatusMethodNotAllowed {
			w.t.Errorf("PUT is answered %d", a.Code)
		}
		if n := len(w.alerts()); n != 0 {
			w.t.Errorf("%d alerts, want none", n)
		}
	})
}

func TestAnUnreadableMessageIsRefusedAndPeopleAreTold(t *testing.T) {
	onBoth(t, func(w *world) {
		const bad = `{"summary": disk full}`
		w.post("/in/generic/"+calmKey, bad).is(http.StatusBadRequest, `"errors":[{"message":"the body is not JSON`)
		a := w.one()
		if a.Summary != "Unreadable message from calm" || a.Service != "calm" || a.Key != "unreadable:calm" ||
			a.Severity != alert.Error || a.Urgency != alert.High {
			w.t.Errorf("alert %+v, want an error of high urgency although its service makes errors none", a)
		}
		if m := w.opening(a.ID); string(m.Body) != bad {
			w.t.Errorf("kept %q", m.Body)
		}
		w.post("/in/generic/"+calmKey, `{"nothing":"here"}`).is(http.StatusBadRequest, "summary")
		if a := w.one(); a.Signals != 2 || !strings.Contains(a.Details["errors"], "summary") {
			w.t.Errorf("the second one did not fold: %+v", a)
		}
		if w.counts.messages["generic unreadable"] != 2 || w.counts.messages["generic accepted"] != 0 {
			w.t.Errorf("counted %v", w.counts.messages)
		}
		w.post("/in/generic/"+genericKey, bad).is(http.StatusBadRequest)
		if n := len(w.alerts()); n != 2 {
			w.t.Errorf("%d alerts, want one for each source", n)
		}
	})
}

func TestASourcesOwnLimitAndNothingElse(t *testing.T) {
	onBoth(t, func(w *world) {
		w.source("slow", route.Source{Kind: "generic", Service: "checkout", Limit: "3/1m"}, "slow-key-0123456789")
		for range 3 {
			w.post("/in/generic/slow-key-0123456789", `{"summary":"x"}`).is(http.StatusAccepted)
		}
		a := w.post("/in/generic/slow-key-0123456789", `{"summary":"x"}`).is(http.StatusTooManyRequests)
		if a.Header().Get("Retry-After") != "20" {
			w.t.Errorf("Retry-After %q, want 20", a.Header().Get("Retry-After"))
		}
		w.pass(20 * time.Second)
		w.post("/in/generic/slow-key-0123456789", `{"summary":"x"}`).is(http.StatusAccepted)
		w.post("/in/generic/slow-key-0123456789", `{"summary":"x"}`).is(http.StatusTooManyRequests)
		w.source("slow", route.Source{Kind: "generic", Service: "checkout", Limit: "5/1m"}, "slow-key-0123456789")
		w.post("/in/generic/slow-key-0123456789", `{"summary":"x"}`).is(http.StatusAccepted) // a new limit begins anew
		for range 50 {
			w.post("/in/generic/"+genericKey, `{"summary":"x","key":"k"}`).is(http.StatusAccepted)
		}
	})
}

func TestUnknownKeysAreLimitedByAddressAndNeverDelayAValidOne(t *testing.T) {
	onBoth(t, func(w *world) {
		const here, there = "192.0.2.7:4711", "192.0.2.8:4711"
		for i := range guessing.Count {
			d := w.post(fmt.Sprintf("/in/generic/key-%d-0123456789abcdef", i), "{}", "from", here)
			if d.Code != http.StatusNotFound {
				w.t.Fatalf("guess %d is answered %d", i, d.Code)
			}
		}
		w.post("/in/generic/one-more-0123456789", "{}", "from", here).is(http.StatusTooManyRequests)
		w.send("GET", "/in/generic/one-more-0123456789", nil, "from", here).is(http.StatusTooManyRequests)
		w.post("/v2/enqueue", `{"routing_key":"one-more-0123456789"}`, "from", here).is(http.StatusTooManyRequests, "throttle")
		w.post("/in/generic/one-more-0123456789", "{}", "from", there).is(http.StatusNotFound)
		w.post("/in/generic/"+genericKey, `{"summary":"x"}`, "from", here).is(http.StatusAccepted)
		w.pass(2 * time.Second) // one of 30 a minute
		w.post("/in/generic/one-more-0123456789", "{}", "from", here).is(http.StatusNotFound)
	})
}

func TestAKeyThatAnotherNodeMadeIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{URL: pgtest.URL(t)})
	other, err := store.Open(t.Context(), store.Config{URL: w.at.URL, Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	for i := range 3 { // also while the readings rest
		key := fmt.Sprintf("made-elsewhere-%d-0123456789", i)
		err := other.Do(t.Context(), func(tx *store.Tx) error {
			s := route.Source{Kind: "generic", Service: "checkout", KeyHash: w.box.HashKey(key)}
			return tx.SaveDoc(t.Context(), store.KindSource, fmt.Sprintf("elsewhere-%d", i), s)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.post("/in/generic/"+key, `{"summary":"x"}`).is(http.StatusAccepted)
	}
}

func TestABusyInboxIsSaidInTheSendersWords(t *testing.T) {
	onBoth(t, func(w *world) {
		w.act.Close() // from now on everything is ErrBusy
		if a := w.post("/in/generic/"+genericKey, `{"summary":"x"}`).is(http.StatusServiceUnavailable); a.Header().Get("Retry-After") == "" {
			w.t.Error("no Retry-After")
		}
		w.post("/in/generic/"+genericKey, `not JSON`).is(http.StatusServiceUnavailable) // nobody could be told: to be sent again
		if a := w.post("/v2/enqueue", trigger("k")).is(http.StatusTooManyRequests, "throttle exceeded"); a.Header().Get("Retry-After") == "" {
			w.t.Error("no Retry-After")
		}
	})
}

func TestNoRoomForABodyIsBusy(t *testing.T) {
	onBoth(t, func(w *world) {
		w.doors.known.left.Store(100 << 10)
		w.post("/in/generic/"+genericKey, string(ofSize(200<<10))).is(http.StatusServiceUnavailable)
		w.post("/in/generic/"+genericKey, string(ofSize(20<<10))).is(http.StatusAccepted)
		w.post("/in/generic/"+genericKey, string(ofSize(33<<10))).is(http.StatusServiceUnavailable) // 64 KiB for it and 64 for its copy
		w.doors.known.left.Store(128 << 10)
		w.post("/in/generic/"+genericKey, string(ofSize(33<<10))).is(http.StatusAccepted)
		if left := w.doors.known.left.Load(); left != 128<<10 {
			w.t.Errorf("%d bytes of room are left, want all", left)
		}
		if w.doors.known.left.Store(0); len(w.alerts()) != 2 {
			w.t.Errorf("%d alerts, want 2", len(w.alerts()))
		}
	})
}

func TestEveryAlertIsListedOnce(t *testing.T) {
	got := changed([]id.Alert{"", "a", "b", "", "a"})
	if len(got) != 2 || got[0] != "a" || got[1] != "b" {
		t.Errorf("got %q", got)
	}
}
