package action_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/schedule"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

// setupStart is a Monday noon in Lisbon.
var setupStart = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

// setupOwner is who sets things up.
var setupOwner = team.Actor{Label: "a test", Role: team.Owner}

// setupWorld is one installation whose setup is changed.
type setupWorld struct {
	t   testing.TB
	db  *store.DB
	act *action.Actions
	box *secret.Box

	mu   sync.Mutex
	now  time.Time
	logs bytes.Buffer
}

// setupOnBoth runs a test on SQLite and on PostgreSQL.
func setupOnBoth(t *testing.T, test func(t *testing.T, w *setupWorld)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newSetupWorld(t, setupSQLite(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newSetupWorld(t, store.Config{URL: pgtest.URL(t)}))
	})
}

func newSetupWorld(t testing.TB, c store.Config) *setupWorld {
	t.Helper()
	w := &setupWorld{t: t, now: setupStart}
	c.Now = w.clock
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if w.box, err = secret.New(make([]byte, secret.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.db, w.act = db, action.New(db, w.box, slog.New(slog.NewTextHandler(&w.logs, nil)), setupMeter{})
	t.Cleanup(func() {
		w.act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

type setupMeter struct{}

func (setupMeter) Message(string, string)           {}
func (setupMeter) Signals(string, int)              {}
func (setupMeter) Paged(string, int)                {}
func (setupMeter) Sent(string, string, string)      {}
func (setupMeter) TimeToPage(string, time.Duration) {}

func (w *setupWorld) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *setupWorld) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// setupJSON turns YAML into the JSON that a setup file is sent as.
func setupJSON(t testing.TB, text string) json.RawMessage {
	t.Helper()
	var read any
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		t.Fatalf("the test's YAML: %v", err)
	}
	out, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// apply applies YAML and fails the test when that fails.
func (w *setupWorld) apply(text string, opts ...action.ApplyOptions) action.Plan {
	w.t.Helper()
	plan, err := w.try(text, opts...)
	if err != nil {
		w.t.Fatalf("apply: %v", err)
	}
	return plan
}

func (w *setupWorld) try(text string, opts ...action.ApplyOptions) (action.Plan, error) {
	w.t.Helper()
	var o action.ApplyOptions
	if len(opts) > 0 {
		o = opts[0]
	}
	return w.act.Apply(w.t.Context(), setupOwner, setupJSON(w.t, text), o)
}

// changed returns a plan's changes as "update people.ana".
func setupChanged(p action.Plan) []string {
	out := []string{}
	for _, c := range p.Changes {
		out = append(out, strings.TrimSuffix(c.Verb+" "+c.Kind+"."+c.Name, "."))
	}
	return out
}

// setupProblems returns what is wrong as "path: sentence".
func setupProblems(t testing.TB, err error) []string {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid {
		t.Fatalf("got %v, expected a fault of the kind invalid", err)
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Path+": "+field.Sentence)
	}
	return out
}

// onCall returns who is on call on a schedule now.
func (w *setupWorld) onCall(name id.Schedule) string {
	w.t.Helper()
	plan, err := w.db.Setup().Plan(name)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, n := range plan.OnCall(w.clock()).People {
		names = append(names, string(n))
	}
	return strings.Join(names, " ")
}

func (w *setupWorld) export() action.SetupFile {
	w.t.Helper()
	out, err := w.act.Export(w.t.Context(), setupOwner)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// audited returns the actions of the audit log, the oldest first.
func (w *setupWorld) audited() []string {
	w.t.Helper()
	deeds, err := w.db.AuditLog(w.t.Context(), "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	out := []string{}
	for _, d := range deeds {
		out = append([]string{d.Actor + " " + d.Action + " " + d.Target}, out...)
	}
	return out
}

func setupRead(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/setup/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func setupEqual(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as expected (-want +got):\n%s", diff)
	}
}

func setupSQLite(t testing.TB) store.Config {
	t.Helper()
	return store.Config{Dir: t.TempDir()}
}

func (w *setupWorld) override(name, from, until string, person, replaces id.Person) (schedule.Override, error) {
	return w.act.AddOverride(w.t.Context(), setupOwner, action.OverrideInput{Schedule: name, From: from, Until: until, Person: person, Replaces: replaces})
}

func (w *setupWorld) applyFile(file action.SetupFile) action.Plan {
	w.t.Helper()
	text, err := json.Marshal(file)
	if err != nil {
		w.t.Fatal(err)
	}
	plan, err := w.act.Apply(w.t.Context(), setupOwner, text, action.ApplyOptions{Prune: true})
	if err != nil {
		w.t.Fatalf("apply %s: %v", text, err)
	}
	return plan
}
