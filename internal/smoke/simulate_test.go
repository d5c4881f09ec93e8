package smoke

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/pgtest"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// drawnPeople may be paged.
var drawnPeople = []id.Person{"ana", "ben", "cy", "dee"}

// What random setups are made of.
var (
	zones   = []string{"UTC", "Europe/Lisbon", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu"}
	waits   = []time.Duration{time.Minute, 5 * time.Minute, 7*time.Minute + 30*time.Second, time.Hour}
	delays  = []time.Duration{0, 0, time.Minute, 2 * time.Minute, 5 * time.Minute, 20 * time.Minute}
	targets = []escalation.Target{"person:ana", "person:ben", "person:cy", "person:dee", "schedule:primary", "schedule:secondary", "person:gone"}
	weekend = []schedule.Window{{Days: []string{"sat", "sun"}, From: "20:00", To: "06:00"}}
)

// mailless is what the world's installation cannot send by when it draws so.
var mailless = map[string]string{"email": "there is no mail server"}

// draw sets up an installation at random.
func (w *world) draw(t *rapid.T) {
	kinds := map[string]notify.Contact{"hook": {Kind: "webhook", To: "https://hooks.example/x"}, "mail": {Kind: "email", To: "x@example.com"}, "push": {Kind: "webhook", To: "https://push.example/x"}}
	for _, p := range drawnPeople {
		reach := notify.Reach{Contacts: map[string]notify.Contact{}, Rules: map[string][]notify.Rule{}}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"hook", "mail", "push"}), 0, 3, rapid.ID).Draw(t, string(p)+"'s contacts") {
			reach.Contacts[name] = kinds[name]
		}
		for _, urgency := range []string{"high", "low"} {
			for range rapid.IntRange(0, 3).Draw(t, "rules") {
				via := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"hook", "mail", "push"}), 1, 2, rapid.ID).Draw(t, "via")
				reach.Rules[urgency] = append(reach.Rules[urgency], notify.Rule{Via: via, After: span.Duration(rapid.SampledFrom(delays).Draw(t, "after"))})
			}
		}
		off := rapid.IntRange(0, 5).Draw(t, "disabled") == 0
		w.save(store.KindPerson, string(p), store.Person{Person: team.Person{FullName: string(p), Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Disabled: off}, Reach: reach})
	}
	hours := []*store.Hours{nil, nil, {Zone: "Asia/Tokyo", Windows: store.WorkingHours()}, {Windows: weekend}}
	w.save(store.KindTeam, "payments", store.Team{Team: team.Team{FullName: "Payments"}, Hours: rapid.SampledFrom(hours).Draw(t, "hours")})
	for _, name := range []id.Schedule{"primary", "secondary"} {
		w.drawSchedule(t, name)
	}
	w.policy("payments", drawPolicy(t))
	w.save(store.KindInstallation, "installation", store.Installation{Fallback: drawTargets(t, "installation", 0, 2)})
	w.save(store.KindService, "checkout", service.Service{Team: "payments", Policy: "payments"})
	w.save(store.KindSource, "generic", route.Source{Kind: "generic", Service: "checkout", KeyHash: "h1"})
	w.mood = map[string]channel.Status{}
	if rapid.Bool().Draw(t, "no mail") {
		for _, p := range drawnPeople {
			w.mood[string(p)+" mail"] = channel.Refused
		}
	}
}

func drawTargets(t *rapid.T, what string, least, most int) []escalation.Target {
	return rapid.SliceOfN(rapid.SampledFrom(targets), least, most).Draw(t, what)
}

func drawPolicy(t *rapid.T) escalation.Policy {
	p := escalation.Policy{Team: "payments", Repeat: rapid.IntRange(0, 2).Draw(t, "repeat"), Fallback: drawTargets(t, "fallback", 0, 2)}
	for range rapid.IntRange(1, 3).Draw(t, "steps") {
		p.Steps = append(p.Steps, escalation.Step{Page: drawTargets(t, "step", 1, 2), Wait: span.Duration(rapid.SampledFrom(waits).Draw(t, "wait"))})
	}
	return p
}

// drawSchedule makes a schedule with a rotation, sometimes with gaps, and up to
// two overrides.
func (w *world) drawSchedule(t *rapid.T, name id.Schedule) {
	layer := schedule.Layer{Name: "one", Rotation: &schedule.Rotation{
		Unit: rapid.SampledFrom([]string{"hour", "day", "week"}).Draw(t, "unit"), Every: rapid.IntRange(1, 3).Draw(t, "every"), Start: "2026-11-16T12:00",
	}}
	for _, p := range rapid.SliceOfNDistinct(rapid.SampledFrom(drawnPeople), 1, 3, rapid.ID).Draw(t, "members") {
		layer.Rotation.Members = append(layer.Rotation.Members, schedule.Turn{p})
	}
	if rapid.Bool().Draw(t, "gaps") {
		layer.Windows = weekend
	}
	w.save(store.KindSchedule, string(name), schedule.Schedule{Team: "payments", Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Revisions: []schedule.Revision{{Layers: []schedule.Layer{layer}}}})
	for range rapid.IntRange(0, 2).Draw(t, "overrides") {
		from := w.clock().Add(time.Duration(rapid.IntRange(-600, 6000).Draw(t, "from")) * time.Minute)
		_, err := w.act.AddOverride(w.t.Context(), team.Firehall, action.OverrideInput{
			Schedule: string(name), From: from.Format(time.RFC3339), Until: from.Add(5 * time.Hour).Format(time.RFC3339), Person: rapid.SampledFrom(drawnPeople).Draw(t, "cover"),
		})
		if err != nil {
			t.Logf("no override: %s", err)
		}
	}
}

// sent is a line that both a forecast and a run can say.
func sent(at time.Time, p id.Person, contact string) string {
	return fmt.Sprintf("%s %s %s", at.UTC().Format("2 Jan 15:04:05"), p, contact)
}

// foreseen asks what a signal at a time would do.
func (w *world) foreseen(t interface{ Fatalf(string, ...any) }, s alert.Signal, at time.Time) action.Forecast {
	unsendable := map[string]string{}
	if len(w.mood) > 0 {
		unsendable = mailless
	}
	list, err := w.act.Simulate(context.Background(), action.Simulation{
		Arrival: action.Arrival{Source: w.db.Setup().Sources["generic"], Signals: []alert.Signal{s}}, At: at, Unsendable: unsendable,
	})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d forecasts, %v", len(list), err)
	}
	return list[0]
}

// lived returns what goes out until an instant, that instant left out, each
// with its time.
func (w *world) lived(until time.Time) []string {
	var out []string
	collect := func() {
		for _, line := range w.told {
			who, _, _ := strings.Cut(line, ":")
			person, contact, _ := strings.Cut(who, " ")
			out = append(out, sent(w.clock(), id.Person(person), contact))
		}
		w.told = nil
	}
	for {
		next, err := w.engine.Settle(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		collect()
		if next.IsZero() || !next.Before(until) {
			return out
		}
		w.set(next)
	}
}

// linesOf returns what a forecast lists, as lived does.
func linesOf(f action.Forecast) (out []string) {
	for _, p := range f.Pages {
		out = append(out, sent(p.At, p.Person, p.Contact))
	}
	slices.Sort(out)
	return out
}

// agrees checks one forecast against what then happens.
func (w *world) agrees(t *rapid.T, n int) {
	w.draw(t)
	word := rapid.SampledFrom([]string{"critical", "warning", "info", "odd"}).Draw(t, "severity")
	signal := alert.Signal{Key: fmt.Sprintf("k%d", n), Status: alert.Firing, Summary: "disk full", Severity: word}
	at := w.clock().Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(t, "later")) * time.Minute).Truncate(time.Minute).Add(time.Minute)
	f := w.foreseen(t, signal, at)
	w.set(at)
	opened := w.ingest("generic", signal)
	got := w.lived(f.End.At)
	want := linesOf(f)
	slices.Sort(got)
	if f.End.Kind == action.EndUntold {
		w.pass(24 * time.Hour)
		got = w.lived(w.clock())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("for %s at %s (%s)\n went out:  %s\n foreseen: %s\n%s", word, at, f.End.Kind, strings.Join(got, "\n           "), strings.Join(want, "\n           "), w.story(opened))
	}
	again := w.foreseen(t, signal, w.clock())
	if again.End.Kind != action.EndFolds || again.End.Alert != opened || len(again.Pages) > 0 {
		t.Fatalf("the same once more: %+v", again.End)
	}
	w.resolve("ana", opened)
	w.told = nil
}

func TestWhatIsForeseenIsWhatThenHappens(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, c store.Config, most int) {
		w := newWorld(t, c)
		n, broken := 0, false
		rapid.Check(t, func(t *rapid.T) {
			if n++; n > most && !broken {
				return // what is broken is looked for in a smaller setup
			}
			holds := false
			defer func() { broken = !holds }()
			w.agrees(t, n)
			holds = true
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		check(t, store.Config{Dir: t.TempDir()}, 60)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		check(t, store.Config{URL: pgtest.URL(t)}, 8)
	})
}

func TestStepsThatNothingCanReachAreForeseen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		mail := map[string]notify.Contact{"mail": {Kind: "email", To: "x@example.com"}}
		w.save(store.KindPerson, "ben", store.Person{Person: team.Person{FullName: "Ben", Zone: "UTC"}, Reach: notify.Reach{Contacts: mail}})
		w.policy("payments", escalation.Policy{
			Team: "payments", Repeat: 2, Fallback: []escalation.Target{"person:gone"},
			Steps: []escalation.Step{{Page: []escalation.Target{"person:ben"}, Wait: span.Duration(time.Minute)}},
		})
		w.mood = map[string]channel.Status{"ben mail": channel.Refused}
		signal := alert.Signal{Key: "disk full", Status: alert.Firing, Summary: "disk full", Severity: "critical"}
		f := w.foreseen(t, signal, w.clock())
		opened := w.ingest("generic", signal)
		got, want := w.lived(f.End.At), linesOf(f)
		slices.Sort(got)
		if !slices.Equal(got, want) || len(want) != 3 {
			t.Errorf("went out\n %s\nforeseen\n %s\n%s", strings.Join(got, "\n "), strings.Join(want, "\n "), w.story(opened))
		}
	})
}

func TestWhatWakesAnOpenAlertIsForeseen(t *testing.T) {
	t.Parallel()
	signal := func(word string) alert.Signal {
		return alert.Signal{Key: "disk full", Status: alert.Firing, Summary: "disk full", Severity: word}
	}
	tests := map[string]func(w *world){
		"an alert that told nobody gets worse":   func(w *world) { w.signal("disk full", "info") },
		"an acknowledged alert gets worse":       func(w *world) { w.ack("ben", w.signal("disk full", "error")) },
		"one that waits for hours becomes worse": func(w *world) { w.signal("disk full", "warning") },
		"an acknowledgement by who is gone": func(w *world) {
			w.ack("eve", w.signal("disk full", "error"))
			w.person("eve", func(p *store.Person) { p.Disabled = true })
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				prepare(w)
				w.pass(time.Minute)
				f := w.foreseen(w.t, signal("critical"), w.clock())
				if again := w.foreseen(w.t, signal("critical"), w.clock()); !slices.Equal(linesOf(f), linesOf(again)) || len(f.Pages) == 0 {
					w.t.Errorf("asked twice it says\n %v\n %v", linesOf(f), linesOf(again))
				}
				w.told = nil
				opened := w.ingest("generic", signal("critical"))
				got := w.lived(f.End.At)
				got = slices.DeleteFunc(got, func(line string) bool {
					return strings.HasSuffix(line, "ana mail") && !slices.Contains(linesOf(f), line)
				}) // of before
				slices.Sort(got)
				if want := linesOf(f); !slices.Equal(got, want) || f.End.Alert != opened {
					w.t.Errorf("went out\n %s\nforeseen\n %s\n%s", strings.Join(got, "\n "), strings.Join(want, "\n "), w.story(opened))
				}
			})
		})
	}
}

func TestASimulationWritesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.signal("disk full", "error")
		w.told = nil
		before := w.alert(w.openNow(t))
		for _, word := range []string{"critical", "info"} {
			w.foreseen(w.t, alert.Signal{Key: "disk full", Status: alert.Firing, Summary: "disk full", Severity: word}, w.clock())
			w.foreseen(w.t, alert.Signal{Key: "another", Status: alert.Firing, Summary: "disk full", Severity: word}, w.clock())
			w.foreseen(w.t, alert.Signal{Key: "disk full", Status: alert.SignalClosed, Summary: "disk full"}, w.clock())
		}
		w.settle()
		w.expect()
		if diff := cmp.Diff(before, w.alert(w.openNow(t))); diff != "" {
			t.Error(diff)
		}
	})
}

// openNow returns the one open alert.
func (w *world) openNow(t *testing.T) id.Alert {
	t.Helper()
	list, _, err := w.db.Alerts(t.Context(), store.AlertFilter{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d alerts, %v", len(list), err)
	}
	return list[0].ID
}
