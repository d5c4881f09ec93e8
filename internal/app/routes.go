package app

import (
	"net/http"

	"firehall/internal/api"
	"firehall/internal/source"
	"firehall/internal/web"
)

// handler returns all doors.
//
// The doors below read no cookie: a key, a token or a signed link says who
// asks, and no other site's page can send those. A door that reads a cookie is
// added through sameOrigin.
func (a *App) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /metrics", a.metrics)
	doors := source.New(source.Options{Act: a.act, DB: a.db, Hash: a.box.HashKey, Meter: a.meter, Log: a.log})
	for _, r := range doors.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	for _, r := range a.api().Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	screen := web.PageScreen{Act: a.act, DB: a.db, OpenToken: a.box.OpenPageToken, Now: a.opts.Now, Log: a.log}
	for _, r := range screen.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	for _, r := range web.Home(a.log) {
		mux.Handle(r.Pattern, sameOrigin(r.Handler))
	}
	return a.outermost(mux)
}

func (a *App) api() *api.Server {
	o := api.Options{
		Act: a.act, DB: a.db, Bootstrap: a.opts.Config.BootstrapToken, PublicURL: a.PublicURL(), Version: a.opts.Version, Log: a.log, Scratch: a.backupFolder(), Node: a.lintNode, Doctor: a.Doctor,
	}
	if a.mailless() {
		o.Unsendable = map[string]string{"email": "there is no mail server: set FIREHALL_SMTP_URL"}
	}
	return api.New(o)
}

// sameOrigin refuses what another site's page makes a browser send.
func sameOrigin(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(next)
}
