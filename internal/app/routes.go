package app

import (
	"net/http"

	"firehall/internal/source"
)

// handler returns all doors.
func (a *App) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /metrics", a.metrics)
	doors := source.New(source.Options{Act: a.act, DB: a.db, Hash: a.box.HashKey, Meter: a.meter, Log: a.log})
	for _, r := range doors.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	return a.outermost(mux)
}
