// Package smoke tests the promise to the person on call: the whole program
// with a fake clock and captured channels, on both databases.
package smoke

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
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
	"firehall/internal/schedule"
	"firehall/internal/secret"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// start is a Friday, three in the morning.
var start = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// world is one installation with a clock that tests move.
type world struct {
	t      *testing.T
	db     *store.DB
	act    *action.Actions
	engine *engine.Engine

	mu   sync.Mutex
	now  time.Time
	told []string
	mood map[string]channel.Status // by "person contact": what its provider answers

	during     func()        // what happens while a call runs; nil: nothing
	retryAfter time.Duration // how long a provider that fails asks to wait
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
	w := &world{t: t, now: start, mood: map[string]channel.Status{}}
	c.Now = w.clock
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.act = action.New(db, box, slog.New(slog.DiscardHandler), silent{})
	w.engine = engine.New(engine.Options{
		Act: w.act, Sender: w, PublicURL: "https://firehall.example", Log: slog.New(slog.DiscardHandler), Jitter: func() float64 { return 0 },
	})
	t.Cleanup(func() {
		w.act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.team()
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

// Send captures what would go out: "ana hook: page disk full".
func (w *world) Send(_ context.Context, c channel.Contact, n channel.Notice) channel.Outcome {
	if w.during != nil {
		w.during()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	status, ok := w.mood[string(n.Person)+" "+c.Name]
	if !ok {
		status = channel.Accepted
	}
	text := n.Alert.Summary
	if n.Headline != "" {
		text = n.Headline
	}
	line := fmt.Sprintf("%s %s: %s %s", n.Person, c.Name, n.Type, text)
	if status != channel.Accepted {
		line += " [" + string(status) + "]"
	}
	w.told = append(w.told, line)
	return channel.Outcome{Status: status, Words: "said the provider", RetryAfter: w.retryAfter}
}

// team sets up ana, ben and cy; checkout pages ana at once, ben after 5 min,
// and dee as the fallback.
func (w *world) team() {
	hook := notify.Contact{Kind: "webhook", To: "https://hooks.example/x"}
	mail := notify.Contact{Kind: "email", To: "x@example.com"}
	for _, p := range []id.Person{"ana", "ben", "cy", "dee", "eve"} {
		reach := notify.Reach{Contacts: map[string]notify.Contact{"hook": hook}}
		if p == "ana" {
			reach.Contacts["mail"] = mail
			reach.Rules = map[string][]notify.Rule{
				"high": {{Via: []string{"hook"}}, {Via: []string{"mail"}, After: span.Duration(2 * time.Minute)}},
				"low":  {{Via: []string{"mail"}}},
			}
		}
		w.save(store.KindPerson, string(p), store.Person{Person: team.Person{FullName: strings.ToUpper(string(p[:1])) + string(p[1:]), Zone: "UTC"}, Reach: reach})
	}
	w.save(store.KindTeam, "payments", store.Team{Team: team.Team{FullName: "Payments", Managers: []id.Person{"ana"}, Members: []id.Person{"ana", "ben", "cy"}}})
	w.save(store.KindSchedule, "primary", weekly("ana", "cy"))
	w.policy("payments", escalation.Policy{
		Team: "payments", Repeat: 1, AckTimeout: span.Duration(30 * time.Minute),
		Steps: []escalation.Step{
			{Page: []escalation.Target{"schedule:primary"}, Wait: span.Duration(5 * time.Minute)},
			{Page: []escalation.Target{"person:ben"}, Wait: span.Duration(10 * time.Minute)},
		},
		Fallback: []escalation.Target{"person:dee"},
	})
	w.save(store.KindService, "checkout", service.Service{Team: "payments", Policy: "payments"})
	w.save(store.KindSource, "generic", route.Source{Kind: "generic", Service: "checkout", KeyHash: "h1"})
	w.save(store.KindSource, "prometheus", route.Source{Kind: "alertmanager", Service: "checkout", KeyHash: "h2"})
	w.save(store.KindSource, "pager", route.Source{Kind: "pagerduty", Service: "checkout", KeyHash: "h3"})
}

// weekly returns a schedule whose members take weeks; the first has this one.
func weekly(members ...id.Person) schedule.Schedule {
	turns := make([]schedule.Turn, len(members))
	for i, m := range members {
		turns[i] = schedule.Turn{m}
	}
	return schedule.Schedule{Team: "payments", Zone: "UTC", Revisions: []schedule.Revision{{Layers: []schedule.Layer{{
		Name: "weekly", Rotation: &schedule.Rotation{Unit: "week", Every: 1, Start: "2026-11-16T12:00", Members: turns},
	}}}}}
}

func (w *world) do(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.db.Do(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) save(kind, name string, doc any) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error { return tx.SaveDoc(w.t.Context(), kind, name, doc) })
}

func (w *world) policy(name id.Policy, p escalation.Policy) {
	w.t.Helper()
	p.Name = name
	w.do(func(tx *store.Tx) error {
		version, err := tx.AddPolicyVersion(w.t.Context(), p)
		if err != nil {
			return err
		}
		return tx.SaveDoc(w.t.Context(), store.KindPolicy, string(name), store.Policy{Policy: p, Version: version})
	})
}

// person changes how somebody is set up.
func (w *world) person(name id.Person, change func(*store.Person)) {
	w.t.Helper()
	p := w.db.Setup().People[name]
	change(&p)
	w.save(store.KindPerson, string(name), p)
}

// actor is somebody who answers.
func actor(name id.Person) team.Actor { return team.Actor{Person: name, Role: team.Responder} }

// ingest sends signals through a source and runs what is due.
func (w *world) ingest(source id.Source, signals ...alert.Signal) id.Alert {
	w.t.Helper()
	receipt, err := w.act.Ingest(w.t.Context(), action.Arrival{
		Source: w.db.Setup().Sources[source], Body: []byte("{}"), Size: 2, Signals: signals,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	if len(receipt.Alerts) == 0 {
		return ""
	}
	return receipt.Alerts[0]
}

// signal fires a problem with a severity, "critical" when none is given.
func (w *world) signal(summary string, severity ...string) id.Alert {
	w.t.Helper()
	word := "critical"
	if len(severity) > 0 {
		word = severity[0]
	}
	return w.ingest("generic", alert.Signal{Key: summary, Status: alert.Firing, Summary: summary, Severity: word})
}

func (w *world) settle() {
	w.t.Helper()
	if _, err := w.engine.Settle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// pass lets time pass; everything happens when it is due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	end := w.clock().Add(d)
	for {
		next, err := w.engine.Settle(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		w.set(next)
	}
	w.set(end)
	w.settle()
}

// sleep lets time pass while the program is down.
func (w *world) sleep(d time.Duration) { w.set(w.clock().Add(d)) }

func (w *world) set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.After(w.now) {
		w.now = t
	}
}

// expect compares what went out since the last call, in any order of one
// moment's sends.
func (w *world) expect(lines ...string) {
	w.t.Helper()
	w.mu.Lock()
	told := w.told
	w.told = nil
	w.mu.Unlock()
	slices.Sort(told)
	slices.Sort(lines)
	if !slices.Equal(told, lines) {
		w.t.Errorf("at %s\n went out: %s\n expected: %s", w.clock().Format("15:04:05"), strings.Join(told, "\n           "), strings.Join(lines, "\n           "))
	}
}

func (w *world) ack(who id.Person, n id.Alert) {
	w.t.Helper()
	if _, err := w.act.Acknowledge(w.t.Context(), actor(who), n, "by the API"); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) resolve(who id.Person, n id.Alert) {
	w.t.Helper()
	if _, err := w.act.Resolve(w.t.Context(), actor(who), n, "by the API"); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) alert(n id.Alert) alert.Alert {
	w.t.Helper()
	a, err := w.db.Alert(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// story returns the timeline in plain sentences.
func (w *world) story(n id.Alert) string {
	w.t.Helper()
	list, err := w.db.Timeline(w.t.Context(), n, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range list {
		b.WriteString(timeline.Sentence(e, func(p id.Person) string { return string(p) }, time.UTC) + "\n")
	}
	return b.String()
}

// said fails unless the timeline holds all of these texts.
func (w *world) said(n id.Alert, texts ...string) {
	w.t.Helper()
	story := w.story(n)
	for _, text := range texts {
		if !strings.Contains(story, text) {
			w.t.Errorf("the timeline does not say %q:\n%s", text, story)
		}
	}
}
