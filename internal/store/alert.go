package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// alertDoc holds what no query looks for.
type alertDoc struct {
	Details  map[string]string `json:"details,omitempty"`
	Links    []alert.Link      `json:"links,omitempty"`
	Resends  bool              `json:"resends,omitempty"`
	StartsAt time.Time         `json:"starts_at,omitzero"`
}

func alertOf(row db.Alert) (alert.Alert, error) {
	var doc alertDoc
	if err := json.Unmarshal(row.Doc, &doc); err != nil {
		return alert.Alert{}, fmt.Errorf("read alert %s: %w", row.ID, err)
	}
	return alert.Alert{
		ID: id.Alert(row.ID), Service: id.Service(row.Service), Source: id.Source(row.Source), Key: row.Key,
		Summary: row.Summary, Severity: alert.Severity(row.Severity), Urgency: alert.Urgency(row.Urgency),
		Status: alert.Status(row.Status), Owner: id.Person(row.Owner), Policy: id.PolicyVersion(row.Policy),
		Signals: int(row.Signals), Details: doc.Details, Links: doc.Links, Resends: doc.Resends, StartsAt: doc.StartsAt,
		OpenedAt: instant(row.OpenedAt), ChangedAt: instant(row.ChangedAt), AckedAt: instant(row.AckedAt),
		AckWorst: alert.Severity(row.AckWorst), Hold: alert.Hold(row.Hold), HoldUntil: instant(row.HoldUntil),
		NudgedAt: instant(row.NudgedAt), ResolvedAt: instant(row.ResolvedAt), MergedInto: id.Alert(row.MergedInto),
		Step: int(row.Step), Round: int(row.Round), Last: int(row.LastStep), Pagings: int(row.Pagings), Answered: int(row.Answered), NextAt: instant(row.NextAt),
	}, nil
}

func alertsOf(rows []db.Alert) ([]alert.Alert, error) {
	out := make([]alert.Alert, 0, len(rows))
	for _, row := range rows {
		a, err := alertOf(row)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func docOf(a alert.Alert) ([]byte, error) {
	return encode(alertDoc{Details: a.Details, Links: a.Links, Resends: a.Resends, StartsAt: a.StartsAt.UTC()})
}

// Alert returns one alert. It fails with NotFound when there is none.
func (r reader) Alert(ctx context.Context, n id.Alert) (alert.Alert, error) {
	row, err := r.q.Alert(ctx, string(n))
	return oneAlert(row, err, n)
}

// LockAlert is Alert, and keeps every other transaction from changing it until
// this one ends.
func (tx *Tx) LockAlert(ctx context.Context, n id.Alert) (alert.Alert, error) {
	if a, ok := tx.ahead.alerts[n]; ok {
		delete(tx.ahead.alerts, n)
		return a, nil
	}
	defer tx.waited(time.Now())
	row, err := tx.q.LockAlert(ctx, string(n))
	return oneAlert(row, err, n)
}

func noAlert(n id.Alert) error { return fault.New(fault.NotFound, "there is no alert %s", n) }

func oneAlert(row db.Alert, err error, n id.Alert) (alert.Alert, error) {
	if none(err) {
		return alert.Alert{}, noAlert(n)
	}
	if err != nil {
		return alert.Alert{}, fmt.Errorf("load alert %s: %w", n, err)
	}
	return alertOf(row)
}

// Standing is what a send must know of its alert before it calls.
type Standing struct {
	Service  id.Service
	Status   alert.Status
	Owner    id.Person
	Answered int       // pagings up to this one have had their answer
	NudgedAt time.Time // zero: its owner has answered
}

// Standing returns where an alert stands, as committed. It fails with NotFound
// when there is none.
func (r reader) Standing(ctx context.Context, n id.Alert) (Standing, error) {
	row, err := r.q.AlertStatus(ctx, string(n))
	if none(err) {
		return Standing{}, noAlert(n)
	}
	return standingOf(row), err
}

func standingOf(row db.AlertStatusRow) Standing {
	return Standing{id.Service(row.Service), alert.Status(row.Status), id.Person(row.Owner), int(row.Answered), instant(row.NudgedAt)}
}

// SaveAlert writes what can change of an alert.
func (tx *Tx) SaveAlert(ctx context.Context, a alert.Alert) error {
	tx.ahead.changed(a.ID)
	doc, err := docOf(a)
	if err != nil {
		return err
	}
	err = tx.q.SaveAlert(ctx, db.SaveAlertParams{
		ID: string(a.ID), Summary: a.Summary, Severity: int64(a.Severity), Urgency: int64(a.Urgency), Status: string(a.Status),
		Owner: string(a.Owner), Signals: int64(a.Signals), ChangedAt: micros(a.ChangedAt), AckedAt: micros(a.AckedAt),
		AckWorst: int64(a.AckWorst), Hold: string(a.Hold), HoldUntil: micros(a.HoldUntil), NudgedAt: micros(a.NudgedAt),
		ResolvedAt: micros(a.ResolvedAt), MergedInto: string(a.MergedInto), Step: int64(a.Step), Round: int64(a.Round),
		LastStep: int64(a.Last), Pagings: int64(a.Pagings), Answered: int64(a.Answered), NextAt: micros(a.NextAt), Doc: doc,
	})
	if err != nil {
		return fmt.Errorf("save alert %s: %w", a.ID, err)
	}
	return nil
}

// CountSignals adds to an alert's count and changes nothing else.
func (tx *Tx) CountSignals(ctx context.Context, n id.Alert, count int) error {
	tx.ahead.changed(n)
	return tx.q.CountSignals(ctx, db.CountSignalsParams{ID: string(n), Count: int64(count)})
}

// MergedAlerts returns the unresolved alerts that were merged into n, locked.
func (tx *Tx) MergedAlerts(ctx context.Context, n id.Alert) ([]alert.Alert, error) {
	rows, err := tx.q.MergedAlerts(ctx, string(n))
	if err != nil {
		return nil, err
	}
	return alertsOf(rows)
}

// LockOwned returns the acknowledged alerts that somebody has, locked, the oldest
// first.
func (tx *Tx) LockOwned(ctx context.Context, owner id.Person) ([]alert.Alert, error) {
	rows, err := tx.q.LockOwned(ctx, string(owner))
	if err != nil {
		return nil, err
	}
	return alertsOf(rows)
}

// Members returns the members of a group alert, sorted by key.
func (r reader) Members(ctx context.Context, n id.Alert) ([]alert.Member, error) {
	rows, err := r.q.Members(ctx, string(n))
	if err != nil {
		return nil, err
	}
	out := make([]alert.Member, 0, len(rows))
	for _, row := range rows {
		var m alert.Member
		if err := json.Unmarshal(row.Doc, &m); err != nil {
			return nil, fmt.Errorf("read member %s of %s: %w", row.Key, n, err)
		}
		out = append(out, m)
	}
	return out, nil
}

// CountMembers returns how many members a group alert has had and how many of
// them fire.
func (r reader) CountMembers(ctx context.Context, n id.Alert) (all, firing int, err error) {
	row, err := r.q.CountMembers(ctx, string(n))
	return int(row.N), int(row.Firing), err
}

// ForgetOver deletes the members of a group alert that are over.
func (tx *Tx) ForgetOver(ctx context.Context, n id.Alert) error {
	return tx.q.ForgetOver(ctx, string(n))
}

// SaveHush keeps or replaces a hush.
func (tx *Tx) SaveHush(ctx context.Context, h alert.Hush) error {
	doc, err := encode(h.Starts)
	if err != nil {
		return err
	}
	return tx.q.SaveHush(ctx, db.SaveHushParams{
		Service: string(h.Service), Key: h.Key, Alert: string(h.Alert), UntilAt: micros(h.Until), Severity: int64(h.Severity), Doc: doc,
	})
}

// Hush returns the hush of a key; found is false when there is none.
func (r reader) Hush(ctx context.Context, s id.Service, key string) (h alert.Hush, found bool, err error) {
	row, err := r.q.Hush(ctx, db.HushParams{Service: string(s), Key: key})
	if none(err) {
		return alert.Hush{}, false, nil
	}
	if err != nil {
		return alert.Hush{}, false, err
	}
	h = alert.Hush{Service: s, Key: key, Alert: id.Alert(row.Alert), Until: instant(row.UntilAt), Severity: alert.Severity(row.Severity)}
	return h, true, json.Unmarshal(row.Doc, &h.Starts)
}

// DeleteHush forgets a hush; there need not be one.
func (tx *Tx) DeleteHush(ctx context.Context, s id.Service, key string) error {
	return tx.q.DeleteHush(ctx, db.DeleteHushParams{Service: string(s), Key: key})
}

// OpenCounts returns how many alerts stand in each unresolved status.
func (r reader) OpenCounts(ctx context.Context) (map[alert.Status]int, error) {
	rows, err := r.q.CountOpen(ctx)
	out := map[alert.Status]int{}
	for _, row := range rows {
		out[alert.Status(row.Status)] = int(row.N)
	}
	return out, err
}

// StuckAlerts returns up to 200 alerts of each kind whose next step, or whose
// hold, was due before a time: something should have looked at them.
func (r reader) StuckAlerts(ctx context.Context, before time.Time) (triggered, held []id.Alert, err error) {
	t, err := r.q.StuckTriggered(ctx, micros(before))
	if err != nil {
		return nil, nil, err
	}
	h, err := r.q.StuckHeld(ctx, micros(before))
	return idsOf[id.Alert](t), idsOf[id.Alert](h), err
}

func idsOf[T ~string](list []string) []T {
	out := make([]T, len(list))
	for i, s := range list {
		out[i] = T(s)
	}
	return out
}
