package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/store/db"
	"firehall/internal/timeline"
)

// table is what a bulk insert writes to.
type table struct {
	name    string
	columns []string
	suffix  string // ON CONFLICT …

	postgres func(rows int) string // the statement on PostgreSQL; nil: as on SQLite
}

// timerSuffix lets the earlier of two timers for one thing win.
const timerSuffix = "ON CONFLICT (kind, ref) DO UPDATE SET due_at = CASE WHEN excluded.due_at < timers.due_at THEN excluded.due_at ELSE timers.due_at END, attempt = excluded.attempt"

var (
	messageTable = table{name: "messages", columns: []string{"id", "source", "kind", "encoding", "size", "body"}}
	alertTable   = table{name: "alerts", columns: []string{
		"id", "service", "source", "key", "summary", "severity", "urgency", "status", "owner", "policy", "signals", "opened_at", "changed_at",
		"acked_at", "ack_worst", "hold", "hold_until", "nudged_at", "resolved_at", "merged_into", "step", "round", "last_step", "pagings", "answered", "next_at", "doc",
	}}
	memberTable = table{
		name: "members", columns: []string{"alert", "key", "firing", "severity", "starts_at", "doc"},
		suffix: "ON CONFLICT (alert, key) DO UPDATE SET firing = excluded.firing, severity = excluded.severity, starts_at = excluded.starts_at, doc = excluded.doc",
	}
	entryTable = table{name: "timeline", columns: []string{"alert", "id", "at", "kind", "doc"}}
	timerTable = table{
		name: "timers", columns: []string{"kind", "ref", "lane", "due_at", "attempt"},
		suffix: timerSuffix,
	}
	othersTimerTable = table{name: timerTable.name, columns: timerTable.columns, suffix: timerSuffix, postgres: planTimers}
	pageTable        = table{name: "pages", columns: []string{"id", "alert", "person", "step", "batch", "urgency", "reason", "created_at"}}
	sendTable        = table{name: "sends", columns: []string{
		"id", "alert", "page", "batch", "person", "contact", "channel", "kind", "urgency", "status", "reason", "due_at",
		"attempts", "unknowns", "first_at", "claimed_by", "finished_at", "words",
	}}
)

// How many rows one statement writes: on PostgreSQL as many as there are, to
// save round trips; on SQLite eight or one, because every text is prepared
// once and a statement costs no round trip.
const (
	postgresRows = 64
	sqliteRows   = 8
)

func (tx *Tx) chunk(rows int) int {
	switch {
	case tx.db.Postgres():
		return min(rows, postgresRows)
	case rows >= sqliteRows:
		return sqliteRows
	}
	return 1
}

// insert writes rows in as few statements as the database does best.
func (tx *Tx) insert(ctx context.Context, t table, rows [][]any) error {
	for len(rows) > 0 {
		size := tx.chunk(len(rows))
		args := make([]any, 0, size*len(t.columns))
		for _, row := range rows[:size] {
			args = append(args, row...)
		}
		if _, err := tx.on.ExecContext(ctx, t.text(size, tx.db.Postgres()), args...); err != nil {
			return fmt.Errorf("insert into %s: %w", t.name, err)
		}
		rows = rows[size:]
	}
	return nil
}

// text returns the statement for a number of rows.
func (t table) text(rows int, postgres bool) string {
	if postgres && t.postgres != nil {
		return t.postgres(rows)
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range t.columns {
			if j > 0 {
				b.WriteString(", ")
			}
			if !postgres {
				b.WriteByte('?')
				continue
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i*len(t.columns) + j + 1))
		}
		b.WriteByte(')')
	}
	b.WriteString(" " + t.suffix)
	return b.String()
}

// planTimers returns the statement that writes timers, save those whose row a
// worker has claimed and not let go of yet. Whoever plans a timer has locked
// what it is about, and that worker waits for just that: to wait for it here
// would be a deadlock. It plans anew by what it then finds; when it fails, its
// row is still there.
func planTimers(rows int) string {
	values := make([]string, rows)
	for i := range values {
		n := 5 * i
		values[i] = fmt.Sprintf("(CAST($%d AS TEXT), CAST($%d AS TEXT), CAST($%d AS TEXT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))", n+1, n+2, n+3, n+4, n+5)
	}
	return "WITH given (kind, ref, lane, due_at, attempt) AS (VALUES " + strings.Join(values, ", ") + `),
free AS MATERIALIZED (SELECT t.kind, t.ref FROM given JOIN timers t ON t.kind = given.kind AND t.ref = given.ref FOR UPDATE OF t SKIP LOCKED)
INSERT INTO timers (kind, ref, lane, due_at, attempt)
SELECT given.* FROM given
LEFT JOIN timers t ON t.kind = given.kind AND t.ref = given.ref
LEFT JOIN free ON free.kind = given.kind AND free.ref = given.ref
WHERE t.kind IS NULL OR free.kind IS NOT NULL
` + timerSuffix
}

// AddMessages keeps messages.
func (tx *Tx) AddMessages(ctx context.Context, list []Message) error {
	rows := make([][]any, len(list))
	for i, m := range list {
		encoding, body := packed(m.Body)
		rows[i] = []any{string(m.ID), string(m.Source), m.Kind, encoding, int64(m.Size), body}
	}
	return tx.insert(ctx, messageTable, rows)
}

// AddAlerts writes new alerts. It fails when one has the key of an unresolved
// alert of its service.
func (tx *Tx) AddAlerts(ctx context.Context, list []alert.Alert) error {
	rows := make([][]any, len(list))
	for i, a := range list {
		tx.own(string(a.ID))
		doc, err := docOf(a)
		if err != nil {
			return err
		}
		rows[i] = []any{
			string(a.ID), string(a.Service), string(a.Source), a.Key, a.Summary, int64(a.Severity), int64(a.Urgency), string(a.Status),
			string(a.Owner), string(a.Policy), int64(a.Signals), micros(a.OpenedAt), micros(a.ChangedAt), micros(a.AckedAt), int64(a.AckWorst),
			string(a.Hold), micros(a.HoldUntil), micros(a.NudgedAt), micros(a.ResolvedAt), string(a.MergedInto),
			int64(a.Step), int64(a.Round), int64(a.Last), int64(a.Pagings), int64(a.Answered), micros(a.NextAt), doc,
		}
	}
	return tx.insert(ctx, alertTable, rows)
}

// SaveMembers writes or replaces members of a group alert; of two with the
// same key the last counts.
func (tx *Tx) SaveMembers(ctx context.Context, n id.Alert, list []alert.Member) error {
	rows, at := make([][]any, 0, len(list)), make(map[string]int, len(list))
	for _, m := range list {
		doc, err := encode(m)
		if err != nil {
			return err
		}
		row := []any{string(n), m.Key, m.Firing, m.Severity, micros(m.StartsAt), doc}
		if i, known := at[m.Key]; known { // a statement must not touch a row twice
			rows[i] = row
			continue
		}
		at[m.Key] = len(rows)
		rows = append(rows, row)
	}
	return tx.insert(ctx, memberTable, rows)
}

// Record adds lines to timelines; each gets an id and this transaction's time.
func (tx *Tx) Record(_ context.Context, entries ...timeline.Entry) error {
	for _, e := range entries {
		doc, err := encode(e)
		if err != nil {
			return err
		}
		tx.pending.entries = append(tx.pending.entries, []any{string(e.Alert), tx.NewID(id.PrefixEntry), micros(tx.Now), string(e.Kind), doc})
	}
	return nil
}

// LockUnresolved returns the unresolved alerts with these keys, locked in the
// order of the bytes of service and key, whatever order they are asked in and
// however the database sorts names.
func (tx *Tx) LockUnresolved(ctx context.Context, keys []AlertKey) (map[AlertKey]alert.Alert, error) {
	keys = sortedKeys(keys)
	out := make(map[AlertKey]alert.Alert, len(keys))
	for len(keys) > 0 {
		n, rows, err := tx.lockSome(ctx, keys)
		if err != nil {
			return nil, fmt.Errorf("find unresolved alerts: %w", err)
		}
		for _, row := range rows {
			a, err := alertOf(row)
			if err != nil {
				return nil, err
			}
			out[AlertKey{a.Service, a.Key}] = a
		}
		keys = keys[n:]
	}
	return out, nil
}

// lockSome looks for the first n keys: one on SQLite, up to postgresRows on
// PostgreSQL.
func (tx *Tx) lockSome(ctx context.Context, keys []AlertKey) (n int, rows []db.Alert, err error) {
	if !tx.db.Postgres() || len(keys) == 1 {
		row, err := tx.q.LockUnresolved(ctx, db.LockUnresolvedParams{Service: string(keys[0].Service), Key: keys[0].Key})
		if none(err) {
			return 1, nil, nil
		}
		return 1, []db.Alert{row}, err
	}
	n = min(len(keys), postgresRows)
	rows, err = tx.lockMany(ctx, keys[:n])
	return n, rows, err
}

func (tx *Tx) lockMany(ctx context.Context, keys []AlertKey) ([]db.Alert, error) {
	var b strings.Builder
	b.WriteString("SELECT a.* FROM (VALUES ")
	args := make([]any, 0, 2*len(keys))
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(CAST($%d AS TEXT), CAST($%d AS TEXT), %d)", 2*i+1, 2*i+2, i)
		args = append(args, string(k.Service), k.Key)
	}
	b.WriteString(") v (service, key, place) JOIN alerts a ON a.service = v.service AND a.key = v.key AND a.status <> 'resolved' ORDER BY v.place FOR UPDATE OF a")
	rows, err := tx.on.QueryContext(ctx, b.String(), args...)
	if err != nil {
		return nil, err
	}
	return allRows(rows, alertColumns)
}
