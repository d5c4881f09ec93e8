package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"firehall/internal/doctor"
	"firehall/internal/meter"
	"firehall/internal/store"
)

// How long a node may be in trouble before it says so.
const (
	pingWithin = 2 * time.Second
	stuckAfter = time.Minute // a timer that has been due for so long
)

// readiness is what /readyz answers.
type readiness struct {
	Status   string   `json:"status"`   // ready or not ready
	Reasons  []string `json:"reasons"`  // why it is not ready
	Warnings []string `json:"warnings"` // what will hurt, though it serves
}

// nonces is what may be signed for anybody.
var nonces = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// healthz answers 200 while the process can answer at all. For firehall doctor
// it proves which installation answers a nonce, and with drip it answers in two
// parts, so that a proxy that holds answers back is noticed.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if n := r.URL.Query().Get("nonce"); nonces.MatchString(n) {
		w.Header().Set(doctor.ProofHeader, a.proof(n))
	}
	_, _ = w.Write([]byte("ok\n"))
	if r.URL.Query().Get("drip") == "" || http.NewResponseController(w).Flush() != nil {
		return
	}
	wait := time.NewTimer(doctor.DripWait)
	defer wait.Stop()
	select {
	case <-wait.C:
		_, _ = w.Write([]byte("ok\n"))
	case <-r.Context().Done():
	}
}

// readyz answers 200 when the node can serve, with warnings; else 503 with the
// reasons.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), pingWithin)
	defer cancel()
	out := readiness{Status: "ready", Reasons: a.notReady(ctx), Warnings: a.warnings(ctx)}
	status := http.StatusOK
	if len(out.Reasons) > 0 {
		status, out.Status = http.StatusServiceUnavailable, "not ready"
	}
	writeJSON(w, status, out)
}

// notReady returns why the node cannot serve; none when it can.
func (a *App) notReady(ctx context.Context) []string {
	reasons := []string{}
	if a.stopping.Load() {
		reasons = append(reasons, "this node is stopping")
	}
	if _, err := a.late(ctx); err != nil {
		a.log.ErrorContext(ctx, "the database does not answer", "error", err)
		reasons = append(reasons, "the database does not answer")
	}
	return reasons
}

// late returns how long the first timer has been due, as the database has it.
func (a *App) late(ctx context.Context) (time.Duration, error) {
	_, firstAt, err := a.db.TimersPending(ctx)
	if err != nil || firstAt.IsZero() {
		return 0, err
	}
	return max(a.opts.Now().Sub(firstAt), 0), nil
}

func (a *App) warnings(ctx context.Context) []string {
	out := append([]string{}, a.opts.Config.Warnings()...)
	setup, err := a.db.FreshSetup(ctx)
	if err != nil {
		setup = a.db.Setup() // that the database fails is a reason already
	}
	if len(setup.Installation.Fallback) == 0 {
		out = append(out, "the installation has no fallback: an alert whose policy finds nobody and names no fallback tells nobody; set installation.fallback")
	}
	if n := mailContacts(setup); n > 0 && a.mailless() {
		out = append(out, count(n, "contact is a mail address", "contacts are mail addresses")+" and there is no mail server: set FIREHALL_SMTP_URL")
	}
	out = append(out, a.backupWarnings(ctx, setup)...)
	// Not a reason: the database is every node's, so a balancer would take all
	// nodes out, and messages would find no door.
	if late, err := a.late(ctx); err == nil && late > stuckAfter {
		out = append(out, fmt.Sprintf("timers are stuck: the first has been due for %s", late.Round(time.Second)))
	}
	health := a.engine.Health()
	if health.Found > 0 {
		out = append(out, fmt.Sprintf("the auditor found %s that had not run, and ran what it found", count(health.Found, "thing", "things")))
	}
	if health.Failing != "" {
		out = append(out, "the engine fails and tries again: "+health.Failing)
	}
	return out
}

// mailless says whether no mail can be sent: there is no mail server, and
// nobody else takes mails, as the demo does.
func (a *App) mailless() bool { return a.opts.Config.SMTPURL == "" && a.opts.Sender == nil }

func mailContacts(setup *store.Setup) int {
	n := 0
	for _, p := range setup.People {
		for _, c := range p.Contacts {
			if c.Kind == "email" && !p.Disabled {
				n++
			}
		}
	}
	return n
}

// count returns "1 thing" or "3 things".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// state is what the gauges show.
func (a *App) state(ctx context.Context) (meter.State, error) {
	pending, firstAt, err := a.db.TimersPending(ctx)
	if err != nil {
		return meter.State{}, err
	}
	open, err := a.db.OpenCounts(ctx)
	if err != nil {
		return meter.State{}, err
	}
	sends, err := a.db.SendsWaiting(ctx)
	if err != nil {
		return meter.State{}, err
	}
	out := meter.State{TimersPending: pending, Found: a.engine.Health().Found, OpenAlerts: map[string]int{}, Queues: map[string]int{
		"inbox": a.act.Waiting(), "writer": a.db.WritersWaiting(), "sends": sends, "calls": a.engine.Calls(),
	}}
	if !firstAt.IsZero() {
		out.TimersLate = max(a.opts.Now().Sub(firstAt), 0)
	}
	for status, n := range open {
		out.OpenAlerts[string(status)] = n
	}
	return out, a.backupState(ctx, &out)
}

// writeJSON answers with a value as JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// problem answers with an error as RFC 9457 has it.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
}
