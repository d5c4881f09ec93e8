package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/engine"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/secret"
	"firehall/internal/source"
	"firehall/internal/store"
	"firehall/internal/team"
)

// start is a Friday, three in the morning.
var start = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// bootstrap is the token of the world's owner.
const bootstrap = "bootstrap-token-of-the-world"

// world is one installation with its API, an engine whose sends all arrive,
// and a clock that tests move.
type world struct {
	t       testing.TB
	db      *store.DB
	act     *action.Actions
	engine  *engine.Engine
	api     *Server
	handler http.Handler
	tokens  map[string]string // by who has them
	logs    *bytes.Buffer
	config  store.Config

	mu  sync.Mutex
	now time.Time
}

// setupFile is what the world begins with.
const setupFile = `{
 "installation": {"fallback": ["person:dee"]},
 "people": {
  "ana": {"name": "Ana Reis", "email": "ana@example.com", "zone": "Europe/Lisbon", "contacts": {
    "hook": {"kind": "webhook", "to": "https://hooks.example/ana"}, "mail": {"kind": "email", "to": "ana@example.com"}},
    "rules": {"high": [{"via": ["hook"]}, {"via": ["mail"], "after": "2m"}], "low": [{"via": ["mail"], "after": "5m"}]}},
  "ben": {"name": "Ben Okoro", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/ben"}}},
  "cy": {"name": "Cy Young"},
  "dee": {"name": "Dee Lee", "role": "admin", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/dee"}}},
  "eve": {"name": "Eve Stone", "role": "observer"}
 },
 "teams": {"payments": {"name": "Payments", "managers": ["ana"], "members": ["ana", "ben", "cy"]}},
 "schedules": {"primary": {"team": "payments", "zone": "Europe/Lisbon", "layers": [
   {"name": "weekly", "rotation": {"unit": "week", "every": 1, "start": "2026-11-16T12:00", "members": ["ana", "ben"]}}]}},
 "policies": {"payments": {"team": "payments", "repeat": 1, "ack_timeout": "30m", "steps": [
   {"page": ["schedule:primary"], "wait": "5m"}, {"page": ["person:ben"], "wait": "10m"}]}},
 "services": {"checkout": {"team": "payments", "policy": "payments", "description": "Takes the money"}},
 "sources": {
  "ours": {"kind": "generic", "service": "checkout", "key": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
  "pager": {"kind": "pagerduty", "service": "checkout", "key": "9a8b7c6d5e4f30211203f4e5d6c7b8a9"},
  "prometheus": {"kind": "alertmanager", "service": "checkout", "key": "00112233445566778899aabbccddeeff", "limit": "120/1m"}}
}`

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
	w := &world{t: t, now: start, tokens: map[string]string{"owner": bootstrap}, logs: &bytes.Buffer{}}
	c.Now = w.clock
	w.config = c
	db, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.db, w.act = db, action.New(db, box, slog.New(slog.DiscardHandler), silent{})
	t.Cleanup(func() {
		w.act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := w.act.Apply(context.Background(), team.Firehall, json.RawMessage(setupFile), action.ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
	w.act.Caller = arrives{}
	w.engine = engine.New(engine.Options{
		Act: w.act, Sender: arrives{}, PublicURL: "https://firehall.example", Log: slog.New(slog.DiscardHandler), Jitter: func() float64 { return 0 },
	})
	w.api = New(Options{
		Act: w.act, DB: db, Bootstrap: bootstrap, PublicURL: "https://firehall.example", Version: "1.2.3",
		Log: slog.New(slog.NewTextHandler(w.logs, nil)),
	})
	mux := http.NewServeMux()
	for _, r := range w.api.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	doors := source.New(source.Options{Act: w.act, DB: db, Hash: box.HashKey, Meter: silent{}, Log: slog.New(slog.DiscardHandler)})
	for _, r := range doors.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	w.handler = mux
	for _, name := range []string{"ana", "ben", "dee", "eve"} {
		w.token(name, id.Person(name), team.ScopeSetup)
	}
	w.token("reader", "ben", team.ScopeRead)
	w.token("answerer", "ben", team.ScopeRespond)
	return w
}

// token makes a token of a person under a name.
func (w *world) token(name string, person id.Person, scope team.Scope) {
	w.t.Helper()
	_, plain, err := w.act.MakeToken(context.Background(), team.Firehall, action.TokenInput{
		Name: name, Person: person, Scopes: []team.Scope{scope},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tokens[name] = plain
}

// arrives is a sender whose every send is accepted.
type arrives struct{}

func (arrives) Send(context.Context, channel.Contact, channel.Notice) channel.Outcome {
	return channel.Outcome{Status: channel.Accepted, Words: "200 OK"}
}

type silent struct{}

func (silent) Message(string, string)           {}
func (silent) Signals(string, int)              {}
func (silent) Paged(string, int)                {}
func (silent) Sent(string, string, string)      {}
func (silent) TimeToPage(string, time.Duration) {}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time pass in one step and runs what is due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	if _, err := w.engine.Settle(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// call makes a request as somebody; "" is nobody. Body is sent as it is when
// it is text, and as JSON otherwise; nil is none.
func (w *world) call(who, method, path string, body any, headers ...string) replied {
	w.t.Helper()
	r := httptest.NewRequest(method, w.path(path), reader(w.t, body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "from" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	a := replied{httptest.NewRecorder(), w.t}
	w.handler.ServeHTTP(a, r)
	return a
}

// path returns a whole path: those that do not begin with /api or a door's
// are the API's.
func (w *world) path(path string) string {
	for _, whole := range []string{"/api", "/in/", "/v2/"} {
		if strings.HasPrefix(path, whole) {
			return path
		}
	}
	return base + path
}

func reader(t testing.TB, body any) io.Reader {
	switch body := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(body)
	case io.Reader:
		return body
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(text)
}

// raise opens an alert and returns its id.
func (w *world) raise(summary string) string {
	w.t.Helper()
	a := w.call("owner", "POST", "/alerts", object{"service": "checkout", "summary": summary, "severity": "critical"}).is(201).object()
	return a["id"].(string)
}
