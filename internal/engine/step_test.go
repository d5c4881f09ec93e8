package engine

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/pgtest"
	"firehall/internal/store"
)

// An alert that cannot be read keeps only itself waiting, also where the
// alerts of a batch are read together.
func TestAnAlertThatCannotBeReadKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	url := pgtest.URL(t)
	e := engineOn(t, store.Config{URL: url, Now: func() time.Time { return noon }})
	alerts := []alert.Alert{{ID: "alert_bad"}, {ID: "alert_good"}}
	err := e.Act.DB.Do(t.Context(), func(tx *store.Tx) error {
		for i := range alerts {
			a := &alerts[i]
			a.Service, a.Key, a.Severity, a.Urgency, a.Status, a.Signals = "s", string(a.ID), alert.Critical, alert.High, alert.Triggered, 1
			a.OpenedAt, a.ChangedAt, a.NextAt, a.Last = noon, noon, noon, -1
			if err := tx.SetTimers(t.Context(), store.Timer{Kind: action.TimerEscalate, Ref: string(a.ID), Lane: "t", DueAt: noon}); err != nil {
				return err
			}
		}
		return tx.AddAlerts(t.Context(), alerts)
	})
	if err != nil {
		t.Fatal(err)
	}
	breakAlert(t, url, "alert_bad")
	if _, err := e.Settle(context.Background()); err != nil {
		t.Fatalf("it stops everybody: %v", err)
	}
	good, err := e.Act.DB.Alert(t.Context(), "alert_good")
	if err != nil || !good.NextAt.After(noon) {
		t.Errorf("the other alert was not looked at: next at %s, %v", good.NextAt, err)
	}
	if n, due, err := e.Act.DB.TimersPending(t.Context()); err != nil || n != 2 || !due.After(noon) {
		t.Errorf("%d timers are left, the first due at %s: %v", n, due, err)
	}
}

// breakAlert makes the row of an alert one that cannot be read.
func breakAlert(t *testing.T, url string, n id.Alert) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `UPDATE alerts SET doc = '{"starts_at": 5}' WHERE id = $1`, string(n)); err != nil {
		t.Fatal(err)
	}
}
