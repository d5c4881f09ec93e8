package api

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"firehall/internal/store"
)

func TestTheAuditLogIsExported(t *testing.T) {
	onBoth(t, func(w *world) {
		if err := w.db.Do(t.Context(), func(tx *store.Tx) error {
			return tx.Audit(t.Context(), store.Deed{Actor: "=cmd|'/c calc'!A1", Action: "@x", Target: "+1", Doc: map[string]any{"a": "b,\n\"c"}})
		}); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		w.call("owner", "POST", "/people/cy/disable", nil).is(200)
		r := w.call("owner", "GET", "/audit?format=csv", nil).is(200)
		if got := r.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
			t.Errorf("it is %s", got)
		}
		rows, err := csv.NewReader(strings.NewReader(r.Body.String())).ReadAll()
		if err != nil || len(rows) < 4 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
					t.Errorf("a spreadsheet would compute %q", cell)
				}
			}
		}
		last := rows[len(rows)-1]
		if last[2] != "person.disable" || last[3] != "cy" || rows[len(rows)-2][1] != "'=cmd|'/c calc'!A1" {
			t.Errorf("the last rows are %q", rows[len(rows)-2:])
		}
		from := start.Add(30 * time.Minute).Format(time.RFC3339)
		rows, err = csv.NewReader(strings.NewReader(w.call("owner", "GET", "/audit?format=csv&from="+from, nil).is(200).Body.String())).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Errorf("from then on: %d rows, %v", len(rows), err)
		}
		for query, want := range map[string]string{"from=" + from: "person.disable", "limit=1&to=" + from: "@x"} {
			var part list[Deed]
			if err := json.Unmarshal(w.call("owner", "GET", "/audit?"+query, nil).is(200).Body.Bytes(), &part); err != nil || len(part.Items) != 1 || part.Items[0].Action != want {
				t.Errorf("%s: %+v, %v", query, part, err)
			}
		}
		w.call("ben", "GET", "/audit?format=csv", nil).is(403)
	})
}

func TestWhatIsKeptAboutSomebodyIsTheirs(t *testing.T) {
	onBoth(t, func(w *world) {
		w.raise("disk full")
		w.pass(0)
		mine := w.call("ana", "GET", "/me/export", nil).is(200).object()
		if mine["person"] != "ana" || len(mine["pages"].([]any)) != 1 {
			t.Errorf("it is %v", mine)
		}
		w.call("ana", "GET", "/people/ana/export", nil).is(200)
		w.call("dee", "GET", "/people/ana/export", nil).is(200) // an admin
		w.call("ben", "GET", "/people/ana/export", nil).is(403)
		w.call("owner", "GET", "/people/nobody/export", nil).is(404)
		w.call("owner", "GET", "/me/export", nil).is(422) // a token of nobody
	})
}

func TestSomebodyIsErased(t *testing.T) {
	onBoth(t, func(w *world) {
		w.call("ben", "POST", "/people/ana/erase", object{}).is(403)
		w.call("ben", "POST", "/people/ana/erase", object{"dry_run": true}).is(403)
		if places, _ := w.call("owner", "POST", "/people/ana/erase", object{"dry_run": true}).is(200).object()["places"].([]any); len(places) == 0 {
			t.Error("a dry run does not say where ana stands")
		}
		w.call("owner", "POST", "/people/ana/erase", object{}).is(422)
		w.call("owner", "POST", "/people/ana/erase", object{"successor": "eva"}).is(422)
		out := w.call("owner", "POST", "/people/ana/erase", object{"successor": "ben"}).is(200).object()
		w.call("owner", "GET", "/people/ana", nil).is(404)
		w.call("ana", "GET", "/me", nil).is(401)
		if as, _ := out["as"].(string); !strings.HasPrefix(as, "erased-") {
			t.Errorf("it answers %v", out)
		}
		w.call("owner", "POST", "/people/ana/erase", object{}).is(404)
	})
}

func TestOneThingOfTheSetupIsChanged(t *testing.T) {
	onBoth(t, func(w *world) {
		service := object{"team": "payments", "policy": "payments", "description": "By hand"}
		w.call("ana", "PUT", "/setup/services/refunds", service).is(200) // who manages payments
		w.call("ben", "PUT", "/setup/services/refunds", service).is(403)
		w.call("ana", "PUT", "/setup/teams/payments", object{}).is(403)
		w.call("ana", "PUT", "/setup/gadgets/x", object{}).is(422)
		w.call("owner", "PUT", "/setup/services/refunds", object{"team": "search", "policy": "payments"}).is(422)
		w.call("owner", "PUT", "/setup/teams/search", object{}).is(200)
		w.call("ana", "PUT", "/setup/services/refunds", object{"team": "search", "policy": "payments"}).is(403) // it would be another team's
		w.call("owner", "PUT", "/setup/installation/installation", object{"fallback": []string{"person:dee"}, "severity": object{"bad": "critical"}}).is(200)
		if got := w.db.Setup().Installation.Severity["bad"]; got != "critical" {
			t.Errorf("the installation has %q", got)
		}
		w.call("ana", "DELETE", "/setup/policies/payments", nil).is(422) // services refer to it
		w.call("ana", "DELETE", "/setup/services/refunds", nil).is(200)
		w.call("ana", "DELETE", "/setup/services/refunds", nil).is(404)
		if _, ok := w.db.Setup().Services["refunds"]; ok || len(w.db.Setup().Services) != 1 {
			t.Errorf("there are %v", w.db.Setup().Services)
		}
	})
}
