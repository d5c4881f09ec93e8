// Package api is the REST API under /api/v1, with its description as an
// OpenAPI document and as a page for people.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"firehall/internal/action"
	"firehall/internal/doctor"
	"firehall/internal/lint"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Options is what the API needs.
type Options struct {
	Act       *action.Actions
	DB        *store.DB
	Bootstrap string // an owner's token beside those in the database; "" is none
	PublicURL string // without a slash at its end; links begin with it
	Version   string
	Log       *slog.Logger
	Scratch   string // the folder for files on their way to who asked; "" is the system's

	// Unsendable says of kinds of contact why nothing can be sent by them
	// here; kinds that can are not in it.
	Unsendable map[string]string
	// Node returns how this server runs, for lint; nil, or a nil answer, says
	// nothing of it.
	Node func() *lint.Node
	// Doctor looks at this server; nil finds nothing.
	Doctor func(context.Context) doctor.Report

	// Remote returns the address of who sends a request; nil is the other end
	// of the connection.
	Remote func(*http.Request) netip.Addr
}

// Route is one line of the list of what is answered. Patterns are those of
// http.ServeMux.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Server answers the API. It is safe for many goroutines at once.
type Server struct {
	act        *action.Actions
	db         *store.DB
	log        *slog.Logger
	publicURL  string
	scratch    string
	unsendable map[string]string
	node       func() *lint.Node
	doctor     func(context.Context) doctor.Report
	signIn     *signIn
	backing    atomic.Bool // a backup is on its way to somebody
	huma       huma.API
	lines      []line
	routes     []Route
	mux        *http.ServeMux
	known      *http.ServeMux // the operations alone, to tell 405 from 404
}

// base is where the API is.
const base = "/api/v1"

// Limits of a body, in bytes.
const (
	bodyLimit  = 1 << 20
	setupLimit = 16 << 20 // of a setup file
)

// New returns the API.
func New(o Options) *Server {
	s := &Server{
		act: o.Act, db: o.DB, log: o.Log, publicURL: o.PublicURL, scratch: o.Scratch, unsendable: o.Unsendable, node: o.Node, doctor: o.Doctor,
		signIn: newSignIn(o), mux: http.NewServeMux(), known: http.NewServeMux(),
	}
	if s.node == nil {
		s.node = func() *lint.Node { return nil }
	}
	s.huma = humago.New(registrar{s}, config(o.Version))
	s.register()
	s.describe()
	s.route("/api/", http.HandlerFunc(s.nothing))
	return s
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("Firehall", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Formats = map[string]huma.Format{
		"application/json":                  huma.DefaultJSONFormat,
		"json":                              huma.DefaultJSONFormat,
		"application/x-www-form-urlencoded": huma.DefaultJSONFormat, // what curl -d says of everything
	}
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{plainWords}
	c.Info.Description = "Every request carries an API token: Authorization: Bearer <token>. Errors are problem JSON (RFC 9457)."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

// Routes lists what the API answers.
func (s *Server) Routes() []Route { return s.routes }

// ServeHTTP answers all of it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) route(pattern string, handler http.Handler) {
	s.routes = append(s.routes, Route{pattern, handler})
	s.mux.Handle(pattern, handler)
}

// registrar takes the operations that huma makes.
type registrar struct{ *Server }

// HandleFunc makes an operation a route: it answers who has a valid token.
func (s registrar) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	s.known.HandleFunc(pattern, handler)
	s.route(pattern, s.guard(handler))
}

// line is one line of the list of operations.
type line struct {
	method, path string
	name         string // of the operation, unique
	summary      string // one sentence, for the description
	status       int    // when it succeeds; 0 is 200
	tag          string
}

func (l line) operation() huma.Operation {
	o := huma.Operation{
		Method: l.method, Path: base + l.path, OperationID: l.name, Summary: l.summary, Tags: []string{l.tag},
		DefaultStatus: l.status, MaxBodyBytes: -1, BodyReadTimeout: -1, // guard has read it
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests},
	}
	if l.method != http.MethodGet {
		o.Errors = append(o.Errors, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	return o
}

// answer is the body of an answer; Status is its status when it differs from
// the usual one.
type answer[T any] struct {
	Status int
	Body   T
}

// none is an answer without a body.
type none struct{}

// list is a part of a list.
type list[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Send it as cursor to get what follows. It is absent at the end."`
}

// handle makes an operation of a function that answers with a body.
func handle[I, T any](s *Server, l line, fn func(context.Context, team.Actor, *I) (T, error)) {
	usual := l.operation().DefaultStatus
	reply(s, l, func(ctx context.Context, by team.Actor, in *I) (*answer[T], error) {
		body, err := fn(ctx, by, in)
		return &answer[T]{max(usual, http.StatusOK), body}, err
	})
}

// reply makes an operation of a function that makes its whole answer. Errors
// become problems here, and only here.
func reply[I, O any](s *Server, l line, fn func(context.Context, team.Actor, *I) (*O, error)) {
	s.lines = append(s.lines, l)
	huma.Register(s.huma, l.operation(), func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, l, in, fn)
		if err != nil {
			return nil, s.problem(ctx, l.name, err)
		}
		return out, nil
	})
}

// do runs an operation for who may use the API at all.
func do[I, O any](ctx context.Context, l line, in *I, fn func(context.Context, team.Actor, *I) (*O, error)) (*O, error) {
	by := actorOf(ctx)
	if err := by.MayRead(); err != nil {
		return nil, err
	}
	return fn(ctx, by, in)
}
