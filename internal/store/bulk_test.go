package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/timeline"
)

// problem returns an alert of a service, triggered and due in five minutes.
func problem(n id.Alert, service id.Service, key string) alert.Alert {
	return alert.Alert{
		ID: n, Service: service, Key: key, Summary: "summary of " + key, Severity: alert.Critical, Urgency: alert.High,
		Status: alert.Triggered, Signals: 1, OpenedAt: start, ChangedAt: start, Last: -1, NextAt: after(5),
	}
}

func TestAnyNumberOfRowsIsWrittenOnceAndInOrder(t *testing.T) {
	var sizes []int
	for n := 1; n <= 300; n++ { // every one up to two full statements and a rest, then some
		if n <= 130 || n%17 == 0 || n == 300 {
			sizes = append(sizes, n)
		}
	}
	name := func(n int) id.Alert { return id.Alert(fmt.Sprintf("alert_%03d", n)) }
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			for _, n := range sizes {
				entries, timers := make([]timeline.Entry, n), make([]Timer, n)
				for i := range n {
					entries[i] = timeline.Entry{Alert: name(n), Kind: timeline.Noted, Step: i}
					timers[i] = Timer{Kind: "k", Ref: fmt.Sprint(n, "-", i), Lane: id.Team(name(n)), DueAt: start}
				}
				if err := errors.Join(tx.Record(ctx, entries...), tx.SetTimers(ctx, timers...), tx.flush(ctx)); err != nil {
					return err
				}
				if got := must(tx.ClaimTimers(ctx, id.Team(name(n)), 1000))(w); len(got) != n {
					w.Errorf("of %d timers there are %d", n, len(got))
				}
			}
			return nil
		})
		for _, n := range sizes {
			list := must(w.db.Timeline(w.Context(), name(n), "", 1000))(w)
			if len(list) != n {
				w.Errorf("of %d entries there are %d", n, len(list))
			}
			for i, e := range list {
				if e.Step != i {
					w.Fatalf("of %d entries number %d is %d", n, i, e.Step)
				}
			}
		}
	})
}

// Every table that is written in bulk holds what was written, to the last
// column and the last row.
func TestEveryBulkTableHoldsWhatWasWritten(t *testing.T) {
	const n = 205
	onBoth(t, func(w *world) {
		var alerts []alert.Alert
		var members []alert.Member
		var pages []notify.Page
		var sends []notify.Send
		var messages []Message
		for i := range n {
			alerts = append(alerts, fullAlert(i))
			members = append(members, alert.Member{
				Key: fmt.Sprintf("m%03d", i), Firing: i%2 == 0, Summary: "s", Severity: "error", StartsAt: after(i), EndsAt: after(i + 1),
				Details: map[string]string{"a": "b"}, Links: []alert.Link{{Href: "https://x.example", Text: "x", Kind: "runbook"}},
			})
			pages = append(pages, fullPage(i))
			sends = append(sends, fullSend(i))
			messages = append(messages, Message{ID: id.Message(fmt.Sprintf("message_%03d", i)), Source: "s", Kind: "generic", Size: 9000, Body: []byte(fmt.Sprint("body ", i))})
		}
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.AddAlerts(ctx, alerts); err != nil {
				return err
			}
			if err := tx.SaveMembers(ctx, "alert_g", members); err != nil {
				return err
			}
			if err := tx.AddPages(ctx, pages); err != nil {
				return err
			}
			if err := tx.AddSends(ctx, sends); err != nil {
				return err
			}
			return tx.AddMessages(ctx, messages)
		})
		ctx := w.Context()
		w.same(members, must(w.db.Members(ctx, "alert_g"))(w))
		w.same(pages, must(w.db.PagesOf(ctx, "alert_p"))(w))
		w.same(sends, must(w.db.SendsOf(ctx, "alert_s"))(w))
		for i := range n {
			w.same(alerts[i], must(w.db.Alert(ctx, alerts[i].ID))(w))
			w.same(messages[i], must(w.db.Message(ctx, messages[i].ID))(w))
		}
	})
}

// same fails unless got is want.
func (w *world) same(want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("it differs (-want +got):\n%s", diff)
	}
}

func TestAMemberIsReplaced(t *testing.T) {
	onBoth(t, func(w *world) {
		m := alert.Member{Key: "a", Firing: true, Summary: "first", Severity: "error", StartsAt: start}
		over := m
		over.Firing, over.Summary, over.Severity, over.StartsAt, over.EndsAt = false, "second", "info", after(1), after(2)
		other := m
		other.Key = "b"
		save := func(list ...alert.Member) {
			w.Helper()
			w.do(func(ctx context.Context, tx *Tx) error { return tx.SaveMembers(ctx, "alert_a", list) })
		}
		save(m, other)
		save(over)
		w.same([]alert.Member{over, other}, must(w.db.Members(w.Context(), "alert_a"))(w))
		all, firing, err := w.db.CountMembers(w.Context(), "alert_a")
		if err != nil || all != 2 || firing != 1 {
			w.Errorf("%d members, %d fire, %v", all, firing, err)
		}
		save(over, other, m) // of two in one call the last counts
		w.same([]alert.Member{m, other}, must(w.db.Members(w.Context(), "alert_a"))(w))
		if list := must(w.db.Members(w.Context(), "alert_b"))(w); len(list) > 0 {
			w.Errorf("another alert has %v", list)
		}
	})
}

func TestAKeyBelongsToOneUnresolvedAlertOfAService(t *testing.T) {
	onBoth(t, func(w *world) {
		add := func(list ...alert.Alert) error {
			return w.db.Do(w.Context(), func(tx *Tx) error { return tx.AddAlerts(w.Context(), list) })
		}
		a := problem("alert_1", "checkout", "disk")
		if err := add(a, problem("alert_2", "search", "disk"), problem("alert_3", "checkout", "cpu")); err != nil {
			w.Fatal(err)
		}
		err := add(problem("alert_4", "checkout", "new"), problem("alert_5", "checkout", "disk"))
		if err == nil || !strings.Contains(err.Error(), "insert into alerts: ") {
			w.Errorf("a second one with the key: %v", err)
		}
		if _, err := w.db.Alert(w.Context(), "alert_4"); err == nil {
			w.Error("half of what failed was kept")
		}
		a.Status, a.ResolvedAt = alert.Resolved, after(1)
		w.do(func(ctx context.Context, tx *Tx) error { return tx.SaveAlert(ctx, a) })
		if err := add(problem("alert_6", "checkout", "disk")); err != nil {
			w.Errorf("after the resolve: %v", err)
		}
	})
}

func TestUnresolvedAlertsAreFoundByTheirKeys(t *testing.T) {
	onBoth(t, func(w *world) {
		var all []AlertKey
		var list []alert.Alert
		for i := range 300 {
			key := AlertKey{id.Service(fmt.Sprint("s", i%7)), fmt.Sprint("key ", i)}
			all = append(all, key)
			a := problem(id.Alert(fmt.Sprintf("alert_%03d", i)), key.Service, key.Key)
			if i%3 == 0 {
				a.Status = alert.Resolved
			}
			list = append(list, a)
		}
		w.do(func(ctx context.Context, tx *Tx) error { return tx.AddAlerts(ctx, list) })
		for _, n := range []int{0, 1, 2, 64, 65, 300} {
			w.do(func(ctx context.Context, tx *Tx) error {
				keys := slices.Clone(all[:n])
				slices.Reverse(keys)
				keys = append(append(keys, keys...), AlertKey{"s0", "unknown"}, AlertKey{"unknown", "key 1"})
				found := must(tx.LockUnresolved(ctx, keys))(w)
				want := 0
				for i, key := range all[:n] {
					if i%3 == 0 {
						continue
					}
					want++
					w.same(list[i], found[key])
				}
				if len(found) != want {
					w.Errorf("of %d keys %d are found, not %d", n, len(found), want)
				}
				return nil
			})
		}
	})
}

func TestAKeyIsExactlyItsBytes(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.AddAlerts(ctx, []alert.Alert{
				problem("alert_1", "s", "disk"), problem("alert_2", "s", "Disk"), problem("alert_3", "s", " disk"), problem("alert_4", "s", "dısk"),
				problem("alert_5", "s", "é"), problem("alert_6", "s", "e\u0301"), problem("alert_7", "s", "%_'\\\""), problem("alert_8", "s", ""),
			})
		})
		w.do(func(ctx context.Context, tx *Tx) error {
			for key, want := range map[string]id.Alert{"disk": "alert_1", "Disk": "alert_2", " disk": "alert_3", "é": "alert_5", "e\u0301": "alert_6", "%_'\\\"": "alert_7", "": "alert_8"} {
				keys := []AlertKey{{"s", key}, {"s", "none such"}}
				if found := must(tx.LockUnresolved(ctx, keys))(w); len(found) != 1 || found[keys[0]].ID != want {
					w.Errorf("%q finds %v", key, found)
				}
			}
			return nil
		})
	})
}
