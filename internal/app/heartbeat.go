package app

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"firehall/internal/channel"
)

// Times of the outgoing heartbeat.
const (
	beatEvery   = time.Minute
	beatWithin  = 10 * time.Second
	auditWithin = 3 * time.Minute // the auditor looks each minute
)

// heartbeat tells an outside watchdog each minute that the pager works. Its
// silence is the alarm: it stops when the auditor found something left lying,
// when timers are late and when the database fails.
type heartbeat struct {
	app    *App
	client *http.Client

	mu  sync.Mutex
	at  time.Time // when the last one was sent; zero: none was
	why string    // why the last one was not sent; "" when it was
}

func newHeartbeat(a *App) *heartbeat {
	return &heartbeat{app: a, client: a.channels.Guard().Client(beatWithin)}
}

// tick sends one heartbeat, or does not. It logs only what changes.
func (h *heartbeat) tick(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	url, why := h.to(ctx)
	if url == "" && why == "" {
		return // none is set
	}
	outcome := "withheld"
	if why == "" {
		outcome = "sent"
		if why = h.call(ctx, url); why != "" {
			outcome = "failed"
		}
	}
	h.app.meter.Beat(outcome)
	was := h.keep(why)
	if why != was && why != "" {
		h.app.log.Error("the outgoing heartbeat is not sent", "why", why)
	}
	if why == "" && was != "" {
		h.app.log.Info("the outgoing heartbeat is sent again")
	}
}

// keep notes what became of a heartbeat and returns why the one before was not
// sent.
func (h *heartbeat) keep(why string) (was string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, h.why = h.why, why
	if why == "" {
		h.at = h.app.opts.Now()
	}
	return was
}

// last returns when a heartbeat was last sent, and why the last one was not.
func (h *heartbeat) last() (at time.Time, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at, h.why
}

// to returns the address to call, or why it must not be called now.
func (h *heartbeat) to(ctx context.Context) (url, why string) {
	setup, err := h.app.db.FreshSetup(ctx)
	if err != nil {
		return "", "the database fails"
	}
	url = setup.Installation.HeartbeatURL
	if url == "" {
		return "", ""
	}
	late, err := h.app.late(ctx)
	health := h.app.engine.Health()
	audited := health.Audited
	if audited.IsZero() {
		audited = h.app.startedAt
	}
	switch {
	case err != nil:
		return "", "the database fails"
	case late > stuckAfter:
		return "", "timers are late"
	case health.Found > 0:
		return "", "the auditor found " + count(health.Found, "thing", "things") + " left lying"
	case health.Failing != "":
		return "", "the engine fails: " + health.Failing
	case h.app.opts.Now().Sub(audited) > auditWithin:
		return "", "the auditor has not run for minutes"
	}
	return url, ""
}

// call calls the address and returns why that failed; the address is a secret.
func (h *heartbeat) call(ctx context.Context, url string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "installation.heartbeat_url is not a URL that can be called"
	}
	request.Header.Set("User-Agent", "firehall/"+h.app.opts.Version)
	response, err := h.client.Do(request)
	if err != nil {
		return channel.CallWords(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
	if response.StatusCode >= 300 {
		return "the watchdog answered " + response.Status
	}
	return ""
}
