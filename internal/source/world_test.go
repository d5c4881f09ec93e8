package source

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/route"
	"firehall/internal/secret"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Keys of the sources of the world.
const (
	genericKey = "generic-key-0123456789"
	promKey    = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	pagerKey   = "pagerpagerpagerpagerpagerpager00"
	calmKey    = "calm-key-0123456789" // its service makes everything urgency none
)

// world is one installation with its doors and a clock that tests move.
type world struct {
	t      testing.TB
	db     *store.DB
	act    *action.Actions
	box    *secret.Box
	doors  *Doors
	mux    *http.ServeMux
	counts *counts
	at     store.Config

	mu  sync.Mutex
	now time.Time
}

// counts is a meter that remembers.
type counts struct {
	mu       sync.Mutex
	messages map[string]int
	signals  int
}

func (c *counts) Message(kind, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.messages[kind+" "+outcome]++
}

func (c *counts) Signals(_ string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signals += n
}

func (*counts) Paged(string, int)                {}
func (*counts) Sent(string, string, string)      {}
func (*counts) TimeToPage(string, time.Duration) {}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t, store.Config{Dir: t.TempDir()}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t, store.Config{URL: pgtest.URL(t)}))
	})
}

func newWorld(t testing.TB, c store.Config) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), counts: &counts{messages: map[string]int{}}}
	c.Now, w.at = w.clock, c
	var err error
	if w.db, err = store.Open(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	if w.box, err = secret.New(make([]byte, secret.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.act = action.New(w.db, w.box, slog.New(slog.DiscardHandler), w.counts)
	t.Cleanup(func() {
		w.act.Close()
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.setup()
	w.doors = New(Options{Act: w.act, DB: w.db, Hash: w.box.HashKey, Meter: w.counts, Log: slog.New(slog.DiscardHandler)})
	w.mux = http.NewServeMux()
	for _, r := range w.doors.Routes() {
		w.mux.Handle(r.Pattern, r.Handler)
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) setup() {
	w.t.Helper()
	policy := escalation.Policy{Name: "ops", Team: "ops", Steps: []escalation.Step{{Page: []escalation.Target{"person:ana"}, Wait: span.Duration(time.Hour)}}}
	w.do(func(ctx context.Context, tx *store.Tx) error {
		version, err := tx.AddPolicyVersion(ctx, policy)
		if err != nil {
			return err
		}
		return tx.SaveDoc(ctx, store.KindPolicy, "ops", store.Policy{Policy: policy, Version: version})
	})
	w.save(store.KindPerson, "ana", store.Person{Person: team.Person{FullName: "Ana"}})
	w.save(store.KindService, "checkout", service.Service{Team: "ops", Policy: "ops"})
	w.save(store.KindService, "calm", service.Service{
		Team: "ops", Policy: "ops", Urgency: service.Urgency{"critical": "none", "error": "none", "warning": "none", "info": "none"},
	})
	w.source("ours", route.Source{Kind: "generic", Service: "checkout"}, genericKey)
	w.source("prometheus", route.Source{Kind: "alertmanager", Service: "checkout"}, promKey)
	w.source("pager", route.Source{Kind: "pagerduty", Service: "checkout"}, pagerKey)
	w.source("calm", route.Source{Kind: "generic", Service: "calm"}, calmKey)
}

func (w *world) do(fn func(context.Context, *store.Tx) error) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.db.Do(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) save(kind, name string, doc any) {
	w.t.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error { return tx.SaveDoc(ctx, kind, name, doc) })
}

func (w *world) source(name string, s route.Source, key string) {
	w.t.Helper()
	s.KeyHash = w.box.HashKey(key)
	w.save(store.KindSource, name, s)
}

// answer is what a door answered.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// into decodes the answer.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), v); err != nil {
		a.t.Fatalf("the answer is not JSON: %v: %s", err, a.Body)
	}
}

// is fails unless the answer has this status and holds these words.
func (a answer) is(status int, words ...string) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("answered %d, want %d: %s", a.Code, status, a.Body)
	}
	for _, word := range words {
		if !strings.Contains(a.Body.String(), word) {
			a.t.Errorf("the answer lacks %q: %s", word, a.Body)
		}
	}
	if a.Header().Get("Cache-Control") != "no-store" || a.Header().Get("X-Content-Type-Options") != "nosniff" {
		a.t.Errorf("headers: %v", a.Header())
	}
	return a
}

func (w *world) post(path, body string, headers ...string) answer {
	w.t.Helper()
	return w.send("POST", path, strings.NewReader(body), headers...)
}

// send makes a request; headers are name, value, name, value.
func (w *world) send(method, path string, body io.Reader, headers ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, path, body)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "from" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	a := answer{httptest.NewRecorder(), w.t}
	w.mux.ServeHTTP(a, r)
	return a
}

// alerts returns all alerts, the oldest first, as "service key summary urgency status signals".
func (w *world) alerts() []alert.Alert {
	w.t.Helper()
	list, _, err := w.db.Alerts(context.Background(), store.AlertFilter{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// one returns the only alert there is.
func (w *world) one() alert.Alert {
	w.t.Helper()
	list := w.alerts()
	if len(list) != 1 {
		w.t.Fatalf("there are %d alerts, want 1: %+v", len(list), list)
	}
	return list[0]
}

// message returns a kept message.
func (w *world) message(n id.Message) store.Message {
	w.t.Helper()
	m, err := w.db.Message(context.Background(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// opening returns the message that opened an alert.
func (w *world) opening(n id.Alert) store.Message {
	w.t.Helper()
	entries, err := w.db.Timeline(context.Background(), n, "", 1)
	if err != nil || len(entries) != 1 {
		w.t.Fatalf("%d entries, %v", len(entries), err)
	}
	return w.message(entries[0].Message)
}

// payload returns a body that a real client sent, from the folder shared/
// beside the project. It skips the test where there is none.
func payload(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if body, err := os.ReadFile(filepath.Join(dir, "shared", "payloads", name)); err == nil {
			return body
		}
	}
	t.Skipf("there is no folder shared/payloads beside the project: %s was not read", name)
	return nil
}

// ofSize returns a generic message of exactly n bytes.
func ofSize(n int) []byte {
	const head, tail = `{"summary":"big","details":{"x":"`, `"}}`
	return []byte(head + strings.Repeat("x", n-len(head)-len(tail)) + tail)
}
