package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestNewcomersFiveMinutes is the README's story: an alert by curl, a page, its
// link, "I'm on it", and why it was them.
func TestNewcomersFiveMinutes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		h := newHook(t, nil)
		n := newNode(t, t.TempDir(), database)
		n.apply(twoSteps(h.URL, "1s", "generic"))
		post(t, n, `{"summary":"disk full on web-01","key":"d1","severity":"critical"}`)
		n.until(10*time.Second, "ana is paged", func() bool { _, ok := h.find("ana", "page", "disk full"); return ok })
		got, _ := h.find("ana", "page", "disk full")

		before := read(t, got.Page.Actions["page"]) // GET never acts
		if !strings.Contains(before, "I’m on it") {
			t.Errorf("the page screen offers nothing to take:\n%s", tail(before, 500))
		}
		resp, err := http.Post(got.Page.Actions["ack"], "application/x-www-form-urlencoded", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("the ack led to %s", resp.Status)
		}
		why, code := n.run("why", got.Page.Alert.ID)
		for _, text := range []string{"Ana", "step 1 of payments", "has it", "hook"} {
			if code != 0 || !strings.Contains(why, text) {
				t.Errorf("why (exit %d) does not say %q:\n%s", code, text, why)
			}
		}
		stopped(t, n, h, got.Page.Alert.ID)
	})
}

// stopped fails when ben is paged about an alert that ana has, while he is for
// another one.
func stopped(t *testing.T, n *node, h *hook, acked string) {
	t.Helper()
	post(t, n, `{"summary":"cpu hot","key":"c1","severity":"critical"}`)
	n.until(10*time.Second, "ben is paged for the other alert", func() bool { _, ok := h.find("ben", "page", "cpu hot"); return ok })
	for _, c := range h.all() {
		if c.Person == "ben" && c.Page.Type == "page" && c.Page.Alert.ID == acked {
			t.Errorf("ben was paged for an alert that ana has")
		}
	}
}

func post(t *testing.T, n *node, body string) {
	t.Helper()
	resp, err := http.Post("http://"+n.addr+"/in/generic/"+sourceKey, "application/json", bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("the signal was answered %s", resp.Status)
	}
}

func read(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Errorf("GET of the page screen: %s", resp.Status)
	}
	return b.String()
}

// TestAnAcknowledgementStopsCalls acks in the middle of a storm of sends: no
// call begins later than 100 ms after the answer to the ack.
func TestAnAcknowledgementStopsCalls(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		h := newHook(t, func() time.Duration { return 20 * time.Millisecond })
		n := newNode(t, t.TempDir(), database)
		setup := twoSteps(h.URL, "1s", "generic")
		setup["policies"].(object)["payments"].(object)["steps"] = []object{
			{"page": []string{"person:ana"}, "wait": "1s"}, {"page": []string{"person:ben"}, "wait": "1s"},
		}
		setup["policies"].(object)["payments"].(object)["repeat"] = 50
		n.apply(setup)
		for i := range 40 {
			post(t, n, fmt.Sprintf(`{"summary":"storm %d","key":"s%d","severity":"critical"}`, i, i))
		}
		n.until(20*time.Second, "ben is paged for all", func() bool {
			_, ok := h.find("ben", "page", "storm 39")
			return ok
		})
		var list struct{ Items []struct{ ID string } }
		if _, err := n.call(t.Context(), "GET", "/api/v1/alerts?status=open&limit=100", nil, &list); err != nil {
			t.Fatal(err)
		}
		acked := map[string]time.Time{}
		for _, a := range list.Items[:len(list.Items)/2] { // the others go on: silence means something
			if _, err := n.call(t.Context(), "POST", "/api/v1/alerts/"+a.ID+"/ack", object{}, nil); err != nil {
				t.Fatal(err)
			}
			acked[a.ID] = time.Now()
		}
		from := len(h.all())
		n.until(20*time.Second, "the others are paged on", func() bool { return len(h.all()) > from+60 })
		for _, c := range h.all() {
			if at, ok := acked[c.Page.Alert.ID]; ok && c.Page.Type == "page" && c.At.After(at.Add(100*time.Millisecond)) {
				t.Errorf("a call for %s began %s after its ack", c.Page.Alert.ID, c.At.Sub(at))
			}
		}
	})
}
