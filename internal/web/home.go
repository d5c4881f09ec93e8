package web

import (
	"log/slog"
	"net/http"

	"firehall/internal/fault"
	"firehall/internal/ui"
)

// Home answers what no other room does: / says that Firehall runs, everything
// else that there is nothing.
func Home(log *slog.Logger) []Route {
	a := answerer{log, ui.PageSheet()}
	return []Route{
		{"GET /{$}", a.handler(func(w http.ResponseWriter, r *http.Request) error {
			a.page(r.Context(), w, http.StatusOK, home(a.sheet))
			return nil
		})},
		{pathHome, a.handler(func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "there is no page at this address")
		})},
	}
}
