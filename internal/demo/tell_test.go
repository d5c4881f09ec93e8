package demo

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/lint"
	"firehall/internal/meter"
	"firehall/internal/notify"
	"firehall/internal/pgtest"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// nows are instants at which the demo may be started.
var nows = map[string]time.Time{
	"a weekday at noon in Lisbon":                       time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
	"a Sunday night":                                    time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC),
	"a Monday, an hour before the handoff in Lisbon":    time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
	"the very handoff":                                  time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
	"the night in which Lisbon's clocks go back":        time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
	"the day on which New York's clocks go forward":     time.Date(2027, 3, 14, 18, 0, 0, 0, time.UTC),
	"between the clock changes of New York and Lisbon":  time.Date(2026, 10, 28, 20, 45, 0, 0, time.UTC),
	"where Singapore's offices close and Lisbon's open": time.Date(2026, 11, 18, 8, 40, 0, 0, time.UTC),
	"deep in Singapore's night":                         time.Date(2026, 11, 17, 19, 15, 27, 123456789, time.UTC),
	"New Year's night, before midnight in Lisbon":       time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC),
	"a leap day":                       time.Date(2028, 2, 29, 3, 0, 0, 0, time.UTC),
	"a summer's afternoon in New York": time.Date(2027, 7, 7, 18, 20, 0, 0, time.UTC),
	"the end of a night in Singapore, two hours before it": time.Date(2026, 11, 19, 22, 0, 0, 0, time.UTC),
}

// told is the shop after its story.
type told struct {
	*testing.T
	db  *store.DB
	act *action.Actions
	now time.Time
}

func tellOn(t *testing.T, at store.Config, now time.Time) *told {
	t.Helper()
	if err := Tell(t.Context(), at, filepath.Join(t.TempDir(), "secret.key"), now); err != nil {
		t.Fatal(err)
	}
	at.Now = func() time.Time { return now }
	db, err := store.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w := &told{t, db, action.New(db, box, slog.New(slog.DiscardHandler), meter.New("")), now}
	t.Cleanup(func() {
		w.act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestTheStoryAtAnyTime(t *testing.T) {
	checks := map[string]func(*told){
		"what stands on the list at the end":           standsOnTheList,
		"every day of the fortnight has pages":         everyDayHasPages,
		"nothing is in the future":                     nothingIsInTheFuture,
		"tonight nobody is Data's second":              tonightNobodyIsDatasSecond,
		"Ana has the pager, and Ben is behind her":     anaHasThePager,
		"lint finds the gap and nothing that is wrong": lintFindsTheGapAndNoError,
	}
	for name, now := range nows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tellOn(t, store.Config{Dir: t.TempDir()}, now)
			for name, check := range checks {
				t.Run(name, func(t *testing.T) { check(&told{t, w.db, w.act, now}) })
			}
		})
	}
}

func (w *told) alerts() []alert.Alert {
	w.Helper()
	list, more, err := w.db.Alerts(w.Context(), store.AlertFilter{Limit: 500})
	if err != nil || more != "" {
		w.Fatal(err, more)
	}
	return list
}

func (w *told) sends(n id.Alert) []notify.Send {
	w.Helper()
	list, err := w.db.SendsOf(w.Context(), n)
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *told) timeline(n id.Alert) []timeline.Entry {
	w.Helper()
	list, err := w.db.Timeline(w.Context(), n, "", 1000)
	if err != nil {
		w.Fatal(err)
	}
	return list
}

// holds says whether an alert of a status is there for which ok holds.
func (w *told) holds(what string, ok func(alert.Alert) bool) {
	w.Helper()
	if !slices.ContainsFunc(w.alerts(), ok) {
		w.Errorf("there is no %s", what)
	}
}

func standsOnTheList(w *told) {
	w.holds("alert that fires and that nobody has", func(a alert.Alert) bool {
		return a.Status == alert.Triggered && a.Urgency == alert.High && a.Step > 0 && a.NextAt.After(w.now.Add(5*time.Minute))
	})
	w.holds("acknowledged alert", func(a alert.Alert) bool {
		return a.Status == alert.Acknowledged && a.Hold == alert.Ack && a.Owner != ""
	})
	w.holds("snoozed alert", func(a alert.Alert) bool { return a.Status == alert.Acknowledged && a.Hold == alert.Snooze })
	w.holds("suppressed alert", func(a alert.Alert) bool { return a.Status == alert.Suppressed && a.MergedInto != "" })
	w.holds("alert that waits for the morning", func(a alert.Alert) bool {
		return a.Status == alert.Triggered && a.Urgency == alert.Low && a.Pagings == 0 && a.NextAt.After(w.now.Add(time.Hour))
	})
	open := map[alert.Status]int{}
	for _, a := range w.alerts() {
		open[a.Status]++
	}
	if open[alert.Triggered] > 10 || open[alert.Acknowledged] > 4 || open[alert.Resolved] < 40 {
		w.Errorf("the list is %v", open)
	}
}

// Every kind of thing that may happen to an alert happens in the story, save
// what only a program that was down or lost leaves behind.
func TestTheStoryHasAllThatMayHappen(t *testing.T) {
	t.Parallel()
	w := tellOn(t, store.Config{Dir: t.TempDir()}, nows["a weekday at noon in Lisbon"])
	seen, fallback := map[timeline.Kind]int{}, 0
	for _, a := range w.alerts() {
		byFallback := false
		for _, e := range w.timeline(a.ID) {
			seen[e.Kind]++
			byFallback = byFallback || e.Kind == timeline.Paged && e.Step == 0 && e.Reason == "fallback of payments: named in it"
		}
		if byFallback {
			fallback++
		}
	}
	if fallback != 1 {
		w.Errorf("the fallback was paged about %d alerts, want 1", fallback)
	}
	for _, kind := range []timeline.Kind{
		timeline.Opened, timeline.Paged, timeline.Held, timeline.Queued, timeline.Attempt, timeline.Accepted, timeline.Failed, timeline.Skipped,
		timeline.Acked, timeline.Unacked, timeline.Lapsed, timeline.Nudged, timeline.Snoozed, timeline.Escalated, timeline.Declined,
		timeline.Reassigned, timeline.Noted, timeline.Merged, timeline.Resolved,
	} {
		if seen[kind] == 0 {
			w.Errorf("nothing was %s", kind)
		}
	}
}

func everyDayHasPages(w *told) {
	pages, disabled := map[int]int{}, w.db.Setup().People["diego"].Disabled
	for _, a := range w.alerts() {
		list, err := w.db.PagesOf(w.Context(), a.ID)
		if err != nil {
			w.Fatal(err)
		}
		for _, p := range list {
			pages[int(w.now.Sub(p.CreatedAt)/(24*time.Hour))]++
			if p.Person == "diego" || p.Person == "ines" {
				w.Errorf("%s was paged", p.Person)
			}
		}
	}
	for ago := range 14 {
		if n := pages[ago]; n < 1 || n > 40 {
			w.Errorf("%d days ago there were %d pages", ago, n)
		}
	}
	if !disabled {
		w.Error("nobody is disabled: the test proves nothing")
	}
}

func nothingIsInTheFuture(w *told) {
	late := func(what string, at time.Time) {
		if at.After(w.now) || at.Before(w.now.Add(-storyFor)) && !at.IsZero() {
			w.Errorf("%s: %s", what, at)
		}
	}
	for _, a := range w.alerts() {
		late("opened", a.OpenedAt)
		late("changed", a.ChangedAt)
		late("resolved", a.ResolvedAt)
		for _, e := range w.timeline(a.ID) {
			late(string(e.Kind), e.At)
		}
		for _, s := range w.sends(a.ID) {
			late("first sent", s.FirstAt)
			late("finished", s.FinishedAt)
			if s.Status == notify.Sending || s.Status == notify.Waiting && !s.DueAt.After(w.now) {
				w.Errorf("a send of %s is %s, due at %s", a.Summary, s.Status, s.DueAt)
			}
		}
	}
	n, first, err := w.db.TimersPending(w.Context())
	if err != nil || n == 0 || first.Before(w.now.Add(5*time.Minute)) {
		w.Errorf("%d timers, the first at %s, %v: the demo would page somebody by itself soon", n, first, err)
	}
}

func tonightNobodyIsDatasSecond(w *told) {
	plan, err := w.db.Setup().Plan("data-secondary")
	if err != nil {
		w.Fatal(err)
	}
	gap := plan.OnCall(w.now)
	for len(gap.People) > 0 {
		gap = plan.OnCall(gap.Until)
	}
	from, until := tonight(w.now, singapore)
	if !gap.Until.Equal(until) || until.Sub(w.now) > 30*time.Hour || from.Sub(w.now) > 20*time.Hour {
		w.Errorf("between %s and %s the gap is until %s", from, until, gap.Until)
	}
	if after := plan.OnCall(until); len(after.People) == 0 {
		w.Errorf("nor is anybody after it: %+v", after)
	}
}

func anaHasThePager(w *told) {
	for name, want := range map[id.Schedule]id.Person{"payments-primary": "ana", "payments-secondary": "ben"} {
		plan, err := w.db.Setup().Plan(name)
		if err != nil {
			w.Fatal(err)
		}
		if got := plan.OnCall(w.now).People; !slices.Equal(got, []id.Person{want}) {
			w.Errorf("%s: %v, want %s", name, got, want)
		}
	}
}

func lintFindsTheGapAndNoError(w *told) {
	found, err := w.act.Lint(w.Context(), nil)
	if err != nil {
		w.Fatal(err)
	}
	gap := false
	for _, f := range found {
		if f.Level != lint.Note && f.Code != "step-gap" {
			w.Errorf("%s %s: %s", f.Level, f.Code, f.Sentence)
		}
		gap = gap || f.Code == "step-gap" || f.Code == "schedule-gap"
	}
	if !gap {
		w.Error("lint does not see the gap")
	}
}

func TestTwiceItIsTheSameStory(t *testing.T) {
	t.Parallel()
	var stories [2]string
	for i := range stories {
		w := tellOn(t, store.Config{Dir: t.TempDir()}, nows["deep in Singapore's night"])
		for _, a := range w.alerts() {
			stories[i] += fmt.Sprintln(a)
			for _, e := range w.timeline(a.ID) {
				stories[i] += fmt.Sprintln(e)
			}
		}
	}
	if stories[0] != stories[1] {
		t.Error("told again it is another story")
	}
}

func TestTheStoryOnPostgreSQL(t *testing.T) {
	t.Parallel()
	now := nows["a weekday at noon in Lisbon"]
	brief := func(w *told) (out []string) {
		for _, a := range w.alerts() {
			out = append(out, fmt.Sprint(a.ID, a.Status, a.Owner, a.Signals, len(w.timeline(a.ID))))
		}
		return out
	}
	lite := brief(tellOn(t, store.Config{Dir: t.TempDir()}, now))
	if other := brief(tellOn(t, store.Config{URL: pgtest.URL(t)}, now)); !slices.Equal(lite, other) {
		t.Errorf("on SQLite:\n%q\non PostgreSQL:\n%q", lite, other)
	}
}

func TestEachMomentIsAClockAndAZone(t *testing.T) {
	for _, e := range append(slices.Clone(tale), morning...) {
		if e.at.before > 0 {
			continue
		}
		if _, err := time.Parse("15:04", e.at.clock); err != nil {
			t.Errorf("%s: %v", e.summary, err)
		}
		if _, err := time.LoadLocation(e.at.zone); err != nil {
			t.Errorf("%s: %v", e.summary, err)
		}
		if e.at.ago < 2 || e.at.ago > 13 {
			t.Errorf("%s: %d days ago is not over, or before the fortnight", e.summary, e.at.ago)
		}
	}
}
