package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/team"
)

// save writes documents of the setup in one transaction.
func (w *world) save(docs ...any) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error {
		for _, doc := range docs {
			var err error
			switch d := doc.(type) {
			case Installation:
				err = tx.SaveDoc(ctx, KindInstallation, "installation", d)
			case Person:
				err = tx.SaveDoc(ctx, KindPerson, string(d.Name), d)
			case Team:
				err = tx.SaveDoc(ctx, KindTeam, string(d.Name), d)
			case schedule.Schedule:
				err = tx.SaveDoc(ctx, KindSchedule, string(d.Name), d)
			case Policy:
				err = tx.SaveDoc(ctx, KindPolicy, string(d.Name), d)
			case service.Service:
				err = tx.SaveDoc(ctx, KindService, string(d.Name), d)
			case route.Source:
				err = tx.SaveDoc(ctx, KindSource, string(d.Name), d)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// person is somebody in UTC.
func person(name id.Person) Person {
	return Person{Person: team.Person{Name: name, FullName: strings.ToUpper(string(name)), Zone: "UTC"}}
}

// weekly is a schedule whose members take weeks; the first has this one.
func weekly(name id.Schedule, members ...id.Person) schedule.Schedule {
	turns := make([]schedule.Turn, len(members))
	for i, m := range members {
		turns[i] = schedule.Turn{m}
	}
	return schedule.Schedule{Name: name, Team: "payments", Zone: "UTC", Revisions: []schedule.Revision{{Layers: []schedule.Layer{{
		Name: "weekly", Rotation: &schedule.Rotation{Unit: "week", Every: 1, Start: "2026-11-16T12:00", Members: turns},
	}}}}}
}

func TestTheSetupHoldsWhatWasSaved(t *testing.T) {
	ana := person("ana")
	ana.Email, ana.Role = "ana@example.com", team.Admin
	ana.Reach = notify.Reach{
		Contacts: map[string]notify.Contact{"hook": {Kind: "webhook", To: "https://hooks.example", Sealed: []string{"a", "b"}}},
		Rules:    map[string][]notify.Rule{"high": {{Via: []string{"hook"}, After: span.Duration(2 * time.Minute)}}},
	}
	payments := Team{
		Team:  team.Team{Name: "payments", FullName: "Payments", Managers: []id.Person{"ana"}, Members: []id.Person{"ana", "ben"}},
		Hours: &Hours{Zone: "Europe/Lisbon", Windows: []schedule.Window{{Days: []string{"mon"}, From: "09:00", To: "17:00"}}},
	}
	policy := Policy{Version: "policy_1", Policy: escalation.Policy{
		Name: "payments", Team: "payments", Repeat: 2, AckTimeout: span.Duration(30 * time.Minute), Fallback: []escalation.Target{"person:ana"},
		Steps: []escalation.Step{{Page: []escalation.Target{"schedule:primary"}, Wait: span.Duration(5 * time.Minute), Acks: 1}},
	}}
	checkout := service.Service{
		Name: "checkout", Team: "payments", Policy: "payments", Description: "Takes the money", Urgency: service.Urgency{"info": "low"},
		Severity: map[string]string{"sev1": "critical"},
	}
	source := route.Source{Name: "ours", Kind: "generic", Service: "checkout", Fold: "each", Limit: "120/1m", KeyHash: "hash"}
	installation := Installation{Fallback: []escalation.Target{"person:ana"}, HeartbeatURL: "https://hc.example", Severity: map[string]string{"sev2": "error"}}
	onBoth(t, func(w *world) {
		w.save(ana, payments, weekly("primary", "ana", "ben"), policy, checkout, source, installation)
		s := w.db.Setup()
		w.same(map[id.Person]Person{"ana": ana}, s.People)
		w.same(map[id.Team]Team{"payments": payments}, s.Teams)
		w.same(map[id.Schedule]schedule.Schedule{"primary": weekly("primary", "ana", "ben")}, s.Schedules)
		w.same(map[id.Policy]Policy{"payments": policy}, s.Policies)
		w.same(map[id.Service]service.Service{"checkout": checkout}, s.Services)
		w.same(map[id.Source]route.Source{"ours": source}, s.Sources)
		w.same(installation, s.Installation)
		if got, ok := s.SourceByKey("hash"); !ok || got.Name != "ours" {
			w.Errorf("by its key: %v, %v", got, ok)
		}
		if got, ok := s.SourceByKey("other"); ok {
			w.Errorf("by another key: %v", got)
		}
		if lane, none := s.LaneOf("checkout"), s.LaneOf("gone"); lane != "payments" || none != "" {
			w.Errorf("lanes %q, %q", lane, none)
		}
		if err := w.db.Close(); err != nil {
			w.Fatal(err)
		}
		w.db = w.another() // a node that starts knows it
		w.same(s.People, w.db.Setup().People)
		w.same(s.Version, w.db.Setup().Version)
	})
}

func TestEachChangeOfTheSetupIsANewVersion(t *testing.T) {
	onBoth(t, func(w *world) {
		first := w.db.Setup()
		w.save(person("ana"), person("ben")) // one transaction: one version
		if v := w.db.Setup().Version; v != first.Version+1 {
			w.Errorf("from version %d to %d", first.Version, v)
		}
		if len(first.People) > 0 {
			w.Error("the old version has changed")
		}
		w.undone(func(ctx context.Context, tx *Tx) error { return tx.SaveDoc(ctx, KindPerson, "cy", person("cy")) })
		if s := w.db.Setup(); s.Version != first.Version+1 || len(s.People) != 2 {
			w.Errorf("after one that was undone: version %d, %d people", s.Version, len(s.People))
		}
		w.do(func(ctx context.Context, tx *Tx) error { return tx.DeleteDoc(ctx, KindPerson, "ana") })
		if s := w.db.Setup(); s.Version != first.Version+2 || len(s.People) != 1 {
			w.Errorf("after a deletion: version %d, %d people", s.Version, len(s.People))
		}
		w.do(func(ctx context.Context, tx *Tx) error { return tx.DeleteDoc(ctx, KindPerson, "nobody") })
		same := w.db.Setup()
		w.do(func(ctx context.Context, tx *Tx) error {
			if got := must(tx.Setup(ctx))(w); got != same {
				w.Error("it is read again though nothing has changed")
			}
			return nil
		})
	})
}

func TestATransactionDecidesByTheSetupAsItChangedIt(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			for i, name := range []id.Person{"ana", "ben"} {
				if err := tx.SaveDoc(ctx, KindPerson, string(name), person(name)); err != nil {
					return err
				}
				if s := must(tx.Setup(ctx))(w); len(s.People) != i+1 {
					w.Errorf("it knows %d people, not %d", len(s.People), i+1)
				}
				if s := must(tx.LockSetup(ctx))(w); len(s.People) != i+1 {
					w.Errorf("locked, it knows %d people, not %d", len(s.People), i+1)
				}
			}
			if n := len(w.db.Setup().People); n != 0 {
				w.Errorf("others know %d people before the commit", n)
			}
			return nil
		})
	})
}

func TestADocumentThatCannotBeReadSaysWhich(t *testing.T) {
	onBoth(t, func(w *world) {
		bad := func(kind, name string, doc any) {
			w.Helper()
			err := w.db.Do(w.Context(), func(tx *Tx) error {
				if err := tx.SaveDoc(w.Context(), kind, name, doc); err != nil {
					return err
				}
				_, err := tx.Setup(w.Context())
				return errors.Join(err, errUndo)
			})
			if want := fmt.Sprintf("read %s %s of the setup: ", kind, name); !strings.HasPrefix(err.Error(), want) {
				w.Errorf("it says %v", err)
			}
		}
		bad("gadgets", "x", map[string]any{})
		for _, kind := range []string{KindInstallation, KindPerson, KindTeam, KindSchedule, KindPolicy, KindService, KindSource} {
			bad(kind, "x", map[string]any{"name": 1, "team": 1, "kind": 1, "fallback": 1, "zone": 1})
		}
	})
}

func TestAnotherNodeSeesAChangeWhenItLooks(t *testing.T) {
	w := onPostgres(t)
	second := w.another()
	w.save(person("ana"))
	if n := len(second.Setup().People); n != 0 {
		t.Errorf("it knows %d people before it looks", n)
	}
	err := second.Do(t.Context(), func(tx *Tx) error { // a decision is always by what holds
		if s := must(tx.Setup(t.Context()))(w); len(s.People) != 1 {
			t.Errorf("its transaction knows %v", s.People)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := must(second.FreshSetup(t.Context()))(w); len(s.People) != 1 || second.Setup() != s {
		t.Errorf("it knows %v", s.People)
	}
	if again := must(second.FreshSetup(t.Context()))(w); again != second.Setup() {
		t.Error("it reads it again though nothing has changed")
	}
}

func TestTwoNodesChangeTheSetupOneAfterTheOther(t *testing.T) {
	w := onPostgres(t)
	second, done := w.another(), make(chan error, 1)
	w.do(func(ctx context.Context, tx *Tx) error {
		must(tx.LockSetup(ctx))(w)
		go func() {
			done <- second.Do(ctx, func(tx *Tx) error {
				s, err := tx.LockSetup(ctx)
				if err == nil && len(s.People) != 1 {
					err = fmt.Errorf("it decides by %d people", len(s.People))
				}
				return err
			})
		}()
		w.waits(1)
		return tx.SaveDoc(ctx, KindPerson, "ana", person("ana"))
	})
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestHowAServiceReadsItsSources(t *testing.T) {
	t.Parallel()
	s := NewSetup()
	s.Installation.Severity = map[string]string{"SEV1": "critical", "p1": "error", "odd": "fatal"}
	v := service.Service{Severity: map[string]string{"p1": "warning", " Sev2 ": "error"}, Urgency: service.Urgency{"warning": "high", "info": "soon", "fatal": "low"}}
	tests := map[string]struct {
		word string
		want alert.Severity
	}{
		"the default":                            {"p5", alert.Info},
		"the installation's word":                {"sev1", alert.Critical},
		"the service's beats the installation's": {"P1", alert.Warning},
		"the service's word":                     {"SEV2", alert.Error},
		"a word that means no severity is none":  {"odd", alert.Error},
	}
	for name, test := range tests {
		if got := alert.SeverityOf(s.Words(v), test.word); got != test.want {
			t.Errorf("%s: %s is %s", name, test.word, got)
		}
	}
	want := map[alert.Severity]alert.Urgency{alert.Critical: alert.High, alert.Error: alert.High, alert.Warning: alert.High, alert.Info: alert.None}
	if got := UrgencyOf(v); !maps.Equal(got, want) {
		t.Errorf("urgencies %v", got)
	}
}

func TestWhoseTeamsTheyAre(t *testing.T) {
	t.Parallel()
	s := NewSetup()
	s.Teams["search"] = Team{Team: team.Team{Managers: []id.Person{"ana"}, Members: []id.Person{"ben"}}}
	s.Teams["payments"] = Team{Team: team.Team{Members: []id.Person{"ana", "cy"}}}
	s.Teams["mail"] = Team{Team: team.Team{Managers: []id.Person{"ana"}}}
	for p, want := range map[id.Person][2][]id.Team{
		"ana": {{"mail", "payments", "search"}, {"mail", "search"}}, "ben": {{"search"}, nil}, "cy": {{"payments"}, nil}, "dee": {nil, nil},
	} {
		if of, by := s.TeamsOf(p), s.ManagedBy(p); !slices.Equal(of, want[0]) || !slices.Equal(by, want[1]) {
			t.Errorf("%s is in %v and manages %v", p, of, by)
		}
	}
}

func TestOverridesAreInTheSetupUntilTheyAreEnded(t *testing.T) {
	onBoth(t, func(w *world) {
		w.save(person("ana"), person("ben"), weekly("primary", "ana"))
		var made []schedule.Override
		for _, who := range []id.Person{"ben", "cy"} {
			w.do(func(ctx context.Context, tx *Tx) error {
				o := schedule.Cover(who, "ana", after(-60), after(60))
				o.ID, o.Schedule, o.CreatedAt, o.By = id.Override(tx.NewID(id.PrefixOverride)), "primary", tx.Now, "ana"
				made = append(made, o)
				return tx.AddOverride(ctx, o)
			})
		}
		w.same(map[id.Schedule][]schedule.Override{"primary": made}, w.db.Setup().Overrides)
		version := w.db.Setup().Version
		w.do(func(ctx context.Context, tx *Tx) error { return tx.DeleteOverride(ctx, made[0].ID) })
		w.same(map[id.Schedule][]schedule.Override{"primary": made[1:]}, w.db.Setup().Overrides)
		if v := w.db.Setup().Version; v != version+1 {
			w.Errorf("from version %d to %d", version, v)
		}
		for _, n := range []id.Override{made[0].ID, "override_gone"} {
			err := w.db.Do(w.Context(), func(tx *Tx) error { return tx.DeleteOverride(w.Context(), n) })
			if !fault.Is(err, fault.NotFound) || err.Error() != "there is no override "+string(n) {
				w.Errorf("it says %v", err)
			}
		}
	})
}
