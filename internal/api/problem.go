package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"firehall/internal/action"
	"firehall/internal/fault"
)

// refused is an error as it is answered: a problem, and headers.
type refused struct {
	*huma.ErrorModel
	headers http.Header
}

// GetHeaders returns the headers of the answer.
func (r *refused) GetHeaders() http.Header { return r.headers }

func refuse(status int, sentence string, headers ...string) *refused {
	r := &refused{&huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: sentence}, http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.headers.Set(headers[i], headers[i+1])
	}
	return r
}

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound,
	fault.Denied: http.StatusForbidden, fault.Conflict: http.StatusConflict,
}

// problem returns how an error is answered. One that is nobody's fault but
// ours is logged here, and only here, with the request's id.
func (s *Server) problem(ctx context.Context, operation string, err error) *refused {
	var guesses *tooMany
	var much *action.TooMuch
	f := fault.Of(err)
	switch {
	case f != nil:
		return faulty(f)
	case errors.Is(err, action.ErrNoToken):
		return refuse(http.StatusUnauthorized, err.Error(), "WWW-Authenticate", `Bearer realm="Firehall"`)
	case errors.As(err, &guesses):
		return refuse(http.StatusTooManyRequests, guesses.Error(), "Retry-After", guesses.seconds())
	case errors.As(err, &much):
		return refuse(statusOf(much), much.Sentence, "Retry-After", (&tooMany{much.After}).seconds())
	case errors.Is(err, action.ErrExporting):
		return refuse(http.StatusTooManyRequests, err.Error(), "Retry-After", "60")
	case errors.Is(err, action.ErrBusy):
		return refuse(http.StatusServiceUnavailable, err.Error(), "Retry-After", "2")
	case ctx.Err() != nil:
		return refuse(http.StatusServiceUnavailable, "the request was given up before it was answered")
	}
	n := requestOf(ctx)
	s.log.ErrorContext(ctx, "a request failed", "operation", operation, "id", n, "error", err)
	return refuse(http.StatusInternalServerError, "something failed inside Firehall; it is in the log as request "+n)
}

// statusOf tells who asks too often from who meets others.
func statusOf(t *action.TooMuch) int {
	if t.Asker {
		return http.StatusTooManyRequests
	}
	return http.StatusServiceUnavailable
}

func faulty(f *fault.Fault) *refused {
	r := refuse(statuses[f.Kind], f.Sentence)
	for _, field := range f.Fields {
		r.Errors = append(r.Errors, &huma.ErrorDetail{Message: field.Sentence, Location: field.Path})
	}
	r.Detail = detailOf(f.Sentence, r.Errors)
	return r
}

// detailOf returns a sentence for what is wrong in several places.
func detailOf(sentence string, errors []*huma.ErrorDetail) string {
	switch {
	case sentence != "":
		return sentence
	case len(errors) == 1:
		return errors[0].Message
	}
	return fmt.Sprintf("%d things are wrong in this request; errors says where", len(errors))
}

// plainWords puts what huma says about a request into our words, and never
// echoes what was sent.
func plainWords(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	for _, e := range m.Errors {
		reword(e)
	}
	if m.Detail == "validation failed" {
		m.Detail = detailOf("", m.Errors)
		if len(m.Errors) == 1 && m.Errors[0].Location != "" {
			m.Detail = m.Errors[0].Location + ": " + m.Detail
		}
	}
	return m, nil
}

func reword(e *huma.ErrorDetail) {
	e.Value = nil
	e.Location = strings.TrimPrefix(strings.TrimPrefix(e.Location, "body"), ".")
	if rest, ok := strings.CutPrefix(e.Message, "expected required property "); ok {
		name, _, _ := strings.Cut(rest, " ")
		e.Location = strings.TrimPrefix(e.Location+"."+name, ".")
		e.Message = "this is needed"
		return
	}
	if mine, ok := ours[e.Message]; ok {
		e.Message = mine
	}
}

// ours has huma's sentences in our words.
var ours = map[string]string{
	"unexpected property":     "there is no such field",
	"unknown query parameter": "there is no such parameter",
	"expected string":         "this has to be a text",
	"expected boolean":        "this has to be true or false",
	"expected integer":        "this has to be a whole number",
	"expected array":          "this has to be a list",
	"expected object":         "this has to be an object",
}

// write answers with a problem.
func write(w http.ResponseWriter, r *refused) {
	for name := range r.headers {
		w.Header().Set(name, r.headers.Get(name))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(r.Status)
	_ = huma.DefaultJSONFormat.Marshal(w, r.ErrorModel) // a caller that went away
}

// nothing answers what is not there: 404, or 405 for another method's path.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	probe := &probe{header: http.Header{}}
	if handler, pattern := s.known.Handler(r); pattern == "" {
		handler.ServeHTTP(probe, r)
	}
	if probe.status == http.StatusMethodNotAllowed {
		allow := probe.header.Get("Allow")
		write(w, refuse(http.StatusMethodNotAllowed, "this path takes "+allow, "Allow", allow))
		return
	}
	write(w, refuse(http.StatusNotFound, "there is nothing at this path; /api/docs lists what there is"))
}

// probe notes how a mux answers what it does not know.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
