package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"firehall/internal/alert"
	"firehall/internal/id"
)

// many writes 1,200 alerts of three services in all statuses, and returns them
// the newest first.
func (w *world) many() []alert.Alert {
	w.Helper()
	statuses := []alert.Status{alert.Triggered, alert.Resolved, alert.Acknowledged, alert.Resolved, alert.Suppressed}
	var list []alert.Alert
	for i := range 1200 {
		a := problem(id.Alert(fmt.Sprintf("alert_%05d", i*7)), id.Service([]string{"checkout", "search", "mail"}[i%3]), fmt.Sprint("Key-", i))
		a.Status = statuses[i%len(statuses)]
		a.Summary = fmt.Sprint("Problem ", i, " on wéb-", i%10)
		list = append(list, a)
	}
	w.add(list...)
	slices.Reverse(list)
	return list
}

// walk follows the cursor to the end and returns the ids.
func (w *world) walk(f AlertFilter) []id.Alert {
	w.Helper()
	var ids []id.Alert
	for range 5000 {
		list, next, err := w.db.Alerts(w.Context(), f)
		if err != nil {
			w.Fatal(err)
		}
		if len(list) > f.Limit {
			w.Fatalf("%d alerts, at most %d were asked for", len(list), f.Limit)
		}
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		if next == "" {
			return ids
		}
		f.Before = next
	}
	w.Fatal("the cursor never ends")
	return nil
}

func TestTheCursorComesByEachAlertOnceTheNewestFirst(t *testing.T) {
	is := func(statuses ...alert.Status) func(alert.Alert) bool {
		return func(a alert.Alert) bool { return slices.Contains(statuses, a.Status) }
	}
	of := func(service id.Service) func(alert.Alert) bool {
		return func(a alert.Alert) bool { return a.Service == service }
	}
	has := func(text string) func(alert.Alert) bool {
		return func(a alert.Alert) bool { return strings.Contains(strings.ToLower(a.Summary+"\n"+a.Key), text) }
	}
	open := []alert.Status{alert.Triggered, alert.Acknowledged}
	tests := map[string]struct {
		filter AlertFilter
		limits []int
		want   []func(alert.Alert) bool // all of these hold
	}{
		"all":                          {AlertFilter{}, []int{7, 50, 500}, nil},
		"of one status":                {AlertFilter{Statuses: []alert.Status{alert.Acknowledged}}, []int{1, 50}, []func(alert.Alert) bool{is(alert.Acknowledged)}},
		"of two statuses":              {AlertFilter{Statuses: open}, []int{3, 50}, []func(alert.Alert) bool{is(open...)}},
		"of one status named twice":    {AlertFilter{Statuses: []alert.Status{alert.Triggered, alert.Acknowledged, alert.Triggered}}, []int{50}, []func(alert.Alert) bool{is(open...)}},
		"of one service":               {AlertFilter{Service: "search"}, []int{50}, []func(alert.Alert) bool{of("search")}},
		"of one service and status":    {AlertFilter{Service: "search", Statuses: []alert.Status{alert.Resolved}}, []int{50}, []func(alert.Alert) bool{of("search"), is(alert.Resolved)}},
		"of no service":                {AlertFilter{Service: "nowhere"}, []int{50}, []func(alert.Alert) bool{of("nowhere")}},
		"with a text":                  {AlertFilter{Text: "problem 11"}, []int{10, 50}, []func(alert.Alert) bool{has("problem 11")}},
		"with a text in another case":  {AlertFilter{Text: "WÉB-3"}, []int{50}, []func(alert.Alert) bool{has("wéb-3")}},
		"with a text of the key":       {AlertFilter{Text: "key-77"}, []int{50}, []func(alert.Alert) bool{has("key-77")}},
		"with a text of the service":   {AlertFilter{Text: "CheckOut"}, []int{50}, []func(alert.Alert) bool{of("checkout")}},
		"with a text that nobody has":  {AlertFilter{Text: "zebra"}, []int{1, 50}, []func(alert.Alert) bool{has("zebra")}},
		"with a text like a pattern":   {AlertFilter{Text: "problem %"}, []int{50}, []func(alert.Alert) bool{has("problem %")}},
		"with a text, of one service":  {AlertFilter{Text: "wéb-3", Service: "mail", Statuses: open}, []int{2}, []func(alert.Alert) bool{has("wéb-3"), of("mail"), is(open...)}},
		"before one in the middle":     {AlertFilter{Before: "alert_04200"}, []int{50}, []func(alert.Alert) bool{func(a alert.Alert) bool { return a.ID < "alert_04200" }}},
		"before one that is not there": {AlertFilter{Before: "alert_04201"}, []int{50}, []func(alert.Alert) bool{func(a alert.Alert) bool { return a.ID < "alert_04201" }}},
		"before the oldest":            {AlertFilter{Before: "alert_00000"}, []int{50}, []func(alert.Alert) bool{func(alert.Alert) bool { return false }}},
	}
	onBoth(t, func(w *world) {
		all := w.many()
		for name, test := range tests {
			var want []id.Alert
			for _, a := range all {
				if !slices.ContainsFunc(test.want, func(holds func(alert.Alert) bool) bool { return !holds(a) }) {
					want = append(want, a.ID)
				}
			}
			for _, limit := range test.limits {
				test.filter.Limit = limit
				if got := w.walk(test.filter); !slices.Equal(got, want) {
					w.Errorf("%s, %d at a time: %d alerts, expected %d", name, limit, len(got), len(want))
				}
			}
		}
	})
}

func TestAPageThatEndsWithTheLastAlertHasNoNext(t *testing.T) {
	onBoth(t, func(w *world) {
		for i := range 10 {
			w.add(problem(id.Alert(fmt.Sprint("alert_", i)), "s", fmt.Sprint(i)))
		}
		for limit, more := range map[int]bool{9: true, 10: false, 11: false, 500: false} {
			for _, text := range []string{"", "summary"} {
				list, next, err := w.db.Alerts(w.Context(), AlertFilter{Limit: limit, Text: text})
				if err != nil || len(list) != min(limit, 10) || (next != "") != more {
					w.Errorf("%d at a time, with %q: %d alerts, next %q, %v", limit, text, len(list), next, err)
				}
			}
		}
	})
}

func TestAListIsNeverLongerThanAllowedNorEmptyForWantOfALimit(t *testing.T) {
	onBoth(t, func(w *world) {
		w.many()
		for limit, want := range map[int]int{-1: 50, 0: 50, 500: 500, 501: 500, 1 << 40: 500} {
			list, next, err := w.db.Alerts(w.Context(), AlertFilter{Limit: limit})
			if err != nil || len(list) != want || next == "" {
				w.Errorf("with a limit of %d: %d alerts, next %q, %v", limit, len(list), next, err)
			}
		}
	})
}

func TestAListOfNothingIsEmpty(t *testing.T) {
	onBoth(t, func(w *world) {
		list, next, err := w.db.Alerts(w.Context(), AlertFilter{Limit: 50, Text: "x"})
		if len(list) != 0 || next != "" || err != nil {
			w.Errorf("%v, %q, %v", list, next, err)
		}
	})
}
