package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/store/db"
	"firehall/internal/timeline"
)

// table is what a bulk insert writes to.
type table struct {
	name     string
	columns  []string
	suffix   string // ON CONFLICT …
	postgres string // the statement on PostgreSQL, of whole columns; "" is a plain insert
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
	proofTable = table{
		name: "contact_proofs", columns: []string{"person", "contact", "mark", "tested_at", "delivered_at", "failed_at", "why"},
		suffix: "ON CONFLICT (person, contact) DO UPDATE SET mark = excluded.mark, tested_at = CASE WHEN contact_proofs.mark = excluded.mark AND contact_proofs.tested_at > excluded.tested_at THEN contact_proofs.tested_at ELSE excluded.tested_at END, " +
			"delivered_at = CASE WHEN contact_proofs.mark = excluded.mark AND contact_proofs.delivered_at > excluded.delivered_at THEN contact_proofs.delivered_at ELSE excluded.delivered_at END, " +
			"failed_at = CASE WHEN contact_proofs.mark = excluded.mark AND contact_proofs.failed_at > excluded.failed_at THEN contact_proofs.failed_at ELSE excluded.failed_at END, " +
			"why = CASE WHEN contact_proofs.mark = excluded.mark AND excluded.failed_at = 0 THEN contact_proofs.why ELSE excluded.why END",
	}
)

// sqliteRows is how many rows one statement writes on SQLite, when there are so
// many; else one. Every text is prepared once there, and a statement costs no
// round trip.
const sqliteRows = 8

// insert writes rows in as few statements as the database does best.
func (tx *Tx) insert(ctx context.Context, t table, rows [][]any) error {
	if tx.db.Postgres() {
		return tx.insertColumns(ctx, t, rows)
	}
	for len(rows) > 0 {
		size := chunk(len(rows))
		if _, err := tx.on.ExecContext(ctx, t.text(size), slices.Concat(rows[:size]...)...); err != nil {
			return fmt.Errorf("insert into %s: %w", t.name, err)
		}
		rows = rows[size:]
	}
	return nil
}

// chunk returns how many rows the next statement has on SQLite.
func chunk(rows int) int {
	if rows >= sqliteRows {
		return sqliteRows
	}
	return 1
}

// text returns the statement for a number of rows on SQLite. One that fails
// fails its transaction or savepoint, so it needs no journal of its own: FAIL,
// not ABORT.
func (t table) text(rows int) string {
	into := t.into()
	if t.suffix == "" {
		into = strings.Replace(into, "INSERT", "INSERT OR FAIL", 1)
	}
	return into + " VALUES " + places(rows, len(t.columns)) + " " + t.suffix
}

// places returns a VALUES list of question marks.
func places(rows, columns int) string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

func (t table) into() string {
	return "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ")"
}

// insertColumns writes rows on PostgreSQL in one statement whose arguments are
// whole columns: it is planned once, however many rows there are.
func (tx *Tx) insertColumns(ctx context.Context, t table, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	types, args := make([]string, len(t.columns)), make([]any, len(t.columns))
	for i, name := range t.columns {
		args[i], types[i] = columnOf(rows, i)
		if name == "doc" {
			types[i] = "JSONB"
		}
		types[i] = "CAST($" + strconv.Itoa(i+1) + " AS " + types[i] + "[])"
	}
	text := t.postgres
	if text == "" {
		text = t.into() + " SELECT * FROM unnest(" + strings.Join(types, ", ") + ") " + t.suffix
	}
	if _, err := tx.on.ExecContext(ctx, text, args...); err != nil {
		return fmt.Errorf("insert into %s: %w", t.name, err)
	}
	return nil
}

// columnOf returns one column of some rows and the type of its values.
func columnOf(rows [][]any, i int) (values any, kind string) {
	switch rows[0][i].(type) {
	case int64:
		return valuesAt[int64](rows, i), "BIGINT"
	case bool:
		return valuesAt[bool](rows, i), "BOOLEAN"
	case []byte:
		return valuesAt[[]byte](rows, i), "BYTEA"
	}
	return valuesAt[string](rows, i), "TEXT"
}

func valuesAt[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for j, row := range rows {
		out[j] = row[i].(T)
	}
	return out
}

// planTimers writes timers on PostgreSQL, save those whose row a worker has
// claimed and not let go of yet. Whoever plans a timer has locked what it is
// about, and that worker waits for just that: to wait for it here would be a
// deadlock. It plans anew by what it then finds; when it fails, its row is still
// there.
const planTimers = `WITH given AS (
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[])) g (kind, ref, lane, due_at, attempt)
),
free AS MATERIALIZED (SELECT t.kind, t.ref FROM given JOIN timers t ON t.kind = given.kind AND t.ref = given.ref FOR UPDATE OF t SKIP LOCKED)
INSERT INTO timers (kind, ref, lane, due_at, attempt)
SELECT given.* FROM given
LEFT JOIN timers t ON t.kind = given.kind AND t.ref = given.ref
LEFT JOIN free ON free.kind = given.kind AND free.ref = given.ref
WHERE t.kind IS NULL OR free.kind IS NOT NULL
` + timerSuffix

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
	lock := tx.lockEach
	if tx.db.Postgres() {
		lock = tx.lockMany
	}
	rows, err := lock(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("find unresolved alerts: %w", err)
	}
	list, err := alertsOf(rows)
	out := make(map[AlertKey]alert.Alert, len(list))
	for _, a := range list {
		out[AlertKey{a.Service, a.Key}] = a
	}
	return out, err
}

// lockEach finds alerts on SQLite, where the writer is alone and a lock is
// nothing.
func (tx *Tx) lockEach(ctx context.Context, keys []AlertKey) (found []db.Alert, err error) {
	for len(keys) > 0 {
		size := chunk(len(keys))
		args := make([]any, 0, 2*size)
		for _, k := range keys[:size] {
			args = append(args, string(k.Service), k.Key)
		}
		rows, err := tx.on.QueryContext(ctx, unresolved(size), args...)
		if err != nil {
			return nil, err
		}
		some, err := allRows(rows, alertColumns)
		if err != nil {
			return nil, err
		}
		found, keys = append(found, some...), keys[size:]
	}
	return found, nil
}

// unresolved returns the query for a number of keys on SQLite.
func unresolved(keys int) string {
	return "WITH v (service, key) AS (VALUES " + places(keys, 2) + ") SELECT a.* FROM v " +
		"CROSS JOIN alerts a ON a.service = v.service AND a.key = v.key AND a.status <> 'resolved'"
}

func (tx *Tx) lockMany(ctx context.Context, keys []AlertKey) ([]db.Alert, error) {
	services, names := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		services[i], names[i] = string(k.Service), k.Key
	}
	rows, err := tx.on.QueryContext(ctx, `SELECT a.* FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[])) WITH ORDINALITY v (service, key, place)
JOIN alerts a ON a.service = v.service AND a.key = v.key AND a.status <> 'resolved' ORDER BY v.place FOR UPDATE OF a`, services, names)
	if err != nil {
		return nil, err
	}
	return allRows(rows, alertColumns)
}
