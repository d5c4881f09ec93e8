package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"firehall/internal/fault"
	"firehall/internal/ui"
)

// answerer writes answers with the headers that each of them has.
type answerer struct {
	log   *slog.Logger
	sheet ui.Sheet
}

// refusal is an outcome that package fault has no kind for.
type refusal struct {
	status   int
	title    string
	sentence string
}

// Error returns the sentence.
func (r *refusal) Error() string { return r.sentence }

// doing answers one request; what it returns is answered for it.
type doing func(w http.ResponseWriter, r *http.Request) error

// handler turns a doing into a handler: headers, and one place for errors.
func (a answerer) handler(fn doing) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header(), a.sheet)
		if err := fn(w, r); err != nil {
			a.fail(w, r, err)
		}
	})
}

// secure sets the headers of a page that stands alone: kept by nobody, told to
// nobody, in no frame, and loading nothing.
func secure(h http.Header, sheet ui.Sheet) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", sheet.Policy())
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}

// refused returns what an error is answered with.
func refused(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	f := fault.Of(err)
	switch {
	case f == nil:
		return &refusal{
			http.StatusInternalServerError, "That did not work",
			"Something failed here. Try again, and look how it stands: until somebody has it, an alert goes on to the next person as planned",
		}
	case f.Kind == fault.NotFound:
		return &refusal{http.StatusNotFound, "There is nothing here", f.Error()}
	case f.Kind == fault.Denied:
		return &refusal{http.StatusForbidden, "That is not allowed", f.Error()}
	case f.Kind == fault.Conflict:
		return &refusal{http.StatusConflict, "It has moved on", f.Error()}
	}
	return &refusal{http.StatusUnprocessableEntity, "That cannot be read", f.Error()}
}

// fail answers an error: problem JSON for a program, a page for a person. What
// is nobody's fault but ours is logged here, and only here.
func (a answerer) fail(w http.ResponseWriter, r *http.Request, err error) {
	why := refused(err)
	if why.status == http.StatusInternalServerError && r.Context().Err() == nil {
		a.log.Error("a request failed", "route", r.Pattern, "error", err) // never its path: it holds a token
	}
	if wantsJSON(r) {
		writeJSON(w, "application/problem+json", why.status, problemJSON{
			Type: "about:blank", Title: http.StatusText(why.status), Status: why.status, Detail: sentence(why.sentence),
		})
		return
	}
	a.page(r.Context(), w, why.status, ui.Short(why.title, a.sheet, sentence(why.sentence)))
}

// problemJSON is an error as RFC 9457 has it.
type problemJSON struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// wantsJSON says whether a program asks: it takes JSON and no page, or posts
// JSON.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	if strings.Contains(accept, "text/html") {
		return false
	}
	return strings.Contains(accept, "json") || isJSON(r)
}

func isJSON(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.TrimSpace(kind) == "application/json"
}

func writeJSON(w http.ResponseWriter, kind string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("web: " + err.Error()) // our own structs always have a JSON form
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that went away
}

// page writes a page whole or, when it cannot be rendered, not at all.
func (a answerer) page(ctx context.Context, w http.ResponseWriter, status int, c templ.Component) {
	var body bytes.Buffer
	if err := c.Render(ctx, &body); err != nil {
		a.log.Error("a page could not be rendered", "error", err)
		http.Error(w, "Something failed here. Try again.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a client that went away; the server drops it for HEAD
}

// sentence returns a text of our own with a capital letter and a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	first := []rune(s)
	out := strings.ToUpper(string(first[:1])) + string(first[1:])
	if strings.ContainsAny(out[len(out)-1:], ".!?") {
		return out
	}
	return out + "."
}
