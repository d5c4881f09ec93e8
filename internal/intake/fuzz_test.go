package intake

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzAlertmanager(f *testing.F) {
	seed(f, "alertmanager", am(firingA+","+resolvedC, `"truncatedAlerts":3`), `{"alerts":[{"labels":{"a":"b"}},{"labels":{"c":"d"}}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		neutralOrRefused(t, "alertmanager", FoldGroup, body)
		neutralOrRefused(t, "alertmanager", FoldEach, body)
	})
}

func FuzzPagerDuty(f *testing.F) {
	seed(f, "pagerduty", pd(payload, `"dedup_key":"k"`), `{"event_action":"resolve","dedup_key":"k"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		neutralOrRefused(t, "pagerduty", "", body)
		key, err := RoutingKey(body)
		if got, failed := Parse("pagerduty", Options{}, body); err == nil && failed == nil && got.RoutingKey != key {
			t.Errorf("Parse says %q, RoutingKey %q", got.RoutingKey, key)
		}
	})
}

func FuzzPagerDutyChange(f *testing.F) {
	seed(f, "change", `{"routing_key":"k","payload":{"summary":"deploy"}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		change, err := ParseChange(body)
		if err != nil {
			return
		}
		satisfiesSummary(t, change.Summary)
		satisfiesDetails(t, change.Details, change.Links)
		shownLine(t, "source", change.Source, 800)
	})
}

func FuzzGeneric(f *testing.F) {
	seed(f, "generic", `{"summary":"\u202e\u0000","key":"\ud800"}`, `[{"summary":"=1"},{"summary":1}]`)
	f.Fuzz(func(t *testing.T, body []byte) {
		neutralOrRefused(t, "generic", "", body)
	})
}

// seed adds the bodies in a folder of testdata, and more.
func seed(f *testing.F, folder string, more ...string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no bodies in testdata/%s: %v", folder, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, body := range append(more, "\ufeff{}", `{"a":1e999}`, "[[[[", `{"summary":"`) {
		f.Add([]byte(body))
	}
}
