package store

import (
	"context"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
)

// add writes alerts.
func (w *world) add(list ...alert.Alert) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error { return tx.AddAlerts(ctx, list) })
}

func TestAnAlertIsSavedWhole(t *testing.T) {
	onBoth(t, func(w *world) {
		a, b := fullAlert(1), fullAlert(2)
		w.add(a, b)
		changed := fullAlert(100)
		changed.ID, changed.Service, changed.Source, changed.Key = a.ID, a.Service, a.Source, a.Key // these never change
		changed.Policy, changed.OpenedAt = a.Policy, a.OpenedAt
		changed.Summary, changed.Status, changed.Details, changed.Links = "other", alert.Resolved, nil, nil
		w.do(func(ctx context.Context, tx *Tx) error { return tx.SaveAlert(ctx, changed) })
		w.same(changed, must(w.db.Alert(w.Context(), a.ID))(w))
		w.same(b, must(w.db.Alert(w.Context(), b.ID))(w))
		w.do(func(ctx context.Context, tx *Tx) error {
			w.same(changed, must(tx.LockAlert(ctx, a.ID))(w))
			return nil
		})
	})
}

func TestAnEmptyAlertIsReadBackEmpty(t *testing.T) {
	onBoth(t, func(w *world) {
		w.add(alert.Alert{ID: "alert_1"})
		w.same(alert.Alert{ID: "alert_1"}, must(w.db.Alert(w.Context(), "alert_1"))(w))
	})
}

func TestAnInstantIsKeptToTheMicrosecond(t *testing.T) {
	onBoth(t, func(w *world) {
		a := problem("alert_1", "s", "k")
		a.OpenedAt = time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
		a.NextAt = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("west", -7200))
		w.add(a)
		got := must(w.db.Alert(w.Context(), "alert_1"))(w)
		if !got.OpenedAt.Equal(a.OpenedAt) || !got.NextAt.Equal(a.NextAt.Truncate(time.Microsecond)) || got.NextAt.Location() != time.UTC {
			w.Errorf("opened at %s, next at %s", got.OpenedAt, got.NextAt)
		}
	})
}

func TestAnAlertThatIsNotThere(t *testing.T) {
	onBoth(t, func(w *world) {
		expect := func(err error) {
			w.Helper()
			if !fault.Is(err, fault.NotFound) || err.Error() != "there is no alert alert_gone" {
				w.Errorf("it says %v", err)
			}
		}
		_, err := w.db.Alert(w.Context(), "alert_gone")
		expect(err)
		_, err = w.db.Standing(w.Context(), "alert_gone")
		expect(err)
		err = w.db.Do(w.Context(), func(tx *Tx) error {
			_, err := tx.LockAlert(w.Context(), "alert_gone")
			return err
		})
		expect(err)
	})
}

func TestAFoldIsCountedWithoutTouchingTheRest(t *testing.T) {
	onBoth(t, func(w *world) {
		a := fullAlert(1)
		w.add(a, fullAlert(2))
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.CountSignals(ctx, a.ID, 5); err != nil {
				return err
			}
			return tx.CountSignals(ctx, a.ID, 1)
		})
		a.Signals += 6
		w.same(a, must(w.db.Alert(w.Context(), a.ID))(w))
		w.same(fullAlert(2), must(w.db.Alert(w.Context(), fullAlert(2).ID))(w))
	})
}

func TestWhatASendMustKnowOfItsAlert(t *testing.T) {
	onBoth(t, func(w *world) {
		a := fullAlert(1)
		w.add(a)
		w.same(Standing{Service: a.Service, Status: a.Status, Owner: a.Owner, Answered: a.Answered, NudgedAt: a.NudgedAt}, must(w.db.Standing(w.Context(), a.ID))(w))
	})
}

func TestWhatWasMergedIntoAnAlertIsFoundUntilItIsOver(t *testing.T) {
	onBoth(t, func(w *world) {
		under := func(n id.Alert, into id.Alert, status alert.Status) alert.Alert {
			a := problem(n, "s", string(n))
			a.MergedInto, a.Status = into, status
			return a
		}
		w.add(problem("alert_a", "s", "a"), under("alert_d", "alert_a", alert.Suppressed), under("alert_b", "alert_a", alert.Suppressed),
			under("alert_c", "alert_a", alert.Resolved), under("alert_e", "alert_z", alert.Suppressed))
		w.do(func(ctx context.Context, tx *Tx) error {
			list := must(tx.MergedAlerts(ctx, "alert_a"))(w)
			if len(list) != 2 || list[0].ID != "alert_b" || list[1].ID != "alert_d" {
				w.Errorf("found %v", list)
			}
			if list := must(tx.MergedAlerts(ctx, "alert_b"))(w); len(list) != 0 {
				w.Errorf("under alert_b: %v", list)
			}
			return nil
		})
	})
}

func TestAHushIsKeptReplacedAndForgotten(t *testing.T) {
	onBoth(t, func(w *world) {
		h := alert.Hush{
			Service: "s", Key: "k", Alert: "alert_1", Until: after(60), Severity: alert.Error,
			Starts: map[string]time.Time{"a": start, "b": after(1)},
		}
		other := h
		other.Key, other.Alert, other.Starts = "l", "alert_2", nil
		save := func(list ...alert.Hush) {
			w.Helper()
			w.do(func(ctx context.Context, tx *Tx) error {
				for _, h := range list {
					if err := tx.SaveHush(ctx, h); err != nil {
						return err
					}
				}
				return nil
			})
		}
		expect := func(key string, want alert.Hush, found bool) {
			w.Helper()
			got, ok, err := w.db.Hush(w.Context(), "s", key)
			if err != nil || ok != found {
				w.Errorf("found %v, %v", ok, err)
			}
			w.same(want, got)
		}
		expect("k", alert.Hush{}, false)
		save(h, other)
		expect("k", h, true)
		expect("l", other, true)
		h.Alert, h.Until, h.Severity, h.Starts = "alert_3", after(90), alert.Critical, map[string]time.Time{"c": start}
		save(h)
		expect("k", h, true)
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.DeleteHush(ctx, "s", "none"); err != nil {
				return err
			}
			return tx.DeleteHush(ctx, "s", "k")
		})
		expect("k", alert.Hush{}, false)
		expect("l", other, true)
	})
}

func TestHowManyAlertsStandWhere(t *testing.T) {
	onBoth(t, func(w *world) {
		w.same(map[alert.Status]int{}, must(w.db.OpenCounts(w.Context()))(w))
		i := 0
		for status, n := range map[alert.Status]int{alert.Triggered: 3, alert.Acknowledged: 2, alert.Suppressed: 1, alert.Resolved: 5} {
			for range n {
				i++
				a := problem(id.Alert(string(rune('a'+i))), "s", string(rune('a'+i)))
				a.Status = status
				w.add(a)
			}
		}
		w.same(map[alert.Status]int{alert.Triggered: 3, alert.Acknowledged: 2, alert.Suppressed: 1}, must(w.db.OpenCounts(w.Context()))(w))
	})
}

func TestWhatSomethingShouldHaveLookedAt(t *testing.T) {
	onBoth(t, func(w *world) {
		stuck := map[id.Alert]alert.Alert{}
		make := func(n id.Alert, change func(*alert.Alert)) {
			a := problem(n, "s", string(n))
			change(&a)
			stuck[n] = a
		}
		make("alert_triggered_late", func(a *alert.Alert) { a.NextAt = after(-3) })
		make("alert_triggered_never", func(a *alert.Alert) { a.NextAt = time.Time{} })
		make("alert_triggered_then", func(a *alert.Alert) { a.NextAt = after(-2) }) // not before
		make("alert_low_late", func(a *alert.Alert) { a.Urgency, a.NextAt = alert.Low, after(-3) })
		make("alert_tells_nobody", func(a *alert.Alert) { a.Urgency, a.NextAt = alert.None, time.Time{} })
		make("alert_held_late", func(a *alert.Alert) { a.Status, a.NextAt, a.HoldUntil = alert.Acknowledged, time.Time{}, after(-3) })
		make("alert_held_then", func(a *alert.Alert) { a.Status, a.NextAt, a.HoldUntil = alert.Acknowledged, time.Time{}, after(-2) })
		make("alert_held_forever", func(a *alert.Alert) { a.Status, a.NextAt = alert.Acknowledged, time.Time{} })
		make("alert_merged", func(a *alert.Alert) { a.Status, a.NextAt = alert.Suppressed, time.Time{} })
		make("alert_over", func(a *alert.Alert) { a.Status, a.NextAt, a.HoldUntil = alert.Resolved, after(-3), after(-3) })
		for _, a := range stuck {
			w.add(a)
		}
		triggered, held, err := w.db.StuckAlerts(w.Context(), after(-2))
		if err != nil {
			w.Fatal(err)
		}
		w.same([]id.Alert{"alert_low_late", "alert_triggered_late", "alert_triggered_never"}, triggered)
		w.same([]id.Alert{"alert_held_late"}, held)
	})
}
