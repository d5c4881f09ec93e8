package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// hook is the webhook of everybody. It remembers each call.
type hook struct {
	*httptest.Server
	mu    sync.Mutex
	calls []call
	slow  func() time.Duration // how long an answer takes; nil is no time
}

// call is one request that arrived.
type call struct {
	Person string
	At     time.Time // of its arrival
	Until  time.Time // of its answer
	Send   string
	Page   page
}

// page is what the body of a webhook says.
type page struct {
	Type   string `json:"type"`
	SendID string `json:"send_id"`
	Reason string `json:"reason"`
	Alert  struct {
		ID      string `json:"id"`
		Key     string `json:"key"`
		Summary string `json:"summary"`
		Status  string `json:"status"`
	} `json:"alert"`
	Actions map[string]string `json:"actions"`
}

func newHook(t *testing.T, slow func() time.Duration) *hook {
	h := &hook{slow: slow}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) serve(w http.ResponseWriter, r *http.Request) {
	c := call{Person: strings.TrimPrefix(r.URL.Path, "/"), At: time.Now(), Send: r.Header.Get("Firehall-Send")}
	if err := json.NewDecoder(r.Body).Decode(&c.Page); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if h.slow != nil {
		time.Sleep(h.slow())
	}
	c.Until = time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, c)
}

func (h *hook) all() []call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]call(nil), h.calls...)
}

// find returns the first call to a person of a type about a summary.
func (h *hook) find(who, kind, summary string) (call, bool) {
	for _, c := range h.all() {
		if c.Person == who && c.Page.Type == kind && strings.Contains(c.Page.Alert.Summary, summary) {
			return c, true
		}
	}
	return call{}, false
}
