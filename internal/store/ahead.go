package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store/db"
)

// ahead holds rows that a transaction has locked and read before it needs
// them, many in one round trip. Each is used once, and forgotten when the
// transaction changes it: then the table knows better.
type ahead struct {
	alerts    map[id.Alert]alert.Alert
	sends     map[id.Send]notify.Send
	standings map[id.Alert]Standing
}

func (h *ahead) changed(n id.Alert) {
	delete(h.alerts, n)
	delete(h.standings, n)
}

// LockAhead locks the alerts and sends that this transaction is about to lock
// one by one, which then costs no round trip. It skips what is not there. On
// SQLite, which has no round trips, it does nothing.
func (tx *Tx) LockAhead(ctx context.Context, alerts []id.Alert, sends []id.Send) error {
	if !tx.db.Postgres() {
		return nil
	}
	defer tx.waited(time.Now())
	if len(alerts) > 1 {
		if err := tx.alertsAhead(ctx, alerts); err != nil {
			return fmt.Errorf("lock alerts: %w", err)
		}
	}
	if len(sends) > 1 {
		if err := tx.sendsAhead(ctx, sends); err != nil {
			return fmt.Errorf("lock sends: %w", err)
		}
	}
	return nil
}

// longWait is how long a lock may take without that somebody was waited for.
const longWait = 20 * time.Millisecond

// waited has the setup asked for again after a lock that took long: whom this
// transaction waited for may have changed it.
func (tx *Tx) waited(since time.Time) {
	if time.Since(since) > longWait {
		tx.known = nil
	}
}

// alertsAhead locks alerts in the order in which ingest does, so that neither
// waits for the other in a circle.
func (tx *Tx) alertsAhead(ctx context.Context, list []id.Alert) error {
	rows, err := tx.on.QueryContext(ctx, `SELECT a.* FROM unnest(CAST($1 AS TEXT[])) v (id) JOIN alerts a ON a.id = v.id ORDER BY a.service COLLATE "C", a.key COLLATE "C" FOR UPDATE OF a`, texts(list))
	if err != nil {
		return err
	}
	found, err := allRows(rows, alertColumns)
	if err != nil {
		return err
	}
	read, err := alertsOf(found)
	if err != nil {
		return err
	}
	tx.ahead.alerts = make(map[id.Alert]alert.Alert, len(read))
	for _, a := range read {
		tx.ahead.alerts[a.ID] = a
	}
	return nil
}

// sendsAhead locks sends and reads where their alerts stand.
func (tx *Tx) sendsAhead(ctx context.Context, list []id.Send) error {
	if err := tx.flushSends(ctx); err != nil {
		return err
	}
	rows, err := tx.on.QueryContext(ctx, `SELECT s.*, a.status, a.owner, a.answered, a.nudged_at, a.service FROM unnest(CAST($1 AS TEXT[])) v (id)
JOIN sends s ON s.id = v.id JOIN alerts a ON a.id = s.alert ORDER BY s.id FOR UPDATE OF s`, texts(list))
	if err != nil {
		return err
	}
	type standingSend struct {
		db.Send
		db.AlertStatusRow
	}
	found, err := allRows(rows, func(r *standingSend) []any {
		st := &r.AlertStatusRow
		return append(sendColumns(&r.Send), &st.Status, &st.Owner, &st.Answered, &st.NudgedAt, &st.Service)
	})
	if err != nil {
		return err
	}
	tx.ahead.sends, tx.ahead.standings = make(map[id.Send]notify.Send, len(found)), make(map[id.Alert]Standing, len(found))
	for _, row := range found {
		s := sendOf(row.Send)
		tx.ahead.sends[s.ID], tx.ahead.standings[s.Alert] = s, standingOf(row.AlertStatusRow)
	}
	return nil
}

// Standing is reader.Standing as this transaction sees it.
func (tx *Tx) Standing(ctx context.Context, n id.Alert) (Standing, error) {
	if st, ok := tx.ahead.standings[n]; ok {
		return st, nil
	}
	return tx.reader.Standing(ctx, n)
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = string(n)
	}
	return out
}

// allRows reads all rows into values whose columns are given by into.
func allRows[T any](rows *sql.Rows, into func(*T) []any) (out []T, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row T
		if err := rows.Scan(into(&row)...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func alertColumns(a *db.Alert) []any {
	return []any{
		&a.ID, &a.Service, &a.Source, &a.Key, &a.Summary, &a.Severity, &a.Urgency, &a.Status, &a.Owner, &a.Policy,
		&a.Signals, &a.OpenedAt, &a.ChangedAt, &a.AckedAt, &a.AckWorst, &a.Hold, &a.HoldUntil, &a.NudgedAt, &a.ResolvedAt, &a.MergedInto,
		&a.Step, &a.Round, &a.LastStep, &a.Pagings, &a.Answered, &a.NextAt, &a.Doc,
	}
}

func sendColumns(s *db.Send) []any {
	return []any{
		&s.ID, &s.Alert, &s.Page, &s.Batch, &s.Person, &s.Contact, &s.Channel, &s.Kind, &s.Urgency, &s.Status, &s.Reason, &s.DueAt,
		&s.Attempts, &s.Unknowns, &s.FirstAt, &s.ClaimedBy, &s.FinishedAt, &s.Words,
	}
}
