package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Limits of requests.
const (
	headerWithin  = 10 * time.Second
	requestWithin = time.Minute     // headers and body
	answerWithin  = 3 * time.Minute // from the request's headers until its answer is taken
	idleFor       = 2 * time.Minute
	maxHeader     = 64 << 10 // bytes
)

// newServer returns the HTTP server with all doors behind it.
func (a *App) newServer(secure *tls.Config) *http.Server {
	return &http.Server{
		Handler:           a.handler(),
		TLSConfig:         secure,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       requestWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}

// serve answers requests until the server is shut down; then it returns nil.
func (a *App) serve() error {
	var err error
	if a.server.TLSConfig != nil {
		err = a.server.ServeTLS(a.listener, "", "")
	} else {
		err = a.server.Serve(a.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (a *App) listen(ctx context.Context) (net.Listener, error) {
	if a.opts.Listener != nil {
		return a.opts.Listener, nil
	}
	address := a.opts.Config.Listen
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s; stop it, or choose another port with --listen (FIREHALL_LISTEN): %w", address, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w; choose another address with --listen (FIREHALL_LISTEN)", address, err)
	}
	return l, nil
}

// URL returns where the node itself answers, like http://localhost:8080.
func (a *App) URL() string {
	scheme := "http://"
	if a.opts.Config.TLS() {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(a.listener.Addr().String())
	if err != nil {
		return scheme + a.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port)
}

// PublicURL returns what links begin with: the setting, else URL.
func (a *App) PublicURL() string {
	if a.opts.Config.PublicURL != "" {
		return a.opts.Config.PublicURL
	}
	return a.URL()
}
