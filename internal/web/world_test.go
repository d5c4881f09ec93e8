package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/engine"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/pgtest"
	"firehall/internal/route"
	"firehall/internal/secret"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// start is a Friday, three in the morning in Lisbon.
var start = time.Date(2026, 11, 20, 3, 7, 0, 0, time.UTC)

// world is one installation with a clock that tests move, seen through its
// page links.
type world struct {
	*testing.T
	db     *store.DB
	act    *action.Actions
	engine *engine.Engine
	box    *secret.Box
	mux    *http.ServeMux
	log    strings.Builder

	mu   sync.Mutex
	now  time.Time
	fail map[string]bool // by "person contact": its provider refuses
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t, store.Config{Dir: t.TempDir()}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t, store.Config{URL: pgtest.URL(t)}))
	})
}

func newWorld(t *testing.T, c store.Config) *world {
	w := &world{T: t, now: start, mux: http.NewServeMux(), fail: map[string]bool{}}
	c.Now, c.Random = w.clock, rand.NewChaCha8([32]byte{})
	var err error
	if w.db, err = store.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if w.box, err = secret.New(make([]byte, secret.KeySize)); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	w.act = action.New(w.db, w.box, slog.New(slog.DiscardHandler), silent{})
	w.engine = engine.New(engine.Options{
		Act: w.act, Sender: w, PublicURL: "https://firehall.example", Log: slog.New(slog.DiscardHandler), Jitter: func() float64 { return 0 },
	})
	screen := PageScreen{Act: w.act, DB: w.db, OpenToken: w.box.OpenPageToken, Now: w.clock, Log: log}
	for _, r := range append(screen.Routes(), Home(log)...) {
		w.mux.Handle(r.Pattern, r.Handler)
	}
	t.Cleanup(func() {
		w.act.Close()
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.setup()
	return w
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

// Send answers as a provider does, one second later.
func (w *world) Send(_ context.Context, c channel.Contact, n channel.Notice) channel.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail[string(n.Person)+" "+c.Name] {
		return channel.Outcome{Status: channel.Refused, Words: "no such address"}
	}
	return channel.Outcome{Status: channel.Accepted, Words: "said the provider"}
}

// setup has ana, paged at once, ben and cy after five minutes, and dee as the
// fallback.
func (w *world) setup() {
	hook := notify.Contact{Kind: "webhook", To: "https://hooks.example/x"}
	mail := notify.Contact{Kind: "email", To: "x@example.com"}
	for name, full := range map[id.Person]string{"ana": "Ana Reis", "ben": "Ben Okafor", "cy": "Cy Tan", "dee": "Dee Ito", "eve": "Eve Lund"} {
		reach := notify.Reach{Contacts: map[string]notify.Contact{"hook": hook}}
		if name == "ana" {
			reach.Contacts["mail"] = mail
			reach.Rules = map[string][]notify.Rule{"high": {{Via: []string{"hook"}}, {Via: []string{"mail"}, After: span.Duration(2 * time.Minute)}}}
		}
		w.save(store.KindPerson, string(name), store.Person{Person: team.Person{FullName: full, Zone: "Europe/Lisbon"}, Reach: reach})
	}
	w.save(store.KindTeam, "payments", store.Team{Team: team.Team{FullName: "Payments", Members: []id.Person{"ana", "ben", "cy"}}})
	w.policy(escalation.Policy{
		Name: "payments", Team: "payments", AckTimeout: span.Duration(30 * time.Minute), Fallback: []escalation.Target{"person:dee"},
		Steps: []escalation.Step{
			{Page: []escalation.Target{"person:ana"}, Wait: span.Duration(5 * time.Minute)},
			{Page: []escalation.Target{"person:ben", "person:cy"}, Wait: span.Duration(10 * time.Minute)},
		},
	})
	w.save(store.KindService, "checkout", service.Service{Team: "payments", Policy: "payments", Description: "Takes the money"})
	w.save(store.KindSource, "prometheus", route.Source{Kind: "alertmanager", Service: "checkout", KeyHash: "h1"})
	w.save(store.KindSource, "ours", route.Source{Kind: "generic", Service: "checkout", KeyHash: "h2"})
}

func (w *world) do(fn func(*store.Tx) error) {
	w.Helper()
	if err := w.db.Do(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) save(kind, name string, doc any) {
	w.Helper()
	w.do(func(tx *store.Tx) error { return tx.SaveDoc(w.Context(), kind, name, doc) })
}

func (w *world) policy(p escalation.Policy) {
	w.Helper()
	w.do(func(tx *store.Tx) error {
		version, err := tx.AddPolicyVersion(w.Context(), p)
		if err != nil {
			return err
		}
		return tx.SaveDoc(w.Context(), store.KindPolicy, string(p.Name), store.Policy{Policy: p, Version: version})
	})
}

// person changes how somebody is set up.
func (w *world) person(name id.Person, change func(*store.Person)) {
	w.Helper()
	p := w.db.Setup().People[name]
	change(&p)
	w.save(store.KindPerson, string(name), p)
}

// signal sends one signal through a source and runs what is due.
func (w *world) signal(source id.Source, s alert.Signal) id.Alert {
	w.Helper()
	receipt, err := w.act.Ingest(w.Context(), action.Arrival{
		Source: w.db.Setup().Sources[source], Body: []byte("{}"), Size: 2, Signals: []alert.Signal{s},
	})
	if err != nil {
		w.Fatal(err)
	}
	w.settle()
	return receipt.Alerts[0]
}

// fire opens an alert that pages ana.
func (w *world) fire(summary string) id.Alert {
	w.Helper()
	return w.signal("ours", alert.Signal{Key: summary, Status: alert.Firing, Summary: summary, Severity: "critical"})
}

func (w *world) settle() {
	w.Helper()
	if _, err := w.engine.Settle(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// pass lets time pass; everything happens when it is due.
func (w *world) pass(d time.Duration) {
	w.Helper()
	end := w.clock().Add(d)
	for {
		next, err := w.engine.Settle(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		w.set(next)
	}
	w.set(end)
	w.settle()
}

func (w *world) set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.After(w.now) {
		w.now = t
	}
}

// token is the link of somebody's last page for an alert.
func (w *world) token(n id.Alert, p id.Person) string {
	w.Helper()
	pages, err := w.db.PagesOf(w.Context(), n)
	if err != nil {
		w.Fatal(err)
	}
	found := ""
	for _, page := range pages {
		if page.Person == p {
			found = w.box.PageToken(page.ID)
		}
	}
	if found == "" {
		w.Fatalf("%s was not paged about %s: %v", p, n, pages)
	}
	return found
}

func (w *world) alert(n id.Alert) alert.Alert {
	w.Helper()
	a, err := w.db.Alert(w.Context(), n)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (w *world) send(method, path, body string, header ...string) answer {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	w.settle()
	return answer{rec.Code, rec.Header(), rec.Body.String()}
}

// open looks at a page's screen.
func (w *world) open(token string) answer {
	w.Helper()
	return w.send("GET", "/p/"+token, "", "Accept", "text/html")
}

// post posts a form as a browser does.
func (w *world) post(path, form string) answer {
	w.Helper()
	return w.send("POST", path, form, "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded")
}

// tell posts as a program does and returns the JSON.
func (w *world) tell(path string) (int, map[string]any) {
	w.Helper()
	a := w.send("POST", path, "", "Accept", "application/json")
	var out map[string]any
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		w.Fatalf("%s answered %d %q: %v", path, a.status, a.body, err)
	}
	return a.status, out
}

// story is every row that an action could change, as text.
func (w *world) story(n id.Alert) string {
	w.Helper()
	pages, err := w.db.PagesOf(w.Context(), n)
	if err != nil {
		w.Fatal(err)
	}
	sends, err := w.db.SendsOf(w.Context(), n)
	if err != nil {
		w.Fatal(err)
	}
	entries, err := w.db.Timeline(w.Context(), n, "", 1000)
	if err != nil {
		w.Fatal(err)
	}
	text, err := json.MarshalIndent([]any{w.alert(n), pages, sends, entries}, "", " ")
	if err != nil {
		w.Fatal(err)
	}
	return string(text)
}

// count returns how many entries of a kind an alert has.
func (w *world) count(n id.Alert, kind string) int {
	w.Helper()
	entries, err := w.db.Timeline(w.Context(), n, "", 1000)
	if err != nil {
		w.Fatal(err)
	}
	found := 0
	for _, e := range entries {
		if string(e.Kind) == kind {
			found++
		}
	}
	return found
}

// pageID is somebody's last page for an alert.
func (w *world) pageID(n id.Alert, p id.Person) id.Page {
	w.Helper()
	page, ok := w.box.OpenPageToken(w.token(n, p))
	if !ok {
		w.Fatal("the token of a page does not open")
	}
	return page
}

// newBox returns the box of a key of its own.
func newBox(seed byte) (*secret.Box, error) {
	key := make([]byte, secret.KeySize)
	key[0] = seed
	return secret.New(key)
}

// flip returns another character of a token.
func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}
