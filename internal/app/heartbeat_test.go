package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTheHeartbeatStopsWhenThePagerDoesNotWork(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		var beats atomic.Int32
		status := http.StatusOK
		watchdog := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.Header.Get("User-Agent") != "firehall/1.2.3" {
				t.Errorf("called by %s, %s", r.Method, r.UserAgent())
			}
			beats.Add(1)
			rw.WriteHeader(status)
		}))
		defer watchdog.Close()
		w.start()
		w.haltEngine() // the test is the engine
		ctx := t.Context()
		expect := func(when string, want int32) {
			t.Helper()
			before := beats.Load()
			w.beat.tick(ctx)
			if got := beats.Load() - before; got != want {
				t.Errorf("%s: %d heartbeats, want %d", when, got, want)
			}
		}
		expect("without an address", 0)
		w.setup(strings.Replace(small, `"fallback"`, `"heartbeat_url": "`+watchdog.URL+`/secret-path", "fallback"`, 1))
		expect("all is well", 1)

		w.post(`{"summary":"disk full","severity":"critical"}`)
		w.pass(2 * time.Minute)
		expect("a timer is late", 0)
		if found, err := w.engine.Audit(ctx); err != nil || found == 0 {
			t.Fatalf("the auditor found %d, %v", found, err)
		}
		if _, err := w.engine.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		expect("the auditor found something", 0)
		if found, err := w.engine.Audit(ctx); err != nil || found != 0 {
			t.Fatalf("the auditor found %d, %v", found, err)
		}
		expect("the auditor is content again", 1)

		status = http.StatusInternalServerError
		expect("the watchdog fails", 1)
		status = http.StatusOK
		expect("the watchdog works again", 1)
		w.pass(4 * time.Minute)
		expect("the auditor has not looked for minutes", 0)
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		expect("the database is gone", 0)

		log := w.log.String()
		for _, text := range []string{"timers are late", "the auditor found 1 thing left lying", "the outgoing heartbeat is sent again", "the watchdog answered 500", "the database fails"} {
			if !strings.Contains(log, text) {
				t.Errorf("the log does not say %q", text)
			}
		}
		if strings.Contains(log, "secret-path") {
			t.Error("the log tells the watchdog's address")
		}
	})
}
