package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// receiver is the webhook of the person on call.
type receiver struct {
	url   string
	close func()
	pages atomic.Int64
	mu    sync.Mutex
	at    map[string]time.Time // by summary: when its page arrived
}

func listen() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/ana", at: map[string]time.Time{}}
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(r.page)}
	go func() { _ = s.Serve(l) }()
	r.close = func() { _ = s.Close() }
	return r, nil
}

func (r *receiver) page(_ http.ResponseWriter, req *http.Request) {
	now := time.Now()
	var in struct {
		Type  string `json:"type"`
		Alert struct {
			Summary string `json:"summary"`
		} `json:"alert"`
	}
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil || in.Type != "page" {
		return
	}
	r.mu.Lock()
	if _, known := r.at[in.Alert.Summary]; !known {
		r.at[in.Alert.Summary] = now
		r.pages.Add(1)
	}
	r.mu.Unlock()
}

// measurePaged is how many alerts a second go the whole way to a webhook.
func measurePaged(ctx context.Context, p plan, kind string) ([]row, error) {
	hook, err := listen()
	if err != nil {
		return nil, err
	}
	defer hook.close()
	s, at, err := running(ctx, p, kind, stage{hook: hook.url, urgency: "high"})
	if err != nil {
		return nil, err
	}
	defer at.close()
	defer s.stop()
	start := time.Now()
	lasts := time.Duration(min(p.seconds, 20)) * time.Second
	rate := 1500
	out, err := load{
		addr: s.addr, connections: 16, lasts: lasts, perSecond: rate, want: "202",
		request: func(c, n int) []byte {
			name := fmt.Sprintf("paged-%d-%d", c, n)
			return post("/in/generic/"+key, body(name, name))
		},
	}.run(ctx)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(2 * time.Minute); hook.pages.Load() < int64(out.requests) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	got := hook.pages.Load()
	target := map[string]string{"sqlite": "≥ 800/s", "postgres": "≥ 500/s"}[kind]
	measured := fmt.Sprintf("%.0f/s (%d of %d)", float64(got)/time.Since(start).Seconds(), got, out.requests)
	return []row{figure(fmt.Sprintf("alerts/s each fully paged to a webhook, offered %d/s for %s", rate, lasts), measured, target)}, nil
}

// measureTimeToPage is how long a page takes from the POST to the webhook.
func measureTimeToPage(ctx context.Context, p plan, kind string) ([]row, error) {
	targets := map[string]string{"sqlite": "3 / 15 ms", "postgres": "4 / 20 ms"}
	var rows []row
	for _, beside := range []struct {
		rate   int
		target string
	}{{0, targets[kind]}, {2000, "p99 ≤ 50 ms"}, {8000, "p99 ≤ 250 ms"}} {
		waits, err := timeToPage(ctx, p, kind, beside.rate)
		if err != nil {
			return nil, err
		}
		what := "time to page, POST sent → webhook received (p50 / p99)"
		if beside.rate > 0 {
			what += fmt.Sprintf(", beside %d signals/s", beside.rate)
		}
		rows = append(rows, figure(what, fmt.Sprintf("%s / %s (%d pages)", short(quantile(waits, 0.5)), short(quantile(waits, 0.99)), len(waits)), beside.target))
	}
	return rows, nil
}

func timeToPage(ctx context.Context, p plan, kind string, beside int) ([]time.Duration, error) {
	hook, err := listen()
	if err != nil {
		return nil, err
	}
	defer hook.close()
	s, at, err := running(ctx, p, kind, stage{hook: hook.url, urgency: "high", alerts: min(p.alerts, 100_000), unresolved: 1000})
	if err != nil {
		return nil, err
	}
	defer at.close()
	defer s.stop()
	lasts := time.Duration(min(p.seconds, 30)) * time.Second
	var noise sync.WaitGroup
	if beside > 0 {
		noise.Go(func() {
			_, _ = load{
				addr: s.addr, connections: connections, lasts: lasts, perSecond: beside, want: "202",
				request: func(c, n int) []byte {
					return post("/in/generic/"+key+"quiet", body("noise", fmt.Sprintf("noise-%d-%d", c, n)))
				},
			}.run(ctx)
		})
	}
	sent := map[string]time.Time{}
	_, err = load{
		addr: s.addr, connections: 1, lasts: lasts, perSecond: 20, want: "202",
		request: func(_, n int) []byte {
			name := fmt.Sprintf("timed-%d", n)
			sent[name] = time.Now()
			return post("/in/generic/"+key, body(name, name))
		},
	}.run(ctx)
	noise.Wait()
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	return hook.since(sent)
}

// since returns the sorted waits from each sending to its page.
func (r *receiver) since(sent map[string]time.Time) ([]time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var waits []time.Duration
	for name, at := range sent {
		got, ok := r.at[name]
		if !ok {
			return nil, fmt.Errorf("the page for %s did not arrive", strings.TrimSpace(name))
		}
		waits = append(waits, got.Sub(at))
	}
	slices.Sort(waits)
	return waits, nil
}
