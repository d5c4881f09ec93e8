package app

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// requestIDKey is where a request's id is in its context.
type requestIDKey struct{}

// withRequestID adds the id of the request, if there is one, to log lines.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	if n, ok := ctx.Value(requestIDKey{}).(string); ok {
		r.AddAttrs(slog.String("request", n))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}

// answer notes what was answered, for the log.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *answer) WriteHeader(status int) {
	if w.status == 0 || w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (w *answer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// outermost gives each request an id, headers that keep browsers careful, and
// a line in the log; a panic becomes a 500.
func (a *App) outermost(next http.Handler) http.Handler {
	secure := strings.HasPrefix(a.opts.Config.PublicURL, "https://") || a.opts.Config.TLS()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		n := hex.EncodeToString(binary.BigEndian.AppendUint64(nil, rand.Uint64()))
		header := w.Header()
		header["X-Request-Id"] = []string{n}
		harden(header, secure)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, n))
		a.believeProxies(r)
		noted := &answer{ResponseWriter: w}
		defer func() {
			a.recovered(noted, r, recover())
			a.logRequest(noted, r, time.Since(began))
		}()
		next.ServeHTTP(noted, r)
	})
}

// careful are the headers of every answer; the names are canonical.
var careful = map[string][]string{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
}

// harden sets what every answer carries unless its door knows better.
func harden(h http.Header, secure bool) {
	for name, value := range careful {
		h[name] = value[:1:1] // shared: who adds to it makes a copy
	}
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recovered turns a panic into a 500 and a line in the log.
func (a *App) recovered(w *answer, r *http.Request, panicked any) {
	if panicked == nil {
		return
	}
	if panicked == http.ErrAbortHandler {
		panic(panicked) // the server closes the connection
	}
	a.meter.Panicked()
	a.log.ErrorContext(r.Context(), "a request panicked", "route", route(r), "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer must not look whole
	}
	problem(w, http.StatusInternalServerError, "Something failed inside Firehall and was logged; try again, or give the operator this request's id: "+w.Header().Get("X-Request-Id"))
}

// route returns the pattern that a request matched: its path may hold a key or
// a token, and those are never logged.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "(none)"
	}
	return r.Pattern
}

// quietRoutes are called so often that their success is worth no line.
var quietRoutes = []string{"/in/", "/v2/", "/beat/", "/generic/", "/healthz", "/readyz", "/metrics"}

// logRequest writes one line about a request, never its path.
func (a *App) logRequest(w *answer, r *http.Request, took time.Duration) {
	level := slog.LevelInfo
	if w.status < 400 {
		for _, quiet := range quietRoutes {
			if strings.Contains(r.Pattern, quiet) {
				level = slog.LevelDebug
			}
		}
	}
	if !a.log.Enabled(r.Context(), level) {
		return
	}
	a.log.LogAttrs(r.Context(), level, "request",
		slog.String("method", methodWord(r.Method)), slog.String("route", route(r)), slog.Int("status", w.status),
		slog.Int64("bytes", w.bytes), slog.Duration("took", took), slog.String("from", remoteHost(r)))
}

// methodWord keeps invented methods out of the log.
func methodWord(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}
