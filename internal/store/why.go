package store

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store/db"
)

// keyScan bounds how many resolved alerts of a service are read to find one of
// a key.
const keyScan = 20000

// Unresolved returns the alert that a signal of a key folds into; found is
// false when there is none.
func (r reader) Unresolved(ctx context.Context, k AlertKey) (a alert.Alert, found bool, err error) {
	row, err := r.q.Unresolved(ctx, db.UnresolvedParams{Service: string(k.Service), Key: k.Key})
	if none(err) {
		return alert.Alert{}, false, nil
	}
	if err != nil {
		return alert.Alert{}, false, err
	}
	a, err = alertOf(row)
	return a, err == nil, err
}

// AlertsWithKey returns the alerts of a key that were opened before a time, the
// newest first: the unresolved one and up to n among the last 20,000 resolved
// ones of the service.
func (r reader) AlertsWithKey(ctx context.Context, k AlertKey, before time.Time, n int) ([]alert.Alert, error) {
	rows, err := r.q.ResolvedWithKey(ctx, db.ResolvedWithKeyParams{
		Service: string(k.Service), Key: k.Key, Before: id.At(id.PrefixAlert, before), Scan: keyScan, N: int64(n),
	})
	if err != nil {
		return nil, err
	}
	list, err := alertsOf(rows)
	if err != nil {
		return nil, err
	}
	open, found, err := r.Unresolved(ctx, k)
	if err != nil || !found || !open.OpenedAt.Before(before) {
		return list, err
	}
	return append([]alert.Alert{open}, list...), nil
}

// AlertsOpenedIn returns up to n alerts that were opened from since on and
// before until, the oldest first.
func (r reader) AlertsOpenedIn(ctx context.Context, since, until time.Time, n int) ([]alert.Alert, error) {
	rows, err := r.q.AlertsOpenedIn(ctx, db.AlertsOpenedInParams{
		Since: id.At(id.PrefixAlert, since), Until: id.At(id.PrefixAlert, until), N: int64(n),
	})
	if err != nil {
		return nil, err
	}
	return alertsOf(rows)
}

// SendsToPerson returns up to n sends to a person about the alerts that they
// were paged for from since on and before until, the newest first.
func (r reader) SendsToPerson(ctx context.Context, p id.Person, since, until time.Time, n int) ([]notify.Send, error) {
	rows, err := r.q.SendsToPerson(ctx, db.SendsToPersonParams{
		Person: string(p), Since: id.At(id.PrefixPage, since), Until: id.At(id.PrefixPage, until), N: int64(n),
	})
	return sendsOf(rows), err
}

// PagesAround returns up to n pages of a person before a time and up to n from
// it on, the oldest first.
func (r reader) PagesAround(ctx context.Context, p id.Person, at time.Time, n int) ([]notify.Page, error) {
	edge := id.At(id.PrefixPage, at)
	before, err := r.q.PagesBefore(ctx, db.PagesBeforeParams{Person: string(p), Before: edge, N: int64(n)})
	if err != nil {
		return nil, err
	}
	since, err := r.q.PagesSince(ctx, db.PagesSinceParams{Person: string(p), Since: edge, N: int64(n)})
	if err != nil {
		return nil, err
	}
	slices.Reverse(before)
	var out []notify.Page
	for _, row := range slices.Concat(before, since) {
		out = append(out, pageOf(row))
	}
	return out, nil
}

// MessagesAround returns up to n messages of a source that arrived within a
// span before a time and up to n within it after, the oldest first.
func (r reader) MessagesAround(ctx context.Context, s id.Source, at time.Time, within time.Duration, n int) ([]id.Message, error) {
	edge := id.At(id.PrefixMessage, at)
	before, err := r.q.MessagesBefore(ctx, db.MessagesBeforeParams{
		Source: string(s), Since: id.At(id.PrefixMessage, at.Add(-within)), Before: edge, N: int64(n),
	})
	if err != nil {
		return nil, err
	}
	since, err := r.q.MessagesFrom(ctx, db.MessagesFromParams{
		Source: string(s), Since: edge, Until: id.At(id.PrefixMessage, at.Add(within)), N: int64(n),
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(before)
	return idsOf[id.Message](slices.Concat(before, since)), nil
}
