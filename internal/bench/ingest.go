package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"firehall/internal/store"
)

const connections = 64

func body(summary, dedup string) string {
	return fmt.Sprintf(`{"summary":%q,"key":%q,"severity":"critical","details":{"host":"web-01"}}`, summary, dedup)
}

// stage is what a server under load has: one team.
type stage struct {
	hook       string // the webhook of the person on call
	urgency    string // of the noisy service
	alerts     int    // stored
	unresolved int    // of those
}

// running starts a server on a database of a kind.
func running(ctx context.Context, p plan, kind string, st stage) (*server, *place, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, nil, err
	}
	if st.alerts > 0 {
		if err := seed(ctx, at, st.alerts, st.unresolved); err != nil {
			at.close()
			return nil, nil, err
		}
	}
	s, err := serve(ctx, p, at)
	if err != nil {
		at.close()
		return nil, nil, err
	}
	if err := s.apply(team(st.hook, st.urgency)); err != nil {
		s.stop()
		at.close()
		return nil, nil, err
	}
	return s, at, nil
}

// hookNobody is a webhook that is never called.
const hookNobody = "http://127.0.0.1:9/nobody"

func measureIngest(ctx context.Context, p plan, kind string) ([]row, error) {
	r := row{what: "durable signals/s, one a POST, unique keys, 64 connections", target: "≥ 10,000, p99 ≤ 50 ms", of: limitInsert(kind)}
	return ingest(ctx, p, kind, r, func(c, n int) string { return fmt.Sprintf("unique-%d-%d", c, n) })
}

func measureFold(ctx context.Context, p plan, kind string) ([]row, error) {
	return ingest(ctx, p, kind, row{what: "the same with one key", target: "≥ 15,000", of: limitHTTP}, func(int, int) string { return "one" })
}

// ingest fills in what a row measures: signals with these keys.
func ingest(ctx context.Context, p plan, kind string, r row, dedup func(c, n int) string) ([]row, error) {
	s, at, err := running(ctx, p, kind, stage{hook: hookNobody, urgency: "none", alerts: p.alerts, unresolved: p.alerts})
	if err != nil {
		return nil, err
	}
	defer at.close()
	defer s.stop()
	out, err := load{
		addr: s.addr, connections: connections, lasts: time.Duration(p.seconds) * time.Second, want: "202",
		request: func(c, n int) []byte {
			return post("/in/generic/"+key+"quiet", body("disk full on web-01", dedup(c, n)))
		},
	}.run(ctx)
	if err != nil {
		return nil, err
	}
	r.rate = out.rate()
	r.what, r.measured = fmt.Sprintf("%s, %d s, %d alerts present", r.what, p.seconds, p.alerts), rated(out)
	return []row{r}, nil
}

func rated(o outcome) string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", o.rate(), short(o.at(0.5)), short(o.at(0.99)))
}

func short(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

// measureBare is the limit of any handler here: it reads the body and answers.
func measureBare(ctx context.Context, p plan, kind string) ([]row, error) {
	if kind != "sqlite" {
		return nil, nil // no database is in it
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buf := make([]byte, 4096)
		_, _ = r.Body.Read(buf)
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"status":"accepted"}`))
	})}
	go func() { _ = s.Serve(l) }()
	defer func() { _ = s.Close() }()
	out, err := load{
		addr: l.Addr().String(), connections: connections, lasts: time.Duration(min(p.seconds, 10)) * time.Second, want: "202",
		request: func(c, n int) []byte { return post("/in/generic/"+key, body("disk full on web-01", fmt.Sprint(c, n))) },
	}.run(ctx)
	return []row{{what: "limit: a bare HTTP handler", measured: rated(out), target: "—", rate: out.rate(), limit: limitHTTP}}, err
}

// measureInsert is the limit of the database: the rows of a signal in groups
// of 64, without a server.
func measureInsert(ctx context.Context, p plan, kind string) ([]row, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	db, err := at.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	start, n := time.Now(), 0
	for time.Since(start) < time.Duration(min(p.seconds, 10))*time.Second {
		if err := db.Do(ctx, func(tx *store.Tx) error { return seedSome(ctx, tx, n, 64, 0) }); err != nil {
			return nil, err
		}
		n += 64
	}
	rate := float64(n) / time.Since(start).Seconds()
	return []row{{
		what: "limit: the rows of a signal in groups of 64, no server", measured: fmt.Sprintf("%.0f/s", rate), target: "—",
		rate: rate, limit: limitInsert(kind),
	}}, nil
}
