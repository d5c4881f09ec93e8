package store

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// scanned are the queries that may read a table from end to end: those that
// count for a person or a scraper, of tables whose rows come and go, and those
// that want all of a small table.
var scanned = []string{"MessagesSize", "CountWaiting", "CountTimers", "Claimants", "SetupDocs", "Overrides", "Tokens"}

var namedQuery = regexp.MustCompile(`(?s)-- name: (\w+) :\w+\n(.*?);`)

// queries returns the text of each query as SQLite gets it.
func queries(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"one key": unresolved(1), "keys": unresolved(sqliteRows)}
	files, err := filepath.Glob("queries/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range namedQuery.FindAllStringSubmatch(string(text), -1) {
			out[found[1]] = regexp.MustCompile(`@(\w+)`).ReplaceAllString(withoutLocks(found[2]), "?")
		}
	}
	return out
}

// TestNoQueryReadsAWholeTable fails when SQLite would look at every alert there
// ever was to answer for one: it takes a partial index only where the query says
// its condition.
func TestNoQueryReadsAWholeTable(t *testing.T) {
	w, _ := onSQLite(t)
	scan := regexp.MustCompile(`^SCAN (alerts|messages|timeline|pages|sends|timers|members|hushes|audit)\b`)
	for name, text := range queries(t) {
		args := make([]any, strings.Count(text, "?"))
		for i := range args {
			args[i] = "1"
		}
		rows, err := w.db.writer.(*sqliteWriter).conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if scan.MatchString(detail) && !slices.Contains(scanned, name) {
				t.Errorf("%s: %s", name, detail)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", name, err))
		}
	}
}
