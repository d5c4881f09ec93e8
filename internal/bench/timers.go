package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/engine"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/secret"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	dteam "firehall/internal/team"
)

// clockwork is an engine without a server whose sends end at once.
type clockwork struct {
	db     *store.DB
	act    *action.Actions
	mu     sync.Mutex
	pages  map[id.Team][]time.Time // when pages went out, by the team in the alert
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Send takes every page at once.
func (c *clockwork) Send(_ context.Context, _ channel.Contact, n channel.Notice) channel.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[n.Alert.Team] = append(c.pages[n.Alert.Team], time.Now())
	return channel.Outcome{Status: channel.Accepted}
}

type nothing struct{}

func (nothing) Message(string, string)           {}
func (nothing) Signals(string, int)              {}
func (nothing) Paged(string, int)                {}
func (nothing) Sent(string, string, string)      {}
func (nothing) TimeToPage(string, time.Duration) {}

func newClockwork(ctx context.Context, at *place) (*clockwork, error) {
	db, err := at.open(ctx)
	if err != nil {
		return nil, err
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	c := &clockwork{db: db, act: action.New(db, box, log, nothing{}), pages: map[id.Team][]time.Time{}}
	e := engine.New(engine.Options{Act: c.act, Sender: c, PublicURL: "http://bench", Log: log})
	ctx, c.cancel = context.WithCancel(ctx)
	c.done.Go(func() { e.Run(ctx) })
	return c, c.setup(ctx)
}

func (c *clockwork) setup(ctx context.Context) error {
	return c.db.Do(ctx, func(tx *store.Tx) error {
		reach := notify.Reach{Contacts: map[string]notify.Contact{"hook": {Kind: "webhook", To: "http://127.0.0.1/"}}}
		if err := tx.SaveDoc(ctx, store.KindPerson, "ana", store.Person{Person: dteam.Person{FullName: "Ana"}, Reach: reach}); err != nil {
			return err
		}
		p := escalation.Policy{Name: "p", Steps: []escalation.Step{{Page: []escalation.Target{"person:ana"}, Wait: span.Duration(time.Hour)}}}
		version, err := tx.AddPolicyVersion(ctx, p)
		if err != nil {
			return err
		}
		if err := tx.SaveDoc(ctx, store.KindPolicy, "p", store.Policy{Policy: p, Version: version}); err != nil {
			return err
		}
		for _, t := range []string{"storm", "calm"} {
			if err := tx.SaveDoc(ctx, store.KindService, t, service.Service{Team: id.Team(t), Policy: "p"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *clockwork) close() {
	c.cancel()
	c.done.Wait()
	c.act.Close()
	_ = c.db.Close()
}

// plan stores alerts of a team whose next step is due at a time.
func (c *clockwork) plan(ctx context.Context, team string, count int, due time.Time) error {
	for count > 0 {
		n := min(count, 1000)
		count -= n
		err := c.db.Do(ctx, func(tx *store.Tx) error {
			version := c.db.Setup().Policies["p"].Version
			alerts, timers := make([]alert.Alert, n), make([]store.Timer, n)
			for i := range alerts {
				a := alert.Alert{
					ID: id.Alert(tx.NewID(id.PrefixAlert)), Service: id.Service(team), Summary: "late", Severity: alert.Critical, Urgency: alert.High,
					Status: alert.Triggered, Signals: 1, Policy: version, OpenedAt: tx.Now, ChangedAt: tx.Now, Last: -1, NextAt: due,
				}
				a.Key = string(a.ID)
				alerts[i] = a
				timers[i] = store.Timer{Kind: action.TimerEscalate, Ref: string(a.ID), Lane: id.Team(team), DueAt: due}
			}
			if err := tx.AddAlerts(ctx, alerts); err != nil {
				return err
			}
			return tx.SetTimers(ctx, timers...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *clockwork) paged(t id.Team) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.pages[t])
}

func measureTimers(ctx context.Context, p plan, kind string) ([]row, error) {
	storm, err := measureStorm(ctx, p, kind)
	if err != nil {
		return nil, err
	}
	idle, err := measureIdle(ctx, p, kind)
	return append(storm, idle...), err
}

func measureStorm(ctx context.Context, p plan, kind string) ([]row, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	c, err := newClockwork(ctx, at)
	if err != nil {
		return nil, err
	}
	defer c.close()
	const timers = 10_000
	due := time.Now().Add(10 * time.Second)
	if err := c.plan(ctx, "storm", timers, due); err != nil {
		return nil, err
	}
	var calm []time.Time
	for i := range 10 {
		at := due.Add(time.Duration(i) * 300 * time.Millisecond)
		calm = append(calm, at)
		if err := c.plan(ctx, "calm", 1, at); err != nil {
			return nil, err
		}
	}
	for len(c.paged("storm")) < timers && time.Since(due) < time.Minute {
		time.Sleep(5 * time.Millisecond)
	}
	took, got := time.Since(due), c.paged("calm")
	worst := time.Duration(0)
	for i := range got {
		worst = max(worst, got[i].Sub(calm[i]))
	}
	return []row{
		figure("10,000 timers due at once: all paged after", took.Round(10*time.Millisecond).String(), "≤ 10 s"),
		figure("meanwhile another team's timers: the latest page of 10", short(worst), "≤ 100 ms"),
	}, nil
}

func measureIdle(ctx context.Context, p plan, kind string) ([]row, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	c, err := newClockwork(ctx, at)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if err := c.plan(ctx, "storm", 100_000, time.Now().Add(24*time.Hour)); err != nil {
		return nil, err
	}
	var due []time.Time
	start := time.Now().Add(time.Second)
	for i := range 200 {
		at := start.Add(time.Duration(i) * 37 * time.Millisecond)
		due = append(due, at)
		if err := c.plan(ctx, "calm", 1, at); err != nil {
			return nil, err
		}
	}
	for time.Since(due[len(due)-1]) < time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	var late []time.Duration
	for i, got := range c.paged("calm") {
		late = append(late, got.Sub(due[i]))
	}
	slices.Sort(late)
	return []row{figure(
		"timers fire after they are due, 100,000 pending (p50 / p99)",
		fmt.Sprintf("%s / %s (%d timers)", short(quantile(late, 0.5)), short(quantile(late, 0.99)), len(late)), "p99 ≤ 20 ms",
	)}, nil
}
