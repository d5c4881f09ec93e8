package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/timeline"
)

func TestATimelineIsReadFromEitherEnd(t *testing.T) {
	full := timeline.Entry{
		Alert: "alert_1", Kind: timeline.Attempt, By: "ana", Source: "s", Person: "ben", Contact: "hook", Channel: "webhook",
		Page: "page_1", Send: "send_1", Message: "message_1", Step: 2, Try: 3, Until: after(9), Reason: "why — “so”", Text: "words <b>",
	}
	onBoth(t, func(w *world) {
		for i := range 25 { // one transaction each, then one of many; every other for another alert
			w.clock.set(after(i))
			w.do(func(ctx context.Context, tx *Tx) error {
				other := timeline.Entry{Alert: "alert_2", Kind: timeline.Noted}
				return tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted, Step: i}, other)
			})
		}
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.Record(ctx, full, timeline.Entry{Alert: "alert_1", Kind: timeline.Resolved})
		})
		all := must(w.db.Timeline(w.Context(), "alert_1", "", 1000))(w)
		if len(all) != 27 {
			w.Fatalf("%d entries", len(all))
		}
		for i, e := range all[:25] {
			if e.Step != i || !e.At.Equal(after(i)) || e.Kind != timeline.Noted || e.Alert != "alert_1" || !strings.HasPrefix(string(e.ID), id.PrefixEntry) {
				w.Errorf("number %d: %+v", i, e)
			}
		}
		full.ID, full.At = all[25].ID, after(24)
		w.same(full, all[25])
		var walked []timeline.Entry
		for last := id.Entry(""); ; last = walked[len(walked)-1].ID {
			page := must(w.db.Timeline(w.Context(), "alert_1", last, 10))(w)
			walked = append(walked, page...)
			if len(page) < 10 {
				break
			}
		}
		w.same(all, walked)
		newest := must(w.db.LastEntries(w.Context(), "alert_1", 3))(w)
		slices.Reverse(newest)
		w.same(all[24:], newest)
		if list := must(w.db.Timeline(w.Context(), "alert_gone", "", 10))(w); len(list) != 0 {
			w.Errorf("of no alert: %v", list)
		}
	})
}

func TestTheAuditLogIsReadTheNewestFirst(t *testing.T) {
	onBoth(t, func(w *world) {
		if list := must(w.db.AuditLog(w.Context(), "", 10))(w); len(list) != 0 {
			w.Errorf("at first: %v", list)
		}
		for i := range 25 {
			w.clock.set(after(i))
			w.do(func(ctx context.Context, tx *Tx) error {
				return tx.Audit(ctx, Deed{Actor: "ana", Action: "apply", Target: fmt.Sprint("thing ", i), Doc: map[string]any{"n": float64(i)}})
			})
		}
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.Audit(ctx, Deed{Actor: "ben", Action: "token.create"})
		})
		first := must(w.db.AuditLog(w.Context(), "", 1))(w)
		w.same([]Deed{{ID: first[0].ID, At: after(24), Actor: "ben", Action: "token.create", Doc: map[string]any{}}}, first)
		var walked []Deed
		for before := first[0].ID; ; before = walked[len(walked)-1].ID {
			page := must(w.db.AuditLog(w.Context(), before, 10))(w)
			walked = append(walked, page...)
			if len(page) < 10 {
				break
			}
		}
		if len(walked) != 25 {
			w.Fatalf("%d lines", len(walked))
		}
		for i, d := range walked {
			n := 24 - i
			w.same(Deed{ID: d.ID, At: after(n), Actor: "ana", Action: "apply", Target: fmt.Sprint("thing ", n), Doc: map[string]any{"n": float64(n)}}, d)
		}
	})
}

func TestWhatWasUndoneIsInNoRecord(t *testing.T) {
	onBoth(t, func(w *world) {
		w.undone(func(ctx context.Context, tx *Tx) error {
			if err := tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted}); err != nil {
				return err
			}
			return tx.Audit(ctx, Deed{Actor: "ana"})
		})
		entries, deeds := must(w.db.Timeline(w.Context(), "alert_1", "", 9))(w), must(w.db.AuditLog(w.Context(), "", 9))(w)
		if len(entries)+len(deeds) != 0 {
			w.Errorf("%v, %v", entries, deeds)
		}
	})
}

func TestAFactIsKeptOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		keep := func(value, want string) {
			w.Helper()
			w.do(func(ctx context.Context, tx *Tx) error {
				if got := must(tx.AddFact(ctx, FactKeyCheck, value))(w); got != want {
					w.Errorf("%q is kept, not %q", got, want)
				}
				return nil
			})
		}
		if got := must(w.db.Fact(w.Context(), FactKeyCheck))(w); got != "" {
			w.Errorf("at first it is %q", got)
		}
		keep("first", "first")
		keep("second", "first")
		if got := must(w.db.Fact(w.Context(), FactKeyCheck))(w); got != "first" {
			w.Errorf("it is %q", got)
		}
	})
}

// A damaged document names its row.
func TestADamagedDocumentSaysWhereItIs(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.insert(ctx, entryTable, [][]any{{"alert_1", "entry_1", int64(1), "noted", []byte(`{"step":"x"}`)}}); err != nil {
				return err
			}
			if err := tx.insert(ctx, memberTable, [][]any{{"alert_1", "m", true, "", int64(1), []byte(`{"key":1}`)}}); err != nil {
				return err
			}
			if err := tx.AddAlerts(ctx, []alert.Alert{problem("alert_1", "s", "k")}); err != nil {
				return err
			}
			_, err := tx.on.ExecContext(ctx, `UPDATE alerts SET doc = '{"details":1}'`)
			return err
		})
		reads := map[string]func(context.Context) error{
			"read entry entry_1: ":       func(ctx context.Context) error { _, err := w.db.Timeline(ctx, "alert_1", "", 9); return err },
			"read member m of alert_1: ": func(ctx context.Context) error { _, err := w.db.Members(ctx, "alert_1"); return err },
			"read alert alert_1: ":       func(ctx context.Context) error { _, err := w.db.Alert(ctx, "alert_1"); return err },
			"read alert alert_1: json: ": func(ctx context.Context) error { _, _, err := w.db.Alerts(ctx, AlertFilter{}); return err },
		}
		for want, read := range reads {
			if err := read(w.Context()); err == nil || !strings.HasPrefix(err.Error(), want) {
				w.Errorf("%q is not what it says: %v", want, err)
			}
		}
	})
}
