package app

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
)

// metrics answers programs of this machine, and those with an API token.
func (a *App) metrics(w http.ResponseWriter, r *http.Request) {
	if !isLocal(r) && !a.knows(r.Context(), bearer(r)) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="firehall"`)
		problem(w, http.StatusUnauthorized, "Metrics are read from this machine itself, or with an API token: Authorization: Bearer …")
		return
	}
	a.meter.Handler().ServeHTTP(w, r)
}

func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return strings.TrimSpace(token)
}

// knows says whether a token is valid.
func (a *App) knows(ctx context.Context, token string) bool {
	if token == "" {
		return false
	}
	if boot := a.opts.Config.BootstrapToken; boot != "" && subtle.ConstantTimeCompare([]byte(boot), []byte(token)) == 1 {
		return true
	}
	by, err := a.act.Authenticate(ctx, token)
	return err == nil && by.MayRead() == nil
}
