package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/store"
)

// BenchmarkAlerts measures the list of open alerts, 50 of 2,000, each with
// what happens to it next.
func BenchmarkAlerts(b *testing.B) {
	w := newWorld(b, store.Config{Dir: b.TempDir()})
	for i := range 10 {
		signals := make([]alert.Signal, 200)
		for j := range signals {
			signals[j] = alert.Signal{Key: fmt.Sprintf("%d/%d", i, j), Status: alert.Firing, Summary: "disk full", Severity: "critical"}
		}
		if _, err := w.act.Ingest(context.Background(), action.Arrival{Service: "checkout", Signals: signals}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", base+"/alerts?status=open", nil)
		r.Header.Set("Authorization", "Bearer "+bootstrap)
		a := httptest.NewRecorder()
		if w.handler.ServeHTTP(a, r); a.Code != 200 {
			b.Fatal(a.Code, a.Body)
		}
	}
}
