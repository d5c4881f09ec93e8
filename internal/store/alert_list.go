package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// AlertFilter says which alerts to list.
type AlertFilter struct {
	Statuses []alert.Status // none is all
	Service  id.Service     // "" is all
	Text     string         // part of summary, key or service, case aside
	Before   id.Alert       // only those opened before this one; "" starts at the newest
	Limit    int            // at most 500; none is 50
}

// Limits of a list.
const (
	listDefault = 50
	listMost    = 500
)

// scanLimit bounds how many alerts one call reads to find Text; the cursor
// goes on from there.
const scanLimit = 20000

var everyStatus = []alert.Status{alert.Triggered, alert.Acknowledged, alert.Suppressed, alert.Resolved}

// bounded returns the filter with what it leaves open filled in.
func (f AlertFilter) bounded() AlertFilter {
	if len(f.Statuses) == 0 {
		f.Statuses = everyStatus
	}
	f.Statuses = slices.Compact(slices.Sorted(slices.Values(f.Statuses))) // each is read once
	if f.Before == "" {
		f.Before = "b" // sorts behind every alert_…
	}
	if f.Limit < 1 {
		f.Limit = listDefault
	}
	f.Limit = min(f.Limit, listMost)
	return f
}

// Alerts returns alerts, the newest first, and where to go on; next is "" at
// the end. With Text a list may be shorter than Limit though there is more.
func (r reader) Alerts(ctx context.Context, f AlertFilter) (list []alert.Alert, next id.Alert, err error) {
	f = f.bounded()
	n := f.Limit + 1
	if f.Text != "" {
		n = listMost + 1 // few of them may match
	}
	for scanned := 0; scanned < scanLimit; {
		batch, err := r.newest(ctx, f, n)
		if err != nil {
			return nil, "", err
		}
		scanned += len(batch)
		for _, a := range batch {
			if !matches(a, f.Text) {
				continue
			}
			if len(list) == f.Limit {
				return list, list[len(list)-1].ID, nil
			}
			list = append(list, a)
		}
		if len(batch) < n {
			return list, "", nil
		}
		f.Before = batch[len(batch)-1].ID
	}
	return list, f.Before, nil
}

// newest returns up to n alerts, the newest first, whatever their text. One
// that changes its status meanwhile is in it once.
func (r reader) newest(ctx context.Context, f AlertFilter, n int) ([]alert.Alert, error) {
	var rows []db.Alert
	for _, status := range f.Statuses {
		found, err := r.newestOf(ctx, f, status, n)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	slices.SortFunc(rows, func(a, b db.Alert) int { return cmp.Compare(b.ID, a.ID) })
	rows = slices.CompactFunc(rows, func(a, b db.Alert) bool { return a.ID == b.ID })
	return alertsOf(rows[:min(len(rows), n)])
}

func (r reader) newestOf(ctx context.Context, f AlertFilter, status alert.Status, n int) ([]db.Alert, error) {
	if f.Service == "" {
		return r.q.AlertsByStatus(ctx, db.AlertsByStatusParams{Status: string(status), Before: string(f.Before), N: int64(n)})
	}
	return r.q.AlertsByService(ctx, db.AlertsByServiceParams{
		Service: string(f.Service), Status: string(status), Before: string(f.Before), N: int64(n),
	})
}

func matches(a alert.Alert, text string) bool {
	if text == "" {
		return true
	}
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(a.Summary), text) || strings.Contains(strings.ToLower(a.Key), text) ||
		strings.Contains(string(a.Service), text)
}
