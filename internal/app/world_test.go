package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/engine"
	"firehall/internal/pgtest"
	"firehall/internal/team"
)

// world is a node inside a test, with a clock that the test moves.
type world struct {
	*App
	t    *testing.T
	opts Options
	log  *lines
	sent chan channel.Notice // what went out

	mu  sync.Mutex
	now time.Time
}

// lines gathers what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.opts.Config.DatabaseURL = pgtest.URL(t)
		test(w)
	})
}

// newWorld returns a node on SQLite that is not started yet.
func newWorld(t *testing.T) *world {
	dir := t.TempDir()
	w := &world{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), log: &lines{}, sent: make(chan channel.Notice, 100)}
	w.opts = Options{
		Config: config.Config{
			Data: dir, SecretKeyFile: filepath.Join(dir, config.SecretKeyName), Listen: "127.0.0.1:0",
			BootstrapToken: "the-bootstrap-token", AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		},
		Version: "1.2.3", Now: w.clock, Sender: func(*channel.Set) engine.Sender { return w },
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return w
}

// Send implements engine.Sender.
func (w *world) Send(_ context.Context, _ channel.Contact, n channel.Notice) channel.Outcome {
	w.sent <- n
	return channel.Outcome{Status: channel.Accepted}
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

// start starts the node; it is closed when the test ends.
func (w *world) start() *world {
	w.t.Helper()
	a, err := Start(w.t.Context(), w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	w.App = a
	w.t.Cleanup(func() { _ = a.Close(context.Background()) })
	return w
}

// refused fails unless the node refuses to start, and returns why.
func (w *world) refused() error {
	w.t.Helper()
	a, err := Start(w.t.Context(), w.opts)
	if err == nil {
		_ = a.Close(context.Background())
		w.t.Fatal("it started")
	}
	return err
}

// haltEngine ends the engine, so that the test runs what is due.
func (w *world) haltEngine() {
	w.stop()
	<-w.engineRan
}

// setup applies a setup file, given as JSON.
func (w *world) setup(file string) {
	w.t.Helper()
	if _, err := w.act.Apply(w.t.Context(), team.Firehall, json.RawMessage(file), action.ApplyOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// small is a setup with one person, who is paged for everything.
const small = `{
	"installation": {"fallback": ["person:ana"]},
	"people": {"ana": {"name": "Ana", "contacts": {"hook": {"kind": "webhook", "to": "https://hooks.example/ana"}}}},
	"teams": {"payments": {"name": "Payments", "members": ["ana"]}},
	"policies": {"payments": {"team": "payments", "steps": [{"page": ["person:ana"], "wait": "5m"}]}},
	"services": {"checkout": {"team": "payments", "policy": "payments"}},
	"sources": {"ours": {"kind": "generic", "service": "checkout", "key": "0123456789abcdef"}}
}`

// send asks the node itself, without a network.
func (w *world) send(r *http.Request) (status int, body string) {
	rec := httptest.NewRecorder()
	w.server.Handler.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// get asks the node over the network.
func (w *world) get(path string) (status int, body string) {
	w.t.Helper()
	return fetch(w.t, http.DefaultClient, w.URL()+path)
}

func fetch(t *testing.T, client *http.Client, url string) (status int, body string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// post sends a message to the source of small.
func (w *world) post(body string) {
	w.t.Helper()
	response, err := http.Post(w.URL()+"/in/generic/0123456789abcdef", "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		w.t.Fatalf("answered %s", response.Status)
	}
}

// dial opens a connection to the node.
func (w *world) dial() net.Conn {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}
