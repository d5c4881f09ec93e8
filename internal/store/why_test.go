package store

import (
	"context"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
)

// opened returns an alert of a key that was opened some minutes after start.
func opened(minutes int, key string, status alert.Status) alert.Alert {
	return alert.Alert{
		ID: id.Alert(id.At(id.PrefixAlert, after(minutes))), Service: "checkout", Key: key, Status: status, OpenedAt: after(minutes),
	}
}

// alertIDs returns the ids of alerts.
func alertIDs(list []alert.Alert) (out []id.Alert) {
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out
}

func TestTheAlertsOfAKeyAreFound(t *testing.T) {
	onBoth(t, func(w *world) {
		first, second, open, other := opened(0, "disk", alert.Resolved), opened(5, "disk", alert.Resolved), opened(10, "disk", alert.Triggered), opened(3, "cpu", alert.Resolved)
		w.add(first, second, open, other)
		disk := AlertKey{"checkout", "disk"}
		tests := map[string]struct {
			before time.Time
			n      int
			want   []id.Alert
		}{
			"all, the newest first":      {after(20), 5, []id.Alert{open.ID, second.ID, first.ID}},
			"as many as are asked for":   {after(20), 1, []id.Alert{open.ID, second.ID}},
			"those of before":            {after(9), 5, []id.Alert{second.ID, first.ID}},
			"opened then is not before":  {after(5), 5, []id.Alert{first.ID}},
			"none that is opened later":  {after(0), 5, nil},
			"the open one is not before": {after(10), 5, []id.Alert{second.ID, first.ID}},
		}
		for name, test := range tests {
			got := alertIDs(must(w.db.AlertsWithKey(w.Context(), disk, test.before, test.n))(w))
			if w.same(test.want, got); w.Failed() {
				w.Fatal(name)
			}
		}
		a, found, err := w.db.Unresolved(w.Context(), disk)
		if a.ID != open.ID || !found || err != nil {
			w.Errorf("unresolved is %s, %t, %v", a.ID, found, err)
		}
		if _, found, err := w.db.Unresolved(w.Context(), AlertKey{"checkout", "cpu"}); found || err != nil {
			w.Errorf("a resolved one is found, %v", err)
		}
	})
}

func TestAlertsAreFoundByWhenTheyWereOpened(t *testing.T) {
	onBoth(t, func(w *world) {
		a, b, c := opened(0, "a", alert.Resolved), opened(5, "b", alert.Triggered), opened(10, "c", alert.Suppressed)
		w.add(a, b, c)
		w.same([]id.Alert{a.ID, b.ID}, alertIDs(must(w.db.AlertsOpenedIn(w.Context(), after(0), after(10), 5))(w)))
		w.same([]id.Alert{b.ID}, alertIDs(must(w.db.AlertsOpenedIn(w.Context(), after(1), after(20), 1))(w)))
	})
}

func TestWhatAPersonWasToldIsFoundByTheirPages(t *testing.T) {
	onBoth(t, func(w *world) {
		page := func(minutes int, p id.Person, n id.Alert) notify.Page {
			return notify.Page{ID: id.Page(id.At(id.PrefixPage, after(minutes))), Alert: n, Person: p, CreatedAt: after(minutes)}
		}
		early, late, later, hers := page(0, "ana", "alert_1"), page(20, "ana", "alert_2"), page(40, "ana", "alert_3"), page(21, "ben", "alert_2")
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.AddPages(ctx, []notify.Page{early, late, later, hers})
		})
		a, update, b, bens := send("send_1", early.ID, 0), send("send_2", "", 1), send("send_3", late.ID, 20), send("send_4", hers.ID, 21)
		b.Alert, bens.Alert, bens.Person = "alert_2", "alert_2", "ben"
		w.sends(a, update, b, bens)
		w.same([]notify.Send{b, update, a}, must(w.db.SendsToPerson(w.Context(), "ana", after(-5), after(30), 9))(w))
		w.same([]notify.Send{b}, must(w.db.SendsToPerson(w.Context(), "ana", after(10), after(30), 9))(w))
		w.same([]notify.Send{b}, must(w.db.SendsToPerson(w.Context(), "ana", after(-5), after(30), 1))(w))
		w.same([]notify.Page{early, late}, must(w.db.PagesAround(w.Context(), "ana", after(10), 1))(w))
		w.same([]notify.Page{early, late, later}, must(w.db.PagesAround(w.Context(), "ana", after(20), 5))(w))
		w.same([]notify.Page{hers}, must(w.db.PagesAround(w.Context(), "ben", after(90), 5))(w))
	})
}

func TestMessagesOfASourceAreFoundByWhenTheyCame(t *testing.T) {
	onBoth(t, func(w *world) {
		var list []id.Message
		for i := range 5 {
			n := id.Message(id.At(id.PrefixMessage, after(i)))
			list = append(list, n)
			other := id.Message(string(n[:len(n)-1]) + "1")
			w.do(func(ctx context.Context, tx *Tx) error {
				return tx.AddMessages(ctx, []Message{{ID: n, Source: "ours"}, {ID: other, Source: "theirs"}})
			})
		}
		w.same(list, must(w.db.MessagesAround(w.Context(), "ours", after(2), time.Hour, 5))(w))
		w.same(list[1:3], must(w.db.MessagesAround(w.Context(), "ours", after(2), time.Hour, 1))(w))
		w.same(list[1:4], must(w.db.MessagesAround(w.Context(), "ours", after(2), 90*time.Second, 5))(w))
		if got := must(w.db.MessagesAround(w.Context(), "nobody", after(2), time.Hour, 5))(w); len(got) > 0 {
			w.Errorf("of nobody: %v", got)
		}
	})
}
