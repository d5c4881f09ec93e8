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
	Limit    int            // at most 500
}

// scanLimit bounds how many alerts one call reads to find Text; the cursor
// goes on from there.
const scanLimit = 20000

var everyStatus = []alert.Status{alert.Triggered, alert.Acknowledged, alert.Suppressed, alert.Resolved}

// Alerts returns alerts, the newest first, and where to go on; next is "" at
// the end. With Text a list may be shorter than Limit though there is more.
func (r reader) Alerts(ctx context.Context, f AlertFilter) (list []alert.Alert, next id.Alert, err error) {
	if len(f.Statuses) == 0 {
		f.Statuses = everyStatus
	}
	if f.Before == "" {
		f.Before = "b" // sorts behind every alert_…
	}
	for scanned := 0; scanned < scanLimit; {
		batch, err := r.newest(ctx, f)
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
		if len(batch) <= f.Limit {
			return list, "", nil
		}
		f.Before = batch[len(batch)-1].ID
	}
	return list, f.Before, nil
}

// newest returns up to Limit+1 alerts, the newest first, whatever their text.
func (r reader) newest(ctx context.Context, f AlertFilter) ([]alert.Alert, error) {
	var rows []db.Alert
	for _, status := range f.Statuses {
		found, err := r.newestOf(ctx, f, status)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	slices.SortFunc(rows, func(a, b db.Alert) int { return cmp.Compare(b.ID, a.ID) })
	return alertsOf(rows[:min(len(rows), f.Limit+1)])
}

func (r reader) newestOf(ctx context.Context, f AlertFilter, status alert.Status) ([]db.Alert, error) {
	if f.Service == "" {
		return r.q.AlertsByStatus(ctx, db.AlertsByStatusParams{Status: string(status), Before: string(f.Before), N: int64(f.Limit + 1)})
	}
	return r.q.AlertsByService(ctx, db.AlertsByServiceParams{
		Service: string(f.Service), Status: string(status), Before: string(f.Before), N: int64(f.Limit + 1),
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
