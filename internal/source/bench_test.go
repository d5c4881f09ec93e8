package source

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/store"
)

// BenchmarkDoors measures what a door costs beside the work in the database.
func BenchmarkDoors(b *testing.B) {
	w := newWorld(b, store.Config{Dir: b.TempDir()})
	w.doors.ingest = func(context.Context, action.Arrival) (action.Receipt, error) {
		return action.Receipt{Message: "message_0", Alerts: []id.Alert{"alert_0"}}, nil
	}
	for name, test := range map[string]struct{ path, body string }{
		"in":      {"/in/generic/" + genericKey, `{"summary":"disk full on web-01","key":"web-01/disk","severity":"critical","details":{"host":"web-01"}}`},
		"enqueue": {"/v2/enqueue", trigger("web-01/disk")},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", test.path, strings.NewReader(test.body))
				a := httptest.NewRecorder()
				if w.mux.ServeHTTP(a, r); a.Code != http.StatusAccepted {
					b.Fatal(a.Code, a.Body)
				}
			}
		})
	}
}
