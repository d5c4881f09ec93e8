package web

import (
	"log/slog"
	"net/http"

	"firehall/internal/fault"
	"firehall/internal/ui"
)

// noAlertPage is what the address of an alert, which is in messages and in the
// API, answers until alerts have pages.
var noAlertPage = &refusal{
	http.StatusNotFound, "Alerts have no page of their own yet",
	`The link in the message that paged you shows this alert and its timeline; so do "firehall why" with its id and the API`,
}

// Home answers what no other room does: / says that Firehall runs, everything
// else that there is nothing.
func Home(log *slog.Logger) []Route {
	a := answerer{log, ui.PageSheet()}
	return []Route{
		{"GET /{$}", a.handler(func(w http.ResponseWriter, r *http.Request) error {
			a.page(r.Context(), w, http.StatusOK, home(a.sheet))
			return nil
		})},
		{"GET /alerts/{id}", a.handler(func(http.ResponseWriter, *http.Request) error { return noAlertPage })},
		{pathHome, a.handler(func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "there is no page at this address")
		})},
	}
}
